//! The numbers by which the sink decides.

use chrono::TimeDelta;
use model::PageKind;

#[derive(Debug, Clone)]
pub struct Policy {
    /// Revisits of listings, feeds and sitemaps.
    pub listing: Bounds,
    pub article: Bounds,
    /// Clicks from the author page to a further page of its list, at most.
    pub max_depth: u32,
    /// Pages of one source's list, at most: ends a list that makes itself up (an endless calendar).
    pub max_list_pages: u32,
    /// Works taken from one page, at most.
    pub max_works_per_page: usize,
    /// Entries of one sitemap that are looked at, at most: most of them are others'.
    pub max_sitemap_entries: usize,
    /// Feeds that are followed beside an author's page: the author's own, else one of the whole site.
    pub max_feeds: usize,
    /// Sitemaps of the site that are followed beside an author's page, and parts of one of them.
    pub max_sitemaps: usize,
}

/// Seconds between two visits to a page.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub min_s: i64,
    pub max_s: i64,
    /// Where nothing is known yet.
    pub first_s: i64,
}

pub(crate) const MINUTE: i64 = 60;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Further pages of a list change only when the first does, which is seen there; once in this time they are
/// read all the same, so that what was taken off them is noticed.
pub(crate) const DEEP_INTERVAL_S: i64 = 60 * DAY;

impl Default for Policy {
    fn default() -> Self {
        Self {
            listing: Bounds { min_s: 15 * MINUTE, max_s: 7 * DAY, first_s: 6 * HOUR },
            article: Bounds { min_s: DAY, max_s: 60 * DAY, first_s: 3 * DAY },
            max_depth: 400,
            max_list_pages: 1000,
            max_works_per_page: 2000,
            max_sitemap_entries: 10_000,
            max_feeds: 2,
            max_sitemaps: 3,
        }
    }
}

impl Policy {
    pub(crate) fn most_entries(&self, kind: PageKind) -> usize {
        if kind == PageKind::Sitemap { self.max_sitemap_entries } else { self.max_works_per_page }
    }

    pub(crate) fn bounds(&self, kind: PageKind) -> Bounds {
        if is_list(kind) { self.listing } else { self.article }
    }

    /// Longest back-off of a page that fails: it is never given up.
    pub(crate) fn longest_backoff(kind: PageKind) -> TimeDelta {
        TimeDelta::days(if is_list(kind) { 7 } else { 30 })
    }
}

pub(crate) fn is_list(kind: PageKind) -> bool {
    matches!(kind, PageKind::Listing | PageKind::Feed | PageKind::Sitemap)
}
