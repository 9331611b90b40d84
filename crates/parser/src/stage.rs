//! The stage: an archived capture in, its reading out.
//!
//! Everything that is no fresh answer (304, redirect, failure) passes unread, and robots.txt is only named.
//! A page is parsed on a thread of its own kind, so that CPU work never holds up the runtime's heartbeats,
//! with a deadline at which it is asked to end ([`Stop`]). As long as it goes on all the same it keeps its place,
//! so that hostile pages cannot pile up threads; a few that hear nothing at all are replaced.

use crate::{PARSER_VERSION, PageInput, Rules, Stop, Stopped, parse_until};
use async_trait::async_trait;
use bytes::Bytes;
use model::{
    Archive, Capture, Failure, Fetched, Outcome, PageKind, Parsed, Stage,
    coding::CodingError,
    message::{PageParsed, ParseResult, ParseValue},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::Semaphore,
    task::{JoinError, JoinHandle},
};
use url::Url;

/// Longest that a page's result is waited for. Honest pages take milliseconds, 1 MB of hostile ones a second.
const DEADLINE: Duration = Duration::from_secs(10);

/// How long a parse that was asked to end may take to hear it before its thread is given up for lost.
const HEARING: Duration = Duration::from_secs(5);

/// Lost threads that are replaced, in the life of a process: each may hold a page's memory and a processor.
const SPARE_THREADS: usize = 4;

/// Pause of a message that found all threads held for as long as a page may take.
const BUSY_PAUSE: Duration = Duration::from_secs(30);

/// Bytes of a body with its content coding removed; the fetcher stops at the same size.
const BODY_BYTES: usize = 16 << 20;

/// Bytes of a result that still travels in its message; larger ones go to the archive. An article of 20,000
/// Chinese characters fits.
const INLINE_BYTES: usize = 96 << 10;

/// Fetched page -> parsed page.
pub struct ParseStage {
    archive: Arc<dyn Archive>,
    rules: Arc<Rules>,
    threads: Arc<Semaphore>,
    spare: Arc<Semaphore>,
    deadline: Duration,
    hearing: Duration,
    reader: Reader,
}

