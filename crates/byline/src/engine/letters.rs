//! Dead letters, kept in the database; the visit that such a message was for ends with it.

use async_trait::async_trait;
use chrono::Utc;
use model::{Failure, PageUrl};
use sink::SinkStage;
use std::sync::Arc;
use store::{DeadLetter, DynStore};

pub(super) struct Letters {
    store: DynStore,
    sink: Arc<SinkStage>,
}

impl Letters {
    pub(super) fn new(store: DynStore, sink: Arc<SinkStage>) -> Self {
        Self { store, sink }
    }
}

#[async_trait]
impl queue::DeadLetters for Letters {
    async fn record(&self, letter: queue::DeadLetter) -> Result<(), Failure> {
        let now = Utc::now();
        let subject = letter.subject.unwrap_or_default();
        let host = PageUrl::parse(&subject).map(|url| url.host_key().0).unwrap_or_default();
        let kept = DeadLetter {
            // A message without an id is known by what it says.
            id: match letter.id.as_str() {
                "" => format!("{}-{:016x}", letter.stage, fingerprint(&letter.body)),
                id => id.to_owned(),
            },
            stage: letter.stage.to_owned(),
            reason: letter.code,
            message: letter.message,
            subject,
            host,
            attempts: letter.attempts,
            first_at: letter.first_at.unwrap_or(now),
            died_at: now,
            body: match std::str::from_utf8(&letter.body) {
                Ok(text) => text.to_owned(),
                Err(_) => letter.body.escape_ascii().to_string(),
            },
            replays: 0,
            state: "waiting".to_owned(),
            settled_at: None,
        };
        self.store.dead_letter(&kept).await.map_err(store::StoreError::into_failure)?;
        self.sink.settle_dead(letter.stage, &letter.body, &kept.reason, &kept.message, now).await
    }
}

/// FNV-1a, 64 bits: the same in every version of the program.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}
