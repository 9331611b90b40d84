//! What the rules for one page find on it.

use super::{ArticleRule, Rule, list, pick::Picks};
use crate::{
    NodeId, Page, PageInput,
    meta::{self, Candidate, date::Window, person},
    tree::Selector,
};
use model::{Article, AuthorProfile, Evidence, Field, Listing, PageKind, Person, Stamp};

/// Score of a rule's value among the candidates: above all that a page offers by itself.
const SCORE: i32 = 1000;

/// The rules for one page, in the order of their weight.
#[derive(Debug, Default)]
pub(crate) struct Active<'r>(Vec<&'r Rule>);

/// What they found; what they do not speak of or did not find is none.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) kind: Option<PageKind>,
    /// The elements that hold the body.
    pub(crate) body: Vec<NodeId>,
    pub(crate) next_part: Option<String>,
    title: Option<String>,
    authors: Vec<Person>,
    published: Option<Stamp>,
    modified: Option<Stamp>,
    language: Option<String>,
    section: Option<String>,
    tags: Vec<String>,
    source: Option<String>,
    lead_image: Option<String>,
    description: Option<String>,
    list: Option<list::Found>,
    author: Option<AuthorProfile>,
    /// Fields of an article, and lists, that rules speak of and did not find.
    missed: Vec<&'static str>,
    missed_list: bool,
}

impl<'r> Active<'r> {
    pub(super) fn new(rules: Vec<&'r Rule>) -> Self {
        Self(rules)
    }

    /// What is taken out of the page before it is read.
    pub(crate) fn removed(&self) -> impl Iterator<Item = &'r Selector> {
        self.0.iter().flat_map(|r| &r.remove)
    }

    /// Reads the page by the rules alone.
    pub(crate) fn read(&self, page: &Page, input: &PageInput<'_>) -> Given {
        if self.0.is_empty() {
            return Given::default();
        }
        let mut given = Given { kind: self.0.iter().find_map(|r| r.kind), ..Given::default() };
        let (order, window) = (meta::order_of(page), Window::until(input.captured_at));
        let mut missed = Vec::new();
        let mut look = Look { rules: &self.0, missed: &mut missed };
        let text = |p: &Picks| p.text(page, 0);
        let date = |p: &Picks| p.date(page, 0, order).filter(|d| window.holds(d, true));
        let address = |p: &Picks| p.addresses(page, 0).into_iter().next();
        given.title = look.one("title", |r| &r.title, text);
        given.published = look.one("published", |r| &r.published, date);
        given.modified = look.one("modified", |r| &r.modified, date);
        given.language = look.one("language", |r| &r.language, text);
        given.section = look.one("section", |r| &r.section, text);
        given.source = look.one("source", |r| &r.source, text);
        given.lead_image = look.one("lead-image", |r| &r.lead_image, address);
        given.description = look.one("description", |r| &r.description, text);
        given.authors = look.several("authors", |r| &r.authors, |p| people(p, page));
        given.tags = look.several(
            "tags",
            |r| &r.tags,
            |p| p.texts(page, 0).into_iter().map(|f| f.text).collect::<Vec<_>>(),
        );
        given.body = look.several("body", |r| &r.body, |p| p.elements(page, 0));
        // The last part has no next one.
        given.next_part = self
            .0
            .iter()
            .filter(|r| !r.fields.next_part.is_empty())
            .find_map(|r| address(&r.fields.next_part));
        given.missed = missed;
        let lists: Vec<_> = self.0.iter().filter_map(|r| r.listing.as_ref()).collect();
        given.list = lists.iter().find_map(|rule| list::read(rule, page, order));
        given.missed_list = !lists.is_empty() && given.list.is_none();
        let profiles = self.0.iter().filter_map(|r| r.author.as_ref());
        given.author =
            profiles.map(|rule| list::profile(rule, page)).find(|a| *a != AuthorProfile::default());
        given
    }
}

/// Looks fields up in rule after rule and notes what none of them found.
struct Look<'l, 'r> {
    rules: &'l [&'r Rule],
    missed: &'l mut Vec<&'static str>,
}

