//! A page of an author's list: which works are new, known, missed, removed or back, whether the list is
//! broken, and which pages follow from it.

mod discover;
mod missing;
mod pace;
mod theirs;

use crate::{Policy, article::titles_agree, decide::Findings, policy::is_list, reading::Given};
use model::{Cause, Container, Listing, PageKind, PageUrl, Parsed, Work};
use serde_json::json;
use std::{borrow::Cow, collections::HashSet};
use store::{
    KnownWork, ListingState, NewEvent, SourceAlarm, SourceChange, VisitContext, WorkChange, WorkState,
    work_key,
};

pub(crate) use missing::confirm as confirm_missing;

/// What a page of the list showed, for the page's disposition and pace.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Seen {
    pub container: Container,
    /// Works that no page of this source had shown before.
    pub new: usize,
    /// New, back, renamed, or missed.
    pub changed: bool,
    /// Works a day, from the dates printed.
    pub daily_works: Option<f64>,
}

/// One entry with its address read.
#[derive(Clone)]
struct Entry<'a> {
    work: &'a Work,
    url: Option<PageUrl>,
    key: String,
}

impl Entry<'_> {
    /// A sitemap gives addresses only: what shows no title renames nothing.
    fn renames(&self, known: &KnownWork) -> bool {
        !self.work.title.is_empty() && known.title != self.work.title
    }

    /// As the list shows it, else its address.
    fn title(&self) -> &str {
        match self.work.title.as_str() {
            "" => self.url.as_ref().map(PageUrl::as_str).unwrap_or_default(),
            title => title,
        }
    }
}

pub(crate) fn decide(
    context: &VisitContext,
    given: &Given,
    parsed: &Parsed,
    policy: &Policy,
    findings: &mut Findings,
) -> Seen {
    let nothing = Listing::default();
    let listing = parsed.listing.as_ref().unwrap_or(&nothing);
    let own_title = findings.read.as_ref().and_then(|a| a.title.as_ref()).map(|t| t.value.as_str());
    let all = entries(context, listing, own_title, policy.most_entries(parsed.kind.value));
    let at = given.fetched.ended_at;
    let mut seen = Seen { container: listing.container, ..Seen::default() };
    for state in &context.listings {
        let first = is_first_page(context, state);
        let entries = match context.page.mixed && !first {
            true => Cow::Owned(theirs::of(&all, state, &given.fetched.grant.hints)),
            false => Cow::Borrowed(all.as_slice()),
        };
        let pace = pace::daily_works(entries.iter().map(|e| e.work), given.fetched.started_at);
        seen.daily_works = [seen.daily_works, pace].into_iter().flatten().reduce(f64::max);
        // A feed, or another address of a page that is read already, shows works in passing: their place stays
        // the page of the list on which they stand.
        let in_passing = matches!(parsed.kind.value, PageKind::Feed | PageKind::Sitemap)
            || !(first || contributes(context, state, &entries));
        let mut fresh = Vec::new();
        for (position, entry) in entries.iter().enumerate() {
            let known = state.known(&entry.key);
            let back = known.is_some_and(|k| k.removed_at.is_some());
            if known.is_none() {
                seen.new += 1;
            }
            if known.is_none() || back {
                fresh.push(entry.key.as_str());
                let kind = if back { "work.returned" } else { "work.listed" };
                findings.events.push(work_event(kind, state, entry, context, given));
            }
            seen.changed |= back || known.is_none_or(|k| entry.renames(k));
            if known.is_some() && !back && entry.work.title.is_empty() {
                continue;
            }
            let known = known.filter(|_| in_passing);
            findings.works.push(listed(state, entry, position, known, context, given));
        }
        let had =
            state.works.iter().filter(|w| w.seen_on == context.page.id && w.removed_at.is_none()).count();
        let alarm = alarm(listing.container, entries.len(), had);
        if alarm.is_none() && may_conclude(parsed, given) {
            let missed = missing::missed(context, state, &entries, listing, at);
            seen.changed |= !missed.is_empty();
            findings.events.extend(missing::events(&missed, state, at));
            findings.works.extend(missed);
        }
        if matches!(given.fetched.cause, Cause::Reparse { .. }) {
            let corrected = missing::corrected(context, state, &entries, given.fetched.started_at);
            seen.changed |= !corrected.is_empty();
            findings.works.extend(corrected);
        }
        if first && !matches!(given.fetched.cause, Cause::Reparse { .. }) {
            findings.sources.push(SourceChange { source: state.source, alarm });
            if let Some(alarm) = alarm.filter(|a| state.alarm != Some(*a)) {
                findings.events.push(alarm_event(alarm, state, context, given));
            }
        }
        findings.discovered.extend(discover::pages(context, given, parsed, state, &entries, &fresh, policy));
    }
    if let Some(author) = &listing.author {
        let sources: Vec<_> =
            context.listings.iter().filter(|s| is_first_page(context, s)).map(|s| s.source).collect();
        if !sources.is_empty() {
            findings.profile = Some((sources, author.clone()));
        }
    }
    seen
}

