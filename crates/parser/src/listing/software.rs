//! Author pages and articles in the forms of widespread publishing software, written for these tests.

use super::tests::{listing, page, titles};
use model::PageKind;

const TITLES: [&str; 4] =
    ["Harbour dues", "在鄂尔多斯谈基层财政", "Notes on night trains, 1972", "碳排放核算笔记"];

/// The four works, each as `entry` writes the number, the title and the year.
fn entries(entry: impl Fn(usize, &str, usize) -> String) -> String {
    TITLES.iter().enumerate().map(|(n, title)| entry(n, title, 2024 - n / 2)).collect()
}

#[test]
fn an_empty_link_over_an_entry_is_named_by_the_heading_below_it() {
    let summary = "A summary that goes on for a good while, so that it is no title of anything. ".repeat(6);
    let html = entries(|n, title, year| {
        format!(
            "<article class='post-entry tag-entry'><header><h2>{title}</h2></header><p>{summary}</p><footer>\
             <span>March {}, {year}</span> · <span>2 min</span> · <span>Jane Doe</span></footer>\
             <a class=entry-link href='/posts/w{n}/'></a></article>",
            n + 1
        )
    });
    let html = format!("<body class=list><main><h1>Jane Doe</h1>{html}</main></body>");
    let found = listing("https://a.example/authors/jane-doe/", &html);
    assert_eq!(titles(&found), TITLES);
    assert_eq!(found.works[0].date.unwrap().to_string(), "2024-03-01");
}

#[test]
fn entries_in_sections_of_a_year_are_a_work_each() {
    let html = entries(|n, title, year| {
        let entry = format!("<article><h1><a href='/{year}/w{n}/'>{title}</a></h1></article>");
        // 2024 has one entry, then one, then two.
        let (open, close) = match n {
            2 => ("<section><div>", ""),
            3 => ("", "</div></section>"),
            _ => ("<section><div>", "</div></section>"),
        };
        format!("{open}{entry}{close}")
    });
    let html = format!("<title>Category: Jane Doe | The Quay</title><body>{html}</body>");
    let found = listing("https://a.example/categories/Jane-Doe/", &html);
    assert_eq!(titles(&found), TITLES);
    // The page says whose it is in its title alone.
    assert_eq!(found.author.unwrap().name.unwrap().value, "Jane Doe");
}

#[test]
fn dated_entries_with_short_titles_are_no_prose() {
    let intro = "深秋的河西走廊，高志远带着一份契约文书来到农业科学院，想弄清楚冷链运输究竟从何时开始成为地方上的难题。";
    let html: String = ["省城的米", "河西的水", "闽南的船"]
        .iter()
        .enumerate()
        .map(|(n, title)| {
            format!(
                "<li>[<b><a href='/a/li-xin/'>Li Xin</a></b>] <a class=title href='/a/2011/{n}.html'>{title}</a><span>\
                 <small>日期：</small>2011-12-2{n} <small>点击：</small>80</span><p>{intro}</p></li>"
            )
        })
        .collect();
    let hot = "<dl><dt>热点内容</dt><dd><ul><li><a href='/a/1.html'>别人写的一篇很长很长的文章的标题</a></li>\
               <li><a href='/a/2.html'>别人写的另一篇很长很长的文章的标题</a></li></ul></dd></dl>";
    let html = format!("<title>Li Xin_评论网</title><body><div><ul>{html}</ul></div><div>{hot}</div></body>");
    let found = listing("https://a.example/a/li-xin/list_12_2.html", &html);
    assert_eq!(titles(&found), ["省城的米", "河西的水", "闽南的船"]);
}

#[test]
fn an_author_page_that_is_declared_an_article_is_a_list() {
    let html = entries(|n, title, year| format!("<li><a href='/{year}/w{n}.html'>{title}</a></li>"));
    let html = format!(
        "<head><title>Jane Doe | The Quay</title><meta property=og:type content=article>\
         <meta property=article:published_time content=2026-11-29T05:58:36+08:00><script type=application/ld+json>\
         {{\"@type\":\"BlogPosting\",\"headline\":\"Jane Doe\"}}</script></head><body><main><h1>Jane Doe</h1>\
         <p>Jane Doe writes about ports.</p><h2>Posts</h2><ul>{html}</ul><h2>Recent posts</h2>\
         <ul><li><a href=/2025/other.html>What somebody else wrote</a></li></ul></main></body>"
    );
    let parsed = page("https://a.example/authors/jane-doe.html", PageKind::Listing, &html);
    assert_eq!(parsed.kind.value, PageKind::Listing);
    assert_eq!(titles(&parsed.listing.unwrap()), TITLES);
}

#[test]
fn a_short_entry_below_archives_is_an_article() {
    for (url, class) in [("archives/the-quay", "single single-post"), ("archives/138/", "")] {
        let html = format!(
            "<body class='{class}'><main><article><h1>The quay</h1><time datetime=2024-03-01>1 March</time>\
             <p>It rained, and then it rained more; nobody, of course, minded in the least.</p></article></main></body>"
        );
        let parsed = page(&format!("https://a.example/{url}"), PageKind::Article, &html);
        assert!(parsed.article.is_some() && parsed.kind.value != PageKind::Listing, "{url}");
    }
}
