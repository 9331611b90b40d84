//! An author's posts as WordPress's REST API gives them: `GET /wp/v2/posts?author=ID`
//! (<https://developer.wordpress.org/rest-api/reference/posts/>). A hundred works a request, where the pages of
//! an archive show ten.

use super::{MAX_ENTRIES, absolute, finish, markup, parse_date};
use crate::{Page, Tag};
use model::{Evidence, Listing, Work};
use serde::Deserialize;
use url::Url;

/// Posts of one answer: the API's limit.
const PER_PAGE: usize = 100;

const POSTS: &str = "wp/v2/posts";

#[derive(Deserialize)]
struct Post {
    link: String,
    #[serde(default)]
    title: Rendered,
    #[serde(default)]
    excerpt: Rendered,
    date_gmt: Option<String>,
    modified_gmt: Option<String>,
}

#[derive(Deserialize, Default)]
struct Rendered {
    #[serde(default)]
    rendered: String,
}

/// Where the API lists the posts of this archive's author. None where the page does not announce the API
/// (`rel="https://api.w.org/"`), or not whose archive it is: by a JSON alternate under `/wp/v2/users/`, or by the
/// class `author-ID` of the body of an author archive.
pub(crate) fn announced(page: &Page) -> Option<String> {
    let links = || page.all(Tag::Link).filter_map(|n| Some((page.attr(n, "rel")?, page.attr(n, "href")?)));
    let root = links().find(|(rel, _)| rel.trim() == "https://api.w.org/").map(|(_, href)| href)?;
    let by_link = links()
        .filter(|(rel, _)| rel.trim() == "alternate")
        .find_map(|(_, href)| user(href))
        .map(str::to_owned);
    let author = by_link.or_else(|| by_class(page.attr(page.body(), "class")?).map(str::to_owned))?;
    let mut url = Url::parse(&page.absolute(root)?).ok()?;
    // Sites without pretty addresses have the route in the query: /?rest_route=/
    let route = url.query_pairs().find(|(key, _)| key == "rest_route").map(|(_, route)| route.into_owned());
    match route {
        Some(route) => {
            let route = format!("{}/{POSTS}", route.trim_end_matches('/'));
            url.query_pairs_mut().clear().append_pair("rest_route", &route);
        }
        None => url = url.join(POSTS).ok()?,
    }
    url.query_pairs_mut()
        .append_pair("author", &author)
        .append_pair("per_page", &PER_PAGE.to_string())
        .append_pair("_fields", "link,title,excerpt,date_gmt,modified_gmt");
    Some(url.into())
}

/// The number after `/wp/v2/users/`.
fn user(href: &str) -> Option<&str> {
    let (_, id) = href.split_once("wp/v2/users/").or_else(|| href.split_once("wp%2Fv2%2Fusers%2F"))?;
    number(id)
}

fn by_class(classes: &str) -> Option<&str> {
    let mut words = classes.split_ascii_whitespace();
    words.clone().find(|w| *w == "author")?;
    words.find_map(|w| number(w.strip_prefix("author-")?))
}

