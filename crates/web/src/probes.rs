//! `/healthz`, `/readyz` and `/metrics`.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use std::sync::Arc;

/// One part of a process, as it judges itself.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// `fetch`, `scheduler`, `database`, ...
    pub name: String,
    /// False: it makes no progress although there is work; restart the process.
    pub live: bool,
    /// False: it waits for something outside (broker, database).
    pub ready: bool,
    /// Figures behind the judgement.
    pub detail: serde_json::Value,
}

/// What the process tells about itself. The binary knows what runs in it.
pub trait Probes: Send + Sync + 'static {
    fn checks(&self) -> Vec<Check>;

    /// Metrics in Prometheus' text format.
    fn metrics(&self) -> String;
}

pub(crate) fn router(probes: Arc<dyn Probes>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(probes)
}

/// Liveness is progress: 200 while every part that has work gets it done.
async fn healthz(State(probes): State<Arc<dyn Probes>>) -> Response {
    answer(probes.checks(), |c| c.live)
}

/// 200 while every part has what it needs.
async fn readyz(State(probes): State<Arc<dyn Probes>>) -> Response {
    answer(probes.checks(), |c| c.live && c.ready)
}

fn answer(checks: Vec<Check>, good: impl Fn(&Check) -> bool) -> Response {
    let ok = checks.iter().all(good);
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    #[derive(Serialize)]
    struct Body {
        ok: bool,
        version: &'static str,
        checks: Vec<Check>,
    }
    (status, Json(Body { ok, version: env!("CARGO_PKG_VERSION"), checks })).into_response()
}

async fn metrics(State(probes): State<Arc<dyn Probes>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], probes.metrics()).into_response()
}
