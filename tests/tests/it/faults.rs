//! Processes, servers, lines and disks that fail while a crawl goes on: a short one with something of each here,
//! and the table of long ones in [`long`].

mod campaign;
mod disk;
mod embedded;
mod long;
mod row;
mod strike;
mod watch;

use crate::{embedded::crawl, stored::Subject};
use campaign::{Campaign, Plan, Shape};
use std::time::Duration;
use strike::Strike::{Crash, Cut, Forget, FullDisk, Kill, MemoryAlarm, Purge, RollingRestart, Stop};
use tempfile::TempDir;
use tests::{
    byline::Byline,
    library::Size,
    servers::Server::{Postgres, RabbitMq},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_crawl_killed_at_any_moment_loses_and_doubles_nothing() {
    embedded::kill_a_crawl(Size { authors: 4, articles: 30, per_page: 10 }, 4).await;
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
async fn five_processes_outlive_something_of_everything() {
    let plan = Plan {
        fault: "something of everything",
        shape: Shape::FiveProcesses,
        size: Size { authors: 4, articles: 60, per_page: 20 },
        strikes: vec![
            Kill,
            Cut(RabbitMq),
            Kill,
            Stop(RabbitMq),
            Cut(Postgres),
            Purge,
            Kill,
            Forget(RabbitMq),
            Crash(Postgres),
            FullDisk,
            RollingRestart,
            MemoryAlarm,
            Forget(Postgres),
            Kill,
        ],
        fake_time: None,
    };
    Campaign::fight(plan).await;
}
