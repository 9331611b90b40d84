//! Dates as machines and people write them, in any language. What a text does not tell (a time, a zone, a
//! day) is not made up.
//!
//! [`machine`] reads attributes and JSON values, [`find`] reads running text, [`relative`] reads distances.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use model::Stamp;
use std::ops::Range;

mod clock;
mod months;
mod relative;
mod scan;
mod token;

pub use relative::relative;

/// How a page writes 03/04/2020.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    DayFirst,
    /// As in the United States and on pages in English that do not say where they are from.
    MonthFirst,
}

/// A date found in running text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub stamp: Stamp,
    /// Bytes of the text, time of day included.
    pub at: Range<usize>,
    /// Day and month could be the other way round.
    pub ambiguous: bool,
}

/// Whether a word is the name of a month.
pub(crate) fn is_month(word: &str) -> bool {
    months::month(word.trim_end_matches('.')).is_some()
}

/// All dates of a text, in order. Years alone are left out, months without a day are in.
pub fn find(text: &str, order: Order) -> Vec<Found> {
    // Every date has a number, and most lines of a page have none.
    if !token::may_hold_number(text) {
        return Vec::new();
    }
    let tokens = token::tokens(text);
    let scanner = scan::Scanner { text, tokens: &tokens, order };
    let mut out = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        match scanner.at(i) {
            Some(m) => {
                if let Some(stamp) = m.stamp().filter(|s| !matches!(s, Stamp::Year(_))) {
                    out.push(Found {
                        stamp,
                        at: tokens[i].at.start..tokens[m.next - 1].at.end,
                        ambiguous: m.ambiguous,
                    });
                }
                i = m.next.max(i + 1);
            }
            None => i += 1,
        }
    }
    out
}

/// The value of an attribute or of a JSON string that should hold one date: ISO 8601 in its forms, RFC 2822,
/// Unix `date`, seconds or milliseconds of the epoch, or else whatever people write.
pub fn machine(value: &str, order: Order) -> Option<Stamp> {
    let value = value.trim();
    if value.is_empty() || value.len() > 200 {
        return None;
    }
    if value.bytes().all(|b| b.is_ascii_digit()) {
        return match value.len() {
            4 => value.parse().ok().filter(|y| (1900..2100).contains(y)).map(Stamp::Year),
            10 => epoch(value.parse().ok()?),
            13 => epoch(value.parse::<i64>().ok()? / 1000),
            _ => find(value, order).into_iter().next().map(|f| f.stamp),
        };
    }
    find(value, order).into_iter().next().map(|f| f.stamp)
}

fn epoch(seconds: i64) -> Option<Stamp> {
    DateTime::from_timestamp(seconds, 0).filter(|t| t.year() > 1990).map(|t| Stamp::Instant(t.fixed_offset()))
}

/// The dates that an article may bear.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    latest: NaiveDate,
}

impl Window {
    /// Before this year nothing was published on the web; only strong evidence (a declared date) goes below.
    const FIRST_YEAR_OF_THE_WEB: i32 = 1993;
    /// Before this year a declared date is an unset field (0001-01-01, 1900-01-01, 1970-01-01 apart).
    const FIRST_YEAR: i32 = 1800;

    /// A page cannot have been published after it was read; one day is left for zones ahead of UTC.
    pub(crate) fn until(captured_at: DateTime<Utc>) -> Self {
        let day = captured_at.date_naive();
        Self { latest: day.succ_opt().unwrap_or(day) }
    }

    /// `declared`: the page's own metadata say so, rather than a text that merely looks like a date.
    pub(crate) fn holds(&self, stamp: &Stamp, declared: bool) -> bool {
        let first = if declared { Self::FIRST_YEAR } else { Self::FIRST_YEAR_OF_THE_WEB };
        if stamp.year() < first || stamp.year() > self.latest.year() {
            return false;
        }
        match stamp.day() {
            Some(day) => {
                let unset = day.month() == 1 && day.day() == 1 && matches!(day.year(), 1900 | 1901 | 1970);
                day <= self.latest && !unset
            }
            None => true,
        }
    }
}

#[cfg(test)]
mod tests;
