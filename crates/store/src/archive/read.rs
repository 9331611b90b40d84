//! Reads a capture back from its WARC records and checks all that can be checked.

use super::warc::{NOTE, digest};
use bytes::Bytes;
use chrono::DateTime;
use flate2::bufread::GzDecoder;
use model::{Capture, CaptureId, VisitNote};
use std::io::Read;
use uuid::Uuid;

/// Bytes; longest record that is read. The fetcher caps bodies far below.
const MAX_RECORD: usize = 256 * 1024 * 1024;

/// Bytes; most memory that is set aside for a record before it is read.
const MAX_GUESS: usize = 4 * 1024 * 1024;

/// Why bytes are not a capture, in words.
type Bad = String;

/// How much of a capture is checked. In either case gzip's checksums and the records' lengths have to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// Everything that can be.
    All,
    /// The body's digest, by which the database knows the capture. The blocks' digests would go over the same
    /// bytes again.
    Payload,
}

/// The capture and the digest of its body.
pub(super) fn decode(bytes: &[u8], check: Check) -> Result<(Capture, String), Bad> {
    let mut rest = bytes;
    let (mut response, mut request, mut visit) = (None, None, None);
    while !rest.is_empty() {
        let record = Record::parse(&next_member(&mut rest)?, check)?;
        match record.field("WARC-Type")? {
            "response" if response.is_none() => response = Some(record),
            "request" if request.is_none() => request = Some(record),
            "metadata" if visit.is_none() => visit = Some(Box::new(note(&record.block)?)),
            other => return Err(format!("a record of type {other:?} was not expected")),
        }
    }
    let response = response.ok_or("there is no response record")?;
    let request = request.ok_or("there is no request record")?;
    let id = response.field("WARC-Record-ID")?;
    let id = id.strip_prefix("<urn:uuid:").and_then(|i| i.strip_suffix('>')).unwrap_or(id);
    let id: Uuid = id.parse().map_err(|e| format!("record id: {e}"))?;
    let captured_at = DateTime::parse_from_rfc3339(response.field("WARC-Date")?);
    let ip = response.field("WARC-IP-Address").ok().map(str::parse).transpose();
    let url = response.field("WARC-Target-URI")?.to_owned();
    let Head { first, fields, end } = Head::parse(&response.block)?;
    let status = first.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or("there is no status")?;
    let body = response.block.slice(end..);
    let payload_digest = format!("sha256:{}", digest(&body));
    if response.field("WARC-Payload-Digest")? != payload_digest {
        return Err("the payload is not that of its digest".to_owned());
    }
    let capture = Capture {
        id: CaptureId(id),
        url,
        captured_at: captured_at.map_err(|e| format!("date: {e}"))?.to_utc(),
        ip: ip.map_err(|e| format!("IP address: {e}"))?,
        request_headers: Head::parse(&request.block)?.fields,
        status,
        response_headers: fields,
        body,
        visit,
    };
    Ok((capture, payload_digest["sha256:".len()..].to_owned()))
}

/// The line of ours in a block of `application/warc-fields`.
fn note(block: &[u8]) -> Result<VisitNote, Bad> {
    let text = std::str::from_utf8(block).map_err(|e| format!("metadata that are not UTF-8: {e}"))?;
    let mut fields = text.split("\r\n").filter_map(|line| line.split_once(": "));
    let (_, json) = fields.find(|(name, _)| *name == NOTE).ok_or_else(|| format!("there is no {NOTE}"))?;
    serde_json::from_str(json).map_err(|e| format!("{NOTE}: {e}"))
}

/// Inflates the gzip member at the start of `rest` and moves past it.
fn next_member(rest: &mut &[u8]) -> Result<Bytes, Bad> {
    let mut gzip = GzDecoder::new(*rest);
    // HTML grows four to six times; a few steps of growth less.
    let mut member = Vec::with_capacity(rest.len().saturating_mul(4).min(MAX_GUESS));
    let limit = MAX_RECORD as u64 + 1;
    gzip.by_ref().take(limit).read_to_end(&mut member).map_err(|e| format!("gzip: {e}"))?;
    if member.len() > MAX_RECORD {
        return Err(format!("a record of more than {MAX_RECORD} bytes"));
    }
    *rest = gzip.into_inner();
    Ok(member.into())
}

struct Record {
    fields: Vec<(String, String)>,
    block: Bytes,
}

impl Record {
    fn parse(member: &Bytes, check: Check) -> Result<Self, Bad> {
        let Head { first, fields, end: start } = Head::parse(member)?;
        if !first.starts_with("WARC/1.") {
            return Err("not a WARC record".to_owned());
        }
        let mut record = Self { fields, block: Bytes::new() };
        let length: usize = record.field("Content-Length")?.parse().map_err(|e| format!("length: {e}"))?;
        let end = start.checked_add(length).filter(|end| *end <= member.len());
        let end = end.ok_or("the record is cut off")?;
        if &member[end..] != b"\r\n\r\n" {
            return Err("the record does not end where it says".to_owned());
        }
        record.block = member.slice(start..end);
        if check == Check::All
            && record.field("WARC-Block-Digest")? != format!("sha256:{}", digest(&record.block))
        {
            return Err("the block is not that of its digest".to_owned());
        }
        Ok(record)
    }

    fn field(&self, name: &str) -> Result<&str, Bad> {
        let found = self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).ok_or_else(|| format!("there is no {name}"))
    }
}

