//! How much each run of text looks like an article's, and which element holds the most of it.
//!
//! Every unit gets a signed number of bytes: sentences count for it, link lists and stray words against.
//! The body's root is the element with the greatest sum, so it grows while what it takes in speaks for it
//! (a standfirst above the text) and stops where it does not (a sidebar beside it).

use super::{
    cues::{Classes, Cue, cue},
    repeats,
    units::Unit,
    witness::{self, Testimony},
};
use crate::{NodeId, Page, Tag};
use std::collections::HashMap;

/// Bytes of sentences that a form has at most; what has more is a page in a form.
const FORM: f64 = 300.0;

/// Units, cues and scores of a page.
pub(super) struct Survey {
    pub(super) units: Vec<Unit>,
    /// Outermost elements that the template names as the body and that hold some of the text.
    bodies: Vec<NodeId>,
    /// The cue that is in force at each node: its own or that of the nearest ancestor that has one.
    pub(super) context: Vec<Cue>,
    /// Score of each unit.
    pub(super) scores: Vec<f32>,
    /// What the page's own JSON-LD says of the units.
    pub(super) testimony: Option<Testimony>,
    /// Sums of `scores` up to each unit: one longer than `units`.
    sums: Vec<f64>,
}

impl Survey {
    /// `trusting`: take the names of the template's parts into account.
    pub(super) fn new(page: &Page, units: Vec<Unit>, trusting: bool) -> Self {
        let plain: Vec<f32> = units.iter().map(|u| plain_score(page, u)).collect();
        let plain_sums = sums(plain.iter().map(|s| s.max(0.0)));
        let testimony = witness::hear(page, &units);
        let mut survey = Self {
            units,
            bodies: Vec::new(),
            context: Vec::new(),
            scores: Vec::new(),
            testimony,
            sums: Vec::new(),
        };
        (survey.context, survey.bodies) = if trusting {
            survey.contexts(page, &plain_sums)
        } else {
            (vec![Cue::None; page.len()], Vec::new())
        };
        survey.scores = survey
            .units
            .iter()
            .zip(&plain)
            .map(|(unit, &plain)| in_context(plain, unit, survey.context[unit.first]))
            .collect();
        if let Some(testimony) = &survey.testimony {
            for ((score, unit), named) in survey.scores.iter_mut().zip(&survey.units).zip(&testimony.named) {
                if *named {
                    *score = 20.0 + 1.5 * unit.len() as f32;
                } else if testimony.complete {
                    *score = score.min(0.0);
                }
            }
        }
        survey.sums = sums(capped(page, &survey.units, &survey.scores).into_iter());
        survey
    }

    /// Bytes that speak for an article, whatever the template says; counted no further than beyond `enough`.
    pub(super) fn plain_sum(page: &Page, units: &[Unit], enough: f32) -> f32 {
        let mut sum = 0.0;
        for unit in units {
            sum += plain_score(page, unit).max(0.0);
            if sum > enough {
                break;
            }
        }
        sum
    }

    /// Indices of the units within an element.
    pub(super) fn units_in(&self, page: &Page, i: NodeId) -> std::ops::Range<usize> {
        let from = self.units.partition_point(|u| u.first < i);
        let to = self.units.partition_point(|u| u.first < page.end(i));
        from..to
    }

    /// The stretch of `range` with the greatest sum of scores: what stands beyond links and stray words, and
    /// is less than they are, is not the article's.
    pub(super) fn core(&self, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let good = |range: std::ops::Range<usize>| self.scores[range].iter().map(|s| s.max(0.0)).sum::<f32>();
        let whole = range.clone();
        let (mut best, mut core) = (0.0, range.clone());
        let (mut sum, mut start) = (0.0_f32, range.start);
        for i in range {
            sum += self.scores[i];
            if sum < 0.0 {
                (sum, start) = (0.0, i + 1);
            } else if sum >= best {
                (best, core) = (sum, start..i + 1);
            }
        }
        // Where the rest is as much as the core, it is no trimming.
        if good(core.clone()) < 0.7 * good(whole.clone()) { whole } else { core }
    }

    /// Sum of the scores within an element.
    pub(super) fn sum(&self, page: &Page, i: NodeId) -> f64 {
        let range = self.units_in(page, i);
        self.sums[range.end] - self.sums[range.start]
    }

