//! html5ever's tree sink over two vectors, one of nodes and one of their attributes: a node is 64 bytes with its
//! links as 32-bit indices, and nothing is allocated for it. That builds faster than a general tree crate and is
//! read once, in pre-order, by [`crate::page`].

use super::{MAX_ATTRIBUTES, MAX_NODES};
use html5ever::{
    Attribute, LocalName, QualName, expanded_name,
    interface::ElementFlags,
    local_name, ns,
    tendril::StrTendril,
    tree_builder::{NodeOrText, QuirksMode, TreeSink},
};
use std::{
    borrow::Cow,
    cell::{Cell, Ref, RefCell},
    ops::Range,
};

/// Bytes of markup to a node and to an attribute, in most pages more: what the vectors begin with.
const BYTES_A_NODE: usize = 48;

/// No node.
pub(crate) const NONE: u32 = u32::MAX;

pub(crate) struct Raw {
    pub(crate) parent: u32,
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) before: u32,
    pub(crate) after: u32,
    /// Edges from the root when it was inserted; fostered and adopted nodes may be off by a few.
    pub(crate) depth: u16,
    pub(crate) content: Content,
}

pub(crate) enum Content {
    /// The document, comments, processing instructions, template contents.
    Nothing,
    Text(StrTendril),
    Element(Element),
}

pub(crate) struct Element {
    pub(crate) name: QualName,
    /// Its attributes among those of the arena.
    attrs: Range<u32>,
}

pub(crate) struct Attr {
    pub(crate) name: LocalName,
    pub(crate) value: StrTendril,
}

/// Nodes in order of creation; the document is node 0.
pub(crate) struct Arena {
    pub(crate) nodes: Vec<Raw>,
    attrs: Vec<Attr>,
    /// What stands for the name of a node that has none.
    nameless: QualName,
}

impl Arena {
    fn push(&mut self, content: Content) -> u32 {
        let id = self.nodes.len() as u32;
        self.nodes.push(Raw {
            parent: NONE,
            first: NONE,
            last: NONE,
            before: NONE,
            after: NONE,
            depth: 0,
            content,
        });
        id
    }

    fn node(&mut self, id: u32) -> &mut Raw {
        &mut self.nodes[id as usize]
    }

    pub(super) fn detach(&mut self, id: u32) {
        let Raw { parent, before, after, .. } = *self.node(id);
        if parent == NONE {
            return;
        }
        match before {
            NONE => self.node(parent).first = after,
            b => self.node(b).after = after,
        }
        match after {
            NONE => self.node(parent).last = before,
            a => self.node(a).before = before,
        }
        let node = self.node(id);
        (node.parent, node.before, node.after) = (NONE, NONE, NONE);
    }

    fn append(&mut self, parent: u32, id: u32) {
        let last = self.node(parent).last;
        let depth = self.node(parent).depth.saturating_add(1);
        let node = self.node(id);
        (node.parent, node.before, node.depth) = (parent, last, depth);
        match last {
            NONE => self.node(parent).first = id,
            l => self.node(l).after = id,
        }
        self.node(parent).last = id;
    }

    fn insert_before(&mut self, sibling: u32, id: u32) {
        let Raw { parent, before, depth, .. } = *self.node(sibling);
        let node = self.node(id);
        (node.parent, node.before, node.after, node.depth) = (parent, before, sibling, depth);
        match before {
            NONE => self.node(parent).first = id,
            b => self.node(b).after = id,
        }
        self.node(sibling).before = id;
    }

    /// Joins `text` to `node` where that is a text node.
    fn join(&mut self, node: u32, text: &StrTendril) -> bool {
        if node == NONE {
            return false;
        }
        match &mut self.node(node).content {
            Content::Text(t) => {
                t.push_tendril(text);
                true
            }
            _ => false,
        }
    }

    pub(crate) fn element(&self, id: u32) -> Option<&Element> {
        match &self.nodes[id as usize].content {
            Content::Element(e) => Some(e),
            _ => None,
        }
    }

    /// The attributes of an element; none of what is no element.
    pub(crate) fn attrs(&self, id: u32) -> &[Attr] {
        self.element(id).map_or(&[], |e| self.attrs_of(e))
    }

    pub(crate) fn attrs_of(&self, element: &Element) -> &[Attr] {
        &self.attrs[element.attrs.start as usize..element.attrs.end as usize]
    }

    /// Keeps attributes; the range they are found under.
    fn keep(&mut self, attrs: impl Iterator<Item = Attr>) -> Range<u32> {
        let start = self.attrs.len() as u32;
        self.attrs.extend(attrs);
        start..self.attrs.len() as u32
    }
}

pub(crate) struct Sink {
    arena: RefCell<Arena>,
    /// The element that was inserted last.
    newest: Cell<u32>,
}

