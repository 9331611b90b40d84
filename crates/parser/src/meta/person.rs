//! Names of persons out of the strings in which pages give them: labels, roles, degrees and addresses
//! dropped, joint bylines taken apart.

use super::text::{is_cjk, is_han};

mod chinese;
mod form;

pub(crate) use form::{NO_NAME, is_role, looks_like_person};

use form::{is_agency, is_nobody};

pub(crate) use chinese::{
    looks_like_chinese_name, looks_like_japanese_name, looks_like_korean_name, split_spaced,
    surely_chinese_name,
};

/// The names of a declared or printed byline, in order, each once.
pub(crate) fn names(byline: &str) -> Vec<String> {
    let byline = strip_label(byline.trim());
    let mut out: Vec<String> = Vec::new();
    for piece in pieces(byline) {
        match piece {
            Piece::Suffix(suffix) => {
                if let Some(last) = out.last_mut() {
                    last.push(' ');
                    last.push_str(suffix);
                }
            }
            Piece::Name(name) => {
                let Some(name) = clean(name) else { continue };
                // 赵 培 is one name, 王方 李新 are two.
                let several =
                    split_spaced(&name).filter(|_| !name.contains('·')).unwrap_or_else(|| vec![name]);
                for name in several {
                    if !out.contains(&name) {
                        out.push(name);
                    }
                }
            }
        }
    }
    out
}

enum Piece<'a> {
    Name(&'a str),
    /// `Jr.`, `III`: belongs to the name before it.
    Suffix(&'a str),
}

fn pieces(byline: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    // What follows a bar or a bullet is where the writer works, or when it was written.
    let byline = byline
        .split(['|', '•', '│', '｜', '⋅', '∙'])
        .map(str::trim)
        .find(|p| !p.is_empty())
        .unwrap_or_default();
    for part in byline.split([',', '，', ';', '；', '、', '､', '\n']) {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        // "Jane Doe, Executive Editor, The Paper": behind the role stands where it is held.
        if !out.is_empty() && is_role(&part.to_lowercase()) {
            break;
        }
        if matches!(part.trim_end_matches('.'), "Jr" | "Sr" | "II" | "III" | "IV") {
            out.push(Piece::Suffix(part));
        } else if out.is_empty() || !is_degree(part) {
            conjunctions(part, &mut out);
        }
    }
    out
}

/// Words that join names, each with whether it also stands within names and so needs two words on either side.
#[rustfmt::skip]
const CONJUNCTIONS: &[(&str, bool)] = &[
    (" and ", false), (" & ", false), (" und ", false), (" with ", false), (" och ", false), (" og ", false),
    (" и ", false), (" та ", false), (" και ", false), (" et ", true), (" y ", true), (" e ", true),
    (" en ", true), (" ve ", true), (" dan ", true), (" và ", true), (" és ", true), (" și ", true),
    (" ja ", true), (" / ", false), (" + ", false), (" & ", false), ("／", false),
];

fn conjunctions<'a>(part: &'a str, out: &mut Vec<Piece<'a>>) {
    for (word, within_names) in CONJUNCTIONS {
        let Some(at) = find_ignoring_case(part, word) else { continue };
        let (left, right) = (part[..at].trim(), part[at + word.len()..].trim());
        let two = |s: &str| s.split_whitespace().nth(1).is_some();
        if left.is_empty() || right.is_empty() || (*within_names && !(two(left) && two(right))) {
            continue;
        }
        conjunctions(left, out);
        conjunctions(right, out);
        return;
    }
    let part = part.trim();
    let part = part.strip_prefix("and ").or_else(|| part.strip_prefix("& ")).unwrap_or(part);
    // 马俊峰/王方: a slash between two Chinese names.
    if part.contains('/') && part.chars().all(|c| is_han(c) || c == '/' || c == ' ') {
        out.extend(part.split('/').map(Piece::Name));
    } else {
        out.push(Piece::Name(part));
    }
}

fn find_ignoring_case(text: &str, word: &str) -> Option<usize> {
    if !word.is_ascii() {
        return text.find(word);
    }
    text.as_bytes().windows(word.len()).position(|w| w.eq_ignore_ascii_case(word.as_bytes()))
}

