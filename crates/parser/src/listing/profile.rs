//! Whom an author page is about. A page says so in many ways; a name that only might be the author's is
//! left out.

mod declared;

use super::signals::Signals;
use super::survey::Survey;
use super::{pager, text};
use crate::meta::{person, text::plain};
use crate::{NodeId, Page, PageInput, Tag};
use model::{AuthorProfile, Evidence, Field, PageKind};

/// Longest biography, in characters.
const BIOGRAPHY_CHARS: usize = 2000;

/// The profile; none where the page names nobody.
pub(super) fn profile(
    survey: &Survey<'_>,
    signals: &Signals,
    input: &PageInput<'_>,
    records: std::ops::Range<NodeId>,
) -> Option<AuthorProfile> {
    let page = survey.page;
    let mut profile = AuthorProfile::default();
    declared::from_json_ld(page, &mut profile);
    declared::from_microdata(page, &mut profile, &records);
    let of_author = signals.author_page || input.hints.expected == PageKind::Listing;
    from_card(page, &mut profile, &records, signals.author_page);
    if profile.name.is_none() {
        profile.name = self_named(survey)
            .or_else(|| from_meta(page))
            .or_else(|| of_author.then(|| from_heading(page, signals, input)).flatten())
            .or_else(|| of_author.then(|| from_title(page)).flatten());
    }
    profile.name.as_ref()?;
    beside(page, &mut profile, &records);
    elsewhere(page, &mut profile, &records);
    Some(profile)
}

/// The link to this very page that bears a name: bylines link to the author's page.
fn self_named(survey: &Survey<'_>) -> Option<Field<String>> {
    let page = survey.page;
    let here = pager::plain_address(&page.url);
    let marked = |node: NodeId| {
        page.attr(node, "rel")
            .is_some_and(|r| r.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("author")))
            || page.attr(node, "itemprop") == Some("author")
            || page.has_class(node, "fn")
            || page.has_class(node, "author")
            || page.ancestors(node).take(2).any(|a| super::record::is_author_class(page.class(a)))
    };
    survey
        .links
        .iter()
        .filter(|l| !l.text.is_empty() && l.text.len() < 80 && marked(l.node))
        .filter(|l| page.base.join(l.href).is_ok_and(|u| pager::plain_address(&u) == here))
        .find_map(|l| person::clean(l.text))
        .map(|name| Field::new(name, Evidence::Byline))
}

/// hCard outside the list's entries.
fn from_card(page: &Page, profile: &mut AuthorProfile, records: &std::ops::Range<NodeId>, author_page: bool) {
    let card = page.descendants(page.body()).filter(|d| !records.contains(d)).find(|&d| {
        let class = page.class(d);
        (class.contains("card") && (page.has_class(d, "h-card") || page.has_class(d, "vcard")))
            && page.text_len(d) > 0
            && page.end(d) < page.len()
            && !page.ancestors(d).any(|a| matches!(page.tag(a), Tag::Footer | Tag::Aside | Tag::Article))
    });
    let Some(card) = card.filter(|_| author_page) else { return };
    let part = |names: &[&str]| page.descendants(card).find(|&d| names.iter().any(|n| page.has_class(d, n)));
    let text = |node: Option<NodeId>| {
        let text = super::record::one_line(page.text(node?));
        (!text.is_empty()).then(|| Field::new(text, Evidence::Microformat))
    };
    if profile.name.is_none() {
        profile.name = text(part(&["p-name", "fn"]));
    }
    profile.affiliation = profile.affiliation.take().or_else(|| text(part(&["p-org", "org"])));
    profile.biography = profile.biography.take().or_else(|| text(part(&["p-note", "note"])));
    let address = |node: NodeId| ["src", "href", "data"].iter().find_map(|a| page.attr(node, a));
    let photo = part(&["u-photo", "photo"]).and_then(address).and_then(|u| page.absolute(u));
    profile.portrait =
        profile.portrait.take().or_else(|| photo.map(|u| Field::new(u, Evidence::Microformat)));
    for node in page.descendants(card).filter(|&d| page.has_class(d, "u-url")) {
        let url = page.attr(node, "href").and_then(|h| page.absolute(h));
        if let Some(url) = url.filter(|u| is_elsewhere(page, u)) {
            add_same(profile, url, Evidence::Microformat);
        }
    }
}

