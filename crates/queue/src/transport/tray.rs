//! Deliveries on their way from a subscription's task to the runner.

use super::Delivery;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// A queue that never makes its filler wait: the prefetch bounds it already, and a consumer that waited here
/// while the runner is busy would not notice the loss of its connection. What such a loss leaves behind is
/// cleared away once there is more than the prefetch.
pub(crate) struct Tray {
    prefetch: usize,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    deliveries: VecDeque<Delivery>,
    closed: bool,
}

impl Tray {
    pub(super) fn new(prefetch: u16) -> Self {
        Self { prefetch: usize::from(prefetch), state: Mutex::default(), changed: Notify::new() }
    }

    pub(crate) fn put(&self, delivery: Delivery) {
        let mut state = self.state();
        if state.deliveries.len() >= self.prefetch {
            state.deliveries.retain(|delivery| delivery.settle.is_live());
        }
        state.deliveries.push_back(delivery);
        drop(state);
        self.changed.notify_one();
    }

    /// Nothing more will be put here.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_one();
    }

    /// The next delivery that can still be settled; none once closed and empty. Cancel-safe.
    pub(super) async fn take(&self) -> Option<Delivery> {
        loop {
            let changed = self.changed.notified();
            if let Some(delivery) = self.take_now() {
                return Some(delivery);
            }
            if self.state().closed {
                return None;
            }
            changed.await;
        }
    }

    pub(super) fn take_now(&self) -> Option<Delivery> {
        let mut state = self.state();
        loop {
            let delivery = state.deliveries.pop_front()?;
            if delivery.settle.is_live() {
                return Some(delivery);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
