//! The authors, and one author with works and sources.

use super::{
    Answer,
    layout::{Tab, count, disposition, framed, outward, page, pager, stamp, state, when_or_dash},
};
use crate::{
    Site,
    paging::Paging,
    reply::{Asked, At, Trouble},
};
use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use store::{AuthorRow, SourceRow, WORK_STATES, WorkFilter, WorkRow};

const LIMIT: u64 = 100;

pub(super) async fn authors(State(site): State<Site>, paging: Asked<Paging>) -> Answer {
    let Query(paging) = paging?;
    let mut rows = site.store.authors(paging.page(LIMIT)).await?;
    let next = paging.cut(&mut rows, LIMIT);
    let body = html! {
        h1 { "Authors" }
        @if rows.is_empty() {
            p { "Nobody is followed yet. Follow an author page with " code { "byline follow URL" } "." }
        } @else { (author_table(&rows)) }
        (pager("/authors?", paging.offset, paging.limit(LIMIT), next))
    };
    Ok(page("Authors", Tab::Authors, &body))
}

pub(super) fn author_table(rows: &[AuthorRow]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr { th { "Author" } th { "Page" } th.n { "Works" } th.n { "Articles" } } }
            tbody { @for a in rows { tr {
                td {
                    a href={ "/authors/" (a.id) } { (shown_name(a)) }
                    @if !a.followed { " " span.state { "unfollowed" } }
                    @for other in &a.merged { br; span.faint { "also " (other.name) } }
                    @if let Some(affiliation) = &a.affiliation { br; span.faint { (affiliation) } }
                }
                td { @for url in &a.pages { (outward(url)) br; } }
                td.n { (count(a.works)) }
                td.n { (count(a.articles)) }
            } } }
        } }
    }
}

/// Until its page was read, an author is known by the page's address.
fn shown_name(author: &AuthorRow) -> String {
    match author.name.is_empty() {
        true => author.pages.first().cloned().unwrap_or_else(|| format!("author {}", author.id)),
        false => author.name.clone(),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct AuthorQuery {
    state: Option<String>,
    offset: u64,
}

pub(super) async fn author(State(site): State<Site>, id: At<i64>, query: Asked<AuthorQuery>) -> Answer {
    let (Path(id), Query(query)) = (id?, query?);
    let row = site.store.find_author(&id.to_string()).await?.ok_or(Trouble::NotFound("author"))?;
    let sources = site.store.sources(row.id).await?;
    let paging = Paging { offset: query.offset, limit: None };
    let filter = WorkFilter {
        author: Some(row.id),
        source: None,
        state: query.state.clone().filter(|s| WORK_STATES.contains(&s.as_str())),
        page: paging.page(LIMIT),
    };
    let mut works = site.store.works(&filter).await?;
    let next = paging.cut(&mut works, LIMIT);
    let feed = format!("/authors/{id}/feed.atom");
    let base = match &filter.state {
        Some(state) => format!("/authors/{id}?state={state}&"),
        None => format!("/authors/{id}?"),
    };
    let body = html! {
        (profile(&row))
        (sources_table(&sources))
        h2 { "Works " span.faint { (count(row.works)) " listed, " (count(row.articles)) " stored" } }
        (state_filter(id, filter.state.as_deref()))
        @if works.is_empty() { p.faint { "None." } } @else { (works_table(&works)) }
        (pager(&base, query.offset, LIMIT, next))
        p.faint { a href=(feed) { "Atom feed" } }
    };
    Ok(framed(&shown_name(&row), Tab::Authors, "", Some(&feed), &body))
}

fn profile(row: &AuthorRow) -> Markup {
    html! {
        h1 { (shown_name(row)) @if !row.followed { " " span.state { "unfollowed" } } }
        div.profile { div {
            @if let Some(affiliation) = &row.affiliation { p.lead { (affiliation) } }
            @for other in &row.merged { p.faint { "also " (other.name) " (author " (other.id) ", merged)" } }
            @if let Some(biography) = &row.biography { p { (biography) } }
            @for url in &row.same_as { p { (outward(url)) } }
        } }
    }
}

fn sources_table(sources: &[SourceRow]) -> Markup {
    html! {
        h2 { "Sources" }
        div.scroll { table {
            thead { tr { th { "Address" } th { "State" } th { "Last visit" } th { "Next visit" } } }
            tbody { @for s in sources { tr {
                td { (outward(s.url.as_str())) }
                td { @match &s.alarm {
                    Some(alarm) => span.state.bad { (alarm) },
                    None => span.state.good { "well" },
                } }
                td.date { (when_or_dash(s.last_visit_at)) }
                td.date { (when_or_dash(s.due_at)) " " a.faint href={ "/page?url=" (encoded(s.url.as_str())) } { "visits" } }
            } } }
        } }
    }
}

fn state_filter(id: i64, current: Option<&str>) -> Markup {
    html! {
        p.filters {
            a href={ "/authors/" (id) } aria-current=[current.is_none().then_some("true")] { "all" }
            @for state in WORK_STATES {
                a href={ "/authors/" (id) "?state=" (state) }
                    aria-current=[(current == Some(state)).then_some("true")] { (state) }
            }
        }
    }
}

fn works_table(works: &[WorkRow]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr { th { "Work" } th { "Date" } th { "State" } th { "Last visit" } th { "First seen" } } }
            tbody { @for w in works { tr {
                td.title {
                    @match (w.article, &w.url) {
                        (Some(article), _) => a href={ "/articles/" (article) } { (w.title) },
                        (None, Some(url)) => { (w.title) br; span.faint { (outward(url.as_str())) } },
                        (None, None) => { (w.title) br; span.faint { "no link" } },
                    }
                    @if !w.authors.is_empty() { br; span.faint { (w.authors.join(", ")) } }
                }
                td.date { (stamp(w.date)) }
                td { (state(&w.state)) }
                td { @match (&w.url, w.last) {
                    (Some(url), Some(d)) => a href={ "/page?url=" (encoded(url.as_str())) } { (disposition(d)) },
                    _ => span.faint { "–" },
                } }
                td.date { (when_or_dash(Some(w.first_seen_at))) }
            } } }
        } }
    }
}

/// An address as the value of a query parameter (RFC 3986 §3.4).
pub(super) fn encoded(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for b in url.bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => {
                out.push(char::from(b));
            }
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}
