//! Articles by words.

use super::{
    Answer,
    authors::encoded,
    layout::{Tab, framed, pager, stamp},
};
use crate::{Site, paging::Paging, reply::Asked};
use axum::extract::{Query, State};
use maud::html;
use serde::Deserialize;

const LIMIT: u64 = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SearchQuery {
    q: String,
    offset: u64,
}

pub(super) async fn search(State(site): State<Site>, query: Asked<SearchQuery>) -> Answer {
    let Query(query) = query?;
    let paging = Paging { offset: query.offset, limit: None };
    let words = query.q.trim();
    let mut hits = match words {
        "" => Vec::new(),
        words => site.store.search(words, paging.page(LIMIT)).await?,
    };
    let next = paging.cut(&mut hits, LIMIT);
    let body = html! {
        h1 { "Search" }
        @if words.is_empty() { p.faint { "Type words into the box above." } }
        @else if hits.is_empty() { p { "No article has “" (words) "”." } }
        ul.hits { @for hit in &hits { li {
            a href={ "/articles/" (hit.article.id) } { (hit.article.title) }
            p { (hit.excerpt) }
            p.faint { (hit.article.authors.join(", ")) " · " (stamp(hit.article.published)) " · " (hit.article.url.host_key()) }
        } } }
        (pager(&format!("/search?q={}&", encoded(words)), query.offset, LIMIT, next))
    };
    Ok(framed("Search", Tab::None, words, None, &body))
}
