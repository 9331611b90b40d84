//! Reading again what was fetched: from the job's row through the pump to the sink.

use crate::world::{Answer, World, article, list, parsed};
use async_trait::async_trait;
use chrono::TimeDelta;
use model::{
    Failure, Fetched, JobId, PageKind, Stage,
    message::{PageParsed, ParseResult},
};
use scheduler::{Outlet, ReparsePump};
use std::sync::{Arc, Mutex};
use store::{ArticleFilter, NewReparse, ReparseJob, ReparseSelect, ReparseState};

const AUTHOR: &str = "https://a.example/author";

/// The bulk lane.
#[derive(Default)]
struct Bulk(Mutex<Vec<Fetched>>);

#[async_trait]
impl Outlet<Fetched> for Bulk {
    async fn publish(&self, messages: Vec<Fetched>) -> Vec<Result<(), Failure>> {
        let answers = messages.iter().map(|_| Ok(())).collect();
        self.0.lock().unwrap().extend(messages);
        answers
    }
}

fn web(url: &str, _: usize) -> Answer {
    match url.strip_prefix("https://a.example/").unwrap_or_default() {
        "robots.txt" => Answer::Status(404, None),
        "author" => list(&["1", "2", "3"], &[]),
        _ => Answer::Article("As first read", url.to_owned()),
    }
}

async fn crawled() -> World {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world.crawl(web).await;
    world
}

/// A newer parser: it reads another title on the articles.
fn parse_again(fetched: Fetched, title: &str) -> PageParsed {
    let url = fetched.grant.url.to_string();
    let value = match fetched.grant.hints.expected {
        PageKind::Article => parsed(PageKind::Article, Some(article(title, &url)), None),
        _ => parsed(PageKind::Listing, None, Some(crate::world::listing(&["1", "2", "3"], &[]))),
    };
    let result = ParseResult { parser_version: 2, rules_hash: String::new(), value };
    PageParsed { fetched, result: Some(result) }
}

async fn job(world: &World, dry_run: bool, rate: Option<u32>) -> JobId {
    let new = NewReparse { select: ReparseSelect::default(), dry_run, rate };
    world.store.create_reparse(&new, world.now).await.unwrap()
}

async fn state(world: &World, id: JobId) -> ReparseJob {
    world.store.reparse_jobs().await.unwrap().into_iter().find(|j| j.id == id).unwrap()
}

/// Runs the job to its end; each message comes twice.
async fn run(world: &mut World, id: JobId, title: &str) -> ReparseJob {
    let bulk = Arc::new(Bulk::default());
    let pump = ReparsePump::new(Arc::clone(&world.store), Arc::clone(&bulk) as Arc<dyn Outlet<Fetched>>);
    for _ in 0..1000 {
        world.now += TimeDelta::milliseconds(100);
        pump.tick(world.now).await.unwrap();
        let messages = std::mem::take(&mut *bulk.0.lock().unwrap());
        for message in messages {
            let result = parse_again(message, title);
            for answer in world.sink.process(vec![result.clone(), result]).await {
                answer.unwrap();
            }
        }
        let job = state(world, id).await;
        if job.state != ReparseState::Running {
            return job;
        }
    }
    panic!("the job does not end: {:?}", state(world, id).await);
}

async fn titles_and_versions(world: &World) -> Vec<(String, u32)> {
    let rows = world.store.articles(&ArticleFilter::default()).await.unwrap();
    rows.into_iter().map(|a| (a.title, a.versions)).collect()
}

#[tokio::test]
async fn a_dry_run_tells_what_would_change_and_changes_nothing() {
    let mut world = crawled().await;
    let before = world.store.counts(world.now).await.unwrap();
    let id = job(&world, true, None).await;
    let job = run(&mut world, id, "As read now").await;
    assert_eq!((job.total, job.published, job.finished, job.changed), (4, 4, 4, 3));
    let changes = world.store.reparse_changes(id, 10).await.unwrap();
    assert!(changes.iter().all(|c| c.field == "title" && c.after == "As read now" && c.count == 3));
    let after = world.store.counts(world.now).await.unwrap();
    assert_eq!(
        (after.versions, after.articles, after.works),
        (before.versions, before.articles, before.works)
    );
}

#[tokio::test]
async fn a_newer_reading_is_a_version_that_is_not_the_authors() {
    let mut world = crawled().await;
    let events = world.store.outbox(1000).await.unwrap().len();
    let id = job(&world, false, None).await;
    let job = run(&mut world, id, "As read now").await;
    assert_eq!((job.finished, job.changed, job.failed), (4, 3, 0));
    assert!(
        titles_and_versions(&world)
            .await
            .iter()
            .all(|(title, versions)| title == "As read now" && *versions == 2)
    );
    assert_eq!(world.store.outbox(1000).await.unwrap().len(), events, "nothing happened on the site");
    // Once more: nothing to change.
    let again = self::job(&world, false, None).await;
    assert_eq!(run(&mut world, again, "As read now").await.changed, 0);
    assert!(titles_and_versions(&world).await.iter().all(|(_, versions)| *versions == 2));
}

#[tokio::test]
async fn an_old_capture_never_overwrites_a_newer_one() {
    let mut world = crawled().await;
    // The site changes its articles, and they are read again.
    world
        .run_until(world.now + TimeDelta::days(30), |url, times| match web(url, times) {
            Answer::Article(_, text) => Answer::Article("Changed by the author", text),
            other => other,
        })
        .await;
    assert!(titles_and_versions(&world).await.iter().all(|(_, versions)| *versions == 2));
    let id = job(&world, false, None).await;
    // The newer parser reads every capture as the site was at first.
    run(&mut world, id, "As first read").await;
    let titles = titles_and_versions(&world).await;
    assert!(
        titles.iter().all(|(title, _)| title == "As first read"),
        "the newest capture decides: {titles:?}"
    );
    assert!(titles.iter().all(|(_, versions)| *versions == 3), "{titles:?}");
}

#[tokio::test]
async fn no_page_is_visited_for_a_reparse_and_no_due_time_moves() {
    let mut world = crawled().await;
    let wake = world.store.next_wake().await.unwrap();
    let visits = world.log.len();
    let id = job(&world, false, None).await;
    run(&mut world, id, "As read now").await;
    assert_eq!(world.store.next_wake().await.unwrap(), wake);
    assert_eq!(world.log.len(), visits);
}

#[tokio::test]
async fn the_rate_is_kept_and_a_pause_holds() {
    let mut world = crawled().await;
    let id = job(&world, false, Some(2)).await;
    let begun = world.now;
    world.store.set_reparse_state(id, ReparseState::Paused, world.now).await.unwrap();
    let bulk = Arc::new(Bulk::default());
    let pump = ReparsePump::new(Arc::clone(&world.store), Arc::clone(&bulk) as Arc<dyn Outlet<Fetched>>);
    assert_eq!(pump.tick(world.now + TimeDelta::hours(1)).await.unwrap(), (0, false));
    world.store.set_reparse_state(id, ReparseState::Running, world.now).await.unwrap();
    run(&mut world, id, "As read now").await;
    assert!(world.now - begun >= TimeDelta::milliseconds(1500), "four captures at two a second");
}
