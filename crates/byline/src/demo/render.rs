//! Makes the bundled site's pages of their texts.

use super::{Answer, Pages};
use std::fmt::Write;

/// Where the three authors are followed.
pub(super) const AUTHOR_PAGES: [&str; 3] = ["/experts/li-xin", "/people/mara-lindqvist", "/zl/chenmo/"];

const SHELL: &str = include_str!("pages/shell.html");
/// An author page as a reader sees it: a list of 20 titles, then an article whose body stands there twice.
const SEED: &str = include_str!("pages/seed.txt");
const ESSAYS: &str = include_str!("pages/essays.txt");
const NOTES: &str = include_str!("pages/notes.txt");

const HTML: &str = "text/html; charset=utf-8";
/// No charset: it stands only in the page's own `<meta>`.
const BARE_HTML: &str = "text/html";

/// Entries on one page of the English author page.
const PER_PAGE: usize = 4;

/// Titles of the seed's list that have a link, and where it leads; the rest is plain text.
fn links(elsewhere: &str) -> [(&'static str, String); 4] {
    [
        ("中俄关系2015:高调前行、道路曲折", "/articles/2016/zhong-e-2015".to_owned()),
        // Its address is gone.
        ("发展中国家建构自己理论的必要性", "/articles/lilun".to_owned()),
        // Moved since.
        ("中国智慧与力量造福世界", "/old/zhihui.html".to_owned()),
        // Published on another site.
        ("金砖国家将建立更密切合作伙伴关系", format!("{elsewhere}/2015/huoban.html")),
    ]
}

pub(super) fn main_site(elsewhere: &str) -> Pages {
    let mut pages = Pages::new();
    let mut put = |path: &str, html: String| {
        pages.insert(path.to_owned(), Answer::Page(html.into_bytes(), HTML));
    };
    put("/", front());
    put("/experts/li-xin", expert(elsewhere));
    put("/articles/2016/zhong-e-2015", seed_article(elsewhere));
    let notes = texts(NOTES);
    if let Some(note) = notes.iter().find(|t| t.slug == "zhihui") {
        put("/articles/2016/zhihui", chinese_article(note));
    }
    let essays = texts(ESSAYS);
    for essay in &essays {
        put(&format!("/essays/{}", essay.slug), essay_page(essay, &essays));
    }
    for (number, chunk) in essays.chunks(PER_PAGE).enumerate() {
        put(&person_path(number + 1), person_page(number + 1, essays.len().div_ceil(PER_PAGE), chunk));
    }
    pages.insert("/old/zhihui.html".to_owned(), Answer::Moved("/articles/2016/zhihui".to_owned()));
    let robots = b"User-agent: *\nDisallow: /admin/\n".to_vec();
    pages.insert("/robots.txt".to_owned(), Answer::Page(robots, "text/plain"));
    let gbk: [(&str, &[u8]); 4] = [
        ("/zl/chenmo/", include_bytes!("pages/suibi-index.gbk.html")),
        ("/zl/chenmo/shanshui.html", include_bytes!("pages/suibi-shanshui.gbk.html")),
        ("/zl/chenmo/chaguan.html", include_bytes!("pages/suibi-chaguan.gbk.html")),
        ("/zl/chenmo/jiushu.html", include_bytes!("pages/suibi-jiushu.gbk.html")),
    ];
    for (path, bytes) in gbk {
        pages.insert(path.to_owned(), Answer::Page(bytes.to_vec(), BARE_HTML));
    }
    pages
}

/// The site that one entry of the list leads to. It has no robots.txt.
pub(super) fn other_site() -> Pages {
    let notes = texts(NOTES);
    let pages = notes.iter().filter(|t| t.slug == "huoban");
    pages
        .map(|note| ("/2015/huoban.html".to_owned(), Answer::Page(chinese_article(note).into_bytes(), HTML)))
        .collect()
}

/// One text of a file: `# slug | date | title`, then a paragraph a line.
struct Text<'a> {
    slug: &'a str,
    date: &'a str,
    title: &'a str,
    paragraphs: Vec<&'a str>,
}

