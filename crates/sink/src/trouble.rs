//! Visits that gave no page: the disposition, and when the page is tried again.

use crate::{backoff::doubling, host::throttled_for, policy::Policy};
use chrono::TimeDelta;
use model::{Disposition, Fault, PageKind};

/// One end of a visit that gave no page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trouble {
    pub disposition: Disposition,
    pub code: String,
    pub retry: Retry,
}

/// When to try again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Retry {
    /// Doubling from here.
    From(TimeDelta),
    /// As the server asks.
    Throttled(Option<u64>),
}

/// Failures in a row up to which a short Retry-After is all the waiting: a page that always answers so is
/// not asked every second for ever.
const PATIENT: u32 = 5;

impl Trouble {
    pub(crate) fn of_status(status: u16, retry_after_s: Option<u64>) -> Self {
        let (disposition, retry) = match status {
            404 | 410 => (Disposition::Gone, Retry::From(TimeDelta::days(1))),
            429 | 503 => (Disposition::Throttled, Retry::Throttled(retry_after_s)),
            408 | 425 | 500..=599 => (Disposition::HttpError, Retry::From(TimeDelta::seconds(10))),
            _ => (Disposition::HttpError, Retry::From(TimeDelta::hours(1))),
        };
        Self { disposition, code: format!("http-{status}"), retry }
    }

    pub(crate) fn of_fault(fault: Fault) -> Self {
        let (disposition, first) = match fault {
            Fault::Dns
            | Fault::Connect
            | Fault::ConnectTimeout
            | Fault::Tls
            | Fault::Reset
            | Fault::TotalTimeout
            | Fault::ReadTimeout
            | Fault::Truncated
            | Fault::Protocol => (Disposition::Unreachable, TimeDelta::seconds(5)),
            Fault::AddressRefused
            | Fault::HeadersTooLarge
            | Fault::BodyTooLarge
            | Fault::DecompressionBomb
            | Fault::BadCoding
            | Fault::RedirectLoop
            | Fault::BadRedirect => (Disposition::Refused, TimeDelta::days(1)),
        };
        Self { disposition, code: fault.code().to_owned(), retry: Retry::From(first) }
    }

    /// Time until the next try; `failures` in a row before this one.
    pub(crate) fn wait(&self, kind: PageKind, failures: u32, fraction: f64) -> TimeDelta {
        let longest = Policy::longest_backoff(kind);
        match self.retry {
            Retry::From(first) => doubling(first, failures, longest, fraction),
            Retry::Throttled(asked) => {
                let wait = throttled_for(asked, failures, fraction);
                let own = throttled_for(None, failures.saturating_sub(PATIENT), fraction);
                if failures < PATIENT { wait } else { wait.max(own) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(trouble: &Trouble, disposition: Disposition, code: &str, first_s: i64) {
        assert_eq!((trouble.disposition, trouble.code.as_str()), (disposition, code));
        assert_eq!(trouble.wait(PageKind::Article, 0, 0.0).num_seconds(), first_s);
    }

    #[test]
    fn each_status_has_its_disposition() {
        check(&Trouble::of_status(404, None), Disposition::Gone, "http-404", 86_400);
        check(&Trouble::of_status(410, None), Disposition::Gone, "http-410", 86_400);
        check(&Trouble::of_status(429, Some(7)), Disposition::Throttled, "http-429", 7);
        check(&Trouble::of_status(503, None), Disposition::Throttled, "http-503", 15);
        check(&Trouble::of_status(500, None), Disposition::HttpError, "http-500", 10);
        check(&Trouble::of_status(403, None), Disposition::HttpError, "http-403", 3600);
    }

    #[test]
    fn each_fault_has_its_disposition() {
        check(&Trouble::of_fault(Fault::Reset), Disposition::Unreachable, "reset", 5);
        check(
            &Trouble::of_fault(Fault::DecompressionBomb),
            Disposition::Refused,
            "decompression-bomb",
            86_400,
        );
    }

    #[test]
    fn nothing_is_given_up() {
        for trouble in
            [Trouble::of_status(404, None), Trouble::of_fault(Fault::Dns), Trouble::of_status(500, None)]
        {
            assert_eq!(trouble.wait(PageKind::Listing, 1000, 0.9), TimeDelta::days(7));
            assert_eq!(trouble.wait(PageKind::Article, 1000, 0.9), TimeDelta::days(30));
        }
        assert_eq!(Trouble::of_status(503, None).wait(PageKind::Listing, 1000, 0.9), TimeDelta::days(1));
    }

    #[test]
    fn a_page_that_always_throttles_is_asked_less_often() {
        let wait =
            |failures| Trouble::of_status(503, Some(1)).wait(PageKind::Article, failures, 0.0).num_seconds();
        assert_eq!([0, 4, 5, 6, 100].map(wait), [1, 1, 15, 30, 86_400]);
    }
}
