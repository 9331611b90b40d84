//! `byline search WORDS`

use super::Context;
use crate::{cli::SearchArgs, exit::Ran, output::Table};
use anyhow::Result;

pub(super) async fn run(cx: &Context, args: &SearchArgs) -> Result<Ran> {
    let words = args.words.join(" ");
    let hits = cx.store().await?.search(&words, args.list.page()).await?;
    cx.out.rows(&hits, &format!("No article has {words:?}."), |hits| {
        let mut table = Table::new([">id", "title", "authors", "text"]);
        for hit in hits {
            let row = &hit.article;
            table.row([row.id.to_string(), row.title.clone(), row.authors.join(", "), hit.excerpt.clone()]);
        }
        table
    })?;
    Ok(Ran::Well)
}
