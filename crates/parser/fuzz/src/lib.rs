//! What the targets share.

#[path = "../../tests/it/invariants.rs"]
mod invariants;

use chrono::{DateTime, Utc};
use model::{PageKind, Parsed, Stamp};
use std::{fs, time::Instant};

pub const URL: &str = invariants::URL;

/// Parses, in time, and checks what must hold.
pub fn parse(bytes: &[u8], content_type: Option<&str>, expected: PageKind) -> Parsed {
    in_time(|| invariants::parse(bytes, content_type, expected))
}

pub fn check_stamp(stamp: Stamp) {
    invariants::check_stamp(stamp);
}

pub fn now() -> DateTime<Utc> {
    invariants::now()
}

/// Nanoseconds of one processor that an input of at most 64 kB may take: with coverage and checks on, ten
/// times the bound of a second a megabyte.
const MOST_NANOSECONDS: u64 = 1_500_000_000;

/// Runs `work` and stops where it takes too long, by the thread's own time: the machine may be busy.
pub fn in_time<T>(work: impl FnOnce() -> T) -> T {
    let (begun, before) = (Instant::now(), spent());
    let result = work();
    if begun.elapsed().as_nanos() > u128::from(MOST_NANOSECONDS) {
        let took = spent().saturating_sub(before);
        assert!(took < MOST_NANOSECONDS, "took {} ms", took / 1_000_000);
    }
    result
}

/// Nanoseconds that this thread has run; 0 where the system does not tell.
fn spent() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// The last byte chooses one of several settings, so that a seed is a file as it is found in the world.
pub fn choose<'a, T: Copy>(data: &'a [u8], choices: &[T]) -> Option<(T, &'a [u8])> {
    let (&last, rest) = data.split_last()?;
    Some((choices[usize::from(last) % choices.len()], rest))
}
