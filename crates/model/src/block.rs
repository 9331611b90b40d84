//! The body of an article as blocks, and what is derived from it: plain text, Markdown, safe HTML.

use serde::{Deserialize, Serialize};

mod html;
mod markdown;

pub use html::to_html;
pub use markdown::to_markdown;

/// One block of an article's body, in reading order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Block {
    /// A sub-heading; `level` 2..=6 as on the page (the title is not a block).
    Heading {
        level: u8,
        text: Text,
    },
    Paragraph {
        text: Text,
    },
    /// Items in order; nested lists are flattened with their `depth` (0 = outermost).
    List {
        ordered: bool,
        items: Vec<ListItem>,
    },
    /// A block quotation; its paragraphs.
    Quote {
        paragraphs: Vec<Text>,
    },
    /// Rows of cells; `header` tells that the first row is one.
    Table {
        header: bool,
        rows: Vec<Vec<String>>,
    },
    Figure {
        /// Absolute address of the image, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        src: Option<String>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        alt: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<Text>,
    },
    /// Preformatted text, its line breaks kept.
    Code {
        text: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListItem {
    #[serde(default, skip_serializing_if = "is_zero")]
    pub depth: u8,
    pub text: Text,
}

fn is_zero(n: &u8) -> bool {
    *n == 0
}

/// Running text: plain, or spans where it has links or emphasis. White space is already collapsed; a line
/// break inside a paragraph (`<br>`) is `\n`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    Plain(String),
    Spans(Vec<Span>),
}

/// A run of text of one style. Concatenating the `text` of all spans gives the plain text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Span {
    pub text: String,
    /// Absolute http(s) address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub strong: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub emphasis: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub code: bool,
}

fn is_false(b: &bool) -> bool {
    !*b
}

impl Text {
    /// The simplest form that says the same: plain where no span has a style.
    pub fn from_spans(spans: Vec<Span>) -> Self {
        if spans.iter().all(|s| s.href.is_none() && !s.strong && !s.emphasis && !s.code) {
            Self::Plain(spans.into_iter().map(|s| s.text).collect())
        } else {
            Self::Spans(spans)
        }
    }

    pub fn plain(&self) -> String {
        match self {
            Self::Plain(s) => s.clone(),
            Self::Spans(spans) => spans.iter().map(|s| s.text.as_str()).collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Self::Plain(s) => s.is_empty(),
            Self::Spans(spans) => spans.iter().all(|s| s.text.is_empty()),
        }
    }
}

impl From<&str> for Text {
    fn from(s: &str) -> Self {
        Self::Plain(s.to_owned())
    }
}

impl From<String> for Text {
    fn from(s: String) -> Self {
        Self::Plain(s)
    }
}

impl Block {
    /// The block's lines of plain text: a paragraph is one, a list one an item, a table one a row with its
    /// cells joined by tabs. A figure has none: its caption belongs to the picture, not to the running text.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Heading { text, .. } | Self::Paragraph { text } => vec![text.plain()],
            Self::List { items, .. } => items.iter().map(|i| i.text.plain()).collect(),
            Self::Quote { paragraphs } => paragraphs.iter().map(Text::plain).collect(),
            Self::Table { rows, .. } => rows.iter().map(|r| r.join("\t")).collect(),
            Self::Figure { .. } => Vec::new(),
            Self::Code { text } => vec![text.clone()],
        }
    }
}

/// The body as plain text: the lines of all blocks joined by `\n`. This is what is hashed, searched and
/// exported as `text`.
pub fn to_text(blocks: &[Block]) -> String {
    let mut out = String::new();
    for line in blocks.iter().flat_map(Block::lines).filter(|l| !l.is_empty()) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_joins_lines_of_every_kind() {
        let blocks = [
            Block::Heading { level: 2, text: "H".into() },
            Block::Paragraph {
                text: Text::Spans(vec![
                    Span { text: "a ".into(), ..Span::default() },
                    Span { text: "b".into(), strong: true, ..Span::default() },
                ]),
            },
            Block::List { ordered: false, items: vec![ListItem { depth: 0, text: "i".into() }] },
            Block::Table { header: true, rows: vec![vec!["x".into(), "y".into()]] },
            Block::Figure { src: None, alt: String::new(), caption: None },
        ];
        assert_eq!(to_text(&blocks), "H\na b\ni\nx\ty");
    }

    #[test]
    fn unstyled_text_serializes_as_a_plain_string() {
        let text = Text::from_spans(vec![Span { text: "a".into(), ..Span::default() }]);
        assert_eq!(serde_json::to_string(&text).unwrap(), "\"a\"");
    }
}
