//! JSON Feed 1.0 and 1.1 (<https://jsonfeed.org/version/1.1>).

use super::{MAX_ENTRIES, MAX_NAMES, absolute, finish, markup, parse_date};
use model::{AuthorProfile, Evidence, Field, Listing, Work};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

#[derive(Deserialize)]
struct Feed {
    version: String,
    #[serde(default)]
    items: Vec<Item>,
    next_url: Option<String>,
    #[serde(default)]
    authors: Vec<Author>,
    author: Option<Author>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Item {
    /// A string by the specification, a number in practice.
    id: Value,
    url: Option<String>,
    external_url: Option<String>,
    title: Option<String>,
    content_html: Option<String>,
    content_text: Option<String>,
    summary: Option<String>,
    date_published: Option<String>,
    date_modified: Option<String>,
    authors: Vec<Author>,
    author: Option<Author>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Author {
    name: Option<String>,
    url: Option<String>,
    avatar: Option<String>,
}

pub(super) fn parse(document: &str, base: &Url) -> Option<Listing> {
    let feed: Feed = serde_json::from_str(document).ok()?;
    if !feed.version.contains("jsonfeed.org/version/") {
        return None;
    }
    let all: Vec<&Author> = feed.authors.iter().chain(&feed.author).collect();
    let names = names(&all);
    let works = feed.items.iter().take(MAX_ENTRIES).filter_map(|item| work(item, base)).collect();
    let author = all.first().filter(|_| names.len() == 1).map(|author| profile(author, base));
    let next_pages = feed.next_url.and_then(|u| absolute(base, &u)).into_iter().collect();
    Some(Listing { author, works, next_pages, ..Listing::default() })
}

fn work(item: &Item, base: &Url) -> Option<Work> {
    let text = |s: &Option<String>| s.as_deref().map(markup::text).filter(|s| !s.is_empty());
    let own: Vec<&Author> = item.authors.iter().chain(&item.author).collect();
    let id = item.id.as_str().filter(|id| id.starts_with("http"));
    let address = [item.url.as_deref(), id, item.external_url.as_deref()];
    finish(Work {
        title: text(&item.title).unwrap_or_default(),
        url: address.into_iter().flatten().find_map(|u| absolute(base, u)),
        date: item.date_published.as_deref().and_then(parse_date),
        authors: names(&own),
        source: None,
        summary: text(&item.summary)
            .or_else(|| item.content_text.as_deref().map(markup::collapse))
            .or_else(|| text(&item.content_html)),
        modified: item.date_modified.as_deref().and_then(parse_date),
        evidence: Evidence::Feed,
    })
}

/// Distinct names: version 1.1 feeds repeat `authors` as the older `author`.
fn names(authors: &[&Author]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in authors.iter().filter_map(|a| a.name.as_deref()).map(markup::collapse) {
        if out.len() < MAX_NAMES && !name.is_empty() && !out.contains(&name) {
            out.push(name);
        }
    }
    out
}

fn profile(author: &Author, base: &Url) -> AuthorProfile {
    let field = |value| Field::new(value, Evidence::Feed);
    AuthorProfile {
        name: author.name.as_deref().map(markup::collapse).map(field),
        portrait: author.avatar.as_deref().and_then(|u| absolute(base, u)).map(field),
        same_as: author.url.as_deref().and_then(|u| absolute(base, u)).map(field).into_iter().collect(),
        ..AuthorProfile::default()
    }
}
