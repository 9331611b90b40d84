//! BibTeX, read as UTF-8 (biber, and BibTeX with a UTF-8 engine).

use super::names::parts;
use model::Stamp;
use std::fmt::Write;
use store::ArticleFull;

pub(super) fn entry(full: &ArticleFull) -> String {
    let article = &full.article;
    let mut out = format!("@online{{byline{},\n", full.row.id);
    let mut field = |name: &str, value: &str| {
        let _ = writeln!(out, "  {name} = {{{}}},", escaped(value));
    };
    field("title", &full.row.title);
    let authors: Vec<String> = article
        .authors
        .iter()
        .map(|a| match parts(&a.value.name) {
            Some((family, given)) => format!("{family}, {given}"),
            // Braces keep a name whole.
            None => format!("{{{}}}", a.value.name),
        })
        .collect();
    if !authors.is_empty() {
        let _ = writeln!(
            out,
            "  author = {{{}}},",
            authors.iter().map(|a| braced(a)).collect::<Vec<_>>().join(" and ")
        );
    }
    let mut field = |name: &str, value: &str| {
        let _ = writeln!(out, "  {name} = {{{}}},", escaped(value));
    };
    if let Some(published) = article.published.as_ref().map(|p| p.value) {
        field("date", &date(published));
    }
    if let Some(source) = &article.source {
        field("organization", &source.value);
    }
    if let Some(language) = &article.language {
        field("langid", &language.value);
    }
    field("urldate", &full.row.captured_at.format("%Y-%m-%d").to_string());
    // Not escaped: biblatex takes an address as it is.
    let _ = writeln!(out, "  url = {{{}}},", full.row.url);
    out.push_str("}\n\n");
    out
}

fn date(stamp: Stamp) -> String {
    stamp.day().map_or_else(|| stamp.to_string(), |day| day.to_string())
}

/// What TeX reads as commands.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Escaped, but for braces around a whole name.
fn braced(name: &str) -> String {
    match name.strip_prefix('{').and_then(|n| n.strip_suffix('}')) {
        Some(whole) => format!("{{{}}}", escaped(whole)),
        None => escaped(name),
    }
}
