//! What the programs beside this folder share: a grant for one address, and an archive that keeps nothing.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use model::{
    Archive, ArchiveError, Capture, CaptureRef, Grant, Hints, PageId, PageKind, PageUrl, Validators, VisitId,
    page_url::BadUrl,
};

/// Permission for one visit now, without a gap.
///
/// # Errors
/// Where `url` is no address.
pub(crate) fn grant(url: &str, expected: PageKind) -> Result<Grant, BadUrl> {
    let now = Utc::now();
    Ok(Grant {
        visit: VisitId::new(),
        page: PageId(1),
        url: PageUrl::parse(url)?,
        granted_at: now,
        lease_until: now + TimeDelta::minutes(5),
        gap_ms: 0,
        validators: Validators::default(),
        hints: Hints { expected, authors: vec![], listed: None },
        origin: model::Provenance::default(),
    })
}

/// Keeps nothing.
pub(crate) struct NoArchive;

#[async_trait]
impl Archive for NoArchive {
    async fn put(&self, capture: &Capture) -> Result<CaptureRef, ArchiveError> {
        let length = capture.body.len() as u64;
        Ok(CaptureRef { id: capture.id, key: String::new(), length, digest: String::new() })
    }

    async fn get(&self, at: &CaptureRef) -> Result<Capture, ArchiveError> {
        Err(ArchiveError::Missing(at.key.clone()))
    }

    async fn put_value(&self, _: &str, _: Bytes) -> Result<(), ArchiveError> {
        Ok(())
    }

    async fn get_value(&self, key: &str) -> Result<Bytes, ArchiveError> {
        Err(ArchiveError::Missing(key.to_owned()))
    }

    async fn drop_value(&self, _: &str) -> Result<(), ArchiveError> {
        Ok(())
    }
}
