//! Forms in which values are written: durations, moments, secrets.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, de};
use std::{convert::Infallible, fmt, str::FromStr, time::Duration};

/// A text that is no value of its kind; says which forms there are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadValue(String);

/// A duration written as `300ms`, `2s`, `5m`, `36h` or `7d`; `0` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

impl Span {
    pub const fn seconds(n: u64) -> Self {
        Self(Duration::from_secs(n))
    }
}

impl FromStr for Span {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || BadValue(format!("{text:?} is not a duration; write 300ms, 2s, 5m, 36h or 7d"));
        let text = text.trim();
        if text == "0" {
            return Ok(Self(Duration::ZERO));
        }
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(refused)?;
        let (number, unit) = text.split_at(digits);
        let seconds = match unit.trim() {
            "ms" => 0.001,
            "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return Err(refused()),
        };
        let number: f64 = number.parse().map_err(|_| refused())?;
        Duration::try_from_secs_f64(number * seconds).map(Self).map_err(|_| refused())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u128, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")];
        let ms = self.0.as_millis();
        match UNITS.iter().find(|(unit, _)| ms.is_multiple_of(*unit)) {
            _ if ms == 0 => f.write_str("0"),
            Some((unit, name)) => write!(f, "{}{name}", ms / unit),
            None => write!(f, "{ms}ms"),
        }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A moment: a date (its first moment, UTC), RFC 3339, or an age counted back from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    At(DateTime<Utc>),
    Ago(Span),
}

impl When {
    pub fn moment(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::At(t) => t,
            // An age beyond the calendar means everything.
            Self::Ago(span) => chrono::TimeDelta::from_std(span.0)
                .ok()
                .and_then(|age| now.checked_sub_signed(age))
                .unwrap_or(DateTime::<Utc>::MIN_UTC),
        }
    }
}

impl FromStr for When {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Ok(Self::At(day.and_time(chrono::NaiveTime::MIN).and_utc()));
        }
        if let Ok(t) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::At(t.to_utc()));
        }
        text.parse().map(Self::Ago).map_err(|_| {
            BadValue(format!("{text:?} is no time; write 2026-11-23, 2026-11-23T08:00:00Z, 36h or 7d"))
        })
    }
}

/// A text that may hold a password: printed with the password starred, an address without one as it is.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text as it is, for whoever connects with it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return f.write_str("***");
        };
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let path = path.split('?').next().unwrap_or_default();
        match authority.rsplit_once('@') {
            None => write!(f, "{scheme}://{authority}{path}"),
            Some((login, host)) => match login.split_once(':') {
                Some((user, _)) => write!(f, "{scheme}://{user}:***@{host}{path}"),
                None => write!(f, "{scheme}://{login}@{host}{path}"),
            },
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    #[default]
    Plain,
    Json,
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Json => "json",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written_alike() {
        for text in ["300ms", "2s", "5m", "36h", "7d", "0", "1500ms"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        assert_eq!("1.5s".parse::<Span>().unwrap().to_string(), "1500ms");
        for text in ["", "2", "s", "-1s", "2 weeks", "1e99d", "9999999999999999999999d"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn ages_count_back_and_never_overflow() {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        assert_eq!("36h".parse::<When>().unwrap().moment(now).to_rfc3339(), "2026-11-22T00:00:00+00:00");
        assert_eq!(
            "2026-11-01".parse::<When>().unwrap().moment(now).to_rfc3339(),
            "2026-11-01T00:00:00+00:00"
        );
        assert!("99999999999d".parse::<When>().unwrap().moment(now) < now);
        assert!("yesterday".parse::<When>().is_err());
    }

    #[test]
    fn passwords_in_any_place_stay_hidden() {
        for text in ["amqp://u:p@ss@h/v", "postgres://u:p@h/db?password=p", "p"] {
            let shown = text.parse::<Secret>().unwrap().to_string();
            assert!(!shown.contains("p@") && !shown.contains("=p") && shown != "p", "{shown}");
        }
        assert_eq!("sqlite:///var/x.db".parse::<Secret>().unwrap().to_string(), "sqlite:///var/x.db");
    }
}
