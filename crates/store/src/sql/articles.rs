//! Articles and their versions.

use super::search;
use crate::{
    ArticleChange, ArticleFilter, ArticleFull, ArticleRow, ArticleVersion, NearDuplicate, Presence, Result,
    Time, VisitCommit,
    db::{Column, Db, Filter, Row, Rows, Tx, args},
};
use model::{Article, ArticleId};
use std::collections::HashMap;

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

/// A change with the article and version number that it was given.
struct Numbered<'a> {
    id: i64,
    version: i64,
    /// It is what readers see: no newer capture is known.
    current: bool,
    /// The article itself is new.
    new: bool,
    /// Title, authors and text are those that are stored already: what is searched stays as it is.
    same_content: bool,
    change: &'a ArticleChange,
}

pub(super) async fn write(tx: &mut Tx, commits: &[&VisitCommit]) -> Result<()> {
    let changes: Vec<(i64, &ArticleChange)> =
        commits.iter().filter_map(|c| Some((c.visit.page.0, c.article.as_ref()?))).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let mut numbered = insert_new(tx, &changes).await?;
    numbered.extend(number_known(tx, &changes).await?);
    insert_versions(tx, &numbered).await?;
    let current: Vec<&Numbered<'_>> = numbered.iter().filter(|n| n.current).collect();
    update_known(tx, &current).await?;
    write_authors(tx, &current).await?;
    // Most articles that are read again, by another parser or with other rules, say what they said.
    let reworded: Vec<&Numbered<'_>> = current.into_iter().filter(|n| !n.same_content).collect();
    write_bands(tx, &reworded).await?;
    search::index(tx, reworded.iter().map(|n| (n.id, n.new, &n.change.article))).await
}

async fn insert_new<'a>(tx: &mut Tx, changes: &[(i64, &'a ArticleChange)]) -> Result<Vec<Numbered<'a>>> {
    let new: HashMap<i64, &ArticleChange> = changes.iter().filter(|(_, c)| c.id.is_none()).copied().collect();
    let mut rows = article_rows();
    for (page, change) in &new {
        rows.push(article_row(*page, 1, change)?);
    }
    let sql =
        "INSERT INTO articles (page_id, version, versions, content_hash, title, authors, published, language,
                   length, captured_at, parser_version, rules_hash, simhash, first_seen_at)
               SELECT r.id, 1, 1, r.content_hash, r.title, r.authors, r.published, r.language, r.length,
                   r.captured_at, r.parser_version, r.rules_hash, r.simhash, r.captured_at
               FROM {rows} RETURNING id, page_id";
    let mut numbered = Vec::with_capacity(new.len());
    let mut of_pages = Rows::new(&[("id", Column::Int), ("article", Column::Int)]);
    for row in tx.rows_each(sql, args![], rows).await? {
        let (id, page) = (row.int("id")?, row.int("page_id")?);
        of_pages.push(args![page, id]);
        if let Some(change) = new.get(&page) {
            numbered.push(Numbered { id, version: 1, current: true, new: true, same_content: false, change });
        }
    }
    let sql = "UPDATE pages SET article_id = r.article, alias_of = NULL FROM {rows} WHERE pages.id = r.id";
    tx.run_each(sql, args![], of_pages).await?;
    Ok(numbered)
}

async fn number_known<'a>(tx: &mut Tx, changes: &[(i64, &'a ArticleChange)]) -> Result<Vec<Numbered<'a>>> {
    let known: Vec<(i64, &ArticleChange)> = changes.iter().filter_map(|(_, c)| Some((c.id?.0, *c))).collect();
    let sql = "SELECT id, version, versions, captured_at, content_hash FROM articles
               WHERE id IN (SELECT r.id FROM {rows}) ORDER BY id {for_update}";
    let mut states: HashMap<i64, (i64, i64, Time)> = HashMap::new();
    let mut contents: HashMap<i64, String> = HashMap::new();
    for row in tx.rows_each(sql, args![], Rows::ids(known.iter().map(|(id, _)| *id))).await? {
        let state = (row.int("version")?, row.int("versions")?, row.time("captured_at")?);
        contents.insert(row.int("id")?, row.text("content_hash")?);
        states.insert(row.int("id")?, state);
    }
    let mut numbered: Vec<Numbered<'a>> = Vec::with_capacity(known.len());
    for (id, change) in known {
        let Some((version, versions, captured_at)) = states.get_mut(&id) else { continue };
        let current = change.captured_at >= *captured_at;
        if !change.in_place {
            *versions += 1;
        }
        let number = if change.in_place { *version } else { *versions };
        let same_content = contents.get(&id) == Some(&change.content_hash);
        if current {
            (*version, *captured_at) = (number, change.captured_at);
            // Two versions in one batch: the one before is history already.
            numbered.iter_mut().filter(|n| n.id == id).for_each(|n| n.current = false);
        }
        numbered.push(Numbered { id, version: number, current, new: false, same_content, change });
    }
    let mut rows = Rows::new(&[("id", Column::Int), ("versions", Column::Int)]);
    for (id, (_, versions, _)) in states {
        rows.push(args![id, versions]);
    }
    let sql = "UPDATE articles SET versions = r.versions FROM {rows} WHERE articles.id = r.id";
    tx.run_each(sql, args![], rows).await?;
    Ok(numbered)
}

