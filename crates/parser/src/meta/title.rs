//! The article's title, without the site's name.

use super::{
    json_ld::{Rank, Work},
    sources::{Offer, Sources},
    text::{collapse, is_cjk, key, plain},
};
use crate::{NodeId, Page, Tag};
use model::Evidence;
use std::ops::Range;

mod suffix;
#[cfg(test)]
mod tests;

use suffix::without_site;

/// All that may be the title, each with a score, and where the page prints the best of them.
pub(crate) struct Titles {
    pub(crate) offers: Vec<Offer<String>>,
    /// Bytes of the page's text.
    pub(crate) printed: Option<Range<usize>>,
}

/// Longest title in characters; a longer heading is a paragraph.
const LONGEST: usize = 400;

pub(crate) fn titles(sources: &Sources<'_>) -> Titles {
    let page = sources.page;
    let mut offers = declared(sources);
    let first_heading = offers.len();
    let mut nodes: Vec<NodeId> = Vec::new();
    for (tag, most) in [(Tag::H1, 12), (Tag::H2, 8)] {
        for i in page.all(tag).take(most) {
            let value = collapse(without_permalink(page, i));
            if !value.is_empty() && value.chars().count() <= LONGEST {
                let origin = if tag == Tag::H1 { "h1" } else { "h2" };
                offers.push(Offer::new(value, Evidence::Heading, origin, 0));
                nodes.push(i);
            }
        }
    }
    shorten_headings(&mut offers, first_heading, page, &nodes, false);
    // A site's name may be a heading too, on every page; what the whole `<title>` says is none, whatever calls it so.
    let tags = offers[..first_heading].iter().filter(|o| o.evidence == Evidence::TitleTag);
    let tags: Vec<String> = tags.map(|o| key(&o.value)).collect();
    let headings = offers[first_heading..].iter().map(|o| key(&o.value));
    let headings: Vec<String> = headings.filter(|k| tags.contains(k) || !sources.sites.contains(k)).collect();
    for offer in &mut offers {
        let known = if offer.evidence == Evidence::Heading { &[][..] } else { &headings[..] };
        offer.value = without_site(&offer.value, &sources.sites, known, page.full_text());
    }
    // What is declared may be told from the site's name only now.
    shorten_headings(&mut offers, first_heading, page, &nodes, true);
    restore_words(&mut offers, first_heading, page, &nodes);
    score(sources, &mut offers, first_heading, &nodes);
    let best = (0..offers.len()).rev().max_by_key(|&n| offers[n].score);
    let printed = best.and_then(|b| {
        let wanted = key(&offers[b].value);
        let heading = (first_heading..offers.len()).find(|&n| n == b || key(&offers[n].value) == wanted);
        heading.map(|n| page.text_range(nodes[n - first_heading])).or_else(|| line_of(page, &offers[b].value))
    });
    Titles { offers, printed }
}

/// A heading's text without the sign at its end that links to the heading itself: ¶, #.
fn without_permalink(page: &Page, heading: NodeId) -> &str {
    let text = page.text(heading);
    let own = |a: &NodeId| page.attr(*a, "href").is_some_and(|h| h.starts_with('#'));
    let sign = page.all_in(heading, Tag::A).next_back().filter(own).map(|a| page.text(a));
    let sign = sign.filter(|s| s.chars().count() <= 2 && !s.chars().any(char::is_alphanumeric));
    sign.and_then(|s| text.strip_suffix(s)).map_or(text, str::trim_end)
}

