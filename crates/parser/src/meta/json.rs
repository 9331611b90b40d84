//! A forgiving reader of JSON as it stands in pages: raw line breaks in strings, stray commas and semicolons,
//! comments and CDATA marks, quotes that nobody escaped, HTML entities for quotes, an end that is missing.
//! What is sound JSON reads as any parser reads it; what is broken gives what can still be told.

use std::borrow::Cow;

/// A value that borrows what it can from the script's text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    /// `null`, `true`, `false`, and whatever else has no use here.
    Other,
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    /// Members in order; a name may stand twice.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// Nesting beyond which values are skipped: sound documents of schema.org stay under 15.
const DEEPEST: u32 = 40;

impl<'a> Json<'a> {
    /// All values of a script, since some sites put several one after the other.
    pub(crate) fn read_all(text: &'a str) -> Vec<Self> {
        let mut reader = Reader { text, at: 0 };
        let mut out = Vec::new();
        while reader.skip_to_value() {
            let before = reader.at;
            out.push(reader.value(0));
            if reader.at == before {
                break;
            }
        }
        out
    }

    /// The first member of that name that is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(s) => Some(s),
            Self::Number(s) => Some(s),
            // `{"@value": ...}` and one-element lists.
            Self::Object(_) => self.get("@value").and_then(Self::text),
            Self::List(items) => items.first().and_then(Self::text),
            Self::Other => None,
        }
    }

    /// The value as a list: its items, or itself.
    pub(crate) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            one => std::slice::from_ref(one),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Other => true,
            Self::Text(s) => s.trim().is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Object(members) => members.is_empty(),
            Self::Number(_) => false,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// To the first brace or bracket from here: whatever stands before (comments, CDATA, `var x =`) is skipped.
    fn skip_to_value(&mut self) -> bool {
        while let Some(distance) = self.rest().find(['{', '[']) {
            self.at += distance;
            // `<![CDATA[` is no list.
            let before = &self.text[..self.at];
            if !before.ends_with("<![CDATA") && !before.ends_with("<!") {
                return true;
            }
            self.at += 1;
        }
        false
    }

    fn skip_space(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(b'/') if self.rest().starts_with("/*") => {
                    self.at += self.rest().find("*/").map_or(self.rest().len(), |n| n + 2);
                }
                Some(b'/') if self.rest().starts_with("//") => {
                    self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                }
                // A byte order mark or no-break space between tokens.
                Some(0x80..) => match self.rest().chars().next() {
                    Some(c) if c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}' => {
                        self.at += c.len_utf8();
                    }
                    _ => return,
                },
                _ => return,
            }
        }
    }

    fn value(&mut self, depth: u32) -> Json<'a> {
        self.skip_space();
        match self.peek() {
            Some(b'{') if depth < DEEPEST => self.object(depth),
            Some(b'[') if depth < DEEPEST => self.list(depth),
            Some(b'{' | b'[') => {
                // Too deep to mean anything: everything that is left is given up.
                self.at = self.text.len();
                Json::Other
            }
            Some(b'"') => {
                self.at += 1;
                Json::Text(self.string("\""))
            }
            Some(b'&') if self.rest().starts_with("&quot;") => {
                self.at += 6;
                Json::Text(self.string("&quot;"))
            }
            _ => {
                let start = self.at;
                let length = self.rest().find([',', '}', ']', '\n']).unwrap_or(self.rest().len());
                self.at += length;
                let word = self.text[start..self.at].trim();
                if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
                    Json::Number(word)
                } else {
                    Json::Other
                }
            }
        }
    }

    fn list(&mut self, depth: u32) -> Json<'a> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                None => return Json::List(items),
                Some(b']') => {
                    self.at += 1;
                    return Json::List(items);
                }
                // The object around it ends: its bracket is missing.
                Some(b'}') => return Json::List(items),
                Some(b',' | b';') => self.at += 1,
                Some(_) => {
                    let before = self.at;
                    items.push(self.value(depth + 1));
                    self.skip_space();
                    if self.peek() == Some(b':') && matches!(items.last(), Some(Json::Text(_))) {
                        // A member of the object around it: this list's bracket is missing. Only a name is
                        // read again, never what may nest: that would double the work with each level.
                        items.pop();
                        self.at = before;
                        return Json::List(items);
                    }
                    if self.at == before {
                        self.step();
                    }
                }
            }
        }
    }

    fn object(&mut self, depth: u32) -> Json<'a> {
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                None => return Json::Object(members),
                Some(b'}') => {
                    self.at += 1;
                    return Json::Object(members);
                }
                Some(b'"') => {
                    self.at += 1;
                    let name = self.string("\"");
                    self.member(name, &mut members, depth);
                }
                Some(b'&') if self.rest().starts_with("&quot;") => {
                    self.at += 6;
                    let name = self.string("&quot;");
                    self.member(name, &mut members, depth);
                }
                Some(c) if c.is_ascii_alphabetic() || c == b'@' => {
                    let length = self.rest().find([':', ',', '}']).unwrap_or(self.rest().len());
                    let name = self.rest()[..length].trim();
                    self.at += length;
                    self.member(Cow::Borrowed(name), &mut members, depth);
                }
                // The list around it ends: its brace is missing.
                Some(b']') => return Json::Object(members),
                Some(_) => self.step(),
            }
        }
    }

    fn member(&mut self, name: Cow<'a, str>, members: &mut Vec<(Cow<'a, str>, Json<'a>)>, depth: u32) {
        self.skip_space();
        if self.peek() == Some(b':') {
            self.at += 1;
            let value = self.value(depth + 1);
            members.push((name, value));
        }
    }

    fn step(&mut self) {
        self.at += self.rest().chars().next().map_or(1, char::len_utf8);
    }

    /// From behind the opening quote to behind the closing one.
    fn string(&mut self, quote: &str) -> Cow<'a, str> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut out: Option<String> = None;
        let mut copied = start;
        loop {
            let Some(distance) = memchr_any(&bytes[self.at..], quote.as_bytes()[0]) else {
                // No end: the script was cut off.
                self.at = bytes.len();
                return finish(out, &self.text[copied..]);
            };
            self.at += distance;
            if bytes[self.at] == b'\\' {
                let text = out.get_or_insert_with(String::new);
                text.push_str(&self.text[copied..self.at]);
                self.escape(text);
                copied = self.at;
            } else if self.rest().starts_with(quote) && self.closes(quote) {
                let end = self.at;
                self.at += quote.len();
                return finish(out, &self.text[copied..end]);
            } else {
                self.at += 1;
            }
        }
    }

    /// A quote closes its string where punctuation of JSON follows; else it is one that nobody escaped.
    fn closes(&self, quote: &str) -> bool {
        let after = self.text[self.at + quote.len()..].trim_start();
        match after.as_bytes().first() {
            None | Some(b'}' | b']' | b':' | b';' | b'/') => true,
            // `said "no", then` goes on with a letter, JSON with a quote, a digit, a bracket or a literal.
            Some(b',') => {
                let next = after[1..].trim_start();
                next.is_empty()
                    || next.starts_with(['"', '{', '[', '}', ']', '-', '/', '&'])
                    || next.starts_with(|c: char| c.is_ascii_digit())
                    || ["null", "true", "false"].iter().any(|w| next.starts_with(w))
            }
            // A comma forgotten between members: `"a": "b"  "c": ...`.
            Some(b'"') => {
                let space = &self.text[self.at + quote.len()..];
                space.len() > after.len() && space.starts_with(['\n', '\r'])
            }
            Some(_) => false,
        }
    }

    fn escape(&mut self, out: &mut String) {
        self.at += 1;
        let Some(c) = self.rest().chars().next() else { return };
        self.at += c.len_utf8();
        match c {
            'n' | 'r' | 't' => out.push(' '),
            'b' | 'f' => {}
            'u' => {
                let unit = self.hex4();
                let code = match unit {
                    Some(high @ 0xd800..=0xdbff) if self.rest().starts_with("\\u") => {
                        self.at += 2;
                        match self.hex4() {
                            Some(low @ 0xdc00..=0xdfff) => {
                                Some(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))
                            }
                            other => other,
                        }
                    }
                    other => other,
                };
                out.extend(code.and_then(char::from_u32));
            }
            other => out.push(other),
        }
    }

    fn hex4(&mut self) -> Option<u32> {
        let value = u32::from_str_radix(self.rest().get(..4)?, 16).ok()?;
        self.at += 4;
        Some(value)
    }
}

