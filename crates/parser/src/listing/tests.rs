//! Pages of the kinds that sites have, written for these tests.

use super::*;
use crate::{Rules, parse};
use model::{Hints, Parsed};
use std::fmt::Write as _;

pub(super) fn page(url: &str, expected: PageKind, html: &str) -> Parsed {
    let hints = Hints { expected, authors: Vec::new(), listed: None };
    parse(
        &PageInput {
            url: &url::Url::parse(url).unwrap(),
            bytes: html.as_bytes(),
            content_type: Some("text/html; charset=utf-8"),
            x_robots_tag: None,
            captured_at: chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
            hints: &hints,
        },
        &Rules::default(),
    )
}

#[track_caller]
pub(super) fn listing(url: &str, html: &str) -> Listing {
    page(url, PageKind::Listing, html).listing.expect("a listing")
}

pub(super) fn titles(listing: &Listing) -> Vec<&str> {
    listing.works.iter().map(|w| w.title.as_str()).collect()
}

const SIDEBAR: &str = r#"<nav><ul><li><a href="/">Home page of the review</a></li><li><a href="/about/">About this review of ours</a></li>
<li><a href="/contact/">Contact all the editors</a></li></ul></nav>
<aside class="sidebar"><h3>Most popular</h3><ul>
<li><a href="/2020/01/02/somebody-elses-great-success/">Somebody else's great success with everybody</a></li>
<li><a href="/2020/01/03/another-great-success-of-others/">Another great success of others with everybody</a></li>
<li><a href="/2020/01/04/a-third-great-success-of-others/">A third great success of others with everybody</a></li></ul></aside>"#;

/// An author page as blogs have it: cards with title, date, byline and summary.
fn author_page(cards: usize) -> String {
    let mut html = format!(
        "<html lang=en><head><title>Jane Doe - The Review</title><link rel=alternate type='application/rss+xml' \
         href='/author/jane-doe/feed/'><link rel=alternate type='application/rss+xml' title='Comments' href='/comments/feed/'>\
         <link rel=alternate type='application/rss+xml' href='/feed/'></head><body>{SIDEBAR}<main><h1>Posts by Jane Doe</h1>\
         <div class='author-bio'>Jane Doe writes about rivers, ports and the people who live by them.</div>\
         <a rel=me href='https://social.example/@jane'>me</a> <a href='https://orcid.org/0000-0002-1825-0097'>ORCID</a>"
    );
    for i in 0..cards {
        let _ = write!(
            html,
            "<article class='card post'><a class=img href='/2021/03/{i:02}/work-number-{i}/'><img src=x.jpg></a>\
             <h2><a href='/2021/03/{i:02}/work-number-{i}/'>Work number {i}: of rivers</a></h2>\
             <p class=byline>By <a href='/author/jane-doe/'>Jane Doe</a> and John Roe</p><time datetime='2021-03-0{}'>in March</time>\
             <p>The summary of work number {i} tells at some length what its readers may expect of it.</p>\
             <a href='/2021/03/{i:02}/work-number-{i}/#more'>Read more</a></article>",
            1 + i % 9
        );
    }
    html + "<nav class=pagination><span>1</span> <a href='/author/jane-doe/page/2/'>2</a> <a href='/author/jane-doe/page/3/'>3</a>\
            <a class=next href='/author/jane-doe/page/2/'>Older posts »</a></nav></main></body></html>"
}

#[test]
fn an_author_page_gives_works_profile_pages_and_feeds() {
    let parsed = page("https://review.example/author/jane-doe/", PageKind::Listing, &author_page(6));
    assert_eq!(parsed.kind.value, PageKind::Listing);
    let listing = parsed.listing.unwrap();
    assert_eq!(listing.works.len(), 6);
    let work = &listing.works[1];
    assert_eq!(work.title, "Work number 1: of rivers");
    assert_eq!(work.url.as_deref(), Some("https://review.example/2021/03/01/work-number-1/"));
    assert_eq!(work.date.unwrap().to_string(), "2021-03-02");
    assert_eq!(work.authors, ["Jane Doe", "John Roe"]);
    assert!(work.summary.as_deref().unwrap().starts_with("The summary of work number 1"));
    let next =
        ["https://review.example/author/jane-doe/page/2/", "https://review.example/author/jane-doe/page/3/"];
    assert_eq!(listing.next_pages, next);
    let author = listing.author.unwrap();
    assert_eq!(author.name.unwrap().value, "Jane Doe");
    assert!(author.biography.unwrap().value.starts_with("Jane Doe writes about rivers"));
    let same: Vec<&str> = author.same_as.iter().map(|f| f.value.as_str()).collect();
    assert_eq!(same, ["https://social.example/@jane", "https://orcid.org/0000-0002-1825-0097"]);
    let feeds: Vec<(&str, bool)> = listing.feeds.iter().map(|f| (f.url.as_str(), f.author_only)).collect();
    assert_eq!(
        feeds,
        [("https://review.example/author/jane-doe/feed/", true), ("https://review.example/feed/", false)]
    );
}

