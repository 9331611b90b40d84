//! A stage that does what its message says, and what a test needs around it.

use async_trait::async_trait;
use model::{Envelope, Failure, Fetched, Lane, Stage, message::PageParsed};
use queue::{
    DeadLetter, DeadLetterCollector, DeadLetters, Publisher, Route, Runner, RunnerConfig, Topology, Transport,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// One back end under test.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    fn transport(&self) -> Arc<dyn Transport>;
    /// Breaks every connection.
    fn interrupt(&self);
    async fn tidy_up(self: Box<Self>);
}

/// Delays short enough to wait for; six attempts as in life.
pub(crate) const DELAYS: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(150),
    Duration::from_millis(200),
    Duration::from_millis(250),
    Duration::from_millis(300),
];

pub(crate) fn topology(prefix: &str, max_length: u32) -> Topology {
    Topology::named(prefix).with_delays(DELAYS.to_vec()).with_max_length(max_length)
}

pub(crate) fn config() -> RunnerConfig {
    RunnerConfig {
        concurrency: 4,
        deadline: Duration::from_millis(500),
        grace: Duration::from_secs(5),
        hold: Duration::from_secs(60),
        gather: Duration::ZERO,
    }
}

/// A message for [`Script`] whose path says what shall happen.
pub(crate) fn page(path: &str, lane: Lane) -> Fetched {
    let cause = match lane {
        Lane::Live => serde_json::json!({"kind": "visit"}),
        Lane::Bulk => serde_json::json!({"kind": "reparse", "job": 1, "dry_run": false}),
    };
    serde_json::from_value(serde_json::json!({
        "grant": {
            "visit": "01890000-0000-7000-8000-000000000001",
            "page": 1,
            "url": format!("http://t.example/{path}"),
            "granted_at": "2026-01-01T00:00:00Z",
            "lease_until": "2026-01-01T01:00:00Z",
            "hints": {"expected": "article"},
        },
        "cause": cause,
        "started_at": "2026-01-01T00:00:00Z",
        "ended_at": "2026-01-01T00:00:01Z",
        "bytes": 0,
        "outcome": {"kind": "not-modified"},
    }))
    .unwrap()
}

/// Does what the page's path says: `ok/..`, `silent/..`, `panic/..`, `slow/..` (over the deadline),
/// `blink/..` (10 ms), `nap/..` (100 ms), `transient/..`, `busy-twice/..`, `permanent/..`, `wait/..` (until it is let go);
/// `abort/..` and `overflow/..` end the process.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) batch: usize,
    /// Every call: when, and with which paths.
    pub(crate) calls: Mutex<Vec<(Instant, Vec<String>)>>,
    pub(crate) go: CancellationToken,
}

impl Script {
    pub(crate) fn times(&self, path: &str) -> Vec<Instant> {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|(_, paths)| paths.iter().any(|p| p == path)).map(|(at, _)| *at).collect()
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.calls.lock().unwrap().iter().flat_map(|(_, paths)| paths.clone()).collect()
    }

    async fn answer(&self, path: &str, input: Fetched) -> Result<Option<PageParsed>, Failure> {
        match path.split('/').next().unwrap() {
            "silent" => return Ok(None),
            "panic" => panic!("the page said so"),
            "slow" => tokio::time::sleep(Duration::from_secs(5)).await,
            // Long enough for the broker to hand out the next one.
            "blink" => tokio::time::sleep(Duration::from_millis(10)).await,
            "nap" => tokio::time::sleep(Duration::from_millis(100)).await,
            "wait" => self.go.cancelled().await,
            "abort" => std::process::abort(),
            "overflow" => drop(deep(&[0; 1 << 16])),
            "transient" => return Err(Failure::transient("flaky", "not today")),
            "permanent" => return Err(Failure::permanent("hopeless", "never")),
            "busy-twice" if self.times(path).len() <= 2 => {
                return Err(Failure::busy("full", "later", DELAYS[0]));
            }
            _ => {}
        }
        Ok(Some(PageParsed { fetched: input, result: None }))
    }
}

/// Deeper than any stack.
fn deep(below: &[u8; 1 << 16]) -> u64 {
    let here = std::hint::black_box([below[0].wrapping_add(1); 1 << 16]);
    match std::hint::black_box(true) {
        true => deep(&here) + u64::from(here[7]),
        false => 0,
    }
}

#[async_trait]
impl Stage for Script {
    type Input = Fetched;
    type Output = PageParsed;
    const NAME: &'static str = "parse";

    fn batch(&self) -> usize {
        self.batch
    }

