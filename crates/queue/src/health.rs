//! Liveness is progress: a process that is connected but does nothing while its queue grows is ill.

use serde::Serialize;
use std::{
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};
use tokio::time::Instant;

/// Told by the runner and its subscriptions, asked by `/healthz`.
#[derive(Debug)]
pub struct Health {
    stage: &'static str,
    begun: Instant,
    /// Milliseconds since `begun`.
    received: AtomicU64,
    settled: AtomicU64,
    disconnected_at: AtomicU64,
    connected: AtomicUsize,
    subscriptions: AtomicUsize,
    /// Subscriptions to which nothing comes while their queue holds messages.
    stuck: AtomicUsize,
    in_flight: AtomicUsize,
}

/// How long a runner may be without a broker before its process is called ill. Long enough for a broker to
/// restart: ending the process would not bring the broker back.
const MAX_DISCONNECTED: Duration = Duration::from_secs(300);

/// What [`Health`] knows at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HealthReport {
    pub stage: &'static str,
    /// `false`: restart this process.
    pub live: bool,
    /// All subscriptions stand.
    pub connected: bool,
    /// Messages wait, hands are free, and nothing is received.
    pub stuck: bool,
    pub in_flight: usize,
    pub last_received_ms_ago: u64,
    pub last_settled_ms_ago: u64,
}

impl Health {
    pub fn new(stage: &'static str) -> Self {
        Self {
            stage,
            begun: Instant::now(),
            received: AtomicU64::new(0),
            settled: AtomicU64::new(0),
            disconnected_at: AtomicU64::new(0),
            connected: AtomicUsize::new(0),
            subscriptions: AtomicUsize::new(0),
            stuck: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
        }
    }

    pub fn report(&self) -> HealthReport {
        let now = self.now();
        let wanted = self.subscriptions.load(Ordering::Relaxed);
        let connected = self.connected.load(Ordering::Relaxed) >= wanted && wanted > 0;
        let away = now.saturating_sub(self.disconnected_at.load(Ordering::Relaxed));
        let stuck = self.stuck.load(Ordering::Relaxed) > 0;
        let max_away = u64::try_from(MAX_DISCONNECTED.as_millis()).unwrap_or(u64::MAX);
        HealthReport {
            stage: self.stage,
            live: !stuck && (connected || away < max_away),
            connected,
            stuck,
            in_flight: self.in_flight.load(Ordering::Relaxed),
            last_received_ms_ago: now.saturating_sub(self.received.load(Ordering::Relaxed)),
            last_settled_ms_ago: now.saturating_sub(self.settled.load(Ordering::Relaxed)),
        }
    }

    pub(crate) fn subscribed(&self) {
        self.subscriptions.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn unsubscribed(&self) {
        self.subscriptions.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn connected(&self) {
        self.connected.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn disconnected(&self) {
        self.connected.fetch_sub(1, Ordering::Relaxed);
        self.disconnected_at.store(self.now(), Ordering::Relaxed);
    }

    pub(crate) fn received(&self) {
        self.received.store(self.now(), Ordering::Relaxed);
    }

    pub(crate) fn stuck(&self) {
        self.stuck.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn moving_again(&self) {
        self.stuck.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn started(&self, messages: usize) {
        self.in_flight.fetch_add(messages, Ordering::Relaxed);
    }

    pub(crate) fn settled(&self, messages: usize) {
        self.in_flight.fetch_sub(messages, Ordering::Relaxed);
        self.settled.store(self.now(), Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_broker_may_be_away_for_a_while_but_not_for_ever() {
        let health = Health::new("parse");
        health.subscribed();
        health.connected();
        health.disconnected();
        assert!(health.report().live);
        tokio::time::advance(MAX_DISCONNECTED).await;
        assert!(!health.report().live);
        health.connected();
        assert!(health.report().live);
    }

    #[tokio::test(start_paused = true)]
    async fn one_stuck_lane_is_not_excused_by_another() {
        let health = Health::new("parse");
        health.subscribed();
        health.connected();
        health.stuck();
        health.received();
        assert!(!health.report().live);
        health.moving_again();
        assert!(health.report().live);
    }
}
