//! `byline crawl URL...`: follows the pages, runs all stages in this process until nothing is due any more,
//! and tells what came of it.

use super::{Context, follow::addresses};
use crate::{
    cli::CrawlArgs,
    engine::{Engine, Plan, signals},
    exit::{Ran, Usage},
    output::{Progress, Standing, Table, count, plural},
};
use anyhow::{Result, bail};
use model::{AuthorId, Disposition, PageId, SourceId};
use serde::Serialize;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use store::{DynStore, Follow, Page, SummaryRow, Time, VisitFilter, VisitRow};

/// How long a crawl waits for a page that may not be visited yet: gaps, a short Retry-After, the first
/// back-offs. What comes later is left to the next crawl.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at how far it is, at least: a crawl of a few pages ends as soon as it is done.
const LOOK: Duration = Duration::from_millis(100);

/// Rest after a look, in times of what it took: counting must stay cheap beside the crawl it counts.
const REST: u32 = 30;

/// Rows read at once.
const CHUNK: u64 = 1000;

pub(super) async fn run(cx: &Context, args: &CrawlArgs) -> Result<Ran> {
    let urls = addresses(&args.urls)?;
    let begun = cx.now();
    let store = cx.store().await?;
    let mut follows = Vec::new();
    for url in urls {
        follows.push(Follow::page(url));
    }
    if args.refresh {
        refresh(&store, &follows, begun).await?;
    }
    let outcome = crawl(cx, &store, &follows, begun).await?;
    outcome.print(cx)?;
    Ok(outcome.ran())
}

async fn refresh(store: &DynStore, follows: &[Follow], now: Time) -> Result<()> {
    let mut sources = Vec::new();
    for follow in follows {
        sources.push(store.follow(follow, now).await?.source);
    }
    store.refresh(&sources, now).await?;
    Ok(())
}

/// Follows, visits what is due, returns what came of it. With nothing to follow, everything followed is due.
pub(super) async fn crawl(
    cx: &Context,
    store: &DynStore,
    follows: &[Follow],
    begun: Time,
) -> Result<Outcome> {
    let mut sources = Vec::new();
    for follow in follows {
        sources.push(store.follow(follow, begun).await?.source);
    }
    if sources.is_empty() && store.counts(begun).await?.sources == 0 {
        bail!(Usage("nobody is followed yet; name an author page: byline crawl https://...".to_owned()));
    }
    let stop = signals::watch();
    let engine = Engine::start(&cx.config, &Plan::crawl(sources.clone())).await?;
    let mut progress = Progress::start(&cx.out);
    let mut interrupted = false;
    let finished = async {
        let (mut since, mut done) = (Instant::now(), 0);
        loop {
            let look = Instant::now();
            let state = scheduler::Progress::of(store, &sources, cx.now(), PATIENCE).await?;
            let standing = standing(store, &sources, begun, state.in_flight + state.ready).await?;
            progress.show(&standing);
            if state.is_done() {
                return anyhow::Ok(());
            }
            let speed = standing.done.saturating_sub(done) as f64 / since.elapsed().as_secs_f64();
            (since, done) = (Instant::now(), standing.done);
            tokio::time::sleep(rest(look.elapsed(), standing.to_do, speed)).await;
        }
    };
    tokio::select! {
        result = finished => result?,
        () = stop.cancelled() => {
            interrupted = true;
            cx.out.remark("finishing what is in hand; Ctrl-C again ends at once");
        }
    }
    progress.end();
    tokio::select! {
        () = engine.stop() => {}
        () = signals::again() => bail!("ended at once; what was in hand will be visited again"),
    }
    Outcome::read(store, sources, begun, interrupted).await
}

/// How long to rest after a look that took `look`; at most half the time that what is to do takes at this speed (pages
/// a second), so that the end is not overslept.
fn rest(look: Duration, to_do: u64, speed: f64) -> Duration {
    let cheap = look * REST;
    let half_left = Duration::try_from_secs_f64(to_do as f64 / speed / 2.0).unwrap_or(cheap);
    cheap.min(half_left).max(LOOK)
}

async fn standing(store: &DynStore, sources: &[SourceId], begun: Time, to_do: u64) -> Result<Standing> {
    let mut standing = Standing { to_do, ..Standing::default() };
    for row in store.summary(sources, begun).await? {
        for (disposition, n) in row.visits {
            standing.done += n;
            match disposition {
                Disposition::Stored => standing.stored += n,
                Disposition::Unchanged => standing.unchanged += n,
                d if d.is_failure() => standing.failed += n,
                _ => {}
            }
        }
    }
    Ok(standing)
}

/// What a crawl came to.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    authors: Vec<AuthorOutcome>,
    failures: Vec<FailedPage>,
    interrupted: bool,
}

#[derive(Debug, Serialize)]
struct AuthorOutcome {
    id: AuthorId,
    author: String,
    works: u64,
    works_with_link: u64,
    /// Visits that ended in this crawl.
    visited: u64,
    stored: u64,
    unchanged: u64,
    failed: u64,
    /// Articles stored in all.
    articles: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
}

