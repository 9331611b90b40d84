//! Lists of works, and whether a page is one.

mod announce;
mod cluster;
mod declared;
mod explain;
mod kind;
mod pager;
mod plain;
mod profile;
mod record;
mod score;
mod select;
mod shape;
mod signals;
mod survey;
mod text;
mod words;

pub(crate) use explain::explain;

use crate::{NodeId, Page, PageInput, body::Body};
use cluster::Record;
use model::{Container, Evidence, Field, Listing, PageKind, Work};
use select::Choice;
use signals::Signals;
use std::ops::Range;
use survey::Survey;

/// What a page lists, and what it is.
#[derive(Debug, Clone)]
pub struct Reading {
    pub kind: Field<PageKind>,
    /// The list of works it shows, with the author's profile, further pages and feeds; none where it shows
    /// none. An article page has one only where the list is said to be its author's.
    pub listing: Option<Listing>,
}

/// Reads a page as a list. `kind`: what an operator says that the page is.
pub fn read(page: &Page, input: &PageInput<'_>, body: &Body, kind: Option<PageKind>) -> Reading {
    let survey = Survey::of(page);
    let signals = Signals::of(page);
    let selection = select::select(&survey, body, signals.lists_somewhere());
    let expected = kind.unwrap_or(input.hints.expected);
    let kind = match kind {
        Some(kind) => Field::new(kind, Evidence::Rule),
        None => kind::kind(&signals, &selection, expected, body.text_len),
    };
    let article = kind.value == PageKind::Article;
    let expected = signals.author_page || expected == PageKind::Listing;
    let choice = selection.chosen(&survey, kind.value);
    let found = listed(&survey, choice.as_ref(), article, expected);
    let works = if found.works.is_empty() && !article { declared::works(page) } else { found.works };
    if works.is_empty() && (article || !expected) {
        return Reading { kind, listing: None };
    }
    let author = if article { None } else { profile::profile(&survey, &signals, input, found.nodes) };
    let name = author.as_ref().and_then(|a| a.name.as_ref()).map(|n| n.value.as_str());
    let listing = Listing {
        container: container(page, &works),
        next_pages: if article || works.is_empty() { Vec::new() } else { pager::next_pages(&survey) },
        feeds: announce::feeds(page, name),
        works,
        author,
        ..Listing::default()
    };
    Reading { kind, listing: Some(listing) }
}

/// Works and the nodes they stand in.
#[derive(Default)]
struct Found {
    works: Vec<Work>,
    nodes: Range<NodeId>,
}

/// The works of the list found by its links, or of one whose entries need not be links.
fn listed(survey: &Survey<'_>, choice: Option<&Choice>, article: bool, expected: bool) -> Found {
    let page = survey.page;
    let records = choice.map(|c| c.records.as_slice()).unwrap_or_default();
    let plain = plain::find(survey, expected && !article && records.is_empty());
    let span = |roots: &[NodeId]| match (roots.iter().min(), roots.iter().max()) {
        (Some(&first), Some(&last)) => first..page.end(last),
        _ => 0..0,
    };
    match plain {
        // A list that is said to be the author's, unless the list of links holds more.
        Some(plain) if article || records.len() < plain.entries.len() => {
            let roots: Vec<NodeId> = plain.entries.iter().map(|e| e.root).collect();
            let linked: Vec<Record> = plain
                .entries
                .iter()
                .filter_map(|e| Some(Record { link: e.link?, root: e.root, end: page.end(e.root) }))
                .collect();
            let titles: Vec<NodeId> =
                plain.entries.iter().filter(|e| e.link.is_none()).map(|e| e.root).collect();
            Found { works: record::works(survey, &linked, &titles), nodes: span(&roots) }
        }
        _ => {
            let roots: Vec<NodeId> = records.iter().map(|r| r.root).collect();
            let own = choice.is_some_and(|c| c.own_works);
            let titles = if own || (expected && !article) {
                plain::unlinked_beside(survey, &roots)
            } else {
                Vec::new()
            };
            Found { works: record::works(survey, records, &titles), nodes: span(&roots) }
        }
    }
}

/// Whether the absence of works means something.
fn container(page: &Page, works: &[Work]) -> Container {
    if !works.is_empty() {
        return Container::Found;
    }
    let says_so = page.text(page.body()).lines().any(words::says_nothing_is_listed);
    if says_so { Container::Empty } else { Container::Missing }
}

#[cfg(test)]
mod software;
#[cfg(test)]
mod tests;
