//! What lies in the archive: is it whole, and is it enough?

use crate::{
    embedded::crawl,
    stored::{SMALL, Subject, by_url, export},
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use tempfile::TempDir;
use tests::{byline::Byline, site::Page};

/// A site of which one article has moved, crawled.
async fn crawled(dir: &TempDir) -> (Subject, Byline) {
    let subject = Subject::start(5, SMALL).await;
    let moved = subject.site.page("/articles/0-0.html").unwrap();
    subject.site.set_page("/articles/0-0.html", Page::Redirect(301, subject.site.url("/moved.html")));
    subject.site.set_page("/moved.html", moved);
    let byline = Byline::embedded(dir.path());
    let said = byline.run(crawl(&subject)).await;
    assert!(said.status.success(), "{}\n{}", said.stdout, said.stderr);
    (subject, byline)
}

pub(crate) fn captures(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(captures(&path));
        } else if path.to_string_lossy().ends_with(".warc.gz") {
            found.push(path);
        }
    }
    found.sort();
    found
}

async fn works(byline: &Byline) -> Vec<(Value, Value, Value, Value)> {
    let rows = byline.rows(["works", "--json", "--limit", "1000"]).await;
    let work = |row: &Value| {
        (row["title"].clone(), row["url"].clone(), row["state"].clone(), row["first_seen_at"].clone())
    };
    let mut works: Vec<_> = rows.iter().map(work).collect();
    works.sort_by_key(|(title, ..)| title.to_string());
    works
}

