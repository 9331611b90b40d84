//! `byline articles`

use super::Context;
use crate::{
    cli::ArticlesArgs,
    exit::Ran,
    output::{Table, count},
};
use anyhow::Result;
use model::HostKey;
use store::{ArticleFilter, ArticleRow};

pub(super) async fn run(cx: &Context, args: &ArticlesArgs) -> Result<Ran> {
    let store = cx.store().await?;
    let filter = ArticleFilter {
        author: cx.author_id(&store, args.author.as_deref()).await?,
        host: args.host.clone().map(HostKey),
        since: args.since.map(|w| w.moment(cx.now())),
        after: None,
        page: args.list.page(),
    };
    let rows = store.articles(&filter).await?;
    cx.out.rows(&rows, "No articles are stored.", table)?;
    Ok(Ran::Well)
}

pub(super) fn table(rows: &[ArticleRow]) -> Table {
    let mut table = Table::new([">id", "published", "title", "authors", ">chars", ">versions", "address"]);
    for row in rows {
        table.row([
            row.id.to_string(),
            row.published
                .map(|d| d.day().map_or_else(|| d.to_string(), |d| d.to_string()))
                .unwrap_or_default(),
            row.title.clone(),
            row.authors.join(", "),
            count(row.length),
            row.versions.to_string(),
            row.url.to_string(),
        ]);
    }
    table
}
