//! Works that stood on a page of the list and are not there now.
//!
//! A work that slips to the next page because new ones came before it is not gone. So an absence counts only
//! where the list goes on past the place: some work that stood behind the missing one is still shown, or no
//! further page follows. On a further page the same must hold towards the front. And it counts as removal
//! only when a second visit agrees.

use super::{Entry, is_first_page};
use model::Listing;
use serde_json::json;
use std::collections::HashSet;
use store::{KnownWork, ListingState, NewEvent, Time, VisitContext, WorkChange, WorkState};

/// Visits without the work after which it is removed.
const AGREEING: u32 = 2;

pub(super) fn missed(
    context: &VisitContext,
    state: &ListingState,
    entries: &[Entry<'_>],
    listing: &Listing,
    at: Time,
) -> Vec<WorkChange> {
    let page = context.page.id;
    let shown: HashSet<&str> = entries.iter().map(|e| e.key.as_str()).collect();
    let first = is_first_page(context, state);
    let here = || state.works.iter().filter(|w| w.seen_on == page && w.removed_at.is_none());
    // Old places of the works of this page that are still shown.
    let places = || here().filter(|w| shown.contains(w.key.as_str())).map(|w| w.position);
    let last_place = places().max();
    let first_place = places().min();
    // A work of a further page has moved up: the list got shorter before it.
    let moved_up = first && state.works.iter().any(|w| w.seen_on != page && shown.contains(w.key.as_str()));
    let ends_here = listing.next_pages.is_empty();
    here()
        .filter(|w| !shown.contains(w.key.as_str()))
        .filter(|w| ends_here || moved_up || last_place.is_some_and(|p| p > w.position))
        .filter(|w| first || first_place.is_some_and(|p| p < w.position))
        .map(|w| change(state, w, at))
        .collect()
}

/// Works that an older parser saw in this very capture and this one does not: they never were works, so no
/// second visit is waited for and nobody is told.
pub(super) fn corrected(
    context: &VisitContext,
    state: &ListingState,
    entries: &[Entry<'_>],
    captured_at: Time,
) -> Vec<WorkChange> {
    if entries.is_empty() || context.page.captured_at != Some(captured_at) {
        return Vec::new();
    }
    let shown: HashSet<&str> = entries.iter().map(|e| e.key.as_str()).collect();
    state
        .works
        .iter()
        .filter(|w| w.seen_on == context.page.id && w.removed_at.is_none() && w.last_seen_at == captured_at)
        .filter(|w| !shown.contains(w.key.as_str()))
        .map(|w| WorkChange {
            source: state.source,
            key: w.key.clone(),
            seen_on: w.seen_on,
            state: WorkState::Missed { missed: AGREEING, removed_at: Some(captured_at) },
        })
        .collect()
}

/// The page is as it was at the last visit (304): what was missed then is missed twice now.
pub(crate) fn confirm(context: &VisitContext, at: Time) -> (Vec<WorkChange>, Vec<NewEvent>) {
    let mut changes = Vec::new();
    let mut events = Vec::new();
    for state in &context.listings {
        let missed: Vec<WorkChange> = state
            .works
            .iter()
            .filter(|w| w.seen_on == context.page.id && w.missed > 0 && w.removed_at.is_none())
            .map(|w| change(state, w, at))
            .collect();
        events.extend(self::events(&missed, state, at));
        changes.extend(missed);
    }
    (changes, events)
}

fn change(state: &ListingState, work: &KnownWork, at: Time) -> WorkChange {
    let missed = work.missed.saturating_add(1);
    WorkChange {
        source: state.source,
        key: work.key.clone(),
        seen_on: work.seen_on,
        state: WorkState::Missed { missed, removed_at: (missed >= AGREEING).then_some(at) },
    }
}

pub(super) fn events(changes: &[WorkChange], state: &ListingState, at: Time) -> Vec<NewEvent> {
    changes
        .iter()
        .filter(|c| matches!(c.state, WorkState::Missed { removed_at: Some(_), .. }))
        .map(|c| NewEvent {
            kind: "work.removed".to_owned(),
            subject: c.key.clone(),
            at,
            data: json!({
                "source": c.source,
                "key": c.key,
                "title": state.known(&c.key).map(|w| w.title.as_str()),
            }),
        })
        .collect()
}
