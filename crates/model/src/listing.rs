//! What an author page, archive, feed or sitemap lists.

use crate::{Evidence, Field, Person, Stamp};
use serde::{Deserialize, Serialize};

/// One page of a list of works, and whom it is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listing {
    pub author: Option<AuthorProfile>,
    /// In the page's order.
    pub works: Vec<Work>,
    pub container: Container,
    /// Further pages of this same list, absolute, nearest first. What the page itself calls "next" is first.
    pub next_pages: Vec<String>,
    /// Feeds of this author (or of the whole site, `author_only: false`) that the page announces.
    pub feeds: Vec<FeedLink>,
    /// Sitemaps named by a sitemap index.
    pub sitemaps: Vec<String>,
}

/// Tells the empty listing from the broken one (FACTS: "container missing" is not "zero works").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Container {
    /// A list of works stands on the page.
    Found,
    /// The page says that there is nothing to list, or its list has no entries.
    Empty,
    /// No list was recognised: nothing may be concluded from the absence of a work.
    #[default]
    Missing,
}

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Work {
    pub title: String,
    /// Absolute http(s) address; none for an entry that is text only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Stamp>,
    /// Authors as the entry prints them; empty where it prints none (then the page's author is meant).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// Venue or medium.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Last change, where a feed or sitemap tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Stamp>,
    pub evidence: Evidence,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthorProfile {
    pub name: Option<Field<String>>,
    pub affiliation: Option<Field<String>>,
    pub biography: Option<Field<String>>,
    /// Absolute address.
    pub portrait: Option<Field<String>>,
    /// The same person elsewhere: `rel=me`, sameAs, ORCID. Absolute addresses.
    pub same_as: Vec<Field<String>>,
}

impl AuthorProfile {
    pub fn person(&self) -> Option<Person> {
        self.name.as_ref().map(|n| Person::named(n.value.clone()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedLink {
    /// Absolute address.
    pub url: String,
    /// The feed is this author's, not the whole site's.
    pub author_only: bool,
}