/// `PhD`, `M.D.`, `CFP®`: short, upper case, no name.
fn is_degree(part: &str) -> bool {
    let letters: String = part.chars().filter(|c| c.is_alphabetic()).collect();
    if letters.is_empty() || letters.len() > 7 || !letters.is_ascii() || is_agency(part) {
        return false;
    }
    let upper = letters.chars().filter(char::is_ascii_uppercase).count();
    let one_word = !part.contains(' ') || part.contains('.');
    one_word
        && (upper == letters.len()
            || matches!(
                letters.to_ascii_lowercase().as_str(),
                "phd"
                    | "msc"
                    | "bsc"
                    | "psyd"
                    | "edd"
                    | "pharmd"
                    | "meng"
                    | "dphil"
                    | "esq"
                    | "msed"
                    | "med"
                    | "mphil"
                    | "dr"
                    | "llm"
                    | "drph"
            ))
}

/// Words before a name that only say that a name follows, in lower case; longer ones first.
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "words and photos by", "words & photos by", "story and photos by", "article written by",
    "this article was written by", "medically reviewed by", "written and reviewed by", "written by",
    "posted by", "published by", "view all posts by", "posts by", "more by", "reported by", "authored by", "contributed by", "submitted by", "created by",
    "words by", "text by", "story by", "article by", "post by", "blog by", "guest post by", "opinion by",
    "analysis by", "review by", "by:", "by", "author:", "authors:", "author", "authored", "geschrieben von",
    "verfasst von", "veröffentlicht von", "eingestellt von", "zeige alle beiträge von", "alle beiträge von", "beiträge von", "ein beitrag von", "ein artikel von", "ein gastbeitrag von",
    "beitrag von", "artikel von", "text von", "autor:", "autorin:", "autoren:", "autor/in:", "autor", "autorin",
    "text:", "von:", "von", "écrit par", "rédigé par", "publié par", "proposé par", "par:", "par", "auteur :",
    "auteur:", "auteure :", "voir tous les articles de", "ver todas las entradas de", "escrito por", "publicado por", "redactado por", "por:", "por", "autores:",
    "autora:", "scritto da", "pubblicato da", "a cura di", "di:", "di", "autore:", "geschreven door",
    "gepost door", "door:", "door", "auteur", "skrevet av", "skrevet af", "skriven av", "publicerad av", "av:",
    "av", "af:", "tekst:", "foto og tekst:", "text och foto:", "kirjoittanut", "teksti:", "autor:", "napsal:",
    "opracował:", "oprac.", "szerző:", "írta:", "yazar:", "yazan:", "haber:", "автор:", "автор", "текст:",
    "автор статьи:", "tác giả:", "penulis:", "oleh:", "oleh", "reporter:", "rechtsanwalt", "rechtsanwältin", "συντάκτης:", "γράφει ο", "γράφει η",
    "του", "της", "بقلم:", "بقلم", "كتب:", "كتب", "作者", "文", "撰文", "撰稿", "执笔", "文字", "記者", "记者", "編輯", "著者",
    "執筆", "取材・文", "文・写真", "글", "글쓴이", "기자",
];

/// Removes labels and role words before a name, as often as they stand there.
fn strip_label(text: &str) -> &str {
    let mut text = text.trim_start_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '-' | '–'
                    | '—'
                    | ':'
                    | '：'
                    | '|'
                    | '·'
                    | '•'
                    | '●'
                    | '□'
                    | '■'
                    | '◎'
                    | '/'
                    | '／'
                    | '︱'
                    | '丨'
                    | '('
                    | '（'
                    | '【'
                    | '['
                    | '"'
                    | '“'
            )
    });
    loop {
        let found = LABELS.iter().filter(|label| starts_with_label(text, label)).max_by_key(|l| l.len());
        let Some(label) = found else { return text };
        let rest = text[label.len()..].trim_start_matches(|c: char| {
            c.is_whitespace()
                || matches!(c, ':' | '：' | '/' | '／' | '|' | '︱' | '丨' | '｜' | '-' | '–' | '—' | '・')
        });
        // "Von Miller", "Di Marzio": a label that is also a name's first word needs a whole name after it.
        let particle =
            matches!(*label, "von" | "di" | "par" | "por" | "av" | "door" | "автор" | "του" | "της");
        if particle && !rest.contains(' ') {
            return text;
        }
        text = rest;
    }
}

