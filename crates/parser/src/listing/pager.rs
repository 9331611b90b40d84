//! Where the list goes on: what the page itself calls its next page, and the numbered pages beyond.

mod said;

use super::shape::digits;
use super::survey::{Link, Survey};
use super::words::Region;
use crate::{NodeId, Page, Tag};
use said::{Word, word_of};
use url::Url;

/// Numbered links that are looked at.
const MAX_NUMBERS: usize = 400;

/// Most further pages that are named; the next one names the ones after it.
const MOST: usize = 20;

/// A link that may lead to a further page, and how it is recognised.
#[derive(Debug, Clone)]
struct Step {
    url: Url,
    /// Trust, higher first.
    rank: u8,
    /// The page's number, where the link shows one.
    number: Option<u32>,
}

/// Addresses of further pages of this list, the next one first; each differs from the page's own.
pub(super) fn next_pages(survey: &Survey<'_>) -> Vec<String> {
    let page = survey.page;
    let here = plain_address(&page.url);
    let mut steps = declared(page);
    let numbers = numbered(survey);
    steps.extend(named(survey, &numbers));
    steps.extend(following(survey, &numbers));
    if !steps.iter().any(|s| s.rank >= 55) {
        steps.extend(continuing(survey));
    }
    steps.retain(|s| plain_address(&s.url) != here && s.url.host() == page.url.host());
    steps.sort_by(|a, b| b.rank.cmp(&a.rank).then(a.number.unwrap_or(0).cmp(&b.number.unwrap_or(0))));
    let mut out: Vec<String> = Vec::new();
    for step in steps {
        let url = step.url.to_string();
        if !out.contains(&url) && out.len() < MOST {
            out.push(url);
        }
    }
    out
}

/// An address without what does not make another page: scheme, `www.`, fragment, a trailing slash.
pub(super) fn plain_address(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    let text = url.as_str();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    text.trim_start_matches("www.").trim_end_matches(['/', '?']).to_owned()
}

/// `rel=next` of the head and of links. Software that makes books of pages names the next chapter so.
fn declared(page: &Page) -> Vec<Step> {
    let step = |node: NodeId, rank: u8| {
        let rel = page.attr(node, "rel")?;
        rel.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("next")).then_some(())?;
        let url = join(page, page.attr(node, "href")?)?;
        is_further(&page.url, &url).then_some(Step { url, rank, number: None })
    };
    let head = page.all(Tag::Link).filter_map(|n| step(n, 90));
    let links = page.all(Tag::A).filter_map(|n| step(n, 85));
    head.chain(links).collect()
}

/// Whether an address may be that of a further page of what is shown at `here`: it lies below it, or tells a
/// number or a place in a parameter or in a segment of its own.
fn is_further(here: &Url, there: &Url) -> bool {
    let below = || {
        let list = here.path().trim_end_matches('/');
        there.path().strip_prefix(list).is_some_and(|rest| rest.starts_with('/'))
    };
    let tells = || {
        let known: Vec<&str> = here.path().split('/').collect();
        there.path().split('/').any(|s| !known.contains(&s) && digits(s) > 0)
    };
    there.query().is_some() || below() || similar(here, there) || tells()
}

fn join(page: &Page, href: &str) -> Option<Url> {
    let url = page.base.join(href.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// A link whose text is a page's number, and the pager it stands in.
#[derive(Debug, Clone, Copy)]
struct Number {
    link: usize,
    value: u32,
    pager: NodeId,
}

/// Runs of numbered links: at least one, next to another number or in what is called a pager.
fn numbered(survey: &Survey<'_>) -> Vec<Number> {
    let page = survey.page;
    let mut all = Vec::new();
    for (i, link) in survey.links.iter().enumerate() {
        let Some(value) = number(link.text) else { continue };
        // The pager is the smallest element that holds more than this number.
        let Some(pager) = page.ancestors(link.node).take(4).find(|&a| page.text(a).len() > link.text.len())
        else {
            continue;
        };
        if page.text_len(pager) < 400 && all.len() < MAX_NUMBERS {
            all.push(Number { link: i, value, pager });
        }
    }
    let is_pager = |n: &Number| {
        let count = all.iter().filter(|o| o.pager == n.pager && o.value != n.value).count();
        count > 0 || survey.links[n.link].region.has(Region::PAGER) || leads_by_number(survey, n)
    };
    let keep: Vec<Number> = all.iter().copied().filter(is_pager).collect();
    // A calendar's days are numbers as well.
    keep.into_iter()
        .filter(|n| !page.ancestors(n.pager).chain([n.pager]).any(|a| is_calendar(page, a)))
        .collect()
}

fn is_calendar(page: &Page, node: NodeId) -> bool {
    page.tag(node) == Tag::Table && {
        let name = page.id(node).to_ascii_lowercase();
        name.contains("calendar") || page.class(node).to_ascii_lowercase().contains("calendar")
    }
}

fn number(text: &str) -> Option<u32> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || "[]()（）【】第页頁·.".contains(c));
    let text = text.strip_prefix("Page").or(text.strip_prefix("page")).unwrap_or(text).trim();
    (1..=4).contains(&text.len()).then(|| text.parse().ok()).flatten().filter(|n| *n > 0 && *n < 5000)
}

