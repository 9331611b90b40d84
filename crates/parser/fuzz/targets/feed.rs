#![no_main]
//! RSS, Atom and JSON Feed.

use libfuzzer_sys::fuzz_target;
use model::PageKind;
use parser_fuzz::{choose, parse};

const TYPES: [Option<&str>; 3] = [Some("application/rss+xml"), Some("application/feed+json"), None];

fuzz_target!(|data: &[u8]| {
    let Some((content_type, bytes)) = choose(data, &TYPES) else { return };
    parse(bytes, content_type, PageKind::Feed);
});
