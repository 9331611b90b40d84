//! One capture as WARC 1.1 (ISO 28500:2017, <https://iipc.github.io/warc-specifications/>): a response, a request
//! and a metadata record, each a complete gzip member, so that captures put one after the other are a valid
//! `.warc.gz`.

use chrono::{DateTime, SecondsFormat, Utc};
use flate2::{Compression, write::GzEncoder};
use model::{Capture, VisitNote, article::hex};
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use url::Url;
use uuid::Uuid;

/// Level 3: HTML shrinks to about a quarter; the levels above take twice the time for a tenth less.
const TEXT: Compression = Compression::new(3);

/// Our field of a metadata record: the [`VisitNote`] as JSON.
pub(super) const NOTE: &str = "byline-visit";

/// Letters of `hopsFromSeed`; author pages lead a few clicks deep.
const MOST_HOPS: usize = 64;

/// SHA-256 in lower-case hexadecimal.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The records of one capture; `payload_digest` is the [`digest`] of its body.
pub(super) fn encode(capture: &Capture, payload_digest: &str) -> io::Result<Vec<u8>> {
    let response_id = record_id(capture.id.0);
    let request_id = record_id(sibling(capture.id.0, 1));
    let mut out = Vec::with_capacity(capture.body.len() / 2 + 2048);
    // First, so that whatever is cut off at the end, one of the records that must be there is.
    if let Some(note) = &capture.visit {
        write_note(capture, note, &response_id, &mut out)?;
    }
    let response = Record {
        kind: "response",
        id: &response_id,
        concurrent_to: &request_id,
        head: response_head(capture),
        payload: &capture.body,
        payload_digest: Some(payload_digest),
    };
    // What is compressed already only grows by compression; the gzip member still guards it with its checksum.
    let level = if is_compressed(capture) { Compression::none() } else { TEXT };
    response.write(capture, level, &mut out)?;
    let request = Record {
        kind: "request",
        id: &request_id,
        concurrent_to: &response_id,
        head: request_head(capture),
        payload: b"",
        payload_digest: None,
    };
    request.write(capture, TEXT, &mut out)?;
    Ok(out)
}

/// What the visit was, as the metadata record that WARC 1.1 §6.6 has for it: its own fields for every reader of
/// such archives, and one of ours with all that a lost database needs. As `application/warc-fields`, which
/// programs that replay an archive pass over.
fn write_note(capture: &Capture, note: &VisitNote, response_id: &str, out: &mut Vec<u8>) -> io::Result<()> {
    let mut block = String::new();
    for source in note.origin.sources.iter().filter(|s| s.url != note.page) {
        block.push_str(&format!("via: {}\r\n", one_line(source.url.as_str())));
    }
    let hops = "L".repeat(usize::try_from(note.origin.depth).unwrap_or(0).min(MOST_HOPS));
    let took = (note.ended_at - note.started_at).num_milliseconds().max(0);
    let json = serde_json::to_string(note)?;
    block.push_str(&format!("hopsFromSeed: {hops}\r\nfetchTimeMs: {took}\r\n{NOTE}: {json}\r\n"));
    let fields = format!(
        "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: {}\r\nWARC-Target-URI: {}\r\nWARC-Date: {}\r\n\
         WARC-Concurrent-To: {response_id}\r\nWARC-Block-Digest: sha256:{}\r\n\
         Content-Type: application/warc-fields\r\nContent-Length: {}\r\n\r\n",
        record_id(sibling(capture.id.0, 2)),
        one_line(&capture.url),
        capture.captured_at.to_rfc3339_opts(SecondsFormat::Micros, true),
        digest(block.as_bytes()),
        block.len()
    );
    member(out, TEXT, &[fields.as_bytes(), block.as_bytes()])
}

/// The first record of an exported file (WARC 1.1 §6.2), for captures to follow.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn warcinfo(software: &str, at: DateTime<Utc>) -> io::Result<Vec<u8>> {
    let block = format!(
        "software: {}\r\nformat: WARC File Format 1.1\r\n\
         conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n",
        one_line(software)
    );
    let head = format!(
        "WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: {}\r\nWARC-Date: {}\r\n\
         Content-Type: application/warc-fields\r\nWARC-Block-Digest: sha256:{}\r\nContent-Length: {}\r\n\r\n",
        record_id(Uuid::now_v7()),
        at.to_rfc3339_opts(SecondsFormat::Secs, true),
        digest(block.as_bytes()),
        block.len()
    );
    let mut out = Vec::new();
    member(&mut out, TEXT, &[head.as_bytes(), block.as_bytes()])?;
    Ok(out)
}

