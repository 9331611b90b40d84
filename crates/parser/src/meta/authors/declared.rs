//! Authors that the page declares: JSON-LD and `<meta>`.

use super::{Authors, people};
use crate::meta::{
    person,
    sources::{Offer, Sources},
};
use model::{Evidence, Person};

/// `<meta>` names of authors and how far they are trusted.
#[rustfmt::skip]
const METAS: &[(&str, i32)] = &[
    ("citation_author", 92), ("citation_authors", 88), ("byl", 74), ("sailthru.author", 72),
    ("parsely-author", 72), ("cxenseparse:author", 68), ("dcterms.creator", 70), ("dc.creator", 70),
    ("dc.contributor.author", 70), ("article:author", 60), ("og:article:author", 60), ("article.author", 60),
    ("og:author", 58), ("author", 62), ("authors", 62), ("article_author", 60), ("articleauthor", 60), ("rbauthors", 60),
    ("creator", 56), ("dable:author", 60), ("bt:author", 60), ("vr:author", 60), ("twitter:data1", 66),
];

pub(super) fn json_ld(sources: &Sources<'_>, offers: &mut Vec<Authors>) {
    use crate::meta::json_ld::Rank;
    for work in sources.ld.articles().take(4) {
        let mut list: Vec<Person> = Vec::new();
        let mut organisations = 0;
        for agent in &work.authors {
            let names = if agent.organisation {
                person::clean(&agent.name).into_iter().collect()
            } else {
                person::names(&agent.name)
            };
            for name in names {
                if !list.iter().any(|p| p.name == name) {
                    organisations += usize::from(agent.organisation);
                    let url = agent
                        .url
                        .as_deref()
                        .filter(|u| u.contains("://") || u.starts_with('/'))
                        .and_then(|u| sources.page.absolute(u));
                    list.push(Person { name, url });
                }
            }
        }
        let base = match work.rank {
            Rank::Article => 84,
            Rank::Work => 64,
            _ => 58,
        };
        let organised = organisations == list.len();
        if !list.is_empty() {
            offers.push(Offer::new(
                list,
                Evidence::JsonLd,
                "ld:author",
                base - if organised { 14 } else { 0 },
            ));
        }
    }
}

/// Most `<meta>` elements of one name that are read; papers of large experiments have some thousand authors.
const MOST_METAS: usize = 4000;

pub(super) fn metas(sources: &Sources<'_>, offers: &mut Vec<Authors>) {
    for (origin, score) in METAS {
        if *origin == "twitter:data1" && !sources.head.first(&["twitter:label1"]).is_some_and(is_author_label)
        {
            continue;
        }
        let mut list: Vec<String> = Vec::new();
        for content in sources.head.all(origin).take(MOST_METAS) {
            if content.starts_with("http") || content.len() > 400 {
                continue;
            }
            let names = if sources.is_site(content) {
                person::clean(content).into_iter().collect()
            } else if origin.starts_with("citation") || origin.starts_with("dc") {
                scholarly(content)
            } else {
                person::names(content)
            };
            for name in names {
                if !list.contains(&name) {
                    list.push(name);
                }
            }
        }
        if !list.is_empty() {
            let evidence = if origin.contains(":author") { Evidence::OpenGraph } else { Evidence::Meta };
            offers.push(Offer::new(people(list), evidence, origin, *score));
        }
    }
}

/// The label of a card's line in the languages of WordPress plug-ins.
fn is_author_label(label: &str) -> bool {
    let lower = label.to_lowercase();
    AUTHOR_LABELS.iter().any(|l| lower.contains(l))
}

/// "Doe, Jane; Roe, John" of Highwire and Dublin Core: the family name first.
fn scholarly(content: &str) -> Vec<String> {
    let turn = |one: &str| match one.split_once(',') {
        Some((family, given))
            if !given.contains(',')
                && !given.trim().is_empty()
                && family.split_whitespace().count() <= 3
                && given.split_whitespace().count() <= 3 =>
        {
            person::clean(&format!("{} {}", given.trim(), family.trim()))
        }
        _ => None,
    };
    let parts: Vec<&str> = content.split(';').map(str::trim).filter(|p| !p.is_empty()).collect();
    parts.iter().flat_map(|p| turn(p).map_or_else(|| person::names(p), |n| vec![n])).collect()
}

/// How a card calls the author.
#[rustfmt::skip]
const AUTHOR_LABELS: &[&str] = &[
    "written by", "author", "by", "verfasst von", "geschrieben von", "écrit par", "escrito por",
    "scritto da", "geschreven door", "skrevet av", "skriven av", "autor", "作者", "撰写",
];
