//! Captured exchanges and the port through which they are kept. Formats and places are the store's.

use crate::{CaptureId, Hints, PageUrl, Provenance, VisitId, coding};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One HTTP exchange as it went over the wire.
#[derive(Debug, Clone, PartialEq)]
pub struct Capture {
    pub id: CaptureId,
    pub url: String,
    /// When the answer's head arrived.
    pub captured_at: DateTime<Utc>,
    pub ip: Option<IpAddr>,
    /// Request headers in the order sent.
    pub request_headers: Vec<(String, String)>,
    pub status: u16,
    /// Response headers in the order received, names as received; transfer codings already removed.
    pub response_headers: Vec<(String, String)>,
    /// The body with its content coding (gzip, br, zstd) still on.
    pub body: Bytes,
    /// None in archives of a version that did not keep it.
    pub visit: Option<Box<VisitNote>>,
}

/// What a capture tells of its visit beside the exchange, so that a lost database can be made again from the
/// archive alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VisitNote {
    pub visit: VisitId,
    /// The address that was granted; [`Capture::url`] is the one that answered, at the end of its redirects.
    pub page: PageUrl,
    pub hints: Hints,
    pub started_at: DateTime<Utc>,
    pub ended_at: DateTime<Utc>,
    /// Bytes received.
    #[serde(default)]
    pub bytes: u64,
    /// As the fetcher has found it: declared, or told by the body's first bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(default)]
    pub origin: Provenance,
}

impl Capture {
    /// First header of that name, any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response_headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The values of all response headers of that name, one a line.
    pub fn header_lines(&self, name: &str) -> Option<String> {
        let named = self.response_headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let values: Vec<&str> = named.map(|(_, v)| v.as_str()).collect();
        (!values.is_empty()).then(|| values.join("\n"))
    }

    /// The body without content coding, at most `limit` bytes.
    ///
    /// # Errors
    /// [`coding::CodingError`] where the coding is unknown, broken, or the result larger than `limit`.
    pub fn decoded_body(&self, limit: usize) -> Result<Bytes, coding::CodingError> {
        match self.header("content-encoding") {
            None => Ok(self.body.clone()),
            Some(codings) => coding::decode(codings, &self.body, limit),
        }
    }
}

/// Where a capture lies: small enough for any message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CaptureRef {
    pub id: CaptureId,
    /// Place within the archive, relative, with `/`: `2026/11/23/<id>.warc.gz`.
    pub key: String,
    /// Length of the stored WARC records in bytes.
    pub length: u64,
    /// SHA-256 of the coded body, hex.
    pub digest: String,
}

/// The archive's port. Implementations are in `store`.
#[async_trait]
pub trait Archive: Send + Sync + 'static {
    /// Returns when the capture is durable.
    async fn put(&self, capture: &Capture) -> Result<CaptureRef, ArchiveError>;

    async fn get(&self, at: &CaptureRef) -> Result<Capture, ArchiveError>;

    /// Keeps a derived value (a parse result too large for a message) under a key below `derived/`.
    async fn put_value(&self, key: &str, value: Bytes) -> Result<(), ArchiveError>;

    async fn get_value(&self, key: &str) -> Result<Bytes, ArchiveError>;

    /// Throws a derived value away once nobody needs it; one that is not there is gone already.
    async fn drop_value(&self, key: &str) -> Result<(), ArchiveError>;
}

#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("nothing in the archive under {0}")]
    Missing(String),
    /// Torn, or changed since it was written.
    #[error("the archive's entry {key} is damaged: {detail}")]
    Damaged { key: String, detail: String },
    /// Disk full, storage unreachable, time-out: worth another try.
    #[error("the archive does not answer: {0}")]
    Unavailable(String),
}

impl ArchiveError {
    /// As a stage's failure: what is damaged stays so, what is unavailable comes back.
    pub fn into_failure(self) -> crate::Failure {
        match self {
            Self::Missing(_) => crate::Failure::transient("archive-missing", self),
            Self::Damaged { .. } => crate::Failure::permanent("archive-damaged", self),
            Self::Unavailable(_) => {
                crate::Failure::busy("archive-unavailable", self, std::time::Duration::from_secs(5))
            }
        }
    }
}