/// First line and fields, of a record or of the HTTP message in it.
struct Head {
    first: String,
    fields: Vec<(String, String)>,
    /// Where the body begins.
    end: usize,
}

impl Head {
    fn parse(bytes: &[u8]) -> Result<Self, Bad> {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").ok_or("a head has no end")?;
        let text = std::str::from_utf8(&bytes[..end]).map_err(|e| format!("a head is not UTF-8: {e}"))?;
        let mut lines = text.split("\r\n");
        let first = lines.next().unwrap_or_default().to_owned();
        let field = |line: &str| match line.split_once(':') {
            Some((name, value)) => Ok((name.to_owned(), value.trim().to_owned())),
            None => Err(format!("not a field: {line:?}")),
        };
        Ok(Self { first, fields: lines.map(field).collect::<Result<_, Bad>>()?, end: end + 4 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::warc;
    use model::{AuthorId, Hints, Listed, PageKind, PageUrl, Provenance, SourceNote, VisitId};
    use proptest::prelude::*;

    fn capture(body: &[u8]) -> Capture {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Capture {
            id: CaptureId::new(),
            url: "https://example.org/%E6%9D%8E?a=b".to_owned(),
            captured_at: "2026-11-23T08:09:10.123456Z".parse().unwrap(),
            ip: Some("2001:db8::1".parse().unwrap()),
            request_headers: vec![header("host", "example.org")],
            status: 200,
            response_headers: vec![
                header("Content-Type", "text/html; charset=gbk"),
                header("Set-Cookie", "a=b"),
                header("Set-Cookie", "c=d: e"),
            ],
            body: Bytes::copy_from_slice(body),
            visit: Some(Box::new(visit())),
        }
    }

    fn visit() -> VisitNote {
        let url = |s: &str| PageUrl::parse(s).unwrap();
        let listed = Listed { title: "中俄关系\r\nForged: b".to_owned(), ..Listed::default() };
        let source = SourceNote {
            url: url("https://example.org/author"),
            author: AuthorId(7),
            name: Some("李新".to_owned()),
        };
        VisitNote {
            visit: VisitId::new(),
            page: url("http://example.org/%E6%9D%8E?a=b"),
            hints: Hints {
                expected: PageKind::Article,
                authors: vec!["李新".to_owned()],
                listed: Some(listed),
            },
            started_at: "2026-11-23T08:09:10.023456Z".parse().unwrap(),
            ended_at: "2026-11-23T08:09:10.223456Z".parse().unwrap(),
            bytes: 1234,
            content_type: Some("text/html".to_owned()),
            origin: Provenance {
                sources: vec![source],
                depth: 2,
                aliases: vec![url("https://example.org/x")],
                ..Provenance::default()
            },
        }
    }

    fn encode(capture: &Capture) -> Vec<u8> {
        warc::encode(capture, &digest(&capture.body)).unwrap()
    }

    #[test]
    fn what_was_received_comes_back() {
        let sent = capture(b"<p>\r\n\r\nhello\xff\0");
        assert_eq!(decode(&encode(&sent), Check::All).unwrap(), (sent.clone(), digest(&sent.body)));
    }

    #[test]
    fn an_archive_of_a_version_without_notes_is_read() {
        let sent = Capture { visit: None, ..capture(b"hello") };
        assert_eq!(decode(&encode(&sent), Check::All).unwrap().0, sent);
    }

    #[test]
    fn the_head_fits_the_body() {
        let mut sent = capture(b"hello");
        sent.response_headers.push(("Transfer-Encoding".to_owned(), "chunked".to_owned()));
        sent.response_headers.push(("content-length".to_owned(), "99".to_owned()));
        let (read, _) = decode(&encode(&sent), Check::All).unwrap();
        assert_eq!((read.header("transfer-encoding"), read.header("content-length")), (None, Some("5")));
    }

    #[test]
    fn fields_cannot_be_forged() {
        let mut sent = capture(b"hello");
        sent.response_headers.push(("X".to_owned(), "a\r\nForged: b".to_owned()));
        let (read, _) = decode(&encode(&sent), Check::All).unwrap();
        assert_eq!((read.header("x"), read.header("forged")), (Some("a  Forged: b"), None));
    }

    #[test]
    fn torn_and_foreign_bytes_are_refused() {
        let whole = encode(&capture(&b"hello ".repeat(100)));
        for end in 0..whole.len() {
            assert!(decode(&whole[..end], Check::All).is_err(), "cut at {end}");
        }
        let info = warc::warcinfo("byline", DateTime::default()).unwrap();
        for other in [&b""[..], b"hello", b"\x1f\x8b\x08\0\0\0\0\0\0\xff", &info] {
            assert!(decode(other, Check::All).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_body_survives(body in proptest::collection::vec(any::<u8>(), 0..2000), coded: bool) {
            let mut sent = capture(&body);
            if coded {
                sent.response_headers.push(("Content-Encoding".to_owned(), "br".to_owned()));
            }
            prop_assert_eq!(decode(&encode(&sent), Check::All).unwrap().0, sent);
        }

        #[test]
        fn a_changed_byte_is_found(at in any::<prop::sample::Index>(), by in 1_u8..) {
            let mut bytes = encode(&capture(b"hello"));
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            // Bytes that gzip does not look at (its time, its system) may change and do no harm.
            if let Ok((read, _)) = decode(&bytes, Check::All) {
                prop_assert_eq!(&read.body[..], b"hello");
            }
        }
    }
}
