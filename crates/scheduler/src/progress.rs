//! Whether a crawl has anything left to do.

use model::SourceId;
use std::time::Duration;
use store::{DynStore, StoreError, Time};

/// How far `byline crawl` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub in_flight: u64,
    /// Pages that can be visited within the patience.
    pub ready: u64,
    /// When the first of these can.
    pub ready_at: Option<Time>,
    /// Pages that come later: revisits, and pages in back-off.
    pub later: u64,
}

impl Progress {
    /// `patience`: how long a wait is waited out (gaps, a short Retry-After, the first back-offs).
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn of(
        store: &DynStore,
        sources: &[SourceId],
        now: Time,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let pending = store.pending(sources, now + patience).await?;
        Ok(Self {
            in_flight: pending.in_flight,
            ready: pending.ready,
            ready_at: pending.ready_at,
            later: pending.later,
        })
    }

    /// Nothing is under way and nothing will be within the patience.
    pub fn is_done(&self) -> bool {
        self.in_flight == 0 && self.ready == 0
    }
}
