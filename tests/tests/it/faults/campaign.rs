//! A crawl over RabbitMQ and PostgreSQL to which things happen.

use super::{
    disk::SmallDisk,
    row::{Found, Row},
    strike::Strike,
    watch::Watch,
};
use crate::{
    services::{ROLES, follow, queues},
    stored::Subject,
};
use queue::{Amqp, AmqpConfig, Topology, Transport};
use std::{
    io::Write,
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tests::{
    byline::{Byline, Running},
    library::Size,
    proxy::Proxy,
    servers::{Server, Servers},
    site::{Fault, Faults},
    wait_until,
};

/// Given to every part. After a purge this long passes before the lost pages are granted again.
pub(super) const LEASE: Duration = Duration::from_secs(30);

/// A crawl that has not moved for so long, all leases over and all retries of a minute due, is stuck.
const STUCK: Duration = Duration::from_secs(240);

/// Longest pause before a fault, so that it does not always meet the same moment of a visit.
const JITTER_MS: u64 = 500;

/// How the parts are spread over processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    FiveProcesses,
    OneProcess,
}

pub(super) struct Plan {
    pub(super) fault: &'static str,
    pub(super) shape: Shape,
    pub(super) size: Size,
    /// In this order, spread over the crawl at random.
    pub(super) strikes: Vec<Strike>,
    /// Preloaded into every part, so that its wall clock can be set.
    pub(super) fake_time: Option<PathBuf>,
}

pub(super) struct Campaign {
    pub(super) random: fastrand::Rng,
    pub(super) parts: Vec<Part>,
    /// For purges and questions, past all proxies.
    pub(super) broker: Amqp,
    pub(super) disk: Option<SmallDisk>,
    /// Messages that purges took.
    pub(super) purged: u64,
    subject: Subject,
    /// Past all proxies.
    byline: Byline,
    observer: Running,
    api: SocketAddr,
    watch: Watch,
    seed: u64,
    // Last, because servers keep their files in use.
    pub(super) servers: Servers,
    _dir: TempDir,
}

/// One process of the product, with a line of its own to each server.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) to_broker: Proxy,
    pub(super) to_database: Proxy,
    pub(super) running: Option<Running>,
    byline: Byline,
    clock: PathBuf,
    /// Seconds by which its clock is wrong.
    offset: i64,
}

impl Campaign {
    /// The whole of it, where servers may be started.
    pub(super) async fn fight(mut plan: Plan) {
        if let Some(campaign) = Self::begin(&mut plan).await {
            campaign.run(plan).await;
        }
    }

    /// Starts everything; the crawl begins. Faults that this machine does not let us make are left out.
    async fn begin(plan: &mut Plan) -> Option<Self> {
        if plan.fake_time.as_ref().is_some_and(|library| !library.exists()) {
            say("faults: clocks not stepped: libfaketime is not installed");
            return None;
        }
        let servers = Servers::start().await?;
        let seed = tests::seed(plan.fault);
        let mut random = fastrand::Rng::with_seed(seed);
        let subject = Subject::start(random.u64(..), plan.size).await;
        // As far away as a site in life, so that there is always something in hand.
        let late = vec![(Fault::Late(Duration::from_millis(200)), 1.0)];
        subject.site.set_faults(Faults { shares: late, once: false, seed });
        let dir = TempDir::new().unwrap();
        let folder = dir.path().join("services");
        let disk = match plan.strikes.contains(&Strike::FullDisk) {
            true => SmallDisk::mount(&folder.join("archive")),
            false => None,
        };
        if disk.is_none() && plan.strikes.contains(&Strike::FullDisk) {
            say("faults: no disk filled: mounting a small one takes root");
            plan.strikes.retain(|strike| *strike != Strike::FullDisk);
        }
        let byline = Byline::over_services(&folder, &servers.amqp_url, &servers.database_url)
            .with("--per-host", "32")
            .with("--lease", &format!("{}s", LEASE.as_secs()))
            .with("--log", "info");
        let observer = byline.clone().with("--listen", "127.0.0.1:0").start("observer", ["run", "web"]);
        let api = address_of_pages(&observer).await;
        let names: &[&str] = match plan.shape {
            Shape::FiveProcesses => &ROLES,
            Shape::OneProcess => &["all"],
        };
        let mut parts = Vec::new();
        for name in names {
            parts.push(Part::start(name, &byline, &servers, dir.path(), plan.fake_time.as_ref()).await);
        }
        let broker = AmqpConfig::new(&servers.amqp_url, "campaign").unwrap();
        let broker = Amqp::new(broker, Topology::default());
        let campaign = Self {
            random,
            parts,
            broker,
            disk,
            purged: 0,
            subject,
            byline,
            observer,
            api,
            watch: Watch::start(api),
            seed,
            servers,
            _dir: dir,
        };
        follow(&campaign.byline, &campaign.subject).await;
        Some(campaign)
    }

