//! The loops themselves, in real time.

use crate::world::{Answer, World, list};
use async_trait::async_trait;
use chrono::TimeDelta;
use model::{Failure, Grant};
use scheduler::{Config, OutboxPump, Outlet, Scheduler};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use store::OutboxEvent;
use tokio_util::sync::CancellationToken;

const AUTHOR: &str = "https://a.example/author";

fn web(url: &str, _: usize) -> Answer {
    match url.strip_prefix("https://a.example/").unwrap_or_default() {
        "robots.txt" => Answer::Status(404, None),
        "author" => list(&["1", "2"], &[]),
        _ => Answer::Article("T", url.to_owned()),
    }
}

#[tokio::test]
async fn a_sleeping_scheduler_hears_of_a_new_page_at_once_and_stops_when_told() {
    let mut world = World::new().await;
    let scheduler = Arc::new(world.scheduler_again());
    let stop = CancellationToken::new();
    let task = tokio::spawn({
        let (scheduler, stop) = (Arc::clone(&scheduler), stop.clone());
        async move { scheduler.run(Arc::new(chrono::Utc::now), stop).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.now = chrono::Utc::now();
    let begun = Instant::now();
    world.follow(AUTHOR).await;
    let granted = loop {
        let grants = world.outlet.take();
        if !grants.is_empty() {
            break grants;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(begun.elapsed() < Duration::from_secs(3), "the scheduler sleeps on");
    };
    assert!(granted[0].url.as_str().ends_with("/robots.txt"));
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(1), task).await.unwrap().unwrap();
}

/// Takes every grant, into queues in which messages wait.
#[derive(Default)]
struct Clogged(AtomicUsize);

#[async_trait]
impl Outlet<Grant> for Clogged {
    async fn publish(&self, grants: Vec<Grant>) -> Vec<Result<(), Failure>> {
        grants.iter().map(|_| Ok(())).collect()
    }

    async fn waiting(&self) -> Option<usize> {
        Some(self.0.load(Ordering::Relaxed))
    }
}

#[tokio::test]
async fn full_queues_stop_the_grants_though_every_lease_has_ended() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    let config = Config::default();
    let outlet = Arc::new(Clogged(config.lead.into()));
    let scheduler = Scheduler::new(Arc::clone(&world.store), Arc::clone(&outlet) as _, config);
    assert!(scheduler.tick(world.now).await.unwrap().full);
    outlet.0.store(0, Ordering::Relaxed);
    let later = world.now + TimeDelta::seconds(1);
    assert_eq!(scheduler.tick(later).await.unwrap().robots_wanted, 1);
    assert_eq!(scheduler.tick(later).await.unwrap().granted, 1);
}

/// Takes every other event.
#[derive(Default)]
struct Choosy(Mutex<Vec<OutboxEvent>>);

#[async_trait]
impl Outlet<OutboxEvent> for Choosy {
    async fn publish(&self, events: Vec<OutboxEvent>) -> Vec<Result<(), Failure>> {
        let mut taken = self.0.lock().unwrap();
        let answer = |e: OutboxEvent| match e.id % 2 {
            0 => Err(Failure::busy("full", "x", Duration::from_secs(1))),
            _ => {
                taken.push(e);
                Ok(())
            }
        };
        events.into_iter().map(answer).collect()
    }
}

#[tokio::test]
async fn events_wait_until_somebody_takes_them() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world.crawl(web).await;
    let all = world.store.outbox(100).await.unwrap().len();
    assert_eq!(all, 4, "two works listed, two articles stored");
    let outlet = Arc::new(Choosy::default());
    let pump = OutboxPump::new(Arc::clone(&world.store), Arc::clone(&outlet) as Arc<dyn Outlet<OutboxEvent>>);
    let (told, complete) = pump.tick().await.unwrap();
    assert!(told > 0 && told < all && !complete);
    assert_eq!(world.store.outbox(100).await.unwrap().len(), all - told);
    assert_eq!(outlet.0.lock().unwrap().len(), told);
}
