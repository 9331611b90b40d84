//! 30 days over 1,000 sources in simulated time: how soon are new works found, against polling all sources at
//! one interval with as many visits? `cargo test -p sink --test discovery -- --nocapture` prints the table.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc, Weekday};
use model::{
    CaptureId, CaptureRef, Cause, Container, Evidence, Fetched, Grant, Hints, Listing, Outcome, PageId,
    PageKind, PageUrl, Parsed, SourceId, Stamp, Validators, VisitId, Work,
};
use sink::{Given, Policy, Reading, decide};
use std::{cmp::Reverse, collections::BinaryHeap};
use store::{HostState, KnownWork, ListingState, PageState, VisitContext, WorkState};

type Time = DateTime<Utc>;

const SOURCES: usize = 1000;
const DAYS: i64 = 30;
/// Works that a list shows.
const PAGE: usize = 20;

/// SplitMix64: the same runs everywhere.
struct Chance(u64);

impl Chance {
    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Seconds to the next event of a Poisson process with this many a day.
    fn wait(&mut self, a_day: f64) -> TimeDelta {
        TimeDelta::seconds((-(1.0 - self.unit()).ln() / a_day * 86_400.0) as i64 + 1)
    }
}

/// One author: when works appear, newest last, from long before the simulation to its end.
struct Author {
    works: Vec<Time>,
    dated: bool,
}

fn start() -> Time {
    "2026-03-02T00:00:00Z".parse().expect("a time")
}

/// Rates as authors have them: few write several works a day, most one in weeks. Works appear by day, on
/// weekdays more, at a time of day that is the author's own.
fn author(chance: &mut Chance) -> Author {
    let a_day = 10_f64.powf(-1.2 + 0.7 * gauss(chance)).clamp(0.01, 8.0);
    let noon = chance.unit() * 24.0;
    let mut at = start() - TimeDelta::seconds((f64::from(PAGE as u32) / a_day * 86_400.0) as i64);
    let mut works = Vec::new();
    while at < start() + TimeDelta::days(DAYS) {
        // Thinning: candidates at four times the rate, kept where the hour and the day are likely.
        at += chance.wait(a_day * 4.0);
        let hour = f64::from(at.hour()) + f64::from(at.minute()) / 60.0;
        let apart = (hour - noon).abs().min(24.0 - (hour - noon).abs());
        let day = if matches!(at.weekday(), Weekday::Sat | Weekday::Sun) { 0.3 } else { 1.0 };
        if chance.unit() < day * if apart < 5.0 { 0.7 } else { 0.05 } {
            works.push(at);
        }
    }
    Author { works, dated: chance.unit() < 0.6 }
}

fn gauss(chance: &mut Chance) -> f64 {
    (0..12).map(|_| chance.unit()).sum::<f64>() - 6.0
}

fn listing(author: &Author, now: Time) -> Listing {
    let shown = author.works.partition_point(|at| *at <= now);
    let works = (shown.saturating_sub(PAGE)..shown)
        .rev()
        .map(|n| Work {
            title: format!("Work {n}"),
            url: Some(format!("https://a.example/{n}")),
            date: author.dated.then(|| Stamp::Day(author.works[n].date_naive())),
            authors: Vec::new(),
            source: None,
            summary: None,
            modified: None,
            evidence: Evidence::Visible,
        })
        .collect();
    Listing { works, container: Container::Found, ..Listing::default() }
}

