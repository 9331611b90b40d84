//! Articles that are cut into several pages.

use super::Body;
use crate::{Page, Tag};
use url::Url;

/// What pagers call the page after this one, lower case.
const NEXT: &[&str] = &[
    "next page",
    "next",
    "下一页",
    "下页",
    "下一頁",
    "次のページ",
    "次へ",
    "nächste seite",
    "weiter",
    "page suivante",
    "página siguiente",
    "próxima página",
    "pagina successiva",
    "następna strona",
    "следующая страница",
];

/// The link called "next page", or by the next number, whose address is this page's own with a number added.
pub(super) fn next_part(page: &Page, body: &Body) -> Option<String> {
    body.root?;
    let (own, part) = stem(&page.url);
    let undivided = undivided(&page.url);
    page.all(Tag::A).filter(|&a| a > body.first && page.text_len(a) <= 40).find_map(|a| {
        let text = page.text(a).trim_matches(['>', '»', '›', '→', ' ', '[', ']']).to_lowercase();
        let number = number_of(&text);
        let named = NEXT.contains(&text.as_str());
        let href = page.attr(a, "href").filter(|_| named || number.is_some())?;
        let url = Url::parse(&page.absolute(href)?).ok()?;
        let (of, at) = stem(&url);
        let follows =
            |own: &str, part: u32| of == own && at == part + 1 && (named || number == Some(part + 1));
        (follows(&own, part) || undivided.iter().any(|own| follows(own, 1))).then(|| url.into())
    })
}

/// 2 in "2", "Page 2", "第2页".
fn number_of(text: &str) -> Option<u32> {
    let text = ["page", "seite", "página", "pagina", "страница", "第"]
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(text);
    text.trim_end_matches(['页', '頁']).trim().parse().ok()
}

/// The address as that of a first part, whatever number it ends with: `route-66/2` is the second part of
/// `route-66`, and `a.html/2` that of `a.html`.
fn undivided(url: &Url) -> [String; 2] {
    let path = url.path().trim_end_matches('/');
    let (front, extension) = split_extension(path);
    let (host, query) = (url.host_str().unwrap_or_default(), url.query().unwrap_or_default());
    [format!("{host}{front}.{extension}?{query}"), format!("{host}{path}.?{query}")]
}

fn split_extension(path: &str) -> (&str, &str) {
    match path.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains('/') => (stem, extension),
        _ => (path, ""),
    }
}

/// An address without its part number, and that number: 1 where there is none. `a_2.html`, `a-2`, `a/2`,
/// `a?page=2` are the second part of `a`.
fn stem(url: &Url) -> (String, u32) {
    let host = url.host_str().unwrap_or_default();
    if let Some((key, value)) =
        url.query_pairs().find(|(k, _)| matches!(&**k, "page" | "p" | "pg" | "pagenum"))
        && let Ok(part) = value.parse()
    {
        let rest: Vec<_> =
            url.query_pairs().filter(|(k, _)| *k != key).map(|(k, v)| format!("{k}={v}")).collect();
        return (format!("{host}{}?{}", url.path(), rest.join("&")), part);
    }
    let path = url.path().trim_end_matches('/');
    let (path, extension) = split_extension(path);
    let digits = path.len() - path.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (head, number) = path.split_at(path.len() - digits);
    let numbered = (1..=2).contains(&digits) && head.ends_with(['_', '-', '/']);
    let (head, part) = match number.parse() {
        Ok(part) if numbered => (&head[..head.len() - 1], part),
        _ => (path, 1),
    };
    (format!("{host}{head}.{extension}?{}", url.query().unwrap_or_default()), part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(own: &str, link: &str, text: &str, expected: bool) {
        let html = format!(
            "<p>It rained, and then it rained more; nobody, of course, minded.</p><a href='{link}'>{text}</a>"
        );
        let page = Page::parse(&Url::parse(own).unwrap(), &html);
        let found = next_part(&page, &super::super::extract(&page));
        assert_eq!(found.is_some(), expected, "{own} {link} {found:?}");
    }

    #[test]
    fn parts_are_told_from_other_articles() {
        check("https://a.example/c/1234.html", "1234_2.html", "下一页", true);
        check("https://a.example/story", "/story/2", "2", true);
        check("https://a.example/story?page=2", "?page=3", "Next »", true);
        check("https://a.example/story/", "/story/2/", "Page 2", true);
        check("https://a.example/route-66/", "/route-66/2/", "2", true);
        check("https://a.example/route-66/", "/route-66/3/", "3", false);
        check("https://a.example/story.html", "/story.html/2", "2", true);
        check("https://a.example/story", "/another-story", "Next", false);
        check("https://a.example/c/1234_2.html", "1234.html", "1", false);
    }
}
