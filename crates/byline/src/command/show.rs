//! `byline show ID|URL`: an article with its fields, or any page with its visits, when it is due and why
//! not earlier.

use super::Context;
use crate::{
    cli::ShowArgs,
    exit::{Ran, Usage},
    output::{Table, age, bytes, local, plural, word_diff},
};
use anyhow::Result;
use model::{Article, ArticleId, Evidence, PageUrl, block};
use serde_json::json;
use store::{ArticleFull, DynStore, PageRow, Presence, VisitFilter, VisitRow};
use web::record::ArticleRecord;

/// Visits shown.
const VISITS: u64 = 20;

pub(super) async fn run(cx: &Context, args: &ShowArgs) -> Result<Ran> {
    let store = cx.store().await?;
    let (page, article) = find(&store, &args.what).await?;
    let visits = match &page {
        Some(page) => {
            let page_of = store::Page { offset: 0, limit: VISITS };
            store
                .visits(&VisitFilter { page_id: Some(page.id), page: page_of, ..VisitFilter::default() })
                .await?
        }
        None => Vec::new(),
    };
    if cx.out.json {
        let record = article.as_ref().map(ArticleRecord::of);
        let why = page.as_ref().map(|p| p.why_not_earlier(cx.now()));
        let near = article.as_ref().map(|a| &a.near_duplicates);
        let presence = article.as_ref().map(|a| &a.presence);
        let value = json!({ "article": record, "near_duplicates": near, "presence": presence, "page": page, "why_not_earlier": why, "visits": visits });
        cx.out.json_line(&value)?;
        return Ok(Ran::Well);
    }
    if let Some(full) = &article {
        show_article(cx, full)?;
    }
    if let Some(page) = &page {
        show_page(cx, page, &visits)?;
    }
    if let Some(full) = &article {
        if args.versions {
            show_versions(cx, &store, full).await?;
        }
        if let [from, to] = args.diff[..] {
            show_diff(cx, &store, full, from, to).await?;
        }
        if args.text {
            cx.out.line("")?;
            cx.out.line(&block::to_markdown(&full.article.blocks))?;
        }
    }
    Ok(Ran::Well)
}

async fn find(store: &DynStore, what: &str) -> Result<(Option<PageRow>, Option<ArticleFull>)> {
    let unknown = || Usage(format!("nothing is known of {what:?}; give an article's number or an address"));
    if let Ok(id) = what.parse() {
        let full = store.article(ArticleId(id)).await?.ok_or_else(unknown)?;
        let page = store.page_at(&full.row.url).await?;
        return Ok((page, Some(full)));
    }
    let page = store.page_at(&PageUrl::parse(what)?).await?.ok_or_else(unknown)?;
    let article = match page.article {
        Some(id) => store.article(id).await?,
        None => None,
    };
    Ok((Some(page), article))
}

fn show_article(cx: &Context, full: &ArticleFull) -> Result<()> {
    let mut table = Table::new(["field", "value", "from"]);
    for (name, value, evidence) in fields(&full.article) {
        table.row([name.to_owned(), value, evidence.map(|e| e.to_string()).unwrap_or_default()]);
    }
    for url in &full.author_pages {
        table.row(["listed by".to_owned(), url.clone(), String::new()]);
    }
    for url in &full.aliases {
        table.row(["also at".to_owned(), url.clone(), String::new()]);
    }
    for near in &full.near_duplicates {
        let share = format!("{:.0} % alike", near.likeness * 100.0);
        table.row([
            "nearly the same".to_owned(),
            format!("article {}: {} {}", near.id, near.title, near.url),
            share,
        ]);
    }
    for (name, at) in presence(&full.presence) {
        table.row([name.to_owned(), format!("{}, {}", age(at, cx.now()), local(at)), String::new()]);
    }
    cx.out.line(&format!(
        "article {}, {}, first seen {}",
        full.row.id,
        plural(u64::from(full.row.versions), "version", "versions"),
        age(full.first_seen_at, cx.now())
    ))?;
    cx.out.table(&table)?;
    Ok(())
}

/// When it was seen last, was lost, came back.
fn presence(presence: &Presence) -> Vec<(&'static str, store::Time)> {
    let Presence { last_seen_at, gone_at, returned_at, unlisted_at, relisted_at } = presence;
    let rows = [
        ("last seen", last_seen_at),
        ("gone since", gone_at),
        ("returned", returned_at),
        ("not listed since", unlisted_at),
        ("listed again", relisted_at),
    ];
    rows.into_iter().filter_map(|(name, at)| Some((name, (*at)?))).collect()
}

