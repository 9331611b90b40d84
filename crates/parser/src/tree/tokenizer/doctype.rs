//! `<!DOCTYPE>` (HTML §13.2.5.53 to 68): it decides whether a page is read in quirks mode.

use html5ever::{tendril::StrTendril, tokenizer::Doctype};

/// Reads what stands between `<!doctype` and the first `>`, which ends it wherever it is. `closed` is false
/// where the page ended before.
pub(super) fn read(text: &str, closed: bool) -> Doctype {
    let mut doctype = Doctype { force_quirks: !closed, ..Doctype::default() };
    let text = skip(text);
    if text.is_empty() {
        doctype.force_quirks = true;
        return doctype;
    }
    let (name, rest) = text.split_at(text.find(is_space).unwrap_or(text.len()));
    doctype.name = Some(replaced(&name.to_ascii_lowercase()));
    let rest = skip(rest);
    if rest.is_empty() {
        return doctype;
    }
    let keyword = rest.get(..6).unwrap_or_default();
    let is_public = keyword.eq_ignore_ascii_case("public");
    if !is_public && !keyword.eq_ignore_ascii_case("system") {
        doctype.force_quirks = true;
        return doctype;
    }
    let Some((first, rest)) = quoted(&rest[6..], &mut doctype.force_quirks) else {
        doctype.force_quirks = true;
        return doctype;
    };
    let mut rest = skip(rest);
    if is_public {
        doctype.public_id = Some(first);
        if !rest.is_empty() {
            let Some((second, after)) = quoted(rest, &mut doctype.force_quirks) else {
                doctype.force_quirks = true;
                return doctype;
            };
            doctype.system_id = Some(second);
            rest = skip(after);
        }
    } else {
        doctype.system_id = Some(first);
    }
    if !rest.is_empty() {
        // What is left over is ignored, and with it that it may have no end; an open quote leaves nothing over.
        doctype.force_quirks = false;
    }
    doctype
}

/// The text in quotes at the start, and what follows it. An open quote takes all.
fn quoted<'a>(text: &'a str, open: &mut bool) -> Option<(StrTendril, &'a str)> {
    let text = skip(text);
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let text = &text[1..];
    let Some(end) = text.find(quote) else {
        *open = true;
        return Some((replaced(text), ""));
    };
    Some((replaced(&text[..end]), &text[end + 1..]))
}

fn replaced(text: &str) -> StrTendril {
    StrTendril::from(text.replace('\0', "\u{fffd}"))
}

fn skip(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\n' | '\t' | '\x0c')
}
