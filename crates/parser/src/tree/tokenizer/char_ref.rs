//! Character references (HTML §13.2.5.72 to 80).

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// Reads the reference whose `&` stands before `text`: its one or two characters (the second may be U+0000 for
/// none) and the bytes after the `&` that it takes. None where the `&` is a character like any other.
pub(super) fn read(text: &str, in_attribute: bool) -> Option<([char; 2], usize)> {
    match text.as_bytes().first()? {
        b'#' => numeric(text),
        b if b.is_ascii_alphanumeric() => {
            frequent(text).map(|(c, length)| ([c, '\0'], length)).or_else(|| named(text, in_attribute))
        }
        _ => None,
    }
}

fn frequent(text: &str) -> Option<(char, usize)> {
    const FREQUENT: &[(&str, char)] = &[
        ("amp;", '&'),
        ("nbsp;", '\u{a0}'),
        ("quot;", '"'),
        ("lt;", '<'),
        ("gt;", '>'),
        ("raquo;", '»'),
        ("copy;", '©'),
        ("middot;", '·'),
    ];
    FREQUENT.iter().find(|(name, _)| text.starts_with(name)).map(|(name, c)| (*c, name.len()))
}

/// The longest name at the start.
fn named(text: &str, in_attribute: bool) -> Option<([char; 2], usize)> {
    let mut longest = None;
    for (at, b) in text.bytes().enumerate() {
        if !b.is_ascii_alphanumeric() && b != b';' {
            break;
        }
        // Every beginning of a name is in the table, without characters.
        match NAMED_ENTITIES.get(&text[..=at]) {
            Some((0, _)) => {}
            Some(found) => longest = Some((*found, at + 1)),
            None => break,
        }
    }
    let ((first, second), length) = longest?;
    let next = text.as_bytes().get(length);
    // `?a=b&copy=c` is an address.
    let goes_on = next.is_some_and(|b| *b == b'=' || b.is_ascii_alphanumeric());
    if in_attribute && goes_on && !text[..length].ends_with(';') {
        return None;
    }
    Some(([char::from_u32(first)?, char::from_u32(second)?], length))
}

fn numeric(text: &str) -> Option<([char; 2], usize)> {
    let bytes = text.as_bytes();
    let (radix, from) = if matches!(bytes.get(1), Some(b'x' | b'X')) { (16, 2) } else { (10, 1) };
    let mut at = from;
    let mut code: u32 = 0;
    while let Some(digit) = bytes.get(at).and_then(|b| char::from(*b).to_digit(radix)) {
        code = code.saturating_mul(radix).saturating_add(digit);
        at += 1;
    }
    if at == from {
        return None;
    }
    let c = match code {
        0 => None,
        0x80..=0x9f => C1_REPLACEMENTS[code as usize - 0x80].or_else(|| char::from_u32(code)),
        _ => char::from_u32(code),
    };
    Some(([c.unwrap_or('\u{fffd}'), '\0'], at + usize::from(bytes.get(at) == Some(&b';'))))
}