fn texts(file: &'static str) -> Vec<Text<'static>> {
    let parts = file.split("# ").filter(|part| !part.trim().is_empty());
    parts
        .filter_map(|part| {
            let mut lines = part.lines().filter(|l| !l.is_empty());
            let mut head = lines.next()?.split('|').map(str::trim);
            Some(Text {
                slug: head.next()?,
                date: head.next()?,
                title: head.next()?,
                paragraphs: lines.collect(),
            })
        })
        .collect()
}

struct Frame<'a> {
    lang: &'a str,
    title: &'a str,
    head: &'a str,
    main: &'a str,
    aside: &'a str,
}

fn framed(frame: &Frame<'_>) -> String {
    let chinese = frame.lang == "zh";
    let (site, suffix, footer, nav) = match chinese {
        true => (
            "示例研究院",
            " - 示例研究院",
            "示例研究院 · 本站仅供演示",
            "<a href=\"/experts/li-xin\">专家</a>",
        ),
        false => (
            "The Harbour Review",
            " | The Harbour Review",
            "The Harbour Review, a bundled sample",
            "<a href=\"/people/mara-lindqvist\">People</a>",
        ),
    };
    SHELL
        .replace("{{lang}}", frame.lang)
        .replace("{{title}}", &escape(frame.title))
        .replace("{{suffix}}", suffix)
        .replace("{{head}}", frame.head)
        .replace("{{site}}", site)
        .replace("{{nav}}", nav)
        .replace("{{main}}", frame.main)
        .replace("{{aside}}", frame.aside)
        .replace("{{footer}}", footer)
}

fn front() -> String {
    let main = "<h1>The Harbour Review</h1><p>Sample pages that come with Byline.</p>\
                <p><a href=\"/experts/li-xin\">李新</a> · <a href=\"/people/mara-lindqvist\">Mara Lindqvist</a> · \
                <a href=\"/zl/chenmo/\">陈默</a></p>";
    framed(&Frame { lang: "en", title: "Welcome", head: "", main, aside: "" })
}

/// The list 作者及其成果 as the seed has it.
fn seed_list(elsewhere: &str) -> String {
    let links = links(elsewhere);
    let mut out = String::from("<h2>作者及其成果</h2>\n<ul class=\"works\">\n");
    for title in SEED.lines().filter_map(|l| l.strip_prefix("- ")) {
        let _ = match links.iter().find(|(linked, _)| *linked == title) {
            Some((_, href)) => writeln!(out, "<li><a href=\"{href}\">{}</a></li>", escape(title)),
            None => writeln!(out, "<li>{}</li>", escape(title)),
        };
    }
    out.push_str("</ul>\n");
    out
}

fn expert(elsewhere: &str) -> String {
    let main = format!(
        "<div class=\"expert\"><h1>李新</h1><p class=\"post\">俄罗斯中亚研究中心</p></div>\n{}",
        seed_list(elsewhere)
    );
    framed(&Frame { lang: "zh", title: "李新", head: "", main: &main, aside: "" })
}

/// The body plain, then again with its sub-headings, as on the page this project began with.
fn seed_article(elsewhere: &str) -> String {
    let mut lines = SEED.lines().skip_while(|l| l.starts_with("作者") || l.starts_with("- "));
    let title = lines.next().unwrap_or_default();
    let author = lines.next().unwrap_or_default();
    let date = lines.next().unwrap_or_default();
    let body: Vec<&str> = lines.filter(|l| !l.is_empty()).collect();
    let mut main = format!(
        "<h1>{}</h1>\n<div class=\"info\"><span>{author}</span> <span>{date}</span></div>\n<div class=\"text\">\n",
        escape(title)
    );
    for (i, line) in body.iter().enumerate() {
        let line_before = body[..i].contains(line);
        let _ = if line.starts_with("文献来源") {
            writeln!(main, "</div>\n<p class=\"source\">{}</p>", escape(line))
        } else if line.chars().count() < 30 && !line_before {
            writeln!(main, "<h3>{}</h3>", escape(line))
        } else {
            writeln!(main, "<p>{}</p>", escape(line))
        };
    }
    let aside = format!("<aside>\n{}</aside>", seed_list(elsewhere));
    framed(&Frame { lang: "zh", title, head: "", main: &main, aside: &aside })
}

