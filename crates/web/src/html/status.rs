//! How the work goes: counts, hosts, what failed last, dead letters; and the timeline of one page.

use super::{
    Answer,
    authors::encoded,
    layout::{Tab, count, disposition, outward, page, when, when_or_dash},
    overview::tiles,
};
use crate::{
    Site,
    probes::Check,
    reply::{Asked, Trouble},
};
use axum::extract::{Query, State};
use chrono::Utc;
use maud::{Markup, html};
use model::PageUrl;
use serde::Deserialize;
use store::{DeadFilter, DeadLetter, HostRow, Page, PageRow, VisitFilter, VisitRow};

/// Rows of each table.
const LIMIT: u64 = 30;

pub(super) async fn status(State(site): State<Site>) -> Answer {
    let some = Page { offset: 0, limit: LIMIT };
    let counts = site.store.counts(Utc::now()).await?;
    let hosts = site.store.hosts(some).await?;
    let visits = site.store.visits(&VisitFilter { page: some, ..VisitFilter::default() }).await?;
    let waiting = DeadFilter { waiting: true, limit: LIMIT as usize, ..DeadFilter::default() };
    let letters = site.store.dead_letters(&waiting).await?;
    let body = html! {
        h1 { "Status" }
        (tiles(&counts))
        (checks_table(&site.probes.checks()))
        @if !letters.is_empty() { h2 { "Dead letters" } (dead_table(&letters)) }
        h2 { "Latest visits" }
        @if visits.is_empty() { p.faint { "None yet." } } @else { (visits_table(&visits)) }
        @if !hosts.is_empty() { h2 { "Hosts" } (hosts_table(&hosts)) }
    };
    Ok(page("Status", Tab::Status, &body))
}

fn checks_table(checks: &[Check]) -> Markup {
    html! {
        @if !checks.is_empty() {
            h2 { "This process" }
            div.scroll { table { tbody { @for c in checks { tr {
                td { (c.name) }
                td { @match (c.live, c.ready) {
                    (false, _) => span.state.bad { "stuck" },
                    (true, false) => span.state { "waiting" },
                    (true, true) => span.state.good { "well" },
                } }
                td.faint { (in_words(&c.detail)) }
            } } } } }
        }
    }
}

/// The figures that a person looks for first.
fn in_words(detail: &serde_json::Value) -> String {
    let number = |name: &str| detail.get(name).and_then(serde_json::Value::as_u64);
    match (number("in_flight"), number("last_settled_ms_ago")) {
        (Some(n), Some(ms)) => format!("{n} in hand, last one done {} s ago", ms / 1000),
        _ => String::new(),
    }
}

fn dead_table(letters: &[DeadLetter]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr { th { "Stage" } th { "Reason" } th { "Page" } th.n { "Attempts" } th { "Died" } } }
            tbody { @for d in letters { tr {
                td { (d.stage) }
                td { span.state.bad { (d.reason) } br; span.faint { (d.message) } }
                td { (outward(&d.subject)) }
                td.n { (d.attempts) }
                td.date { (when(d.died_at)) }
            } } }
        } }
        p.faint { code { "byline dead show ID" } " shows one, " code { "byline dead replay" } " sends them again." }
    }
}

fn visits_table(visits: &[VisitRow]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr { th { "When" } th { "Page" } th { "End" } th { "Detail" } th.n { "Bytes" } } }
            tbody { @for v in visits { tr {
                td.date { (when(v.ended_at)) }
                td { a href={ "/page?url=" (encoded(v.url.as_str())) } { (v.url) } }
                td { (disposition(v.disposition)) }
                td { (v.code) @if !v.detail.is_empty() { " " span.faint { (v.detail) } } }
                td.n { (count(v.bytes)) }
            } } }
        } }
    }
}

fn hosts_table(hosts: &[HostRow]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr { th { "Host" } th.n { "Pages" } th.n { "In flight" } th.n { "Gap" } th.n { "Failures" } th { "Next visit" } th { "Circuit" } } }
            tbody { @for h in hosts { tr {
                td { (h.host) }
                td.n { (count(h.pages)) }
                td.n { (h.in_flight) }
                td.n { @match h.gap_ms { Some(ms) => { (count(ms)) " ms" }, None => span.faint { "default" } } }
                td.n { (h.failures) }
                td.date { (when(h.next_at)) }
                td { @match h.open_until {
                    Some(t) if t > Utc::now() => { span.state.bad { "open" } " until " (when(t)) },
                    _ => span.state.good { "closed" },
                } }
            } } }
        } }
    }
}

#[derive(Deserialize)]
pub(super) struct PageQuery {
    url: String,
}

pub(super) async fn page_timeline(State(site): State<Site>, query: Asked<PageQuery>) -> Answer {
    let Query(query) = query?;
    let url = PageUrl::parse(&query.url).map_err(|e| Trouble::Bad(e.to_string()))?;
    let row = site.store.page_at(&url).await?.ok_or(Trouble::NotFound("page"))?;
    let visits = site.store.visits(&VisitFilter { page_id: Some(row.id), ..VisitFilter::default() }).await?;
    let body = html! {
        h1 { "Page" }
        p.lead { (outward(row.url.as_str())) }
        (page_facts(&row))
        h2 { "Visits" }
        (timeline(&visits))
    };
    Ok(page(row.url.as_str(), Tab::Status, &body))
}

fn page_facts(row: &PageRow) -> Markup {
    html! {
        dl {
            dt { "Kind" } dd { (row.kind.as_str()) }
            @if let Some(article) = row.article { dt { "Article" } dd { a href={ "/articles/" (article) } { "article " (article) } } }
            dt { "Next visit" } dd { (when_or_dash(row.due_at)) }
            dt { "Why not earlier" } dd { (row.why_not_earlier(Utc::now())) }
            dt { "Last visit" } dd { (when_or_dash(row.last_visit_at)) }
            @if row.failures > 0 { dt { "Failed visits in a row" } dd { (row.failures) } }
        }
    }
}

pub(super) fn timeline(visits: &[VisitRow]) -> Markup {
    html! {
        @if visits.is_empty() { p.faint { "No visit yet." } }
        ol.timeline { @for v in visits { li {
            (disposition(v.disposition)) " " (when(v.ended_at))
            @if v.reparse { " " span.faint { "from the archive" } }
            @if let Some(status) = v.status { " " span.faint { "HTTP " (status) } }
            @if !v.code.is_empty() { br; span.faint { (v.code) @if !v.detail.is_empty() { ": " (v.detail) } } }
        } } }
    }
}