/// On another host than the page.
fn is_elsewhere(page: &Page, url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|u| u.host_str() != page.url.host_str())
}

fn meta<'p>(page: &'p Page, name: &str) -> Option<&'p str> {
    page.all(Tag::Meta)
        .find(|&m| page.attr(m, "property").or_else(|| page.attr(m, "name")) == Some(name))
        .and_then(|m| page.attr(m, "content"))
        .map(str::trim)
        .filter(|c| !c.is_empty())
}

/// OpenGraph's profile.
fn from_meta(page: &Page) -> Option<Field<String>> {
    let meta = |name: &str| meta(page, name);
    if meta("og:type") != Some("profile") {
        return None;
    }
    let full = match (meta("profile:first_name"), meta("profile:last_name")) {
        (Some(first), Some(last)) => Some(format!("{first} {last}")),
        _ => meta("og:title").and_then(name_of_heading),
    };
    full.map(|name| Field::new(name, Evidence::OpenGraph))
}

/// The main heading, without "Posts by" and its like; it must have the form of a name, or be one that is known.
fn from_heading(page: &Page, signals: &Signals, input: &PageInput<'_>) -> Option<Field<String>> {
    let headings = page.all(Tag::H1).chain(page.all(Tag::H2)).take(6);
    let slug = slug_of(page);
    for heading in headings.filter(|&h| !page.text(h).is_empty() && page.text_len(h) < 200) {
        // What stands in elements within the heading ("category", "42 articles") is not the name.
        let own = page
            .content(heading)
            .find(|&c| page.tag(c) == Tag::Text)
            .map(|c| page.text(c))
            .filter(|t| !t.is_empty());
        for said in own.into_iter().chain([page.text(heading)]) {
            let line = said.lines().next().unwrap_or_default();
            if let Some(known) = input.hints.authors.iter().find(|a| holds_name(line, a)) {
                return Some(Field::new(known.clone(), Evidence::Heading));
            }
            let labelled = name_of_heading(line);
            let name =
                labelled.clone().or_else(|| person::clean(line)).filter(|n| person::looks_like_person(n));
            let Some(name) = name else { continue };
            let in_address = !slug.is_empty() && letters(&name) == slug;
            if labelled.is_some() || signals.author_page || in_address {
                return Some(Field::new(name, Evidence::Heading));
            }
        }
    }
    None
}

/// The part of the `<title>` that the address spells too: "Category: Jane Doe | The Quay" of `/jane-doe/`.
fn from_title(page: &Page) -> Option<Field<String>> {
    let title = plain(page.all(Tag::Title).next().map(|t| page.raw_text(t))?);
    let slug = slug_of(page);
    let marks = [" | ", " - ", " – ", " — ", " · ", " » ", ": ", "：", "“", "”"];
    let mut parts: Vec<&str> = vec![&title];
    for mark in marks {
        parts = parts.into_iter().flat_map(|p| p.split(mark)).collect();
    }
    let name = parts.into_iter().map(str::trim).find(|p| !slug.is_empty() && letters(p) == slug)?;
    let name = person::clean(name).filter(|n| person::looks_like_person(n))?;
    Some(Field::new(name, Evidence::TitleTag))
}

/// The name stands there as a whole: "Li Xin" is not in "Li Xinyi".
fn holds_name(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        !name.is_empty()
            && !before.is_some_and(char::is_alphanumeric)
            && !after.is_some_and(char::is_alphanumeric)
    })
}

