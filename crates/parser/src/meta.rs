//! The fields of an article.

use crate::{Page, PageInput, body::Body};
use model::Article;

/// All fields but the blocks, each with its evidence.
pub fn extract(_page: &Page, _input: &PageInput<'_>, _body: &Body) -> Article {
    Article::default()
}

/// Directives for robots, from `<meta name=robots>` and X-Robots-Tag: lower case, each once.
pub fn robots(_page: &Page, _input: &PageInput<'_>) -> Vec<String> {
    Vec::new()
}
