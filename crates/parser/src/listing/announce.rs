//! The feeds a page announces, and whether they are its author's or the whole site's.

use crate::{Page, Tag, feed::wordpress};
use model::listing::FeedLink;

/// Most feeds that are named.
const MOST: usize = 10;

/// Feeds in the page's order, author's first; feeds of comments are left out. The author's posts in WordPress's
/// REST API are one, and the fullest.
pub(super) fn feeds(page: &Page, author: Option<&str>) -> Vec<FeedLink> {
    let mut feeds: Vec<FeedLink> = Vec::new();
    let announced = page.all(Tag::Link).chain(page.all(Tag::A));
    for node in announced {
        let Some(href) = page.attr(node, "href") else { continue };
        let kind = page.attr(node, "type").unwrap_or_default().trim().to_ascii_lowercase();
        let typed = matches!(
            kind.as_str(),
            "application/rss+xml" | "application/atom+xml" | "application/feed+json" | "application/rdf+xml"
        );
        let rel = page.attr(node, "rel").unwrap_or_default();
        let linked = page.tag(node) == Tag::A;
        // A typed alternate anywhere; of plain links only those whose address says that it is a feed.
        if !(typed && (rel.contains("alternate") || linked) || linked && is_feed_address(href)) {
            continue;
        }
        let title = page.attr(node, "title").unwrap_or_default();
        if is_about_comments(title) || is_about_comments(href) {
            continue;
        }
        let Some(url) = page.absolute(href) else { continue };
        if feeds.iter().any(|f| f.url == url) {
            continue;
        }
        let author_only = is_of_author(page, &url, title, author);
        feeds.push(FeedLink { url, author_only });
    }
    if let Some(url) = wordpress::announced(page) {
        feeds.insert(0, FeedLink { url, author_only: true });
    }
    feeds.sort_by_key(|f| !f.author_only);
    feeds.truncate(MOST);
    feeds
}

fn is_about_comments(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["comment", "評論", "评论", "コメント", "kommentar", "comentario", "commentaire"]
        .iter()
        .any(|w| lower.contains(w))
}

fn is_feed_address(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_ascii_lowercase();
    let last = path.rsplit('/').next().unwrap_or_default();
    matches!(
        last,
        "feed"
            | "rss"
            | "atom"
            | "rss.xml"
            | "feed.xml"
            | "atom.xml"
            | "index.xml"
            | "rss2.xml"
            | "feed.json"
            | "index.rdf"
    ) || last.ends_with(".rss")
        || last.ends_with(".atom")
        || last.ends_with(".atom.xml")
        || last.ends_with(".rss.xml")
}

/// Below the author page's own path, or named after the author.
fn is_of_author(page: &Page, url: &str, title: &str, author: Option<&str>) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    let own = page.url.path().trim_end_matches('/');
    let own = own.strip_suffix(".html").unwrap_or(own);
    if own.len() > 1 && url.path().len() > own.len() && url.path().starts_with(own) {
        return true;
    }
    let Some(author) = author else { return false };
    let bare =
        |t: &str| t.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let name = bare(author);
    if name.is_empty() {
        return false;
    }
    let decoded = super::profile::decode(url.path());
    // "li-xin" must not be taken for "li-xinyi": the name is a whole part of the address or title.
    let parts = decoded.split(['/', '.', '?']).map(bare);
    parts.chain(title.split(['-', '–', '|', '»', '«', ':', '(', ')']).map(bare)).any(|part| part == name)
}