    /// A negative name is not believed where what bears it holds most of the page's sentences: templates
    /// call whole pages `has-sidebar` and every paragraph behind the first `paywall`.
    fn contexts(&self, page: &Page, plain: &[f64]) -> (Vec<Cue>, Vec<NodeId>) {
        let whole = plain.last().copied().unwrap_or_default().max(1.0);
        let share = |i: NodeId| {
            let range = self.units_in(page, i);
            (plain[range.end] - plain[range.start]) / whole
        };
        let mut own: Vec<Cue> = vec![Cue::None; page.len()];
        let mut classes = Classes::new(Cue::None);
        let mut shares: HashMap<(&str, Cue), f64> = HashMap::new();
        for i in (0..page.len()).filter(|&i| page.tag(i) != Tag::Text) {
            own[i] = cue(page, i, &mut classes);
            if matches!(page.tag(i), Tag::Form | Tag::Fieldset) && share(i) * whole > FORM {
                own[i] = Cue::None;
            }
            if own[i].is_negative() {
                *shares.entry((page.class(i), own[i])).or_default() += share(i);
            }
        }
        // Where the template names the body, its other names are worth more.
        let mut bodies: Vec<NodeId> = Vec::new();
        let least = (250.0 / whole).clamp(0.02, 0.05);
        let is_body = |i: &NodeId| own[*i] == Cue::Body && may_hold_a_body(page.tag(*i)) && share(*i) > least;
        for i in (0..page.len()).filter(is_body) {
            if bodies.last().is_none_or(|&b| i >= page.end(b)) {
                bodies.push(i);
            }
        }
        if let [outer] = bodies[..] {
            bodies = vec![innermost_body(
                page,
                outer,
                |i| own[i] == Cue::Body && may_hold_a_body(page.tag(i)),
                share,
            )];
        }
        let holds_body = |i: NodeId| bodies.iter().any(|&b| page.within(b, i) || page.within(i, b));
        let mut teasers = repeats::teasers(page, self);
        let sum = |teasers: &[NodeId]| teasers.iter().map(|&i| share(i)).sum::<f64>();
        // What fills the named body is a list that the article is about.
        let (inside, beside): (Vec<NodeId>, Vec<NodeId>) =
            teasers.iter().partition(|&&i| bodies.iter().any(|&b| page.within(i, b)));
        if sum(&inside) > 0.3 {
            teasers = beside;
        }
        let rest = (1.0 - sum(&teasers)) * whole;
        let mut is_teaser = vec![false; page.len()];
        // On a page that is nothing but a list, the list is what there is.
        for i in teasers.into_iter().filter(|_| rest > 300.0) {
            is_teaser[i] = !own[i].is_negative();
        }
        let mut context = vec![Cue::None; page.len()];
        for i in 0..page.len() {
            let inherited = page.parent(i).map_or(Cue::None, |p| context[p]);
            let mut own = own[i];
            if is_teaser[i] {
                own = Cue::Related;
            } else if own.is_negative() {
                let beside = !bodies.is_empty() && !holds_body(i);
                // `<footer>` and `<nav>` are the standard's words, not a template's.
                let certain = matches!(page.tag(i), Tag::Footer | Tag::Nav);
                let most = if own == Cue::Comments || beside || certain { 0.9 } else { 0.5 };
                let together = shares.get(&(page.class(i), own)).copied().unwrap_or_default();
                if together > most {
                    own = Cue::None;
                }
            }
            context[i] = match (inherited, own) {
                // A quoted post is content, whatever the box it is embedded in is called.
                (Cue::Promotion, _) if page.tag(i) == Tag::Blockquote => Cue::None,
                (c, Cue::None | Cue::Content | Cue::Caption | Cue::Standfirst) if c.is_negative() => c,
                (Cue::Comments | Cue::Related, Cue::Body) => inherited,
                (c, Cue::None) => c,
                (Cue::Body, Cue::Content | Cue::Aside | Cue::Standfirst) => Cue::Body,
                (_, own) => own,
            };
        }
        bodies.retain(|&b| !context[b].is_negative());
        (context, bodies)
    }

    /// The element that holds the body.
    pub(super) fn root(&self, page: &Page) -> Option<NodeId> {
        let richest = self.richest(page);
        let root = self.named(page, richest).or(richest)?;
        Some(self.first_of_several(page, root).unwrap_or(root))
    }

    /// What holds all that the template names as the body, if that is a good part of what there is.
    fn named(&self, page: &Page, richest: Option<NodeId>) -> Option<NodeId> {
        let (&first, &last) = (self.bodies.first()?, self.bodies.last()?);
        let common = std::iter::once(first).chain(page.ancestors(first)).find(|&i| page.within(last, i))?;
        let good = |i: NodeId| self.scores[self.units_in(page, i)].iter().map(|s| s.max(0.0)).sum::<f32>();
        (good(common) > 0.35 * richest.map_or(0.0, good)).then_some(common)
    }

    /// Where several articles stand in a row (endless scrolling), the one that the page is about: that with
    /// the `<h1>`, else the first.
    fn first_of_several(&self, page: &Page, root: NodeId) -> Option<NodeId> {
        let mut until = root;
        let mut articles = Vec::new();
        for i in page.all_in(root, Tag::Article).filter(|&i| i != root) {
            if i >= until && self.sum(page, i) > 200.0 {
                articles.push(i);
                until = page.end(i);
            }
        }
        if articles.len() < 2 {
            return None;
        }
        let own_heading = |&&i: &&NodeId| page.all_in(i, Tag::H1).next().is_some();
        if articles.iter().filter(own_heading).count() < 2 {
            return None;
        }
        articles.iter().find(own_heading).copied()
    }

