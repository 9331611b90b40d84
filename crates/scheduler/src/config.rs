//! What an operator can set, with the values it has otherwise.

use model::HostKey;
use std::{collections::BTreeMap, time::Duration};

/// Crawl-delay above this is no longer kept by waiting between visits alone: the sink stretches the revisit
/// intervals of the host's pages as well.
pub const LONG_DELAY: Duration = Duration::from_secs(60);

/// Longest crawl-delay that is believed; longer ones are typing errors or a wish to be left alone, which
/// `Disallow` would say.
pub const MAX_DELAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, Clone)]
pub struct Config {
    /// Least time between the end of one exchange with a host and the begin of the next.
    pub gap: Duration,
    /// Exchanges in flight to one host.
    pub per_host: u32,
    /// Hosts with rules of their own, by name (`example.org`, `127.0.0.1:8080`); a name with a leading dot
    /// speaks for all hosts below it.
    pub hosts: BTreeMap<String, HostRule>,
    /// Most leases out at once, which is also the most messages of live work in all queues together.
    pub lead: usize,
    /// Most pages granted in one step.
    pub batch: usize,
    /// How long a visit may take: the queue's wait, the exchange, parsing and storing.
    pub lease: Duration,
    /// Longest exchange, with some time to tell its end: a fetcher that has not begun so long before the lease
    /// ends drops the grant, or it could meet its successor at the host.
    pub exchange: Duration,
    /// Longest sleep of a scheduler that hears nothing.
    pub poll: Duration,
    /// Parsed robots.txt files kept in memory.
    pub rules_kept: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostRule {
    /// Stands above the default and above robots.txt: the operator answers for it.
    pub gap: Option<Duration>,
    pub per_host: Option<u32>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            gap: Duration::from_secs(2),
            per_host: 1,
            hosts: BTreeMap::new(),
            lead: 256,
            batch: 64,
            lease: Duration::from_secs(300),
            exchange: Duration::from_secs(90),
            poll: Duration::from_secs(5),
            rules_kept: 4096,
        }
    }
}

impl Config {
    /// The rule of the host itself, else of the longest name with a dot that it lies below.
    pub fn host_rule(&self, host: &HostKey) -> HostRule {
        if let Some(rule) = self.hosts.get(host.as_str()) {
            return rule.clone();
        }
        let name = host.as_str();
        let below = name.match_indices('.').find_map(|(at, _)| self.hosts.get(&name[at..]));
        below.or_else(|| self.hosts.get(&format!(".{name}"))).cloned().unwrap_or_default()
    }

    /// The gap of a host: the operator's word, else the longer of the default and the host's crawl-delay.
    pub fn gap_of(&self, host: &HostKey, crawl_delay: Option<Duration>) -> Duration {
        match self.host_rule(host).gap {
            Some(gap) => gap,
            None => self.gap.max(crawl_delay.unwrap_or_default().min(MAX_DELAY)),
        }
    }

    pub fn per_host_of(&self, host: &HostKey) -> u32 {
        self.host_rule(host).per_host.unwrap_or(self.per_host).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(name: &str, gap_s: u64) -> Config {
        let rule = HostRule { gap: Some(Duration::from_secs(gap_s)), per_host: None };
        Config { hosts: BTreeMap::from([(name.to_owned(), rule)]), ..Config::default() }
    }

    #[track_caller]
    fn check_gap(config: &Config, host: &str, delay_s: Option<u64>, gap_s: u64) {
        let gap = config.gap_of(&HostKey(host.into()), delay_s.map(Duration::from_secs));
        assert_eq!(gap, Duration::from_secs(gap_s));
    }

    #[test]
    fn the_longer_of_default_and_crawl_delay_is_kept() {
        check_gap(&Config::default(), "a.example", None, 2);
        check_gap(&Config::default(), "a.example", Some(1), 2);
        check_gap(&Config::default(), "a.example", Some(30), 30);
        check_gap(&Config::default(), "a.example", Some(600), 600);
        check_gap(&Config::default(), "a.example", Some(10_000_000), 24 * 3600);
    }

    #[test]
    fn an_operators_rule_stands_above_robots() {
        check_gap(&config("a.example", 5), "a.example", Some(30), 5);
        check_gap(&config("a.example", 5), "b.a.example", Some(30), 30);
        check_gap(&config(".a.example", 5), "b.a.example", None, 5);
        check_gap(&config(".a.example", 5), "a.example", None, 5);
        check_gap(&config(".a.example", 5), "ba.example", None, 2);
    }
}
