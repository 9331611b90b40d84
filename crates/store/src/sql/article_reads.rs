//! Articles as they are read: rows of lists, and one with all that is known around it.

use super::articles::bands;
use crate::{
    ArticleFilter, ArticleFull, ArticleRow, ArticleVersion, NearDuplicate, Presence, Result,
    db::{Db, Filter, Row, Rows, args},
};
use model::{Article, ArticleId};

/// Most bits in which the simhashes of near-duplicates differ: four bands of 16 bits find all pairs up to three.
const NEAR_BITS: u32 = 3;

/// Share of common shingles from which two texts are nearly the same: fingerprints can be near by chance.
const LIKE: f64 = 0.8;

/// Texts compared for one article, those with the nearest fingerprints.
const COMPARED: usize = 20;

/// Articles of one author, `?`: those of the pages that the author's sources list.
const OF_AUTHOR: &str =
    "a.id IN (SELECT p.article_id FROM sources s JOIN page_sources ps ON ps.source_id = s.id
    JOIN pages p ON p.id = ps.page_id
    WHERE s.author_id IN (SELECT m.id FROM authors k JOIN authors m ON k.id IN (m.id, m.merged_into) WHERE k.id = ?)
      AND p.article_id IS NOT NULL)";

/// Columns of [`row`], from `articles a JOIN pages p`.
pub(super) const COLUMNS: &str =
    "a.id, p.url, a.title, a.authors, a.published, a.language, a.captured_at, a.versions, a.length";

pub(super) fn row(row: &Row) -> Result<ArticleRow> {
    Ok(ArticleRow {
        id: ArticleId(row.int("id")?),
        url: row.url("url")?,
        title: row.text("title")?,
        authors: row.json("authors")?,
        published: row.opt_parsed("published")?,
        language: row.opt_text("language")?,
        captured_at: row.time("captured_at")?,
        versions: row.small("versions")?,
        length: row.count("length")?,
    })
}

pub(super) async fn list(db: &Db, filter: &ArticleFilter) -> Result<Vec<ArticleRow>> {
    let mut conditions = Filter::new();
    conditions.and(OF_AUTHOR, filter.author.map(|a| a.0));
    let of_host = "p.host_id = (SELECT id FROM hosts WHERE host = ?)";
    conditions.and(of_host, filter.host.as_ref().map(|h| h.as_str()));
    conditions.and("a.captured_at >= ?", filter.since);
    conditions.and("a.id > ?", filter.after.map(|a| a.0));
    let order = if filter.after.is_some() { "a.id" } else { "a.captured_at DESC, a.id DESC" };
    let (conditions, limit, args) = conditions.with_page(filter.page);
    let sql = format!(
        "SELECT {COLUMNS} FROM articles a JOIN pages p ON p.id = a.page_id
         WHERE {conditions} ORDER BY {order} {limit}"
    );
    db.read(&sql, args).await?.iter().map(row).collect()
}

pub(super) async fn full(db: &Db, id: ArticleId) -> Result<Option<ArticleFull>> {
    let sql = format!(
        "SELECT {COLUMNS}, a.content_hash, a.parser_version, a.first_seen_at, a.simhash, v.body
         FROM articles a JOIN pages p ON p.id = a.page_id
         JOIN article_versions v ON v.article_id = a.id AND v.version = a.version WHERE a.id = $1"
    );
    let rows = db.read(&sql, args![id.0]).await?;
    let Some(found) = rows.first() else { return Ok(None) };
    // Its own page, and the pages that stand for it.
    let pages = "WITH of AS (SELECT p.id, p.url, p.key FROM pages p
                    WHERE p.article_id = $1 OR p.alias_of IN (SELECT id FROM pages WHERE article_id = $1))";
    let author_pages = format!(
        "{pages} SELECT DISTINCT sp.url AS text FROM of JOIN page_sources ps ON ps.page_id = of.id
         JOIN sources s ON s.id = ps.source_id JOIN pages sp ON sp.id = s.page_id ORDER BY 1"
    );
    let aliases = format!("{pages} SELECT DISTINCT url AS text FROM of WHERE url <> $2 ORDER BY 1");
    let listed_as =
        format!("{pages} SELECT DISTINCT w.title AS text FROM of JOIN works w ON w.key = of.key ORDER BY 1");
    let row = row(found)?;
    let url = row.url.as_str().to_owned();
    let article: Article = found.json("body")?;
    let simhash = found.int("simhash")?.cast_unsigned();
    Ok(Some(ArticleFull {
        near_duplicates: near_duplicates(db, id, simhash, &article.text()).await?,
        presence: presence(db, id).await?,
        article,
        content_hash: found.text("content_hash")?,
        parser_version: found.small("parser_version")?,
        first_seen_at: found.time("first_seen_at")?,
        author_pages: texts(&db.read(&author_pages, args![id.0]).await?)?,
        aliases: texts(&db.read(&aliases, args![id.0, url]).await?)?,
        listed_as: texts(&db.read(&listed_as, args![id.0]).await?)?,
        row,
    }))
}