    /// The element with the greatest sum; the innermost of equals.
    fn richest(&self, page: &Page) -> Option<NodeId> {
        let mut best = None;
        let mut greatest = 0.0;
        for i in page.body()..page.end(page.body()) {
            if page.tag(i) == Tag::Text || !may_hold_a_body(page.tag(i)) {
                continue;
            }
            let sum = self.sum(page, i);
            if sum >= greatest && sum > 0.0 {
                greatest = sum;
                best = Some(i);
            }
        }
        best
    }
}

/// The scores for summing: a list of links speaks against what it stands in, but not the more the longer
/// it is.
fn capped(page: &Page, units: &[Unit], scores: &[f32]) -> Vec<f32> {
    const MOST: f32 = -80.0;
    let mut out = scores.to_vec();
    let mut list = (0, 0.0);
    for (unit, score) in units.iter().zip(&mut out) {
        if *score >= 0.0 {
            continue;
        }
        let end = if unit.first < list.0 {
            list.0
        } else {
            let outer =
                page.ancestors(unit.first).filter(|&i| matches!(page.tag(i), Tag::Ul | Tag::Ol)).last();
            outer.map_or(0, |l| page.end(l))
        };
        if end != list.0 {
            list = (end, 0.0);
        }
        if end != 0 {
            let left: f32 = MOST - list.1;
            *score = score.max(left.min(0.0));
            list.1 += *score;
        }
    }
    out
}

/// Templates nest names: `post-content` around `entry-content`. The innermost that still holds a good part
/// of the text, and is the only one, is the text itself.
fn innermost_body(
    page: &Page,
    outer: NodeId,
    named: impl Fn(NodeId) -> bool,
    share: impl Fn(NodeId) -> f64,
) -> NodeId {
    let mut body = outer;
    for i in outer + 1..page.end(outer) {
        if named(i) && share(i) > 0.15 && page.within(i, body) {
            let rest = share(body) - share(i);
            let others = (i + 1..page.end(body)).any(|n| n >= page.end(i) && named(n) && share(n) > 0.02);
            if !others && rest > 0.1 {
                body = i;
            }
        }
    }
    body
}

fn may_hold_a_body(tag: Tag) -> bool {
    !matches!(
        tag,
        Tag::P
            | Tag::A
            | Tag::Span
            | Tag::Ul
            | Tag::Ol
            | Tag::Li
            | Tag::H1
            | Tag::H2
            | Tag::H3
            | Tag::B
            | Tag::Strong
            | Tag::Em
            | Tag::I
            | Tag::Br
            | Tag::Blockquote
            | Tag::Tr
            | Tag::Tbody
    )
}

fn sums<T: Into<f64>>(values: impl Iterator<Item = T>) -> Vec<f64> {
    let mut total = 0.0;
    std::iter::once(0.0)
        .chain(values.map(|v| {
            total += v.into();
            total
        }))
        .collect()
}

/// What a unit's text says by itself.
fn plain_score(page: &Page, unit: &Unit) -> f32 {
    let len = unit.len() as f32;
    let links = unit.link_share();
    let text = unit.text(page);
    if links > 0.5 {
        return -10.0 - 0.5 * unit.link as f32;
    }
    let tag = page.tag(unit.block);
    if tag.heading_level().is_some() {
        return if links > 0.0 { -10.0 } else { 10.0 };
    }
    let sentences = punctuation(text);
    if sentences == 0 {
        return match tag {
            Tag::Li | Tag::Td | Tag::Th | Tag::Dd | Tag::Dt | Tag::Pre if links == 0.0 => 0.0,
            _ if len < 80.0 => -8.0,
            _ => len * 0.2,
        };
    }
    if len < 60.0 && tag != Tag::P {
        return 0.0;
    }
    len * (1.0 - 1.5 * links) + if tag == Tag::P { 20.0 } else { 0.0 }
}

fn in_context(plain: f32, unit: &Unit, context: Cue) -> f32 {
    match context {
        Cue::Body if plain > 0.0 => plain * 1.2,
        Cue::Caption => plain.min(0.0),
        Cue::Comments | Cue::Related => -5.0 - unit.len() as f32 * 0.5,
        c if c.is_negative() => -5.0 - unit.len() as f32 * 0.3,
        _ => plain,
    }
}

/// Marks that sentences have and labels have not.
pub(super) fn punctuation(text: &str) -> usize {
    let mut count = 0;
    for (at, b) in text.bytes().enumerate() {
        count += usize::from(match b {
            b',' | b'.' | b';' | b'!' | b'?' => {
                text[..at].chars().next_back().is_some_and(|c| !c.is_whitespace())
            }
            // The first bytes of the others.
            0xd8 | 0xe0 | 0xe2 | 0xe3 | 0xef => {
                text[at..].starts_with(['。', '，', '、', '；', '！', '？', '：', '…', '।', '،', '؟'])
            }
            _ => false,
        });
    }
    count
}

#[cfg(test)]
mod tests {
    use super::punctuation;

    #[test]
    fn marks_of_sentences_are_counted() {
        assert_eq!(punctuation("One, two. Three … four ?"), 3);
        assert_eq!(punctuation(", a\u{a0}.b\u{3000}!"), 0);
        assert_eq!(punctuation("他说：“好。”、是！ कहा। قال، نعم؟"), 7);
    }
}
