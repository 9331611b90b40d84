//! What this process tells about itself at `/healthz`, `/readyz` and `/metrics`.

use super::alarms;
use crate::telemetry::Numbers;
use queue::{Health, Transport};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use store::{Counts, DynStore};
use web::{Check, Probes};

/// Between two looks at database and queues.
const LOOK: Duration = Duration::from_secs(10);

pub struct ProcessProbes {
    numbers: Numbers,
    parts: Mutex<Vec<Arc<Health>>>,
    /// The database answered at the last look; none where this process has none.
    database: Option<AtomicBool>,
}

impl ProcessProbes {
    pub(super) fn new(numbers: Numbers, has_database: bool) -> Self {
        Self { numbers, parts: Mutex::default(), database: has_database.then(AtomicBool::default) }
    }

    pub(super) fn watch(&self, part: Arc<Health>) {
        self.parts().push(part);
    }

    fn parts(&self) -> MutexGuard<'_, Vec<Arc<Health>>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_database(&self, answers: bool) {
        if let Some(database) = &self.database {
            database.store(answers, Ordering::Relaxed);
        }
    }
}

impl Probes for ProcessProbes {
    fn checks(&self) -> Vec<Check> {
        let mut checks: Vec<Check> = self
            .parts()
            .iter()
            .map(|part| {
                let report = part.report();
                Check {
                    name: report.stage.to_owned(),
                    live: report.live,
                    ready: report.connected,
                    detail: serde_json::to_value(&report).unwrap_or_default(),
                }
            })
            .collect();
        checks.extend(self.database.as_ref().map(|answers| Check {
            name: "database".to_owned(),
            // Ending this process would not bring the database back.
            live: true,
            ready: answers.load(Ordering::Relaxed),
            detail: serde_json::Value::Null,
        }));
        checks
    }

    fn metrics(&self) -> String {
        self.numbers.render()
    }
}

/// Looks at database and queues for as long as the process runs.
pub(super) async fn keep_current(
    probes: Arc<ProcessProbes>,
    store: DynStore,
    queues: Option<Arc<dyn Transport>>,
) {
    loop {
        match store.counts(chrono::Utc::now()).await {
            Ok(counts) => {
                probes.set_database(true);
                note(&counts);
            }
            Err(error) => {
                probes.set_database(false);
                tracing::debug!(%error, "counts not read");
            }
        }
        if let Some(transport) = &queues {
            depths(transport, &store).await;
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn note(counts: &Counts) {
    let gauges = [
        ("byline_authors", counts.authors),
        ("byline_works", counts.works),
        ("byline_articles", counts.articles),
        ("byline_article_versions", counts.versions),
        ("byline_pages", counts.pages),
        ("byline_pages_due", counts.pages_due),
        ("byline_pages_in_flight", counts.pages_in_flight),
        ("byline_dead_letters_waiting", counts.dead_letters_waiting),
        ("byline_outbox_waiting", counts.outbox_waiting),
        ("byline_sources_in_alarm", counts.sources_in_alarm),
    ];
    for (name, n) in gauges {
        metrics::gauge!(name).set(n as f64);
    }
}

async fn depths(transport: &Arc<dyn Transport>, store: &DynStore) {
    for backlog in alarms::backlogs(transport).await {
        metrics::gauge!("byline_queue_ready", "queue" => backlog.queue.clone()).set(backlog.ready as f64);
        let detail = backlog.trouble();
        let alarm = backlog.alarm();
        metrics::gauge!("byline_queue_alarm", "queue" => backlog.queue.clone(), "alarm" => alarm)
            .set(f64::from(u8::from(detail.is_some())));
        match store.set_alarm(&backlog.queue, alarm, detail.as_deref(), chrono::Utc::now()).await {
            Ok(true) => match detail {
                Some(detail) => tracing::error!(queue = backlog.queue, alarm, detail, "alarm raised"),
                None => tracing::info!(queue = backlog.queue, alarm, "alarm ended"),
            },
            Ok(false) => {}
            Err(error) => tracing::debug!(%error, "alarm not kept"),
        }
    }
}
