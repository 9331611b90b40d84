//! Which message comes next: live work first, but a waiting bulk lane is never starved.

use crate::{Delivery, Health, Subscription, Transport};
use model::Lane;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};

/// Of that many batches in a row one is bulk while both lanes have work.
const LIVE_PER_BULK: u32 = 8;

pub(super) struct Lanes {
    live: Subscription,
    bulk: Option<Subscription>,
    live_in_a_row: u32,
    /// How long a batch waits for more.
    gather: Duration,
    /// Taken and not returned yet.
    begun: Option<Batch>,
}

struct Batch {
    lane: Lane,
    deliveries: Vec<Delivery>,
    until: Instant,
}

impl Lanes {
    pub(super) fn open(
        transport: &dyn Transport,
        stage: &str,
        prefetch: u16,
        gather: Duration,
        health: Arc<Health>,
    ) -> Self {
        let names = transport.topology();
        let (live, bulk) = (names.queue(stage, Lane::Live), names.queue(stage, Lane::Bulk));
        Self {
            bulk: (bulk != live).then(|| transport.subscribe(&bulk, prefetch, Arc::clone(&health))),
            live: transport.subscribe(&live, prefetch, health),
            live_in_a_row: 0,
            gather,
            begun: None,
        }
    }

    /// At least one message of one lane, and as many more of it as come within the time to gather, up to `most`.
    /// None once the transport is closed. Cancel-safe: what was taken is kept for the next call.
    pub(super) async fn next(&mut self, most: usize) -> Option<(Lane, Vec<Delivery>)> {
        if self.begun.is_none() {
            let (lane, first) = self.first().await?;
            self.live_in_a_row = if lane == Lane::Live { self.live_in_a_row.saturating_add(1) } else { 0 };
            let (deliveries, until) = (vec![first], Instant::now() + self.gather);
            self.begun = Some(Batch { lane, deliveries, until });
        }
        if let Some(batch) = self.begun.as_mut() {
            let from = match (batch.lane, self.bulk.as_mut()) {
                (Lane::Bulk, Some(bulk)) => bulk,
                _ => &mut self.live,
            };
            while batch.deliveries.len() < most {
                let Ok(Some(more)) = timeout_at(batch.until, from.next()).await else { break };
                batch.deliveries.push(more);
            }
        }
        self.begun.take().map(|batch| (batch.lane, batch.deliveries))
    }

    async fn first(&mut self) -> Option<(Lane, Delivery)> {
        let Some(bulk) = self.bulk.as_mut() else {
            return Some((Lane::Live, self.live.next().await?));
        };
        if self.live_in_a_row >= LIVE_PER_BULK
            && let Some(delivery) = bulk.next_now()
        {
            return Some((Lane::Bulk, delivery));
        }
        tokio::select! {
            biased;
            live = self.live.next() => Some((Lane::Live, live?)),
            delivery = bulk.next() => Some((Lane::Bulk, delivery?)),
        }
    }

    pub(super) async fn stop(self) {
        // Given back.
        drop(self.begun);
        let bulk = async {
            if let Some(bulk) = self.bulk {
                bulk.stop().await;
            }
        };
        tokio::join!(self.live.stop(), bulk);
    }
}
