//! What an exchange means for its host: when the next one may begin, and whether the host answers at all.

use crate::backoff::{doubling, fraction, later};
use chrono::TimeDelta;
use model::{Fetched, Outcome, PageKind};
use store::{HostChange, VisitContext};

/// Connection faults in a row after which the circuit opens.
pub(crate) const CIRCUIT: u32 = 5;

/// First wait of a host that throttles and does not say for how long.
pub(crate) const THROTTLED: TimeDelta = TimeDelta::seconds(15);

/// First time for which the circuit stays open.
const OPEN: TimeDelta = TimeDelta::seconds(60);

/// Longest wait that we impose on ourselves.
const LONGEST: TimeDelta = TimeDelta::days(1);

/// Longest wait that a server may ask for.
pub(crate) const LONGEST_ASKED: TimeDelta = TimeDelta::days(7);

pub(crate) fn change(context: &VisitContext, fetched: &Fetched) -> HostChange {
    let host = &context.host;
    let visit = fetched.grant.visit;
    let jitter = fraction(&context.page.key, visit, "gap");
    let gap = fetched.grant.gap_ms.min(LONGEST.num_milliseconds().unsigned_abs());
    let gap = TimeDelta::milliseconds(gap.cast_signed());
    let (wait, failures, open_until) = match &fetched.outcome {
        Outcome::Status { status: 429 | 503, retry_after_s } => {
            let wait =
                throttled_for(*retry_after_s, host.failures, fraction(&context.page.key, visit, "host"));
            (wait.max(later(gap, jitter)), host.failures.saturating_add(1), None)
        }
        Outcome::Failed { fault, .. } if fault.is_of_host() => {
            let failures = host.failures.saturating_add(1);
            let salt = fraction(&context.page.key, visit, "circuit");
            let open = failures
                .checked_sub(CIRCUIT)
                .map(|beyond| fetched.ended_at + doubling(OPEN, beyond, LONGEST, salt));
            (later(gap, jitter), failures, open)
        }
        // Something answered, so the circuit closes; but one broken exchange is no proof of health.
        Outcome::Failed { .. } => (later(gap, jitter), host.failures, None),
        Outcome::Captured { .. }
        | Outcome::NotModified { .. }
        | Outcome::Redirected { .. }
        | Outcome::Status { .. } => (later(gap, jitter), 0, None),
    };
    // robots.txt itself is fetched before its crawl-delay is known.
    let gap_ms = (fetched.grant.hints.expected != PageKind::Robots
        && host.gap_ms != Some(fetched.grant.gap_ms))
    .then_some(fetched.grant.gap_ms);
    let shared = fetched.address.map(|address| (address, later(gap, jitter)));
    HostChange { ended_at: fetched.ended_at, wait, failures, open_until, gap_ms, shared }
}

/// Exactly what the server asks (RFC 9110 §10.2.3), else doubling up to a day.
pub(crate) fn throttled_for(retry_after_s: Option<u64>, failures: u32, fraction: f64) -> TimeDelta {
    match retry_after_s {
        Some(s) => {
            let longest = LONGEST_ASKED.num_seconds();
            TimeDelta::seconds(i64::try_from(s).unwrap_or(longest).min(longest))
        }
        None => doubling(THROTTLED, failures, LONGEST, fraction),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::tests::{context, fetched};
    use model::Fault;
    use proptest::prelude::*;

    fn failed(fault: Fault) -> Outcome {
        Outcome::Failed { fault, detail: String::new() }
    }

    #[track_caller]
    fn check(outcome: Outcome, before: u32, after: u32, wait_s: std::ops::RangeInclusive<i64>, open: bool) {
        let mut context = context(PageKind::Article);
        context.host.failures = before;
        let change = change(&context, &fetched(outcome));
        assert_eq!(change.failures, after);
        assert!(wait_s.contains(&change.wait.num_seconds()), "{}", change.wait);
        assert_eq!(change.open_until.is_some(), open);
    }

    #[test]
    fn an_answer_clears_the_faults() {
        check(Outcome::Status { status: 404, retry_after_s: None }, 4, 0, 2..=2, false);
        check(Outcome::NotModified { validators: Default::default() }, 9, 0, 2..=2, false);
    }

    #[test]
    fn retry_after_is_kept_exactly() {
        check(Outcome::Status { status: 503, retry_after_s: Some(120) }, 0, 1, 120..=120, false);
        check(Outcome::Status { status: 429, retry_after_s: Some(0) }, 0, 1, 2..=2, false);
        check(Outcome::Status { status: 429, retry_after_s: Some(u64::MAX) }, 0, 1, 604_800..=604_800, false);
    }

    #[test]
    fn without_retry_after_the_wait_doubles_to_a_day() {
        let status = || Outcome::Status { status: 429, retry_after_s: None };
        check(status(), 0, 1, 15..=18, false);
        check(status(), 3, 4, 120..=144, false);
        check(status(), 60, 61, 86_400..=86_400, false);
    }

    #[test]
    fn the_circuit_opens_after_five_connection_faults() {
        check(failed(Fault::Connect), 3, 4, 2..=2, false);
        check(failed(Fault::Connect), 4, 5, 2..=2, true);
        check(failed(Fault::Dns), 5, 6, 2..=2, true);
        // Not the host's fault, or not the host as a whole.
        check(failed(Fault::Truncated), 4, 4, 2..=2, false);
    }

    proptest! {
        #[test]
        fn the_gap_is_never_cut_short(failures: u32, status in 200_u16..600, retry in proptest::option::of(0_u64..100)) {
            let mut context = context(PageKind::Article);
            context.host.failures = failures;
            let fetched = fetched(Outcome::Status { status, retry_after_s: retry });
            let change = change(&context, &fetched);
            prop_assert!(change.wait.num_milliseconds() >= fetched.grant.gap_ms as i64);
            prop_assert!(change.wait <= LONGEST_ASKED);
        }
    }
}
