//! Links of one kind and the records they stand in.

use super::{pager, survey::Survey, text};
use crate::{NodeId, Page, Tag};
use std::collections::HashMap;

/// Elements above a link that are looked at for the record it belongs to.
const LEVELS: usize = 12;

/// Links on one path, grouped into records.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    /// Records in document order.
    pub(super) records: Vec<Record>,
}

/// One entry: the link of the cluster's kind that names it, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    /// Index into [`Survey::links`].
    pub(super) link: usize,
    /// The element that holds the record, or only begins it (`dt`, `h3`); the link itself at level 0.
    pub(super) root: NodeId,
    /// Nodes of the page that belong to it: from `root` to here.
    pub(super) end: NodeId,
}

impl Record {
    /// Bytes of [`Page::full_text`].
    pub(super) fn range(&self, page: &Page) -> std::ops::Range<usize> {
        let start = page.text_range(self.root).start;
        start..page.text_range(self.end - 1).end.max(start)
    }

    pub(super) fn text<'p>(&self, page: &'p Page) -> &'p str {
        page.full_text().get(self.range(page)).unwrap_or_default().trim()
    }
}

/// All clusters of the page, in order of their first link.
pub(super) fn clusters(survey: &Survey<'_>, expected: bool) -> Vec<Cluster> {
    let mut by_path: HashMap<u64, usize> = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (i, link) in survey.links.iter().enumerate() {
        let at = *by_path.entry(link.path).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[at].push(i);
    }
    // The months of an archive are lists of everybody's works.
    let period = |l: &usize| text::names_period(survey.links[*l].text, survey.links[*l].href);
    groups.retain(|links| links.iter().filter(|l| period(l)).count() * 2 < links.len());
    groups.iter().filter_map(|links| cluster(survey, &without_repeated(survey, links), expected)).collect()
}

