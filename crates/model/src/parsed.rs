//! What the parser makes of one page.

use crate::{Article, Evidence, Field, Listing};
use serde::{Deserialize, Serialize};

/// What a page is, or is expected to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageKind {
    /// robots.txt (RFC 9309).
    Robots,
    /// Author page, archive page, section: a list of works.
    Listing,
    Article,
    /// RSS, Atom or JSON Feed.
    Feed,
    Sitemap,
    /// Anything else: front page, product, search form, a file that is not HTML.
    Other,
}

impl PageKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Robots => "robots",
            Self::Listing => "listing",
            Self::Article => "article",
            Self::Feed => "feed",
            Self::Sitemap => "sitemap",
            Self::Other => "other",
        }
    }
}

impl std::str::FromStr for PageKind {
    type Err = UnknownKind;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        [Self::Robots, Self::Listing, Self::Article, Self::Feed, Self::Sitemap, Self::Other]
            .into_iter()
            .find(|k| k.as_str() == s)
            .ok_or_else(|| UnknownKind(s.to_owned()))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("unknown page kind {0:?}; known: robots, listing, article, feed, sitemap, other")]
pub struct UnknownKind(String);

/// The result of parsing one page. A page can be both: an article page that carries its author's list of
/// works beside the text has an `article` and a `listing`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// What the page turned out to be, and what said so.
    pub kind: Field<PageKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<Article>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<Listing>,
    /// Name of the character encoding that was used, as in the Encoding Standard: `UTF-8`, `gb18030`, ...
    pub charset: String,
    /// `noindex`, `nofollow`, ... from `<meta name=robots>` and `X-Robots-Tag`, lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub robots: Vec<String>,
    /// The next page of this same article, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_part: Option<String>,
    /// Trouble that did not prevent a result, low cardinality: `depth-cut`, `decode-replacement`, ...
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Parsed {
    /// A page of which nothing could be made, such as a PDF.
    pub fn other(charset: &str, evidence: Evidence) -> Self {
        Self {
            kind: Field::new(PageKind::Other, evidence),
            article: None,
            listing: None,
            charset: charset.to_owned(),
            robots: Vec::new(),
            next_part: None,
            notes: Vec::new(),
        }
    }
}
