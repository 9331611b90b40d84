//! What holds on a directory holds on S3.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;
use model::{Archive, ArchiveError, Capture, CaptureId, CaptureRef};
use std::fs;
use store::{CaptureArchive, archive::S3Place};
use tests::s3_server::S3Server;

pub(crate) fn captured(minutes: i64, body: &'static [u8]) -> Capture {
    let start: DateTime<Utc> = "2026-11-23T08:00:00Z".parse().unwrap();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Capture {
        id: CaptureId::new(),
        url: "https://example.org/author?page=1".to_owned(),
        captured_at: start + TimeDelta::minutes(minutes),
        ip: Some("192.0.2.7".parse().unwrap()),
        request_headers: vec![header("host", "example.org"), header("accept", "*/*")],
        status: 200,
        response_headers: vec![header("content-type", "text/html"), header("etag", "\"1\"")],
        body: Bytes::from_static(body),
        visit: None,
    }
}

async fn check_archive(archive: &CaptureArchive) {
    assert_eq!(archive.keys("", 10).await.unwrap(), Vec::<String>::new());
    let mut refs: Vec<CaptureRef> = Vec::new();
    for minutes in [0, 50, 70, 60 * 24, 60 * 24 * 400] {
        let capture = captured(minutes, b"<p>hello</p>");
        let at = archive.put(&capture).await.unwrap();
        assert_eq!(archive.get(&at).await.unwrap(), capture);
        assert_eq!(archive.read(&at.key).await.unwrap(), (at.clone(), capture));
        assert_eq!(archive.records(&at).await.unwrap().len() as u64, at.length);
        refs.push(at);
    }
    assert!(refs[0].key.starts_with("2026/11/23/08/") && refs[2].key.starts_with("2026/11/23/09/"));

    // All keys, page by page, in order of time.
    let mut keys: Vec<String> = refs.iter().map(|r| r.key.clone()).collect();
    keys.sort();
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = archive.keys(&after, 2).await.unwrap();
        found.extend(page.clone());
        match page.last() {
            Some(last) if page.len() == 2 => after.clone_from(last),
            _ => break,
        }
    }
    assert_eq!(found, keys);

    let all: Vec<String> = archive.all_keys("").try_collect().await.unwrap();
    assert_eq!(all, keys);
    let checked: Vec<_> = archive.check_all(3).try_collect().await.unwrap();
    assert!(checked.iter().all(|c| c.result.as_ref().is_ok_and(|at| refs.contains(at))), "{checked:?}");
    assert_eq!(checked.len(), refs.len());
    assert!(archive.has(&refs[0]).await.unwrap());
    let gone = CaptureRef { key: "2026/11/23/08/none.warc.gz".to_owned(), ..refs[0].clone() };
    assert!(!archive.has(&gone).await.unwrap());
    assert_eq!(CaptureArchive::id_of(&refs[0].key), Some(refs[0].id));
    assert!(archive.leftovers().await.unwrap().is_empty());

    // Written again (a message that was delivered twice) is written once.
    let again = captured(0, b"again");
    assert_eq!(archive.put(&again).await.unwrap(), archive.put(&again).await.unwrap());

    let other = CaptureRef { digest: "0".repeat(64), ..refs[0].clone() };
    assert!(matches!(archive.get(&other).await, Err(ArchiveError::Damaged { .. })));
    for key in ["2026/11/23/08/none.warc.gz", "../secret", "/etc/passwd", ""] {
        let missing = CaptureRef { key: key.to_owned(), ..refs[0].clone() };
        assert!(matches!(archive.get(&missing).await, Err(ArchiveError::Missing(_))), "{key}");
    }

    let value = Bytes::from_static(b"{\"large\":true}");
    archive.put_value("parsed/1.json", value.clone()).await.unwrap();
    assert_eq!(archive.get_value("parsed/1.json").await.unwrap(), value);
    assert_eq!(archive.get_value("derived/parsed/1.json").await.unwrap(), value);
    assert!(matches!(archive.get_value("parsed/2.json").await, Err(ArchiveError::Missing(_))));
    assert!(archive.put_value("../outside", value).await.is_err());
    let left = archive.leftovers().await.unwrap();
    assert!(left.len() == 1 && left[0].key == "derived/parsed/1.json" && left[0].length == 14, "{left:?}");
    for _ in 0..2 {
        archive.drop_value("parsed/1.json").await.unwrap();
    }
    assert!(matches!(archive.get_value("parsed/1.json").await, Err(ArchiveError::Missing(_))));
    assert!(archive.leftovers().await.unwrap().is_empty());
    assert_eq!(archive.keys("", 100).await.unwrap().len(), refs.len() + 1, "values are no captures");
}

#[tokio::test]
async fn a_directory_keeps_captures() {
    let dir = tempfile::tempdir().unwrap();
    check_archive(&CaptureArchive::directory(dir.path().join("not/yet/there"))).await;
}

#[tokio::test]
async fn s3_keeps_captures() {
    let Some(server) = S3Server::start("byline-test") else { return };
    let place = |prefix: &str| {
        let text = format!("s3://byline-test/{prefix}?endpoint={}", server.endpoint);
        CaptureArchive::s3(S3Place::parse(&text).unwrap().with_keys("test", "test")).unwrap()
    };
    check_archive(&place("some/prefix")).await;
    assert_eq!(place("some/other").keys("", 10).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn torn_and_foreign_files_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let archive = CaptureArchive::directory(dir.path());
    let at = archive.put(&captured(0, b"hello")).await.unwrap();
    let path = dir.path().join(&at.key);
    let whole = fs::read(&path).unwrap();
    for bytes in [&whole[..whole.len() / 2], b"", b"hello"] {
        fs::write(&path, bytes).unwrap();
        assert!(matches!(archive.get(&at).await, Err(ArchiveError::Damaged { .. })));
    }
    // Another capture in its place.
    let other = archive.put(&captured(0, b"other")).await.unwrap();
    fs::copy(dir.path().join(&other.key), &path).unwrap();
    assert!(matches!(archive.read(&at.key).await, Err(ArchiveError::Damaged { .. })));
    // What a crash leaves behind is not listed.
    fs::write(path.with_file_name(".unfinished-1"), b"half").unwrap();
    assert_eq!(archive.keys("", 10).await.unwrap().len(), 2);
    let left = archive.leftovers().await.unwrap();
    assert!(left.len() == 1 && left[0].key.ends_with("/.unfinished-1") && left[0].length == 4, "{left:?}");
}

#[tokio::test]
async fn storage_that_does_not_answer_is_unavailable() {
    let place = S3Place::parse("s3://bucket?endpoint=http://127.0.0.1:9").unwrap().with_keys("a", "b");
    let archive = CaptureArchive::s3(place).unwrap();
    let got = archive.get_value("x").await;
    assert!(matches!(got, Err(ArchiveError::Unavailable(_))), "{got:?}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_unavailable() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, b"").unwrap();
    let put = CaptureArchive::directory(file).put(&captured(0, b"hello")).await;
    assert!(matches!(put, Err(ArchiveError::Unavailable(_))), "{put:?}");
}
