//! Single pages, the timeline, and captures.

use super::hosts;
use crate::{
    CaptureFilter, CaptureRow, PageRow, Result, StoreError, VisitFilter, VisitRow,
    db::{Db, Filter, Row, Rows, args},
};
use model::{ArticleId, CaptureId, CaptureRef, PageId, PageUrl, VisitId};

pub(super) async fn page_at(db: &Db, url: &PageUrl) -> Result<Option<PageRow>> {
    // A robots.txt that somebody follows or links to is a page like any other, and then goes first.
    let robots = if url.url().path() == "/robots.txt" { hosts::robots_key(&url.origin()) } else { url.key() };
    let sql = "SELECT p.id, p.url, p.kind, CASE WHEN p.active THEN p.due_at END AS due_at, p.lease_until,
                   p.interval_s, p.failures, p.last_visit_at, p.alias_of,
                   coalesce(t.article_id, p.article_id) AS article, h.host, h.in_flight, h.next_at, h.gap_ms,
                   h.failures AS host_failures, h.open_until,
                   (SELECT count(*) FROM pages o WHERE o.host_id = h.id AND o.rank <> 0) AS pages
               FROM pages p JOIN hosts h ON h.id = p.host_id LEFT JOIN pages t ON t.id = p.alias_of
               WHERE p.key IN ($1, $2) ORDER BY p.key = $2";
    let rows = db.read(sql, args![url.key().as_str(), robots.as_str()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(PageRow {
        id: PageId(row.int("id")?),
        url: row.url("url")?,
        kind: row.parsed("kind")?,
        due_at: row.opt_time("due_at")?,
        leased_until: row.opt_time("lease_until")?,
        interval_s: row.opt_int("interval_s")?,
        failures: row.small("failures")?,
        last_visit_at: row.opt_time("last_visit_at")?,
        alias_of: row.opt_int("alias_of")?.map(PageId),
        article: row.opt_int("article")?.map(ArticleId),
        host: hosts::host_row(row)?,
    }))
}

pub(super) async fn visits(db: &Db, filter: &VisitFilter) -> Result<Vec<VisitRow>> {
    let mut conditions = Filter::new();
    conditions.and("v.page_id = ?", filter.page_id.map(|p| p.0));
    conditions.and("v.disposition = ?", filter.disposition.map(|d| d.as_str()));
    conditions.and("v.ended_at >= ?", filter.since);
    let (conditions, limit, args) = conditions.with_page(filter.page);
    let sql = format!(
        "SELECT v.id, v.page_id, p.url, v.disposition, v.code, v.detail, v.status, v.started_at, v.ended_at,
                v.bytes, v.reparse
         FROM page_visits v JOIN pages p ON p.id = v.page_id
         WHERE {conditions} ORDER BY v.ended_at DESC, v.id DESC {limit}"
    );
    let visit = |row: &Row| {
        Ok(VisitRow {
            id: VisitId(row.uuid("id")?),
            page: PageId(row.int("page_id")?),
            url: row.url("url")?,
            disposition: row.parsed("disposition")?,
            code: row.text("code")?,
            detail: row.text("detail")?,
            status: row.opt_int("status")?.and_then(|s| u16::try_from(s).ok()),
            started_at: row.time("started_at")?,
            ended_at: row.time("ended_at")?,
            bytes: row.count("bytes")?,
            reparse: row.bool("reparse")?,
        })
    };
    db.read(&sql, args).await?.iter().map(visit).collect()
}

pub(super) async fn captures(db: &Db, filter: &CaptureFilter) -> Result<Vec<CaptureRow>> {
    let mut conditions = Filter::new();
    let of_author =
        "c.page_id IN (SELECT ps.page_id FROM page_sources ps JOIN sources s ON s.id = ps.source_id
                                   WHERE s.author_id IN (SELECT m.id FROM authors k
             JOIN authors m ON k.id IN (m.id, m.merged_into) WHERE k.id = ?))";
    conditions.and(of_author, filter.author.map(|a| a.0));
    conditions.and("c.captured_at >= ?", filter.since);
    let after = filter.after.as_deref().map(str::parse::<CaptureId>).transpose();
    let after = after.map_err(|e| StoreError::Invalid(format!("not the id of a capture: {e}")))?;
    conditions.and("c.id > ?", after.map(|id| id.0));
    let (conditions, limit, args) = conditions.with_page(filter.page);
    let sql = format!(
        "SELECT c.id, c.key, c.length, c.digest, c.captured_at, c.status, p.url
         FROM captures c JOIN pages p ON p.id = c.page_id WHERE {conditions} ORDER BY c.id {limit}"
    );
    let capture = |row: &Row| {
        let captured_at = row.time("captured_at")?;
        let status = status(row)?;
        Ok(CaptureRow { at: capture_ref(row)?, url: row.url("url")?, captured_at, status })
    };
    db.read(&sql, args).await?.iter().map(capture).collect()
}

pub(super) async fn known_captures(db: &Db, ids: &[CaptureId]) -> Result<Vec<CaptureRef>> {
    let sql = "SELECT id, key, length, digest FROM captures WHERE id IN (SELECT r.id FROM {rows})";
    let rows = db.read_each(sql, args![], Rows::uuids(ids.iter().map(|id| id.0))).await?;
    rows.iter().map(capture_ref).collect()
}

pub(super) fn capture_ref(row: &Row) -> Result<CaptureRef> {
    Ok(CaptureRef {
        id: CaptureId(row.uuid("id")?),
        key: row.text("key")?,
        length: row.count("length")?,
        digest: row.text("digest")?,
    })
}

pub(super) fn status(row: &Row) -> Result<u16> {
    u16::try_from(row.int("status")?).map_err(|_| StoreError::Broken("a status over 65535".to_owned()))
}
