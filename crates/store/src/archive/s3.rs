//! The archive on S3-compatible storage.

use super::{Blobs, DERIVED, ENDING, Leftover};
use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use model::ArchiveError;
use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    path::Path,
};
use std::{fmt, time::Duration};
use url::Url;

/// A bucket and how to reach it. Prints without its secret.
#[derive(Clone)]
pub struct S3Place {
    bucket: String,
    /// Empty, or ending with `/`.
    prefix: String,
    region: String,
    endpoint: Option<String>,
    keys: Option<(String, String)>,
}

/// Why a text does not name a place.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0:?} is not a place on S3; write s3://BUCKET/PREFIX?endpoint=https://HOST&region=NAME, the part from ? on \
         only where it is not Amazon's us-east-1"
)]
pub struct NotAPlace(String);

impl S3Place {
    /// From `s3://BUCKET[/PREFIX][?endpoint=URL][&region=NAME]`.
    ///
    /// # Errors
    /// [`NotAPlace`].
    pub fn parse(text: &str) -> Result<Self, NotAPlace> {
        let refused = || NotAPlace(text.to_owned());
        let url = Url::parse(text).map_err(|_| refused())?;
        let bucket = url.host_str().filter(|b| url.scheme() == "s3" && !b.is_empty()).ok_or_else(refused)?;
        let prefix = url.path().trim_matches('/');
        let mut place = Self {
            bucket: bucket.to_owned(),
            prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
            region: "us-east-1".to_owned(),
            endpoint: None,
            keys: None,
        };
        for (name, value) in url.query_pairs() {
            match &*name {
                "region" => place.region = value.into_owned(),
                "endpoint" if value.starts_with("http://") || value.starts_with("https://") => {
                    place.endpoint = Some(value.into_owned());
                }
                _ => return Err(refused()),
            }
        }
        Ok(place)
    }

    /// With an access key and its secret; without, those of the machine's role are asked for.
    #[must_use]
    pub fn with_keys(self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { keys: Some((id.into(), secret.into())), ..self }
    }
}

impl fmt::Debug for S3Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bucket, prefix, region, endpoint, keys } = self;
        let key = keys.as_ref().map(|(id, _)| id);
        write!(f, "S3Place({bucket}/{prefix}, {region}, {endpoint:?}, key {key:?})")
    }
}

pub(super) struct S3 {
    store: AmazonS3,
    prefix: String,
}

impl S3 {
    pub(super) fn new(place: S3Place) -> Result<Self, ArchiveError> {
        // reqwest takes the process's provider; where another part has installed one already, that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A put is tried again for 20 s here; after that the stage that wants it tries later.
        let backoff = BackoffConfig { max_backoff: Duration::from_secs(3), ..BackoffConfig::default() };
        let retry = RetryConfig { backoff, max_retries: 5, retry_timeout: Duration::from_secs(20) };
        let client = ClientOptions::new()
            .with_timeout(Duration::from_secs(30))
            .with_connect_timeout(Duration::from_secs(5))
            .with_allow_http(place.endpoint.as_ref().is_some_and(|e| e.starts_with("http://")));
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(place.bucket)
            .with_region(place.region)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = place.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let Some((id, secret)) = place.keys {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret);
        }
        let store = builder.build().map_err(|e| ArchiveError::Unavailable(e.to_string()))?;
        Ok(Self { store, prefix: place.prefix })
    }

    fn path(&self, key: &str) -> Result<Path, ArchiveError> {
        let plain = !key.is_empty() && !key.starts_with('/');
        let path = Path::parse(format!("{}{key}", self.prefix)).ok().filter(|_| plain);
        path.ok_or_else(|| ArchiveError::Missing(key.to_owned()))
    }
}

#[async_trait]
impl Blobs for S3 {
    async fn put(&self, key: &str, bytes: Bytes) -> Result<(), ArchiveError> {
        self.store.put(&self.path(key)?, bytes.into()).await.map(drop).map_err(|e| sorted(key, &e))
    }

    async fn get(&self, key: &str) -> Result<Bytes, ArchiveError> {
        let found = self.store.get(&self.path(key)?).await.map_err(|e| sorted(key, &e))?;
        found.bytes().await.map_err(|e| sorted(key, &e))
    }

    async fn keys(&self, after: &str, limit: usize) -> Result<Vec<String>, ArchiveError> {
        let prefix = Path::from(self.prefix.trim_end_matches('/'));
        // S3 lists in order of the keys' bytes, which is the order of time; derived values come after all years.
        let mut entries = if after.is_empty() {
            self.store.list(Some(&prefix))
        } else {
            self.store.list_with_offset(Some(&prefix), &self.path(after)?)
        };
        let mut keys = Vec::new();
        while keys.len() < limit {
            let Some(entry) = entries.next().await else { break };
            let entry = entry.map_err(|e| sorted(after, &e))?;
            let Some(key) = entry.location.as_ref().strip_prefix(&self.prefix) else { continue };
            if key.starts_with(DERIVED) {
                break;
            }
            if key.ends_with(ENDING) {
                keys.push(key.to_owned());
            }
        }
        Ok(keys)
    }

    async fn has(&self, key: &str) -> Result<bool, ArchiveError> {
        match self.store.head(&self.path(key)?).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(sorted(key, &error)),
        }
    }

    async fn remove(&self, key: &str) -> Result<(), ArchiveError> {
        match self.store.delete(&self.path(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(sorted(key, &error)),
        }
    }

    /// An object is there as a whole or not at all: only derived values are left over.
    async fn leftovers(&self) -> Result<Vec<Leftover>, ArchiveError> {
        let place = self.path(DERIVED.trim_end_matches('/'))?;
        let entries = self.store.list(Some(&place)).map_err(|e| sorted(DERIVED, &e));
        let found = entries.map_ok(|entry| {
            let key = entry.location.as_ref();
            let key = key.strip_prefix(&self.prefix).unwrap_or(key).to_owned();
            Leftover { key, length: entry.size, at: entry.last_modified }
        });
        found.try_collect().await
    }
}

fn sorted(key: &str, error: &object_store::Error) -> ArchiveError {
    match error {
        object_store::Error::NotFound { .. } => ArchiveError::Missing(key.to_owned()),
        error => ArchiveError::Unavailable(format!("{key}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_and_print_no_secret() {
        let place = S3Place::parse("s3://bucket/a/b/?endpoint=http://minio:9000&region=eu-1").unwrap();
        let place = place.with_keys("id", "secret");
        assert_eq!(
            format!("{place:?}"),
            "S3Place(bucket/a/b/, eu-1, Some(\"http://minio:9000\"), key Some(\"id\"))"
        );
        assert_eq!(S3Place::parse("s3://bucket").unwrap().prefix, "");
        for wrong in ["bucket", "s3://", "http://bucket", "s3://b?endpoint=minio", "s3://b?regoin=x"] {
            assert!(S3Place::parse(wrong).is_err(), "{wrong}");
        }
    }
}
