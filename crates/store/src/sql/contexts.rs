//! What the sink reads before it decides: a handful of statements for a whole batch of results.

use super::{hosts, parts};
use crate::{
    CurrentArticle, KnownWork, ListingState, PageState, Result, VisitContext, VisitKey,
    db::{Column, Db, Row, Rows, Tx, args},
};
use model::{ArticleId, Cause, PageId, PageKey, SourceId, Validators, VisitId};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Columns of an article's current version; the page's own, or that of the page it is an alias of.
const ARTICLE: &str = "a.id AS article, a.version, a.content_hash, a.captured_at AS article_captured_at,
    a.parser_version, a.rules_hash";

pub(super) async fn load(db: &Db, keys: &[VisitKey]) -> Result<Vec<Option<VisitContext>>> {
    let ids: HashSet<i64> = keys.iter().map(|k| k.page.0).collect();
    let mut db = db.reader().await?;
    let applied = applied(&mut db, keys).await?;
    let canonical = canonical(&mut db, keys).await?;
    let twins = twins(&mut db, keys).await?;
    let mut pages = pages(&mut db, &ids).await?;
    let mut listings = sources(&mut db, &ids, &mut pages).await?;
    works(&mut db, keys, &mut listings).await?;
    let parts = parts::load(&mut db, &ids).await?;
    let next_parts = parts::next(&mut db, keys).await?;
    Ok(keys
        .iter()
        .map(|key| {
            let (page, host, article) = pages.get(&key.page.0)?.clone();
            let canonical = key.canonical.as_ref().and_then(|k| canonical.get(k)).cloned();
            Some(VisitContext {
                applied: applied.contains(&key.visit.0),
                canonical: canonical.filter(|(id, _)| *id != page.id),
                twin: key.content.as_ref().and_then(|c| twins.get(&(key.page.0, c.clone()))).copied(),
                parts: parts.get(&key.page.0).cloned(),
                next_part: key
                    .next_part
                    .as_ref()
                    .and_then(|k| next_parts.get(k))
                    .copied()
                    .unwrap_or_default(),
                listings: listings.get(&key.page.0).cloned().unwrap_or_default(),
                page,
                host,
                article,
            })
        })
        .collect())
}

async fn applied(db: &mut Tx, keys: &[VisitKey]) -> Result<HashSet<Uuid>> {
    let sql = "SELECT id FROM page_visits WHERE id IN (SELECT r.id FROM {rows})";
    let visits = Rows::uuids(keys.iter().map(|k| k.visit.0));
    let mut applied: HashSet<Uuid> =
        db.rows_each(sql, args![], visits).await?.iter().map(|r| r.uuid("id")).collect::<Result<_>>()?;
    let mut of_jobs = Rows::new(&[("job", Column::Int), ("visit", Column::Uuid)]);
    for key in keys {
        if let Cause::Reparse { job, .. } = key.cause {
            of_jobs.push(args![job.0, key.visit.0]);
        }
    }
    let sql = "SELECT visit_id FROM reparse_results
               WHERE (job_id, visit_id) IN (SELECT r.job, r.visit FROM {rows})";
    for row in db.rows_each(sql, args![], of_jobs).await? {
        applied.insert(row.uuid("visit_id")?);
    }
    Ok(applied)
}

type Canonical = HashMap<PageKey, (PageId, Option<CurrentArticle>)>;

async fn canonical(db: &mut Tx, keys: &[VisitKey]) -> Result<Canonical> {
    let sql = format!(
        "SELECT p.key, coalesce(t.id, p.id) AS id, {ARTICLE} FROM pages p LEFT JOIN pages t ON t.id = p.alias_of
         LEFT JOIN articles a ON a.id = coalesce(t.article_id, p.article_id)
         WHERE p.key IN (SELECT r.text FROM {{rows}})"
    );
    let wanted = Rows::texts(keys.iter().filter_map(|k| Some(k.canonical.clone()?.0)));
    let mut found = HashMap::new();
    for row in db.rows_each(&sql, args![], wanted).await? {
        found.insert(PageKey(row.text("key")?), (PageId(row.int("id")?), current_article(&row)?));
    }
    Ok(found)
}

