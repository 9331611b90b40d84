//! A lost database made again from the archive: every capture goes through the same parser and the same sink as
//! when it was fetched, in order of time, so the same pages, works, articles and versions come of it. No request
//! leaves the machine, no queue is used, and what the database knows already is passed over: an interrupted
//! rebuild goes on where it ended.

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream};
use model::{
    Archive, ArchiveError, Capture, CaptureId, CaptureRef, Cause, Failure, Fetched, Grant, Hints, Outcome,
    PageId, PageKind, PageUrl, Provenance, Stage, Validators, VisitId, VisitNote,
    message::{PageParsed, ParseValue},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::{CaptureArchive, DynStore, StoreError};

/// Captures stored in one transaction at most.
const BATCH: usize = 64;

/// Pause before a batch is tried again that the database did not take.
const PAUSE: Duration = Duration::from_secs(1);

/// Times that a batch is tried.
const TRIES: usize = 60;

/// What came of a rebuild so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Captures looked at.
    pub seen: u64,
    /// The database knew them.
    pub known: u64,
    pub restored: u64,
    /// They say nothing of their visit (an earlier version wrote them), and their page is not known otherwise.
    pub unlabelled: u64,
    /// Keys and reasons of captures that could not be read or stored.
    pub failed: Vec<(String, String)>,
}

#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Captures that were read once and that the stages ask for; a parse result too large for a message. Nothing is
/// written to the archive that the database is made from.
#[derive(Default)]
pub struct Desk {
    captures: Mutex<HashMap<CaptureId, Capture>>,
    values: Mutex<HashMap<String, Bytes>>,
}

#[async_trait]
impl Archive for Desk {
    async fn put(&self, _: &Capture) -> Result<CaptureRef, ArchiveError> {
        Err(ArchiveError::Unavailable("nothing is captured in a rebuild".to_owned()))
    }

    async fn get(&self, at: &CaptureRef) -> Result<Capture, ArchiveError> {
        let captures = self.captures.lock().unwrap_or_else(PoisonError::into_inner);
        captures.get(&at.id).cloned().ok_or_else(|| ArchiveError::Missing(at.key.clone()))
    }

    async fn put_value(&self, key: &str, value: Bytes) -> Result<(), ArchiveError> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), value);
        Ok(())
    }

    async fn get_value(&self, key: &str) -> Result<Bytes, ArchiveError> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.get(key).cloned().ok_or_else(|| ArchiveError::Missing(key.to_owned()))
    }

    async fn drop_value(&self, key: &str) -> Result<(), ArchiveError> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        Ok(())
    }
}

impl Desk {
    fn lay(&self, capture: Capture) {
        self.captures.lock().unwrap_or_else(PoisonError::into_inner).insert(capture.id, capture);
    }

