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
    /// speaks for that host and all hosts below it, and `*` for every host.
    pub hosts: BTreeMap<String, HostRule>,
    /// Most leases out at once, and most messages of live work that wait in all queues together.
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

/// What an operator says of some hosts. Each value is taken from the most particular name that gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostRule {
    /// Stands above the default and above robots.txt: the operator answers for it.
    pub gap: Option<Duration>,
    pub per_host: Option<u32>,
    /// Of the hosts with this on one address, one is visited at a time, and the gap is between visits to any of
    /// them. Off where nobody says so: behind the addresses of a content delivery network stand thousands of
    /// sites that have nothing to do with each other, and each would wait for all others.
    pub share_gap: Option<bool>,
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
    /// The rules that speak of this host, the most particular first: its own name, the names it lies below, all.
    fn rules_of<'a>(&'a self, host: &'a HostKey) -> impl Iterator<Item = &'a HostRule> {
        let name = host.as_str();
        let own = [self.hosts.get(name), self.hosts.get(&format!(".{name}"))];
        let below = name.match_indices('.').map(|(at, _)| self.hosts.get(&name[at..]));
        own.into_iter().chain(below).chain([self.hosts.get("*")]).flatten()
    }

    /// The gap of a host: the operator's word, else the longer of the default and the host's crawl-delay.
    pub fn gap_of(&self, host: &HostKey, crawl_delay: Option<Duration>) -> Duration {
        match self.rules_of(host).find_map(|rule| rule.gap) {
            Some(gap) => gap,
            None => self.gap.max(crawl_delay.unwrap_or_default().min(MAX_DELAY)),
        }
    }

    pub fn per_host_of(&self, host: &HostKey) -> u32 {
        self.rules_of(host).find_map(|rule| rule.per_host).unwrap_or(self.per_host).max(1)
    }

    /// The largest [`Config::per_host_of`] that any host can have.
    pub fn most_per_host(&self) -> u32 {
        self.hosts.values().filter_map(|rule| rule.per_host).chain([self.per_host]).fold(1, u32::max)
    }

    pub fn shares_gap(&self, host: &HostKey) -> bool {
        self.rules_of(host).find_map(|rule| rule.share_gap).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(name: &str, gap_s: u64) -> Config {
        let rule = HostRule { gap: Some(Duration::from_secs(gap_s)), ..HostRule::default() };
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

    #[test]
    fn each_value_is_taken_from_the_most_particular_rule_that_gives_it() {
        let rule = |gap_s: Option<u64>, per_host, share_gap| HostRule {
            gap: gap_s.map(Duration::from_secs),
            per_host,
            share_gap,
        };
        let config = Config {
            hosts: BTreeMap::from([
                ("*".to_owned(), rule(Some(9), Some(2), Some(true))),
                (".a.example".to_owned(), rule(Some(5), None, None)),
                ("b.a.example".to_owned(), rule(None, Some(4), Some(false))),
            ]),
            ..Config::default()
        };
        let of = |host: &str| {
            let host = HostKey(host.into());
            (config.gap_of(&host, None).as_secs(), config.per_host_of(&host), config.shares_gap(&host))
        };
        assert_eq!(of("b.a.example"), (5, 4, false));
        assert_eq!(of("c.a.example"), (5, 2, true));
        assert_eq!(of("a.example"), (5, 2, true));
        assert_eq!(of("127.0.0.1:8080"), (9, 2, true));
        assert_eq!(config.most_per_host(), 4);
        assert!(!Config::default().shares_gap(&HostKey("a.example".into())));
    }
}
