//! Feeds and sitemaps as small trees, one record at a time: whatever is broken elsewhere in the document,
//! the records before it are kept.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, escape};
use std::borrow::Cow;

/// Deeper elements are read into their ancestor: no feed means anything by them.
const MAX_DEPTH: usize = 32;

/// Elements that are held at once; more are read into their ancestor. A record has a few dozen.
const MAX_ELEMENTS: usize = 100_000;

/// Prefixes that are remembered; feeds declare a dozen.
const MAX_PREFIXES: usize = 256;

/// Bytes copied into the text of ancestors for each byte of the document: in feeds two or three.
const COPIES: usize = 8;

/// What an element's prefix stands for, as far as feeds and sitemaps go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    /// No prefix, or the prefix of the document's own vocabulary (RSS, Atom, sitemap).
    Core,
    /// Dublin Core.
    Dc,
    /// RSS 1.0 `content` module.
    Content,
    Media,
    Itunes,
    /// Google News sitemaps.
    News,
    Other,
}

#[derive(Debug)]
pub(crate) struct Element {
    /// Local name, lower case.
    pub(crate) name: String,
    pub(crate) space: Space,
    /// Local names, lower case (`xml:base` is `base`), and values without entities.
    pub(crate) attributes: Vec<(String, String)>,
    /// The text of the element and of all within it; of elements nested for no purpose but to multiply it, only
    /// their own.
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
    }

    /// Itself and all within it.
    fn count(&self) -> usize {
        1 + self.children.iter().map(Self::count).sum::<usize>()
    }

    /// Its own children of that name.
    pub(crate) fn all(&self, space: Space, name: &'static str) -> impl Iterator<Item = &Element> {
        self.children.iter().filter(move |c| c.space == space && c.name == name)
    }

    /// The first of its own children of that name that is not blank.
    pub(crate) fn text_of(&self, space: Space, name: &'static str) -> Option<&str> {
        self.all(space, name).map(|c| c.text.trim()).find(|t| !t.is_empty())
    }
}

/// Reads `document`; each element named in `records` is handed over as soon as it ends and is not part of the
/// tree that is returned. None where there is no element at all.
pub(crate) fn read(document: &str, records: &[&str], record: impl FnMut(Element)) -> Option<Element> {
    let mut reader = Reader::from_str(document.trim_start_matches('\u{feff}').trim_start());
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut prefixes = Vec::new();
    let mut tree =
        Tree { open: Vec::new(), root: None, held: 0, copies: COPIES * document.len(), records, record };
    let mut skipped = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                if tree.admits() {
                    tree.push(element(&start, &mut prefixes));
                } else {
                    skipped += 1;
                }
            }
            Ok(Event::Empty(start)) if tree.admits() => {
                tree.push(element(&start, &mut prefixes));
                tree.close();
            }
            Ok(Event::End(end)) => {
                let name = end.local_name();
                if skipped > 0 {
                    skipped -= 1;
                } else if let Some(depth) =
                    tree.open.iter().rposition(|e| e.name.eq_ignore_ascii_case(name.as_ref()))
                {
                    // An end tag ends whatever was left open within its element.
                    while tree.open.len() > depth {
                        tree.close();
                    }
                }
            }
            Ok(Event::Text(text)) => tree.text(&text),
            Ok(Event::CData(text)) => tree.text(&text),
            Ok(Event::GeneralRef(reference)) => tree.reference(&reference),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    while !tree.open.is_empty() {
        tree.close();
    }
    tree.root
}

/// The elements that are open, and what is left of the bounds.
struct Tree<'a, F> {
    open: Vec<Element>,
    root: Option<Element>,
    /// Elements that are open or part of one that is.
    held: usize,
    /// Bytes that may still be copied to ancestors.
    copies: usize,
    records: &'a [&'a str],
    record: F,
}

impl<F: FnMut(Element)> Tree<'_, F> {
    fn admits(&self) -> bool {
        self.open.len() < MAX_DEPTH && self.held < MAX_ELEMENTS
    }

    fn push(&mut self, element: Element) {
        self.held += 1;
        self.open.push(element);
    }

    fn text(&mut self, text: &str) {
        if let Some(last) = self.open.last_mut() {
            last.text.push_str(text);
        }
    }

    fn reference(&mut self, name: &str) {
        match reference(name) {
            Some(text) => self.text(&text),
            None => ["&", name, ";"].into_iter().for_each(|part| self.text(part)),
        }
    }

    /// Ends the innermost open element.
    fn close(&mut self) {
        let Some(done) = self.open.pop() else { return };
        if self.records.contains(&done.name.as_str()) && done.space == Space::Core {
            self.held -= done.count();
            (self.record)(done);
            return;
        }
        match self.open.last_mut() {
            Some(parent) => {
                if let Some(left) = self.copies.checked_sub(done.text.len()) {
                    self.copies = left;
                    parent.text.push_str(&done.text);
                }
                parent.children.push(done);
            }
            None => self.root = self.root.take().or(Some(done)),
        }
    }
}

