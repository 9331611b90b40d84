//! Running text with its links and emphasis.

use super::units::Unit;
use crate::{NodeId, Page, Tag};
use model::{Span, Text};

/// The text of a unit without the `muted` nodes, its styled runs apart; of links, the next `links` with their
/// addresses.
pub(super) fn text(page: &Page, unit: &Unit, muted: &[NodeId], links: &mut usize) -> Text {
    if unit.first == unit.last && page.parent(unit.first) == Some(unit.block) {
        return Text::Plain(unit.text(page).to_owned());
    }
    let mut spans: Vec<Span> = Vec::new();
    let mut styles = Styles { page, block: unit.block, parent: usize::MAX, style: Span::default(), links };
    for node in unit.first..=unit.last {
        if page.tag(node) != Tag::Text
            || muted.binary_search(&node).is_ok()
            || page.silent(node)
            || page.hidden(node) && !page.hidden(unit.first)
        {
            continue;
        }
        let mut slice = page.slice(node);
        if spans.is_empty() {
            slice = slice.trim_start();
        }
        if slice.is_empty() {
            continue;
        }
        let style = styles.of(node);
        match spans.last_mut() {
            Some(last) if same_style(last, style) => last.text.push_str(slice),
            _ => spans.push(Span { text: slice.to_owned(), ..style.clone() }),
        }
    }
    if let Some(last) = spans.last_mut() {
        last.text.truncate(last.text.trim_end().len());
    }
    Text::from_spans(spans)
}

fn same_style(a: &Span, b: &Span) -> bool {
    a.href == b.href && a.strong == b.strong && a.emphasis == b.emphasis && a.code == b.code
}

/// Remembers the style of the last parent: neighbours share it.
struct Styles<'p, 'l> {
    page: &'p Page,
    block: NodeId,
    parent: NodeId,
    style: Span,
    /// How many more links get their address.
    links: &'l mut usize,
}

impl Styles<'_, '_> {
    fn of(&mut self, node: NodeId) -> &Span {
        let parent = self.page.parent(node).unwrap_or(0);
        if parent != self.parent {
            self.parent = parent;
            self.style = self.read(node);
        }
        &self.style
    }

    fn read(&mut self, node: NodeId) -> Span {
        let mut style = Span::default();
        for i in self.page.ancestors(node).take_while(|&i| i != self.block) {
            match self.page.tag(i) {
                Tag::A if style.href.is_none() && *self.links > 0 => {
                    style.href = self.page.attr(i, "href").and_then(|h| self.page.absolute(h));
                    *self.links -= usize::from(style.href.is_some());
                }
                Tag::B | Tag::Strong => style.strong = true,
                Tag::I | Tag::Em | Tag::Cite => style.emphasis = true,
                Tag::Code | Tag::Kbd | Tag::Samp | Tag::Tt => style.code = true,
                _ => {}
            }
        }
        style
    }
}
