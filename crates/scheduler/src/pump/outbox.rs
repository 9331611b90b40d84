//! Events wait in the outbox, written in the transaction of what they tell, until the broker has them. One
//! that was published and not yet marked when the process died is published again: receivers know it by its id.

use crate::Outlet;
use std::{sync::Arc, time::Duration};
use store::{DynStore, OutboxEvent, StoreError};
use tokio_util::sync::CancellationToken;

/// Events of one step.
const BATCH: usize = 256;

/// Sleep while there is nothing to tell, or nobody who takes it.
const REST: Duration = Duration::from_secs(1);

pub struct OutboxPump {
    store: DynStore,
    outlet: Arc<dyn Outlet<OutboxEvent>>,
}

impl OutboxPump {
    pub fn new(store: DynStore, outlet: Arc<dyn Outlet<OutboxEvent>>) -> Self {
        Self { store, outlet }
    }

    /// One step; returns how many events were told and whether all that were offered were taken.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn tick(&self) -> Result<(usize, bool), StoreError> {
        let events = self.store.outbox(BATCH).await?;
        if events.is_empty() {
            return Ok((0, true));
        }
        let ids: Vec<i64> = events.iter().map(|e| e.id).collect();
        let answers = self.outlet.publish(events).await;
        let sent: Vec<i64> = ids.iter().zip(&answers).filter(|(_, a)| a.is_ok()).map(|(id, _)| *id).collect();
        if !sent.is_empty() {
            self.store.outbox_sent(&sent).await?;
        }
        Ok((sent.len(), sent.len() == ids.len()))
    }

    /// Runs until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let rest = match self.tick().await {
                Ok((told, true)) if told > 0 => continue,
                Ok(_) => REST,
                Err(error) => {
                    tracing::warn!(%error, "events wait for the database");
                    REST
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(rest) => {}
            }
        }
    }
}
