//! Pages made to hurt: each is answered within bounds, with the text that is there.

use crate::invariants;
use model::{PageKind, Parsed};
use parser::{PageInput, Rules, Stop, Stopped};
use std::{fmt::Write as _, io::Write, thread, time::Duration};

/// Without optimisation the pages are a tenth of the size, so that the tests stay quick.
const PER_CENT: usize = if cfg!(debug_assertions) { 10 } else { 100 };

/// So many, or a tenth.
fn times(count: usize) -> usize {
    count * PER_CENT / 100
}

/// Parses of such pages take a second a megabyte at most; here without optimisation, on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the text of each of these pages says.
const SAID: &str = "It rained for three days, and on the fourth the river came over the wall; nobody, of course, \
                    had believed it would, and nobody, later, had not.";

fn parse_as(bytes: Vec<u8>, expected: PageKind) -> Parsed {
    let stop = Stop::default();
    let asked = stop.clone();
    let parsing = thread::spawn(move || {
        let url = url::Url::parse(invariants::URL).unwrap();
        let hints = model::Hints { expected, authors: Vec::new(), listed: None };
        let captured_at = invariants::now();
        let input = PageInput {
            url: &url,
            bytes: &bytes,
            content_type: None,
            x_robots_tag: None,
            captured_at,
            hints: &hints,
        };
        parser::parse_until(&input, &Rules::default(), &stop).inspect(|p| check_size(&input, p))
    });
    let begun = std::time::Instant::now();
    while !parsing.is_finished() && begun.elapsed() < PATIENCE {
        thread::park_timeout(Duration::from_millis(5));
    }
    asked.ask();
    parsing.join().unwrap().unwrap_or_else(|Stopped| panic!("not parsed within {PATIENCE:?}"))
}

/// Bytes of result for a byte of page, beside the addresses, which are as many as are bounded.
fn check_size(input: &PageInput<'_>, parsed: &Parsed) {
    let length = serde_json::to_vec(parsed).unwrap().len();
    assert!(length < 64 * input.bytes.len() + (64 << 20), "{length} bytes from {}", input.bytes.len());
}

fn parse(html: impl Into<Vec<u8>>) -> Parsed {
    parse_as(html.into(), PageKind::Article)
}

/// The page's text is read for all that stands around it.
#[track_caller]
fn check_said(html: impl Into<Vec<u8>>) -> Parsed {
    let parsed = parse(html);
    let text = parsed.article.as_ref().map(model::Article::text).unwrap_or_default();
    let start: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect();
    assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(SAID), "{start}");
    parsed
}

#[test]
fn nested_beyond_all_measure() {
    for tag in [
        "div",
        "ul><li",
        "b",
        "blockquote",
        "table><tr><td",
        "span",
        "section",
        "font color=x",
        "dl><dd",
        "x-y",
    ] {
        let open = format!("<{tag}>").repeat(times(80_000));
        let parsed = check_said(format!("<h1>The wall</h1>{open}<p>{SAID}</p>"));
        assert!(parsed.notes.contains(&"depth-cut".to_owned()), "{tag}");
    }
}

#[test]
fn nested_and_closed_again() {
    let deep = format!("{}x{}", "<div>".repeat(times(30_000)), "</div>".repeat(times(30_000)));
    check_said(format!("{deep}<article><h1>The wall</h1><p>{SAID}</p><p>{SAID} Twice.</p></article>"));
}

#[test]
fn formatting_that_every_block_takes_up_again() {
    let open: String = (0..250).fold(String::new(), |mut s, i| {
        let _ = write!(s, "<b a{i}=1 b{i}=2>");
        s
    });
    let text = format!("<main><p>{SAID}</p><p>{SAID} Twice.</p>");
    for end in ["</main>", ""] {
        check_said(format!("{text}{end}<p>{open}{}", "</p><p>x".repeat(times(20_000))));
    }
}

#[test]
fn attributes() {
    let many: String = (0..times(60_000)).fold(String::new(), |mut s, i| {
        let _ = write!(s, " a{i}=b");
        s
    });
    check_said(format!("<body{many}><p{many}>{SAID}</p>"));
    check_said(format!("<p>{SAID}</p><p class=\"{}\">x</p>", "a ".repeat(times(300_000))));
    check_said(format!("<p>{SAID}</p><img src=\"{}\">", "x".repeat(times(1 << 20))));
    let bodies: String = (0..times(60_000)).fold(String::new(), |mut s, i| {
        let _ = write!(s, "<body a{i}>");
        s
    });
    check_said(format!("<p>{SAID}</p>{bodies}"));
}

#[test]
fn entities() {
    check_said(format!("<p>{SAID}</p><p>{}", "&amp;&bogus;&#x41;&#99999999999;&".repeat(times(30_000))));
}

