//! Elements whose content is text up to their end tag (HTML §13.2.5.2 to 4 and 9 to 31).

use super::{Mode, Tokenizer, ends_name};
use html5ever::tokenizer::{TagKind, TokenSink};

impl<S: TokenSink> Tokenizer<'_, S> {
    /// The text of a title, a style and the like, and its end tag.
    pub(super) fn raw(&mut self, references: bool) -> Mode {
        let from = self.at;
        let end = memchr::memchr_iter(b'<', &self.bytes[from..]).map(|n| from + n).find(|n| self.closes(*n));
        self.emit_decoded(from, end.unwrap_or(self.bytes.len()), references);
        self.close(end)
    }

    /// The text of a script and its end tag. Within `<!--` and `-->`, a script in the script hides one end tag.
    pub(super) fn script(&mut self) -> Mode {
        let from = self.at;
        let mut at = from;
        let mut escape = Escape::None;
        let end = loop {
            let Some(found) = memchr::memchr2(b'<', b'-', &self.bytes[at..]).map(|n| at + n) else {
                break None;
            };
            let rest = &self.bytes[found..];
            at = found + 1;
            if rest[0] == b'-' {
                if rest.starts_with(b"-->") {
                    escape = Escape::None;
                }
            } else if escape == Escape::Double {
                if rest.get(1) == Some(&b'/') && names_script(&rest[2..]) {
                    escape = Escape::Comment;
                }
            } else if self.closes(found) {
                break Some(found);
            } else if escape == Escape::Comment {
                if names_script(&rest[1..]) {
                    escape = Escape::Double;
                }
            } else if rest.starts_with(b"<!--") {
                escape = Escape::Comment;
                // Its own dashes may be those of its end.
                at = found + 2;
            }
        };
        self.emit_decoded(from, end.unwrap_or(self.bytes.len()), false);
        self.close(end)
    }

    fn close(&mut self, end: Option<usize>) -> Mode {
        let Some(end) = end else { return Mode::End };
        self.at = end + 2;
        self.tag(TagKind::EndTag)
    }

    /// Whether the end tag of the open element begins at `at`.
    fn closes(&self, at: usize) -> bool {
        let name = self.opened.as_bytes();
        let rest = &self.bytes[at + 1..];
        rest.first() == Some(&b'/')
            && rest.get(1..=name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name))
            && rest.get(name.len() + 1).is_some_and(|b| ends_name(*b))
    }
}

#[derive(PartialEq, Eq)]
enum Escape {
    None,
    Comment,
    Double,
}

fn names_script(text: &[u8]) -> bool {
    text.get(..6).is_some_and(|n| n.eq_ignore_ascii_case(b"script"))
        && text.get(6).is_some_and(|b| ends_name(*b))
}
