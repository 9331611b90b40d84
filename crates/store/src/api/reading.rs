//! What people and programs read: rows for tables, pages, JSON and exports. Every list is paged.

use super::Time;
use model::{
    Article, ArticleId, AuthorId, Disposition, HostKey, PageId, PageKind, PageUrl, SourceId, Stamp, VisitId,
    WorkId,
};
use serde::Serialize;

#[derive(Debug, Clone, Copy)]
pub struct Page {
    pub offset: u64,
    pub limit: u64,
}

impl Default for Page {
    fn default() -> Self {
        Self { offset: 0, limit: 100 }
    }
}

/// Numbers of `byline status` and `/metrics`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub authors: u64,
    pub sources: u64,
    pub hosts: u64,
    pub pages: u64,
    pub pages_due: u64,
    pub pages_in_flight: u64,
    pub works: u64,
    pub works_removed: u64,
    pub articles: u64,
    pub versions: u64,
    pub captures: u64,
    pub visits: u64,
    pub dead_letters_waiting: u64,
    pub outbox_waiting: u64,
    pub sources_in_alarm: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuthorRow {
    pub id: AuthorId,
    /// Empty until the author's page was read.
    pub name: String,
    pub affiliation: Option<String>,
    pub biography: Option<String>,
    pub portrait: Option<String>,
    pub same_as: Vec<String>,
    pub followed: bool,
    pub created_at: Time,
    /// Addresses of the sources.
    pub pages: Vec<String>,
    /// Authors that were found to be this one.
    pub merged: Vec<MergedAuthor>,
    pub works: u64,
    pub articles: u64,
}

/// An author that stands under another one's name for as long as nobody splits them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergedAuthor {
    pub id: AuthorId,
    pub name: String,
}

/// What was found of two authors, and whether it was taken back: kept for good.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuthorMerge {
    pub kept: AuthorId,
    pub kept_name: String,
    pub merged: AuthorId,
    pub merged_name: String,
    pub merged_at: Time,
    pub undone_at: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceRow {
    pub id: SourceId,
    pub author: AuthorId,
    pub page: PageId,
    pub url: PageUrl,
    pub alarm: Option<String>,
    pub last_visit_at: Option<Time>,
    pub due_at: Option<Time>,
}

/// What [`WorkRow::state`] may be.
pub const WORK_STATES: [&str; 5] = ["new", "known", "changed", "removed", "returned"];

#[derive(Debug, Clone, Default)]
pub struct WorkFilter {
    pub author: Option<AuthorId>,
    pub source: Option<SourceId>,
    /// One of [`WORK_STATES`].
    pub state: Option<String>,
    pub page: Page,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkRow {
    pub id: WorkId,
    pub author: AuthorId,
    pub source: SourceId,
    pub title: String,
    pub url: Option<PageUrl>,
    pub date: Option<Stamp>,
    pub authors: Vec<String>,
    pub venue: Option<String>,
    pub first_seen_at: Time,
    pub last_seen_at: Time,
    pub removed_at: Option<Time>,
    /// `new` (not fetched yet), `known`, `changed` (its article has several versions by the author),
    /// `removed`, `returned`.
    pub state: String,
    pub article: Option<ArticleId>,
    /// Disposition of the last visit to its page.
    pub last: Option<Disposition>,
}

#[derive(Debug, Clone, Default)]
pub struct ArticleFilter {
    pub author: Option<AuthorId>,
    pub host: Option<HostKey>,
    /// Captured at or after.
    pub since: Option<Time>,
    /// Ids greater than this, ascending: keyset paging for exports.
    pub after: Option<ArticleId>,
    pub page: Page,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArticleRow {
    pub id: ArticleId,
    pub url: PageUrl,
    pub title: String,
    pub authors: Vec<String>,
    pub published: Option<Stamp>,
    pub language: Option<String>,
    pub captured_at: Time,
    pub versions: u32,
    /// Characters of text.
    pub length: u64,
}

/// An article and all that is known around it.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleFull {
    pub row: ArticleRow,
    pub article: Article,
    pub content_hash: String,
    pub parser_version: u32,
    pub first_seen_at: Time,
    /// Author pages that list it.
    pub author_pages: Vec<String>,
    /// Other addresses of the same article.
    pub aliases: Vec<String>,
    /// Articles with nearly the same text, the likest first: at another address, syndicated, a print view.
    pub near_duplicates: Vec<NearDuplicate>,
    pub presence: Presence,
    /// Titles of the listings' entries that lead here.
    pub listed_as: Vec<String>,
}

/// An article whose text was compared with another's, shingle by shingle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NearDuplicate {
    pub id: ArticleId,
    pub url: PageUrl,
    pub title: String,
    /// Share of common shingles, 0 to 1.
    pub likeness: f64,
}

