//! Records of results: what the sink reads before it decides, and what it decided.

use super::{HostChange, HostState, NewPage, NextPart, PartChange, PartsState, RobotsRow, StoreError, Time};
use model::{
    Article, ArticleId, AuthorProfile, CaptureRef, Cause, Disposition, PageId, PageKey, PageKind, PageUrl,
    SourceId, Stamp, Validators, VisitId,
};

/// Names what is to be loaded for one result.
#[derive(Debug, Clone)]
pub struct VisitKey {
    pub visit: VisitId,
    pub page: PageId,
    pub cause: Cause,
    /// Key of the article's canonical address, where it differs from the page's own.
    pub canonical: Option<PageKey>,
    /// Keys ([`work_key`]) of the works that the page lists.
    pub works: Vec<String>,
    /// Content hash of the article that the page has now.
    pub content: Option<String>,
    /// Key of what the page calls the next part of its article.
    pub next_part: Option<PageKey>,
}

#[derive(Debug, Clone)]
pub struct VisitContext {
    /// This visit (or this capture's reparse by this job) is stored already.
    pub applied: bool,
    pub page: PageState,
    pub host: HostState,
    /// The article of this page, where there is one.
    pub article: Option<CurrentArticle>,
    /// The page that has the article's canonical address, and its article.
    pub canonical: Option<(PageId, Option<CurrentArticle>)>,
    /// Another page of this host whose current article has the content asked for; the oldest of them.
    pub twin: Option<PageId>,
    /// The article in several parts that the page is a part of.
    pub parts: Option<PartsState>,
    /// What is known of the page of [`VisitKey::next_part`].
    pub next_part: NextPart,
    /// The sources this page serves as a listing, with the works known through each.
    pub listings: Vec<ListingState>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PageState {
    pub id: PageId,
    /// Counts writes: the optimistic lock of [`VisitCommit::revision`].
    pub revision: i64,
    pub url: PageUrl,
    pub key: PageKey,
    pub kind: PageKind,
    pub depth: u32,
    /// The visit that holds the lease.
    pub lease: Option<VisitId>,
    /// Current revisit interval in seconds; none before the first visit.
    pub interval_s: Option<i64>,
    /// Visits in a row that failed.
    pub failures: u32,
    /// Visits in a row without change.
    pub unchanged: u32,
    pub validators: Validators,
    pub last_visit_at: Option<Time>,
    /// Capture time of what is current; older captures never overwrite newer content.
    pub captured_at: Option<Time>,
    /// Sources through which it belongs to followed authors.
    pub sources: Vec<SourceId>,
    /// Redirects that led here in a row.
    pub redirects: u32,
    /// The page whose article this one shows, and its address.
    pub alias_of: Option<(PageId, PageUrl)>,
    /// See [`NewPage::mixed`].
    pub mixed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentArticle {
    pub id: ArticleId,
    pub version: i32,
    pub content_hash: String,
    pub captured_at: Time,
    pub parser_version: u32,
    pub rules_hash: String,
}

/// One source that the page serves (its kind is listing, feed or sitemap, and it belongs to the source), and
/// the works of this source that were last seen on this page or are among [`VisitKey::works`].
#[derive(Debug, Clone)]
pub struct ListingState {
    pub source: SourceId,
    /// Pages of this source's list in the frontier (listings, feeds, sitemaps): bounds traps.
    pub pages: u32,
    /// As the last visit to the first page left it.
    pub alarm: Option<SourceAlarm>,
    /// This page is the source's own address (or what that redirects to), not a further page of it.
    pub is_first_page: bool,
    /// The source's own address.
    pub home: PageUrl,
    /// Sitemaps that the robots.txt of the first page's origin names; only on the first page itself.
    pub sitemaps: Vec<String>,
    /// Links are followed although the page asks robots not to.
    pub ignore_nofollow: bool,
    pub works: Vec<KnownWork>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct KnownWork {
    /// Page key of its link, or `title:` and the title where it has none.
    pub key: String,
    pub title: String,
    /// The page of the list on which it was last seen.
    pub seen_on: PageId,
    /// Place on that page, counted from 0.
    pub position: u32,
    /// Time of the capture that showed it last.
    pub last_seen_at: Time,
    /// Visits of that page in a row without it.
    pub missed: u32,
    pub removed_at: Option<Time>,
}

/// What the sink decided of one result. Everything is stored in one transaction or not at all.
#[derive(Debug, Clone)]
pub struct VisitCommit {
    pub visit: VisitRecord,
    /// Revision of the page on which the decision stands.
    pub revision: i64,
    /// None for a reparse: when a page is visited is not its business.
    pub page: Option<PageChange>,
    /// None for a reparse: no exchange took place.
    pub host: Option<HostChange>,
    pub robots: Option<RobotsRow>,
    /// A reparse names the capture that is there already: its `parser_version` and `rules_hash` are brought up to
    /// date.
    pub capture: Option<CaptureRecord>,
    pub article: Option<ArticleChange>,
    /// The page is a part of an article.
    pub part: Option<PartChange>,
    pub works: Vec<WorkChange>,
    /// What the author page says of its author, for each source it serves.
    pub profile: Option<(Vec<SourceId>, AuthorProfile)>,
    /// State of the sources this page is the first page of.
    pub sources: Vec<SourceChange>,
    pub discovered: Vec<NewPage>,
    /// This page's content is that of another: its article is resolved there.
    pub alias_of: Option<PageId>,
    pub events: Vec<NewEvent>,
    /// What a dry run would change; nothing else of the commit is written then.
    pub dry_run: Option<DryRun>,
}

#[derive(Debug, Clone)]
pub struct VisitRecord {
    pub id: VisitId,
    pub page: PageId,
    pub cause: Cause,
    pub disposition: Disposition,
    /// Low-cardinality detail: `http-404`, `dns`, `no-list`, ...
    pub code: String,
    /// For people; empty where the code says it all.
    pub detail: String,
    pub status: Option<u16>,
    pub started_at: Time,
    pub ended_at: Time,
    pub bytes: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PageChange {
    pub kind: PageKind,
    /// The page moved to another spelling of itself (same key, other scheme or host): visited there from now on.
    pub url: Option<PageUrl>,
    /// None: never again (a redirected address whose target is followed instead).
    pub due_at: Option<Time>,
    pub interval_s: Option<i64>,
    pub failures: u32,
    pub unchanged: u32,
    pub validators: Validators,
    pub captured_at: Option<Time>,
    /// Gives the lease back where this visit holds it.
    pub release: bool,
}

#[derive(Debug, Clone)]
pub struct CaptureRecord {
    pub at: CaptureRef,
    pub captured_at: Time,
    pub content_type: Option<String>,
    pub status: u16,
    /// Hints of the visit as JSON, so that a reparse gets the same.
    pub hints: model::Hints,
    pub parser_version: Option<u32>,
    /// Hash of the site rules it was read with; empty where none spoke of it.
    pub rules_hash: Option<String>,
}

/// A new version of an article, or the first.
#[derive(Debug, Clone)]
pub struct ArticleChange {
    /// None: a new article, of this page itself, which is then no alias any more.
    pub id: Option<ArticleId>,
    pub article: Article,
    pub content_hash: String,
    pub capture: CaptureRef,
    pub captured_at: Time,
    pub parser_version: u32,
    pub rules_hash: String,
    pub reason: VersionReason,
    /// Completes the current version instead of adding one: its capture and reason stay.
    pub in_place: bool,
    /// 64-bit simhash of the text's shingles, for near-duplicates.
    pub simhash: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionReason {
    First,
    /// The site changed it.
    Changed,
    /// A newer parser or other rules read the same bytes differently.
    Reparsed,
    /// A further part could be read at last.
    Completed,
}

impl VersionReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Changed => "changed",
            Self::Reparsed => "reparsed",
            Self::Completed => "completed",
        }
    }
}

/// One entry of a list as it now is.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkChange {
    pub source: SourceId,
    pub key: String,
    /// The page of the list on which it stands (or stood).
    pub seen_on: PageId,
    pub state: WorkState,
}

#[expect(clippy::large_enum_variant, reason = "listed is the rule, missed the exception")]
#[derive(Debug, Clone, PartialEq)]
pub enum WorkState {
    /// Listed: new, known or returned; position counts from 0 within its page of the list.
    Listed {
        title: String,
        url: Option<PageUrl>,
        date: Option<Stamp>,
        authors: Vec<String>,
        venue: Option<String>,
        summary: Option<String>,
        position: u32,
        seen_at: Time,
    },
    /// Not there this time; removed after two agreeing visits. Applies only where the work's `seen_on` is still
    /// that of the change.
    Missed { missed: u32, removed_at: Option<Time> },
}

#[derive(Debug, Clone, PartialEq)]
pub struct SourceChange {
    pub source: SourceId,
    pub alarm: Option<SourceAlarm>,
}

/// A listing that had works and shows none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceAlarm {
    WentEmpty,
    ContainerMissing,
}

