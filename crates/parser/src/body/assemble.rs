//! Selected units as blocks.

use super::{cues::Cue, inline, prose, score::Survey, units::Unit};
use crate::{NodeId, Page, Tag};
use model::{Block, Text, block::ListItem};
use std::{collections::HashMap, ops::Range};

/// Most cells of one table that are kept, and most of all its rows: `colspan` is not multiplied out.
const MAX_CELLS: usize = 20_000;

/// Most links that keep their address: each of a few bytes becomes one of up to two thousand.
const MAX_LINKS: usize = 10_000;

/// The blocks of the units that are kept, in order.
pub(super) fn assemble(page: &Page, survey: &Survey, root: NodeId, keep: &[bool]) -> Vec<Block> {
    let mut out = Assembly {
        page,
        muted: &survey.muted,
        blocks: Vec::new(),
        owner: None,
        data_tables: HashMap::new(),
        links: MAX_LINKS,
        code: None,
    };
    let units = survey.units.iter().zip(&survey.context).zip(keep);
    for ((unit, context), _) in units.filter(|(_, keep)| **keep) {
        let place = match out.place(unit, root) {
            Place::Paragraph | Place::Heading(_) | Place::Item(..) if *context == Cue::Caption => {
                Place::Caption(unit.block)
            }
            place => place,
        };
        out.add(unit, place);
    }
    out.end_code();
    out.blocks
}

/// Where a unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Paragraph,
    Heading(u8),
    /// Outermost list, item, depth.
    Item(NodeId, NodeId, u8),
    Quote(NodeId),
    Table(NodeId),
    Caption(NodeId),
    Code(NodeId),
}

/// A table of data rather than one for layout: several rows and columns, no blocks of text in its cells.
fn is_data(page: &Page, table: NodeId) -> bool {
    if page.attr(table, "role") == Some("presentation") {
        return false;
    }
    let cells = page.all_in(table, Tag::Td).count() + page.all_in(table, Tag::Th).count();
    let rows = page.all_in(table, Tag::Tr).count();
    cells >= 4
        && rows >= 2
        && cells >= 2 * rows - 1
        // It holds no other, whose text would stand in a cell and in rows of its own.
        && page.all_in(table, Tag::Table).nth(1).is_none()
        && page.text_len(table) / cells < 400
}

struct Assembly<'p> {
    page: &'p Page,
    muted: &'p [NodeId],
    blocks: Vec<Block>,
    /// Where the last unit stood.
    owner: Option<Place>,
    /// Tables that were looked at, and whether they are of data.
    data_tables: HashMap<NodeId, bool>,
    /// How many more links get their address.
    links: usize,
    /// Preformatted text being read: bytes of [`Page::full_text`].
    code: Option<Range<usize>>,
}

