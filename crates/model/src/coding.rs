//! Content codings (RFC 9110 §8.4.1): gzip, deflate, br, zstd, with a bound on what comes out.

use bytes::Bytes;
use std::io::{self, Read};

/// Why a body could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodingError {
    #[error("content coding {0:?} is not known")]
    Unknown(String),
    #[error("the body is not valid {coding}: {detail}")]
    Broken { coding: String, detail: String },
    #[error("the decoded body is larger than {0} bytes")]
    TooLarge(usize),
}

/// Value of `Accept-Encoding`: what [`decode`] can undo.
pub const ACCEPTED: &str = "gzip, br, zstd, deflate";

/// Undoes `codings` (a Content-Encoding value, applied in the order listed) on `body`.
///
/// # Errors
/// [`CodingError`]; nothing larger than `limit` bytes is ever held.
pub fn decode(codings: &str, body: &Bytes, limit: usize) -> Result<Bytes, CodingError> {
    let mut bytes = body.clone();
    for coding in codings.split(',').map(str::trim).rev() {
        let coding = coding.to_ascii_lowercase();
        let input = &bytes[..];
        let out = match coding.as_str() {
            name if is_no_coding(name) => continue,
            "gzip" | "x-gzip" => gunzip(input, limit),
            "deflate" => deflate(input, limit),
            "br" => read_all(&coding, brotli_decompressor::Decompressor::new(input, 8192), limit),
            "zstd" => ruzstd::decoding::StreamingDecoder::new(input)
                .map_err(|e| broken(&coding, &e))
                .and_then(|reader| read_all(&coding, reader, limit)),
            _ => return Err(CodingError::Unknown(coding)),
        }?;
        bytes = out;
    }
    Ok(bytes)
}

/// Whether a member of Content-Encoding (lower case) stands for no coding: none, `identity`, and what
/// misconfigured servers write there instead of in Content-Type. Browsers show such pages.
pub fn is_no_coding(name: &str) -> bool {
    matches!(
        name,
        "" | "identity" | "none" | "binary" | "7bit" | "8bit" | "text" | "text/html" | "text/plain"
    ) || ["utf", "iso-8859", "windows-125", "gb", "big5", "euc-", "shift_jis"]
        .iter()
        .any(|c| name.starts_with(c))
}

/// All members (RFC 1952 §2.2). What follows the last one and is no member is ignored, as browsers do: some
/// servers append a line end or zeroes.
fn gunzip(mut input: &[u8], limit: usize) -> Result<Bytes, CodingError> {
    let mut out = Vec::new();
    loop {
        let mut member = flate2::bufread::GzDecoder::new(input);
        let room = (limit - out.len()) as u64;
        member.by_ref().take(room + 1).read_to_end(&mut out).map_err(|e| broken("gzip", &e))?;
        if out.len() > limit {
            return Err(CodingError::TooLarge(limit));
        }
        input = member.into_inner();
        if !input.starts_with(&[0x1f, 0x8b]) {
            return Ok(out.into());
        }
    }
}

/// "deflate" means zlib (RFC 9110 §8.4.1.2), but some servers send the bare stream.
fn deflate(input: &[u8], limit: usize) -> Result<Bytes, CodingError> {
    match read_all("deflate", flate2::read::ZlibDecoder::new(input), limit) {
        Err(CodingError::Broken { .. }) => {
            read_all("deflate", flate2::read::DeflateDecoder::new(input), limit)
        }
        other => other,
    }
}

fn read_all(coding: &str, reader: impl Read, limit: usize) -> Result<Bytes, CodingError> {
    let mut out = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut out).map_err(|e: io::Error| broken(coding, &e))?;
    if out.len() > limit {
        return Err(CodingError::TooLarge(limit));
    }
    Ok(out.into())
}

fn broken(coding: &str, error: &impl ToString) -> CodingError {
    CodingError::Broken { coding: coding.to_owned(), detail: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(data: &[u8]) -> Bytes {
        let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        w.write_all(data).unwrap();
        w.finish().unwrap().into()
    }

    #[test]
    fn gzip_is_undone() {
        assert_eq!(decode("gzip", &gzip(b"hello"), 100).unwrap(), "hello");
    }

    #[test]
    fn members_of_gzip_are_joined_and_what_follows_is_ignored() {
        let joined = [&gzip(b"hello, ")[..], &gzip(b"world")[..], b"\r\n\0"].concat();
        assert_eq!(decode("gzip", &joined.into(), 100).unwrap(), "hello, world");
    }

    #[test]
    fn codings_are_undone_last_first() {
        assert_eq!(decode("gzip, gzip", &gzip(&gzip(b"hello")), 100).unwrap(), "hello");
    }

    #[test]
    fn bare_deflate_is_accepted() {
        let mut w = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        w.write_all(b"hello").unwrap();
        assert_eq!(decode("deflate", &w.finish().unwrap().into(), 100).unwrap(), "hello");
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        assert_eq!(decode("gzip", &gzip(&[0; 100_000]), 1000), Err(CodingError::TooLarge(1000)));
    }

    #[test]
    fn a_charset_is_no_coding() {
        for codings in ["utf-8", "UTF8, identity", "GB2312", "none", ""] {
            assert_eq!(decode(codings, &Bytes::from_static(b"hello"), 100).unwrap(), "hello");
        }
    }

    #[test]
    fn broken_and_unknown_codings_are_told_apart() {
        assert!(matches!(
            decode("br", &Bytes::from_static(b"\xff\xff"), 10),
            Err(CodingError::Broken { .. })
        ));
        assert!(matches!(decode("rot13", &Bytes::new(), 10), Err(CodingError::Unknown(_))));
    }
}