impl SourceAlarm {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WentEmpty => "went-empty",
            Self::ContainerMissing => "container-missing",
        }
    }
}

impl std::str::FromStr for SourceAlarm {
    type Err = StoreError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        [Self::WentEmpty, Self::ContainerMissing]
            .into_iter()
            .find(|a| a.as_str() == s)
            .ok_or_else(|| StoreError::Broken(format!("unknown alarm {s:?}")))
    }
}

/// An event for `byline.events`: `article.stored`, `article.changed`, `work.listed`, `work.removed`, ...
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    pub kind: String,
    pub subject: String,
    pub at: Time,
    pub data: serde_json::Value,
}

#[derive(Debug, Clone, PartialEq)]
pub struct OutboxEvent {
    pub id: i64,
    pub event: NewEvent,
}

/// Differences that a reparse would make, field by field.
#[derive(Debug, Clone, PartialEq)]
pub struct DryRun {
    /// Field, value now, value then; cut to 200 characters.
    pub changes: Vec<(String, String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    Done,
    Duplicate,
    Stale,
}

impl ListingState {
    pub fn known(&self, key: &str) -> Option<&KnownWork> {
        self.works.iter().find(|w| w.key == key)
    }
}

/// Works are keyed by where their link leads, or by their title where they have none.
pub fn work_key(url: Option<&PageUrl>, title: &str) -> String {
    match url {
        Some(url) => url.key().0,
        None => format!("title:{}", title.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}
