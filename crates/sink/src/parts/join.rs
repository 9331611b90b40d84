//! The parts of an article as one.

use model::{Article, Block, block};
use std::collections::HashSet;

/// Characters of a block that two parts do not share by chance in the middle of their texts.
const TELLING: usize = 80;

/// Joins parts in their order: the fields are those of the first, the blocks those of all. Who wrote it and where it
/// appeared may stand at the end, on a later part alone. What every part
/// repeats at its begin (title, standfirst) stays where it stood first, what they repeat at their end (who wrote
/// it, where it appeared) where it stands last.
pub fn join(parts: &[&Article]) -> Article {
    let Some((head, further)) = parts.split_first() else { return Article::default() };
    let mut article = (*head).clone();
    article.blocks = Vec::new();
    for part in further {
        if article.authors.is_empty() {
            article.authors.clone_from(&part.authors);
        }
        article.source = article.source.or_else(|| part.source.clone());
        article.lead_image = article.lead_image.or_else(|| part.lead_image.clone());
    }
    let title = head.title.as_ref().map(|t| bare(&t.value)).filter(|t| !t.is_empty());
    let mut seen: HashSet<String> = HashSet::new();
    for (at, part) in parts.iter().enumerate() {
        let blocks = without_common_end(&part.blocks, parts.get(at + 1).map(|p| p.blocks.as_slice()));
        let mut begun = at == 0;
        for block in blocks {
            let says = words(block);
            let repeated = seen.contains(&says);
            let is_title = matches!(block, Block::Heading { .. }) && Some(&says) == title.as_ref();
            begun |= !(repeated || is_title);
            if !begun || at > 0 && repeated && says.chars().count() >= TELLING {
                continue;
            }
            seen.insert(says);
            article.blocks.push(block.clone());
        }
    }
    article
}

/// The blocks before those with which the next part ends as well; all of them where nothing else is there.
fn without_common_end<'b>(blocks: &'b [Block], next: Option<&[Block]>) -> &'b [Block] {
    let common = next.map_or(0, |next| {
        let same = |(a, b): &(&Block, &Block)| words(a) == words(b);
        blocks.iter().rev().zip(next.iter().rev()).take_while(same).count()
    });
    if common < blocks.len() { &blocks[..blocks.len() - common] } else { blocks }
}

/// What a block says, or shows: letters and digits.
fn words(block: &Block) -> String {
    let text = bare(&block::to_text(std::slice::from_ref(block)));
    match block {
        Block::Figure { src, alt, .. } if text.is_empty() => {
            format!("{} {alt}", src.as_deref().unwrap_or_default())
        }
        _ => text,
    }
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Evidence, Field, Person};

    fn part(lines: &[&str]) -> Article {
        let block = |line: &&str| match line.strip_prefix("# ") {
            Some(text) => Block::Heading { level: 2, text: text.into() },
            None => Block::Paragraph { text: (*line).into() },
        };
        Article {
            title: Some(Field::new("A title".to_owned(), Evidence::Heading)),
            blocks: lines.iter().map(block).collect(),
            ..Article::default()
        }
    }

    #[track_caller]
    fn check(parts: &[&[&str]], text: &str) {
        let parts: Vec<Article> = parts.iter().map(|p| part(p)).collect();
        assert_eq!(join(&parts.iter().collect::<Vec<_>>()).text(), text);
    }

    #[test]
    fn what_parts_repeat_stands_once() {
        check(
            &[&["Lead.", "One.", "By X."], &["# A title", "Lead.", "Two.", "By X."]],
            "Lead.\nOne.\nTwo.\nBy X.",
        );
        check(&[&["One."], &["Two."], &["Three."]], "One.\nTwo.\nThree.");
        check(&[&["One."]], "One.");
        check(&[], "");
    }

    #[test]
    fn what_only_a_later_part_tells_is_kept() {
        let source = |name: &str| Some(Field::new(name.to_owned(), Evidence::Byline));
        let last = Article {
            authors: vec![Field::new(Person::named("李新"), Evidence::Byline)],
            source: source("《读书》"),
            ..part(&["Three."])
        };
        let joined = join(&[&part(&["One."]), &part(&["Two."]), &last]);
        assert_eq!((&joined.authors, &joined.source), (&last.authors, &last.source));
        let first = Article { source: source("《收获》"), ..part(&["One."]) };
        assert_eq!(join(&[&first, &last]).source, first.source);
    }

    #[test]
    fn short_lines_may_come_again_and_long_ones_not() {
        let long = "A paragraph of more than eighty characters, which nobody writes twice in the same words by chance.";
        check(
            &[&["Yes.", long, "No."], &["Why?", "Yes.", long, "So."]],
            &format!("Yes.\n{long}\nNo.\nWhy?\nYes.\nSo."),
        );
    }

    #[test]
    fn a_part_that_is_the_same_adds_nothing() {
        check(&[&["One.", "Two."], &["One.", "Two."]], "One.\nTwo.");
    }
}
