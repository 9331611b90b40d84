//! Hosts with politeness of their own: the tables `[[host]]` of `byline.toml`.

use super::Span;
use serde::Deserialize;
use std::{collections::HashSet, fmt};

/// What the operator says of some hosts. Each value is taken from the most particular pattern that gives it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HostSetting {
    /// `example.org` or `example.org:8080`: this host. `*.example.org`: example.org and all hosts below
    /// it. `*`: every host.
    pub pattern: String,
    /// Rest between two visits; stands above the general gap and above robots.txt's Crawl-delay.
    pub gap: Option<Span>,
    /// Exchanges at once.
    pub per_host: Option<u32>,
    /// Hosts with this on one address share their gap: one of them is visited at a time. Default: no, for behind
    /// one address of a content delivery network stand thousands of sites.
    pub share_gap: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHost {
    #[error("{0:?} is no pattern of hosts; write example.org, example.org:8080, *.example.org or *")]
    Pattern(String),
    #[error("[[host]] {0:?} stands there twice; put its settings under one")]
    Twice(String),
    #[error("[[host]] {0:?} sets nothing; give it gap, per-host or share-gap")]
    Empty(String),
    #[error("[[host]] {0:?}: per-host must be at least 1")]
    PerHost(String),
}

/// # Errors
/// [`BadHost`] for the first that cannot be used.
pub(super) fn check(hosts: &[HostSetting]) -> Result<(), BadHost> {
    let mut seen = HashSet::new();
    for host in hosts {
        let pattern = || host.pattern.clone();
        if !is_pattern(&host.pattern) {
            return Err(BadHost::Pattern(pattern()));
        }
        if !seen.insert(host.pattern.as_str()) {
            return Err(BadHost::Twice(pattern()));
        }
        if host.per_host == Some(0) {
            return Err(BadHost::PerHost(pattern()));
        }
        if (host.gap, host.per_host, host.share_gap) == (None, None, None) {
            return Err(BadHost::Empty(pattern()));
        }
    }
    Ok(())
}

/// A host as addresses spell it once they are read: anything else would never match.
fn is_pattern(text: &str) -> bool {
    let host = text.strip_prefix("*.").unwrap_or(text);
    let known_as = |scheme: &str| {
        let url = model::PageUrl::parse(&format!("{scheme}://{host}/"));
        url.is_ok_and(|url| url.host_key().as_str() == host)
    };
    let plain = !host.contains('*') && !host.starts_with('.');
    text == "*" || plain && (known_as("http") || known_as("https"))
}

impl HostSetting {
    /// The pattern as the scheduler writes it: a leading dot for a host and all below it.
    pub fn name(&self) -> &str {
        match self.pattern.as_str() {
            "*" => "*",
            pattern => pattern.strip_prefix('*').unwrap_or(pattern),
        }
    }
}

impl fmt::Display for HostSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = [
            self.gap.map(|gap| format!("gap {gap}")),
            self.per_host.map(|n| format!("per-host {n}")),
            self.share_gap.map(|shares| format!("share-gap {shares}")),
        ];
        f.write_str(&values.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(pattern: &str) -> HostSetting {
        let gap = Some(Span::seconds(1));
        HostSetting { pattern: pattern.to_owned(), gap, per_host: None, share_gap: None }
    }

    #[test]
    fn patterns_are_hosts_as_they_are_known() {
        for good in [
            "example.org",
            "*.example.org",
            "example.org:8080",
            "127.0.0.1:8080",
            "[::1]:80",
            "xn--fsq.example",
            "*",
        ] {
            assert_eq!(check(&[host(good)]), Ok(()), "{good}");
        }
        for bad in [
            "",
            ".",
            "Example.org",
            "https://example.org",
            "example.org/x",
            ".example.org",
            "a b",
            "例.example",
        ] {
            assert_eq!(check(&[host(bad)]), Err(BadHost::Pattern(bad.to_owned())), "{bad}");
        }
    }

    #[test]
    fn what_says_nothing_or_says_it_twice_is_refused() {
        assert_eq!(check(&[host("a.example"), host("a.example")]), Err(BadHost::Twice("a.example".into())));
        assert_eq!(
            check(&[HostSetting { gap: None, ..host("a.example") }]),
            Err(BadHost::Empty("a.example".into()))
        );
        let none = HostSetting { per_host: Some(0), ..host("a.example") };
        assert_eq!(check(&[none]), Err(BadHost::PerHost("a.example".into())));
    }
}
