//! The table that a release is shown with: a row for each fault, each over a crawl of more than 2,000 pages.
//! `tests/run --faults long` fills the whole table, `tests/run --faults NAME` one row; `BYLINE_TEST_SEED`
//! repeats a run.

use super::{
    campaign::{Campaign, Plan, Shape},
    embedded,
    strike::Strike::{self, *},
};
use std::path::PathBuf;
use tests::{
    library::Size,
    servers::Server::{Postgres, RabbitMq},
};

/// 2,080 articles on 104 pages of lists.
const SIZE: Size = Size { authors: 8, articles: 260, per_page: 20 };

fn plan(fault: &'static str, strikes: Vec<Strike>) -> Plan {
    Plan { fault, shape: Shape::FiveProcesses, size: SIZE, strikes, fake_time: None }
}

/// So many strikes of these kinds, in turn.
fn times(count: usize, kinds: &[Strike]) -> Vec<Strike> {
    kinds.iter().copied().cycle().take(count).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn kills() {
    Campaign::fight(plan("kill -9 of any of five processes", times(200, &[Kill]))).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn kills_of_one_process() {
    let plan = plan("kill -9 of the one process", times(40, &[Kill]));
    Campaign::fight(Plan { shape: Shape::OneProcess, ..plan }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn kills_of_a_crawl() {
    embedded::kill_a_crawl(SIZE, 40).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn rolling_restarts() {
    Campaign::fight(plan("SIGTERM, all five in turn", times(20, &[RollingRestart]))).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn broker_restarts() {
    Campaign::fight(plan(
        "broker stopped or killed, started again",
        times(20, &[Stop(RabbitMq), Crash(RabbitMq)]),
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn database_restarts() {
    let strikes = times(20, &[Stop(Postgres), Crash(Postgres)]);
    Campaign::fight(plan("PostgreSQL stopped or killed, started again", strikes)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn restarts_under_one_process() {
    let strikes = times(12, &[Stop(RabbitMq), Crash(Postgres), Crash(RabbitMq), Stop(Postgres)]);
    let plan = plan("broker and PostgreSQL stopped or killed", strikes);
    Campaign::fight(Plan { shape: Shape::OneProcess, ..plan }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn purges() {
    Campaign::fight(plan("a stage killed and its queue purged", times(20, &[Purge]))).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn broker_lines() {
    let strikes = times(40, &[Cut(RabbitMq), Stall(RabbitMq), Cut(RabbitMq), Forget(RabbitMq)]);
    Campaign::fight(plan("line from a process to the broker cut, stalled, forgotten", strikes)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn database_lines() {
    let strikes = times(40, &[Cut(Postgres), Stall(Postgres), Cut(Postgres), Forget(Postgres)]);
    Campaign::fight(plan("line from a process to PostgreSQL cut, stalled, forgotten", strikes)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn memory_alarms() {
    Campaign::fight(plan("broker's memory alarm, publishers blocked", times(10, &[MemoryAlarm]))).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn full_disks() {
    Campaign::fight(plan("archive's disk full for a while", times(10, &[FullDisk]))).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: tests/run --faults long"]
async fn clock_steps() {
    let library =
        PathBuf::from(format!("/usr/lib/{}-linux-gnu/faketime/libfaketimeMT.so.1", std::env::consts::ARCH));
    let plan = plan("wall clock of all processes stepped", times(20, &[StepClock]));
    Campaign::fight(Plan { fake_time: Some(library), ..plan }).await;
}
