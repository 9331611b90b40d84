//! How much each run of text looks like an article's, and which element holds the most of it.
//!
//! Every unit gets a signed number of bytes: sentences count for it, link lists and stray words against.
//! The body's root is the element with the greatest sum, so it grows while what it takes in speaks for it
//! (a standfirst above the text) and stops where it does not (a sidebar beside it).

use super::{
    byline::ends_sentence,
    contexts::{self, Trust},
    credits,
    cues::Cue,
    units::Unit,
    witness::{self, Testimony},
};
use crate::{NodeId, Page, Tag};

/// What speaks against a part, where names are not trusted: so little that only long lists keep it out.
const LENIENT: f32 = 0.2;

/// Units, cues and scores of a page.
pub(super) struct Survey {
    pub(super) units: Vec<Unit>,
    /// Outermost elements that the template names as the body and that hold some of the text.
    bodies: Vec<NodeId>,
    /// The cue that is in force at each unit: that of most of its text, its own or that of the nearest
    /// ancestor that has one.
    pub(super) context: Vec<Cue>,
    /// Text nodes that stand in a unit but are not of it: a tooltip, a word for screen readers.
    pub(super) muted: Vec<NodeId>,
    /// Score of each unit.
    pub(super) scores: Vec<f32>,
    /// What the page's own JSON-LD says of the units.
    pub(super) testimony: Option<Testimony>,
    /// Sums of `scores` up to each unit: one longer than `units`.
    sums: Vec<f64>,
}

impl Survey {
    pub(super) fn new(page: &Page, units: Vec<Unit>, trust: Trust) -> Self {
        let plain: Vec<f32> = units.iter().map(|u| plain_score(page, u)).collect();
        let plain_sums = sums(plain.iter().map(|s| s.max(0.0)));
        let testimony = witness::hear(page, &units);
        let mut survey = Self {
            units,
            bodies: Vec::new(),
            context: Vec::new(),
            muted: Vec::new(),
            scores: Vec::new(),
            testimony,
            sums: Vec::new(),
        };
        let context;
        (context, survey.bodies) = survey.contexts(page, &plain_sums, trust);
        survey.context = survey.units.iter().map(|u| contexts::prevailing(page, u, &context)).collect();
        credits::tell_captions(page, &mut survey);
        survey.muted = contexts::muted(page, &survey, &context);
        survey.scores = survey
            .units
            .iter()
            .zip(&plain)
            .zip(&survey.context)
            .map(|((unit, &plain), &context)| in_context(plain, unit, context))
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
        let mut scores = capped(page, &survey.units, &survey.scores);
        if trust != Trust::All {
            scores.iter_mut().filter(|s| **s < 0.0).for_each(|s| *s *= LENIENT);
        }
        survey.sums = sums(scores.into_iter());
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
        let mut left = GAP;
        for i in range {
            // What is called something else is left out in any case, however long it is.
            let score =
                if self.context[i].is_negative() { self.scores[i].max(-left) } else { self.scores[i] };
            left = if self.context[i].is_negative() { left + score.min(0.0) } else { GAP };
            sum += score;
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

    /// The element that holds the body.
    pub(super) fn root(&self, page: &Page) -> Option<NodeId> {
        let richest = self.richest(page);
        let root = self
            .named(page, richest)
            .or_else(|| self.short(page, richest))
            .or(richest)
            .or_else(|| self.amid_stray_words(page))?;
        Some(self.first_of_several(page, root).unwrap_or(root))
    }

    /// What holds all that the template names as the body, if that is a good part of what there is.
    fn named(&self, page: &Page, richest: Option<NodeId>) -> Option<NodeId> {
        let (&first, &last) = (self.bodies.first()?, self.bodies.last()?);
        let common = std::iter::once(first).chain(page.ancestors(first)).find(|&i| page.within(last, i))?;
        let good = |i: NodeId| self.scores[self.units_in(page, i)].iter().map(|s| s.max(0.0)).sum::<f32>();
        (good(common) > 0.35 * richest.map_or(0.0, good)).then_some(common)
    }

    /// What holds the best stretch, where every element holds more stray words and links than sentences: a list
    /// without end stands in the same element as the text, as where that was never closed.
    fn amid_stray_words(&self, page: &Page) -> Option<NodeId> {
        const LEAST: f32 = 200.0;
        let stretch = self.core(0..self.units.len());
        let (first, last) = (self.units.get(stretch.start)?, self.units.get(stretch.end.checked_sub(1)?)?);
        if self.scores[stretch].iter().sum::<f32>() < LEAST {
            return None;
        }
        page.ancestors(first.first).find(|&i| page.within(last.last, i) && may_hold_a_body(page.tag(i)))
    }

    /// A page's only `<article>`, with little in what it names its body: the terms in some box are longer, but
    /// are not what the page is about.
    fn short(&self, page: &Page, richest: Option<NodeId>) -> Option<NodeId> {
        const LITTLE: f64 = 400.0;
        let mut articles = page.all(Tag::Article);
        let article = articles.next().filter(|_| articles.next().is_none())?;
        let elsewhere = richest.is_some_and(|i| {
            !page.within(i, article) && !page.within(article, i) && self.sum(page, i) < LITTLE
        });
        let named = |i: usize| self.context[i] == Cue::Body && self.scores[i] > 0.0;
        (elsewhere && self.units_in(page, article).any(named)).then_some(article)
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

pub(super) fn may_hold_a_body(tag: Tag) -> bool {
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

/// The most that a box amid the text, which its names keep out of it, speaks against what stands before it.
const GAP: f32 = 300.0;

/// Bytes beside its links that a paragraph has which is more than they are.
const TOLD: usize = 60;

/// What a unit's text says by itself.
fn plain_score(page: &Page, unit: &Unit) -> f32 {
    let len = unit.len() as f32;
    let links = unit.link_share();
    let text = unit.text(page);
    let tag = page.tag(unit.block);
    if links > 0.5 {
        // Sentences that link their words, not links.
        let told = tag == Tag::P && unit.len() - unit.link >= TOLD && ends_sentence(text);
        return if told { 0.0 } else { -10.0 - 0.5 * unit.link as f32 };
    }
    if tag.heading_level().is_some() {
        return if links > 0.0 { -10.0 } else { 10.0 };
    }
    let sentences = punctuation(text);
    if sentences == 0 {
        return match tag {
            // What leads to a list or a quotation.
            Tag::P if text.ends_with(':') => 0.0,
            Tag::Li | Tag::Td | Tag::Th | Tag::Dd | Tag::Dt | Tag::Pre if links == 0.0 => 0.0,
            _ if len < 80.0 || !has_words(text) => -8.0,
            _ => len * 0.2,
        };
    }
    if len < 60.0 && tag != Tag::P {
        return 0.0;
    }
    len * (1.0 - 1.5 * links) + if tag == Tag::P { 20.0 } else { 0.0 }
}

/// Whether a text has words: most of what stands between its spaces is more than one character, unless a
/// character is a word.
fn has_words(text: &str) -> bool {
    let words = text.split_ascii_whitespace();
    let (all, short) = words.fold((0, 0), |(all, short), w| {
        (all + 1, short + usize::from(w.len() == 1 || w.len() == 2 && w.chars().count() == 1))
    });
    short * 2 < all
}

fn in_context(plain: f32, unit: &Unit, context: Cue) -> f32 {
    match context {
        Cue::Body if plain > 0.0 => plain * 1.2,
        Cue::Caption => plain.min(0.0),
        // Labels for screen readers stand among controls; how long they are says nothing.
        Cue::Hidden => -6.0,
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
