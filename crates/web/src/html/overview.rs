//! The first page: how much there is, who is followed, what came last.

use super::{
    Answer,
    authors::author_table,
    layout::{Tab, count, page, stamp, when},
};
use crate::Site;
use axum::extract::State;
use chrono::Utc;
use maud::html;
use store::{ArticleFilter, Counts, Page};

pub(super) async fn overview(State(site): State<Site>) -> Answer {
    let counts = site.store.counts(Utc::now()).await?;
    let authors = site.store.authors(Page { offset: 0, limit: 20 }).await?;
    let filter = ArticleFilter { page: Page { offset: 0, limit: 15 }, ..ArticleFilter::default() };
    let articles = site.store.articles(&filter).await?;
    let body = html! {
        h1 { "Overview" }
        (tiles(&counts))
        h2 { "Authors" }
        @if authors.is_empty() {
            p { "Nobody is followed yet. Follow an author page with " code { "byline follow URL" } "." }
        } @else {
            (author_table(&authors))
            @if counts.authors > 20 { p { a href="/authors" { "All " (count(counts.authors)) " authors" } } }
        }
        @if !articles.is_empty() {
            h2 { "Latest articles" }
            div.scroll { table {
                thead { tr { th { "Article" } th { "Authors" } th { "Published" } th { "Captured" } } }
                tbody { @for a in &articles { tr {
                    td.title { a href={ "/articles/" (a.id) } { (a.title) } }
                    td { (a.authors.join(", ")) }
                    td.date { (stamp(a.published)) }
                    td.date { (when(a.captured_at)) }
                } } }
            } }
        }
    };
    Ok(page("Overview", Tab::Overview, &body))
}

pub(super) fn tiles(counts: &Counts) -> maud::Markup {
    let tiles = [
        (counts.authors, "authors", false),
        (counts.works, "works listed", false),
        (counts.articles, "articles stored", false),
        (counts.versions, "versions", false),
        (counts.pages_due, "pages due", false),
        (counts.pages_in_flight, "in flight", false),
        (counts.sources_in_alarm, "listings in alarm", counts.sources_in_alarm > 0),
        (counts.dead_letters_waiting, "dead letters", counts.dead_letters_waiting > 0),
    ];
    html! {
        ul.tiles {
            @for (n, name, alarm) in tiles {
                li.alarm[alarm] { b { (count(n)) } span { (name) } }
            }
        }
    }
}
