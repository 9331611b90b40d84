//! What changed between two texts, word by word, for people.

use similar::{ChangeTag, TextDiff};
use std::time::Duration;

/// A piece of the text: on both sides, or on one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", content = "text", rename_all = "kebab-case")]
pub enum Piece {
    Same(String),
    Removed(String),
    Added(String),
}

/// Longer comparisons end early with a coarser, still correct result.
const DEADLINE: Duration = Duration::from_millis(500);

/// Neighbouring pieces of one kind are joined; unchanged stretches are kept whole.
pub fn words(before: &str, after: &str) -> Vec<Piece> {
    // Chinese and Japanese have no spaces between words: there a character is the unit.
    let (before, after) = (tokens(before), tokens(after));
    let diff = TextDiff::configure().timeout(DEADLINE).diff_slices(&before, &after);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let text = change.value();
        match (change.tag(), pieces.last_mut()) {
            (ChangeTag::Equal, Some(Piece::Same(s)))
            | (ChangeTag::Delete, Some(Piece::Removed(s)))
            | (ChangeTag::Insert, Some(Piece::Added(s))) => s.push_str(text),
            (ChangeTag::Equal, _) => pieces.push(Piece::Same(text.to_owned())),
            (ChangeTag::Delete, _) => pieces.push(Piece::Removed(text.to_owned())),
            (ChangeTag::Insert, _) => pieces.push(Piece::Added(text.to_owned())),
        }
    }
    without_islands(pieces)
}

/// A character or two that two changes have in common by chance makes both harder to read: they become one change.
fn without_islands(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out = Vec::new();
    let (mut removed, mut added) = (String::new(), String::new());
    let last = pieces.len().saturating_sub(1);
    for (i, piece) in pieces.into_iter().enumerate() {
        match piece {
            Piece::Removed(text) => removed.push_str(&text),
            Piece::Added(text) => added.push_str(&text),
            Piece::Same(text) => {
                let both = !removed.is_empty() && !added.is_empty();
                if both && i < last && is_island(&text) {
                    removed.push_str(&text);
                    added.push_str(&text);
                    continue;
                }
                push_change(&mut out, &mut removed, &mut added);
                out.push(Piece::Same(text));
            }
        }
    }
    push_change(&mut out, &mut removed, &mut added);
    out
}

/// Blanks between two changed words, or one character of a script without blanks.
fn is_island(text: &str) -> bool {
    !text.contains('\n') && (text.trim().is_empty() || text.chars().count() == 1)
}

fn push_change(out: &mut Vec<Piece>, removed: &mut String, added: &mut String) {
    if !removed.is_empty() {
        out.push(Piece::Removed(std::mem::take(removed)));
    }
    if !added.is_empty() {
        out.push(Piece::Added(std::mem::take(added)));
    }
}

/// Runs of letters and digits, runs of white space, and every other character by itself.
fn tokens(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_whitespace() => 1,
        c if c.is_alphanumeric() && c < '\u{2e80}' => 2,
        _ => 0,
    };
    let mut out = Vec::new();
    let mut start = 0;
    let mut last = 0;
    for (i, c) in text.char_indices() {
        let this = class(c);
        if i > start && (this != last || this == 0) {
            out.push(&text[start..i]);
            start = i;
        }
        last = this;
    }
    if start < text.len() {
        out.push(&text[start..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_whole_and_chinese_by_character() {
        assert_eq!(
            words("the old text", "the new text"),
            [
                Piece::Same("the ".into()),
                Piece::Removed("old".into()),
                Piece::Added("new".into()),
                Piece::Same(" text".into())
            ]
        );
        assert_eq!(
            words("中俄关系", "中美关系"),
            [
                Piece::Same("中".into()),
                Piece::Removed("俄".into()),
                Piece::Added("美".into()),
                Piece::Same("关系".into())
            ]
        );
    }

    #[test]
    fn changes_that_touch_are_one() {
        assert_eq!(
            words("the very old road", "the quite new road"),
            [
                Piece::Same("the ".into()),
                Piece::Removed("very old".into()),
                Piece::Added("quite new".into()),
                Piece::Same(" road".into())
            ]
        );
    }

    #[test]
    fn equal_texts_are_one_piece() {
        assert_eq!(words("a b", "a b"), [Piece::Same("a b".into())]);
    }
}
