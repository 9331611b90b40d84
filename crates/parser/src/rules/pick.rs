//! Where one field is found on a page, compiled, and what stands there.

use super::text::PickText;
use crate::{
    NodeId, Page, Tag,
    meta::{
        date::{self, Order},
        text::collapse,
    },
    tree::Selector,
};
use chrono::{
    DateTime, NaiveDate, NaiveDateTime,
    format::{Item, StrftimeItems},
};
use model::Stamp;
use regex::Regex;
use std::ops::Range;
use toml::Spanned;

/// What a field needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    Text,
    Texts,
    Date,
    Address,
    Addresses,
    /// The elements themselves.
    Elements,
}

/// Places to look for a field, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Picks(Vec<Pick>);

#[derive(Debug, Clone)]
struct Pick {
    from: From,
    attribute: Option<String>,
    matching: Option<Regex>,
    split: Option<Regex>,
    format: Option<String>,
}

#[derive(Debug, Clone)]
enum From {
    Page(Selector),
    /// The same for every page.
    Rule(String),
}

/// A text and the element that gave it; none where the rule itself did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) node: Option<NodeId>,
}

/// # Errors
/// What is wrong with it, and what to write.
pub(super) fn selector(text: &str) -> Result<Selector, String> {
    Selector::parse(text)
        .map_err(|e| format!("{text:?} is no CSS selector: {e}; write one such as \"div.story > p\""))
}

impl Picks {
    /// # Errors
    /// Where the text is wrong and what about it.
    pub(super) fn compile(texts: &[Spanned<PickText>], wants: Wants) -> Result<Self, (Range<usize>, String)> {
        let pick = |text: &Spanned<PickText>| pick(text.get_ref(), wants).map_err(|m| (text.span(), m));
        texts.iter().map(pick).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The elements of the first place that has any.
    pub(super) fn elements(&self, page: &Page, within: NodeId) -> Vec<NodeId> {
        self.first(|pick| match &pick.from {
            From::Page(selector) => page.select(selector, within).collect(),
            From::Rule(_) => Vec::new(),
        })
    }

    /// Texts of the first place that gives any: white space collapsed, never empty.
    pub(super) fn texts(&self, page: &Page, within: NodeId) -> Vec<Found> {
        self.first(|pick| pick.found(page, within, text_of))
    }

    pub(super) fn text(&self, page: &Page, within: NodeId) -> Option<String> {
        self.texts(page, within).into_iter().next().map(|f| f.text)
    }

    /// As [`Picks::text`] with its lines kept apart: a biography of several paragraphs.
    pub(super) fn lines(&self, page: &Page, within: NodeId) -> Option<String> {
        let found = self.first(|pick| pick.found(page, within, |p, i, a| raw(p, i, a).trim().to_owned()));
        (!found.is_empty()).then(|| found.into_iter().map(|f| f.text).collect::<Vec<_>>().join("\n"))
    }

    /// Absolute addresses, each once.
    pub(super) fn addresses(&self, page: &Page, within: NodeId) -> Vec<String> {
        self.first(|pick| {
            let mut addresses: Vec<String> = Vec::new();
            for found in pick.found(page, within, address_of) {
                if let Some(url) = page.absolute(&found.text).filter(|u| !addresses.contains(u)) {
                    addresses.push(url);
                }
            }
            addresses
        })
    }

    pub(super) fn date(&self, page: &Page, within: NodeId, order: Order) -> Option<Stamp> {
        let found = self.first(|pick| {
            let texts = pick.found(page, within, date_of);
            texts.iter().filter_map(|f| pick.stamp(&f.text, order)).take(1).collect()
        });
        found.into_iter().next()
    }

    fn first<T>(&self, of: impl Fn(&Pick) -> Vec<T>) -> Vec<T> {
        self.0.iter().map(of).find(|found| !found.is_empty()).unwrap_or_default()
    }
}

fn pick(PickText(text): &PickText, wants: Wants) -> Result<Pick, String> {
    let from = match (&text.select, &text.value) {
        (Some(select), None) => From::Page(selector(select)?),
        (None, Some(value)) if wants != Wants::Elements && text.attribute.is_none() => {
            From::Rule(value.clone())
        }
        (None, Some(_)) => return Err("a value stands for itself; leave it out or use select".to_owned()),
        _ => return Err("say where it is found with select, or what it is with value".to_owned()),
    };
    let expression = |name: &str, text: &Option<String>| match text {
        Some(text) => Regex::new(text).map(Some).map_err(|e| {
            let last = e.to_string();
            let last = last.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("{name} {text:?} is no regular expression: {last}; see https://docs.rs/regex/#syntax")
        }),
        None => Ok(None),
    };
    let matching = expression("match", &text.r#match)?;
    let split = expression("split", &text.split)?;
    if split.is_some() && wants != Wants::Texts {
        return Err("split is for lists (authors, tags); take a part of a text with match".to_owned());
    }
    if wants == Wants::Elements && (text.attribute.is_some() || matching.is_some()) {
        return Err("elements are wanted here: write a selector alone".to_owned());
    }
    if let Some(format) = &text.format {
        if wants != Wants::Date {
            return Err("format is for dates".to_owned());
        }
        if StrftimeItems::new(format).any(|item| item == Item::Error) {
            return Err(format!(
                "format {format:?} is not understood; write one such as \"%d.%m.%Y\" (strftime)"
            ));
        }
    }
    Ok(Pick { from, attribute: text.attribute.clone(), matching, split, format: text.format.clone() })
}

impl Pick {
    fn found(
        &self,
        page: &Page,
        within: NodeId,
        read: impl Fn(&Page, NodeId, Option<&str>) -> String,
    ) -> Vec<Found> {
        let selector = match &self.from {
            From::Rule(value) => return vec![Found { text: value.clone(), node: None }],
            From::Page(selector) => selector,
        };
        let mut out = Vec::new();
        for node in page.select(selector, within) {
            let text = read(page, node, self.attribute.as_deref());
            let Some(text) = self.matched(&text) else { continue };
            let parts: Vec<&str> = match &self.split {
                Some(split) => split.split(text).collect(),
                None => vec![text],
            };
            let parts = parts.into_iter().map(str::trim).filter(|p| !p.is_empty());
            out.extend(parts.map(|p| Found { text: p.to_owned(), node: Some(node) }));
        }
        out
    }

    /// The first group, or all that matches.
    fn matched<'t>(&self, text: &'t str) -> Option<&'t str> {
        match &self.matching {
            None => Some(text),
            Some(matching) => {
                let groups = matching.captures(text)?;
                groups.get(1).or_else(|| groups.get(0)).map(|m| m.as_str())
            }
        }
    }

