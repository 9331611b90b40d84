//! Retry-After (RFC 9110 §10.2.3): seconds, or a date.

use chrono::{DateTime, Utc};
use std::time::UNIX_EPOCH;

/// Longest wait that is passed on, ten years in seconds: what is longer is a mistake, and no sum of dates may
/// overflow for it.
const LONGEST: u64 = 10 * 365 * 24 * 60 * 60;

/// Seconds to wait from the moment of the answer. A date is taken relative to the answer's own Date, so that
/// a clock that is wrong on either side does not matter; without one, relative to `received`. A date that has
/// passed is zero seconds. None where `value` is neither.
pub(crate) fn seconds(value: &str, date: Option<&str>, received: DateTime<Utc>) -> Option<u64> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // A number that overflows is a long time, not none.
        return Some(value.parse().unwrap_or(LONGEST).min(LONGEST));
    }
    let then = http_date(value)?;
    let now = date.and_then(http_date).unwrap_or_else(|| u64::try_from(received.timestamp()).unwrap_or(0));
    Some(then.saturating_sub(now).min(LONGEST))
}

/// Seconds since 1970 of any of the three forms of RFC 9110 §5.6.7.
fn http_date(text: &str) -> Option<u64> {
    let time = httpdate::parse_http_date(text.trim()).ok()?;
    time.duration_since(UNIX_EPOCH).ok().map(|d| d.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    #[track_caller]
    fn check(value: &str, date: Option<&str>, expected: Option<u64>) {
        assert_eq!(seconds(value, date, noon()), expected, "{value}");
    }

    #[test]
    fn seconds_are_taken_as_they_are() {
        check("120", None, Some(120));
        check(" 0 ", None, Some(0));
        check("99999999999999999999999", None, Some(LONGEST));
    }

    #[test]
    fn dates_are_made_relative_to_our_clock() {
        check("Mon, 23 Nov 2026 12:02:00 GMT", None, Some(120));
        check("Monday, 23-Nov-26 12:02:00 GMT", None, Some(120));
        check("Mon Nov 23 12:02:00 2026", None, Some(120));
        check("Mon, 23 Nov 2026 11:00:00 GMT", None, Some(0));
        check("Fri, 31 Dec 9999 23:59:59 GMT", None, Some(LONGEST));
    }

    #[test]
    fn dates_are_made_relative_to_the_servers_clock_where_it_shows_one() {
        check("Mon, 23 Nov 2026 18:02:00 GMT", Some("Mon, 23 Nov 2026 18:00:00 GMT"), Some(120));
        check("Mon, 23 Nov 2026 12:02:00 GMT", Some("yesterday"), Some(120));
    }

    #[test]
    fn anything_else_is_nothing() {
        for value in ["", "-1", "1.5", "soon", "12 minutes", "Mon, 99 Nov 2026 12:02:00 GMT"] {
            check(value, None, None);
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(value in "\\PC{0,60}", date in "\\PC{0,60}") {
            let _ = seconds(&value, Some(&date), noon());
        }

        #[test]
        fn nearly_dates_do_not_panic(
            value in "(Mon|Sunday|Xyz),? [0-9]{1,3}[ -](Nov|Feb|Xxx)[ -][0-9]{1,5} [0-9]{1,3}:[0-9]{2}:[0-9]{2}( GMT)?"
        ) {
            let _ = seconds(&value, None, noon());
        }
    }
}
