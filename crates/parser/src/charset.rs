//! Bytes to text: byte order mark, HTTP, `<meta>` prescan, then statistics; and what was declared is
//! believed only as long as the bytes do not prove it wrong.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// How far a page is searched for its `<meta charset>`. The standard's 1,024 bytes (HTML §13.2.3.2) are too
/// few for real heads.
const PRESCAN: usize = 16 * 1024;

/// How many bytes from the first that is not ASCII are judged by statistics.
const SAMPLE: usize = 64 * 1024;

/// Decoded text and how it came about.
pub struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// Name in the Encoding Standard: `UTF-8`, `gb18030`, ...
    pub charset: &'static str,
    /// Bytes that mean nothing in that encoding were replaced by U+FFFD.
    pub replaced: bool,
}

/// Decodes `bytes`; never fails. `content_type` is the HTTP header's value.
pub fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Decoded<'a> {
    if let Some((encoding, bom)) = Encoding::for_bom(bytes) {
        return finish(encoding, &bytes[bom..]);
    }
    let declared = content_type.and_then(from_content_type).or_else(|| prescan(bytes));
    if let Some(decoded) = utf8(bytes, declared) {
        return decoded;
    }
    // Servers and editors say ISO-8859-1 when nobody told them anything, and no byte can disprove it.
    let mindless = declared == Some(WINDOWS_1252) && !guess(bytes).is_single_byte();
    if let Some(encoding) = declared.filter(|e| *e != UTF_8 && !mindless) {
        let decoded = finish(encoding, bytes);
        if !decoded.replaced {
            return decoded;
        }
    }
    let guess = guess(bytes);
    let first = finish(declared.filter(|_| !mindless).unwrap_or(guess), bytes);
    if !first.replaced || first.charset == guess.name() {
        return first;
    }
    // One broken character does not disprove a declaration; a single-byte guess fits any bytes.
    let broken = first.text.matches('\u{fffd}').count();
    let told = bytes.iter().filter(|b| !b.is_ascii()).count();
    if broken * 50 < told { first } else { finish(guess, bytes) }
}

/// How ISO-2022-JP leaves ASCII; nothing else has it.
const JIS_ESCAPE: &[u8] = b"\x1b$";

/// UTF-8 is told by the bytes alone: text in another encoding is next to never valid UTF-8. A few broken
/// sequences (a truncated page, one badly pasted word) do not make it something else.
fn utf8<'a>(bytes: &'a [u8], declared: Option<&'static Encoding>) -> Option<Decoded<'a>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            // ISO-2022-JP and HZ are ASCII bytes that mean more.
            let seven_bit = declared.is_some_and(|e| !e.is_ascii_compatible());
            if text.is_ascii() && seven_bit {
                return declared.map(|e| finish(e, bytes));
            }
            if text.is_ascii() && memchr::memmem::find(bytes, JIS_ESCAPE).is_some() {
                return None;
            }
            let charset = if text.is_ascii() { declared.unwrap_or(UTF_8) } else { UTF_8 };
            Some(Decoded { text: Cow::Borrowed(text), charset: charset.name(), replaced: false })
        }
        Err(_) => {
            let (good, bad) = count_utf8(bytes);
            (good > 20 * bad).then(|| mended_utf8(bytes))
        }
    }
}

/// UTF-8 into which single marks of windows-1252 were pasted, as no cut sequence leaves them: alone between
/// ASCII. What else is broken is replaced.
fn mended_utf8(bytes: &[u8]) -> Decoded<'_> {
    let mut text = String::with_capacity(bytes.len());
    let mut replaced = false;
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        text.push_str(chunk.valid());
        if chunk.invalid().is_empty() {
            continue;
        }
        let alone = chunk.valid().ends_with(|c: char| c.is_ascii())
            && chunks.peek().is_some_and(|next| next.valid().starts_with(|c: char| c.is_ascii()));
        match chunk.invalid() {
            [mark] if alone && MARKS.contains(mark) => {
                text.push_str(&WINDOWS_1252.decode_without_bom_handling(&[*mark]).0);
            }
            _ => {
                text.push('\u{fffd}');
                replaced = true;
            }
        }
    }
    Decoded { text: Cow::Owned(text), charset: UTF_8.name(), replaced }
}

/// Quotes, dashes, the ellipsis, the no-break space and the signs § © « ® ° · » in windows-1252.
const MARKS: &[u8] = b"\x85\x91\x92\x93\x94\x95\x96\x97\xa0\xa7\xa9\xab\xae\xb0\xb7\xbb";

/// Multi-byte sequences that are UTF-8, and runs of bytes that are not.
fn count_utf8(bytes: &[u8]) -> (usize, usize) {
    bytes.utf8_chunks().fold((0, 0), |(good, bad), chunk| {
        let multi = chunk.valid().bytes().filter(|b| *b >= 0xc0).count();
        (good + multi, bad + usize::from(!chunk.invalid().is_empty()))
    })
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    // The head of a page may be ASCII for long.
    let from = bytes.iter().position(|b| !b.is_ascii() || *b == 0x1b).unwrap_or(0);
    detector.feed(&bytes[from..bytes.len().min(from + SAMPLE)], true);
    // Without a TLD: the crate panics on one that is not lower-case ASCII, and it decides little.
    widen(detector.guess(None, Utf8Detection::Allow))
}