/// Also after the author page moved, or where the followed address is a feed.
pub(crate) fn is_first_page(context: &VisitContext, state: &ListingState) -> bool {
    state.is_first_page || (context.page.depth == 0 && is_list(context.page.kind))
}

/// An absence means something where the whole list is shown: a feed shows the newest works only, and a new
/// parser that sees fewer works says nothing about the site.
fn may_conclude(parsed: &Parsed, given: &Given) -> bool {
    !matches!(given.fetched.cause, Cause::Reparse { .. })
        && !matches!(parsed.kind.value, PageKind::Feed | PageKind::Sitemap)
}

/// Each work once, in the page's order. The entry of the very article on the page often has no link: it leads
/// to the page itself.
fn entries<'a>(
    context: &VisitContext,
    listing: &'a Listing,
    own_title: Option<&str>,
    limit: usize,
) -> Vec<Entry<'a>> {
    let mut keys = HashSet::new();
    listing
        .works
        .iter()
        .take(limit)
        .filter_map(|work| {
            let linked = work.url.as_deref().and_then(|u| PageUrl::parse(u).ok());
            let is_own = || own_title.is_some_and(|title| titles_agree(title, &work.title));
            let url = linked.or_else(|| is_own().then(|| context.page.url.clone()));
            let key = work_key(url.as_ref(), &work.title);
            keys.insert(key.clone()).then_some(Entry { work, url, key })
        })
        .collect()
}

/// A list that had works and shows none is broken or emptied: that is told, and nothing is concluded.
fn alarm(container: Container, shown: usize, had: usize) -> Option<SourceAlarm> {
    match (container, shown, had) {
        (_, _, 0) => None,
        (Container::Missing, _, _) => Some(SourceAlarm::ContainerMissing),
        (Container::Found | Container::Empty, 0, _) => Some(SourceAlarm::WentEmpty),
        (Container::Found | Container::Empty, _, _) => None,
    }
}

/// The page shows a work that no other page of the list does.
fn contributes(context: &VisitContext, state: &ListingState, entries: &[Entry<'_>]) -> bool {
    entries.iter().any(|e| state.known(&e.key).is_none_or(|k| k.seen_on == context.page.id))
}

/// `stays`: the work as it is known, where its place does not change.
fn listed(
    state: &ListingState,
    entry: &Entry<'_>,
    position: usize,
    stays: Option<&KnownWork>,
    context: &VisitContext,
    given: &Given,
) -> WorkChange {
    let work = entry.work;
    let (seen_on, position) = match stays {
        Some(known) => (known.seen_on, known.position),
        None => (context.page.id, u32::try_from(position).unwrap_or(u32::MAX)),
    };
    WorkChange {
        source: state.source,
        key: entry.key.clone(),
        seen_on,
        state: WorkState::Listed {
            title: entry.title().to_owned(),
            url: entry.url.clone(),
            date: work.date,
            authors: work.authors.clone(),
            venue: work.source.clone(),
            summary: work.summary.clone(),
            position,
            seen_at: given.fetched.started_at,
        },
    }
}

fn work_event(
    kind: &str,
    state: &ListingState,
    entry: &Entry<'_>,
    context: &VisitContext,
    given: &Given,
) -> NewEvent {
    NewEvent {
        kind: kind.to_owned(),
        subject: entry.url.as_ref().map_or_else(|| entry.key.clone(), ToString::to_string),
        at: given.fetched.ended_at,
        data: json!({
            "source": state.source,
            "listing": context.page.url,
            "title": entry.title(),
            "url": entry.url,
            "date": entry.work.date,
            "authors": entry.work.authors,
        }),
    }
}

fn alarm_event(alarm: SourceAlarm, state: &ListingState, context: &VisitContext, given: &Given) -> NewEvent {
    NewEvent {
        kind: "source.alarm".to_owned(),
        subject: context.page.url.to_string(),
        at: given.fetched.ended_at,
        data: json!({ "source": state.source, "alarm": alarm.as_str(), "visit": given.fetched.grant.visit }),
    }
}

#[cfg(test)]
mod tests;
