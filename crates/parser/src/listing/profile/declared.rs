//! What a page declares of its author in schema.org's words: JSON-LD and microdata.

use super::{add_same, is_orcid};
use crate::meta::{json::Json, text::plain};
use crate::{NodeId, Page, Tag};
use model::{AuthorProfile, Evidence, Field};

/// The Person that a ProfilePage is about, or the one Person that stands on its own.
pub(super) fn from_json_ld(page: &Page, profile: &mut AuthorProfile) {
    let scripts = page
        .all(Tag::Script)
        .filter(|&s| page.attr(s, "type").is_some_and(|t| t.contains("ld+json")))
        .map(|s| page.raw_text(s))
        .filter(|t| t.contains("Person") && t.len() < 1 << 20);
    let values: Vec<Json<'_>> = scripts.flat_map(Json::read_all).collect();
    let mut people: Vec<&Json<'_>> = Vec::new();
    let mut about: Vec<&Json<'_>> = Vec::new();
    for value in &values {
        gather(value, &mut people, &mut about, 0);
    }
    // A Person beside other Persons is one of many; the page's own is declared as such.
    let person = about.first().copied().or_else(|| (people.len() == 1).then(|| people[0]));
    let Some(person) = person else { return };
    let field = |name: &str| person.get(name).and_then(label).map(|t| Field::new(t, Evidence::JsonLd));
    profile.name = field("name").filter(|n| !n.value.is_empty());
    profile.affiliation = field("affiliation").or_else(|| field("worksFor"));
    profile.biography = field("description");
    let image = person.get("image").map(Json::items).unwrap_or_default();
    let address = |i: &Json<'_>| {
        let url = i.text().or_else(|| i.get("url")?.text()).or_else(|| i.get("contentUrl")?.text())?;
        page.absolute(url)
    };
    profile.portrait = image.iter().find_map(address).map(|u| Field::new(u, Evidence::JsonLd));
    let same = person.get("sameAs").map(Json::items).unwrap_or_default();
    for url in same.iter().filter_map(Json::text).filter_map(|u| page.absolute(u)) {
        add_same(profile, url, Evidence::JsonLd);
    }
    // An identifier is a text, or a PropertyValue that holds it.
    for id in person.get("identifier").map(Json::items).unwrap_or_default() {
        let text = id.text().or_else(|| id.get("value")?.text()).unwrap_or_default();
        let orcid =
            if text.contains("orcid.org/") { text.to_owned() } else { format!("https://orcid.org/{text}") };
        if is_orcid(&orcid) {
            add_same(profile, orcid, Evidence::JsonLd);
        }
    }
}

/// A text, or the name of what stands in its place.
fn label(value: &Json<'_>) -> Option<String> {
    let text = value.text().or_else(|| value.items().first()?.get("name")?.text())?;
    let text = plain(text);
    (!text.is_empty()).then_some(text)
}

/// Persons at the top or in a graph, and those that a ProfilePage is about; not the authors of articles.
fn gather<'j, 'a>(
    value: &'j Json<'a>,
    people: &mut Vec<&'j Json<'a>>,
    about: &mut Vec<&'j Json<'a>>,
    depth: u8,
) {
    if depth > 4 {
        return;
    }
    for item in value.items() {
        let is =
            |name: &str| item.get("@type").is_some_and(|t| t.items().iter().any(|t| t.text() == Some(name)));
        if is("Person") && item.get("name").is_some() {
            people.push(item);
        }
        if is("ProfilePage") || is("AboutPage") {
            let subject = item.get("mainEntity").or_else(|| item.get("about"));
            about.extend(subject.into_iter().flat_map(Json::items).filter(|p| p.get("name").is_some()));
        }
        if let Some(graph) = item.get("@graph") {
            gather(graph, people, about, depth + 1);
        }
    }
}

/// The one Person in microdata that stands outside the list and is not somebody's author; what JSON-LD gave stays.
pub(super) fn from_microdata(page: &Page, profile: &mut AuthorProfile, records: &std::ops::Range<NodeId>) {
    let is_person = |d: NodeId| {
        page.attr(d, "itemtype").is_some_and(|t| t.trim_end_matches('/').ends_with("schema.org/Person"))
    };
    let mut people = page.descendants(page.body()).filter(|&d| {
        is_person(d)
            && !records.contains(&d)
            && page.attr(d, "itemprop").is_none_or(|p| matches!(p, "mainEntity" | "about"))
    });
    let (Some(person), None) = (people.next(), people.next()) else { return };
    // Properties of a thing within the person (the address of a university) are that thing's.
    let own = |name: &'static str| {
        page.descendants(person).filter(move |&d| {
            let holder = page.ancestors(d).find(|&a| page.attr(a, "itemscope").is_some());
            holder == Some(person)
                && page.attr(d, "itemprop").is_some_and(|p| p.split_ascii_whitespace().any(|p| p == name))
        })
    };
    let text = |name: &'static str| {
        own(name).find_map(|d| {
            let inner = page.descendants(d).find(|&i| page.attr(i, "itemprop") == Some("name"));
            let said = page.attr(d, "content").unwrap_or_else(|| page.text(inner.unwrap_or(d)));
            let said = plain(said);
            (!said.is_empty()).then(|| Field::new(said, Evidence::Microdata))
        })
    };
    let address = |d: NodeId| {
        let names = ["href", "src", "data-src", "content"];
        names.iter().find_map(|a| page.attr(d, a)).and_then(|u| page.absolute(u))
    };
    profile.name = profile.name.take().or_else(|| text("name"));
    profile.affiliation =
        profile.affiliation.take().or_else(|| text("affiliation")).or_else(|| text("worksFor"));
    profile.biography = profile.biography.take().or_else(|| text("description"));
    let portrait = own("image").find_map(address);
    profile.portrait =
        profile.portrait.take().or_else(|| portrait.map(|u| Field::new(u, Evidence::Microdata)));
    for url in own("sameAs").filter_map(address) {
        add_same(profile, url, Evidence::Microdata);
    }
}
