//! One process with everything in it, killed and started again.

use super::{
    campaign::address_of_pages,
    row::{Found, Row},
};
use crate::{embedded::crawl, stored::Subject};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::{
    byline::Byline,
    library::Size,
    site::{Fault, Faults},
    wait_until,
};

/// For the rest of the crawl, after the last kill.
const PATIENCE: Duration = Duration::from_secs(1800);

/// `byline crawl`, killed so many times at random moments, then left to its end.
pub(super) async fn kill_a_crawl(size: Size, kills: usize) {
    let seed = tests::seed("kill_a_crawl");
    let mut random = fastrand::Rng::with_seed(seed);
    let subject = Subject::start(random.u64(..), size).await;
    let late = vec![(Fault::Late(Duration::from_millis(100)), 1.0)];
    subject.site.set_faults(Faults { shares: late, once: false, seed });
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path()).with("--per-host", "32");

    let begun = Instant::now();
    let asked = || subject.site.log().len();
    let mut moments: Vec<usize> =
        (0..kills).map(|_| random.usize(..subject.articles.len() * 9 / 10)).collect();
    moments.sort_unstable();
    let mut ends = Vec::new();
    for moment in moments {
        let mut running = byline.start("crawl", crawl(&subject));
        wait_until("the moment to kill", PATIENCE, async || asked() >= moment || !running.is_running()).await;
        tokio::time::sleep(Duration::from_millis(random.u64(..500))).await;
        running.kill().await;
        ends.push(Instant::now());
    }
    let mut last = byline.start("crawl", crawl(&subject));
    let status = last.end(PATIENCE).await;
    assert!(status.success(), "{status}: {}", last.log());
    let took = begun.elapsed();

    let reader = byline.with("--listen", "127.0.0.1:0").start("reader", ["run"]);
    let found = Found::look(address_of_pages(&reader).await, &subject).await;
    assert!(reader.terminate(PATIENCE).await.success());
    let mut seen: Vec<Instant> = subject.site.log().iter().map(|seen| seen.done).collect();
    seen.sort();
    let next = |end: &Instant| seen.iter().find(|at| *at > end).map(|at| *at - *end);
    let row = Row {
        fault: "kill -9 of a crawl".to_owned(),
        processes: "embedded",
        count: kills,
        found,
        unrouted: 0,
        stall: seen.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default(),
        recovery: ends.iter().filter_map(next).max().unwrap_or_default(),
        took,
        seed,
    };
    row.tell();
    row.check();
}
