//! Articles: the list, one with everything known of it, and what changed between two versions.

use super::{
    Answer,
    authors::encoded,
    layout::{Tab, count, outward, page, pager, stamp, when},
    status::timeline,
};
use crate::{
    Site, diff,
    diff::Piece,
    paging::Paging,
    reply::{Asked, At, Trouble},
};
use axum::extract::{Path, Query, State};
use maud::{Markup, PreEscaped, html};
use model::{Article, ArticleId, Evidence, block};
use store::{ArticleFilter, ArticleFull, ArticleVersion, VisitFilter};

const LIMIT: u64 = 50;

pub(super) async fn articles(State(site): State<Site>, paging: Asked<Paging>) -> Answer {
    let Query(paging) = paging?;
    let filter = ArticleFilter { page: paging.page(LIMIT), ..ArticleFilter::default() };
    let mut rows = site.store.articles(&filter).await?;
    let next = paging.cut(&mut rows, LIMIT);
    let body = html! {
        h1 { "Articles" }
        @if rows.is_empty() { p { "Nothing is stored yet." } } @else {
            div.scroll { table {
                thead { tr { th { "Article" } th { "Authors" } th { "Published" } th { "Captured" } th.n { "Characters" } th.n { "Versions" } } }
                tbody { @for a in &rows { tr {
                    td.title { a href={ "/articles/" (a.id) } { (a.title) } br; span.faint { (a.url.host_key()) } }
                    td { (a.authors.join(", ")) }
                    td.date { (stamp(a.published)) }
                    td.date { (when(a.captured_at)) }
                    td.n { (count(a.length)) }
                    td.n { (a.versions) }
                } } }
            } }
        }
        (pager("/articles?", paging.offset, paging.limit(LIMIT), next))
    };
    Ok(page("Articles", Tab::Articles, &body))
}

pub(super) async fn article(State(site): State<Site>, id: At<i64>) -> Answer {
    let Path(id) = id?;
    let full = site.store.article(ArticleId(id)).await?.ok_or(Trouble::NotFound("article"))?;
    let versions = site.store.article_versions(full.row.id).await?;
    let visits = match site.store.page_at(&full.row.url).await? {
        Some(row) => {
            let filter = VisitFilter { page_id: Some(row.id), ..VisitFilter::default() };
            site.store.visits(&filter).await?
        }
        None => Vec::new(),
    };
    let language = full.article.language.as_ref().map(|l| l.value.as_str());
    let body = html! {
        div.reading {
            article {
                h1 lang=[language] { (full.row.title) }
                (byline(&full))
                div.body lang=[language] { (PreEscaped(block::to_html(&full.article.blocks))) }
            }
            aside {
                h2 { "About this text" }
                (fields(&full.article))
                (around(&full))
                h2 { "Versions" }
                (history(id, &versions))
                h2 { "Visits " a.faint href={ "/page?url=" (encoded(full.row.url.as_str())) } { "page" } }
                (timeline(&visits[..visits.len().min(8)]))
            }
        }
    };
    Ok(page(&full.row.title, Tab::Articles, &body))
}

fn byline(full: &ArticleFull) -> Markup {
    html! {
        p.byline {
            @if !full.row.authors.is_empty() { b { (full.row.authors.join(", ")) } " · " }
            @if full.row.published.is_some() { (stamp(full.row.published)) " · " }
            (outward(full.row.url.as_str()))
        }
    }
}

/// Every field with where it came from.
fn fields(article: &Article) -> Markup {
    let mut rows: Vec<(&str, String, Evidence)> = Vec::new();
    let mut text = |name, field: Option<(String, Evidence)>| {
        rows.extend(field.map(|(value, evidence)| (name, value, evidence)));
    };
    text("Title", article.title.as_ref().map(|f| (f.value.clone(), f.evidence)));
    for author in &article.authors {
        text("Author", Some((author.value.name.clone(), author.evidence)));
    }
    text("Published", article.published.as_ref().map(|f| (f.value.to_string(), f.evidence)));
    text("Modified", article.modified.as_ref().map(|f| (f.value.to_string(), f.evidence)));
    text("Source", article.source.as_ref().map(|f| (f.value.clone(), f.evidence)));
    text("Section", article.section.as_ref().map(|f| (f.value.clone(), f.evidence)));
    for tag in &article.tags {
        text("Tag", Some((tag.value.clone(), tag.evidence)));
    }
    text("Language", article.language.as_ref().map(|f| (f.value.clone(), f.evidence)));
    text("Canonical address", article.canonical_url.as_ref().map(|f| (f.value.clone(), f.evidence)));
    html! {
        dl { @for (name, value, evidence) in rows {
            dt { (name) } dd { (value) " " small { "from " (evidence) } }
        } }
    }
}