async fn authors(byline: &Byline) -> Vec<(Value, Value, Value, Value)> {
    let rows = byline.rows(["authors", "--json"]).await;
    let author = |row: &Value| {
        (row["name"].clone(), row["pages"].clone(), row["works"].clone(), row["articles"].clone())
    };
    let mut authors: Vec<_> = rows.iter().map(author).collect();
    authors.sort_by_key(|(name, ..)| name.to_string());
    authors
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_database_is_made_again_from_the_archive_alone() {
    let dir = TempDir::new().unwrap();
    let (subject, byline) = crawled(&dir).await;
    let (articles, works_before, authors_before) =
        (by_url(export(&byline).await), works(&byline).await, authors(&byline).await);
    assert!(articles.contains_key(&subject.site.url("/moved.html")));
    for name in ["byline.db", "byline.db-wal", "byline.db-shm"] {
        // The log is gone where the last process has cleaned up.
        let _ = fs::remove_file(dir.path().join("data").join(name));
    }
    let requests = subject.site.log().len();

    let rebuilt = byline.rows(["reparse", "--rebuild", "--json"]).await.pop().unwrap();
    assert_eq!((rebuilt["failed"].as_u64(), rebuilt["known"].as_u64()), (Some(0), Some(0)), "{rebuilt}");
    assert_eq!(by_url(export(&byline).await), articles);
    assert_eq!(works(&byline).await, works_before);
    assert_eq!(authors(&byline).await, authors_before);
    // Once more: nothing is left to do.
    let again = byline.rows(["reparse", "--rebuild", "--json"]).await.pop().unwrap();
    assert_eq!(
        (again["restored"].as_u64(), again["known"].as_u64()),
        (Some(0), rebuilt["captures"].as_u64())
    );
    assert_eq!(subject.site.log().len(), requests, "no request leaves the machine");

    let verified = byline.rows(["archive", "verify", "--json"]).await;
    assert_eq!(verified.len(), 1, "{verified:?}");
    // What was visited is not due again.
    let said = byline.run(crawl(&subject)).await;
    assert!(said.status.success(), "{}", said.stderr);
    let articles_asked =
        subject.site.log().iter().skip(requests).filter(|s| s.path.starts_with("/articles/")).count();
    assert!(articles_asked <= 1, "only the address that has moved is looked at again: {articles_asked}");
    assert_eq!(by_url(export(&byline).await), articles);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_in_an_archive_is_found() {
    let dir = TempDir::new().unwrap();
    let (_subject, byline) = crawled(&dir).await;
    let archive = dir.path().join("data/archive");
    let files = captures(&archive);
    let key = |path: &PathBuf| path.strip_prefix(&archive).unwrap().to_str().unwrap().to_owned();

    let torn = fs::read(&files[1]).unwrap();
    fs::write(&files[1], &torn[..torn.len() / 2]).unwrap();
    let mut changed = fs::read(&files[2]).unwrap();
    let middle = changed.len() / 2;
    changed[middle] ^= 0x10;
    fs::write(&files[2], &changed).unwrap();
    fs::copy(&files[3], &files[4]).unwrap();
    fs::remove_file(&files[5]).unwrap();
    let unfinished = files[6].with_file_name(".unfinished-1");
    fs::write(&unfinished, b"half").unwrap();
    let yesterday = SystemTime::now() - Duration::from_secs(86_400);
    fs::File::options().write(true).open(&unfinished).unwrap().set_modified(yesterday).unwrap();

    let said = byline.run(["archive", "verify", "--json"]).await;
    assert_eq!(said.status.code(), Some(1), "{}", said.stderr);
    let mut rows: Vec<Value> = said.stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let sums = rows.pop().unwrap();
    let found: Vec<(&str, &str)> =
        rows.iter().map(|r| (r["finding"].as_str().unwrap(), r["key"].as_str().unwrap())).collect();
    let expected = [
        ("damaged", key(&files[1])),
        ("damaged", key(&files[2])),
        ("damaged", key(&files[4])),
        ("missing", key(&files[5])),
        ("unfinished", key(&unfinished)),
    ];
    let expected: Vec<(&str, &str)> = expected.iter().map(|(f, k)| (*f, k.as_str())).collect();
    assert_eq!(found, expected);
    assert_eq!(sums["checked"].as_u64(), Some(files.len() as u64 - 1));

    let said = byline.run(["archive", "verify", "--alone"]).await;
    assert_eq!(said.status.code(), Some(1), "{}", said.stderr);
    assert!(said.stdout.contains("3 damaged") && said.stdout.contains("no database"), "{}", said.stdout);
    // A rebuild passes over what is damaged, and says so.
    for name in ["byline.db", "byline.db-wal", "byline.db-shm"] {
        let _ = fs::remove_file(dir.path().join("data").join(name));
    }
    let said = byline.run(["reparse", "--rebuild", "--json"]).await;
    assert_eq!(said.status.code(), Some(1), "{}", said.stderr);
    assert_eq!(said.stdout.lines().filter(|l| l.contains("\"reason\"")).count(), 3, "{}", said.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reparse_reads_everything_again_and_asks_nobody() {
    let dir = TempDir::new().unwrap();
    let (subject, byline) = crawled(&dir).await;
    let articles = by_url(export(&byline).await);
    let requests = subject.site.log().len();
    // Events that the crawl left waiting go out while the job runs; they are none of its own.
    let counts = async || {
        let mut counts = byline.rows(["status", "--json"]).await[0]["counts"].clone();
        counts.as_object_mut().unwrap().remove("outbox_waiting");
        counts
    };
    let before = counts().await;
    let dry = byline.rows(["reparse", "--all", "--dry-run", "--json"]).await;
    assert_eq!((dry[0]["state"].as_str(), dry[0]["changed"].as_u64()), (Some("done"), Some(0)), "{dry:?}");
    assert!(dry[0]["total"].as_u64() > Some(articles.len() as u64));
    assert_eq!(counts().await, before, "a dry run writes nothing");

    let done = byline.rows(["reparse", "--all", "--json"]).await;
    assert_eq!(
        (done[0]["finished"].clone(), done[0]["failed"].as_u64()),
        (done[0]["total"].clone(), Some(0))
    );
    let after = counts().await;
    assert_eq!((&after["versions"], &after["captures"]), (&before["versions"], &before["captures"]));
    assert_eq!(by_url(export(&byline).await), articles);
    assert_eq!(subject.site.log().len(), requests, "no request leaves the machine");

    // What has ended stays ended, and what there is not is said.
    let job = done[0]["job"].to_string();
    for arguments in [["reparse", "resume", &job], ["reparse", "pause", "99"]] {
        let said = byline.run(arguments).await;
        assert_eq!(said.status.code(), Some(64), "{arguments:?}: {}", said.stderr);
    }
    let said = byline.run(["reparse", "rate", &job, "5"]).await;
    assert_eq!(said.status.code(), Some(64), "{}", said.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn authors_are_merged_and_split() {
    let dir = TempDir::new().unwrap();
    let (_subject, byline) = crawled(&dir).await;
    let count = async |author: &str| byline.rows(["export", "--author", author]).await.len();
    let (one, two) = (count("1").await, count("2").await);
    assert!(byline.run(["authors", "merge", "1", "2"]).await.status.success());
    assert_eq!((count("1").await, count("2").await), (one + two, one + two), "exports follow");
    let rows = byline.rows(["authors", "--json"]).await;
    assert_eq!((rows.len(), rows[0]["merged"][0]["id"].as_u64()), (2, Some(2)));
    assert_eq!(byline.run(["authors", "merge", "1", "2"]).await.status.code(), Some(64));
    assert!(byline.run(["authors", "split", "2"]).await.status.success());
    assert_eq!((count("1").await, count("2").await), (one, two));
    let merges = byline.rows(["authors", "merges", "--json"]).await;
    assert!(merges.len() == 1 && merges[0]["undone_at"].is_string(), "{merges:?}");
}
