//! How long until a page that gave what it should is read again: often where it changes often, learnt from
//! what was seen, within bounds, and never two pages in step.

use crate::policy::{Bounds, DAY};

/// What a visit tells of a page's pace.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Observed {
    /// Seconds between this visit and the one before, as they were planned; none: first visit.
    pub previous_s: Option<i64>,
    /// A list showed works that it had not shown before; an article's content changed.
    pub changed: bool,
    /// Visits without change in a row, this one included.
    pub unchanged: u32,
    /// Lists: works a day, from the dates that they print.
    pub daily_works: Option<f64>,
    /// Articles: days since publication.
    pub age_days: Option<f64>,
    /// The host's gap; one above a minute stretches the schedule.
    pub gap_ms: u64,
}

/// Works that a list should have gained between two visits, on average.
const WORKS_A_VISIT: f64 = 0.5;

/// Long gaps leave a host this many visits for each revisit of one page.
const GAPS_A_VISIT: i64 = 10;

/// Seconds until the next visit to a list, before jitter.
pub fn next_interval(seen: Observed, list: bool, bounds: Bounds) -> i64 {
    let base = if list { list_interval(seen, bounds) } else { article_interval(seen, bounds) };
    let gap_s = i64::try_from(seen.gap_ms / 1000).unwrap_or(i64::MAX / 100);
    let stretched = if gap_s > 60 { gap_s.saturating_mul(GAPS_A_VISIT) } else { 0 };
    // A stretched schedule may leave the bounds: the site asked for it.
    (base as i64).clamp(bounds.min_s, bounds.max_s).max(stretched)
}

/// Half after a change, longer after none; drawn towards what the printed dates say.
fn list_interval(seen: Observed, bounds: Bounds) -> f64 {
    let printed = seen
        .daily_works
        .filter(|r| *r > 0.0)
        .map(|rate| (DAY as f64 * WORKS_A_VISIT / rate).clamp(bounds.min_s as f64, bounds.max_s as f64));
    let Some(previous) = seen.previous_s else { return printed.unwrap_or(bounds.first_s as f64) };
    let learnt = previous as f64
        * match (seen.changed, seen.unchanged) {
            (true, _) => 0.5,
            (false, 0 | 1) => 1.25,
            (false, _) => 1.5,
        };
    printed.map_or(learnt, |printed| (learnt * printed).sqrt())
}

/// Texts are corrected soon after they appear and hardly ever later: the first interval grows with the age,
/// and doubles while nothing changes.
fn article_interval(seen: Observed, bounds: Bounds) -> f64 {
    match seen.previous_s {
        None => seen.age_days.map_or(bounds.first_s as f64, |days| days.max(0.0) * DAY as f64 / 4.0),
        Some(previous) if seen.changed => previous as f64 / 3.0,
        Some(previous) => previous as f64 * 2.0,
    }
}

/// The interval with its jitter: up to a tenth shorter or longer by `fraction`, still within the bounds.
pub(crate) fn jittered(interval_s: i64, fraction: f64, bounds: Bounds) -> i64 {
    let spread = (interval_s as f64 * (0.9 + 0.2 * fraction)) as i64;
    spread.clamp(bounds.min_s, bounds.max_s.max(interval_s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Policy, policy::HOUR};
    use proptest::prelude::*;

    fn list(seen: Observed) -> i64 {
        next_interval(seen, true, Policy::default().listing)
    }

    fn article(seen: Observed) -> i64 {
        next_interval(seen, false, Policy::default().article)
    }

    #[test]
    fn a_list_that_changes_is_read_more_often_than_one_that_does_not() {
        let previous_s = Some(8 * HOUR);
        assert_eq!(list(Observed::default()), 6 * HOUR);
        assert_eq!(list(Observed { previous_s, changed: true, ..Observed::default() }), 4 * HOUR);
        assert_eq!(list(Observed { previous_s, unchanged: 1, ..Observed::default() }), 10 * HOUR);
        assert_eq!(list(Observed { previous_s, unchanged: 2, ..Observed::default() }), 12 * HOUR);
    }

    #[test]
    fn printed_dates_set_the_first_pace_and_temper_the_later() {
        assert_eq!(list(Observed { daily_works: Some(4.0), ..Observed::default() }), 3 * HOUR);
        assert_eq!(list(Observed { daily_works: Some(0.01), ..Observed::default() }), 7 * DAY);
        let seen = Observed {
            previous_s: Some(4 * DAY),
            unchanged: 3,
            daily_works: Some(4.0),
            ..Observed::default()
        };
        assert!((3 * HOUR..6 * DAY).contains(&list(seen)));
    }

    #[test]
    fn bounds_hold() {
        assert_eq!(list(Observed { previous_s: Some(1000), changed: true, ..Observed::default() }), 900);
        assert_eq!(
            list(Observed { previous_s: Some(7 * DAY), unchanged: 9, ..Observed::default() }),
            7 * DAY
        );
        assert_eq!(article(Observed { previous_s: Some(DAY), changed: true, ..Observed::default() }), DAY);
        assert_eq!(
            article(Observed { previous_s: Some(60 * DAY), unchanged: 9, ..Observed::default() }),
            60 * DAY
        );
    }

    #[test]
    fn old_articles_are_looked_at_seldom() {
        assert_eq!(article(Observed { age_days: Some(0.1), ..Observed::default() }), DAY);
        assert_eq!(article(Observed { age_days: Some(40.0), ..Observed::default() }), 10 * DAY);
        assert_eq!(article(Observed { age_days: Some(4000.0), ..Observed::default() }), 60 * DAY);
        assert_eq!(article(Observed { age_days: Some(-3.0), ..Observed::default() }), DAY);
    }

    #[test]
    fn a_long_crawl_delay_stretches_the_schedule() {
        let seen = Observed { previous_s: Some(900), changed: true, gap_ms: 600_000, ..Observed::default() };
        assert_eq!(list(seen), 6000);
        assert_eq!(list(Observed { gap_ms: 60_000, ..seen }), 900);
    }

    proptest! {
        #[test]
        fn within_bounds_whatever_was_seen(
            previous in proptest::option::of(0_i64..100 * DAY), changed: bool, unchanged: u32,
            rate in proptest::option::of(0.0..1e9_f64), age in proptest::option::of(-1e6..1e6_f64),
            is_list: bool, fraction in 0.0..1.0_f64,
        ) {
            let seen = Observed { previous_s: previous, changed, unchanged, daily_works: rate, age_days: age, gap_ms: 2000 };
            let bounds = if is_list { Policy::default().listing } else { Policy::default().article };
            let interval = next_interval(seen, is_list, bounds);
            prop_assert!((bounds.min_s..=bounds.max_s).contains(&interval));
            prop_assert!((bounds.min_s..=bounds.max_s).contains(&jittered(interval, fraction, bounds)));
        }
    }
}
