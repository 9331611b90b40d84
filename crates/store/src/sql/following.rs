//! Authors and the sources through which they are followed.

use super::{hosts::Touched, pages};
use crate::{
    AuthorRow, Follow, Followed, MergedAuthor, NewPage, Page, Result, SourceRow, StoreError, Time,
    db::{Db, Filter, Row, Rows, Tx, args},
};
use model::{AuthorId, Hints, PageId, PageKind, PageUrl, SourceId};
use std::collections::HashMap;

pub(super) async fn follow(db: &Db, follow: &Follow, now: Time) -> Result<Followed> {
    let mut tx = db.begin().await?;
    let mut touched = Touched::default();
    let followed = follow_within(&mut tx, follow, now, &mut touched).await?;
    touched.write(&mut tx, Vec::new()).await?;
    tx.commit().await?;
    Ok(followed)
}

pub(super) async fn follow_within(
    tx: &mut Tx,
    follow: &Follow,
    now: Time,
    touched: &mut Touched,
) -> Result<Followed> {
    let key = follow.url.key();
    let listing = NewPage {
        url: follow.url.clone(),
        key: key.clone(),
        kind: PageKind::Listing,
        due_at: now,
        hints: Hints {
            expected: PageKind::Listing,
            authors: follow.name.clone().into_iter().collect(),
            listed: None,
        },
        source: None,
        depth: 0,
        redirected_from: None,
        part_of: None,
        again: true,
        mixed: false,
    };
    let listing = [listing];
    lock_all(tx, &listing).await?;
    pages::ensure(tx, &listing, touched).await?;
    // An address that redirects stands for its target.
    let sql = "SELECT p.id, p.host_id, p.hints FROM pages k JOIN pages p ON p.id = coalesce(k.alias_of, k.id)
               WHERE k.key = $1";
    let found = tx.rows(sql, args![key.as_str()]).await?;
    let row = found.first().ok_or_else(|| StoreError::Broken(format!("page {key} did not come to be")))?;
    let (page, host) = (row.int("id")?, row.int("host_id")?);
    // It may have been met before as something else; now it is the head of a list, and due.
    let mut hints: Hints = row.json("hints")?;
    hints.expected = PageKind::Listing;
    hints.authors.extend(follow.name.clone().filter(|n| !hints.authors.contains(n)));
    let sql = "UPDATE pages SET kind = 'listing', active = TRUE, depth = 0, mixed = FALSE, hints = $3,
                   due_at = {least}(coalesce(due_at, $2), $2)
               WHERE id = $1";
    tx.run(sql, args![page, now, super::json(&hints)?]).await?;
    touched.touch(host);

    let known =
        "SELECT s.id, s.author_id, s.followed FROM sources s WHERE s.page_id = $1 ORDER BY s.id LIMIT 1";
    let known = tx.rows(known, args![page]).await?;
    let (author, source, new) = match known.first() {
        Some(row) => (row.int("author_id")?, row.int("id")?, !row.bool("followed")?),
        None => {
            let (author, source) = create(tx, page, now).await?;
            (author, source, true)
        }
    };
    let sql = "UPDATE authors SET followed = TRUE, name = coalesce($2, name),
                   named = CASE WHEN $2 IS NULL THEN named ELSE TRUE END
               WHERE id = $1";
    tx.run(sql, args![author, follow.name.clone()]).await?;
    let sql = "INSERT INTO page_sources (page_id, source_id) VALUES ($1, $2)
               ON CONFLICT (page_id, source_id) DO NOTHING";
    tx.run(sql, args![page, source]).await?;
    let sql = "INSERT INTO source_hosts (source_id, host_id) VALUES ($1, $2)
               ON CONFLICT (source_id, host_id) DO NOTHING";
    tx.run(sql, args![source, host]).await?;
    if let Some(ignore) = follow.ignore_nofollow {
        tx.run("UPDATE sources SET ignore_nofollow = $2 WHERE id = $1", args![source, ignore]).await?;
        // The list is read anew, also where it did not change: its links mean something else now.
        tx.run("UPDATE pages SET etag = NULL, last_modified = NULL WHERE id = $1", args![page]).await?;
    }
    if new {
        tx.run("UPDATE sources SET followed = TRUE WHERE id = $1", args![source]).await?;
        set_active(tx, &[source], touched).await?;
    }
    Ok(Followed { author: AuthorId(author), source: SourceId(source), page: PageId(page), new })
}

/// The page and, where it is followed already, all pages of its source: these may change with it.
async fn lock_all(tx: &mut Tx, listing: &[NewPage; 1]) -> Result<()> {
    let sql = "SELECT coalesce(k.alias_of, k.id) AS page_id FROM pages k WHERE k.key = $1
               UNION SELECT o.page_id FROM pages k JOIN sources s ON s.page_id = coalesce(k.alias_of, k.id)
                   JOIN page_sources o ON o.source_id = s.id
               WHERE k.key = $1 AND NOT s.followed";
    let rows = tx.rows(sql, args![listing[0].key.as_str()]).await?;
    let pages = rows.iter().map(|row| row.int("page_id")).collect::<Result<Vec<i64>>>()?;
    pages::lock(tx, pages, listing).await
}

