//! robots.txt (RFC 9309): what one origin's file says to Byline.
//!
//! The crate `robotxt` parses and matches; this file fixes which lines speak to us, as published with the
//! test cases of RFC 9309 §5 and of Google's open-source matcher.

use model::{Origin, PageUrl};
use std::{collections::HashMap, sync::Arc, time::Duration};
use store::{RobotsVerdict, Time};

/// The name by which robots.txt may address us (RFC 9309 §2.2.1), in any case.
pub const PRODUCT_TOKEN: &str = "Byline";

/// Rules of one origin for Byline.
#[derive(Debug, Clone)]
pub struct Rules {
    robots: robotxt::Robots,
    /// Why the file could not be had: denial is for now, not by the site's word.
    unreachable: Option<String>,
    /// Why our own guard refuses the origin's address.
    refused: Option<String>,
}

impl Rules {
    pub fn from_verdict(verdict: &RobotsVerdict) -> Self {
        match verdict {
            RobotsVerdict::Rules(text) => Self::parse(text.as_bytes()),
            RobotsVerdict::AllowAll => Self::of(robotxt::Robots::allow_all()),
            RobotsVerdict::Unreachable(why) => {
                Self { unreachable: Some(why.clone()), ..Self::of(robotxt::Robots::disallow_all()) }
            }
            RobotsVerdict::Refused(why) => {
                Self { refused: Some(why.clone()), ..Self::of(robotxt::Robots::disallow_all()) }
            }
        }
    }

    fn of(robots: robotxt::Robots) -> Self {
        Self { robots, unreachable: None, refused: None }
    }

    /// Reads the file's first 500 KiB (§2.5). Never fails: what is no directive is passed over.
    pub fn parse(text: &[u8]) -> Self {
        let text = &text[..text.len().min(robotxt::BYTE_LIMIT + 1)];
        Self::of(robotxt::Robots::parse(&with_bare_tokens(text), PRODUCT_TOKEN))
    }

    pub fn allows(&self, url: &PageUrl) -> bool {
        self.robots.is_url_allowed(url.url())
    }

    /// In words for people.
    pub fn unreachable(&self) -> Option<&str> {
        self.unreachable.as_deref()
    }

    /// In words for people.
    pub fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    pub fn crawl_delay(&self) -> Option<Duration> {
        self.robots.crawl_delay()
    }
}

/// `User-agent: Byline/1.0 (x)` addresses `Byline`: a product token is letters, `_` and `-` (§2.2.1), and what
/// stands behind it is cut. `*` counts as such only where a blank or nothing follows it.
fn with_bare_tokens(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|b| matches!(b, b'\n' | b'\r')) {
        match agent_value(line) {
            Some(start) => {
                let value = &line[start..];
                let length =
                    value.iter().take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-')).count();
                let star = value.first() == Some(&b'*') && value.get(1).is_none_or(u8::is_ascii_whitespace);
                let kept = if star { 1 } else { length };
                out.extend_from_slice(&line[..start]);
                out.extend_from_slice(&value[..kept]);
                out.push(b'\n');
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}

/// Where the value of a `User-agent` line begins.
fn agent_value(line: &[u8]) -> Option<usize> {
    let skip_blank =
        |from: usize| from + line[from..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let bom = if line.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let start = skip_blank(bom);
    let name = line.get(start..start + 10)?;
    if !name.eq_ignore_ascii_case(b"user-agent") {
        return None;
    }
    let colon = skip_blank(start + 10);
    (line.get(colon) == Some(&b':')).then(|| skip_blank(colon + 1))
}

/// Parsed rules by origin, as of the moment at which the file was fetched. Bounded: when full, the half that
/// was used longest ago goes.
#[derive(Debug)]
pub struct RulesCache {
    kept: HashMap<Origin, Entry>,
    limit: usize,
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    fetched_at: Time,
    rules: Arc<Rules>,
    used: u64,
}

impl RulesCache {
    pub fn new(limit: usize) -> Self {
        Self { kept: HashMap::new(), limit: limit.max(2), uses: 0 }
    }

    pub fn get(&mut self, origin: &Origin, fetched_at: Time) -> Option<Arc<Rules>> {
        self.uses += 1;
        let entry = self.kept.get_mut(origin).filter(|e| e.fetched_at == fetched_at)?;
        entry.used = self.uses;
        Some(Arc::clone(&entry.rules))
    }

    pub fn put(&mut self, origin: Origin, fetched_at: Time, rules: Arc<Rules>) {
        if self.kept.len() >= self.limit && !self.kept.contains_key(&origin) {
            let mut uses: Vec<u64> = self.kept.values().map(|e| e.used).collect();
            let (_, &mut median, _) = uses.select_nth_unstable(self.limit / 2);
            self.kept.retain(|_, e| e.used > median);
        }
        self.uses += 1;
        self.kept.insert(origin, Entry { fetched_at, rules, used: self.uses });
    }

    pub fn len(&self) -> usize {
        self.kept.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

#[cfg(test)]
mod tests;
