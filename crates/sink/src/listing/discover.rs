//! Pages that follow from a page of the list: its works, its further pages, the author's feeds, the site's
//! sitemaps. Never more than these name, so that the crawl keeps to the author and does not wander over the site.

use super::{Entry, is_first_page, theirs::is_below};
use crate::{Policy, policy::HOUR, reading::Given};
use chrono::TimeDelta;
use model::{Hints, Listed, Listing, PageKind, PageUrl, Parsed, Stamp};
use std::collections::HashSet;
use store::{ListingState, NewPage, Time, VisitContext};

/// Links to further pages taken from one page; pagers show a dozen.
const NEXT_PAGES: usize = 50;

/// Feeds are read after the list was walked: a work that is known from the feed already would look like one
/// that the list repeats.
const FEEDS_AFTER: TimeDelta = TimeDelta::seconds(HOUR);

pub(super) fn pages(
    context: &VisitContext,
    given: &Given,
    parsed: &Parsed,
    state: &ListingState,
    entries: &[Entry<'_>],
    fresh: &[&str],
    policy: &Policy,
) -> Vec<NewPage> {
    let Some(listing) = &parsed.listing else { return Vec::new() };
    if asks_not_to_follow(parsed) && !state.ignore_nofollow {
        return Vec::new();
    }
    let from = From {
        context,
        state,
        at: given.fetched.ended_at,
        authors: author_names(listing, &given.fetched.grant.hints),
    };
    let mut pages = match asks_not_to_follow(parsed) {
        // Known works as well: those listed before the operator said so were not followed then.
        true => from.works(entries, &entries.iter().map(|e| e.key.as_str()).collect::<Vec<_>>()),
        false => from.works(entries, fresh),
    };
    pages.extend(from.further(listing, parsed.kind.value, entries, policy));
    if is_first_page(context, state) {
        pages.extend(from.feeds(listing, policy));
        pages.extend(from.sitemaps(policy));
    }
    pages
}

/// Whether the page asks robots to follow none of its links: neither its works, nor its further pages, nor its
/// feeds. Its works are listed all the same. What it says to other robots by name the parser has left out.
fn asks_not_to_follow(parsed: &Parsed) -> bool {
    parsed.robots.iter().any(|r| r == "nofollow" || r == "none")
}

/// The page's own word on whose it is, else what was known before.
fn author_names(listing: &Listing, hints: &Hints) -> Vec<String> {
    match listing.author.as_ref().and_then(|a| a.name.as_ref()) {
        Some(name) => vec![name.value.clone()],
        None => hints.authors.clone(),
    }
}

struct From<'a> {
    context: &'a VisitContext,
    state: &'a ListingState,
    at: Time,
    authors: Vec<String>,
}

