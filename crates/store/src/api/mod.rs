//! The [`Store`] trait and its records.

mod frontier;
mod parts;
mod reading;
mod reparse;
mod visits;

pub use frontier::*;
pub use parts::*;
pub use reading::*;
pub use reparse::*;
pub use visits::*;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    Article, ArticleId, AuthorId, CaptureId, CaptureRef, JobId, Origin, PageId, PageUrl, SourceId, VisitId,
    VisitNote,
};
use std::{sync::Arc, time::Duration};

pub type Time = DateTime<Utc>;

/// Why a store could not do what it was asked. Statements are bounded in time (30 s) and size.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Locked, serialization failure, pool exhausted, connection lost: worth another try.
    #[error("the database is busy or unreachable: {0}")]
    Unavailable(String),
    /// The data contradict the schema, or the schema is of another version.
    #[error("{0}")]
    Broken(String),
    /// A value that a person gave does not fit; says what to do.
    #[error("{0}")]
    Invalid(String),
}

impl StoreError {
    pub fn into_failure(self) -> model::Failure {
        match self {
            Self::Unavailable(_) => model::Failure::busy("store-unavailable", self, Duration::from_secs(1)),
            Self::Broken(_) => model::Failure::transient("store-broken", self),
            Self::Invalid(_) => model::Failure::permanent("store-invalid", self),
        }
    }
}

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Everything Byline remembers, apart from the bytes of captures.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    // --- schema ---

    /// Brings the schema to this version. Idempotent and safe when several processes start at once.
    async fn migrate(&self) -> Result<()>;

    // --- following ---

    /// Follows an author page: author, source and page come to be, the page due now. Idempotent by page key;
    /// an unfollowed author is followed again with all history.
    async fn follow(&self, follow: &Follow, now: Time) -> Result<Followed>;

    /// Stops visits through this author's sources; everything stored stays.
    async fn unfollow(&self, author: AuthorId, now: Time) -> Result<()>;

    /// Makes the pages of these sources (none given: of all) due now, also those in back-off. Returns how many were
    /// not due.
    async fn refresh(&self, sources: &[SourceId], now: Time) -> Result<u64>;

    // --- frontier (scheduler) ---

    /// Due pages of hosts that are free now: at most `ask.per_host` minus those in flight for each host, pages
    /// never visited before revisits, then by due time; hosts whose turn is longest due first. A due robots page
    /// of the host comes before its other pages, and an open circuit lets one page through once its time is over.
    async fn candidates(&self, ask: &CandidateAsk) -> Result<Vec<Candidate>>;

    /// Takes the leases that can still be taken (page free, host still has room): one transaction. Returns the
    /// visits that were granted. The host's count in flight rises by one for each.
    async fn lease(&self, leases: &[Lease]) -> Result<Vec<VisitId>>;

    /// Gives leases back that were never sent on; the pages are due again at once.
    async fn release(&self, visits: &[VisitId]) -> Result<()>;

    /// Ends leases whose time is over and frees their hosts. Returns how many.
    async fn expire_leases(&self, now: Time) -> Result<u64>;

    /// The wall clock was set back `by` so much and says `now`: what was due stays due, leases and the rests of
    /// hosts last no longer than they would have. Without this, everything written by the clock that was ahead
    /// holds its page or host until the time comes again. Nothing is moved that stands at `beyond` or before.
    async fn clock_set_back(&self, now: Time, by: TimeDelta, beyond: Time) -> Result<()>;

    /// Leases out now: bounds the work in the queues. Cheap (a partial index).
    async fn leased(&self) -> Result<u64>;

    /// What is to be done until `until` for these sources (none given: for all), robots pages left out.
    async fn pending(&self, sources: &[SourceId], until: Time) -> Result<Pending>;

    /// The earliest moment at which [`Store::candidates`] can return something new; none: nothing is waiting.
    async fn next_wake(&self) -> Result<Option<Time>>;

    /// The stored robots.txt of an origin; none where it was never fetched.
    async fn robots(&self, origin: &Origin) -> Result<Option<RobotsRow>>;

    /// Makes the origin's robots.txt a page that is due now (its copy is missing or stale). Idempotent.
    async fn want_robots(&self, origins: &[Origin], now: Time) -> Result<()>;

    /// Visits that ended in the scheduler, with no request sent (robots-denied). Writes the timeline and the
    /// page's next due time.
    async fn record_denied(&self, denied: &[Denied]) -> Result<()>;

    // --- results (sink) ---

    /// What is known of the pages that these visits were to; in order, none where the page is not known.
    async fn visit_contexts(&self, keys: &[VisitKey]) -> Result<Vec<Option<VisitContext>>>;

    /// Stores decided results, all in one transaction; in order. A visit that is stored already is
    /// [`Committed::Duplicate`] and changes nothing; one decided on an older revision of its page is
    /// [`Committed::Stale`] and changes nothing (load its context again and decide anew).
    async fn commit(&self, commits: &[VisitCommit]) -> Result<Vec<Committed>>;

    /// Makes the pages of a lost database from what their captures tell, with the authors and sources they belong
    /// to; what is known stays as it is. In order.
    async fn restore_pages(&self, notes: &[VisitNote]) -> Result<Vec<PageId>>;

    /// Waits until something may have become grantable (a commit freed a host, a page was followed), at most
    /// `timeout`. In-process notice, and LISTEN/NOTIFY on PostgreSQL.
    async fn wait_for_change(&self, timeout: Duration) -> Result<()>;

    // --- events for anybody ---

    /// Oldest events not yet published.
    async fn outbox(&self, limit: usize) -> Result<Vec<OutboxEvent>>;

    async fn outbox_sent(&self, ids: &[i64]) -> Result<()>;

    // --- alarms of the installation ---

    /// Raises an alarm, or with no detail ends it. Each change is told by one event, `installation.alarm`, however
    /// many processes see it. Returns whether it was one.
    async fn set_alarm(&self, subject: &str, alarm: &str, detail: Option<&str>, now: Time) -> Result<bool>;

    /// What wants a person: alarms of the installation, then of followed sources.
    async fn alarms(&self) -> Result<Vec<AlarmRow>>;

    // --- dead letters ---

    /// Records a dead letter; idempotent by message id.
    async fn dead_letter(&self, letter: &DeadLetter) -> Result<()>;

    async fn dead_letters(&self, filter: &DeadFilter) -> Result<Vec<DeadLetter>>;

    /// Marks as replayed or dropped, with the time and who did it. Returns how many.
    async fn settle_dead_letters(&self, ids: &[String], how: DeadSettled, now: Time) -> Result<u64>;

    // --- reparse ---

    async fn create_reparse(&self, job: &NewReparse, now: Time) -> Result<JobId>;
    async fn reparse_jobs(&self) -> Result<Vec<ReparseJob>>;
    /// Captures a second from now on; none: as fast as it goes.
    async fn set_reparse_rate(&self, job: JobId, rate: Option<u32>, now: Time) -> Result<()>;
    async fn set_reparse_state(&self, job: JobId, state: ReparseState, now: Time) -> Result<()>;
    /// The next captures of a job after its cursor that have no result yet, with the hints the live visit had; does
    /// not move the cursor.
    async fn reparse_batch(&self, job: JobId, limit: usize) -> Result<Vec<ReparseItem>>;
    /// Moves the cursor past what was published.
    async fn reparse_advance(&self, job: JobId, cursor: &str, published: u64, now: Time) -> Result<()>;
    /// Moves the cursor back to the begin: what was published and has no result is lost, and is to be sent again.
    async fn reparse_send_again(&self, job: JobId, now: Time) -> Result<()>;
    /// Samples and counts of a job's changes, field by field.
    async fn reparse_changes(&self, job: JobId, limit: usize) -> Result<Vec<ReparseChange>>;

    // --- reading ---

    async fn counts(&self, now: Time) -> Result<Counts>;
    async fn authors(&self, page: Page) -> Result<Vec<AuthorRow>>;
    /// By id, exact name, or address of a source.
    async fn find_author(&self, text: &str) -> Result<Option<AuthorRow>>;
    /// Of those merged into the author as well.
    async fn sources(&self, author: AuthorId) -> Result<Vec<SourceRow>>;
    /// `merged` stands under `kept` from now on, in every list, count, search and export by author; nothing is
    /// moved, so it can be taken back.
    async fn merge_authors(&self, kept: AuthorId, merged: AuthorId, now: Time) -> Result<()>;
    /// Takes a merge back.
    async fn split_author(&self, merged: AuthorId, now: Time) -> Result<()>;
    /// All merges there ever were, the latest first.
    async fn author_merges(&self) -> Result<Vec<AuthorMerge>>;
    async fn works(&self, filter: &WorkFilter) -> Result<Vec<WorkRow>>;
    /// Newest capture first.
    async fn articles(&self, filter: &ArticleFilter) -> Result<Vec<ArticleRow>>;
    /// The current version in full.
    async fn article(&self, id: ArticleId) -> Result<Option<ArticleFull>>;
    /// The current versions of some, without what is known around them; in order of their ids.
    async fn current_articles(&self, ids: &[ArticleId]) -> Result<Vec<(ArticleId, Article)>>;
    async fn article_versions(&self, id: ArticleId) -> Result<Vec<ArticleVersion>>;
    /// Words of any language; Chinese words of two characters included. Those with all words in the title first,
    /// then the newest.
    async fn search(&self, words: &str, page: Page) -> Result<Vec<SearchHit>>;
    /// The page of an address, in whatever scheme and form; also an origin's robots.txt.
    async fn page_at(&self, url: &PageUrl) -> Result<Option<PageRow>>;
    /// Latest visits first.
    async fn visits(&self, filter: &VisitFilter) -> Result<Vec<VisitRow>>;
    async fn hosts(&self, page: Page) -> Result<Vec<HostRow>>;
    async fn captures(&self, filter: &CaptureFilter) -> Result<Vec<CaptureRow>>;
    /// Those of these captures that are known, in no order.
    async fn known_captures(&self, ids: &[CaptureId]) -> Result<Vec<CaptureRef>>;
    /// Sums of dispositions of visits that ended at or after `since`, by author of these sources (empty: of all).
    async fn summary(&self, sources: &[SourceId], since: Time) -> Result<Vec<SummaryRow>>;
}

/// Any back end.
pub type DynStore = Arc<dyn Store>;
