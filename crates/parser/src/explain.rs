//! Why a page was read as it was: what was considered, how it was scored, and what won.

use crate::{NodeId, Page, PageInput, Rules, Stop, body, listing, meta::Candidate, parse, read_html, sniff};
use model::Parsed;
use serde::Serialize;

/// A result and what stood for choice.
#[derive(Debug, Clone, Serialize)]
pub struct Explained {
    pub parsed: Parsed,
    /// What spoke for a kind of page: name and value, those that say nothing left out.
    pub signs: Vec<(String, String)>,
    /// Elements that could hold the body, best first.
    pub bodies: Vec<BodyCandidate>,
    /// Every value offered for a field.
    pub fields: Vec<Candidate>,
    /// Repeated records that could be the list of works, best first.
    pub lists: Vec<ListCandidate>,
}

/// An element that could hold the body.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BodyCandidate {
    /// `<div class="story">`.
    pub element: String,
    /// Sum of the scores of its runs of text, in bytes of sentences.
    pub score: f64,
    /// Bytes of its text.
    pub bytes: usize,
    /// Share of them that stands in links.
    pub links: f64,
    /// How its text begins.
    pub begin: String,
    pub chosen: bool,
}

/// Records that could be the list of works.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListCandidate {
    /// How much it looks like a list of works.
    pub score: f64,
    pub works: usize,
    /// The element of one record.
    pub element: String,
    /// The heading over the records.
    pub heading: String,
    /// Title and address of the first.
    pub first: (String, String),
    /// Elements around it that cost it its place: a sidebar, a footer.
    pub beside: Vec<String>,
    /// What the score is made of.
    pub figures: String,
    pub chosen: bool,
}

/// Parses as [`parse`] does, and tells what else was considered.
pub fn explain(input: &PageInput<'_>, rules: &Rules) -> Explained {
    if !matches!(sniff::sniff(input), sniff::Format::Html) {
        let parsed = parse(input, rules);
        return Explained {
            parsed,
            signs: Vec::new(),
            bodies: Vec::new(),
            fields: Vec::new(),
            lists: Vec::new(),
        };
    }
    let read = read_html(input, rules, &Stop::default());
    let bodies = body::explain(&read.page, &read.body);
    let (signs, mut lists) = listing::explain(&read.page, &read.body);
    let first = read.parsed.listing.as_ref().and_then(|l| l.works.first()).and_then(|w| w.url.as_deref());
    let chosen =
        lists.iter_mut().find(|l| first.is_some() && read.page.absolute(&l.first.1).as_deref() == first);
    if let Some(chosen) = chosen {
        chosen.chosen = true;
    }
    Explained { parsed: read.parsed, signs, bodies, fields: read.fields, lists }
}

/// An element as it is written, without what makes it long.
pub(crate) fn element(page: &Page, i: NodeId) -> String {
    let mut out = format!("<{}", page.name(i));
    for (name, value) in [("id", page.id(i)), ("class", page.class(i))] {
        if !value.is_empty() {
            out.push_str(&format!(" {name}=\"{}\"", start(value)));
        }
    }
    out + ">"
}

/// The begin of a text, on one line.
pub(crate) fn start(text: &str) -> String {
    const SHOWN: usize = 60;
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(SHOWN).collect();
    if short.len() < line.len() { short + "…" } else { short }
}
