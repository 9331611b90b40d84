//! CSL-JSON 1.0.2: what citation processors read.

use super::names::parts;
use chrono::Datelike;
use model::Stamp;
use serde_json::{Map, Value, json};
use store::ArticleFull;

pub(super) fn item(full: &ArticleFull) -> Value {
    let article = &full.article;
    let mut item = Map::new();
    let mut put = |name: &str, value: Value| item.insert(name.to_owned(), value);
    put("id", json!(format!("byline{}", full.row.id)));
    put("type", json!("webpage"));
    put("title", json!(full.row.title));
    put("URL", json!(full.row.url));
    let authors: Vec<Value> = article
        .authors
        .iter()
        .map(|a| match parts(&a.value.name) {
            Some((family, given)) => json!({ "family": family, "given": given }),
            None => json!({ "literal": a.value.name }),
        })
        .collect();
    if !authors.is_empty() {
        put("author", json!(authors));
    }
    if let Some(published) = &article.published {
        put("issued", date(published.value));
    }
    let captured = full.row.captured_at.date_naive();
    put("accessed", date(Stamp::Day(captured)));
    if let Some(source) = &article.source {
        put("container-title", json!(source.value));
    }
    if let Some(language) = &article.language {
        put("language", json!(language.value));
    }
    if let Some(description) = &article.description {
        put("abstract", json!(description.value));
    }
    Value::Object(item)
}

/// As precise as the date is.
fn date(stamp: Stamp) -> Value {
    let parts = match (stamp, stamp.day()) {
        (_, Some(day)) => json!([day.year(), day.month(), day.day()]),
        (Stamp::Month(year, month), None) => json!([year, month]),
        (stamp, None) => json!([stamp.year()]),
    };
    json!({ "date-parts": [parts] })
}