fn context(n: usize) -> VisitContext {
    let url = PageUrl::parse(&format!("https://h{n}.example/author")).expect("an address");
    VisitContext {
        applied: false,
        page: PageState {
            id: PageId(n as i64),
            revision: 0,
            key: url.key(),
            kind: PageKind::Listing,
            depth: 0,
            lease: None,
            interval_s: None,
            failures: 0,
            unchanged: 0,
            validators: Validators::default(),
            last_visit_at: None,
            captured_at: None,
            sources: vec![SourceId(n as i64)],
            redirects: 0,
            alias_of: None,
            mixed: false,
            url: url.clone(),
        },
        host: HostState {
            host: url.host_key(),
            in_flight: 1,
            next_at: start(),
            gap_ms: None,
            failures: 0,
            open_until: None,
        },
        article: None,
        canonical: None,
        twin: None,
        parts: None,
        next_part: store::NextPart::Free,
        listings: vec![ListingState {
            source: SourceId(n as i64),
            pages: 1,
            alarm: None,
            is_first_page: true,
            home: url,
            sitemaps: Vec::new(),
            ignore_nofollow: false,
            works: Vec::new(),
        }],
    }
}

fn given(context: &VisitContext, listing: Listing, visit: VisitId, now: Time) -> Given {
    let mut parsed = Parsed::other("UTF-8", Evidence::Visible);
    parsed.kind.value = PageKind::Listing;
    parsed.listing = Some(listing);
    let id = CaptureId(visit.0);
    Given {
        fetched: Fetched {
            grant: Grant {
                visit,
                page: context.page.id,
                url: context.page.url.clone(),
                granted_at: now,
                lease_until: now + TimeDelta::minutes(5),
                gap_ms: 2000,
                validators: Validators::default(),
                hints: Hints { expected: PageKind::Listing, authors: Vec::new(), listed: None },
                origin: model::Provenance::default(),
            },
            cause: Cause::Visit,
            started_at: now,
            ended_at: now,
            bytes: 10_000,
            address: None,
            hops: Vec::new(),
            outcome: Outcome::Captured {
                status: 200,
                capture: CaptureRef { id, key: String::new(), length: 0, digest: String::new() },
                validators: Validators::default(),
                content_type: None,
            },
        },
        reading: Reading::Page { parsed: Box::new(parsed), parser_version: 1, rules_hash: String::new() },
        current: None,
    }
}

/// What the store would do with the decision.
fn apply(context: &mut VisitContext, commit: store::VisitCommit, now: Time) -> (usize, Time) {
    let page = commit.page.expect("a visit changes its page");
    let mut new = 0;
    let state = &mut context.listings[0];
    for change in commit.works {
        let WorkState::Listed { title, position, .. } = change.state else { continue };
        new += usize::from(state.known(&change.key).is_none());
        state.works.retain(|w| w.key != change.key);
        let (key, seen_on) = (change.key, change.seen_on);
        state.works.push(KnownWork {
            key,
            title,
            seen_on,
            position,
            last_seen_at: now,
            missed: 0,
            removed_at: None,
        });
    }
    // Those beyond the page are of no interest to the next decision.
    let surplus = state.works.len().saturating_sub(3 * PAGE);
    state.works.drain(..surplus);
    context.page.interval_s = page.interval_s;
    context.page.unchanged = page.unchanged;
    context.page.captured_at = page.captured_at;
    context.page.last_visit_at = Some(now);
    (new, page.due_at.expect("a listing is visited again"))
}

#[derive(Default)]
struct Result {
    visits: usize,
    wasted: usize,
    /// Hours.
    delays: Vec<f64>,
    most_in_a_minute: usize,
}

impl Result {
    /// Delays of the works that appeared between two visits.
    fn visit(&mut self, author: &Author, last: Option<Time>, now: Time) {
        self.visits += 1;
        let Some(last) = last else { return };
        let from = author.works.partition_point(|at| *at <= last.max(start()));
        let to = author.works.partition_point(|at| *at <= now);
        self.wasted += usize::from(from == to);
        self.delays.extend(author.works[from..to].iter().map(|at| (now - *at).num_seconds() as f64 / 3600.0));
    }

    /// Works not found by the end have waited until then at least.
    fn end(&mut self, author: &Author, last: Time) {
        self.visit(author, Some(last), start() + TimeDelta::days(DAYS));
        self.visits -= 1;
        let from = author.works.partition_point(|at| *at <= last);
        self.wasted -=
            usize::from(from == author.works.partition_point(|at| *at <= start() + TimeDelta::days(DAYS)));
    }

