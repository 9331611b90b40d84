//! `byline export`

use super::Context;
use crate::{
    cli::{ExportArgs, ExportFormat},
    engine::open,
    exit::Ran,
    export::{Form, Writer},
    output::plural,
};
use anyhow::Result;
use model::AuthorId;
use store::{ArticleFilter, CaptureFilter, DynStore, Page, Time};

/// Rows read at once.
const CHUNK: u64 = 200;

pub(super) async fn run(cx: &Context, args: &ExportArgs) -> Result<Ran> {
    let store = cx.store().await?;
    let author = cx.author_id(&store, args.author.as_deref()).await?;
    let since = args.since.map(|w| w.moment(cx.now()));
    let mut writer = Writer::open(args.output.as_deref())?;
    let (n, one, many) = match args.format {
        ExportFormat::Warc => {
            let software = concat!("Byline/", env!("CARGO_PKG_VERSION"));
            writer.write(&::store::archive::warcinfo(software, cx.now())?)?;
            (captures(cx, &store, author, since, &mut writer).await?, "capture", "captures")
        }
        format => {
            let mut form = Form::new(format);
            writer.write(form.begin(cx.now()).as_bytes())?;
            let n = articles(&store, author, since, &mut form, &mut writer).await?;
            writer.write(form.end().as_bytes())?;
            (n, "article", "articles")
        }
    };
    writer.finish()?;
    if args.output.is_some() {
        cx.out.remark(&format!("{} written", plural(n, one, many)));
    }
    Ok(Ran::Well)
}

async fn articles(
    store: &DynStore,
    author: Option<AuthorId>,
    since: Option<Time>,
    form: &mut Form,
    writer: &mut Writer,
) -> Result<u64> {
    let mut n = 0;
    let mut after = None;
    loop {
        let page = Page { offset: 0, limit: CHUNK };
        let filter = ArticleFilter {
            author,
            since,
            host: None,
            after: Some(after.unwrap_or(model::ArticleId(0))),
            page,
        };
        let rows = store.articles(&filter).await?;
        let Some(last) = rows.last().map(|row| row.id) else { return Ok(n) };
        for row in rows {
            if let Some(full) = store.article(row.id).await? {
                writer.write(form.article(&full)?.as_bytes())?;
                n += 1;
            }
        }
        after = Some(last);
    }
}

async fn captures(
    cx: &Context,
    store: &DynStore,
    author: Option<AuthorId>,
    since: Option<Time>,
    writer: &mut Writer,
) -> Result<u64> {
    let archive = open::archive(&cx.config)?;
    let mut n = 0;
    let mut after = None;
    loop {
        let filter = CaptureFilter { author, since, after, page: Page { offset: 0, limit: CHUNK } };
        let rows = store.captures(&filter).await?;
        let Some(last) = rows.last().map(|row| row.at.id.to_string()) else { return Ok(n) };
        for row in rows {
            writer.write(&archive.records(&row.at).await?)?;
            n += 1;
        }
        after = Some(last);
    }
}
