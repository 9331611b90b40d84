//! Errors at the web edge: said once to the reader in the form they asked for, logged once for the operator.

use axum::{
    Json,
    extract::{
        Path, Query,
        rejection::{PathRejection, QueryRejection},
    },
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use store::StoreError;

#[derive(Debug)]
pub(crate) enum Trouble {
    /// There is no such thing.
    NotFound(&'static str),
    /// The request makes no sense; says why.
    Bad(String),
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A path that names no number where one belongs, and query parameters that cannot be read.
impl From<PathRejection> for Trouble {
    fn from(rejection: PathRejection) -> Self {
        Self::Bad(rejection.body_text())
    }
}

impl From<QueryRejection> for Trouble {
    fn from(rejection: QueryRejection) -> Self {
        Self::Bad(rejection.body_text())
    }
}

/// What a path names by numbers.
pub(crate) type At<T> = Result<Path<T>, PathRejection>;

/// Query parameters.
pub(crate) type Asked<T> = Result<Query<T>, QueryRejection>;

impl Trouble {
    /// Status and words for the reader. What a database says about itself stays in the log.
    pub(crate) fn told(&self) -> (StatusCode, String) {
        match self {
            Self::NotFound(what) => (StatusCode::NOT_FOUND, format!("there is no such {what}")),
            Self::Bad(why) => (StatusCode::BAD_REQUEST, why.clone()),
            Self::Store(StoreError::Invalid(why)) => (StatusCode::BAD_REQUEST, why.clone()),
            Self::Store(error) => {
                tracing::error!(%error, "page could not be answered");
                let unavailable = matches!(error, StoreError::Unavailable(_));
                let status = if unavailable {
                    StatusCode::SERVICE_UNAVAILABLE
                } else {
                    StatusCode::INTERNAL_SERVER_ERROR
                };
                (status, "the database does not answer; try again in a moment".to_owned())
            }
        }
    }
}

/// A trouble as `application/problem+json` (RFC 9457).
pub(crate) struct Problem(pub(crate) Trouble);

impl<T: Into<Trouble>> From<T> for Problem {
    fn from(trouble: T) -> Self {
        Self(trouble.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, detail) = self.0.told();
        let title = status.canonical_reason().unwrap_or_default();
        let body = Json(json!({ "title": title, "status": status.as_u16(), "detail": detail }));
        (status, [("content-type", "application/problem+json")], body).into_response()
    }
}
