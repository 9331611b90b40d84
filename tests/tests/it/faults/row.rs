//! What a campaign of faults came to: one row of a table.

use crate::stored::Subject;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    io::Write,
    net::SocketAddr,
    time::Duration,
};
use tests::{http, wait_until};

/// One line of the table. Everything between `pages` and `stall` must be 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) fault: String,
    /// Processes: `5` over RabbitMQ and PostgreSQL, `1` the same in one process, `embedded` without both.
    pub(super) processes: &'static str,
    pub(super) count: usize,
    pub(super) found: Found,
    /// Messages that no queue took.
    pub(super) unrouted: u64,
    /// Longest time between two stored visits.
    pub(super) stall: Duration,
    /// Longest time from the end of a fault to the next stored visit.
    pub(super) recovery: Duration,
    pub(super) took: Duration,
    pub(super) seed: u64,
}

/// The name of the test that runs, which is that of the row.
fn row_name() -> String {
    let thread = std::thread::current();
    thread.name().and_then(|name| name.rsplit("::").next()).unwrap_or_default().to_owned()
}

/// What an installation holds at the end, compared with what the site holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) pages: u64,
    pub(super) visits: u64,
    lost: usize,
    doubled: usize,
    versions_doubled: i64,
    /// Visits without a disposition or told twice, and pages that were stored as new twice.
    misjudged: usize,
    dead: u64,
    /// For whoever looks into a failure.
    details: Vec<String>,
}

impl Found {
    /// `api`: where the installation's web pages are.
    pub(super) async fn look(api: SocketAddr, subject: &Subject) -> Self {
        let rows = list(api, "articles").await;
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &rows {
            *found.entry(row["url"].as_str().unwrap()).or_default() += 1;
        }
        let wanted: BTreeSet<&str> = subject.articles.iter().map(|a| a.url.as_str()).collect();
        let lost: Vec<&str> = wanted.iter().copied().filter(|url| !found.contains_key(url)).collect();
        let doubled = rows.len() - found.len() + found.keys().filter(|url| !wanted.contains(*url)).count();

        let counts = ask(api, "status").await["counts"].take();
        let count = |name: &str| counts[name].as_u64().unwrap();
        let visits = list(api, "visits").await;
        let ids: BTreeSet<&str> = visits.iter().map(|v| v["id"].as_str().unwrap()).collect();
        let mut stored: BTreeMap<&str, usize> = BTreeMap::new();
        let mut misjudged = visits.len() - ids.len();
        for visit in &visits {
            match visit["disposition"].as_str() {
                Some("stored") => *stored.entry(visit["url"].as_str().unwrap()).or_default() += 1,
                Some(_) => {}
                None => misjudged += 1,
            }
        }
        let twice = stored.iter().filter(|(url, n)| wanted.contains(*url) && **n > 1).map(|(url, _)| *url);
        let twice: Vec<&str> = twice.collect();
        Self {
            pages: count("pages"),
            visits: count("visits"),
            lost: lost.len(),
            doubled,
            versions_doubled: count("versions").cast_signed() - wanted.len().cast_signed() as i64,
            misjudged: misjudged + twice.len(),
            dead: count("dead_letters_waiting"),
            details: lost.iter().chain(&twice).map(|url| (*url).to_owned()).collect(),
        }
    }

    fn is_good(&self) -> bool {
        let Self { lost, doubled, versions_doubled, misjudged, dead, .. } = self;
        (*lost, *doubled, *versions_doubled, *misjudged, *dead) == (0, 0, 0, 0, 0)
    }
}

/// All rows of a list.
async fn list(api: SocketAddr, name: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut offset = 0;
    loop {
        let mut page = ask(api, &format!("{name}?limit=500&offset={offset}")).await;
        all.append(page["items"].as_array_mut().unwrap());
        match page["next_offset"].as_u64() {
            Some(next) => offset = next,
            None => return all,
        }
    }
}

/// Patient: servers may just have been started again.
async fn ask(api: SocketAddr, what: &str) -> Value {
    let mut answer = Value::Null;
    wait_until(what, Duration::from_secs(120), async || {
        match http::get(api, &format!("/api/v1/{what}")).await {
            Some((200, value)) => {
                answer = value;
                true
            }
            _ => false,
        }
    })
    .await;
    answer
}

impl Row {
    const HEAD: &'static str = "\
| fault | processes | count | pages | visits | lost | doubled | versions doubled | visits misjudged | dead | unrouted | longest stall | recovery | took | command |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
";

    /// Shows the row, also where the test fails for it, and puts it into the table of `tests/run`.
    #[expect(clippy::disallowed_methods, reason = "tests/run names the file")]
    pub(super) fn tell(&self) {
        std::io::stderr().write_all(format!("{}{self}\n", Self::HEAD).as_bytes()).unwrap();
        if let Some(path) = std::env::var_os("BYLINE_TEST_FAULTS_TABLE") {
            let mut file = std::fs::File::options().create(true).append(true).open(path).unwrap();
            let head = if file.metadata().unwrap().len() == 0 { Self::HEAD } else { "" };
            file.write_all(format!("{head}{self}\n").as_bytes()).unwrap();
        }
    }

    pub(super) fn check(&self) {
        assert!(self.found.is_good() && self.unrouted == 0, "{self}\n{:#?}", self.found.details);
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Found { pages, visits, lost, doubled, versions_doubled, misjudged, dead, .. } = &self.found;
        let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        write!(
            f,
            "| {} | {} | {} | {pages} | {visits} | {lost} | {doubled} | {versions_doubled} | {misjudged} | {dead} | {} | {} | {} | {} | `BYLINE_TEST_SEED={} tests/run --faults {}` |",
            self.fault,
            self.processes,
            self.count,
            self.unrouted,
            seconds(self.stall),
            seconds(self.recovery),
            seconds(self.took),
            self.seed,
            row_name()
        )
    }
}