#[test]
fn the_last_page_may_hold_one_work() {
    let listing = listing("https://review.example/author/jane-doe/page/3/", &author_page(1));
    assert_eq!(titles(&listing), ["Work number 0: of rivers"]);
}

#[test]
fn docket_numbers_do_not_name_works() {
    let row = |i: usize| {
        format!(
            "<li><a href='/d/{i}.html'>24-10{i}-cv</a> Harbour Company v. City of the {i}th Pier 4/29/24</li>"
        )
    };
    let rows: String = (1..9).map(row).collect();
    let listing = listing("https://court.example/dockets", &format!("<body><ul>{rows}</ul></body>"));
    assert!(
        listing.works[0].title.starts_with("Harbour Company v. City of the 1th Pier"),
        "{}",
        listing.works[0].title
    );
    assert_eq!(listing.works[0].date.unwrap().to_string(), "2024-04-29");
}

#[test]
fn groups_by_year_are_one_list() {
    let mut html = format!("<html><body>{SIDEBAR}<div id=content><h1>Papers</h1>");
    for year in 2015..2020 {
        let _ = write!(html, "<h2>{year}</h2><ul class=papers>");
        for n in 0..2 {
            let _ = write!(
                html,
                "<li><a href='/papers/{year}-{n}.html'>A study of the harbour in {year}, part {n}</a></li>"
            );
        }
        html.push_str("</ul>");
    }
    let listing = listing("https://lab.example/papers/", &(html + "</div></body></html>"));
    assert_eq!(listing.works.len(), 10);
}

#[test]
fn rows_are_named_by_their_text_where_links_say_pdf() {
    let row = |i: usize| {
        format!(
            "<tr><td>2021-04-0{i}</td><td>On the {i}th question of the harbour dues</td><td><a href='/f/{i}.pdf'>PDF</a>\
             <a href='/f/{i}.docx'>Word</a></td></tr>"
        )
    };
    let rows: String = (1..7).map(row).collect();
    let listing = listing("https://court.example/opinions", &format!("<body><table>{rows}</table></body>"));
    assert_eq!(listing.works.len(), 6);
    assert_eq!(listing.works[2].title, "On the 3th question of the harbour dues");
    assert_eq!(listing.works[2].url.as_deref(), Some("https://court.example/f/3.pdf"));
    assert_eq!(listing.works[2].date.unwrap().to_string(), "2021-04-03");
}

const PROSE: &str = "<p>港口的改造持续了十多年，参与其中的人各有各的说法，档案里留下的却只有数字和签名，很少有人记得当时争论过什么，也没有人知道后来为什么停了下来。</p>\
<p>第二年春天，工程重新开始，图纸换了三次，预算增加了一半，码头上的老人说，这样的事情他们见过不止一回，每一次都说是最后一次，每一次都不是。</p>\
<p>从账册上看，最大的一笔支出不是石料，而是搬迁。搬走的人家有一百多户，他们的名字写在一本薄薄的登记簿里，如今收在地方档案馆的第三个柜子中。</p>\
<p>研究者后来找到其中的二十户，记下了他们的回忆。这些回忆彼此矛盾，却都提到那一年的大水，以及大水之后来的那些陌生人和他们带来的机器。</p>";

/// The seed's form: an article, and beside it the list of its author's works, most of them not linked.
fn article_with_works() -> String {
    let mut html = String::from(
        "<html lang=zh><head><title>港口改造十年</title></head><body><div class=side><h3>作者及其成果</h3><ul>",
    );
    for i in 0..20 {
        let title = format!("论港口经济的第{i}个问题与政策选择");
        let _ = match i % 7 {
            0 => write!(html, "<li><a href='/lib/{i}.html'>{title}</a></li>"),
            _ => write!(html, "<li>{title}</li>"),
        };
    }
    html.push_str("</ul></div><div class=main><h1>港口改造十年</h1><p>李新</p><p>2016-12-26</p>");
    for part in 1..4 {
        let _ = write!(html, "<h2>第{part}节</h2>{}", PROSE.replace("<p>", &format!("<p>第{part}次，")));
    }
    html + "</div></body></html>"
}

