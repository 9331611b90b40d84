use super::*;
use chrono::{DateTime, Utc};
use model::{ArchiveError, CaptureId, CaptureRef, Cause, Grant, Hints, PageId, PageUrl, Validators, VisitId};
use std::{collections::HashMap, sync::Mutex};

#[derive(Default)]
struct Kept {
    captures: Mutex<HashMap<CaptureId, Capture>>,
    values: Mutex<HashMap<String, Bytes>>,
}

#[async_trait]
impl Archive for Kept {
    async fn put(&self, capture: &Capture) -> Result<CaptureRef, ArchiveError> {
        self.captures.lock().unwrap().insert(capture.id, capture.clone());
        let length = capture.body.len() as u64;
        Ok(CaptureRef { id: capture.id, key: String::new(), length, digest: String::new() })
    }

    async fn get(&self, at: &CaptureRef) -> Result<Capture, ArchiveError> {
        let kept = self.captures.lock().unwrap().get(&at.id).cloned();
        kept.ok_or_else(|| ArchiveError::Missing(at.id.to_string()))
    }

    async fn put_value(&self, key: &str, value: Bytes) -> Result<(), ArchiveError> {
        self.values.lock().unwrap().insert(key.to_owned(), value);
        Ok(())
    }

    async fn get_value(&self, key: &str) -> Result<Bytes, ArchiveError> {
        let kept = self.values.lock().unwrap().get(key).cloned();
        kept.ok_or_else(|| ArchiveError::Missing(key.to_owned()))
    }

