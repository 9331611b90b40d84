//! What a file is, by its first bytes where they are certain (WHATWG MIME Sniffing §6, §7.1). Servers send
//! PDFs as HTML and HTML as text/plain; what is not HTML must not be parsed as if it were.

/// First bytes that belong to one kind of file and are never the start of a text.
const MAGIC: [(&[u8], &str); 14] = [
    (b"%PDF-", "application/pdf"),
    (b"%!PS-Adobe-", "application/postscript"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"Rar!\x1a\x07", "application/x-rar-compressed"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"ID3", "audio/mpeg"),
    (b"OggS\0", "application/ogg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"wOF2", "font/woff2"),
];

/// The content type to record: the file's own where its first bytes are certain, the declared one elsewhere.
/// `start` is at least the first 512 bytes, decoded.
pub(crate) fn content_type(declared: Option<&str>, start: &[u8]) -> Option<String> {
    if let Some(found) = magic(start) {
        // An archive that declares itself more precisely (an e-book, a word processor's file) knows better.
        return match declared {
            Some(declared) if !is_text(declared) && !is_vague(declared) => Some(declared.to_owned()),
            _ => Some(found.to_owned()),
        };
    }
    match declared {
        Some(declared) if !is_vague(declared) => Some(declared.to_owned()),
        _ => markup(start).map(str::to_owned).or_else(|| declared.map(str::to_owned)),
    }
}

fn magic(start: &[u8]) -> Option<&'static str> {
    let by_start = MAGIC.iter().find(|(bytes, _)| start.starts_with(bytes)).map(|(_, kind)| *kind);
    by_start.or_else(|| match (start.get(4..8), start.get(..4), start.get(8..12)) {
        (Some(b"ftyp"), ..) => Some("video/mp4"),
        (_, Some(b"RIFF"), Some(b"WEBP")) => Some("image/webp"),
        _ => None,
    })
}

fn essence(declared: &str) -> String {
    declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_text(declared: &str) -> bool {
    let essence = essence(declared);
    essence.starts_with("text/") || essence.ends_with("xml") || essence.ends_with("json")
}

/// What servers say when they do not know.
fn is_vague(declared: &str) -> bool {
    matches!(
        essence(declared).as_str(),
        "" | "text/plain" | "application/octet-stream" | "unknown/unknown" | "application/unknown" | "*/*"
    )
}

fn markup(start: &[u8]) -> Option<&'static str> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let begins =
        |text: &str| start.get(..text.len()).is_some_and(|s| s.eq_ignore_ascii_case(text.as_bytes()));
    if begins("<?xml") || begins("<rss") || begins("<feed") || begins("<urlset") {
        return Some("application/xml");
    }
    let tags = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<script",
        "<meta",
        "<title",
        "<!--",
        "<div",
        "<h1",
        "<p>",
    ];
    tags.iter().any(|tag| begins(tag)).then_some("text/html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(declared: Option<&str>, start: &[u8], expected: Option<&str>) {
        assert_eq!(content_type(declared, start).as_deref(), expected);
    }

    #[test]
    fn a_file_that_is_certain_overrides_a_text_type() {
        check(Some("text/html; charset=utf-8"), b"%PDF-1.7\n", Some("application/pdf"));
        check(None, b"PK\x03\x04....", Some("application/zip"));
        check(Some("text/plain"), b"....ftypisom", Some("video/mp4"));
    }

    #[test]
    fn a_precise_type_stays() {
        check(Some("application/epub+zip"), b"PK\x03\x04", Some("application/epub+zip"));
        check(Some("text/html; charset=gbk"), b"<html>", Some("text/html; charset=gbk"));
        check(Some("application/json"), b"<html>", Some("application/json"));
    }

    #[test]
    fn markup_is_seen_where_nothing_better_is_declared() {
        check(None, b"\xef\xbb\xbf\n <!DOCTYPE html>", Some("text/html"));
        check(Some("text/plain"), b"<?xml version='1.0'?>", Some("application/xml"));
        check(Some("application/octet-stream"), b"<HTML>", Some("text/html"));
        check(Some("text/plain; charset=utf-8"), b"User-agent: *", Some("text/plain; charset=utf-8"));
        check(None, b"", None);
    }
}