/// The last segment of the address that is no page's number, as bare letters.
fn slug_of(page: &Page) -> String {
    let decoded = page
        .url
        .path_segments()
        .into_iter()
        .flatten()
        .rfind(|s| s.chars().any(char::is_alphabetic) || s.contains('%'));
    let decoded = decoded.map(decode).unwrap_or_default();
    letters(decoded.split('.').next().unwrap_or_default())
}

/// Percent-encoding undone.
pub(super) fn decode(segment: &str) -> String {
    url::form_urlencoded::parse(format!("x={}", segment.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, v)| v.into_owned())
        .unwrap_or_default()
}

/// Letters only, lower case, without the marks that addresses leave out.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).map(unmarked).collect()
}

/// A lower-case Latin letter as slugs write it; letters that slugs spell with two ("ß", "æ") are left.
fn unmarked(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'į' | 'ı' => 'i',
        'ł' | 'ľ' | 'ĺ' | 'ļ' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ŕ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ț' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// The name in "Posts by Jane Doe", "Author: Jane Doe", "李新的文章"; none where no such words stand.
fn name_of_heading(heading: &str) -> Option<String> {
    #[rustfmt::skip]
    const BEFORE: &[&str] = &[
        "posts by ", "articles by ", "stories by ", "all posts by ", "all articles by ", "entries by ",
        "works by ", "written by ", "more from ", "author archives: ", "author archive: ", "archives for ",
        "author: ", "about ", "publications by ", "columns by ", "posts written by ", "browsing author ",
        "latest from ", "content by ", "作者：", "作者:", "专栏作家：", "beiträge von ", "artikel von ",
        "alle artikel von ", "autor: ", "articles de ", "auteur : ", "artículos de ", "entradas de ",
        "publicaciones de ", "articoli di ", "autore: ", "artigos de ", "автор: ", "записи автора ",
        "статьи автора ",
    ];
    #[rustfmt::skip]
    const AFTER: &[&str] = &[
        "的文章", "的作品", "的专栏", "的專欄", "专栏", "專欄", "的文集", "文集", "的博客", "的部落格", "的主页", "的個人頁面", "の記事一覧", "の記事", "さんの記事", "'s articles",
        "'s posts", "’s articles", "’s posts", ", author at", " archives", " 기자",
    ];
    let heading = heading.trim();
    let lower = heading.to_lowercase();
    let by_start = BEFORE.iter().find(|b| lower.starts_with(**b)).and_then(|b| heading.get(b.len()..));
    let by_end = || AFTER.iter().find_map(|a| lower.find(a)).and_then(|at| heading.get(..at));
    person::clean(by_start.or_else(by_end)?).filter(|n| person::looks_like_person(n))
}

/// What stands beside the list and is called so: affiliation, biography, portrait.
fn beside(page: &Page, profile: &mut AuthorProfile, records: &std::ops::Range<NodeId>) {
    let outside = || page.descendants(page.body()).filter(|d| !records.contains(d) || records.end <= *d);
    let called = |d: NodeId, names: &[&str]| {
        let class = page.class(d);
        let prop = page.attr(d, "itemprop").unwrap_or_default();
        (!class.is_empty() || !prop.is_empty())
            && (names.contains(&prop)
                || class.split_ascii_whitespace().any(|c| {
                    let c = c.to_ascii_lowercase();
                    names
                        .iter()
                        .any(|n| c == *n || (c.contains("author") || c.contains("profile")) && c.ends_with(n))
                }))
    };
    let text = |names: &[&str], least: usize| {
        let node = outside().find(|&d| called(d, names) && text::weight(page.text(d)) >= least)?;
        let text: String = super::record::one_line(page.text(node)).chars().take(BIOGRAPHY_CHARS).collect();
        Some(Field::new(text, Evidence::Visible))
    };
    if profile.affiliation.is_none() {
        profile.affiliation = text(&["affiliation", "worksfor", "organization", "institution", "org"], 2)
            .filter(|f| f.value.chars().count() < 160);
    }
    if profile.biography.is_none() {
        profile.biography = text(&["bio", "biography", "description", "about", "intro", "note"], 30);
    }
    if profile.portrait.is_none() {
        let picture = outside().filter(|&d| page.tag(d) == Tag::Img).find(|&i| {
            called(i, &["avatar", "photo", "portrait", "u-photo", "image", "headshot"])
                || page
                    .ancestors(i)
                    .take(3)
                    .any(|a| called(a, &["avatar", "photo", "portrait", "image", "headshot"]))
        });
        profile.portrait = picture
            .and_then(|i| {
                page.attr(i, "src").filter(|s| !s.starts_with("data:")).or_else(|| page.attr(i, "data-src"))
            })
            .and_then(|u| page.absolute(u))
            .map(|u| Field::new(u, Evidence::Visible));
    }
    // The picture of a page that declares itself a person's.
    if profile.portrait.is_none() && meta(page, "og:type") == Some("profile") {
        let picture = meta(page, "og:image").and_then(|u| page.absolute(u));
        profile.portrait = picture.map(|u| Field::new(u, Evidence::OpenGraph));
    }
}

/// `rel=me` and ORCID.
fn elsewhere(page: &Page, profile: &mut AuthorProfile, records: &std::ops::Range<NodeId>) {
    for node in page.all(Tag::Link).chain(page.all(Tag::A)).filter(|n| !records.contains(n)) {
        let Some(href) = page.attr(node, "href") else { continue };
        let me = page.attr(node, "rel").is_some_and(|r| r.split_ascii_whitespace().any(|r| r == "me"));
        if (me || is_orcid(href))
            && let Some(url) = page.absolute(href)
        {
            add_same(profile, url, if me { Evidence::Microformat } else { Evidence::Visible });
        }
    }
}

/// `https://orcid.org/0000-0002-1825-0097`
fn is_orcid(href: &str) -> bool {
    href.split_once("orcid.org/").is_some_and(|(_, id)| {
        let id = id.split(['?', '#', '/']).next().unwrap_or_default();
        id.len() == 19
            && id
                .bytes()
                .enumerate()
                .all(|(i, b)| if i % 5 == 4 { b == b'-' } else { b.is_ascii_digit() || b == b'X' })
    })
}

fn add_same(profile: &mut AuthorProfile, url: String, evidence: Evidence) {
    if profile.same_as.len() < 20 && !profile.same_as.iter().any(|f| f.value == url) {
        profile.same_as.push(Field::new(url, evidence));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_not_part_of_another() {
        assert!(holds_name("Posts by Li Xin", "Li Xin"));
        assert!(!holds_name("Posts by Li Xinyi", "Li Xin"));
        assert!(!holds_name("anything", ""));
    }

    #[test]
    fn headings_give_names() {
        assert_eq!(name_of_heading("Posts by Jane Doe").as_deref(), Some("Jane Doe"));
        assert_eq!(name_of_heading("李新的文章").as_deref(), Some("李新"));
        assert_eq!(name_of_heading("About the harbour"), None);
        assert_eq!(name_of_heading("Latest news"), None);
    }

    #[test]
    fn orcid_is_told_by_its_form() {
        assert!(is_orcid("https://orcid.org/0000-0002-1694-233X"));
        assert!(!is_orcid("https://orcid.org/signin"));
    }
}

#[cfg(test)]
mod name_tests {
    use super::{letters, name_of_heading};

    #[test]
    fn a_slug_leaves_the_marks_out() {
        assert_eq!(letters("Zoë Ångström"), letters("zoe-angstrom"));
    }

    #[test]
    fn columns_and_collections_bear_their_author_name() {
        assert_eq!(name_of_heading("陈默专栏").as_deref(), Some("陈默"));
        assert_eq!(name_of_heading("李新的文集").as_deref(), Some("李新"));
        assert_eq!(name_of_heading("Letters from the coast"), None);
    }
}
