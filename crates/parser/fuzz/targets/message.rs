#![no_main]
//! Messages of every stage and content codings: what can be read can be written and read again.

use libfuzzer_sys::fuzz_target;
use model::{Envelope, Fetched, Grant, Message, coding, message::PageParsed};
use parser_fuzz::in_time;
use std::fmt::Debug;

/// Most bytes that a coding may give here.
const LIMIT: usize = 1 << 20;

fn check<T: Message + PartialEq + Debug>(data: &[u8]) {
    let Ok(envelope) = Envelope::<T>::decode(data) else { return };
    // Numbers of time are written in full, so that a message at the limit may exceed it.
    let Ok(bytes) = envelope.encode() else { return };
    assert_eq!(Envelope::<T>::decode(&bytes).expect("what was written can be read"), envelope);
    assert_eq!(envelope.data.subject(), Envelope::new("/byline/fuzz", envelope.time, envelope.data.clone()).subject);
}

fuzz_target!(|data: &[u8]| {
    in_time(|| {
        check::<Grant>(data);
        check::<Fetched>(data);
        check::<PageParsed>(data);
    });
    let Some((&choice, body)) = data.split_first() else { return };
    let codings = ["gzip", "deflate", "br", "zstd", "gzip, br", "identity"];
    let name = codings[usize::from(choice) % codings.len()];
    if let Ok(decoded) = in_time(|| coding::decode(name, &body.to_vec().into(), LIMIT)) {
        assert!(decoded.len() <= LIMIT.max(body.len()));
    }
});