async fn create(tx: &mut Tx, page: i64, now: Time) -> Result<(i64, i64)> {
    let id = |rows: Vec<Row>| match rows.first() {
        Some(row) => row.int("id"),
        None => Err(StoreError::Broken("an insert returned no row".to_owned())),
    };
    let author =
        id(tx.rows("INSERT INTO authors (created_at) VALUES ($1) RETURNING id", args![now]).await?)?;
    let sql = "INSERT INTO sources (author_id, page_id, created_at) VALUES ($1, $2, $3) RETURNING id";
    Ok((author, id(tx.rows(sql, args![author, page, now]).await?)?))
}

pub(super) async fn unfollow(db: &Db, author: AuthorId, _now: Time) -> Result<()> {
    let mut tx = db.begin().await?;
    let sql = "UPDATE authors SET followed = FALSE WHERE $1 IN (id, merged_into)";
    tx.run(sql, args![author.0]).await?;
    let sql = "UPDATE sources SET followed = FALSE
               WHERE author_id IN (SELECT id FROM authors WHERE $1 IN (id, merged_into)) RETURNING id";
    let sources: Vec<i64> =
        tx.rows(sql, args![author.0]).await?.iter().map(|r| r.int("id")).collect::<Result<_>>()?;
    let mut touched = Touched::default();
    let sql = "SELECT DISTINCT page_id FROM page_sources WHERE source_id IN (SELECT r.id FROM {rows})";
    let rows = tx.rows_each(sql, args![], Rows::ids(sources.iter().copied())).await?;
    let pages = rows.iter().map(|row| row.int("page_id")).collect::<Result<Vec<i64>>>()?;
    pages::lock(&mut tx, pages, &[]).await?;
    set_active(&mut tx, &sources, &mut touched).await?;
    touched.write(&mut tx, Vec::new()).await?;
    tx.commit().await
}

pub(super) async fn refresh(db: &Db, sources: &[SourceId], now: Time) -> Result<u64> {
    let mut tx = db.begin().await?;
    let waiting = "SELECT id FROM pages WHERE active AND rank <> 0 AND due_at > $1";
    let mine = "id IN (SELECT page_id FROM page_sources WHERE source_id IN (SELECT r.id FROM {rows}))";
    let rows = match sources {
        [] => tx.rows(waiting, args![now]).await?,
        sources => {
            let rows = Rows::ids(sources.iter().map(|s| s.0));
            tx.rows_each(&format!("{waiting} AND {mine}"), args![now], rows).await?
        }
    };
    let ids = rows.iter().map(|row| row.int("id")).collect::<Result<Vec<i64>>>()?;
    pages::lock(&mut tx, ids.iter().copied(), &[]).await?;
    let sql = "UPDATE pages SET due_at = $1 WHERE due_at > $1 AND id IN (SELECT r.id FROM {rows}) RETURNING host_id";
    let rows = tx.rows_each(sql, args![now], Rows::ids(ids)).await?;
    let mut touched = Touched::default();
    for row in &rows {
        touched.touch(row.int("host_id")?);
    }
    touched.write(&mut tx, Vec::new()).await?;
    tx.commit().await?;
    Ok(rows.len() as u64)
}

/// The pages of these sources are visited while at least one of their sources is followed.
async fn set_active(tx: &mut Tx, sources: &[i64], touched: &mut Touched) -> Result<()> {
    let wanted = "EXISTS (SELECT 1 FROM page_sources ps JOIN sources s ON s.id = ps.source_id
                          WHERE ps.page_id = pages.id AND s.followed)";
    let sql = format!(
        "UPDATE pages SET active = {wanted}
         WHERE id IN (SELECT page_id FROM page_sources WHERE source_id IN (SELECT r.id FROM {{rows}}))
           AND active <> {wanted} AND rank <> 0
         RETURNING host_id"
    );
    for row in tx.rows_each(&sql, args![], Rows::ids(sources.iter().copied())).await? {
        touched.touch(row.int("host_id")?);
    }
    Ok(())
}

// --- reading ---

const AUTHOR: &str =
    "SELECT u.id, u.name, u.affiliation, u.biography, u.portrait, u.same_as, u.followed, u.created_at,
        (SELECT count(*) FROM works w JOIN sources s ON s.id = w.source_id
         WHERE (s.author_id = u.id OR s.author_id IN (SELECT m.id FROM authors m WHERE m.merged_into = u.id))
           AND w.removed_at IS NULL) AS works,
        (SELECT count(DISTINCT p.article_id) FROM sources s JOIN page_sources ps ON ps.source_id = s.id
         JOIN pages p ON p.id = ps.page_id
         WHERE s.author_id = u.id OR s.author_id IN (SELECT m.id FROM authors m WHERE m.merged_into = u.id)) AS articles
    FROM authors u";

