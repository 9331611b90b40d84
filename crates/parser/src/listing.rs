//! Lists of works, and whether a page is one.

mod announce;
mod cluster;
mod explain;
mod kind;
mod pager;
mod profile;
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
    let article = kind.value == PageKind::Article;
    let choice = selection.chosen(&survey, kind.value);
    let listing = choice.map(|choice| {
        let first = choice.records.first().map_or(0, |r| r.root);
        let last = choice.records.last().map_or(0, |r| r.end);
        let author = if article { None } else { profile::profile(&survey, &signals, input, first..last) };
        let name = author.as_ref().and_then(|a| a.name.as_ref()).map(|n| n.value.as_str());
        Listing {
            works: record::works(&survey, &choice.records),
            container: Container::Found,
            next_pages: if article { Vec::new() } else { pager::next_pages(&survey) },
            feeds: announce::feeds(page, name),
            author,
            ..Listing::default()
        }
    });
    Reading { kind, listing }
}
