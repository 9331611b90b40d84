//! A date as a page gives it: a year, a month, a day, or a moment with its time zone. What the page did
//! not say is not made up, and the day a reader saw stays the day (the offset is kept, never folded into UTC).

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// Serialized as the shortest of `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM:SS` and RFC 3339 with offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stamp {
    Year(i32),
    /// Year, month 1..=12.
    Month(i32, u32),
    Day(NaiveDate),
    /// A local time whose zone the page does not tell.
    Local(NaiveDateTime),
    Instant(DateTime<FixedOffset>),
}

impl Stamp {
    /// The day as printed, or none where only a year or month is known.
    pub fn day(&self) -> Option<NaiveDate> {
        match self {
            Self::Year(_) | Self::Month(..) => None,
            Self::Day(d) => Some(*d),
            Self::Local(t) => Some(t.date()),
            Self::Instant(t) => Some(t.date_naive()),
        }
    }

    pub fn year(&self) -> i32 {
        match self {
            Self::Year(y) | Self::Month(y, _) => *y,
            Self::Day(d) => d.year(),
            Self::Local(t) => t.year(),
            Self::Instant(t) => t.year(),
        }
    }

    /// The earliest moment it can mean, taking a missing zone for UTC: for sorting and for comparison with
    /// the time of a capture, not for showing.
    pub fn earliest(&self) -> Option<DateTime<Utc>> {
        let start = |d: NaiveDate| d.and_hms_opt(0, 0, 0).map(|t| t.and_utc());
        match self {
            Self::Year(y) => NaiveDate::from_ymd_opt(*y, 1, 1).and_then(start),
            Self::Month(y, m) => NaiveDate::from_ymd_opt(*y, *m, 1).and_then(start),
            Self::Day(d) => start(*d),
            Self::Local(t) => Some(t.and_utc()),
            Self::Instant(t) => Some(t.to_utc()),
        }
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(y) => write!(f, "{y:04}"),
            Self::Month(y, m) => write!(f, "{y:04}-{m:02}"),
            Self::Day(d) => write!(f, "{}", d.format("%Y-%m-%d")),
            Self::Local(t) => write!(f, "{}", t.format("%Y-%m-%dT%H:%M:%S")),
            Self::Instant(t) => f.write_str(&t.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        }
    }
}

/// Not one of the five forms a [`Stamp`] is written in.
#[derive(Debug, thiserror::Error)]
#[error("not a date of the form YYYY[-MM[-DD[THH:MM:SS[offset]]]]: {0:?}")]
pub struct NotAStamp(String);

impl FromStr for Stamp {
    type Err = NotAStamp;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let refused = || NotAStamp(s.chars().take(40).collect());
        // Numbers are read with signs as well, and what is written of those cannot be read again.
        if !s.as_bytes().first_chunk().is_some_and(|year: &[u8; 4]| year.iter().all(u8::is_ascii_digit)) {
            return Err(refused());
        }
        match s.len() {
            4 => Ok(Self::Year(s.parse().map_err(|_| refused())?)),
            7 => {
                let (y, m) = s.split_once('-').ok_or_else(refused)?;
                let digits = m.bytes().all(|b| b.is_ascii_digit());
                let month = m.parse().ok().filter(|month| digits && (1..=12).contains(month));
                Ok(Self::Month(y.parse().map_err(|_| refused())?, month.ok_or_else(refused)?))
            }
            10 => s.parse().map(Self::Day).map_err(|_| refused()),
            _ => DateTime::parse_from_rfc3339(s)
                .map(Self::Instant)
                .or_else(|_| NaiveDateTime::parse_from_str(s, "%Y-%m-%dT%H:%M:%S").map(Self::Local))
                .map_err(|_| refused()),
        }
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_survives_a_round_trip() {
        for s in ["2016", "2016-12", "2016-12-26", "2016-12-26T08:00:00", "2016-12-26T08:00:00+08:00"] {
            assert_eq!(s.parse::<Stamp>().unwrap().to_string(), s);
        }
        assert_eq!("2016-12-26T08:00:00Z".parse::<Stamp>().unwrap().to_string(), "2016-12-26T08:00:00Z");
    }

    #[test]
    fn the_printed_day_is_kept_over_the_date_line() {
        let late: Stamp = "2026-09-02T23:30:00-08:00".parse().unwrap();
        assert_eq!(late.day().unwrap().to_string(), "2026-09-02");
    }

    #[test]
    fn nonsense_is_refused() {
        let signed =
            ["-016", "+016", "-016-12", "-016-12-26", "+2016-12-26T08:00:00Z", "-016-12-26T08:00:00"];
        for s in
            ["", "x", "2016-13", "2016-+1", "2016-02-30", "20161226", "２０１６"].into_iter().chain(signed)
        {
            assert!(s.parse::<Stamp>().is_err(), "{s}");
        }
    }
}
