//! Lists of other articles, told by their shape: neighbours of one kind, each a linked headline with a few
//! words under it.

use super::score::Survey;
use crate::{NodeId, Page, Tag};

/// Fewest entries of a list; two linked boxes may be anything.
const FEWEST: usize = 3;

/// Most bytes of an entry; what is longer is a section of an article.
const LONGEST: usize = 1000;

/// The entries of all such lists.
pub(super) fn teasers(page: &Page, survey: &Survey) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut members: Vec<NodeId> = Vec::new();
    for i in page.body()..page.end(page.body()) {
        if !matches!(
            page.tag(i),
            Tag::Div | Tag::Section | Tag::Ul | Tag::Ol | Tag::Main | Tag::Aside | Tag::Td
        ) {
            continue;
        }
        members.clear();
        for child in page.children(i) {
            match members.first() {
                Some(&first) if !same_kind(page, first, child) => {
                    take(page, survey, &members, &mut found);
                    members.clear();
                    members.push(child);
                }
                _ => members.push(child),
            }
        }
        take(page, survey, &members, &mut found);
    }
    found
}

fn same_kind(page: &Page, a: NodeId, b: NodeId) -> bool {
    let first_class = |i| page.class(i).split_ascii_whitespace().next().unwrap_or_default();
    page.tag(a) == page.tag(b) && (page.tag(a) == Tag::Li || first_class(a) == first_class(b))
}

fn take(page: &Page, survey: &Survey, members: &[NodeId], found: &mut Vec<NodeId>) {
    if members.len() < FEWEST {
        return;
    }
    let teasers: Vec<NodeId> = members.iter().copied().filter(|&m| is_teaser(page, survey, m)).collect();
    if teasers.len() < FEWEST || teasers.len() * 5 < members.len() * 3 {
        return;
    }
    // A neighbour far longer than they are is the article they stand beside.
    let mean = teasers.iter().map(|&t| page.text_len(t)).sum::<usize>() / teasers.len();
    let longest = LONGEST.max(4 * mean);
    found.extend(members.iter().filter(|&&m| page.text_len(m) < longest));
}

/// A linked headline and at most a summary.
fn is_teaser(page: &Page, survey: &Survey, i: NodeId) -> bool {
    if !matches!(page.tag(i), Tag::Li | Tag::Div | Tag::Article | Tag::Section | Tag::A) {
        return false;
    }
    let len = page.text_len(i);
    if !(12..LONGEST).contains(&len) {
        return false;
    }
    let units = &survey.units[survey.units_in(page, i)];
    let headlines = units.iter().filter(|u| u.link_share() > 0.9 && u.len() >= 12);
    // More links than words around them is a list of links, which needs no finding.
    (1..=4).contains(&headlines.clone().count())
        && units.len() >= 2
        && headlines.clone().all(|u| is_own(page, u.first))
}

/// Whether the link around a text leads to a page of the same site: a list of books or shops does not.
fn is_own(page: &Page, text: NodeId) -> bool {
    let link = page.ancestors(text).take(6).find(|&i| page.tag(i) == Tag::A);
    let href =
        link.and_then(|a| page.attr_atom(a, &html5ever::local_name!("href"))).unwrap_or_default().trim();
    let Some((_, rest)) = href.split_once("//") else { return !href.is_empty() };
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    page.base.host_str().is_some_and(|own| site(own) == site(host))
}

/// The last two labels of a host: enough to tell a shop from the paper's own domain.
fn site(host: &str) -> &str {
    let dot = host.rmatch_indices('.').nth(1).map_or(0, |(at, _)| at + 1);
    &host[dot..]
}
