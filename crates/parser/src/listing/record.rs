//! A record of the chosen list as a work: title, date, authors, venue, summary.

use super::cluster::Record;
use super::survey::Survey;
use super::{text, words};
use crate::meta::{
    date::{self, Order},
    person,
};
use crate::{NodeId, Page, Tag};
use model::{Evidence, Stamp, Work};
use std::collections::HashMap;

/// Longest title, in characters: what is longer is the entry's text.
const TITLE_CHARS: usize = 300;

/// Longest summary, in characters.
const SUMMARY_CHARS: usize = 600;

/// The records as works, in order; each address once.
pub(super) fn works(survey: &Survey<'_>, records: &[Record], titles: &[NodeId]) -> Vec<Work> {
    let page = survey.page;
    let naming = Naming::of(survey, records);
    let order = order(page);
    let linked = records.iter().filter_map(|r| Some((r.root, work(survey, r, naming, order)?)));
    let unlinked = titles.iter().filter_map(|&t| Some((t, title_only(page, t, order)?)));
    let mut all: Vec<(NodeId, Work)> = linked.chain(unlinked).collect();
    all.sort_by_key(|(node, _)| *node);
    let mut works: Vec<Work> = Vec::with_capacity(all.len());
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (_, work) in all {
        let key = work.url.clone().unwrap_or_else(|| work.title.clone());
        if same_page(page, &key) {
            continue;
        }
        match seen.get(&key) {
            // A list may show a work twice, once in large; what the second says more is not lost.
            Some(&at) => complete(&mut works[at], work),
            None => {
                seen.insert(key, works.len());
                works.push(work);
            }
        }
    }
    works
}

/// An entry without a link: a title, or a whole reference.
fn title_only(page: &Page, root: NodeId, order: Order) -> Option<Work> {
    let lines: Vec<&str> = page.text(root).lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let record = Record { link: 0, root, end: page.end(root) };
    let title = one_line(title_line(&lines)?);
    Some(Work {
        url: None,
        date: printed(record.text(page), if lines.len() > 1 { &title } else { "" }, order),
        authors: authors(page, &record),
        source: source(page, &record),
        summary: None,
        modified: None,
        evidence: Evidence::Listing,
        title,
    })
}

/// Americans write the month first, and pages in English that do not say whose English it is.
fn order(page: &Page) -> Order {
    let language =
        page.all(Tag::Html).find_map(|h| page.attr(h, "lang")).unwrap_or("en").to_ascii_lowercase();
    if language == "en" || language.starts_with("en-us") || language.starts_with("en_us") {
        Order::MonthFirst
    } else {
        Order::DayFirst
    }
}

fn same_page(page: &Page, url: &str) -> bool {
    url.split('#').next() == page.url.as_str().split('#').next()
}

fn complete(work: &mut Work, other: Work) {
    if work.date.is_none() {
        work.date = other.date;
    }
    if work.authors.is_empty() {
        work.authors = other.authors;
    }
    work.summary = work.summary.take().or(other.summary);
    work.source = work.source.take().or(other.source);
}

/// How the links of a list name its works, or fail to.
#[derive(Clone, Copy)]
struct Naming<'p> {
    /// The text that all links have, where they have one.
    repeated: Option<&'p str>,
    /// Most texts are docket numbers or the like.
    codes: bool,
}

impl<'p> Naming<'p> {
    fn of(survey: &Survey<'p>, records: &[Record]) -> Self {
        let text = |r: &Record| survey.links[r.link].text;
        let first = records.first().map(text);
        let repeated = first.filter(|f| records.len() > 2 && records.iter().all(|r| text(r) == *f));
        let codes = records.iter().filter(|r| is_code(text(r))).count() * 10 > records.len() * 7;
        Self { repeated, codes }
    }

    fn says_nothing(self, text: &str) -> bool {
        Some(text) == self.repeated || (self.codes && is_code(text))
    }
}

fn work(survey: &Survey<'_>, record: &Record, naming: Naming<'_>, order: Order) -> Option<Work> {
    let page = survey.page;
    let link = &survey.links[record.link];
    let says_nothing = link.action || naming.says_nothing(link.text);
    let title = if says_nothing {
        title_beside(page, record, link.node)
    } else {
        title_of_link(page, link.node, link.text)
    };
    let title = title.or_else(|| (!link.text.is_empty()).then(|| link.text.to_owned()))?;
    let date = date(page, record, &title, order);
    Some(Work {
        url: page.absolute(link.href).map(without_fragment),
        date,
        authors: authors(page, record),
        source: source(page, record),
        summary: summary(page, record, &title),
        modified: None,
        evidence: Evidence::Listing,
        title,
    })
}