#[test]
fn titles_without_links_beside_an_article_are_works() {
    let parsed = page("https://think.example/lib/7001.html", PageKind::Article, &article_with_works());
    assert_eq!(parsed.kind.value, PageKind::Article);
    let listing = parsed.listing.unwrap();
    assert_eq!(listing.works.len(), 20);
    assert_eq!(listing.works[1].title, "论港口经济的第1个问题与政策选择");
    assert_eq!(listing.works[1].url, None);
    assert_eq!(listing.works[7].url.as_deref(), Some("https://think.example/lib/7.html"));
}

#[test]
fn an_article_with_related_links_has_no_list() {
    let html = format!(
        "<html><body>{SIDEBAR}<main><h1>港口改造十年</h1>{PROSE}{PROSE}<h3>相关阅读</h3><ul>\
         <li><a href='/lib/1.html'>也谈河口的治理与历史经验</a> 2015-01-01</li><li><a href='/lib/2.html'>再谈河口的治理与历史经验</a> 2015-01-02</li>\
         <li><a href='/lib/3.html'>三谈河口的治理与历史经验</a> 2015-01-03</li></ul></main></body></html>"
    );
    let parsed = page("https://think.example/lib/7001.html", PageKind::Other, &html);
    assert_eq!(parsed.kind.value, PageKind::Article);
    assert_eq!(parsed.listing, None);
}

#[test]
fn the_empty_list_is_told_from_the_broken_one() {
    let empty = "<body><main><h1>Jane Doe</h1><p>No posts by this author yet.</p></main></body>";
    assert_eq!(listing("https://review.example/author/jane-doe/", empty).container, Container::Empty);
    let broken = "<body><main><h1>Jane Doe</h1><div id=app></div></main></body>";
    assert_eq!(listing("https://review.example/author/jane-doe/", broken).container, Container::Missing);
}

#[test]
fn a_declared_list_stands_in_for_one_that_scripts_draw() {
    let html = r#"<head><script type="application/ld+json">{"@type":"CollectionPage","mainEntity":{"@type":"ItemList",
      "itemListElement":[{"@type":"ListItem","position":1,"item":{"@type":"Article","headline":"First","url":"/1","datePublished":"2020-05-06"}},
      {"@type":"ListItem","position":2,"url":"/2","name":"Second"}]}}</script></head><body><div id=app></div></body>"#;
    let listing = listing("https://review.example/author/x/", html);
    assert_eq!(titles(&listing), ["First", "Second"]);
    assert_eq!(listing.works[0].evidence, Evidence::JsonLd);
}

#[test]
fn a_feed_marked_up_in_the_page_is_a_list() {
    let entry = |i: usize| {
        format!(
            "<article class=h-entry><h2 class=p-name><a class=u-url href=/notes/{i}>Note {i}, on the harbour and its boats</a></h2>\
             <time class=dt-published datetime=2020-05-0{i}>May</time><p class=p-summary>A few words.</p></article>"
        )
    };
    let entries: String = (1..6).map(entry).collect();
    let html = format!("<body><div class=h-feed><h1 class=p-name>Notes</h1>{entries}</div></body>");
    let listing = listing("https://review.example/author/x/", &html);
    assert_eq!(listing.works.len(), 5);
    assert_eq!(listing.works[0].title, "Note 1, on the harbour and its boats");
    assert_eq!(listing.works[4].date.unwrap().to_string(), "2020-05-05");
}

#[test]
fn wares_are_no_works() {
    let card = |i: usize| {
        format!(
            "<li><h3><a href='/ring-{i}'>Silver ring with a stone, number {i}</a></h3><span>{i}9.00 €</span></li>"
        )
    };
    let cards: String = (1..9).map(card).collect();
    let parsed =
        page("https://shop.example/rings/", PageKind::Other, &format!("<body><ul>{cards}</ul></body>"));
    assert_eq!(parsed.kind.value, PageKind::Listing);
    assert!(parsed.listing.is_none_or(|l| l.works.is_empty()));
}

