//! The JSON API below `/api/v1`: read-only, every list paged, errors as `application/problem+json`.
//! `api/openapi.json` is its description; a test holds both together.

use crate::{
    Site, diff,
    paging::Paging,
    record::ArticleRecord,
    reply::{Asked, At, Problem, Trouble},
};
use axum::{
    Json, Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::Utc;
use model::{ArticleId, AuthorId, HostKey, PageUrl};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{
    ArticleFilter, ArticleFull, ArticleVersion, AuthorRow, DeadFilter, StoreError, Time, VisitFilter,
    WORK_STATES, WorkFilter,
};

/// OpenAPI 3.1 description of this API, JSON.
pub const OPENAPI: &str = include_str!("api/openapi.json");

/// Rows of a list where nothing else is asked for.
const LIMIT: u64 = 100;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/openapi.json", get(openapi))
        .route("/status", get(status))
        .route("/authors", get(authors))
        .route("/authors/{id}", get(author))
        .route("/works", get(works))
        .route("/articles", get(articles))
        .route("/articles/{id}", get(article))
        .route("/articles/{id}/versions", get(versions))
        .route("/articles/{id}/diff", get(difference))
        .route("/search", get(search))
        .route("/page", get(page))
        .route("/visits", get(visits))
        .route("/hosts", get(hosts))
        .route("/dead-letters", get(dead_letters))
        .fallback(async || Problem(Trouble::NotFound("resource")))
}

/// One page of a list.
#[derive(Serialize)]
struct List<T> {
    items: Vec<T>,
    /// Offset of the next page; null on the last.
    next_offset: Option<u64>,
}

impl<T> List<T> {
    fn cut(mut items: Vec<T>, paging: Paging) -> Json<Self> {
        let next_offset = paging.cut(&mut items, LIMIT);
        Json(Self { items, next_offset })
    }
}

type Answer<T> = Result<Json<T>, Problem>;
async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

async fn status(State(site): State<Site>) -> Answer<Value> {
    let counts = site.store.counts(Utc::now()).await?;
    Ok(Json(
        json!({ "version": env!("CARGO_PKG_VERSION"), "counts": counts, "checks": site.probes.checks() }),
    ))
}

async fn authors(State(site): State<Site>, query: Asked<Paging>) -> Answer<List<AuthorRow>> {
    let paging = query?.0;
    Ok(List::cut(site.store.authors(paging.page(LIMIT)).await?, paging))
}

