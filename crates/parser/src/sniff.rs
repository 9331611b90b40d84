//! Which reader a page needs, told by its first bytes and, where they say nothing, by its media type.

use crate::{PageInput, feed::wordpress, sitemap};
use encoding_rs::Encoding;
use model::{Evidence, PageKind};

/// How far the root element is looked for, bytes.
const LOOK: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Html,
    /// RSS, Atom, JSON Feed, WordPress's posts.
    Feed,
    Sitemap,
    /// Not text, or text that is no page; and what said so.
    Other(Evidence),
}

pub(crate) fn sniff(input: &PageInput<'_>) -> Format {
    let media = input.content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    let media = media.trim().to_ascii_lowercase();
    let head = head(input.bytes);
    let head = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}');
    if let Some(format) = by_root(head) {
        return format;
    }
    // A sitemap may be served packed as a file of its own (sitemaps.org: Sitemap file location).
    if sitemap::unpacked_start(input.bytes, LOOK as u64)
        .is_some_and(|s| by_root(&self::head(&s)) == Some(Format::Sitemap))
    {
        return Format::Sitemap;
    }
    if input.hints.expected == PageKind::Sitemap && head.starts_with("http") {
        return Format::Sitemap;
    }
    if is_binary(input.bytes) {
        return Format::Other(Evidence::Text);
    }
    let html = media.is_empty() || media.contains("html") || media == "text/plain" || media.contains("xml");
    match media.as_str() {
        _ if html || head.starts_with('<') => Format::Html,
        "application/feed+json" => Format::Feed,
        "application/json" if wordpress::is_posts(input.url) => Format::Feed,
        _ => Format::Other(Evidence::Header),
    }
}

/// The beginning as text: ASCII is enough to tell formats apart.
fn head(bytes: &[u8]) -> String {
    let (encoding, skip) = Encoding::for_bom(bytes).unwrap_or((encoding_rs::WINDOWS_1252, 0));
    let end = bytes.len().min(skip + LOOK);
    encoding.decode_without_bom_handling(&bytes[skip..end]).0.into_owned()
}

/// By the first element, or the first key of JSON.
fn by_root(head: &str) -> Option<Format> {
    if head.starts_with('{') && head.contains("jsonfeed.org/version") {
        return Some(Format::Feed);
    }
    let mut rest = head;
    let name = loop {
        rest = rest.trim_start();
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = &comment[comment.find("-->")? + 3..];
        } else if rest.starts_with("<?") || rest.starts_with("<!") {
            let end = rest.find('>')?;
            // Declarations within a document type hold `>` themselves (XML 1.0 §2.8).
            let within = rest[..end].contains('[');
            let end =
                if within { rest.find(']').and_then(|at| Some(at + rest[at..].find('>')?))? } else { end };
            rest = &rest[end + 1..];
        } else {
            let tag = rest.strip_prefix('<')?;
            break tag[..tag.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?].to_ascii_lowercase();
        }
    };
    let local = name.rsplit(':').next().unwrap_or_default();
    match local {
        "rss" | "feed" | "rdf" => Some(Format::Feed),
        "urlset" | "sitemapindex" => Some(Format::Sitemap),
        "html" | "head" | "body" => Some(Format::Html),
        _ => None,
    }
}

/// PDF, images, archives: signatures, or control characters that no text has.
fn is_binary(bytes: &[u8]) -> bool {
    const SIGNATURES: [&[u8]; 9] = [
        b"%PDF-",
        b"\x89PNG",
        b"GIF8",
        b"\xff\xd8\xff",
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"RIFF",
        b"OggS",
        b"\x7fELF",
    ];
    if SIGNATURES.iter().any(|s| bytes.starts_with(s)) {
        return true;
    }
    let head = &bytes[..bytes.len().min(LOOK)];
    let odd = head.iter().filter(|b| matches!(b, 0x01..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f)).count();
    Encoding::for_bom(bytes).is_none() && odd * 20 > head.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], content_type: Option<&str>, format: Format) {
        let url = url::Url::parse("https://a.example/x").unwrap();
        let hints = model::Hints { expected: PageKind::Article, authors: Vec::new(), listed: None };
        let input = PageInput {
            url: &url,
            bytes,
            content_type,
            x_robots_tag: None,
            captured_at: chrono::DateTime::UNIX_EPOCH,
            hints: &hints,
        };
        assert_eq!(sniff(&input), format);
    }

    #[test]
    fn the_root_decides() {
        check(b"<?xml version='1.0'?>\n<!-- c --><rss version='2.0'>", Some("text/html"), Format::Feed);
        check(b"\xef\xbb\xbf<?xml version='1.0'?><urlset xmlns='x'>", None, Format::Sitemap);
        check(b"<!DOCTYPE html><html>", Some("application/octet-stream"), Format::Html);
        check(br#"{"version": "https://jsonfeed.org/version/1.1"}"#, None, Format::Feed);
        check(b"<!DOCTYPE rss [<!ENTITY nbsp '&#160;'> ]>\n<rss>", Some("text/xml"), Format::Feed);
        check(b"<p>a fragment", Some("text/html; charset=gbk"), Format::Html);
        check(b"plain words", None, Format::Html);
    }

    #[test]
    fn what_is_no_page_is_told() {
        check(b"%PDF-1.4 ...", Some("text/html"), Format::Other(Evidence::Text));
        check(b"{\"a\": 1}", Some("application/json"), Format::Other(Evidence::Header));
    }
}
