//! Counters, gauges and histograms of the `metrics` facade, written in Prometheus' text exposition format
//! 0.0.4. Memory is bounded by the number of series; nothing has to be swept.

use metrics::{
    Counter, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Label, Metadata, Recorder, SharedString,
    Unit,
};
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Upper bounds of histogram buckets, in the unit of the metric (seconds by this project's rule): from one
/// database statement to one slow exchange.
const BOUNDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// All series of this process.
#[derive(Debug, Clone, Default)]
pub struct Numbers(Arc<Mutex<Series>>);

/// By name, then by labels as they are written: `{a="1",b="2"}`.
#[derive(Debug, Default)]
struct Series {
    counters: BTreeMap<String, BTreeMap<String, Arc<AtomicU64>>>,
    /// Bits of an `f64`.
    gauges: BTreeMap<String, BTreeMap<String, Arc<AtomicU64>>>,
    histograms: BTreeMap<String, BTreeMap<String, Arc<Buckets>>>,
    help: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct Buckets {
    /// One for each bound and one for what is greater; not cumulated.
    counts: [AtomicU64; BOUNDS.len() + 1],
    /// Bits of an `f64`.
    sum: AtomicU64,
}

impl HistogramFn for Buckets {
    fn record(&self, value: f64) {
        let slot = BOUNDS.iter().position(|b| value <= *b).unwrap_or(BOUNDS.len());
        self.counts[slot].fetch_add(1, Ordering::Relaxed);
        GaugeFn::increment(&self.sum, value);
    }
}

impl Numbers {
    /// Makes this the process's recorder.
    ///
    /// # Errors
    /// Where there is one already.
    pub fn install(&self) -> anyhow::Result<()> {
        metrics::set_global_recorder(self.clone()).map_err(|e| anyhow::anyhow!("metrics: {e}"))
    }

    /// The text that `/metrics` answers.
    pub fn render(&self) -> String {
        let series = self.lock();
        let mut out = String::new();
        let head = |out: &mut String, name: &str, kind: &str| {
            if let Some(help) = series.help.get(name) {
                let _ = writeln!(out, "# HELP {name} {help}");
            }
            let _ = writeln!(out, "# TYPE {name} {kind}");
        };
        for (name, all) in &series.counters {
            head(&mut out, name, "counter");
            for (labels, value) in all {
                let _ = writeln!(out, "{name}{labels} {}", value.load(Ordering::Relaxed));
            }
        }
        for (name, all) in &series.gauges {
            head(&mut out, name, "gauge");
            for (labels, value) in all {
                let _ = writeln!(out, "{name}{labels} {}", f64::from_bits(value.load(Ordering::Relaxed)));
            }
        }
        for (name, all) in &series.histograms {
            head(&mut out, name, "histogram");
            for (labels, buckets) in all {
                write_histogram(&mut out, name, labels, buckets);
            }
        }
        out
    }

    fn lock(&self) -> MutexGuard<'_, Series> {
        // Only maps are changed under the lock, each in one call: a panic leaves nothing half-done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn describe(&self, name: &KeyName, text: &SharedString) {
        self.lock().help.insert(plain(name.as_str()), text.replace('\\', "\\\\").replace('\n', " "));
    }
}

fn write_histogram(out: &mut String, name: &str, labels: &str, buckets: &Buckets) {
    let open = match labels.strip_suffix('}') {
        Some(labels) => format!("{labels},"),
        None => "{".to_owned(),
    };
    let mut total = 0;
    for (slot, count) in buckets.counts.iter().enumerate() {
        total += count.load(Ordering::Relaxed);
        let bound = BOUNDS.get(slot).map_or("+Inf".to_owned(), ToString::to_string);
        let _ = writeln!(out, "{name}_bucket{open}le=\"{bound}\"}} {total}");
    }
    let _ = writeln!(out, "{name}_sum{labels} {}", f64::from_bits(buckets.sum.load(Ordering::Relaxed)));
    let _ = writeln!(out, "{name}_count{labels} {total}");
}

/// Prometheus names hold letters, digits, `_` and `:`.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == ':' { c } else { '_' }).collect()
}

fn labels(labels: std::slice::Iter<'_, Label>) -> String {
    let mut parts: Vec<String> = labels
        .map(|l| {
            let value = l.value().replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            format!("{}=\"{value}\"", plain(l.key()))
        })
        .collect();
    parts.sort_unstable();
    if parts.is_empty() { String::new() } else { format!("{{{}}}", parts.join(",")) }
}

fn slot<T: Default>(map: &mut BTreeMap<String, BTreeMap<String, Arc<T>>>, key: &Key) -> Arc<T> {
    let by_labels = map.entry(plain(key.name())).or_default();
    Arc::clone(by_labels.entry(labels(key.labels())).or_default())
}

impl Recorder for Numbers {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, text: SharedString) {
        self.describe(&name, &text);
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, text: SharedString) {
        self.describe(&name, &text);
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, text: SharedString) {
        self.describe(&name, &text);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(slot::<AtomicU64>(&mut self.lock().counters, key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(slot::<AtomicU64>(&mut self.lock().gauges, key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(slot::<Buckets>(&mut self.lock().histograms, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_written_in_the_exposition_format() {
        let numbers = Numbers::default();
        metrics::with_local_recorder(&numbers, || {
            metrics::describe_counter!("byline_visits_total", "ended visits");
            metrics::counter!("byline_visits_total", "disposition" => "stored").increment(2);
            metrics::gauge!("byline.pages.due").set(1.5);
            metrics::histogram!("byline_commit_seconds", "store" => "a\"b").record(0.02);
        });
        let text = numbers.render();
        for line in [
            "# HELP byline_visits_total ended visits",
            "# TYPE byline_visits_total counter",
            "byline_visits_total{disposition=\"stored\"} 2",
            "byline_pages_due 1.5",
            "byline_commit_seconds_bucket{store=\"a\\\"b\",le=\"0.01\"} 0",
            "byline_commit_seconds_bucket{store=\"a\\\"b\",le=\"0.025\"} 1",
            "byline_commit_seconds_bucket{store=\"a\\\"b\",le=\"+Inf\"} 1",
            "byline_commit_seconds_sum{store=\"a\\\"b\"} 0.02",
            "byline_commit_seconds_count{store=\"a\\\"b\"} 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
    }
}
