//! What stands between tokenizer and tree builder.

use super::{
    MAX_DEPTH,
    arena::{Arena, NONE, Sink},
};
use crate::Stop;
use html5ever::{
    LocalName,
    interface::TreeSink,
    local_name,
    tendril::StrTendril,
    tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult},
    tree_builder::TreeBuilder,
};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

/// Passes tokens on to the tree builder, but no start tag that would nest deeper than [`MAX_DEPTH`], nor
/// its end tag.
pub(super) struct Guard {
    builder: TreeBuilder<u32, Sink>,
    /// Start tags that were dropped and whose end tags are still to come.
    dropped: RefCell<HashMap<LocalName, u32>>,
    /// Where the builder stands after the end tags since the last insertion, where that lay deep.
    deep: Cell<Option<(u32, u32)>>,
    cut: Cell<bool>,
    stop: Stop,
}

impl Guard {
    pub(super) fn new(builder: TreeBuilder<u32, Sink>, stop: Stop) -> Self {
        Self { builder, dropped: RefCell::default(), deep: Cell::new(None), cut: Cell::new(false), stop }
    }

    pub(super) fn finish(self) -> (Arena, bool) {
        (self.builder.sink.finish(), self.cut.get())
    }

    /// Whether the builder may see the tag.
    fn admits(&self, tag: &Tag) -> bool {
        let (newest, depth) = self.builder.sink.newest();
        let crowded = self.builder.sink.is_crowded();
        if depth < MAX_DEPTH && !crowded {
            return true;
        }
        if is_leaf(&tag.name) {
            return !crowded || tag.kind == TagKind::EndTag || hides_its_text(&tag.name);
        }
        let mut dropped = self.dropped.borrow_mut();
        if tag.kind == TagKind::EndTag {
            if let Some(n) = dropped.get_mut(&tag.name).filter(|n| **n > 0) {
                *n -= 1;
                return false;
            }
            let at = self.position(newest);
            self.deep.set(Some((newest, close(&self.builder.sink.arena(), at, &tag.name))));
            return true;
        }
        let at = self.position(newest);
        // An estimate can be led astray by end tags that the builder ignores; what was really inserted cannot.
        let too_deep =
            depth >= 2 * MAX_DEPTH || self.builder.sink.arena().nodes[at as usize].depth >= MAX_DEPTH;
        if !crowded && !too_deep {
            return true;
        }
        self.cut.set(true);
        if !tag.self_closing {
            *dropped.entry(tag.name.clone()).or_default() += 1;
        }
        false
    }

    /// The innermost element that may still be open.
    fn position(&self, newest: u32) -> u32 {
        self.deep.get().filter(|(of, _)| *of == newest).map_or(newest, |(_, at)| at)
    }
}

impl TokenSink for Guard {
    type Handle = u32;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<u32> {
        self.stop.check();
        match token {
            Token::TagToken(ref tag) if !self.admits(tag) => {
                // What the tags kept apart stays apart.
                self.builder.process_token(Token::CharacterTokens(StrTendril::from_slice("\n")), line)
            }
            token => self.builder.process_token(token, line),
        }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// The innermost open element after `</name>`: the parent of the nearest ancestor of that name, unless a
/// scope boundary (HTML §13.2.4.2) stands between.
fn close(arena: &Arena, from: u32, name: &LocalName) -> u32 {
    let mut at = from;
    while at != NONE {
        let node = &arena.nodes[at as usize];
        let Some(element) = arena.element(at) else { break };
        if element.name.local == *name {
            return node.parent;
        }
        if matches!(
            element.name.local,
            local_name!("td")
                | local_name!("th")
                | local_name!("caption")
                | local_name!("table")
                | local_name!("template")
                | local_name!("object")
                | local_name!("marquee")
                | local_name!("applet")
                | local_name!("button")
        ) {
            break;
        }
        at = node.parent;
    }
    from
}

/// Elements without element children.
fn is_leaf(name: &LocalName) -> bool {
    hides_its_text(name)
        || matches!(
            *name,
            local_name!("br")
                | local_name!("img")
                | local_name!("hr")
                | local_name!("input")
                | local_name!("meta")
                | local_name!("link")
                | local_name!("wbr")
                | local_name!("area")
                | local_name!("base")
                | local_name!("col")
                | local_name!("embed")
                | local_name!("source")
                | local_name!("track")
                | local_name!("param")
        )
}

/// Elements whose content the tokenizer must not take for text of the page.
fn hides_its_text(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("script")
            | local_name!("style")
            | local_name!("textarea")
            | local_name!("title")
            | local_name!("noscript")
            | local_name!("iframe")
            | local_name!("xmp")
            | local_name!("noembed")
            | local_name!("noframes")
    )
}