#[derive(Debug, Serialize)]
struct FailedPage {
    url: String,
    disposition: Disposition,
    code: String,
    detail: String,
}

impl Outcome {
    async fn read(store: &DynStore, sources: Vec<SourceId>, since: Time, interrupted: bool) -> Result<Self> {
        let mut authors = Vec::new();
        for row in store.summary(&sources, since).await? {
            authors.push(author_outcome(row));
        }
        Ok(Self { authors, failures: failures(store, since).await?, interrupted })
    }

    pub(super) fn ran(&self) -> Ran {
        if self.failures.is_empty() && !self.interrupted { Ran::Well } else { Ran::SomeFailed }
    }

    pub(super) fn interrupted(&self) -> bool {
        self.interrupted
    }

    pub(super) fn print(&self, cx: &Context) -> Result<()> {
        if cx.out.json {
            return Ok(cx.out.json_line(self)?);
        }
        let mut table = Table::new([
            "author",
            ">works",
            ">with link",
            ">visited",
            ">stored",
            ">unchanged",
            ">failed",
            ">articles",
        ]);
        for row in &self.authors {
            let failed = match row.reasons.as_slice() {
                [] => count(row.failed),
                reasons => format!("{} ({})", count(row.failed), reasons.join(", ")),
            };
            table.row([
                row.author.clone(),
                count(row.works),
                count(row.works_with_link),
                count(row.visited),
                count(row.stored),
                count(row.unchanged),
                failed,
                count(row.articles),
            ]);
        }
        cx.out.table(&table)?;
        if !self.failures.is_empty() {
            cx.out.line(&format!(
                "\n{} failed, to be tried again when due",
                plural(self.failures.len() as u64, "page", "pages")
            ))?;
            let mut table = Table::new(["ended", "code", "page", "detail"]);
            for page in &self.failures {
                table.row([
                    page.disposition.to_string(),
                    page.code.clone(),
                    page.url.clone(),
                    page.detail.clone(),
                ]);
            }
            cx.out.table(&table)?;
        }
        if self.interrupted {
            cx.out.remark("interrupted; the same command goes on where it stopped");
        }
        Ok(())
    }
}

fn author_outcome(row: SummaryRow) -> AuthorOutcome {
    let of = |wanted: fn(Disposition) -> bool| {
        row.visits.iter().filter(|(d, _)| wanted(*d)).map(|(_, n)| n).sum::<u64>()
    };
    let reasons = row
        .visits
        .iter()
        .filter(|(d, n)| d.is_failure() && *n > 0)
        .map(|(d, n)| format!("{n} {d}"))
        .collect();
    AuthorOutcome {
        id: row.author,
        works: row.works,
        works_with_link: row.works_with_link,
        visited: of(|_| true),
        stored: of(|d| d == Disposition::Stored),
        unchanged: of(|d| d == Disposition::Unchanged),
        failed: of(Disposition::is_failure),
        articles: row.articles,
        reasons,
        author: if row.name.is_empty() { format!("author {}", row.author) } else { row.name },
    }
}

/// Pages whose latest visit of this crawl failed. A site without robots.txt has failed at nothing.
async fn failures(store: &DynStore, since: Time) -> Result<Vec<FailedPage>> {
    let mut latest: HashMap<PageId, VisitRow> = HashMap::new();
    let mut offset = 0;
    loop {
        let page = Page { offset, limit: CHUNK };
        let filter = VisitFilter { since: Some(since), page, ..VisitFilter::default() };
        let rows = store.visits(&filter).await?;
        let last = (rows.len() as u64) < CHUNK;
        for row in rows {
            // Latest first: the first one seen of a page is its end.
            latest.entry(row.page).or_insert(row);
        }
        if last {
            break;
        }
        offset += CHUNK;
    }
    let mut failed: Vec<FailedPage> = latest
        .into_values()
        .filter(|v| v.disposition.is_failure() && v.url.url().path() != "/robots.txt")
        .map(|v| FailedPage {
            url: v.url.to_string(),
            disposition: v.disposition,
            code: v.code,
            detail: v.detail,
        })
        .collect();
    failed.sort_by(|a, b| a.url.cmp(&b.url));
    Ok(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_cheap_and_come_closer_towards_the_end() {
        let [short, long] = [10, 200].map(Duration::from_millis);
        assert_eq!(rest(short, 1000, 100.0), short * REST);
        assert_eq!(rest(long, 1000, 100.0), Duration::from_secs(5));
        assert_eq!(rest(long, 100, 100.0), Duration::from_millis(500));
        assert_eq!(rest(long, 1, 100.0), LOOK);
        // Nothing to do yet, or nothing known of the speed.
        assert_eq!(rest(short, 0, 0.0), short * REST);
        assert_eq!(rest(short, 5, 0.0), short * REST);
    }
}
