//! `<meta>` and `<link>` elements, read once.

use crate::{NodeId, Page, Tag};
use html5ever::local_name;

/// All `<meta>` values of a page under the lower-case name that their `name`, `property`, `itemprop` or
/// `http-equiv` gives.
pub(crate) struct Head<'a> {
    metas: Vec<Meta<'a>>,
}

struct Meta<'a> {
    name: String,
    content: &'a str,
}

impl<'a> Head<'a> {
    pub(crate) fn read(page: &'a Page) -> Self {
        let mut metas = Vec::new();
        for i in page.all(Tag::Meta) {
            let Some(content) =
                page.attr_atom(i, &local_name!("content")).map(str::trim).filter(|c| !c.is_empty())
            else {
                continue;
            };
            for attribute in [
                local_name!("name"),
                local_name!("property"),
                local_name!("itemprop"),
                local_name!("http-equiv"),
            ] {
                if let Some(names) = page.attr_atom(i, &attribute) {
                    // A property may hold several names (RDFa): "og:title twitter:title".
                    for name in names.split_ascii_whitespace() {
                        metas.push(Meta { name: name.to_ascii_lowercase(), content });
                    }
                }
            }
        }
        Self { metas }
    }

    /// The first value under any of the names, tried in their order.
    pub(crate) fn first(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| self.all(name).next())
    }

    /// All values under a name, in the page's order.
    pub(crate) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a str> + 's {
        self.metas.iter().filter(move |m| m.name == name).map(|m| m.content)
    }

    /// Every name and value, in the page's order.
    pub(crate) fn all_metas<'s>(&'s self) -> impl Iterator<Item = (&'s str, &'a str)> + 's {
        self.metas.iter().map(|m| (m.name.as_str(), m.content))
    }

    /// All values under any of the names, with the name.
    pub(crate) fn among<'s>(&'s self, names: &'s [&str]) -> impl Iterator<Item = (&'s str, &'a str)> + 's {
        self.metas
            .iter()
            .filter(move |m| names.contains(&m.name.as_str()))
            .map(|m| (m.name.as_str(), m.content))
    }
}

/// `href` of the first `<link>` whose `rel` holds the word.
pub(crate) fn link<'a>(page: &'a Page, rel: &str) -> Option<&'a str> {
    page.all(Tag::Link).filter(|&i| has_rel(page, i, rel)).find_map(|i| page.attr(i, "href"))
}

pub(crate) fn has_rel(page: &Page, i: NodeId, rel: &str) -> bool {
    page.attr_atom(i, &local_name!("rel"))
        .is_some_and(|rels| rels.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case(rel)))
}
