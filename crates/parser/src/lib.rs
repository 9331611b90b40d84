//! What a page says: bytes in, article or listing with its metadata out.
//!
//! [`parse`] is pure: no network, clock, database or broker; equal input and equal [`PARSER_VERSION`] give
//! an equal result. [`page::Page`] is the one tree of a page, made once and read by everybody: [`body`]
//! finds the article's blocks, [`meta`] its fields, [`listing`] the works a page lists and what kind of
//! page it is; [`feed`] and [`sitemap`] read what is not HTML. [`ParseStage`] runs it all as a stage, with
//! the bounds in time and size that hostile pages make necessary.

pub mod body;
pub mod charset;
mod explain;
pub mod feed;
pub mod listing;
mod memo;
pub mod meta;
pub mod page;
mod rules;
pub mod sitemap;
mod sniff;
mod stage;
mod stems;
mod stop;
mod tree;
mod xml;

pub use explain::{BodyCandidate, Explained, ListCandidate, explain};
pub use page::{NodeId, Page, Tag};
pub use rules::{RuleError, RuleFile, Rules};
pub use stage::ParseStage;
pub use stop::{Stop, Stopped};

use chrono::{DateTime, Utc};
use model::{Article, Evidence, Field, PageKind, Parsed};
use url::Url;

/// Raised with every change that can change a result: what older versions made can then be made again.
pub const PARSER_VERSION: u32 = 5;

/// Everything the parser may know of a page.
#[derive(Debug, Clone, Copy)]
pub struct PageInput<'a> {
    /// Where the page was fetched.
    pub url: &'a Url,
    /// Content coding (gzip, ...) undone, character encoding as received.
    pub bytes: &'a [u8],
    /// Value of the Content-Type header.
    pub content_type: Option<&'a str>,
    /// Values of the X-Robots-Tag headers, one a line.
    pub x_robots_tag: Option<&'a str>,
    /// No date of the page can be later.
    pub captured_at: DateTime<Utc>,
    pub hints: &'a model::Hints,
}

/// Parses one page. Never fails: what cannot be read is [`PageKind::Other`].
pub fn parse(input: &PageInput<'_>, rules: &Rules) -> Parsed {
    read(input, rules, &Stop::default())
}

/// As [`parse`], until it is done or `stop` asks it to end.
///
/// # Errors
/// [`Stopped`]: nothing is known of the page.
pub fn parse_until(input: &PageInput<'_>, rules: &Rules, stop: &Stop) -> Result<Parsed, Stopped> {
    stop::until(|| read(input, rules, stop))
}

fn read(input: &PageInput<'_>, rules: &Rules, stop: &Stop) -> Parsed {
    match sniff::sniff(input) {
        sniff::Format::Html => read_html(input, rules, stop).parsed,
        sniff::Format::Feed => listed(input, PageKind::Feed, feed::parse(input)),
        sniff::Format::Sitemap => listed(input, PageKind::Sitemap, sitemap::parse(input)),
        sniff::Format::Other(evidence) => Parsed::other("", evidence),
    }
}

/// A page read, and what it was read from.
struct Read {
    parsed: Parsed,
    page: Page,
    /// Its blocks are in `parsed`.
    body: body::Body,
    /// What was considered for the fields.
    fields: Vec<meta::Candidate>,
}

fn read_html(input: &PageInput<'_>, rules: &Rules, stop: &Stop) -> Read {
    let decoded = charset::decode(input.bytes, input.content_type);
    let rules = rules.on(input.url);
    let page = Page::parse_until(input.url, &decoded.text, rules.removed(), stop);
    let mut given = rules.read(&page, input);
    let mut body = body::extract_from(&page, &given.body);
    let (mut article, fields) = meta::read(&page, input, &body, &given);
    let listing::Reading { kind, listing } = listing::read(&page, input, &body, given.kind);
    let listing = given.list(listing);
    let next_part = given.next_part.take().or_else(|| body::next_part(&page, &body));
    article.blocks = std::mem::take(&mut body.blocks);
    let kind = if is_the_listed_work(&kind, &article, input.hints) {
        Field::new(PageKind::Article, Evidence::Listing)
    } else {
        kind
    };
    let mut notes = given.notes(kind.value);
    if page.cut {
        notes.push("depth-cut".to_owned());
    }
    if decoded.replaced {
        notes.push("decode-replacement".to_owned());
    }
    let parsed = Parsed {
        kind,
        article: (!article.blocks.is_empty()).then_some(article),
        listing,
        charset: decoded.charset.to_owned(),
        robots: meta::robots(&page, input),
        next_part,
        notes,
    };
    Read { parsed, page, body, fields }
}

/// A short text under the very title by which an author's list led here: that work, though the page by itself
/// says too little to be told from a notice or a form.
fn is_the_listed_work(kind: &Field<PageKind>, article: &Article, hints: &model::Hints) -> bool {
    let (Some(title), Some(listed)) = (&article.title, &hints.listed) else { return false };
    let words = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    kind.value == PageKind::Other
        && hints.expected == PageKind::Article
        && !article.blocks.is_empty()
        && !words(&listed.title).is_empty()
        && words(&listed.title) == words(&title.value)
}

/// The result of a page that is nothing but a list.
fn listed(input: &PageInput<'_>, kind: PageKind, listing: Option<model::Listing>) -> Parsed {
    let charset = charset::decode(input.bytes, input.content_type).charset;
    let mut parsed = Parsed::other(charset, Evidence::Text);
    if listing.is_some() {
        parsed.kind = Field::new(kind, Evidence::Text);
    }
    parsed.listing = listing;
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_kind(listed: Option<&str>, expected: PageKind, kind: PageKind) {
        let html = "<html><head><title>Short notes</title></head><body><h1>Short notes</h1>\
            <p>A text of two sentences is a work as well. Its author listed it.</p></body></html>";
        let listed = listed.map(|title| model::Listed { title: title.into(), ..model::Listed::default() });
        let hints = model::Hints { expected, authors: Vec::new(), listed };
        let url = Url::parse("https://a.example/x").unwrap();
        let input = PageInput {
            url: &url,
            bytes: html.as_bytes(),
            content_type: Some("text/html"),
            x_robots_tag: None,
            captured_at: "2026-11-23T12:00:00Z".parse().unwrap(),
            hints: &hints,
        };
        assert_eq!(parse(&input, &Rules::default()).kind.value, kind);
    }

    #[test]
    fn a_short_text_is_a_work_where_a_list_led_to_it_by_its_title() {
        check_kind(Some("Short notes"), PageKind::Article, PageKind::Article);
        check_kind(Some("Other notes"), PageKind::Article, PageKind::Other);
        check_kind(None, PageKind::Article, PageKind::Other);
        check_kind(Some("Short notes"), PageKind::Other, PageKind::Other);
    }
}