#[test]
fn one_line() {
    let words = "word and word, and again a word; ".repeat(times(60_000));
    check_said(format!("<html><body><article><p>{SAID}</p><p>{words}</p></article>"));
    parse("x".repeat(times(2 << 20)));
    parse("新".repeat(times(1 << 20)));
    parse("<a ".repeat(times(300_000)));
    parse("<".repeat(times(1 << 20)));
    parse("<!--".repeat(times(200_000)));
    parse("</p>".repeat(times(200_000)));
}

#[test]
fn spans_of_tables() {
    let parsed = check_said(format!(
        "<article><p>{SAID}</p><table><tr><td colspan=1000000000 rowspan=1000000000>a<td>b<tr><td>c<td colspan=99999999999999999999>d\
         </table><p>{SAID} Again.</p></article>"
    ));
    let json = serde_json::to_vec(&parsed).unwrap();
    assert!(json.len() < 10_000);
}

#[test]
fn nothing_closed() {
    check_said(format!(
        "<html><head><title>The wall<body><div class='x><p>y'></title><div><article><p>{SAID}<p>{SAID} More<li>a<b>c<td>"
    ));
    check_said(format!("<div><p>{SAID}<p>and <a href='x>y"));
}

#[test]
fn bytes_that_mean_nothing() {
    let mut bytes = format!("<p>{SAID}</p>\0<p>a\0b</p>").into_bytes();
    bytes.extend_from_slice(b"\xff\xfe\x00\xed\xa0\x80\xc0\xaf\xf5");
    check_said(bytes);
    let all: Vec<u8> = (0..=255_u8).cycle().take(times(300_000)).collect();
    parse(all);
}

#[test]
fn code_as_text() {
    let css = ".a{color:red;background:url(x)}@media print{.b{display:none}} ".repeat(3000);
    let script = "var a=function(b){return b&&b.c?b.c:{d:1,e:[2,3]}};".repeat(3000);
    let parsed = check_said(format!(
        "<article><h1>The wall</h1><style>{css}</style><p>{SAID}</p><script>{script}</script><p>{SAID} Later.</p></article>"
    ));
    assert!(!parsed.article.unwrap().text().contains("color:red"));
}

#[test]
fn json_that_invites_reading_twice() {
    let ld = |json: &str| {
        check_said(format!("<p>{SAID}</p><script type=\"application/ld+json\">{json}</script>"));
    };
    ld(&"<![".repeat(times(200_000)));
    ld(&format!("{}1{}", "{\"@type\":[".repeat(times(40_000)), "]}".repeat(times(40_000))));
    ld(&"{\"author\":[".repeat(30).replace("[", "[{\"a\":1}:,"));
    ld(&format!("{}{}", "{\"a\":[".repeat(19), "{}]:}".repeat(19)));
    ld(&"[\"x\":".repeat(times(50_000)));
    ld(&format!("{{\"articleBody\":\"{}\"}}", "<".repeat(times(150_000))));
    ld(&format!("{{\"author\":[{}]}}", "{\"name\":\"A B\"},".repeat(times(30_000))));
}

#[test]
fn links_by_the_hundred_thousand() {
    let base = format!("<base href=\"https://other.example/{}/\">", "y".repeat(1900));
    let links = "<a href=x>a</a> ".repeat(times(60_000));
    let parsed =
        check_said(format!("{base}<article><p>{SAID}</p><p>{SAID} It goes on.</p></article><p>{links}</p>"));
    assert!(serde_json::to_vec(&parsed).unwrap().len() < 64 << 20);
    let authors: String = (0..times(40_000)).fold(String::new(), |mut s, i| {
        let _ = write!(s, "<a rel=author href=/{i}>Ann Writer{i}</a>");
        s
    });
    check_said(format!("<article><p>{SAID}</p><p>{SAID} It goes on.</p></article>{authors}"));
    let items = (0..times(15_000)).fold(String::new(), |mut s, i| {
        let _ =
            write!(s, "<div><i></i><div><a href=/{i}>Story {i} of a long list of stories</a></div></div>");
        s
    });
    let listing = parse_as(format!("<h1>Ann Writer</h1>{items}").into_bytes(), PageKind::Listing);
    assert!(listing.listing.unwrap().works.len() <= 20_000);
}

#[test]
fn a_base_that_is_too_long_is_none() {
    let base = format!("<base href=\"https://other.example/{}/\">", "y".repeat(times(100_000)));
    let parsed = check_said(format!("{base}<article><p>{SAID} <a href=x>a</a></p></article>"));
    assert!(serde_json::to_string(&parsed).unwrap().contains("https://www.example.org/essays/2016/12/x"));
}

