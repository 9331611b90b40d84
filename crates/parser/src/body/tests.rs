use super::*;
use crate::Tag;
use url::Url;

const A: &str = "The river had been rising for three days, and nobody in the village, least of all the miller, \
                 could remember such a spring.";
const B: &str = "On the fourth day the bridge went; it had stood, as the priest liked to say, since before there \
                 was anybody to cross it.";
const C: &str = "What was left of the road ended at the water, where a boy sat, watching, and would not be \
                 called home.";

fn page(html: &str) -> Page {
    Page::parse(&Url::parse("https://a.example/dir/page.html").unwrap(), html)
}

fn text(html: &str) -> String {
    model::block::to_text(&extract(&page(html)).blocks)
}

#[test]
fn boilerplate_around_the_text_is_left_out() {
    let html = format!(
        "<title>Flood - Paper</title><nav><a href=/>Home</a> <a href=/n>News</a></nav>
         <div class=layout><h1>Flood</h1><div class=byline>By <a href=/a>Ann Author</a></div>
         <div class=text><p>{A}</p><div class=share-bar><a href=#>Share</a></div><p>{B}</p>
         <p><a href=/x>Read more: The other flood</a></p></div>
         <div id=comments><p>I was there, and it was nothing like that, believe me, nothing at all!</p></div>
         <aside class=sidebar><p>Our paper, founded long ago, has been read by many, and is read still.</p></aside></div>
         <footer><p>All rights reserved, of course, by the publisher, in all countries.</p></footer>"
    );
    assert_eq!(text(&html), format!("{A}\n{B}"));
}

#[test]
fn blocks_keep_their_kinds() {
    let html = format!(
        "<article><h1>T</h1><p>{A} <a href=/x>a <b>link</b></a></p><h2>Part</h2><ul><li>one<ol><li>deep</ol><li>two</ul>
         <blockquote><p>{B}</p></blockquote><figure><img src=/i.png alt=x><figcaption>A caption</figcaption></figure>
         <table><tr><th>k<th>v<tr><td>a<td>1<tr><td>b<td>2</table><pre><code>let x = 1;\nlet y = 2;</code></pre><p>{C}</p></article>"
    );
    let blocks = extract(&page(&html)).blocks;
    let kinds: Vec<&str> = blocks
        .iter()
        .map(|b| match b {
            Block::Heading { level: 2, .. } => "h2",
            Block::Heading { .. } => "h",
            Block::Paragraph { .. } => "p",
            Block::List { .. } => "list",
            Block::Quote { .. } => "quote",
            Block::Table { header: true, .. } => "table",
            Block::Table { .. } => "headless",
            Block::Figure { .. } => "figure",
            Block::Code { .. } => "code",
        })
        .collect();
    assert_eq!(kinds, ["p", "h2", "list", "quote", "figure", "table", "code", "p"]);
    assert_eq!(blocks[2].lines(), ["one", "deep", "two"]);
    assert_eq!(blocks[5].lines(), ["k\tv", "a\t1", "b\t2"]);
    assert_eq!(blocks[6].lines(), ["let x = 1;\nlet y = 2;"]);
    let Block::Paragraph { text: model::Text::Spans(spans) } = &blocks[0] else { panic!("no spans") };
    assert_eq!(spans[1].href.as_deref(), Some("https://a.example/x"));
    assert!(spans[2].strong);
}

#[test]
fn a_body_that_stands_twice_is_kept_once_with_its_headings() {
    let plain = format!("<p>{A}</p><p>{B}</p><p>{C}</p>");
    let headed = format!("<p>{A}</p><p><strong>The bridge</strong></p><p>{B}</p><h3>The boy</h3><p>{C}</p>");
    let expected = format!("{A}\nThe bridge\n{B}\nThe boy\n{C}");
    assert_eq!(text(&format!("<div>{plain}{headed}</div>")), expected);
    assert_eq!(text(&format!("<div>{headed}{plain}</div>")), expected);
}

#[test]
fn breaks_make_paragraphs_where_there_are_no_others() {
    let html = format!("<td>{A}<br><br>{B}<br>\u{3000}\u{3000}<br>{C}</td>");
    let html = format!("<table><tr>{html}</tr></table>");
    let blocks = extract(&page(&html)).blocks;
    assert_eq!(blocks.len(), 3, "{blocks:?}");
}

#[test]
fn the_standfirst_above_the_pictures_is_kept() {
    let html = format!(
        "<head><meta name=description content='Three days of rain, and a bridge that everybody trusted is gone.'></head>
         <header><h1>Flood</h1><div>Three days of rain, and a bridge that everybody trusted is gone.</div>
         <div class=share><a href=#1>Facebook</a><a href=#2>Mail</a></div></header>
         <div class=article-body><p>{A}</p><p>{B}</p></div>"
    );
    assert!(text(&html).starts_with("Three days of rain"), "{}", text(&html));
}

#[test]
fn the_pages_own_json_overrules_a_misleading_name() {
    let html = format!(
        "<script type=application/ld+json>{{\"@type\":\"Article\",\"articleBody\":\"{A} {B} {C} {A}\"}}</script>
         <div class=related><p>{A}</p><p>{B}</p><p>{C} {A}</p></div>
         <div><p>Another thing, which is short, but here.</p></div>"
    );
    assert_eq!(text(&html), format!("{A}\n{B}\n{C} {A}"));
}

#[test]
fn a_list_of_other_articles_is_not_the_body() {
    let teasers: String = (0..6)
        .map(|i| format!("<li class=item><h3><a href=/n/{i}>A headline of some length {i}</a></h3><p>{B} ({i})</p></li>"))
        .collect();
    let html = format!(
        "<main><div><h1>T</h1><p>{A}</p><p>{C}</p><p>{A} Again.</p></div><div><ul>{teasers}</ul></div></main>"
    );
    assert_eq!(text(&html), format!("{A}\n{C}\n{A} Again."));
}

#[test]
fn hostile_tables_and_lists_are_bounded() {
    let table = format!("<table>{}</table>", "<tr><td colspan=1000000000>a<td>b".repeat(30_000));
    let p = page(&format!("<article><p>{A}</p>{table}<p>{B}</p></article>"));
    let body = extract(&p);
    let cells: usize = body
        .blocks
        .iter()
        .map(|b| if let Block::Table { rows, .. } = b { rows.iter().map(Vec::len).sum() } else { 0 })
        .sum();
    assert!(cells <= 20_000);
    let items = page(&format!("<article><p>{A}</p><ul>{}</ul></article>", "<li>x, y.".repeat(100_000)));
    assert!(extract(&items).blocks.len() < 10);
    assert_eq!(items.all(Tag::Li).count(), 100_000);
}

#[test]
fn a_page_without_text_has_no_body() {
    assert!(extract(&page("")).blocks.is_empty());
    assert!(extract(&page("<nav><a href=/>Home</a></nav>")).blocks.is_empty());
}
