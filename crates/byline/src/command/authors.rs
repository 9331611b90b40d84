//! `byline authors`

use super::Context;
use crate::{
    cli::ListArgs,
    exit::Ran,
    output::{Table, count},
};
use anyhow::Result;

pub(super) async fn run(cx: &Context, args: &ListArgs) -> Result<Ran> {
    let rows = cx.store().await?.authors(args.page()).await?;
    cx.out.rows(&rows, "Nobody is followed yet: byline follow URL", |rows| {
        let mut table = Table::new([">id", "author", "affiliation", ">works", ">articles", "page"]);
        for row in rows {
            let name = if row.followed { row.name.clone() } else { format!("{} (unfollowed)", row.name) };
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
    Ok(Ran::Well)
}
