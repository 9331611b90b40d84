//! Messages that die: seen, understood, sent again.

use crate::{
    services::{PATIENCE, deployment, follow, start, wait_until_drained, wait_until_stored},
    stored::{SMALL, Subject},
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;
use tests::{
    byline::Byline,
    library::Size,
    servers::Servers,
    site::{Fault, Faults},
    wait_until,
};

/// Captures that the disk has spoilt between fetcher and parser: no try can help, until they are restored.
#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_kept_shown_and_replayed() {
    let Some(servers) = Servers::start().await else { return };
    let subject = Subject::start(9, SMALL).await;
    let dir = TempDir::new().unwrap();
    let byline = deployment(&dir, &servers);
    let mut roles: Vec<_> = ["scheduler", "fetcher", "sink"].map(|role| start(&byline, role)).into();
    let first = start(&byline, "parser");
    follow(&byline, &subject).await;
    let stored = async || crate::stored::export(&byline).await.len();
    wait_until("some articles", PATIENCE, async || stored().await >= 3).await;
    assert!(first.terminate(PATIENCE).await.success());
    let depth = async || messages(&servers, "byline.parse");
    wait_until("captures that wait for a parser", PATIENCE, async || depth().await >= 2).await;

    let archive = dir.path().join("services/archive");
    let spoilt = spoil_all(&archive);
    roles.push(start(&byline, "parser"));
    wait_until("dead letters", PATIENCE, async || letters(&byline).await.len() >= 2).await;
    wait_until_drained(&servers).await;
    let dead = letters(&byline).await;
    for letter in &dead {
        assert_eq!((&letter["stage"], &letter["reason"]), (&"parse".into(), &"archive-damaged".into()));
        assert_eq!((&letter["state"], &letter["replays"]), (&"waiting".into(), &0.into()));
    }
    check_filters(&byline, &dead).await;
    check_shown(&byline, &dead[0]).await;

    for (path, bytes) in spoilt {
        std::fs::write(path, bytes).unwrap();
    }
    check_replayed(&byline, dead.len()).await;
    wait_until_stored(&byline, &subject, PATIENCE).await;
    wait_until_drained(&servers).await;
    subject.check_all_stored(&byline).await;
    for role in roles {
        assert!(role.terminate(PATIENCE).await.success());
    }
}

/// Without a broker the command itself runs the stages for what it replays.
#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_replayed_without_services() {
    let subject = Subject::start(10, Size { authors: 1, articles: 60, per_page: 60 }).await;
    // All at once, for one parser: most captures lie there for a while before they are read.
    let late = vec![(Fault::Late(Duration::from_millis(500)), 1.0)];
    subject.site.set_faults(Faults { shares: late, once: false, seed: 10 });
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path()).with("--per-host", "60").with("--parsers", "1");
    let archive = dir.path().join("data/archive");
    let mut running = byline.start("crawl", crate::embedded::crawl(&subject));
    let mut spoilt = Vec::new();
    while running.is_running() {
        spoil_new(&archive, &mut spoilt);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let dead = letters(&byline).await;
    assert!(!dead.is_empty(), "{} captures were spoilt, and each was read before", spoilt.len());
    let (stored, requests) = (crate::stored::export(&byline).await.len(), subject.site.log().len());
    assert_eq!(stored + dead.len(), subject.articles.len());

    for (path, bytes) in spoilt {
        std::fs::write(path, bytes).unwrap();
    }
    let said = byline.run(["dead", "replay", "--yes", "--rate", "50"]).await;
    assert!(said.status.success() && said.stdout.contains("replayed"), "{}{}", said.stdout, said.stderr);
    subject.check_all_stored(&byline).await;
    assert_eq!(letters(&byline).await.len(), 0);
    let settled = byline.rows(["dead", "list", "--settled", "--json"]).await;
    assert!(
        settled.len() == dead.len() && settled.iter().all(|l| l["state"] == "replayed" && l["replays"] == 1)
    );
    assert_eq!(subject.site.log().len(), requests, "what was captured is not asked for again");
}

/// Articles' captures that were not there before lose their ends.
fn spoil_new(folder: &Path, spoilt: &mut Vec<(PathBuf, Vec<u8>)>) {
    for path in crate::archive::captures(folder) {
        if spoilt.iter().any(|(known, _)| *known == path) {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        // Those of the list and of robots.txt come alone, before all others.
        if spoilt.len() >= 2 {
            std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        }
        spoilt.push((path, bytes));
    }
}

/// Every capture loses its end; what it was is returned.
fn spoil_all(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut spoilt = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            spoilt.append(&mut spoil_all(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
            spoilt.push((path, bytes));
        }
    }
    spoilt
}

fn messages(servers: &Servers, queue: &str) -> u64 {
    let queues = crate::services::queues(servers);
    queues.iter().find(|(name, _)| name == queue).map_or(0, |(_, messages)| messages.parse().unwrap())
}

async fn letters(byline: &Byline) -> Vec<Value> {
    byline.rows(["dead", "list", "--json"]).await
}

async fn check_filters(byline: &Byline, dead: &[Value]) {
    let host = dead[0]["host"].as_str().unwrap();
    for (filter, value, found) in [
        ("--stage", "parse", dead.len()),
        ("--stage", "sink", 0),
        ("--reason", "archive-damaged", dead.len()),
        ("--reason", "panic", 0),
        ("--host", host, dead.len()),
        ("--host", "other.example", 0),
        ("--since", "1h", dead.len()),
        ("--until", "1h", 0),
        ("--limit", "1", 1),
    ] {
        let rows = byline.rows(["dead", "list", "--json", filter, value]).await;
        assert_eq!(rows.len(), found, "{filter} {value}");
    }
}

/// The message, the error, its tries, the page and what became of it.
async fn check_shown(byline: &Byline, letter: &Value) {
    let id = letter["id"].as_str().unwrap();
    let shown = byline.rows(["dead", "show", id, "--json"]).await.remove(0);
    assert_eq!(&shown["letter"], letter);
    let message: Value = serde_json::from_str(letter["body"].as_str().unwrap()).unwrap();
    assert_eq!((&message["id"], &message["type"]), (&id.into(), &"byline.page.fetched.v1".into()));
    assert_eq!(message["subject"], letter["subject"]);
    assert_eq!(shown["page"]["url"], letter["subject"]);
    assert_eq!(shown["visits"][0]["code"], "parse-archive-damaged");
    let text = byline.run(["dead", "show", id]).await.stdout;
    for word in [id, "archive-damaged", letter["subject"].as_str().unwrap(), "byline.page.fetched.v1"] {
        assert!(text.contains(word), "{word} is not in {text}");
    }
}

/// More than one are only listed, unless it is said that it is meant.
async fn check_replayed(byline: &Byline, count: usize) {
    for action in ["replay", "drop"] {
        let said = byline.run(["dead", action]).await;
        assert!(said.status.success() && said.stderr.contains("--yes"), "{}", said.stderr);
    }
    assert_eq!(letters(byline).await.len(), count, "a dry run changes nothing");
    let said = byline.run(["dead", "replay", "--yes", "--rate", "20"]).await;
    assert!(said.status.success(), "{}", said.stderr);
    assert_eq!(letters(byline).await.len(), 0);
    let settled = byline.rows(["dead", "list", "--settled", "--json"]).await;
    assert_eq!(settled.len(), count);
    for letter in &settled {
        assert_eq!((&letter["state"], &letter["replays"]), (&"replayed".into(), &1.into()));
        assert!(letter["settled_at"].is_string(), "{letter}");
    }
}
