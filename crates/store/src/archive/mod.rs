//! The archive: each capture is one small `.warc.gz` under `YYYY/MM/DD/HH/<id>.warc.gz`, on a directory or on
//! S3-compatible storage. Written once, durable when [`Archive::put`] returns, never changed; so a lost database
//! can be made again from it.

mod directory;
mod read;
mod s3;
mod verify;
mod warc;

pub use s3::{NotAPlace, S3Place};
pub use verify::{Checked, Leftover};
pub use warc::warcinfo;

use async_trait::async_trait;
use bytes::Bytes;
use directory::Directory;
use model::{Archive, ArchiveError, Capture, CaptureRef};
use read::Check;
use s3::S3;
use std::{path::PathBuf, sync::Arc};

/// Place of derived values, apart from captures.
const DERIVED: &str = "derived/";

/// Bytes of records that are checked and taken apart where they arrive, in tens of microseconds: about what it costs
/// to hand them to another thread.
const AT_ONCE: u64 = 64 * 1024;

/// Ending of captures.
const ENDING: &str = ".warc.gz";

/// Where bytes are kept under a key with `/`.
#[async_trait]
trait Blobs: Send + Sync + 'static {
    /// Returns when the bytes are durable; a reader sees all of them or none.
    async fn put(&self, key: &str, bytes: Bytes) -> Result<(), ArchiveError>;

    async fn get(&self, key: &str) -> Result<Bytes, ArchiveError>;

    /// Keys of captures after `after` (text order), at most `limit`, sorted.
    async fn keys(&self, after: &str, limit: usize) -> Result<Vec<String>, ArchiveError>;

    /// Whether there is something under the key; its bytes are not read.
    async fn has(&self, key: &str) -> Result<bool, ArchiveError>;

    /// Nothing is done where there is nothing.
    async fn remove(&self, key: &str) -> Result<(), ArchiveError>;

    /// What was begun and never finished, and derived values.
    async fn leftovers(&self) -> Result<Vec<Leftover>, ArchiveError>;
}

/// The archive on one of its kinds of storage.
#[derive(Clone)]
pub struct CaptureArchive {
    blobs: Arc<dyn Blobs>,
}

impl CaptureArchive {
    /// On a directory, which is made when the first capture is written.
    pub fn directory(path: impl Into<PathBuf>) -> Self {
        Self { blobs: Arc::new(Directory::new(path.into())) }
    }

    /// On S3-compatible storage. Nothing is asked of it before the first use.
    ///
    /// # Errors
    /// Where the client cannot be made, such as of an endpoint that is no address.
    pub fn s3(place: S3Place) -> Result<Self, ArchiveError> {
        Ok(Self { blobs: Arc::new(S3::new(place)?) })
    }

    /// Keys of captures in order of time, those after `after` (empty: from the first). A page of fewer than
    /// `limit` is the last.
    ///
    /// # Errors
    /// [`ArchiveError::Unavailable`].
    pub async fn keys(&self, after: &str, limit: usize) -> Result<Vec<String>, ArchiveError> {
        self.blobs.keys(after, limit).await
    }

    /// Reads a capture of which only the key is known, and checks it against the digests in its records.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub async fn read(&self, key: &str) -> Result<(CaptureRef, Capture), ArchiveError> {
        self.read_with(key, Check::All).await
    }

    async fn read_with(&self, key: &str, check: Check) -> Result<(CaptureRef, Capture), ArchiveError> {
        let bytes = self.blobs.get(key).await?;
        let length = bytes.len() as u64;
        let place = key.to_owned();
        let decode = move || {
            read::decode(&bytes, check).map_err(|detail| ArchiveError::Damaged { key: place, detail })
        };
        let (capture, digest) = if length <= AT_ONCE { decode() } else { off_thread(decode).await }?;
        let expected = key_of(&capture);
        if expected != key {
            let detail = format!("it is the capture of {expected}");
            return Err(ArchiveError::Damaged { key: key.to_owned(), detail });
        }
        Ok((CaptureRef { id: capture.id, key: key.to_owned(), length, digest }, capture))
    }

    /// The WARC records of a capture as they lie, to be put after those of others.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub async fn records(&self, at: &CaptureRef) -> Result<Bytes, ArchiveError> {
        self.blobs.get(&at.key).await
    }
}

#[async_trait]
impl Archive for CaptureArchive {
    async fn put(&self, capture: &Capture) -> Result<CaptureRef, ArchiveError> {
        let (id, key) = (capture.id, key_of(capture));
        // Cheap: the body is shared.
        let capture = capture.clone();
        let (records, digest) = off_thread(move || {
            let digest = warc::digest(&capture.body);
            let records = warc::encode(&capture, &digest);
            records.map(|r| (r, digest)).map_err(|e| ArchiveError::Unavailable(e.to_string()))
        })
        .await?;
        let length = records.len() as u64;
        self.blobs.put(&key, records.into()).await?;
        Ok(CaptureRef { id, key, length, digest })
    }

    async fn get(&self, at: &CaptureRef) -> Result<Capture, ArchiveError> {
        let (found, capture) = self.read_with(&at.key, Check::Payload).await?;
        if found.digest != at.digest {
            let detail = format!("digest {} instead of {}", found.digest, at.digest);
            return Err(ArchiveError::Damaged { key: at.key.clone(), detail });
        }
        Ok(capture)
    }

    async fn put_value(&self, key: &str, value: Bytes) -> Result<(), ArchiveError> {
        self.blobs.put(&derived(key)?, value).await
    }

    async fn get_value(&self, key: &str) -> Result<Bytes, ArchiveError> {
        self.blobs.get(&derived(key)?).await
    }

    async fn drop_value(&self, key: &str) -> Result<(), ArchiveError> {
        self.blobs.remove(&derived(key)?).await
    }
}

fn key_of(capture: &Capture) -> String {
    format!("{}/{}{ENDING}", capture.captured_at.format("%Y/%m/%d/%H"), capture.id)
}

/// Keys come from messages: none may lead out of its place.
fn derived(key: &str) -> Result<String, ArchiveError> {
    let key = key.strip_prefix(DERIVED).unwrap_or(key);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    match !key.is_empty()
        && key.chars().all(plain)
        && key.split('/').all(|p| !p.is_empty() && !p.starts_with('.'))
    {
        true => Ok(format!("{DERIVED}{key}")),
        false => Err(ArchiveError::Missing(key.to_owned())),
    }
}

/// Compression and digests of large bodies take milliseconds: not on the runtime's own threads.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ArchiveError> + Send + 'static,
) -> Result<T, ArchiveError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| Err(ArchiveError::Unavailable(e.to_string())))
}
