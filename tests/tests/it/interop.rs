//! What others make of our archive: storage that speaks S3, `warcio`, and a replay of the pages.

use crate::{
    embedded::crawl,
    stored::{SMALL, Subject, by_url, export},
};
use std::{path::Path, process::Command};
use tempfile::TempDir;
use tests::{
    byline::Byline,
    python,
    replay::Replay,
    s3_server::S3Server,
    site::{Page, Site},
    wait_until,
};

async fn crawled(seed: u64, byline: &Byline) -> Subject {
    let subject = Subject::start(seed, SMALL).await;
    let said = byline.run(crawl(&subject)).await;
    assert!(said.status.success(), "{}\n{}", said.stdout, said.stderr);
    subject
}

/// The archive as one WARC file.
async fn exported(byline: &Byline, dir: &Path) -> std::path::PathBuf {
    let path = dir.join("export.warc.gz");
    let said = byline.run(["export", "--format", "warc", "--output", path.to_str().unwrap()]).await;
    assert!(said.status.success(), "{}", said.stderr);
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_on_s3_is_as_good_as_a_folder() {
    let Some(server) = S3Server::start("captures") else { return };
    let dir = TempDir::new().unwrap();
    let place = format!("s3://captures/of/byline?endpoint={}", server.endpoint);
    let byline = Byline::embedded(dir.path())
        .with("--archive", &place)
        .with_env("AWS_ACCESS_KEY_ID", "test")
        .with_env("AWS_SECRET_ACCESS_KEY", "test");
    let subject = crawled(41, &byline).await;
    subject.check_all_stored(&byline).await;
    assert!(!dir.path().join("data/archive").exists(), "nothing lies beside the database");
    let (articles, requests) = (by_url(export(&byline).await), subject.site.log().len());

    let verified = byline.rows(["archive", "verify", "--json"]).await.pop().unwrap();
    assert!(verified["checked"].as_u64() > Some(articles.len() as u64), "{verified}");
    for kind in ["damaged", "unreadable", "differs", "missing", "orphans", "unfinished"] {
        assert_eq!(verified[kind], 0, "{verified}");
    }
    let done = byline.rows(["reparse", "--all", "--json"]).await;
    assert_eq!((&done[0]["finished"], &done[0]["failed"]), (&done[0]["total"], &0.into()), "{done:?}");
    for name in ["byline.db", "byline.db-wal", "byline.db-shm"] {
        // The log is gone where the last process has cleaned up.
        let _ = std::fs::remove_file(dir.path().join("data").join(name));
    }
    let rebuilt = byline.rows(["reparse", "--rebuild", "--json"]).await.pop().unwrap();
    assert_eq!(rebuilt["failed"], 0, "{rebuilt}");
    assert_eq!(by_url(export(&byline).await), articles);
    assert_eq!(subject.site.log().len(), requests, "no request leaves the machine");
}

#[tokio::test(flavor = "multi_thread")]
async fn warcio_finds_nothing_wrong_with_an_export() {
    let Some(python) = python::with("warcio") else { return };
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path());
    crawled(42, &byline).await;
    let warc = exported(&byline, dir.path()).await;
    let check = Command::new(python).args(["-m", "warcio.cli", "check", "-v"]).arg(&warc).output().unwrap();
    let said = String::from_utf8_lossy(&check.stdout).into_owned() + &String::from_utf8_lossy(&check.stderr);
    assert!(check.status.success(), "{said}");
    let captures = byline.rows(["status", "--json"]).await[0]["counts"]["captures"].as_u64().unwrap();
    assert!(said.matches("digest pass").count() as u64 > captures, "{said}");
    assert!(!said.contains("fail") && !said.contains("no digest to check"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pywb_plays_every_page_back_as_it_was() {
    if python::with("pywb").is_none() {
        return;
    }
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(&dir.path().join("byline"));
    let subject = crawled(43, &byline).await;
    let warc = exported(&byline, dir.path()).await;
    let Some(replay) = Replay::start(dir.path(), &warc) else { return };
    let first = replay.url(&subject.author_pages[0]);
    wait_until("the replay", std::time::Duration::from_secs(60), async || {
        Site::get(&first).await.contains(" 200 OK\r\n")
    })
    .await;
    let pages = subject.author_pages.iter().chain(subject.articles.iter().map(|article| &article.url));
    for url in pages {
        let answer = Site::get(&replay.url(url)).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 OK\r\n"), "{url}: {head}");
        let path = url.strip_prefix(&subject.site.url("")).unwrap();
        let Some(Page::Html(html)) = subject.site.page(path) else { panic!("{url}") };
        assert_eq!(body, html, "{url}");
    }
}
