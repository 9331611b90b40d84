//! One page as everybody in this crate reads it: a flat index of its tree in document order, made in one
//! pass, over one buffer of its text.
//!
//! A node's descendants are the nodes from it to its `end`; its text is a slice of the buffer. So no reader
//! walks links or copies text to ask "how long", "how much of it links", "what does it say".

mod flatten;
mod tag;

pub use tag::Tag;

use crate::{
    Stop,
    tree::{self, Arena, Attr, Content, Selector},
};
use html5ever::{LocalName, local_name};
use model::page_url::MAX_URL_BYTES;
use url::Url;

/// Index of a node in document order; elements and text nodes share one numbering.
pub type NodeId = usize;

/// Facts of one node that cost nothing to ask for.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// Parent element; the root is its own.
    pub parent: u32,
    /// One past the last descendant.
    pub end: u32,
    /// 0 for the root.
    pub depth: u16,
    pub tag: Tag,
    flags: u8,
    text_start: u32,
    text_end: u32,
    /// Bytes of the text that stand in links.
    link: u32,
    /// Node of the arena.
    raw: u32,
}

const HIDDEN: u8 = 1;
const ARIA_HIDDEN: u8 = 2;
const SILENT: u8 = 4;

/// What names an element or a value; empty where the element has no such attribute.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Naming<'p> {
    pub(crate) class: &'p str,
    pub(crate) id: &'p str,
    pub(crate) role: &'p str,
    pub(crate) itemprop: &'p str,
    pub(crate) property: &'p str,
    pub(crate) rel: &'p str,
}

/// A parsed page.
pub struct Page {
    /// Where the page was fetched.
    pub url: Url,
    /// What its relative addresses refer to: the url, or `<base href>` (HTML §4.2.3).
    pub base: Url,
    /// Tags were dropped because they lay too deep or were too many.
    pub cut: bool,
    nodes: Vec<Node>,
    text: String,
    by_tag: Vec<Vec<u32>>,
    arena: Arena,
    stop: Stop,
}

impl Page {
    /// Parses decoded HTML. Never fails; an empty text is an empty page.
    pub fn parse(url: &Url, html: &str) -> Self {
        Self::parse_until(url, html, std::iter::empty(), &Stop::default())
    }