impl<'r> Look<'_, 'r> {
    fn one<T>(
        &mut self,
        name: &'static str,
        picks: impl Fn(&'r ArticleRule) -> &'r Picks,
        read: impl Fn(&Picks) -> Option<T>,
    ) -> Option<T> {
        self.several(name, picks, |p| read(p).into_iter().collect()).into_iter().next()
    }

    fn several<T>(
        &mut self,
        name: &'static str,
        picks: impl Fn(&'r ArticleRule) -> &'r Picks,
        read: impl Fn(&Picks) -> Vec<T>,
    ) -> Vec<T> {
        let speaking: Vec<&Picks> =
            self.rules.iter().map(|r| picks(&r.fields)).filter(|p| !p.is_empty()).collect();
        let found = speaking.iter().map(|p| read(p)).find(|f| !f.is_empty()).unwrap_or_default();
        if found.is_empty() && !speaking.is_empty() {
            self.missed.push(name);
        }
        found
    }
}

/// Persons, each once; an element whose text is no name by the parser's lights is believed all the same.
fn people(picks: &Picks, page: &Page) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for found in picks.texts(page, 0) {
        let names = person::names(&found.text);
        let names = if names.is_empty() { vec![found.text] } else { names };
        let url = found.node.and_then(|n| page.attr(n, "href")).and_then(|h| page.absolute(h));
        let url = url.filter(|_| names.len() == 1);
        for name in names {
            if !people.iter().any(|p| p.name == name) {
                people.push(Person { name, url: url.clone() });
            }
        }
    }
    people
}

impl Given {
    /// Puts what was found in place of what the page offers by itself, which `candidates` keep.
    pub(crate) fn fill(&self, article: &mut Article, candidates: &mut Vec<Candidate>) {
        let mut told = |field: &'static str, value: String| {
            candidates.iter_mut().filter(|c| c.field == field).for_each(|c| c.chosen = false);
            let origin = "rule".to_owned();
            let (evidence, score, chosen) = (Evidence::Rule, SCORE, true);
            candidates.push(Candidate { field, value, evidence, origin, score, chosen });
        };
        let texts = [
            ("title", &self.title, &mut article.title),
            ("language", &self.language, &mut article.language),
            ("section", &self.section, &mut article.section),
            ("source", &self.source, &mut article.source),
            ("lead_image", &self.lead_image, &mut article.lead_image),
            ("description", &self.description, &mut article.description),
        ];
        for (name, found, field) in texts {
            if let Some(text) = found {
                told(name, text.clone());
                *field = Some(Field::new(text.clone(), Evidence::Rule));
            }
        }
        let dates = [
            ("published", self.published, &mut article.published),
            ("modified", self.modified, &mut article.modified),
        ];
        for (name, found, field) in dates {
            if let Some(stamp) = found {
                told(name, stamp.to_string());
                *field = Some(Field::new(stamp, Evidence::Rule));
            }
        }
        if !self.authors.is_empty() {
            let names: Vec<&str> = self.authors.iter().map(|a| a.name.as_str()).collect();
            told("authors", names.join("; "));
            article.authors = self.authors.iter().map(|a| Field::new(a.clone(), Evidence::Rule)).collect();
        }
        if !self.tags.is_empty() {
            told("tags", self.tags.join("; "));
            article.tags = self.tags.iter().map(|t| Field::new(t.clone(), Evidence::Rule)).collect();
        }
    }

    /// The page's list with what the rules found of it.
    pub(crate) fn list(&mut self, own: Option<Listing>) -> Option<Listing> {
        if self.list.is_none() && self.author.is_none() {
            return own;
        }
        let mut listing = own.unwrap_or_default();
        if let Some(found) = self.list.take() {
            listing.works = found.works;
            listing.container = found.container;
            listing.next_pages = found.next.unwrap_or(listing.next_pages);
        }
        if let Some(author) = self.author.take() {
            let mut profile = listing.author.take().unwrap_or_default();
            profile.name = author.name.or(profile.name);
            profile.affiliation = author.affiliation.or(profile.affiliation);
            profile.biography = author.biography.or(profile.biography);
            profile.portrait = author.portrait.or(profile.portrait);
            if !author.same_as.is_empty() {
                profile.same_as = author.same_as;
            }
            listing.author = Some(profile);
        }
        Some(listing)
    }

    /// What rules speak of and a page of this kind does not have, as notes of the result.
    pub(crate) fn notes(&self, kind: PageKind) -> Vec<String> {
        let missed: &[&str] = match kind {
            PageKind::Article => &self.missed,
            PageKind::Listing if self.missed_list => &["listing"],
            _ => &[],
        };
        missed.iter().map(|field| format!("rule-missed-{field}")).collect()
    }
}
