//! How fast the parser is: beside bare tree building, and on pages made to be slow.
//!
//! `cargo run --release -p parser --example speed -- [FOLDER...]` reads `*.html` and `*.html.gz` in the folders;
//! without one, pages in the shape of real ones that it makes itself.

mod timing;

use model::PageKind;
use std::{
    env, fs,
    io::{self, Read, Write},
    path::Path,
};
use timing::{Fetched, compare, hints, timed};

fn main() -> io::Result<()> {
    let mut pages = Vec::new();
    for folder in env::args().skip(1) {
        read(Path::new(&folder), &mut pages)?;
    }
    if pages.is_empty() {
        pages.extend((0..60).map(|n| fetched(made(n))));
    }
    let mut out = io::stdout().lock();
    compare(&mut out, &pages.iter().collect::<Vec<_>>())?;
    for (name, page) in hostile() {
        let megabytes = page.len() as f64 / 1e6;
        let page = fetched(page);
        let took =
            timed(|| drop(parser::parse(&page.input(&hints(PageKind::Other)), &parser::Rules::default()))).1;
        let took = took.as_secs_f64() * 1e3;
        writeln!(out, "{took:8.1} ms, {:6.1} ms a MB  {name}", took / megabytes)?;
    }
    Ok(())
}

fn read(folder: &Path, pages: &mut Vec<Fetched>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.to_string_lossy();
        let mut bytes = Vec::new();
        if name.ends_with(".html.gz") {
            flate2::read::MultiGzDecoder::new(fs::File::open(&path)?).read_to_end(&mut bytes)?;
        } else if name.ends_with(".html") {
            bytes = fs::read(&path)?;
        } else {
            continue;
        }
        pages.extend(
            url::Url::parse("https://paper.example/2024/03/story.html").map(|url| Fetched { url, bytes }),
        );
    }
    Ok(())
}

fn fetched(html: String) -> Fetched {
    #[expect(clippy::expect_used, reason = "a constant")]
    let url = url::Url::parse("https://paper.example/2024/03/story.html").expect("a valid address");
    Fetched { url, bytes: html.into_bytes() }
}

/// A page of about 150 kB as papers have them: two thirds scripts, styles and menus around forty paragraphs.
fn made(n: usize) -> String {
    let sentence = |k: usize| {
        format!(
            "The council of ward {k} met again, and after {n} hours of talk it was clear, to those who had stayed, that nothing would change. "
        )
    };
    let mut html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Story {n} of the ward | The Paper</title>\
         <meta property=\"og:title\" content=\"Story {n} of the ward\"><meta name=\"author\" content=\"Jane Doe\">\
         <script type=\"application/ld+json\">{{\"@type\":\"NewsArticle\",\"headline\":\"Story {n} of the ward\",\
         \"datePublished\":\"2024-03-05T10:00:00Z\",\"author\":{{\"@type\":\"Person\",\"name\":\"Jane Doe\"}}}}</script>"
    );
    for k in 0..40 {
        html.push_str(&format!(
            "<link rel=\"preload\" href=\"/static/{k}.js\" as=\"script\"><script>(function(w,d){{if(w.a{k}<d&&d<3){{w.b=\"{}\"}}}})(1,2)</script>",
            "0123456789abcdef".repeat(60)
        ));
    }
    html.push_str(&format!(
        "<style>{}</style></head><body class=\"single post-{n}\">",
        ".col-md-4 > a{color:#123}\n".repeat(400)
    ));
    for k in 0..160 {
        html.push_str(&format!("<li class=\"menu-item menu-item-{k}\"><a class=\"nav__link\" href=\"/section/{k}?a=1&amp;b=2\" data-track=\"nav\">Section {k}</a></li>\n"));
    }
    html.push_str("<article class=\"post-content\"><h1>");
    html.push_str(&format!("Story {n} of the ward</h1><p class=\"byline\">By <a rel=\"author\" href=\"/author/jane\">Jane Doe</a> | March 5, 2024</p>"));
    for k in 0..40 {
        html.push_str(&format!(
            "<p>{}<a href=\"/about/{k}\">About it</a>, he said &mdash; and left.</p>\n",
            sentence(k).repeat(4)
        ));
    }
    html.push_str("</article><section class=\"related\">");
    for k in 0..60 {
        html.push_str(&format!("<div class=\"teaser teaser--small\"><a href=\"/2024/02/{k}\"><img src=\"/i/{k}.jpg\" alt=\"\"><h3>Another story, number {k}</h3></a><span class=\"teaser__date\">February {}, 2024</span></div>\n", k % 28 + 1));
    }
    for k in 0..60 {
        html.push_str(&format!("<div class=\"comment\" id=\"comment-{k}\"><b class=\"comment-author\">Reader {k}</b><p>{}</p></div>\n", sentence(k)));
    }
    html.push_str("</section><footer><a href=\"/imprint\">Imprint</a></footer></body></html>");
    html
}

