//! Wiring: which parts of Byline run in this process, over which queues and which database, and how they
//! start and end together.
//!
//! The embedded default and a deployment of five processes are the same code: [`Plan`] names the roles,
//! [`Engine::start`] gives each what it needs, [`Engine::stop`] ends them in the order of the pipe.

pub mod alarms;
mod letters;
mod lock;
pub mod open;
mod outlet;
mod probes;
pub mod signals;

use crate::{cli::Role, config::Config};
use anyhow::{Context, Result};
use chrono::{TimeDelta, Utc};
use model::{Archive, SourceId, Stage};
use queue::{DeadLetterCollector, Publisher, Runner, RunnerConfig, Transport};
use std::{collections::BTreeSet, future::Future, sync::Arc, time::Duration};
use store::{DynStore, ReparseState};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use lock::DataLock;
pub use probes::ProcessProbes;

/// What is to run in this process.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub roles: BTreeSet<Role>,
    /// Visits only pages of these sources; empty: all.
    pub sources: Vec<SourceId>,
    /// Grants no visits; only reparse jobs are fed.
    pub no_visits: bool,
    /// Ends reparse jobs stay where they are (a crawl does its own work only).
    pub no_reparse: bool,
}

impl Plan {
    pub fn of(roles: impl IntoIterator<Item = Role>) -> Self {
        Self { roles: roles.into_iter().collect(), ..Self::default() }
    }

    /// All stages, for these sources only.
    pub fn crawl(sources: Vec<SourceId>) -> Self {
        let roles = [Role::Scheduler, Role::Fetcher, Role::Parser, Role::Sink];
        Self { sources, no_reparse: true, ..Self::of(roles) }
    }

    /// What a reparse job needs.
    pub fn reparse() -> Self {
        Self { no_visits: true, ..Self::of([Role::Scheduler, Role::Parser, Role::Sink]) }
    }

    /// What a message needs that is sent to its stage once more.
    pub fn replay() -> Self {
        Self { no_reparse: true, ..Self::of([Role::Fetcher, Role::Parser, Role::Sink]) }
    }

    fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// A fetcher or parser alone holds no database credentials.
    fn needs_store(&self) -> bool {
        self.has(Role::Scheduler) || self.has(Role::Sink) || self.has(Role::Web)
    }

    /// The web pages are there while the broker is away.
    fn needs_queues(&self) -> bool {
        self.roles.iter().any(|role| *role != Role::Web)
    }

    fn needs_archive(&self) -> bool {
        self.has(Role::Fetcher) || self.has(Role::Parser) || self.has(Role::Sink)
    }
}

/// Parts under way.
pub struct Engine {
    transport: Arc<dyn Transport>,
    probes: Arc<ProcessProbes>,
    /// One token for each step of the pipe, so that the front ends before what stands behind it.
    steps: Vec<(CancellationToken, Vec<JoinHandle<()>>)>,
    helpers: (CancellationToken, TaskTracker),
    web: Option<std::net::SocketAddr>,
    _lock: Option<DataLock>,
}

/// Longest that work in hand may take once the end is asked for.
const GRACE: Duration = Duration::from_secs(20);

/// How long the sink's next transaction waits for more results. Each costs the database some forty statements and
/// wakes the scheduler, however many results are in it; a page waits longer than this for its host.
const GATHER: Duration = Duration::from_millis(20);

/// A parser gives a page up by itself after 10 s; the runner's deadline is the net below that.
const PARSE_DEADLINE: Duration = Duration::from_secs(30);

/// An exchange ends after 60 s by itself, gaps between its hops not counted.
const FETCH_DEADLINE: Duration = Duration::from_secs(150);

/// Transactions of the sink at a time. SQLite has one writer: what waits for it waits better in the queue,
/// where it becomes the next batch.
fn sinks(config: &Config) -> usize {
    match &config.database_url {
        Some(url) if !url.expose().starts_with("sqlite:") => 2,
        _ => 1,
    }
}