fn chinese_article(text: &Text<'_>) -> String {
    let mut main = format!(
        "<h1>{}</h1>\n<div class=\"info\">作者:李新 发布时间:{} 来源:示例日报</div>\n<div class=\"text\">\n",
        escape(text.title),
        text.date
    );
    for paragraph in &text.paragraphs {
        let _ = writeln!(main, "<p>{}</p>", escape(paragraph));
    }
    main.push_str("</div>");
    framed(&Frame { lang: "zh", title: text.title, head: "", main: &main, aside: "" })
}

fn person_path(number: usize) -> String {
    match number {
        1 => "/people/mara-lindqvist".to_owned(),
        n => format!("/people/mara-lindqvist?page={n}"),
    }
}

fn person_page(number: usize, last: usize, essays: &[Text<'_>]) -> String {
    let mut main = String::from(
        "<section class=\"profile\"><h1>Mara Lindqvist</h1>\
         <p>Mara Lindqvist writes about small places and slow machines.</p></section>\n<section class=\"stories\">\n",
    );
    for essay in essays {
        let first: String =
            essay.paragraphs.first().map(|p| p.chars().take(120).collect()).unwrap_or_default();
        let _ = writeln!(
            main,
            "<article class=\"teaser\"><h2><a href=\"/essays/{}\">{}</a></h2>\
             <time datetime=\"{}\">{}</time><p>{}…</p></article>",
            essay.slug,
            escape(essay.title),
            essay.date,
            english_date(essay.date),
            escape(&first)
        );
    }
    main.push_str("</section>\n<nav class=\"pagination\">\n");
    if number > 1 {
        let _ = writeln!(main, "<a rel=\"prev\" href=\"{}\">Newer</a>", person_path(number - 1));
    }
    if number < last {
        let _ = writeln!(main, "<a rel=\"next\" href=\"{}\">Older</a>", person_path(number + 1));
    }
    main.push_str("</nav>");
    framed(&Frame { lang: "en", title: "Mara Lindqvist", head: "", main: &main, aside: "" })
}

fn essay_page(essay: &Text<'_>, all: &[Text<'_>]) -> String {
    let head = format!(
        "<script type=\"application/ld+json\">{{\"@context\":\"https://schema.org\",\"@type\":\"Article\",\
         \"headline\":{},\"datePublished\":\"{}T09:00:00+02:00\",\
         \"author\":{{\"@type\":\"Person\",\"name\":\"Mara Lindqvist\",\"url\":\"/people/mara-lindqvist\"}}}}</script>",
        serde_json::json!(essay.title),
        essay.date
    );
    let mut main = format!(
        "<article><h1>{}</h1>\n<p class=\"byline\">By <a rel=\"author\" href=\"/people/mara-lindqvist\">Mara Lindqvist</a>, \
         <time datetime=\"{}\">{}</time></p>\n",
        escape(essay.title),
        essay.date,
        english_date(essay.date)
    );
    for paragraph in &essay.paragraphs {
        let _ = writeln!(main, "<p>{}</p>", escape(paragraph));
    }
    main.push_str("</article>\n<div class=\"newsletter\">Get The Harbour Review by mail every Sunday. <a href=\"/subscribe\">Subscribe</a></div>");
    let mut aside = String::from("<aside class=\"popular\"><h3>Most read</h3><ol>\n");
    for other in all.iter().filter(|t| t.slug != essay.slug).take(3) {
        let _ = writeln!(aside, "<li><a href=\"/essays/{}\">{}</a></li>", other.slug, escape(other.title));
    }
    aside.push_str("</ol></aside>");
    framed(&Frame { lang: "en", title: essay.title, head: &head, main: &main, aside: &aside })
}

fn english_date(date: &str) -> String {
    date.parse::<chrono::NaiveDate>()
        .map(|d| d.format("%-d %B %Y").to_string())
        .unwrap_or_else(|_| date.to_owned())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
