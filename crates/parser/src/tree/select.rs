//! CSS selectors (Selectors Level 4, as far as they speak of the tree and of attributes) on the arena.

use super::{Arena, Content, Element, NONE};
use cssparser::{ParseErrorKind, ToCss};
use html5ever::{LocalName, Namespace, ns};
use precomputed_hash::PrecomputedHash;
use selectors::{
    OpaqueElement, SelectorList,
    attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint},
    bloom::BloomFilter,
    matching::{self, ElementSelectorFlags, MatchingContext, SelectorCaches},
    parser::{self, ParseRelative, SelectorParseErrorKind},
};
use std::fmt;

/// A compiled list of selectors.
#[derive(Debug, Clone)]
pub(crate) struct Selector(SelectorList<Html>);

impl Selector {
    /// # Errors
    /// What is wrong with the text, and at which of its characters.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut input = cssparser::Parser::new(text);
        SelectorList::parse(&Grammar, &mut input, ParseRelative::No).map(Self).map_err(|error| {
            let what = match error.kind {
                ParseErrorKind::Basic(cssparser::BasicParseErrorKind::EndOfInput) => "it ends too early",
                ParseErrorKind::Custom(SelectorParseErrorKind::UnsupportedPseudoClassOrElement) => {
                    "this pseudo-class is not known to a page that nobody looks at"
                }
                ParseErrorKind::Custom(SelectorParseErrorKind::EmptySelector) => "it is empty",
                ParseErrorKind::Custom(SelectorParseErrorKind::DanglingCombinator) => {
                    "something is missing after the combinator"
                }
                _ => "this is not understood",
            };
            format!("{what} at character {}", input.current_source_location().column)
        })
    }

    /// The elements among `candidates` that match, `scope` being what `:scope` means.
    pub(crate) fn filter<'a>(
        &'a self,
        arena: &'a Arena,
        scope: Option<u32>,
        candidates: impl Iterator<Item = u32> + 'a,
    ) -> impl Iterator<Item = u32> + 'a {
        let scope = scope.map(|id| selectors::Element::opaque(&Node { arena, id }));
        let mut caches = SelectorCaches::default();
        candidates.filter(move |&id| {
            let mut context = MatchingContext::new(
                matching::MatchingMode::Normal,
                None,
                &mut caches,
                matching::QuirksMode::NoQuirks,
                matching::NeedsSelectorFlags::No,
                matching::MatchingForInvalidation::No,
            );
            context.scope_element = scope;
            arena.element(id).is_some()
                && matching::matches_selector_list(&self.0, &Node { arena, id }, &mut context)
        })
    }
}

/// Takes what any of the selectors matches out of the tree. All of them see the tree as it was.
pub(crate) fn remove<'s>(arena: &mut Arena, selectors: impl Iterator<Item = &'s Selector>) {
    let mut matched: Vec<u32> = Vec::new();
    for selector in selectors {
        matched.extend(selector.filter(arena, None, 0..arena.nodes.len() as u32));
    }
    for id in matched {
        arena.detach(id);
    }
}

/// An element of the arena.
#[derive(Clone, Copy)]
struct Node<'a> {
    arena: &'a Arena,
    id: u32,
}

impl Node<'_> {
    fn element(&self) -> Option<&Element> {
        self.arena.element(self.id)
    }

    fn attribute(&self, name: &LocalName) -> Option<&str> {
        self.arena.attrs(self.id).iter().find(|a| a.name == *name).map(|a| &*a.value)
    }

    /// The first element from `id` on, `next` leading from each to the next.
    fn find(self, id: u32, next: impl Fn(&super::arena::Raw) -> u32) -> Option<Self> {
        let mut id = id;
        while id != NONE {
            if self.arena.element(id).is_some() {
                return Some(Self { id, ..self });
            }
            id = next(&self.arena.nodes[id as usize]);
        }
        None
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.element().map_or("", |e| &e.name.local))
    }
}