    /// Strikes while the crawl goes on, waits for its end, and tells what came of it.
    async fn run(mut self, plan: Plan) {
        let begun = Instant::now();
        let consumers = self.consumers_when_all_are_there().await;
        let mut ends = Vec::new();
        let mut moments: Vec<u64> =
            plan.strikes.iter().map(|_| self.random.u64(..self.pages() * 9 / 10)).collect();
        moments.sort_unstable();
        for (strike, moment) in plan.strikes.iter().zip(moments) {
            self.wait_until_visits(moment).await;
            tokio::time::sleep(Duration::from_millis(self.random.u64(..JITTER_MS))).await;
            self.strike(*strike).await;
            ends.push(Instant::now());
        }
        self.wait_for_the_end().await;
        let took = begun.elapsed();
        wait_until("the consumers that there were", Duration::from_secs(60), async || {
            self.consumers() == consumers
        })
        .await;
        let unrouted = self.wait_for_empty_queues().await;
        let row = Row {
            fault: match self.purged {
                0 => plan.fault.to_owned(),
                purged => format!("{}; {purged} messages gone", plan.fault),
            },
            processes: match plan.shape {
                Shape::FiveProcesses => "5",
                Shape::OneProcess => "1",
            },
            count: plan.strikes.len(),
            found: Found::look(self.api, &self.subject).await,
            unrouted,
            stall: self.watch.longest_stall(),
            recovery: self.watch.longest_recovery(&ends),
            took,
            seed: self.seed,
        };
        row.tell();
        let purges = plan.strikes.iter().filter(|strike| **strike == Strike::Purge).count();
        // A single one can come at a moment when nothing waits.
        assert!(purges < 5 || self.purged > 0, "{purges} purges found nothing to take");
        self.end().await;
        row.check();
    }

    /// Every page that the crawl will visit, robots.txt not counted.
    fn pages(&self) -> u64 {
        self.subject.articles.len() as u64
    }

    async fn wait_until_visits(&self, wanted: u64) {
        let mut last = (Instant::now(), self.watch.visits());
        while last.1 < wanted {
            assert!(
                last.0.elapsed() < STUCK,
                "stuck at {} of {} pages\n{}",
                last.1,
                self.pages(),
                self.logs()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
            let visits = self.watch.visits();
            if visits > last.1 {
                last = (Instant::now(), visits);
            }
        }
    }

    /// By itself: nothing is due and nothing under way, and has been so for a while.
    async fn wait_for_the_end(&self) {
        let mut moved = (Instant::now(), 0);
        let mut quiet = 0;
        while quiet < 5 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let status = tests::http::get(self.api, "/api/v1/status").await;
            let counts = status.map(|(_, mut status)| status["counts"].take()).unwrap_or_default();
            let is = |name: &str, n: u64| counts[name].as_u64() == Some(n);
            let all = counts["articles"].as_u64().unwrap_or(0) >= self.pages();
            quiet = if all && is("pages_due", 0) && is("pages_in_flight", 0) { quiet + 1 } else { 0 };
            if self.watch.visits() > moved.1 {
                moved = (Instant::now(), self.watch.visits());
            }
            if moved.0.elapsed() > STUCK {
                // What is missing stands in the row.
                self.tell_logs();
                return;
            }
        }
    }

    async fn consumers_when_all_are_there(&self) -> Vec<String> {
        let mut found = Vec::new();
        let wanted = self.broker.topology().work_queues().len() + queue::topology::STAGES.len();
        wait_until("all consumers", Duration::from_secs(120), async || {
            found = self.consumers();
            found.len() >= wanted
        })
        .await;
        found
    }

    /// Queue and prefetch of each consumer, as the broker sees them.
    fn consumers(&self) -> Vec<String> {
        let list = ["-q", "--no-table-headers", "list_consumers", "queue_name", "prefetch_count"];
        let listed = tokio::task::block_in_place(|| self.servers.rabbitmqctl(&list));
        let mut consumers: Vec<String> = listed.lines().map(str::to_owned).collect();
        consumers.sort();
        consumers
    }

