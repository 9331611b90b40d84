//! Reading the archive again over services: by the queue, without a request, interrupted and gone on with.

use crate::{
    services::{PATIENCE, deployment, follow, queues, start, wait_until_drained, wait_until_stored},
    stored::{SMALL, Subject, by_url, export},
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;
use tests::{
    byline::{Byline, Running},
    library::Size,
    servers::Servers,
    site::Page,
    wait_until,
};

/// A site crawled over services, in one process that has ended.
async fn crawled(dir: &TempDir, servers: &Servers) -> (Subject, Byline) {
    let subject = Subject::start(17, SMALL).await;
    let byline = deployment(dir, servers);
    let said = byline.run(crate::embedded::crawl(&subject)).await;
    assert!(said.status.success(), "{}\n{}", said.stdout, said.stderr);
    (subject, byline)
}

/// What a job needs, for a deployment that visits nothing.
fn start_all(byline: &Byline) -> Vec<Running> {
    ["scheduler", "parser", "sink"].map(|role| start(byline, role)).into()
}

async fn end_all(roles: Vec<Running>) {
    for role in roles {
        assert!(role.terminate(PATIENCE).await.success());
    }
}

async fn begin(byline: &Byline, arguments: &[&str]) -> String {
    let told = byline.rows([&["reparse", "--json"], arguments].concat()).await;
    told[0]["job"].to_string()
}

async fn job(byline: &Byline, id: &str) -> Value {
    let jobs = byline.rows(["reparse", "list", "--json"]).await;
    jobs.into_iter().find(|job| job["job"].as_u64() == id.parse().ok()).unwrap()
}

async fn run(byline: &Byline, arguments: &[&str]) -> Value {
    let id = begin(byline, arguments).await;
    end_of(byline, &id).await
}

async fn end_of(byline: &Byline, id: &str) -> Value {
    let mut row = Value::Null;
    wait_until("the job's end", PATIENCE, async || {
        row = job(byline, id).await;
        row["state"] == "done"
    })
    .await;
    assert_eq!((&row["finished"], &row["failed"]), (&row["total"], &0.into()), "{row}");
    row
}

/// Everything but events on their way to nobody.
async fn counts(byline: &Byline) -> Value {
    let mut counts = byline.rows(["status", "--json"]).await[0]["counts"].clone();
    counts.as_object_mut().unwrap().remove("outbox_waiting");
    counts
}

/// Rules under which articles lose their sub-headings.
fn rules(dir: &Path) -> PathBuf {
    let path = dir.join("rules.toml");
    std::fs::write(&path, "[[rule]]\nhost = \"*\"\npath = \"/articles/*\"\nremove = [\"article h2\"]\n")
        .unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reparse_over_services_changes_what_has_changed_and_asks_nobody() {
    let Some(servers) = Servers::start().await else { return };
    let dir = TempDir::new().unwrap();
    let (subject, byline) = crawled(&dir, &servers).await;
    // The author rewrites one article: an old and a new capture of it.
    let path = "/articles/0-1.html";
    let Some(Page::Html(html)) = subject.site.page(path) else { panic!() };
    let html = html.replacen("<p>The ", "<p>Rewritten: the ", 1);
    subject.site.set_page(path, Page::Html(html));
    let said = byline.run(["crawl", "--refresh", &subject.author_pages[0]]).await;
    assert!(said.status.success(), "{}\n{}", said.stdout, said.stderr);
    let rewritten = subject.site.url(path);
    let text = async || export(&byline).await.iter().find(|row| row["url"] == rewritten).unwrap().to_string();
    assert!(text().await.contains("Rewritten: the "));
    let (before, articles) = (counts(&byline).await, by_url(export(&byline).await));
    let requests = subject.site.log().len();

    // The same parser, the same rules: nothing changes.
    let roles = start_all(&byline);
    let done = run(&byline, &["--all"]).await;
    assert_eq!(done["changed"], 0, "{done}");
    assert!(done["total"].as_u64() > Some(articles.len() as u64), "{done}");
    assert_eq!(counts(&byline).await["versions"], before["versions"]);
    assert_eq!(by_url(export(&byline).await), articles);
    end_all(roles).await;

    // Other rules: first told, then done.
    let ruled = byline.clone().with("--rules", rules(dir.path()).to_str().unwrap());
    let roles = start_all(&ruled);
    let before = counts(&byline).await;
    let done = run(&ruled, &["--rules-changed", "--dry-run"]).await;
    assert_eq!(counts(&byline).await, before, "a dry run writes nothing");
    assert_eq!(by_url(export(&byline).await), articles);
    check_told(&byline, &done, articles.len() as u64).await;

    let done = run(&ruled, &["--rules-changed"]).await;
    assert_eq!(done["changed"], articles.len(), "{done}");
    let after = counts(&byline).await;
    let added = after["versions"].as_u64().unwrap() - before["versions"].as_u64().unwrap();
    assert_eq!((added, &after["captures"]), (articles.len() as u64, &before["captures"]));
    check_no_change_of_the_authors(&byline, &rewritten).await;
    let now = text().await;
    assert!(
        now.contains("Rewritten: the ") && !now.contains(r#""kind":"heading""#),
        "the newest capture decides: {now}"
    );
    // Once more there is nothing left to do.
    assert_eq!(run(&ruled, &["--rules-changed"]).await["total"], 0);
    assert_eq!(subject.site.log().len(), requests, "no request leaves the machine");
    end_all(roles).await;
}

/// What would change, field by field, for programs and for people.
async fn check_told(byline: &Byline, job: &Value, articles: u64) {
    assert_eq!(job["changed"], articles, "{job}");
    let id = job["job"].to_string();
    let changes = byline.rows(["reparse", "changes", &id, "--json"]).await;
    assert!(!changes.is_empty());
    for change in &changes {
        assert_eq!((&change["field"], &change["count"]), (&"text".into(), &articles.into()), "{change}");
        assert_ne!(change["before"], change["after"]);
    }
    let table = byline.run(["reparse", "changes", &id]).await.stdout;
    for word in ["field", "pages", "before", "after", "text", "/articles/"] {
        assert!(table.contains(word), "{word} is not in {table}");
    }
}

async fn check_no_change_of_the_authors(byline: &Byline, rewritten: &str) {
    for article in byline.rows(["articles", "--json", "--limit", "1000"]).await {
        let id = article["id"].to_string();
        let shown = byline.run(["show", &id, "--versions"]).await.stdout;
        let versions = shown.lines().filter(|line| line.starts_with("version "));
        let reasons: Vec<&str> = versions.map(|line| line.split(", ").nth(1).unwrap()).collect();
        let expected: &[&str] = match article["url"] == *rewritten {
            true => &["first", "changed", "reparsed"],
            false => &["first", "reparsed"],
        };
        assert_eq!(reasons, expected, "{shown}");
    }
    for work in byline.rows(["works", "--json", "--limit", "1000"]).await {
        assert_eq!(work["state"] == "changed", work["url"] == *rewritten, "{work}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reparse_outlives_kills_and_takes_orders() {
    let Some(servers) = Servers::start().await else { return };
    let dir = TempDir::new().unwrap();
    let (_subject, byline) = crawled(&dir, &servers).await;
    let before = counts(&byline).await;
    let mut roles = start_all(&byline);
    let id = begin(&byline, &["--all", "--rate", "10"]).await;
    let finished = async || job(&byline, &id).await["finished"].as_u64().unwrap();
    wait_until("a part of it", PATIENCE, async || finished().await >= 8).await;
    check_time_left_is_told(&byline, &id).await;
    for role in roles.drain(..) {
        role.kill().await;
    }
    let row = job(&byline, &id).await;
    assert!(row["state"] == "running" && row["finished"].as_u64() < row["total"].as_u64(), "{row}");

    roles = start_all(&byline);
    let killed_at = finished().await;
    wait_until("more of it", PATIENCE, async || finished().await > killed_at).await;
    assert!(byline.run(["reparse", "pause", &id]).await.status.success());
    wait_until("what was under way", PATIENCE, async || {
        let row = job(&byline, &id).await;
        row["finished"] == row["published"]
    })
    .await;
    let paused_at = finished().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(finished().await, paused_at, "paused");
    assert!(byline.run(["reparse", "rate", &id, "0"]).await.status.success());
    assert!(byline.run(["reparse", "resume", &id]).await.status.success());
    let done = end_of(&byline, &id).await;
    check_each_capture_was_read_once(&byline, before, &done).await;

    let id = begin(&byline, &["--all", "--rate", "1"]).await;
    assert!(byline.run(["reparse", "cancel", &id]).await.status.success());
    assert_eq!(job(&byline, &id).await["state"], "cancelled");
    assert_eq!(byline.run(["reparse", "resume", &id]).await.status.code(), Some(64));
    end_all(roles).await;
}

/// Nothing has changed but that each reading stands in the timeline of its page.
async fn check_each_capture_was_read_once(byline: &Byline, mut before: Value, job: &Value) {
    before["visits"] = (before["visits"].as_u64().unwrap() + job["total"].as_u64().unwrap()).into();
    assert_eq!(counts(byline).await, before);
}

async fn check_time_left_is_told(byline: &Byline, id: &str) {
    let row = job(byline, id).await;
    assert!(row["left_s"].as_u64().is_some_and(|left| left < 60), "{row}");
    assert!(row["per_second"].as_f64().is_some_and(|n| n > 0.0 && n < 100.0), "{row}");
    let table = byline.run(["reparse", "list"]).await.stdout;
    assert!(table.contains("left") && table.contains("running"), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn live_work_goes_before_a_reparse() {
    let Some(servers) = Servers::start().await else { return };
    let dir = TempDir::new().unwrap();
    let (_subject, byline) = crawled(&dir, &servers).await;
    let byline = byline.with("--parsers", "1");
    let scheduler = start(&byline, "scheduler");
    let mut jobs = Vec::new();
    for _ in 0..30 {
        jobs.push(begin(&byline, &["--all", "--dry-run"]).await);
    }
    let waiting = async || {
        let queues = queues(&servers);
        let bulk = queues.iter().find(|(name, _)| name == "byline.parse.bulk").unwrap();
        bulk.1.parse::<usize>().unwrap()
    };
    wait_until("a long bulk lane", PATIENCE, async || waiting().await >= 1000).await;

    let other = Subject::start(18, Size { authors: 1, articles: 6, per_page: 10 }).await;
    let mut roles = vec![scheduler];
    roles.extend(["fetcher", "sink", "parser"].map(|role| start(&byline, role)));
    follow(&byline, &other).await;
    let all = SMALL.authors * SMALL.articles + other.articles.len();
    wait_until("the new articles", PATIENCE, async || counts(&byline).await["articles"] == all).await;
    let left = waiting().await;
    assert!(left > 0, "the bulk lane was worked off before live work came through");
    for id in jobs {
        // Done in the meantime, or not: either is well.
        byline.run(["reparse", "cancel", &id]).await;
    }
    wait_until_stored(&byline, &other, PATIENCE).await;
    wait_until_drained(&servers).await;
    end_all(roles).await;
}

/// Queues in memory are lost with their process; nothing of the job is.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_reparse_without_services_goes_on() {
    let subject = Subject::start(19, SMALL).await;
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path());
    assert!(byline.run(crate::embedded::crawl(&subject)).await.status.success());
    let (before, requests) = (counts(&byline).await, subject.site.log().len());
    let running = byline.start("reparse", ["reparse", "--all", "--rate", "10"]);
    wait_until("a part of it", PATIENCE, async || {
        let jobs = byline.rows(["reparse", "list", "--json"]).await;
        jobs.first().is_some_and(|job| job["finished"].as_u64() >= Some(8))
    })
    .await;
    running.kill().await;
    let row = job(&byline, "1").await;
    assert!(row["state"] == "running" && row["finished"].as_u64() < row["total"].as_u64(), "{row}");
    assert!(byline.run(["reparse", "rate", "1", "0"]).await.status.success());
    let done = byline.rows(["reparse", "resume", "1", "--json"]).await;
    assert_eq!((&done[0]["state"], &done[0]["finished"]), (&"done".into(), &row["total"]), "{done:?}");
    check_each_capture_was_read_once(&byline, before, &done[0]).await;
    assert_eq!(subject.site.log().len(), requests, "no request leaves the machine");
}