pub(super) async fn authors(db: &Db, page: Page) -> Result<Vec<AuthorRow>> {
    let sql = format!("{AUTHOR} WHERE u.merged_into IS NULL ORDER BY u.id LIMIT $1 OFFSET $2");
    let rows = db.read(&sql, args![page.limit, page.offset]).await?;
    with_pages(db, &rows).await
}

/// An id, an exact name (the one that is followed, where several have it), or an address; of an author who was
/// merged into another, that other one.
pub(super) async fn find_author(db: &Db, text: &str) -> Result<Option<AuthorRow>> {
    let mut by = Filter::new();
    if let Ok(id) = text.parse::<i64>() {
        by.and("m.id = ?", Some(id));
    } else if let Ok(url) = PageUrl::parse(text) {
        let of = "m.id IN (SELECT s.author_id FROM sources s JOIN pages p ON p.id = s.page_id 
              WHERE p.id = (SELECT coalesce(k.alias_of, k.id) FROM pages k WHERE k.key = ?))";
        by.and(of, Some(url.key().0));
    } else {
        by.and("m.name = ?", Some(text));
    }
    let (condition, args) = by.done();
    let sql = format!(
        "{AUTHOR} WHERE u.id IN (SELECT coalesce(m.merged_into, m.id) FROM authors m WHERE {condition})
         ORDER BY u.followed DESC, u.id LIMIT 1"
    );
    let rows = db.read(&sql, args).await?;
    Ok(with_pages(db, &rows).await?.pop())
}

async fn with_pages(db: &Db, rows: &[Row]) -> Result<Vec<AuthorRow>> {
    let mut authors = rows.iter().map(author).collect::<Result<Vec<_>>>()?;
    let ids = || Rows::ids(authors.iter().map(|a| a.id.0));
    let merged = "SELECT m.merged_into AS root, m.id, m.name FROM authors m
                  WHERE m.merged_into IN (SELECT r.id FROM {rows}) ORDER BY m.id";
    let merged = db.read_each(merged, args![], ids()).await?;
    let sql =
        "SELECT coalesce(m.merged_into, m.id) AS root, p.url FROM sources s JOIN pages p ON p.id = s.page_id
               JOIN authors m ON m.id = s.author_id
               WHERE s.author_id IN (SELECT r.id FROM {rows}) ORDER BY s.id";
    let all: Vec<i64> = authors
        .iter()
        .map(|a| Ok(a.id.0))
        .chain(merged.iter().map(|r| r.int("id")))
        .collect::<Result<_>>()?;
    let pages = db.read_each(sql, args![], Rows::ids(all)).await?;
    let at: HashMap<i64, usize> = authors.iter().enumerate().map(|(i, a)| (a.id.0, i)).collect();
    for row in &merged {
        if let Some(author) = at.get(&row.int("root")?).and_then(|i| authors.get_mut(*i)) {
            author.merged.push(MergedAuthor { id: AuthorId(row.int("id")?), name: row.text("name")? });
        }
    }
    for row in &pages {
        if let Some(author) = at.get(&row.int("root")?).and_then(|i| authors.get_mut(*i)) {
            author.pages.push(row.text("url")?);
        }
    }
    Ok(authors)
}

fn author(row: &Row) -> Result<AuthorRow> {
    Ok(AuthorRow {
        id: AuthorId(row.int("id")?),
        name: row.text("name")?,
        affiliation: row.opt_text("affiliation")?,
        biography: row.opt_text("biography")?,
        portrait: row.opt_text("portrait")?,
        same_as: row.json("same_as")?,
        followed: row.bool("followed")?,
        created_at: row.time("created_at")?,
        pages: Vec::new(),
        merged: Vec::new(),
        works: row.count("works")?,
        articles: row.count("articles")?,
    })
}

pub(super) async fn sources(db: &Db, author: AuthorId) -> Result<Vec<SourceRow>> {
    let sql = "SELECT s.id, s.page_id, s.alarm, p.url, p.last_visit_at, p.due_at
               FROM sources s JOIN pages p ON p.id = s.page_id
               WHERE s.author_id IN (SELECT m.id FROM authors m WHERE $1 IN (m.id, m.merged_into)) ORDER BY s.id";
    let source = |row: &Row| {
        Ok(SourceRow {
            id: SourceId(row.int("id")?),
            author,
            page: PageId(row.int("page_id")?),
            url: row.url("url")?,
            alarm: row.opt_text("alarm")?,
            last_visit_at: row.opt_time("last_visit_at")?,
            due_at: row.opt_time("due_at")?,
        })
    };
    db.read(sql, args![author.0]).await?.iter().map(source).collect()
}
