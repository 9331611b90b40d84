//! Bylines in the forms of widespread publishing software, written for these tests.

use crate::meta::promises::parsed_with;
use model::{Hints, PageKind};

const TEXT: &str = "<p>It rained, and then it rained more; nobody, of course, minded in the least, and the river, which \
                    had been low all summer, rose to the second step of the old ferry landing.</p>";

#[track_caller]
fn check(followed: &[&str], html: &str, expected: &[&str]) {
    let authors = followed.iter().map(|name| (*name).to_owned()).collect();
    let hints = Hints { expected: PageKind::Article, authors, listed: None };
    let parsed = parsed_with("https://a.example/2024/03/01/the-ferry-landing/", html, &hints, None);
    let names: Vec<String> =
        parsed.article.expect("an article").authors.into_iter().map(|a| a.value.name).collect();
    assert_eq!(names, expected);
}

#[test]
fn a_badge_beside_the_name_is_no_part_of_it() {
    let by = "<div class=author><span class=name>Li Xin</span> <span class=author-badge>Lv4</span></div>";
    let html =
        format!("<article><h1>The ferry landing</h1>{by}<time>2024-03-01</time>{}</article>", TEXT.repeat(4));
    check(&[], &html, &["Li Xin"]);
}

#[test]
fn a_link_to_somebodys_posts_is_no_name() {
    let html = format!(
        "<article><h1>The ferry landing</h1><time>2024-03-01</time><div>{}</div><div class=author-bio>\
         <h2 class=author-title>By Li Xin, Jane Doe</h2><p>Li Xin writes about rivers.</p>\
         <a class=author-link rel=author href='/author/li-xin/'>View all of Li Xin, Jane Doe's posts.</a></div></article>",
        TEXT.repeat(4)
    );
    check(&[], &html, &["Li Xin", "Jane Doe"]);
}

#[test]
fn a_heading_that_begins_the_text_is_no_name() {
    let text = "<p>深秋的河西走廊，高志远带着一份契约文书来到农业科学院，想弄清楚冷链运输究竟从何时开始成为地方上的难题。</p>".repeat(3);
    let html = format!(
        "<main><h1>在鄂尔多斯谈基层财政</h1><time>2024-03-01</time></main><main><h2>余论</h2>{text}<h2>1928年的转折</h2>{text}</main>"
    );
    check(&[], &html, &[]);
}

#[test]
fn followed_authors_in_one_line_wrote_together() {
    let line = "<div class=meta><a href='/categories/li-xin/'>李新</a>►<a href='/categories/zoe/'>Zoë Ångström</a></div>";
    let html = format!(
        "<article><time>2024-03-01</time>{line}<h1>The ferry landing</h1>{}</article>",
        TEXT.repeat(4)
    );
    check(&["李新", "Zoë Ångström"], &html, &["李新", "Zoë Ångström"]);
    let html = format!(
        "<article><h1>The ferry landing</h1><div class=text>{}</div><footer class=article-footer>{line}</footer></article>",
        TEXT.repeat(4)
    );
    check(&["李新", "Zoë Ångström"], &html, &["李新", "Zoë Ångström"]);
    // A menu of them says nothing of the page.
    let html = format!("<nav>{line}</nav><article><h1>The ferry landing</h1>{}</article>", TEXT.repeat(4));
    check(&["李新", "Zoë Ångström"], &html, &[]);
}

#[test]
fn a_menu_of_authors_is_no_byline() {
    let menu = "<nav><ul><li><label>Authors</label><nav><label>Authors</label><ul><li><a href='/author/li-xin/'>Li Xin</a></li>\
                <li><a href='/author/jane-doe/'>Jane Doe</a></li></ul></nav></li></ul></nav>";
    let html = format!("{menu}<article><h1>The ferry landing</h1>{}</article>", TEXT.repeat(4));
    check(&[], &html, &[]);
}

#[test]
fn linked_names_after_by_are_a_name_each() {
    let html = format!(
        "<article><header><h2><a href=the-ferry-landing>The ferry landing</a></h2></header>{}<footer><p>Published: \
         <time>2024-03-01</time></p><address>By <a href='/author/li-xin.html'>李新</a>\n<a href='/author/zoe.html'>Zoë Ångström\
         </a></address></footer></article>",
        TEXT.repeat(4)
    );
    check(&[], &html, &["李新", "Zoë Ångström"]);
}
