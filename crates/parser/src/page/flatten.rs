//! One pass over the tree: nodes in document order, and all text in one buffer.

use super::{ARIA_HIDDEN, HIDDEN, Node, SILENT, Tag};
use crate::tree::{Arena, Attr, Content, Element, NONE};
use html5ever::local_name;

pub(super) struct Flat {
    pub(super) nodes: Vec<Node>,
    pub(super) text: String,
    pub(super) by_tag: Vec<Vec<u32>>,
}

pub(super) fn flatten(arena: &Arena, html_len: usize) -> Flat {
    let mut pass = Pass {
        flat: Flat {
            nodes: Vec::with_capacity(arena.nodes.len()),
            text: String::with_capacity(html_len / 8),
            by_tag: vec![Vec::new(); Tag::COUNT],
        },
        open: Vec::new(),
        gap: Gap::None,
    };
    let mut at = root(arena);
    while at != NONE {
        let raw = &arena.nodes[at as usize];
        let opened = match &raw.content {
            Content::Nothing => false,
            Content::Text(text) => {
                pass.text(at, text);
                false
            }
            Content::Element(element) => {
                pass.open(at, element, arena.attrs_of(element));
                true
            }
        };
        if opened && raw.first != NONE {
            at = raw.first;
            continue;
        }
        if opened {
            pass.close();
        }
        while !pass.open.is_empty() && arena.nodes[at as usize].after == NONE {
            at = arena.nodes[at as usize].parent;
            pass.close();
        }
        at = if pass.open.is_empty() { NONE } else { arena.nodes[at as usize].after };
    }
    if pass.flat.nodes.is_empty() {
        pass.push(0, Tag::Html, 0);
    }
    pass.flat
}

/// The `html` element.
fn root(arena: &Arena) -> u32 {
    let mut at = arena.nodes[0].first;
    while at != NONE && arena.element(at).is_none() {
        at = arena.nodes[at as usize].after;
    }
    at
}

/// What separates the text to come from the text before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Space,
    Line,
}

struct Pass {
    flat: Flat,
    /// Open elements, innermost last, with whether they are or lie within `<pre>`.
    open: Vec<(usize, bool)>,
    gap: Gap,
}

impl Pass {
    fn push(&mut self, raw: u32, tag: Tag, flags: u8) -> usize {
        let id = self.flat.nodes.len();
        let text = self.flat.text.len() as u32;
        self.flat.nodes.push(Node {
            parent: self.open.last().map_or(0, |&(p, _)| p) as u32,
            end: id as u32 + 1,
            depth: self.open.len() as u16,
            tag,
            flags,
            text_start: text,
            text_end: text,
            link: 0,
            raw,
        });
        id
    }

    fn inherited_flags(&self) -> u8 {
        self.open.last().map_or(0, |&(p, _)| self.flat.nodes[p].flags)
    }

    fn open(&mut self, raw: u32, element: &Element, attrs: &[Attr]) {
        let tag = Tag::of(&element.name.local);
        let inherited = self.inherited_flags();
        // What is not of the text, such as the title of a drawing, does not cut its lines.
        if (tag.is_block() || tag == Tag::Br) && inherited & SILENT == 0 {
            self.gap = Gap::Line;
        }
        let id = self.push(raw, tag, inherited | own_flags(attrs, tag));
        self.flat.by_tag[tag as usize].push(id as u32);
        let pre = tag == Tag::Pre || self.open.last().is_some_and(|&(_, pre)| pre);
        self.open.push((id, pre));
    }

    fn text(&mut self, raw: u32, text: &str) {
        let flags = self.inherited_flags();
        let id = self.push(raw, Tag::Text, flags);
        if flags & SILENT == 0 {
            let pre = self.open.last().is_some_and(|&(_, pre)| pre);
            self.write(text, pre);
            self.flat.nodes[id].text_end = self.flat.text.len() as u32;
        }
    }

    /// Ends the innermost open element.
    fn close(&mut self) {
        let Some((id, _)) = self.open.pop() else { return };
        let (end, text_end) = (self.flat.nodes.len() as u32, self.flat.text.len() as u32);
        let node = &mut self.flat.nodes[id];
        node.end = end;
        node.text_end = text_end;
        if node.tag == Tag::A {
            node.link = text_end - node.text_start;
        }
        let (tag, link, parent) = (node.tag, node.link, node.parent as usize);
        if tag.is_block() && self.inherited_flags() & SILENT == 0 {
            self.gap = Gap::Line;
        }
        if parent != id {
            self.flat.nodes[parent].link += link;
        }
    }