/// The current versions of some, without what is known around them.
pub(super) async fn current(db: &Db, ids: &[ArticleId]) -> Result<Vec<(ArticleId, Article)>> {
    let sql = "SELECT a.id, v.body FROM articles a
               JOIN article_versions v ON v.article_id = a.id AND v.version = a.version
               WHERE a.id IN (SELECT r.id FROM {rows}) ORDER BY a.id";
    let rows = db.read_each(sql, args![], Rows::ids(ids.iter().map(|id| id.0))).await?;
    rows.iter().map(|row| Ok((ArticleId(row.int("id")?), row.json("body")?))).collect()
}

fn texts(rows: &[Row]) -> Result<Vec<String>> {
    rows.iter().map(|row| row.text("text")).collect()
}

/// The bands name candidates, the fingerprints choose among them, and the texts decide.
async fn near_duplicates(db: &Db, id: ArticleId, simhash: u64, text: &str) -> Result<Vec<NearDuplicate>> {
    let sql = "SELECT DISTINCT a.id, a.simhash FROM article_bands b JOIN articles a ON a.id = b.article_id
               WHERE b.band IN (SELECT r.id FROM {rows}) AND a.id <> $1";
    if simhash == 0 {
        return Ok(Vec::new());
    }
    let mut near = Vec::new();
    for row in db.read_each(sql, args![id.0], Rows::ids(bands(simhash))).await? {
        let bits = crate::distance(row.int("simhash")?.cast_unsigned(), simhash);
        if bits <= NEAR_BITS {
            near.push((bits, row.int("id")?));
        }
    }
    if near.is_empty() {
        return Ok(Vec::new());
    }
    near.sort_unstable();
    near.truncate(COMPARED);
    let sql = "SELECT a.id, p.url, a.title, v.body FROM articles a JOIN pages p ON p.id = a.page_id
               JOIN article_versions v ON v.article_id = a.id AND v.version = a.version
               WHERE a.id IN (SELECT r.id FROM {rows}) ORDER BY a.id";
    let mut like = Vec::new();
    for row in db.read_each(sql, args![], Rows::ids(near.into_iter().map(|(_, id)| id))).await? {
        let other: Article = row.json("body")?;
        let likeness = crate::likeness(text, &other.text());
        if likeness >= LIKE {
            let id = ArticleId(row.int("id")?);
            like.push(NearDuplicate { id, url: row.url("url")?, title: row.text("title")?, likeness });
        }
    }
    like.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
    Ok(like)
}

async fn presence(db: &Db, id: ArticleId) -> Result<Presence> {
    let sql = "WITH own AS (SELECT p.id, p.key FROM articles a JOIN pages p ON p.id = a.page_id WHERE a.id = $1),
               v AS (SELECT ended_at, disposition FROM page_visits WHERE page_id IN (SELECT id FROM own)
                     AND NOT reparse AND disposition IN ('stored', 'unchanged', 'gone')),
               seen AS (SELECT max(ended_at) AS at FROM v WHERE disposition <> 'gone'),
               lost AS (SELECT max(v.ended_at) AS at FROM v, seen WHERE disposition = 'gone' AND v.ended_at < seen.at),
               w AS (SELECT removed_at, returned_at FROM works WHERE key IN (SELECT key FROM own))
               SELECT (SELECT at FROM seen) AS last_seen_at,
                   (SELECT min(v.ended_at) FROM v, seen WHERE disposition = 'gone'
                    AND (seen.at IS NULL OR v.ended_at > seen.at)) AS gone_at,
                   (SELECT min(v.ended_at) FROM v, lost WHERE disposition <> 'gone' AND v.ended_at > lost.at)
                       AS returned_at,
                   (SELECT max(removed_at) FROM w WHERE NOT EXISTS (SELECT 1 FROM w AS o WHERE o.removed_at IS NULL))
                       AS unlisted_at,
                   (SELECT max(returned_at) FROM w WHERE removed_at IS NULL) AS relisted_at";
    let rows = db.read(sql, args![id.0]).await?;
    let Some(row) = rows.first() else { return Ok(Presence::default()) };
    Ok(Presence {
        last_seen_at: row.opt_time("last_seen_at")?,
        gone_at: row.opt_time("gone_at")?,
        returned_at: row.opt_time("returned_at")?,
        unlisted_at: row.opt_time("unlisted_at")?,
        relisted_at: row.opt_time("relisted_at")?,
    })
}

pub(super) async fn versions(db: &Db, id: ArticleId) -> Result<Vec<ArticleVersion>> {
    let sql = "SELECT version, body, content_hash, captured_at, parser_version, reason FROM article_versions
               WHERE article_id = $1 ORDER BY version";
    let version = |row: &Row| {
        Ok(ArticleVersion {
            version: row.small("version")? as i32,
            article: row.json("body")?,
            content_hash: row.text("content_hash")?,
            captured_at: row.time("captured_at")?,
            parser_version: row.small("parser_version")?,
            reason: row.text("reason")?,
        })
    };
    db.read(sql, args![id.0]).await?.iter().map(version).collect()
}
