//! Feeds the bulk lane from the archive for running reparse jobs: a bounded lead ahead of the sink, at most
//! the job's rate, in the order of its cursor. No request leaves the machine.

use crate::{Clock, Outlet};
use model::{Cause, Fetched, JobId, Outcome, Validators};
use std::{collections::HashMap, sync::Arc, sync::Mutex, sync::PoisonError, time::Duration};
use store::{DynStore, ReparseItem, ReparseJob, ReparseState, StoreError, Time};
use tokio_util::sync::CancellationToken;

/// Captures that may be under way for one job.
pub const LEAD: u64 = 512;

/// Captures of one step; it waits until its lead has room for all of them, for each step asks the database where the
/// job stands. Fewer where the job's rate says so.
const BATCH: u64 = 256;

/// Sleep while no job runs; a new one starts within it.
const REST: Duration = Duration::from_millis(500);

/// Sleep while a job waits for its lead or rate; its lead lasts longer.
const SHORT_REST: Duration = Duration::from_millis(50);

/// What was sent so long ago and has not come through is sent once more, in case a queue was lost; a job whose
/// captures are all sent is done at the latest so long after that: what is left is in the dead letters.
const LAST_WAIT: Duration = Duration::from_secs(600);

pub struct ReparsePump {
    store: DynStore,
    outlet: Arc<dyn Outlet<Fetched>>,
    pace: Mutex<HashMap<JobId, Pace>>,
}

/// What a job may send at its rate: since `from`, `sent` captures were.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub from: Time,
    pub sent: u64,
    /// What seemed lost was sent once more.
    pub again: bool,
}

/// How many captures a job may send now.
pub fn allowance(job: &ReparseJob, pace: Pace, now: Time) -> u64 {
    let under_way = job.published.saturating_sub(job.finished);
    let lead = LEAD.saturating_sub(under_way).min(BATCH);
    match job.new.rate {
        None if lead < BATCH => 0,
        None => lead,
        Some(rate) => {
            let ms = u64::try_from((now - pace.from).num_milliseconds()).unwrap_or(0);
            // One at once, then one each 1/rate seconds.
            let earned = 1 + ms.saturating_mul(u64::from(rate)) / 1000;
            lead.min(earned.saturating_sub(pace.sent))
        }
    }
}

/// The message that the parser would have had from a fetcher. `started_at` is the time of the capture, which
/// decides whether it is older than what is stored.
pub fn message(item: ReparseItem, job: &ReparseJob, now: Time) -> Fetched {
    let (job, dry_run) = (job.id, job.new.dry_run);
    Fetched {
        grant: item.grant,
        cause: Cause::Reparse { job, dry_run },
        started_at: item.captured_at,
        ended_at: now,
        bytes: item.capture.length,
        address: None,
        hops: Vec::new(),
        outcome: Outcome::Captured {
            status: item.status,
            capture: item.capture,
            validators: Validators::default(),
            content_type: item.content_type,
        },
    }
}

impl ReparsePump {
    pub fn new(store: DynStore, outlet: Arc<dyn Outlet<Fetched>>) -> Self {
        Self { store, outlet, pace: Mutex::new(HashMap::new()) }
    }

