//! Pages, feeds and sitemaps put together at random: whatever they are, the invariants hold.

use crate::invariants;
use model::PageKind;
use proptest::{collection::vec, prelude::*, sample::select};
use std::{fs, path::Path};

/// Pieces of pages as they are found, sound ones and broken ones.
#[rustfmt::skip]
const HTML: &[&str] = &[
    "<div class=\"article-body\">", "</div>", "<p>", "</p>", "<p class=byline>By Ann Writer and B. Author</p>", "<h1>A long way</h1>",
    "<h2>Later</h2>", "<ul><li>", "</li>", "</ul>", "<table><tr><td>", "<td>", "<th>", "</table>", "<b>", "</b>", "<i>", "</i>",
    "<a href=\"/essays/2016/one.html\">", "<a href=x>", "<a href=\"?page=2\" rel=next>Next</a>", "</a>", "<br>", "<br><br>",
    "<blockquote>", "</blockquote>", "<pre>", "</pre>", "<figure><img src=a.jpg alt=b><figcaption>", "</figure>", "<aside>", "</aside>",
    "<nav>", "</nav>", "<form>", "<select><option>", "</select>", "<svg><title>", "</svg>", "<template>", "</template>", "<script>",
    "</script>", "<style>", "</style>", "<noscript>", "</noscript>", "<!--", "-->", "<span hidden>", "<div style=\"display:none\">",
    "<time datetime=2016-12-26>26 December 2016</time>", "<title>A long way - The Paper</title>", "<meta name=author content=\"Ann Writer\">",
    "<base href=\"https://other.example/y/\">", "<script type=\"application/ld+json\">{\"@type\":\"Article\",\"headline\":\"A long way\",",
    "\"author\":{\"name\":\"Ann Writer\"},\"datePublished\":\"2016-12-26\"}</script>", "<li class=entry><a href=\"/essays/2016/two.html\">",
    "It rained for three days, and on the fourth the river came over the wall; nobody had believed it would. ",
    "The engineers had said so in 1998, in a report that was read by four people, two of whom had written it, and the third of whom had, as \
     it was found out much later and quite by chance, read no more of it than its title, which was long, and the name of the firm. ",
    "新年前后，我走遍了这条河的两岸，见到许多老人，他们说的话，我都一一记了下来。", "作者：李新", "来源：《某某周刊》", "2016年12月26日",
    "&amp;", "&nbsp;", "&#0;", "&bogus;", "\0", "\u{fffd}", "\u{200b}", " ", "\n", "<", ">", "\"", "x",
];

#[rustfmt::skip]
const XML: &[&str] = &[
    "<?xml version=\"1.0\"?>", "<rss version=\"2.0\">", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>", "</link>",
    "https://example.org/1", "/2?a=b&c=d", "<pubDate>Mon, 26 Dec 2016 08:00:00 +0800</pubDate>", "<dc:creator>Ann</dc:creator>", "<author>",
    "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"https://example.org/b/\">", "<entry>", "</entry>", "<id>", "</id>", "<urlset>",
    "<url>", "<loc>", "</loc>", "</url>", "<sitemapindex>", "<sitemap>", "<lastmod>2016-12-26</lastmod>", "<![CDATA[", "]]>", "<!--", "-->",
    "<link rel=\"alternate\" href=\"one\"/>", "<description>", "</description>", "&lt;p&gt;", "&amp;", "&x;", "One story of many", "\0", "<", ">",
    "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>", "&b;", "<x:y xmlns:x='http://purl.org/dc/elements/1.1/'>", "</x:y>",
];

fn pieces(of: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    vec(select(of), 0..most).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_pages(html in pieces(HTML, 80), listing in any::<bool>()) {
        let expected = if listing { PageKind::Listing } else { PageKind::Article };
        let once = invariants::parse(html.as_bytes(), Some("text/html; charset=utf-8"), expected);
        let again = invariants::parse(html.as_bytes(), Some("text/html; charset=utf-8"), expected);
        prop_assert_eq!(once, again);
    }

    #[test]
    fn of_feeds_and_sitemaps(root in select(&["<rss>", "<feed>", "<urlset>", ""][..]), xml in pieces(XML, 40)) {
        invariants::parse(format!("{root}{xml}").as_bytes(), None, PageKind::Feed);
    }

    #[test]
    fn of_bytes(bytes in vec(any::<u8>(), 0..400), content_type in select(&["text/html", "text/html; charset=gbk", ""][..])) {
        invariants::parse(&bytes, Some(content_type), PageKind::Article);
    }
}

/// The pages that fuzzing begins with, those among them that it found once: of each encoding, and as either kind.
#[test]
fn the_seeds_of_the_fuzzer_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/page");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        // The fuzzer takes the last byte for its choice of these.
        let page = &bytes[..bytes.len() - 1];
        for content_type in [None, Some("text/html"), Some("text/html; charset=gb2312")] {
            for expected in [PageKind::Article, PageKind::Listing] {
                invariants::parse(page, content_type, expected);
            }
        }
        seen += 1;
    }
    assert!(seen >= 9);
}