/// The address holds the number that the link shows, as a page's number.
fn leads_by_number(survey: &Survey<'_>, number: &Number) -> bool {
    join(survey.page, survey.links[number.link].href)
        .and_then(|url| page_number(&url))
        .is_some_and(|(_, n)| n == number.value || n + 1 == number.value)
}

/// Where an address holds the number of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// `?page=3`
    Query,
    /// `page/3`, `list_48_3.html`, `index3.html`
    Path,
    /// `/3`: it may as well be an identifier.
    Segment,
}

/// The number of the page in an address.
fn page_number(url: &Url) -> Option<(Place, u32)> {
    let by_query = url.query_pairs().find_map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let known = matches!(
            name.as_str(),
            "page" | "p" | "paged" | "pg" | "pageno" | "pagenum" | "pn" | "pageindex" | "seite"
        ) || name.starts_with("pagen")
            || name.ends_with("page");
        known.then(|| value.parse().ok()).flatten()
    });
    if let Some(number) = by_query {
        return Some((Place::Query, number));
    }
    let mut segments = url.path_segments()?.rev().filter(|s| !s.is_empty());
    let last = segments.next()?;
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let name = &stem[..number_start(stem)];
    let digits = stem.len() - name.len();
    let number = (1..=4).contains(&digits).then(|| stem[name.len()..].parse().ok()).flatten()?;
    let paged = !name.is_empty() || segments.next().is_some_and(|s| is_page_word(&s.to_ascii_lowercase()));
    Some((if paged { Place::Path } else { Place::Segment }, number))
}

/// The address is that of a list's second page or a later one.
pub(super) fn is_further_page(url: &Url) -> bool {
    page_number(url).is_some_and(|(place, number)| place != Place::Segment && number > 1)
}

/// Where the digits at a segment's end begin; those of an escaped byte (`%B0`) are none.
fn number_start(stem: &str) -> usize {
    let name = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let escaped = match name.rfind('%').map(|at| name.len() - at - 1) {
        Some(0) => 2,
        Some(1) if name.ends_with(|c: char| c.is_ascii_hexdigit()) => 1,
        _ => 0,
    };
    (name.len() + escaped).min(stem.len())
}

/// Whether `there` is the page before the one at `here`, as far as their addresses tell.
fn leads_back(here: &Url, there: &Url) -> bool {
    match (page_number(here), page_number(there)) {
        (Some((a, here_number)), Some((b, number))) => a == b && number < here_number && similar(here, there),
        _ => false,
    }
}

/// Links whose address is this page's with the next number, whatever they say.
fn continuing(survey: &Survey<'_>) -> Vec<Step> {
    let page = survey.page;
    let here = page_number(&page.url).filter(|(place, _)| *place != Place::Segment);
    let may_lead =
        |l: &&Link<'_>| l.href.bytes().any(|b| b.is_ascii_digit()) && !l.region.has(Region::COMMENTS);
    survey
        .links
        .iter()
        .filter(may_lead)
        .filter_map(|link| {
            let url = join(page, link.href)?;
            let (place, number) = page_number(&url).filter(|(place, _)| *place != Place::Segment)?;
            let next = match here {
                Some((own, here)) => own == place && number == here + 1,
                None => number == 2,
            };
            (next && similar(&page.url, &url)).then_some(Step { url, rank: 45, number: Some(number) })
        })
        .take(1)
        .collect()
}

/// Links that say "next".
fn named(survey: &Survey<'_>, numbers: &[Number]) -> Vec<Step> {
    let page = survey.page;
    survey
        .links
        .iter()
        .filter_map(|link| {
            let word = next_word(page, link)?;
            let url = join(page, link.href)?;
            let target = page_number(&url);
            // An arrow or "older" leads on only if the address does not say that it leads back.
            if leads_back(&page.url, &url) {
                return None;
            }
            let in_pager = link.region.has(Region::PAGER)
                || numbers.iter().any(|n| page.within(link.node, n.pager))
                || numbers.iter().any(|n| page.parent(n.pager).is_some_and(|p| page.within(link.node, p)));
            let alike = similar(&page.url, &url);
            let rank = match (word, in_pager, alike) {
                (Word::Next, true, _) | (Word::Next, _, true) => 80,
                (Word::Older, _, true) => 75,
                (Word::Arrow, true, true) => 70,
                (Word::Older, true, _) => 65,
                (Word::Arrow, true, _) | (Word::Arrow, _, true) if target.is_some() => 60,
                (Word::More, _, true) if target.is_some() => 40,
                _ => return None,
            };
            let outside = link.region.has(Region::COMMENTS) || link.region.has(Region::HEADER);
            Some(Step { url, rank: if outside { rank / 2 } else { rank }, number: None })
        })
        .collect()
}

