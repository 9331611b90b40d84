//! An operator's rules for single sites.
//!
//! The parser itself knows no host. What an operator adds in TOML (`[[rule]]`, see [`Rules::read`]) is
//! validated and compiled once, when it is loaded; on a page whose host a rule names, what the rule finds
//! goes before everything that the parser finds by itself, as [`model::Evidence::Rule`]. Where it finds
//! nothing, the parser's own finding stands, and a note of the result says so.
//!
//! ```toml
//! [[rule]]
//! host = "*.example.org"                  # example.org and everything below it; a list of hosts; "*"
//! path = "/columns/*"                     # optional; with a "?" in it, the query is compared as well
//! kind = "article"                        # or listing, other
//! remove = [".share", "aside"]            # taken out before anything is read
//! title = "h1.headline"
//! authors = { select = ".by", split = " and " }
//! published = { select = ".date", match = "on (.*)", format = "%d.%m.%Y" }
//! body = ["#story", "article"]            # the first of several that finds something
//! source = { value = "Example Quarterly" }
//! listing = { container = "#works", item = "li", title = ".t", link = "a", next = "a.older" }
//! author = { name = "h1", biography = ".about" }
//! ```

mod apply;
mod host;
mod list;
mod pick;
mod text;

pub(crate) use apply::{Active, Given};

use crate::tree::Selector;
use host::Pattern;
use model::PageKind;
use pick::{Picks, Wants};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use text::{OneOrMore, PickText, RuleText};
use toml::Spanned;
use url::Url;

/// Rules by host; the default has none and costs a page nothing.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    /// Rules by the host they name.
    exact: HashMap<String, Vec<usize>>,
    /// Rules by the domain below which they hold.
    below: HashMap<String, Vec<usize>>,
    anywhere: Vec<usize>,
}

/// A text that rules are read from.
#[derive(Debug, Clone, Copy)]
pub struct RuleFile<'a> {
    /// As errors name it.
    pub name: &'a str,
    pub text: &'a str,
    /// Other keys than `rule` belong to somebody else; otherwise they are errors.
    pub shared: bool,
}

/// A rule that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct RuleError {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Rule {
    hosts: Vec<Pattern>,
    /// Globs; none: every path.
    paths: Vec<String>,
    kind: Option<PageKind>,
    remove: Vec<Selector>,
    fields: ArticleRule,
    listing: Option<ListingRule>,
    author: Option<AuthorRule>,
    /// SHA-256 of what it says, whatever its layout.
    digest: [u8; 32],
}

#[derive(Debug, Clone, Default)]
pub(crate) struct ArticleRule {
    title: Picks,
    authors: Picks,
    published: Picks,
    modified: Picks,
    language: Picks,
    section: Picks,
    tags: Picks,
    source: Picks,
    lead_image: Picks,
    description: Picks,
    body: Picks,
    next_part: Picks,
}

#[derive(Debug, Clone)]
pub(crate) struct ListingRule {
    container: Picks,
    item: Selector,
    title: Picks,
    link: Picks,
    date: Picks,
    authors: Picks,
    source: Picks,
    summary: Picks,
    next: Picks,
}

#[derive(Debug, Clone)]
pub(crate) struct AuthorRule {
    name: Picks,
    affiliation: Picks,
    biography: Picks,
    portrait: Picks,
    same_as: Picks,
}

