//! Articles in several parts: which pages belong together, and what each of them says.

use crate::{
    KnownPart, NextPart, PartsState, Result, VisitCommit, VisitKey,
    db::{Column, Row, Rows, Tx, args},
};
use model::{PageId, PageKey};
use std::collections::{HashMap, HashSet};

/// The parts of the articles that these pages are parts of, by page.
pub(super) async fn load(db: &mut Tx, ids: &HashSet<i64>) -> Result<HashMap<i64, PartsState>> {
    let sql = "SELECT own.page_id AS of_page, own.number AS of_number, own.head_id, h.revision, a.page_id, a.number,
                   a.next, a.seen_at, a.captured_at, a.body, p.key, p.url
               FROM article_parts own JOIN article_parts a ON a.head_id = own.head_id
               JOIN pages p ON p.id = a.page_id JOIN pages h ON h.id = own.head_id
               WHERE own.page_id IN (SELECT r.id FROM {rows}) ORDER BY own.page_id, a.number, a.page_id";
    let mut found: HashMap<i64, PartsState> = HashMap::new();
    for row in db.rows_each(sql, args![], Rows::ids(ids.iter().copied())).await? {
        let (page, head) = (row.int("of_page")?, row.int("head_id")?);
        let revision = row.int("revision")?;
        let number = row.small("of_number")?;
        let part = known(&row)?;
        let state = found.entry(page).or_insert_with(|| PartsState {
            head: PageId(head),
            head_revision: (page != head).then_some(revision),
            number,
            known: Vec::new(),
        });
        state.known.push(part);
    }
    Ok(found)
}

fn known(row: &Row) -> Result<KnownPart> {
    Ok(KnownPart {
        page: PageId(row.int("page_id")?),
        key: PageKey(row.text("key")?),
        url: row.url("url")?,
        number: row.small("number")?,
        next: row.opt_text("next")?.map(PageKey),
        seen_at: row.opt_time("seen_at")?,
        captured_at: row.opt_time("captured_at")?,
        article: match row.opt_text("body")? {
            Some(_) => Some(row.json("body")?),
            None => None,
        },
    })
}

/// What is known of the pages that others call their next parts.
pub(super) async fn next(db: &mut Tx, keys: &[VisitKey]) -> Result<HashMap<PageKey, NextPart>> {
    let wanted: HashSet<&PageKey> = keys.iter().filter_map(|k| k.next_part.as_ref()).collect();
    let sql =
        "SELECT r.text AS key, p.id, a.head_id, EXISTS (SELECT 1 FROM works w WHERE w.key = r.text) AS listed
               FROM {rows} LEFT JOIN pages p ON p.key = r.text LEFT JOIN article_parts a ON a.page_id = p.id";
    let mut found = HashMap::new();
    for row in db.rows_each(sql, args![], Rows::texts(wanted.into_iter().map(|k| k.0.clone()))).await? {
        let state = match (row.opt_int("id")?, row.opt_int("head_id")?, row.bool("listed")?) {
            (None, _, false) => NextPart::Free,
            (Some(_), Some(head), _) => NextPart::Of(PageId(head)),
            _ => NextPart::Taken,
        };
        found.insert(PageKey(row.text("key")?), state);
    }
    Ok(found)
}

/// Makes new pages parts of the article of another: they stand for its page.
pub(super) async fn begin(tx: &mut Tx, new: impl Iterator<Item = (i64, i64, u32)>) -> Result<()> {
    let columns = &[("page", Column::Int), ("head", Column::Int), ("number", Column::Int)];
    let (mut aliases, mut parts) = (Rows::new(columns), Rows::new(columns));
    for (page, head, number) in new {
        aliases.push(args![page, head, number]);
        parts.push(args![page, head, number]);
    }
    let sql = "UPDATE pages SET alias_of = r.head FROM {rows} WHERE pages.id = r.page";
    tx.run_each(sql, args![], aliases).await?;
    let sql =
        "INSERT INTO article_parts (page_id, head_id, number) SELECT r.page, r.head, r.number FROM {rows}
               WHERE TRUE ON CONFLICT (page_id) DO NOTHING";
    tx.run_each(sql, args![], parts).await.map(drop)
}

/// What the visits of a batch tell of parts.
pub(super) async fn write(tx: &mut Tx, commits: &[&VisitCommit]) -> Result<()> {
    let mut read = Rows::new(&[
        ("page", Column::Int),
        ("head", Column::Int),
        ("number", Column::Int),
        ("next", Column::Text),
        ("seen_at", Column::Time),
        ("captured_at", Column::Time),
        ("body", Column::Text),
    ]);
    let mut seen = Rows::new(&[("page", Column::Int), ("seen_at", Column::Time)]);
    let mut heads = HashSet::new();
    for commit in commits {
        let Some(part) = &commit.part else { continue };
        let page = commit.visit.page.0;
        match &part.content {
            Some(content) => read.push(args![
                page,
                part.head.0,
                part.number,
                content.next.as_ref().map(|k| k.0.clone()),
                part.seen_at,
                content.captured_at,
                super::json(&content.article)?
            ]),
            None => seen.push(args![page, part.seen_at]),
        }
        if part.head_revision.is_some() {
            heads.insert(part.head.0);
        }
    }
    let sql = "INSERT INTO article_parts (page_id, head_id, number, next, seen_at, captured_at, body)
               SELECT r.page, r.head, r.number, r.next, r.seen_at, r.captured_at, r.body FROM {rows} WHERE TRUE
               ON CONFLICT (page_id) DO UPDATE SET next = excluded.next, seen_at = excluded.seen_at,
                   captured_at = excluded.captured_at, body = excluded.body";
    tx.run_each(sql, args![], read).await?;
    let sql = "UPDATE article_parts SET seen_at = r.seen_at FROM {rows} WHERE article_parts.page_id = r.page";
    tx.run_each(sql, args![], seen).await?;
    // Whoever decides on another part now decides anew.
    let sql = "UPDATE pages SET revision = revision + 1 WHERE id IN (SELECT r.id FROM {rows})";
    tx.run_each(sql, args![], Rows::ids(heads)).await.map(drop)
}