async fn author(State(site): State<Site>, id: At<i64>) -> Answer<Value> {
    let row = site.store.find_author(&id?.0.to_string()).await?;
    let row = row.ok_or(Problem(Trouble::NotFound("author")))?;
    let sources = site.store.sources(row.id).await?;
    let mut value = serde_json::to_value(row).map_err(broken)?;
    value["sources"] = serde_json::to_value(sources).map_err(broken)?;
    Ok(Json(value))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WorksQuery {
    author: Option<i64>,
    state: Option<String>,
    offset: u64,
    limit: Option<u64>,
}

async fn works(State(site): State<Site>, query: Asked<WorksQuery>) -> Answer<List<store::WorkRow>> {
    let query = query?.0;
    if query.state.as_ref().is_some_and(|state| !WORK_STATES.contains(&state.as_str())) {
        return Err(Problem(Trouble::Bad(format!("state: write one of {}", WORK_STATES.join(", ")))));
    }
    let paging = Paging { offset: query.offset, limit: query.limit };
    let filter = WorkFilter {
        author: query.author.map(AuthorId),
        source: None,
        state: query.state,
        page: paging.page(LIMIT),
    };
    Ok(List::cut(site.store.works(&filter).await?, paging))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ArticlesQuery {
    author: Option<i64>,
    host: Option<String>,
    since: Option<Time>,
    offset: u64,
    limit: Option<u64>,
}

async fn articles(State(site): State<Site>, query: Asked<ArticlesQuery>) -> Answer<List<store::ArticleRow>> {
    let query = query?.0;
    let paging = Paging { offset: query.offset, limit: query.limit };
    let filter = ArticleFilter {
        author: query.author.map(AuthorId),
        host: query.host.map(HostKey),
        since: query.since,
        after: None,
        page: paging.page(LIMIT),
    };
    Ok(List::cut(site.store.articles(&filter).await?, paging))
}

async fn article(State(site): State<Site>, id: At<i64>) -> Answer<Value> {
    let full = full(&site, id?.0).await?;
    Ok(Json(whole(&full).map_err(broken)?))
}

/// The export's record and what only the database knows.
fn whole(full: &ArticleFull) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(ArticleRecord::of(full))?;
    value["id"] = json!(full.row.id);
    value["captured_at"] = json!(full.row.captured_at);
    value["first_seen_at"] = json!(full.first_seen_at);
    value["versions"] = json!(full.row.versions);
    value["content_hash"] = json!(full.content_hash);
    value["parser_version"] = json!(full.parser_version);
    value["aliases"] = json!(full.aliases);
    value["near_duplicates"] = json!(full.near_duplicates);
    value["presence"] = json!(full.presence);
    Ok(value)
}

async fn full(site: &Site, id: i64) -> Result<ArticleFull, Problem> {
    site.store.article(ArticleId(id)).await?.ok_or(Problem(Trouble::NotFound("article")))
}

async fn versions(State(site): State<Site>, id: At<i64>) -> Answer<Value> {
    let full = full(&site, id?.0).await?;
    let rows = site.store.article_versions(full.row.id).await?;
    let items: Vec<Value> = rows
        .iter()
        .map(|v| {
            json!({
                "version": v.version,
                "captured_at": v.captured_at,
                "reason": v.reason,
                "content_hash": v.content_hash,
                "parser_version": v.parser_version,
                "title": v.article.title.as_ref().map(|t| &t.value),
            })
        })
        .collect();
    Ok(Json(json!({ "items": items })))
}

#[derive(Deserialize)]
struct DiffQuery {
    from: i32,
    to: i32,
}

async fn difference(State(site): State<Site>, id: At<i64>, query: Asked<DiffQuery>) -> Answer<Value> {
    let query = query?.0;
    let full = full(&site, id?.0).await?;
    let rows = site.store.article_versions(full.row.id).await?;
    let text = |version: i32| -> Result<String, Problem> {
        let found = rows.iter().find(|v: &&ArticleVersion| v.version == version);
        Ok(found.ok_or(Problem(Trouble::NotFound("version")))?.article.text())
    };
    Ok(Json(json!({ "pieces": diff::words(&text(query.from)?, &text(query.to)?) })))
}

#[derive(Deserialize)]
struct SearchQuery {
    q: String,
    #[serde(default)]
    offset: u64,
    limit: Option<u64>,
}

async fn search(State(site): State<Site>, query: Asked<SearchQuery>) -> Answer<List<store::SearchHit>> {
    let query = query?.0;
    let paging = Paging { offset: query.offset, limit: query.limit };
    Ok(List::cut(site.store.search(&query.q, paging.page(LIMIT)).await?, paging))
}

#[derive(Deserialize)]
struct PageQuery {
    url: String,
}

async fn page(State(site): State<Site>, query: Asked<PageQuery>) -> Answer<Value> {
    let url = PageUrl::parse(&query?.0.url).map_err(|e| Problem(Trouble::Bad(e.to_string())))?;
    let row = site.store.page_at(&url).await?.ok_or(Problem(Trouble::NotFound("page")))?;
    let visits = VisitFilter { page_id: Some(row.id), ..VisitFilter::default() };
    let visits = site.store.visits(&visits).await?;
    let mut value = serde_json::to_value(row).map_err(broken)?;
    value["visits"] = serde_json::to_value(visits).map_err(broken)?;
    Ok(Json(value))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct VisitsQuery {
    disposition: Option<model::Disposition>,
    since: Option<Time>,
    offset: u64,
    limit: Option<u64>,
}

async fn visits(State(site): State<Site>, query: Asked<VisitsQuery>) -> Answer<List<store::VisitRow>> {
    let query = query?.0;
    let paging = Paging { offset: query.offset, limit: query.limit };
    let filter = VisitFilter {
        page_id: None,
        disposition: query.disposition,
        since: query.since,
        page: paging.page(LIMIT),
    };
    Ok(List::cut(site.store.visits(&filter).await?, paging))
}

async fn hosts(State(site): State<Site>, query: Asked<Paging>) -> Answer<List<store::HostRow>> {
    let paging = query?.0;
    Ok(List::cut(site.store.hosts(paging.page(LIMIT)).await?, paging))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DeadQuery {
    stage: Option<String>,
    reason: Option<String>,
    host: Option<String>,
    since: Option<Time>,
    /// Also those replayed or dropped.
    settled: bool,
    limit: Option<u64>,
}

async fn dead_letters(State(site): State<Site>, query: Asked<DeadQuery>) -> Answer<List<store::DeadLetter>> {
    let query = query?.0;
    let paging = Paging { offset: 0, limit: query.limit };
    let filter = DeadFilter {
        stage: query.stage,
        reason: query.reason,
        host: query.host,
        since: query.since,
        waiting: !query.settled,
        limit: usize::try_from(paging.limit(LIMIT)).unwrap_or(usize::MAX),
        ..DeadFilter::default()
    };
    let items = site.store.dead_letters(&filter).await?;
    Ok(Json(List { items, next_offset: None }))
}

fn broken(error: impl std::fmt::Display) -> Problem {
    Problem(Trouble::Store(StoreError::Broken(error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_described_and_every_description_has_a_route() {
        let described: Value = serde_json::from_str(OPENAPI).unwrap();
        let described: Vec<&String> = described["paths"].as_object().unwrap().keys().collect();
        let source = include_str!("api.rs");
        let routed: Vec<&str> = source
            .lines()
            .filter_map(|l| l.trim().strip_prefix(".route(\""))
            .filter_map(|l| l.split('"').next())
            .collect();
        assert!(routed.len() > 10);
        for path in &routed {
            assert!(described.iter().any(|d| d == path), "{path} is not described");
        }
        assert_eq!(described.len(), routed.len());
    }
}
