//! `byline works`

use super::Context;
use crate::{cli::WorksArgs, exit::Ran, output::Table};
use anyhow::Result;
use store::WorkFilter;

pub(super) async fn run(cx: &Context, args: &WorksArgs) -> Result<Ran> {
    let store = cx.store().await?;
    let filter = WorkFilter {
        author: cx.author_id(&store, args.author.as_deref()).await?,
        source: None,
        state: args.state.clone(),
        page: args.list.page(),
    };
    let rows = store.works(&filter).await?;
    cx.out.rows(&rows, "No works are known.", |rows| {
        let mut table = Table::new(["date", "title", "state", "last visit", ">article", "link"]);
        for row in rows {
            table.row([
                row.date
                    .map(|d| d.day().map_or_else(|| d.to_string(), |d| d.to_string()))
                    .unwrap_or_default(),
                row.title.clone(),
                row.state.clone(),
                row.last.map(|d| d.to_string()).unwrap_or_default(),
                row.article.map(|a| a.to_string()).unwrap_or_default(),
                row.url.as_ref().map(ToString::to_string).unwrap_or_default(),
            ]);
        }
        table
    })?;
    Ok(Ran::Well)
}
