//! Who wrote it and when: lines above and below the text that are not of it.

use super::{cues::Cue, score::Survey, select::is_prose, text::letters, units::Unit};
use crate::{Page, Tag};
use std::ops::Range;

/// Who the author is, under the text: a paragraph that begins with the name.
pub(super) fn drop_biographies(page: &Page, survey: &Survey, range: Range<usize>, keep: &mut [bool]) {
    let names = author_names(page);
    let tail = range.start + range.len() * 7 / 10;
    let units = survey.units[..range.end].iter().zip(keep).skip(tail);
    for (unit, keep) in units.filter(|(unit, keep)| **keep && (60..1500).contains(&unit.len())) {
        let text = letters(unit.text(page));
        let text = text.strip_prefix("about").unwrap_or(&text);
        if names.iter().any(|name| text.starts_with(name)) {
            *keep = false;
        }
    }
}

/// The section under a heading such as "About the author", near the end: to its next equal, or to the end.
pub(super) fn drop_author_sections(page: &Page, survey: &Survey, range: Range<usize>, keep: &mut [bool]) {
    let level = |i: usize| page.tag(survey.units[i].block).heading_level();
    let tail = range.start + range.len() * 6 / 10;
    let heading = (tail..range.end).find(|&i| level(i).is_some() && heads_author(survey.units[i].text(page)));
    let Some(heading) = heading else { return };
    let next = (heading + 1..range.end).find(|&i| level(i).is_some_and(|l| Some(l) <= level(heading)));
    keep[heading..next.unwrap_or(range.end)].fill(false);
}

fn heads_author(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "about the author",
        "about the writer",
        "about the contributor",
        "about the reviewer",
        "about the translator",
        "about the editor",
        "about our author",
        "about author",
        "author bio",
        "meet the author",
        "written by",
        "über den autor",
        "über die autor",
        "zum autor",
        "zur autor",
        "der autor",
        "die autorin",
        "à propos de l",
        "sobre el autor",
        "sobre la autora",
        "sobre o autor",
        "sull'autore",
        "over de auteur",
        "om författaren",
        "om forfatteren",
        "o autorze",
        "об авторе",
        "об авторах",
        "yazar hakkında",
        "著者について",
        "著者プロフィール",
        "作者简介",
        "关于作者",
    ];
    let text = text.to_lowercase();
    text.len() < 60 && WORDS.iter().any(|w| text.starts_with(w))
}

/// Longest byline, in bytes, and longest that a moment or the word for "by" alone makes one.
const BYLINE: (usize, usize) = (160, 70);

/// Lines above the text that begin so say who wrote it.
const BY: &[&str] = &[
    "by ",
    "von ",
    "par ",
    "por ",
    "di ",
    "door ",
    "av ",
    "作者",
    "记者",
    "本报记者",
    "本刊记者",
    "文/",
    "文｜",
    "编辑",
];

/// As [`BY`], and nothing else begins so.
const DONE_BY: &[&str] = &[
    "written by ",
    "reviewed by ",
    "medically reviewed by ",
    "fact checked by ",
    "fact-checked by ",
    "edited by ",
];

/// Lines above the text that say so, with a number, say when it came out or how often it was read.
const CAME_OUT: &[&str] =
    &["published", "updated", "publicerad", "veröffentlicht", "aktualisiert", "来源", "浏览", "阅读", "发布"];

/// Who wrote it and when, above the text.
pub(super) fn drop_bylines(page: &Page, survey: &Survey, range: Range<usize>, keep: &mut [bool]) {
    // One paragraph above it may be the standfirst, by another name.
    let mut paragraphs = 0;
    for index in range.filter(|&i| keep[i]).take(8).collect::<Vec<_>>() {
        let (unit, tag) = (&survey.units[index], page.tag(survey.units[index].block));
        let text = unit.text(page);
        let standfirst = survey.context[index] == Cue::Standfirst;
        if is_prose(page, unit) || unit.len() >= 120 && ends_sentence(text) {
            paragraphs += usize::from(!standfirst);
            if paragraphs > 1 {
                return;
            }
            continue;
        }
        let other = tag.heading_level().is_some() || matches!(tag, Tag::Li | Tag::Dd | Tag::Dt);
        let byline = if paragraphs == 0 { is_byline(text) } else { names_author(text) };
        keep[index] = other || !byline;
    }
}

