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
fn a_heading_named_after_a_menu_is_a_heading() {
    let heading =
        "<h2 class='anchor anchorTargetStickyNavbar_x1' id=part>The part<a href=#part>\u{200b}</a></h2>";
    let html = format!(
        "<article><h1>Flood</h1><div class=text><p>{A}</p>{heading}<p>{B}</p><p>{C}</p></div></article>"
    );
    assert_eq!(text(&html), format!("{A}\nThe part\n{B}\n{C}"));
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
fn a_table_within_a_table_is_read_once() {
    let inner = "<table><tr><th>Year<th>Metres<tr><td>1998<td>3<tr><td>2016<td>9</table>";
    let outer = format!("<table><tr><th>One<th>Two<tr><td>Three<td>{inner}<tr><td>Five<td>Six</table>");
    let body = extract(&page(&format!("<article><p>{A}</p>{outer}<p>{B}</p></article>")));
    let text: String = body.blocks.iter().map(|b| format!("{b:?}")).collect();
    assert_eq!(text.matches("Metres").count(), 1, "{text}");
}

#[test]
fn a_page_without_text_has_no_body() {
    assert!(extract(&page("")).blocks.is_empty());
    assert!(extract(&page("<nav><a href=/>Home</a></nav>")).blocks.is_empty());
}

#[test]
fn comments_are_left_out_however_many_they_are() {
    let comment = format!("<li class=comment><div class=commentBody><p>{B}</p><p>{C}</p></div></li>");
    let html = format!(
        "<main><h1>T</h1><div class=story><p>{A}</p><p>{B}</p><p>{C}</p><p>{A} Once more.</p><p>{B} And more.</p>
         <p>{C} The end.</p></div><ul class=comments>{}</ul></main>",
        comment.repeat(40)
    );
    let found = text(&html);
    assert!(found.starts_with(A) && found.ends_with("The end."), "{found}");
}

#[test]
fn a_forum_is_its_comments() {
    let posts: String =
        [A, B, C].iter().map(|t| format!("<div class=comment><div>{t}</div></div>")).collect();
    assert_eq!(text(&format!("<form><h1>T</h1>{posts}{posts}{posts}</form>")).lines().next(), Some(A));
}

#[test]
fn a_box_is_not_taken_for_the_text_beside_it() {
    let links: String = (0..30).map(|i| format!("<li><a href=/{i}>A link to {i}</a></li>")).collect();
    let html = format!(
        "<div class=summary><p>{A}</p></div><div class=related-story><ul>{links}</ul><div><p>{B}</p><p>{C}</p>
         <p>{A} Again.</p><p>{B} Again.</p><p>{C} Again.</p></div></div>"
    );
    let found = text(&html);
    assert!(found.contains(B) && found.contains("home. Again."), "{found}");
}

#[test]
fn what_is_hidden_by_its_class_is_left_out() {
    let html = format!(
        "<article><h1>T</h1><div class=sr-only>Article content</div><p>{A} <a href=/x>A report<span class=visually-hidden>
         opens a new tab</span></a></p><div class=hidden><p>Subscribe today, and read, as others do, for free.</p></div>
         <div class='hidden md:block'><p>{B}</p></div><p>{C}</p></article>"
    );
    assert_eq!(text(&html), format!("{A} A report\n{B}\n{C}"));
}

#[test]
fn the_articles_own_teaser_is_its_standfirst() {
    let html = format!(
        "<h1>Flood</h1><div class=article-teaser>{A}</div><div class=article-body><p>{B}</p><p>{C}</p></div>
         <div class=teaser><a href=/other>{A}</a></div>"
    );
    assert_eq!(text(&html), format!("{A}\n{B}\n{C}"));
}

#[test]
fn headings_keep_their_times_numbers_and_anchors() {
    let html = format!(
        "<article><h1>T</h1><p>{A} {B}</p><h2>Live</h2><h2>Thursday</h2>
         <h5 class=time><span class=time>11.04:</span> The water has reached the mill</h5><p>{B}</p>
         <h3 id=comments-on-it><a href=#comments-on-it>What it means</a></h3><p>{C}</p>
         <h1>Afterwards</h1><p>{A} Again.</p></article>"
    );
    let expected = format!(
        "{A} {B}\nLive\nThursday\n11.04: The water has reached the mill\n{B}\nWhat it means\n{C}\nAfterwards\n{A} Again."
    );
    assert_eq!(text(&html), expected);
}

#[test]
fn headings_that_link_are_the_texts_own_where_each_has_text_under_it() {
    let long = format!("{A} {B}");
    let parts: String =
        (0..4).map(|i| format!("<h2><a href=/was/{i}>Story number {i}</a></h2><p>{long}</p>")).collect();
    let found = text(&format!("<div class=article-body><p>{C}</p>{parts}</div>"));
    assert_eq!(found.lines().filter(|l| l.starts_with("Story")).count(), 4, "{found}");
    let one =
        format!("<div class=article-body><p>{C}</p><h2><a href=/o>Another story</a></h2><p>{long}</p></div>");
    assert_eq!(text(&one), format!("{C}\n{long}"));
}

#[test]
fn names_within_code_are_those_of_its_syntax() {
    let code = "<pre><code><span class=hljs-comment># make it\n# so</span>\ngit init</code></pre>";
    let html = format!("<article><p>{A}</p>{code}<p>{B}</p></article>");
    assert_eq!(text(&html), format!("{A}\n# make it\n# so\ngit init\n{B}"));
}

#[test]
fn bylines_and_the_section_about_the_author_are_left_out() {
    let html = format!(
        "<article><h1>T</h1><div>By Ann Author | Updated March 5, 2026</div><p>{A}</p><p>{B}</p><h2>In the end</h2><p>{C}</p>
         <p>{A} Again.</p><h2>About the Author</h2><p>She lives, with two cats, by the river, and writes.</p></article>"
    );
    assert_eq!(text(&html), format!("{A}\n{B}\nIn the end\n{C}\n{A} Again."));
}

#[test]
fn a_list_that_is_announced_is_kept() {
    let html = format!("<div><p>{A}</p><p>It takes:</p><ul><li>a boat</li><li>a rope</li></ul></div>");
    assert_eq!(text(&html), format!("{A}\nIt takes:\na boat\na rope"));
}

#[test]
fn what_stands_beside_the_text_stays_out_of_it_and_widgets_within_stay_in() {
    let html = format!(
        "<div class=article-body><div class=el-widget><p>{A}</p></div><div class=sidebar><p>{C}</p></div>
         <aside><p>{C}</p></aside><div class=el-widget><p>{B}</p></div></div>"
    );
    assert_eq!(text(&html), format!("{A}\n{B}"));
}

#[test]
fn headings_that_unfold_their_text_are_kept_and_calls_to_act_are_not() {
    let html = format!(
        "<article><h1>T</h1><p>{A}</p><h2><button class=btn>The bridge</button></h2><p>{B}</p>
         <div class=cta-banner><p>Buy our map of the river, which shows, they say, all of it.</p></div>
         <div class=callout><p>{C}</p></div><p>{A} Again.</p><button>Send</button></article>"
    );
    assert_eq!(text(&html), format!("{A}\nThe bridge\n{B}\n{C}\n{A} Again."));
}

#[test]
fn what_says_that_it_is_hidden_is_left_out_and_an_address_made_of_words_says_nothing() {
    let html = format!(
        "<article><h1>T</h1><p>{A}</p><div class=\"box hidden\"><p>{B} Pay.</p></div>
         <section id=the-bridge-that-they-promoted-most><h2>The bridge</h2><p>{B}</p></section><p>{C}</p><p>{A} Again.</p></article>"
    );
    assert_eq!(text(&html), format!("{A}\nThe bridge\n{B}\n{C}\n{A} Again."));
}

#[test]
fn walls_and_notices_are_left_out_with_their_boxes() {
    let wall = "<div><p>Register to unlock more articles</p><ul><li>Enjoy more a month</li><li>Get updates</li></ul></div>";
    let notice = "<div><p>Empfohlener externer Inhalt</p><p>Inhalte erlauben</p></div>";
    let html = format!("<article><h1>T</h1><p>{A}</p>{notice}<p>{B}</p>{wall}<p>{C}</p></article>");
    assert_eq!(text(&html), format!("{A}\n{B}\n{C}"));
    let teaser = format!("<main><h1>T</h1><div><p>{A} {B}</p><p>Log in to continue reading</p></div></main>");
    assert_eq!(text(&teaser), format!("{A} {B}"));
}

#[test]
fn a_caption_that_no_mark_up_tells_is_a_caption() {
    let html = format!(
        "<article><h1>T</h1><p>{A}</p><p>The bridge by night. Photo: Ann Author</p><p>{B}</p></article>"
    );
    let blocks = extract(&page(&html)).blocks;
    assert_eq!(model::block::to_text(&blocks), format!("{A}\n{B}"));
    assert!(blocks.iter().any(|b| matches!(b, Block::Figure { .. })), "{blocks:?}");
}

#[test]
fn a_quotation_that_repeats_the_text_is_left_out_with_its_speaker() {
    let html = format!(
        "<article><h1>T</h1><p>{A}</p><p>“Nobody crosses it now, and nobody will,” said the priest. {B}</p>
         <div class=box><p>Nobody crosses it now, and nobody will.</p><p>The priest</p></div><p>{C}</p></article>"
    );
    let expected = format!("{A}\n“Nobody crosses it now, and nobody will,” said the priest. {B}\n{C}");
    assert_eq!(text(&html), expected);
    // In an element of its own stands every paragraph here, and the speaker in the line below.
    let html = format!(
        "<article><h1>T</h1><div><p>{A}</p></div><figure><blockquote>“Nobody crosses it now, and nobody will.”<br>The \
         priest</blockquote></figure><div><p>“Nobody crosses it now, and nobody will,” said the priest.</p></div>\
         <div><p>{C}</p></div></article>"
    );
    assert_eq!(text(&html), format!("{A}\n“Nobody crosses it now, and nobody will,” said the priest.\n{C}"));
}

#[test]
fn a_standfirst_is_kept_after_a_title_that_is_no_heading_and_the_byline_under_it_is_not() {
    let html = format!(
        "<meta property=og:description content=\"{C}\"><article><div>The village, the river and the spring, and more</div>
         <div class=header-teaser>{C}</div><div>By Ann Author, The Paper</div><p>{A}</p><p>{B}</p></article>"
    );
    assert!(text(&html).ends_with(&format!("{C}\n{A}\n{B}")), "{}", text(&html));
}

#[test]
fn a_short_article_is_no_less_one_than_the_terms_in_a_box() {
    let html = "<div><article><div class=article-body><p>The bridge is open again, at last</p></div></article></div>
         <div class=till><p>1. The balance is held in crowns, and one crown, at the till, pays for one crown.</p></div>";
    assert_eq!(text(html), "The bridge is open again, at last");
}

#[test]
fn what_asks_for_consent_is_no_text_however_long() {
    let ask = "<p>We and our partners store cookies on your device, if you let us, and read them again, as we like.</p>";
    let ask = ask.repeat(30);
    for dialog in ["id=acme-consent-sdk", "class=cookie-banner", "role=dialog", "class=gdpr-overlay"] {
        assert_eq!(text(&format!("<main><p>{A}</p></main><div {dialog}>{ask}</div>")), A, "{dialog}");
    }
    // A text about it, whatever its parts are called.
    let html = format!(
        "<div class=consent><h1>Consent</h1>{}<p>{B}</p></div>",
        "<p>Cookies, and why.</p>".repeat(9)
    );
    assert!(text(&html).ends_with(B));
}

#[test]
fn what_a_publisher_says_under_every_text_is_left_out() {
    let html = format!(
        "<article><h1>T</h1><p>As an Amazon Associate, we earn from qualifying purchases.</p><p>{A}</p><p>{B}</p><p>{C}</p>
         <h4>Disclaimer:</h4><p>No word here, whatever its age, stands in for that of a miller or of a priest.</p></article>"
    );
    assert_eq!(text(&html), format!("{A}\n{B}\n{C}"));
}

#[test]
fn a_paragraph_that_links_most_of_its_words_is_of_the_text() {
    let last = "As for the miller, he <a href=/a>left the village in the year after the flood, and with him the priest</a>, \
                and what they said of it <a href=/b>was printed in the paper of the next town</a>, though not in ours.";
    let html = format!(
        "<article><h1>T</h1><p>{A}</p><p>{B}</p><p>{last}</p></article><p><a href=/x>Read: {C}</a></p>"
    );
    assert!(text(&html).ends_with("of the next town, though not in ours."), "{}", text(&html));
}

#[test]
fn a_text_may_be_named_in_two_parts_of_which_the_first_is_short() {
    let long = |p: &str| (1..9).map(|n| format!("<p>{p} That was year {n}.</p>")).collect::<String>();
    let html = format!(
        "<div class=post-body><h1>T</h1><div class=rich-text><p>{A}</p></div><figure><img src=/i.png></figure>\
         <div class=rich-text>{}</div></div>",
        long(B)
    );
    assert!(text(&html).starts_with(A), "{}", text(&html));
}

#[test]
fn a_long_box_amid_the_text_does_not_cost_what_stands_before_it() {
    let slide =
        "<p>The golden years, as they say, have much to be said for them, and more to be said against.</p>";
    let after = (1..20).map(|n| format!("<p>{C} That was year {n}.</p>")).collect::<String>();
    let html = format!(
        "<article><h1>T</h1><p>{A} So it was told.</p><p>{A}</p><p>{B}</p><aside class=carousel>{}</aside>{after}</article>",
        slide.repeat(15)
    );
    assert!(text(&html).starts_with(&format!("{A} So it was told.\n{A}\n{B}\n{C}")), "{}", text(&html));
}
