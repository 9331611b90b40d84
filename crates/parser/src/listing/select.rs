//! Which cluster is the page's list of works, and which records belong to it.

use super::cluster::{Cluster, Record, clusters, is_marked_entry, is_titled, stretch};
use super::pager::{is_further_page, plain_address};
use super::score::{self, Score};
use super::shape::Shape;
use super::survey::Survey;
use super::{
    text,
    words::{self, Region},
};
use crate::{NodeId, Page, Tag, body::Body};
use model::PageKind;
use std::collections::{HashMap, HashSet};

/// Below this a cluster is a few stray links.
const LEAST: f64 = 55.0;

/// Place of what no part around it is called a menu, a sidebar or the like.
const SURELY_WITHIN: f64 = 0.99;

/// The list that was chosen.
pub(super) struct Choice {
    pub(super) records: Vec<Record>,
    pub(super) score: Score,
    /// The heading over the list, where one stands near.
    pub(super) heading: Option<String>,
    /// The heading says that these are the works of the page's person.
    pub(super) own_works: bool,
}

/// The lists of a page, best first, and how they compare with what else it says.
pub(super) struct Selection {
    pub(super) choices: Vec<Choice>,
    pub(super) contrast: Contrast,
}

/// The best list against the page's own text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Contrast {
    /// Bytes of the body's text outside the best list.
    pub(super) own: usize,
    /// Share of it in both.
    pub(super) share: f64,
    /// Share of the list's addresses that have the form of the page's own: what is listed is of its kind.
    pub(super) alike: f64,
    /// That form has a number, so that it tells more.
    pub(super) numbered: bool,
    /// Share of the list's addresses on other hosts.
    pub(super) outward: f64,
}

/// Finds the lists of the page. `expected`: it is one of a list, so that one entry may be all it has.
pub(super) fn select(survey: &Survey<'_>, body: &Body, expected: bool) -> Selection {
    let mut choices: Vec<Choice> = clusters(survey, expected)
        .into_iter()
        .filter_map(|cluster| {
            let mut score = score::score(survey, &cluster);
            if score.works == 1 && !is_single_entry(survey, &cluster, &score, expected) {
                return None;
            }
            // Titles may be short, and there is hardly another beside them.
            let titled = || cluster.records.iter().all(|r| is_titled(survey, r.link));
            let rest = score.works == 1 || is_further_page(&survey.page.url) && titled();
            if expected && rest && score.place > SURELY_WITHIN {
                score.list = score.list.max(LEAST);
                score.total = score.total.max(LEAST);
            }
            (score.list >= LEAST).then(|| of_the_list(survey, score, &cluster))
        })
        .collect();
    choices.sort_by(|a, b| b.score.total.total_cmp(&a.score.total));
    let mut selection = Selection { choices, contrast: Contrast::default() };
    selection.contrast = contrast(survey, body, selection.best());
    selection
}

/// One entry alone: the last page of a list, or the only work of an author. The page's own article, whose
/// heading may link to the page itself, is none.
fn is_single_entry(survey: &Survey<'_>, cluster: &Cluster, score: &Score, expected: bool) -> bool {
    let [record] = cluster.records.as_slice() else { return false };
    let page = survey.page;
    let link = &survey.links[record.link];
    let here = plain_address(&page.url);
    let titled = || {
        link.heading
            || page.class(link.node).contains("title")
            || expected
                && (is_titled(survey, record.link)
                    || matches!(page.tag(record.root), Tag::Li | Tag::Tr | Tag::Dt)
                        && link.weight >= text::TITLE)
    };
    !link.action
        && (is_marked_entry(page, record.root) || score.place > SURELY_WITHIN)
        && titled()
        && page.base.join(link.href).is_ok_and(|u| plain_address(&u) != here && u.host() == page.url.host())
}

impl Selection {
    /// The best list of anything in the page's main content.
    pub(super) fn best(&self) -> Option<&Choice> {
        self.choices.iter().filter(|c| c.lists()).max_by(|a, b| a.score.list.total_cmp(&b.score.list))
    }

    /// The page's list of works, if it has one. On an article page only a list that is said to be the author's is.
    pub(super) fn chosen(self, survey: &Survey<'_>, kind: PageKind) -> Option<Choice> {
        let article = kind == PageKind::Article;
        let mut choice = self.choices.into_iter().find(|c| c.own_works || (!article && c.stands()))?;
        without_outliers(survey.page, &mut choice.records);
        choice.records = with_siblings(survey, choice.records);
        if !article {
            choice.records = with_leading(survey, choice.records);
        }
        Some(choice)
    }
}

impl Choice {
    /// A list in the main content, be it of works or of wares.
    fn lists(&self) -> bool {
        self.score.list * self.score.place.powf(1.5) >= LEAST
    }

