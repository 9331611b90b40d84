//! The runner over a broker that is restarted, killed, out of memory, and behind a line that stalls or answers nothing.

use async_trait::async_trait;
use model::{Failure, Fetched, Lane, Stage, message::PageParsed};
use queue::{
    Amqp, AmqpConfig, Health, PublishError, Publisher, Runner, RunnerConfig, SendError, Topology, Transport,
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tests::{
    proxy::Proxy,
    servers::{Server, Servers},
    wait_until,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Long enough for a broker to restart on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_outlives_its_broker() {
    let Some(servers) = Servers::start().await else { return };
    check_restarts_lose_nothing(&servers).await;
    check_an_alarm_holds_publishers_only(&servers).await;
    check_a_stalled_line_is_left(&servers).await;
    check_a_mute_broker_is_left(&servers).await;
}

async fn check_restarts_lose_nothing(servers: &Servers) {
    let bench = Bench::start(&servers.amqp_url).await;
    let publishing = bench.publish_in_background(3000);
    let parsing = bench.run(Parse);
    let sinking = bench.run(bench.sink());
    for way in ["restart", "crash", "restart"] {
        tokio::time::sleep(Duration::from_millis(700)).await;
        match way {
            "restart" => servers.stop(Server::RabbitMq),
            _ => servers.crash(Server::RabbitMq),
        }
        servers.bring_up(Server::RabbitMq);
    }
    publishing.await.unwrap();
    wait_until("all pages to arrive", PATIENCE, async || bench.arrived.lock().unwrap().len() == 3000).await;
    check_prefetch(servers, "byline.parse", 2 * 8).await;
    check_prefetch(servers, "byline.sink", 2 * 8 * 16).await;
    bench.check_nothing_strayed().await;
    parsing.stop().await;
    sinking.stop().await;
    bench.amqp.close().await;
}

async fn check_an_alarm_holds_publishers_only(servers: &Servers) {
    let bench = Bench::start(&servers.amqp_url).await;
    bench.publish_in_background(50).await.unwrap();
    servers.rabbitmqctl(&["set_vm_memory_high_watermark", "absolute", "1"]);
    wait_until("publishers to be blocked", PATIENCE, async || {
        let envelope = bench.publisher.envelope(page(999_999));
        matches!(bench.publisher.publish(&envelope).await, Err(PublishError::NotTaken(_)))
    })
    .await;
    // The end of the pipe publishes nothing: it goes on, and so makes room.
    let parsing = bench.run(Parse);
    wait_until("held outputs", PATIENCE, async || parsing.health.report().in_flight == 8).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(parsing.health.report().in_flight, 8, "held as long as the alarm lasts");
    servers.rabbitmqctl(&["set_vm_memory_high_watermark", "0.4"]);
    let sinking = bench.run(bench.sink());
    wait_until("all pages to arrive", PATIENCE, async || {
        (0..50).all(|n| bench.arrived.lock().unwrap().contains(&format!("http://t.example/{n}")))
    })
    .await;
    bench.check_nothing_strayed().await;
    parsing.stop().await;
    sinking.stop().await;
    bench.amqp.close().await;
}

async fn check_a_stalled_line_is_left(servers: &Servers) {
    let proxy = Proxy::start(servers.address_of(Server::RabbitMq)).await;
    let bench = Bench::start(&format!("amqp://guest:guest@{}/%2f?heartbeat=1", proxy.address)).await;
    let publishing = bench.publish_in_background(2000);
    let parsing = bench.run(Parse);
    let sinking = bench.run(bench.sink());
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        proxy.cut();
        tokio::time::sleep(Duration::from_millis(300)).await;
        proxy.stall();
        // Longer than two heartbeats.
        tokio::time::sleep(Duration::from_secs(4)).await;
        proxy.resume();
    }
    publishing.await.unwrap();
    wait_until("all pages to arrive", PATIENCE, async || bench.arrived.lock().unwrap().len() == 2000).await;
    bench.check_nothing_strayed().await;
    parsing.stop().await;
    sinking.stop().await;
    bench.amqp.close().await;
}

/// One that owes every answer while its heartbeats go on, on both connections; heartbeats alone tell nothing.
async fn check_a_mute_broker_is_left(servers: &Servers) {
    let line = Proxy::amqp(servers.address_of(Server::RabbitMq)).await;
    let bench = Bench::start(&format!("amqp://guest:guest@{}/%2f?heartbeat=1", line.address)).await;
    let parsing = bench.run(Parse);
    let sinking = bench.run(bench.sink());
    bench.publish_in_background(50).await.unwrap();
    wait_until("all pages to arrive", PATIENCE, async || bench.arrived.lock().unwrap().len() == 50).await;
    line.mute();
    // Nothing is published, so it is the question alone that finds it out; and no consumer holds anything.
    let parse = bench.amqp.topology().queue("parse", Lane::Live);
    let asked = Instant::now();
    assert!(matches!(bench.amqp.depth(&parse).await, Err(SendError::Busy(_))));
    assert!(asked.elapsed() < Duration::from_secs(30), "{:?}", asked.elapsed());
    wait_until("an answer", PATIENCE, async || bench.amqp.depth(&parse).await.is_ok()).await;
    bench.publish_in_background(100).await.unwrap();
    wait_until("all pages to arrive", PATIENCE, async || bench.arrived.lock().unwrap().len() == 100).await;
    bench.check_nothing_strayed().await;
    parsing.stop().await;
    sinking.stop().await;
    bench.amqp.close().await;
}

/// As the broker sees it: every consumer of the queue has its prefetch again, and there is one.
async fn check_prefetch(servers: &Servers, queue: &str, prefetch: u32) {
    let listed =
        servers.rabbitmqctl(&["-q", "--no-table-headers", "list_consumers", "queue_name", "prefetch_count"]);
    let found: Vec<_> =
        listed.lines().filter_map(|l| l.split_once('\t')).filter(|(q, _)| *q == queue).collect();
    assert_eq!(found, [(queue, prefetch.to_string().as_str())], "{listed}");
}

struct Bench {
    amqp: Arc<Amqp>,
    publisher: Publisher,
    /// Addresses of the pages that came to the end of the pipe.
    arrived: Arc<Mutex<BTreeSet<String>>>,
}

struct Running {
    health: Arc<Health>,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

impl Bench {
    async fn start(url: &str) -> Self {
        let mut config = AmqpConfig::new(url, "test").unwrap();
        config.confirm_timeout = Duration::from_secs(3);
        config.stuck_after = Duration::from_secs(2);
        let amqp = Arc::new(Amqp::new(config, Topology::default()));
        wait_until("the topology", PATIENCE, async || amqp.apply().await.is_ok()).await;
        let publisher = Publisher::new(Arc::clone(&amqp) as _, "test");
        Self { amqp, publisher, arrived: Arc::default() }
    }

    fn sink(&self) -> Sink {
        Sink { arrived: Arc::clone(&self.arrived) }
    }

    fn run<S: Stage>(&self, stage: S) -> Running {
        let config = RunnerConfig { concurrency: 8, ..RunnerConfig::default() };
        let runner = Runner::new(Arc::new(stage), Arc::clone(&self.amqp) as _, config);
        let shutdown = CancellationToken::new();
        Running { health: runner.health(), task: tokio::spawn(runner.run(shutdown.clone())), shutdown }
    }

    /// As the scheduler does: each until it is taken.
    fn publish_in_background(&self, pages: usize) -> JoinHandle<()> {
        let publisher = self.publisher.clone();
        tokio::spawn(async move {
            let all: Vec<_> = (0..pages).map(|n| publisher.envelope(page(n))).collect();
            for some in all.chunks(20) {
                let mut left = some.to_vec();
                while !left.is_empty() {
                    let results = publisher.publish_all(&left).await;
                    let refused = left.into_iter().zip(results).filter(|(_, result)| result.is_err());
                    left = refused.map(|(envelope, _)| envelope).collect();
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        })
    }

    async fn check_nothing_strayed(&self) {
        let names = self.amqp.topology();
        let mut queues = vec![names.unrouted_queue()];
        queues.extend(queue::topology::STAGES.map(|stage| names.dead_queue(stage)));
        for queue in queues {
            assert_eq!(self.amqp.depth(&queue).await.unwrap().ready, 0, "{queue}");
        }
    }
}

struct Parse;

#[async_trait]
impl Stage for Parse {
    type Input = Fetched;
    type Output = PageParsed;
    const NAME: &'static str = "parse";

    async fn process(&self, inputs: Vec<Fetched>) -> Vec<Result<Option<PageParsed>, Failure>> {
        tokio::time::sleep(Duration::from_millis(5)).await;
        inputs.into_iter().map(|fetched| Ok(Some(PageParsed { fetched, result: None }))).collect()
    }
}

struct Sink {
    arrived: Arc<Mutex<BTreeSet<String>>>,
}

#[async_trait]
impl Stage for Sink {
    type Input = PageParsed;
    type Output = model::message::Nothing;
    const NAME: &'static str = "sink";

    fn batch(&self) -> usize {
        16
    }

    async fn process(&self, inputs: Vec<PageParsed>) -> Vec<Result<Option<Self::Output>, Failure>> {
        let mut arrived = self.arrived.lock().unwrap();
        inputs
            .into_iter()
            .map(|page| {
                arrived.insert(page.fetched.grant.url.to_string());
                Ok(None)
            })
            .collect()
    }
}

pub(crate) fn page(number: usize) -> Fetched {
    let golden = include_str!("../../../crates/model/tests/golden/byline.page.fetched.v1.json");
    let envelope: model::Envelope<Fetched> = model::Envelope::decode(golden.as_bytes()).unwrap();
    let mut page = envelope.data;
    page.grant.url = model::PageUrl::parse(&format!("http://t.example/{number}")).unwrap();
    page
}
