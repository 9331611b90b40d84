//! Dead letters on their way to where they are kept, shown and replayed: the database.

use crate::{Delivery, Health, Parcel, Subscription, Transport, topology::STAGES};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{Failure, Lane};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// A message that was given up, with everything needed to understand it and to send it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The stage that gave it up; it goes there again when replayed.
    pub stage: &'static str,
    pub lane: Lane,
    /// The envelope's id; empty where the sender gave none. A letter can be delivered more than once.
    pub id: String,
    /// The envelope's type; empty where the sender gave none.
    pub kind: String,
    /// The page's address, where the message could be read.
    pub subject: Option<String>,
    pub attempts: u32,
    /// Low cardinality.
    pub code: String,
    pub message: String,
    pub first_at: Option<DateTime<Utc>>,
    /// The message itself; not always JSON.
    pub body: bytes::Bytes,
}

impl DeadLetter {
    /// For [`Publisher::replay`](crate::Publisher::replay).
    pub fn parcel(&self) -> Parcel {
        Parcel {
            body: self.body.clone(),
            id: self.id.clone(),
            kind: self.kind.clone(),
            attempt: 1,
            first_at: self.first_at,
            ..Parcel::default()
        }
    }

    fn of(stage: &'static str, parcel: &Parcel) -> Self {
        /// What is read of a message that may be no message at all.
        #[derive(Default, Deserialize, Serialize)]
        #[serde(default)]
        struct Head {
            id: Option<String>,
            r#type: Option<String>,
            subject: Option<String>,
        }
        let head: Head = serde_json::from_slice(&parcel.body).unwrap_or_default();
        let or = |text: &String, other: Option<String>| match text.as_str() {
            "" => other.unwrap_or_default(),
            text => text.to_owned(),
        };
        let trouble = parcel.trouble.as_ref();
        Self {
            stage,
            lane: parcel.lane(),
            id: or(&parcel.id, head.id),
            kind: or(&parcel.kind, head.r#type),
            subject: head.subject,
            attempts: parcel.attempt,
            code: trouble.map_or_else(|| "unknown".to_owned(), |t| t.code.clone()),
            message: trouble.map(|t| t.message.clone()).unwrap_or_default(),
            first_at: parcel.first_at,
            body: parcel.body.clone(),
        }
    }
}

/// Where dead letters are kept. Must be idempotent: the same letter can come twice.
#[async_trait]
pub trait DeadLetters: Send + Sync + 'static {
    /// Returns when the letter is durable.
    ///
    /// # Errors
    /// Any [`Failure`] means: not now; the letter stays in its queue.
    async fn record(&self, letter: DeadLetter) -> Result<(), Failure>;
}

/// Moves dead letters from their queues into a [`DeadLetters`]. Where none runs, they wait in the queues.
pub struct DeadLetterCollector {
    transport: Arc<dyn Transport>,
    letters: Arc<dyn DeadLetters>,
    health: Arc<Health>,
}

/// Letters of one stage in hand at once.
const PREFETCH: u16 = 16;

/// While they cannot be recorded.
const PAUSE: Duration = Duration::from_secs(5);

impl DeadLetterCollector {
    pub fn new(transport: Arc<dyn Transport>, letters: Arc<dyn DeadLetters>) -> Self {
        Self { transport, letters, health: Arc::new(Health::new("dead")) }
    }

    /// For `/healthz`.
    pub fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    /// Runs until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let collecting = STAGES.map(|stage| {
            let queue = self.transport.topology().dead_queue(stage);
            let letters = self.transport.subscribe(&queue, PREFETCH, Arc::clone(&self.health));
            self.collect(stage, letters, shutdown.clone())
        });
        futures::future::join_all(collecting).await;
    }

    async fn collect(&self, stage: &'static str, mut dead: Subscription, shutdown: CancellationToken) {
        loop {
            let delivery = tokio::select! {
                () = shutdown.cancelled() => break,
                delivery = dead.next() => match delivery {
                    Some(delivery) => delivery,
                    None => break,
                },
            };
            self.record(stage, delivery, &shutdown).await;
        }
        dead.stop().await;
    }

    /// What has been recorded is acknowledged even while stopping, or it would come again.
    async fn record(&self, stage: &'static str, delivery: Delivery, shutdown: &CancellationToken) {
        let letter = DeadLetter::of(stage, &delivery.parcel);
        metrics::counter!("byline_queue_dead_letters_total", "stage" => stage, "code" => known(&letter.code))
            .increment(1);
        while let Err(error) = self.letters.record(letter.clone()).await {
            tracing::warn!(stage, message.id = letter.id, %error, "dead letter not recorded, trying again");
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        tracing::warn!(
            stage,
            message.id = letter.id,
            page.url = letter.subject,
            error.code = letter.code,
            error = letter.message,
            message.attempts = letter.attempts,
            "dead letter"
        );
        if let Err(error) = delivery.ack().await {
            tracing::debug!(stage, %error, "dead letter recorded but not acknowledged");
        }
    }
}

/// Codes come from messages, and a stranger's message must not make a metric grow.
fn known(code: &str) -> &'static str {
    const CODES: [&str; 6] =
        ["malformed", "panic", "deadline", "miscounted", "output-refused", "delivery-limit"];
    CODES.into_iter().find(|known| *known == code).unwrap_or("stage")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_read_of_a_broken_message_is_read() {
        let parcel = Parcel {
            body:
                br#"{"id":"7","type":"x.v1","subject":"http://a.example/","lane":"bulk"}"#.as_slice().into(),
            attempt: 1,
            ..Parcel::default()
        };
        let letter = DeadLetter::of("parse", &parcel);
        assert_eq!((letter.id.as_str(), letter.kind.as_str(), letter.lane), ("7", "x.v1", Lane::Bulk));
        assert_eq!(letter.subject.as_deref(), Some("http://a.example/"));
        assert_eq!(letter.code, "unknown");
        assert_eq!(DeadLetter::of("parse", &Parcel::default()).subject, None);
    }
}