fn around(full: &ArticleFull) -> Markup {
    html! {
        dl {
            dt { "First seen" } dd { (when(full.first_seen_at)) }
            dt { "Captured" } dd { (when(full.row.captured_at)) " " small { "parser " (full.parser_version) } }
            @for (name, at) in presence(full) { dt { (name) } dd { (when(at)) } }
            @if !full.author_pages.is_empty() {
                dt { "Listed by" } @for url in &full.author_pages { dd { (outward(url)) } }
            }
            @if !full.listed_as.is_empty() && full.listed_as.iter().any(|t| *t != full.row.title) {
                dt { "Listed as" } @for title in &full.listed_as { dd { (title) } }
            }
            @if !full.aliases.is_empty() {
                dt { "Also at" } @for url in &full.aliases { dd { (outward(url)) } }
            }
            @if !full.near_duplicates.is_empty() {
                dt { "Nearly the same text" }
                @for near in &full.near_duplicates {
                    dd {
                        a href={ "/articles/" (near.id) } { (near.title) } " "
                        small { (near.url.host_key()) ", " (format!("{:.0}", near.likeness * 100.0)) " % alike" }
                    }
                }
            }
        }
    }
}

/// When it was seen last, was lost, came back.
fn presence(full: &ArticleFull) -> Vec<(&'static str, store::Time)> {
    let p = &full.presence;
    let rows = [
        ("Last seen", p.last_seen_at),
        ("Gone since", p.gone_at),
        ("Returned", p.returned_at),
        ("Not listed since", p.unlisted_at),
        ("Listed again", p.relisted_at),
    ];
    rows.into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
}

fn history(id: i64, versions: &[ArticleVersion]) -> Markup {
    html! {
        ol.timeline {
            @for (i, v) in versions.iter().enumerate() {
                li {
                    "Version " (v.version) ", " (v.reason) ", " (when(v.captured_at))
                    @if let Some(before) = i.checked_sub(1).and_then(|i| versions.get(i)) {
                        " " a href={ "/articles/" (id) "/diff/" (before.version) "/" (v.version) } { "changes" }
                    }
                }
            }
        }
    }
}

pub(super) async fn difference(State(site): State<Site>, at: At<(i64, i32, i32)>) -> Answer {
    let Path((id, from, to)) = at?;
    let versions = site.store.article_versions(ArticleId(id)).await?;
    let find = |n: i32| versions.iter().find(|v| v.version == n).ok_or(Trouble::NotFound("version"));
    let (before, after) = (find(from)?, find(to)?);
    let title = |v: &ArticleVersion| v.article.title.as_ref().map(|t| t.value.clone()).unwrap_or_default();
    let names = |v: &ArticleVersion| {
        v.article.authors.iter().map(|a| a.value.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let date =
        |v: &ArticleVersion| v.article.published.as_ref().map(|p| p.value.to_string()).unwrap_or_default();
    let body = html! {
        h1 { (title(after)) }
        p.lead { "Version " (from) " to " (to) ", " (after.reason) " " (when(after.captured_at)) " · " a href={ "/articles/" (id) } { "article" } }
        @if versions.len() > 2 {
            p.versions { "Compare " @for v in &versions { @if v.version != to {
                a href={ "/articles/" (id) "/diff/" (v.version) "/" (to) } aria-current=[(v.version == from).then_some("true")] { (v.version) } " "
            } } "with " @for v in &versions { @if v.version != from {
                a href={ "/articles/" (id) "/diff/" (from) "/" (v.version) } aria-current=[(v.version == to).then_some("true")] { (v.version) } " "
            } } }
        }
        @if title(before) != title(after) { p.diff { b { (pieces(&title(before), &title(after))) } } }
        @if names(before) != names(after) { p.diff { (pieces(&names(before), &names(after))) } }
        @if date(before) != date(after) { p.diff { (pieces(&date(before), &date(after))) } }
        @if before.article.text() == after.article.text() { p.faint { "The text is the same." } }
        div.diff { (pieces(&before.article.text(), &after.article.text())) }
    };
    Ok(page(&title(after), Tab::Articles, &body))
}

fn pieces(before: &str, after: &str) -> Markup {
    html! {
        @for piece in diff::words(before, after) {
            @match piece {
                Piece::Same(text) => (text),
                Piece::Removed(text) => del { (text) },
                Piece::Added(text) => ins { (text) },
            }
        }
    }
}
