//! Who wrote the article. Rather no author than a wrong one: a name counts by where it stands and by how many
//! places agree, and one that is poorly placed is dropped.

use super::{
    marks::By,
    person,
    sources::{Offer, Place, Sources, is_aside},
    text::{is_cjk, key},
};
use crate::{NodeId, Tag};
use model::{Evidence, Person};

mod east_asian;
mod western;

/// Score below which an offer is no answer.
pub(crate) const LEAST: i32 = 45;

pub(crate) type Authors = Offer<Vec<Person>>;

/// `<meta>` names of authors and how far they are trusted.
#[rustfmt::skip]
const METAS: &[(&str, i32)] = &[
    ("citation_author", 92), ("citation_authors", 88), ("byl", 74), ("sailthru.author", 72),
    ("parsely-author", 72), ("cxenseparse:author", 68), ("dcterms.creator", 70), ("dc.creator", 70),
    ("dc.contributor.author", 70), ("article:author", 60), ("og:article:author", 60), ("article.author", 60),
    ("og:author", 58), ("author", 62), ("authors", 62), ("article_author", 60), ("rbauthors", 60),
    ("creator", 56), ("dable:author", 60), ("bt:author", 60), ("vr:author", 60), ("twitter:data1", 66),
];

pub(crate) fn authors(sources: &Sources<'_>) -> Vec<Authors> {
    let mut offers = Vec::new();
    json_ld(sources, &mut offers);
    metas(sources, &mut offers);
    marked(sources, &mut offers);
    western::bylines(sources, &mut offers);
    east_asian::bylines(sources, &mut offers);
    followed(sources, &mut offers);
    weigh(sources, &mut offers);
    offers
}

fn people(names: Vec<String>) -> Vec<Person> {
    names.into_iter().map(Person::named).collect()
}