/// By page and content: the oldest other page of its host with the same content.
async fn twins(db: &mut Tx, keys: &[VisitKey]) -> Result<HashMap<(i64, String), PageId>> {
    let mut wanted = Rows::new(&[("page", Column::Int), ("content", Column::Text)]);
    for key in keys {
        if let Some(content) = &key.content {
            wanted.push(args![key.page.0, content.as_str()]);
        }
    }
    let sql = "SELECT r.page, r.content, min(t.id) AS twin
               FROM {rows} JOIN pages p ON p.id = r.page JOIN articles a ON a.content_hash = r.content
               JOIN pages t ON t.id = a.page_id AND t.host_id = p.host_id AND t.id <> p.id AND t.alias_of IS NULL
               GROUP BY r.page, r.content";
    let rows = db.rows_each(sql, args![], wanted).await?;
    rows.iter().map(|row| Ok(((row.int("page")?, row.text("content")?), PageId(row.int("twin")?)))).collect()
}

type Page = (PageState, crate::HostState, Option<CurrentArticle>);

async fn pages(db: &mut Tx, ids: &HashSet<i64>) -> Result<HashMap<i64, Page>> {
    let sql = format!(
        "SELECT p.id, p.revision, p.url, p.key, p.kind, p.depth, p.lease_visit, p.interval_s, p.failures,
                p.unchanged, p.etag, p.last_modified, p.last_visit_at, p.captured_at, p.redirects, p.mixed, t.id AS target,
                t.url AS target_url,
                h.host, h.in_flight, h.next_at, h.gap_ms, h.failures AS host_failures, h.open_until, {ARTICLE}
         FROM pages p JOIN hosts h ON h.id = p.host_id LEFT JOIN pages t ON t.id = p.alias_of
         LEFT JOIN articles a ON a.id = coalesce(t.article_id, p.article_id)
         WHERE p.id IN (SELECT r.id FROM {{rows}})"
    );
    let mut found = HashMap::with_capacity(ids.len());
    for row in db.rows_each(&sql, args![], Rows::ids(ids.iter().copied())).await? {
        found.insert(row.int("id")?, (page_state(&row)?, hosts::state(&row)?, current_article(&row)?));
    }
    Ok(found)
}

fn page_state(row: &Row) -> Result<PageState> {
    Ok(PageState {
        id: PageId(row.int("id")?),
        revision: row.int("revision")?,
        url: row.url("url")?,
        key: PageKey(row.text("key")?),
        kind: row.parsed("kind")?,
        depth: row.small("depth")?,
        lease: row.opt_uuid("lease_visit")?.map(VisitId),
        interval_s: row.opt_int("interval_s")?,
        failures: row.small("failures")?,
        unchanged: row.small("unchanged")?,
        validators: Validators { etag: row.opt_text("etag")?, last_modified: row.opt_text("last_modified")? },
        last_visit_at: row.opt_time("last_visit_at")?,
        captured_at: row.opt_time("captured_at")?,
        sources: Vec::new(),
        redirects: row.small("redirects")?,
        alias_of: row.opt_int("target")?.map(PageId).zip(row.opt_url("target_url")?),
        mixed: row.bool("mixed")?,
    })
}

fn current_article(row: &Row) -> Result<Option<CurrentArticle>> {
    let Some(id) = row.opt_int("article")? else { return Ok(None) };
    Ok(Some(CurrentArticle {
        id: ArticleId(id),
        version: row.small("version")? as i32,
        content_hash: row.text("content_hash")?,
        captured_at: row.time("article_captured_at")?,
        parser_version: row.small("parser_version")?,
        rules_hash: row.text("rules_hash")?,
    }))
}

