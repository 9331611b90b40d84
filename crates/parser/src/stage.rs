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
mod tests;
