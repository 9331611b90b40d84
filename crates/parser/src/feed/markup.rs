//! Text out of the HTML that feeds carry inside XML and JSON.

use crate::xml::decode_entities;

/// The text of an HTML fragment on one line: known tags out, entities resolved. What merely looks like a tag
/// (`Tidy <maps>`) is text, for many feeds give titles that were never HTML.
pub(crate) fn text(html: &str) -> String {
    let mut plain = String::with_capacity(html.len().min(4096));
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        match tag(rest) {
            Some(tag) => {
                rest = &rest[tag.length..];
                if tag.hides_content {
                    let end = format!("</{}", tag.name);
                    rest = find_ignoring_case(rest, &end).map_or("", |at| &rest[at..]);
                }
                if !tag.inline {
                    plain.push(' ');
                }
            }
            None => {
                plain.push('<');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    collapse(&decode_entities(&plain))
}

/// White space, no-break spaces included, to single spaces; none at the ends.
pub(crate) fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Bytes; what goes on for longer is text with a `<` in it, and would be searched for its end with each one.
const LONGEST_TAG: usize = 64 << 10;

struct Tag {
    name: String,
    length: usize,
    inline: bool,
    hides_content: bool,
}

/// Elements that feeds use; block ones end a word.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span", "strong", "sub",
    "sup", "u", "wbr",
];
const BLOCK: &[&str] = &[
    "article",
    "aside",
    "audio",
    "blockquote",
    "br",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "embed",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "iframe",
    "img",
    "li",
    "object",
    "ol",
    "p",
    "pre",
    "script",
    "section",
    "source",
    "style",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
    "video",
];

/// The tag or comment at the start of `html`; a tag ends within [`LONGEST_TAG`].
fn tag(html: &str) -> Option<Tag> {
    if html.starts_with("<!--") {
        let length = html.find("-->").map_or(html.len(), |at| at + 3);
        return Some(Tag { name: String::new(), length, inline: true, hides_content: false });
    }
    let inner = &html[1..];
    let (closing, inner) = inner.strip_prefix('/').map_or((false, inner), |i| (true, i));
    let name: String = inner.chars().take(12).take_while(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    let inline = INLINE.contains(&name.as_str());
    if !inline && !BLOCK.contains(&name.as_str()) {
        return None;
    }
    if !inner[name.len()..].starts_with(['>', '/', ' ', '\t', '\n', '\r']) {
        return None;
    }
    let length = html.bytes().take(LONGEST_TAG).position(|b| b == b'>')? + 1;
    let hides_content = !closing && matches!(name.as_str(), "script" | "style" | "figure");
    Some(Tag { name, length, inline, hides_content })
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes().windows(wanted.len()).position(|w| w.eq_ignore_ascii_case(wanted.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_html_is_taken_for_html() {
        assert_eq!(text("<p>a <b>b</b>&hellip;</p><p>c</p>"), "a b… c");
        assert_eq!(
            text("R&D, \"tidy\" <maps> & the 5 > 3 problem…"),
            "R&D, \"tidy\" <maps> & the 5 > 3 problem…"
        );
        assert_eq!(text("x<SCRIPT>if (a<b) {}</Script>y<!-- <p>no</p> -->z"), "x yz");
        assert_eq!(text("中<em>俄</em>关系&nbsp;2015"), "中俄关系 2015");
        assert_eq!(text("a < b <"), "a < b <");
    }
}
