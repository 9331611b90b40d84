//! The article's body as blocks.

mod assemble;
mod byline;
mod contexts;
mod credits;
mod cues;
mod explain;
mod fold;
mod headings;
mod inline;
mod lead;
mod names;
mod notices;
mod parts;
mod phrases;
mod prose;
mod repeats;
mod score;
mod select;
mod text;
mod units;
mod witness;

pub(crate) use explain::explain;

use crate::{NodeId, Page, Tag};
use contexts::Trust;
use model::Block;
use score::Survey;
use units::Unit;

/// The body and where it stands on the page.
#[derive(Debug, Clone, Default)]
pub struct Body {
    pub blocks: Vec<Block>,
    /// The smallest element that holds all of it; none where there is no body.
    pub root: Option<NodeId>,
    /// First node that gave a block.
    pub first: NodeId,
    /// Last node that gave a block.
    pub last: NodeId,
    /// Bytes of the blocks' text.
    pub text_len: usize,
    /// Bytes of it that stand in links.
    pub link_len: usize,
}

/// Finds the body. A page that has none, such as a list of links, may give blocks all the same; what the
/// page is, is told by [`crate::listing::read`].
pub fn extract(page: &Page) -> Body {
    let units = shown_units(page);
    let body = read(page, units.clone(), Trust::All);
    // Four times as much as was found, if there is.
    let far = 4.0 * body.text_len as f32;
    if body.text_len >= SCANT || Survey::plain_sum(page, &units, far) < far {
        return body;
    }
    // Next to nothing, though there is far more: the names mislead.
    let trust = if body.text_len < NOTHING { Trust::Tags } else { Trust::Comments };
    let wary = read(page, units, trust);
    let times = if body.text_len < SCANT / 2 { 2 } else { 3 };
    let far_more = wary.text_len > times * body.text_len + SCANT / 2;
    if far_more && wary.link_len * 4 < wary.text_len { wary } else { body }
}

/// Bytes of a body that may be but a box of the page, if the page has far more text than that.
const SCANT: usize = 800;

/// Bytes of a body that says nothing: then even what is called a comment may be the text, as in a forum.
const NOTHING: usize = 120;

/// The body as it is found with such trust in the names of the template's parts.
fn read(page: &Page, units: Vec<Unit>, trust: Trust) -> Body {
    let survey = Survey::new(page, units, trust);
    let Some(root) = survey.root(page) else { return Body::default() };
    let keep = kept(page, &survey, root);
    built(page, &survey, root, &keep)
}

/// The body that stands in these elements, all of it but the title at its head; [`extract`] where there are
/// none. Text that a style hides is taken where nothing else stands in them.
pub(crate) fn extract_from(page: &Page, elements: &[NodeId]) -> Body {
    let (Some(&first), Some(&last)) = (elements.iter().min(), elements.iter().max()) else {
        return extract(page);
    };
    let is_title =
        |u: &Unit| std::iter::once(u.block).chain(page.ancestors(u.block)).any(|i| page.tag(i) == Tag::H1);
    let chosen = |units: &[Unit]| -> Vec<bool> {
        let mut begun = false;
        let within = |u: &Unit| elements.iter().any(|&e| page.within(u.first, e));
        units
            .iter()
            .map(|u| {
                let keep = within(u) && (begun || !is_title(u));
                begun |= keep;
                keep
            })
            .collect()
    };
    let mut units = units::units(page, false);
    if !chosen(&units).contains(&true) {
        units = units::units(page, true);
    }
    let keep = chosen(&units);
    let survey = Survey::new(page, units, Trust::All);
    // Blocks are told by the elements around them, so the root lies outside of what was chosen.
    let root = page.ancestors(first).find(|&i| page.within(last, i)).unwrap_or(first);
    built(page, &survey, root, &keep)
}

fn built(page: &Page, survey: &Survey, root: NodeId, keep: &[bool]) -> Body {
    let mut body = Body { root: Some(root), ..Body::default() };
    let mut kept = survey.units.iter().zip(keep).filter(|(_, keep)| **keep).map(|(u, _)| u).peekable();
    body.first = kept.peek().map_or(root, |u| u.first);
    for unit in kept {
        body.last = unit.last;
        body.text_len += unit.len();
        body.link_len += unit.link;
    }
    body.blocks = assemble::assemble(page, survey, root, keep);
    fold::drop_repeated_paragraphs(&mut body.blocks);
    body
}

/// Which units are the article's.
fn kept(page: &Page, survey: &Survey, root: NodeId) -> Vec<bool> {
    let mut keep = select::select(page, survey, root);
    lead::keep_standfirst(page, survey, &mut keep);
    fold::drop_repeats(page, survey, &mut keep);
    fold::drop_pull_quotes(page, survey, root, &mut keep);
    keep
}

/// The page's runs of text; those that its style hides only where next to nothing else is there, for then
/// a script shows them.
fn shown_units(page: &Page) -> Vec<Unit> {
    const LITTLE: f32 = 500.0;
    let shown = units::units(page, false);
    let sum = Survey::plain_sum(page, &shown, LITTLE);
    if sum > LITTLE {
        return shown;
    }
    let all = units::units(page, true);
    let enough = LITTLE + 2.0 * sum;
    if Survey::plain_sum(page, &all, enough) > enough { all } else { shown }
}

/// The next page of this same article, absolute, where its pager names one.
pub fn next_part(page: &Page, body: &Body) -> Option<String> {
    parts::next_part(page, body)
}

#[cfg(test)]
mod tests;
