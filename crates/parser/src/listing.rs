//! Lists of works, and whether a page is one.

mod cluster;
mod explain;
mod kind;
mod pager;
mod record;
mod score;
mod select;
mod shape;
mod signals;
mod survey;
mod text;
mod words;

pub use explain::explain;

use crate::{Page, PageInput, body::Body};
use model::{Container, Field, Listing, PageKind};
use signals::Signals;
use survey::Survey;

/// What a page lists, and what it is.
#[derive(Debug, Clone)]
pub struct Reading {
    pub kind: Field<PageKind>,
    /// The list of works it shows, with the author's profile, further pages and feeds; none where it shows
    /// none. An article page has one only where the list is said to be its author's.
    pub listing: Option<Listing>,
}

/// Reads a page as a list.
pub fn read(page: &Page, input: &PageInput<'_>, body: &Body) -> Reading {
    let survey = Survey::of(page);
    let signals = Signals::of(page);
    let selection = select::select(&survey, body);
    let kind = kind::kind(&signals, &selection, input.hints.expected, body.text_len);
    let listing = selection.chosen(&survey, kind.value).map(|choice| Listing {
        works: record::works(&survey, &choice.records),
        container: Container::Found,
        next_pages: pager::next_pages(&survey),
        ..Listing::default()
    });
    Reading { kind, listing }
}
