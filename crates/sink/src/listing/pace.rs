//! How often an author publishes, as far as the list prints dates.

use model::Work;
use store::Time;

/// Newest works that are looked at: what an author does now, not over a life.
const LATEST: usize = 12;

/// Fewest dates that tell a pace.
const FEWEST: usize = 3;

/// Works a day over the time from the oldest of the latest to the capture, so that a silence counts as well.
/// None where fewer than three works print a day.
pub(super) fn daily_works<'a>(works: impl IntoIterator<Item = &'a Work>, captured_at: Time) -> Option<f64> {
    let today = captured_at.date_naive();
    let mut days: Vec<i64> = works
        .into_iter()
        .filter_map(|w| w.date?.day())
        .map(|d| (today - d).num_days())
        // A day ahead can be a time zone; more is an announcement.
        .filter(|age| *age >= -1)
        .collect();
    days.sort_unstable();
    days.truncate(LATEST);
    let oldest = *days.last().filter(|_| days.len() >= FEWEST)?;
    // The oldest opens the time that is measured; at least one day passed, for that is how fine dates are.
    Some((days.len() - 1) as f64 / (oldest.max(1)) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Evidence;

    fn pace(dates: &[&str]) -> Option<f64> {
        let works: Vec<Work> = dates
            .iter()
            .map(|d| Work {
                title: (*d).to_owned(),
                url: None,
                date: d.parse().ok(),
                authors: Vec::new(),
                source: None,
                summary: None,
                modified: None,
                evidence: Evidence::Visible,
            })
            .collect();
        daily_works(&works, "2026-11-23T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn works_a_day_over_the_time_since_the_oldest() {
        assert_eq!(pace(&["2026-11-23", "2026-11-18", "2026-11-13"]), Some(0.2));
        assert_eq!(pace(&["2026-11-23", "2026-11-23", "2026-11-23"]), Some(2.0));
        // A silence slows it down.
        assert_eq!(pace(&["2016-11-26", "2016-11-25", "2016-11-24"]).map(|r| r < 0.001), Some(true));
    }

    #[test]
    fn too_few_or_impossible_dates_tell_nothing() {
        assert_eq!(pace(&["2026-11-23", "2026-11-22"]), None);
        assert_eq!(pace(&["2027-11-23", "2027-11-22", "2027-11-21"]), None);
        assert_eq!(pace(&["2016", "2017", "2018"]), None);
    }
}