fn is_byline(text: &str) -> bool {
    if text.len() > BYLINE.0 || ends_sentence(text) {
        return false;
    }
    let lower = text.to_lowercase();
    let came_out = CAME_OUT.iter().any(|w| lower.contains(w)) && text.bytes().any(|b| b.is_ascii_digit());
    came_out || names_author(text) || text.len() < BYLINE.1 && has_moment(text)
}

/// A short line that begins with the word for "by", or one with offices and titles behind what somebody did.
fn names_author(text: &str) -> bool {
    let lower = text.to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|w| lower.starts_with(w));
    !ends_sentence(text) && (text.len() < BYLINE.1 && begins(BY) || text.len() <= BYLINE.0 && begins(DONE_BY))
}

/// A year of these two centuries, or a time of day.
fn has_moment(text: &str) -> bool {
    text.as_bytes().windows(4).any(|w| {
        let year = (w.starts_with(b"19") || w.starts_with(b"20")) && w.iter().all(u8::is_ascii_digit);
        let time = matches!(w, [b'0'..=b'9', b':' | b'.', b'0'..=b'5', b'0'..=b'9']);
        year || time
    })
}

pub(super) fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '”', '»', '」', ')', '）'])
        .ends_with(['.', '!', '?', '…', '。', '！', '？', ':', '：'])
}

/// Most names of authors that paragraphs are compared with.
const MAX_NAMES: usize = 100;

/// Names of authors as the head and `rel=author` give them, in letters.
fn author_names(page: &Page) -> Vec<String> {
    let head = page.all(Tag::Meta).filter(|&m| {
        let name = page.attr(m, "name").or_else(|| page.attr(m, "property")).unwrap_or_default();
        ["author", "article:author", "parsely-author", "dc.creator", "sailthru.author", "twitter:data1"]
            .iter()
            .any(|n| name.eq_ignore_ascii_case(n))
    });
    let head = head.filter_map(|m| page.attr(m, "content"));
    let links = page.all(Tag::A).filter(|&a| page.attr(a, "rel").is_some_and(|r| r.contains("author")));
    let names = head.chain(links.map(|a| page.text(a)));
    let mut names: Vec<String> =
        names.filter(|n| n.contains(' ') && n.len() < 60 && !n.contains('/')).map(letters).collect();
    names.retain(|n| n.len() >= 6);
    names.sort();
    names.dedup();
    names.truncate(MAX_NAMES);
    names
}

/// A date with at most a few words around it: published, updated, a place.
pub(super) fn is_dateline(page: &Page, unit: &Unit, text: &str) -> bool {
    if unit.len() > 80 {
        return false;
    }
    if page.ancestors(unit.first).take(3).any(|i| page.tag(i) == Tag::Time) {
        return true;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let cell =
        matches!(page.tag(unit.block), Tag::Td | Tag::Th | Tag::Li | Tag::Dd | Tag::Dt | Tag::P | Tag::Pre);
    !cell && digits >= 6 && digits * 4 >= text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bylines_are_told_from_first_lines() {
        assert!(is_byline("By Ann Author | Updated March 5, 2026 at 4:28 PM EST"));
        assert!(is_byline("Uppdaterad 15.59 | Publicerad 14.14"));
        assert!(is_byline("作者：安 2020年01月12日18:32 浏览：272 收藏 觉得不错，我要 赞赏"));
        assert!(!is_byline("By the river there was, in 1932, a mill."));
        assert!(!is_byline("去年改造户用卫生厕所4.66万座"));
        assert!(is_byline(
            "Reviewed by Toni Low, MD, Editor in Chief, Quay Health Watch; Member of the Advisory Board; Contributor"
        ));
        assert!(
            heads_author("About the Author")
                && heads_author("About the Reviewer")
                && !heads_author("About the river")
        );
    }
}
