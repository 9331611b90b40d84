//! The owner of a site that bears a person's name: what stands there unsigned is theirs.

use super::{Authors, people};
use crate::{
    Tag,
    meta::{
        json_ld::Rank,
        person,
        sources::{Offer, Sources},
        text::{collapse, key, plain},
    },
};
use model::Evidence;

/// Score: an answer where nothing else is known, and below anything that signs the article itself.
const SCORE: i32 = 46;

/// The person after whom the site is named: "Jane Doe's blog", or a name that stands in the `<title>`, as the
/// site's own or beside the mark of copyright, that is also the host's, while the text speaks of its author as "I".
pub(super) fn of_the_site(sources: &Sources<'_>) -> Option<Authors> {
    let host = sources.page.url.host_str()?.to_ascii_lowercase();
    let labels: Vec<String> = host.split('.').rev().skip(1).filter(|l| l.len() >= 4).map(key).collect();
    let person = |name: &str| {
        let words = name.split(' ').count();
        (2..=3).contains(&words)
            && person::looks_like_person(name)
            && !super::is_organisation(name)
            && !super::is_group(name)
            && name.chars().any(char::is_lowercase)
    };
    let hosted = |name: &str| {
        let first = name.split(' ').next().map(key).unwrap_or_default();
        let last = name.rsplit(' ').next().map(key).unwrap_or_default();
        labels.iter().any(|label| *label == key(name) || *label == first || *label == last)
    };
    let names = names(sources);
    let name = names.iter().find(|n| n.possessive && person(&n.name) && hosted(&n.name)).or_else(|| {
        let own = names.iter().find(|n| person(&n.name) && hosted(&n.name))?;
        speaks_as_i(sources).then_some(own)
    })?;
    // The site may bear the name of its subject, and its owner another.
    let name = introduced(sources).unwrap_or_else(|| name.name.clone());
    Some(Offer::new(people(vec![name]), Evidence::Visible, "owner", SCORE))
}

/// The newsroom that signs its own work: what the page declares as the article's author is an organisation, and by
/// that one name the publisher and the site call themselves. A template that puts the publisher where no author is
/// known seldom keeps the three alike.
pub(super) fn house(sources: &Sources<'_>) -> Option<Authors> {
    let site = plain(sources.head.first(&["og:site_name"])?);
    let work = sources.ld.articles().find(|w| w.rank == Rank::Article)?;
    let [author] = work.authors.as_slice() else { return None };
    let alike = author.organisation && author.name == site && work.publisher.as_ref() == Some(&site);
    alike.then(|| Offer::new(people(vec![site]), Evidence::JsonLd, "house", SCORE))
}

/// "Hi, I'm Jane Doe. On this site ...": the one person who introduces themselves beside the text.
fn introduced(sources: &Sources<'_>) -> Option<String> {
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "I'm ", "I’m ", "I am ", "My name is ", "my name is ", "Ich bin ", "ich bin ", "Mein Name ist ", "Je m'appelle ",
        "Je m’appelle ", "Me llamo ", "Mi nombre es ", "Mi chiamo ", "Mijn naam is ", "Ik ben ",
    ];
    let text = sources.page.full_text();
    let body = &sources.zones.body;
    let beside = [&text[..body.start], &text[body.end..]];
    let mut names = beside.into_iter().flat_map(str::lines).filter_map(|line| {
        let at = WORDS.iter().filter_map(|w| line.find(w).map(|at| at + w.len())).min()?;
        // A greeting may stand before it.
        let words = line[at..].split(' ').take_while(|w| w.starts_with(char::is_uppercase)).take(3);
        let mut name = String::new();
        for word in words {
            let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            name.push_str(if name.is_empty() { "" } else { " " });
            name.push_str(bare);
            if bare.len() < word.len() {
                break;
            }
        }
        (at < 40 && person::looks_like_person(&name) && !super::is_organisation(&name)).then_some(name)
    });
    let name = names.next()?;
    names.all(|other| other == name).then_some(name)
}

struct Name {
    name: String,
    /// "Jane Doe's blog"
    possessive: bool,
}

fn names(sources: &Sources<'_>) -> Vec<Name> {
    let mut out = Vec::new();
    let mut add = |text: &str| {
        let text = text.trim();
        let owner = text.split_once("'s ").or_else(|| text.split_once("’s ")).map(|(owner, _)| owner);
        out.push(Name { name: owner.unwrap_or(text).to_owned(), possessive: owner.is_some() });
    };
    if let Some(site) = sources.head.first(&["og:site_name"]) {
        add(&plain(site));
    }
    if let Some(i) = sources.page.all(Tag::Title).next() {
        let title = plain(sources.page.raw_text(i));
        let parts: Vec<&str> = title.split(['|', '–', '—', '·', '»']).flat_map(|p| p.split(" - ")).collect();
        if parts.len() > 1 {
            parts.first().into_iter().chain(parts.last()).for_each(|p| add(p));
        }
    }
    copyright(sources).iter().for_each(|name| add(name));
    out
}

/// The text uses the first person singular, and no organisation is declared to publish it.
fn speaks_as_i(sources: &Sources<'_>) -> bool {
    let text = &sources.page.full_text()[sources.zones.body.clone()];
    let mine =
        ["I", "I'm", "I’m", "I've", "I’ve", "I'd", "I’d", "my", "My", "ich", "je", "yo", "mein", "meine"];
    sources.ld.works.iter().all(|w| w.publisher.is_none())
        && text.split_whitespace().filter(|w| mine.contains(w)).nth(2).is_some()
}

/// Bytes at the end of the page among which its footer is.
const FOOTER: usize = 1500;

/// "© 2025 Jane Doe. All rights reserved."
fn copyright(sources: &Sources<'_>) -> Option<String> {
    let text = sources.page.full_text();
    let mut from = text.len().saturating_sub(FOOTER);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let footer = &text[from..];
    let at = footer.rfind('©').map(|at| at + '©'.len_utf8());
    let at = at.or_else(|| footer.rfind("(c)").map(|at| at + 3))?;
    let line = footer[at..].lines().next()?;
    let line = line.trim_start_matches(|c: char| !c.is_alphabetic());
    let end = line.find(['.', ',', '|', '·', '-', '–']).unwrap_or(line.len());
    let name = line[..end].split(" All ").next()?;
    Some(collapse(name)).filter(|n| n.len() < 60)
}
