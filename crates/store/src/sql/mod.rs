//! The [`Store`] on SQLite and PostgreSQL. Each module holds one concern; what differs between the two
//! databases is in [`crate::db`] or says so with `{marks}` in its SQL.

mod alarms;
mod article_reads;
mod articles;
mod candidates;
mod clock;
mod commit;
mod contexts;
mod dead;
mod following;
mod hosts;
mod leases;
mod merges;
mod notice;
mod outbox;
mod pages;
mod parts;
mod reading;
mod reparse;
mod restore;
mod search;
mod summary;
mod works;

use crate::{
    AlarmRow, ArticleFilter, ArticleFull, ArticleRow, ArticleVersion, AuthorMerge, AuthorRow, Candidate,
    CandidateAsk, CaptureFilter, CaptureRow, Committed, Counts, DeadFilter, DeadLetter, DeadSettled, Denied,
    DynStore, Follow, Followed, HostRow, Lease, NewReparse, OutboxEvent, Page, PageRow, Pending,
    ReparseChange, ReparseItem, ReparseJob, ReparseState, Result, RobotsRow, SearchHit, SourceRow, Store,
    StoreError, SummaryRow, Time, VisitCommit, VisitContext, VisitFilter, VisitKey, VisitRow, WorkFilter,
    WorkRow,
    db::{self, Db},
};
use async_trait::async_trait;
use chrono::TimeDelta;
use model::{
    Article, ArticleId, AuthorId, CaptureId, CaptureRef, JobId, Origin, PageId, PageUrl, SourceId, VisitId,
    VisitNote,
};
use notice::Notice;
use std::{path::Path, sync::Arc, time::Duration};

/// Opens a database by its address: `sqlite://PATH` (also `sqlite:PATH`) or `postgres://...`. Connections are
/// made when they are needed, so a server that is down shows at the first use.
///
/// # Errors
/// [`StoreError::Invalid`] where it is no such address.
pub fn open(url: &str) -> Result<DynStore> {
    let db = if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains(":memory:") {
            return Err(StoreError::Invalid("the SQLite database needs a file: sqlite://PATH".to_owned()));
        }
        db::sqlite::open(Path::new(path))
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        db::postgres::open(url)?
    } else {
        return Err(StoreError::Invalid(format!(
            "the database's address is sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME, not {:?}",
            url.split(':').next().unwrap_or_default()
        )));
    };
    Ok(Arc::new(SqlStore { db, notice: Notice::default() }))
}

struct SqlStore {
    db: Db,
    notice: Notice,
}

#[async_trait]
impl Store for SqlStore {
    async fn migrate(&self) -> Result<()> {
        self.db.migrate().await
    }

    async fn follow(&self, follow: &Follow, now: Time) -> Result<Followed> {
        let followed = following::follow(&self.db, follow, now).await?;
        self.notice.give();
        Ok(followed)
    }

    async fn unfollow(&self, author: AuthorId, now: Time) -> Result<()> {
        following::unfollow(&self.db, author, now).await
    }

    async fn refresh(&self, sources: &[SourceId], now: Time) -> Result<u64> {
        let refreshed = following::refresh(&self.db, sources, now).await?;
        self.notice.give();
        Ok(refreshed)
    }

    async fn candidates(&self, ask: &CandidateAsk) -> Result<Vec<Candidate>> {
        candidates::candidates(&self.db, ask).await
    }

    async fn lease(&self, leases: &[Lease]) -> Result<Vec<VisitId>> {
        leases::lease(&self.db, leases).await
    }

    async fn release(&self, visits: &[VisitId]) -> Result<()> {
        leases::release(&self.db, visits).await?;
        self.notice.give();
        Ok(())
    }

    async fn expire_leases(&self, now: Time) -> Result<u64> {
        leases::expire(&self.db, now).await
    }

    async fn clock_set_back(&self, now: Time, by: TimeDelta, beyond: Time) -> Result<()> {
        clock::set_back(&self.db, now, by, beyond).await
    }

    async fn next_wake(&self) -> Result<Option<Time>> {
        candidates::next_wake(&self.db).await
    }

    async fn leased(&self) -> Result<u64> {
        candidates::leased(&self.db).await
    }

    async fn pending(&self, sources: &[SourceId], until: Time) -> Result<Pending> {
        candidates::pending(&self.db, sources, until).await
    }

    async fn robots(&self, origin: &Origin) -> Result<Option<RobotsRow>> {
        hosts::robots(&self.db, origin).await
    }

    async fn want_robots(&self, origins: &[Origin], now: Time) -> Result<()> {
        hosts::want_robots(&self.db, origins, now).await
    }

    async fn record_denied(&self, denied: &[Denied]) -> Result<()> {
        leases::record_denied(&self.db, denied).await
    }

    async fn visit_contexts(&self, keys: &[VisitKey]) -> Result<Vec<Option<VisitContext>>> {
        contexts::load(&self.db, keys).await
    }

    async fn commit(&self, commits: &[VisitCommit]) -> Result<Vec<Committed>> {
        let committed = commit::commit(&self.db, commits).await?;
        self.notice.give();
        Ok(committed)
    }

    async fn restore_pages(&self, notes: &[VisitNote]) -> Result<Vec<PageId>> {
        restore::pages(&self.db, notes).await
    }

