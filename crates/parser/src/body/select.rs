//! Which units within the root are the article's.

use super::{
    byline::{drop_author_sections, drop_biographies, drop_bylines, is_dateline},
    cues::Cue,
    headings::{drop_orphan_headings, drop_titles},
    notices::{drop_disclaimers, drop_notices},
    phrases::is_phrase,
    score::{Survey, punctuation},
    units::Unit,
    witness::Testimony,
};
use crate::{NodeId, Page, Tag};

/// Marks the units that stay.
pub(super) fn select(page: &Page, survey: &Survey, root: NodeId) -> Vec<bool> {
    let mut keep = vec![false; survey.units.len()];
    let range = survey.core(survey.units_in(page, root));
    let mut until = root;
    let mut begun = false;
    for index in range.clone() {
        let unit = &survey.units[index];
        let tail = (index - range.start) * 5 >= range.len() * 4;
        if let Some(testimony) = &survey.testimony {
            let closing = is_phrase(unit.text(page), false);
            if testimony.named[index] && unit.link_share() < 0.9 && !closing {
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
        // The title, unless it stands amid the text: then it heads a part.
        if page.tag(unit.block) == Tag::H1 && !begun {
            continue;
        }
        keep[index] = stays(page, survey, index)
            && !is_phrase(unit.text(page), tail || unit.link > 0 && unit.len() < 200);
        begun |= keep[index] && is_prose(page, unit);
    }
    drop_bylines(page, survey, range.clone(), &mut keep);
    drop_titles(page, survey, range.clone(), &mut keep);
    drop_biographies(page, survey, range.clone(), &mut keep);
    drop_author_sections(page, survey, range.clone(), &mut keep);
    drop_disclaimers(page, survey, range.clone(), &mut keep);
    drop_notices(page, survey, root, range.clone(), &mut keep);
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
        && !is_heading_like(page, unit)
        && !std::iter::once(unit.block).chain(page.ancestors(unit.block).take(4)).any(|i| {
            let tag = page.tag(i);
            tag.heading_level().is_some()
                || matches!(tag, Tag::Li | Tag::Dd | Tag::Dt | Tag::Blockquote | Tag::Td | Tag::Th | Tag::Pre)
        })
}

/// One short line, all of it bold.
fn is_heading_like(page: &Page, unit: &Unit) -> bool {
    unit.len() < 120
        && page
            .ancestors(unit.first)
            .take_while(|&i| i != unit.block)
            .any(|i| matches!(page.tag(i), Tag::B | Tag::Strong) && unit.last < page.end(i))
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
    let context = survey.context[index];
    if context.is_negative() {
        return false;
    }
    let tag = page.tag(unit.block);
    let text = unit.text(page);
    if tag.heading_level().is_some() {
        return unit.link_share() < 0.8 || context == Cue::Body;
    }
    if is_dateline(page, unit, text) {
        return false;
    }
    if tag == Tag::Li && unit.link_share() > 0.8 && unit.len() < 40 && context != Cue::Body {
        return false;
    }
    if unit.link_share() > 0.8 && !matches!(tag, Tag::Li | Tag::Td | Tag::Th | Tag::Dd | Tag::Dt) {
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

/// A paragraph of sentences, hardly linked.
pub(super) fn is_prose(page: &Page, unit: &Unit) -> bool {
    page.tag(unit.block) == Tag::P && unit.len() > 200 && unit.link_share() < 0.3
}
