//! `byline authors`: the list, and who of it is one person.

use super::Context;
use crate::{
    cli::{AuthorsArgs, AuthorsCommand},
    exit::{Ran, Usage},
    output::{Table, count, local},
};
use anyhow::Result;
use model::AuthorId;
use serde_json::json;
use store::{AuthorRow, DynStore};

pub(super) async fn run(cx: &Context, args: &AuthorsArgs) -> Result<Ran> {
    let store = cx.store().await?;
    match &args.command {
        None => list(cx, &store.authors(args.list.page()).await?)?,
        Some(AuthorsCommand::Merge { author, other }) => merge(cx, &store, author, other).await?,
        Some(AuthorsCommand::Split { author }) => split(cx, &store, author).await?,
        Some(AuthorsCommand::Merges) => merges(cx, &store).await?,
    }
    Ok(Ran::Well)
}

fn list(cx: &Context, rows: &[AuthorRow]) -> Result<()> {
    cx.out.rows(rows, "Nobody is followed yet: byline follow URL", |rows| {
        let mut table = Table::new([">id", "author", "affiliation", ">works", ">articles", "page"]);
        for row in rows {
            let mut name = if row.followed { row.name.clone() } else { format!("{} (unfollowed)", row.name) };
            for other in &row.merged {
                name.push_str(&format!(" + {} ({})", other.name, other.id));
            }
            table.row([
                row.id.to_string(),
                name,
                row.affiliation.clone().unwrap_or_default(),
                count(row.works),
                count(row.articles),
                row.pages.join(" "),
            ]);
        }
        table
    })?;
    Ok(())
}

async fn merge(cx: &Context, store: &DynStore, author: &str, other: &str) -> Result<()> {
    let (kept, merged) = (cx.author(store, author).await?, cx.author(store, other).await?);
    store.merge_authors(kept.id, merged.id, cx.now()).await?;
    tracing::info!(author.kept = %kept.id, author.merged = %merged.id, "authors merged");
    if cx.out.json {
        return Ok(cx.out.json_line(&json!({ "kept": kept.id, "merged": merged.id }))?);
    }
    cx.out.line(&format!(
        "{} ({}) stands under {} ({}) from now on; take it back with `byline authors split {}`",
        merged.name, merged.id, kept.name, kept.id, merged.id
    ))?;
    Ok(())
}

/// The one who was merged is not found by name any more: their number or name is looked for among the merges.
async fn split(cx: &Context, store: &DynStore, author: &str) -> Result<()> {
    let merges = store.author_merges().await?;
    let mut standing = merges.iter().filter(|m| m.undone_at.is_none());
    let named = |m: &&store::AuthorMerge| m.merged_name == author || m.merged.to_string() == author;
    let unknown = || Usage(format!("{author:?} is merged into nobody; see `byline authors merges`"));
    let merge = standing.find(named).ok_or_else(unknown)?;
    store.split_author(merge.merged, cx.now()).await?;
    let (kept, merged): (AuthorId, AuthorId) = (merge.kept, merge.merged);
    tracing::info!(author.kept = %kept, author.merged = %merged, "authors split");
    if cx.out.json {
        return Ok(cx.out.json_line(&json!({ "kept": kept, "split": merged }))?);
    }
    cx.out.line(&format!("{} ({merged}) stands alone again", merge.merged_name))?;
    Ok(())
}

async fn merges(cx: &Context, store: &DynStore) -> Result<()> {
    cx.out.rows(&store.author_merges().await?, "No authors were merged.", |rows| {
        let mut table = Table::new([">id", "author", ">into", "author", "merged", "split"]);
        for row in rows {
            table.row([
                row.merged.to_string(),
                row.merged_name.clone(),
                row.kept.to_string(),
                row.kept_name.clone(),
                local(row.merged_at),
                row.undone_at.map(local).unwrap_or_default(),
            ]);
        }
        table
    })?;
    Ok(())
}
