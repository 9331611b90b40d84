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
    /// Came while a bulk batch was gathered: it is next.
    live_next: Option<Delivery>,
}

/// A bulk batch waits that many times longer than a live one: nobody waits for it, and fewer, larger batches cost
/// less. It goes at once when live work comes.
const BULK_PATIENCE: u32 = 10;

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
            live_next: None,
        }
    }

    /// At least one message of one lane, and as many more of it as come within the time to gather, up to `most`.
    /// None once the transport is closed. Cancel-safe: what was taken is kept for the next call.
    pub(super) async fn next(&mut self, most: usize) -> Option<(Lane, Vec<Delivery>)> {
        if self.begun.is_none() {
            let (lane, first) = self.first().await?;
            self.live_in_a_row = if lane == Lane::Live { self.live_in_a_row.saturating_add(1) } else { 0 };
            let patience = if lane == Lane::Bulk { BULK_PATIENCE } else { 1 };
            let (deliveries, until) = (vec![first], Instant::now() + self.gather * patience);
            self.begun = Some(Batch { lane, deliveries, until });
        }
        if let Some(batch) = self.begun.as_mut() {
            while batch.deliveries.len() < most {
                let more = match (batch.lane, self.bulk.as_mut()) {
                    (Lane::Bulk, Some(bulk)) if self.live_next.is_none() => tokio::select! {
                        biased;
                        live = self.live.next() => match live {
                            Some(live) => {
                                self.live_next = Some(live);
                                continue;
                            }
                            None => None,
                        },
                        more = timeout_at(batch.until, bulk.next()) => more.ok().flatten(),
                    },
                    (Lane::Bulk, Some(bulk)) => bulk.next_now(),
                    _ => timeout_at(batch.until, self.live.next()).await.ok().flatten(),
                };
                let Some(more) = more else { break };
                batch.deliveries.push(more);
            }
        }
        self.begun.take().map(|batch| (batch.lane, batch.deliveries))
    }

    async fn first(&mut self) -> Option<(Lane, Delivery)> {
        if let Some(live) = self.live_next.take() {
            return Some((Lane::Live, live));
        }
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
        drop((self.begun, self.live_next));
        let bulk = async {
            if let Some(bulk) = self.bulk {
                bulk.stop().await;
            }
        };
        tokio::join!(self.live.stop(), bulk);
    }
}
