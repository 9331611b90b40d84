//! Notices when the wall clock is set back, by a clock that only goes forward.

use chrono::TimeDelta;
use std::time::Instant;
use store::Time;

/// Less is drift, or a leap second smeared over a day; leases and gaps have room for it.
const TOLERANCE: TimeDelta = TimeDelta::seconds(2);

pub(crate) struct Steps {
    /// The same moment on both clocks.
    wall: Time,
    steady: Instant,
}

impl Steps {
    pub(crate) fn new(now: Time) -> Self {
        Self { wall: now, steady: Instant::now() }
    }

    /// By how much the wall clock was set back since the last [`Steps::settle`].
    pub(crate) fn back(&self, now: Time) -> Option<TimeDelta> {
        self.back_after(now, TimeDelta::from_std(self.steady.elapsed()).ok()?)
    }

    fn back_after(&self, now: Time, passed: TimeDelta) -> Option<TimeDelta> {
        let back = self.wall + passed - now;
        (back > TOLERANCE).then_some(back)
    }

    /// From here on `now` is right.
    pub(crate) fn settle(&mut self, now: Time) {
        *self = Self::new(now);
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
}