    fn stamp(&self, text: &str, order: Order) -> Option<Stamp> {
        let Some(format) = &self.format else { return date::machine(text, order) };
        DateTime::parse_from_str(text, format)
            .map(Stamp::Instant)
            .or_else(|_| NaiveDateTime::parse_from_str(text, format).map(Stamp::Local))
            .or_else(|_| NaiveDate::parse_from_str(text, format).map(Stamp::Day))
            .ok()
    }
}

/// The attribute, or the text; of a script its source.
fn raw<'p>(page: &'p Page, node: NodeId, attribute: Option<&str>) -> &'p str {
    match attribute {
        Some(name) => page.attr(node, name).unwrap_or_default(),
        None if page.tag(node) == Tag::Meta => page.attr(node, "content").unwrap_or_default(),
        None if page.silent(node) => page.raw_text(node),
        None => page.text(node),
    }
}

fn text_of(page: &Page, node: NodeId, attribute: Option<&str>) -> String {
    collapse(raw(page, node, attribute))
}

fn date_of(page: &Page, node: NodeId, attribute: Option<&str>) -> String {
    let declared = page.attr(node, "datetime").filter(|_| attribute.is_none());
    declared.map_or_else(|| text_of(page, node, attribute), collapse)
}

/// Where it leads or what it shows.
fn address_of(page: &Page, node: NodeId, attribute: Option<&str>) -> String {
    let implied = || {
        let names = ["href", "src", "data-src", "content"];
        names.iter().find_map(|name| page.attr(node, name)).unwrap_or_else(|| page.text(node))
    };
    let text = attribute.map_or_else(implied, |name| page.attr(node, name).unwrap_or_default());
    text.trim().to_owned()
}
