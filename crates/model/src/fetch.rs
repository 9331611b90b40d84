//! The scheduler's grant and the fetcher's answer.

use crate::{AuthorId, CaptureRef, JobId, PageId, PageKind, PageUrl, Stamp, VisitId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Permission for one visit to one page, given when its host is free and its gap has passed. Data of
/// `byline.fetch.requested.v1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    pub visit: VisitId,
    pub page: PageId,
    pub url: PageUrl,
    pub granted_at: DateTime<Utc>,
    /// A fetcher that has not begun by then drops the grant. The page may be granted again some time after it, no
    /// sooner than an exchange can last.
    pub lease_until: DateTime<Utc>,
    /// Milliseconds between two requests to this host; kept also between the hops of one exchange.
    #[serde(default)]
    pub gap_ms: u64,
    #[serde(default)]
    pub validators: Validators,
    pub hints: Hints,
    /// For the archive; the fetcher keeps it there and does not pass it on.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub origin: Provenance,
}

/// Through whom a page belongs to the frontier. No stage decides by it; it is written beside the capture.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provenance {
    /// The followed pages through which it belongs to authors, at most [`Provenance::MOST`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceNote>,
    /// Clicks from the author page.
    pub depth: u32,
    /// A list that holds works of others as well, such as the feed of a whole site.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mixed: bool,
    /// Addresses that redirect to this page or have its content, at most [`Provenance::MOST`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<PageUrl>,
}

/// A followed page and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceNote {
    pub url: PageUrl,
    /// Sources of one author have the same number.
    pub author: AuthorId,
    /// Where a person gave the author's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Provenance {
    /// Messages stay small; a page of more sources is listed by each of them anyway.
    pub const MOST: usize = 8;

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// From the last 200 answer, for a conditional request (RFC 9110 §13.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// What is known of a page before it is read. The parser gets nothing else besides the capture and the
/// rules, so a reparse with the same hints gives the same result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hints {
    pub expected: PageKind,
    /// Names of the followed authors through whom the page was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// How a listing shows this page: a witness for title and date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Listed>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
}

/// One exchange and its end. Data of `byline.page.fetched.v1`, the parse stage's input; the reparse pump
/// makes the same message from an archived capture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fetched {
    pub grant: Grant,
    #[serde(default)]
    pub cause: Cause,
    pub started_at: DateTime<Utc>,
    /// End of the exchange: the host's gap is counted from here.
    pub ended_at: DateTime<Utc>,
    /// Bytes received, headers and coded body.
    pub bytes: u64,
    /// Address that answered; none where nobody did, and through a proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Redirects that were followed within the exchange (same page, other spelling), in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hops: Vec<Hop>,
    pub outcome: Outcome,
}

/// One redirect that was followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    pub status: u16,
    pub to: PageUrl,
}

/// Why a page passes the parser.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Cause {
    #[default]
    Visit,
    /// From the archive, for a reparse job. `dry_run`: compare and count only.
    Reparse { job: JobId, dry_run: bool },
    /// From the archive, into a database that has lost it: the visit is stored as it was, but nobody is told, and
    /// neither host nor lease is touched.
    Rebuild,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// A 2xx answer; its bytes are in the archive, durable.
    Captured {
        status: u16,
        capture: CaptureRef,
        #[serde(default)]
        validators: Validators,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content_type: Option<String>,
    },
    /// 304.
    NotModified {
        #[serde(default)]
        validators: Validators,
    },
    /// 3xx to another page. The target is a page of its own, so that robots and the gap of its host apply.
    Redirected { status: u16, to: PageUrl },
    /// Any other status.
    Status {
        status: u16,
        /// Seconds to wait as the server asks (RFC 9110 §10.2.3), an HTTP-date already made relative.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_s: Option<u64>,
    },
    /// No usable answer.
    Failed {
        fault: Fault,
        /// For people; may hold the peer's own words, at most 300 characters.
        detail: String,
    },
}

/// What went wrong between us and the site: closed and of low cardinality, fit for a metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The name does not resolve.
    Dns,
    /// The address is private, or otherwise refused by the guard.
    AddressRefused,
    Connect,
    ConnectTimeout,
    Tls,
    Reset,
    /// The exchange as a whole took too long, slow drips included.
    TotalTimeout,
    /// Nothing arrived for too long.
    ReadTimeout,
    /// The body ended before its declared end.
    Truncated,
    HeadersTooLarge,
    BodyTooLarge,
    /// The decoded body grew out of proportion to the bytes received.
    DecompressionBomb,
    /// The content coding is unknown or broken.
    BadCoding,
    RedirectLoop,
    /// The redirect's target is not an http(s) address, or one that the guard refuses.
    BadRedirect,
    /// The answer is not HTTP.
    Protocol,
}

impl Fault {
    pub fn code(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::AddressRefused => "address-refused",
            Self::Connect => "connect",
            Self::ConnectTimeout => "connect-timeout",
            Self::Tls => "tls",
            Self::Reset => "reset",
            Self::TotalTimeout => "total-timeout",
            Self::ReadTimeout => "read-timeout",
            Self::Truncated => "truncated",
            Self::HeadersTooLarge => "headers-too-large",
            Self::BodyTooLarge => "body-too-large",
            Self::DecompressionBomb => "decompression-bomb",
            Self::BadCoding => "bad-coding",
            Self::RedirectLoop => "redirect-loop",
            Self::BadRedirect => "bad-redirect",
            Self::Protocol => "protocol",
        }
    }

    /// The server could not be reached or spoken with, so every page of the host is affected: counts
    /// towards the host's circuit. An address that we refuse ourselves is none of the host's doing.
    pub fn is_of_host(self) -> bool {
        matches!(self, Self::Dns | Self::Connect | Self::ConnectTimeout | Self::Tls)
    }
}
