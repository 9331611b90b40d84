//! From the chain of causes behind a client error to one [`Fault`].

use crate::guard::ResolveError;
use crate::measure::Objection;
use model::Fault;
use std::error::Error;
use std::io::{self, ErrorKind};

/// Characters of a detail; it may hold the peer's own words.
const DETAIL_CHARS: usize = 300;

/// The site's trouble: becomes [`model::Outcome::Failed`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) fault: Fault,
    pub(crate) detail: String,
}

impl Trouble {
    pub(crate) fn new(fault: Fault, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        Self { fault, detail: detail.chars().take(DETAIL_CHARS).collect() }
    }

    /// `until`: how far the exchange had come.
    pub(crate) fn of(error: &reqwest::Error, until: Phase) -> Self {
        let until = if error.is_connect() { Phase::Connect } else { until };
        let fault = match error.is_timeout() {
            true if until == Phase::Connect => Fault::ConnectTimeout,
            true => Fault::ReadTimeout,
            false => {
                causes(error).into_iter().find_map(|cause| fault_of(cause, until)).unwrap_or(match until {
                    Phase::Connect => Fault::Connect,
                    Phase::Head | Phase::Body => Fault::Protocol,
                })
            }
        };
        Self::new(fault, describe(error))
    }
}

impl From<Objection> for Trouble {
    fn from(objection: Objection) -> Self {
        match objection {
            Objection::TooLarge => Self::new(Fault::BodyTooLarge, "the decoded body is over its limit"),
            Objection::Bomb => Self::new(Fault::DecompressionBomb, "the body grows out of proportion"),
            Objection::Coding(detail) => Self::new(Fault::BadCoding, detail),
        }
    }
}

/// How far an exchange had come when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Resolving, connecting, TLS handshake.
    Connect,
    /// Connected; the answer's head is not complete.
    Head,
    Body,
}

/// The error and what it was caused by. `io::Error` hides what it wraps from `source`, so it is opened.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut found: Vec<&'a (dyn Error + 'static)> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        found.push(error);
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    // The innermost cause knows best.
    found.reverse();
    found
}

fn fault_of(cause: &(dyn Error + 'static), until: Phase) -> Option<Fault> {
    if let Some(error) = cause.downcast_ref::<ResolveError>() {
        return Some(match error {
            ResolveError::NoAddress { .. } => Fault::Dns,
            ResolveError::Refused { .. } => Fault::AddressRefused,
        });
    }
    if cause.is::<rustls::Error>() {
        return Some(Fault::Tls);
    }
    if let Some(error) = cause.downcast_ref::<h2::Error>() {
        return of_h2(error, until);
    }
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return of_hyper(error, until);
    }
    cause.downcast_ref::<io::Error>().and_then(|error| of_io(error.kind(), until))
}

fn of_hyper(error: &hyper::Error, until: Phase) -> Option<Fault> {
    match until {
        _ if error.is_parse_too_large() => Some(Fault::HeadersTooLarge),
        _ if error.is_parse() => Some(Fault::Protocol),
        Phase::Body if error.is_incomplete_message() => Some(Fault::Truncated),
        // Closed without an answer: the polite form of a reset.
        _ if error.is_incomplete_message() || error.is_canceled() || error.is_closed() => Some(Fault::Reset),
        _ => None,
    }
}

/// Streams and connections that end with an error code (RFC 9113 §7), by the server or by h2 itself.
fn of_h2(error: &h2::Error, until: Phase) -> Option<Fault> {
    match error.reason() {
        _ if error.is_io() => None,
        // All that h2 finds wrong with a stream whose head was good is that its length is not as announced.
        Some(_) if error.is_library() && error.is_reset() && until == Phase::Body => Some(Fault::Truncated),
        Some(_) if error.is_remote() => Some(Fault::Reset),
        // Header frames without end.
        Some(h2::Reason::ENHANCE_YOUR_CALM) => Some(Fault::HeadersTooLarge),
        _ => Some(Fault::Protocol),
    }
}

fn of_io(kind: ErrorKind, until: Phase) -> Option<Fault> {
    match (kind, until) {
        (ErrorKind::TimedOut, Phase::Connect) => Some(Fault::ConnectTimeout),
        (ErrorKind::TimedOut, _) => Some(Fault::ReadTimeout),
        // A connection that was made and then broken is the TLS handshake's; TCP is refused, not reset.
        (
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe,
            Phase::Connect,
        ) => Some(Fault::Tls),
        (ErrorKind::UnexpectedEof, Phase::Connect) => Some(Fault::Tls),
        (ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe, _) => {
            Some(Fault::Reset)
        }
        (ErrorKind::UnexpectedEof, Phase::Head) => Some(Fault::Reset),
        (ErrorKind::UnexpectedEof, Phase::Body) => Some(Fault::Truncated),
        // hyper's words for a chunk size that is none.
        (ErrorKind::InvalidInput | ErrorKind::InvalidData, Phase::Head | Phase::Body) => {
            Some(Fault::Protocol)
        }
        _ => None,
    }
}

/// The innermost causes, for people; the outer ones only say that a request failed, and repeat its address.
fn describe(error: &(dyn Error + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    for cause in causes(error).into_iter().filter(|cause| !cause.is::<reqwest::Error>()) {
        let text = cause.to_string();
        if !words.iter().any(|w| w.contains(&text) || text.contains(w.as_str())) {
            words.push(text);
        }
    }
    if words.is_empty() { error.to_string() } else { words.join("; ") }
}