fn next_word(page: &Page, link: &Link<'_>) -> Option<Word> {
    let said = word_of(link.text).or_else(|| {
        let attribute = |name: &str| page.attr(link.node, name).and_then(word_of);
        attribute("aria-label").or_else(|| attribute("title"))
    });
    if said.is_some() || link.text.len() > 24 {
        return said;
    }
    let image = || page.all_in(link.node, Tag::Img).find_map(|i| page.attr(i, "alt").and_then(word_of));
    let class = || {
        let names = [page.class(link.node), page.id(link.node)];
        names.iter().any(|n| {
            n.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| w.eq_ignore_ascii_case("next"))
                || *n == "nextpostslink"
        })
    };
    image().or_else(|| class().then_some(Word::Next))
}

/// Of the numbered links, those after the page that is shown.
fn following(survey: &Survey<'_>, numbers: &[Number]) -> Vec<Step> {
    let page = survey.page;
    let mut pagers: Vec<NodeId> = numbers.iter().map(|n| n.pager).collect();
    pagers.sort_unstable();
    pagers.dedup();
    // Each number may stand in an element of its own; then its pager is the element around that.
    let mut steps = Vec::new();
    for pager in pagers {
        let own: Vec<&Number> = numbers.iter().filter(|n| n.pager == pager).collect();
        if own.len() < 2 && !own.iter().all(|n| leads_by_number(survey, n)) {
            continue;
        }
        let Some(current) = current(page, survey, pager, &own) else { continue };
        for n in own.iter().filter(|n| n.value > current) {
            if let Some(url) = join(page, survey.links[n.link].href) {
                let rank = if n.value == current + 1 { 55 } else { 30 };
                steps.push(Step { url, rank, number: Some(n.value) });
            }
        }
    }
    steps
}

/// The number of the page shown: in its address, or the number that is no link, or the link that leads here.
fn current(page: &Page, survey: &Survey<'_>, pager: NodeId, own: &[&Number]) -> Option<u32> {
    let here = plain_address(&page.url);
    let leads_here = own.iter().find(|n| {
        survey.links[n.link].href == "#"
            || join(page, survey.links[n.link].href).is_some_and(|u| plain_address(&u) == here)
    });
    if let Some(n) = leads_here {
        return Some(n.value);
    }
    let unlinked = page
        .descendants(pager)
        .chain([pager])
        .filter(|&d| page.link_len(d) == 0)
        .find_map(|d| number(page.text(d)));
    if unlinked.is_some() {
        return unlinked;
    }
    let by_text =
        page.content(pager).filter(|&c| page.tag(c) == Tag::Text).find_map(|c| number(page.text(c)));
    if by_text.is_some() {
        return by_text;
    }
    let smallest = own.iter().map(|n| n.value).min()?;
    let by_address = page_number(&page.url)
        .map(|(_, n)| n)
        .filter(|n| own.iter().any(|o| o.value == n + 1 || o.value + 1 == *n));
    by_address.or((smallest == 2).then_some(1))
}

/// The two addresses differ only in parameters, a number, or segments at the end.
fn similar(here: &Url, there: &Url) -> bool {
    if here.host() != there.host() {
        return false;
    }
    let segments = |u: &Url| -> Vec<String> {
        u.path_segments()
            .map(|s| s.filter(|s| !s.is_empty()).map(without_number).filter(|s| !s.is_empty()).collect())
            .unwrap_or_default()
    };
    let (a, b) = (segments(here), segments(there));
    let common = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = |v: &[String]| v[common..].iter().filter(|s| !is_page_word(s)).count();
    rest(&a) == 0 && rest(&b) == 0
        || (common + 1 >= a.len() && rest(&b) == 0)
        || (a.is_empty() && there.query().is_some())
}

/// `list_48_2.html` and `list_48_3.html` are one.
fn without_number(segment: &str) -> String {
    segment.chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn is_page_word(segment: &str) -> bool {
    matches!(
        segment.trim_matches(['-', '_', '.']).to_ascii_lowercase().as_str(),
        "page"
            | "p"
            | "pages"
            | "seite"
            | "pagina"
            | "strana"
            | "index"
            | "index.html"
            | "index.htm"
            | "index.shtml"
            | "index.php"
            | "html"
            | "htm"
            | ""
            | "older"
            | "search"
    )
}
