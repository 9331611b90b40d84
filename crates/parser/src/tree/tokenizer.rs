//! HTML's tokenizer (HTML §13.2.5) over one string.
//!
//! html5ever's own reads a queue of buffers that may end anywhere and copies what it reads character by
//! character; on a page that is there as a whole, that is most of the time its tree takes. This one looks for
//! the next byte that matters and hands out slices of the page: text and attribute values share its buffer,
//! unless a character reference makes them differ. The tokens are those of html5ever, but for what no tree
//! shows: text comes in longer runs, comments are empty, end tags have no attributes, errors are not told.

mod char_ref;
mod doctype;
mod names;
mod raw;

use super::MAX_ATTRIBUTES;
use html5ever::{
    Attribute, LocalName, QualName, ns,
    tendril::StrTendril,
    tokenizer::{
        Tag, TagKind, Token, TokenSink, TokenSinkResult,
        states::RawKind::{Rawtext, Rcdata, ScriptData, ScriptDataEscaped},
    },
};
use names::Names;

/// How the text after a token is read.
enum Mode {
    Data,
    /// Title and textarea: text with character references, up to the end tag.
    Rcdata,
    /// Style and the like: text up to the end tag.
    Rawtext,
    Script,
    /// Text up to the end of the page.
    Plaintext,
    End,
}

/// Reads a page and hands its tokens to `sink`.
pub(super) struct Tokenizer<'a, S> {
    source: &'a StrTendril,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    names: Names,
    /// Name of the start tag read last: its end tag ends raw text.
    opened: LocalName,
    sink: S,
}

/// The page as the standard's tokenizer sees it: no byte order mark, line ends as `\n` (HTML §13.2.3.5).
/// A tendril holds at most 4 GiB; callers bound the text far below.
pub(super) fn source(html: &str) -> StrTendril {
    let html = html.strip_prefix('\u{feff}').unwrap_or(html);
    let Some(first) = memchr::memchr(b'\r', html.as_bytes()) else { return StrTendril::from(html) };
    let mut out = StrTendril::with_capacity(html.len() as u32);
    out.push_slice(&html[..first]);
    let mut rest = &html[first..];
    while let Some(after) = rest.strip_prefix('\r') {
        rest = after.strip_prefix('\n').unwrap_or(after);
        out.push_char('\n');
        let next = memchr::memchr(b'\r', rest.as_bytes()).unwrap_or(rest.len());
        out.push_slice(&rest[..next]);
        rest = &rest[next..];
    }
    out
}

impl<'a, S: TokenSink> Tokenizer<'a, S> {
    pub(super) fn new(source: &'a StrTendril, sink: S) -> Self {
        let text: &str = source;
        let (names, opened) = (Names::default(), LocalName::from(""));
        Self { source, text, bytes: text.as_bytes(), at: 0, names, opened, sink }
    }

    /// Reads to the end.
    pub(super) fn run(mut self) -> S {
        let mut mode = Mode::Data;
        loop {
            mode = match mode {
                Mode::Data => self.data(),
                Mode::Rcdata => self.raw(true),
                Mode::Rawtext => self.raw(false),
                Mode::Script => self.script(),
                Mode::Plaintext => {
                    self.emit_decoded(self.at, self.bytes.len(), false);
                    Mode::End
                }
                Mode::End => break,
            }
        }
        self.emit(Token::EOFToken);
        self.sink.end();
        self.sink
    }

    fn emit(&mut self, token: Token) -> Mode {
        match self.sink.process_token(token, 1) {
            TokenSinkResult::RawData(Rcdata) => Mode::Rcdata,
            TokenSinkResult::RawData(Rawtext) => Mode::Rawtext,
            TokenSinkResult::RawData(ScriptData | ScriptDataEscaped(_)) => Mode::Script,
            TokenSinkResult::Plaintext => Mode::Plaintext,
            TokenSinkResult::Continue
            | TokenSinkResult::Script(_)
            | TokenSinkResult::EncodingIndicator(_) => Mode::Data,
        }
    }

    fn slice(&self, from: usize, to: usize) -> StrTendril {
        self.source.subtendril(from as u32, (to - from) as u32)
    }

    fn emit_text(&mut self, from: usize, to: usize) {
        if from < to {
            let text = self.slice(from, to);
            self.emit(Token::CharacterTokens(text));
        }
    }

