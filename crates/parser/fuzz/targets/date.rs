#![no_main]
//! Written dates in any language.

use libfuzzer_sys::fuzz_target;
use parser::meta::date;
use parser_fuzz::{check_stamp, in_time, now};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for order in [date::Order::DayFirst, date::Order::MonthFirst] {
        let mut last = 0;
        for found in in_time(|| date::find(&text, order)) {
            check_stamp(found.stamp);
            assert!(found.at.start >= last && found.at.start < found.at.end, "{:?} after {last}", found.at);
            assert!(text.get(found.at.clone()).is_some(), "{:?} cuts a character", found.at);
            last = found.at.end;
        }
        if let Some(stamp) = date::machine(&text, order) {
            check_stamp(stamp);
        }
    }
    if let Some(day) = date::relative(&text, now()) {
        assert!(day <= now().date_naive(), "{day} is to come");
    }
});