impl selectors::Element for Node<'_> {
    type Impl = Html;

    fn opaque(&self) -> OpaqueElement {
        OpaqueElement::new(&self.arena.nodes[self.id as usize])
    }

    fn parent_element(&self) -> Option<Self> {
        let id = self.arena.nodes[self.id as usize].parent;
        (id != NONE && self.arena.element(id).is_some()).then_some(Self { id, ..*self })
    }

    fn parent_node_is_shadow_root(&self) -> bool {
        false
    }

    fn containing_shadow_host(&self) -> Option<Self> {
        None
    }

    fn is_pseudo_element(&self) -> bool {
        false
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        self.find(self.arena.nodes[self.id as usize].before, |n| n.before)
    }

    fn next_sibling_element(&self) -> Option<Self> {
        self.find(self.arena.nodes[self.id as usize].after, |n| n.after)
    }

    fn first_element_child(&self) -> Option<Self> {
        self.find(self.arena.nodes[self.id as usize].first, |n| n.after)
    }

    fn is_html_element_in_html_document(&self) -> bool {
        self.element().is_some_and(|e| e.name.ns == ns!(html))
    }

    fn has_local_name(&self, name: &Name) -> bool {
        self.element().is_some_and(|e| e.name.local == name.0)
    }

    fn has_namespace(&self, namespace: &Namespace) -> bool {
        self.element().is_some_and(|e| e.name.ns == *namespace)
    }

    fn is_same_type(&self, other: &Self) -> bool {
        self.element().map(|e| &e.name) == other.element().map(|e| &e.name)
    }

    fn attr_matches(
        &self,
        namespace: &NamespaceConstraint<&Namespace>,
        name: &Name,
        operation: &AttrSelectorOperation<&Value>,
    ) -> bool {
        // The tree keeps no namespaces of attributes.
        !matches!(*namespace, NamespaceConstraint::Specific(url) if *url != ns!())
            && self.arena.attrs(self.id).iter().any(|a| a.name == name.0 && operation.eval_str(&a.value))
    }

    fn match_non_ts_pseudo_class(&self, class: &NoPseudo, _: &mut MatchingContext<'_, Html>) -> bool {
        match *class {}
    }

    fn match_pseudo_element(&self, element: &NoPseudo, _: &mut MatchingContext<'_, Html>) -> bool {
        match *element {}
    }

    fn apply_selector_flags(&self, _: ElementSelectorFlags) {}

    fn is_link(&self) -> bool {
        self.has_local_name(&Name("a".into())) && self.attribute(&"href".into()).is_some()
    }

    fn is_html_slot_element(&self) -> bool {
        false
    }

    fn has_id(&self, id: &Name, case: CaseSensitivity) -> bool {
        self.attribute(&"id".into()).is_some_and(|own| case.eq(own.as_bytes(), id.0.as_bytes()))
    }

    fn has_class(&self, name: &Name, case: CaseSensitivity) -> bool {
        let classes = self.attribute(&"class".into()).unwrap_or_default();
        classes.split_ascii_whitespace().any(|c| case.eq(c.as_bytes(), name.0.as_bytes()))
    }

    fn has_custom_state(&self, _: &Name) -> bool {
        false
    }

    fn imported_part(&self, _: &Name) -> Option<Name> {
        None
    }

    fn is_part(&self, _: &Name) -> bool {
        false
    }

    fn is_empty(&self) -> bool {
        let mut child = self.arena.nodes[self.id as usize].first;
        while child != NONE {
            match &self.arena.nodes[child as usize].content {
                Content::Nothing => child = self.arena.nodes[child as usize].after,
                _ => return false,
            }
        }
        true
    }

    fn is_root(&self) -> bool {
        self.arena.nodes[self.id as usize].parent == 0
    }

    fn add_element_unique_hashes(&self, _: &mut BloomFilter) -> bool {
        false
    }
}

struct Grammar;

impl<'i> parser::Parser<'i> for Grammar {
    type Impl = Html;
    type Error = SelectorParseErrorKind;

    fn parse_is_and_where(&self) -> bool {
        true
    }

    fn parse_has(&self) -> bool {
        true
    }

    fn parse_nth_child_of(&self) -> bool {
        true
    }
}

/// What selectors are made of: html5ever's names, and no pseudo-classes but those of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Html;

impl parser::SelectorImpl for Html {
    type AttrValue = Value;
    type Identifier = Name;
    type LocalName = Name;
    type NamespacePrefix = Name;
    type NamespaceUrl = Namespace;
    type BorrowedNamespaceUrl = Namespace;
    type BorrowedLocalName = Name;
    type NonTSPseudoClass = NoPseudo;
    type PseudoElement = NoPseudo;
    type ExtraMatchingData<'a> = ();
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value(String);

impl<'a> From<&'a str> for Value {
    fn from(text: &'a str) -> Self {
        Self(text.to_owned())
    }
}

impl AsRef<str> for Value {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl ToCss for Value {
    fn to_css<W: fmt::Write>(&self, to: &mut W) -> fmt::Result {
        cssparser::serialize_string(&self.0, to)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Name(LocalName);

impl<'a> From<&'a str> for Name {
    fn from(text: &'a str) -> Self {
        Self(text.into())
    }
}

impl ToCss for Name {
    fn to_css<W: fmt::Write>(&self, to: &mut W) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl PrecomputedHash for Name {
    fn precomputed_hash(&self) -> u32 {
        self.0.precomputed_hash()
    }
}

/// There are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPseudo {}

impl parser::NonTSPseudoClass for NoPseudo {
    fn is_active_or_hover(&self) -> bool {
        match *self {}
    }

    fn is_user_action_state(&self) -> bool {
        match *self {}
    }
}

impl parser::PseudoElement for NoPseudo {}

impl ToCss for NoPseudo {
    fn to_css<W: fmt::Write>(&self, _: &mut W) -> fmt::Result {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(selector: &str, expected: &[&str]) {
        let html =
            "<div id=a><p class='x y'>1</p><!-- --><p id=b>2<a href=/l>3</a></p></div><i lang=zh-Hant></i>";
        let arena = super::super::build(html, &crate::Stop::default()).arena;
        let selector = Selector::parse(selector).unwrap();
        let found: Vec<String> = selector
            .filter(&arena, None, 0..arena.nodes.len() as u32)
            .map(|id| arena.element(id).unwrap().name.local.to_string())
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn selectors_of_tree_and_attributes() {
        check("p.y", &["p"]);
        check("div > p + p > a[href^='/']", &["a"]);
        check("p:nth-child(2), i[lang|=zh]", &["p", "i"]);
        check("p:not(.x)", &["p"]);
        check("div:has(> #b)", &["div"]);
        check("i:empty, :root", &["html", "i"]);
        check("P", &["p", "p"]);
        check("p:first-of-type ~ p", &["p"]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, said) in [
            ("", "empty"),
            ("div >", "missing after the combinator"),
            ("a:hover", "pseudo-class"),
            ("p[", "early"),
            ("p..x", "not understood at character"),
        ] {
            let error = Selector::parse(text).unwrap_err();
            assert!(error.contains(said), "{text:?}: {error}");
        }
    }
}
