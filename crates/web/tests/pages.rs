//! Pages, API and probes over a real store.

#![expect(clippy::unwrap_used, reason = "a test ends where its preparation fails")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use model::PageUrl;
use std::sync::Arc;
use store::Follow;
use tower::ServiceExt;
use web::{Check, Probes, Site};

struct Part {
    live: bool,
}

impl Probes for Part {
    fn checks(&self) -> Vec<Check> {
        vec![Check { name: "fetch".into(), live: self.live, ready: true, detail: serde_json::Value::Null }]
    }

    fn metrics(&self) -> String {
        "byline_authors 1\n".to_owned()
    }
}

/// A site over a fresh database; the folder lives as long as the test.
async fn site(live: bool) -> (Router, store::DynStore, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(&format!("sqlite://{}", folder.path().join("db").display())).unwrap();
    store.migrate().await.unwrap();
    (web::router(Site { store: store.clone(), probes: Arc::new(Part { live }) }), store, folder)
}

async fn get(router: &Router, path: &str) -> (StatusCode, String, axum::http::HeaderMap) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap(), headers)
}

#[tokio::test]
async fn every_page_answers_on_an_empty_database() {
    let (router, _store, _folder) = site(true).await;
    for path in [
        "/",
        "/authors",
        "/articles",
        "/search",
        "/search?q=%E6%9D%8E%E6%96%B0",
        "/status",
        "/style.css",
        "/api/v1/status",
        "/api/v1/authors",
        "/api/v1/works",
        "/api/v1/articles",
        "/api/v1/search?q=x",
        "/api/v1/visits",
        "/api/v1/hosts",
        "/api/v1/dead-letters",
        "/api/v1/openapi.json",
        "/healthz",
        "/readyz",
        "/metrics",
    ] {
        let (status, body, headers) = get(&router, path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        assert!(
            headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_form_that_was_asked_for() {
    let (router, _store, _folder) = site(true).await;
    for path in ["/nothing", "/authors/7", "/articles/7", "/page?url=http://a.example/"] {
        let (status, body, _) = get(&router, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(body.starts_with("<!DOCTYPE html>"), "{path}: {body}");
    }
    for path in ["/authors/first", "/articles?offset=-1", "/page"] {
        let (status, body, _) = get(&router, path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        assert!(body.starts_with("<!DOCTYPE html>"), "{path}: {body}");
    }
    for (path, wanted) in [
        ("/api/v1/articles/7", StatusCode::NOT_FOUND),
        ("/api/v1/nothing", StatusCode::NOT_FOUND),
        ("/api/v1/page?url=x", StatusCode::BAD_REQUEST),
        ("/api/v1/search", StatusCode::BAD_REQUEST),
        ("/api/v1/authors?limit=many", StatusCode::BAD_REQUEST),
        ("/api/v1/works?state=lost", StatusCode::BAD_REQUEST),
        ("/api/v1/authors/first", StatusCode::BAD_REQUEST),
        ("/api/v1/articles/9223372036854775808/diff?from=1&to=2", StatusCode::BAD_REQUEST),
    ] {
        let (status, body, headers) = get(&router, path).await;
        assert_eq!(status, wanted, "{path}");
        assert_eq!(headers["content-type"], "application/problem+json", "{path}: {body}");
    }
}

#[tokio::test]
async fn a_followed_author_is_shown_and_names_are_escaped() {
    let (router, store, _folder) = site(true).await;
    let url = PageUrl::parse("https://example.org/people/x").unwrap();
    let follow = Follow { name: Some("<script>alert(1)</script>".to_owned()), ..Follow::page(url) };
    let author = store.follow(&follow, chrono::Utc::now()).await.unwrap().author;
    for path in ["/".to_owned(), "/authors".to_owned(), format!("/authors/{author}")] {
        let (status, body, _) = get(&router, &path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("&lt;script&gt;alert(1)") && !body.contains("<script>"), "{path}: {body}");
    }
    let (_, body, _) = get(&router, &format!("/authors/{author}/feed.atom")).await;
    assert!(body.contains("<title>&lt;script&gt;"), "{body}");
    let (_, body, _) = get(&router, "/page?url=https://example.org/people/x").await;
    assert!(body.contains("it is due now"), "{body}");
    let (_, body, _) = get(&router, &format!("/api/v1/authors/{author}")).await;
    let value: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(value["sources"][0]["url"], "https://example.org/people/x");
}

#[tokio::test]
async fn a_part_without_progress_fails_the_health_check() {
    let (router, _store, _folder) = site(false).await;
    let (status, body, _) = get(&router, "/healthz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("\"ok\":false"), "{body}");
    let probes = web::probe_router(Arc::new(Part { live: false }));
    assert_eq!(get(&probes, "/healthz").await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(get(&probes, "/metrics").await.1, "byline_authors 1\n");
}
