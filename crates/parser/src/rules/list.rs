//! Lists and author's profiles by rule.

use super::{AuthorRule, ListingRule};
use crate::{
    NodeId, Page, Tag,
    meta::{date::Order, text::collapse},
};
use model::{AuthorProfile, Container, Evidence, Field, Work};

/// What a rule found of a list.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) works: Vec<Work>,
    pub(super) container: Container,
    /// None where the rule does not speak of them.
    pub(super) next: Option<Vec<String>>,
}

/// None where the page has neither the rule's container nor its items.
pub(super) fn read(rule: &ListingRule, page: &Page, order: Order) -> Option<Found> {
    let containers = if rule.container.is_empty() { vec![0] } else { rule.container.elements(page, 0) };
    let mut works: Vec<Work> = Vec::new();
    for &container in &containers {
        for item in page.select(&rule.item, container) {
            let work = work(rule, page, item, order);
            let known = |w: &Work| w.url == work.url && (w.url.is_some() || w.title == work.title);
            if !work.title.is_empty() && !works.iter().any(known) {
                works.push(work);
            }
        }
    }
    let container = match (works.is_empty(), rule.container.is_empty() || containers.is_empty()) {
        (false, _) => Container::Found,
        // The list stands there, and nothing is in it.
        (true, false) => Container::Empty,
        (true, true) => return None,
    };
    let next = (!rule.next.is_empty()).then(|| rule.next.addresses(page, 0));
    Some(Found { works, container, next })
}

fn work(rule: &ListingRule, page: &Page, item: NodeId, order: Order) -> Work {
    let link = std::iter::once(item)
        .filter(|&i| page.tag(i) == Tag::A)
        .chain(page.all_in(item, Tag::A))
        .find(|&a| page.attr(a, "href").is_some_and(|h| page.absolute(h).is_some()));
    let url = match rule.link.is_empty() {
        true => link.and_then(|a| page.absolute(page.attr(a, "href")?)),
        false => rule.link.addresses(page, item).into_iter().next(),
    };
    let title = match rule.title.is_empty() {
        true => collapse(page.text(link.unwrap_or(item))),
        false => rule.title.text(page, item).unwrap_or_default(),
    };
    Work {
        title,
        url,
        date: rule.date.date(page, item, order),
        authors: rule.authors.texts(page, item).into_iter().map(|f| f.text).collect(),
        source: rule.source.text(page, item),
        summary: rule.summary.text(page, item),
        modified: None,
        evidence: Evidence::Rule,
    }
}

/// Empty where nothing was found.
pub(super) fn profile(rule: &AuthorRule, page: &Page) -> AuthorProfile {
    let field = |text: Option<String>| text.map(|t| Field::new(t, Evidence::Rule));
    let same_as = rule.same_as.addresses(page, 0);
    AuthorProfile {
        name: field(rule.name.text(page, 0)),
        affiliation: field(rule.affiliation.text(page, 0)),
        biography: field(rule.biography.lines(page, 0)),
        portrait: field(rule.portrait.addresses(page, 0).into_iter().next()),
        same_as: same_as.into_iter().map(|url| Field::new(url, Evidence::Rule)).collect(),
    }
}
