//! What the search for lists knows of a page before it begins: its links, where each stands, and the path
//! by which links of one kind are recognised.

use super::{
    text,
    words::{self, Region},
};
use crate::{NodeId, Page, Tag, memo::Memo};
use html5ever::local_name;

/// A link that could name a work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link<'p> {
    pub(super) node: NodeId,
    /// As written, trimmed.
    pub(super) href: &'p str,
    /// Its text, or the heading within it where there is one.
    pub(super) text: &'p str,
    /// [`text::weight`] of the text.
    pub(super) weight: usize,
    /// The text only says "Read more", "PDF" or nothing: [`words::is_action`].
    pub(super) action: bool,
    /// Stands in a heading, or holds one.
    pub(super) heading: bool,
    /// Hash of tags and stable classes from the root down to it: equal for links of one kind.
    pub(super) path: u64,
    pub(super) region: Region,
}

/// The page and what was found out about its elements. Everything is computed once, for the links and their
/// ancestors only.
pub(super) struct Survey<'p> {
    pub(super) page: &'p Page,
    pub(super) links: Vec<Link<'p>>,
    /// Bytes of text in the body.
    pub(super) text_len: usize,
    known: Vec<Option<Known>>,
    /// [`Region::of_words`] of classes.
    regions: Memo<'p, Region>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    path: u64,
    region: Region,
    heading: bool,
}

/// Links beyond this are not looked at: a page of so many is a directory, and its first ones tell what it is.
const MAX_LINKS: usize = 20_000;

impl<'p> Survey<'p> {
    pub(super) fn of(page: &'p Page) -> Self {
        let mut survey = Self {
            page,
            links: Vec::new(),
            text_len: page.text_len(page.body()).max(1),
            known: vec![None; page.len()],
            regions: Memo::new(Region::NONE),
        };
        for node in page.all(Tag::A).take(MAX_LINKS) {
            if let Some(link) = survey.link(node) {
                survey.links.push(link);
            }
        }
        survey
    }

    /// The link reads like a title.
    pub(super) fn is_title(&self, link: usize) -> bool {
        self.links[link].weight >= text::TITLE && !self.links[link].action
    }

