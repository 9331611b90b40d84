//! CommonMark with YAML front matter, one document after the other.

use model::block;
use serde_json::json;
use std::fmt::Write;
use store::ArticleFull;
use web::record::ArticleRecord;

pub(super) fn document(full: &ArticleFull, first: bool) -> String {
    let record = ArticleRecord::of(full);
    let mut out = String::from(if first { "---\n" } else { "\n---\n" });
    let mut line = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            // A JSON string is a YAML string (YAML 1.2 §1.3).
            let _ = writeln!(out, "{name}: {}", json!(value));
        }
    };
    line("title", record.title.as_deref());
    line("url", Some(&record.url));
    line("canonical_url", record.canonical_url.as_deref());
    line("published", record.published.as_deref());
    line("modified", record.modified.as_deref());
    line("language", record.language.as_deref());
    line("source", record.source.as_deref());
    let _ = writeln!(out, "authors: {}", json!(record.authors));
    out.push_str("---\n\n");
    if let Some(title) = &record.title {
        let _ = writeln!(out, "# {}\n", title.replace('\n', " "));
    }
    out.push_str(&block::to_markdown(&full.article.blocks));
    out.push('\n');
    out
}
