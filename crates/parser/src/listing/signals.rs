//! What a page declares itself to be, and what its address and headings give away.

use super::shape::digits;
use crate::{Page, Tag};

/// Each field is a count or a flag; what they come to is told by who asks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signals {
    /// `og:type` is article.
    pub(super) og_article: bool,
    /// `og:type` is website, blog, profile or the like.
    pub(super) og_other: bool,
    /// The head gives one date of publication.
    pub(super) published: bool,
    /// schema.org articles in JSON-LD or microdata.
    pub(super) articles: usize,
    /// schema.org types of pages that list: CollectionPage, ProfilePage, SearchResultsPage.
    pub(super) lists: usize,
    /// schema.org types of what is neither: Product, Recipe, JobPosting, ...
    pub(super) others: usize,
    /// The body's classes call it a single entry.
    pub(super) single: bool,
    /// The body's classes call it an archive.
    pub(super) archive: bool,
    /// A heading is a link to this page itself: the way of entries.
    pub(super) self_link: bool,
    /// The address names an archive: `/category/x`, `/author/x`, `/page/2`.
    pub(super) list_address: bool,
    /// The address, the body's classes or the head say that the page is an author's.
    pub(super) author_page: bool,
    /// The address is that of an entry: several words joined by hyphens at its end, or after "blog", "article";
    /// a day, an identifier.
    pub(super) entry_address: bool,
    /// The address is that of a section: one or two plain words.
    pub(super) section_address: bool,
    /// Prices on the page.
    pub(super) prices: usize,
    /// Those of them that stand in short lines, as on a tag.
    pub(super) tags: usize,
    /// The address is the site's root.
    pub(super) root: bool,
}

impl Signals {
    pub(super) fn of(page: &Page) -> Self {
        let mut signals =
            Self { root: page.url.path().len() <= 1 && page.url.query().is_none(), ..Self::default() };
        signals.read_meta(page);
        for script in
            page.all(Tag::Script).filter(|&s| page.attr(s, "type").is_some_and(|t| t.contains("ld+json")))
        {
            types(page.raw_text(script), |name| signals.count(name));
        }
        signals.read_body(page);
        signals.list_address = is_list_address(&page.url);
        signals.section_address = is_section_address(&page.url);
        signals.entry_address = is_entry_address(&page.url);
        signals.author_page |= is_author_address(&page.url)
            || page
                .class(page.body())
                .split_ascii_whitespace()
                .any(|c| matches!(c, "author" | "author-template"));
        let text = page.text(page.body());
        signals.prices = prices(text);
        if signals.prices > 0 {
            signals.tags = text.split('\n').filter(|l| l.len() <= TAG).map(prices).sum();
        }
        signals
    }

    /// By its address or its classes the page is one of a list, however few entries it has.
    pub(super) fn lists_somewhere(&self) -> bool {
        (self.list_address || self.archive || self.author_page) && !self.single
    }

    fn read_meta(&mut self, page: &Page) {
        for meta in page.all(Tag::Meta) {
            let name = page.attr(meta, "property").or_else(|| page.attr(meta, "name")).unwrap_or_default();
            let content = page.attr(meta, "content").unwrap_or_default().trim();
            if name.eq_ignore_ascii_case("og:type") {
                self.og_article |= content.eq_ignore_ascii_case("article") || content.ends_with(":article");
                self.og_other |= !self.og_article && !content.is_empty();
                self.author_page |= content.eq_ignore_ascii_case("profile");
            } else if is_publication(name) {
                self.published |= !content.is_empty();
            }
        }
    }

    fn read_body(&mut self, page: &Page) {
        for token in page.class(page.body()).split_ascii_whitespace() {
            match token {
                "single" | "single-post" | "post-template" | "postid" | "node-type-article"
                | "is-article" => self.single = true,
                "archive" | "category" | "author" | "tag" | "search" | "search-results" | "blog"
                | "tag-template" | "author-template" | "home-template" | "date" | "tax"
                | "post-type-archive" => self.archive = true,
                _ => {}
            }
        }
        let headings = [Tag::H1, Tag::H2].into_iter().flat_map(|t| page.all(t).take(12));
        let here = page.url.as_str().split(['#', '?']).next().unwrap_or_default();
        self.self_link = !self.root
            && headings.flat_map(|h| page.all_in(h, Tag::A)).any(|a| {
                page.attr(a, "href")
                    .and_then(|href| page.absolute(href))
                    .is_some_and(|u| u.split(['#', '?']).next() == Some(here))
            });
    }

