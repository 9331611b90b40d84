//! Identities. Row ids are 64-bit and given by the database; visits and captures are named by
//! whoever makes them, before any database has heard of them, so they are UUIDv7 (RFC 9562 §5.7):
//! unique without coordination and ordered by time.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

macro_rules! time_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identity, greater than any made before it on this machine.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }
    )*};
}

row_id! {
    /// A followed author.
    AuthorId,
    /// One listing or feed through which an author is followed.
    SourceId,
    /// One address of the frontier.
    PageId,
    /// One entry of an author's list of works.
    WorkId,
    /// One stored article, whatever the number of its versions and addresses.
    ArticleId,
    /// One reparse job.
    JobId,
}

time_id! {
    /// One granted visit to a page: the key under which its outcome is stored exactly once.
    VisitId,
    /// One archived exchange.
    CaptureId,
}
