//! Bylines in scripts that put spaces between words: "By Jane Doe and John Roe", a link to an author's page.

use super::{Authors, people};
use crate::{
    Tag,
    meta::{
        date, person,
        sources::{Line, Offer, Place, Sources},
        text::{is_cjk, letter_count},
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
    "redaktion: ", "redaktør: ", "journalist: ", "reporter: ", "gespeichert von ", "erstellt von ", "eingereicht von ",
    "submitted by ", "created by ", "soumis par ", "enviado por ", "inviato da ", "ingediend door ", "geplaatst door ",
    "skrevet av ", "skrevet af ", "skriven av ", "publicerad av ", "publisert av ", "napisał ", "napisała ", "yazan ",
];

/// Labels that stand alone in a line before the name's own.
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "by", "author", "authors", "written by", "posted by", "words by", "von", "autor", "autorin", "autoren", "text", "par", "auteur",
    "por", "di", "door", "author(s)", "autor(en)", "auteurs", "autores", "autori", "авторы", "av", "af", "tekst", "автор", "текст", "yazar", "penulis", "oleh", "geschrieben von", "écrit par",
    "escrito por", "scritto da", "article by", "story by", "about the author", "über den autor",
];

/// Labels under which several names may stand, a line each.
const PLURAL: &[&str] = &[
    "authors",
    "author(s)",
    "autoren",
    "autor(en)",
    "auteurs",
    "autores",
    "autori",
    "авторы",
    "written by",
    "text",
];

/// Words with which a name of one word is enough.
#[rustfmt::skip]
const SURELY: &[&str] = &[
    "posted by", "written by", "author:", "eingestellt von", "geschrieben von", "verfasst von", "publié par", "écrit par",
    "publicado por", "escrito por", "scritto da", "autor:", "autorin:", "автор:",
];

pub(super) fn bylines(sources: &Sources<'_>, offers: &mut Vec<Authors>) {
    let lines = &sources.lines;
    let mut beside_dates = BesideDates::default();
    let mut accounts: Vec<(Vec<String>, i32)> = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let characters = line.text.chars().count();
        if characters > 220 || line.text.chars().next().is_some_and(is_cjk) {
            continue;
        }
        // "By the way, ..." begins sentences; a byline is short or stands where no text does.
        let base = match line.place {
            Place::Head => 74 - i32::from(line.distance.min(12)),
            // What follows a mark is the section and the date.
            Place::Body
                if line.text.split(['·', '|', '•']).next().is_some_and(|l| l.chars().count() < 80) =>
            {
                58
            }
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
            let names = linked_names(sources, line).unwrap_or_else(|| persons_in(rest, sure));
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
            // A menu's section of that name leads to the authors of the whole site.
            let menu = |l: &Line<'_>| sources.links_from(l).iter().any(|&a| sources.is_aside(a, l.place));
            let mut names = if menu(next) { Vec::new() } else { persons_in(next.text, true) };
            if PLURAL.contains(&lower.trim_end_matches([':', ' '])) {
                let more = lines[n + 2..].iter().take(8);
                let more = more.take_while(|l| person::looks_like_person(l.text) && !menu(l));
                names.extend(more.map(|l| l.text.to_owned()));
                names.dedup();
            }
            offer(names, "label", base - 4);
        }
        if line.place != Place::Tail && characters < 140 {
            let found = beside_date(line.text, sources);
            if found.account {
                accounts.push((found.names, base - 6));
            } else if found.labelled {
                offer(found.names, "dated", base - 6);
            } else if line.distance <= 8 && !found.names.is_empty() {
                beside_dates.add(found, base - 12);
            }
        }
    }
    beside_dates.offer(offers);
    // Several accounts are those of a thread.
    if accounts.windows(2).all(|pair| pair[0].0 == pair[1].0) {
        offers.extend(
            accounts
                .into_iter()
                .map(|(names, score)| Offer::new(people(names), Evidence::Byline, "dated", score)),
        );
    }
    links(sources, offers);
}

