//! How much a piece of text says, whatever its script.

use super::words;
use crate::stems::Stems;
use std::sync::LazyLock;

/// Length in Latin letters' worth: a Han character, kana or Hangul syllable says as much as about two and a
/// half letters.
pub(super) fn weight(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let wide = text.chars().filter(|c| is_wide(*c)).count();
    let all = text.chars().count();
    all - wide + wide * 5 / 2
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}')
}

/// Weight from which on a text may be a title.
pub(super) const TITLE: usize = 12;

/// Long enough to be a title, and not "Read more". Short titles exist ("Awekening"); this is for the many.
pub(super) fn is_title(text: &str) -> bool {
    weight(text) >= TITLE && !words::is_action(text)
}

/// Whether a text may hold a date: a four-digit year of ours, or a month's and day's digits. Cheap, for
/// counting only.
pub(super) fn may_hold_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut digits = 0;
    let mut groups = 0;
    for i in 0..=bytes.len() {
        if bytes.get(i).is_some_and(u8::is_ascii_digit) {
            digits += 1;
            continue;
        }
        if digits == 4 && matches!(&bytes[i - 4..i - 2], b"19" | b"20") {
            return true;
        }
        if digits == 1 || digits == 2 {
            groups += 1;
            let separator = bytes.get(i).is_some_and(|b| matches!(b, b'/' | b'.' | b'-'))
                || text.is_char_boundary(i) && text[i..].starts_with('月');
            if separator && groups > 0 && bytes.get(i + 1).is_some_and(|b| b.is_ascii_digit()) {
                return true;
            }
        }
        digits = 0;
    }
    false
}

/// A link to what appeared in a year or a month: "2026/04", "2024年1月 3篇". A number may be a title, but not where
/// the address ends with one as well.
pub(super) fn names_period(text: &str, href: &str) -> bool {
    let unit = |c: char| c.is_ascii_digit() || !c.is_alphanumeric() || "年月篇".contains(c);
    let path = href.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(unit)
        && (1..=7).contains(&last.len())
        && last.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        && text.contains(last.trim_start_matches('0'))
}

/// Leads to a file rather than a page.
pub(super) fn is_document(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    if path.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case("download")) {
        return true;
    }
    let Some((_, extension)) = path.rsplit_once('.') else { return false };
    ["pdf", "doc", "docx", "rtf", "wpd", "mp3", "odt"].iter().any(|e| extension.eq_ignore_ascii_case(e))
}

/// Leads to a picture.
pub(super) fn is_picture(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    let Some((_, extension)) = path.rsplit_once('.') else { return false };
    ["jpg", "jpeg", "png", "gif", "webp", "svg"].iter().any(|e| extension.eq_ignore_ascii_case(e))
}

/// Names a price: a currency's sign or name next to a number.
pub(super) fn holds_price(text: &str) -> bool {
    const SIGNS: &[&str] =
        &["$", "€", "£", "¥", "￥", "₽", "₹", "zł", "Kč", " kr", "USD", "EUR", "руб", "円", "грн"];
    static STEMS: LazyLock<Stems> = LazyLock::new(|| {
        let lower: Vec<String> = SIGNS.iter().map(|s| s.to_ascii_lowercase()).collect();
        Stems::new(&[&lower.iter().map(String::as_str).collect::<Vec<_>>()])
    });
    STEMS.within(text) != 0
        && SIGNS.iter().any(|sign| {
            text.match_indices(sign).any(|(at, _)| {
                let before = text[..at].trim_end().ends_with(|c: char| c.is_ascii_digit());
                let after = text[at + sign.len()..].trim_start().starts_with(|c: char| c.is_ascii_digit());
                before || after
            })
        })
}