/// Pages that take quadratic time, or far too much memory, where a parser has not thought of them.
fn hostile() -> Vec<(&'static str, String)> {
    let numbered = |n: usize, make: &dyn Fn(usize) -> String| (0..n).map(make).collect::<String>();
    vec![
        ("nested div", "<div>".repeat(80_000)),
        ("nested lists", "<ul><li>".repeat(40_000)),
        ("nested tables", "<table><tr><td>".repeat(30_000)),
        ("nested formatting", "<b><i><p>".repeat(40_000)),
        ("formatting never closed", "<p><b><i><a href=x>word ".repeat(30_000)),
        ("nested fonts with attributes", numbered(40_000, &|n| format!("<font a{n}=1>"))),
        ("one line of text", "word, ".repeat(1_700_000)),
        ("one line of Chinese", "作者来源，".repeat(200_000)),
        ("one word", "a".repeat(10_000_000)),
        (
            "colspan and rowspan",
            "<table><tr><td colspan=1000000000 rowspan=1000000000>x</td></tr></table>".repeat(5000),
        ),
        ("attributes of one tag", format!("<p {}>", numbered(400_000, &|n| format!("a{n}=1 ")))),
        ("attributes of many tags", format!("<p {}>", numbered(500, &|n| format!("a{n} "))).repeat(300)),
        ("one long attribute", format!("<p class=\"{}\">x</p>", "post-content ".repeat(300_000))),
        ("long attributes", format!("<div class=\"{}\">x</div>", "comment author ".repeat(300)).repeat(200)),
        ("open comments", "<!--".repeat(500_000)),
        ("open tags", "<a ".repeat(500_000)),
        ("open quotes", "<a b=\"".repeat(300_000)),
        ("end tags", "</p>".repeat(400_000)),
        ("references", "&notin;&ampx&#1;&".repeat(100_000)),
        ("scripts in comments", format!("<script>{}", "<!--<script>".repeat(100_000))),
        ("links", numbered(60_000, &|n| format!("<a href=/a/{n}>Story number {n} of all</a>"))),
        ("dates", "5 March 2024, 3/4/2024 10:00, 2024年3月5日 ".repeat(40_000)),
        ("lines of dates", "<p>By Jane Doe, 5 March 2024</p>".repeat(40_000)),
        ("bylines", "<p class=author>By Jane Doe and John Roe</p>".repeat(30_000)),
        ("headings", "<h1>Heading of the page</h1><h2>Another one</h2>".repeat(30_000)),
        ("metas", numbered(30_000, &|n| format!("<meta name=author content=\"Jane Doe {n}\">"))),
        ("JSON-LD", format!("<script type=application/ld+json>{}", "[".repeat(500_000))),
        (
            "scripts of JSON-LD",
            "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"A\"}</script>"
                .repeat(20_000),
        ),
        (
            "list of records",
            numbered(20_000, &|n| {
                format!("<li><h3><a href=/{n}>Story number {n}</a></h3><p>It was long, and {n}.</p></li>")
            }),
        ),
        ("paragraphs", "<p>It was long, and nothing changed. ".repeat(60_000)),
        (
            "paragraphs alike",
            numbered(60_000, &|n| format!("<p>It was long, and nothing changed at all in {n}.</p>")),
        ),
        (
            "bodies",
            "<div class=article-body><p>It was long, and nothing changed, he said.</p>".repeat(20_000),
        ),
    ]
}