/// All fields that have a value, as people read them.
pub(super) fn fields(article: &Article) -> Vec<(&'static str, String, Option<Evidence>)> {
    let mut rows = Vec::new();
    let mut text = |name, field: Option<(String, Evidence)>| {
        rows.extend(field.map(|(value, evidence)| (name, value, Some(evidence))));
    };
    text("title", article.title.as_ref().map(|f| (f.value.clone(), f.evidence)));
    for author in &article.authors {
        let shown = match &author.value.url {
            Some(url) => format!("{} <{url}>", author.value.name),
            None => author.value.name.clone(),
        };
        text("author", Some((shown, author.evidence)));
    }
    text("published", article.published.as_ref().map(|f| (f.value.to_string(), f.evidence)));
    text("modified", article.modified.as_ref().map(|f| (f.value.to_string(), f.evidence)));
    text("language", article.language.as_ref().map(|f| (f.value.clone(), f.evidence)));
    text("section", article.section.as_ref().map(|f| (f.value.clone(), f.evidence)));
    for tag in &article.tags {
        text("tag", Some((tag.value.clone(), tag.evidence)));
    }
    text("source", article.source.as_ref().map(|f| (f.value.clone(), f.evidence)));
    text("canonical", article.canonical_url.as_ref().map(|f| (f.value.clone(), f.evidence)));
    text("lead image", article.lead_image.as_ref().map(|f| (f.value.clone(), f.evidence)));
    text("description", article.description.as_ref().map(|f| (f.value.clone(), f.evidence)));
    let body = article.text();
    let begin: String = body.chars().take(60).collect();
    let size = format!(
        "{}, {}: {begin}…",
        plural(article.blocks.len() as u64, "block", "blocks"),
        plural(body.chars().count() as u64, "character", "characters")
    );
    rows.push(("text", size, None));
    rows
}

fn show_page(cx: &Context, page: &PageRow, visits: &[VisitRow]) -> Result<()> {
    let now = cx.now();
    cx.out.line(&format!("\npage {}: {} ({})", page.id, page.url, page.kind.as_str()))?;
    match page.due_at {
        Some(due) => cx.out.line(&format!("  next visit: {}, {}", age(due, now), local(due)))?,
        None => cx.out.line("  next visit: none")?,
    }
    cx.out.line(&format!("  why not earlier: {}", page.why_not_earlier(now)))?;
    if !visits.is_empty() {
        cx.out.line("\nvisits")?;
        cx.out.table(&timeline(cx, visits))?;
    }
    Ok(())
}

pub(super) fn timeline(cx: &Context, visits: &[VisitRow]) -> Table {
    let mut table = Table::new(["when", "ended", ">status", "code", ">bytes", ">ms", "detail"]);
    for visit in visits {
        let elapsed = (visit.ended_at - visit.started_at).num_milliseconds();
        table.row([
            age(visit.ended_at, cx.now()),
            visit.disposition.to_string(),
            visit.status.map(|s| s.to_string()).unwrap_or_default(),
            if visit.reparse { format!("{} (reparse)", visit.code) } else { visit.code.clone() },
            bytes(visit.bytes),
            elapsed.to_string(),
            visit.detail.clone(),
        ]);
    }
    table
}

async fn show_versions(cx: &Context, store: &DynStore, full: &ArticleFull) -> Result<()> {
    let versions = store.article_versions(full.row.id).await?;
    for (i, version) in versions.iter().enumerate() {
        cx.out.line(&format!(
            "\nversion {}, {}, {}, parser {}",
            version.version,
            version.reason,
            local(version.captured_at),
            version.parser_version
        ))?;
        let Some(before) = i.checked_sub(1).and_then(|i| versions.get(i)) else { continue };
        print_diff(cx, &before.article, &version.article)?;
    }
    Ok(())
}

async fn show_diff(cx: &Context, store: &DynStore, full: &ArticleFull, from: i32, to: i32) -> Result<()> {
    let versions = store.article_versions(full.row.id).await?;
    let find = |n: i32| {
        let found = versions.iter().find(|v| v.version == n);
        found.ok_or_else(|| Usage(format!("there is no version {n}; there are 1 to {}", versions.len())))
    };
    let (before, after) = (find(from)?, find(to)?);
    cx.out.line(&format!(
        "\nversion {from} ({}) to {to} ({}, {})",
        local(before.captured_at),
        local(after.captured_at),
        after.reason
    ))?;
    print_diff(cx, &before.article, &after.article)
}

fn print_diff(cx: &Context, before: &Article, after: &Article) -> Result<()> {
    let lines = word_diff(before, after, cx.out.terminal);
    if lines.is_empty() {
        cx.out.line("  title, authors, date and text are the same")?;
    }
    lines.iter().try_for_each(|line| cx.out.line(&format!("  {line}")))?;
    Ok(())
}