fn element(start: &BytesStart<'_>, prefixes: &mut Vec<(String, Space)>) -> Element {
    let mut attributes = Vec::new();
    for attribute in start.html_attributes().with_checks(false).flatten() {
        let key = attribute.key.as_ref();
        let value = decode_entities(&attribute.value);
        match key.split_once(':') {
            Some(("xmlns", prefix)) => {
                if prefixes.len() < MAX_PREFIXES {
                    prefixes.push((prefix.to_ascii_lowercase(), space_of_uri(&value)));
                }
            }
            Some((_, local)) => attributes.push((local.to_ascii_lowercase(), value.into_owned())),
            None => attributes.push((key.to_ascii_lowercase(), value.into_owned())),
        }
    }
    let name = start.name();
    let name = name.as_ref();
    let (space, local) = match name.split_once(':') {
        None => (Space::Core, name),
        Some((prefix, local)) => {
            let prefix = prefix.to_ascii_lowercase();
            let declared = prefixes.iter().rev().find(|(p, _)| *p == prefix).map(|(_, s)| *s);
            (declared.unwrap_or_else(|| space_of_prefix(&prefix)), local)
        }
    };
    Element { name: local.to_ascii_lowercase(), space, attributes, text: String::new(), children: Vec::new() }
}

fn space_of_uri(uri: &str) -> Space {
    let uri = uri.trim().trim_end_matches(['/', '#']).to_ascii_lowercase();
    let is = |end: &str| uri.ends_with(end);
    match () {
        () if is("purl.org/dc/elements/1.1") || is("purl.org/dc/terms") => Space::Dc,
        () if is("purl.org/rss/1.0/modules/content") => Space::Content,
        () if is("search.yahoo.com/mrss") => Space::Media,
        () if is("itunes.com/dtds/podcast-1.0.dtd") => Space::Itunes,
        () if uri.contains("google.com/schemas/sitemap-news") => Space::News,
        () if is("w3.org/2005/atom") || is("purl.org/rss/1.0") || is("w3.org/1999/02/22-rdf-syntax-ns") => {
            Space::Core
        }
        () if uri.contains("schemas/sitemap/0") => Space::Core,
        () => Space::Other,
    }
}

/// For a prefix that the document uses without declaring it.
fn space_of_prefix(prefix: &str) -> Space {
    match prefix {
        "atom" | "rss" | "rdf" => Space::Core,
        "dc" | "dcterms" => Space::Dc,
        "content" => Space::Content,
        "media" => Space::Media,
        "itunes" => Space::Itunes,
        "news" => Space::News,
        _ => Space::Other,
    }
}

/// The text of `&name;`: numeric, XML's five and HTML's names, which feeds use undeclared.
fn reference(name: &str) -> Option<Cow<'static, str>> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0').map(|c| Cow::Owned(c.to_string()));
    }
    escape::resolve_html5_entity(name).map(Cow::Borrowed)
}

/// `text` with its character references resolved once; what is none stays as it is.
pub(crate) fn decode_entities(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // Names are at most 32 letters long ("CounterClockwiseContourIntegral;").
        let end = rest.bytes().take(34).position(|b| b == b';');
        match end.and_then(|end| Some((reference(&rest[1..end])?, end))) {
            Some((value, end)) => {
                out.push_str(&value);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_costs_only_itself() {
        let mut titles = Vec::new();
        let root = read(
            "<rss><channel><title>a &nbsp;& b</title><item><title>1 &copy; 2</title></item>\
             <item><link>x?a=1&b=2<title>3</title></item></channel><item><title>4",
            &["item"],
            |item| titles.push(item.text_of(Space::Core, "title").unwrap_or("-").to_owned()),
        )
        .unwrap();
        assert_eq!(root.name, "rss");
        assert_eq!(titles[0], "1 © 2");
        assert_eq!(titles.len(), 3);
    }

    #[test]
    fn prefixes_mean_what_they_are_declared_as() {
        let root = read(
            "<r xmlns:d='http://purl.org/dc/elements/1.1/'><d:creator>A</d:creator><dc:creator>B</dc:creator></r>",
            &[],
            drop,
        )
        .unwrap();
        assert_eq!(root.all(Space::Dc, "creator").count(), 2);
    }

    #[test]
    fn entities_are_resolved_once() {
        assert_eq!(decode_entities("a &amp;lt; &hellip; &#26446;&nope; & b"), "a &lt; … 李&nope; & b");
        assert_eq!(decode_entities("&"), "&");
    }
}
