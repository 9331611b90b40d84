//! Notices when the wall clock is set back, by a clock that only goes forward.

use chrono::TimeDelta;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};
use store::Time;

/// Less is drift, or a leap second smeared over a day; leases and gaps have room for it.
const TOLERANCE: TimeDelta = TimeDelta::seconds(2);

/// A smaller step passes by itself about as soon as what was under way has come in.
const SMALL: TimeDelta = TimeDelta::minutes(1);

/// So long after a step back is looked for results that were under way and still tell the time from before.
const LOOKS: [Duration; 5] = [
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(45),
    Duration::from_secs(120),
];

pub(crate) struct Steps {
    /// The same moment on both clocks.
    wall: Time,
    steady: Instant,
    /// When to look for stragglers, and by how much the clock was set back.
    looks: VecDeque<(Instant, TimeDelta)>,
}

impl Steps {
    pub(crate) fn new(now: Time) -> Self {
        Self { wall: now, steady: Instant::now(), looks: VecDeque::new() }
    }

    /// By how much the wall clock was set back since the last [`Steps::settle`].
    pub(crate) fn back(&mut self, now: Time) -> Option<TimeDelta> {
        let by = self.back_after(now, TimeDelta::from_std(self.steady.elapsed()).ok()?)?;
        if by > SMALL {
            self.looks.extend(LOOKS.map(|after| (Instant::now() + after, by)));
            self.looks.make_contiguous().sort_unstable();
        }
        Some(by)
    }

    /// By how much the clock was set back before, where it is time to look for stragglers.
    pub(crate) fn stragglers(&mut self) -> Option<TimeDelta> {
        let (at, by) = *self.looks.front()?;
        if at > Instant::now() {
            return None;
        }
        self.looks.pop_front();
        Some(by)
    }

    fn back_after(&self, now: Time, passed: TimeDelta) -> Option<TimeDelta> {
        let back = self.wall + passed - now;
        (back > TOLERANCE).then_some(back)
    }

    /// From here on `now` is right.
    pub(crate) fn settle(&mut self, now: Time) {
        (self.wall, self.steady) = (now, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_step_back_is_told() {
        let at: Time = "2026-11-23T12:00:00Z".parse().unwrap();
        let steps = Steps::new(at);
        let back = |passed_s, wall_s| {
            let (passed, wall) = (TimeDelta::seconds(passed_s), TimeDelta::seconds(wall_s));
            steps.back_after(at + wall, passed).map(|back| back.num_seconds())
        };
        assert_eq!(back(10, 10), None);
        assert_eq!(back(10, 9), None);
        assert_eq!(back(10, 3600), None);
        assert_eq!(back(10, -3590), Some(3600));
    }

    #[test]
    fn stragglers_of_a_large_step_are_looked_for_later() {
        let at: Time = "2026-11-23T12:00:00Z".parse().unwrap();
        let mut steps = Steps::new(at);
        assert!(steps.back(at - TimeDelta::seconds(10)).is_some());
        assert!(steps.looks.is_empty());
        let by = steps.back(at - TimeDelta::hours(1)).unwrap();
        assert_eq!((steps.stragglers(), steps.looks.len()), (None, LOOKS.len()));
        steps.looks[0].0 -= LOOKS[0];
        assert_eq!(steps.stragglers(), Some(by));
        assert_eq!(steps.stragglers(), None);
    }
}