    /// Emits text with U+0000 replaced, and with its character references resolved where it has any.
    fn emit_decoded(&mut self, from: usize, to: usize, references: bool) {
        if from < to {
            let text = self.decoded(from, to, references, false);
            self.emit(Token::CharacterTokens(text));
        }
    }

    fn decoded(&self, from: usize, to: usize, references: bool, in_attribute: bool) -> StrTendril {
        let bytes = &self.bytes[from..to];
        let next = |at: usize| {
            if references { memchr::memchr2(b'&', 0, &bytes[at..]) } else { memchr::memchr(0, &bytes[at..]) }
                .map(|n| at + n)
        };
        let Some(mut found) = next(0) else { return self.slice(from, to) };
        let text = &self.text[from..to];
        let mut out = StrTendril::with_capacity((to - from) as u32);
        let mut at = 0;
        loop {
            out.push_slice(&text[at..found]);
            at = found + 1;
            if bytes[found] == 0 {
                out.push_char('\u{fffd}');
            } else if let Some((decoded, length)) = char_ref::read(&text[at..], in_attribute) {
                decoded.into_iter().filter(|c| *c != '\0').for_each(|c| out.push_char(c));
                at += length;
            } else {
                out.push_char('&');
            }
            match next(at) {
                Some(n) => found = n,
                None => break,
            }
        }
        out.push_slice(&text[at..]);
        out
    }

    fn data(&mut self) -> Mode {
        let (mut from, mut scan) = (self.at, self.at);
        loop {
            let Some(found) = memchr::memchr3(b'<', b'&', 0, &self.bytes[scan..]).map(|n| scan + n) else {
                self.emit_text(from, self.bytes.len());
                return Mode::End;
            };
            match (self.bytes[found], self.bytes.get(found + 1)) {
                (0, _) => {
                    self.emit_text(from, found);
                    self.emit(Token::NullCharacterToken);
                    (from, scan) = (found + 1, found + 1);
                    continue;
                }
                (b'&', _) => {
                    scan = found + 1;
                    if let Some((decoded, length)) = char_ref::read(&self.text[scan..], false) {
                        self.emit_text(from, found);
                        let text: String = decoded.into_iter().filter(|c| *c != '\0').collect();
                        self.emit(Token::CharacterTokens(StrTendril::from(text)));
                        scan += length;
                        from = scan;
                    }
                    continue;
                }
                (_, Some(b)) if b.is_ascii_alphabetic() => {
                    self.emit_text(from, found);
                    self.at = found + 1;
                    match self.tag(TagKind::StartTag) {
                        Mode::Data => {}
                        other => return other,
                    }
                }
                (_, Some(b'/')) => match self.bytes.get(found + 2) {
                    Some(b) if b.is_ascii_alphabetic() => {
                        self.emit_text(from, found);
                        self.at = found + 2;
                        match self.tag(TagKind::EndTag) {
                            Mode::Data => {}
                            other => return other,
                        }
                    }
                    Some(b'>') => {
                        self.emit_text(from, found);
                        self.at = found + 3;
                    }
                    Some(_) => {
                        self.emit_text(from, found);
                        self.bogus_comment(found + 2);
                    }
                    None => {
                        scan = found + 1;
                        continue;
                    }
                },
                (_, Some(b'!')) => {
                    self.emit_text(from, found);
                    self.declaration(found + 2);
                }
                (_, Some(b'?')) => {
                    self.emit_text(from, found);
                    self.bogus_comment(found + 1);
                }
                _ => {
                    scan = found + 1;
                    continue;
                }
            }
            (from, scan) = (self.at, self.at);
        }
    }

    /// After `<!`.
    fn declaration(&mut self, at: usize) {
        let rest = &self.bytes[at..];
        if rest.starts_with(b"--") {
            self.at = comment_end(self.bytes, at + 2);
            self.emit(Token::CommentToken(StrTendril::new()));
        } else if rest.get(..7).is_some_and(|w| w.eq_ignore_ascii_case(b"doctype")) {
            let end = memchr::memchr(b'>', rest).map(|n| at + n);
            let to = end.unwrap_or(self.bytes.len());
            let doctype = doctype::read(&self.text[at + 7..to], end.is_some());
            self.at = end.map_or(to, |n| n + 1);
            self.emit(Token::DoctypeToken(doctype));
        } else if rest.starts_with(b"[CDATA[")
            && self.sink.adjusted_current_node_present_but_not_in_html_namespace()
        {
            self.cdata(at + 7);
        } else {
            self.bogus_comment(at);
        }
    }

