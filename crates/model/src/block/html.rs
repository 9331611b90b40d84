//! Safe HTML: only tags written here, every text and attribute escaped, links to http(s) alone.

use super::{Block, Text};
use std::fmt::Write;

/// The body as HTML that may be put into a page as it is: no scripts, styles, classes or foreign markup.
pub fn to_html(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        write_block(&mut out, block);
    }
    out
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Heading { level, text } => {
            let level = (*level).clamp(2, 6);
            let _ = writeln!(out, "<h{level}>{}</h{level}>", inline(text));
        }
        Block::Paragraph { text } => {
            let _ = writeln!(out, "<p>{}</p>", inline(text));
        }
        Block::List { ordered, items } => {
            let tag = if *ordered { "ol" } else { "ul" };
            let _ = writeln!(out, "<{tag}>");
            for item in items {
                let _ = writeln!(out, "<li>{}</li>", inline(&item.text));
            }
            let _ = writeln!(out, "</{tag}>");
        }
        Block::Quote { paragraphs } => {
            out.push_str("<blockquote>");
            for p in paragraphs {
                let _ = write!(out, "<p>{}</p>", inline(p));
            }
            out.push_str("</blockquote>\n");
        }
        Block::Table { header, rows } => {
            out.push_str("<table>\n");
            for (i, row) in rows.iter().enumerate() {
                let cell = if *header && i == 0 { "th" } else { "td" };
                out.push_str("<tr>");
                for text in row {
                    let _ = write!(out, "<{cell}>{}</{cell}>", escape(text));
                }
                out.push_str("</tr>\n");
            }
            out.push_str("</table>\n");
        }
        Block::Figure { src, alt, caption } => {
            out.push_str("<figure>");
            if let Some(src) = src.as_deref().filter(|s| is_http(s)) {
                let _ = write!(out, "<img src=\"{}\" alt=\"{}\" loading=\"lazy\">", escape(src), escape(alt));
            }
            if let Some(caption) = caption {
                let _ = write!(out, "<figcaption>{}</figcaption>", inline(caption));
            }
            out.push_str("</figure>\n");
        }
        Block::Code { text } => {
            let _ = writeln!(out, "<pre><code>{}</code></pre>", escape(text));
        }
    }
}

fn inline(text: &Text) -> String {
    let spans = match text {
        Text::Plain(s) => return escape(s).replace('\n', "<br>"),
        Text::Spans(spans) => spans,
    };
    let mut out = String::new();
    for span in spans {
        let mut html = escape(&span.text).replace('\n', "<br>");
        if span.code {
            html = format!("<code>{html}</code>");
        }
        if span.emphasis {
            html = format!("<em>{html}</em>");
        }
        if span.strong {
            html = format!("<strong>{html}</strong>");
        }
        if let Some(href) = span.href.as_deref().filter(|h| is_http(h)) {
            html = format!("<a href=\"{}\" rel=\"nofollow noopener\">{html}</a>", escape(href));
        }
        out.push_str(&html);
    }
    out
}

fn is_http(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

fn escape(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    #[test]
    fn markup_in_text_stays_text_and_script_links_are_dropped() {
        let span =
            |text: &str, href: &str| Span { text: text.into(), href: Some(href.into()), ..Span::default() };
        let text =
            Text::Spans(vec![span("<b>", "javascript:alert(1)"), span("ok", "https://a.example/?a=1&b=\"")]);
        assert_eq!(
            to_html(&[Block::Paragraph { text }]),
            "<p>&lt;b&gt;<a href=\"https://a.example/?a=1&amp;b=&quot;\" rel=\"nofollow noopener\">ok</a></p>\n"
        );
    }
}
