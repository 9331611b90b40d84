//! Runs one stage: takes messages from its queues, hands their values over, passes the answers on, and only
//! then acknowledges. Everything that can go wrong on the way is decided here and nowhere else:
//!
//! | what happens | what becomes of the message |
//! |---|---|
//! | `Ok` | its output is published and confirmed, then it is acknowledged |
//! | [`Failure::Transient`](model::Failure) | tried again after 5 s, 30 s, 5 min, 30 min, 2 h; then dead |
//! | [`Failure::Busy`](model::Failure) | tried again after the delay asked for, not counted |
//! | [`Failure::Permanent`](model::Failure), malformed, panic, over its deadline | dead |
//! | the output or the message itself cannot be published | held, and tried again: back-pressure |
//! | the connection is lost | delivered again by the broker; stages are idempotent |
//! | it came back three times | to the [`quarantine`], one at a time; dead if it goes on killing its process |

use crate::{Health, Publisher, Transport};
use model::{Lane, Stage};
use std::{sync::Arc, time::Duration};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

mod call;
mod job;
mod lanes;
mod quarantine;

use job::Job;
use lanes::Lanes;
use quarantine::Quarantine;

/// How a stage is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerConfig {
    /// Calls of the stage at the same time.
    pub concurrency: usize,
    /// Longest call. A stage whose work cannot be cancelled gives up by itself before.
    pub deadline: Duration,
    /// How long work in hand may take to finish once the shutdown is asked for.
    pub grace: Duration,
    /// How long a finished output is held while the next queue does not take it, before the input is put
    /// back into a delay queue. Below RabbitMQ's 30 minutes for an acknowledgement.
    pub hold: Duration,
    /// How long a stage that takes batches lets one wait for more messages: a transaction for many costs little
    /// more than one for a single message.
    pub gather: Duration,
}

impl Default for RunnerConfig {
    fn default() -> Self {
        Self {
            concurrency: 4,
            deadline: Duration::from_secs(60),
            grace: Duration::from_secs(20),
            hold: Duration::from_secs(10 * 60),
            gather: Duration::ZERO,
        }
    }
}

pub struct Runner<S: Stage> {
    job: Arc<Job<S>>,
    transport: Arc<dyn Transport>,
    health: Arc<Health>,
    config: RunnerConfig,
}

impl<S: Stage> Runner<S> {
    pub fn new(stage: Arc<S>, transport: Arc<dyn Transport>, config: RunnerConfig) -> Self {
        let publisher = Publisher::new(Arc::clone(&transport), S::NAME);
        let health = Arc::new(Health::new(S::NAME));
        let job = Arc::new(Job::new(stage, publisher, Arc::clone(&transport), Arc::clone(&health), &config));
        Self { job, transport, health, config }
    }

    /// For `/healthz`.
    pub fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    /// Runs until `shutdown`, then stops the intake, finishes what is in hand within the grace period,
    /// gives back the rest, and returns.
    pub async fn run(self, shutdown: CancellationToken) {
        let batch = self.job.batch();
        let (transport, health) = (self.transport.as_ref(), Arc::clone(&self.health));
        let mut lanes = Lanes::open(transport, S::NAME, self.prefetch(batch), self.config.gather, health);
        let mut quarantine = Quarantine::open(self.transport.as_ref(), S::NAME, Arc::clone(&self.health));
        let mut jobs = JoinSet::new();
        loop {
            quarantine.begin(&self.job, &mut jobs);
            let room = jobs.len() < quarantine.leaves(self.config.concurrency);
            let free = quarantine.is_free();
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                Some(done) = jobs.join_next(), if !jobs.is_empty() => note::<S>(done),
                suspect = quarantine.next(), if free => match suspect {
                    Some(delivery) => quarantine.admit(delivery),
                    None => break,
                },
                next = lanes.next(batch), if room => match next {
                    Some((lane, deliveries)) => {
                        jobs.spawn(Arc::clone(&self.job).run(lane, deliveries));
                    }
                    None => break,
                },
            }
        }
        self.drain(lanes, quarantine, jobs).await;
    }

    async fn drain(&self, lanes: Lanes, quarantine: Quarantine, mut jobs: JoinSet<()>) {
        tracing::info!(stage = S::NAME, jobs.in_flight = jobs.len(), "stopping");
        tokio::join!(lanes.stop(), quarantine.stop());
        let finished = tokio::time::timeout(self.config.grace, async {
            while let Some(done) = jobs.join_next().await {
                note::<S>(done);
            }
        });
        if finished.await.is_err() {
            tracing::warn!(stage = S::NAME, jobs.given_back = jobs.len(), "grace period is over");
            // Dropping a job drops its deliveries, which gives them back.
            jobs.shutdown().await;
        }
        tracing::info!(stage = S::NAME, "stopped");
    }

    /// Enough that no call waits for the broker, and no more: what lies here is nobody else's work.
    fn prefetch(&self, batch: usize) -> u16 {
        u16::try_from(self.config.concurrency.saturating_mul(batch).saturating_mul(2)).unwrap_or(u16::MAX)
    }
}

/// A job settles its messages whatever happens in the stage; that it ends by itself in a panic is our own fault.
fn note<S: Stage>(done: Result<(), JoinError>) {
    if let Err(error) = done {
        tracing::error!(stage = S::NAME, %error, "job ended without settling its messages");
        metrics::counter!("byline_queue_job_faults_total", "stage" => S::NAME).increment(1);
    }
}

pub(crate) fn lane_label(lane: Lane) -> &'static str {
    match lane {
        Lane::Live => "live",
        Lane::Bulk => "bulk",
    }
}
