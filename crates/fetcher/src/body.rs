//! Reads an answer's body within its limits.

use crate::{
    Limits,
    fault::{Phase, Trouble},
    measure::Measure,
};
use bytes::{Bytes, BytesMut};
use model::Fault;
use reqwest::Response;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Bytes reserved on a Content-Length's word alone.
const TRUSTED_LENGTH: usize = 256 << 10;

/// Bytes of an unwanted body that are read so that its connection can be used again; a new connection costs
/// about as much.
const DRAIN_BYTES: usize = 32 << 10;

/// Time for that.
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// A complete body, or the beginning that was asked for.
pub(crate) struct Body {
    /// With its content coding still on.
    pub(crate) coded: Bytes,
    /// The first bytes, decoded.
    pub(crate) start: Bytes,
    /// More was to come when [`Reader::cut_at`] was reached.
    pub(crate) cut: bool,
}

pub(crate) struct Reader<'a> {
    pub(crate) limits: &'a Limits,
    /// End of the exchange.
    pub(crate) deadline: Instant,
    /// Content-Encoding, empty where there is none.
    pub(crate) codings: &'a str,
    /// Where a body without coding may be cut instead of refused, in bytes.
    pub(crate) cut_at: Option<usize>,
}

impl Reader<'_> {
    /// Adds what was received to `received`, also where it fails.
    pub(crate) async fn read(&self, mut response: Response, received: &mut u64) -> Result<Body, Trouble> {
        let declared = response.content_length().unwrap_or(0);
        if declared > self.limits.wire_bytes as u64 && self.cut_at.is_none() {
            return Err(too_large(self.limits.wire_bytes));
        }
        let mut measure = match self.codings {
            "" => None,
            codings => Some(Measure::new(codings, self.limits)?),
        };
        let most = match measure {
            Some(_) => self.limits.wire_bytes,
            None => self.limits.wire_bytes.min(self.limits.body_bytes),
        };
        let mut collected =
            Collected::new(usize::try_from(declared).unwrap_or(usize::MAX).min(TRUSTED_LENGTH));
        while let Some(chunk) = self.chunk(&mut response).await? {
            *received += chunk.len() as u64;
            if let Some(measure) = &mut measure {
                measure.push(&chunk)?;
            } else if let Some(cut_at) = self.cut_at
                && collected.len() + chunk.len() > cut_at
            {
                collected.push(&chunk.slice(..cut_at - collected.len()));
                let coded = collected.into_bytes();
                return Ok(Body { start: coded.clone(), coded, cut: true });
            }
            if collected.len() + chunk.len() > most {
                return Err(too_large(most));
            }
            collected.push(&chunk);
        }
        let coded = collected.into_bytes();
        let start = match measure {
            Some(measure) => measure.end()?.1.into(),
            None => coded.clone(),
        };
        Ok(Body { coded, start, cut: false })
    }

    async fn chunk(&self, response: &mut Response) -> Result<Option<Bytes>, Trouble> {
        let idle_end = Instant::now() + self.limits.read();
        match timeout_at(idle_end.min(self.deadline), response.chunk()).await {
            Ok(chunk) => chunk.map_err(|e| Trouble::of(&e, Phase::Body)),
            Err(_) if self.deadline <= idle_end => {
                Err(Trouble::new(Fault::TotalTimeout, "the exchange took too long"))
            }
            Err(_) => Err(Trouble::new(Fault::ReadTimeout, "the body stopped arriving")),
        }
    }

    /// Reads to the end what is short, so that the connection can be used again. Faults do not matter: the
    /// answer is known.
    pub(crate) async fn drain(mut self, mut response: Response, received: &mut u64) {
        self.deadline = self.deadline.min(Instant::now() + DRAIN_TIME);
        if response.content_length().is_some_and(|length| length > DRAIN_BYTES as u64) {
            return;
        }
        let mut drained = 0;
        while drained <= DRAIN_BYTES {
            let Ok(Some(chunk)) = self.chunk(&mut response).await else { return };
            drained += chunk.len();
            *received += chunk.len() as u64;
        }
    }
}

fn too_large(limit: usize) -> Trouble {
    Trouble::new(Fault::BodyTooLarge, format!("the body is larger than {limit} bytes"))
}

/// Most small bodies arrive in one piece, which is then not copied.
enum Collected {
    Nothing { capacity: usize },
    One(Bytes),
    Many(BytesMut),
}

impl Collected {
    fn new(capacity: usize) -> Self {
        Self::Nothing { capacity }
    }

    fn len(&self) -> usize {
        match self {
            Self::Nothing { .. } => 0,
            Self::One(bytes) => bytes.len(),
            Self::Many(bytes) => bytes.len(),
        }
    }

    fn push(&mut self, chunk: &Bytes) {
        match self {
            // A piece of the read buffer keeps all of it alive, so it is shared only where it is the body.
            Self::Nothing { capacity } if chunk.len() >= *capacity => *self = Self::One(chunk.clone()),
            Self::Nothing { capacity } => {
                let mut bytes = BytesMut::with_capacity(*capacity);
                bytes.extend_from_slice(chunk);
                *self = Self::Many(bytes);
            }
            Self::One(first) => {
                let mut bytes = BytesMut::with_capacity((first.len() + chunk.len()) * 2);
                bytes.extend_from_slice(first);
                bytes.extend_from_slice(chunk);
                *self = Self::Many(bytes);
            }
            Self::Many(bytes) => bytes.extend_from_slice(chunk),
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Nothing { .. } => Bytes::new(),
            Self::One(bytes) => bytes,
            Self::Many(bytes) => bytes.freeze(),
        }
    }
}