impl Assembly<'_> {
    fn place(&mut self, unit: &Unit, root: NodeId) -> Place {
        let page = self.page;
        let mut item: Option<(NodeId, NodeId, u8)> = None;
        let mut found = Place::Paragraph;
        let chain = std::iter::once(unit.block)
            .chain(page.ancestors(unit.block))
            .take_while(|&i| i != root && i != 0);
        // What a table shows in its cells it shows as a whole; else the innermost of these tells.
        let mut inner = None;
        for i in chain {
            let tag = page.tag(i);
            if let Some(level) = tag.heading_level() {
                inner = inner.or(Some(Place::Heading(level.max(2))));
            }
            // One that holds the body's own element would show that text a second time.
            let around = || page.within(root, i);
            match tag {
                Tag::Figcaption => inner = inner.or(Some(Place::Caption(i))),
                Tag::Table if !around() && *self.data_tables.entry(i).or_insert_with(|| is_data(page, i)) => {
                    return Place::Table(i);
                }
                Tag::Li | Tag::Dd | Tag::Dt if item.is_none() => item = Some((i, i, 0)),
                Tag::Ul | Tag::Ol | Tag::Dl => {
                    item = item.map(|(list, li, depth)| (i, li, if list == li { 0 } else { depth + 1 }));
                }
                Tag::Pre if matches!(found, Place::Paragraph | Place::Code(_)) && item.is_none() => {
                    found = Place::Code(i);
                }
                Tag::Blockquote if found == Place::Paragraph => found = Place::Quote(i),
                _ => {}
            }
        }
        match item {
            _ if inner.is_some() => inner.unwrap_or(found),
            Some((list, li, depth)) if list != li => Place::Item(list, li, depth),
            _ => found,
        }
    }

    fn add(&mut self, unit: &Unit, place: Place) {
        let same_owner = self.owner;
        self.owner = Some(place);
        if same_owner != Some(place) {
            self.end_code();
        }
        match place {
            Place::Heading(level) => {
                let text = inline::text(self.page, unit, self.muted, &mut self.links);
                self.blocks.push(Block::Heading { level, text });
            }
            Place::Paragraph => self.paragraphs(unit),
            Place::Table(table) => {
                if same_owner != Some(place) {
                    self.blocks.extend(self.table(table));
                }
            }
            Place::Caption(caption) => {
                let text = inline::text(self.page, unit, self.muted, &mut self.links);
                if same_owner == Some(place)
                    && let Some(Block::Figure { caption: Some(before), .. }) = self.blocks.last_mut()
                {
                    join(before, text);
                } else {
                    self.blocks.push(self.figure(caption, text));
                }
            }
            Place::Code(_) => match &mut self.code {
                Some(code) => code.end = unit.end,
                None => self.code = Some(unit.start..unit.end),
            },
            Place::Quote(_) => {
                let text = inline::text(self.page, unit, self.muted, &mut self.links);
                match self.blocks.last_mut() {
                    Some(Block::Quote { paragraphs }) if same_owner == Some(place) => paragraphs.push(text),
                    _ => self.blocks.push(Block::Quote { paragraphs: vec![text] }),
                }
            }
            Place::Item(list, item, depth) => self.item(unit, list, item, depth, same_owner),
        }
    }

    /// The preformatted text that was read last, as a whole: its line breaks stand between its units.
    fn end_code(&mut self) {
        if let Some(code) = self.code.take() {
            self.blocks.extend(prose::preformatted(self.page.full_text()[code].trim()));
        }
    }

    /// A unit in a list: a new list, a new item, or more of the same item.
    fn item(&mut self, unit: &Unit, list: NodeId, item: NodeId, depth: u8, before: Option<Place>) {
        let text = inline::text(self.page, unit, self.muted, &mut self.links);
        let (same_list, same_item) = match before {
            Some(Place::Item(l, i, _)) => (l == list, i == item),
            _ => (false, false),
        };
        if same_list && let Some(Block::List { items, .. }) = self.blocks.last_mut() {
            match items.last_mut() {
                Some(last) if same_item => join(&mut last.text, text),
                _ => items.push(ListItem { depth, text }),
            }
        } else {
            let ordered = self.page.tag(list) == Tag::Ol;
            self.blocks.push(Block::List { ordered, items: vec![ListItem { depth, text }] });
        }
    }

    fn paragraphs(&mut self, unit: &Unit) {
        let text = inline::text(self.page, unit, self.muted, &mut self.links);
        self.blocks.extend(prose::paragraphs(text).into_iter().map(|text| Block::Paragraph { text }));
    }

    fn figure(&self, caption: NodeId, text: Text) -> Block {
        let page = self.page;
        let figure = page.ancestors(caption).find(|&i| page.tag(i) == Tag::Figure);
        let image = figure.and_then(|f| page.all_in(f, Tag::Img).next());
        let src = image.and_then(|i| page.attr(i, "src")).and_then(|s| page.absolute(s));
        let alt = image.and_then(|i| page.attr(i, "alt")).unwrap_or_default().to_owned();
        Block::Figure { src, alt, caption: Some(text) }
    }

    fn table(&self, table: NodeId) -> Option<Block> {
        let page = self.page;
        let mut left = MAX_CELLS;
        let mut rows = Vec::new();
        // Where all of it is hidden, as is a text that a script shows, none of its rows is by itself.
        let shown = |r: &NodeId| !page.hidden(*r) || page.hidden(table);
        for row in page.all_in(table, Tag::Tr).filter(shown) {
            let cells: Vec<String> = page
                .children(row)
                .filter(|&c| matches!(page.tag(c), Tag::Td | Tag::Th))
                .take(left)
                .map(|c| page.text(c).replace('\n', " "))
                .collect();
            left -= cells.len();
            if cells.iter().any(|c| !c.is_empty()) {
                rows.push(cells);
            }
        }
        let header =
            page.all_in(table, Tag::Tr).next().is_some_and(|r| page.all_in(r, Tag::Th).next().is_some());
        (!rows.is_empty()).then_some(Block::Table { header, rows })
    }
}

/// Appends as a further line.
fn join(to: &mut Text, more: Text) {
    let mut spans = match std::mem::replace(to, Text::Plain(String::new())) {
        Text::Plain(text) => vec![model::Span { text, ..model::Span::default() }],
        Text::Spans(spans) => spans,
    };
    spans.push(model::Span { text: "\n".to_owned(), ..model::Span::default() });
    match more {
        Text::Plain(text) => spans.push(model::Span { text, ..model::Span::default() }),
        Text::Spans(more) => spans.extend(more),
    }
    *to = Text::from_spans(spans);
}
