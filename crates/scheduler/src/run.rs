//! The scheduler's loop: step, then wait until something can have changed.

use crate::{Clock, Scheduler, Ticked, steps::Steps};
use std::time::Duration;
use store::{StoreError, Time};
use tokio_util::sync::CancellationToken;

/// Sleep after the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Sleep where what is due waits for something that is told at once when it happens.
const BLOCKED: Duration = Duration::from_millis(200);

/// Shortest sleep, so that a clock that stands still does not make a busy loop.
const SHORTEST: Duration = Duration::from_millis(2);

/// Rest after a change: results come in swarms, and one step for all of them costs the database as much as
/// one for the first.
const GATHER: Duration = Duration::from_millis(5);

impl Scheduler {
    /// Runs until `stop`. Trouble of the database is waited out.
    pub async fn run(&self, clock: Clock, stop: CancellationToken) {
        let mut last = Ticked::default();
        let mut steps = Steps::new(clock());
        while !stop.is_cancelled() {
            let now = clock();
            let ticked = match self.mend_clock(&mut steps, now).await {
                Ok(()) => self.tick(now).await,
                Err(error) => Err(error),
            };
            let wait = match ticked {
                Ok(ticked) => {
                    let wait = self.wait_after(&last, &ticked, now).await;
                    last = ticked;
                    wait
                }
                Err(error) => {
                    tracing::warn!(%error, "scheduler waits for the database");
                    Wait::Sleep(AFTER_FAILURE)
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.rest(wait) => {}
            }
        }
        tracing::info!("scheduler stopped");
    }

    async fn mend_clock(&self, steps: &mut Steps, now: Time) -> Result<(), StoreError> {
        if let Some(by) = steps.back(now) {
            self.store.clock_set_back(now, by, now).await?;
            tracing::warn!(
                by_ms = by.num_milliseconds(),
                "the clock was set back; what waited for it is due again"
            );
        } else if let Some(by) = steps.stragglers() {
            self.store.clock_set_back(now, by, now + by / 2).await?;
        }
        steps.settle(now);
        Ok(())
    }

    async fn wait_after(&self, last: &Ticked, ticked: &Ticked, now: Time) -> Wait {
        if let Some(after) = ticked.busy {
            return Wait::Sleep(after);
        }
        if !ticked.full && goes_on(last, ticked) {
            return Wait::None;
        }
        let poll = self.config.poll;
        if ticked.full {
            return Wait::Change(poll);
        }
        match self.next_wake(now).await {
            // Something is due that this step could not grant: a result has to come first, or the robots.txt.
            Ok(Some(at)) if at <= now => Wait::Change(BLOCKED.min(poll)),
            Ok(Some(at)) => Wait::Change((at - now).to_std().unwrap_or_default().clamp(SHORTEST, poll)),
            Ok(None) => Wait::Change(poll),
            Err(_) => Wait::Sleep(AFTER_FAILURE),
        }
    }

    /// When the next page can be granted, among those that this scheduler may grant.
    async fn next_wake(&self, now: Time) -> Result<Option<Time>, StoreError> {
        if self.sources.is_empty() {
            return self.store.next_wake().await;
        }
        Ok(self.store.pending(&self.sources, now + self.config.poll).await?.ready_at)
    }

    async fn rest(&self, wait: Wait) {
        match wait {
            Wait::None => {}
            Wait::Sleep(time) => tokio::time::sleep(time).await,
            Wait::Change(time) => {
                let heard = self.store.wait_for_change(time).await;
                tokio::time::sleep(if heard.is_ok() { GATHER } else { AFTER_FAILURE }).await;
            }
        }
    }
}

enum Wait {
    None,
    Sleep(Duration),
    Change(Duration),
}

/// Another step at once may find more. Robots pages that were wanted are there in the next step; wanted again
/// right after that, they are under way, and their results have to come first.
fn goes_on(last: &Ticked, ticked: &Ticked) -> bool {
    let stepped = |t: &Ticked| t.granted > 0 || t.denied > 0;
    stepped(ticked) || (ticked.robots_wanted > 0 && (stepped(last) || last.robots_wanted == 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_did_something_is_followed_by_another() {
        let idle = Ticked::default();
        let granted = Ticked { granted: 1, ..idle };
        let wanted = Ticked { robots_wanted: 1, ..idle };
        assert!(goes_on(&idle, &granted) && goes_on(&granted, &granted));
        assert!(!goes_on(&granted, &idle));
        assert!(goes_on(&idle, &wanted));
        assert!(!goes_on(&wanted, &wanted), "wanting the same twice must not spin");
    }
}
