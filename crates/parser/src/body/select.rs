//! Which units within the root are the article's.

use super::{
    cues::Cue,
    phrases::is_phrase,
    score::{Survey, punctuation},
    text::letters,
    units::Unit,
    witness::Testimony,
};
use crate::{NodeId, Page, Tag};

/// Marks the units that stay.
pub(super) fn select(page: &Page, survey: &Survey, root: NodeId) -> Vec<bool> {
    let mut keep = vec![false; survey.units.len()];
    let range = survey.core(survey.units_in(page, root));
    let mut until = root;
    for index in range.clone() {
        let unit = &survey.units[index];
        if let Some(testimony) = &survey.testimony {
            if testimony.named[index] && unit.link_share() < 0.9 {
                keep[index] = true;
                continue;
            }
            if is_denied(page, testimony, index, unit) {
                continue;
            }
        }
        if unit.first < until {
            continue;
        }
        if let Some(rejected) = rejected_part(page, survey, root, unit.first) {
            until = page.end(rejected);
            continue;
        }
        let tail = (index - range.start) * 5 >= range.len() * 4;
        keep[index] = stays(page, survey, index)
            && !is_phrase(unit.text(page), tail || unit.link > 0 && unit.len() < 200);
    }
    drop_titles(page, survey, range.clone(), &mut keep);
    drop_biographies(page, survey, range.clone(), &mut keep);
    drop_orphan_headings(page, survey, range, &mut keep);
    keep
}

/// The witness would have named it: a paragraph amid or after what it named. Headings, lists, quotes and
/// tables it often leaves out.
fn is_denied(page: &Page, testimony: &Testimony, index: usize, unit: &Unit) -> bool {
    if !testimony.complete {
        return false;
    }
    if index > testimony.last {
        return true;
    }
    index > testimony.first
        && !std::iter::once(unit.block).chain(page.ancestors(unit.block).take(4)).any(|i| {
            let tag = page.tag(i);
            tag.heading_level().is_some()
                || matches!(tag, Tag::Li | Tag::Dd | Tag::Dt | Tag::Blockquote | Tag::Td | Tag::Th | Tag::Pre)
        })
}

/// The outermost element between root and node that as a whole is not the article's.
fn rejected_part(page: &Page, survey: &Survey, root: NodeId, node: NodeId) -> Option<NodeId> {
    let mut rejected = None;
    for i in page.ancestors(node).take_while(|&i| i != root) {
        if is_rejected(page, survey, i) {
            rejected = Some(i);
        }
    }
    rejected
}

fn is_rejected(page: &Page, survey: &Survey, i: NodeId) -> bool {
    let tag = page.tag(i);
    if !tag.is_block() {
        return false;
    }
    let (len, link) = (page.text_len(i) as f32, page.link_len(i) as f32);
    match tag {
        Tag::Ul | Tag::Ol | Tag::Dl => link > 0.6 * len && survey.sum(page, i) < 0.0,
        Tag::Div | Tag::Section | Tag::Table => link > 0.6 * len && survey.sum(page, i) < -20.0,
        _ => false,
    }
}

fn stays(page: &Page, survey: &Survey, index: usize) -> bool {
    let unit = &survey.units[index];
    let context = survey.context[unit.first];
    if context.is_negative() {
        return false;
    }
    let tag = page.tag(unit.block);
    let text = unit.text(page);
    if tag == Tag::H1 {
        return false;
    }
    if tag.heading_level().is_some() {
        return unit.link_share() < 0.8;
    }
    if is_dateline(page, unit, text) {
        return false;
    }
    if tag == Tag::Li && unit.link_share() > 0.8 && unit.len() < 40 && context != Cue::Body {
        return false;
    }
    if unit.link_share() > 0.8
        && !matches!(tag, Tag::Li | Tag::Td | Tag::Th | Tag::Dd | Tag::Dt)
        && unit.len() < 300
    {
        return false;
    }
    if matches!(
        tag,
        Tag::P
            | Tag::Li
            | Tag::Td
            | Tag::Th
            | Tag::Blockquote
            | Tag::Dd
            | Tag::Dt
            | Tag::Pre
            | Tag::Figcaption
    ) {
        return true;
    }
    context == Cue::Body || unit.len() >= 60 || punctuation(text) > 0
}

