//! The stage: an archived capture in, its reading out.
//!
//! Everything that is no fresh answer (304, redirect, failure) passes unread, and robots.txt is only named.
//! A page is parsed on a thread of its own kind, so that CPU work never holds up the runtime's heartbeats,
//! with a deadline: a blocking parse cannot be stopped, but nobody has to wait for it, and as long as it goes
//! on it keeps its place, so that hostile pages cannot pile up threads.

use crate::{PARSER_VERSION, PageInput, Rules, parse};
use async_trait::async_trait;
use bytes::Bytes;
use model::{
    Archive, Capture, Failure, Fetched, Outcome, PageKind, Parsed, Stage,
    coding::CodingError,
    message::{PageParsed, ParseResult, ParseValue},
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::JoinError};

/// Longest that a page's result is waited for. Honest pages take milliseconds, 1 MB of hostile ones a second.
const DEADLINE: Duration = Duration::from_secs(10);

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
    deadline: Duration,
}

impl ParseStage {
    /// `threads`: pages parsed at once.
    pub fn new(archive: Arc<dyn Archive>, rules: Rules, threads: usize) -> Self {
        let threads = Arc::new(Semaphore::new(threads.clamp(1, Semaphore::MAX_PERMITS)));
        Self { archive, rules: Arc::new(rules), threads, deadline: DEADLINE }
    }

    async fn pass(&self, fetched: Fetched) -> Result<Option<PageParsed>, Failure> {
        let Outcome::Captured { capture, content_type, .. } = &fetched.outcome else {
            return Ok(Some(PageParsed { fetched, result: None }));
        };
        let value = match fetched.grant.hints.expected {
            PageKind::Robots => ParseValue::Robots,
            _ => {
                let kept = self.archive.get(capture).await.map_err(model::ArchiveError::into_failure)?;
                let content_type = content_type.clone();
                match self.read(kept, content_type, &fetched).await? {
                    Ok(parsed) => self.packed(parsed, &fetched).await?,
                    Err(Spoilt { code, message }) => ParseValue::Failed { code: code.to_owned(), message },
                }
            }
        };
        let rules_hash = self.rules.hash_for(fetched.grant.url.url());
        let result = ParseResult { parser_version: PARSER_VERSION, rules_hash, value };
        Ok(Some(PageParsed { fetched, result: Some(result) }))
    }

    /// The outer error is ours, the inner one the page's.
    async fn read(
        &self,
        kept: Capture,
        content_type: Option<String>,
        fetched: &Fetched,
    ) -> Result<Result<Box<Parsed>, Spoilt>, Failure> {
        let bytes = match kept.decoded_body(BODY_BYTES) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(error.into())),
        };
        let permit = Arc::clone(&self.threads)
            .acquire_owned()
            .await
            .map_err(|closed| Failure::transient("parse-closed", closed))?;
        let rules = Arc::clone(&self.rules);
        let hints = fetched.grant.hints.clone();
        // Links and dates are read against the address that answered, at the end of its redirects.
        let url = fetched.hops.last().map_or(&fetched.grant.url, |hop| &hop.to).url().clone();
        let parsing = tokio::task::spawn_blocking(move || {
            let input = PageInput {
                url: &url,
                bytes: &bytes,
                content_type: content_type.as_deref(),
                x_robots_tag: kept.header("x-robots-tag"),
                captured_at: kept.captured_at,
                hints: &hints,
            };
            let parsed = parse(&input, &rules);
            drop(permit);
            Box::new(parsed)
        });
        Ok(match tokio::time::timeout(self.deadline, parsing).await {
            Ok(Ok(parsed)) => Ok(parsed),
            Ok(Err(error)) => Err(Spoilt::of_panic(error)),
            Err(_) => {
                Err(Spoilt { code: "deadline", message: format!("not parsed after {:?}", self.deadline) })
            }
        })
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

/// The page cannot be read: data, not our trouble.
struct Spoilt {
    /// Low cardinality.
    code: &'static str,
    message: String,
}

impl Spoilt {
    fn of_panic(error: JoinError) -> Self {
        let message = match error.try_into_panic() {
            Ok(panic) => panic
                .downcast_ref::<&str>()
                .map(|s| (*s).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        Self { code: "panic", message }
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
