//! The tree of a page, built by html5ever into one arena, with depth and size bounded while it is built.
//!
//! html5ever is quadratic in nesting depth (80,000 nested `<div>` take eleven seconds) and a browser stops
//! nesting at 512; [`Guard`] stands between tokenizer and tree builder and drops the tags, never the text,
//! of what lies deeper than [`MAX_DEPTH`].

mod arena;
mod guard;

pub(crate) use arena::{Arena, Content, Element, NONE};

use html5ever::{
    ParseOpts,
    buffer_queue::BufferQueue,
    tendril::StrTendril,
    tokenizer::{Tokenizer, TokenizerOpts},
    tree_builder::TreeBuilder,
};
use std::borrow::Cow;

/// Deepest element that is kept. The deepest of 2,000 real pages lies at 113.
pub(crate) const MAX_DEPTH: u16 = 256;

/// Most nodes of one tree; beyond it only text is kept. 50 times the largest real page.
pub(crate) const MAX_NODES: usize = 1_000_000;

/// Longest tag, bytes, that is read without counting its attributes first.
const LONG_TAG: usize = 4096;

/// Most attributes of one tag: the tokenizer compares each with all before it.
const MAX_ATTRIBUTES: usize = 512;

/// A finished tree.
pub(crate) struct Tree {
    pub(crate) arena: Arena,
    /// Tags were dropped because they lay too deep or were too many.
    pub(crate) cut: bool,
}

/// Builds the tree of `html`; never fails, and takes time linear in its length.
pub(crate) fn build(html: &str) -> Tree {
    let html = without_attribute_bombs(html);
    let builder = TreeBuilder::new(arena::Sink::default(), ParseOpts::default().tree_builder);
    let tokenizer = Tokenizer::new(guard::Guard::new(builder), TokenizerOpts::default());
    let input = BufferQueue::default();
    // A tendril holds at most 4 GiB; callers bound the text far below.
    input.push_back(StrTendril::from(html.as_ref()));
    while !matches!(tokenizer.feed(&input), html5ever::TokenizerResult::Done) {}
    tokenizer.end();
    let (arena, cut) = tokenizer.sink.finish();
    Tree { arena, cut }
}

/// Cuts the attributes beyond [`MAX_ATTRIBUTES`] out of tags longer than [`LONG_TAG`].
fn without_attribute_bombs(html: &str) -> Cow<'_, str> {
    let bytes = html.as_bytes();
    let mut out = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'<', &bytes[at..]).map(|p| at + p) {
        at = open + 1;
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let close = memchr::memchr(b'>', &bytes[at..]).map_or(bytes.len(), |p| at + p);
        if close - open < LONG_TAG {
            at = close;
            continue;
        }
        let (cut, end) = attribute_limit(bytes, open);
        if let Some(cut) = cut {
            out.push_str(&html[kept..cut]);
            kept = end;
        }
        at = end;
    }
    if kept == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(&html[kept..]);
    Cow::Owned(out)
}

/// Where the attribute after the last allowed one begins, if there is one, and where the tag ends (its `>`).
fn attribute_limit(bytes: &[u8], open: usize) -> (Option<usize>, usize) {
    let mut count = 0;
    let mut cut = None;
    let mut quote = None;
    let mut in_name = true;
    for (i, &b) in bytes.iter().enumerate().skip(open) {
        match quote {
            Some(q) => {
                if b == q {
                    quote = None;
                    in_name = false;
                }
            }
            None => match b {
                b'>' => return (cut, i),
                b'"' | b'\'' if bytes[i - 1] == b'=' => quote = Some(b),
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/' => in_name = false,
                _ if !in_name => {
                    in_name = true;
                    count += 1;
                    if count > MAX_ATTRIBUTES && cut.is_none() {
                        cut = Some(i);
                    }
                }
                _ => {}
            },
        }
    }
    (cut, bytes.len())
}
