//! One result as the decision sees it, its text already loaded.

use crate::{Policy, refine::refine};
use model::{Article, Fetched, PageKey, PageUrl, Parsed};
use store::work_key;

/// A result and what had to be loaded for it.
#[derive(Debug, Clone)]
pub struct Given {
    pub fetched: Fetched,
    pub reading: Reading,
    /// The current article in full; only for a dry run.
    pub current: Option<Article>,
}

#[derive(Debug, Clone)]
pub enum Reading {
    /// There was nothing to parse.
    None,
    Page {
        parsed: Box<Parsed>,
        parser_version: u32,
        rules_hash: String,
    },
    /// The text of a robots.txt.
    Robots {
        text: String,
    },
    Failed {
        code: String,
        message: String,
    },
}

impl Given {
    pub(crate) fn parsed(&self) -> Option<&Parsed> {
        match &self.reading {
            Reading::Page { parsed, .. } => Some(parsed),
            _ => None,
        }
    }

    /// Key of the address that the article calls its own, where it is not the page's.
    pub fn canonical(&self) -> Option<PageKey> {
        let field = self.parsed()?.article.as_ref()?.canonical_url.as_ref()?;
        let key = PageUrl::parse(&field.value).ok()?.key();
        (key != self.fetched.grant.url.key()).then_some(key)
    }

    /// Key of what the page calls the next part of its article.
    pub fn next_part(&self) -> Option<PageKey> {
        Some(PageUrl::parse(self.parsed()?.next_part.as_deref()?).ok()?.key())
    }

    /// Content hash of the article as it would be stored.
    pub fn content(&self) -> Option<String> {
        let mut article = self.parsed()?.article.clone()?;
        refine(&mut article, &self.fetched.grant.hints, self.fetched.started_at);
        Some(article.content_hash())
    }

    /// Keys of the works that the page lists, each once.
    pub fn work_keys(&self, policy: &Policy) -> Vec<String> {
        let Some(parsed) = self.parsed() else { return Vec::new() };
        let Some(listing) = &parsed.listing else { return Vec::new() };
        let mut keys: Vec<String> = listing
            .works
            .iter()
            .take(policy.most_entries(parsed.kind.value))
            .map(|w| work_key(w.url.as_deref().and_then(|u| PageUrl::parse(u).ok()).as_ref(), &w.title))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}
