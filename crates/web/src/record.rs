//! An article as one JSON object: the public contract of `byline export --format jsonl` and of the API.

use model::Block;
use serde::Serialize;
use std::collections::BTreeMap;
use store::ArticleFull;

/// Field names and order are fixed; new fields may be added at the end.
#[derive(Debug, Clone, Serialize)]
pub struct ArticleRecord {
    pub url: String,
    pub canonical_url: Option<String>,
    pub title: Option<String>,
    /// Names in printed order.
    pub authors: Vec<String>,
    /// As precise as the page is: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, with time, with zone.
    pub published: Option<String>,
    pub modified: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// The medium in which the text first appeared, as printed.
    pub source: Option<String>,
    /// Paragraphs joined by `\n`.
    pub text: String,
    pub blocks: Vec<Block>,
    /// Followed author pages that list it.
    pub author_pages: Vec<String>,
    /// Field name to where its value came from.
    pub evidence: BTreeMap<&'static str, &'static str>,
    /// Stored articles with nearly the same text, the likest first.
    pub near_duplicates: Vec<NearRecord>,
}

/// Another article with nearly the same text.
#[derive(Debug, Clone, Serialize)]
pub struct NearRecord {
    pub url: String,
    /// Share of common shingles of three words, 0 to 1, in hundredths.
    pub likeness: f64,
}

impl ArticleRecord {
    pub fn of(full: &ArticleFull) -> Self {
        let article = &full.article;
        Self {
            url: full.row.url.to_string(),
            canonical_url: article.canonical_url.as_ref().map(|f| f.value.clone()),
            title: article.title.as_ref().map(|f| f.value.clone()),
            authors: article.authors.iter().map(|f| f.value.name.clone()).collect(),
            published: article.published.as_ref().map(|f| f.value.to_string()),
            modified: article.modified.as_ref().map(|f| f.value.to_string()),
            language: article.language.as_ref().map(|f| f.value.clone()),
            source: article.source.as_ref().map(|f| f.value.clone()),
            text: article.text(),
            blocks: article.blocks.clone(),
            author_pages: full.author_pages.clone(),
            evidence: article.evidence().into_iter().map(|(name, e)| (name, e.as_str())).collect(),
            near_duplicates: full
                .near_duplicates
                .iter()
                .map(|n| NearRecord {
                    url: n.url.to_string(),
                    likeness: (n.likeness * 100.0).round() / 100.0,
                })
                .collect(),
        }
    }
}