impl From<'_> {
    fn works(&self, entries: &[Entry<'_>], fresh: &[&str]) -> Vec<NewPage> {
        let fresh: HashSet<&str> = fresh.iter().copied().collect();
        let renamed = |e: &Entry<'_>| self.state.known(&e.key).is_some_and(|k| e.renames(k));
        entries
            .iter()
            .filter(|e| fresh.contains(e.key.as_str()) || renamed(e) || self.changed_since(e))
            .filter_map(|e| {
                let url = e.url.clone().filter(|u| u.key() != self.context.page.key)?;
                let listed = Listed {
                    title: e.work.title.clone(),
                    date: e.work.date,
                    authors: e.work.authors.clone(),
                };
                let hints = Hints {
                    expected: PageKind::Article,
                    authors: self.authors.clone(),
                    listed: Some(listed).filter(|l| !l.title.is_empty()),
                };
                let again = self.changed_since(e);
                Some(NewPage { again, ..self.page(url, hints, self.at) })
            })
            .collect()
    }

    /// A feed or sitemap tells that a work was changed after the last look at it. A bare day is too coarse: it
    /// would be after the last look until midnight.
    fn changed_since(&self, entry: &Entry<'_>) -> bool {
        let instant = |stamp: &Stamp| matches!(stamp, Stamp::Instant(_)).then(|| stamp.earliest()).flatten();
        match (entry.work.modified.as_ref().and_then(instant), self.context.page.last_visit_at) {
            (Some(modified), Some(last)) => modified > last && modified <= self.at,
            _ => false,
        }
    }

    /// Further pages of the list. Known ones are walked again where this page, known before, shows nothing
    /// but new works: then more came than it holds.
    fn further(
        &self,
        listing: &Listing,
        kind: PageKind,
        entries: &[Entry<'_>],
        policy: &Policy,
    ) -> Vec<NewPage> {
        let page = &self.context.page;
        let first = is_first_page(self.context, self.state);
        // A page that repeats what other pages show leads nowhere (a trap, or a pager without an end).
        let contributes = super::contributes(self.context, self.state, entries);
        if page.depth >= policy.max_depth
            || self.state.pages >= policy.max_list_pages
            || !(first || contributes)
        {
            return Vec::new();
        }
        let overflow = page.last_visit_at.is_some()
            && !entries.is_empty()
            && entries.iter().all(|e| self.state.known(&e.key).is_none());
        let expected = if kind == PageKind::Feed { PageKind::Feed } else { PageKind::Listing };
        let mut pages: Vec<NewPage> = listing
            .next_pages
            .iter()
            .take(NEXT_PAGES)
            .filter_map(|u| PageUrl::parse(u).ok())
            .filter(|u| u.key() != page.key && u.host_key() == page.url.host_key())
            .map(|u| self.page(u, self.hints(expected), self.at))
            .collect();
        if let Some(next) = pages.first_mut() {
            next.again = overflow;
        }
        if page.kind == PageKind::Sitemap || kind == PageKind::Sitemap {
            pages.extend(self.parts(listing, policy));
        }
        pages
    }

    /// Sitemaps that an index names. Those of a whole site are followed to a few only: those that are named after
    /// the author first, then in the index's order.
    fn parts(&self, listing: &Listing, policy: &Policy) -> Vec<NewPage> {
        let mut urls: Vec<PageUrl> = listing.sitemaps.iter().filter_map(|u| PageUrl::parse(u).ok()).collect();
        let mixed = self.context.page.mixed;
        if mixed {
            urls.retain(|u| u.host_key() == self.context.page.url.host_key());
            urls.sort_by_key(|u| !is_below(u, &self.state.home));
            // An index within an index would multiply them.
            urls.truncate(if self.context.page.depth > 1 { 0 } else { policy.max_sitemaps });
        }
        urls.truncate(NEXT_PAGES);
        let part = |u| NewPage { mixed, ..self.page(u, self.hints(PageKind::Sitemap), self.at) };
        urls.into_iter().map(part).collect()
    }

    /// The author's own feeds; where there is none, the site's, of which only the author's entries are taken.
    fn feeds(&self, listing: &Listing, policy: &Policy) -> Vec<NewPage> {
        let of = |author_only: bool| {
            let announced = listing.feeds.iter().filter(move |f| f.author_only == author_only);
            announced.filter_map(|f| PageUrl::parse(&f.url).ok()).filter(|u| u.key() != self.context.page.key)
        };
        let feed = |mixed| {
            move |u| NewPage { mixed, ..self.page(u, self.hints(PageKind::Feed), self.at + FEEDS_AFTER) }
        };
        let own: Vec<NewPage> = of(true).take(policy.max_feeds).map(feed(false)).collect();
        match own.is_empty() && !self.authors.is_empty() {
            true => of(false).take(1).map(feed(true)).collect(),
            false => own,
        }
    }

    /// Sitemaps that the site's robots.txt names: they tell which known works have changed since, and name works
    /// below the author's own address.
    fn sitemaps(&self, policy: &Policy) -> Vec<NewPage> {
        let urls = self.state.sitemaps.iter().filter_map(|u| PageUrl::parse(u).ok());
        let page =
            |u| NewPage { mixed: true, ..self.page(u, self.hints(PageKind::Sitemap), self.at + FEEDS_AFTER) };
        urls.filter(|u| u.key() != self.context.page.key).take(policy.max_sitemaps).map(page).collect()
    }

    fn hints(&self, expected: PageKind) -> Hints {
        Hints { expected, authors: self.authors.clone(), listed: None }
    }

    fn page(&self, url: PageUrl, hints: Hints, due_at: Time) -> NewPage {
        NewPage {
            key: url.key(),
            url,
            kind: hints.expected,
            due_at,
            hints,
            source: Some(self.state.source),
            depth: self.context.page.depth + 1,
            redirected_from: None,
            part_of: None,
            again: false,
            mixed: false,
        }
    }
}