impl Engine {
    /// Starts the parts; waits for services rather than fail where they do not answer yet.
    ///
    /// # Errors
    /// Where a setting cannot be used, or another process holds the data directory.
    pub async fn start(config: &Config, plan: &Plan) -> Result<Self> {
        let embedded = config.amqp_url.is_none();
        let lock = embedded.then(|| DataLock::take(&config.data)).transpose()?;
        let transport = open::transport(config, &role_names(plan))?;
        let mut engine = Self {
            probes: Arc::new(ProcessProbes::new(crate::telemetry::numbers(), plan.needs_store())),
            transport: Arc::clone(&transport),
            steps: Vec::new(),
            helpers: (CancellationToken::new(), TaskTracker::new()),
            web: None,
            _lock: lock,
        };
        // Health is told from the beginning, while broker and database may still be on their way.
        if !plan.has(Role::Web) {
            engine.serve(config, plan, None).await?;
        }
        let store = match plan.needs_store() {
            true => Some(open::store_when_there(config).await?),
            false => None,
        };
        if let Some(store) = store.as_ref().filter(|_| embedded) {
            free_leases(store).await?;
            send_reparses_again(store).await?;
        }
        if plan.needs_queues() {
            open::topology_when_there(&transport).await?;
        }
        if let Some(store) = &store {
            engine.help(store, plan);
        }
        engine.stages(config, plan, store.as_ref())?;
        if plan.has(Role::Web) {
            engine.serve(config, plan, store).await?;
        }
        Ok(engine)
    }

    /// Where the web pages are, if they are served.
    pub fn web(&self) -> Option<std::net::SocketAddr> {
        self.web
    }

    /// The queues that the parts work over.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }

    /// Ends everything: grants first, then each stage when nothing more comes from the one before it.
    pub async fn stop(self) {
        for (token, tasks) in self.steps {
            token.cancel();
            for task in tasks {
                if let Err(error) = task.await {
                    tracing::error!(%error, "a part ended badly");
                }
            }
        }
        let (token, tracker) = self.helpers;
        token.cancel();
        tracker.close();
        tracker.wait().await;
        self.transport.close().await;
    }

    fn stages(&mut self, config: &Config, plan: &Plan, store: Option<&DynStore>) -> Result<()> {
        if let Some(store) = store.filter(|_| plan.has(Role::Scheduler)) {
            self.schedule(config, plan, store);
        }
        let archive: Option<Arc<dyn Archive>> = match plan.needs_archive() {
            true => Some(Arc::new(open::archive(config)?)),
            false => None,
        };
        if let Some(archive) = archive.as_ref().filter(|_| plan.has(Role::Fetcher) && !plan.no_visits) {
            let client = open::client(config)?;
            let stage = fetcher::FetchStage::new(client, Arc::clone(archive), Arc::new(Utc::now));
            self.run_stage(Arc::new(stage), config.fetchers, FETCH_DEADLINE);
        }
        if let Some(archive) = archive.as_ref().filter(|_| plan.has(Role::Parser)) {
            let rules = open::rules(config)?;
            let stage = parser::ParseStage::new(Arc::clone(archive), rules, config.parsers);
            // While as many as there are threads are parsed, the next are read from the archive.
            self.run_stage(Arc::new(stage), config.parsers * 2, PARSE_DEADLINE);
        }
        if let (Some(archive), Some(store)) = (&archive, store.filter(|_| plan.has(Role::Sink))) {
            let stage =
                Arc::new(sink::SinkStage::new(store.clone(), Arc::clone(archive), sink::Policy::default()));
            let letters = Arc::new(letters::Letters::new(store.clone(), Arc::clone(&stage)));
            self.run_stage(stage, sinks(config), Duration::from_secs(60));
            let collector = DeadLetterCollector::new(Arc::clone(&self.transport), letters);
            let token = CancellationToken::new();
            self.probes.watch(collector.health());
            let task = tokio::spawn(collector.run(token.clone()));
            self.steps.push((token, vec![task]));
        }
        Ok(())
    }

    fn run_stage<S: Stage>(&mut self, stage: Arc<S>, concurrency: usize, deadline: Duration) {
        let config =
            RunnerConfig { concurrency, deadline, grace: GRACE, gather: GATHER, ..RunnerConfig::default() };
        let runner = Runner::new(stage, Arc::clone(&self.transport), config);
        self.probes.watch(runner.health());
        let token = CancellationToken::new();
        let task = tokio::spawn(runner.run(token.clone()));
        self.steps.push((token, vec![task]));
    }

