//! RSS, Atom and JSON Feed as listings.

use crate::PageInput;
use model::Listing;

/// The entries of a feed; none where it cannot be read.
pub fn parse(_input: &PageInput<'_>) -> Option<Listing> {
    None
}
