//! The end of a visit, in one word. Every visit gets exactly one; the sums balance.

use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disposition {
    /// An article was stored, or a listing read, for the first time or with changes.
    Stored,
    /// 304, or the same content as before.
    Unchanged,
    /// The address leads to another page.
    Redirected,
    /// robots.txt does not allow the visit; no request for the page was sent.
    RobotsDenied,
    /// 404 or 410.
    Gone,
    /// 429 or 503.
    Throttled,
    /// Another status that is not 2xx or 3xx.
    HttpError,
    /// No answer: DNS, connection, TLS, reset, time-out, truncation.
    Unreachable,
    /// The answer was refused: too large, bomb, broken coding, private address.
    Refused,
    /// Nothing of use on the page: neither article nor listing, or not HTML.
    NothingFound,
    /// The parser failed on the page (panic, deadline); the message is in the dead letters.
    ParseFailed,
}

impl Disposition {
    pub const ALL: [Self; 11] = [
        Self::Stored,
        Self::Unchanged,
        Self::Redirected,
        Self::RobotsDenied,
        Self::Gone,
        Self::Throttled,
        Self::HttpError,
        Self::Unreachable,
        Self::Refused,
        Self::NothingFound,
        Self::ParseFailed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Unchanged => "unchanged",
            Self::Redirected => "redirected",
            Self::RobotsDenied => "robots-denied",
            Self::Gone => "gone",
            Self::Throttled => "throttled",
            Self::HttpError => "http-error",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::NothingFound => "nothing-found",
            Self::ParseFailed => "parse-failed",
        }
    }

    /// The visit did not give what it was made for; `byline crawl` lists it and exits with 1.
    pub fn is_failure(self) -> bool {
        !matches!(self, Self::Stored | Self::Unchanged | Self::Redirected | Self::NothingFound)
    }
}

impl fmt::Display for Disposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Disposition {
    type Err = UnknownDisposition;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|d| d.as_str() == s).ok_or_else(|| UnknownDisposition(s.to_owned()))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("unknown disposition {0:?}")]
pub struct UnknownDisposition(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_messages() {
        for d in Disposition::ALL {
            assert_eq!(serde_json::to_value(d).unwrap(), d.as_str());
            assert_eq!(d.as_str().parse::<Disposition>().unwrap(), d);
        }
    }
}
