//! Messages a second through the runner, beside what the transport itself can do in the same run.
//!
//! ```sh
//! cargo run --release -p queue --example throughput -- [amqp://guest:guest@127.0.0.1:5672] [MESSAGES]
//! ```
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for people at a terminal")]

use async_trait::async_trait;
use model::{Failure, Fetched, Lane, Stage, message::PageParsed};
use queue::{
    Amqp, AmqpConfig, Health, Memory, Parcel, Publisher, Route, Runner, RunnerConfig, Topology, Transport,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// Takes no time, so that only the road is measured.
struct Pass {
    batch: usize,
}

#[async_trait]
impl Stage for Pass {
    type Input = Fetched;
    type Output = PageParsed;
    const NAME: &'static str = "parse";

    fn batch(&self) -> usize {
        self.batch
    }

    async fn process(&self, inputs: Vec<Fetched>) -> Vec<Result<Option<PageParsed>, Failure>> {
        inputs.into_iter().map(|fetched| Ok(Some(PageParsed { fetched, result: None }))).collect()
    }
}

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let server = args.next().filter(|arg| arg.starts_with("amqp"));
    let messages: u32 = args.next().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let topology = Topology::named("bench").with_max_length(messages + 1000);

    println!(
        "{messages} messages; a runner step is: receive, decode, call, encode, publish, confirm, acknowledge"
    );
    measure("memory", Arc::new(Memory::new(topology.clone())), messages).await;
    if let Some(url) = server {
        let amqp = Arc::new(Amqp::new(AmqpConfig::new(&url, "bench").unwrap(), topology));
        while amqp.apply().await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        measure("rabbitmq", Arc::clone(&amqp) as _, messages).await;
        amqp.demolish().await.unwrap();
        amqp.close().await;
    }
}

async fn measure(name: &str, transport: Arc<dyn Transport>, messages: u32) {
    let published = publish(&transport, messages).await;
    let consumed = consume(&transport, messages).await;
    println!("{name:9} publish, 1,000 confirms in flight  {published:>9.0} /s");
    println!("{name:9} receive and acknowledge            {consumed:>9.0} /s");
    for (concurrency, batch) in [(1, 1), (16, 1), (4, 64)] {
        publish(&transport, messages).await;
        let passed = run(&transport, messages, concurrency, batch).await;
        let bound = 1.0 / (1.0 / published + 1.0 / consumed);
        println!(
            "{name:9} runner, {concurrency:2} calls of at most {batch:2}       {passed:>9.0} /s   {:.2} of receiving and publishing one after the other",
            passed / bound
        );
        let sink = transport.topology().queue("sink", Lane::Live);
        transport.purge(&sink).await.unwrap();
    }
}

async fn publish(transport: &Arc<dyn Transport>, messages: u32) -> f64 {
    let publisher = Publisher::new(Arc::clone(transport), "bench");
    let parcel = Parcel::seal(&publisher.envelope(page())).unwrap();
    let route = Route::Work { queue: transport.topology().queue("parse", Lane::Live) };
    let begun = Instant::now();
    let mut left = messages;
    while left > 0 {
        let now = left.min(1000);
        let sent = (0..now).map(|_| transport.send(&route, &parcel));
        for result in futures::future::join_all(sent).await {
            result.unwrap();
        }
        left -= now;
    }
    f64::from(messages) / begun.elapsed().as_secs_f64()
}

async fn consume(transport: &Arc<dyn Transport>, messages: u32) -> f64 {
    let queue = transport.topology().queue("parse", Lane::Live);
    let begun = Instant::now();
    let mut subscription = transport.subscribe(&queue, 256, Arc::new(Health::new("bench")));
    for _ in 0..messages {
        subscription.next().await.unwrap().ack().await.unwrap();
    }
    let rate = f64::from(messages) / begun.elapsed().as_secs_f64();
    subscription.stop().await;
    rate
}

async fn run(transport: &Arc<dyn Transport>, messages: u32, concurrency: usize, batch: usize) -> f64 {
    let config = RunnerConfig { concurrency, ..RunnerConfig::default() };
    let runner = Runner::new(Arc::new(Pass { batch }), Arc::clone(transport), config);
    let shutdown = CancellationToken::new();
    let sink = transport.topology().queue("sink", Lane::Live);
    let begun = Instant::now();
    let task = tokio::spawn(runner.run(shutdown.clone()));
    while transport.depth(&sink).await.unwrap().ready < u64::from(messages) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let rate = f64::from(messages) / begun.elapsed().as_secs_f64();
    shutdown.cancel();
    task.await.unwrap();
    rate
}

/// About 1 kB as an envelope, as most messages are.
fn page() -> Fetched {
    let text = include_str!("../../model/tests/golden/byline.page.fetched.v1.json");
    let envelope: model::Envelope<Fetched> = serde_json::from_str(text).unwrap();
    envelope.data
}
