//! Bylines in scripts that put spaces between words: "By Jane Doe and John Roe", a link to an author's page.

use super::{Authors, people};
use crate::{
    Tag,
    meta::{
        date, person,
        sources::{Offer, Place, Sources},
        text::is_cjk,
    },
    stems::Stems,
};
use model::{Evidence, Person};
use std::sync::LazyLock;

/// Words with which a byline begins, lower case.
#[rustfmt::skip]
const BY: &[&str] = &[
    "by ", "by: ", "written by ", "written by: ", "posted by ", "posted by: ", "published by ", "words by ",
    "words: ", "story by ", "text by ", "article by ", "reported by ", "author: ", "author ", "authors: ",
    "von ", "von: ", "ein artikel von ", "ein beitrag von ", "ein gastbeitrag von ", "eine analyse von ",
    "ein kommentar von ", "ein interview von ", "eine kolumne von ", "kommentar von ", "interview von ",
    "geschrieben von ", "verfasst von ", "autor: ", "autorin: ", "autoren: ", "text: ", "par ", "par : ",
    "écrit par ", "rédigé par ", "publié par ", "auteur : ", "auteur: ", "auteure: ", "auteurs: ", "por ", "por: ", "escrito por ", "publicado por ",
    "di ", "scritto da ", "a cura di ", "pubblicato da ", "autore: ", "door ", "door: ", "geschreven door ",
    "av ", "av: ", "af ", "tekst: ", "text och foto: ", "teksti: ", "oleh ", "oleh: ", "penulis: ", "автор: ",
    "автор ", "текст: ", "yazar: ", "yazan: ", "napsal ", "autor ", "szerző: ", "συντάκτης: ", "tác giả: ",
    "redaktion: ", "redaktør: ", "journalist: ", "reporter: ",
];

/// Labels that stand alone in a line before the name's own.
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "by", "author", "authors", "written by", "posted by", "words by", "von", "autor", "autorin", "autoren", "text", "par", "auteur",
    "por", "di", "door", "av", "af", "tekst", "автор", "текст", "yazar", "penulis", "oleh", "geschrieben von", "écrit par",
    "escrito por", "scritto da", "article by", "story by", "about the author", "über den autor",
];

/// Words with which a name of one word is enough.
#[rustfmt::skip]
const SURELY: &[&str] = &[
    "posted by", "written by", "author:", "eingestellt von", "geschrieben von", "verfasst von", "publié par", "écrit par",
    "publicado por", "escrito por", "scritto da", "autor:", "autorin:", "автор:",
];

pub(super) fn bylines(sources: &Sources<'_>, offers: &mut Vec<Authors>) {
    let lines = &sources.lines;
    for (n, line) in lines.iter().enumerate() {
        let characters = line.text.chars().count();
        if characters > 220 || line.text.chars().next().is_some_and(is_cjk) {
            continue;
        }
        // "By the way, ..." begins sentences; a byline is short or stands where no text does.
        let base = match line.place {
            Place::Head => 74 - i32::from(line.distance.min(12)),
            Place::Body if characters < 80 => 58,
            Place::Tail => 50 - i32::from(line.distance.min(8)),
            _ => continue,
        };
        let mut offer = |names: Vec<String>, origin: &'static str, score: i32| {
            if !names.is_empty() && names.len() <= 10 {
                offers.push(Offer::new(people(names), Evidence::Byline, origin, score));
            }
        };
        let lower = line.text.to_lowercase();
        if let Some(rest) = after_by(line.text) {
            let sure = SURELY.iter().any(|s| lower.starts_with(s));
            let names = persons_in(rest, sure);
            let near = line.place == Place::Head || line.distance <= 4;
            if names.is_empty()
                && near
                && let Some(agency) = initials(rest)
            {
                offer(vec![agency.to_owned()], "by", base - 6);
            }
            offer(names, "by", base);
        }
        if line.place == Place::Body && characters > 80 {
            continue;
        }
        if LABELS.contains(&lower.trim_end_matches([':', ' ']))
            && let Some(next) = lines.get(n + 1).filter(|l| l.text.chars().count() < 50)
        {
            offer(persons_in(next.text, true), "label", base - 4);
        }
        if line.place != Place::Tail && characters < 140 {
            let (names, labelled) = beside_date(line.text, sources);
            if labelled || line.distance <= 8 {
                offer(names, "dated", if labelled { base - 6 } else { base - 12 });
            }
        }
    }
    links(sources, offers);
}

/// "By TPN, in News": a newsroom that signs with its initials, where nothing else can be meant.
fn initials(text: &str) -> Option<&str> {
    let name = text.split([',', '|', '·', '/', '•']).next()?.trim();
    ((3..=5).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_uppercase())).then_some(name)
}