    fn count(&mut self, name: &str) {
        match name {
            "Article"
            | "NewsArticle"
            | "BlogPosting"
            | "ReportageNewsArticle"
            | "OpinionNewsArticle"
            | "AnalysisNewsArticle"
            | "BackgroundNewsArticle"
            | "ReviewNewsArticle"
            | "ScholarlyArticle"
            | "TechArticle"
            | "LiveBlogPosting"
            | "Report"
            | "AdvertiserContentArticle"
            | "SatiricalArticle"
            | "MedicalScholarlyArticle" => self.articles += 1,
            "CollectionPage" | "ProfilePage" | "SearchResultsPage" | "ItemList" => self.lists += 1,
            "Product"
            | "Recipe"
            | "JobPosting"
            | "Event"
            | "Movie"
            | "SoftwareApplication"
            | "QAPage"
            | "FAQPage"
            | "DiscussionForumPosting"
            | "VideoObject"
            | "Course"
            | "Hotel"
            | "Restaurant" => self.others += 1,
            _ => {}
        }
    }
}

/// Meta names for the one date on which the page's article appeared.
fn is_publication(name: &str) -> bool {
    [
        "article:published_time",
        "og:article:published_time",
        "citation_publication_date",
        "citation_date",
        "pubdate",
        "publishdate",
        "parsely-pub-date",
        "sailthru.date",
        "dc.date.issued",
        "dcterms.created",
        "article.published",
        "publish_date",
        "datepublished",
    ]
    .iter()
    .any(|n| name.eq_ignore_ascii_case(n))
}

/// Calls `f` with every `@type` of a JSON-LD text, which may be broken JSON.
fn types(json: &str, mut f: impl FnMut(&str)) {
    for (at, key) in json.match_indices("\"@type\"") {
        let rest = json[at + key.len()..].trim_start().strip_prefix(':').unwrap_or_default().trim_start();
        let list = rest.strip_prefix('[').map(|r| r.split(']').next().unwrap_or_default());
        match list {
            Some(list) => list.split(',').for_each(|n| f(n.trim().trim_matches('"'))),
            None => f(rest.trim_start_matches('"').split('"').next().unwrap_or_default()),
        }
    }
}

fn is_entry_address(url: &url::Url) -> bool {
    let Some(segments) = url.path_segments() else { return false };
    let segments: Vec<&str> = segments.filter(|s| !s.is_empty()).collect();
    let Some((last, before)) = segments.split_last() else { return false };
    let joints = last.bytes().filter(|b| matches!(b, b'-' | b'_')).count();
    let named = before.iter().any(|s| {
        matches!(
            *s,
            "blog"
                | "article"
                | "articles"
                | "news"
                | "post"
                | "posts"
                | "story"
                | "stories"
                | "p"
                | "press-release"
        )
    });
    // A day before the last segment, or an identifier as the last one.
    let day = before.iter().any(|s| s.len() >= 8 && s.bytes().filter(u8::is_ascii_digit).count() == 8);
    joints >= 4 || (named && joints >= 2) || day || digits(last) >= 6
}

fn is_section_address(url: &url::Url) -> bool {
    let Some(segments) = url.path_segments() else { return false };
    let segments: Vec<&str> = segments.filter(|s| !s.is_empty()).collect();
    let plain = |s: &&str| s.len() < 20 && s.bytes().all(|b| b.is_ascii_alphabetic());
    (1..=2).contains(&segments.len()) && segments.iter().all(plain)
}

