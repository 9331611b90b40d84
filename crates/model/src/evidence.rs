//! Where a value came from. Each field of an article or a profile carries it, so that a wrong value
//! can be traced to its cause and a reader can judge how far to trust it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The kind of place a field was read from, most trusted first: when two places disagree, the one
/// that stands earlier here wins unless the parser has a reason that it records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// An operator's site rule.
    Rule,
    /// schema.org in `<script type="application/ld+json">`.
    JsonLd,
    /// schema.org in `itemprop` attributes.
    Microdata,
    /// RDFa `property` attributes outside `<meta>`.
    Rdfa,
    /// h-entry, h-feed, h-card and `rel` values.
    Microformat,
    /// OpenGraph and `article:*` properties.
    OpenGraph,
    /// Any other `<meta>`, Dublin Core and Highwire citation tags among them.
    Meta,
    /// `<time datetime>`.
    TimeTag,
    /// A visible byline: "By A and B", 作者:…, 文/….
    Byline,
    /// The page's main heading.
    Heading,
    /// The `<title>` element.
    TitleTag,
    /// Other visible text near the heading or after the body.
    Visible,
    /// The entry of a listing that led to this page.
    Listing,
    /// The entry of a feed or sitemap that led to this page.
    Feed,
    /// `<link>` elements of the head.
    Link,
    /// The page's address.
    Url,
    /// An HTTP header of the exchange.
    Header,
    /// Derived from the text itself (language detection).
    Text,
    /// Embedded application state (Next.js, Nuxt and their like).
    AppState,
}

impl Evidence {
    /// The name under which it is exported: `json-ld`, `byline`, ...
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::JsonLd => "json-ld",
            Self::Microdata => "microdata",
            Self::Rdfa => "rdfa",
            Self::Microformat => "microformat",
            Self::OpenGraph => "open-graph",
            Self::Meta => "meta",
            Self::TimeTag => "time-tag",
            Self::Byline => "byline",
            Self::Heading => "heading",
            Self::TitleTag => "title-tag",
            Self::Visible => "visible",
            Self::Listing => "listing",
            Self::Feed => "feed",
            Self::Link => "link",
            Self::Url => "url",
            Self::Header => "header",
            Self::Text => "text",
            Self::AppState => "app-state",
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field<T> {
    pub value: T,
    pub evidence: Evidence,
}

impl<T> Field<T> {
    pub fn new(value: T, evidence: Evidence) -> Self {
        Self { value, evidence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exported_name_is_the_serialized_name() {
        for e in [Evidence::JsonLd, Evidence::OpenGraph, Evidence::TitleTag, Evidence::AppState] {
            assert_eq!(serde_json::to_value(e).unwrap(), e.as_str());
        }
    }
}
