//! Runs of text: the smallest pieces that the body is made of.

use crate::{NodeId, Page, Tag};

/// A run of inline content within one block: a paragraph, a heading, a list item, the words between two
/// `<div>`s or two `<br><br>`.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// The innermost block element around it.
    pub(super) block: NodeId,
    /// First and last text node.
    pub(super) first: NodeId,
    pub(super) last: NodeId,
    /// Its text in [`Page::full_text`].
    pub(super) start: usize,
    pub(super) end: usize,
    /// Bytes of it that stand in links.
    pub(super) link: usize,
    /// It ends at a `<br><br>`, or begins after one.
    pub(super) broken: bool,
}

impl Unit {
    pub(super) fn text<'p>(&self, page: &'p Page) -> &'p str {
        page.full_text()[self.start..self.end].trim()
    }

    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Share of the text that links, 0..=1.
    pub(super) fn link_share(&self) -> f32 {
        self.link as f32 / self.len().max(1) as f32
    }
}

/// Most units of one page; a page with more is no article.
const MAX_UNITS: usize = 50_000;

/// All runs of shown text, in order; `hidden`: also of text that only a script would show.
pub(super) fn units(page: &Page, hidden: bool) -> Vec<Unit> {
    let mut pass = Pass { page, units: Vec::new(), open: None, breaks: 0, after_break: false };
    let mut block = page.body();
    let mut link_until = 0;
    let mut at = page.body();
    let end = page.end(at);
    // Blocks around `at`, innermost last.
    let mut blocks: Vec<NodeId> = Vec::new();
    while at < end && pass.units.len() < MAX_UNITS {
        while blocks.last().is_some_and(|&b| at >= page.end(b)) {
            blocks.pop();
            pass.close();
        }
        let tag = page.tag(at);
        if page.hidden(at) && !hidden || page.silent(at) {
            at = page.end(at);
            continue;
        }
        match tag {
            Tag::Text => {
                let range = page.text_range(at);
                if !range.is_empty() {
                    block = blocks.last().copied().unwrap_or(block);
                    pass.text(block, at, range, at < link_until);
                }
            }
            Tag::Br => pass.line_break(),
            Tag::A if leads_away(page, at, &blocks) => link_until = link_until.max(page.end(at)),
            _ if tag.is_block() => {
                pass.close();
                blocks.push(at);
            }
            _ => {}
        }
        at += 1;
    }
    pass.close();
    pass.units
}

/// Whether it is a link; a heading's link to itself is none.
fn leads_away(page: &Page, a: NodeId, blocks: &[NodeId]) -> bool {
    let heading = blocks.last().is_some_and(|&b| page.tag(b).heading_level().is_some());
    page.attr_atom(a, &html5ever::local_name!("href")).is_some_and(|href| !heading || !href.starts_with('#'))
}

struct Pass<'p> {
    page: &'p Page,
    units: Vec<Unit>,
    open: Option<Unit>,
    /// `<br>` since the last text.
    breaks: u32,
    after_break: bool,
}

impl Pass<'_> {
    fn text(&mut self, block: NodeId, node: NodeId, range: std::ops::Range<usize>, linked: bool) {
        if self.breaks >= 2
            && let Some(unit) = &mut self.open
        {
            unit.broken = true;
            self.flush();
            self.after_break = true;
        }
        self.breaks = 0;
        let link = if linked { range.len() } else { 0 };
        match &mut self.open {
            Some(unit) => {
                unit.last = node;
                unit.end = range.end;
                unit.link += link;
            }
            None => {
                self.open = Some(Unit {
                    block,
                    first: node,
                    last: node,
                    start: range.start,
                    end: range.end,
                    link,
                    broken: self.after_break,
                });
            }
        }
    }

    fn line_break(&mut self) {
        self.breaks += 1;
    }

    fn close(&mut self) {
        self.flush();
        self.breaks = 0;
        self.after_break = false;
    }

    fn flush(&mut self) {
        if let Some(mut unit) = self.open.take() {
            // The separator before the text belongs to nobody.
            let text = &self.page.full_text()[unit.start..unit.end];
            let lead = text.len() - text.trim_start().len();
            unit.start += lead;
            unit.link = unit.link.min(unit.len());
            if unit.start < unit.end {
                self.units.push(unit);
            }
        }
    }
}
