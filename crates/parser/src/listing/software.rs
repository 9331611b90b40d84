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

#[test]
fn a_last_page_may_have_one_entry() {
    let pager = "<nav class=pagination><a rel=prev href='/categories/Jane-Doe/'></a>\
                 <a class=page-number href='/categories/Jane-Doe/'>1</a><span class='page-number current'>2</span></nav>";
    let aside = "<aside><h3>Recent posts</h3><ul><li><a href='/2024/03/01/another/'>What another wrote</a></li>\
                 <li><a href='/2024/03/02/others/'>What others wrote</a></li></ul></aside>";
    let text =
        "<p>It rained, and then it rained more; nobody, of course, minded in the least.</p>".repeat(20);
    let entries = [
        "<div class=sort-item><time>2009-11-14</time><a class=sort-title href='/2009/11/14/w/'>渡口三题笔记</a></div>".to_owned(),
        "<a class=group-item href='/2009/11/14/w/'><time>11-14</time><div class=item-title>渡口三题笔记</div></a>".to_owned(),
        "<ul><li><span class=date>11-14</span> <a href='/2009/11/14/w/'>渡口三题笔记</a></li></ul>".to_owned(),
        "<h2><a href='/2009/11/14/w/'>渡口三题笔记</a></h2>".to_owned(),
        "<ul><li data-day=11-14><a href='/2009/11/14/w/'><span class=item-title>渡口三题笔记</span></a></li></ul>".to_owned(),
        "<div id=content class=sidebar-right><ul><li><time>11-14</time> <a class=t href='/2009/11/14/w/'>渡口三题笔记</a></li></ul></div>".to_owned(),
        format!("<a href='/2009/11/14/w/'><article><h2>渡口三题笔记</h2>{}</article></a>", &text[..90]),
        // The whole text, as on the page of the work itself.
        format!("<article><p class=title><a class=muted href='/2009/11/14/w/'>渡口三题笔记</a></p>{text}</article>"),
    ];
    for entry in entries {
        let html = format!(
            "<title>Category: Jane Doe</title><body><div class=layout><main><h1>Jane Doe</h1>{entry}{pager}</main>{aside}</div></body>"
        );
        let found = page("https://a.example/categories/Jane-Doe/page/2/", PageKind::Listing, &html);
        assert_eq!(found.kind.value, PageKind::Listing, "{entry}");
        assert_eq!(titles(&found.listing.unwrap()), ["渡口三题笔记"], "{entry}");
    }
}

#[test]
fn entries_below_years_are_a_work_each_where_most_years_have_one() {
    let item = |n: usize| {
        format!("<li class=item><span>03-0{n}</span> <a class=title href='/w{n}/'>Work number {n}</a></li>")
    };
    let years = [&[1][..], &[2], &[3, 4], &[5], &[6]];
    let html: String = years
        .iter()
        .map(|year| {
            let items: String = year.iter().map(|n| item(*n)).collect();
            format!("<section><div>20{}</div><ul>{items}</ul></section>", 30 - year[0])
        })
        .collect();
    let found =
        listing("https://a.example/categories/Jane-Doe/", &format!("<main><h1>Jane Doe</h1>{html}</main>"));
    assert_eq!(found.works.len(), 6);
}

#[test]
fn a_name_in_another_script_numbers_no_page() {
    // 李新 is %E6%9D%8E%E6%96%B0.
    let html = entries(|n, title, year| format!("<li><a href='/{year}/w{n}/'>{title}</a></li>"));
    let html =
        format!("<main><h1>李新</h1><ul>{html}</ul><a href='/categories/李新/page/2/'><i></i></a></main>");
    let found = listing("https://a.example/categories/李新/", &html);
    assert_eq!(found.next_pages, ["https://a.example/categories/%E6%9D%8E%E6%96%B0/page/2/"]);
}

#[test]
fn the_next_chapter_is_no_further_page() {
    let html = entries(|n, title, year| format!("<li><a href='/{year}/w{n}/'>{title}</a></li>"));
    let next = |href: &str| {
        let html = format!(
            "<head><link rel=next href='{href}'></head><main><h1>Jane Doe</h1><ul>{html}</ul></main>"
        );
        listing("https://a.example/blog/author/jane-doe/", &html).next_pages
    };
    assert!(next("/blog/category/essays/").is_empty() && next("../john-roe/").is_empty());
    for href in ["page/2/", "/blog/author/jane-doe?start=abc", "older/", "/blog/author/jane-doe-p2/"] {
        assert_eq!(next(href).len(), 1, "{href}");
    }
}

#[test]
fn a_bar_of_links_heads_no_list() {
    let bar = "<div class=bar><a href=/>推荐</a><a href='/archives/'>全部文章</a><a href='/categories/John-Roe/'>John Roe</a></div>";
    let html = entries(|n, title, year| {
        format!(
            "<div class=item><a class=name href='/{year}/w{n}/'>{title}</a><time>{year}-03-0{}</time></div>",
            n + 1
        )
    });
    let html = format!("<main><div>{bar}</div><div><div>{html}</div></div></main>");
    assert_eq!(titles(&listing("https://a.example/categories/Jane-Doe/", &html)), TITLES);
}

#[test]
fn the_months_of_an_archive_are_no_works() {
    let months: String = (0..60)
        .map(|m| {
            let (year, month) = (2020 + m / 12, 1 + m % 12);
            format!(
                "<li><a href='/archives/{year}/{month:02}/'><span>{year}/{month:02}</span><b>1</b>篇</a></li>"
            )
        })
        .collect();
    let html = entries(|n, title, year| {
        format!("<div class=post><a href='/{year}/w{n}/'>{title}</a><time>{year}-03-0{}</time></div>", n + 1)
    });
    let html =
        format!("<body><div id=console><ul>{months}</ul></div><main><h1>Jane Doe</h1>{html}</main></body>");
    let found = listing("https://a.example/categories/Jane-Doe/", &html);
    assert_eq!(titles(&found), TITLES);
}

#[test]
fn a_last_page_may_have_two_short_entries_without_a_date() {
    let html = "<main><h2>2009</h2><ul><li><a href='/2009/w1/'><span class=title>渡口</span></a></li>\
                <li><a href='/2009/w2/'><span class=title>河西的水</span></a></li></ul></main>";
    let found = listing("https://a.example/categories/Jane-Doe/page/3/", html);
    assert_eq!(titles(&found), ["渡口", "河西的水"]);
}
