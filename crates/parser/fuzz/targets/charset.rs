#![no_main]
//! Bytes to text: never longer than three times the bytes, always told what was replaced, UTF-8 never lost.

use libfuzzer_sys::fuzz_target;
use parser::charset::decode;
use parser_fuzz::{choose, in_time};

const TYPES: [Option<&str>; 10] = [
    None,
    Some("text/html"),
    Some("text/html; charset=utf-8"),
    Some("text/html; charset=\"gb2312\""),
    Some("text/html;charset=big5"),
    Some("text/html; charset=Shift_JIS"),
    Some("text/html; charset=euc-kr"),
    Some("text/html; charset=iso-8859-1"),
    Some("text/html; charset=utf-16le"),
    Some("text/html; charset=iso-2022-jp"),
];

fuzz_target!(|data: &[u8]| {
    let Some((content_type, bytes)) = choose(data, &TYPES) else { return };
    let decoded = in_time(|| decode(bytes, content_type));
    assert!(decoded.text.len() <= 3 * bytes.len() + 3, "{} from {}", decoded.text.len(), bytes.len());
    if decoded.replaced {
        assert!(decoded.text.contains('\u{fffd}'));
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.is_ascii()
        && !text.starts_with('\u{feff}')
    {
        assert_eq!(decoded.text, text);
    }
});