fn without_fragment(mut url: String) -> String {
    if let Some(at) = url.find('#') {
        url.truncate(at);
    }
    url
}

/// The title among the texts of a link that may hold a whole entry.
fn title_of_link(page: &Page, node: NodeId, text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let title =
        if lines.len() > 1 { named_line(page, node).or_else(|| title_line(&lines)) } else { Some(text) }?;
    Some(full_title(page, node, title))
}

/// Where the list shortens a title, the link's `title` or its picture's `alt` may have all of it.
fn full_title(page: &Page, node: NodeId, shown: &str) -> String {
    let start = shown.trim_end_matches(['.', '…', ' ']);
    if start.len() < shown.len() {
        let images = page.all_in(node, Tag::Img).filter_map(|i| page.attr(i, "alt"));
        let whole = page
            .attr(node, "title")
            .into_iter()
            .chain(images)
            .find(|w| w.len() > shown.len() && w.trim().starts_with(start));
        if let Some(whole) = whole {
            return one_line(whole);
        }
    }
    one_line(shown)
}

/// The text of the element that is called a title.
fn named_line(page: &Page, node: NodeId) -> Option<&str> {
    page.descendants(node)
        .find(|&d| {
            page.attr(d, "itemprop").is_some_and(|p| p == "headline" || p == "name")
                || page.class(d).to_ascii_lowercase().contains("title")
                || page.class(d).to_ascii_lowercase().contains("headline")
        })
        .map(|d| page.text(d))
        .filter(|t| !t.is_empty() && t.len() < 4 * TITLE_CHARS && !t.contains('\n'))
}

/// The first line that reads like a title and is no date.
fn title_line<'t>(lines: &[&'t str]) -> Option<&'t str> {
    let readable = |l: &&&str| !words::is_action(l) && text::weight(l) >= 8 && !is_mostly_date(l);
    lines.iter().find(readable).or_else(|| lines.iter().max_by_key(|l| l.len())).copied()
}

fn is_mostly_date(line: &str) -> bool {
    // "Published: 26 December 2016", but not "People v. Doe 4/29/24".
    line.len() < 40 && text::may_hold_date(line) && line.chars().filter(|c| c.is_alphabetic()).count() <= 17
}

/// Elements whose text may be a title.
const HOLDS_TITLE: &[Tag] =
    &[Tag::Td, Tag::Th, Tag::P, Tag::Div, Tag::Span, Tag::B, Tag::Strong, Tag::I, Tag::Em, Tag::Dd];

/// A docket number, an identifier, a date: more digits than letters.
fn is_code(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    digits >= 3 && digits > letters
}

/// The title where the link only says "PDF": the record's heading, what is called its title, else its
/// first text of weight.
fn title_beside(page: &Page, record: &Record, link: NodeId) -> Option<String> {
    let nodes = record.root..record.end;
    let heading =
        nodes.clone().find(|&d| page.tag(d).heading_level().is_some() && text::weight(page.text(d)) >= 3);
    let heading = heading.map(|h| page.text(h)).filter(|t| !words::is_action(t));
    let attribute =
        || page.attr(link, "title").or_else(|| page.all_in(link, Tag::Img).find_map(|i| page.attr(i, "alt")));
    // Only what is no link, so that a cell with "Name (details)" gives the name.
    let cell = || {
        nodes
            .clone()
            .filter(|&d| {
                let text = page.tag(d) == Tag::Text || HOLDS_TITLE.contains(&page.tag(d));
                text && page.link_len(d) == 0 && !(d..page.end(d)).contains(&link)
            })
            .map(|d| page.text(d))
            .filter(|t| {
                !t.contains('\n') && t.len() < 2 * TITLE_CHARS && !words::is_action(t) && !is_mostly_date(t)
            })
            .max_by_key(|t| (text::weight(t).min(80), std::cmp::Reverse(t.len())))
            .filter(|t| text::weight(t) >= 8)
    };
    let linked = || {
        let links = page.all_in_range(nodes.clone(), Tag::A).filter(|&a| a != link).map(|a| page.text(a));
        links.filter(|t| text::is_title(t) && !is_code(t)).max_by_key(|t| text::weight(t).min(80))
    };
    let lines = || {
        let lines: Vec<&str> = record.text(page).lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        title_line(&lines)
    };
    let attribute_title = attribute().filter(|t| text::is_title(t));
    heading
        .or_else(cell)
        .or_else(linked)
        .or(attribute_title)
        .or_else(lines)
        .map(one_line)
        .filter(|t| !t.is_empty())
}