    /// In the main content, or strong enough to be a list of works wherever it stands.
    fn stands(&self) -> bool {
        self.score.total * self.score.place.powf(1.5) >= LEAST
    }
}

/// What a list under a heading such as "Popular" is worth.
const OTHERS: f64 = 0.25;

/// The cluster's records, without lists among them that stand under a heading or in a place for something
/// else than the rest.
fn of_the_list(survey: &Survey<'_>, mut score: Score, cluster: &Cluster) -> Choice {
    let page = survey.page;
    let mut lists: Vec<(f64, Option<String>, Vec<Record>)> = Vec::new();
    let mut parent = None;
    for record in &cluster.records {
        if parent != Some(page.parent(record.root)) {
            parent = Some(page.parent(record.root));
            let heading = heading_before(page, record.root);
            // After the list of somebody's works, what is recent on the site is anybody's.
            let recent = !lists.is_empty() && heading.as_deref().is_some_and(words::heads_recent);
            let others = recent || heading.as_deref().is_some_and(words::heads_other_lists);
            let worth = score::place(survey, record) * if others { OTHERS } else { 1.0 };
            lists.push((worth, heading, Vec::new()));
        }
        if let Some(list) = lists.last_mut() {
            list.2.push(*record);
        }
    }
    let best = lists.iter().map(|l| l.0).fold(0.0, f64::max);
    lists.retain(|l| l.0 * 2.0 > best);
    let heading = lists.first().and_then(|l| l.1.clone());
    let records: Vec<Record> = lists.into_iter().flat_map(|l| l.2).collect();
    let share = records.len() as f64 / cluster.records.len().max(1) as f64;
    // The score's place is the mean; what remains stands in the best one.
    let gain = (best / score.place.max(0.01)).min(1.0 / share.max(0.01)) * share;
    score.total *= gain;
    score.list *= gain;
    score.place = best;
    let own_works = heading.as_deref().is_some_and(words::heads_own_works);
    Choice { records, score, heading, own_works }
}

/// In a list of dated entries, links before the first and after the last dated one are something else.
fn without_outliers(page: &Page, records: &mut Vec<Record>) {
    let dated: Vec<bool> = records.iter().map(|r| text::may_hold_date(r.text(page))).collect();
    let count = dated.iter().filter(|d| **d).count();
    if count * 10 < dated.len() * 7 {
        return;
    }
    let first = dated.iter().position(|d| *d).unwrap_or(0);
    let last = dated.iter().rposition(|d| *d).map_or(0, |at| at + 1);
    records.truncate(last);
    records.drain(..first);
}

/// What stands before a list and is longer is no heading, and holds none that is meant for the list.
const HEADING_BYTES: usize = 600;

/// Links from which on a text is a menu.
const MENU_LINKS: usize = 3;

/// The nearest short text before `node`: a heading, or what serves as one.
pub(super) fn heading_before(page: &Page, node: NodeId) -> Option<String> {
    let mut at = node;
    for _ in 0..5 {
        let parent = page.parent(at)?;
        while let Some(before) = previous(page, at) {
            if page.text(before).is_empty() {
                at = before;
                continue;
            }
            if page.text_len(before) > HEADING_BYTES {
                return None;
            }
            let inner = (before..page.end(before)).rfind(|&d| page.tag(d).heading_level().is_some());
            let menu = page.link_len(before) * 2 > page.text_len(before)
                && page.all_in(before, Tag::A).nth(MENU_LINKS - 1).is_some();
            if inner.is_none() && menu {
                return None;
            }
            let text = page.text(inner.unwrap_or(before));
            return (text.len() <= 120).then(|| text.to_owned());
        }
        if parent == page.body() {
            return None;
        }
        at = parent;
    }
    None
}

/// The sibling before a node.
fn previous(page: &Page, node: NodeId) -> Option<NodeId> {
    let parent = page.parent(node)?;
    let mut at = node.checked_sub(1).filter(|&n| n > parent)?;
    while let Some(up) = page.parent(at).filter(|&up| up != parent) {
        at = up;
    }
    Some(at)
}

fn contrast(survey: &Survey<'_>, body: &Body, best: Option<&Choice>) -> Contrast {
    let page = survey.page;
    let records = best.map(|b| b.records.as_slice()).unwrap_or_default();
    let listed: usize = records.iter().map(|r| r.range(page).len()).sum();
    let own = own_text(page, body, records);
    let shape = Shape::of(page.url.path(), page.url.query());
    let sample = &records[..records.len().min(40)];
    let urls: Vec<_> = sample.iter().filter_map(|r| page.base.join(survey.links[r.link].href).ok()).collect();
    let share_of = |f: &dyn Fn(&url::Url) -> bool| {
        urls.iter().filter(|u| f(u)).count() as f64 / urls.len().max(1) as f64
    };
    let alike = share_of(&|u| u.host() == page.url.host() && Shape::of(u.path(), u.query()) == shape);
    Contrast {
        own,
        share: own as f64 / (own + listed).max(1) as f64,
        alike: if shape.is_telling() { alike } else { 0.0 },
        numbered: shape.has_number(),
        outward: share_of(&|u| u.host() != page.url.host()),
    }
}