async fn insert_versions(tx: &mut Tx, numbered: &[Numbered<'_>]) -> Result<()> {
    let mut rows = Rows::new(&[
        ("id", Column::Int),
        ("version", Column::Int),
        ("content_hash", Column::Text),
        ("capture", Column::Uuid),
        ("captured_at", Column::Time),
        ("parser_version", Column::Int),
        ("rules_hash", Column::Text),
        ("reason", Column::Text),
        ("body", Column::Text),
    ]);
    for Numbered { id, version, change, .. } in numbered {
        rows.push(args![
            *id,
            *version,
            change.content_hash.as_str(),
            change.capture.id.0,
            change.captured_at,
            change.parser_version,
            change.rules_hash.as_str(),
            change.reason.as_str(),
            super::json(&change.article)?
        ]);
    }
    let sql = "INSERT INTO article_versions (article_id, version, content_hash, capture_id, captured_at,
                   parser_version, rules_hash, reason, body)
               SELECT r.id, r.version, r.content_hash, r.capture, r.captured_at, r.parser_version, r.rules_hash,
                   r.reason, r.body
               FROM {rows} WHERE TRUE
               ON CONFLICT (article_id, version) DO UPDATE SET content_hash = excluded.content_hash,
                   captured_at = excluded.captured_at, parser_version = excluded.parser_version,
                   rules_hash = excluded.rules_hash, body = excluded.body";
    tx.run_each(sql, args![], rows).await.map(drop)
}

/// `id` is the page of a new article, and the article itself otherwise.
fn article_rows() -> Rows {
    Rows::new(&[
        ("id", Column::Int),
        ("content_hash", Column::Text),
        ("title", Column::Text),
        ("authors", Column::Text),
        ("published", Column::Text),
        ("language", Column::Text),
        ("length", Column::Int),
        ("captured_at", Column::Time),
        ("parser_version", Column::Int),
        ("rules_hash", Column::Text),
        ("simhash", Column::Int),
        ("version", Column::Int),
    ])
}

fn article_row(id: i64, version: i64, change: &ArticleChange) -> Result<Vec<crate::db::Value>> {
    let article = &change.article;
    let authors: Vec<&str> = article.authors.iter().map(|a| a.value.name.as_str()).collect();
    Ok(args![
        id,
        change.content_hash.as_str(),
        article.title.as_ref().map_or("", |t| t.value.as_str()),
        super::json(&authors)?,
        article.published.as_ref().map(|p| p.value.to_string()),
        article.language.as_ref().map(|l| l.value.clone()),
        article.text().chars().count(),
        change.captured_at,
        change.parser_version,
        change.rules_hash.as_str(),
        change.simhash.cast_signed(),
        version
    ])
}

async fn update_known(tx: &mut Tx, current: &[&Numbered<'_>]) -> Result<()> {
    let mut rows = article_rows();
    for n in current.iter().filter(|n| !n.new) {
        rows.push(article_row(n.id, n.version, n.change)?);
    }
    let sql = "UPDATE articles SET version = r.version, content_hash = r.content_hash, title = r.title,
                   authors = r.authors, published = r.published, language = r.language, length = r.length,
                   captured_at = r.captured_at, parser_version = r.parser_version, rules_hash = r.rules_hash,
                   simhash = r.simhash
               FROM {rows} WHERE articles.id = r.id";
    tx.run_each(sql, args![], rows).await.map(drop)
}

async fn write_authors(tx: &mut Tx, current: &[&Numbered<'_>]) -> Result<()> {
    let known = current.iter().filter(|n| !n.new).map(|n| n.id);
    let sql = "DELETE FROM article_authors WHERE article_id IN (SELECT r.id FROM {rows})";
    tx.run_each(sql, args![], Rows::ids(known)).await?;
    let mut rows = Rows::new(&[
        ("id", Column::Int),
        ("position", Column::Int),
        ("name", Column::Text),
        ("url", Column::Text),
        ("evidence", Column::Text),
    ]);
    for n in current {
        for (position, author) in n.change.article.authors.iter().enumerate() {
            let person = &author.value;
            rows.push(args![
                n.id,
                position,
                person.name.as_str(),
                person.url.clone(),
                author.evidence.as_str()
            ]);
        }
    }
    let sql = "INSERT INTO article_authors (article_id, position, name, url, evidence)
               SELECT r.id, r.position, r.name, r.url, r.evidence FROM {rows}";
    tx.run_each(sql, args![], rows).await.map(drop)
}

/// The four bands of a simhash, each with its number: equal bands mean a chance of nearly equal texts.
fn bands(simhash: u64) -> [i64; 4] {
    [0, 1, 2, 3].map(|i| (i << 16) | ((simhash >> (16 * i)) & 0xffff) as i64)
}

async fn write_bands(tx: &mut Tx, current: &[&Numbered<'_>]) -> Result<()> {
    let known = current.iter().filter(|n| !n.new).map(|n| n.id);
    let sql = "DELETE FROM article_bands WHERE article_id IN (SELECT r.id FROM {rows})";
    tx.run_each(sql, args![], Rows::ids(known)).await?;
    let mut rows = Rows::new(&[("band", Column::Int), ("id", Column::Int)]);
    // A text without shingles has no likeness to any other.
    for n in current.iter().filter(|n| n.change.simhash != 0) {
        bands(n.change.simhash).into_iter().for_each(|band| rows.push(args![band, n.id]));
    }
    let sql = "INSERT INTO article_bands (band, article_id) SELECT r.band, r.id FROM {rows}";
    tx.run_each(sql, args![], rows).await.map(drop)
}

// --- reading ---

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
