//! Nothing twice.

use super::{byline::ends_sentence, score::Survey, select::is_prose, text::letters, units::Unit};
use crate::{NodeId, Page, Tag};
use model::{Block, Text};
use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hasher},
    ops::Range,
};

/// Shortest text, in bytes of letters, that is folded: shorter lines may well be said twice.
const SHORTEST: usize = 60;

/// A text that repeats another so soon is a template's doing: captions for two screen sizes.
const NEAR: usize = 4;

/// Most repeats that are strays; where there are more, repeating is the text's own way (a week's menu).
const STRAYS: usize = 3;

/// Drops later copies of long runs of text, and the poorer copy where the whole body stands twice.
pub(super) fn drop_repeats(page: &Page, survey: &Survey, keep: &mut [bool]) {
    let kept: Vec<usize> = (0..keep.len()).filter(|&i| keep[i]).collect();
    let mut first: HashMap<String, usize> = HashMap::new();
    // Positions in `kept` of a text and of its copy.
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (at, &unit) in kept.iter().enumerate() {
        let text = letters(survey.units[unit].text(page));
        if text.len() < SHORTEST {
            continue;
        }
        match first.get(&text) {
            Some(&earlier) => pairs.push((earlier, at)),
            None => drop(first.insert(text, at)),
        }
    }
    if pairs.is_empty() {
        return;
    }
    let bytes =
        |units: &mut dyn Iterator<Item = usize>| units.map(|at| survey.units[kept[at]].len()).sum::<usize>();
    let whole = bytes(&mut (0..kept.len()));
    let repeated = bytes(&mut pairs.iter().map(|p| p.1));
    if pairs.len() >= 3 && repeated * 5 >= whole * 2 {
        let second = pairs[0].1;
        let headings = |range: Range<usize>| range.filter(|&at| is_heading(page, survey, kept[at])).count();
        let poorer_first = headings(second..kept.len()) > headings(0..second);
        for (earlier, later) in pairs {
            keep[kept[if poorer_first { earlier } else { later }]] = false;
        }
        return;
    }
    let strays = pairs.len() <= STRAYS;
    for (earlier, later) in pairs {
        if strays || later - earlier <= NEAR {
            keep[kept[later]] = false;
        }
    }
}

/// Longest pull quote, and most that is said of who spoke, in bytes.
const PULLED: usize = 400;
const SPEAKER: usize = 120;

/// Most boxes that are compared with the whole text; pages that put every line in a box have more.
const BOXES: usize = 200;

/// Drops quotations in boxes of their own that only repeat a sentence of the text, with who said it.
pub(super) fn drop_pull_quotes(page: &Page, survey: &Survey, root: NodeId, keep: &mut [bool]) {
    let mut text: Vec<u8> = Vec::new();
    let mut pulled: Vec<usize> = Vec::new();
    let mut flow = None;
    for (index, unit) in survey.units.iter().enumerate().filter(|(i, _)| keep[*i]) {
        let tag = page.tag(unit.block);
        let parent = page.parent(unit.block);
        let row =
            tag.heading_level().is_some() || matches!(tag, Tag::Li | Tag::Td | Tag::Th | Tag::Dd | Tag::Dt);
        let short = (SHORTEST / 2..=PULLED).contains(&unit.len());
        if short && !row && parent != flow && is_said(without_speaker(unit.text(page))) {
            pulled.push(index);
        } else if is_prose(page, unit) {
            flow = parent;
        }
    }
    pulled.retain(|&i| is_boxed(page, root, &survey.units[i]));
    pulled.truncate(BOXES);
    if pulled.is_empty() {
        return;
    }
    // Where in `text` each of them stands.
    let mut own: Vec<Range<usize>> = Vec::new();
    for (index, unit) in survey.units.iter().enumerate().filter(|(i, _)| keep[*i]) {
        let start = text.len();
        text.extend_from_slice(letters(unit.text(page)).as_bytes());
        if pulled.binary_search(&index).is_ok() {
            own.push(start..text.len());
        }
    }
    for (index, here) in pulled.into_iter().zip(&own) {
        let unit = &survey.units[index];
        let said = letters(without_speaker(unit.text(page)));
        if said.len() < SHORTEST / 2 {
            continue;
        }
        // A copy in a box of its own is for [`drop_repeats`] to judge.
        let copy = |at: usize| own.iter().any(|o| o.start == at && o.len() == said.len());
        let mut found = memchr::memmem::find_iter(&text, said.as_bytes());
        if found.any(|at| !here.contains(&at) && !copy(at)) {
            let most = unit.len() + SPEAKER;
            let around = page.ancestors(unit.first).take_while(|&i| i != root && page.text_len(i) <= most);
            keep[survey.units_in(page, around.last().unwrap_or(unit.first))].fill(false);
        }
    }
}

/// A quotation's words without the line below them that tells who spoke.
fn without_speaker(text: &str) -> &str {
    text.rsplit_once('\n')
        .filter(|(said, who)| who.len() <= SPEAKER && is_said(said))
        .map_or(text, |(said, _)| said)
}

/// A whole sentence, or words in quotation marks.
fn is_said(text: &str) -> bool {
    ends_sentence(text) || text.starts_with(['"', '“', '„', '«', '»', '‘', '「'])
}

/// Whether an element that holds little more than this stands around it.
fn is_boxed(page: &Page, root: NodeId, unit: &Unit) -> bool {
    page.parent(unit.block).is_some_and(|p| p != root && page.text_len(p) <= unit.len() + SPEAKER)
}

/// Bytes of a paragraph that nobody writes twice, refrains included.
const LONG: usize = 240;

/// Drops later copies of long paragraphs, which may be lines of one run of text.
pub(super) fn drop_repeated_paragraphs(blocks: &mut Vec<Block>) {
    let mut seen = HashSet::new();
    blocks.retain(|block| {
        let Block::Paragraph { text } = block else { return true };
        let mut hash = DefaultHasher::new();
        let mut length = 0;
        let mut add = |piece: &str| {
            length += piece.len();
            hash.write(piece.as_bytes());
        };
        match text {
            Text::Plain(text) => add(text),
            Text::Spans(spans) => spans.iter().for_each(|s| add(&s.text)),
        }
        length < LONG || seen.insert(hash.finish())
    });
}

/// A heading by its tag, or by being nothing but one short line in bold.
fn is_heading(page: &Page, survey: &Survey, unit: usize) -> bool {
    let unit = &survey.units[unit];
    page.tag(unit.block).heading_level().is_some()
        || unit.len() < 120
            && page.ancestors(unit.first).take(3).any(|i| matches!(page.tag(i), Tag::B | Tag::Strong))
}
