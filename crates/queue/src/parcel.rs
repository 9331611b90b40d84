//! A message as it travels: the encoded envelope and the few facts that the runner needs besides it.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use model::{Envelope, Lane, Message, message::Malformed};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Bytes of one message with its headers. What a broker adds for itself (`x-death`, `x-delivery-count`) is
/// not part of it, so it is never copied into a retry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parcel {
    /// The envelope as JSON.
    pub body: Bytes,
    /// The envelope's id; empty where the sender gave none.
    pub id: String,
    /// The envelope's type; empty where the sender gave none.
    pub kind: String,
    /// Which try this is, from 1. Waiting for a busy part does not count.
    pub attempt: u32,
    /// When it was first sent, whatever the number of tries.
    pub first_at: Option<DateTime<Utc>>,
    /// Why it was given up or is tried again.
    pub trouble: Option<Trouble>,
    /// Headers of others, carried along.
    pub headers: BTreeMap<String, String>,
}

/// Why a message could not be dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The stage in which it happened.
    pub stage: String,
    /// Low cardinality: `panic`, `deadline`, `malformed`, or the stage's own.
    pub code: String,
    /// For people, at most [`MAX_REASON_CHARS`] characters.
    pub message: String,
}

/// Characters of a reason. Headers travel with every hop; the whole story is in the log.
pub const MAX_REASON_CHARS: usize = 500;

impl Trouble {
    pub fn new(stage: &str, code: &str, message: &str) -> Self {
        Self {
            stage: stage.to_owned(),
            code: code.to_owned(),
            message: message.chars().take(MAX_REASON_CHARS).collect(),
        }
    }
}

impl Parcel {
    /// The first try of a new message.
    ///
    /// # Errors
    /// [`Malformed::TooLarge`] where the envelope is larger than any message may be.
    pub fn seal<T: Message>(envelope: &Envelope<T>) -> Result<Self, Malformed> {
        Ok(Self {
            body: envelope.encode()?.into(),
            id: envelope.id.to_string(),
            kind: envelope.kind.clone(),
            attempt: 1,
            first_at: Some(envelope.time),
            trouble: None,
            headers: BTreeMap::new(),
        })
    }

    /// # Errors
    /// [`Malformed`] where the body is not an envelope of `T`.
    pub fn open<T: Message>(&self) -> Result<Envelope<T>, Malformed> {
        Envelope::decode(&self.body)
    }

    /// The lane that the message names; live where it cannot be read.
    pub fn lane(&self) -> Lane {
        #[derive(Default, Deserialize)]
        struct Head {
            #[serde(default)]
            lane: Lane,
        }
        serde_json::from_slice::<Head>(&self.body).unwrap_or_default().lane
    }

    /// The same message once more, counted.
    pub fn next_attempt(&self, trouble: Trouble) -> Self {
        Self { attempt: self.attempt.saturating_add(1), trouble: Some(trouble), ..self.clone() }
    }

    /// The same message with the reason why it is put aside.
    pub fn because(&self, trouble: Trouble) -> Self {
        Self { trouble: Some(trouble), ..self.clone() }
    }

    /// The same message as if it had never been tried.
    pub fn afresh(&self) -> Self {
        Self { attempt: 1, trouble: None, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_keeps_everything_but_its_count_and_reason() {
        let parcel = Parcel {
            body: Bytes::from_static(b"{}"),
            id: "7".to_owned(),
            attempt: 2,
            headers: BTreeMap::from([("x-tenant".to_owned(), "a".to_owned())]),
            ..Parcel::default()
        };
        let next = parcel.next_attempt(Trouble::new("parse", "database", "away"));
        assert_eq!(next.attempt, 3);
        assert_eq!(
            (next.body, next.id, next.headers),
            (parcel.body.clone(), parcel.id.clone(), parcel.headers)
        );
    }

    #[test]
    fn reasons_are_cut() {
        assert_eq!(Trouble::new("parse", "panic", &"é".repeat(1000)).message.chars().count(), 500);
    }
}
