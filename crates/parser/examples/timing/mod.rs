//! Processor time of the parse beside that of bare tree building, in one run.

use chrono::{DateTime, Utc};
use model::{Hints, PageKind};
use parser::{Page, PageInput, body, charset, listing, meta};
use std::{
    borrow::Cow,
    hint::black_box,
    io::{self, Write},
    time::Duration,
};
use url::Url;

/// Rounds of which the best counts.
const ROUNDS: usize = 7;

/// A page as it was fetched.
pub(crate) struct Fetched {
    pub(crate) url: Url,
    pub(crate) bytes: Vec<u8>,
}

impl Fetched {
    pub(crate) fn input<'a>(&'a self, hints: &'a Hints) -> PageInput<'a> {
        PageInput {
            url: &self.url,
            bytes: &self.bytes,
            content_type: None,
            x_robots_tag: None,
            captured_at: captured_at(),
            hints,
        }
    }

    fn text(&self) -> Cow<'_, str> {
        charset::decode(&self.bytes, None).text
    }
}

/// A moment after every page of the corpus was fetched.
fn captured_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default()
}

pub(crate) fn hints(expected: PageKind) -> Hints {
    Hints { expected, authors: Vec::new(), listed: None }
}

/// Prints milliseconds a page of each part of the parse, and pages a second of the whole and of bare tree
/// building. Each part includes those before it that it needs; its own share is told.
pub(crate) fn compare(out: &mut impl Write, pages: &[&Fetched]) -> io::Result<()> {
    let hints = hints(PageKind::Other);
    let mut best = [Duration::MAX; 7];
    for _ in 0..ROUNDS {
        let mut spent = [Duration::ZERO; 5];
        for fetched in pages {
            let input = fetched.input(&hints);
            let (decoded, took) = timed(|| fetched.text());
            spent[0] += took;
            let (page, took) = timed(|| Page::parse(&fetched.url, &decoded));
            spent[1] += took;
            let (body, took) = timed(|| body::extract(&page));
            spent[2] += took;
            spent[3] += timed(|| black_box(meta::extract(&page, &input, &body))).1;
            spent[4] += timed(|| black_box(listing::read(&page, &input, &body, None))).1;
            spent[1] += timed(|| drop(page)).1;
        }
        for (best, spent) in best.iter_mut().zip(spent) {
            *best = spent.min(*best);
        }
        let bare = |f: &Fetched| drop(black_box(scraper::Html::parse_document(&f.text())));
        let parse = |f: &Fetched| drop(black_box(parser::parse(&f.input(&hints), &parser::Rules::default())));
        best[5] = best[5].min(timed(|| pages.iter().for_each(|f| bare(f))).1);
        best[6] = best[6].min(timed(|| pages.iter().for_each(|f| parse(f))).1);
    }
    let count = pages.len().max(1) as f64;
    let each = |d: Duration| d.as_secs_f64() * 1e3 / count;
    for (part, spent) in ["decode", "tree and index", "body", "fields", "listing"].iter().zip(best) {
        writeln!(out, "{:8.3} ms a page  {part}", each(spent))?;
    }
    let rate = |d: Duration| count / d.as_secs_f64();
    writeln!(
        out,
        "parse {:.0} pages/s, scraper tree building alone {:.0}: parse is {:.2} of tree building",
        rate(best[6]),
        rate(best[5]),
        best[5].as_secs_f64() / best[6].as_secs_f64()
    )
}

/// What `work` gives and the processor time it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = now();
    let out = work();
    let took = now() - started;
    (out, took)
}

/// This thread's time on a processor, which a busy machine does not stretch.
#[cfg(unix)]
fn now() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

#[cfg(not(unix))]
fn now() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}
