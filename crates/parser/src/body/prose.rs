//! Paragraphs of pages that have no paragraphs: lines ended by a single `<br>`, and prose in `<pre>`.

use model::{Block, Span, Text};

/// Lines of a text that are paragraphs of their own: several, long, most of them closed sentences. Verse and
/// addresses stay one paragraph of several lines.
pub(super) fn paragraphs(text: Text) -> Vec<Text> {
    let plain = text.plain();
    let lines: Vec<&str> = plain.split('\n').filter(|l| !l.is_empty()).collect();
    let long = lines.iter().filter(|l| l.len() >= 80).count();
    let closed = lines.iter().filter(|l| ends_sentence(l)).count();
    if lines.len() < 2 || long * 2 < lines.len() || closed * 2 < lines.len() {
        return vec![text];
    }
    split(text)
}

/// Whether a line ends as sentences do.
fn ends_sentence(line: &str) -> bool {
    let line = line.trim_end_matches(['"', '\'', '”', '’', '»', '」', '』', ')', '）', ' ']);
    line.ends_with(['.', '!', '?', ':', ';', '…', '。', '！', '？', '：', '；'])
}

/// Cuts at line breaks, each piece with the styles it had.
fn split(text: Text) -> Vec<Text> {
    let spans = match text {
        Text::Plain(text) => vec![Span { text, ..Span::default() }],
        Text::Spans(spans) => spans,
    };
    let mut lines: Vec<Vec<Span>> = vec![Vec::new()];
    for span in spans {
        for (i, piece) in span.text.split('\n').enumerate() {
            if i > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut().filter(|_| !piece.is_empty()) {
                line.push(Span { text: piece.to_owned(), ..span.clone() });
            }
        }
    }
    lines.into_iter().filter(|l| !l.is_empty()).map(Text::from_spans).filter(|t| !t.is_empty()).collect()
}

/// What stands in `<pre>`: code, or prose of the days when `<pre>` was how one kept one's lines.
pub(super) fn preformatted(text: &str) -> Vec<Block> {
    if !is_prose(text) {
        return vec![Block::Code { text: text.to_owned() }];
    }
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let indented = line.starts_with([' ', '\t', '\u{3000}']);
        let line = line.trim();
        if line.is_empty() {
            open = false;
            continue;
        }
        match paragraphs.last_mut().filter(|_| open && !indented) {
            Some(paragraph) => {
                if !is_han_end(paragraph) {
                    paragraph.push(' ');
                }
                paragraph.push_str(line);
            }
            None => paragraphs.push(line.to_owned()),
        }
        open = true;
    }
    paragraphs.into_iter().map(|text| Block::Paragraph { text: text.into() }).collect()
}

/// Sentences, and next to none of the signs that programs are made of.
fn is_prose(text: &str) -> bool {
    let signs = text
        .bytes()
        .filter(|b| matches!(b, b'{' | b'}' | b';' | b'=' | b'<' | b'>' | b'$' | b'#' | b'|' | b'_'))
        .count();
    let sentences = text.matches(['.', '。', '，', ',', '！', '？']).count();
    text.len() > 400 && signs * 100 < text.len() && sentences * 200 > text.len()
}

/// Lines of Han characters are joined without a space.
fn is_han_end(text: &str) -> bool {
    text.chars().next_back().is_some_and(|c| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_closed_lines_are_paragraphs() {
        let line = "这是一个很长的句子，它讲的是多年以前的一件往事，今天说起来仍然历历在目，令人感慨不已。";
        assert_eq!(paragraphs(format!("{line}\n{line}").into()).len(), 2);
        assert_eq!(paragraphs("Roses are red,\nviolets are blue.".into()).len(), 1);
    }

    #[test]
    fn prose_in_pre_is_unwrapped() {
        let text = "It was a bright cold day in April, and the clocks\nwere striking thirteen.\n\n".repeat(8);
        let blocks = preformatted(&text);
        assert_eq!(blocks.len(), 8);
        assert_eq!(
            blocks[0].lines(),
            ["It was a bright cold day in April, and the clocks were striking thirteen."]
        );
        assert!(matches!(preformatted("fn main() {}")[..], [Block::Code { .. }]));
    }
}
