//! Feeds as listings: RSS 0.9x and 2.0, RSS 1.0, Atom (RFC 4287), JSON Feed 1.x, posts of WordPress's REST API.

mod json;
mod markup;
mod rss_atom;
pub(crate) mod wordpress;

use crate::{PageInput, charset, meta::date};
use model::{Container, Listing, PageUrl, Stamp, Work, page_url::MAX_URL_BYTES};
use url::Url;

/// Longest summary that is kept, in characters: many feeds carry the whole article as its description.
const SUMMARY_CHARS: usize = 600;

/// Most entries of a feed that are kept; the longest real feeds have a few thousand.
const MAX_ENTRIES: usize = 10_000;

/// Most authors of one entry that are kept.
const MAX_NAMES: usize = 100;

/// Longest title made of an entry that has none, in characters.
const MADE_TITLE_CHARS: usize = 80;

/// The entries of a feed in its order, addresses resolved against the page's (or the feed's own `xml:base`).
/// `next_pages` is RFC 5005's `rel=next`, or JSON Feed's `next_url`. None where it is no feed of a known kind.
pub fn parse(input: &PageInput<'_>) -> Option<Listing> {
    let decoded = charset::decode(input.bytes, input.content_type);
    from_text(&decoded.text, input.url)
}

fn from_text(document: &str, url: &Url) -> Option<Listing> {
    let start = document.trim_start_matches('\u{feff}').trim_start();
    let mut listing = match start.as_bytes().first()? {
        b'{' => json::parse(start, url)?,
        b'[' => wordpress::parse(start, url)?,
        b'<' => rss_atom::parse(start, url)?,
        _ => return None,
    };
    listing.container = if listing.works.is_empty() { Container::Empty } else { Container::Found };
    Some(listing)
}

/// A date as feeds and sitemaps write them: RFC 822 with its many misspellings, or the W3C's profile of ISO 8601.
pub(crate) fn parse_date(text: &str) -> Option<Stamp> {
    date::machine(text, date::Order::DayFirst)
}

/// `href` in full where it is an address that can be fetched.
fn absolute(base: &Url, href: &str) -> Option<String> {
    if href.len() > MAX_URL_BYTES {
        return None;
    }
    let url = base.join(href.trim()).ok()?;
    PageUrl::from_url(url).ok().map(|u| u.to_string())
}

/// An entry is a work when it has a title or an address. One without a title, as in a microblog, is named by
/// the start of its text.
fn finish(mut work: Work) -> Option<Work> {
    if let Some(summary) = work.summary.take().filter(|s| !s.is_empty()) {
        if work.title.is_empty() {
            work.title = shortened(&summary, MADE_TITLE_CHARS);
        }
        work.summary = Some(shortened(&summary, SUMMARY_CHARS)).filter(|s| *s != work.title);
    }
    (!work.title.is_empty() || work.url.is_some()).then_some(work)
}

/// At most `limit` characters, cut at a space where there is one near, with an ellipsis.
fn shortened(text: &str, limit: usize) -> String {
    let Some((cut, _)) = text.char_indices().nth(limit) else { return text.to_owned() };
    let head = &text[..cut];
    let end = head.rfind(' ').filter(|at| at * 3 > cut * 2).unwrap_or(cut);
    format!("{}…", head[..end].trim_end())
}

#[cfg(test)]
mod tests;