    /// Messages that a fault has delayed or doubled come to their end, those that no queue took stay.
    async fn wait_for_empty_queues(&self) -> u64 {
        let unrouted = self.broker.topology().unrouted_queue();
        let mut left = Vec::new();
        wait_until("empty queues", Duration::from_secs(120), async || {
            left = tokio::task::block_in_place(|| queues(&self.servers));
            left.iter().all(|(queue, messages)| messages == "0" || *queue == unrouted)
        })
        .await;
        left.iter().find(|(queue, _)| *queue == unrouted).unwrap().1.parse().unwrap()
    }

    async fn end(self) {
        for part in self.parts {
            part.running.unwrap().terminate(Duration::from_secs(60)).await;
        }
        self.observer.terminate(Duration::from_secs(30)).await;
    }

    fn tell_logs(&self) {
        say(&self.logs());
    }

    /// The last lines of every part's log.
    fn logs(&self) -> String {
        let mut logs = String::new();
        for part in &self.parts {
            let log = part.running.as_ref().map(Running::log).unwrap_or_default();
            // Whether it found the broker again tells most about one that is stuck.
            let tells = |line: &&str| !line.contains(" INFO ") || line.contains("broker");
            let lines: Vec<&str> = log.lines().filter(tells).collect();
            let last = lines[lines.len().saturating_sub(25)..].join("\n");
            logs.push_str(&format!("--- {}\n{last}\n", part.name));
        }
        logs
    }
}

impl Part {
    async fn start(
        name: &'static str,
        byline: &Byline,
        servers: &Servers,
        dir: &std::path::Path,
        fake_time: Option<&PathBuf>,
    ) -> Self {
        let to_broker = Proxy::amqp(servers.address_of(Server::RabbitMq)).await;
        let to_database = Proxy::start(servers.address_of(Server::Postgres)).await;
        let through = |url: &str, server: Server, proxy: &Proxy| {
            url.replace(&servers.address_of(server).to_string(), &proxy.address.to_string())
        };
        // A dead line is noticed after two heartbeats.
        let amqp_url =
            format!("{}/%2f?heartbeat=5", through(&servers.amqp_url, Server::RabbitMq, &to_broker));
        let database_url = through(&servers.database_url, Server::Postgres, &to_database);
        let clock = dir.join(format!("{name}.clock"));
        std::fs::write(&clock, "+0").unwrap();
        let mut byline = byline.clone().with("--amqp-url", &amqp_url).with("--database-url", &database_url);
        if let Some(library) = fake_time {
            byline = byline
                .with_env("LD_PRELOAD", &library.display().to_string())
                .with_env("FAKETIME_TIMESTAMP_FILE", &clock.display().to_string())
                .with_env("FAKETIME_CACHE_DURATION", "1")
                // What sleeps and times out goes by the monotonic clock, which no step moves.
                .with_env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .with_env("DONT_FAKE_MONOTONIC", "1");
        }
        let mut part = Self { name, to_broker, to_database, running: None, byline, clock, offset: 0 };
        part.start_again();
        part
    }

    pub(super) fn start_again(&mut self) {
        let byline = self.byline.clone().with("--listen", "127.0.0.1:0");
        let arguments: &[&str] = match self.name {
            "all" => &["run"],
            role => &["run", role],
        };
        self.running = Some(byline.start(self.name, arguments));
    }

    pub(super) fn speaks_to(&self, server: Server) -> bool {
        match server {
            Server::RabbitMq => self.name != "web",
            Server::Postgres => !matches!(self.name, "fetcher" | "parser"),
        }
    }

    pub(super) fn step_clock(&mut self, seconds: i64) {
        self.offset += seconds;
        std::fs::write(&self.clock, format!("{:+}", self.offset)).unwrap();
    }
}

/// Past the capture of `print!`: a test that was not run must not look like one that was.
fn say(text: &str) {
    std::io::stderr().write_all(format!("{text}\n").as_bytes()).unwrap();
}

/// Of a process that was told to take any free port.
pub(super) async fn address_of_pages(running: &Running) -> SocketAddr {
    let mut found = None;
    wait_until("web pages", Duration::from_secs(60), async || {
        let log = running.log();
        found =
            log.split("web pages at http://").nth(1).and_then(|rest| rest.split('/').next()?.parse().ok());
        found.is_some()
    })
    .await;
    found.unwrap()
}