fn json_ld(sources: &Sources<'_>, offers: &mut Vec<Authors>) {
    use super::json_ld::Rank;
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

fn metas(sources: &Sources<'_>, offers: &mut Vec<Authors>) {
    for (origin, score) in METAS {
        if *origin == "twitter:data1" && !sources.head.first(&["twitter:label1"]).is_some_and(is_author_label)
        {
            continue;
        }
        let mut list: Vec<String> = Vec::new();
        for content in sources.head.all(origin) {
            if content.starts_with("http") || content.len() > 400 {
                continue;
            }
            let names = if origin.starts_with("citation") || origin.starts_with("dc") {
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
    [
        "written by",
        "author",
        "by",
        "verfasst von",
        "geschrieben von",
        "écrit par",
        "escrito por",
        "scritto da",
        "geschreven door",
        "skrevet av",
        "skriven av",
        "autor",
        "作者",
        "撰写",
    ]
    .iter()
    .any(|l| lower.contains(l))
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

/// Elements marked as authors by `rel`, `itemprop` or class.
fn marked(sources: &Sources<'_>, offers: &mut Vec<Authors>) {
    let page = sources.page;
    // A mark within a mark (the link in the byline) says more exactly what is the name.
    let mut best: Option<(i32, Authors)> = None;
    let mut itemprops: Vec<Person> = Vec::new();
    let mut profile: Vec<(NodeId, Person)> = Vec::new();
    for mark in &sources.marks.authors {
        let i = mark.node;
        if page.hidden(i) || page.silent(i) {
            continue;
        }
        let (place, distance) = sources.place(i);
        let aside = is_aside(page, i);
        if mark.by == By::Itemprop {
            if page.tag(i) != Tag::Meta && (aside || page.text_len(i) > 200) {
                continue;
            }
            let name = page.attr(i, "content").map(str::to_owned).unwrap_or_else(|| named_within(page, i));
            for name in person::names(&name) {
                if !itemprops.iter().any(|p| p.name == name) && itemprops.len() < 12 {
                    itemprops.push(Person { name, url: url_of(sources, i) });
                }
            }
            continue;
        }
        let score = match (place, mark.by) {
            (Place::Head, By::Microformat | By::Property) => 68,
            (Place::Head, _) => 66,
            (Place::Tail, By::Microformat) => 50,
            (Place::Tail, _) => 47,
            (Place::Body, By::Microformat) => 46,
            (Place::Body, _) => 40,
            (Place::Elsewhere, _) => 26,
        } - i32::from(distance.min(8))
            - if aside { 30 } else { 0 };
        let list = names_of(sources, i, mark.by);
        if mark.by == By::Microformat && list.len() == 1 && page.tag(i) == Tag::A && score >= 50 {
            profile.push((i, list[0].clone()));
        }
        if list.is_empty() {
            continue;
        }
        let origin = if mark.by == By::Class { "class" } else { "rel" };
        let more = best.as_ref().is_some_and(|(s, o)| *s == score && o.value.len() >= list.len());
        if best.as_ref().is_none_or(|(s, _)| score > *s)
            || (!more && best.as_ref().is_some_and(|(s, _)| *s == score))
        {
            best = Some((score, Offer::new(list.clone(), Evidence::Byline, origin, score)));
        }
        if score >= 40 {
            offers.push(Offer::new(list, Evidence::Byline, origin, score));
        }
    }
    if !itemprops.is_empty() {
        offers.push(Offer::new(itemprops, Evidence::Microdata, "itemprop", 72));
    }
    // Several `rel=author` links beside each other are one joint byline.
    if profile.len() > 1 {
        let mut list: Vec<Person> = Vec::new();
        for (_, person) in profile {
            if !list.iter().any(|p| p.name == person.name) && list.len() < 12 {
                list.push(person);
            }
        }
        if list.len() > 1 {
            offers.push(Offer::new(list, Evidence::Byline, "rel*", 67));
        }
    }
}

/// The name in an element with `itemprop=author`: its `itemprop=name`, or its text.
fn named_within(page: &crate::Page, i: NodeId) -> String {
    let named = page
        .descendants(i)
        .find(|&d| page.attr(d, "itemprop").is_some_and(|p| p.split(' ').any(|p| p == "name")));
    named.map_or_else(
        || page.text(i).to_owned(),
        |n| page.attr(n, "content").map_or_else(|| page.text(n).to_owned(), str::to_owned),
    )
}

/// Names in a marked element: those of its links to author pages, or those its text tells.
fn names_of(sources: &Sources<'_>, i: NodeId, by: By) -> Vec<Person> {
    let page = sources.page;
    let mut linked: Vec<Person> = Vec::new();
    for a in page.all_in(i, Tag::A).take(12) {
        let Some(href) = page.attr(a, "href") else { continue };
        if western::is_author_page(href) {
            for name in person::names(page.text(a)) {
                if western::may_be_name(&name) && !linked.iter().any(|p| p.name == name) {
                    linked.push(Person { name, url: page.absolute(href) });
                }
            }
        }
    }
    if !linked.is_empty() {
        return linked;
    }
    let text = page.text(i);
    if text.is_empty() || text.len() > 220 {
        return Vec::new();
    }
    let names = western::names_in(text);
    let strict = by == By::Class && page.tag(i) != Tag::A;
    let names: Vec<String> = names
        .into_iter()
        .filter(|n| {
            if strict {
                person::looks_like_person(n) || western::is_short_name(n)
            } else {
                western::may_be_name(n)
            }
        })
        .collect();
    if names.len() > 12 {
        return Vec::new();
    }
    let url = (names.len() == 1).then(|| url_of(sources, i)).flatten();
    names.into_iter().map(|name| Person { name, url: url.clone() }).collect()
}

fn url_of(sources: &Sources<'_>, i: NodeId) -> Option<String> {
    let page = sources.page;
    let own = (page.tag(i) == Tag::A).then_some(i);
    let link = own
        .or_else(|| page.all_in(i, Tag::A).next())
        .or_else(|| page.ancestors(i).take(2).find(|&a| page.tag(a) == Tag::A))?;
    page.attr(link, "href").filter(|h| western::is_author_page(h)).and_then(|h| page.absolute(h))
}

/// A followed author whose name the page prints by itself next to the title, or after a byline's label.
fn followed(sources: &Sources<'_>, offers: &mut Vec<Authors>) {
    for name in &sources.input.hints.authors {
        let wanted = key(name);
        let printed = |text: &str| {
            let names = western::names_in(text);
            names.len() <= 3 && names.iter().any(|n| key(n) == wanted)
        };
        if sources.lines.iter().any(|l| {
            l.place == Place::Head && l.distance <= 6 && l.text.chars().count() < 80 && printed(l.text)
        }) {
            offers.push(Offer::new(vec![Person::named(name.clone())], Evidence::Byline, "followed", 50));
        }
    }
}

/// Raises what several places agree on and what is printed; lowers the site's own name and what stands in the
/// head alone.
fn weigh(sources: &Sources<'_>, offers: &mut [Authors]) {
    let sets: Vec<Vec<String>> = offers.iter().map(|o| names_key(&o.value)).collect();
    let origins: Vec<&'static str> = offers.iter().map(|o| o.origin).collect();
    let east_asian = sources.is_cjk() || sources.zones.is_cjk;
    for n in 0..offers.len() {
        let agreeing = (0..offers.len()).filter(|&m| origins[m] != origins[n] && sets[m] == sets[n]).count();
        let mut score = offers[n].score + i32::try_from(agreeing.min(3)).unwrap_or(0) * 6;
        let declared = offers[n].evidence < Evidence::TimeTag;
        let site = offers[n].value.iter().all(|p| sources.is_site(&p.name));
        if site {
            score -= 26;
        }
        if declared && !site {
            let printed = offers[n].value.iter().all(|p| sources.page.full_text().contains(p.name.as_str()));
            if !printed && offers[n].evidence != Evidence::JsonLd {
                score -= 8;
            }
            if east_asian && !offers[n].origin.starts_with("citation") {
                score =
                    score.min(if east_asian::printed_as_author(sources, &offers[n].value) { 64 } else { 20 });
            }
        }
        if declared && east_asian && site {
            score = 10;
        }
        let hinted = offers[n]
            .value
            .iter()
            .any(|p| sources.input.hints.authors.iter().any(|a| key(a) == key(&p.name)));
        let listed = sources.input.hints.listed.as_ref().is_some_and(|l| {
            !l.authors.is_empty()
                && l.authors.iter().all(|a| offers[n].value.iter().any(|p| key(a) == key(&p.name)))
        });
        score += if hinted { 8 } else { 0 } + if listed { 12 } else { 0 };
        offers[n].score = score;
    }
    prefer_joint(offers);
}

/// A printed byline that names the declared author and others besides tells more than the declaration.
fn prefer_joint(offers: &mut [Authors]) {
    let Some(best) = super::sources::best(offers).map(|o| (names_key(&o.value), o.score, o.evidence)) else {
        return;
    };
    if best.1 < LEAST {
        return;
    }
    for offer in offers.iter_mut() {
        let names = names_key(&offer.value);
        let holds = names.len() > best.0.len() && best.0.iter().all(|n| names.contains(n));
        if holds && offer.score >= 56 && names.len() <= best.0.len() + 4 {
            offer.score = offer.score.max(best.1 + 1);
        }
    }
}

fn names_key(people: &[Person]) -> Vec<String> {
    let mut names: Vec<String> = people.iter().map(|p| key(&p.name)).collect();
    names.sort_unstable();
    names
}

/// Whether most letters are Han, kana or Hangul.
pub(crate) fn mostly_cjk(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).take(2000);
    let (mut all, mut cjk) = (0usize, 0usize);
    for c in letters {
        all += 1;
        cjk += usize::from(is_cjk(c));
    }
    cjk * 2 > all
}
