//! Who wrote the article. Rather no author than a wrong one: a name counts by where it stands and by how many
//! places agree, and one that is poorly placed is dropped.

use super::{
    person,
    sources::{Line, Offer, Place, Sources},
    text::{is_cjk, key, letter_count},
};
use crate::{NodeId, Tag};
use model::{Evidence, Person};

mod declared;
mod east_asian;
mod labelled;
mod marked;
mod owner;
mod western;

/// Score below which an offer is no answer.
pub(crate) const LEAST: i32 = 45;

pub(crate) type Authors = Offer<Vec<Person>>;

pub(crate) fn authors(sources: &Sources<'_>) -> Vec<Authors> {
    let mut offers = Vec::new();
    declared::json_ld(sources, &mut offers);
    declared::metas(sources, &mut offers);
    marked::collect(sources, &mut offers);
    western::bylines(sources, &mut offers);
    east_asian::bylines(sources, &mut offers);
    labelled::collect(sources, &mut offers);
    followed(sources, &mut offers);
    for offer in &mut offers {
        drop_companions(sources, &mut offer.value);
    }
    offers.retain(|o| !o.value.is_empty());
    weigh(sources, &mut offers);
    if !offers.iter().any(|o| o.score >= LEAST) {
        let signed = |o: &Authors| {
            o.evidence >= Evidence::TimeTag
                && o.score >= 30
                && o.value.iter().any(|p| person::looks_like_person(&p.name))
        };
        let house = if offers.iter().any(signed) { None } else { owner::house(sources) };
        offers.extend(owner::of_the_site(sources).or(house));
    }
    offers
}

/// "Jane Doe, The Paper": where persons sign, the site beside them is no author.
fn drop_companions(sources: &Sources<'_>, people: &mut Vec<Person>) {
    if people.iter().any(|p| !is_collective(&p.name)) {
        people.retain(|p| !is_collective(&p.name));
    }
    if people.len() > 1
        && people.iter().any(|p| person::looks_like_person(&p.name) && !sources.is_site(&p.name))
    {
        people.retain(|p| !sources.is_site(&p.name) && !names_site(sources, &p.name));
    }
}

/// "QPN NORTH" on the site of QPN: one of its newsrooms.
fn names_site(sources: &Sources<'_>, name: &str) -> bool {
    let initials = |word: &str| (3..=5).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase());
    name.split(' ').any(|word| initials(word) && sources.is_site(word))
}

/// "Agencies", "Our People": a group that no name tells apart.
fn is_collective(name: &str) -> bool {
    let lower = name.to_lowercase();
    [
        "agencies",
        "agenturen",
        "agences",
        "agencias",
        "staff",
        "full bio",
        "our people",
        "wires",
        "news services",
    ]
    .contains(&lower.as_str())
}

/// "Paper Staff", "Team Paper": a newsroom, which may sign but says less than a person's name.
fn is_group(name: &str) -> bool {
    #[rustfmt::skip]
    const GROUPS: &[&str] = &["staff", "team", "editors", "newsroom", "redaktion", "desk", "redacción", "rédaction", "redazione", "redactie"];
    let lower = name.to_lowercase();
    let mut words = lower.split([' ', '-']);
    let (first, last) = (words.next().unwrap_or_default(), words.next_back().unwrap_or_default());
    first == "team" || GROUPS.contains(&last)
}

fn people(names: Vec<String>) -> Vec<Person> {
    names.into_iter().map(Person::named).collect()
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
    let joint = sources.lines.iter().filter(|l| match l.place {
        Place::Head => l.distance <= 6,
        Place::Tail => l.distance <= 4,
        _ => false,
    });
    if let Some(names) = joint.filter_map(|l| followed_jointly(sources, l)).next() {
        offers.push(Offer::new(people(names), Evidence::Byline, "followed*", 58));
    }
}

