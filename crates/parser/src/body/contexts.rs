//! What is called what: which names of the template's parts are believed, and what that makes of every
//! node and unit.

use super::{
    cues::{Classes, Cue, by_tag, cue},
    repeats,
    score::{Survey, may_hold_a_body},
    units::Unit,
};
use crate::{NodeId, Page, Tag};
use std::collections::HashMap;

/// Bytes of sentences that a form has at most; what has more is a page in a form.
const FORM: f64 = 300.0;

/// Bytes of sentences beside the comments that make an article with many comments; where less is, the talk
/// is what the page is about.
const ARTICLE: f64 = 600.0;

/// Which names of the template's parts are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    All,
    /// The standard's tags, and what is called a comment.
    Comments,
    /// The standard's tags alone.
    Tags,
}

impl Trust {
    fn cue<'p>(self, page: &'p Page, i: NodeId, classes: &mut Classes<'p>) -> Cue {
        match self {
            Self::All => cue(page, i, classes),
            Self::Comments | Self::Tags => match cue(page, i, classes) {
                Cue::Comments if self == Self::Comments => Cue::Comments,
                cue @ (Cue::Standfirst | Cue::Caption | Cue::Consent) => cue,
                _ => by_tag(page.tag(i)),
            },
        }
    }
}

impl Survey {
    /// A negative name is not believed where what bears it holds most of the page's sentences: templates
    /// call whole pages `has-sidebar` and every paragraph behind the first `paywall`.
    pub(super) fn contexts(&self, page: &Page, plain: &[f64], trust: Trust) -> (Vec<Cue>, Vec<NodeId>) {
        let whole = plain.last().copied().unwrap_or_default().max(1.0);
        let share = |i: NodeId| {
            let range = self.units_in(page, i);
            (plain[range.end] - plain[range.start]) / whole
        };
        let mut own: Vec<Cue> = vec![Cue::None; page.len()];
        let mut classes = Classes::new(Cue::None);
        let mut shares: HashMap<(&str, Cue), f64> = HashMap::new();
        let mut code_until = 0;
        for i in (0..page.len()).filter(|&i| page.tag(i) != Tag::Text) {
            if i < code_until {
                // Names within code are those of its syntax: `hljs-comment`.
                continue;
            }
            if matches!(page.tag(i), Tag::Pre | Tag::Code) {
                code_until = page.end(i);
            }
            own[i] = trust.cue(page, i, &mut classes);
            if matches!(page.tag(i), Tag::Form | Tag::Fieldset) && share(i) * whole > FORM {
                own[i] = Cue::None;
            }
            if own[i].is_negative() || own[i] == Cue::Caption {
                *shares.entry((page.class(i), own[i])).or_default() += share(i);
            }
        }
        let commented = commented(page, &own, share);
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
            } else if own.is_negative() || own == Cue::Caption {
                let beside = !bodies.is_empty() && !holds_body(i);
                // `<footer>` and `<nav>` are the standard's words, not a template's.
                let certain = matches!(page.tag(i), Tag::Footer | Tag::Nav);
                let most = match own {
                    Cue::Consent => f64::MAX,
                    Cue::Comments if (1.0 - commented) * whole > ARTICLE => f64::MAX,
                    Cue::Comments => 0.9,
                    Cue::Hidden | Cue::Caption => 0.25,
                    _ if beside || certain => 0.9,
                    _ => 0.5,
                };
                let together = shares.get(&(page.class(i), own)).copied().unwrap_or_default();
                if together > most {
                    own = Cue::None;
                }
            }
            context[i] = match (inherited, own) {
                (Cue::Consent, _) => inherited,
                // A quoted post is content, whatever the box it is embedded in is called.
                (Cue::Promotion, _) if page.tag(i) == Tag::Blockquote => Cue::None,
                (c, Cue::None | Cue::Content | Cue::Caption | Cue::Standfirst) if c.is_negative() => c,
                (Cue::Comments | Cue::Related, Cue::Body) => inherited,
                (c, Cue::None) => c,
                (Cue::Body, Cue::Content | Cue::Widget | Cue::Standfirst) => Cue::Body,
                (_, own) => own,
            };
        }
        bodies.retain(|&b| !context[b].is_negative());
        (context, bodies)
    }
}

/// What most of a unit's text is called: the date in a heading and the comment in a listing of code are
/// parts of it.
pub(super) fn prevailing(page: &Page, unit: &Unit, context: &[Cue]) -> Cue {
    if unit.first == unit.last {
        return context[unit.first];
    }
    let (mut negative, mut other) = ((0, Cue::None), None);
    for i in (unit.first..=unit.last).filter(|&i| page.tag(i) == Tag::Text) {
        if context[i].is_negative() {
            negative = (negative.0 + page.text_len(i), context[i]);
        } else {
            other.get_or_insert(context[i]);
        }
    }
    match other {
        Some(other) if negative.0 * 2 < unit.len() => other,
        _ => negative.1,
    }
}

/// See [`Survey::muted`]; in order.
pub(super) fn muted(page: &Page, survey: &Survey, context: &[Cue]) -> Vec<NodeId> {
    let mixed =
        survey.units.iter().zip(&survey.context).filter(|(u, c)| u.first != u.last && !c.is_negative());
    mixed
        .flat_map(|(unit, _)| unit.first..=unit.last)
        .filter(|&i| page.tag(i) == Tag::Text && matches!(context[i], Cue::Hidden | Cue::Promotion))
        .collect()
}

/// Share of the page's sentences that stands in comments. What holds the title is no comment, whatever its
/// state is called.
fn commented(page: &Page, own: &[Cue], share: impl Fn(NodeId) -> f64) -> f64 {
    let (mut sum, mut until) = (0.0, 0);
    for i in (0..page.len()).filter(|&i| own[i] == Cue::Comments) {
        if i >= until && page.all_in(i, Tag::H1).next().is_none() {
            sum += share(i);
            until = page.end(i);
        }
    }
    sum
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
            let beside = |n: NodeId| !page.within(n, i) && !page.within(i, n);
            let others = (body + 1..page.end(body)).any(|n| beside(n) && named(n) && share(n) > 0.02);
            if !others && rest > 0.1 {
                body = i;
            }
        }
    }
    body
}