/// A label ends where a word ends, and a name follows it. Labels in CJK need a mark or space after them:
/// 文 begins many a name.
fn starts_with_label(text: &str, label: &str) -> bool {
    let Some(head) = text.get(..label.len()) else { return false };
    let same = if label.is_ascii() { head.eq_ignore_ascii_case(label) } else { head.to_lowercase() == label };
    if !same {
        return false;
    }
    match text[label.len()..].chars().next() {
        None => false,
        Some(c) if label.ends_with(is_cjk) => !c.is_alphanumeric(),
        Some(c) => label.ends_with([':', '.']) || !c.is_alphanumeric() && c != '\'' && c != '’' && c != '-',
    }
}

/// One name without what stands around it; none where nothing of a name is left.
pub(crate) fn clean(name: &str) -> Option<String> {
    let mut name = super::text::plain(name);
    if let Some(at) = name.find('@') {
        // "Jane Doe jane@paper.example", "Jane Doe @janedoe"
        let start = name[..at].rfind(' ').map_or(0, |n| n + 1);
        let end = name[at..].find([' ', ')', '>']).map_or(name.len(), |n| at + n);
        name.replace_range(start..end, "");
    }
    let name = strip_label(unglued(&name));
    let name = strip_brackets(name);
    let name = name.trim_matches(|c: char| {
        c.is_whitespace() || (!c.is_alphanumeric() && !matches!(c, '.' | ')' | '!' | '?' | '’' | '\''))
    });
    let name = name.trim_end_matches(['’', '\'']).trim();
    let name = chinese::strip_roles(name);
    let name = strip_role_after_dash(name);
    let name = strip_glued(name);
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let least = if name.chars().any(is_cjk) { 1 } else { 2 };
    let words = name.split(' ').count();
    let dated = digits > 0 && name.split(' ').any(crate::meta::date::is_month);
    // "news service reports": no name has three words and not one capital.
    let phrase = words >= 3 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b' ');
    if phrase || dated || letters < least || digits > letters || name.chars().count() > 70 || words > 9 {
        return None;
    }
    let lower = name.to_lowercase();
    if lower.starts_with("http")
        || lower.contains("://")
        || lower.starts_with("www.")
        || is_nobody(&lower)
        || is_role(&lower)
    {
        return None;
    }
    Some(name.to_owned())
}

/// "ByJane Doe": the name's element follows the label's without a space.
fn unglued(name: &str) -> &str {
    match name.strip_prefix("By") {
        Some(rest) if rest.starts_with(char::is_uppercase) && rest.contains(' ') => rest,
        _ => name,
    }
}

/// "Jane Doe (Content Manager)", "Jane Doe ()": brackets with a role or nothing in them.
fn strip_brackets(name: &str) -> &str {
    let Some(open) = name.rfind(['(', '（', '[', '<']) else { return name };
    let inner = name[open..].trim_matches(|c: char| !c.is_alphanumeric());
    let unclosed = !name[open..].contains([')', '）', ']', '>']);
    let initials = inner.len() <= 4 && inner.bytes().all(|b| b.is_ascii_lowercase());
    if open > 0 && (inner.is_empty() || unclosed || initials || is_role(&inner.to_lowercase())) {
        name[..open].trim()
    } else {
        name
    }
}

/// "Jane Doe - Staff Writer", "Jane Doe – Paper": what stands behind a spaced dash is no part of the name.
fn strip_role_after_dash(name: &str) -> &str {
    match [" - ", " – ", " — ", " // "].iter().filter_map(|d| name.find(d)).min() {
        Some(at) if at > 3 => name[..at].trim(),
        _ => name,
    }
}

/// "Jane DoeJanuary", "Jane DoeFounder": the element after the name follows without a space.
fn strip_glued(name: &str) -> &str {
    #[rustfmt::skip]
    const GLUED: &[&str] = &[
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
        "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec", "Founder", "Published", "Updated", "Posted",
        "Author", "Editor", "Writer", "Contributor", "Follow", "Staff",
    ];
    GLUED
        .iter()
        .filter_map(|g| name.strip_suffix(g))
        .find(|rest| rest.ends_with(char::is_lowercase) && rest.contains(' '))
        .map_or(name, str::trim)
}

#[cfg(test)]
mod tests;
