#![no_main]
//! A page of any kind, by any of several declared encodings: the invariants hold and two runs agree.

use libfuzzer_sys::fuzz_target;
use model::PageKind;
use parser_fuzz::{choose, parse};

const TYPES: [Option<&str>; 4] =
    [Some("text/html"), Some("text/html; charset=utf-8"), None, Some("text/html; charset=gb2312")];

fuzz_target!(|data: &[u8]| {
    let Some((content_type, bytes)) = choose(data, &TYPES) else { return };
    let expected = if bytes.len() % 3 == 0 { PageKind::Listing } else { PageKind::Article };
    let parsed = parse(bytes, content_type, expected);
    if bytes.len() % 8 == 0 {
        assert_eq!(parse(bytes, content_type, expected), parsed, "two runs differ");
    }
});
