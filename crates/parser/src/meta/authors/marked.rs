//! Authors in elements that `rel`, `itemprop` or a class marks as such.

use super::{Authors, western};
use crate::{
    NodeId, Page, Tag,
    meta::{
        marks::By,
        person,
        sources::{Line, Offer, Place, Sources},
    },
    stems::Stems,
};
use model::{Evidence, Person};
use std::sync::LazyLock;

pub(super) fn collect(sources: &Sources<'_>, offers: &mut Vec<Authors>) {
    let page = sources.page;
    let mut itemprops: Vec<Person> = Vec::new();
    let mut linked: Vec<Person> = Vec::new();
    let mut everywhere: Vec<Person> = Vec::new();
    let mut named: Vec<Person> = Vec::new();
    for mark in &sources.marks.authors {
        let i = mark.node;
        if page.hidden(i) || page.silent(i) || helps(page, i) {
            continue;
        }
        let (place, distance) = sources.place(i);
        let aside = sources.is_aside(i, place);
        if mark.by == By::Itemprop {
            let other = (page.tag(i) != Tag::Meta && (aside || page.text_len(i) > 200)) || of_image(page, i);
            if other || sources.is_of_another_work(i) {
                continue;
            }
            let name = page.attr(i, "content").map(str::to_owned).unwrap_or_else(|| named_within(page, i));
            add(
                &mut itemprops,
                person::names(&name).into_iter().map(|name| Person { name, url: url_of(sources, i) }),
            );
            continue;
        }
        let list = names_of(sources, i, mark.by);
        if list.is_empty() {
            continue;
        }
        let score = match (place, mark.by) {
            (Place::Head, By::Microformat | By::Property) => 68,
            (Place::Head, _) => 66,
            (Place::Tail, By::Microformat) => 52,
            (Place::Tail, _) => 47,
            // The text begins with the standfirst or the byline itself.
            (Place::Body, _) if distance <= 4 => 60 - i32::from(distance) * 2,
            (Place::Body, By::Microformat) => 46,
            (Place::Body, _) => 40,
            (Place::Elsewhere, _) => 26,
        } - i32::from(distance.saturating_sub(1).min(8))
            - if aside { 30 } else { 0 };
        let by_rel = mark.by == By::Microformat && page.tag(i) == Tag::A;
        if by_rel && !aside {
            add(&mut everywhere, list.iter().cloned());
            if score >= 50 {
                add(&mut linked, list.iter().cloned());
            }
        }
        named.extend(list.iter().cloned());
        if score >= 40 {
            offers.push(Offer::new(
                list,
                Evidence::Byline,
                if mark.by == By::Class { "class" } else { "rel" },
                score,
            ));
        }
    }
    if !itemprops.is_empty() {
        offers.push(Offer::new(itemprops, Evidence::Microdata, "itemprop", 72));
    }
    // Several `rel=author` links beside each other are one joint byline; the only one of a page is its author's.
    if linked.len() > 1 {
        offers.push(Offer::new(linked, Evidence::Byline, "rel*", 67));
    }
    if everywhere.len() == 1 {
        offers.push(Offer::new(everywhere, Evidence::Byline, "rel1", 56));
    }
    if !offers.iter().any(|o| o.score >= super::LEAST) {
        offers.extend(alone(sources, &named));
    }
}

/// A name that stands by itself beside the title and is marked as an author's elsewhere, is that of a portrait, or
/// heads a note on the author behind the text; and one in such a note alone.
fn alone(sources: &Sources<'_>, named: &[Person]) -> Option<Authors> {
    let page = sources.page;
    let portrayed = |name: &str| {
        page.all(Tag::Img)
            .filter_map(|i| page.attr(i, "alt"))
            .any(|alt| alt.len() <= name.len() + 20 && alt.contains(name))
    };
    let beside = |l: &&Line<'_>| match l.place {
        Place::Head => !l.before && l.distance <= 6,
        Place::Body => l.distance <= 4,
        _ => false,
    };
    let noted = noted(sources);
    let printed = sources.lines.iter().filter(beside).find_map(|line| {
        if noted.is_some_and(|note| note.text == line.text && note.start > line.start) {
            return Some((Person::named(line.text.to_owned()), 56));
        }
        if line.text.len() > 60 || !person::looks_like_person(line.text) {
            return None;
        }
        let person = named.iter().find(|p| p.name == line.text).cloned();
        let person = person.or_else(|| portrayed(line.text).then(|| Person::named(line.text.to_owned())))?;
        Some((person, 54))
    });
    let in_note = || {
        let note = noted.filter(|n| person::looks_like_person(n.text))?;
        Some((Person::named(note.text.to_owned()), 48))
    };
    let (person, score) = printed.or_else(in_note)?;
    Some(Offer::new(vec![person], Evidence::Byline, "alone", score))
}