    /// As [`Page::parse`], as if what the selectors match were not there. Every question to the page looks
    /// whether its reader shall end.
    pub(crate) fn parse_until<'s>(
        url: &Url,
        html: &str,
        removed: impl Iterator<Item = &'s Selector>,
        stop: &Stop,
    ) -> Self {
        let mut tree = tree::build(html, stop);
        tree::remove(&mut tree.arena, removed);
        let flat = flatten::flatten(&tree.arena, html.len());
        let mut page = Self {
            url: url.clone(),
            base: url.clone(),
            cut: tree.cut,
            nodes: flat.nodes,
            text: flat.text,
            by_tag: flat.by_tag,
            arena: tree.arena,
            stop: stop.clone(),
        };
        if let Some(base) = page.declared_base() {
            page.base = base;
        }
        page
    }

    fn declared_base(&self) -> Option<Url> {
        let href = self.all(Tag::Base).find_map(|i| self.attr(i, "href"))?;
        self.absolute(href).and_then(|base| Url::parse(&base).ok())
    }

    /// Number of nodes; ids are `0..len`. Node 0 is the `html` element, unless the page is empty.
    #[expect(clippy::len_without_is_empty, reason = "html5ever always makes html, head and body")]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// # Panics
    /// As a slice does where `i` is no node of this page.
    pub fn node(&self, i: NodeId) -> &Node {
        &self.nodes[i]
    }

    pub fn tag(&self, i: NodeId) -> Tag {
        self.nodes[i].tag
    }

    /// The element's name as written, lower case; empty for text.
    pub fn name(&self, i: NodeId) -> &str {
        self.arena.element(self.nodes[i].raw).map_or("", |e| &e.name.local)
    }

    pub fn parent(&self, i: NodeId) -> Option<NodeId> {
        self.stop.check();
        (i != 0).then(|| self.nodes[i].parent as usize)
    }

    /// From the parent outwards.
    pub fn ancestors(&self, i: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.parent(i), |&p| self.parent(p))
    }

    /// One past the last descendant of `i`.
    pub fn end(&self, i: NodeId) -> NodeId {
        self.stop.check();
        self.nodes[i].end as usize
    }

    /// Whether `i` is `of` or lies within it.
    pub fn within(&self, i: NodeId, of: NodeId) -> bool {
        of <= i && i < self.end(of)
    }

    /// Child elements and text nodes, in order.
    pub fn content(&self, i: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.end(i);
        std::iter::successors((i + 1 < end).then_some(i + 1), move |&c| {
            let next = self.end(c);
            (next < end).then_some(next)
        })
    }

    /// Child elements, in order.
    pub fn children(&self, i: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.content(i).filter(|&c| self.nodes[c].tag != Tag::Text)
    }

    /// Descendant elements in document order, without `i` itself.
    pub fn descendants(&self, i: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        (i + 1..self.end(i)).filter(|&c| self.nodes[c].tag != Tag::Text)
    }

    /// All elements of a tag, in document order.
    pub fn all(&self, tag: Tag) -> impl DoubleEndedIterator<Item = NodeId> + '_ {
        self.by_tag[tag as usize].iter().map(|&i| i as usize)
    }

    /// All elements of a tag within `i`, in document order.
    pub fn all_in(&self, i: NodeId, tag: Tag) -> impl DoubleEndedIterator<Item = NodeId> + '_ {
        self.all_in_range(i..self.end(i), tag)
    }

    /// All elements of a tag among some neighbouring nodes, in document order.
    pub fn all_in_range(
        &self,
        nodes: std::ops::Range<NodeId>,
        tag: Tag,
    ) -> impl DoubleEndedIterator<Item = NodeId> + '_ {
        let list = &self.by_tag[tag as usize];
        let from = list.partition_point(|&n| (n as usize) < nodes.start);
        let to = list.partition_point(|&n| (n as usize) < nodes.end);
        list[from..to].iter().map(|&i| i as usize)
    }

    /// All elements of a tag whose [`Page::slice`] begins among some bytes of [`Page::full_text`], in document order.
    pub(crate) fn all_beginning(
        &self,
        bytes: std::ops::Range<usize>,
        tag: Tag,
    ) -> impl Iterator<Item = NodeId> + '_ {
        let list = &self.by_tag[tag as usize];
        let before = |at: usize| list.partition_point(|&n| (self.nodes[n as usize].text_start as usize) < at);
        list[before(bytes.start)..before(bytes.end)].iter().map(|&i| i as usize)
    }

    /// Elements within `i` (or `i` itself) that match, in document order; `:scope` is `i`.
    pub(crate) fn select<'a>(
        &'a self,
        selector: &'a Selector,
        i: NodeId,
    ) -> impl Iterator<Item = NodeId> + 'a {
        // Elements come in the order of their nodes, so each one found is looked for after the one before.
        let mut at = i;
        let candidates = (i..self.end(i)).map(|n| self.nodes[n].raw);
        selector.filter(&self.arena, Some(self.nodes[i].raw), candidates).map(move |raw| {
            while self.nodes[at].raw != raw {
                at += 1;
            }
            at
        })
    }

    /// The text of a node and all its descendants: white space collapsed to one space (but kept within
    /// `<pre>`), `\n` where a block or `<br>` separates, ends trimmed. Nothing of scripts, styles, noscript,
    /// template, select and svg; hidden elements are in it (see [`Page::hidden`]).
    pub fn text(&self, i: NodeId) -> &str {
        self.slice(i).trim()
    }

    /// As [`Page::text`], untrimmed: the white space that separates it from what stands before is at its
    /// start, so the slices of sibling nodes join seamlessly.
    pub fn slice(&self, i: NodeId) -> &str {
        self.stop.check();
        let n = &self.nodes[i];
        &self.text[n.text_start as usize..n.text_end as usize]
    }

    /// Where the node's text stands in [`Page::full_text`]: bytes.
    pub fn text_range(&self, i: NodeId) -> std::ops::Range<usize> {
        self.nodes[i].text_start as usize..self.nodes[i].text_end as usize
    }

    /// The text of the whole page, `<title>` first.
    pub fn full_text(&self) -> &str {
        &self.text
    }

    /// Length of the text in bytes of UTF-8, which weighs a Han character as three Latin ones: about what
    /// they say.
    pub fn text_len(&self, i: NodeId) -> usize {
        let n = &self.nodes[i];
        (n.text_end - n.text_start) as usize
    }

    /// Bytes of the text that stand in links.
    pub fn link_len(&self, i: NodeId) -> usize {
        self.nodes[i].link as usize
    }

    /// The characters between the tags as they are, of a text node or of an element whose only child is
    /// text (`<script>`, `<style>`, `<title>`, `<noscript>`); else empty.
    pub fn raw_text(&self, i: NodeId) -> &str {
        let raw = self.nodes[i].raw as usize;
        let at = if self.nodes[i].tag == Tag::Text { raw } else { self.arena.nodes[raw].first as usize };
        match self.arena.nodes.get(at).map(|n| &n.content) {
            Some(Content::Text(t)) => t,
            _ => "",
        }
    }

    /// Value of an attribute by its lower-case name.
    pub fn attr(&self, i: NodeId, name: &str) -> Option<&str> {
        self.stop.check();
        self.raw_attrs(i).iter().find(|a| &*a.name == name).map(|a| &*a.value)
    }

    /// Name and value of every attribute.
    pub fn attrs(&self, i: NodeId) -> impl Iterator<Item = (&str, &str)> + '_ {
        self.raw_attrs(i).iter().map(|a| (&*a.name, &*a.value))
    }

    /// As [`Page::attr`], for names known to html5ever (`local_name!`): a comparison of integers.
    pub(crate) fn attr_atom(&self, i: NodeId, name: &LocalName) -> Option<&str> {
        self.raw_attrs(i).iter().find(|a| a.name == *name).map(|a| &*a.value)
    }

    fn raw_attrs(&self, i: NodeId) -> &[Attr] {
        self.arena.attrs(self.nodes[i].raw)
    }

    /// The attributes by which templates name their parts, read in one go.
    pub(crate) fn naming(&self, i: NodeId) -> Naming<'_> {
        self.stop.check();
        let mut naming = Naming::default();
        for attr in self.raw_attrs(i) {
            match attr.name {
                local_name!("class") => naming.class = &attr.value,
                local_name!("id") => naming.id = &attr.value,
                local_name!("role") => naming.role = &attr.value,
                local_name!("itemprop") => naming.itemprop = &attr.value,
                local_name!("property") => naming.property = &attr.value,
                local_name!("rel") => naming.rel = &attr.value,
                _ => {}
            }
        }
        naming
    }

    /// The `class` attribute, or empty.
    pub fn class(&self, i: NodeId) -> &str {
        self.attr_atom(i, &local_name!("class")).unwrap_or_default()
    }

    /// The `id` attribute, or empty.
    pub fn id(&self, i: NodeId) -> &str {
        self.attr_atom(i, &local_name!("id")).unwrap_or_default()
    }

    /// Whether one of the classes is `class`, ASCII case ignored.
    pub fn has_class(&self, i: NodeId, class: &str) -> bool {
        self.class(i).split_ascii_whitespace().any(|c| c.eq_ignore_ascii_case(class))
    }

    /// `href` made absolute against [`Page::base`]; none unless it is http(s) and of a length that can be
    /// followed. Fragments are kept.
    pub fn absolute(&self, href: &str) -> Option<String> {
        let href = href.trim();
        if href.is_empty() || href.len() > MAX_URL_BYTES {
            return None;
        }
        let url = self.base.join(href).ok()?;
        let followed = matches!(url.scheme(), "http" | "https") && url.host().is_some();
        (followed && url.as_str().len() <= MAX_URL_BYTES).then(|| url.into())
    }

    /// Not shown, by its own or an ancestor's `hidden`, `display:none` or `visibility:hidden` (inline style
    /// only; style sheets are not read).
    pub fn hidden(&self, i: NodeId) -> bool {
        self.nodes[i].flags & HIDDEN != 0
    }

    /// `aria-hidden=true` on it or an ancestor: shown, but not meant to be read.
    pub fn aria_hidden(&self, i: NodeId) -> bool {
        self.nodes[i].flags & ARIA_HIDDEN != 0
    }

    /// Within script, style, noscript, template, select, svg: its text is not in the buffer.
    pub fn silent(&self, i: NodeId) -> bool {
        self.nodes[i].flags & SILENT != 0
    }

    /// The `body` element, or the root.
    pub fn body(&self) -> NodeId {
        self.all(Tag::Body).next().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
