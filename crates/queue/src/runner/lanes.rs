//! Which message comes next: live work first, but a waiting bulk lane is never starved.

use crate::{Delivery, Health, Subscription, Transport};
use model::Lane;
use std::sync::Arc;

/// Of that many batches in a row one is bulk while both lanes have work.
const LIVE_PER_BULK: u32 = 8;

pub(super) struct Lanes {
    live: Subscription,
    bulk: Option<Subscription>,
    live_in_a_row: u32,
}

impl Lanes {
    pub(super) fn open(transport: &dyn Transport, stage: &str, prefetch: u16, health: Arc<Health>) -> Self {
        let names = transport.topology();
        let (live, bulk) = (names.queue(stage, Lane::Live), names.queue(stage, Lane::Bulk));
        Self {
            bulk: (bulk != live).then(|| transport.subscribe(&bulk, prefetch, Arc::clone(&health))),
            live: transport.subscribe(&live, prefetch, health),
            live_in_a_row: 0,
        }
    }

    /// At least one message of one lane, and as many more of it as are already here, up to `most`. None
    /// once the transport is closed. Cancel-safe: a message is taken only when it is returned.
    pub(super) async fn next(&mut self, most: usize) -> Option<(Lane, Vec<Delivery>)> {
        let (lane, first) = self.first().await?;
        self.live_in_a_row = if lane == Lane::Live { self.live_in_a_row.saturating_add(1) } else { 0 };
        let from = match (lane, self.bulk.as_mut()) {
            (Lane::Bulk, Some(bulk)) => bulk,
            _ => &mut self.live,
        };
        let mut deliveries = vec![first];
        while deliveries.len() < most {
            match from.next_now() {
                Some(delivery) => deliveries.push(delivery),
                None => break,
            }
        }
        Some((lane, deliveries))
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
        let bulk = async {
            if let Some(bulk) = self.bulk {
                bulk.stop().await;
            }
        };
        tokio::join!(self.live.stop(), bulk);
    }
}