/// A line of nothing but followed authors, each linked to what there is of them: 李新 ► Zoë Ångström.
fn followed_jointly(sources: &Sources<'_>, line: &Line<'_>) -> Option<Vec<String>> {
    let known = &sources.input.hints.authors;
    if known.len() < 2 || line.text.len() > 200 {
        return None;
    }
    let links = sources.links_from(line);
    let named = |&a: &NodeId| known.iter().find(|n| key(n) == key(sources.page.text(a))).cloned();
    let names: Vec<String> = links.iter().filter_map(named).collect();
    let all = names.len() > 1
        && names.len() == links.len()
        && names.iter().map(|n| letter_count(n)).sum::<usize>() == letter_count(line.text)
        && !links.iter().any(|&a| {
            let mut around = sources.page.ancestors(a).filter(|&n| sources.page.tag(n) == Tag::Article);
            let own = line.place == Place::Tail && around.any(|n| sources.holds_the_article(n));
            sources.is_aside(a, line.place) && !own
        });
    all.then_some(names)
}

/// Raises what several places agree on; lowers the site's own name, and what only the head declares while the
/// page prints another name, or none.
fn weigh(sources: &Sources<'_>, offers: &mut [Authors]) {
    let sets: Vec<Vec<String>> = offers.iter().map(|o| names_key(&o.value)).collect();
    let origins: Vec<&'static str> = offers.iter().map(|o| o.origin).collect();
    let east_asian = sources.is_cjk() || sources.zones.is_cjk;
    let printed = sources.printed_names();
    for n in 0..offers.len() {
        let agreeing = (0..offers.len()).filter(|&m| origins[m] != origins[n] && sets[m] == sets[n]).count();
        let mut score = offers[n].score + i32::try_from(agreeing.min(3)).unwrap_or(0) * 6;
        let people = &offers[n].value;
        let declared = offers[n].evidence < Evidence::TimeTag;
        let persons = people.iter().all(|p| person::looks_like_person(&p.name) && !is_organisation(&p.name));
        let site = people.iter().all(|p| sources.is_site(&p.name)) && !persons;
        if site {
            score -= if offers[n].evidence == Evidence::JsonLd { SITE_IN_JSON_LD } else { 32 };
        }
        // "The Quay" on a page of The Quay may read like a person: not where the author is known to be another.
        let another = !sources.input.hints.authors.is_empty()
            && !people.iter().any(|p| sources.input.hints.authors.iter().any(|a| key(a) == key(&p.name)));
        if declared && persons && another && people.iter().all(|p| sources.is_site(&p.name)) {
            score = score.min(LEAST - 1);
        }
        if declared && !site {
            if !people.iter().all(|p| printed.contains(&key(&p.name))) {
                let account = people.iter().all(|p| !p.name.contains(' ') && !is_organisation(&p.name));
                score = score.min(if persons {
                    64
                } else if account {
                    50
                } else {
                    LEAST - 1
                });
            }
            if east_asian && !offers[n].origin.starts_with("citation") {
                score = score.min(if east_asian::printed_as_author(sources, people) { 64 } else { 20 });
            }
        }
        if offers[n].evidence != Evidence::JsonLd
            && declared
            && !site
            && people.iter().any(|p| is_organisation(&p.name))
        {
            score = score.min(LEAST - 1);
        }
        if declared && east_asian && site {
            score = 10;
        }
        let hinted =
            people.iter().any(|p| sources.input.hints.authors.iter().any(|a| key(a) == key(&p.name)));
        let listed = sources.input.hints.listed.as_ref().is_some_and(|l| {
            !l.authors.is_empty() && l.authors.iter().all(|a| people.iter().any(|p| key(a) == key(&p.name)))
        });
        score += if hinted { 8 } else { 0 } + if listed { 12 } else { 0 };
        offers[n].score = score;
    }
    drop_glued(offers);
    prefer_persons(offers);
    prefer_joint(offers);
}

/// "Jane DoeStaff writer and more": a name in which another stands first, and a capital follows without a space,
/// is that other and the element beside it. "Li Xinyi" is nobody's "Li Xin" with something glued on.
fn drop_glued(offers: &mut [Authors]) {
    let names: Vec<String> = offers.iter().flat_map(|o| o.value.iter().map(|p| p.name.clone())).collect();
    for offer in offers {
        let glued = offer.value.iter().any(|p| {
            names.iter().any(|n| {
                n.len() >= 5
                    && p.name
                        .strip_prefix(n.as_str())
                        .is_some_and(|rest| rest.starts_with(char::is_uppercase))
            })
        });
        if glued {
            offer.score = offer.score.min(LEAST - 1);
        }
    }
}

