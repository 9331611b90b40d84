//! How a crawl goes on, seen from outside.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tests::http;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Looks at the number of stored visits all the time.
pub(super) struct Watch {
    /// When it was seen to have grown, and to how many.
    steps: Arc<Mutex<Vec<(Instant, u64)>>>,
    _stop: DropGuard,
}

/// Between two looks.
const LOOK: Duration = Duration::from_millis(200);

impl Watch {
    /// `api`: web pages of a process that nothing happens to.
    pub(super) fn start(api: SocketAddr) -> Self {
        let steps = Arc::new(Mutex::new(vec![(Instant::now(), 0)]));
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(look(api, Arc::clone(&steps))));
        Self { steps, _stop: stop.drop_guard() }
    }

    pub(super) fn visits(&self) -> u64 {
        self.steps.lock().unwrap().last().unwrap().1
    }

    /// Longest time between two steps.
    pub(super) fn longest_stall(&self) -> Duration {
        let steps = self.steps.lock().unwrap();
        steps.windows(2).map(|pair| pair[1].0 - pair[0].0).max().unwrap_or_default()
    }

    /// Longest time from one of these moments to the next step; a moment after the last step does not count.
    pub(super) fn longest_recovery(&self, moments: &[Instant]) -> Duration {
        let steps = self.steps.lock().unwrap();
        let next = |moment: &Instant| steps.iter().map(|(at, _)| *at).find(|at| at > moment);
        moments.iter().filter_map(|moment| Some(next(moment)? - *moment)).max().unwrap_or_default()
    }
}

async fn look(api: SocketAddr, steps: Arc<Mutex<Vec<(Instant, u64)>>>) {
    loop {
        if let Some((200, status)) = http::get(api, "/api/v1/status").await {
            let visits = status["counts"]["visits"].as_u64().unwrap_or(0);
            let mut steps = steps.lock().unwrap();
            if steps.last().is_some_and(|(_, before)| *before < visits) {
                steps.push((Instant::now(), visits));
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}
