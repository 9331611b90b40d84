//! Articles and their versions, as they are written.

use super::search;
use crate::{
    ArticleChange, Result, Time, VisitCommit,
    db::{Column, Rows, Tx, args},
};
use std::collections::HashMap;

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
pub(super) fn bands(simhash: u64) -> [i64; 4] {
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