    fn link(&mut self, node: NodeId) -> Option<Link<'p>> {
        let href = self.page.attr_atom(node, &local_name!("href"))?.trim();
        if !leads_somewhere(href) || text::is_picture(href) || self.page.silent(node) {
            return None;
        }
        let known = self.known(node);
        let inner = self.page.descendants(node).find(|&d| self.page.tag(d).heading_level().is_some());
        let inner = inner.or_else(|| self.heading_below(node));
        let text = self.page.text(inner.filter(|&h| !self.page.text(h).is_empty()).unwrap_or(node));
        Some(Link {
            node,
            href,
            text,
            weight: text::weight(text),
            action: words::is_action(text),
            heading: known.heading || inner.is_some(),
            path: known.path,
            region: known.region,
        })
    }

    /// The heading that an empty link lies over: the only one of the entry around it, and no link itself.
    fn heading_below(&self, link: NodeId) -> Option<NodeId> {
        let page = self.page;
        if !page.text(link).is_empty() || page.all_in(link, Tag::Img).next().is_some() {
            return None;
        }
        let entry = page.ancestors(link).take(2).find(|&a| matches!(page.tag(a), Tag::Article | Tag::Li))?;
        let levels = [Tag::H1, Tag::H2, Tag::H3, Tag::H4, Tag::H5];
        let mut headings = levels.into_iter().flat_map(|tag| page.all_in(entry, tag));
        let heading = headings.next().filter(|&h| page.link_len(h) == 0)?;
        headings.next().is_none().then_some(heading)
    }

    /// Where an ancestor of a link stands, its own ancestors' parts included.
    pub(super) fn region(&self, node: NodeId) -> Region {
        self.known[node].map_or(Region::NONE, |k| k.region)
    }

    /// Whether the element itself, not one around it, tells what its content is for.
    pub(super) fn marks_a_place(&self, node: NodeId) -> bool {
        let above = self.page.parent(node).map_or(Region::NONE, |p| self.region(p));
        self.region(node) != above
    }

    fn known(&mut self, node: NodeId) -> Known {
        if let Some(known) = self.known[node] {
            return known;
        }
        // Depth is bounded by the tree (`MAX_DEPTH`), so is this chain.
        let mut chain = vec![node];
        let mut above = Known { path: 0xcbf2_9ce4_8422_2325, region: Region::NONE, heading: false };
        for ancestor in self.page.ancestors(node) {
            if let Some(known) = self.known[ancestor] {
                above = known;
                break;
            }
            chain.push(ancestor);
        }
        for &element in chain.iter().rev() {
            above = self.below(element, above);
            self.known[element] = Some(above);
        }
        above
    }

    fn below(&mut self, node: NodeId, above: Known) -> Known {
        let page = self.page;
        let naming = page.naming(node);
        let tag = page.tag(node);
        let mut region = above.region.with(region_of_tag(tag));
        // What holds most of the page is no side part of it, whatever it is called.
        // Classes of an entry name its topics ("tag-hot"), not its place.
        let entry_class = |c: &str| c.eq_ignore_ascii_case("hentry") || c.eq_ignore_ascii_case("post");
        let entry = tag == Tag::Article || naming.class.split_ascii_whitespace().any(entry_class);
        // Nor is what is called the content, though a class of it tells where the sidebar is.
        let content = matches!(naming.id, "content" | "main" | "main-content");
        if page.text_len(node) * 2 < self.text_len && !entry && !content {
            region = region.with(self.regions.get(naming.class, Region::of_words));
            region = region.with(Region::of_words(naming.id)).with(region_of_role(naming.role));
        }
        Known {
            path: mix(above.path, tag, stable_class(naming.class)),
            region,
            heading: tag.heading_level().is_some() || (above.heading && tag != Tag::Body),
        }
    }
}

/// Not a place on this page, a script, a mailbox.
fn leads_somewhere(href: &str) -> bool {
    if href.is_empty() || href.starts_with('#') {
        return false;
    }
    match href.split_once(':') {
        Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'-') => {
            scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
        }
        _ => true,
    }
}

fn region_of_tag(tag: Tag) -> Region {
    match tag {
        Tag::Nav | Tag::Menu => Region::NAVIGATION,
        Tag::Footer => Region::FOOTER,
        Tag::Aside => Region::ASIDE,
        _ => Region::NONE,
    }
}

fn region_of_role(role: &str) -> Region {
    match role {
        "navigation" | "menu" | "menubar" | "menuitem" | "toolbar" | "tablist" => Region::NAVIGATION,
        "contentinfo" => Region::FOOTER,
        "banner" => Region::HEADER,
        "complementary" => Region::ASIDE,
        _ => Region::NONE,
    }
}

/// The first class that tells a kind of element rather than one element or its place: no numbers, no
/// alternation.
fn stable_class(classes: &str) -> &str {
    classes
        .split_ascii_whitespace()
        .find(|c| {
            !c.bytes().any(|b| b.is_ascii_digit())
                && !matches!(
                    *c,
                    "odd"
                        | "even"
                        | "first"
                        | "last"
                        | "alt"
                        | "alternate"
                        | "active"
                        | "current"
                        | "selected"
                        | "sticky"
                        | "featured"
                        | "clearfix"
                        | "cf"
                        | "row"
                        | "left"
                        | "right"
                        | "hidden"
                        | "visited"
                )
        })
        .unwrap_or_default()
}

/// FNV-1a, one step for the tag and one for each byte of the class.
fn mix(hash: u64, tag: Tag, class: &str) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;
    let mut hash = (hash ^ (tag as u64 + 1)).wrapping_mul(PRIME);
    for b in class.bytes() {
        hash = (hash ^ u64::from(b)).wrapping_mul(PRIME);
    }
    hash
}
