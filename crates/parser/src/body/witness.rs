//! The article's text as the page's own JSON-LD gives it (`articleBody`): it has no blocks and no links, and
//! often ends early, but it tells which runs of text on the page are the article's.

use super::{text::letters, units::Unit};
use crate::{Page, Tag};
use std::borrow::Cow;

/// Fewest bytes of an `articleBody` that is worth asking: shorter ones are teasers.
const SHORTEST: usize = 300;

/// Most bytes that are read of it.
const LONGEST: usize = 200_000;

/// Most units that it is asked about.
const MOST: usize = 2000;

/// What the witness says of each unit.
pub(super) struct Testimony {
    /// The unit's text stands in `articleBody`.
    pub(super) named: Vec<bool>,
    /// The first and the last such unit.
    pub(super) first: usize,
    pub(super) last: usize,
    /// The witness spoke to the end: nothing of the article comes after `last`.
    pub(super) complete: bool,
}

/// None where the page has no such text, or one that the page does not show.
pub(super) fn hear(page: &Page, units: &[Unit]) -> Option<Testimony> {
    let said = page.all(Tag::Script).find_map(|s| article_body(page.raw_text(s)))?;
    let said = letters(&without_tags(&said));
    if said.len() < SHORTEST {
        return None;
    }
    let mut named = vec![false; units.len()];
    let (mut covered, mut end) = (0, 0);
    for (unit, named) in units.iter().zip(&mut named).take(MOST) {
        if unit.len() < 20 {
            continue;
        }
        let text = letters(unit.text(page));
        if let Some(at) = position(&said, &text) {
            *named = true;
            covered += text.len();
            end = end.max(at + text.len());
        }
    }
    let first = named.iter().position(|n| *n)?;
    let last = named.iter().rposition(|n| *n)?;
    let shown = covered * 10 >= said.len() * 6;
    let complete = end + 80 >= said.len() && !goes_on(page, units, last, covered);
    shown.then_some(Testimony { named, first, last, complete })
}

/// Whether paragraphs of the same kind follow the last that was named: then the witness stopped early.
fn goes_on(page: &Page, units: &[Unit], last: usize, covered: usize) -> bool {
    let (block, parent) = (units[last].block, page.parent(units[last].block));
    let more = units[last + 1..].iter().filter(|u| {
        page.parent(u.block) == parent && page.tag(u.block) == page.tag(block) && u.link_share() < 0.3
    });
    more.map(Unit::len).sum::<usize>() * 6 > covered
}

/// Where `text` begins in `said`: short texts wholly, longer ones by two of three probes, since a link or a
/// footnote in between may be missing from one of them.
fn position(said: &str, text: &str) -> Option<usize> {
    const PROBE: usize = 32;
    let find = |part: &str| memchr::memmem::find(said.as_bytes(), part.as_bytes());
    if text.len() < 3 * PROBE {
        return if text.len() < 12 { None } else { find(text) };
    }
    let probe = |at: usize| {
        let (from, to) = (boundary(text, at), boundary(text, at + PROBE));
        find(&text[from..to]).map(|found| found.saturating_sub(from))
    };
    let probes = [probe(0), probe(text.len() / 2 - PROBE / 2), probe(text.len() - PROBE)];
    let mut found = probes.into_iter().flatten();
    let at = found.next()?;
    found.next().map(|_| at)
}

/// The first boundary of characters at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

/// Some sites put mark-up into the string.
fn without_tags(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '&']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        let (close, longest) = if rest[at..].starts_with('<') { (b'>', 2000) } else { (b';', 9) };
        let end = rest[at..].bytes().take(longest + 1).position(|b| b == close);
        rest = &rest[at + end.map_or(1, |e| e + 1)..];
        out.push(' ');
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The string after `"articleBody":`, without reading the rest of the JSON.
fn article_body(script: &str) -> Option<String> {
    let key = memchr::memmem::find(script.as_bytes(), b"\"articleBody\"")?;
    let rest = script[key + "\"articleBody\"".len()..].trim_start().strip_prefix(':')?.trim_start();
    let inner = rest.strip_prefix('"')?;
    let bytes = inner.as_bytes();
    let mut end = 0;
    while *bytes.get(end)? != b'"' {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
        if end > LONGEST {
            return None;
        }
    }
    // Raw line breaks are not JSON, but common here.
    let quoted = format!("\"{}\"", inner.get(..end)?.replace(['\n', '\r', '\t'], " "));
    serde_json::from_str(&quoted).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_string_is_found_and_unescaped() {
        let script = "{\"a\": 1, \"articleBody\" : \"x \\\"y\\\" \n \\u00e9\", \"b\": 2}";
        assert_eq!(article_body(script).unwrap(), "x \"y\"   é");
        assert_eq!(article_body("{\"articleBody\": \"never closed"), None);
    }

    #[test]
    fn renderings_of_one_text_are_equal() {
        assert_eq!(letters(&without_tags("<p>Don’t &amp; <b>do</b></p>")), letters("Don't do"));
    }
}
