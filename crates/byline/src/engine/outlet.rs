//! The scheduler's outlets over the queue's publisher.

use async_trait::async_trait;
use model::{Envelope, Failure, Lane, Message};
use queue::{PublishError, Publisher};
use scheduler::Outlet;
use serde_json::Value;
use std::time::Duration;
use store::OutboxEvent;
use uuid::Uuid;

/// How long to wait after the broker took nothing.
const BUSY: Duration = Duration::from_secs(1);

/// Messages for a stage.
pub(super) struct Queue(Publisher);

impl Queue {
    pub(super) fn new(publisher: Publisher) -> Self {
        Self(publisher)
    }
}

#[async_trait]
impl<M: Message> Outlet<M> for Queue {
    async fn publish(&self, messages: Vec<M>) -> Vec<Result<(), Failure>> {
        let envelopes: Vec<Envelope<M>> = messages.into_iter().map(|m| self.0.envelope(m)).collect();
        let answers = self.0.publish_all(&envelopes).await;
        answers.into_iter().map(|answer| answer.map_err(failure)).collect()
    }

    async fn waiting(&self) -> Option<usize> {
        let waiting = self.0.live_backlog().await.ok()?;
        Some(usize::try_from(waiting).unwrap_or(usize::MAX))
    }
}

/// Events for whoever listens.
pub(super) struct Events(Publisher);

impl Events {
    pub(super) fn new(publisher: Publisher) -> Self {
        Self(publisher)
    }
}

#[async_trait]
impl Outlet<OutboxEvent> for Events {
    async fn publish(&self, messages: Vec<OutboxEvent>) -> Vec<Result<(), Failure>> {
        let envelopes: Vec<Envelope<Value>> = messages.into_iter().map(envelope).collect();
        let told = envelopes.iter().map(|e| self.0.announce(e));
        let answers = futures::future::join_all(told).await;
        answers.into_iter().map(|answer| answer.map_err(failure)).collect()
    }
}

fn envelope(event: OutboxEvent) -> Envelope<Value> {
    let OutboxEvent { id, event } = event;
    Envelope {
        specversion: "1.0".to_owned(),
        id: event_id(id, event.at.timestamp_millis()),
        source: "/byline/scheduler".to_owned(),
        kind: format!("byline.{}.v1", event.kind),
        subject: event.subject,
        time: event.at,
        lane: Lane::Live,
        traceparent: None,
        datacontenttype: "application/json".to_owned(),
        data: event.data,
    }
}

/// The same for the same event: one that is told twice, because the process died in between, is known by it
/// (RFC 9562 §5.8, a UUID of its maker's own form).
fn event_id(row: i64, at_ms: i64) -> Uuid {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&at_ms.to_be_bytes());
    bytes[8..].copy_from_slice(&row.to_be_bytes());
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Only what surely was not taken may be leased to somebody else at once.
fn failure(error: PublishError) -> Failure {
    match error.is_busy() {
        true => Failure::busy("broker-busy", error, BUSY),
        false => Failure::permanent("not-published", error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_one_id_however_often_it_is_told() {
        assert_eq!(event_id(7, 1000), event_id(7, 1000));
        assert_ne!(event_id(7, 1000), event_id(8, 1000));
        assert_eq!(event_id(7, 1000).get_version_num(), 8);
    }
}
