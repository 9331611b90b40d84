//! The tree of a page, built by html5ever into one arena, with depth and size bounded while it is built.
//!
//! html5ever is quadratic in nesting depth (80,000 nested `<div>` take eleven seconds) and a browser stops
//! nesting at 512; [`Guard`] stands between [`Tokenizer`] and html5ever's tree builder and drops the tags, never
//! the text, of what lies deeper than [`MAX_DEPTH`].

mod arena;
mod guard;
mod select;
mod tokenizer;

pub(crate) use arena::{Arena, Attr, Content, Element, NONE};
pub(crate) use select::{Selector, remove};

use crate::Stop;
use guard::Guard;
use html5ever::{ParseOpts, tree_builder::TreeBuilder};
use tokenizer::Tokenizer;

/// Deepest element that is kept. The deepest of 2,000 real pages lies at 113.
pub(crate) const MAX_DEPTH: u16 = 256;

/// Most nodes of one tree; beyond it only text is kept. 50 times the largest real page.
pub(crate) const MAX_NODES: usize = 1_000_000;

/// Most attributes of one tag that are kept: each is compared with all before it.
const MAX_ATTRIBUTES: usize = 512;

/// A finished tree.
pub(crate) struct Tree {
    pub(crate) arena: Arena,
    /// Tags were dropped because they lay too deep or were too many.
    pub(crate) cut: bool,
}

/// Builds the tree of `html`; never fails, and takes time linear in its length.
pub(crate) fn build(html: &str, stop: &Stop) -> Tree {
    let source = tokenizer::source(html);
    let builder = TreeBuilder::new(arena::Sink::new(html.len()), ParseOpts::default().tree_builder);
    let guard = Tokenizer::new(&source, Guard::new(builder, stop.clone())).run();
    let (arena, cut) = guard.finish();
    Tree { arena, cut }
}
