//! What holds for every result, whatever the bytes were. Also checked by the fuzz targets (`fuzz/`), which
//! take this file in.

use chrono::{DateTime, TimeDelta, Utc};
use model::{Article, Block, Listing, Parsed, Stamp, Text};
use parser::{PageInput, Rules};
use scraper::Node;
use std::collections::HashSet;
use url::Url;

/// Where the pages of tests were fetched.
pub(crate) const URL: &str = "https://www.example.org/essays/2016/12/a-long-way.html";

/// Bytes of a paragraph from which on a second copy is a fault; refrains are shorter.
const LONG: usize = 240;

/// Bytes of a result for each byte of its page, and for any page: addresses are made absolute, names of
/// fields are written out, and a text may stand in title, description and body.
const RESULT_FACTOR: usize = 64;
const RESULT_LEAST: usize = 64 << 10;

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default()
}

/// Parses and checks what must hold; the result is handed on.
pub(crate) fn parse(bytes: &[u8], content_type: Option<&str>, expected: model::PageKind) -> Parsed {
    let url = Url::parse(URL).expect("an address");
    let hints = model::Hints { expected, authors: Vec::new(), listed: None };
    let input =
        PageInput { url: &url, bytes, content_type, x_robots_tag: None, captured_at: now(), hints: &hints };
    let parsed = parser::parse(&input, &Rules::default());
    check(&input, &parsed);
    parsed
}

/// # Panics
/// Where an invariant is broken.
pub(crate) fn check(input: &PageInput<'_>, parsed: &Parsed) {
    let json = serde_json::to_vec(parsed).expect("a result is JSON");
    let most = RESULT_LEAST + RESULT_FACTOR * input.bytes.len();
    assert!(json.len() <= most, "{} bytes of result from {} bytes", json.len(), input.bytes.len());
    let again: Parsed = serde_json::from_slice(&json).expect("what was written can be read");
    assert_eq!(&again, parsed, "a result survives its message");
    if let Some(article) = &parsed.article {
        check_article(article, input);
        check_against_the_page(input, &article.blocks);
    }
    if let Some(listing) = &parsed.listing {
        check_listing(listing);
    }
    parsed.next_part.iter().for_each(|u| check_address(u));
}

fn check_article(article: &Article, input: &PageInput<'_>) {
    let latest = input.captured_at + TimeDelta::days(2);
    for date in [&article.published, &article.modified].into_iter().flatten() {
        let earliest = date.value.earliest();
        assert!(earliest.is_none_or(|e| e <= latest), "{} lies in the future", date.value);
        check_stamp(date.value);
    }
    if let Some(title) = &article.title {
        check_line(&title.value);
    }
    for author in &article.authors {
        check_line(&author.value.name);
        author.value.url.iter().for_each(|u| check_address(u));
    }
    for address in [&article.canonical_url, &article.lead_image].into_iter().flatten() {
        check_address(&address.value);
    }
    check_blocks(&article.blocks);
}

/// No empty block, no long text twice, no address but http(s).
fn check_blocks(blocks: &[Block]) {
    let mut seen = HashSet::new();
    for block in blocks {
        let text = plain(block);
        assert!(!text.trim().is_empty() || matches!(block, Block::Figure { src: Some(_), .. }), "{block:?}");
        if let Block::Paragraph { .. } = block {
            assert!(text.len() < LONG || seen.insert(text.clone()), "twice: {text}");
        }
        match block {
            Block::Heading { level, text } => {
                assert!((2..=6).contains(level));
                check_links(text);
            }
            Block::Paragraph { text } => check_links(text),
            Block::List { items, .. } => items.iter().for_each(|i| check_links(&i.text)),
            Block::Quote { paragraphs } => paragraphs.iter().for_each(check_links),
            Block::Figure { src, caption, .. } => {
                src.iter().for_each(|u| check_address(u));
                caption.iter().for_each(check_links);
            }
            Block::Table { .. } | Block::Code { .. } => {}
        }
    }
    let html = model::block::to_html(blocks);
    assert!(!html.contains("<script") && !html.contains("javascript:\""), "{html}");
    model::block::to_markdown(blocks);
}

fn check_links(text: &Text) {
    if let Text::Spans(spans) = text {
        spans.iter().filter_map(|s| s.href.as_deref()).for_each(check_address);
    }
}

fn check_address(address: &str) {
    assert!(address.starts_with("http://") || address.starts_with("https://"), "{address}");
    assert!(address.len() <= 4 * model::page_url::MAX_URL_BYTES, "{} bytes of address", address.len());
}

fn check_listing(listing: &Listing) {
    for work in &listing.works {
        assert!(!work.title.trim().is_empty() || work.url.is_some(), "{work:?}");
        work.url.iter().for_each(|u| check_address(u));
        [work.date, work.modified].into_iter().flatten().for_each(check_stamp);
    }
    let addresses = listing.next_pages.iter().chain(&listing.sitemaps);
    addresses.chain(listing.feeds.iter().map(|f| &f.url)).for_each(|u| check_address(u));
}

/// A date is written and read again as it was.
pub(crate) fn check_stamp(stamp: Stamp) {
    let text = stamp.to_string();
    assert_eq!(text.parse::<Stamp>().ok(), Some(stamp), "{text}");
}

fn check_line(text: &str) {
    assert!(!text.trim().is_empty() && !text.contains('\n'), "{text:?}");
}

/// The blocks say nothing that the page does not, and in its order; by another reader's tree.
fn check_against_the_page(input: &PageInput<'_>, blocks: &[Block]) {
    let decoded = parser::charset::decode(input.bytes, input.content_type);
    let page = parser::Page::parse(input.url, &decoded.text);
    // Beyond its bounds the parser builds its own tree, and text is fostered elsewhere.
    if page.cut {
        return;
    }
    let tree = scraper::Html::parse_document(&decoded.text);
    let whole: String = tree
        .tree
        .root()
        .descendants()
        .filter_map(|n| match n.value() {
            Node::Text(text) => Some(&**text),
            _ => None,
        })
        .collect();
    let mut rest = whole.chars();
    for block in blocks {
        let text = if let Block::Figure { caption, .. } = block {
            caption.as_ref().map(Text::plain).unwrap_or_default()
        } else {
            plain(block)
        };
        for c in text.chars().filter(|c| !is_blank(*c)) {
            assert!(rest.any(|r| r == c), "not on the page, or not in this order: {c:?} of {text:?}");
        }
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{ad}' | '\u{2060}' | '\0')
}

fn plain(block: &Block) -> String {
    match block {
        Block::Heading { text, .. } | Block::Paragraph { text } => text.plain(),
        Block::List { items, .. } => items.iter().map(|i| i.text.plain()).collect::<Vec<_>>().join("\n"),
        Block::Quote { paragraphs } => paragraphs.iter().map(Text::plain).collect::<Vec<_>>().join("\n"),
        Block::Table { rows, .. } => rows.concat().join("\n"),
        Block::Figure { caption, .. } => caption.as_ref().map(Text::plain).unwrap_or_default(),
        Block::Code { text } => text.clone(),
    }
}
