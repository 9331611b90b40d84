//! What the scheduler needs of the outside beside the store.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::Failure;

/// Takes messages and answers once they are safe with the broker. Implemented over the queue's publisher.
#[async_trait]
pub trait Outlet<M>: Send + Sync + 'static {
    /// One answer for each, in order. [`Failure::Busy`]: surely not taken, so the caller may take the lease
    /// back; any other failure: perhaps taken, so it must not be sent twice before the lease ends.
    async fn publish(&self, messages: Vec<M>) -> Vec<Result<(), Failure>>;

    /// Live messages that wait for any stage, nobody at work on them; none where that cannot be told now.
    async fn waiting(&self) -> Option<usize> {
        None
    }
}

/// The time. A function, so that a simulation can have its own.
pub type Clock = std::sync::Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