    fn schedule(&mut self, config: &Config, plan: &Plan, store: &DynStore) {
        let token = CancellationToken::new();
        let publisher = Publisher::new(Arc::clone(&self.transport), "scheduler");
        let clock: scheduler::Clock = Arc::new(Utc::now);
        let mut tasks = Vec::new();
        if !plan.no_visits {
            let outlet = Arc::new(outlet::Queue::new(publisher.clone()));
            let scheduler = scheduler::Scheduler::new(store.clone(), outlet, open::scheduler_config(config))
                .for_sources(plan.sources.clone());
            let (clock, stop) = (Arc::clone(&clock), token.clone());
            tasks.push(tokio::spawn(async move { scheduler.run(clock, stop).await }));
        }
        if !plan.no_reparse {
            let outlet = Arc::new(outlet::Queue::new(publisher.clone()));
            let pump = scheduler::ReparsePump::new(store.clone(), outlet);
            let stop = token.clone();
            tasks.push(tokio::spawn(async move { pump.run(clock, stop).await }));
        }
        // Events go out for whoever listens; with queues in this process nobody can.
        let pump = scheduler::OutboxPump::new(store.clone(), Arc::new(outlet::Events::new(publisher)));
        let stop = token.clone();
        tasks.push(tokio::spawn(async move { pump.run(stop).await }));
        self.steps.push((token, tasks));
    }

    /// Keeps the gauges of `/metrics` and the database's check current.
    fn help(&self, store: &DynStore, plan: &Plan) {
        let queues = plan.has(Role::Scheduler).then(|| Arc::clone(&self.transport));
        let watch = probes::keep_current(Arc::clone(&self.probes), store.clone(), queues);
        self.spawn_helper(watch);
    }

    async fn serve(&mut self, config: &Config, plan: &Plan, store: Option<DynStore>) -> Result<()> {
        let probes: Arc<dyn web::Probes> = Arc::clone(&self.probes) as _;
        let router = match store.filter(|_| plan.has(Role::Web)) {
            Some(store) => web::router(web::Site { store, probes }),
            None if plan.no_visits || plan.no_reparse => return Ok(()),
            None => web::probe_router(probes),
        };
        let listener = match TcpListener::bind(config.listen).await {
            Ok(listener) => listener,
            // Five roles on one machine would quarrel over the default port: only who asked for it gets it.
            Err(error) if !plan.has(Role::Web) && !config.listen_given => {
                tracing::info!(%error, listen = %config.listen, "health and metrics are not served");
                return Ok(());
            }
            Err(error) => {
                return Err(error).with_context(|| {
                    format!("cannot listen on {}; choose another address with --listen", config.listen)
                });
            }
        };
        if plan.has(Role::Web) {
            self.web = Some(listener.local_addr()?);
        }
        let stop = self.helpers.0.clone();
        self.spawn_helper(async move {
            if let Err(error) = web::serve(listener, router, stop).await {
                tracing::error!(%error, "web server ended");
            }
        });
        Ok(())
    }

    /// A task that ends when everything ends.
    fn spawn_helper(&self, task: impl Future<Output = ()> + Send + 'static) {
        let (token, tracker) = &self.helpers;
        let token = token.clone();
        tracker.spawn(async move {
            tokio::select! {
                () = token.cancelled() => {}
                () = task => {}
            }
        });
    }
}

/// What a process that died had granted is due again at once: with queues in memory, and this process alone
/// on its data directory, nobody can still be at work on it.
async fn free_leases(store: &DynStore) -> Result<()> {
    let freed = store.expire_leases(Utc::now() + TimeDelta::days(36_500)).await?;
    if freed > 0 {
        tracing::info!(leases = freed, "visits of an earlier process are due again");
    }
    Ok(())
}

/// So are the captures that it had sent to be parsed again.
async fn send_reparses_again(store: &DynStore) -> Result<()> {
    for job in store.reparse_jobs().await? {
        let over = matches!(job.state, ReparseState::Done | ReparseState::Cancelled);
        if !over && job.published > job.finished {
            store.reparse_send_again(job.id, Utc::now()).await?;
        }
    }
    Ok(())
}

fn role_names(plan: &Plan) -> String {
    let names: Vec<String> = plan.roles.iter().map(|r| format!("{r:?}").to_lowercase()).collect();
    format!("byline {}", names.join(" "))
}