    fn clear(&self, id: CaptureId) {
        self.captures.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// What a stored result has left.
    fn clear_after(&self, parsed: &PageParsed) {
        if let Outcome::Captured { capture, .. } = &parsed.fetched.outcome {
            self.clear(capture.id);
        }
        if let Some(ParseValue::Archived { key }) = parsed.result.as_ref().map(|r| &r.value) {
            self.values.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        }
    }
}

/// The stages work over `Rebuild::desk` as their archive.
pub struct Rebuild<P, S> {
    store: DynStore,
    archive: CaptureArchive,
    desk: Arc<Desk>,
    parser: Arc<P>,
    sink: Arc<S>,
    /// Captures read and parsed at once.
    at_once: usize,
}

/// One capture on its way, still without its page.
struct Ready {
    key: String,
    note: VisitNote,
    parsed: PageParsed,
}

enum Read {
    Ready(Box<Ready>),
    Known,
    Unlabelled,
    Failed(String, String),
}

impl<P, S> Rebuild<P, S>
where
    P: Stage<Input = Fetched, Output = PageParsed>,
    S: Stage<Input = PageParsed>,
{
    pub fn new(
        store: DynStore,
        archive: CaptureArchive,
        desk: Arc<Desk>,
        parser: Arc<P>,
        sink: Arc<S>,
        at_once: usize,
    ) -> Self {
        Self { store, archive, desk, parser, sink, at_once: at_once.max(1) }
    }

    /// Runs to the end of the archive, or until `go_on` says no; it hears of every batch.
    ///
    /// # Errors
    /// Where the archive cannot be listed, or the database stays away for longer than a minute.
    pub async fn run(&self, mut go_on: impl FnMut(&Rebuilt) -> bool) -> Result<Rebuilt, RebuildError> {
        let mut done = Rebuilt::default();
        let chunks = self.archive.all_keys("").chunks(BATCH).then(|keys| self.with_known(keys));
        let reads = chunks
            .flat_map(|chunk| match chunk {
                Ok(keys) => stream::iter(keys.into_iter().map(Ok).collect::<Vec<_>>()),
                Err(error) => stream::iter(vec![Err(error)]),
            })
            .map(|key| async move {
                let (key, known) = key?;
                Ok::<_, RebuildError>(if known { Read::Known } else { self.read(key).await? })
            })
            .buffered(self.at_once);
        let mut reads = std::pin::pin!(reads);
        let mut batch: Vec<Ready> = Vec::new();
        let mut pages = HashSet::new();
        while let Some(read) = reads.next().await {
            done.seen += 1;
            match read? {
                Read::Known => done.known += 1,
                Read::Unlabelled => done.unlabelled += 1,
                Read::Failed(key, reason) => done.failed.push((key, reason)),
                Read::Ready(ready) => {
                    // A page's captures follow one another, and each is decided on what the one before has left.
                    if batch.len() == BATCH || pages.contains(&ready.note.page.key()) {
                        self.store_all(&mut batch, &mut done).await?;
                        pages.clear();
                    }
                    pages.insert(ready.note.page.key());
                    batch.push(*ready);
                }
            }
            if done.seen % BATCH as u64 == 0 && !go_on(&done) {
                break;
            }
        }
        self.store_all(&mut batch, &mut done).await?;
        go_on(&done);
        Ok(done)
    }

    /// Each key with whether the database knows its capture.
    async fn with_known(
        &self,
        keys: Vec<Result<String, ArchiveError>>,
    ) -> Result<Vec<(String, bool)>, RebuildError> {
        let keys = keys.into_iter().collect::<Result<Vec<_>, _>>()?;
        let ids: Vec<CaptureId> = keys.iter().filter_map(|key| CaptureArchive::id_of(key)).collect();
        let known: HashSet<CaptureId> =
            self.store.known_captures(&ids).await?.into_iter().map(|at| at.id).collect();
        let is_known = |key: &str| CaptureArchive::id_of(key).is_some_and(|id| known.contains(&id));
        Ok(keys.into_iter().map(|key| (is_known(&key), key)).map(|(known, key)| (key, known)).collect())
    }

    /// Reads a capture and parses it.
    async fn read(&self, key: String) -> Result<Read, RebuildError> {
        let (at, mut capture) = match self.archive.read(&key).await {
            Ok(found) => found,
            Err(error) => return Ok(Read::Failed(key, error.to_string())),
        };
        let note = match capture.visit.take() {
            Some(note) => *note,
            None => match self.guess(&capture).await? {
                Some(note) => note,
                None => return Ok(Read::Unlabelled),
            },
        };
        let fetched = fetched(&note, &at, &capture);
        let id = at.id;
        self.desk.lay(capture);
        let parsed = self.parser.process(vec![fetched]).await.pop();
        // The sink reads robots.txt itself.
        if note.hints.expected != PageKind::Robots {
            self.desk.clear(id);
        }
        Ok(match parsed {
            Some(Ok(Some(parsed))) => Read::Ready(Box::new(Ready { key, note, parsed })),
            Some(Err(failure)) => Read::Failed(key, failure.to_string()),
            Some(Ok(None)) | None => Read::Failed(key, "the parser gave no answer".to_owned()),
        })
    }

    /// For a capture without a note: what is known of its page, once its author is followed again.
    async fn guess(&self, capture: &Capture) -> Result<Option<VisitNote>, StoreError> {
        let Ok(page) = PageUrl::parse(&capture.url) else { return Ok(None) };
        let expected = match self.store.page_at(&page).await? {
            Some(row) => row.kind,
            None if page.url().path() == "/robots.txt" => PageKind::Robots,
            None => return Ok(None),
        };
        Ok(Some(VisitNote {
            visit: VisitId(capture.id.0),
            page,
            hints: Hints { expected, authors: Vec::new(), listed: None },
            started_at: capture.captured_at,
            ended_at: capture.captured_at,
            bytes: capture.body.len() as u64,
            content_type: capture.header("content-type").map(str::to_owned),
            origin: Provenance::default(),
        }))
    }

    async fn store_all(&self, batch: &mut Vec<Ready>, done: &mut Rebuilt) -> Result<(), RebuildError> {
        if batch.is_empty() {
            return Ok(());
        }
        let notes: Vec<VisitNote> = batch.iter().map(|ready| ready.note.clone()).collect();
        let pages = self.store.restore_pages(&notes).await?;
        let mut left: Vec<(String, PageParsed)> = Vec::with_capacity(batch.len());
        for (ready, page) in batch.drain(..).zip(pages) {
            let mut parsed = ready.parsed;
            parsed.fetched.grant.page = page;
            left.push((ready.key, parsed));
        }
        for attempt in 1.. {
            let answers = self.sink.process(left.iter().map(|(_, parsed)| parsed.clone()).collect()).await;
            let mut again = Vec::new();
            let mut last = String::new();
            for ((key, parsed), answer) in left.into_iter().zip(answers) {
                match answer {
                    Ok(_) => {
                        done.restored += 1;
                        self.desk.clear_after(&parsed);
                    }
                    Err(failure @ Failure::Permanent { .. }) => done.failed.push((key, failure.to_string())),
                    Err(failure) => {
                        last = failure.to_string();
                        again.push((key, parsed));
                    }
                }
            }
            left = again;
            if left.is_empty() {
                break;
            }
            if attempt == TRIES {
                return Err(StoreError::Unavailable(last).into());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}

/// As the fetcher told it.
fn fetched(note: &VisitNote, at: &CaptureRef, capture: &Capture) -> Fetched {
    let header = |name: &str| capture.header(name).map(str::to_owned);
    Fetched {
        grant: Grant {
            visit: note.visit,
            // Known once the page is there.
            page: PageId(0),
            url: note.page.clone(),
            granted_at: note.started_at,
            lease_until: note.started_at,
            gap_ms: 0,
            validators: Validators::default(),
            hints: note.hints.clone(),
            origin: Provenance::default(),
        },
        cause: Cause::Rebuild,
        started_at: note.started_at,
        ended_at: note.ended_at,
        bytes: note.bytes,
        address: None,
        hops: Vec::new(),
        outcome: Outcome::Captured {
            status: capture.status,
            capture: at.clone(),
            validators: Validators { etag: header("etag"), last_modified: header("last-modified") },
            content_type: note.content_type.clone(),
        },
    }
}