#[test]
fn next_pages_by_their_words() {
    let with_pager = |pager: &str| {
        let items: String = (0..8)
            .map(|i| format!("<li><a href='/news/2020/{i}.html'>第{i}条消息：港口的改造又有新的进展</a> 2020-01-0{}</li>", i + 1))
            .collect();
        listing(
            "https://a.example/news/list_2.html",
            &format!("<body><ul>{items}</ul><div class=p>{pager}</div></body>"),
        )
        .next_pages
    };
    let first = |pager: &str| with_pager(pager).first().cloned().unwrap_or_default();
    assert_eq!(
        first("<a href=list_1.html>上一页</a><a href=list_3.html>下一页</a>"),
        "https://a.example/news/list_3.html"
    );
    assert_eq!(
        first("<a href=list_1.html>1</a> 2 <a href=list_3.html>3</a> <a href=list_4.html>4</a>"),
        "https://a.example/news/list_3.html"
    );
    assert_eq!(
        first("<a href='?page=1'>«</a><a href='?page=3'>»</a>"),
        "https://a.example/news/list_2.html?page=3"
    );
    assert_eq!(first("<a href=/login>Weiter zum Login der Redaktion</a>"), "");
}

/// The first next page of a list of articles at `path` that ends in `pager`.
#[track_caller]
fn check_next(path: &str, pager: &str, next: &str) {
    let items: String = (0..8)
        .map(|i| format!("<li><a href='/2020/{i}.html'>The rebuilding of the harbour, part {i} of many</a> 2020-01-0{}</li>", i + 1))
        .collect();
    let html = format!("<body><main><ul>{items}</ul></main><nav class=pages>{pager}</nav></body>");
    let found = listing(&format!("https://a.example{path}"), &html).next_pages;
    assert_eq!(
        found.first().map(String::as_str),
        Some(format!("https://a.example{next}").as_str()),
        "{pager}"
    );
}

#[test]
fn next_pages_as_sites_write_them() {
    check_next("/author/x/", "<link rel=next href=/author/x/page/2/>", "/author/x/page/2/");
    check_next("/author/x/", "<a rel=next href=/author/x/p2>2</a>", "/author/x/p2");
    check_next("/list_1_1.html", "<a href=list_1_2.html>下一页</a>", "/list_1_2.html");
    check_next(
        "/list_1_1.html",
        "<a href=list_1_1.html>首页</a><a href=list_1_2.html>下页</a>",
        "/list_1_2.html",
    );
    check_next(
        "/list_1_1.html",
        "<b>1</b> <a href=list_1_2.html>2</a> <a href=list_1_3.html>3</a>",
        "/list_1_2.html",
    );
    check_next("/author/x/", "<a href=/author/x/page/2/>Older posts</a>", "/author/x/page/2/");
    check_next("/blog/page/2", "<a href=/blog/>‹</a> <a href=/blog/page/3>›</a>", "/blog/page/3");
    check_next("/blog?page=1", "1 <a href='?page=2'>2</a> <a href='?page=3'>3</a>", "/blog?page=2");
    check_next("/blog/", "<a href='/blog/?page=2'>Weiter</a>", "/blog/?page=2");
    check_next("/blog/", "<a href='/blog/seite/2/'>Ältere Beiträge</a>", "/blog/seite/2/");
    check_next("/blog/", "<a href='/blog/?p=2'>次のページ</a>", "/blog/?p=2");
    check_next("/blog/", "<a href='/blog/?paged=2'>Page suivante</a>", "/blog/?paged=2");
    check_next("/blog/", "<a href='/blog/page/2/'>Página siguiente</a>", "/blog/page/2/");
    check_next("/blog/", "<a href='/blog/page/2/'>Следующая страница</a>", "/blog/page/2/");
    check_next("/blog/", "<a href='/blog/page/2/'>التالي</a>", "/blog/page/2/");
    check_next("/blog/", "<a href='/blog/page/2/'>다음</a>", "/blog/page/2/");
}

/// An author page whose list stands under what says who its author is.
fn page_of(head: &str, about: &str) -> model::AuthorProfile {
    let items: String = (0..6)
        .map(|i| {
            format!("<li><a href='/works/{i}.html'>A study of the harbour and its people, part {i}</a> 2020-01-0{}</li>", i + 1)
        })
        .collect();
    let html = format!(
        "<html><head>{head}</head><body><main>{about}<ul class=works>{items}</ul></main></body></html>"
    );
    listing("https://think.example/people/mara-lind/", &html).author.expect("a profile")
}

#[track_caller]
fn check_profile(profile: &model::AuthorProfile, evidence: Evidence, same_as: &[&str]) {
    let field = |value: &str| Some(Field::new(value.to_owned(), evidence));
    assert_eq!(profile.name, field("Mara Lind"));
    assert_eq!(profile.affiliation, field("Institute of Ports"));
    assert_eq!(profile.biography, field("Mara Lind studies ports and the people who live by them."));
    assert_eq!(profile.portrait, field("https://think.example/img/mara.jpg"));
    assert_eq!(profile.same_as.iter().map(|f| f.value.as_str()).collect::<Vec<_>>(), same_as);
}