/// Names of a byline whose form is that of a person; of one word only where the byline is `sure`.
fn persons_in(text: &str, sure: bool) -> Vec<String> {
    let names = names_in(text);
    let fits = |n: &String| person::looks_like_person(n) || (sure && is_short_name(n));
    if names.iter().all(fits) {
        names
    } else {
        names.into_iter().filter(|n| person::looks_like_person(n)).collect()
    }
}

/// "04.02.2022 | 13:10 Uhr | Jane Doe", "Published August 7, 2023 by Jane Doe": a name on the line of a date, and
/// whether a word says that it is the author's.
fn beside_date(text: &str, sources: &Sources<'_>) -> (Vec<String>, bool) {
    let Some(found) = date::find(text, sources.order).into_iter().next() else { return (Vec::new(), false) };
    for part in [&text[found.at.end..], &text[..found.at.start]] {
        for piece in part.split(['|', '•', '·', '⋅', '∙', '–', '—', '(', ')']).map(str::trim) {
            let piece = piece.find(" on behalf of ").map_or(piece, |at| &piece[..at]);
            let piece = piece.trim_start_matches([',', ':', '-', ' ', '/']).trim();
            let piece = piece.strip_prefix("Uhr").map_or(piece, |p| p.trim_start_matches([',', '|', ' ']));
            if let Some(rest) = after_by(piece) {
                let names = persons_in(rest, true);
                if !names.is_empty() {
                    return (names, true);
                }
            } else if piece.split(' ').count() <= 4 && person::looks_like_person(piece) {
                return (vec![piece.to_owned()], false);
            } else if let Some(names) = several(piece) {
                return (names, false);
            }
        }
    }
    (Vec::new(), false)
}

/// "Jane Doe, John Roe", 李新、王方: names and nothing but names.
fn several(piece: &str) -> Option<Vec<String>> {
    let names = names_in(piece);
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let all = (2..=6).contains(&names.len())
        && names.iter().all(|n| person::looks_like_person(n))
        && names.iter().map(|n| letters(n)).sum::<usize>() + 4 * names.len() > letters(piece);
    all.then_some(names)
}

/// What follows the byline's first word, where the line begins with one.
fn after_by(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let first = line.as_bytes().first()?;
    BY.iter()
        .filter(|by| by.as_bytes()[0] == first.to_ascii_lowercase() || !first.is_ascii())
        .filter(|by| {
            line.get(..by.len()).is_some_and(|head| {
                head.eq_ignore_ascii_case(by) || (!by.is_ascii() && head.to_lowercase() == **by)
            })
        })
        .max_by_key(|by| by.len())
        .map(|by| &line[by.len()..])
}

/// Links near the title to what looks like the page of an author.
fn links(sources: &Sources<'_>, offers: &mut Vec<Authors>) {
    let page = sources.page;
    let mut list: Vec<Person> = Vec::new();
    let mut first = 0;
    for a in page.all(Tag::A) {
        let at = page.text_range(a);
        if at.start > sources.zones.head.end {
            break;
        }
        if !sources.zones.head.contains(&at.start) || at.len() > 120 || at.is_empty() {
            continue;
        }
        let Some(href) = page.attr(a, "href") else { continue };
        if !is_author_page(href)
            || sources.is_aside(a, Place::Head)
            || super::marked::helps(page, a)
            || page.hidden(a)
        {
            continue;
        }
        for name in person::names(page.text(a)) {
            if may_be_name(&name) && !list.iter().any(|p| p.name == name) && list.len() < 12 {
                if list.is_empty() {
                    first = sources.place(a).1;
                }
                list.push(Person { name, url: page.absolute(href) });
            }
        }
    }
    if !list.is_empty() {
        offers.push(Offer::new(list, Evidence::Byline, "link", 66 - i32::from(first.min(10))));
    }
}

/// Whether an address is that of an author's page, by the words that such addresses have.
pub(crate) fn is_author_page(href: &str) -> bool {
    #[rustfmt::skip]
    const PARTS: &[&str] = &[
        "/author/", "/authors/", "/autor/", "/autoren/", "/autores/", "/auteur/", "/auteurs/", "/autori/",
        "/autore/", "/writer/", "/writers/", "/contributor/", "/contributors/", "/profile/", "/profiles/",
        "/people/", "/person/", "/staff/", "/journalist/", "/journalists/", "/journaliste/", "/redakteur",
        "/redaktion/", "/columnist/", "/columnists/", "/by/", "/newsteam/", "/our-team/", "/byline/", "/reporter/", "/reporters/", "/user/",
        "/users/", "/u/", "/team/", "/bio/", "/expert/", "/experts/", "/verfasser/", "/skribent/",
        "/forfatter/", "/yazar/", "/yazarlar/", "/penulis/", "/writers-", "/correspondents/", "author=",
        "/author-", "/about-the-author", "/avtor", "/impressum/autoren", "/@",
    ];
    static STEMS: LazyLock<Stems> = LazyLock::new(|| Stems::new(&[PARTS]));
    let is_mail = href.get(..7).is_some_and(|h| h.eq_ignore_ascii_case("mailto:"));
    !is_mail && STEMS.within(href) != 0
}