pub(super) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(4 * TITLE_CHARS));
    for word in text.split_whitespace() {
        if out.len() > 4 * TITLE_CHARS {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The entry's date: what a machine is told, else the first date printed outside the title.
fn date(page: &Page, record: &Record, title: &str, order: Order) -> Option<Stamp> {
    let nodes = record.root..record.end;
    let declared = page
        .all_in_range(nodes, Tag::Time)
        .find_map(|t| page.attr(t, "datetime").and_then(|d| date::machine(d, order)));
    if declared.is_some() {
        return declared;
    }
    let text = record.text(page);
    if text.len() > DATED_BYTES {
        let cut = (0..=DATED_BYTES).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        return printed(&text[..cut], title, order);
    }
    printed(text, title, order)
}

/// How far an entry is searched for its date, in bytes: an entry may hold a whole article.
const DATED_BYTES: usize = 800;

fn printed(text: &str, title: &str, order: Order) -> Option<Stamp> {
    if !text::may_hold_date(text) {
        return None;
    }
    let found = |text: &str| date::find(text, order).into_iter().next().map(|f| f.stamp);
    match text.split_once(title).filter(|_| !title.is_empty()) {
        // The title's own date last: "October 17, 2014 - On the harbour".
        Some((before, after)) => found(before).or_else(|| found(after)).or_else(|| found(title)),
        None => found(text),
    }
}

/// Authors as the entry marks them up: `rel=author`, `itemprop=author`, hCard, or a class that says so.
fn authors(page: &Page, record: &Record) -> Vec<String> {
    let nodes = record.root..record.end;
    let marked = |d: &NodeId| {
        let d = *d;
        if page.tag(d) == Tag::Text {
            return false;
        }
        page.attr(d, "rel")
            .is_some_and(|r| r.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("author")))
            || page.attr(d, "itemprop").is_some_and(|p| p == "author" || p == "creator")
            || is_author_class(page.class(d))
    };
    let mut names: Vec<String> = Vec::new();
    let mut until = 0;
    for node in nodes.filter(marked) {
        if node < until {
            continue;
        }
        // hCard's `fn` within an author block is the name alone.
        let name = page
            .descendants(node)
            .find(|&d| page.has_class(d, "fn") || page.attr(d, "itemprop") == Some("name"));
        until = page.end(node);
        for name in person::names(page.text(name.unwrap_or(node)).lines().next().unwrap_or_default()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

pub(super) fn is_author_class(classes: &str) -> bool {
    classes.split_ascii_whitespace().any(|c| {
        let c = c.to_ascii_lowercase();
        matches!(
            c.as_str(),
            "author" | "byline" | "authors" | "p-author" | "post-author" | "entry-author" | "vcard"
        ) || c.ends_with("-author")
            || c.ends_with("_author")
            || c.ends_with("__author")
            || c.ends_with("-byline")
    })
}

/// The medium, where the entry marks one up.
fn source(page: &Page, record: &Record) -> Option<String> {
    let marked = (record.root..record.end).find(|&d| {
        page.tag(d) == Tag::Cite
            || page.attr(d, "itemprop").is_some_and(|p| p == "publisher" || p == "isPartOf")
            || page.class(d).split_ascii_whitespace().any(|c| {
                let c = c.to_ascii_lowercase();
                matches!(
                    c.as_str(),
                    "source" | "venue" | "journal" | "publication" | "publisher" | "medium" | "outlet"
                ) || c.ends_with("-source")
                    || c.ends_with("-venue")
                    || c.ends_with("-publication")
            })
    })?;
    let text = one_line(page.text(marked));
    let text = ["来源：", "来源:", "Source: ", "Source:"]
        .iter()
        .find_map(|p| text.strip_prefix(p))
        .unwrap_or(&text)
        .trim();
    (!text.is_empty() && text.chars().count() <= 80).then(|| text.to_owned())
}

/// The longest paragraph of the entry, where it is one.
fn summary(page: &Page, record: &Record, title: &str) -> Option<String> {
    let candidate = (record.root..record.end)
        .filter(|&d| matches!(page.tag(d), Tag::P | Tag::Div | Tag::Span | Tag::Dd | Tag::Blockquote))
        .filter(|&d| {
            page.end(d) <= record.end && page.link_len(d) * 2 <= page.text_len(d) || page.tag(d) == Tag::P
        })
        .map(|d| page.text(d))
        .filter(|t| !t.contains('\n') && !t.starts_with(title) && text::weight(t) >= 50)
        .max_by_key(|t| text::weight(t).min(200))?;
    let short: String = candidate.chars().take(SUMMARY_CHARS).collect();
    Some(if short.len() < candidate.len() { format!("{}…", short.trim_end()) } else { short })
}