fn number(text: &str) -> Option<&str> {
    ((1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

/// Whether the address is one of [`announced`]: nothing in an array of JSON says what it is.
pub(crate) fn is_posts(url: &Url) -> bool {
    url.path().ends_with(POSTS)
        || url.query_pairs().any(|(key, value)| key == "rest_route" && value.ends_with(POSTS))
}

pub(super) fn parse(document: &str, url: &Url) -> Option<Listing> {
    if !is_posts(url) {
        return None;
    }
    let posts: Vec<Post> = serde_json::from_str(document).ok()?;
    let full = posts.len() >= PER_PAGE;
    let works = posts.into_iter().take(MAX_ENTRIES).filter_map(|post| work(&post, url)).collect();
    let next_pages = full.then(|| after(url)).into_iter().collect();
    Some(Listing { works, next_pages, ..Listing::default() })
}

fn work(post: &Post, base: &Url) -> Option<Work> {
    // Times in UTC, without saying so.
    let time = |text: &Option<String>| parse_date(&format!("{}Z", text.as_deref()?.trim_end_matches('Z')));
    finish(Work {
        title: markup::text(&post.title.rendered),
        url: absolute(base, &post.link),
        date: time(&post.date_gmt),
        authors: Vec::new(),
        source: None,
        summary: Some(markup::text(&post.excerpt.rendered)),
        modified: time(&post.modified_gmt),
        evidence: Evidence::Feed,
    })
}

/// The address with its `page` one further.
fn after(url: &Url) -> String {
    let page = url.query_pairs().find(|(key, _)| key == "page").and_then(|(_, n)| n.parse::<u32>().ok());
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| key != "page")
        .map(|(k, v)| (k.into_owned(), v.into_owned()))
        .collect();
    let mut next = url.clone();
    next.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair("page", &page.unwrap_or(1).saturating_add(1).to_string());
    next.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced_by(html: &str) -> Option<String> {
        announced(&Page::parse(&Url::parse("https://blog.example/author/li-xin/").unwrap(), html))
    }

    #[test]
    fn the_api_is_found_where_page_and_author_are_announced() {
        let api = "<link rel='https://api.w.org/' href='https://blog.example/wp-json/'>";
        let user =
            "<link rel=alternate type='application/json' href='https://blog.example/wp-json/wp/v2/users/5'>";
        let posts = "https://blog.example/wp-json/wp/v2/posts?author=5&per_page=100\
                     &_fields=link%2Ctitle%2Cexcerpt%2Cdate_gmt%2Cmodified_gmt";
        assert_eq!(announced_by(&format!("{api}{user}<body>")).as_deref(), Some(posts));
        let class = "<body class='archive author author-li-xin author-5'>";
        assert_eq!(announced_by(&format!("{api}{class}")).as_deref(), Some(posts));
        assert_eq!(announced_by(user), None, "no API");
        assert_eq!(announced_by(&format!("{api}<body class='archive author-5'>")), None, "no author archive");
        let plain = "<link rel='https://api.w.org/' href='https://blog.example/index.php?rest_route=/'>";
        let found = announced_by(&format!("{plain}{class}")).unwrap();
        assert!(
            found.starts_with("https://blog.example/index.php?rest_route=%2Fwp%2Fv2%2Fposts&author=5"),
            "{found}"
        );
        assert!(is_posts(&Url::parse(&found).unwrap()));
    }

    #[test]
    fn posts_are_works_and_a_full_answer_has_a_next() {
        let post = |n: usize| {
            format!(
                r#"{{"link":"https://blog.example/{n}/","title":{{"rendered":"Maps &#038; {n}"}},
                    "excerpt":{{"rendered":"<p>About maps&hellip;</p>\n"}},"date_gmt":"2016-12-26T08:00:00",
                    "modified_gmt":"2017-01-02T00:00:00"}}"#
            )
        };
        let url = |page: &str| {
            Url::parse(&format!("https://blog.example/wp-json/wp/v2/posts?author=5{page}")).unwrap()
        };
        let few = parse(&format!("[{}]", post(1)), &url("")).unwrap();
        let work = &few.works[0];
        assert_eq!((work.title.as_str(), work.url.as_deref()), ("Maps & 1", Some("https://blog.example/1/")));
        assert_eq!(work.date, Some("2016-12-26T08:00:00Z".parse().unwrap()));
        assert_eq!(work.summary.as_deref(), Some("About maps…"));
        assert!(few.next_pages.is_empty());
        let many = format!("[{}]", (0..100).map(post).collect::<Vec<_>>().join(","));
        assert_eq!(parse(&many, &url("")).unwrap().next_pages, [url("&page=2").to_string()]);
        assert_eq!(parse(&many, &url("&page=7")).unwrap().next_pages, [url("&page=8").to_string()]);
        assert_eq!(parse("[]", &url("")).unwrap().works, []);
        assert_eq!(parse("[1]", &url("")), None);
        assert_eq!(parse("[]", &Url::parse("https://blog.example/data").unwrap()), None);
    }
}