    fn quantile(&mut self, q: f64) -> f64 {
        self.delays.sort_by(f64::total_cmp);
        self.delays[((self.delays.len() - 1) as f64 * q) as usize]
    }

    fn line(&mut self, name: &str) -> String {
        let (median, p95) = (self.quantile(0.5), self.quantile(0.95));
        let (visits, works) = (self.visits, self.delays.len());
        let wasted = 100.0 * self.wasted as f64 / self.visits as f64;
        let per_source = self.visits as f64 / SOURCES as f64;
        format!(
            "{name:9} {visits:7} visits, {per_source:6.1} a source, {works:6} works, discovery median {median:6.2} h, \
             p95 {p95:6.1} h, wasted {wasted:4.1} %, most in a minute {}",
            self.most_in_a_minute
        )
    }
}

fn adaptive(authors: &[Author]) -> Result {
    let policy = Policy::default();
    let mut result = Result::default();
    let mut contexts: Vec<VisitContext> = (0..authors.len()).map(context).collect();
    // All are followed in the same moment: the worst case for their spread.
    let mut due: BinaryHeap<_> = (0..authors.len()).map(|n| Reverse((start(), n))).collect();
    let mut minutes = vec![0; (DAYS * 24 * 60 + 1) as usize];
    let mut visits = Chance(7);
    while let Some(Reverse((now, n))) =
        due.pop().filter(|Reverse((at, _))| *at < start() + TimeDelta::days(DAYS))
    {
        let context = &mut contexts[n];
        result.visit(&authors[n], context.page.last_visit_at, now);
        minutes[((now - start()).num_minutes()) as usize] += 1;
        let visit = VisitId(uuid::Uuid::from_u64_pair(visits.bits(), visits.bits()));
        let given = given(context, listing(&authors[n], now), visit, now);
        let commit = decide(context, &given, &policy);
        let (_, at) = apply(context, commit, now);
        due.push(Reverse((at, n)));
    }
    for (author, context) in authors.iter().zip(&contexts) {
        result.end(author, context.page.last_visit_at.expect("visited"));
    }
    // The first minutes are everybody's first visit.
    result.most_in_a_minute = minutes.iter().skip(60).copied().max().unwrap_or(0);
    result
}

fn fixed(authors: &[Author], visits: usize, chance: &mut Chance) -> Result {
    let mut result = Result::default();
    let interval = DAYS as f64 * 86_400.0 * authors.len() as f64 / visits as f64;
    for author in authors {
        // First visits at the start, as above; then each in its own phase.
        result.visit(author, None, start());
        let mut last = start();
        let mut now = start() + TimeDelta::seconds((interval * chance.unit()) as i64);
        while now < start() + TimeDelta::days(DAYS) {
            result.visit(author, Some(last), now);
            last = now;
            now += TimeDelta::seconds(interval as i64);
        }
        result.end(author, last);
    }
    result
}

#[test]
fn works_are_found_in_less_than_half_the_time_of_fixed_polling() {
    let mut chance = Chance(20_260_302);
    let authors: Vec<Author> = (0..SOURCES).map(|_| author(&mut chance)).collect();
    let mut learnt = adaptive(&authors);
    let mut fixed = fixed(&authors, learnt.visits, &mut chance);
    println!("\n{}\n{}", learnt.line("adaptive"), fixed.line("fixed"));
    assert!(learnt.visits.abs_diff(fixed.visits) * 20 < learnt.visits, "at equal cost");
    assert!(learnt.quantile(0.5) <= 0.5 * fixed.quantile(0.5));
    assert!(learnt.quantile(0.95) <= fixed.quantile(0.95), "nor do the slowest wait longer");
    assert!(learnt.wasted * fixed.visits <= fixed.wasted * learnt.visits);
}
