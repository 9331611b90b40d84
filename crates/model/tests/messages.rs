//! The messages on the wire are a contract between versions that run side by side during an update: what
//! stands in `golden/` must be readable for as long as its version is consumed, and nothing of it may be
//! lost on the way through. A change that breaks one of these is a new version of the type.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop there")]

use model::{Envelope, Fetched, Grant, Lane, Message, message::PageParsed};
use serde_json::{Value, json};

#[track_caller]
fn check_golden<T: Message + PartialEq + std::fmt::Debug>(text: &str) -> Envelope<T> {
    let envelope: Envelope<T> = Envelope::decode(text.as_bytes()).unwrap();
    let written: Value = serde_json::from_slice(&envelope.encode().unwrap()).unwrap();
    let golden: Value = serde_json::from_str(text).unwrap();
    assert_contains(&written, &golden, T::TYPE);

    let mut newer = golden;
    newer["somethingnew"] = json!({"a": 1});
    newer["data"]["something_new"] = json!([1, 2]);
    assert_eq!(Envelope::<T>::decode(&serde_json::to_vec(&newer).unwrap()).unwrap(), envelope);
    envelope
}

/// Fields with a default may be added in writing; none may change or go.
#[track_caller]
fn assert_contains(whole: &Value, part: &Value, at: &str) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (name, value) in part {
                let at = format!("{at}.{name}");
                assert_contains(whole.get(name).unwrap_or_else(|| panic!("{at} is gone")), value, &at);
            }
        }
        (Value::Array(whole), Value::Array(part)) => {
            assert_eq!(whole.len(), part.len(), "{at}");
            for (n, (whole, part)) in whole.iter().zip(part).enumerate() {
                assert_contains(whole, part, &format!("{at}[{n}]"));
            }
        }
        _ => assert_eq!(whole, part, "{at}"),
    }
}

#[test]
fn fetch_requested() {
    let envelope: Envelope<Grant> = check_golden(include_str!("golden/byline.fetch.requested.v1.json"));
    assert_eq!(envelope.data.lane(), Lane::Live);
}

#[test]
fn page_fetched() {
    let envelope: Envelope<Fetched> = check_golden(include_str!("golden/byline.page.fetched.v1.json"));
    assert_eq!(envelope.data.subject(), envelope.subject);
    check_golden::<Fetched>(include_str!("golden/byline.page.fetched.v1.status.json"));
}

#[test]
fn page_parsed() {
    let envelope: Envelope<PageParsed> = check_golden(include_str!("golden/byline.page.parsed.v1.json"));
    assert_eq!((envelope.lane, envelope.data.lane()), (Lane::Bulk, Lane::Bulk));
    check_golden::<PageParsed>(include_str!("golden/byline.page.parsed.v1.listing.json"));
}

#[test]
fn another_type_is_refused() {
    let text = include_str!("golden/byline.page.fetched.v1.json");
    assert!(Envelope::<Grant>::decode(text.as_bytes()).is_err());
}
