//! Two authors that are one person: recorded, followed by every list, and taken back at any time.

use crate::{
    AuthorMerge, Result, StoreError, Time,
    db::{Column, Db, Row, Rows, Tx, args},
};
use model::AuthorId;
use std::collections::{BTreeMap, BTreeSet};

pub(super) async fn merge(db: &Db, kept: AuthorId, merged: AuthorId, now: Time) -> Result<()> {
    let mut tx = db.begin().await?;
    let sql = "SELECT id, merged_into FROM authors WHERE id IN ($1, $2)";
    let mut roots = BTreeMap::new();
    for row in tx.rows(sql, args![kept.0, merged.0]).await? {
        let id = row.int("id")?;
        roots.insert(id, row.opt_int("merged_into")?);
    }
    let of = |id: AuthorId| {
        let root = roots.get(&id.0).copied();
        root.ok_or_else(|| StoreError::Invalid(format!("there is no author {id}; see `byline authors`")))
    };
    let kept_root = of(kept)?.unwrap_or(kept.0);
    if let Some(root) = of(merged)? {
        return Err(StoreError::Invalid(format!(
            "author {merged} is merged into author {root} already; split them first: byline authors split {merged}"
        )));
    }
    if kept_root == merged.0 {
        return Err(StoreError::Invalid(format!("authors {kept} and {merged} are one already")));
    }
    let sql = "INSERT INTO author_merges (kept, merged, merged_at) VALUES ($1, $2, $3)";
    tx.run(sql, args![kept_root, merged.0, now]).await?;
    resolve(&mut tx).await?;
    tx.commit().await
}

pub(super) async fn split(db: &Db, merged: AuthorId, now: Time) -> Result<()> {
    let mut tx = db.begin().await?;
    let sql = "UPDATE author_merges SET undone_at = $2 WHERE merged = $1 AND undone_at IS NULL";
    if tx.run(sql, args![merged.0, now]).await? == 0 {
        return Err(StoreError::Invalid(format!(
            "author {merged} is not merged into another; see `byline authors merges`"
        )));
    }
    resolve(&mut tx).await?;
    tx.commit().await
}

/// Brings `merged_into` up to the merges that stand: everybody points to the one at the end of the chain. It is
/// derived, so that one that is taken back leaves the others as they were.
async fn resolve(tx: &mut Tx) -> Result<()> {
    let (mut into, mut all) = (BTreeMap::new(), BTreeSet::new());
    for row in tx.rows("SELECT kept, merged, undone_at FROM author_merges ORDER BY id", args![]).await? {
        let (kept, merged) = (row.int("kept")?, row.int("merged")?);
        all.extend([kept, merged]);
        if row.opt_time("undone_at")?.is_none() {
            into.insert(merged, kept);
        }
    }
    let mut rows = Rows::new(&[("id", Column::Int), ("root", Column::Int)]);
    for id in all {
        let mut root = id;
        // Merges make no circle; should one ever stand there, it is walked once.
        for _ in 0..=into.len() {
            match into.get(&root) {
                Some(next) => root = *next,
                None => break,
            }
        }
        rows.push(args![id, (root != id).then_some(root)]);
    }
    let sql = "UPDATE authors SET merged_into = r.root FROM {rows} WHERE authors.id = r.id";
    tx.run_each(sql, args![], rows).await.map(drop)
}

pub(super) async fn list(db: &Db) -> Result<Vec<AuthorMerge>> {
    let sql = "SELECT m.kept, k.name AS kept_name, m.merged, o.name AS merged_name, m.merged_at, m.undone_at
               FROM author_merges m JOIN authors k ON k.id = m.kept JOIN authors o ON o.id = m.merged
               ORDER BY m.id DESC";
    let merge = |row: &Row| {
        Ok(AuthorMerge {
            kept: AuthorId(row.int("kept")?),
            kept_name: row.text("kept_name")?,
            merged: AuthorId(row.int("merged")?),
            merged_name: row.text("merged_name")?,
            merged_at: row.time("merged_at")?,
            undone_at: row.opt_time("undone_at")?,
        })
    };
    db.read(sql, args![]).await?.iter().map(merge).collect()
}
