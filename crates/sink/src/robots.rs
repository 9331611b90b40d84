//! What a visit to robots.txt means (RFC 9309 §2.3.1).

use crate::{backoff::fraction, reading::Reading, trouble::Trouble};
use chrono::TimeDelta;
use model::{Disposition, Fault, Fetched, Outcome, PageKind, PageUrl};
use store::{RobotsRow, RobotsVerdict, VisitContext};

/// §2.4: a copy is not used for longer than a day.
const FRESH: TimeDelta = TimeDelta::hours(24);

/// How long it is known that the guard refuses the address: long enough for the pages that wait to be told.
const REFUSED: TimeDelta = TimeDelta::seconds(5);

/// Most sitemaps that are taken from one file, in its order.
const MOST_SITEMAPS: usize = 5;

/// Bytes of the file that are read (§2.5) and kept.
pub(crate) const LIMIT: usize = 500 * 1024;

pub(crate) struct RobotsVisit {
    pub row: RobotsRow,
    pub disposition: Disposition,
    pub code: String,
    /// The file could not be had.
    pub failed: bool,
}

pub(crate) fn visit(context: &VisitContext, fetched: &Fetched, reading: &Reading) -> RobotsVisit {
    let ended_at = fetched.ended_at;
    let rules = |verdict, disposition, code: &str| RobotsVisit {
        row: RobotsRow {
            origin: fetched.grant.url.origin(),
            verdict,
            fetched_at: ended_at,
            expires_at: ended_at + FRESH,
            sitemaps: Vec::new(),
        },
        disposition,
        code: code.to_owned(),
        failed: false,
    };
    let trouble = match (&fetched.outcome, reading) {
        (Outcome::Captured { .. }, Reading::Robots { text }) => {
            let mut visit = rules(RobotsVerdict::Rules(text.clone()), Disposition::Stored, "robots");
            visit.row.sitemaps = sitemaps(text, &fetched.grant.url);
            return visit;
        }
        // Some answer, and nothing in it that could be read as rules.
        (Outcome::Captured { .. }, _) => {
            return rules(RobotsVerdict::AllowAll, Disposition::NothingFound, "no-robots");
        }
        // "Unavailable" (§2.3.1.3): there is no file. That is no failure. 429 is the server's trouble.
        (Outcome::Status { status, .. }, _) if (400..500).contains(status) && *status != 429 => {
            return rules(RobotsVerdict::AllowAll, Disposition::NothingFound, &format!("http-{status}"));
        }
        // More redirects than are followed (§2.3.1.2), or to nowhere.
        (Outcome::Redirected { .. } | Outcome::Failed { fault: Fault::RedirectLoop, .. }, _) => {
            return rules(RobotsVerdict::AllowAll, Disposition::NothingFound, "redirects");
        }
        // It was not asked conditionally.
        (Outcome::NotModified { .. }, _) => Trouble::of_status(304, None),
        (Outcome::Status { status, retry_after_s }, _) => Trouble::of_status(*status, *retry_after_s),
        (Outcome::Failed { fault, .. }, _) => Trouble::of_fault(*fault),
    };
    // "Unreachable" (§2.3.1.4): nothing is allowed until it can be had; asked again within a day.
    let salt = fraction(&context.page.key, fetched.grant.visit, "robots");
    let wait = trouble.wait(PageKind::Robots, context.page.failures, salt).min(FRESH);
    // Refused by our own guard, which is no word of the site and costs it nothing: told as what it is, and asked
    // again as soon as somebody wants the page again, for then the range may be open.
    let (verdict, wait) = match &fetched.outcome {
        Outcome::Failed { fault: Fault::AddressRefused, detail } => {
            (RobotsVerdict::Refused(detail.clone()), REFUSED)
        }
        Outcome::Failed { detail, .. } => {
            (RobotsVerdict::Unreachable(format!("robots.txt: {}: {detail}", trouble.code)), wait)
        }
        _ => (RobotsVerdict::Unreachable(format!("robots.txt: {}", trouble.code)), wait),
    };
    RobotsVisit {
        row: RobotsRow {
            origin: fetched.grant.url.origin(),
            verdict,
            fetched_at: ended_at,
            expires_at: ended_at + wait,
            sitemaps: Vec::new(),
        },
        disposition: trouble.disposition,
        code: trouble.code,
        failed: true,
    }
}