    fn write(&mut self, text: &str, pre: bool) {
        let mut rest = text;
        while !rest.is_empty() {
            let words = words_len(rest);
            if words > 0 {
                self.separate();
                self.flat.text.push_str(&rest[..words]);
                rest = &rest[words..];
            }
            let space = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
            if space > 0 {
                let (space, after) = rest.split_at(space);
                if pre && self.gap != Gap::Line {
                    self.flat.text.push_str(space);
                } else if self.gap == Gap::None && !space.chars().all(is_ignorable) {
                    self.gap = Gap::Space;
                }
                rest = after;
            }
        }
    }

    fn separate(&mut self) {
        if !self.flat.text.is_empty() {
            match self.gap {
                Gap::None => {}
                Gap::Space => self.flat.text.push(' '),
                Gap::Line => self.flat.text.push('\n'),
            }
        }
        self.gap = Gap::None;
    }
}

fn own_flags(attrs: &[Attr], tag: Tag) -> u8 {
    let mut flags = if tag.is_silent() { SILENT } else { 0 };
    for attr in attrs {
        match attr.name {
            local_name!("hidden") => {
                if !["until-found", "false"].iter().any(|v| attr.value.eq_ignore_ascii_case(v))
                    && !streamed(attrs)
                {
                    flags |= HIDDEN;
                }
            }
            local_name!("aria-hidden") => {
                if attr.value.eq_ignore_ascii_case("true") {
                    flags |= ARIA_HIDDEN;
                }
            }
            local_name!("style") => {
                if hides(&attr.value) {
                    flags |= HIDDEN;
                }
            }
            _ => {}
        }
    }
    flags
}

/// React streams late parts of a page as `<div hidden id="S:0">`; its script moves them to their place.
fn streamed(attrs: &[Attr]) -> bool {
    let id = attrs.iter().find(|a| a.name == local_name!("id"));
    id.and_then(|a| a.value.strip_prefix("S:")).is_some_and(|n| n.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// `display:none`, `visibility:hidden` or clipped to nothing in an inline style.
fn hides(style: &str) -> bool {
    style.len() < 4096
        && style.split(';').any(|declaration| {
            let Some((name, value)) = declaration.split_once(':') else { return false };
            let (name, value) = (name.trim(), value.split('!').next().unwrap_or_default().trim());
            name.eq_ignore_ascii_case("display") && value.eq_ignore_ascii_case("none")
                || name.eq_ignore_ascii_case("visibility") && value.eq_ignore_ascii_case("hidden")
                || name.eq_ignore_ascii_case("clip") && is_empty_rect(value)
                || name.eq_ignore_ascii_case("clip-path")
                    && matches!(value, "inset(50%)" | "inset(100%)" | "circle(0)")
        })
}

/// `rect(0, 0, 0, 0)`, `rect(1px 1px 1px 1px)`: for screen readers alone.
fn is_empty_rect(value: &str) -> bool {
    let sides = value.strip_prefix("rect(").and_then(|v| v.strip_suffix(')'));
    sides.is_some_and(|s| {
        s.split([',', ' ']).filter(|s| !s.is_empty()).all(|s| matches!(s, "0" | "0px" | "1px"))
    })
}

/// Bytes up to the next white space that is more than a single space between words, which stays as it is. Most
/// characters are passed by their first byte alone.
fn words_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        match b {
            // First bytes of U+00A0, U+1680, U+2000.., U+3000, U+FEFF.
            0xc2 | 0xe1 | 0xe2 | 0xe3 | 0xef => {
                let c = text[at..].chars().next().unwrap_or(' ');
                if is_space(c) {
                    break;
                }
                at += c.len_utf8();
            }
            b' ' if at > 0 && bytes.get(at + 1).is_some_and(u8::is_ascii_graphic) => at += 1,
            b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | 0 => break,
            _ => at += 1,
        }
    }
    at
}

/// White space, the ideographic and the no-break one among it, and characters that show nothing.
fn is_space(c: char) -> bool {
    match c {
        '\0'..='\x7f' => matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r' | '\0'),
        _ => c.is_whitespace() || is_ignorable(c),
    }
}

/// Of no width: removed, and no separation by themselves.
fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{feff}' | '\u{ad}' | '\u{2060}' | '\0')
}
