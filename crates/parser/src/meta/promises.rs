//! Fields of whole pages, a promise a test.

use crate::{PageInput, Rules, parse};
use model::{Article, Evidence, Hints, Listed, PageKind, Parsed};
use url::Url;

pub(super) const TEXT: &str = "<p>The harbour was quiet that morning, and the boats lay where the tide had left them, side by \
    side on the mud. Nobody had yet come down from the town to look at what the storm had done.</p><p>Later there \
    would be talk of insurance, of ropes that should have been doubled and of a wall that had been promised for \
    years; for now there was the smell of diesel and wet wood, and a dog that ran along the quay.</p><p>By noon the \
    first of the owners had made their rounds, and the list of what was broken filled two pages of a school \
    notebook, which the harbour master kept under his arm as if it might be taken from him.</p>";

pub(super) fn parsed_with(url: &str, html: &str, hints: &Hints, x_robots_tag: Option<&str>) -> Parsed {
    let url = Url::parse(url).unwrap();
    let input = PageInput {
        url: &url,
        bytes: html.as_bytes(),
        content_type: Some("text/html; charset=utf-8"),
        x_robots_tag,
        captured_at: "2024-03-10T12:00:00Z".parse().unwrap(),
        hints,
    };
    parse(&input, &Rules::default())
}

/// A page of an article: what its head declares, and what stands between title and text, and after the text.
pub(super) fn page(head: &str, byline: &str, tail: &str) -> String {
    format!(
        "<html lang=en><head><title>After the storm | The Quay Post</title>{head}</head><body>\
        <nav><a href=/>Home</a> <a href=/about>About</a></nav><article><h1>After the storm</h1>{byline}{TEXT}{tail}\
        </article><footer>Imprint</footer></body></html>"
    )
}

pub(super) fn article(html: &str) -> Article {
    let hints = Hints { expected: PageKind::Article, authors: Vec::new(), listed: None };
    parsed_with("https://quay.example/story", html, &hints, None).article.unwrap()
}

#[track_caller]
pub(super) fn check_authors(byline: &str, expected: &[&str]) {
    let article = article(&page("", byline, ""));
    let names: Vec<&str> = article.authors.iter().map(|a| a.value.name.as_str()).collect();
    assert_eq!(names, expected, "{byline}");
}

#[track_caller]
fn check_dates(html: &str, published: Option<&str>, modified: Option<&str>) {
    let article = article(html);
    assert_eq!(article.published.map(|p| p.value.to_string()).as_deref(), published, "published");
    assert_eq!(article.modified.map(|p| p.value.to_string()).as_deref(), modified, "modified");
}

#[test]
fn bylines_become_lists_of_persons() {
    check_authors("<p>By Ada Low and Ben T. Hay</p>", &["Ada Low", "Ben T. Hay"]);
    // One name may begin another.
    check_authors("<p>By Li Xin, Li Xinyi and Zoë Ångström</p>", &["Li Xin", "Li Xinyi", "Zoë Ångström"]);
    check_authors("<p class=author>作者：李新、李新怡</p>", &["李新", "李新怡"]);
    check_authors(
        "<p>By Ada Low, Ben Hay &amp; Cleo van der Meer</p>",
        &["Ada Low", "Ben Hay", "Cleo van der Meer"],
    );
    check_authors("<p class=byline>By Ada Low, Senior Reporter</p>", &["Ada Low"]);
    check_authors("<p class=byline>Ada Low ada.low@quay.example</p>", &["Ada Low"]);
    check_authors("<p>Von Ada Low und Ben Hay</p>", &["Ada Low", "Ben Hay"]);
    check_authors("<p>By Ada Low ⋅ Review Editor ⋅ Updated November 18, 2023</p>", &["Ada Low"]);
    check_authors("<p>Dec. 19, 2023 · 2 min · Ada Low, Ben Hay</p>", &["Ada Low", "Ben Hay"]);
    check_authors("<p>2023年12月19日 · 2 分钟 · Ada Low、Ben Hay</p>", &["Ada Low", "Ben Hay"]);
    check_authors("<p>Dec. 19, 2023 · Ada Low on behalf of the Harbour Group</p>", &["Ada Low"]);
    check_authors("<div class=byline>By<span>Ada Low</span></div>", &["Ada Low"]);
    check_authors("<p>By QPN, in News</p>", &["QPN"]);
}

