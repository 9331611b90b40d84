//! An article as extracted from one or more pages.

use crate::{Block, Evidence, Field, Stamp, block};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Everything a reader or a librarian wants of one article. A field is none rather than guessed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Article {
    /// Without the site's name.
    pub title: Option<Field<String>>,
    /// In printed order; persons, or an organisation where that is the byline.
    pub authors: Vec<Field<Person>>,
    pub published: Option<Field<Stamp>>,
    /// Only where the page tells it apart from `published`.
    pub modified: Option<Field<Stamp>>,
    /// BCP 47, as short as it can be: `zh`, `en`, `zh-Hant`.
    pub language: Option<Field<String>>,
    pub section: Option<Field<String>>,
    pub tags: Vec<Field<String>>,
    /// The medium in which the text first appeared, as printed (文献来源, "First published in ...").
    pub source: Option<Field<String>>,
    /// Absolute http(s) address.
    pub canonical_url: Option<Field<String>>,
    /// Absolute http(s) address.
    pub lead_image: Option<Field<String>>,
    /// Standfirst or summary as the page declares it; where it is printed it is also a block.
    pub description: Option<Field<String>>,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    /// Absolute address of the author's own page, where the byline links to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Person {
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), url: None }
    }
}

impl Article {
    /// Body as plain text, paragraphs joined by `\n`.
    pub fn text(&self) -> String {
        block::to_text(&self.blocks)
    }

    /// What a version is known by: SHA-256 over title, author names, published day and body text, in hex.
    /// Bytes, mark-up, images and everything a site changes on each visit have no part in it, so a new
    /// advertisement is no new version.
    pub fn content_hash(&self) -> String {
        let mut hash = Sha256::new();
        let mut part = |s: &str| {
            hash.update((s.len() as u64).to_be_bytes());
            hash.update(s.as_bytes());
        };
        part(self.title.as_ref().map_or("", |t| t.value.as_str()));
        for author in &self.authors {
            part(&author.value.name);
        }
        part(&self.published.as_ref().and_then(|p| p.value.day()).map(|d| d.to_string()).unwrap_or_default());
        part(&self.text());
        hex(&hash.finalize())
    }

    /// Field name and where its value came from, for fields that have one.
    pub fn evidence(&self) -> Vec<(&'static str, Evidence)> {
        let fields = [
            ("title", self.title.as_ref().map(|f| f.evidence)),
            ("authors", self.authors.first().map(|f| f.evidence)),
            ("published", self.published.as_ref().map(|f| f.evidence)),
            ("modified", self.modified.as_ref().map(|f| f.evidence)),
            ("language", self.language.as_ref().map(|f| f.evidence)),
            ("section", self.section.as_ref().map(|f| f.evidence)),
            ("tags", self.tags.first().map(|f| f.evidence)),
            ("source", self.source.as_ref().map(|f| f.evidence)),
            ("canonical_url", self.canonical_url.as_ref().map(|f| f.evidence)),
            ("lead_image", self.lead_image.as_ref().map(|f| f.evidence)),
            ("description", self.description.as_ref().map(|f| f.evidence)),
        ];
        fields.into_iter().filter_map(|(name, e)| e.map(|e| (name, e))).collect()
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(text: &str) -> Article {
        Article { blocks: vec![Block::Paragraph { text: text.into() }], ..Article::default() }
    }

    #[test]
    fn hash_follows_the_text_and_not_the_mark_up() {
        let mut styled = article("");
        styled.blocks = vec![Block::Paragraph {
            text: crate::Text::Spans(vec![crate::Span {
                text: "a".into(),
                strong: true,
                ..crate::Span::default()
            }]),
        }];
        assert_eq!(styled.content_hash(), article("a").content_hash());
        assert_ne!(article("b").content_hash(), article("a").content_hash());
    }
}