/// The address has a part that names authors' pages before its last one.
fn is_author_address(url: &url::Url) -> bool {
    #[rustfmt::skip]
    const NAMES: &[&str] = &[
        "author", "authors", "autor", "autoren", "autores", "auteur", "auteurs", "autori", "autore",
        "writer", "writers", "contributor", "contributors", "profile", "profiles", "people", "person",
        "staff", "journalist", "journalists", "columnist", "columnists", "by", "byline", "reporter",
        "reporters", "user", "users", "expert", "experts", "team", "fellow", "fellows", "scholar",
        "scholars", "faculty", "yazar", "penulis", "u",
    ];
    let mut segments: Vec<&str> =
        url.path_segments().map(|s| s.filter(|s| !s.is_empty()).collect()).unwrap_or_default();
    while segments.last().is_some_and(|s| *s == "page" || s.bytes().all(|b| b.is_ascii_digit())) {
        segments.pop();
    }
    segments.pop();
    segments.iter().rev().take(2).any(|s| NAMES.contains(&s.to_ascii_lowercase().as_str()))
        || url.query_pairs().any(|(n, _)| n == "author")
}

/// Bytes of a line that may be a ware's name and price; amounts in longer ones are what a text tells of.
const TAG: usize = 60;

/// Amounts of money: a currency's sign and a digit right after it, or before it.
fn prices(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut count = 0;
    for i in memchr::memchr3_iter(b'$', 0xc2, 0xe2, bytes) {
        let sign = match bytes[i] {
            b'$' => 1,
            0xc2 if matches!(bytes.get(i + 1), Some(0xa3 | 0xa5)) => 2,
            0xe2 if bytes[i..].starts_with("€".as_bytes()) => 3,
            _ => continue,
        };
        let before = i > 0 && (digit(i - 1) || (i > 1 && bytes[i - 1] == b' ' && digit(i - 2)));
        count += usize::from(before || digit(i + sign));
    }
    count
}

fn is_list_address(url: &url::Url) -> bool {
    let Some(segments) = url.path_segments() else { return false };
    let segments: Vec<&str> = segments.filter(|s| !s.is_empty()).collect();
    let is_number = |s: &&str| s.bytes().all(|b| b.is_ascii_digit());
    let named = segments.iter().rev().take(3).skip(1).any(|s| {
        matches!(
            *s,
            "category"
                | "categories"
                | "tag"
                | "tags"
                | "author"
                | "authors"
                | "topic"
                | "topics"
                | "page"
                | "people"
                | "person"
                | "profile"
                | "staff"
                | "contributor"
                | "contributors"
                | "columnist"
                | "section"
                | "columns"
                | "by"
                | "writer"
                | "writers"
                | "user"
                | "users"
                | "experts"
                | "expert"
        )
    });
    // A year or month; below "archives" entries have numbers and names too.
    let archive = segments.iter().rev().skip(1).any(|s| matches!(*s, "archive" | "archives"));
    let last = segments.last().copied().unwrap_or_default();
    let period = (last.starts_with("19") || last.starts_with("20"))
        && (4..=7).contains(&last.len())
        && last.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let within_year = last.len() < 3 && segments.iter().any(|s| s.len() == 4 && is_number(s));
    // The year or month of an archive, or a page's number; an entry's address goes on after it.
    let dated =
        segments.len() >= 2 && is_number(&last) && last.len() < 5 && (!archive || period || within_year);
    let paged = url
        .query_pairs()
        .any(|(n, v)| matches!(n.as_ref(), "page" | "paged" | "cat" | "author" | "tag") && !v.is_empty());
    named && segments.len() <= 4 && !(last.ends_with(".html") && last.matches('-').count() > 2)
        || (archive && period)
        || dated
        || paged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_from_broken_json() {
        let mut found = Vec::new();
        types(r#"{"@type": ["Article","X"], "author": {"@type":"Person"},}"#, |t| found.push(t.to_owned()));
        assert_eq!(found, ["Article", "X", "Person"]);
    }

    #[test]
    fn addresses_of_archives() {
        let is = |u: &str| is_list_address(&url::Url::parse(u).unwrap());
        assert!(is("https://a.example/author/li-xin/"));
        assert!(is("https://a.example/blog/page/2"));
        assert!(is("https://a.example/2016/05/"));
        assert!(is("https://a.example/?paged=2"));
        assert!(is("https://a.example/archives/2016/05/") && is("https://a.example/archive/2016-05"));
        assert!(!is("https://a.example/archives/138") && !is("https://a.example/archives/the-quay"));
        assert!(!is("https://a.example/2016/05/a-title-of-it/"));
        assert!(!is("https://a.example/"));
    }
}
