//! What Byline talks about: pages, captures, works, articles, messages, and the two traits that
//! the stages stand on ([`Stage`] and [`Archive`]). Values only: nothing here reads a file, a clock,
//! a socket or the environment.
//!
//! Start with [`fetch`] (what the scheduler grants and the fetcher answers), [`parsed`] (what a page
//! says) and [`message`] (how both travel).

pub mod archive;
pub mod article;
pub mod block;
pub mod coding;
pub mod disposition;
pub mod evidence;
pub mod fetch;
pub mod ids;
pub mod listing;
pub mod message;
pub mod page_url;
pub mod parsed;
pub mod stage;
pub mod stamp;

pub use archive::{Archive, ArchiveError, Capture, CaptureRef, VisitNote};
pub use article::{Article, Person};
pub use block::{Block, Span, Text};
pub use disposition::Disposition;
pub use evidence::{Evidence, Field};
pub use fetch::{
    Cause, Fault, Fetched, Grant, Hints, Hop, Listed, Outcome, Provenance, SourceNote, Validators,
};
pub use ids::{ArticleId, AuthorId, CaptureId, JobId, PageId, SourceId, VisitId, WorkId};
pub use listing::{AuthorProfile, Container, Listing, Work};
pub use message::{Envelope, Lane, Message};
pub use page_url::{HostKey, Origin, PageKey, PageUrl};
pub use parsed::{PageKind, Parsed};
pub use stage::{Failure, Stage};
pub use stamp::Stamp;
