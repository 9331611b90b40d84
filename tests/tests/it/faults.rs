//! Processes and servers that are killed while they work. Short by default; `tests/run --faults long` runs
//! as many rounds as a release is shown with.

use crate::{
    embedded::crawl,
    services::{
        PATIENCE, ROLES, check_queues_are_empty, deployment, follow, start, wait_until_drained,
        wait_until_stored,
    },
    stored::Subject,
};
use std::time::Duration;
use tempfile::TempDir;
use tests::{
    byline::{Byline, Running},
    library::Size,
    servers::{Server, Servers},
};

#[expect(clippy::disallowed_methods, reason = "tests/run says so from outside")]
fn rounds(short: usize, long: usize) -> usize {
    if std::env::var("BYLINE_TEST_FAULTS").is_ok_and(|how| how == "long") { long } else { short }
}

/// The scheduler's: a page whose grant was lost with a purged queue is granted again after it.
const LEASE: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread")]
async fn a_crawl_killed_at_any_moment_loses_and_doubles_nothing() {
    let seed = tests::seed("a_crawl_killed_at_any_moment");
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..rounds(1, 20) {
        let subject = Subject::start(random.u64(..), Size { authors: 4, articles: 30, per_page: 10 }).await;
        let dir = TempDir::new().unwrap();
        let byline = Byline::embedded(dir.path());
        for kill in 0..4 {
            let running = byline.start(&format!("killed-{kill}"), crawl(&subject));
            tokio::time::sleep(Duration::from_millis(random.u64(20..1500))).await;
            running.kill().await;
        }
        let said = byline.run(crawl(&subject)).await;
        assert!(said.status.success(), "seed {seed}: {}\n{}", said.stdout, said.stderr);
        subject.check_all_stored(&byline).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crawl_told_to_end_does_so_and_goes_on_later() {
    let subject = Subject::start(5, Size { authors: 4, articles: 30, per_page: 10 }).await;
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path());
    let mut running = byline.start("ended", crawl(&subject));
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(running.is_running());
    running.terminate(Duration::from_secs(30)).await;
    let said = byline.run(crawl(&subject)).await;
    assert!(said.status.success(), "{}\n{}", said.stdout, said.stderr);
    subject.check_all_stored(&byline).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_processes_outlive_kills_and_restarts() {
    let Some(servers) = Servers::start().await else { return };
    let seed = tests::seed("five_processes");
    let mut random = fastrand::Rng::with_seed(seed);
    let pages = rounds(40, 500);
    let subject = Subject::start(random.u64(..), Size { authors: 4, articles: pages, per_page: 20 }).await;
    let dir = TempDir::new().unwrap();
    let byline = deployment(&dir, &servers);
    let mut roles: Vec<Option<Running>> = ROLES.iter().map(|role| Some(start(&byline, role))).collect();
    follow(&byline, &subject).await;

    let mut again = async |roles: &mut Vec<Option<Running>>, ending: Ending| {
        tokio::time::sleep(Duration::from_millis(random.u64(100..1500))).await;
        let chosen = random.usize(..ROLES.len());
        let old = roles[chosen].take().unwrap();
        match ending {
            Ending::Kill => old.kill().await,
            Ending::Terminate => {
                let log = old.log();
                let status = old.terminate(Duration::from_secs(30)).await;
                assert!(status.success(), "{}: {status}\n{log}", ROLES[chosen]);
            }
        }
        roles[chosen] = Some(start(&byline, ROLES[chosen]));
    };
    for _ in 0..rounds(4, 200) {
        again(&mut roles, Ending::Kill).await;
    }
    for _ in 0..rounds(2, 20) {
        again(&mut roles, Ending::Terminate).await;
    }
    for round in 0..rounds(1, 20) {
        for server in [Server::RabbitMq, Server::Postgres] {
            match round % 2 {
                0 => servers.stop(server),
                _ => servers.crash(server),
            }
            servers.bring_up(server);
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
    // A purge loses messages, and nothing else: the leases end, and the pages are granted again.
    for queue in ["byline.fetch", "byline.parse", "byline.sink"] {
        servers.rabbitmqctl(&["-q", "purge_queue", queue]);
    }
    wait_until_stored(&byline, &subject, LEASE + PATIENCE).await;
    wait_until_drained(&servers).await;
    subject.check_all_stored(&byline).await;
    for role in roles.into_iter().flatten() {
        let status = role.terminate(Duration::from_secs(30)).await;
        assert!(status.success(), "{status}");
    }
    check_queues_are_empty(&servers);
}

#[derive(Debug, Clone, Copy)]
enum Ending {
    Kill,
    Terminate,
}
