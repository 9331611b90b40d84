//! Reads an archive back: is every capture what was written?

use super::CaptureArchive;
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, stream};
use model::{ArchiveError, CaptureId, CaptureRef};

/// Keys listed at once. A directory is read again for each page, so pages are large.
const PAGE: usize = 4096;

/// One capture, read whole: the gzip members' checksums, the records' lengths, the digests of block and payload,
/// and that it is the capture its key names.
#[derive(Debug)]
pub struct Checked {
    pub key: String,
    pub result: Result<CaptureRef, ArchiveError>,
}

/// A write that a crash or a full disk has ended, or a parse result whose message a queue has lost. Nobody ever reads
/// it, and it may be removed, unless a dead letter that is to be replayed names it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Leftover {
    pub key: String,
    /// Bytes.
    pub length: u64,
    /// Last written at. A young one may still be under way.
    pub at: DateTime<Utc>,
}

impl CaptureArchive {
    /// All keys of captures in order of time, after `after` (empty: from the first). Ends after an error.
    pub fn all_keys(&self, after: &str) -> impl Stream<Item = Result<String, ArchiveError>> + use<'_> {
        let pages = stream::try_unfold(Some(after.to_owned()), move |after| async move {
            let Some(after) = after else { return Ok::<_, ArchiveError>(None) };
            let keys = self.keys(&after, PAGE).await?;
            let next = if keys.len() < PAGE { None } else { keys.last().cloned() };
            Ok(Some((keys, next)))
        });
        pages.flat_map(|page| match page {
            Ok(keys) => stream::iter(keys.into_iter().map(Ok).collect::<Vec<_>>()),
            Err(error) => stream::iter(vec![Err(error)]),
        })
    }

    /// Reads every capture and checks it against its digests, `at_once` of them at a time, in order of time.
    /// Ends after an error of listing; what cannot be read is an answer.
    pub fn check_all(&self, at_once: usize) -> impl Stream<Item = Result<Checked, ArchiveError>> + use<'_> {
        let checked = move |key: Result<String, ArchiveError>| async move {
            let key = key?;
            let result = self.read(&key).await.map(|(at, _)| at);
            Ok(Checked { key, result })
        };
        self.all_keys("").map(checked).buffered(at_once.max(1))
    }

    /// Whether the capture's file or object is there; it is not read.
    ///
    /// # Errors
    /// [`ArchiveError::Unavailable`].
    pub async fn has(&self, at: &CaptureRef) -> Result<bool, ArchiveError> {
        match self.blobs.has(&at.key).await {
            // A key that leads out of the archive leads to nothing.
            Err(ArchiveError::Missing(_)) => Ok(false),
            answer => answer,
        }
    }

    /// Writes that were begun and never finished, and derived values that nobody has taken.
    ///
    /// # Errors
    /// [`ArchiveError::Unavailable`].
    pub async fn leftovers(&self) -> Result<Vec<Leftover>, ArchiveError> {
        self.blobs.leftovers().await
    }

    /// The capture that a key names; none where it names none.
    pub fn id_of(key: &str) -> Option<CaptureId> {
        key.rsplit('/').next()?.strip_suffix(super::ENDING)?.parse().ok()
    }
}