impl Sink {
    /// For a page of so many bytes.
    pub(super) fn new(length: usize) -> Self {
        let mut arena = Arena {
            nodes: Vec::with_capacity(length / BYTES_A_NODE + 16),
            attrs: Vec::with_capacity(length / BYTES_A_NODE + 16),
            nameless: QualName::new(None, ns!(), local_name!("")),
        };
        arena.push(Content::Nothing);
        Self { arena: RefCell::new(arena), newest: Cell::new(0) }
    }

    /// The element inserted last and its depth: the stack of open elements is its ancestors or fewer.
    pub(super) fn newest(&self) -> (u32, u16) {
        let id = self.newest.get();
        (id, self.arena.borrow().nodes[id as usize].depth)
    }

    /// Whether there are more nodes or attributes than any page needs: formatting elements are made anew,
    /// attributes and all, in each block.
    pub(super) fn is_crowded(&self) -> bool {
        let arena = self.arena.borrow();
        arena.nodes.len() > MAX_NODES || arena.attrs.len() > 2 * MAX_NODES
    }

    pub(super) fn arena(&self) -> Ref<'_, Arena> {
        self.arena.borrow()
    }
}

impl TreeSink for Sink {
    type Handle = u32;
    type Output = Arena;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Arena {
        self.arena.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> u32 {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a u32) -> Ref<'a, QualName> {
        // Only elements are ever asked.
        Ref::map(self.arena.borrow(), |arena| arena.element(*target).map_or(&arena.nameless, |e| &e.name))
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, _: ElementFlags) -> u32 {
        let template = name.expanded() == expanded_name!(html "template");
        let mut arena = self.arena.borrow_mut();
        let attrs = arena.keep(attrs.into_iter().map(|a| Attr { name: a.name.local, value: a.value }));
        let id = arena.push(Content::Element(Element { name, attrs }));
        if template {
            let contents = arena.push(Content::Nothing);
            arena.append(id, contents);
        }
        id
    }

    fn create_comment(&self, _: StrTendril) -> u32 {
        self.arena.borrow_mut().push(Content::Nothing)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> u32 {
        self.arena.borrow_mut().push(Content::Nothing)
    }

    fn append(&self, parent: &u32, child: NodeOrText<u32>) {
        let mut arena = self.arena.borrow_mut();
        match child {
            NodeOrText::AppendNode(id) => {
                arena.append(*parent, id);
                if matches!(arena.nodes[id as usize].content, Content::Element(_)) {
                    self.newest.set(id);
                }
            }
            NodeOrText::AppendText(text) => {
                let last = arena.node(*parent).last;
                if !arena.join(last, &text) {
                    let id = arena.push(Content::Text(text));
                    arena.append(*parent, id);
                }
            }
        }
    }

    fn append_before_sibling(&self, sibling: &u32, child: NodeOrText<u32>) {
        let mut arena = self.arena.borrow_mut();
        if arena.node(*sibling).parent == NONE {
            return;
        }
        match child {
            NodeOrText::AppendNode(id) => {
                arena.detach(id);
                arena.insert_before(*sibling, id);
                self.newest.set(id);
            }
            NodeOrText::AppendText(text) => {
                let before = arena.node(*sibling).before;
                if !arena.join(before, &text) {
                    let id = arena.push(Content::Text(text));
                    arena.insert_before(*sibling, id);
                }
            }
        }
    }

    fn append_based_on_parent_node(&self, element: &u32, previous: &u32, child: NodeOrText<u32>) {
        let has_parent = self.arena.borrow().nodes[*element as usize].parent != NONE;
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &u32) -> u32 {
        self.arena.borrow().nodes[*target as usize].first
    }

    fn same_node(&self, x: &u32, y: &u32) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn add_attrs_if_missing(&self, target: &u32, attrs: Vec<Attribute>) {
        let mut arena = self.arena.borrow_mut();
        let mut all: Vec<Attr> = arena
            .attrs(*target)
            .iter()
            .map(|a| Attr { name: a.name.clone(), value: a.value.clone() })
            .collect();
        for attr in attrs {
            if all.len() < MAX_ATTRIBUTES && !all.iter().any(|a| a.name == attr.name.local) {
                all.push(Attr { name: attr.name.local, value: attr.value });
            }
        }
        if all.len() > arena.attrs(*target).len() {
            let all = arena.keep(all.into_iter());
            if let Content::Element(e) = &mut arena.node(*target).content {
                e.attrs = all;
            }
        }
    }

    fn remove_from_parent(&self, target: &u32) {
        self.arena.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &u32, new_parent: &u32) {
        let mut arena = self.arena.borrow_mut();
        let mut child = arena.node(*node).first;
        while child != NONE {
            let next = arena.node(child).after;
            arena.detach(child);
            arena.append(*new_parent, child);
            child = next;
        }
    }
}
