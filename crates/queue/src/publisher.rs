//! Sending envelopes to the stage that takes them, and events to whoever listens.

use crate::{Delay, Depth, Parcel, Route, SendError, Transport, topology::stage_of};
use chrono::Utc;
use futures::future::join_all;
use model::{Envelope, Lane, Message, message::Malformed};
use std::{sync::Arc, time::Instant};

/// Every send is confirmed by the broker before it returns. Clones share one connection.
#[derive(Clone)]
pub struct Publisher {
    transport: Arc<dyn Transport>,
    /// CloudEvents `source`.
    source: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// Nothing is lost: the caller still has the value and tries again later.
    #[error(transparent)]
    NotTaken(#[from] SendError),
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("no stage takes messages of type {0:?}")]
    NoStage(String),
}

impl PublishError {
    /// Trying again later can help.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::NotTaken(_))
    }
}

impl Publisher {
    /// `role`: who sends; it becomes the `source` of the envelopes made here.
    pub fn new(transport: Arc<dyn Transport>, role: &str) -> Self {
        Self { transport, source: format!("/byline/{role}").into() }
    }

    /// An envelope around `data`, made now.
    pub fn envelope<T: Message>(&self, data: T) -> Envelope<T> {
        Envelope::new(&self.source, Utc::now(), data)
    }

    /// Sends to the stage that takes this type, in the envelope's lane.
    ///
    /// # Errors
    /// [`PublishError`]; what is [busy](PublishError::is_busy) may be sent again.
    pub async fn publish<T: Message>(&self, envelope: &Envelope<T>) -> Result<(), PublishError> {
        let stage = stage_of(T::TYPE).ok_or_else(|| PublishError::NoStage(T::TYPE.to_owned()))?;
        let route = Route::Work { queue: self.transport.topology().queue(stage, envelope.lane) };
        self.send(&route, &Parcel::seal(envelope)?).await
    }

    /// Sends many with their confirms in flight together; one answer for each, in order.
    pub async fn publish_all<T: Message>(&self, envelopes: &[Envelope<T>]) -> Vec<Result<(), PublishError>> {
        join_all(envelopes.iter().map(|e| self.publish(e))).await
    }

    /// Tells an event of the outbox to `byline.events` under its type. That nobody listens is no error.
    ///
    /// # Errors
    /// As [`Publisher::publish`].
    pub async fn announce(&self, event: &Envelope<serde_json::Value>) -> Result<(), PublishError> {
        let body = serde_json::to_vec(event).map_err(|e| Malformed::Json(e.to_string()))?;
        let parcel = Parcel {
            body: body.into(),
            id: event.id.to_string(),
            kind: event.kind.clone(),
            attempt: 1,
            first_at: Some(event.time),
            ..Parcel::default()
        };
        self.send(&Route::Event { kind: event.kind.clone() }, &parcel).await
    }

    /// Sends a dead letter to its stage once more, as if it had never been tried.
    ///
    /// # Errors
    /// As [`Publisher::publish`].
    pub async fn replay(&self, stage: &str, lane: Lane, parcel: &Parcel) -> Result<(), PublishError> {
        let route = Route::Work { queue: self.transport.topology().queue(stage, lane) };
        self.send(&route, &parcel.afresh()).await
    }

    /// How much waits for a stage, both lanes together.
    ///
    /// # Errors
    /// [`SendError::Busy`] where the broker does not answer.
    pub async fn backlog(&self, stage: &str) -> Result<Depth, SendError> {
        let mut sum = Depth::default();
        for (_, _, queue) in self.transport.topology().work_queues().iter().filter(|(s, _, _)| *s == stage) {
            let depth = self.transport.depth(queue).await?;
            sum.ready += depth.ready;
            sum.consumers += depth.consumers;
        }
        Ok(sum)
    }

    /// How many live messages wait for any stage.
    ///
    /// # Errors
    /// [`SendError::Busy`] where the broker does not answer.
    pub async fn live_backlog(&self) -> Result<u64, SendError> {
        let mut sum = 0;
        for (_, _, queue) in self.transport.topology().work_queues().iter().filter(|q| q.1 == Lane::Live) {
            sum += self.transport.depth(queue).await?.ready;
        }
        Ok(sum)
    }

    pub(crate) async fn send(&self, route: &Route, parcel: &Parcel) -> Result<(), PublishError> {
        let begun = Instant::now();
        let result = self.transport.send(route, parcel).await;
        let outcome = match &result {
            Ok(()) => "confirmed",
            Err(SendError::Busy(_)) => "busy",
            Err(SendError::Unroutable(_)) => "unroutable",
            Err(SendError::Conflict(_)) => "conflict",
        };
        metrics::counter!("byline_queue_publishes_total", "outcome" => outcome).increment(1);
        metrics::histogram!("byline_queue_publish_seconds").record(begun.elapsed().as_secs_f64());
        Ok(result?)
    }

    pub(crate) fn delayed(&self, delay: Delay, queue: &str) -> Route {
        Route::Delay { delay, queue: queue.to_owned() }
    }
}
