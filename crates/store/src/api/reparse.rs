//! Reparse jobs and dead letters.

use super::Time;
use model::{CaptureRef, Grant, JobId};
use std::collections::BTreeMap;

/// Which captures a job reads again. All given conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ReparseSelect {
    pub author: Option<i64>,
    pub host: Option<String>,
    pub since: Option<Time>,
    pub until: Option<Time>,
    /// Captures last parsed by a version older than this.
    pub older_than_parser: Option<u32>,
    /// Disposition of the visit that made the capture.
    pub disposition: Option<String>,
    /// Captures last read with other site rules than these.
    pub rules: Option<RulesNow>,
    /// Only the newest capture of each page; else all of them.
    pub current_only: bool,
}

/// The hash of the site rules that speak of each host; empty where none do.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RulesNow {
    /// By host (`host[:port]`).
    pub hosts: BTreeMap<String, String>,
    /// For hosts not named there.
    pub elsewhere: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NewReparse {
    pub select: ReparseSelect,
    pub dry_run: bool,
    /// Captures a second at most; none: as fast as it goes.
    pub rate: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReparseState {
    Running,
    Paused,
    Cancelled,
    Done,
}

impl ReparseState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ReparseJob {
    pub id: JobId,
    pub new: NewReparse,
    pub state: ReparseState,
    pub created_at: Time,
    pub updated_at: Time,
    /// Captures selected when the job was made.
    pub total: u64,
    /// Sent to the bulk lane.
    pub published: u64,
    /// Through the sink, those that failed among them.
    pub finished: u64,
    /// Articles that changed, or would.
    pub changed: u64,
    pub failed: u64,
}

/// One capture to be parsed again.
#[derive(Debug, Clone, PartialEq)]
pub struct ReparseItem {
    /// The job's cursor after this item.
    pub cursor: String,
    pub grant: Grant,
    pub capture: CaptureRef,
    pub captured_at: Time,
    pub status: u16,
    pub content_type: Option<String>,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ReparseChange {
    pub url: String,
    pub field: String,
    pub before: String,
    pub after: String,
    /// Pages with a change of this field in the whole job.
    pub count: u64,
}

/// A message that could not be processed.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DeadLetter {
    /// Message id.
    pub id: String,
    pub stage: String,
    /// Low-cardinality reason: `panic`, `deadline`, `malformed`, ...
    pub reason: String,
    pub message: String,
    pub subject: String,
    pub host: String,
    pub attempts: u32,
    pub first_at: Time,
    pub died_at: Time,
    /// The message itself as text; not UTF-8: escaped.
    pub body: String,
    pub replays: u32,
    /// `waiting`, `replayed` or `dropped`.
    pub state: String,
    /// When it was last replayed or dropped; none while it waits.
    pub settled_at: Option<Time>,
}

#[derive(Debug, Clone, Default)]
pub struct DeadFilter {
    pub ids: Vec<String>,
    pub stage: Option<String>,
    pub reason: Option<String>,
    pub host: Option<String>,
    pub since: Option<Time>,
    pub until: Option<Time>,
    /// Only those still waiting.
    pub waiting: bool,
    pub limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadSettled {
    Replayed,
    Dropped,
}
