//! Lists whose entries need not be links: titles as text, publications as whole references.

use super::select::heading_before;
use super::survey::Survey;
use super::{text, words};
use crate::{NodeId, Page, Tag};

/// A list and its entries.
#[derive(Debug, Clone)]
pub(super) struct Plain {
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) root: NodeId,
    /// Index into [`Survey::links`] of the link that names it, where there is one.
    pub(super) link: Option<usize>,
}

/// Fewest entries of a list that no heading introduces.
const LEAST: usize = 4;

/// The lists that a heading calls the works of the page's person, joined where there are several (one a year, one a
/// kind); else, where `any`, the list with most text among those whose entries read like works.
pub(super) fn find(survey: &Survey<'_>, any: bool) -> Option<Plain> {
    let page = survey.page;
    let mut own: Option<Plain> = None;
    let mut best: Option<(usize, Plain)> = None;
    for list in lists(page) {
        if page.text_len(list) < 30 || is_within_navigation(page, list) {
            continue;
        }
        let heading = heading_before(page, list).unwrap_or_default();
        let own_works = words::heads_own_works(&heading);
        if !own_works && !any {
            continue;
        }
        let entries = entries(survey, list);
        if own_works && entries.len() > 1 {
            match &mut own {
                Some(plain) => plain.entries.extend(entries),
                None => own = Some(Plain { entries }),
            }
        } else if any && entries.len() >= LEAST && read_like_works(page, &entries) {
            let weight = page.text_len(list);
            if best.as_ref().is_none_or(|(w, _)| weight > *w) {
                best = Some((weight, Plain { entries }));
            }
        }
    }
    own.or(best.map(|(_, plain)| plain))
}

/// Lists, tables, and elements right after a heading, in document order of each kind.
fn lists(page: &Page) -> impl Iterator<Item = NodeId> + '_ {
    let headings = [Tag::H1, Tag::H2, Tag::H3, Tag::H4, Tag::H5].into_iter().flat_map(|t| page.all(t));
    let after = headings.filter_map(|h| {
        let next = page.end(h);
        (next < page.len() && page.parent(next) == page.parent(h) && page.tag(next) == Tag::Div)
            .then_some(next)
    });
    [Tag::Ul, Tag::Ol, Tag::Dl, Tag::Table].into_iter().flat_map(|t| page.all(t)).chain(after)
}

fn is_within_navigation(page: &Page, node: NodeId) -> bool {
    page.ancestors(node).any(|a| matches!(page.tag(a), Tag::Nav | Tag::Footer | Tag::Form))
}

/// Entries of a list: its items, rows or paragraphs that hold a title.
fn entries(survey: &Survey<'_>, list: NodeId) -> Vec<Entry> {
    let page = survey.page;
    let items: Vec<NodeId> = match page.tag(list) {
        Tag::Table => {
            page.all_in(list, Tag::Tr).filter(|&r| page.all_in(r, Tag::Td).next().is_some()).collect()
        }
        _ => page
            .children(list)
            .filter(|&c| matches!(page.tag(c), Tag::Li | Tag::Dd | Tag::P | Tag::Div))
            .collect(),
    };
    items
        .into_iter()
        .filter(|&i| (6..=400).contains(&text::weight(page.text(i))) && !words::is_action(page.text(i)))
        .map(|root| {
            let from = survey.links.partition_point(|l| l.node < root);
            let inside = survey.links[from..].iter().take_while(|l| l.node < page.end(root));
            let link = inside.enumerate().find(|(_, l)| l.weight >= 6 && !l.action).map(|(i, _)| from + i);
            Entry { root, link }
        })
        .collect()
}

/// Most are long, most have a year, and they are no menu of links.
fn read_like_works(page: &Page, entries: &[Entry]) -> bool {
    let share =
        |f: &dyn Fn(&Entry) -> bool| entries.iter().filter(|e| f(e)).count() as f64 / entries.len() as f64;
    let long = share(&|e| text::weight(page.text(e.root)) >= 24);
    let dated = share(&|e| text::may_hold_date(page.text(e.root)));
    let unlinked = share(&|e| page.link_len(e.root) * 2 < page.text_len(e.root));
    long > 0.7 && dated > 0.6 && unlinked > 0.5
}

/// Items without a link among the entries of a list that was found by its links: titles that are not online.
/// `roots` are in document order.
pub(super) fn unlinked_beside(survey: &Survey<'_>, roots: &[NodeId]) -> Vec<NodeId> {
    let page = survey.page;
    let mut lists: Vec<NodeId> = roots.iter().filter_map(|&r| page.parent(r)).collect();
    lists.dedup();
    lists
        .into_iter()
        .filter(|&l| matches!(page.tag(l), Tag::Ul | Tag::Ol))
        .flat_map(|l| page.children(l))
        .filter(|&c| page.tag(c) == Tag::Li && roots.binary_search(&c).is_err() && page.link_len(c) == 0)
        .filter(|&c| page.all_in(c, Tag::A).next().is_none())
        .filter(|&c| (12..=300).contains(&text::weight(page.text(c))) && !words::is_action(page.text(c)))
        .collect()
}
