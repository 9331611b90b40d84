//! What was found, for readers and for programs: server-rendered pages, a JSON API with its OpenAPI
//! document, an Atom feed for each author, health and metrics.
//!
//! Everything is read-only and needs no script in the browser. There is no authentication: the default
//! address is on loopback, and whoever opens it further puts a proxy in front.
//!
//! The public forms of stored rows ([`record`], [`atom`], [`diff`]) live here and are used by the command
//! line's exports as well, so that both always agree.

mod api;
pub mod atom;
pub mod diff;
mod html;
mod paging;
mod probes;
pub mod record;
mod reply;

use axum::{Router, extract::Request, http::HeaderValue, middleware, response::Response, routing::get};
use std::sync::Arc;
use store::DynStore;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use api::OPENAPI;
pub use probes::{Check, Probes};

/// What the pages are made of.
#[derive(Clone)]
pub struct Site {
    pub store: DynStore,
    pub probes: Arc<dyn Probes>,
}

/// All pages, the API, feeds and probes.
pub fn router(site: Site) -> Router {
    let probes = probes::router(Arc::clone(&site.probes));
    Router::new()
        .merge(html::routes())
        .nest("/api/v1", api::routes())
        .route("/authors/{id}/feed.atom", get(atom::feed))
        .fallback(html::not_found)
        .with_state(site)
        .merge(probes)
        .layer(middleware::map_response(guard))
        .layer(middleware::from_fn(count))
}

/// Health and metrics alone, for a process without the web role (and without a database).
pub fn probe_router(probes: Arc<dyn Probes>) -> Router {
    probes::router(probes).layer(middleware::map_response(guard))
}

/// Serves until `stop`, then finishes what is under way.
///
/// # Errors
/// Where the listener fails.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
}

/// Stored pages are foreign content: whatever slipped through the escaping must find no way to run, to be
/// framed, or to tell others who reads what.
async fn guard(mut response: Response) -> Response {
    const HEADERS: [(&str, &str); 4] = [
        (
            "content-security-policy",
            "default-src 'none'; style-src 'self'; img-src http: https: data:; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
        ),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ];
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn count(request: Request, next: middleware::Next) -> Response {
    let begun = std::time::Instant::now();
    let response = next.run(request).await;
    let class = match response.status().as_u16() / 100 {
        2 | 3 => "ok",
        4 => "client-error",
        _ => "server-error",
    };
    metrics::counter!("byline_web_requests_total", "result" => class).increment(1);
    metrics::histogram!("byline_web_request_seconds").record(begun.elapsed().as_secs_f64());
    response
}
