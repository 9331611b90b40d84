//! Sitemaps (sitemaps.org) as listings.

use crate::PageInput;
use model::Listing;

/// The addresses of a sitemap, or the sitemaps of an index; none where it cannot be read.
pub fn parse(_input: &PageInput<'_>) -> Option<Listing> {
    None
}
