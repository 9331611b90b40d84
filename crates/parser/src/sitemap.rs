//! Sitemaps (<https://www.sitemaps.org/protocol.html>): lists of addresses, indexes of further sitemaps, and
//! Google's news extension, which adds title, date and medium. Also the plain text form, one address a line.

use crate::feed::parse_date;
use crate::xml::{self, Element, Space};
use crate::{PageInput, charset};
use flate2::read::MultiGzDecoder;
use model::{Container, Evidence, Listing, PageUrl, Work, page_url::MAX_URL_BYTES};
use std::borrow::Cow;
use std::io::Read;
use url::Url;

/// Bytes of an unpacked sitemap that are read; the protocol's own limit.
const MAX_BYTES: u64 = 50 << 20;

/// Entries that are read; the protocol's own limit.
const MAX_ENTRIES: usize = 50_000;

/// What the sitemap names: pages as works (their `title` is empty unless the news extension gives one, their
/// `modified` is `lastmod`), and further sitemaps. A gzip body is unpacked whatever it was served as.
///
/// None where it is no sitemap.
pub fn parse(input: &PageInput<'_>) -> Option<Listing> {
    let bytes = unpacked(input.bytes);
    let decoded = charset::decode(&bytes, input.content_type);
    let start = decoded.text.trim_start_matches('\u{feff}').trim_start();
    let url = input.url;
    let mut listing = if start.starts_with('<') { from_xml(start, url)? } else { from_lines(start, url)? };
    let nothing = listing.works.is_empty() && listing.sitemaps.is_empty();
    listing.container = if nothing { Container::Empty } else { Container::Found };
    Some(listing)
}

/// The first bytes of what a gzip body holds; none where it is no gzip.
pub(crate) fn unpacked_start(body: &[u8], length: u64) -> Option<Vec<u8>> {
    let mut start = Vec::new();
    // A body that ends or breaks early still has a start.
    let _ = is_gzip(body).then(|| MultiGzDecoder::new(body).take(length).read_to_end(&mut start))?;
    Some(start)
}

fn is_gzip(body: &[u8]) -> bool {
    body.starts_with(&[0x1f, 0x8b])
}

fn unpacked(body: &[u8]) -> Cow<'_, [u8]> {
    if !is_gzip(body) {
        return Cow::Borrowed(body);
    }
    let mut out = Vec::new();
    // A torn body gives what came before the tear.
    let _ = MultiGzDecoder::new(body).take(MAX_BYTES).read_to_end(&mut out);
    Cow::Owned(out)
}

fn from_xml(text: &str, url: &Url) -> Option<Listing> {
    let mut listing = Listing::default();
    let mut left = MAX_ENTRIES;
    let root = xml::read(text, &["url", "sitemap"], |entry| {
        let Some(address) = entry.text_of(Space::Core, "loc").and_then(|l| absolute(url, l)) else { return };
        if left == 0 {
            return;
        }
        left -= 1;
        if entry.name == "sitemap" {
            listing.sitemaps.push(address);
        } else {
            listing.works.push(work(&entry, address));
        }
    })?;
    matches!(root.name.as_str(), "urlset" | "sitemapindex").then_some(listing)
}

fn work(entry: &Element, address: String) -> Work {
    let news = entry.all(Space::News, "news").next();
    let of_news = |name| news.and_then(|n| n.text_of(Space::News, name));
    let publication = news.and_then(|n| n.all(Space::News, "publication").next());
    Work {
        title: of_news("title").unwrap_or_default().to_owned(),
        url: Some(address),
        date: of_news("publication_date").and_then(parse_date),
        authors: Vec::new(),
        source: publication.and_then(|p| p.text_of(Space::News, "name")).map(str::to_owned),
        summary: None,
        modified: entry.text_of(Space::Core, "lastmod").and_then(parse_date),
        evidence: Evidence::Feed,
    }
}

/// The protocol's text form: nothing but addresses.
fn from_lines(text: &str, url: &Url) -> Option<Listing> {
    let mut listing = Listing::default();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()).take(MAX_ENTRIES) {
        if !line.starts_with("http://") && !line.starts_with("https://") {
            return None;
        }
        let Some(address) = absolute(url, line) else { continue };
        listing.works.push(Work {
            title: String::new(),
            url: Some(address),
            date: None,
            authors: Vec::new(),
            source: None,
            summary: None,
            modified: None,
            evidence: Evidence::Feed,
        });
    }
    (!listing.works.is_empty()).then_some(listing)
}

fn absolute(base: &Url, address: &str) -> Option<String> {
    if address.len() > MAX_URL_BYTES {
        return None;
    }
    let url = base.join(address.trim()).ok()?;
    PageUrl::from_url(url).ok().map(|u| u.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn check(body: &[u8]) -> Option<Listing> {
        let hints = model::Hints { expected: model::PageKind::Sitemap, authors: Vec::new(), listed: None };
        parse(&PageInput {
            url: &Url::parse("https://example.org/sitemap.xml").unwrap(),
            bytes: body,
            content_type: None,
            x_robots_tag: None,
            captured_at: chrono::DateTime::UNIX_EPOCH,
            hints: &hints,
        })
    }

    const NEWS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://example.org/a?x=1&amp;y=2 </loc><lastmod>2017-01-01</lastmod>
 <image:image><image:loc>https://example.org/a.jpg</image:loc></image:image>
 <n:news><n:publication><n:name>Weekly</n:name></n:publication>
 <n:publication_date>2016-12-26T08:00:00+08:00</n:publication_date><n:title>One &amp; two</n:title></n:news></url>
<url><loc>mailto:x@example.org</loc></url></urlset>"#;

    #[test]
    fn pages_with_the_news_extension() {
        let listing = check(NEWS.as_bytes()).unwrap();
        let [work] = &listing.works[..] else { panic!("one page") };
        assert_eq!(work.url.as_deref(), Some("https://example.org/a?x=1&y=2"));
        assert_eq!((work.title.as_str(), work.source.as_deref()), ("One & two", Some("Weekly")));
        assert_eq!(work.date.unwrap().to_string(), "2016-12-26T08:00:00+08:00");
        assert_eq!(work.modified.unwrap().to_string(), "2017-01-01");
    }

    #[test]
    fn gzip_is_unpacked_and_a_torn_body_gives_its_start() {
        let many: String =
            (0..2000).map(|i| format!("<url><loc>https://example.org/{i}</loc></url>")).collect();
        let xml = format!("<urlset>{many}</urlset>");
        let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        coder.write_all(xml.as_bytes()).unwrap();
        let packed = coder.finish().unwrap();
        assert_eq!(check(&packed).unwrap().works.len(), 2000);
        let torn = check(&packed[..packed.len() / 2]).unwrap().works.len();
        assert!((1..2000).contains(&torn), "{torn}");
    }

    #[test]
    fn an_index_names_sitemaps() {
        let listing = check(b"<sitemapindex><sitemap><loc>/a.xml.gz</loc></sitemap></sitemapindex>").unwrap();
        assert_eq!(listing.sitemaps, ["https://example.org/a.xml.gz"]);
        assert_eq!(listing.container, Container::Found);
    }

    #[test]
    fn lines_of_addresses() {
        assert_eq!(check(b"https://example.org/a\r\nhttps://example.org/b\n").unwrap().works.len(), 2);
    }

    #[test]
    fn what_is_no_sitemap_is_none() {
        for body in [&b""[..], b"<html></html>", b"hello", b"<rss></rss>", b"\x1f\x8bxx"] {
            assert_eq!(check(body), None);
        }
        assert_eq!(check(b"<urlset></urlset>").unwrap().container, Container::Empty);
    }
}
