//! The title above the text, and headings that head nothing.

use super::{score::Survey, select::is_prose, text::letters};
use crate::{Page, Tag};
use std::ops::Range;

/// The title is not a part of the body, though templates print it again above it.
pub(super) fn drop_titles(page: &Page, survey: &Survey, range: Range<usize>, keep: &mut [bool]) {
    let titles = titles(page);
    for index in range.filter(|&i| keep[i]).take(6).collect::<Vec<_>>() {
        let text = letters(survey.units[index].text(page));
        if titles.iter().any(|title| *title == text || is_most_of(&text, title)) {
            keep[index] = false;
        }
    }
}

/// A title that is shown without how it begins.
fn is_most_of(text: &str, title: &str) -> bool {
    text.len() >= 24 && text.len() * 5 >= title.len() * 3 && title.ends_with(text)
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
    // Further ones head parts of the text.
    let headings = page.all(Tag::H1).take(1).map(|h| page.text(h));
    let mut titles: Vec<String> = declared.chain([title]).chain(parts).chain(headings).map(letters).collect();
    titles.retain(|t| t.len() >= 6);
    titles
}

/// Fewest headings that link and yet are the text's own: a review of what was published elsewhere has many.
const LINKED_HEADINGS: usize = 3;

/// A heading with nothing under it heads nothing, unless the next heading follows it at once: then it heads
/// that. One that links leads elsewhere, unless it is one of several with running text under each.
pub(super) fn drop_orphan_headings(page: &Page, survey: &Survey, range: Range<usize>, keep: &mut [bool]) {
    /// What stands below: where, its level if it is a heading, and whether that heads a text or parts of one.
    #[derive(Clone, Copy)]
    struct Below {
        at: usize,
        level: Option<u8>,
        heads_text: bool,
    }
    let mut below: Option<Below> = None;
    let mut linked = Vec::new();
    for index in range.rev().filter(|&i| keep[i]).collect::<Vec<_>>() {
        let unit = &survey.units[index];
        let level = page.tag(unit.block).heading_level();
        if let Some(level) = level {
            let links = unit.link_share() >= 0.8;
            keep[index] = below.is_some_and(|below| match below.level {
                None => !links || is_prose(page, &survey.units[below.at]),
                Some(next) if next == level => !links && below.at == index + 1 && below.heads_text,
                Some(next) => !links && next > level,
            });
            if keep[index] && links {
                linked.push(index);
            }
        }
        if keep[index] {
            let heads_text =
                level.is_some() && below.is_some_and(|b| b.level.is_none_or(|l| Some(l) > level));
            below = Some(Below { at: index, level, heads_text });
        }
    }
    if linked.len() < LINKED_HEADINGS {
        for index in linked {
            keep[index] = false;
        }
    }
}