/// The `Sitemap:` lines (sitemaps.org, "Specifying the Sitemap location in your robots.txt file") that name a
/// sitemap of the same host.
fn sitemaps(text: &str, robots: &PageUrl) -> Vec<String> {
    let named = text.trim_start_matches('\u{feff}').lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim()
            .eq_ignore_ascii_case("sitemap")
            .then(|| value.split('#').next().unwrap_or_default().trim())
    });
    let mut found: Vec<String> = Vec::new();
    for url in named
        .filter(|value| !value.is_empty())
        .filter_map(|value| PageUrl::from_url(robots.url().join(value).ok()?).ok())
    {
        if url.host_key() == robots.host_key() && !found.contains(&url.to_string()) {
            found.push(url.to_string());
        }
    }
    found.truncate(MOST_SITEMAPS);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::tests::{captured, context, fetched};

    #[track_caller]
    fn check(
        outcome: Outcome,
        text: Option<&str>,
        verdict: &RobotsVerdict,
        fresh_s: std::ops::RangeInclusive<i64>,
    ) {
        let fetched = fetched(outcome);
        let reading = text.map_or(Reading::None, |t| Reading::Robots { text: t.to_owned() });
        let visit = visit(&context(PageKind::Robots), &fetched, &reading);
        assert_eq!(&visit.row.verdict, verdict);
        assert!(fresh_s.contains(&(visit.row.expires_at - fetched.ended_at).num_seconds()));
        assert_eq!(visit.failed, visit.disposition.is_failure());
    }

    fn status(status: u16, retry_after_s: Option<u64>) -> Outcome {
        Outcome::Status { status, retry_after_s }
    }

    const DAY: std::ops::RangeInclusive<i64> = 86_400..=86_400;

    #[test]
    fn each_outcome_has_its_verdict() {
        let unreachable = |why: &str| RobotsVerdict::Unreachable(why.to_owned());
        check(captured(), Some("x"), &RobotsVerdict::Rules("x".into()), DAY);
        check(captured(), None, &RobotsVerdict::AllowAll, DAY);
        for code in [400, 401, 403, 404, 410] {
            check(status(code, None), None, &RobotsVerdict::AllowAll, DAY);
        }
        check(status(500, None), None, &unreachable("robots.txt: http-500"), 10..=12);
        check(status(503, Some(30)), None, &unreachable("robots.txt: http-503"), 30..=30);
        check(status(429, None), None, &unreachable("robots.txt: http-429"), 15..=18);
        let failed = |fault| Outcome::Failed { fault, detail: "no such host".into() };
        check(failed(Fault::Dns), None, &unreachable("robots.txt: dns: no such host"), 5..=6);
        check(failed(Fault::RedirectLoop), None, &RobotsVerdict::AllowAll, DAY);
        let refused = Outcome::Failed { fault: Fault::AddressRefused, detail: "10.0.0.1 is refused".into() };
        check(refused, None, &RobotsVerdict::Refused("10.0.0.1 is refused".into()), 5..=5);
    }

    #[test]
    fn sitemaps_of_the_same_host_are_taken() {
        let text = "\u{feff}Sitemap: https://a.example/one.xml # first\nUser-agent: *\nDisallow: /x\r\n\
                    sitemap : /two.xml\nSITEMAP:https://b.example/three.xml\nSitemap: https://a.example/one.xml\n\
                    Sitemap:\nSitemap: ftp://a.example/x";
        let robots = PageUrl::parse("https://a.example/robots.txt").unwrap();
        assert_eq!(sitemaps(text, &robots), ["https://a.example/one.xml", "https://a.example/two.xml"]);
    }
}
