//! The fields of an article.
//!
//! Each field collects what every place of the page offers for it (`sources::Offer`), scores the offers by
//! the trust their place has earned and by how they agree, and takes the best, or none where even the best
//! is poor. [`crate::explain()`] shows the offers that lost beside the one that won.

mod authors;
mod citation;
pub mod date;
mod dates;
mod head;
pub(crate) mod json;
mod json_ld;
mod language;
mod marks;
pub(crate) mod person;
#[cfg(test)]
mod promises;
mod rest;
mod sources;
pub(crate) mod text;
mod title;

pub use sources::Candidate;

use crate::{Page, PageInput, body::Body, rules::Given};
use model::{Article, Field, Person, Stamp};
use sources::{Offer, Sources};

/// All fields but the blocks, each with its evidence.
pub fn extract(page: &Page, input: &PageInput<'_>, body: &Body) -> Article {
    read(page, input, body, &Given::default()).0
}

/// All fields but the blocks, those that rules found before all others, and what was considered for them.
pub(crate) fn read(
    page: &Page,
    input: &PageInput<'_>,
    body: &Body,
    given: &Given,
) -> (Article, Vec<Candidate>) {
    let mut sources = Sources::gather(page, input, body);
    let mut candidates = Vec::new();
    let titles = title::titles(&sources);
    let title = settle("title", &titles.offers, 1, &mut candidates, String::clone);
    sources.locate(titles.printed);
    let dates = dates::dates(&sources);
    let published = settle("published", &dates.published, dates::LEAST, &mut candidates, Stamp::to_string);
    let modified = settle("modified", &dates.modified, dates::LEAST, &mut candidates, Stamp::to_string);
    let authors = authors::authors(&sources);
    let show = |people: &Vec<Person>| people.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join("; ");
    let authors = settle("authors", &authors, authors::LEAST, &mut candidates, show);
    let citations = citation::sources_of(&sources);
    let source = settle("source", &citations, 40, &mut candidates, String::clone);
    let mut article = Article {
        language: language::language(&sources),
        source: source.map(Offer::into_field),
        authors: authors
            .map_or_else(Vec::new, |o| o.value.into_iter().map(|p| Field::new(p, o.evidence)).collect()),
        title: title.map(Offer::into_field),
        published: published.map(Offer::into_field),
        modified: modified.map(Offer::into_field),
        ..Article::default()
    };
    rest::fill(&sources, &mut article);
    given.fill(&mut article, &mut candidates);
    (article, candidates)
}

/// Takes the best offer, where its score is at least `least`, and notes all of them.
fn settle<T: Clone>(
    field: &'static str,
    offers: &[Offer<T>],
    least: i32,
    candidates: &mut Vec<Candidate>,
    show: impl Fn(&T) -> String,
) -> Option<Offer<T>> {
    let best = sources::best(offers).filter(|o| o.score >= least);
    for offer in offers {
        candidates.push(Candidate {
            field,
            value: show(&offer.value),
            evidence: offer.evidence,
            origin: offer.origin.to_owned(),
            score: offer.score,
            chosen: best.is_some_and(|b| std::ptr::eq(b, offer)),
        });
    }
    best.cloned()
}

/// How the page writes 03/04/2020.
pub(crate) fn order_of(page: &Page) -> date::Order {
    let head = head::Head::read(page);
    sources::order(&sources::declared_language(page, &head), page, &head)
}

/// Most directives for robots that are kept; a dozen are known.
const MAX_DIRECTIVES: usize = 32;

/// Directives for robots in general or for us by name, from `<meta>` and X-Robots-Tag: lower case, each once.
/// What is said to another robot by its name (`otherbot: noindex, nofollow`) is not ours to obey.
pub fn robots(page: &Page, input: &PageInput<'_>) -> Vec<String> {
    let head = head::Head::read(page);
    let metas =
        ["robots", ROBOT].into_iter().flat_map(|name| head.all(name).map(str::to_owned).collect::<Vec<_>>());
    let mut out: Vec<String> = Vec::new();
    let headers = input.x_robots_tag.unwrap_or_default().lines().map(str::to_owned);
    for directives in metas.chain(headers) {
        let mut ours = true;
        for directive in directives.split(',') {
            let mut directive = directive.trim().to_ascii_lowercase();
            // A name holds until the next one. `unavailable_after: DATE` and `max-snippet: N` have colons as well.
            if let Some((name, rest)) = directive.split_once(':').filter(|(name, _)| !is_rule(name)) {
                ours = matches!(name.trim(), ROBOT | "*" | "robots");
                directive = rest.trim().to_owned();
            }
            if ours && !directive.is_empty() && out.len() < MAX_DIRECTIVES && !out.contains(&directive) {
                out.push(directive);
            }
        }
    }
    out
}

/// How a page can address us by name, in lower case.
const ROBOT: &str = "byline";

/// A directive that takes a value after a colon.
fn is_rule(name: &str) -> bool {
    let name = name.trim();
    name == "unavailable_after" || name.starts_with("max-") || name.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_robots(head: &str, header: Option<&str>, expected: &[&str]) {
        let url = url::Url::parse("https://a.example/").unwrap();
        let page = Page::parse(&url, &format!("<html><head>{head}</head><body></body></html>"));
        let hints = model::Hints { expected: model::PageKind::Other, authors: Vec::new(), listed: None };
        let input = PageInput {
            url: &url,
            bytes: &[],
            content_type: None,
            x_robots_tag: header,
            captured_at: chrono::DateTime::UNIX_EPOCH,
            hints: &hints,
        };
        assert_eq!(robots(&page, &input), expected);
    }

    #[test]
    fn directives_come_from_the_page_and_from_the_header() {
        check_robots("<meta name=ROBOTS content='noindex, NoFollow'>", None, &["noindex", "nofollow"]);
        check_robots("<meta name=byline content=nofollow>", Some("noarchive"), &["nofollow", "noarchive"]);
        check_robots(
            "<meta name=robots content=none>",
            Some("none, max-snippet: 20"),
            &["none", "max-snippet: 20"],
        );
    }

    #[test]
    fn what_is_said_to_another_robot_is_not_ours() {
        check_robots("<meta name=googlebot content=nofollow>", Some("otherbot: noindex, nofollow"), &[]);
        check_robots("", Some("otherbot: noindex\nnofollow"), &["nofollow"]);
        check_robots(
            "",
            Some("otherbot: noindex, nofollow, Byline: nosnippet, noarchive"),
            &["nosnippet", "noarchive"],
        );
        check_robots(
            "",
            Some("unavailable_after: 25 Jun 2030 15:00:00 PST, nofollow"),
            &["unavailable_after: 25 jun 2030 15:00:00 pst", "nofollow"],
        );
    }
}
