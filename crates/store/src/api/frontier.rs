//! Records of the frontier: what the scheduler reads and writes.

use super::Time;
use chrono::TimeDelta;
use model::{
    AuthorId, Disposition, Hints, HostKey, Origin, PageId, PageKey, PageKind, PageUrl, Provenance, SourceId,
    Validators, VisitId,
};
use std::net::IpAddr;

/// A wish to follow an author page.
#[derive(Debug, Clone)]
pub struct Follow {
    pub url: PageUrl,
    /// Known name, where somebody gave one; else the page's own is taken when it is read.
    pub name: Option<String>,
    /// Whether links are followed although the page asks robots not to; none leaves it as it is (at first: no).
    pub ignore_nofollow: Option<bool>,
}

impl Follow {
    /// Without a name, robots' directives honoured.
    pub fn page(url: PageUrl) -> Self {
        Self { url, name: None, ignore_nofollow: None }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    pub author: AuthorId,
    pub source: SourceId,
    pub page: PageId,
    /// False where it was followed already.
    pub new: bool,
}

#[derive(Debug, Clone)]
pub struct CandidateAsk {
    pub now: Time,
    pub limit: usize,
    /// Exchanges in flight to one host at once, at most; fewer where the host's last lease said so, and one only
    /// while a circuit is half open.
    pub per_host: u32,
    /// Only pages that belong to these sources (`byline crawl`); empty: all. Robots pages always.
    pub sources: Vec<SourceId>,
}

/// A page that may be granted as far as the frontier knows; robots.txt is for the scheduler to judge.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub page: PageId,
    pub url: PageUrl,
    pub kind: PageKind,
    pub origin: Origin,
    pub host: HostKey,
    pub due_at: Time,
    pub validators: Validators,
    pub hints: Hints,
    /// When this origin's stored robots.txt was fetched; the scheduler's cache of parsed rules is keyed by it.
    pub robots_fetched_at: Option<Time>,
    /// After this the copy is stale.
    pub robots_expires_at: Option<Time>,
    /// Gap that this host has now, in milliseconds (its own, or crawl-delay); none: the default.
    pub gap_ms: Option<u64>,
    /// Denials in a row, for the scheduler's back-off.
    pub failures: u32,
    /// For the archive.
    pub provenance: Provenance,
}

#[derive(Debug, Clone)]
pub struct Lease {
    pub visit: VisitId,
    pub page: PageId,
    pub now: Time,
    pub until: Time,
    /// Exchanges in flight to this host at once; kept with the host, whose candidates are bounded by it from then on.
    pub per_host: u32,
    /// The host shares its gap with those of its address that do so too: of all of them one is visited at a time.
    /// Kept with the host; its address is known from its first answer on.
    pub share_gap: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RobotsRow {
    pub origin: Origin,
    pub verdict: RobotsVerdict,
    pub fetched_at: Time,
    pub expires_at: Time,
    /// Sitemaps that the file names, absolute.
    pub sitemaps: Vec<String>,
}

/// What the last visit to robots.txt gave (RFC 9309 §2.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RobotsVerdict {
    /// 2xx: its text, at most 500 KiB.
    Rules(String),
    /// 4xx: everything is allowed.
    AllowAll,
    /// 5xx or unreachable: nothing is allowed; in words for people, why.
    Unreachable(String),
    /// Our own guard refuses the host's address, as it would for every page of the origin; in words for people.
    Refused(String),
}

/// A visit that ends before it began: robots.txt forbids it, or it is known that the guard would.
#[derive(Debug, Clone)]
pub struct Denied {
    pub visit: VisitId,
    pub page: PageId,
    pub at: Time,
    pub next_due: Time,
    pub disposition: Disposition,
    /// `robots-disallow`, `robots-unreachable` or `address-refused`.
    pub code: &'static str,
    /// For people; empty where the code says it all.
    pub detail: String,
}

/// A page to be put into the frontier. Where its key is there already, its kind and due time stay (but see
/// `again`), its source is added, and its hints are replaced where these say more (`listed`, `authors`).
#[derive(Debug, Clone, PartialEq)]
pub struct NewPage {
    pub url: PageUrl,
    pub key: PageKey,
    pub kind: PageKind,
    pub due_at: Time,
    pub hints: Hints,
    /// Sources through which the page belongs to an author; rises with each that lists it.
    pub source: Option<SourceId>,
    /// Clicks from the author page: bounds pagination and traps.
    pub depth: u32,
    /// The page that redirected here: it becomes an alias of this one (as [`super::VisitCommit::alias_of`]), this
    /// one inherits all its sources, and where it was a source's first page, this one is from now on.
    /// `PageState::redirects` of this page becomes one more than that of the other.
    pub redirected_from: Option<PageId>,
    /// The article it is a part of, by the page of the first part, and which part it is (from 2): where the page is
    /// new, it stands for the other from then on.
    pub part_of: Option<(PageId, u32)>,
    /// Where the page is known already: its due time becomes the earlier of its own (none counts as never)
    /// and `due_at`. Else a known page keeps its due time.
    pub again: bool,
    /// A list that holds works of others as well, such as the feed of a whole site.
    pub mixed: bool,
}

/// What is still to be done for some sources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pending {
    /// Leases out.
    pub in_flight: u64,
    /// Pages without a lease that can be granted at or before the moment asked for: their due time, their
    /// host's `next_at` and, where its circuit is open, `open_until` all lie before it.
    pub ready: u64,
    /// Earliest moment at which one of these can be granted.
    pub ready_at: Option<Time>,
    /// Pages without a lease that come later than that.
    pub later: u64,
}

/// State of a host as far as politeness goes.
#[derive(Debug, Clone, PartialEq)]
pub struct HostState {
    pub host: HostKey,
    pub in_flight: u32,
    /// No visit before this.
    pub next_at: Time,
    /// Gap of its own in milliseconds (configuration or crawl-delay); none: the default.
    pub gap_ms: Option<u64>,
    /// Faults of the host in a row ([`model::Fault::is_of_host`], 429, 503).
    pub failures: u32,
    /// The circuit is open until then: one probe is let through after it.
    pub open_until: Option<Time>,
}

/// The change a result makes to its host.
#[derive(Debug, Clone, PartialEq)]
pub struct HostChange {
    /// End of the exchange.
    pub ended_at: Time,
    /// `next_at` becomes the later of itself and `ended_at` plus this.
    pub wait: TimeDelta,
    /// New number of faults in a row.
    pub failures: u32,
    pub open_until: Option<Time>,
    /// New gap of its own; none leaves it as it is.
    pub gap_ms: Option<u64>,
    /// Address that answered, and how long the hosts that share its gap wait; none where nobody answered.
    pub shared: Option<(IpAddr, TimeDelta)>,
}