#[test]
fn bylines_of_many_places_and_languages() {
    for (byline, names) in [
        (
            "<p>By Ludwig von Mises, María de la Cruz and J. R. R. Low</p>",
            "Ludwig von Mises|María de la Cruz|J. R. R. Low",
        ),
        ("<p>Por Ana Pérez y Juan López</p>", "Ana Pérez|Juan López"),
        ("<p>Par Zoé Noël et Luc Roy</p>", "Zoé Noël|Luc Roy"),
        ("<p>Di Ada Rossi e Ugo Bianchi</p>", "Ada Rossi|Ugo Bianchi"),
        ("<p>Av Åsa Berg och Nils Öst</p>", "Åsa Berg|Nils Öst"),
        ("<p>Автор: Анна Иванова</p>", "Анна Иванова"),
        ("<p>Yazan: Ayşe Demir</p>", "Ayşe Demir"),
        ("<p>Oleh: Dewi Sari</p>", "Dewi Sari"),
        ("<p>Erstellt von Ada Low am 5. März 2020</p>", "Ada Low"),
        ("<p>Submitted by jdoe on 5 March 2020</p>", "jdoe"),
        ("<p>5 March 2020 10:30 by jdoe</p>", "jdoe"),
        ("<p>Sorted by date, 5 March 2020</p>", ""),
        ("<p>Author(s)</p><p>Ada M. Low</p><p>Ben Hay</p><p>May 2003</p>", "Ada M. Low|Ben Hay"),
        ("<p>By</p><p>Ada Low</p><p>Senior Editor</p>", "Ada Low"),
        (
            "<p>By QPN, in News, Harbour, Business, Property, Tourism · 5 March 2020, 20:02 · 0 Comments</p>",
            "QPN",
        ),
        ("<p class=author>Veröffentlicht am 5. März 2020</p>", ""),
        ("<p class=author>Ada Low Stand: 5. März 2020</p><p>Von Ada Low</p>", "Ada Low"),
        ("<p class=byline>Staff and news service reports</p>", ""),
        ("<p>5 March 2020 Ada Low</p><p>A wreck</p><p>1 March 2020 Ben Hay</p><p>A buoy</p>", ""),
    ] {
        check_authors(byline, &names.split('|').filter(|n| !n.is_empty()).collect::<Vec<_>>());
    }
}

#[test]
fn a_note_behind_the_text_tells_its_author() {
    let names = |head: &str, tail: &str| {
        let article = article(&page("", head, tail));
        article.authors.into_iter().map(|a| a.value.name).collect::<Vec<_>>()
    };
    let note = "<div><p>Ada Low</p><p>Ada Low is a harbour master who writes on storms.</p></div>";
    assert_eq!(names("", note), ["Ada Low"]);
    let note = "<div><p>Ada</p><p>Ada is a harbour master who writes on storms.</p></div>";
    assert_eq!(names("<p>Ada</p><p>5 March 2020</p>", note), ["Ada"]);
    assert_eq!(names("", note), [""; 0]);
    let heading = "<h2>Storm Care</h2><p>Storm Care is the doubling of ropes before the wind comes.</p>";
    assert_eq!(names("", heading), [""; 0]);
    assert_eq!(
        names("", "<div><p>Ben Hay</p><p>The next storm is a month away, they say.</p></div>"),
        [""; 0]
    );
}

