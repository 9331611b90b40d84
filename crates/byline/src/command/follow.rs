//! `byline follow URL...` and `byline unfollow AUTHOR...`

use super::Context;
use crate::{cli::FollowArgs, exit::Ran};
use anyhow::Result;
use model::PageUrl;
use serde_json::json;
use store::Follow;

pub(super) async fn follow(cx: &Context, args: &FollowArgs) -> Result<Ran> {
    let urls = addresses(&args.urls)?;
    let store = cx.store().await?;
    for url in urls {
        let (name, ignore_nofollow) = (args.name.clone(), args.ignore_nofollow);
        let follow = Follow { url: url.clone(), name, ignore_nofollow };
        let followed = store.follow(&follow, cx.now()).await?;
        if cx.out.json {
            cx.out.json_line(&json!({ "url": url, "author": followed.author, "new": followed.new }))?;
        } else {
            let already = if followed.new { "" } else { " (already)" };
            cx.out.line(&format!("following {url} as author {}{already}", followed.author))?;
        }
    }
    Ok(Ran::Well)
}

/// All addresses are read before the first is acted on: a typing error in the last changes nothing.
pub(super) fn addresses(texts: &[String]) -> Result<Vec<PageUrl>> {
    texts.iter().map(|text| Ok(PageUrl::parse(text)?)).collect()
}

pub(super) async fn unfollow(cx: &Context, authors: &[String]) -> Result<Ran> {
    let store = cx.store().await?;
    let mut rows = Vec::new();
    for text in authors {
        rows.push(cx.author(&store, text).await?);
    }
    for row in rows {
        store.unfollow(row.id, cx.now()).await?;
        if cx.out.json {
            cx.out.json_line(&json!({ "author": row.id, "name": row.name, "followed": false }))?;
        } else {
            let name = if row.name.is_empty() { row.pages.join(" ") } else { row.name };
            cx.out.line(&format!("no longer following {name}; what is stored stays"))?;
        }
    }
    Ok(Ran::Well)
}
