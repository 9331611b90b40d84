//! Numbers, times and foreign text as people read them in one line.

use chrono::{DateTime, Utc};
use std::time::Duration;

/// `1 page`, `2 pages`.
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1.4 MB`, powers of ten.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 || value >= 9.95 {
        format!("{value:.0} {}", UNITS[unit])
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

/// `340 ms`, `2.5 s`, `3 min`, `4 h`, `12 d`.
pub fn duration(d: Duration) -> String {
    match d.as_secs() {
        0 => format!("{} ms", d.as_millis()),
        1..10 => format!("{:.1} s", d.as_secs_f64()),
        s @ 10..100 => format!("{s} s"),
        s @ 100..5_400 => format!("{} min", (s + 30) / 60),
        s @ 5_400..172_800 => format!("{} h", (s + 1_800) / 3_600),
        s => format!("{} d", (s + 43_200) / 86_400),
    }
}

/// `3 min ago`, `in 4 h`, `now`.
pub fn age(t: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (past, gap) = if t <= now { (true, now - t) } else { (false, t - now) };
    match gap.to_std() {
        Ok(d) if d.as_secs() == 0 => "now".to_owned(),
        Ok(d) if past => format!("{} ago", duration(d)),
        Ok(d) => format!("in {}", duration(d)),
        Err(_) => "now".to_owned(),
    }
}

/// `2026-11-23 14:05:09`, UTC as all stored times.
pub fn local(t: DateTime<Utc>) -> String {
    t.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Foreign text for a terminal: one line, and no control character, so that a page's title cannot send
/// escape sequences.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_bidi_control(*c))
        .collect()
}

/// Characters that reorder what stands around them (UAX #9 §2): they would garble a table's columns.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_400_000), "1.4 MB");
        assert_eq!(bytes(999_600), "1.0 MB");
        assert_eq!(plural(1, "page", "pages"), "1 page");
    }

    #[test]
    fn times_read_well() {
        let now: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
        let at = |s: i64| age(now + chrono::TimeDelta::seconds(s), now);
        assert_eq!(at(-180), "3 min ago");
        assert_eq!(at(7200), "in 2 h");
        assert_eq!(at(0), "now");
        assert_eq!(duration(Duration::from_millis(340)), "340 ms");
        assert_eq!(duration(Duration::from_secs(14 * 86_400)), "14 d");
    }

    #[test]
    fn a_title_cannot_drive_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\n\u{202e}c"), "a[2Jb c");
    }
}