#[test]
fn a_house_signs_where_author_publisher_and_site_are_one() {
    let names = |author: &str, byline: &str| {
        let head = format!(
            "<meta property='og:site_name' content='Quay Post'><script type='application/ld+json'>{{\"@type\":\
            \"NewsArticle\",\"author\":{author},\"publisher\":{{\"@type\":\"Organization\",\"name\":\
            \"Quay Post\"}}}}</script>"
        );
        let article = article(&page(&head, byline, ""));
        article.authors.into_iter().map(|a| a.value.name).collect::<Vec<_>>()
    };
    let house = r#"{"@type":"Organization","name":"Quay Post"}"#;
    assert_eq!(names(house, ""), ["Quay Post"]);
    assert_eq!(names(house, "<p>By Ada Low</p>"), ["Ada Low"]);
    assert_eq!(names(r#"{"@type":"Organization","name":"Quay Post Ltd"}"#, ""), [""; 0]);
}

#[test]
fn staff_and_site_are_no_persons() {
    let site =
        page("<meta property='og:site_name' content='QPN'>", "<p class=byline>By Ada Low, QPN NORTH</p>", "");
    assert_eq!(article(&site).authors.len(), 1);
    check_authors("<p class=byline>By Staff</p>", &[]);
    let site = page(
        "<meta property='og:site_name' content='The Quay Post'>",
        "<p class=byline>The Quay Post</p>",
        "",
    );
    assert!(article(&site).authors.is_empty());
    check_authors("<p class=author>Quay Staff</p><p>By Ada Low</p>", &["Ada Low"]);
}

#[test]
fn a_portraits_name_beside_the_title_is_the_authors() {
    check_authors(
        "<div><p>Ada Low</p><p>5 March 2020</p></div><img alt='Photo of Ada Low' src=/a.jpg>",
        &["Ada Low"],
    );
    check_authors("<div><p>Harbour News</p><p>5 March 2020</p></div>", &[]);
}

#[test]
fn a_teasers_author_is_not_the_pages() {
    let teaser = "<div itemscope itemtype='https://schema.org/Article'><span itemprop=author>Ben Hay</span>\
        <p>Another story</p></div>";
    let html = page("", "", "").replace("</article>", &format!("</article>{teaser}"));
    assert!(article(&html).authors.is_empty());
}

#[test]
fn chinese_bylines() {
    let text = "<p>港口那天早晨很安静，船只停在潮水退去的地方，并排躺在淤泥上，镇上还没有人下来看暴风雨造成了什么。</p>\
        <p>后来人们谈到保险，谈到本该加倍的缆绳，还有一堵承诺了多年的墙；眼下只有柴油和湿木头的气味，还有一条狗沿着码头奔跑。</p>";
    for (byline, expected) in [
        ("作者：李新 王方", vec!["李新", "王方"]),
        ("文/李新", vec!["李新"]),
        ("本报记者 李新 王方", vec!["李新", "王方"]),
    ] {
        let html = format!(
            "<html lang=zh><head><title>暴风雨之后的港口_某某网</title></head><body><h1>暴风雨之后的港口</h1>\
            <p>{byline}</p>{text}{text}</body></html>"
        );
        let article = article(&html);
        let names: Vec<&str> = article.authors.iter().map(|a| a.value.name.as_str()).collect();
        assert_eq!(names, expected, "{byline}");
    }
}

#[test]
fn the_owner_of_a_personal_site_is_its_author() {
    let mine = "<p>I went there, I looked, and I wrote down what my neighbours said.</p>";
    let html = page("", "", mine).replace("The Quay Post", "Ada Low");
    let hints = Hints { expected: PageKind::Article, authors: Vec::new(), listed: None };
    let at = |host: &str| {
        let parsed = parsed_with(&format!("https://{host}/story"), &html, &hints, None);
        parsed.article.unwrap().authors.into_iter().map(|a| a.value.name).collect::<Vec<_>>()
    };
    assert_eq!(at("adalow.example"), ["Ada Low"]);
    assert_eq!(at("harbour.example"), [""; 0]);
    // The site's name has the form of a person's, and who writes says their own beside the text.
    let side = "</article><aside><p>Hi, I'm Ben Hay. On this site I write about harbours.</p></aside>";
    let html = html.replace("</article>", side);
    let parsed = parsed_with("https://adalow.example/story", &html, &hints, None);
    assert_eq!(parsed.article.unwrap().authors[0].value.name, "Ben Hay");
}

#[test]
fn published_and_modified_are_kept_apart_with_their_zones() {
    let head = "<meta property='article:published_time' content='2020-03-05T22:30:00-05:00'>\
        <meta property='article:modified_time' content='2020-04-01T08:00:00+02:00'>";
    check_dates(&page(head, "", ""), Some("2020-03-05T22:30:00-05:00"), Some("2020-04-01T08:00:00+02:00"));
    let line = "<p>Published 5 March 2020 | Updated 1 April 2020</p>";
    check_dates(&page("", line, ""), Some("2020-03-05"), Some("2020-04-01"));
    check_dates(
        &page("", "<p>March 5, 2020 - Updated April 1, 2020</p>", ""),
        Some("2020-03-05"),
        Some("2020-04-01"),
    );
}

#[test]
fn the_first_date_is_the_one_that_is_called_so() {
    let tail = "<p>This article was originally published on 5 March 2019 and is kept up to date.</p>";
    check_dates(&page("", "<p class=date>30 September 2022</p>", tail), Some("2019-03-05"), None);
}

#[test]
fn dates_are_read_in_the_calendars_and_languages_of_their_pages() {
    for (line, day) in [
        ("发布时间：2020年3月5日 10:30", "2020-03-05T10:30:00"),
        ("二〇二〇年三月五日", "2020-03-05"),
        ("令和2年3月5日", "2020-03-05"),
        ("中華民國109年3月5日", "2020-03-05"),
        ("입력 2020. 3. 5. 오후 3:05", "2020-03-05T15:05:00"),
        ("5 มีนาคม 2563", "2020-03-05"),
        ("٥ مارس ٢٠٢٠", "2020-03-05"),
        ("الخميس 5 آذار / مارس 2020", "2020-03-05"),
        ("Donnerstag, den 5. März 2020", "2020-03-05"),
        ("le jeudi 5 mars 2020 à 10h30", "2020-03-05T10:30:00"),
        ("jueves, 5 de marzo de 2020", "2020-03-05"),
        ("giovedì 5 marzo 2020", "2020-03-05"),
        ("5 марта 2020 г.", "2020-03-05"),
        ("5 Mart 2020 Perşembe", "2020-03-05"),
        ("2020. március 5.", "2020-03-05"),
        ("2020 m. kovo 5 d.", "2020-03-05"),
        ("Ngày 5 tháng 3 năm 2020", "2020-03-05"),
        ("Thursday, March 5th, 2020", "2020-03-05"),
        ("Am 5. März 2020 um 23:03 Uhr veröffentlicht", "2020-03-05T23:03:00"),
    ] {
        check_dates(&page("", &format!("<p>{line}</p>"), ""), Some(day), None);
    }
}

#[test]
fn what_is_beside_the_article_is_not_of_its_day() {
    // Another article's item of microdata.
    let other = "<div itemscope itemtype='https://schema.org/Article'><h3>A wreck</h3>\
        <span itemprop=datePublished content=2022-05-05>5 May 2022</span></div>";
    let head = "<meta name=date content=2020-03-05>";
    check_dates(
        &page(head, "", "").replace("<footer>", &format!("{other}<footer>")),
        Some("2020-03-05"),
        None,
    );
    // A change told beside the title, and days of other articles behind the text.
    let others = "<h3>More</h3><p>5 May 2022</p><p>A wreck</p><p>4 May 2022</p><p>A buoy</p>";
    let html = page("", "<p>Last modified: 5 March 2020</p>", others);
    check_dates(&html, Some("2020-03-05"), Some("2020-03-05"));
}

#[test]
fn dates_of_other_things_are_none() {
    let spans = "<p>Applications from 1 November 2023 to 30 November 2023</p>";
    check_dates(&page("", spans, ""), None, None);
    check_dates(
        &page("", "<p>Joined: 18.09.2008</p><p>21.01.2019, 05:42</p>", ""),
        Some("2019-01-21T05:42:00"),
        None,
    );
}

#[test]
fn relative_dates_are_counted_from_the_capture() {
    check_dates(&page("", "<p>3 hours ago</p>", ""), Some("2024-03-10"), None);
    check_dates(&page("", "<p>5 years ago</p>", ""), None, None);
}

#[test]
fn the_future_is_refused_and_the_time_before_the_web_needs_a_declaration() {
    let declared = |day: &str| page(&format!("<meta name=date content={day}>"), "", "");
    check_dates(&page("", "<p>5 March 2031</p>", ""), None, None);
    check_dates(&declared("2031-03-05"), None, None);
    check_dates(&page("", "<p>5 March 1968</p>", ""), None, None);
    check_dates(&declared("1968-03-05"), Some("1968-03-05"), None);
    check_dates(&declared("1970-01-01"), None, None);
}

#[test]
fn an_address_with_a_day_is_no_younger_than_its_page() {
    let hints = Hints { expected: PageKind::Article, authors: Vec::new(), listed: None };
    let html = page("<meta property='article:published_time' content='2019-06-17'>", "", "");
    let parsed = parsed_with("https://quay.example/2017/7/12/story", &html, &hints, None);
    let published = parsed.article.unwrap().published.unwrap();
    assert_eq!((published.value.to_string().as_str(), published.evidence), ("2017-07-12", Evidence::Url));
}

#[test]
fn sources_are_trusted_in_their_order() {
    let ld = "<script type='application/ld+json'>{\"@graph\":[{\"@type\":\"WebSite\",\"name\":\"The Quay Post\"},\
        {\"@type\":[\"NewsArticle\"],\"datePublished\":\"2020-03-01\",\"author\":{\"@id\":\"#a\"},},\
        {\"@id\":\"#a\",\"@type\":\"Person\",\"name\":\"Ada Low\"}]}</script>";
    let micro = "<p itemscope itemtype='https://schema.org/Article'><meta itemprop=datePublished content=2020-03-02></p>";
    let meta = "<meta name=citation_date content=2020-03-03>";
    let line = "<p>By Ada Low, 4 March 2020</p>";
    let from = |html: &str| {
        let hints = Hints {
            expected: PageKind::Article,
            authors: Vec::new(),
            listed: Some(Listed { date: "2020-03-05".parse().ok(), ..Listed::default() }),
        };
        let parsed = parsed_with("https://quay.example/2020/03/06/story", html, &hints, None);
        parsed.article.unwrap().published.map(|p| (p.value.to_string(), p.evidence)).unwrap()
    };
    let is = |day: &str, evidence| (day.to_owned(), evidence);
    assert_eq!(from(&page(&format!("{ld}{meta}"), micro, "")), is("2020-03-01", Evidence::JsonLd));
    assert_eq!(from(&page(meta, micro, "")), is("2020-03-02", Evidence::Microdata));
    assert_eq!(from(&page(meta, "", "")), is("2020-03-03", Evidence::Meta));
    assert_eq!(from(&page("", line, "")), is("2020-03-04", Evidence::Visible));
    assert_eq!(from(&page("", "", "")), is("2020-03-05", Evidence::Listing));
    let article = article(&page(ld, line, ""));
    assert_eq!(article.authors[0].value.name, "Ada Low");
    assert_eq!(article.authors[0].evidence, Evidence::JsonLd);
}

#[test]
fn section_tags_canonical_image_and_source() {
    let head = "<link rel=canonical href=/story><meta property='article:section' content=Coast>\
        <meta property='article:tag' content=storm><meta property='article:tag' content=harbour>\
        <meta property='og:image' content=/lead.jpg>";
    let article = article(&page(head, "", "<p>First published in The Tidal Review.</p>"));
    assert_eq!(article.section.unwrap().value, "Coast");
    assert_eq!(article.tags.into_iter().map(|t| t.value).collect::<Vec<_>>(), ["storm", "harbour"]);
    assert_eq!(article.canonical_url.unwrap().value, "https://quay.example/story");
    assert_eq!(article.lead_image.unwrap().value, "https://quay.example/lead.jpg");
    assert_eq!(article.source.unwrap().value, "The Tidal Review");
}

#[test]
fn every_robots_header_counts() {
    let hints = Hints { expected: PageKind::Article, authors: Vec::new(), listed: None };
    let html = page("<meta name=robots content='NOARCHIVE'>", "", "");
    let tags = Some("noindex\nnofollow, noindex\notherbot: nosnippet");
    let parsed = parsed_with("https://quay.example/story", &html, &hints, tags);
    assert_eq!(parsed.robots, ["noarchive", "noindex", "nofollow"]);
}

#[test]
fn the_sites_name_in_the_head_is_no_author_where_another_is_known() {
    let html = page("<meta name=author content='The Quay Post'>", "", "");
    let hints = Hints { expected: PageKind::Article, authors: vec!["Ada Low".to_owned()], listed: None };
    let found = parsed_with("https://quay.example/story", &html, &hints, None).article.unwrap();
    assert!(found.authors.is_empty(), "{:?}", found.authors);
}

#[test]
fn authors_who_are_each_linked_and_marked_are_joint() {
    let author = |slug: &str, name: &str| {
        format!(
            "<div><a href=/authors/{slug}><span class=authorName>{name}</span></a><small>Correspondent</small></div>"
        )
    };
    check_authors(
        &format!("<div>{}{}</div>", author("ada-low", "Ada Low"), author("ben-hay", "Ben Hay")),
        &["Ada Low", "Ben Hay"],
    );
}
