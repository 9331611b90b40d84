//! CommonMark, with pipe tables as GitHub Flavored Markdown writes them.

use super::{Block, Span, Text};
use std::fmt::Write;

/// The body as Markdown, blocks separated by an empty line.
pub fn to_markdown(blocks: &[Block]) -> String {
    let parts: Vec<String> = blocks.iter().map(block).filter(|s| !s.is_empty()).collect();
    parts.join("\n\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading { level, text } => {
            format!("{} {}", "#".repeat(usize::from((*level).clamp(2, 6))), one_line(text))
        }
        Block::Paragraph { text } => line_start(&inline(text)),
        Block::List { ordered, items } => {
            let mut out = String::new();
            for (i, item) in items.iter().enumerate() {
                let indent = "   ".repeat(usize::from(item.depth));
                let mark = if *ordered { format!("{}.", i + 1) } else { "-".to_owned() };
                let _ = writeln!(out, "{indent}{mark} {}", one_line(&item.text));
            }
            out.truncate(out.trim_end().len());
            out
        }
        Block::Quote { paragraphs } => {
            let lines: Vec<String> =
                paragraphs.iter().map(|p| format!("> {}", inline(p).replace('\n', "\n> "))).collect();
            lines.join("\n>\n")
        }
        Block::Table { rows, .. } => table(rows),
        Block::Figure { src, alt, caption } => {
            let image = src.as_deref().map(|s| format!("![{}]({s})", escape(alt)));
            let caption = caption.as_ref().map(|c| format!("*{}*", one_line(c)));
            [image, caption].into_iter().flatten().collect::<Vec<_>>().join("\n\n")
        }
        Block::Code { text } => {
            let fence = if text.contains("```") { "````" } else { "```" };
            format!("{fence}\n{text}\n{fence}")
        }
    }
}

fn table(rows: &[Vec<String>]) -> String {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut out = String::new();
    for (i, row) in rows.iter().enumerate() {
        let cells = (0..width).map(|c| row.get(c).map_or(String::new(), |s| cell(s)));
        let _ = writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "));
        if i == 0 {
            let _ = writeln!(out, "|{}", " --- |".repeat(width));
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn cell(s: &str) -> String {
    escape(s).replace('|', "\\|").replace('\n', " ")
}

fn one_line(text: &Text) -> String {
    inline(text).replace('\n', " ")
}

fn inline(text: &Text) -> String {
    match text {
        Text::Plain(s) => escape(s),
        Text::Spans(spans) => spans.iter().map(span).collect(),
    }
}

fn span(s: &Span) -> String {
    if s.text.trim().is_empty() {
        return s.text.clone();
    }
    // Marks must touch the text (CommonMark §6.2), so outer white space goes outside of them.
    let core = s.text.trim();
    let (before, after) = s.text.split_once(core).unwrap_or(("", ""));
    let mut out = if s.code { format!("`{}`", core.replace('`', "'")) } else { escape(core) };
    if s.emphasis {
        out = format!("*{out}*");
    }
    if s.strong {
        out = format!("**{out}**");
    }
    if let Some(href) = &s.href {
        out = format!("[{out}]({})", href.replace(')', "%29").replace(' ', "%20"));
    }
    format!("{before}{out}{after}")
}

fn escape(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A paragraph that would begin a heading, list or quote is kept a paragraph.
fn line_start(s: &str) -> String {
    let digits = s.bytes().take_while(u8::is_ascii_digit).count();
    if s.starts_with(['#', '>', '+', '-', '=']) {
        return format!("\\{s}");
    }
    if digits > 0 && s[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &s[..digits], &s[digits..]);
    }
    s.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_touch_the_text_they_mark() {
        let text = Text::Spans(vec![
            Span { text: "a".into(), ..Span::default() },
            Span { text: " b ".into(), strong: true, ..Span::default() },
            Span { text: "c".into(), href: Some("https://e.example/x".into()), ..Span::default() },
        ]);
        assert_eq!(to_markdown(&[Block::Paragraph { text }]), "a **b** [c](https://e.example/x)");
    }

    #[test]
    fn a_year_and_dot_at_the_start_is_no_list() {
        assert_eq!(to_markdown(&[Block::Paragraph { text: "2016. A year".into() }]), "2016\\. A year");
    }
}