    async fn drop_value(&self, key: &str) -> Result<(), ArchiveError> {
        self.values.lock().unwrap().remove(key);
        Ok(())
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn fetched(expected: PageKind, outcome: Outcome) -> Fetched {
    let grant = Grant {
        visit: VisitId::new(),
        page: PageId(1),
        url: PageUrl::parse("https://a.example/x").unwrap(),
        granted_at: now(),
        lease_until: now(),
        gap_ms: 0,
        validators: Validators::default(),
        hints: Hints { expected, authors: Vec::new(), listed: None },
        origin: model::Provenance::default(),
    };
    let (started_at, ended_at) = (now(), now());
    Fetched {
        grant,
        cause: Cause::Visit,
        started_at,
        ended_at,
        bytes: 0,
        address: None,
        hops: Vec::new(),
        outcome,
    }
}

async fn captured(archive: &Kept, body: String, coding: Option<&str>) -> Outcome {
    let coding = coding.map(|c| ("content-encoding".to_owned(), c.to_owned()));
    let capture = Capture {
        id: CaptureId::new(),
        url: "https://a.example/x".to_owned(),
        captured_at: now(),
        ip: None,
        request_headers: Vec::new(),
        status: 200,
        response_headers: coding.into_iter().collect(),
        body: body.into(),
        visit: None,
    };
    Outcome::Captured {
        status: 200,
        capture: archive.put(&capture).await.unwrap(),
        validators: Validators::default(),
        content_type: Some("text/html".to_owned()),
    }
}

async fn run(archive: &Arc<Kept>, fetched: Fetched) -> Result<Option<ParseValue>, Failure> {
    let stage = ParseStage::new(Arc::clone(archive) as _, Rules::default(), 1);
    let mut results = stage.process(vec![fetched]).await;
    results.pop().unwrap().map(|parsed| parsed.unwrap().result.map(|r| r.value))
}

#[tokio::test]
async fn what_is_no_fresh_answer_passes_unread() {
    let archive = Arc::new(Kept::default());
    let outcome = Outcome::NotModified { validators: Validators::default() };
    assert_eq!(run(&archive, fetched(PageKind::Article, outcome)).await.unwrap(), None);
    let outcome = captured(&archive, "User-agent: *".to_owned(), None).await;
    let robots = run(&archive, fetched(PageKind::Robots, outcome)).await.unwrap();
    assert_eq!(robots, Some(ParseValue::Robots));
}

#[tokio::test]
async fn small_results_travel_and_large_ones_are_kept() {
    let archive = Arc::new(Kept::default());
    let page = |paragraphs: usize| {
        let text: String = (0..paragraphs)
            .map(|i| format!("<p>Paragraph {i} says something of its own, at some length, as they do.</p>"))
            .collect();
        format!("<html><body><article><h1>A title</h1>{text}</article></body></html>")
    };
    let outcome = captured(&archive, page(10), None).await;
    let small = run(&archive, fetched(PageKind::Article, outcome)).await.unwrap();
    assert!(matches!(small, Some(ParseValue::Inline { .. })), "{small:?}");
    let outcome = captured(&archive, page(5000), None).await;
    let large = run(&archive, fetched(PageKind::Article, outcome)).await.unwrap();
    let Some(ParseValue::Archived { key }) = large else { panic!("{large:?}") };
    let kept: Parsed = serde_json::from_slice(&archive.get_value(&key).await.unwrap()).unwrap();
    assert!(kept.article.is_some());
}

/// A stage of one thread and no patience, and two pages to hand it.
async fn hurried(reader: Reader) -> (ParseStage, Fetched) {
    let archive = Arc::new(Kept::default());
    let outcome = captured(&archive, "<p>a</p>".to_owned(), None).await;
    let stage = ParseStage::new(archive, Rules::default(), 1);
    let (deadline, hearing) = (Duration::from_millis(50), Duration::from_millis(50));
    (ParseStage { deadline, hearing, reader, ..stage }, fetched(PageKind::Article, outcome))
}

async fn code(stage: &ParseStage, fetched: &Fetched) -> &'static str {
    stage.pass(fetched.clone()).await.map_or_else(|failure| failure.code(), |_| "parsed")
}

/// Over its deadline a page is dead, and its thread is free again.
#[tokio::test]
async fn a_page_over_its_deadline_gives_its_thread_back() {
    let (stage, fetched) = hurried(|_, _, stop| stop_tests::until_asked(stop)).await;
    assert_eq!(code(&stage, &fetched).await, "deadline");
    let free = Arc::clone(&stage.threads).acquire_owned();
    let permit = tokio::time::timeout(Duration::from_secs(20), free).await.unwrap().unwrap();
    assert_eq!(stage.spare.available_permits(), SPARE_THREADS);
    drop(permit);
    assert_eq!(code(&ParseStage { reader: parse_until, ..stage }, &fetched).await, "parsed");
}

/// A page that hears nothing costs one of the spare threads; when those are gone, others wait in their
/// queue, and are not dead.
#[tokio::test]
async fn a_page_that_hears_nothing_is_replaced_a_few_times() {
    let (stage, fetched) = hurried(|_, _, _| stop_tests::until_released()).await;
    for left in (0..SPARE_THREADS).rev() {
        assert_eq!(code(&stage, &fetched).await, "deadline");
        let free = Arc::clone(&stage.threads).acquire_owned();
        let permit = tokio::time::timeout(Duration::from_secs(20), free).await.unwrap().unwrap();
        drop(permit);
        assert_eq!(stage.spare.available_permits(), left);
    }
    assert_eq!(code(&stage, &fetched).await, "deadline");
    assert_eq!(code(&stage, &fetched).await, "parse-threads-held");
    stop_tests::release();
}

/// Readers that go on until they are told.
mod stop_tests {
    use crate::{Stop, Stopped, stop};
    use model::Parsed;
    use std::sync::{Condvar, Mutex};

    static RELEASED: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

    pub(super) fn until_asked(asked: &Stop) -> Result<Parsed, Stopped> {
        stop::until(|| {
            loop {
                asked.check();
                std::thread::yield_now();
            }
        })
    }

    pub(super) fn until_released() -> Result<Parsed, Stopped> {
        let mut released = RELEASED.0.lock().unwrap();
        while !*released {
            released = RELEASED.1.wait(released).unwrap();
        }
        Err(Stopped)
    }

    pub(super) fn release() {
        *RELEASED.0.lock().unwrap() = true;
        RELEASED.1.notify_all();
    }
}

#[tokio::test]
async fn a_broken_coding_is_the_pages_fault_and_a_missing_capture_ours() {
    let archive = Arc::new(Kept::default());
    let outcome = captured(&archive, "not gzip".to_owned(), Some("gzip")).await;
    let broken = run(&archive, fetched(PageKind::Article, outcome.clone())).await.unwrap();
    assert!(matches!(broken, Some(ParseValue::Failed { code, .. }) if code == "coding-broken"));
    let empty = Arc::new(Kept::default());
    let missing = run(&empty, fetched(PageKind::Article, outcome)).await.unwrap_err();
    assert_eq!(missing.code(), "archive-missing");
}