/// "Jane Doe" and in the next line "Jane Doe is a writer from ...", "Jane writes on ...", at the text's end: the line
/// that names who is introduced there.
fn noted<'s>(sources: &'s Sources<'_>) -> Option<&'s Line<'s>> {
    #[rustfmt::skip]
    const VERBS: &[&str] = &[
        "is", "was", "has", "writes", "works", "covers", "loves", "lives", "ist", "schreibt", "arbeitet", "est", "écrit", "es",
        "escribe", "é", "è", "scrive", "är", "er", "skriver", "schrijft",
    ];
    // A paragraph that explains the heading over it ("Plant Care is ...") speaks of no one.
    #[rustfmt::skip]
    const PERSONAL: &[&str] = &[
        "who", "she", "he", "her", "his", "they", "writer", "author", "editor", "journalist", "reporter", "columnist", "professor",
        "founder", "co-founder", "professional", "expert", "consultant", "specialist", "manager", "director", "blogger", "teacher",
        "student", "lawyer", "attorney", "physician", "autor", "autorin", "redakteur", "redakteurin", "journalistin", "professorin",
        "gründer", "gründerin", "auteur", "auteure", "journaliste", "fondateur", "fondatrice", "autora", "periodista", "fundador",
        "fundadora", "giornalista", "autore", "autrice", "skribent", "journalista", "schrijver", "er", "sie", "elle", "ella",
    ];
    let end = sources.zones.body.end;
    let ends = |l: &&[Line<'_>]| match l[0].place {
        Place::Tail => true,
        Place::Body => l[0].start + NOTE >= end,
        _ => false,
    };
    sources.lines.windows(2).filter(ends).find_map(|pair| {
        let (name, note) = (pair[0].text, pair[1].text);
        let first = name.split(' ').next().unwrap_or_default();
        let rest = note.strip_prefix(name).or_else(|| note.strip_prefix(first))?;
        let verb = rest.strip_prefix(' ')?.split(' ').next()?;
        let mut words = rest.split(|c: char| !c.is_alphanumeric() && c != '-');
        let personal = words.any(|w| PERSONAL.contains(&w.to_lowercase().as_str()));
        let fits = personal && (person::looks_like_person(name) || western::is_short_name(name));
        (fits && name.len() <= 60 && VERBS.contains(&verb) && note.len() > name.len() + 20)
            .then_some(&pair[0])
    })
}

/// Bytes at the end of the text in which a note on the author may stand.
const NOTE: usize = 700;

/// Most names of one byline.
const MOST: usize = 12;

fn add(list: &mut Vec<Person>, people: impl Iterator<Item = Person>) {
    for person in people {
        if !list.iter().any(|p| p.name == person.name) && list.len() < MOST {
            list.push(person);
        }
    }
}

/// The element names an editor, a reviewer or a photographer: the words before it say so.
pub(super) fn helps(page: &Page, i: NodeId) -> bool {
    let at = page.text_range(i).start;
    let text = page.full_text();
    let mut from = at.saturating_sub(36);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "review", "edited", "editor:", "fact check", "fact-check", "photo", "foto", "illustrat", "image",
        "checked by", "approved by", "updated by", "translat", "cover by", "produced by", "redigeret",
        "bearbeitet", "编辑",
    ];
    static STEMS: LazyLock<Stems> = LazyLock::new(|| Stems::new(&[WORDS]));
    let inside = page.text(i).get(..16).unwrap_or_default();
    let last = text[from..at].rsplit(['\u{2022}', '|']).next().unwrap_or_default();
    STEMS.within(last) != 0
        || STEMS.within(inside) != 0 && WORDS.iter().any(|w| inside.to_lowercase().starts_with(w))
}

/// A picture's author.
fn of_image(page: &Page, i: NodeId) -> bool {
    page.ancestors(i).take(4).any(|a| {
        matches!(page.tag(a), Tag::Figure | Tag::Figcaption)
            || page
                .attr(a, "itemtype")
                .is_some_and(|t| t.contains("ImageObject") || t.contains("Comment") || t.contains("Review"))
    })
}

/// The name in an element with `itemprop=author`: its `itemprop=name`, or its text.
fn named_within(page: &Page, i: NodeId) -> String {
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
    let text = page.text(name_in(page, i).unwrap_or(i));
    if text.is_empty() || text.len() > 220 {
        return Vec::new();
    }
    // "News in Brief" is not "News", at work in Brief.
    let names = if sources.is_site(text) { person::names(text) } else { western::names_in(text) };
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

/// Nodes of a marked element among which its name is looked for.
const NAME_WITHIN: usize = 200;

/// The one part of a marked element whose class says that it is the name: beside it may stand a badge or a role.
fn name_in(page: &Page, i: NodeId) -> Option<NodeId> {
    let names = |d: &NodeId| {
        page.class(*d).split_ascii_whitespace().any(|c| matches!(c, "name" | "fn" | "p-name" | "author-name"))
    };
    let mut named = page.descendants(i).take(NAME_WITHIN).filter(names).filter(|&d| !page.text(d).is_empty());
    named.next().filter(|_| named.next().is_none())
}

fn url_of(sources: &Sources<'_>, i: NodeId) -> Option<String> {
    let page = sources.page;
    let own = (page.tag(i) == Tag::A).then_some(i);
    let link = own
        .or_else(|| page.all_in(i, Tag::A).next())
        .or_else(|| page.ancestors(i).take(2).find(|&a| page.tag(a) == Tag::A))?;
    page.attr(link, "href").filter(|h| western::is_author_page(h)).and_then(|h| page.absolute(h))
}