#[test]
fn a_profile_declared_in_json() {
    let head = r#"<script type="application/ld+json">{"@type":"ProfilePage","mainEntity":{"@type":"Person","name":"Mara Lind",
        "affiliation":[{"@type":"Organization","name":"Institute of Ports"}],"image":[{"@type":"ImageObject","contentUrl":"/img/mara.jpg"}],
        "description":"Mara Lind studies ports and the people who live by them.","sameAs":"https://social.example/@mara",
        "identifier":{"@type":"PropertyValue","propertyID":"ORCID","value":"0000-0002-1694-233X"}}}</script>"#;
    let profile = page_of(head, "<h1>Somebody</h1>");
    let same = ["https://social.example/@mara", "https://orcid.org/0000-0002-1694-233X"];
    check_profile(&profile, Evidence::JsonLd, &same);
}

#[test]
fn a_profile_in_microdata() {
    let about = r#"<div itemscope itemtype="https://schema.org/Person"><h1 itemprop=name>Mara Lind</h1>
        <img itemprop=image src=/img/mara.jpg><div itemprop=affiliation itemscope itemtype="https://schema.org/Organization">
        <span itemprop=name>Institute of Ports</span> <a itemprop=sameAs href="https://ports.example/">its site</a></div>
        <p itemprop=description>Mara Lind studies ports and the people who live by them.</p>
        <a itemprop=sameAs href="https://social.example/@mara">elsewhere</a></div>"#;
    check_profile(&page_of("", about), Evidence::Microdata, &["https://social.example/@mara"]);
}

#[test]
fn a_profile_as_a_card() {
    let about = r#"<div class="h-card"><h1 class=p-name>Mara Lind</h1><img class=u-photo src=/img/mara.jpg>
        <span class=p-org>Institute of Ports</span><p class=p-note>Mara Lind studies ports and the people who live by them.</p>
        <a class=u-url href="/people/mara-lind/">here</a> <a class=u-url href="https://mara.example/">home</a>
        <a rel=me href="https://social.example/@mara">elsewhere</a></div>"#;
    let same = ["https://mara.example/", "https://social.example/@mara"];
    check_profile(&page_of("<meta property=og:type content=profile>", about), Evidence::Microformat, &same);
}

#[test]
fn works_with_co_authors_and_venue() {
    let row = |i: usize| {
        format!(
            "<li class=paper><span class=authors>Mara Lind, John Roe</span>. <a class=title href='/p/{i}.pdf'>On the {i}th question \
             of the harbour dues</a>. <cite>Journal of Ports</cite>, 201{i}-05-06.</li>"
        )
    };
    let rows: String = (1..8).map(row).collect();
    let html = format!("<body><h1>Publications of Mara Lind</h1><ul>{rows}</ul></body>");
    let listing = listing("https://think.example/people/mara-lind/", &html);
    assert_eq!(listing.works.len(), 7);
    let work = &listing.works[1];
    assert_eq!(work.title, "On the 2th question of the harbour dues");
    assert_eq!(work.authors, ["Mara Lind", "John Roe"]);
    assert_eq!(work.source.as_deref(), Some("Journal of Ports"));
    assert_eq!(work.date.unwrap().to_string(), "2012-05-06");
}

#[test]
fn the_entries_of_an_h_feed_are_works() {
    let entry = |i: usize| {
        format!(
            "<article class=h-entry><h2 class=p-name><a class='u-url' href='/notes/{i}'>Note {i}: the tide</a></h2>\
             <a class='p-author h-card' href='/'>Mara Lind</a> <time class=dt-published datetime='2022-03-0{i}'>March</time>\
             <p class=p-summary>What note {i} says of the tide, told in a line that is neither long nor short.</p></article>"
        )
    };
    let entries: String = (1..6).map(entry).collect();
    let listing = listing(
        "https://mara.example/",
        &format!("<body>{SIDEBAR}<div class=h-feed><h1>Mara Lind</h1>{entries}</div></body>"),
    );
    assert_eq!(listing.works.len(), 5);
    assert_eq!(listing.works[0].url.as_deref(), Some("https://mara.example/notes/1"));
    assert_eq!(listing.works[0].title, "Note 1: the tide");
    assert_eq!(listing.works[0].date.unwrap().to_string(), "2022-03-01");
    assert_eq!(listing.works[0].authors, ["Mara Lind"]);
}
