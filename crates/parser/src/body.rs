//! The article's body as blocks.

use crate::{NodeId, Page, Tag};
use model::Block;

/// The body and where it stands on the page.
#[derive(Debug, Clone, Default)]
pub struct Body {
    pub blocks: Vec<Block>,
    /// The smallest element that holds all of it; none where there is no body.
    pub root: Option<NodeId>,
    /// First node that gave a block.
    pub first: NodeId,
    /// Last node that gave a block.
    pub last: NodeId,
    /// Bytes of the blocks' text.
    pub text_len: usize,
    /// Bytes of it that stand in links.
    pub link_len: usize,
}

/// Finds the body. A page that has none, such as a list of links, may give blocks all the same; what the
/// page is, is told by [`crate::listing::kind`].
pub fn extract(page: &Page) -> Body {
    let mut body = Body::default();
    for p in page.all(Tag::P).filter(|&p| !page.hidden(p) && page.link_len(p) * 3 < page.text_len(p)) {
        if body.root.is_none() {
            body.root = Some(page.body());
            body.first = p;
        }
        body.last = p;
        body.text_len += page.text_len(p);
        body.link_len += page.link_len(p);
        body.blocks.push(Block::Paragraph { text: page.text(p).into() });
    }
    body
}

/// The next page of this same article, absolute, where its pager names one.
pub fn next_part(_page: &Page, _body: &Body) -> Option<String> {
    None
}