/// "By", and after it nothing but links to the pages of several authors: each is a name, whatever is between them.
fn linked_names(sources: &Sources<'_>, line: &Line<'_>) -> Option<Vec<String>> {
    let page = sources.page;
    let links = sources.links_from(line);
    if links.len() < 2 || !links.iter().all(|&a| page.attr(a, "href").is_some_and(is_author_page)) {
        return None;
    }
    let names: Vec<String> = links.iter().map(|&a| page.text(a).to_owned()).collect();
    let rest = letter_count(line.text).saturating_sub(names.iter().map(|n| letter_count(n)).sum());
    // "Written by", and an "and" between them.
    let all = names.iter().all(|n| may_be_name(n)) && rest <= 10 + 4 * names.len();
    all.then_some(names)
}

/// Names that stand beside dates without a word that says whose they are.
#[derive(Default)]
struct BesideDates(Vec<(BesideDate, i32)>);

impl BesideDates {
    fn add(&mut self, found: BesideDate, score: i32) {
        self.0.push((found, score));
    }

    /// Lines of several days are those of other articles.
    fn offer(self, offers: &mut Vec<Authors>) {
        let day = self.0.first().and_then(|(found, _)| found.day);
        if self.0.iter().all(|(found, _)| found.day == day) {
            for (found, score) in self.0 {
                offers.push(Offer::new(people(found.names), Evidence::Byline, "dated", score));
            }
        }
    }
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

/// What stands on the line of a date.
#[derive(Default)]
struct BesideDate {
    names: Vec<String>,
    day: Option<chrono::NaiveDate>,
    /// A word says that the name is the author's.
    labelled: bool,
    /// The name is no person's, but one under which somebody posts.
    account: bool,
}

/// "04.02.2022 | 13:10 Uhr | Jane Doe", "Published August 7, 2023 by Jane Doe", "15.03.2005 22:36 by jdoe".
fn beside_date(text: &str, sources: &Sources<'_>) -> BesideDate {
    let Some(found) = date::find(text, sources.order).into_iter().next() else {
        return BesideDate::default();
    };
    let day = found.stamp.day();
    for part in [&text[found.at.end..], &text[..found.at.start]] {
        for piece in part.split(['|', '•', '·', '⋅', '∙', '–', '—', '(', ')']).map(str::trim) {
            let piece = piece.find(" on behalf of ").map_or(piece, |at| &piece[..at]);
            let piece = piece.trim_start_matches([',', ':', '-', ' ', '/']).trim();
            let piece = piece.strip_prefix("Uhr").map_or(piece, |p| p.trim_start_matches([',', '|', ' ']));
            if let Some(rest) = after_by(piece) {
                let names = persons_in(rest, true);
                if !names.is_empty() {
                    return BesideDate { names, day, labelled: true, account: false };
                }
                if let Some(name) = account(rest) {
                    return BesideDate { names: vec![name], day, labelled: true, account: true };
                }
            } else if piece.split(' ').count() <= 4 && person::looks_like_person(piece) {
                return BesideDate { names: vec![piece.to_owned()], day, ..BesideDate::default() };
            } else if let Some(names) = several(piece) {
                return BesideDate { names, day, ..BesideDate::default() };
            }
        }
    }
    BesideDate::default()
}

/// The one word after "by" on the line of a date, "on" or its like behind it: how boards and blogs name who posted.
fn account(rest: &str) -> Option<String> {
    let mut words = rest.split_whitespace().filter(|w| w.contains(char::is_alphanumeric));
    let name = words.next()?.trim_matches(|c: char| !c.is_alphanumeric() && c != '_');
    let ends = words.next().is_none_or(|w| ["on", "am", "at", "le", "el", "il", "op", "den"].contains(&w));
    let fits = (3..=20).contains(&name.chars().count())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && name.chars().any(char::is_alphabetic)
        && !person::NO_NAME.contains(&name.to_lowercase().as_str());
    (ends && fits).then(|| person::clean(name)).flatten()
}

/// "Jane Doe, John Roe", 李新、王方: names and nothing but names.
fn several(piece: &str) -> Option<Vec<String>> {
    let names = names_in(piece);
    let all = (2..=6).contains(&names.len())
        && names.iter().all(|n| person::looks_like_person(n))
        && names.iter().map(|n| letter_count(n)).sum::<usize>() + 4 * names.len() > letter_count(piece);
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
                || lower.trim_end_matches('.').ends_with(" posts")
                || lower.trim_end_matches('.').ends_with(" articles")
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
