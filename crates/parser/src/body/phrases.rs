//! What publishers say around every article, in the words they say it: told by its wording where neither
//! mark-up nor names tell it.

mod words;

use crate::stems::Stems;
use memchr::memmem::Finder;
use std::{collections::HashMap, sync::LazyLock};
use words::{ALONE, BEGINNINGS, DISCLOSURES, MENTIONS, SHORT_MENTIONS};

/// Longest line, in bytes, that can be such a phrase.
const LONGEST: usize = 360;

/// The same of one that is told by its beginning.
const LONGEST_BEGINNING: usize = 160;

/// Bytes of a line that is short.
const SHORT: usize = 120;

/// The beginnings by their first byte.
static BY_FIRST: LazyLock<HashMap<u8, Vec<&'static str>>> = LazyLock::new(|| {
    let mut map: HashMap<u8, Vec<&'static str>> = HashMap::new();
    for beginning in BEGINNINGS {
        map.entry(beginning.as_bytes()[0]).or_default().push(beginning);
    }
    map
});

static FINDERS: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| MENTIONS.iter().map(Finder::new).collect());

/// Most lines hold none of the words, which one pass tells.
static STEMS: LazyLock<Stems> = LazyLock::new(|| Stems::new(&[MENTIONS, DISCLOSURES]));

/// Bits of [`STEMS`].
const MENTIONED: u16 = 1;
const DISCLOSED: u16 = 2;

/// Whether a line is such a phrase. `pointed`: it links somewhere, or stands among the last lines.
pub(super) fn is_phrase(text: &str, pointed: bool) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    if STEMS.within(text) & DISCLOSED != 0 {
        return true;
    }
    if !pointed && text.len() >= LONGEST_BEGINNING {
        return false;
    }
    let text =
        text.trim_start_matches(['•', '>', '»', '→', '-', '–', '*', '▼', '■', '●', '↓', ' ']).to_lowercase();
    let Some(first) = text.bytes().next() else { return false };
    let begins = text.len() < LONGEST_BEGINNING
        && BY_FIRST.get(&first).is_some_and(|list| list.iter().any(|b| text.starts_with(b)));
    let mentioned = || {
        text.len() < SHORT && SHORT_MENTIONS.iter().any(|m| text.contains(m))
            || STEMS.within(&text) & MENTIONED != 0 && FINDERS.iter().any(|m| mentions(text.as_bytes(), m))
    };
    begins || ALONE.contains(&text.trim_end_matches(ENDS)) || is_reading_time(&text) || pointed && mentioned()
}

/// What may follow a control's name.
const ENDS: &[char] = &['.', '…', '>', '»', '›', '→', '↓', ':', ' '];

/// `6 min read`, `3 Minuten Lesezeit`, also beside who wrote it.
fn is_reading_time(text: &str) -> bool {
    text.len() < SHORT
        && text.split(['|', '·', '•']).any(|part| {
            let mut words = part.split_whitespace();
            let number = words.next().is_some_and(|w| w.len() <= 3 && w.bytes().all(|b| b.is_ascii_digit()));
            number
                && words.next().is_some_and(|w| w.starts_with("min"))
                && words.next().is_some_and(|w| matches!(w, "read" | "lesezeit" | "lesen"))
                && words.next().is_none()
        })
}

/// Whether the words stand in the text; "our app" does not stand in "your app".
fn mentions(text: &[u8], words: &Finder<'_>) -> bool {
    words.find_iter(text).any(|at| at == 0 || !text[at - 1].is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_told_from_sentences() {
        assert!(is_phrase("Read more: Ten things", false));
        assert!(is_phrase("Sign up for our daily newsletter.", true));
        assert!(is_phrase("责任编辑：王明", false));
        assert!(is_phrase("Read more »", false) && is_phrase("6 min read", false));
        assert!(is_phrase("Quay Team | 5 min read", false) && is_phrase("On this page", false));
        assert!(is_phrase("As an Amazon Associate, I earn from what you buy.", false));
        assert!(!is_phrase("He read more about the case than any other.", false));
        assert!(!is_phrase("The newsletter was his life.", false));
        assert!(!is_phrase("Before you publish your app, make an account.", true));
    }
}