/// [`parse_until`], or what stands for it in a test.
type Reader = fn(&PageInput<'_>, &Rules, &Stop) -> Result<Parsed, Stopped>;

impl ParseStage {
    /// `threads`: pages parsed at once.
    pub fn new(archive: Arc<dyn Archive>, rules: Rules, threads: usize) -> Self {
        let threads = Arc::new(Semaphore::new(threads.clamp(1, Semaphore::MAX_PERMITS)));
        Self {
            archive,
            rules: Arc::new(rules),
            threads,
            spare: Arc::new(Semaphore::new(SPARE_THREADS)),
            deadline: DEADLINE,
            hearing: HEARING,
            reader: parse_until,
        }
    }

    async fn pass(&self, fetched: Fetched) -> Result<Option<PageParsed>, Failure> {
        let Outcome::Captured { capture, content_type, .. } = &fetched.outcome else {
            return Ok(Some(PageParsed { fetched, result: None }));
        };
        let mut answered = answered(&fetched).clone();
        let value = match fetched.grant.hints.expected {
            PageKind::Robots => ParseValue::Robots,
            _ => {
                let kept = self.archive.get(capture).await.map_err(model::ArchiveError::into_failure)?;
                let content_type = content_type.clone();
                // The capture still knows it when it is read again, without the hops of its visit.
                if let Ok(url) = Url::parse(&kept.url) {
                    answered = url;
                }
                match self.read(kept, content_type, &answered, &fetched).await? {
                    Ok(parsed) => self.packed(parsed, &fetched).await?,
                    Err(Spoilt { code, message }) => ParseValue::Failed { code: code.to_owned(), message },
                }
            }
        };
        let rules_hash = self.rules.hash_for(&answered);
        let result = ParseResult { parser_version: PARSER_VERSION, rules_hash, value };
        Ok(Some(PageParsed { fetched, result: Some(result) }))
    }

    /// The outer error is ours, and its message goes to the dead letters; the inner one is the page's.
    async fn read(
        &self,
        kept: Capture,
        content_type: Option<String>,
        answered: &Url,
        fetched: &Fetched,
    ) -> Result<ReadPage, Failure> {
        let held = |_| Failure::busy("parse-threads-held", "every thread holds a page", BUSY_PAUSE);
        let permit = tokio::time::timeout(self.deadline, Arc::clone(&self.threads).acquire_owned())
            .await
            .map_err(held)?
            .map_err(|closed| Failure::transient("parse-closed", closed))?;
        let asking = AskOnDrop::default();
        let stop = asking.0.clone();
        let reader = self.reader;
        let rules = Arc::clone(&self.rules);
        let hints = fetched.grant.hints.clone();
        let url = answered.clone();
        let mut parsing = tokio::task::spawn_blocking(move || {
            let bytes = match kept.decoded_body(BODY_BYTES) {
                Ok(bytes) => bytes,
                Err(error) => return Ok(Err(error.into())),
            };
            let directives = kept.header_lines("x-robots-tag");
            let input = PageInput {
                url: &url,
                bytes: &bytes,
                content_type: content_type.as_deref(),
                x_robots_tag: directives.as_deref(),
                captured_at: kept.captured_at,
                hints: &hints,
            };
            let parsed = reader(&input, &rules, &stop);
            drop(permit);
            parsed.map(|parsed| Ok(Box::new(parsed)))
        });
        match tokio::time::timeout(self.deadline, &mut parsing).await {
            Ok(Ok(Ok(read))) => return Ok(read),
            // Our own fault, so the message is kept, to be replayed once it is mended.
            Ok(Err(error)) => return Err(Failure::permanent("panic", words_of(error))),
            Ok(Ok(Err(Stopped))) => {}
            Err(_) => {
                drop(asking);
                self.replace_if_lost(parsing, fetched);
            }
        }
        Err(Failure::permanent("deadline", format!("not parsed after {:?}", self.deadline)))
    }

    /// A thread that does not hear that it shall end would keep its place for ever.
    fn replace_if_lost(&self, parsing: JoinHandle<Result<ReadPage, Stopped>>, fetched: &Fetched) {
        let (threads, spare) = (Arc::clone(&self.threads), Arc::clone(&self.spare));
        let (hearing, url) = (self.hearing, fetched.grant.url.clone());
        tokio::spawn(async move {
            if tokio::time::timeout(hearing, parsing).await.is_ok() {
                return;
            }
            let replaced = spare.try_acquire().map(|spare| {
                spare.forget();
                threads.add_permits(1);
            });
            tracing::error!(page.url = %url, replaced = replaced.is_ok(), "parse does not end, its thread is lost");
        });
    }

    /// In the message where it is small, else in the archive.
    async fn packed(&self, parsed: Box<Parsed>, fetched: &Fetched) -> Result<ParseValue, Failure> {
        let json = serde_json::to_vec(&parsed).map_err(|e| Failure::permanent("parsed-json", e))?;
        if json.len() <= INLINE_BYTES {
            return Ok(ParseValue::Inline { parsed });
        }
        // Named by visit, version and content: the same result of the same message has the same key.
        let key = format!("derived/{}-{PARSER_VERSION}.json", fetched.grant.visit);
        self.archive.put_value(&key, Bytes::from(json)).await.map_err(model::ArchiveError::into_failure)?;
        Ok(ParseValue::Archived { key })
    }
}

#[async_trait]
impl Stage for ParseStage {
    type Input = Fetched;
    type Output = PageParsed;

    const NAME: &'static str = "parse";

    async fn process(&self, inputs: Vec<Fetched>) -> Vec<Result<Option<PageParsed>, Failure>> {
        let mut results = Vec::with_capacity(inputs.len());
        for fetched in inputs {
            results.push(self.pass(fetched).await);
        }
        results
    }
}

/// Asks a parse to end when nobody waits for it any more: its deadline is over, or the call was given up.
#[derive(Default)]
struct AskOnDrop(Stop);

impl Drop for AskOnDrop {
    fn drop(&mut self) {
        self.0.ask();
    }
}

type ReadPage = Result<Box<Parsed>, Spoilt>;

/// The page cannot be read: data, not our trouble.
struct Spoilt {
    /// Low cardinality.
    code: &'static str,
    message: String,
}

/// The address that answered, at the end of its redirects: links, dates and rules are read with it.
fn answered(fetched: &Fetched) -> &Url {
    fetched.hops.last().map_or(&fetched.grant.url, |hop| &hop.to).url()
}

/// What a panic said.
fn words_of(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => panic
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default(),
        Err(error) => error.to_string(),
    }
}

impl From<CodingError> for Spoilt {
    fn from(error: CodingError) -> Self {
        let code = match error {
            CodingError::Unknown(_) => "coding-unknown",
            CodingError::Broken { .. } => "coding-broken",
            CodingError::TooLarge(_) => "body-too-large",
        };
        Self { code, message: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};
    use model::{
        ArchiveError, CaptureId, CaptureRef, Cause, Grant, Hints, PageId, PageUrl, Validators, VisitId,
    };
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
                .map(|i| {
                    format!("<p>Paragraph {i} says something of its own, at some length, as they do.</p>")
                })
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
}
