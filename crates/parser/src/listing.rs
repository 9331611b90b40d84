//! Lists of works, and whether a page is one.

use crate::{Page, PageInput, body::Body};
use model::{Evidence, Field, Listing, PageKind};

/// The list of works a page shows, with the author's profile, further pages and feeds; none where it
/// shows none.
pub fn extract(_page: &Page, _input: &PageInput<'_>) -> Option<Listing> {
    None
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