/// Names in the text of a byline: what follows them (a date, a place of work, "in News") is cut off.
pub(crate) fn names_in(text: &str) -> Vec<String> {
    let mut text = text.trim();
    if let Some(rest) = after_by(text) {
        text = rest;
    }
    let end = AFTER_NAMES
        .iter()
        .filter_map(|mark| text.find(mark).filter(|at| *at > 2))
        .chain(text.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 2))
        .min()
        .unwrap_or(text.len());
    // Lines of one element: the first is the name, the next a role or a date.
    let head = text[..end]
        .lines()
        .find(|l| {
            !matches!(
                l.trim().to_lowercase().trim_end_matches(':'),
                "" | "by"
                    | "von"
                    | "par"
                    | "por"
                    | "di"
                    | "author"
                    | "written"
                    | "written by"
                    | "autor"
                    | "作者"
            )
        })
        .unwrap_or_default();
    person::names(head)
}

/// Loose form of a name, for places that are known to hold one.
pub(crate) fn may_be_name(name: &str) -> bool {
    let characters = name.chars().count();
    let words = name.split(' ').count();
    let lower = name.to_lowercase();
    (2..=50).contains(&characters)
        && words <= 6
        && !name.contains(['!', '?', ':', '…', '»', '«', '>', '<'])
        && !NO_BYLINE.iter().any(|w| {
            lower == *w
                || lower.strip_prefix(w).is_some_and(|rest| rest.starts_with(' '))
                || lower.ends_with(" posts")
                || lower.ends_with(" articles")
        })
}

/// One capitalised word, an account's name: enough where the class says that it is an author's.
pub(crate) fn is_short_name(name: &str) -> bool {
    !name.contains(' ')
        && (3..=20).contains(&name.chars().count())
        && name.chars().next().is_some_and(char::is_uppercase)
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '\''))
        && may_be_name(name)
        && !person::is_role(&name.to_lowercase())
        && !person::NO_NAME.contains(&name.to_lowercase().as_str())
        && !date::is_month(name)
}

/// What follows the names of a byline.
#[rustfmt::skip]
const AFTER_NAMES: &[&str] = &[
    " | ", " • ", " · ", " – ", " — ", " - ", " on ", " at ", " in ", " for ", " am ", " vom ", " le ",
    " el ", " il ", " op ", " den ", " Published", " Updated", " Posted", " Last ", " Follow", " published",
    " updated", " on behalf of ", " ⋅ ", " ∙ ", " Reviewed", " Medically", " Senior ", " Staff ", " Contributor", " min read", " [", " (@",
    "\t", " // ", " : ", " -- ", " Veröffentlicht", " aktualisiert", " Lesezeit",
];

/// Words of links beside a byline.
#[rustfmt::skip]
const NO_BYLINE: &[&str] = &[
    "more", "登録", "ログイン", "会員登録", "マイページ", "all posts", "view", "profile", "follow", "about", "read", "contact", "subscribe", "see ",
    "website", "bio", "posts", "articles", "authors", "our team", "the team", "login", "sign in",
    "register", "mehr", "alle artikel", "zum profil", "share",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_names_is_cut_off() {
        assert_eq!(names_in("By Jane Doe and John Roe | May 5, 2020"), ["Jane Doe", "John Roe"]);
        assert_eq!(names_in("Von Anna Müller, 5. März 2020"), ["Anna Müller"]);
        assert_eq!(names_in("Jane Doe\nSenior Reporter"), ["Jane Doe"]);
        assert_eq!(names_in("Posted by Jane Doe on May 5 in News"), ["Jane Doe"]);
        assert_eq!(names_in("by\nJane Doe"), ["Jane Doe"]);
    }

    #[test]
    fn addresses_of_author_pages() {
        assert!(is_author_page("https://a.example/author/jane-doe/"));
        assert!(is_author_page("/?author=3") && is_author_page("https://medium.example/@jane"));
        assert!(!is_author_page("/authority/about") && !is_author_page("/news/2020"));
    }
}