impl Rules {
    /// Reads and compiles rules; of several that give a field, the first in the order of files and within
    /// each file wins.
    ///
    /// # Errors
    /// The first rule that cannot be used, with its place.
    pub fn read(files: &[RuleFile<'_>]) -> Result<Self, RuleError> {
        let mut rules = Self::default();
        for file in files {
            for rule in text::rules(file)? {
                rules.rules.push(compile(file, rule)?);
            }
        }
        for (at, rule) in rules.rules.iter().enumerate() {
            for host in &rule.hosts {
                match host {
                    Pattern::Exact(host) => rules.exact.entry(host.clone()).or_default().push(at),
                    Pattern::Below(domain) => rules.below.entry(domain.clone()).or_default().push(at),
                    Pattern::Anywhere => rules.anywhere.push(at),
                }
            }
        }
        Ok(rules)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What a result was made with: a hash of the rules that speak of this host (`host[:port]`), whatever
    /// paths they name; empty where none does.
    pub fn hash_for_host(&self, host: &str) -> String {
        let spoken = self.of_host(host);
        if spoken.is_empty() {
            return String::new();
        }
        let mut hash = Sha256::new();
        for at in spoken {
            hash.update(self.rules[at].digest);
        }
        model::article::hex(&hash.finalize()[..8])
    }

    /// As [`Rules::hash_for_host`], for the host of an address.
    pub fn hash_for(&self, url: &Url) -> String {
        self.hash_for_host(&host::of(url))
    }

    /// The rules for one page.
    pub(crate) fn on(&self, url: &Url) -> Active<'_> {
        if self.is_empty() {
            return Active::default();
        }
        let spoken = self.of_host(&host::of(url)).into_iter().map(|at| &self.rules[at]);
        Active::new(spoken.filter(|r| r.speaks_of_path(url)).collect())
    }

    /// In the order in which they were read, each once.
    fn of_host(&self, host: &str) -> Vec<usize> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut found = self.anywhere.clone();
        for name in host::spellings(host) {
            found.extend(self.exact.get(name).into_iter().flatten());
            for domain in host::domains(name) {
                found.extend(self.below.get(domain).into_iter().flatten());
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Rule {
    fn speaks_of_path(&self, url: &Url) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|glob| host::path_matches(glob, url))
    }
}

fn compile(file: &RuleFile<'_>, rule: Spanned<RuleText>) -> Result<Rule, RuleError> {
    let span = rule.span();
    let text = rule.into_inner();
    let digest = Sha256::digest(serde_json::to_string(&text).unwrap_or_default().as_bytes()).into();
    let mut hosts = Vec::new();
    for host in &text.host.0 {
        hosts.push(Pattern::parse(host.get_ref()).map_err(|m| file.error(host.span(), &m))?);
    }
    if hosts.is_empty() {
        return Err(file.error(span, "a rule needs a host; write host = \"example.org\", or \"*\" for all"));
    }
    if let Some(path) = text.path.0.iter().find(|p| !p.get_ref().starts_with(['/', '*'])) {
        let message = format!("path {:?} begins neither with / nor with *", path.get_ref());
        return Err(file.error(path.span(), &message));
    }
    let kind = match &text.kind {
        None => None,
        Some(kind) => Some(match kind.get_ref().as_str() {
            "article" => PageKind::Article,
            "listing" => PageKind::Listing,
            "other" => PageKind::Other,
            unknown => {
                let message = format!("kind {unknown:?} is not known; write article, listing or other");
                return Err(file.error(kind.span(), &message));
            }
        }),
    };
    let remove = text.remove.0.iter().map(|s| selector(file, "remove", s)).collect::<Result<_, _>>()?;
    let picks = |name: &str, text: &OneOrMore<PickText>, wants: Wants| {
        Picks::compile(&text.0, wants).map_err(|(at, m)| file.error(at, &format!("{name}: {m}")))
    };
    let fields = ArticleRule {
        title: picks("title", &text.title, Wants::Text)?,
        authors: picks("authors", &text.authors, Wants::Texts)?,
        published: picks("published", &text.published, Wants::Date)?,
        modified: picks("modified", &text.modified, Wants::Date)?,
        language: picks("language", &text.language, Wants::Text)?,
        section: picks("section", &text.section, Wants::Text)?,
        tags: picks("tags", &text.tags, Wants::Texts)?,
        source: picks("source", &text.source, Wants::Text)?,
        lead_image: picks("lead-image", &text.lead_image, Wants::Address)?,
        description: picks("description", &text.description, Wants::Text)?,
        body: picks("body", &text.body, Wants::Elements)?,
        next_part: picks("next-part", &text.next_part, Wants::Address)?,
    };
    let listing = match &text.listing {
        None => None,
        Some(list) => Some(ListingRule {
            container: picks("listing.container", &list.container, Wants::Elements)?,
            item: selector(file, "listing.item", &list.item)?,
            title: picks("listing.title", &list.title, Wants::Text)?,
            link: picks("listing.link", &list.link, Wants::Address)?,
            date: picks("listing.date", &list.date, Wants::Date)?,
            authors: picks("listing.authors", &list.authors, Wants::Texts)?,
            source: picks("listing.source", &list.source, Wants::Text)?,
            summary: picks("listing.summary", &list.summary, Wants::Text)?,
            next: picks("listing.next", &list.next, Wants::Addresses)?,
        }),
    };
    let author = match &text.author {
        None => None,
        Some(author) => Some(AuthorRule {
            name: picks("author.name", &author.name, Wants::Text)?,
            affiliation: picks("author.affiliation", &author.affiliation, Wants::Text)?,
            biography: picks("author.biography", &author.biography, Wants::Text)?,
            portrait: picks("author.portrait", &author.portrait, Wants::Address)?,
            same_as: picks("author.same-as", &author.same_as, Wants::Addresses)?,
        }),
    };
    let paths = text.path.0.into_iter().map(Spanned::into_inner).collect();
    Ok(Rule { hosts, paths, kind, remove, fields, listing, author, digest })
}

fn selector(file: &RuleFile<'_>, name: &str, text: &Spanned<String>) -> Result<Selector, RuleError> {
    pick::selector(text.get_ref()).map_err(|m| file.error(text.span(), &format!("{name}: {m}")))
}

impl RuleFile<'_> {
    fn error(&self, at: std::ops::Range<usize>, message: &str) -> RuleError {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |n| n + 1);
        RuleError {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