/// Distance to the next backslash or `quote`.
fn memchr_any(bytes: &[u8], quote: u8) -> Option<usize> {
    bytes.iter().position(|b| *b == b'\\' || *b == quote)
}

fn finish<'a>(out: Option<String>, tail: &'a str) -> Cow<'a, str> {
    match out {
        None => Cow::Borrowed(tail),
        Some(mut text) => {
            text.push_str(tail);
            Cow::Owned(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, path: &[&str], expected: &str) {
        let values = Json::read_all(text);
        let mut value = values.last().unwrap();
        for name in path {
            value = value.get(name).unwrap_or_else(|| panic!("no {name} in {values:?}"));
        }
        assert_eq!(value.text(), Some(expected), "{values:?}");
    }

    #[test]
    fn sound_json_reads_as_it_is() {
        check(r#"{"a": {"b": ["x\"y\u00e9\ud83d\ude00", 1]}}"#, &["a", "b"], "x\"yé😀");
        check(r#"{"n": -1.5e3, "t": true, "z": null, "a": "", "b": "c"}"#, &["n"], "-1.5e3");
        check(r#"{"n": 1, "t": true, "z": null, "b": "c"}"#, &["b"], "c");
        check(r#"{"url": "https:\/\/a.example\/b"}"#, &["url"], "https://a.example/b");
    }

    #[test]
    fn broken_json_gives_what_can_be_told() {
        check("{\"a\": \"two\nlines\", \"b\": \"c\",}", &["b"], "c");
        check(r#"{"a": "he said "no", then left", "b": "c"}"#, &["a"], "he said \"no\", then left");
        check(r#"{"a": "x" ; "b": "c"}"#, &["b"], "c");
        check("{\"a\": \"x\"\n \"b\": \"c\"}", &["b"], "c");
        check(r#"{"a": "x", "b": "cut of"#, &["b"], "cut of");
        check(
            r#"//<![CDATA[
            {"b": "c"} //]]>"#,
            &["b"],
            "c",
        );
        check(r#"/* made by */ var data = {b: "c"};"#, &["b"], "c");
        check("{&quot;b&quot;: &quot;c&quot;}", &["b"], "c");
        check(r#"{"a": [{"x": "y"}, "b": "c"}"#, &["b"], "c");
        check(r#"{"x": "y"}{"b": "it's c\'"}"#, &["b"], "it's c'");
    }

    #[test]
    fn hostile_input_ends() {
        let deep = "[".repeat(100_000);
        assert_eq!(Json::read_all(&deep).len(), 1);
        Json::read_all(&"{\"a\":".repeat(50_000));
        Json::read_all(&"\"".repeat(50_000));
        Json::read_all("{\"a\" \u{fffd} : \\u12 ]");
    }
}