#[test]
fn directives_and_heads() {
    let directives: String = (0..times(50_000)).fold(String::new(), |mut s, i| {
        let _ = write!(s, "d{i},");
        s
    });
    let parsed = check_said(format!("<meta name=robots content=\"noindex,{directives}\"><p>{SAID}</p>"));
    assert!(parsed.robots.contains(&"noindex".to_owned()) && parsed.robots.len() < 100);
    let tags: String = (0..times(30_000)).fold(String::new(), |mut s, i| {
        let _ = write!(s, "<meta property=article:tag content='tag {i}'>");
        s
    });
    check_said(format!("{tags}<p>{SAID}</p>"));
    let keywords: String = (0..times(50_000)).fold(String::new(), |mut s, i| {
        let _ = write!(s, "word {i}, ");
        s
    });
    check_said(format!("<meta name=keywords content=\"{keywords}\"><h1>{keywords}</h1><p>{SAID}</p>"));
}

#[test]
fn feeds() {
    let feed = |xml: String| parse_as(xml.into_bytes(), PageKind::Feed).listing;
    let mut laughs = String::from("<!DOCTYPE l [<!ENTITY l0 \"ha\">");
    for i in 1..30 {
        let _ = write!(laughs, "<!ENTITY l{i} \"{}\">", format!("&l{};", i - 1).repeat(10));
    }
    let _ = write!(
        laughs,
        "]><rss><channel><item><title>One &l29; two</title><link>/1</link></item></channel></rss>"
    );
    let works = feed(laughs).unwrap().works;
    assert_eq!((works.len(), works[0].title.as_str()), (1, "One &l29; two"));
    feed(format!(
        "<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss><item><title>&x;</title>{}",
        "<a>".repeat(times(100_000))
    ));
    let item = "<item><title>One</title><link>/1</link></item>";
    let cases = [
        format!("<rss><channel>{item}<description>{}", "<a ".repeat(times(200_000))),
        format!("<rss><channel>{item}<item><title>{}", "&lt;a ".repeat(times(100_000))),
        format!("<rss><channel>{item}{}", "<a><b>text</b>".repeat(times(60_000))),
        format!("<rss><channel>{item}{}", "<a/>".repeat(times(200_000))),
        format!("<rss><channel>{item}{}", "<item>".repeat(times(100_000))),
        format!("<rss><channel>{item}{}", "</item>".repeat(times(100_000))),
        format!(
            "<rss><channel>{item}<item>{}",
            (0..times(60_000)).fold(String::new(), |mut s, i| {
                let _ = write!(s, "<author>A{i}</author>");
                s
            })
        ),
        format!(
            "<rss {}><channel>{item}{}",
            (0..times(20_000)).fold(String::new(), |mut s, i| {
                let _ = write!(s, "xmlns:n{i}='x' ");
                s
            }),
            "<n:a/>".repeat(times(20_000))
        ),
        format!(
            "<feed xml:base=\"https://o.example/{}/\">{}",
            "y".repeat(times(100_000)),
            "<entry><title>t</title><link href='x'/></entry>".repeat(times(9_000))
        ),
    ];
    for xml in cases {
        let works = feed(xml.clone()).unwrap().works;
        assert!((1..=10_000).contains(&works.len()), "{} works of {}", works.len(), &xml[..80]);
    }
}

#[test]
fn packed_sitemaps() {
    let gzip = |xml: &[u8]| {
        let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        coder.write_all(xml).unwrap();
        coder.finish().unwrap()
    };
    let entry = b"<url><loc>https://example.org/1</loc></url>";
    let spaces = vec![b' '; times(80 << 20)];
    let bomb = gzip(&[b"<urlset>", &entry[..], &spaces].concat());
    assert!(bomb.len() < 1 << 20);
    assert_eq!(parse_as(bomb, PageKind::Sitemap).listing.unwrap().works.len(), 1);
    let elements = gzip(&[b"<urlset>", &entry[..], "<a/>".repeat(times(1 << 20)).as_bytes()].concat());
    assert_eq!(parse_as(elements, PageKind::Sitemap).listing.unwrap().works.len(), 1);
    let entries = gzip(&[b"<urlset>", "<url><loc>/1</loc></url>".repeat(times(120_000)).as_bytes()].concat());
    assert_eq!(parse_as(entries, PageKind::Sitemap).listing.unwrap().works.len(), times(120_000).min(50_000));
}

/// Asked to end, a parse ends, wherever it is.
#[test]
fn asked_to_end() {
    let html = format!("<article>{}</article>", format!("<p>{SAID}</p>").repeat(times(2_000)));
    let url = url::Url::parse(invariants::URL).unwrap();
    let hints = model::Hints { expected: PageKind::Article, authors: Vec::new(), listed: None };
    let (bytes, captured_at) = (html.as_bytes(), invariants::now());
    let input =
        PageInput { url: &url, bytes, content_type: None, x_robots_tag: None, captured_at, hints: &hints };
    let stop = Stop::default();
    stop.ask();
    assert_eq!(parser::parse_until(&input, &Rules::default(), &stop), Err(Stopped));
    assert!(parser::parse_until(&input, &Rules::default(), &Stop::default()).is_ok());
}