/// Bytes of the body's text that are not part of the records.
fn own_text(page: &Page, body: &Body, records: &[Record]) -> usize {
    if body.root.is_none() {
        return 0;
    }
    let (start, end) = (page.text_range(body.first).start, page.text_range(body.last).end);
    let overlap: usize = records
        .iter()
        .map(|r| r.range(page))
        .map(|r| r.end.min(end).saturating_sub(r.start.max(start)))
        .sum();
    // The body may be a part of what lies between its ends; so is what it shares with the records.
    let length = end.saturating_sub(start).max(1);
    let overlap = overlap * body.text_len.min(length) / length;
    body.text_len.saturating_sub(overlap)
}

/// Adds the entries that stand between the records, or beside them, and are marked up in another way: the
/// first one in large, a sticky one, one of another kind.
fn with_siblings(survey: &Survey<'_>, records: Vec<Record>) -> Vec<Record> {
    let page = survey.page;
    let Some(tag) = records.first().map(|r| page.tag(r.root)).filter(|t| is_entry(*t)) else {
        return records;
    };
    let taken: HashSet<NodeId> = records.iter().map(|r| r.root).collect();
    let headed = records.iter().filter(|r| survey.links[r.link].heading).count() * 2 > records.len();
    let mut all = records.clone();
    let mut counts: HashMap<NodeId, usize> = HashMap::new();
    records.iter().filter_map(|r| page.parent(r.root)).for_each(|p| *counts.entry(p).or_default() += 1);
    let lists = counts.into_iter().filter(|(_, n)| *n > 1).map(|(list, _)| list);
    for list in lists {
        for sibling in page.children(list).filter(|&c| page.tag(c) == tag && !taken.contains(&c)) {
            let end = page.end(sibling);
            let from = survey.links.partition_point(|l| l.node < sibling);
            let inside = survey.links[from..].iter().enumerate().take_while(|(_, l)| l.node < end);
            let named = |l: &super::survey::Link<'_>| {
                if headed { l.heading && !l.action } else { l.weight >= text::TITLE && !l.action }
            };
            let found =
                inside.filter(|(_, l)| named(l) && !text::is_picture(l.href)).map(|(i, _)| from + i).next();
            if let Some(link) = found {
                all.push(Record { link, root: sibling, end });
            }
        }
    }
    all.sort_by_key(|r| r.root);
    all.dedup_by_key(|r| r.root);
    if all.len() > records.len() {
        stretch(page, &mut all);
    }
    all
}

/// Adds entries that stand before the list and outside it, in large: marked up as entries, under a linked
/// heading whose address has the form of the listed ones.
fn with_leading(survey: &Survey<'_>, mut records: Vec<Record>) -> Vec<Record> {
    let page = survey.page;
    let Some(first) = records.first().map(|r| r.root) else { return records };
    let form = |link: usize| {
        page.base
            .join(survey.links[link].href)
            .map(|u| (u.host().map(|h| h.to_owned()), Shape::of(u.path(), u.query())))
    };
    let listed: Vec<_> = records.iter().take(40).filter_map(|r| form(r.link).ok()).collect();
    let here = plain_address(&page.url);
    let mut leading: Vec<Record> = Vec::new();
    for entry in page.all_in(page.body(), Tag::Article).take_while(|&e| e < first) {
        let end = page.end(entry);
        if end > first || leading.last().is_some_and(|l| entry < l.end) {
            continue;
        }
        let from = survey.links.partition_point(|l| l.node < entry);
        let inside = survey.links[from..].iter().enumerate().take_while(|(_, l)| l.node < end);
        let link = inside.filter(|(_, l)| l.heading && !l.action).map(|(i, _)| from + i).next();
        let Some(link) = link else { continue };
        let other = page.base.join(survey.links[link].href).is_ok_and(|u| plain_address(&u) != here);
        let place = survey.region(entry);
        let elsewhere =
            place.has(Region::RELATED) || place.has(Region::NAVIGATION) || place.has(Region::HEADER);
        let heading = heading_before(page, entry);
        let others = heading.as_deref().is_some_and(words::heads_other_lists);
        if other && !others && !elsewhere && form(link).is_ok_and(|f| listed.contains(&f)) {
            leading.push(Record { link, root: entry, end });
        }
    }
    leading.append(&mut records);
    leading
}

fn is_entry(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Li | Tag::Tr | Tag::Article | Tag::Div | Tag::Section | Tag::P | Tag::Dt | Tag::H2 | Tag::H3
    )
}