    async fn process(&self, inputs: Vec<Fetched>) -> Vec<Result<Option<PageParsed>, Failure>> {
        let paths: Vec<String> =
            inputs.iter().map(|i| i.grant.url.url().path().trim_start_matches('/').to_owned()).collect();
        self.calls.lock().unwrap().push((Instant::now(), paths.clone()));
        let mut answers = Vec::new();
        for (path, input) in paths.iter().zip(inputs) {
            answers.push(self.answer(path, input).await);
        }
        answers
    }
}

/// A back end with a publisher and, once started, a runner.
pub(crate) struct Bench {
    pub(crate) backend: Box<dyn Backend>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) publisher: Publisher,
}

pub(crate) struct Running {
    pub(crate) health: Arc<queue::Health>,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

impl Bench {
    pub(crate) fn new(backend: Box<dyn Backend>) -> Self {
        let transport = backend.transport();
        let publisher = Publisher::new(Arc::clone(&transport), "test");
        Self { backend, transport, publisher }
    }

    pub(crate) fn run(&self, stage: &Arc<Script>, config: RunnerConfig) -> Running {
        let runner = Runner::new(Arc::clone(stage), Arc::clone(&self.transport), config);
        let shutdown = CancellationToken::new();
        Running { health: runner.health(), task: tokio::spawn(runner.run(shutdown.clone())), shutdown }
    }

    /// Patient: over RabbitMQ the first one waits for the topology to be declared.
    pub(crate) async fn publish(&self, path: &str, lane: Lane) -> Envelope<Fetched> {
        let envelope = self.publisher.envelope(page(path, lane));
        let deadline = Instant::now() + Duration::from_secs(60);
        while let Err(error) = self.publisher.publish(&envelope).await {
            assert!(error.is_busy() && Instant::now() < deadline, "{error}");
        }
        envelope
    }

    pub(crate) async fn publish_many(&self, paths: impl IntoIterator<Item = String>, lane: Lane) {
        let envelopes: Vec<_> = paths.into_iter().map(|p| self.publisher.envelope(page(&p, lane))).collect();
        self.publish("silent/first", lane).await;
        for result in self.publisher.publish_all(&envelopes).await {
            result.unwrap();
        }
    }

    pub(crate) async fn ready(&self, queue: &str) -> u64 {
        self.transport.depth(queue).await.unwrap().ready
    }

    pub(crate) fn input(&self, lane: Lane) -> String {
        self.transport.topology().queue("parse", lane)
    }

    pub(crate) fn output(&self, lane: Lane) -> String {
        self.transport.topology().queue("sink", lane)
    }

    pub(crate) async fn wait_for_ready(&self, queue: &str, wanted: u64) {
        wait_until(&format!("{wanted} messages in {queue}"), async || {
            self.transport.depth(queue).await.is_ok_and(|d| d.ready == wanted)
        })
        .await;
    }

    /// Takes the first `count` dead letters, recorded by their subject's path.
    pub(crate) async fn dead_letters(&self, count: usize) -> BTreeMap<String, DeadLetter> {
        let cabinet = Arc::new(Cabinet::default());
        let letters: Arc<dyn DeadLetters> = Arc::clone(&cabinet) as _;
        let shutdown = CancellationToken::new();
        let collector = DeadLetterCollector::new(Arc::clone(&self.transport), letters);
        let task = tokio::spawn(collector.run(shutdown.clone()));
        wait_until(&format!("{count} dead letters"), async || cabinet.0.lock().unwrap().len() >= count).await;
        shutdown.cancel();
        task.await.unwrap();
        std::mem::take(&mut cabinet.0.lock().unwrap())
    }

    pub(crate) async fn raw(&self, body: &[u8]) {
        let parcel = queue::Parcel { body: body.to_vec().into(), attempt: 1, ..queue::Parcel::default() };
        let route = Route::Work { queue: self.input(Lane::Live) };
        wait_until("a raw message sent", async || self.transport.send(&route, &parcel).await.is_ok()).await;
    }

    pub(crate) async fn tidy_up(self) {
        self.backend.tidy_up().await;
    }
}

#[derive(Default)]
struct Cabinet(Mutex<BTreeMap<String, DeadLetter>>);

#[async_trait]
impl DeadLetters for Cabinet {
    async fn record(&self, letter: DeadLetter) -> Result<(), Failure> {
        let key = letter.subject.as_deref().map_or("?", |s| s.trim_start_matches("http://t.example/"));
        self.0.lock().unwrap().insert(key.to_owned(), letter);
        Ok(())
    }
}

pub(crate) async fn wait_until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