/// A heading that prints a kicker, a date or a standfirst beside the title is cut to what is declared as the
/// title, where that is its end; or one of its lines or elements, unless all of it is declared too. `cut`: what
/// is declared has been told from the site's name.
fn shorten_headings(
    offers: &mut [Offer<String>],
    first_heading: usize,
    page: &Page,
    nodes: &[NodeId],
    cut: bool,
) {
    let (declared, headings) = offers.split_at_mut(first_heading);
    let declared: Vec<(String, &str)> = declared.iter().map(|o| (key(&o.value), o.value.as_str())).collect();
    for (heading, &node) in headings.iter_mut().zip(nodes) {
        let own = key(&heading.value);
        let holds = |k: &str| own.len() > k.len() && own.contains(k) && k.chars().count() >= 10;
        if !declared.iter().any(|(k, _)| holds(k)) {
            continue;
        }
        // "Strike: Trains stand still" keeps what a colon joins to it, and a word is not cut in two.
        let joined = |k: &str| {
            let front = own.chars().count() - k.chars().count();
            let mut letters = heading.value.char_indices().filter(|(_, c)| c.is_alphanumeric());
            let at = letters.nth(front).map_or(0, |(at, _)| at);
            let front = heading.value[..at].trim_end_matches(|c: char| !c.is_alphanumeric() && !is_colon(c));
            front.ends_with(is_colon)
                || front.len() == at && front.ends_with(|c: char| c.is_alphabetic() && !is_cjk(c))
        };
        let whole = declared.iter().any(|(k, _)| k.starts_with(&own));
        let elements = page.descendants(node).map(|i| page.text(i));
        let parts: Vec<String> = page.text(node).split('\n').chain(elements).map(key).collect();
        let fits = |k: &str| {
            let end = own.ends_with(k) && !joined(k) && !(cut && whole);
            end || !whole && one_of(&parts, k)
        };
        if let Some((_, value)) = declared.iter().find(|(k, _)| holds(k) && fits(k)) {
            heading.value = (*value).to_owned();
        }
    }
}

/// A word between angle brackets is an element where a heading's text was not escaped, and no text: `Tidy <maps>`.
/// What is declared still has it.
fn restore_words(offers: &mut [Offer<String>], first_heading: usize, page: &Page, nodes: &[NodeId]) {
    let (declared, headings) = offers.split_at_mut(first_heading);
    for (heading, &node) in headings.iter_mut().zip(nodes) {
        if page.descendants(node).all(|i| page.tag(i) != Tag::Other) {
            continue;
        }
        let own = key(&heading.value);
        let whole = |o: &&Offer<String>| o.value.contains('<') && key(&without_tags(&o.value)) == own;
        if let Some(whole) = declared.iter().find(whole) {
            heading.value.clone_from(&whole.value);
        }
    }
}

fn without_tags(text: &str) -> String {
    let mut pieces = text.split('<');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        out.push_str(piece.split_once('>').map_or(piece, |(_, rest)| rest));
    }
    out
}

fn is_colon(c: char) -> bool {
    matches!(c, ':' | '：')
}

fn declared(sources: &Sources<'_>) -> Vec<Offer<String>> {
    let mut offers = Vec::new();
    let mut add = |value: String, evidence, origin, score| {
        if !value.is_empty() && value.chars().count() <= LONGEST {
            offers.push(Offer::new(value, evidence, origin, score));
        }
    };
    for work in sources.ld.articles().take(2) {
        if let Some(headline) = &work.headline {
            let score = if work.rank == Rank::Article { 42 } else { 10 };
            add(headline.clone(), Evidence::JsonLd, "ld:headline", score);
        }
    }
    for (name, content) in sources.head.among(TITLE_METAS) {
        let (evidence, origin, score) = match name {
            "og:title" => (Evidence::OpenGraph, "og:title", 40),
            "citation_title" => (Evidence::Meta, "citation_title", 70),
            "twitter:title" => (Evidence::Meta, "twitter:title", 30),
            _ => (Evidence::Meta, "meta", 28),
        };
        add(plain(content), evidence, origin, score);
    }
    if let Some(i) = sources.page.all(Tag::Title).next() {
        add(plain(sources.page.raw_text(i)), Evidence::TitleTag, "title", 20);
    }
    offers
}

