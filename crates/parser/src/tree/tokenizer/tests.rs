//! Against html5ever's own tokenizer: the same tree of every text.

use crate::Stop;
use crate::tree::{
    Content, NONE,
    arena::{Arena, Sink},
    guard::Guard,
    tokenizer::{Tokenizer, source},
};
use html5ever::{
    ParseOpts, buffer_queue::BufferQueue, tendril::StrTendril, tokenizer::TokenizerOpts,
    tree_builder::TreeBuilder,
};
use std::fmt::Write;

fn guard() -> Guard {
    Guard::new(TreeBuilder::new(Sink::new(0), ParseOpts::default().tree_builder), Stop::default())
}

fn theirs(html: &str) -> Arena {
    let tokenizer = html5ever::tokenizer::Tokenizer::new(guard(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    while !matches!(tokenizer.feed(&input), html5ever::TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.finish().0
}

fn ours(html: &str) -> Arena {
    Tokenizer::new(&source(html), guard()).run().finish().0
}

/// Every node, indented by its depth.
fn shown(arena: &Arena) -> String {
    let mut out = String::new();
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        let node = &arena.nodes[at as usize];
        let depth =
            std::iter::successors(Some(at), |&n| Some(arena.nodes[n as usize].parent).filter(|&p| p != NONE))
                .count();
        match &node.content {
            Content::Nothing => writeln!(out, "{depth} -").unwrap(),
            Content::Text(text) => writeln!(out, "{depth} {:?}", &**text).unwrap(),
            Content::Element(e) => {
                let attrs: Vec<_> = arena.attrs_of(e).iter().map(|a| (&*a.name, &*a.value)).collect();
                writeln!(out, "{depth} <{}> {attrs:?}", &*e.name.local).unwrap();
            }
        }
        open.extend([node.after, node.first].iter().filter(|n| **n != NONE));
    }
    out
}

#[track_caller]
fn check(html: &str) {
    assert_eq!(shown(&ours(html)), shown(&theirs(html)), "{html:?}");
}

#[test]
fn tags_and_attributes() {
    check("<p class=a id = 'b' DATA-X=\"c&amp;d\" hidden =e/>text</p >");
    check("<a =x =y a/=b c/d <e f=>1</a/><br/ x><i/></br a=b><p x=1 x=2>");
    check("<a href=/x/>b</a><a href='?a=b&copy=c&lt;&notin;&notit;&not'>c</a>");
    check("<a b='c\0d' \0e=f g\0=\0><x\0y>");
    check("a<b");
    check("a<b c='d>");
    check("a<b c=");
    check("a</");
    check("a</ b>c</>d</1>e<?php echo '>' ?>f<1>");
}

#[test]
fn text_and_references() {
    check(
        "&amp;&amp &ampx &#65;&#x41;&#X41 &#0;&#128;&#xd800;&#x110000;&#99999999999;&#;&#x;&#xg;&;&nosuch;",
    );
    check("&NotEqualTilde;&acE;&ampersand&notin;&noti&hellip…&Eacute;&");
    check("a\0b\r\nc\rd\n\ne<pre>\r\n\nf</pre><textarea>\n\ng</textarea>");
    check("\u{feff}x");
}

#[test]
fn comments_and_declarations() {
    for comment in [
        "<!-->",
        "<!--->",
        "<!---->",
        "<!----!>",
        "<!--a--b-->",
        "<!--a--!>",
        "<!--!>-->",
        "<!--<!-->",
        "<!--->-->",
        "<!--a",
        "<!--a--!-->",
        "<!-x->",
        "<!>",
        "<!",
    ] {
        check(&format!("<p>a{comment}b--&gt;c</p>"));
    }
    check("<p>a<![CDATA[b]]>c<svg><![CDATA[d<e>\0]]]>f</svg><svg><![CDATA[g]]");
}

#[test]
fn doctypes_decide_on_quirks() {
    for doctype in [
        "html",
        " html",
        "",
        " ",
        "html public",
        "html PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\"",
        "html PUBLIC '-//W3C//DTD HTML 4.01 Transitional//EN' \"http://www.w3.org/TR/html4/loose.dtd\"",
        "html PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\"\"\" x",
        "html PUBLIC\"-//W3C//DTD HTML 3.2//EN",
        "html SYSTEM 'about:legacy-compat'",
        "html SYSTEM 'about:legacy-compat' x",
        "html SYSTEM 'about:legacy-compat",
        "html x",
        "ht\0ml",
    ] {
        check(&format!("<!DOCTYPE {doctype}><p>a<table><tr><td>b"));
        check(&format!("<!doctype{doctype}><p>a<table><tr><td>b"));
        check(&format!("<!doctype {doctype}"));
    }
}

#[test]
fn raw_text() {
    check("<title>a &amp; b<b>c</titlex></title >d<style>&amp;</styl></STYLE\n>e<textarea>\0</textarea/>f");
    check("<script>a<b</script x='>'>c<script>d<!--e<script>f</script>g</script>h-->i</script>j");
    check("<script><!--></script>a<script><!---></script>b<script><!--<script --></script>c");
    check("<script><!--<scripty></script>a<script><!--<script></scripty></script>--></script>b");
    check("<script>a</script");
    check("<script>a\0</scr<title>b</title");
    check("<noscript><p>a</noscript><iframe><b></iframe><xmp><b></xmp><plaintext>a\0</plaintext>&amp;");
}

/// Pieces of markup put together at random, the same ones every time.
#[test]
fn anything() {
    #[rustfmt::skip]
    const PIECES: &[&str] = &[
        "<", ">", "/", "=", "\"", "'", "&", ";", "-", "--", "!", "<!--", "-->", "]]>", "<![CDATA[", "#", "x", "1", " ",
        "\n", "\r", "\0", "a", "é", "新", "amp", "lt;", "&#", "<p", "</p>", "<div ", "<b>", "</b>", "<i>", "</i>", "<a href=",
        "</a", "<table>", "<tr>", "<td>", "</table>", "<svg>", "</svg>", "<math>", "<script>", "</script>", "<script",
        "<style>", "</style ", "<title>", "</title>", "<textarea>", "<select>", "<option>", "<!doctype html>",
        "<!DOCTYPE", "PUBLIC", "<template>", "</template>", "<li>", "<ul>", "<h1>", "<form>", "<br/>", "class=x",
        "<body>", "</body>", "<head>", "<html lang=en>", "<frameset>", "<plaintext", "<noscript>", "<?", "</", "copy=",
    ];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..4000 {
        let mut html = String::new();
        for _ in 0..seed % 40 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            html.push_str(PIECES[(seed >> 16) as usize % PIECES.len()]);
        }
        check(&html);
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    }
}