/// gb2312 and GBK are subsets of GB18030, and pages that declare them use all of it.
fn widen(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

fn finish<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Decoded<'a> {
    let (text, replaced) = encoding.decode_without_bom_handling(bytes);
    Decoded { text, charset: encoding.name(), replaced }
}

/// `charset` parameter of a media type (RFC 9110 §8.3.2).
fn from_content_type(value: &str) -> Option<&'static Encoding> {
    let at = value.to_ascii_lowercase().find("charset")?;
    label(value[at + "charset".len()..].trim_start().strip_prefix('=')?)
}

/// The encoding of a label that may stand in quotes and be followed by anything.
fn label(rest: &str) -> Option<&'static Encoding> {
    let rest = rest.trim_start().trim_start_matches(['"', '\'']);
    let end = rest.find(['"', '\'', ';', ' ', '>', '/', '\t', '\n', '\r', '?']).unwrap_or(rest.len());
    let encoding = Encoding::for_label(&rest.as_bytes()[..end])?;
    Some(widen(encoding))
}

/// `<meta charset>`, `<meta http-equiv=content-type content="...charset=">` or `<?xml encoding=?>` at the
/// beginning. A document that can be read thus is not UTF-16, whatever it says (HTML §13.2.3.2).
fn prescan(bytes: &[u8]) -> Option<&'static Encoding> {
    let head: String = bytes[..bytes.len().min(PRESCAN)].iter().map(|&b| char::from(b & 0x7f)).collect();
    let lower = head.to_ascii_lowercase();
    let declared = if let Some(xml) = lower.strip_prefix("<?xml") {
        let xml = &xml[..xml.find("?>").unwrap_or(xml.len().min(200))];
        xml.find("encoding").and_then(|at| label(xml[at + 8..].trim_start().strip_prefix('=')?))
    } else {
        None
    };
    let declared = declared.or_else(|| {
        lower.match_indices("<meta").find_map(|(at, _)| {
            let tag = &lower[at..at + lower[at..].find('>').unwrap_or(0)];
            let charset = tag.find("charset")?;
            label(tag[charset + 7..].trim_start().strip_prefix('=')?)
        })
    })?;
    Some(if declared == UTF_16BE || declared == UTF_16LE { UTF_8 } else { declared })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHINESE: &str = "李新在《凤凰周刊》发表的文章，讲述了许多年前的往事。";

    #[track_caller]
    fn check(bytes: &[u8], content_type: Option<&str>, charset: &str, text: &str) {
        let d = decode(bytes, content_type);
        assert_eq!((d.charset, d.replaced), (charset, false));
        assert!(d.text.contains(text), "{}", d.text);
    }

    #[test]
    fn the_mark_wins_over_all() {
        check("\u{feff}é".as_bytes(), Some("text/html; charset=gbk"), "UTF-8", "é");
        check(&[0xff, 0xfe, b'a', 0], None, "UTF-16LE", "a");
    }

    #[test]
    fn gb2312_means_gb18030() {
        let (gbk, _, _) = GB18030.encode(CHINESE);
        check(&gbk, Some("text/html; charset=\"GB2312\""), "gb18030", CHINESE);
        let meta = [b"<meta http-equiv=content-type content='text/html; charset=gb2312'>", &gbk[..]].concat();
        check(&meta, None, "gb18030", CHINESE);
    }

    #[test]
    fn what_the_bytes_disprove_is_not_believed() {
        check(CHINESE.as_bytes(), Some("text/html; charset=iso-8859-1"), "UTF-8", CHINESE);
        let (gbk, _, _) = GB18030.encode(CHINESE);
        check(&gbk, Some("text/html; charset=utf-8"), "gb18030", CHINESE);
    }

    #[test]
    fn nothing_declared_is_guessed() {
        let (gbk, _, _) = GB18030.encode(CHINESE);
        check(&gbk, None, "gb18030", CHINESE);
        check(b"caf\xe9 d\xe9j\xe0 vu", None, "windows-1252", "café déjà vu");
    }

    #[test]
    fn one_broken_character_does_not_disprove_a_declaration() {
        let (gbk, _, _) = GB18030.encode(CHINESE);
        let bytes = [&gbk.repeat(20)[..], b"\xff\xff <p>"].concat();
        let d = decode(&bytes, Some("text/html; charset=gb2312"));
        assert_eq!((d.charset, d.replaced), ("gb18030", true));
    }

    #[test]
    fn marks_pasted_into_utf8_are_read() {
        let mut bytes = "café – déjà vu ".repeat(40).into_bytes();
        bytes.extend_from_slice(b"Judiciary Law \xa7 468 \x97 and \x93so\x94 on");
        check(&bytes, None, "UTF-8", "Judiciary Law § 468 — and “so” on");
    }

    #[test]
    fn one_broken_word_does_not_make_it_latin() {
        let mut bytes = CHINESE.repeat(4).into_bytes();
        bytes.extend_from_slice(b"\xff\xfe end");
        let d = decode(&bytes, None);
        assert_eq!((d.charset, d.replaced), ("UTF-8", true));
    }
}