/// A declared organisation, account or first name gives way to the person whose name is printed as the author's.
fn prefer_persons(offers: &mut [Authors]) {
    let person_like = |o: &Authors| {
        o.value.iter().all(|p| {
            person::looks_like_person(&p.name)
                && !is_group(&p.name)
                && !is_collective(&p.name)
                && !is_organisation(&p.name)
        })
    };
    let named = offers.iter().filter(|o| o.score >= LEAST && person_like(o)).map(|o| o.score).max();
    if let Some(named) = named {
        for offer in offers.iter_mut().filter(|o| o.value.iter().all(|p| is_group(&p.name))) {
            offer.score = offer.score.min(named - 1);
        }
    }
    let printed = offers
        .iter()
        .filter(|o| o.evidence >= Evidence::TimeTag && o.score >= LEAST && person_like(o))
        .map(|o| o.score)
        .max();
    let Some(printed) = printed else { return };
    for offer in offers.iter_mut().filter(|o| o.evidence < Evidence::TimeTag && o.score >= printed) {
        let one_word = offer.value.iter().all(|p| !p.name.contains(' '));
        let organisation = offer.value.iter().any(|p| is_organisation(&p.name));
        if organisation || (one_word && !person_like(offer)) {
            offer.score = printed - 1;
        }
    }
}

/// Names with the words of companies, offices and papers.
fn is_organisation(name: &str) -> bool {
    let lower = name.to_lowercase();
    ORGANISATIONS.iter().any(|w| lower.contains(w))
}

#[rustfmt::skip]
const ORGANISATIONS: &[&str] = &[
    "gmbh", "e.v.", "stiftung", " inc", " ltd", " llc", "company", ".com", ".de", ".org", ".net", ".at", "institut", "universit",
    "news", "media", "verlag", "agency", "group", "ministry", "ministerium", "association", "foundation", "store", "college",
    "department", "zeitung", "magazin", "radio", "geographic", "today", "klima", "commerce", "landes", "bundes", "verband",
    "blatt", "anstalt", "klinik", "gesellschaft", "kirche", "hospital", "society", "council",
];

/// What a site loses that signs in JSON-LD with its own name: it is an answer only where another place
/// agrees.
const SITE_IN_JSON_LD: i32 = 26;

/// A printed "By A, B and C" that names the declared author and others besides tells more than the declaration.
fn prefer_joint(offers: &mut [Authors]) {
    let Some((best, score)) = super::sources::best(offers).map(|o| (names_key(&o.value), o.score)) else {
        return;
    };
    if score < LEAST {
        return;
    }
    let sets: Vec<(Vec<String>, &str)> = offers.iter().map(|o| (names_key(&o.value), o.origin)).collect();
    for offer in offers.iter_mut().filter(|o| o.evidence >= Evidence::TimeTag) {
        let names = names_key(&offer.value);
        let holds = names.len() > best.len() && best.iter().all(|n| names.contains(n));
        let persons = offer.value.iter().all(|p| person::looks_like_person(&p.name));
        // One line says so, or two kinds of mark beside the title do.
        let marked = |name: &String| {
            sets.iter().any(|(s, origin)| *origin == "class" && s.len() == 1 && s.contains(name))
        };
        let surely = matches!(offer.origin, "by" | "rel*") && offer.score >= 50
            // Each of them is linked to the page of an author, and marked as one by itself.
            || offer.origin == "link" && offer.score >= 50 && names.iter().all(marked)
            || offer.score >= 70 && sets.iter().any(|(s, origin)| *origin != offer.origin && *s == names);
        if holds && persons && surely {
            offer.score = offer.score.max(score + 1);
        }
    }
}

fn names_key(people: &[Person]) -> Vec<String> {
    let mut names: Vec<String> = people.iter().map(|p| key(without_honorific(&p.name))).collect();
    names.sort_unstable();
    names
}

fn without_honorific(name: &str) -> &str {
    ["Dr. ", "Dr ", "Prof. ", "Prof ", "Professor "].iter().find_map(|h| name.strip_prefix(h)).unwrap_or(name)
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

#[cfg(test)]
mod tests;
