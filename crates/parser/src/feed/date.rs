//! Dates as feeds and sitemaps write them: RFC 822 with its many misspellings, and the W3C profile of ISO 8601.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use model::Stamp;

/// None for anything that is not a date of one of the two kinds.
pub(crate) fn parse(text: &str) -> Option<Stamp> {
    let text = text.trim();
    if text.len() > 64 || !text.is_ascii() {
        return None;
    }
    let stamp = w3c(text).or_else(|| rfc822(text))?;
    // A feed's clock can be wrong by years: the web began in 1990, print is never dated before 1400.
    (1400..=9999).contains(&stamp.year()).then_some(stamp)
}

/// <https://www.w3.org/TR/NOTE-datetime>, also with a space for the `T` and without the colon in the zone.
fn w3c(text: &str) -> Option<Stamp> {
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, ""),
    };
    let mut parts = date.splitn(3, ['-', '/']);
    let year = parts.next().filter(|y| y.len() == 4)?.parse().ok()?;
    let month = match parts.next() {
        None if rest.is_empty() => return Some(Stamp::Year(year)),
        None => return None,
        Some(m) => m.parse().ok()?,
    };
    let day = match parts.next() {
        None if rest.is_empty() && (1..=12).contains(&month) => return Some(Stamp::Month(year, month)),
        None => return None,
        Some(d) => NaiveDate::from_ymd_opt(year, month, d.parse().ok()?)?,
    };
    let zone_at = rest.find(['Z', 'z', '+', '-', ' ']).unwrap_or(rest.len());
    Some(match clock(&rest[..zone_at]) {
        None => Stamp::Day(day),
        Some(time) => at_zone(day.and_time(time), rest[zone_at..].trim()),
    })
}

/// RFC 822 §5 as amended by RFC 2822 §3.3: weekday and seconds are optional, and the weekday is often wrong.
fn rfc822(text: &str) -> Option<Stamp> {
    let text = text
        .split_once(',')
        .filter(|(day, _)| day.bytes().all(|b| b.is_ascii_alphabetic() || b == b' '))
        .map_or(text, |(_, rest)| rest);
    let (mut day, mut month, mut year, mut time) = (None, None, None, None);
    let mut zone = "";
    for token in text.split([' ', ',', '-']).filter(|t| !t.is_empty()) {
        if time.is_some() {
            break;
        }
        if token.contains(':') {
            time = Some(clock(token)?);
        } else if let Some(number) = token.parse::<i32>().ok().filter(|_| !token.starts_with('+')) {
            match token.len() {
                4 => year = Some(number),
                1 | 2 if day.is_none() => day = Some(number),
                2 => year = Some(if number < 70 { 2000 + number } else { 1900 + number }),
                _ => return None,
            }
        } else if month.is_none() {
            month = month_number(token);
        }
    }
    if let Some(at) = text.rfind(':') {
        zone = text[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit()).trim();
    }
    let date = NaiveDate::from_ymd_opt(year?, month?, u32::try_from(day?).ok()?)?;
    Some(match time {
        None => Stamp::Day(date),
        Some(time) => at_zone(date.and_time(time), zone),
    })
}

fn month_number(token: &str) -> Option<u32> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = token.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|m| *m == start).and_then(|i| u32::try_from(i + 1).ok())
}

/// `8:05`, `08:05:59`, `08:05:59.123`; a leap second is the second before it.
fn clock(text: &str) -> Option<NaiveTime> {
    let mut parts = text.split(':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let second: u32 = match parts.next() {
        None => 0,
        Some(s) => s.split('.').next()?.parse().ok()?,
    };
    NaiveTime::from_hms_opt(hour, minute, second.min(59))
}

fn at_zone(local: NaiveDateTime, zone: &str) -> Stamp {
    match offset(zone).and_then(|o| o.from_local_datetime(&local).single()) {
        Some(instant) => Stamp::Instant(instant),
        None => Stamp::Local(local),
    }
}

/// The zones of RFC 822 §5.1; others (`CET`, `IST`) have no one meaning.
fn offset(zone: &str) -> Option<FixedOffset> {
    let hours = match zone.to_ascii_uppercase().as_str() {
        "Z" | "UT" | "UTC" | "GMT" => 0,
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => return numeric_offset(zone),
    };
    FixedOffset::east_opt(hours * 3600)
}

fn numeric_offset(zone: &str) -> Option<FixedOffset> {
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String =
        zone[1..].chars().take_while(|c| c.is_ascii_digit() || *c == ':').filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits[..2].parse::<i32>().ok()?, digits[2..].parse::<i32>().ok()?),
        _ => return None,
    };
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let got = super::parse(text).map_or_else(|| "none".to_owned(), |s| s.to_string());
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn both_families_and_their_misspellings() {
        check("Mon, 26 Dec 2016 08:05:09 +0800", "2016-12-26T08:05:09+08:00");
        check("Tue, 26 Dec 2016 08:05 GMT", "2016-12-26T08:05:00Z");
        check("26 December 16", "2016-12-26");
        check("Wed, 02 Oct 2002 15:00:00 EST", "2002-10-02T15:00:00-05:00");
        check("Wed, 02 Oct 2002 15:00:00 CET", "2002-10-02T15:00:00");
        check("Mar 3, 2020 7:00:00 -0500", "2020-03-03T07:00:00-05:00");
        check("2016-12-26", "2016-12-26");
        check("2016-12", "2016-12");
        check("2016", "2016");
        check("2016-12-26T08:05Z", "2016-12-26T08:05:00Z");
        check("2016-12-26T08:05:09.123456+0800", "2016-12-26T08:05:09+08:00");
        check("2016-12-26 08:05:09", "2016-12-26T08:05:09");
        check("2016-12-26 08:05:09 -0300", "2016-12-26T08:05:09-03:00");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "yesterday", "2016-13-01", "0000-00-00 00:00:00", "26", "Mon, ", "2016年12月26日"]
        {
            check(text, "none");
        }
    }
}
