//! The stage: a grant in, what came of it out.

use crate::{
    Client,
    exchange::{Ending, Exchange},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{Archive, Cause, Failure, Fetched, Grant, Outcome, Stage, VisitNote};
use std::sync::Arc;

/// Tells the time; a test's stands still.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// One granted page -> one exchange -> one archived capture. One grant at a time: the runner gives
/// concurrency, [`crate::Limits::in_flight`] bounds it.
pub struct FetchStage {
    client: Client,
    archive: Arc<dyn Archive>,
    clock: Clock,
}

impl FetchStage {
    pub fn new(client: Client, archive: Arc<dyn Archive>, clock: Clock) -> Self {
        Self { client, archive, clock }
    }

    /// # Errors
    /// Only where the archive fails: the server's troubles are outcomes.
    async fn fetch(&self, mut grant: Grant) -> Result<Option<Fetched>, Failure> {
        let _permit = self
            .client
            .in_flight
            .acquire()
            .await
            .map_err(|closed| Failure::transient("fetch-closed", closed))?;
        let started_at = (self.clock)();
        if started_at >= grant.lease_until {
            tracing::info!(visit = %grant.visit, page.url = %grant.url, "grant dropped, its lease has ended");
            return Ok(None);
        }
        let mut exchange = Exchange::new(&self.client, &self.clock, &grant);
        let ending = exchange.run().await;
        let Exchange { bytes, address, hops, .. } = exchange;
        let ended_at = (self.clock)();
        let origin = std::mem::take(&mut grant.origin);
        let outcome = match ending {
            Ending::Outcome(outcome) => outcome,
            Ending::Answered { mut capture, validators, content_type } => {
                capture.visit = Some(Box::new(VisitNote {
                    visit: grant.visit,
                    page: grant.url.clone(),
                    hints: grant.hints.clone(),
                    started_at,
                    ended_at,
                    bytes,
                    content_type: content_type.clone(),
                    origin,
                }));
                Outcome::Captured {
                    status: capture.status,
                    capture: self.archive.put(&capture).await.map_err(model::ArchiveError::into_failure)?,
                    validators,
                    content_type,
                }
            }
        };
        let cause = Cause::Visit;
        let fetched = Fetched { grant, cause, started_at, ended_at, bytes, address, hops, outcome };
        record(&fetched);
        Ok(Some(fetched))
    }
}

#[async_trait]
impl Stage for FetchStage {
    type Input = Grant;
    type Output = Fetched;

    const NAME: &'static str = "fetch";

    async fn process(&self, inputs: Vec<Grant>) -> Vec<Result<Option<Fetched>, Failure>> {
        let mut results = Vec::with_capacity(inputs.len());
        for grant in inputs {
            results.push(self.fetch(grant).await);
        }
        results
    }
}

fn record(fetched: &Fetched) {
    metrics::counter!("byline_fetch_received_bytes_total").increment(fetched.bytes);
    let elapsed_ms = (fetched.ended_at - fetched.started_at).num_milliseconds();
    let (status, fault, detail) = match &fetched.outcome {
        Outcome::Captured { status, .. } | Outcome::Redirected { status, .. } => (Some(*status), None, None),
        Outcome::Status { status, .. } => (Some(*status), None, None),
        Outcome::NotModified { .. } => (Some(304), None, None),
        Outcome::Failed { fault, detail } => (None, Some(fault.code()), Some(detail.as_str())),
    };
    tracing::debug!(
        visit = %fetched.grant.visit,
        page.url = %fetched.grant.url,
        status,
        fault,
        detail,
        fetched.bytes,
        elapsed_ms,
        "exchange ended"
    );
}