    fn bogus_comment(&mut self, from: usize) {
        let end = memchr::memchr(b'>', &self.bytes[from..]);
        self.at = end.map_or(self.bytes.len(), |n| from + n + 1);
        self.emit(Token::CommentToken(StrTendril::new()));
    }

    fn cdata(&mut self, from: usize) {
        let end = memchr::memmem::find(&self.bytes[from..], b"]]>").map(|n| from + n);
        let to = end.unwrap_or(self.bytes.len());
        let mut at = from;
        while let Some(null) = memchr::memchr(0, &self.bytes[at..to]).map(|n| at + n) {
            self.emit_text(at, null);
            self.emit(Token::NullCharacterToken);
            at = null + 1;
        }
        self.emit_text(at, to);
        self.at = end.map_or(to, |n| n + 3);
    }

    /// A tag from the first letter of its name. One that the page's end cuts off is none.
    fn tag(&mut self, kind: TagKind) -> Mode {
        let from = self.at;
        self.skip_while(|b| !ends_name(b));
        let name = self.names.get(&self.text[from..self.at]);
        let mut attrs: Vec<Attribute> = Vec::new();
        let mut had_duplicate_attributes = false;
        let mut self_closing = false;
        loop {
            self.skip_while(is_space);
            match self.bytes.get(self.at) {
                None => return Mode::End,
                Some(b'>') => {
                    self.at += 1;
                    break;
                }
                Some(b'/') => {
                    self.at += 1;
                    if self.bytes.get(self.at) == Some(&b'>') {
                        self.at += 1;
                        self_closing = true;
                        break;
                    }
                }
                Some(_) => {
                    let (name, value) = self.attribute();
                    if kind == TagKind::EndTag || attrs.len() >= MAX_ATTRIBUTES {
                        continue;
                    }
                    let name = self.names.get(&self.text[name.0..name.1]);
                    // The tree builder compares them all with each other, and so does this.
                    if attrs.iter().any(|a| a.name.local == name) {
                        had_duplicate_attributes = true;
                        continue;
                    }
                    let value = self.decoded(value.0, value.1, true, true);
                    attrs.push(Attribute { name: QualName::new(None, ns!(), name), value });
                }
            }
        }
        if kind == TagKind::StartTag {
            self.opened = name.clone();
        }
        self.emit(Token::TagToken(Tag { kind, name, self_closing, attrs, had_duplicate_attributes }))
    }

    /// Where name and value of an attribute stand, without quotes.
    fn attribute(&mut self) -> ((usize, usize), (usize, usize)) {
        let from = self.at;
        // An equals sign at the start is part of the name.
        self.at += 1;
        self.skip_while(|b| !ends_name(b) && b != b'=');
        let name = (from, self.at);
        self.skip_while(is_space);
        if self.bytes.get(self.at) != Some(&b'=') {
            return (name, (from, from));
        }
        self.at += 1;
        self.skip_while(is_space);
        let from = self.at;
        match self.bytes.get(from) {
            Some(&quote @ (b'"' | b'\'')) => {
                let from = from + 1;
                let end = memchr::memchr(quote, &self.bytes[from..]);
                let to = end.map_or(self.bytes.len(), |n| from + n);
                self.at = end.map_or(to, |_| to + 1);
                (name, (from, to))
            }
            _ => {
                self.skip_while(|b| !is_space(b) && b != b'>');
                (name, (from, self.at))
            }
        }
    }

    fn skip_while(&mut self, holds: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|b| holds(*b)) {
            self.at += 1;
        }
    }
}

/// Where the text after a comment begins, whose own begins at `from`.
fn comment_end(bytes: &[u8], from: usize) -> usize {
    let text = &bytes[from..];
    if text.starts_with(b">") {
        return from + 1;
    }
    if text.starts_with(b"->") {
        return from + 2;
    }
    let ends = |n: &usize| text[..*n].ends_with(b"--") || text[..*n].ends_with(b"--!");
    memchr::memchr_iter(b'>', text).find(ends).map_or(bytes.len(), |n| from + n + 1)
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\n' | b'\t' | b'\x0c')
}

/// Ends the name of a tag.
fn ends_name(b: u8) -> bool {
    is_space(b) || b == b'/' || b == b'>'
}

#[cfg(test)]
mod tests;
