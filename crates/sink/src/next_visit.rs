//! When a page is visited again, and what is kept of it until then.

use crate::{
    Policy,
    backoff::fraction,
    policy::{DAY, DEEP_INTERVAL_S, is_list},
    reading::Given,
    revisit::{Observed, jittered, next_interval},
    trouble::{Retry, Trouble},
};
use chrono::TimeDelta;
use model::{Disposition, Outcome, PageKind, PageUrl, Validators};
use store::{PageChange, VisitContext};

/// Redirects from page to page that are followed.
pub(crate) const MAX_REDIRECTS: u32 = 10;

/// When the page is visited again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Next {
    /// It gave what a page gives.
    Revisit(Observed),
    /// It gave nothing.
    Trouble(Retry),
    /// It leads to another page and is looked at again to see whether it still does.
    Redirect { permanent: bool },
    /// It is to be had under another spelling of its address.
    Moved(PageUrl),
    /// It is a further part of an article: with the first.
    WithFirst,
    /// When somebody wants it.
    Never { failed: bool },
}

/// `disposition`: that of the visit, which gave `next`.
pub(crate) fn page_change(
    context: &VisitContext,
    given: &Given,
    disposition: Disposition,
    next: &Next,
    policy: &Policy,
) -> PageChange {
    let page = &context.page;
    let fetched = &given.fetched;
    let at = fetched.ended_at;
    let chance = fraction(&page.key, fetched.grant.visit, "due");
    let failed = page.failures.saturating_add(1);
    let mut change = PageChange {
        kind: page.kind,
        url: None,
        due_at: None,
        interval_s: page.interval_s,
        failures: 0,
        unchanged: page.unchanged,
        validators: page.validators.clone(),
        captured_at: page.captured_at,
        release: true,
    };
    match next {
        Next::Revisit(seen) => {
            let bounds = policy.bounds(page.kind);
            let interval = match is_deep(context) {
                true => DEEP_INTERVAL_S,
                false => next_interval(*seen, is_list(page.kind), bounds),
            };
            let spread = match is_deep(context) {
                true => (interval as f64 * (0.9 + 0.2 * chance)) as i64,
                false => jittered(interval, chance, bounds),
            };
            change.due_at = Some(at + TimeDelta::seconds(spread));
            change.interval_s = Some(interval);
            let changed = seen.changed || seen.new_works > 0;
            change.unchanged = if changed { 0 } else { page.unchanged.saturating_add(1) };
            change.validators = validators(&fetched.outcome, &page.validators);
            if matches!(fetched.outcome, Outcome::Captured { .. }) {
                change.captured_at = page.captured_at.max(Some(fetched.started_at));
            }
        }
        Next::Trouble(retry) => {
            let trouble = Trouble { disposition, code: String::new(), retry: *retry };
            change.due_at = Some(at + trouble.wait(page.kind, page.failures, chance));
            change.failures = failed;
        }
        Next::Redirect { permanent } => {
            let days = if *permanent { 60.0 } else { 7.0 };
            change.due_at = Some(at + TimeDelta::seconds((days * DAY as f64 * (0.9 + 0.2 * chance)) as i64));
        }
        Next::Moved(to) => {
            change.url = Some(to.clone());
            change.failures = failed;
            // Two spellings that lead to each other are followed as far as any redirect.
            let again = failed < MAX_REDIRECTS;
            change.due_at = Some(if again { at } else { at + TimeDelta::days(1) });
        }
        Next::WithFirst => {
            change.validators = validators(&fetched.outcome, &page.validators);
            if matches!(fetched.outcome, Outcome::Captured { .. }) {
                change.captured_at = page.captured_at.max(Some(fetched.started_at));
            }
        }
        Next::Never { failed: true } => change.failures = failed,
        Next::Never { failed: false } => {}
    }
    change
}

/// A further page of a list, walked again when the pages before it overflow.
fn is_deep(context: &VisitContext) -> bool {
    context.page.kind == PageKind::Listing
        && context.page.depth > 0
        && !context.listings.iter().any(|s| s.is_first_page)
}

/// A 304 may bring newer validators; it keeps those it does not mention (RFC 9111 §4.3.4).
fn validators(outcome: &Outcome, before: &Validators) -> Validators {
    match outcome {
        Outcome::Captured { validators, .. } => validators.clone(),
        Outcome::NotModified { validators } => Validators {
            etag: validators.etag.clone().or_else(|| before.etag.clone()),
            last_modified: validators.last_modified.clone().or_else(|| before.last_modified.clone()),
        },
        _ => before.clone(),
    }
}