    /// One step of every running job; returns how many captures were sent and whether a job is running.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn tick(&self, now: Time) -> Result<(u64, bool), StoreError> {
        let mut sent = 0;
        let jobs = self.store.reparse_jobs().await?;
        let running: Vec<&ReparseJob> = jobs.iter().filter(|j| j.state == ReparseState::Running).collect();
        self.paces().retain(|id, _| running.iter().any(|j| j.id == *id));
        for job in &running {
            sent += self.feed(job, now).await?;
        }
        Ok((sent, !running.is_empty()))
    }

    async fn feed(&self, job: &ReparseJob, now: Time) -> Result<u64, StoreError> {
        let pace = *self.paces().entry(job.id).or_insert(Pace { from: now, sent: 0, again: false });
        let allowed = usize::try_from(allowance(job, pace, now)).unwrap_or(0);
        let stands_still =
            job.published > job.finished && (now - job.updated_at).to_std().unwrap_or_default() > LAST_WAIT;
        if stands_still && !pace.again {
            self.send_again(job, now).await?;
            return Ok(0);
        }
        if allowed == 0 {
            return Ok(0);
        }
        let items = self.store.reparse_batch(job.id, allowed).await?;
        if items.is_empty() {
            if job.finished >= job.published || stands_still {
                self.store.set_reparse_state(job.id, ReparseState::Done, now).await?;
                tracing::info!(job.id = %job.id, captures = job.published, changed = job.changed, "reparse done");
            }
            return Ok(0);
        }
        let cursors: Vec<String> = items.iter().map(|i| i.cursor.clone()).collect();
        let messages = items.into_iter().map(|item| message(item, job, now)).collect();
        let answers = self.outlet.publish(messages).await;
        // The cursor moves past an unbroken run only: what stands behind a gap is sent again, and the sink
        // knows it by job and capture.
        let taken = answers.iter().take_while(|a| a.is_ok()).count();
        let Some(cursor) = taken.checked_sub(1).and_then(|last| cursors.get(last)) else { return Ok(0) };
        self.store.reparse_advance(job.id, cursor, taken as u64, now).await?;
        if let Some(pace) = self.paces().get_mut(&job.id) {
            pace.sent += taken as u64;
        }
        Ok(taken as u64)
    }

    async fn send_again(&self, job: &ReparseJob, now: Time) -> Result<(), StoreError> {
        self.store.reparse_send_again(job.id, now).await?;
        if let Some(pace) = self.paces().get_mut(&job.id) {
            pace.again = true;
        }
        let captures = job.published - job.finished;
        tracing::warn!(job.id = %job.id, captures, "captures of a reparse have not come through, they are sent again");
        Ok(())
    }

    /// Runs until `stop`.
    pub async fn run(&self, clock: Clock, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let rest = match self.tick(clock()).await {
                Ok((sent, _)) if sent > 0 => continue,
                Ok((_, true)) => SHORT_REST,
                Ok((_, false)) => REST,
                Err(error) => {
                    tracing::warn!(%error, "reparse waits for the database");
                    REST
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    fn paces(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, Pace>> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use store::{NewReparse, ReparseSelect};

    fn job(rate: Option<u32>, published: u64, finished: u64) -> ReparseJob {
        let at = "2026-11-23T12:00:00Z".parse().unwrap();
        ReparseJob {
            id: JobId(1),
            new: NewReparse { select: ReparseSelect::default(), dry_run: false, rate },
            state: ReparseState::Running,
            created_at: at,
            updated_at: at,
            total: 10_000,
            published,
            finished,
            changed: 0,
            failed: 0,
        }
    }

    #[track_caller]
    fn check(job: &ReparseJob, sent: u64, after_ms: i64, allowed: u64) {
        let from = job.created_at;
        assert_eq!(
            allowance(job, Pace { from, sent, again: false }, from + TimeDelta::milliseconds(after_ms)),
            allowed
        );
    }

    #[test]
    fn the_lead_is_bounded() {
        check(&job(None, 0, 0), 0, 0, BATCH);
        check(&job(None, 256, 0), 256, 0, BATCH);
        check(&job(None, 500, 0), 500, 0, 0);
        check(&job(None, 512, 0), 512, 0, 0);
        check(&job(None, 512, 256), 512, 0, BATCH);
    }

    #[test]
    fn the_rate_is_kept() {
        check(&job(Some(10), 0, 0), 0, 0, 1);
        check(&job(Some(10), 1, 1), 1, 99, 0);
        check(&job(Some(10), 1, 1), 1, 100, 1);
        check(&job(Some(10), 1, 1), 1, 1000, 10);
    }
}
