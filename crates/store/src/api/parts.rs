//! Articles in several parts: one page each, all standing for the first.

use super::{PageState, Time};
use model::{Article, PageId, PageKey, PageUrl};

/// What is known of the article that a page is a part of.
#[derive(Debug, Clone, PartialEq)]
pub struct PartsState {
    /// The page of the first part, whose article it is.
    pub head: PageId,
    /// Revision of that page; none where it is the very page of the visit.
    pub head_revision: Option<i64>,
    /// Which part the page is, from 1.
    pub number: u32,
    /// All parts, this one among them, by number.
    pub known: Vec<KnownPart>,
}

impl PartsState {
    /// That of a page that is about to become a first part.
    pub fn of_first(page: &PageState) -> Self {
        Self { head: page.id, head_revision: None, number: 1, known: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct KnownPart {
    pub page: PageId,
    pub key: PageKey,
    pub url: PageUrl,
    pub number: u32,
    /// The part after it.
    pub next: Option<PageKey>,
    /// When it was last read or said to be unchanged; none before its first visit.
    pub seen_at: Option<Time>,
    /// Time of the capture that `article` is from.
    pub captured_at: Option<Time>,
    /// This part alone.
    pub article: Option<Article>,
}

/// What the frontier knows of the page that another calls its next part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NextPart {
    /// Nothing: neither page nor work.
    #[default]
    Free,
    /// It is a part already, of the article of this page.
    Of(PageId),
    /// A page or a work of its own.
    Taken,
}

/// A visit to a part.
#[derive(Debug, Clone, PartialEq)]
pub struct PartChange {
    pub head: PageId,
    /// Revision of the first part's page on which the decision stands; none where that is the page itself.
    pub head_revision: Option<i64>,
    pub number: u32,
    pub seen_at: Time,
    /// None where it is unchanged.
    pub content: Option<PartContent>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PartContent {
    pub next: Option<PageKey>,
    pub captured_at: Time,
    pub article: Article,
}