/// The title is not a part of the body, though templates print it again above it.
fn drop_titles(page: &Page, survey: &Survey, range: std::ops::Range<usize>, keep: &mut [bool]) {
    let titles = titles(page);
    for index in range.filter(|&i| keep[i]).take(6).collect::<Vec<_>>() {
        let text = letters(survey.units[index].text(page));
        if titles.contains(&text) {
            keep[index] = false;
        }
    }
}

/// Who the author is, under the text: a paragraph that begins with the name.
fn drop_biographies(page: &Page, survey: &Survey, range: std::ops::Range<usize>, keep: &mut [bool]) {
    let names = author_names(page);
    let tail = range.start + range.len() * 7 / 10;
    let units = survey.units[..range.end].iter().zip(keep).skip(tail);
    for (unit, keep) in units.filter(|(unit, keep)| **keep && (60..1500).contains(&unit.len())) {
        let text = letters(unit.text(page));
        let text = text.strip_prefix("about").unwrap_or(&text);
        if names.iter().any(|name| text.starts_with(name)) {
            *keep = false;
        }
    }
}

/// Most names of authors that paragraphs are compared with.
const MAX_NAMES: usize = 100;

/// Names of authors as the head and `rel=author` give them, in letters.
fn author_names(page: &Page) -> Vec<String> {
    let head = page.all(Tag::Meta).filter(|&m| {
        let name = page.attr(m, "name").or_else(|| page.attr(m, "property")).unwrap_or_default();
        ["author", "article:author", "parsely-author", "dc.creator", "sailthru.author", "twitter:data1"]
            .iter()
            .any(|n| name.eq_ignore_ascii_case(n))
    });
    let head = head.filter_map(|m| page.attr(m, "content"));
    let links = page.all(Tag::A).filter(|&a| page.attr(a, "rel").is_some_and(|r| r.contains("author")));
    let names = head.chain(links.map(|a| page.text(a)));
    let mut names: Vec<String> =
        names.filter(|n| n.contains(' ') && n.len() < 60 && !n.contains('/')).map(letters).collect();
    names.retain(|n| n.len() >= 6);
    names.sort();
    names.dedup();
    names.truncate(MAX_NAMES);
    names
}

/// What the page calls itself, in letters: `og:title`, `<title>` with and without the site's name, `<h1>`.
pub(super) fn titles(page: &Page) -> Vec<String> {
    let declared = page
        .all(Tag::Meta)
        .filter(|&m| page.attr(m, "property").is_some_and(|p| p.eq_ignore_ascii_case("og:title")))
        .filter_map(|m| page.attr(m, "content"));
    let title = page.all(Tag::Title).next().map_or("", |t| page.text(t));
    let title = if title.len() < 500 { title } else { "" };
    let parts = title.match_indices(['|', '-', '_', '–', '—', '·']).map(|(at, _)| &title[..at]);
    let headings = page.all(Tag::H1).map(|h| page.text(h));
    let mut titles: Vec<String> = declared.chain([title]).chain(parts).chain(headings).map(letters).collect();
    titles.retain(|t| t.len() >= 6);
    titles
}

/// A date with at most a few words around it: published, updated, a place.
fn is_dateline(page: &Page, unit: &Unit, text: &str) -> bool {
    if unit.len() > 80 {
        return false;
    }
    if page.ancestors(unit.first).take(3).any(|i| page.tag(i) == Tag::Time) {
        return true;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let cell =
        matches!(page.tag(unit.block), Tag::Td | Tag::Th | Tag::Li | Tag::Dd | Tag::Dt | Tag::P | Tag::Pre);
    !cell && digits >= 6 && digits * 4 >= text.len()
}

/// A heading with nothing under it heads nothing.
fn drop_orphan_headings(page: &Page, survey: &Survey, range: std::ops::Range<usize>, keep: &mut [bool]) {
    let mut content_below = false;
    let mut level_below = 0;
    for index in range.rev() {
        if !keep[index] {
            continue;
        }
        match page.tag(survey.units[index].block).heading_level() {
            None => {
                content_below = true;
                level_below = 7;
            }
            Some(level) => {
                if !content_below && level >= level_below || level_below == 0 {
                    keep[index] = false;
                } else {
                    content_below = false;
                    level_below = level;
                }
            }
        }
    }
}
