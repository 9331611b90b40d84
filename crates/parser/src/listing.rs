//! Lists of works, and whether a page is one.

mod cluster;
mod explain;
mod pager;
mod record;
mod score;
mod select;
mod shape;
mod survey;
mod text;
mod words;

pub use explain::explain;

use crate::{Page, PageInput, body::Body};
use model::{Container, Evidence, Field, Listing, PageKind};
use survey::Survey;

/// The list of works a page shows, with the author's profile, further pages and feeds; none where it
/// shows none.
pub fn extract(page: &Page, _input: &PageInput<'_>, body: &Body) -> Option<Listing> {
    let survey = Survey::of(page);
    let choice = select::select(&survey, body).chosen(&survey)?;
    let works = record::works(&survey, &choice.records);
    Some(Listing {
        works,
        container: Container::Found,
        next_pages: pager::next_pages(&survey),
        ..Listing::default()
    })
}

/// What the page is.
pub fn kind(
    _page: &Page,
    _input: &PageInput<'_>,
    body: &Body,
    _listing: Option<&Listing>,
) -> Field<PageKind> {
    let kind = if body.blocks.is_empty() { PageKind::Other } else { PageKind::Article };
    Field::new(kind, Evidence::Text)
}