/// A heading that speaks of what the declared titles speak of is the title as readers see it; the declared
/// ones are often written for search engines. Agreement adds a little.
fn score(sources: &Sources<'_>, offers: &mut [Offer<String>], first_heading: usize, nodes: &[NodeId]) {
    let page = sources.page;
    let keys: Vec<String> = offers.iter().map(|o| key(&o.value)).collect();
    let words: Vec<Vec<u32>> = offers.iter().map(|o| words(&o.value)).collect();
    let listed = sources.input.hints.listed.as_ref().map(|l| key(&l.title)).unwrap_or_default();
    // Some blogs have one `<title>` for all pages: it says nothing of what `og:title` says.
    let of = |e: Evidence| (0..first_heading).find(|&n| offers[n].evidence == e);
    let one_title_for_all = match (of(Evidence::TitleTag), of(Evidence::OpenGraph)) {
        (Some(tag), Some(og)) => likeness(&words[tag], &words[og]) == 0,
        _ => false,
    };
    let evidences: Vec<Evidence> = offers.iter().map(|o| o.evidence).collect();
    let speaks = |m: usize| evidences[m] != Evidence::TitleTag || !one_title_for_all;
    let longest = keys[..first_heading].iter().map(String::len).max().unwrap_or_default();
    let likest =
        |n: usize| (0..first_heading).filter(|&m| speaks(m)).map(|m| likeness(&words[n], &words[m])).max();
    let start = |n: usize| page.text_range(nodes[n - first_heading]).start;
    let first_alike = (first_heading..offers.len())
        .filter(|&n| offers[n].origin == "h1" && likest(n).is_some_and(|l| (40..100).contains(&l)))
        .map(start)
        .min();
    let mut closest = 0;
    for n in 0..offers.len() {
        let mut score = offers[n].score;
        if n >= first_heading {
            let node = nodes[n - first_heading];
            let likeness = likest(n).unwrap_or(0);
            let equal_to = |m: usize| keys[m] == keys[n] && speaks(m);
            let equal = (0..first_heading).any(equal_to);
            // `<meta name=title>` often names the section.
            let surely = (0..first_heading).any(|m| equal_to(m) && evidences[m] != Evidence::Meta);
            // A paragraph in the clothes of a heading.
            let wordy = keys[n].len() > LONG && keys[n].len() > longest * 2;
            score = match (page.tag(node), equal) {
                (Tag::H1, true) => 56 + i32::from(surely) * 4,
                (Tag::H1, false) if likeness >= 40 && !(wordy && longest > 0) => {
                    54 + i32::from(likeness >= 70 && words[n].len() >= 3) * 4
                }
                (Tag::H1, false) if first_heading == 0 => 40,
                (Tag::H1, false) => 22,
                // What is declared stands before any heading of the first rank that only resembles it.
                (_, true) if surely && first_alike.is_some_and(|first| start(n) < first) => 59,
                (_, true) => 50,
                (_, false) if first_heading == 0 => 5,
                (_, false) if likeness >= 80 && words[n].len() >= 4 => 30,
                // Tells of the page where nothing else does but names of the site.
                _ => i32::from(leads_text(sources, node)) * 12,
            };
            // The first heading that fits; later ones head the list of what else there is to read.
            if score >= 50 && page.tag(node) == Tag::H1 {
                score -= closest * 3;
                closest += 1;
            }
            if page.hidden(node) {
                score -= 12;
            }
            if score > 0
                && page.ancestors(node).any(|a| matches!(page.tag(a), Tag::Nav | Tag::Footer | Tag::Aside))
            {
                score -= if equal { 3 } else { 15 };
            }
        } else {
            let agreeing =
                (0..offers.len()).any(|m| offers[m].origin != offers[n].origin && keys[m] == keys[n]);
            score += if agreeing { 10 } else { 0 };
            // What is declared twice, but not in the `<title>`, is not for search engines alone; and a heading
            // that only the `<title>` repeats may be written for them.
            let same = |e: Evidence| (0..first_heading).any(|m| evidences[m] == e && keys[m] == keys[n]);
            let of_title_tag = |m: usize| evidences[m] == Evidence::TitleTag && keys[m] != keys[n];
            if evidences[n] == Evidence::OpenGraph && (0..first_heading).any(of_title_tag) {
                let headed = |m: usize| {
                    evidences[m] == Evidence::Heading
                        && evidences
                            .iter()
                            .zip(&keys)
                            .filter(|(_, k)| **k == keys[m])
                            .all(|(e, _)| matches!(e, Evidence::Heading | Evidence::TitleTag))
                };
                if same(Evidence::JsonLd)
                    || (first_heading..offers.len()).any(|m| {
                        offers[m].origin == "h1" && headed(m) && one_of(&keys[..first_heading], &keys[m])
                    })
                {
                    score = 62;
                }
            }
            if evidences[n] == Evidence::JsonLd && of_the_news(sources, &keys, &offers[..], n) {
                score = 62;
            }
        }
        if !listed.is_empty() && listed == keys[n] {
            score += 30;
        }
        if keys[n].is_empty() {
            score = -100;
        } else if sources.sites.contains(&keys[n]) {
            score -= 50;
        }
        offers[n].score = score;
    }
}

