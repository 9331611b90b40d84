//! How long until a page that gave what it should is read again: often where it changes often, learnt from
//! what was seen, within bounds, and never two pages in step.

use crate::policy::{Bounds, DAY};

/// What a visit tells of a page's pace.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Observed {
    /// The interval after the last visit that gave the page, in seconds; none: first visit.
    pub previous_s: Option<i64>,
    /// Seconds since the last visit.
    pub elapsed_s: i64,
    /// Lists: works that no visit had shown before.
    pub new_works: usize,
    /// Articles: the content changed.
    pub changed: bool,
    /// Lists: works a day, from the dates that they print.
    pub daily_works: Option<f64>,
    /// Articles: days since publication.
    pub age_days: Option<f64>,
    /// The host's gap; one above a minute stretches the schedule.
    pub gap_ms: u64,
}

/// Days until the next visit to a list that gains one work a day.
const DAYS_AT_ONE_A_DAY: f64 = 0.4;

/// Visits a day grow with this power of works a day. At 0.5 the sum of all delays is least for the cost (each
/// visit helps the works of half an interval); towards 1 the works of busy authors are found still sooner,
/// those of the others later: at 0.6 the slowest twentieth already waits longer than with fixed intervals.
const POWER: f64 = 0.5;

/// How many works the pace known so far counts for, against those of this visit.
const PRIOR_WORKS: f64 = 2.0;

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

/// The interval is a function of the pace, so the last interval tells the pace known so far; what this visit
/// showed is added to it as a Poisson process's count to its gamma prior. Printed dates tell the pace as well.
fn list_interval(seen: Observed, bounds: Bounds) -> f64 {
    let at = |pace: f64| {
        (DAYS_AT_ONE_A_DAY * pace.powf(-POWER) * DAY as f64).clamp(bounds.min_s as f64, bounds.max_s as f64)
    };
    let printed = seen.daily_works.filter(|pace| *pace > 0.0);
    let Some(previous) = seen.previous_s else { return printed.map_or(bounds.first_s as f64, at) };
    let known = (previous.max(bounds.min_s) as f64 / DAY as f64 / DAYS_AT_ONE_A_DAY).powf(-1.0 / POWER);
    let elapsed_days = seen.elapsed_s.max(0) as f64 / DAY as f64;
    let learnt = (PRIOR_WORKS + seen.new_works as f64) / (PRIOR_WORKS / known + elapsed_days);
    at(printed.map_or(learnt, |printed| (learnt * printed).sqrt()))
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

/// The interval with its jitter: up to a fifth shorter by `fraction`; at the lower bound, longer.
pub(crate) fn jittered(interval_s: i64, fraction: f64, bounds: Bounds) -> i64 {
    let shortest = (interval_s as f64 * 0.8).max(bounds.min_s as f64);
    (shortest + interval_s as f64 * 0.2 * fraction) as i64
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
    fn a_list_that_gains_works_is_read_more_often_than_one_that_does_not() {
        let seen = Observed { previous_s: Some(8 * HOUR), elapsed_s: 8 * HOUR, ..Observed::default() };
        let after = |new_works| list(Observed { new_works, ..seen });
        assert_eq!(list(Observed::default()), 6 * HOUR);
        assert!(after(0) > 8 * HOUR && after(0) < 10 * HOUR);
        assert!(after(1) < 8 * HOUR && after(5) < after(1) && after(20) < after(5));
        // Twice without works: longer still.
        let twice = list(Observed { previous_s: Some(after(0)), elapsed_s: after(0), ..seen });
        assert!(twice > after(0));
    }

    #[test]
    fn the_pace_of_a_steady_author_is_learnt() {
        // One work each second day, from the first guess on.
        let mut interval = 6 * HOUR;
        let mut since_last = 0;
        for _ in 0..100 {
            since_last += interval;
            let new_works = (since_last / (2 * DAY)) as usize;
            since_last %= 2 * DAY;
            interval = list(Observed {
                previous_s: Some(interval),
                elapsed_s: interval,
                new_works,
                ..Observed::default()
            });
        }
        let right = (DAYS_AT_ONE_A_DAY * 0.5_f64.powf(-POWER) * DAY as f64) as i64;
        assert!((right * 2 / 3..right * 3 / 2).contains(&interval), "{interval} for {right}");
    }

    #[test]
    fn printed_dates_set_the_first_pace_and_temper_the_later() {
        assert_eq!(list(Observed { daily_works: Some(1.0), ..Observed::default() }), 34_560);
        assert_eq!(list(Observed { daily_works: Some(0.001), ..Observed::default() }), 7 * DAY);
        let seen = Observed {
            previous_s: Some(4 * DAY),
            elapsed_s: 4 * DAY,
            daily_works: Some(4.0),
            ..Observed::default()
        };
        assert!((3 * HOUR..2 * DAY).contains(&list(seen)));
    }

    #[test]
    fn bounds_hold() {
        let busy = Observed { previous_s: Some(900), elapsed_s: 900, new_works: 50, ..Observed::default() };
        assert_eq!(list(busy), 900);
        let silent = Observed { previous_s: Some(7 * DAY), elapsed_s: 7 * DAY, ..Observed::default() };
        assert_eq!(list(silent), 7 * DAY);
        assert_eq!(article(Observed { previous_s: Some(DAY), changed: true, ..Observed::default() }), DAY);
        assert_eq!(article(Observed { previous_s: Some(60 * DAY), ..Observed::default() }), 60 * DAY);
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
        let seen = Observed { previous_s: Some(900), new_works: 50, gap_ms: 600_000, ..Observed::default() };
        assert_eq!(list(seen), 6000);
        assert_eq!(list(Observed { gap_ms: 60_000, ..seen }), 900);
    }

    proptest! {
        #[test]
        fn within_bounds_whatever_was_seen(
            previous in proptest::option::of(0_i64..100 * DAY), elapsed_s in -DAY..1000 * DAY,
            changed: bool, new_works in 0_usize..2000,
            rate in proptest::option::of(0.0..1e9_f64), age in proptest::option::of(-1e6..1e6_f64),
            is_list: bool, fraction in 0.0..1.0_f64,
        ) {
            let seen = Observed {
                previous_s: previous, elapsed_s, new_works, changed, daily_works: rate, age_days: age, gap_ms: 2000,
            };
            let bounds = if is_list { Policy::default().listing } else { Policy::default().article };
            let interval = next_interval(seen, is_list, bounds);
            prop_assert!((bounds.min_s..=bounds.max_s).contains(&interval));
            prop_assert!((bounds.min_s..=bounds.max_s).contains(&jittered(interval, fraction, bounds)) );
        }
    }
}
