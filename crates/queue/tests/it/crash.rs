//! Messages that end the process which has them in hand. The stage runs in a child process, which a supervisor
//! starts again whenever it dies.

use crate::{
    amqp::{OverRabbit, connect, fresh, server},
    bench::{Bench, Script, config, topology, wait_until},
};
use model::Lane::Live;
use std::{
    collections::BTreeSet,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

/// Names the queues of a test to its child.
const PREFIX: &str = "BYLINE_TEST_CRASH_PREFIX";
const MAX_LENGTH: u32 = 1000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_ends_its_process_dies_alone() {
    check_dies_alone("abort/1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_does_one_that_overflows_the_stack() {
    check_dies_alone("overflow/1").await;
}

async fn check_dies_alone(poison: &str) {
    let Some(url) = server() else { return };
    let topology = fresh(MAX_LENGTH);
    let bench = Bench::new(Box::new(OverRabbit(connect(&url, topology.clone()))));
    // All fit into one prefetch: whenever the process dies, it has all of them in hand.
    let mut paths: Vec<String> = (0..6).map(|n| format!("ok/{n}")).collect();
    paths.insert(3, poison.to_owned());
    bench.publish_many(paths, Live).await;

    let prefix = topology.unrouted_queue().trim_end_matches(".unrouted").to_owned();
    let mut supervisor = Supervisor { prefix, child: None, deaths: 0 };
    let dead = tokio::select! {
        dead = bench.dead_letters(1) => dead,
        () = supervisor.run() => unreachable!(),
    };
    let letters: Vec<_> = dead.iter().map(|(path, letter)| (path.as_str(), letter.code.as_str())).collect();
    assert_eq!(letters, [(poison, "delivery-limit")]);
    // Three deaths with everything in hand, five with this one.
    assert!((3..=9).contains(&supervisor.deaths), "{} deaths", supervisor.deaths);

    // The neighbours come through, some more than once, and none of them dies.
    let health = Arc::new(queue::Health::new("test"));
    let mut outputs = bench.transport.subscribe(&bench.output(Live), 100, health);
    let mut arrived = BTreeSet::new();
    let all = wait_until("each neighbour", async || {
        let more = tokio::time::timeout(Duration::from_millis(100), outputs.next()).await;
        if let Ok(Some(delivery)) = more {
            let page = delivery.parcel.open::<model::message::PageParsed>().unwrap().data;
            arrived.insert(page.fetched.grant.url.to_string());
            delivery.ack().await.unwrap();
        }
        arrived.len() == 6
    });
    tokio::select! {
        () = all => {}
        () = supervisor.run() => unreachable!(),
    }
    drop(supervisor);
    for stage in queue::topology::STAGES {
        bench.wait_for_ready(&topology.dead_queue(stage), 0).await;
    }
    outputs.stop().await;
    bench.tidy_up().await;
}

struct Supervisor {
    prefix: String,
    child: Option<Child>,
    deaths: usize,
}

impl Supervisor {
    /// Keeps a child running.
    async fn run(&mut self) {
        loop {
            let died = self.child.as_mut().map(|child| child.try_wait().unwrap().is_some());
            if died != Some(false) {
                self.deaths += usize::from(died.is_some());
                self.child = Some(child(&self.prefix));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

/// This binary once more, running [`the_child`] alone.
fn child(prefix: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "crash::the_child", "--ignored", "--nocapture"]).env(PREFIX, prefix);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process that the tests above start"]
#[expect(clippy::disallowed_methods, reason = "its parent names the queues")]
async fn the_child() {
    let (Some(url), Ok(prefix)) = (server(), std::env::var(PREFIX)) else { return };
    let bench = Bench::new(Box::new(OverRabbit(connect(&url, topology(&prefix, MAX_LENGTH)))));
    let _running = bench.run(&Arc::new(Script::default()), config());
    std::future::pending::<()>().await;
}