/// Fills the sources of each page; returns those that it serves as a listing.
async fn sources(
    db: &mut Tx,
    ids: &HashSet<i64>,
    pages: &mut HashMap<i64, Page>,
) -> Result<HashMap<i64, Vec<ListingState>>> {
    let sql =
        "SELECT ps.page_id, ps.source_id, s.alarm, s.page_id = ps.page_id AS is_first, s.ignore_nofollow,
                   home.url AS home, CASE WHEN s.page_id = ps.page_id THEN o.sitemaps END AS sitemaps,
                   CASE WHEN p.kind IN ('listing', 'feed', 'sitemap') OR s.page_id = ps.page_id THEN
                       (SELECT count(*) FROM page_sources all_of JOIN pages l ON l.id = all_of.page_id
                        WHERE all_of.source_id = ps.source_id AND l.kind IN ('listing', 'feed', 'sitemap'))
                   END AS pages
               FROM page_sources ps JOIN sources s ON s.id = ps.source_id JOIN pages p ON p.id = ps.page_id
                   JOIN pages home ON home.id = s.page_id LEFT JOIN robots o ON o.origin = p.origin
               WHERE ps.page_id IN (SELECT r.id FROM {rows}) ORDER BY ps.page_id, ps.source_id";
    let mut listings: HashMap<i64, Vec<ListingState>> = HashMap::new();
    for row in db.rows_each(sql, args![], Rows::ids(ids.iter().copied())).await? {
        let id = row.int("page_id")?;
        let Some((page, ..)) = pages.get_mut(&id) else { continue };
        let source = SourceId(row.int("source_id")?);
        page.sources.push(source);
        let Some(pages) = row.opt_int("pages")? else { continue };
        listings.entry(id).or_default().push(ListingState {
            source,
            pages: u32::try_from(pages).unwrap_or(u32::MAX),
            alarm: row.opt_parsed("alarm")?,
            is_first_page: row.bool("is_first")?,
            home: row.url("home")?,
            sitemaps: match row.opt_text("sitemaps")? {
                Some(_) => row.json("sitemaps")?,
                None => Vec::new(),
            },
            ignore_nofollow: row.bool("ignore_nofollow")?,
            works: Vec::new(),
        });
    }
    Ok(listings)
}

/// Works last seen on these pages, and those that the pages list now.
async fn works(db: &mut Tx, keys: &[VisitKey], listings: &mut HashMap<i64, Vec<ListingState>>) -> Result<()> {
    const COLUMNS: &str = "w.source_id, w.key, w.title, w.seen_on, w.position, w.last_seen_at, w.missed,
        w.removed_at";
    let sql = format!(
        "SELECT {COLUMNS}, w.seen_on AS page FROM works w WHERE w.seen_on IN (SELECT r.id FROM {{rows}})"
    );
    let mut found = db.rows_each(&sql, args![], Rows::ids(listings.keys().copied())).await?;
    let mut listed = Rows::new(&[("page", Column::Int), ("source", Column::Int), ("key", Column::Text)]);
    for key in keys {
        for state in listings.get(&key.page.0).into_iter().flatten() {
            for work in &key.works {
                listed.push(args![key.page.0, state.source.0, work.as_str()]);
            }
        }
    }
    let sql = format!(
        "SELECT {COLUMNS}, r.page FROM {{rows}} JOIN works w ON w.source_id = r.source AND w.key = r.key
         WHERE w.seen_on <> r.page"
    );
    found.extend(db.rows_each(&sql, args![], listed).await?);
    let mut seen = HashSet::new();
    for row in &found {
        let (page, source) = (row.int("page")?, SourceId(row.int("source_id")?));
        let state = listings.get_mut(&page).and_then(|l| l.iter_mut().find(|s| s.source == source));
        let Some(state) = state else { continue };
        let work = KnownWork {
            key: row.text("key")?,
            title: row.text("title")?,
            seen_on: PageId(row.int("seen_on")?),
            position: row.small("position")?,
            last_seen_at: row.time("last_seen_at")?,
            missed: row.small("missed")?,
            removed_at: row.opt_time("removed_at")?,
        };
        if seen.insert((page, source, work.key.clone())) {
            state.works.push(work);
        }
    }
    Ok(())
}