    async fn wait_for_change(&self, timeout: Duration) -> Result<()> {
        self.notice.wait(&self.db, timeout).await
    }

    async fn outbox(&self, limit: usize) -> Result<Vec<OutboxEvent>> {
        outbox::waiting(&self.db, limit).await
    }

    async fn outbox_sent(&self, ids: &[i64]) -> Result<()> {
        outbox::sent(&self.db, ids).await
    }

    async fn set_alarm(&self, subject: &str, alarm: &str, detail: Option<&str>, now: Time) -> Result<bool> {
        alarms::set(&self.db, subject, alarm, detail, now).await
    }

    async fn alarms(&self) -> Result<Vec<AlarmRow>> {
        alarms::list(&self.db).await
    }

    async fn dead_letter(&self, letter: &DeadLetter) -> Result<()> {
        dead::record(&self.db, letter).await
    }

    async fn dead_letters(&self, filter: &DeadFilter) -> Result<Vec<DeadLetter>> {
        dead::list(&self.db, filter).await
    }

    async fn settle_dead_letters(&self, ids: &[String], how: DeadSettled, now: Time) -> Result<u64> {
        dead::settle(&self.db, ids, how, now).await
    }

    async fn create_reparse(&self, job: &NewReparse, now: Time) -> Result<JobId> {
        reparse::create(&self.db, job, now).await
    }

    async fn reparse_jobs(&self) -> Result<Vec<ReparseJob>> {
        reparse::jobs(&self.db).await
    }

    async fn set_reparse_state(&self, job: JobId, state: ReparseState, now: Time) -> Result<()> {
        reparse::set_state(&self.db, job, state, now).await
    }

    async fn reparse_batch(&self, job: JobId, limit: usize) -> Result<Vec<ReparseItem>> {
        reparse::batch(&self.db, job, limit).await
    }

    async fn reparse_advance(&self, job: JobId, cursor: &str, published: u64, now: Time) -> Result<()> {
        reparse::advance(&self.db, job, cursor, published, now).await
    }

    async fn reparse_send_again(&self, job: JobId, now: Time) -> Result<()> {
        reparse::send_again(&self.db, job, now).await
    }

    async fn reparse_changes(&self, job: JobId, limit: usize) -> Result<Vec<ReparseChange>> {
        reparse::changes(&self.db, job, limit).await
    }

    async fn counts(&self, now: Time) -> Result<Counts> {
        summary::counts(&self.db, now).await
    }

    async fn authors(&self, page: Page) -> Result<Vec<AuthorRow>> {
        following::authors(&self.db, page).await
    }

    async fn find_author(&self, text: &str) -> Result<Option<AuthorRow>> {
        following::find_author(&self.db, text).await
    }

    async fn merge_authors(&self, kept: AuthorId, merged: AuthorId, now: Time) -> Result<()> {
        merges::merge(&self.db, kept, merged, now).await
    }

    async fn split_author(&self, merged: AuthorId, now: Time) -> Result<()> {
        merges::split(&self.db, merged, now).await
    }

    async fn author_merges(&self) -> Result<Vec<AuthorMerge>> {
        merges::list(&self.db).await
    }

    async fn set_reparse_rate(&self, job: JobId, rate: Option<u32>, now: Time) -> Result<()> {
        reparse::set_rate(&self.db, job, rate, now).await
    }

    async fn sources(&self, author: AuthorId) -> Result<Vec<SourceRow>> {
        following::sources(&self.db, author).await
    }

    async fn works(&self, filter: &WorkFilter) -> Result<Vec<WorkRow>> {
        works::list(&self.db, filter).await
    }

    async fn articles(&self, filter: &ArticleFilter) -> Result<Vec<ArticleRow>> {
        article_reads::list(&self.db, filter).await
    }

    async fn article(&self, id: ArticleId) -> Result<Option<ArticleFull>> {
        article_reads::full(&self.db, id).await
    }

    async fn current_articles(&self, ids: &[ArticleId]) -> Result<Vec<(ArticleId, Article)>> {
        article_reads::current(&self.db, ids).await
    }

    async fn article_versions(&self, id: ArticleId) -> Result<Vec<ArticleVersion>> {
        article_reads::versions(&self.db, id).await
    }

    async fn search(&self, words: &str, page: Page) -> Result<Vec<SearchHit>> {
        search::search(&self.db, words, page).await
    }

    async fn page_at(&self, url: &PageUrl) -> Result<Option<PageRow>> {
        reading::page_at(&self.db, url).await
    }

    async fn visits(&self, filter: &VisitFilter) -> Result<Vec<VisitRow>> {
        reading::visits(&self.db, filter).await
    }

    async fn hosts(&self, page: Page) -> Result<Vec<HostRow>> {
        hosts::list(&self.db, page).await
    }

    async fn captures(&self, filter: &CaptureFilter) -> Result<Vec<CaptureRow>> {
        reading::captures(&self.db, filter).await
    }

    async fn known_captures(&self, ids: &[CaptureId]) -> Result<Vec<CaptureRef>> {
        reading::known_captures(&self.db, ids).await
    }

    async fn summary(&self, sources: &[SourceId], since: Time) -> Result<Vec<SummaryRow>> {
        summary::summary(&self.db, sources, since).await
    }
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| StoreError::Broken(format!("not to be written as JSON: {e}")))
}
