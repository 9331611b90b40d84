//! The same over RabbitMQ and PostgreSQL, in five processes.

use crate::stored::{SMALL, Subject, by_url, export};
use serde_json::Value;
use std::time::Duration;
use tempfile::TempDir;
use tests::{
    byline::{Byline, Running},
    servers::Servers,
    wait_until,
};

pub(crate) const ROLES: [&str; 5] = ["scheduler", "fetcher", "parser", "sink", "web"];

/// For a crawl of a small site on a busy machine, restarts included.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread")]
async fn services_give_what_the_embedded_crawl_gives() {
    let Some(servers) = Servers::start().await else { return };
    let subject = Subject::start(1, SMALL).await;
    let dir = TempDir::new().unwrap();

    let embedded = Byline::embedded(&dir.path().join("embedded"));
    let said = embedded.run(crate::embedded::crawl(&subject)).await;
    assert!(said.status.success(), "{}", said.stderr);

    let byline = deployment(&dir, &servers);
    let roles: Vec<Running> = ROLES.iter().map(|role| start(&byline, role)).collect();
    follow(&byline, &subject).await;
    wait_until_stored(&byline, &subject, PATIENCE).await;
    wait_until_drained(&servers).await;
    subject.check_all_stored(&byline).await;
    let (one, five) = (by_url(export(&embedded).await), by_url(export(&byline).await));
    for (url, row) in &one {
        assert_eq!(five.get(url), Some(row), "{url}");
    }
    assert_eq!(one.len(), five.len());
    check_works_agree(&embedded, &byline).await;

    for role in roles {
        let log = role.log();
        let status = role.terminate(Duration::from_secs(30)).await;
        assert!(status.success(), "{status}: {log}");
    }
    check_queues_are_empty(&servers);
}

async fn check_works_agree(one: &Byline, other: &Byline) {
    let titles = async |byline: &Byline| {
        let rows = byline.rows(["works", "--json", "--limit", "1000"]).await;
        let mut titles: Vec<String> =
            rows.iter().map(|row| format!("{} {}", row["title"], row["url"])).collect();
        titles.sort();
        titles
    };
    assert_eq!(titles(one).await, titles(other).await);
}

pub(crate) fn deployment(dir: &TempDir, servers: &Servers) -> Byline {
    Byline::over_services(&dir.path().join("services"), &servers.amqp_url, &servers.database_url)
}

pub(crate) fn start(byline: &Byline, role: &str) -> Running {
    match role {
        // On a port that nobody else has.
        "web" => byline.clone().with("--listen", "127.0.0.1:0").start(role, ["run", role]),
        _ => byline.start(role, ["run", role]),
    }
}

pub(crate) async fn follow(byline: &Byline, subject: &Subject) {
    let arguments = std::iter::once("follow".to_owned()).chain(subject.author_pages.iter().cloned());
    let said = byline.run(arguments).await;
    assert!(said.status.success(), "{}", said.stderr);
}

pub(crate) async fn wait_until_stored(byline: &Byline, subject: &Subject, patience: Duration) {
    let wanted = subject.articles.len();
    let mut last = Value::Null;
    let stored = async || {
        let said = byline.run(["status", "--json"]).await;
        // While the database is away there is no status.
        let Ok(status) = serde_json::from_str::<Value>(&said.stdout) else { return false };
        last = status["counts"].clone();
        let settled = ["pages_due", "pages_in_flight"].iter().all(|k| last[k].as_u64() == Some(0));
        settled && last["articles"].as_u64().unwrap_or(0) >= wanted as u64
    };
    wait_until(&format!("{wanted} articles"), patience, stored).await;
}

/// Waits while messages that a fault has delayed or doubled are still on their way.
pub(crate) async fn wait_until_drained(servers: &Servers) {
    let drained = async || queues(servers).iter().all(|(_, messages)| messages == "0");
    wait_until("empty queues", PATIENCE, drained).await;
}

/// Every queue with its number of messages, as the broker lists them.
pub(crate) fn queues(servers: &Servers) -> Vec<(String, String)> {
    let listed = servers.rabbitmqctl(&["-q", "--no-table-headers", "list_queues", "name", "messages"]);
    let rows = listed.lines().filter_map(|line| line.split_once('\t'));
    rows.map(|(queue, messages)| (queue.to_owned(), messages.to_owned())).collect()
}

/// Nothing unrouted, nothing dead, nothing left.
pub(crate) fn check_queues_are_empty(servers: &Servers) {
    let queues = queues(servers);
    assert!(queues.len() > 5 && queues.iter().all(|(_, messages)| messages == "0"), "{queues:?}");
}