/// Whether it is a news article's headline that the `<title>` repeats, while the heading says what is declared
/// for sharing: newsrooms write that one for whoever comes from a network.
fn of_the_news(sources: &Sources<'_>, keys: &[String], offers: &[Offer<String>], n: usize) -> bool {
    let says = |origin: &str, m: usize| {
        let mut of_origin = keys.iter().zip(offers).filter(|(_, o)| o.origin == origin).map(|(k, _)| k);
        of_origin.next() == Some(&keys[m])
    };
    let headline = |w: &Work| w.news && w.headline.as_ref().is_some_and(|h| key(h) == keys[n]);
    says("title", n)
        && sources.ld.articles().find(|w| w.headline.is_some()).is_some_and(headline)
        && (0..offers.len()).any(|m| {
            offers[m].origin == "h1" && keys[m] != keys[n] && says("og:title", m) && says("twitter:title", m)
        })
}

/// Bytes of a heading's key beyond which it is longer than titles are.
const LONG: usize = 160;

/// Bytes between the title and the text's beginning, where standfirst, byline and picture stand.
const LEAD: usize = 1500;

/// Whether the text begins with the heading, or soon after it.
fn leads_text(sources: &Sources<'_>, heading: NodeId) -> bool {
    let page = sources.page;
    let range = page.text_range(heading);
    let text = page.text_range(sources.body.first).start;
    sources.body.root.is_some() && range.start <= text && text <= range.end + LEAD
}

/// Hashes of the words of three letters and more, and of every two neighbouring ideographs.
fn words(text: &str) -> Vec<u32> {
    let hash = |s: &str| s.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
    let mut out = Vec::new();
    let lower = text.to_lowercase();
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        if word.chars().any(is_cjk) {
            let chars: Vec<(usize, char)> = word.char_indices().collect();
            out.extend(chars.windows(2).map(|w| hash(&word[w[0].0..w[1].0 + w[1].1.len_utf8()])));
        } else if word.chars().count() >= 3 {
            out.push(hash(word));
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

fn one_of(keys: &[String], key: &str) -> bool {
    keys.iter().any(|k| k == key)
}

/// Share of the shorter text's words that stand in the other: 0..=100. One shared word of a longer text tells
/// nothing.
fn likeness(a: &[u32], b: &[u32]) -> usize {
    let least = a.len().min(b.len());
    let shared = a.iter().filter(|w| b.binary_search(w).is_ok()).count();
    if least == 0 || (shared == 1 && a.len().max(b.len()) > 3) { 0 } else { shared * 100 / least }
}

/// Where the text stands on the page as a line of its own, after the `<title>`.
fn line_of(page: &Page, title: &str) -> Option<Range<usize>> {
    let text = page.full_text();
    let skip = page.all(Tag::Title).next().map_or(0, |i| page.text_range(i).end);
    let at = suffix::line(&text[skip..], title)?;
    Some(skip + at..skip + at + title.len())
}

/// `<meta>` names of a title.
#[rustfmt::skip]
const TITLE_METAS: &[&str] = &[
    "og:title", "twitter:title", "citation_title", "dc.title", "dcterms.title", "headline", "title",
    "sailthru.title", "parsely-title",
];