struct Record<'a> {
    kind: &'static str,
    id: &'a str,
    concurrent_to: &'a str,
    /// Head of the HTTP message with its empty line.
    head: String,
    payload: &'a [u8],
    payload_digest: Option<&'a str>,
}

impl Record<'_> {
    fn write(&self, capture: &Capture, level: Compression, out: &mut Vec<u8>) -> io::Result<()> {
        let mut block = Sha256::new();
        block.update(self.head.as_bytes());
        block.update(self.payload);
        let mut fields = format!(
            "WARC/1.1\r\nWARC-Type: {}\r\nWARC-Record-ID: {}\r\nWARC-Target-URI: {}\r\nWARC-Date: {}\r\n\
             WARC-Concurrent-To: {}\r\n",
            self.kind,
            self.id,
            one_line(&capture.url),
            capture.captured_at.to_rfc3339_opts(SecondsFormat::Micros, true),
            self.concurrent_to,
        );
        if let Some(ip) = capture.ip {
            fields.push_str(&format!("WARC-IP-Address: {ip}\r\n"));
        }
        if let Some(digest) = self.payload_digest {
            fields.push_str(&format!("WARC-Payload-Digest: sha256:{digest}\r\n"));
        }
        fields.push_str(&format!(
            "WARC-Block-Digest: sha256:{}\r\nContent-Type: application/http;msgtype={}\r\nContent-Length: {}\r\n\r\n",
            hex(&block.finalize()),
            self.kind,
            self.head.len() + self.payload.len()
        ));
        member(out, level, &[fields.as_bytes(), self.head.as_bytes(), self.payload])
    }
}

/// Adds one record as one gzip member.
fn member(out: &mut Vec<u8>, level: Compression, parts: &[&[u8]]) -> io::Result<()> {
    let mut gzip = GzEncoder::new(out, level);
    for part in parts {
        gzip.write_all(part)?;
    }
    gzip.write_all(b"\r\n\r\n")?;
    gzip.finish().map(drop)
}

fn record_id(id: Uuid) -> String {
    format!("<urn:uuid:{}>", id.as_hyphenated())
}

/// The ids of the records beside the response follow from the capture's.
fn sibling(capture: Uuid, number: u8) -> Uuid {
    let mut bytes = capture.into_bytes();
    bytes[15] ^= number;
    Uuid::from_bytes(bytes)
}

/// Line breaks within a field would forge further fields.
fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

fn push_header(head: &mut String, name: &str, value: &str) {
    head.push_str(&format!("{}: {}\r\n", one_line(name), one_line(value)));
}

fn request_head(capture: &Capture) -> String {
    let target = match Url::parse(&capture.url) {
        Ok(url) => url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
        Err(_) => "/".to_owned(),
    };
    let mut head = format!("GET {target} HTTP/1.1\r\n");
    for (name, value) in &capture.request_headers {
        push_header(&mut head, name, value);
    }
    head.push_str("\r\n");
    head
}

/// Transfer coding is gone from the body, so it goes from the head as well, and the length is that of the body:
/// else whoever replays the record would undo what is not there.
fn response_head(capture: &Capture) -> String {
    let reason = if capture.status == 200 { "OK" } else { "" };
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", capture.status);
    for (name, value) in &capture.response_headers {
        if name.eq_ignore_ascii_case("content-length") {
            push_header(&mut head, name, &capture.body.len().to_string());
        } else if !name.eq_ignore_ascii_case("transfer-encoding") {
            push_header(&mut head, name, value);
        }
    }
    head.push_str("\r\n");
    head
}

fn is_compressed(capture: &Capture) -> bool {
    const KINDS: [&str; 7] = [
        "image/",
        "audio/",
        "video/",
        "application/pdf",
        "application/zip",
        "application/gzip",
        "application/x-gzip",
    ];
    let coding = capture.header("content-encoding").unwrap_or("identity");
    let kind = capture.header("content-type").unwrap_or_default().trim_start().to_ascii_lowercase();
    !coding.trim().eq_ignore_ascii_case("identity")
        || (KINDS.iter().any(|k| kind.starts_with(k)) && !kind.starts_with("image/svg"))
}
