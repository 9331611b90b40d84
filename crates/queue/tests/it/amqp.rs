//! The contract over RabbitMQ, and what only a broker can show.

use crate::bench::{Backend, Bench, Script, config, topology, wait_until};
use async_trait::async_trait;
use model::Lane::Live;
use queue::{Amqp, AmqpConfig, RunnerConfig, SendError, Transport};
use std::{
    io::Write,
    sync::{Arc, Once},
    time::Duration,
};

pub(crate) struct OverRabbit(pub(crate) Arc<Amqp>);

#[async_trait]
impl Backend for OverRabbit {
    fn transport(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.0) as _
    }

    fn interrupt(&self) {
        self.0.interrupt();
    }

    async fn tidy_up(self: Box<Self>) {
        self.0.demolish().await.unwrap();
        self.0.close().await;
    }
}

#[expect(clippy::disallowed_methods, reason = "the server under test is named from outside")]
pub(crate) fn server() -> Option<String> {
    static SAY_SO: Once = Once::new();
    let server = std::env::var("BYLINE_TEST_AMQP_URL").ok();
    if server.is_none() {
        SAY_SO.call_once(|| {
            // Past the capture of `print!`: a test that was not run must not look like one that was.
            let line = "queue: contract over RabbitMQ not run: set BYLINE_TEST_AMQP_URL, or use tests/run\n";
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        });
    }
    server
}

pub(crate) fn connect(url: &str, topology: queue::Topology) -> Arc<Amqp> {
    Arc::new(Amqp::new(AmqpConfig::new(url, "queue test").unwrap(), topology))
}

/// Names of its own for every test, so that they run side by side.
pub(crate) fn fresh(max_length: u32) -> queue::Topology {
    topology(&format!("test-{}", uuid::Uuid::now_v7().simple()), max_length)
}

pub(crate) async fn open(max_length: u32) -> Option<Bench> {
    Some(Bench::new(Box::new(OverRabbit(connect(&server()?, fresh(max_length))))))
}

crate::contract::contract!(open);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prefetch_is_set_again_on_a_new_connection() {
    let Some(bench) = open(1000).await else { return };
    bench.publish_many((0..99).map(|n| format!("wait/{n}")), Live).await;
    let stage = Arc::new(Script::default());
    let patient = RunnerConfig { concurrency: 3, deadline: Duration::from_secs(60), ..config() };
    let running = bench.run(&stage, RunnerConfig { grace: Duration::ZERO, ..patient });
    // The silent first one is done; twice three are here.
    bench.wait_for_ready(&bench.input(Live), 100 - 1 - 6).await;
    for _ in 0..3 {
        bench.backend.interrupt();
        tokio::time::sleep(Duration::from_millis(300)).await;
        wait_until("connection", async || running.health.report().connected).await;
        // Three calls hold messages that the broker has taken back; their slots stay occupied.
        bench.wait_for_ready(&bench.input(Live), 99 - 6).await;
    }
    running.stop().await;
    bench.tidy_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn applying_twice_changes_nothing_and_a_conflict_is_explained() {
    let Some(url) = server() else { return };
    let prefix = format!("test-{}", uuid::Uuid::now_v7().simple());
    let first = connect(&url, topology(&prefix, 1000));
    wait_until("the topology", async || first.apply().await.is_ok()).await;
    first.apply().await.unwrap();

    let other = connect(&url, topology(&prefix, 7));
    // The connection of `other` itself refuses to stand on the wrong ground.
    let refused = other.depth(&first.topology().queue("fetch", Live)).await.unwrap_err();
    assert!(matches!(refused, SendError::Busy(_)), "{refused}");
    other.close().await;
    first.demolish().await.unwrap();
    first.close().await;
}
