//! Nobody stores: everybody before the sink comes to rest, and goes on when it does.

use crate::{
    services::{PATIENCE, deployment, queues, start, wait_until_drained},
    stored::{Subject, by_url, export},
};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tests::{
    byline::{Byline, Running},
    library::Size,
    servers::Servers,
    site::{Fault, Faults},
    wait_until,
};

/// Messages of live work that may wait, and leases that may be out (`scheduler::Config::lead`).
const LEAD: u64 = 256;

/// The shortest there is.
const LEASE: Duration = Duration::from_secs(10);

/// More pages than may be out, on hosts that would let them all be visited at once.
const HOSTS: u64 = 8;
const SIZE: Size = Size { authors: 1, articles: 80, per_page: 80 };

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sink_everything_comes_to_rest_and_goes_on_with_one() {
    let Some(servers) = Servers::start().await else { return };
    let dir = TempDir::new().unwrap();
    let byline =
        deployment(&dir, &servers).with("--per-host", "64").with("--lease", &format!("{}s", LEASE.as_secs()));
    let mut subjects = Vec::new();
    for seed in 0..HOSTS {
        let subject = Subject::start(30 + seed, SIZE).await;
        // The sink is ended while most pages are under way.
        let late = vec![(Fault::Late(Duration::from_secs(1)), 1.0)];
        subject.site.set_faults(Faults { shares: late, once: false, seed });
        subjects.push(subject);
    }
    let roles: Vec<Running> =
        ["scheduler", "fetcher", "parser"].iter().map(|role| start(&byline, role)).collect();
    let sink = start(&byline, "sink");
    let pages = subjects.iter().flat_map(|subject| subject.author_pages.clone());
    assert!(byline.run(["follow".to_owned()].into_iter().chain(pages)).await.status.success());
    let works = HOSTS * SIZE.articles as u64;
    wait_until("all works", PATIENCE, async || count(&byline, "works").await == works).await;
    assert!(sink.terminate(PATIENCE).await.success());
    let stored = count(&byline, "articles").await;
    assert!(stored + LEAD < works, "the sink was ended too late: {stored} articles");

    let requests = || subjects.iter().map(|subject| subject.site.log().len()).sum::<usize>();
    wait_for_rest(requests).await;
    let (at_rest, memory) = (requests(), memory(&roles));
    let begun = Instant::now();
    while begun.elapsed() < LEASE * 2 {
        check_queues_are_short(&servers);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(requests(), at_rest, "something was visited though nobody stores, and leases have ended");
    for (role, (before, after)) in
        ["scheduler", "fetcher", "parser"].iter().zip(memory.iter().zip(self::memory(&roles)))
    {
        assert!(after <= before + 4096, "{role}: {before} kB of memory have become {after} kB");
    }

    let sink = start(&byline, "sink");
    wait_until("all articles", PATIENCE, async || {
        count(&byline, "articles").await == works && count(&byline, "pages_due").await == 0
    })
    .await;
    wait_until_drained(&servers).await;
    check_each_is_stored_once(&byline, &subjects).await;
    for role in roles.into_iter().chain([sink]) {
        assert!(role.terminate(PATIENCE).await.success());
    }
}

async fn count(byline: &Byline, name: &str) -> u64 {
    byline.rows(["status", "--json"]).await[0]["counts"][name].as_u64().unwrap()
}

/// Waits until nothing has been asked for during half a lease, with all leases of the last requests over.
async fn wait_for_rest(requests: impl Fn() -> usize) {
    let mut last = (requests(), Instant::now());
    wait_until("rest", PATIENCE, async || {
        let now = requests();
        if now != last.0 {
            last = (now, Instant::now());
        }
        last.1.elapsed() > LEASE * 3 / 2
    })
    .await;
}

fn memory(roles: &[Running]) -> Vec<u64> {
    roles.iter().map(Running::memory_kb).collect()
}

/// As many may wait as may be out, and as many again may have been out when those began to wait: on a slow machine
/// leases end while their pages are still under way.
fn check_queues_are_short(servers: &Servers) {
    let queues = queues(servers);
    let waiting: u64 = queues.iter().map(|(_, messages)| messages.parse::<u64>().unwrap()).sum();
    assert!((LEAD / 2..=2 * LEAD).contains(&waiting), "{queues:?}");
}

async fn check_each_is_stored_once(byline: &Byline, subjects: &[Subject]) {
    let rows = by_url(export(byline).await);
    let found: BTreeSet<&String> = rows.keys().collect();
    let wanted: BTreeSet<&String> = subjects.iter().flat_map(|s| s.articles.iter().map(|a| &a.url)).collect();
    assert_eq!(found, wanted);
    assert_eq!(count(byline, "versions").await, wanted.len() as u64, "a visit stored twice makes a version");
}
