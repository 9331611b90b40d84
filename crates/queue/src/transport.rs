//! The port between the runner and a broker. Two implementations, [`Memory`](crate::Memory) and
//! [`Amqp`](crate::Amqp), are held to the same contract by `tests/it/contract`.

use crate::{Health, Parcel, Route, Topology};
use async_trait::async_trait;
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

mod tray;

pub(crate) use tray::Tray;

/// Moves parcels. Nothing here gives up by itself: a lost connection is rebuilt for as long as the value lives.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    fn topology(&self) -> &Topology;

    /// Returns when the broker has taken responsibility for the parcel.
    ///
    /// # Errors
    /// [`SendError`]; the parcel may or may not have arrived where the answer was lost.
    async fn send(&self, route: &Route, parcel: &Parcel) -> Result<(), SendError>;

    /// Receives from a queue, at most `prefetch` unsettled parcels at once, across lost connections, until
    /// stopped or dropped. What it notices about its own state it tells `health`.
    fn subscribe(&self, queue: &str, prefetch: u16, health: Arc<Health>) -> Subscription;

    /// # Errors
    /// [`SendError::Busy`] where the broker does not answer.
    async fn depth(&self, queue: &str) -> Result<Depth, SendError>;

    /// Removes what waits in a queue and returns how many messages that were.
    ///
    /// # Errors
    /// [`SendError::Busy`] where the broker does not answer.
    async fn purge(&self, queue: &str) -> Result<u64, SendError>;

    /// Declares the topology (idempotent).
    ///
    /// # Errors
    /// [`SendError`] where the broker does not answer or holds something else under one of the names.
    async fn apply(&self) -> Result<(), SendError>;

    /// Ends all connections in order. Unsettled deliveries go back to their queues.
    async fn close(&self);

    /// Messages that would be gone with this process: that wait, are in hand, or wait out a delay.
    fn held(&self) -> usize;
}

/// A queue, seen from outside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Depth {
    /// Messages that wait; those in somebody's hands are not counted.
    pub ready: u64,
    pub consumers: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Not connected, blocked, refused because full, or no answer in time: try again later.
    #[error("the broker does not take messages now: {0}")]
    Busy(String),
    /// No queue is bound there: the topology is not applied or was changed by hand.
    #[error("no queue for {0}; run `byline topology apply`")]
    Unroutable(String),
    /// Something else stands under one of our names.
    #[error("{0}")]
    Conflict(String),
}

/// A parcel in our hands. Dropped without settling it goes back to its queue.
pub struct Delivery {
    pub parcel: Parcel,
    /// How often it was handed out before without being settled.
    pub redelivered: u32,
    pub(crate) settle: Box<dyn Settle>,
}

/// The connection through which a parcel came is gone: the broker will hand it out again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection was lost before the message was settled; it will be delivered again")]
pub struct Lost;

#[async_trait]
pub(crate) trait Settle: Send + Sync {
    async fn ack(self: Box<Self>) -> Result<(), Lost>;
    async fn give_back(self: Box<Self>) -> Result<(), Lost>;
    /// Settling can still succeed.
    fn is_live(&self) -> bool;
}

impl Delivery {
    /// It is dealt with.
    ///
    /// # Errors
    /// [`Lost`]
    pub async fn ack(self) -> Result<(), Lost> {
        self.settle.ack().await
    }

    /// Somebody else, or we later, shall deal with it.
    ///
    /// # Errors
    /// [`Lost`]
    pub async fn give_back(self) -> Result<(), Lost> {
        self.settle.give_back().await
    }
}

/// A stream of deliveries. Stopped by [`Subscription::stop`] or by dropping it.
pub struct Subscription {
    tray: Arc<Tray>,
    stop: DropGuard,
    task: JoinHandle<()>,
}

impl Subscription {
    /// `run` fills the tray, and ends soon after the signal to stop.
    pub(crate) fn spawn<F: Future<Output = ()> + Send + 'static>(
        prefetch: u16,
        run: impl FnOnce(Arc<Tray>, CancellationToken) -> F,
    ) -> Self {
        let tray = Arc::new(Tray::new(prefetch));
        let stop = CancellationToken::new();
        let running = run(Arc::clone(&tray), stop.clone());
        let filled = Arc::clone(&tray);
        let task = tokio::spawn(async move {
            running.await;
            filled.close();
        });
        Self { tray, stop: stop.drop_guard(), task }
    }

    /// The next parcel that can still be settled; none once the transport is closed. Cancel-safe.
    pub async fn next(&mut self) -> Option<Delivery> {
        self.tray.take().await
    }

    /// The next one if it is already here.
    pub fn next_now(&mut self) -> Option<Delivery> {
        self.tray.take_now()
    }

    /// Ends the intake and gives back what nobody has looked at. Deliveries already taken stay valid.
    pub async fn stop(self) {
        let Self { tray, stop, task } = self;
        drop(stop);
        if let Err(error) = task.await {
            tracing::warn!(%error, "subscription ended badly");
        }
        while let Some(delivery) = tray.take_now() {
            if let Err(error) = delivery.give_back().await {
                tracing::debug!(%error, "could not give a message back");
            }
        }
    }
}
