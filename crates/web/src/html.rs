//! The pages: server-rendered, one style sheet, no script. One module for each group of pages.

mod article;
mod authors;
mod layout;
mod overview;
mod search;
mod status;

use crate::{Site, reply::Trouble};
use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use layout::{Tab, page};
use maud::{Markup, html};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/", get(overview::overview))
        .route("/authors", get(authors::authors))
        .route("/authors/{id}", get(authors::author))
        .route("/articles", get(article::articles))
        .route("/articles/{id}", get(article::article))
        .route("/articles/{id}/diff/{from}/{to}", get(article::difference))
        .route("/page", get(status::page_timeline))
        .route("/search", get(search::search))
        .route("/status", get(status::status))
        .route("/style.css", get(style))
}

async fn style() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=86400")];
    (headers, include_str!("html/style.css")).into_response()
}

pub(crate) async fn not_found() -> Oops {
    Oops(Trouble::NotFound("page"))
}

/// A trouble as a page.
pub(crate) struct Oops(Trouble);

impl<T: Into<Trouble>> From<T> for Oops {
    fn from(trouble: T) -> Self {
        Self(trouble.into())
    }
}

impl IntoResponse for Oops {
    fn into_response(self) -> Response {
        let (status, why) = self.0.told();
        let body: Markup = html! {
            h1 { (status.canonical_reason().unwrap_or("Error")) }
            p { (why) "." }
            p { a href="/" { "Back to the overview" } }
        };
        (status, page("Error", Tab::None, &body)).into_response()
    }
}

type Answer = Result<Markup, Oops>;