/// Without links whose text is that of many of them ("Summary", "Download" beside each title), unless
/// that leaves none.
fn without_repeated(survey: &Survey<'_>, links: &[usize]) -> Vec<usize> {
    if links.len() < 8 {
        return links.to_vec();
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for &l in links {
        *counts.entry(survey.links[l].text).or_default() += 1;
    }
    let frequent = |count: usize| count > 2 && count * 7 > links.len();
    let kept: Vec<usize> =
        links.iter().copied().filter(|&l| !frequent(counts[survey.links[l].text])).collect();
    if kept.len() * 4 < links.len() { links.to_vec() } else { kept }
}

fn cluster(survey: &Survey<'_>, links: &[usize], expected: bool) -> Option<Cluster> {
    let page = survey.page;
    if let [link] = links {
        return single(survey, *link, expected);
    }
    let mut levels: Vec<Vec<NodeId>> = vec![links.iter().map(|&l| survey.links[l].node).collect()];
    for _ in 0..LEVELS {
        let below = &levels[levels.len() - 1];
        let above: Option<Vec<NodeId>> =
            below.iter().map(|&n| page.parent(n).filter(|&p| p != page.body() && p != 0)).collect();
        let Some(above) = above else { break };
        let joined = above.first() == above.last();
        levels.push(above);
        if joined {
            break;
        }
    }
    let level = record_level(survey, links, &levels);
    let mut records: Vec<Record> = Vec::new();
    for (&link, &root) in links.iter().zip(&levels[level]) {
        match records.last_mut() {
            Some(last) if last.root == root => {
                if names_better(survey, link, last.link) {
                    last.link = link;
                }
            }
            _ => records.push(Record { link, root, end: page.end(root) }),
        }
    }
    stretch(page, &mut records);
    Some(Cluster { records })
}

/// A link that has none of its kind is an entry where it stands in what is marked up as one, or, on a page that
/// is `expected` to list, beside a date and hardly anything else. A page further on in a list has little to say but
/// its entries, so there a title is enough.
fn single(survey: &Survey<'_>, link: usize, expected: bool) -> Option<Cluster> {
    let page = survey.page;
    let node = survey.links[link].node;
    let marked = || page.ancestors(node).take(LEVELS).find(|&a| is_marked_entry(page, a));
    let around = || std::iter::once(node).chain(page.ancestors(node)).take(4);
    let dated = || {
        let lone = |&a: &NodeId| page.text_len(a) <= survey.links[link].text.len() + BESIDE_TITLE;
        let holds_date =
            |&a: &NodeId| page.all_in(a, Tag::Time).next().is_some() || text::may_hold_date(page.text(a));
        around().take_while(lone).find(holds_date)
    };
    let titled = || {
        let entry =
            |&a: &NodeId| matches!(page.tag(a), Tag::Li | Tag::Tr) || page.tag(a).heading_level().is_some();
        let further = pager::is_further_page(&page.url) && is_titled(survey, link);
        further.then(|| around().find(entry).unwrap_or(node))
    };
    let root = marked().or_else(|| if expected { dated().or_else(titled) } else { None })?;
    Some(Cluster { records: vec![Record { link, root, end: page.end(root) }] })
}

/// The link is a heading, or it, what is around it or a part of it is called a title.
pub(super) fn is_titled(survey: &Survey<'_>, link: usize) -> bool {
    let page = survey.page;
    let link = &survey.links[link];
    let named = |node: NodeId| page.class(node).contains("title");
    link.heading
        || named(link.node)
        || page.parent(link.node).is_some_and(named)
        || page.children(link.node).any(named)
}

/// Bytes of an entry that is nothing but a title and a date, beside the title.
const BESIDE_TITLE: usize = 60;

/// `<article>`, h-entry, or a schema.org article: an entry, or the page's one article.
pub(super) fn is_marked_entry(page: &Page, node: NodeId) -> bool {
    page.tag(node) == Tag::Article
        || page.has_class(node, "hentry")
        || page.has_class(node, "h-entry")
        || page.attr(node, "itemtype").is_some_and(|t| t.ends_with("Article") || t.ends_with("BlogPosting"))
}

/// Of several links of one kind within a record the first one names it, unless it says nothing or a later
/// one is the document itself.
fn names_better(survey: &Survey<'_>, new: usize, old: usize) -> bool {
    let (new, old) = (&survey.links[new], &survey.links[old]);
    if old.text.is_empty() {
        return !new.text.is_empty();
    }
    old.action && text::is_document(new.href) && !text::is_document(old.href)
}

/// The level at which records stand side by side. On the step from the records to their list the number of
/// elements falls. Where it falls more than once (a list a year, several links a record), links that read
/// like titles are a record each; of others ("PDF", "Word") several belong to one.
fn record_level(survey: &Survey<'_>, links: &[usize], levels: &[Vec<NodeId>]) -> usize {
    let counts: Vec<usize> = levels.iter().map(|l| distinct(l)).collect();
    let drop = |level: usize| counts[level] as f64 / counts.get(level + 1).copied().unwrap_or(1) as f64;
    let steps: Vec<usize> = (0..counts.len()).filter(|&l| counts[l] > 1 && drop(l) >= 1.3).collect();
    let Some(&deepest) = steps.first() else { return 0 };
    let titles = links.iter().filter(|&&l| survey.is_title(l)).count();
    if titles * 2 > links.len() {
        // An entry each, of which some share a section of the list: a year's, a month's.
        let entry_each = |l: usize| {
            counts[l] == links.len()
                && counts.get(l + 1).is_some_and(|&above| above < counts[l])
                && levels[l].iter().all(|&n| is_marked_entry(survey.page, n) || survey.page.tag(n) == Tag::Li)
        };
        if let Some(level) = (0..counts.len()).find(|&l| entry_each(l)) {
            return level;
        }
        let holds_record =
            |l: usize| matches!(survey.page.tag(levels[l][0]), Tag::Li | Tag::Tr | Tag::Article | Tag::Td);
        return if deepest == 0 && steps.contains(&1) && holds_record(1) { 1 } else { deepest };
    }
    let marked =
        |l: &usize| matches!(survey.page.tag(levels[*l][0]), Tag::Li | Tag::Tr | Tag::Article | Tag::Dt);
    if let Some(level) = steps.iter().copied().find(marked) {
        return level;
    }
    steps.into_iter().rev().max_by(|&a, &b| drop(a).total_cmp(&drop(b))).unwrap_or(0)
}

/// Neighbouring elements that differ; the list is in document order, so equal ones are neighbours.
fn distinct(nodes: &[NodeId]) -> usize {
    1 + nodes.windows(2).filter(|w| w[0] != w[1]).count()
}

/// What stands between a record's root and the next one's belongs to it, where they are siblings: the `dd`
/// of a `dt`, the paragraph under a linked heading, the text after a link. The last record takes as many
/// siblings as the one before it had.
pub(super) fn stretch(page: &Page, records: &mut [Record]) {
    let mut usual = 0;
    for i in 0..records.len() {
        let Some(parent) = page.parent(records[i].root) else { continue };
        let next = records.get(i + 1).filter(|n| page.parent(n.root) == Some(parent)).map(|n| n.root);
        let mut end = page.end(records[i].root);
        match next {
            Some(next) => {
                usual = 0;
                while end < next {
                    end = page.end(end);
                    usual += 1;
                }
            }
            None => {
                for _ in 0..usual.min(8) {
                    if end < page.end(parent) {
                        end = page.end(end);
                    }
                }
            }
        }
        records[i].end = end;
    }
}