/// When the article was to be had, as the visits to its page and the lists have shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Presence {
    /// The last visit that found it.
    pub last_seen_at: Option<Time>,
    /// 404 or 410 since then.
    pub gone_at: Option<Time>,
    /// Found again after it was gone.
    pub returned_at: Option<Time>,
    /// No list shows it any more.
    pub unlisted_at: Option<Time>,
    /// A list shows it again.
    pub relisted_at: Option<Time>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ArticleVersion {
    pub version: i32,
    pub article: Article,
    pub content_hash: String,
    pub captured_at: Time,
    pub parser_version: u32,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchHit {
    pub article: ArticleRow,
    /// Text around the first match, at most 200 characters.
    pub excerpt: String,
}

/// A page of the frontier, with the reason why it is not visited earlier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageRow {
    pub id: PageId,
    pub url: PageUrl,
    pub kind: PageKind,
    pub due_at: Option<Time>,
    pub leased_until: Option<Time>,
    pub interval_s: Option<i64>,
    pub failures: u32,
    pub last_visit_at: Option<Time>,
    pub alias_of: Option<PageId>,
    pub article: Option<ArticleId>,
    pub host: HostRow,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HostRow {
    pub host: HostKey,
    pub pages: u64,
    pub in_flight: u32,
    pub next_at: Time,
    pub gap_ms: Option<u64>,
    pub failures: u32,
    pub open_until: Option<Time>,
}

/// What wants a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlarmRow {
    /// A queue's name, or a source's address.
    pub subject: String,
    /// `unrouted`, `full`, or as [`super::SourceAlarm::as_str`].
    pub alarm: String,
    pub detail: String,
    /// None for sources: their timeline tells.
    pub since: Option<Time>,
}

#[derive(Debug, Clone, Default)]
pub struct VisitFilter {
    pub page_id: Option<PageId>,
    pub disposition: Option<Disposition>,
    pub since: Option<Time>,
    pub page: Page,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VisitRow {
    pub id: VisitId,
    pub page: PageId,
    pub url: PageUrl,
    pub disposition: Disposition,
    pub code: String,
    pub detail: String,
    pub status: Option<u16>,
    pub started_at: Time,
    pub ended_at: Time,
    pub bytes: u64,
    pub reparse: bool,
}

#[derive(Debug, Clone, Default)]
pub struct CaptureFilter {
    pub author: Option<AuthorId>,
    pub since: Option<Time>,
    /// Ids greater than this (text order of UUIDv7 is time order): keyset paging.
    pub after: Option<String>,
    pub page: Page,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CaptureRow {
    pub at: model::CaptureRef,
    pub url: PageUrl,
    pub captured_at: Time,
    pub status: u16,
}

impl PageRow {
    /// What holds the next visit back, in words: the strongest reason first.
    pub fn why_not_earlier(&self, now: Time) -> String {
        let clock = |t: Time| t.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        if let Some(until) = self.leased_until.filter(|t| *t > now) {
            return format!("a visit is under way (its lease ends {})", clock(until));
        }
        let Some(due) = self.due_at else {
            return match self.alias_of {
                Some(page) => format!("never: its content is that of page {page}, which is visited instead"),
                None => "never: it is not followed, or only its redirect's target is".to_owned(),
            };
        };
        let host = &self.host;
        if let Some(open) = host.open_until.filter(|t| *t > now && *t > due) {
            return format!(
                "{} failed {} times in a row and rests until {}",
                host.host,
                host.failures,
                clock(open)
            );
        }
        if due > now {
            return match (self.failures, self.interval_s) {
                (0, Some(s)) => format!("it is read again every {}", rough(s)),
                (0, None) => "its first visit is set for then".to_owned(),
                (n, _) => format!("its last {n} visits failed, so it is tried less often"),
            };
        }
        if host.next_at > now {
            return format!("{} was asked just now; its gap ends {}", host.host, clock(host.next_at));
        }
        if host.in_flight > 0 {
            return format!("{} is answering another visit", host.host);
        }
        "nothing: it is due now".to_owned()
    }
}

/// Seconds as people say them.
fn rough(s: i64) -> String {
    match s {
        ..5_400 => format!("{} minutes", (s + 30) / 60),
        5_400..172_800 => format!("{} hours", (s + 1_800) / 3_600),
        _ => format!("{} days", (s + 43_200) / 86_400),
    }
}

/// One author's line of the table that `byline crawl` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SummaryRow {
    pub author: AuthorId,
    pub name: String,
    pub works: u64,
    pub works_with_link: u64,
    /// Visits to this author's pages by disposition.
    pub visits: Vec<(Disposition, u64)>,
    pub articles: u64,
}
