//! What changed between two versions of an article, for a reader at a terminal: removed words in brackets with a
//! minus, added ones in braces with a plus (the form of `git diff --word-diff`), in colour where there is some.

use super::clean;
use console::style;
use model::Article;
use web::diff::{Piece, words};

/// Characters of unchanged text shown on each side of a change.
const CONTEXT: usize = 40;

/// One line for each changed field, one for each changed stretch of the text; none where nothing changed.
pub fn word_diff(before: &Article, after: &Article, colour: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, was, is) in fields(before, after) {
        if was != is {
            lines.push(format!("{name}: {}", joined(&words(&was, &is), colour).join(" ")));
        }
    }
    lines.extend(joined(&words(&before.text(), &after.text()), colour));
    lines
}

fn fields(before: &Article, after: &Article) -> [(&'static str, String, String); 3] {
    let title = |a: &Article| a.title.as_ref().map(|t| t.value.clone()).unwrap_or_default();
    let names = |a: &Article| a.authors.iter().map(|p| p.value.name.as_str()).collect::<Vec<_>>().join(", ");
    let date = |a: &Article| a.published.as_ref().map(|p| p.value.to_string()).unwrap_or_default();
    [
        ("title", title(before), title(after)),
        ("authors", names(before), names(after)),
        ("published", date(before), date(after)),
    ]
}

/// Changes with what stands around them; a long unchanged stretch ends a line.
fn joined(pieces: &[Piece], colour: bool) -> Vec<String> {
    if pieces.iter().all(|p| matches!(p, Piece::Same(_))) {
        return Vec::new();
    }
    let mut lines = vec![String::new()];
    for (i, piece) in pieces.iter().enumerate() {
        let Some(line) = lines.last_mut() else { break };
        match piece {
            Piece::Removed(text) => {
                let text = format!("[-{}-]", clean(text));
                line.push_str(&if colour { style(text).red().to_string() } else { text });
            }
            Piece::Added(text) => {
                let text = format!("{{+{}+}}", clean(text));
                line.push_str(&if colour { style(text).green().to_string() } else { text });
            }
            Piece::Same(text) => {
                let chars: Vec<char> = clean(text).chars().collect();
                let (first, last) = (i == 0, i + 1 == pieces.len());
                let head: String = chars.iter().take(CONTEXT).collect();
                let tail: String = chars[chars.len().saturating_sub(CONTEXT)..].iter().collect();
                match (first, last, chars.len() <= 2 * CONTEXT) {
                    (false, false, true) => line.extend(&chars),
                    (true, ..) if chars.len() > CONTEXT => line.push_str(&format!("…{tail}")),
                    (_, true, _) if chars.len() > CONTEXT => line.push_str(&format!("{head}…")),
                    (true, ..) | (_, true, _) => line.extend(&chars),
                    (false, false, false) => {
                        line.push_str(&format!("{head}…"));
                        lines.push(format!("…{tail}"));
                    }
                }
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Block, Evidence, Field};

    fn article(title: &str, text: &str) -> Article {
        Article {
            title: Some(Field::new(title.to_owned(), Evidence::Heading)),
            blocks: text.lines().map(|line| Block::Paragraph { text: line.into() }).collect(),
            ..Article::default()
        }
    }

    #[test]
    fn words_and_characters_are_marked_in_their_surroundings() {
        let before = article("The old road", "两国领导人分别出席了在莫斯科举行的会议。\nThe end of it.");
        let after = article("The new road", "两国元首分别出席了在北京举行的会议。\nThe end of it.");
        assert_eq!(
            word_diff(&before, &after, false),
            [
                "title: The [-old-]{+new+} road",
                "两国[-领导人-]{+元首+}分别出席了在[-莫斯科-]{+北京+}举行的会议。 The end of it."
            ]
        );
        assert!(word_diff(&before, &before, false).is_empty());
    }

    #[test]
    fn a_long_unchanged_stretch_is_cut() {
        let long = "字".repeat(500);
        let lines = word_diff(
            &article("T", &format!("a{long}b{long}")),
            &article("T", &format!("c{long}d{long}")),
            false,
        );
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("[-a-]{+c+}字") && lines[0].ends_with("字…"), "{lines:?}");
        assert!(lines[1].starts_with("…字") && lines[1].ends_with("字…") && lines[1].contains("[-b-]{+d+}"));
    }
}
