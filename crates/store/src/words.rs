//! Words for full text, the same for both databases and for what is asked: lower-case runs of letters and
//! digits, and for scripts that put no space between words (Chinese, Japanese, Korean, Thai, ...) every pair of
//! neighbouring characters. Pairs need no dictionary, in memory or at start, and find each word of two
//! characters wherever it stands, which cutting into words does not (it depends on what stands around).

use std::collections::HashSet;

/// Longest word in characters; longer runs are data, not language.
const LONGEST: usize = 64;

/// Most different words of one text: a tsvector of PostgreSQL holds 1 MB.
const MOST: usize = 30_000;

/// One term of a query. All of them must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    Word(String),
    /// A single character of a script without spaces: every pair that begins with it.
    Prefix(String),
}

/// The different words of a text.
pub(crate) fn of(text: &str) -> HashSet<String> {
    let mut words = HashSet::new();
    each_run(text, |run| {
        if words.len() >= MOST {
            return;
        }
        match run {
            // Most words stand there more than once.
            Run::Word(word) if words.contains(word) => {}
            Run::Word(word) => {
                words.insert(word.to_owned());
            }
            Run::Unspaced(chars) => {
                for pair in chars.windows(2) {
                    words.insert(pair.iter().collect());
                }
                // The last one begins no pair, and is to be found alone as well.
                words.extend(chars.last().map(char::to_string));
            }
        }
    });
    words
}

/// The terms of a query, each once.
pub(crate) fn asked(text: &str) -> Vec<Asked> {
    let mut terms = Vec::new();
    each_run(text, |run| {
        let new = match run {
            Run::Word(word) => vec![Asked::Word(word.to_owned())],
            Run::Unspaced(chars) if chars.len() == 1 => vec![Asked::Prefix(chars[0].to_string())],
            Run::Unspaced(chars) => chars.windows(2).map(|p| Asked::Word(p.iter().collect())).collect(),
        };
        for term in new {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
    });
    terms
}

/// About `length` characters around the first place where something asked for stands.
pub(crate) fn excerpt(text: &str, query: &str, length: usize) -> String {
    let chars: Vec<char> = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let lower: Vec<char> = chars.iter().map(|c| lower(*c)).collect();
    let mut needles: Vec<Vec<char>> = Vec::new();
    each_run(query, |run| {
        needles.push(match run {
            Run::Word(word) => word.chars().collect(),
            Run::Unspaced(chars) => chars.to_vec(),
        });
    });
    let at = needles.iter().filter_map(|n| lower.windows(n.len()).position(|w| w == n)).min().unwrap_or(0);
    let start = at.saturating_sub(length / 4).min(chars.len().saturating_sub(length));
    let end = (start + length).min(chars.len());
    let mut out = String::with_capacity(length * 2);
    out.push_str(if start > 0 { "…" } else { "" });
    out.extend(&chars[start + usize::from(start > 0)..end - usize::from(end < chars.len())]);
    out.push_str(if end < chars.len() { "…" } else { "" });
    out
}

enum Run<'a> {
    /// Lower case.
    Word(&'a str),
    Unspaced(&'a [char]),
}

fn each_run(text: &str, mut take: impl FnMut(Run<'_>)) {
    let mut word = String::new();
    let mut length = 0;
    let mut unspaced: Vec<char> = Vec::new();
    // The end of the text ends a run as a space does.
    for c in text.chars().chain([' ']) {
        let is_unspaced = is_unspaced(c);
        let is_word = !is_unspaced && c.is_alphanumeric();
        if !is_word && !word.is_empty() {
            if length <= LONGEST {
                take(Run::Word(&word));
            }
            word.clear();
            length = 0;
        }
        if !is_unspaced && !unspaced.is_empty() {
            take(Run::Unspaced(&unspaced));
            unspaced.clear();
        }
        if is_unspaced {
            unspaced.push(c);
        } else if is_word {
            word.push(lower(c));
            length += 1;
        }
    }
}

/// One character for one, so that places in the text stay what they were.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Letters of scripts written without spaces (Unicode blocks; Hangul too, whose particles join its words).
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e01}'..='\u{0e4e}' // Thai
        | '\u{0e81}'..='\u{0ece}' // Lao
        | '\u{1000}'..='\u{109f}' // Myanmar
        | '\u{1780}'..='\u{17d3}' // Khmer
        | '\u{3005}'..='\u{3007}' // 々〆〇
        | '\u{3041}'..='\u{3096}' // Hiragana
        | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' // Katakana
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' // Han
        | '\u{ac00}'..='\u{d7a3}' // Hangul
        | '\u{20000}'..='\u{323af}') // Han, further extensions
        && (c.is_alphanumeric() || matches!(c, '\u{0e31}'..='\u{0e4e}' | '\u{1000}'..='\u{17d3}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_finds(text: &str, query: &str, found: bool) {
        let words = of(text);
        let has = |term: &Asked| match term {
            Asked::Word(w) => words.contains(w),
            Asked::Prefix(p) => words.iter().any(|w| w.starts_with(p.as_str())),
        };
        assert_eq!(asked(query).iter().all(has), found, "{query:?} in {words:?}");
    }

    #[test]
    fn words_of_any_script_are_found() {
        check_finds("The Quick-Brown fox, 1984", "quick FOX 1984", true);
        check_finds("Straße und Übung", "übung", true);
        check_finds("改革开放以来", "开放", true);
        check_finds("改革开放以来", "革开", true);
        check_finds("改革开放以来", "来", true);
        check_finds("改革开放以来", "改", true);
        check_finds("《凤凰周刊》2016年第36期", "凤凰周刊 36", true);
        check_finds("改革开放以来", "开来", false);
        check_finds("ภาษาไทย", "ไทย", true);
        check_finds("quick", "qui", false);
    }

    #[test]
    fn nothing_to_ask_for() {
        assert_eq!(asked("  —《》!"), Vec::new());
    }

    #[test]
    fn excerpts_show_the_match() {
        let text = format!("{}The Needle lies here{}", "hay ".repeat(200), " hay".repeat(200));
        let cut = excerpt(&text, "needle", 60);
        assert!(cut.contains("Needle") && cut.starts_with('…') && cut.ends_with('…'), "{cut}");
        assert_eq!(cut.chars().count(), 60);
        assert_eq!(excerpt("short", "missing", 60), "short");
        assert_eq!(excerpt("", "x", 60), "");
    }
}
