//! What a stage is, and how it says that it could not do its work.

use crate::Message;
use async_trait::async_trait;
use std::time::Duration;

/// One step of the pipe: values in, values out. Only the runner in `queue` publishes, acknowledges, retries
/// and dead-letters.
#[async_trait]
pub trait Stage: Send + Sync + 'static {
    type Input: Message;
    type Output: Message;

    /// `fetch`, `parse` or `sink`: names its queues, metrics and spans.
    const NAME: &'static str;

    /// Most messages handed over at once. The runner never waits for a batch to fill.
    fn batch(&self) -> usize {
        1
    }

    /// One result for each input, in order. `Ok(None)`: done, nothing to pass on. The runner bounds the call
    /// in time and catches panics: either is a [`Failure::Permanent`] of every input of a batch of one, and
    /// of the guilty one only where the batch was larger (its messages are then handed over one by one).
    async fn process(&self, inputs: Vec<Self::Input>) -> Vec<Result<Option<Self::Output>, Failure>>;
}

/// Our own trouble. A site's trouble is data, never a failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Trying again cannot help: to the dead letters with its reason.
    #[error("{code}: {message}")]
    Permanent { code: &'static str, message: String },
    /// Likely to pass: tried again after a delay, at most six times.
    #[error("{code}: {message}")]
    Transient { code: &'static str, message: String, after: Option<Duration> },
    /// A part that we need is down or full: tried again until it is back, not counted as an attempt.
    #[error("{code}: {message}")]
    Busy { code: &'static str, message: String, after: Duration },
}

#[expect(clippy::needless_pass_by_value, reason = "called with fresh errors and with borrowed texts alike")]
impl Failure {
    pub fn permanent(code: &'static str, message: impl ToString) -> Self {
        Self::Permanent { code, message: message.to_string() }
    }

    pub fn transient(code: &'static str, message: impl ToString) -> Self {
        Self::Transient { code, message: message.to_string(), after: None }
    }

    pub fn busy(code: &'static str, message: impl ToString, after: Duration) -> Self {
        Self::Busy { code, message: message.to_string(), after }
    }

    /// Low cardinality, fit for a metric label and for `byline dead list --reason`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Permanent { code, .. } | Self::Transient { code, .. } | Self::Busy { code, .. } => code,
        }
    }
}
