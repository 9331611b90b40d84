//! Messages that processes had in hand when they died, one at a time.
//!
//! A broker counts a death against every message that the process had in hand, guilty or not, and hands them
//! out again together, so that one message that kills its process would take its neighbours to the dead letters
//! with it. Hence a message that has come back [`SUSPECT_AFTER`] times is sent on to the stage's quarantine.
//! From there a process takes one, so that its next death counts against that one only; and one that has been
//! there at [`ALONE_AFTER`] deaths is run with nothing else in hand at all. What then reaches the queue's
//! delivery limit has killed its processes itself.

use super::job::Job;
use crate::{Delivery, Health, Subscription, Transport};
use model::Stage;
use std::sync::Arc;
use tokio::{sync::Semaphore, task::JoinSet};

/// Times that a message came back unsettled. Once or twice happens to every message in years of restarts.
pub(super) const SUSPECT_AFTER: u32 = 3;

/// The same within the quarantine, where another message of the process may still have been guilty.
const ALONE_AFTER: u32 = 2;

pub(super) struct Quarantine {
    subscription: Subscription,
    /// Taken while a message from here is run.
    slot: Arc<Semaphore>,
    /// The one that runs shares its process with nothing.
    alone: bool,
    /// Taken, and to be run as soon as it may.
    waiting: Option<Delivery>,
}

impl Quarantine {
    pub(super) fn open(transport: &dyn Transport, stage: &str, health: Arc<Health>) -> Self {
        let queue = transport.topology().quarantine(stage);
        let subscription = transport.subscribe(&queue, 1, health);
        Self { subscription, slot: Arc::new(Semaphore::new(1)), alone: false, waiting: None }
    }

    fn is_running(&self) -> bool {
        self.slot.available_permits() == 0
    }

    /// The next one may be taken.
    pub(super) fn is_free(&self) -> bool {
        self.waiting.is_none() && !self.is_running()
    }

    /// Places for other messages, of `concurrency`.
    pub(super) fn leaves(&self, concurrency: usize) -> usize {
        let running = self.is_running();
        match self.waiting.is_some() || (self.alone && running) {
            true => 0,
            false => concurrency + usize::from(running),
        }
    }

    /// The next one; none once the transport is closed. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<Delivery> {
        self.subscription.next().await
    }

    pub(super) fn admit(&mut self, delivery: Delivery) {
        self.waiting = Some(delivery);
    }

    /// Runs the one that waits among `jobs`, where it need not be alone or there are none.
    pub(super) fn begin<S: Stage>(&mut self, job: &Arc<Job<S>>, jobs: &mut JoinSet<()>) {
        let none = jobs.is_empty();
        let Some(delivery) = self.waiting.take_if(|d| d.redelivered < ALONE_AFTER || none) else { return };
        self.alone = delivery.redelivered >= ALONE_AFTER;
        let slot = Arc::clone(&self.slot).try_acquire_owned();
        let job = Arc::clone(job);
        jobs.spawn(async move {
            job.run_suspect(delivery).await;
            drop(slot);
        });
    }

    pub(super) async fn stop(self) {
        drop(self.waiting);
        self.subscription.stop().await;
    }
}
