//! Small work on strings that several fields share.

/// White space collapsed and trimmed. Soft hyphens and other marks of no width part no words: they are dropped.
pub(crate) fn collapse(text: &str) -> String {
    let no_width = |c: char| matches!(c, '\u{200b}' | '\u{feff}' | '\u{ad}');
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace().filter(|w| !w.chars().all(no_width)) {
        if !out.is_empty() {
            out.push(' ');
        }
        if word.is_ascii() {
            out.push_str(word);
        } else {
            out.extend(word.chars().filter(|c| !no_width(*c)));
        }
    }
    out
}

/// As [`collapse`], after undoing entities that were escaped once too often and dropping tags: the state in
/// which values of JSON and of `content` attributes come.
pub(crate) fn plain(text: &str) -> String {
    if !text.contains(['&', '<']) {
        return collapse(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(length) = tag_length(rest) {
            rest = &rest[length..];
        } else if let Some((c, length)) = entity(rest) {
            out.push(c);
            rest = &rest[length..];
        } else {
            let mark = &rest[..1];
            out.push_str(mark);
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    // `&amp;#8217;` was escaped twice.
    if out.len() < text.len() && out.contains('&') && out.contains(';') && out != text {
        let again = plain_entities(&out);
        return collapse(&again);
    }
    collapse(&out)
}

/// How many letters and digits there are.
pub(crate) fn letter_count(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

fn plain_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = entity(rest).unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// Length of the tag at the start, where there is one of those that stand in titles and names; anything else
/// between angle brackets is text.
fn tag_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('<')?;
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let name = &inner[..inner.find(|c: char| !c.is_ascii_alphanumeric())?];
    ["a", "b", "br", "div", "em", "font", "i", "p", "small", "span", "strong", "sub", "sup", "u", "wbr"]
        .iter()
        .any(|t| t.eq_ignore_ascii_case(name))
        .then_some(())?;
    text.find('>').filter(|n| *n < 300).map(|n| n + 1)
}

fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.as_bytes().iter().take(12).position(|b| *b == b';')?;
    let name = text.get(1..end)?;
    let c = match name {
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "lt" => '<',
        "gt" => '>',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "laquo" => '«',
        "raquo" => '»',
        "middot" => '·',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "ccedil" => 'ç',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "szlig" => 'ß',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            // Windows-1252 as HTML reads it, for the quotes and dashes that occur.
            char::from_u32(match code {
                145 => 0x2018,
                146 => 0x2019,
                147 => 0x201c,
                148 => 0x201d,
                150 => 0x2013,
                151 => 0x2014,
                _ => code,
            })?
        }
    };
    Some((c, end + 1))
}

/// Letters and digits only, lower case: for telling whether two texts say the same.
pub(crate) fn key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                out.push(c.to_ascii_lowercase());
            }
        } else if c.is_alphanumeric() {
            // Full-width forms are their ASCII letters.
            let c = match c {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
                _ => c,
            };
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// Han, kana or Hangul.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{3005}'..='\u{3007}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_left_and_escapes_are_undone() {
        assert_eq!(plain("  a\n b "), "a b");
        assert_eq!(plain("Welt\u{ad}ernährung \u{200b} heute\u{feff}"), "Welternährung heute");
        assert_eq!(plain("R&D, \"tidy\" <maps> & the 5 > 3"), "R&D, \"tidy\" <maps> & the 5 > 3");
        assert_eq!(plain("Nvidia&#8217;s &amp; AMD&#x27;s"), "Nvidia’s & AMD's");
        assert_eq!(plain("it&amp;#8217;s"), "it’s");
        assert_eq!(plain("a <em>b</em> c < d"), "a b c < d");
    }

    #[test]
    fn keys_ignore_punctuation_and_width() {
        assert_eq!(key("ＡＢＣ, “d-e”！"), key("abc de"));
    }
}
