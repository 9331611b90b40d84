//! Waiting longer each time, and never all at the same moment. Chance is a hash of the page and the visit: a
//! result that is decided twice is decided alike.

use chrono::TimeDelta;
use model::{PageKey, VisitId};

/// A fixed fraction in 0..1 for this page and visit; `salt` makes independent ones.
pub(crate) fn fraction(key: &PageKey, visit: VisitId, salt: &str) -> f64 {
    let mut hash = FNV_OFFSET;
    for byte in key.as_str().bytes().chain(salt.bytes()).chain(*visit.0.as_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
    }
    // 53 bits are what an f64 holds exactly.
    (mix(hash) >> 11) as f64 / (1_u64 << 53) as f64
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// Spreads each bit of the input over all bits (the finalizer of SplitMix64).
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// `first` doubled for each failure before this one, up to `longest`; up to a fifth longer by `fraction`, and
/// never shorter than asked.
pub(crate) fn doubling(first: TimeDelta, failures: u32, longest: TimeDelta, fraction: f64) -> TimeDelta {
    let doubled = first.num_milliseconds().saturating_mul(1_i64 << failures.min(40));
    later(TimeDelta::milliseconds(doubled.min(longest.num_milliseconds())), fraction).min(longest)
}

/// Up to a fifth longer.
pub(crate) fn later(time: TimeDelta, fraction: f64) -> TimeDelta {
    time + TimeDelta::milliseconds((time.num_milliseconds() as f64 * 0.2 * fraction) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fractions_differ_by_visit_and_salt_and_not_by_time() {
        let (key, visit) = (PageKey("a.example/x".into()), VisitId::new());
        assert_eq!(fraction(&key, visit, "a"), fraction(&key, visit, "a"));
        assert_ne!(fraction(&key, visit, "a"), fraction(&key, visit, "b"));
        assert_ne!(fraction(&key, visit, "a"), fraction(&key, VisitId::new(), "a"));
    }

    #[test]
    fn fractions_spread() {
        let mut tenths = [0; 10];
        for n in 0..10_000 {
            let key = PageKey(format!("a.example/{n}"));
            tenths[(fraction(&key, VisitId::new(), "") * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|n| (800..1200).contains(n)), "{tenths:?}");
    }

    #[test]
    fn doubles_to_the_longest() {
        let s = |failures| doubling(TimeDelta::seconds(5), failures, TimeDelta::days(1), 0.0).num_seconds();
        assert_eq!([0, 1, 2, 3, 14, 15, 4_000_000_000].map(s), [5, 10, 20, 40, 81_920, 86_400, 86_400]);
    }

    proptest! {
        #[test]
        fn never_shorter_than_the_first_nor_longer_than_the_longest(
            first in 1_i64..100_000, failures: u32, longest in 100_000_i64..10_000_000, f in 0.0..1.0_f64,
        ) {
            let (first, longest) = (TimeDelta::milliseconds(first), TimeDelta::milliseconds(longest));
            let wait = doubling(first, failures, longest, f);
            prop_assert!(wait >= first && wait <= longest);
        }
    }
}
