//! Whether a due page may be visited now: a function of the frontier's row, the origin's rules and the time.

use crate::{Config, robots::Rules};
use chrono::TimeDelta;
use model::{Disposition, Fault, PageKind};
use std::time::Duration;
use store::{Candidate, Time};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    Grant {
        gap: Duration,
    },
    /// The origin's robots.txt is missing or stale, and comes first.
    RobotsFirst,
    Deny {
        next_due: Time,
        disposition: Disposition,
        code: &'static str,
        /// For people; empty where the code says it all.
        detail: String,
    },
}

/// `rules`: those of the candidate's origin as stored at `robots_fetched_at`; none where there are none.
pub fn judge(candidate: &Candidate, rules: Option<&Rules>, now: Time, config: &Config) -> Judgement {
    if candidate.kind == PageKind::Robots {
        return Judgement::Grant { gap: config.gap_of(&candidate.host, None) };
    }
    let fresh = candidate.robots_fetched_at.is_some() && candidate.robots_expires_at.is_some_and(|t| t > now);
    let Some(rules) = rules.filter(|_| fresh) else {
        return Judgement::RobotsFirst;
    };
    if rules.allows(&candidate.url) {
        return Judgement::Grant { gap: config.gap_of(&candidate.host, rules.crawl_delay()) };
    }
    let later = now + denied_for(candidate.kind, candidate.failures);
    let denied = |next_due, code, detail: &str| Judgement::Deny {
        next_due,
        disposition: Disposition::RobotsDenied,
        code,
        detail: detail.to_owned(),
    };
    if let Some(why) = rules.refused() {
        let (disposition, code) = (Disposition::Refused, Fault::AddressRefused.code());
        return Judgement::Deny { next_due: later, disposition, code, detail: why.to_owned() };
    }
    if let Some(why) = rules.unreachable() {
        // By then robots.txt is asked for again, and is granted before this page.
        return denied(candidate.robots_expires_at.unwrap_or(now).max(now), "robots-unreachable", why);
    }
    denied(later, "robots-disallow", "")
}

/// Days between looks at a page that robots.txt forbids: 1, 2, 4, ... to 7 for lists and 30 for articles.
fn denied_for(kind: PageKind, denials: u32) -> TimeDelta {
    let most = if kind == PageKind::Article { 30 } else { 7 };
    TimeDelta::days((1_i64 << denials.min(5)).min(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Hints, PageId, PageUrl, Validators};

    fn now() -> Time {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn candidate(kind: PageKind, robots_age_h: Option<i64>) -> Candidate {
        let url = PageUrl::parse("https://a.example/x").unwrap();
        let fetched = robots_age_h.map(|h| now() - TimeDelta::hours(h));
        Candidate {
            page: PageId(1),
            kind,
            origin: url.origin(),
            host: url.host_key(),
            url,
            due_at: now(),
            validators: Validators::default(),
            hints: Hints { expected: kind, authors: Vec::new(), listed: None },
            robots_fetched_at: fetched,
            robots_expires_at: fetched.map(|t| t + TimeDelta::hours(24)),
            gap_ms: None,
            failures: 0,
            provenance: model::Provenance::default(),
        }
    }

    #[track_caller]
    fn check(candidate: &Candidate, rules: Option<&str>, expected: &Judgement) {
        let rules = rules.map(|text| Rules::parse(text.as_bytes()));
        assert_eq!(&judge(candidate, rules.as_ref(), now(), &Config::default()), expected);
    }

    const GAP: Judgement = Judgement::Grant { gap: Duration::from_secs(2) };

    #[test]
    fn robots_come_first_and_need_no_robots() {
        check(&candidate(PageKind::Article, None), None, &Judgement::RobotsFirst);
        check(&candidate(PageKind::Article, Some(24)), Some(""), &Judgement::RobotsFirst);
        check(&candidate(PageKind::Article, Some(1)), None, &Judgement::RobotsFirst);
        check(&candidate(PageKind::Robots, None), None, &GAP);
    }

    #[test]
    fn rules_decide() {
        let page = candidate(PageKind::Article, Some(1));
        check(&page, Some(""), &GAP);
        check(
            &page,
            Some("user-agent: *\ncrawl-delay: 7"),
            &Judgement::Grant { gap: Duration::from_secs(7) },
        );
        let next_due = now() + TimeDelta::days(1);
        let denied = Judgement::Deny {
            next_due,
            disposition: Disposition::RobotsDenied,
            code: "robots-disallow",
            detail: String::new(),
        };
        check(&page, Some("user-agent: *\ndisallow: /x"), &denied);
    }

    #[test]
    fn an_unreachable_robots_txt_denies_until_it_is_asked_for_again() {
        let page = candidate(PageKind::Article, Some(23));
        let rules = Rules::from_verdict(&store::RobotsVerdict::Unreachable("http-503".to_owned()));
        let expected = Judgement::Deny {
            next_due: now() + TimeDelta::hours(1),
            disposition: Disposition::RobotsDenied,
            code: "robots-unreachable",
            detail: "http-503".to_owned(),
        };
        assert_eq!(judge(&page, Some(&rules), now(), &Config::default()), expected);
    }

    #[test]
    fn an_address_that_the_guard_refuses_is_told_as_such() {
        let page = candidate(PageKind::Listing, Some(0));
        let rules = Rules::from_verdict(&store::RobotsVerdict::Refused("10.0.0.1 is refused".to_owned()));
        let expected = Judgement::Deny {
            next_due: now() + TimeDelta::days(1),
            disposition: Disposition::Refused,
            code: "address-refused",
            detail: "10.0.0.1 is refused".to_owned(),
        };
        assert_eq!(judge(&page, Some(&rules), now(), &Config::default()), expected);
    }

    #[test]
    fn forbidden_pages_are_never_given_up() {
        let days = |kind, denials| denied_for(kind, denials).num_days();
        assert_eq!([0, 1, 2, 3, 9].map(|n| days(PageKind::Listing, n)), [1, 2, 4, 7, 7]);
        assert_eq!([0, 4, 5, u32::MAX].map(|n| days(PageKind::Article, n)), [1, 16, 30, 30]);
    }
}
