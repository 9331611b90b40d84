//! Messages: CloudEvents 1.0 in structured JSON (`application/cloudevents+json`), so that the envelope
//! survives dead-letter dumps and replays.

use crate::{Fetched, Grant, Parsed};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// Content type of every message.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// Most bytes of one message. Larger values go to the archive and the message refers to them.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// What can be the data of an envelope.
pub trait Message: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// CloudEvents `type`. A new required meaning is a new version.
    const TYPE: &'static str;

    /// CloudEvents `subject`: the page's address.
    fn subject(&self) -> String;

    fn lane(&self) -> Lane;
}

/// Live work goes first; bulk is reparsing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lane {
    #[default]
    Live,
    Bulk,
}

/// Unknown fields are ignored, so that a newer sender can add some.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    pub specversion: String,
    pub id: Uuid,
    /// `/byline/<role>`.
    pub source: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub subject: String,
    pub time: DateTime<Utc>,
    #[serde(default)]
    pub lane: Lane,
    /// W3C Trace Context, where tracing is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    pub datacontenttype: String,
    pub data: T,
}

impl<T: Message> Envelope<T> {
    pub fn new(source: &str, time: DateTime<Utc>, data: T) -> Self {
        Self {
            specversion: "1.0".to_owned(),
            id: Uuid::now_v7(),
            source: source.to_owned(),
            kind: T::TYPE.to_owned(),
            subject: data.subject(),
            time,
            lane: data.lane(),
            traceparent: None,
            datacontenttype: "application/json".to_owned(),
            data,
        }
    }

    /// # Errors
    /// [`Malformed::TooLarge`] over [`MAX_MESSAGE_BYTES`].
    pub fn encode(&self) -> Result<Vec<u8>, Malformed> {
        let bytes = serde_json::to_vec(self).map_err(|e| Malformed::Json(e.to_string()))?;
        if bytes.len() > MAX_MESSAGE_BYTES {
            return Err(Malformed::TooLarge(bytes.len()));
        }
        Ok(bytes)
    }

    /// # Errors
    /// [`Malformed`]: such a message is dead-lettered at once, never retried.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > MAX_MESSAGE_BYTES {
            return Err(Malformed::TooLarge(bytes.len()));
        }
        #[derive(Deserialize)]
        struct Head {
            specversion: String,
            #[serde(rename = "type")]
            kind: String,
        }
        let is_ours = |version: &str, kind: &str| version == "1.0" && kind == T::TYPE;
        match serde_json::from_slice::<Self>(bytes) {
            Ok(envelope) if is_ours(&envelope.specversion, &envelope.kind) => Ok(envelope),
            Ok(envelope) => Err(Malformed::Type { expected: T::TYPE, found: envelope.kind }),
            // The data of another type do not fit, but that is not what is wrong with it.
            Err(error) => match serde_json::from_slice::<Head>(bytes) {
                Ok(head) if !is_ours(&head.specversion, &head.kind) => {
                    Err(Malformed::Type { expected: T::TYPE, found: head.kind })
                }
                _ => Err(Malformed::Json(error.to_string())),
            },
        }
    }
}

/// Why bytes are not the message that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("not a message: {0}")]
    Json(String),
    #[error("a message of type {expected} was expected, not {found:?}")]
    Type { expected: &'static str, found: String },
    #[error("{0} bytes; a message holds at most 262144")]
    TooLarge(usize),
}

/// Data of `byline.page.parsed.v1`, the sink's input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageParsed {
    pub fetched: Fetched,
    /// None where there was nothing to parse (304, 404, redirect, failure, robots.txt).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ParseResult>,
}

/// The parser's result and who made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParseResult {
    /// Version of the parser: results of one version are equal for equal input.
    pub parser_version: u32,
    /// Hash of the site rules that were applied; empty where none matched.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rules_hash: String,
    pub value: ParseValue,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ParseValue {
    Inline {
        parsed: Box<Parsed>,
    },
    /// Too large for a message: JSON of [`Parsed`] in the archive under this key.
    Archived {
        key: String,
    },
    /// robots.txt as text, at most 500 KiB (RFC 9309 §2.5); in the archive under the capture.
    Robots,
    Failed {
        code: String,
        message: String,
    },
}

impl Message for Grant {
    const TYPE: &'static str = "byline.fetch.requested.v1";
    fn subject(&self) -> String {
        self.url.to_string()
    }
    fn lane(&self) -> Lane {
        Lane::Live
    }
}

impl Message for Fetched {
    const TYPE: &'static str = "byline.page.fetched.v1";
    fn subject(&self) -> String {
        self.grant.url.to_string()
    }
    fn lane(&self) -> Lane {
        match self.cause {
            crate::fetch::Cause::Visit => Lane::Live,
            crate::fetch::Cause::Reparse { .. } | crate::fetch::Cause::Rebuild => Lane::Bulk,
        }
    }
}

impl Message for PageParsed {
    const TYPE: &'static str = "byline.page.parsed.v1";
    fn subject(&self) -> String {
        self.fetched.subject()
    }
    fn lane(&self) -> Lane {
        self.fetched.lane()
    }
}

/// The output of the last stage: there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nothing {}

impl Message for Nothing {
    const TYPE: &'static str = "byline.nothing.v1";
    fn subject(&self) -> String {
        match *self {}
    }
    fn lane(&self) -> Lane {
        match *self {}
    }
}
