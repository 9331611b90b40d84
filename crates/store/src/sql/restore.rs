//! Pages of a lost database, from what their captures tell of them.

use super::{
    following,
    hosts::{self, Touched},
    pages,
};
use crate::{
    Follow, NewPage, Result, StoreError,
    db::{Db, Rows, Tx, args},
};
use model::{PageId, PageKey, PageKind, PageUrl, SourceId, SourceNote, VisitNote};
use std::collections::{HashMap, hash_map::Entry};

/// Makes pages, and the authors and sources they belong to, where they are not known; in order.
pub(super) async fn pages(db: &Db, notes: &[VisitNote]) -> Result<Vec<PageId>> {
    let mut tx = db.begin().await?;
    let mut touched = Touched::default();
    let mut sources: HashMap<PageKey, SourceId> = HashMap::new();
    for note in notes {
        for source in &note.origin.sources {
            if let Entry::Vacant(entry) = sources.entry(source.url.key()) {
                entry.insert(source_of(&mut tx, source, note.started_at, &mut touched).await?);
            }
        }
    }
    let mut wanted = Vec::with_capacity(notes.len());
    for note in notes {
        let page = page(note);
        wanted.extend(note.origin.sources.iter().map(|source| {
            let source = sources.get(&source.url.key()).copied();
            NewPage { source, ..page.clone() }
        }));
        wanted.push(page);
    }
    pages::ensure(&mut tx, &wanted, &mut touched).await?;
    for note in notes {
        aliases(&mut tx, note, &mut touched).await?;
    }
    touched.write(&mut tx, Vec::new()).await?;
    let mut ids = HashMap::with_capacity(notes.len());
    let keys = Rows::texts(notes.iter().map(|n| page(n).key.0));
    let sql = "SELECT id, key FROM pages WHERE key IN (SELECT r.text FROM {rows})";
    for row in tx.rows_each(sql, args![], keys).await? {
        ids.insert(row.text("key")?, PageId(row.int("id")?));
    }
    tx.commit().await?;
    let id = |note| {
        let NewPage { key, .. } = page(note);
        let missing = || StoreError::Broken(format!("page {key} did not come to be"));
        ids.get(key.as_str()).copied().ok_or_else(missing)
    };
    notes.iter().map(id).collect()
}

fn page(note: &VisitNote) -> NewPage {
    let key = match note.hints.expected {
        PageKind::Robots => hosts::robots_key(&note.page.origin()),
        _ => note.page.key(),
    };
    NewPage {
        url: note.page.clone(),
        key,
        kind: note.hints.expected,
        due_at: note.started_at,
        hints: note.hints.clone(),
        source: None,
        depth: note.origin.depth,
        redirected_from: None,
        part_of: None,
        again: false,
        mixed: note.origin.mixed,
    }
}

/// The source that a followed page is; followed, where there is none. One that was unfollowed stays so.
async fn source_of(
    tx: &mut Tx,
    source: &SourceNote,
    at: crate::Time,
    touched: &mut Touched,
) -> Result<SourceId> {
    let sql = "SELECT s.id FROM pages k JOIN sources s ON s.page_id = coalesce(k.alias_of, k.id)
               WHERE k.key = $1 ORDER BY s.id LIMIT 1";
    if let Some(row) = tx.rows(sql, args![source.url.key().as_str()]).await?.first() {
        return Ok(SourceId(row.int("id")?));
    }
    let follow = Follow { name: source.name.clone(), ..Follow::page(source.url.clone()) };
    Ok(following::follow_within(tx, &follow, at, touched).await?.source)
}

/// Addresses that lead to the page, as far as nothing else is known of them.
async fn aliases(tx: &mut Tx, note: &VisitNote, touched: &mut Touched) -> Result<()> {
    let known = |url: &PageUrl| NewPage { url: url.clone(), key: url.key(), ..page(note) };
    let others: Vec<NewPage> =
        note.origin.aliases.iter().map(known).filter(|alias| alias.key != note.page.key()).collect();
    pages::ensure(tx, &others, touched).await?;
    let sql = "SELECT id FROM pages WHERE captured_at IS NULL AND alias_of IS NULL
                   AND key IN (SELECT r.text FROM {rows})";
    let keys = Rows::texts(others.into_iter().map(|alias| alias.key.0));
    for row in tx.rows_each(sql, args![], keys).await? {
        let target = NewPage { redirected_from: Some(PageId(row.int("id")?)), ..page(note) };
        pages::ensure(tx, &[target], touched).await?;
    }
    Ok(())
}
