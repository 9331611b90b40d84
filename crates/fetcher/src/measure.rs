//! Undoes content codings while the body streams in, to measure it, never to keep it: the archive stores
//! the coded bytes, and a bomb must be noticed after a megabyte, not after it has filled the memory.

mod undo;

use crate::Limits;
use std::io::{self, Write};

/// Below this many decoded bytes a high ratio is harmless (a page of spaces).
const RATIO_MATTERS_FROM: u64 = 1 << 20;

/// Codings of one body that are undone; real answers have one.
const MOST_CODINGS: usize = 3;

/// Decoded bytes kept to tell what kind of file this is (WHATWG MIME Sniffing §5.2 reads 1,445).
const PREFIX_BYTES: usize = 1445;

/// Why a body is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Objection {
    /// More than [`Limits::body_bytes`] decoded.
    TooLarge,
    /// More than [`Limits::ratio`].
    Bomb,
    Coding(String),
}

/// Counts decoded bytes as the coded ones are pushed in.
pub(crate) struct Measure {
    chain: Box<dyn Undo>,
}

impl Measure {
    /// `codings` is a Content-Encoding value.
    pub(crate) fn new(codings: &str, limits: &Limits) -> Result<Self, Objection> {
        let mut chain: Box<dyn Undo> =
            Box::new(Counter { limit: limits.body_bytes as u64, ratio: limits.ratio, ..Counter::default() });
        let names = codings.split(',').map(|name| name.trim().to_ascii_lowercase());
        for (n, name) in names.filter(|name| !model::coding::is_no_coding(name)).enumerate() {
            if n == MOST_CODINGS {
                return Err(Objection::Coding(format!("more than {MOST_CODINGS} content codings")));
            }
            // Codings are listed in the order applied, so the first listed is undone last.
            chain = match name.as_str() {
                "gzip" | "x-gzip" => Box::new(undo::Gzip::new(chain)),
                "deflate" => Box::new(undo::Deflate::Undecided(chain)),
                "br" => undo::brotli(chain),
                "zstd" => Box::new(undo::Zstd::new(chain)),
                _ => return Err(Objection::Coding(format!("content coding {name:?} is not known"))),
            };
        }
        Ok(Self { chain })
    }

    /// The next bytes as received.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> Result<(), Objection> {
        self.chain.counter().coded += bytes.len() as u64;
        while !bytes.is_empty() {
            match self.chain.write(bytes) {
                // The coded stream has ended; what follows it is not part of the page.
                Ok(0) => break,
                Ok(n) => bytes = &bytes[n..],
                Err(e) => return Err(self.objection(&e)),
            }
        }
        Ok(())
    }

    /// The body is complete. Gives the decoded length and its first bytes.
    pub(crate) fn end(mut self) -> Result<(u64, Vec<u8>), Objection> {
        // A coding is announced for every answer by some servers, for those without a body too.
        if self.chain.counter().coded > 0 {
            self.chain.end().map_err(|e| self.objection(&e))?;
        }
        let counter = self.chain.counter();
        Ok((counter.decoded, std::mem::take(&mut counter.prefix)))
    }

    fn objection(&mut self, error: &io::Error) -> Objection {
        self.chain.counter().objection.clone().unwrap_or_else(|| Objection::Coding(error.to_string()))
    }
}

/// A writer that undoes one coding and hands the result to the next.
trait Undo: Write + Send {
    /// Fails where the coded stream is not complete.
    fn end(&mut self) -> io::Result<()>;
    fn counter(&mut self) -> &mut Counter;
}

#[derive(Default)]
struct Counter {
    coded: u64,
    decoded: u64,
    prefix: Vec<u8>,
    limit: u64,
    ratio: u64,
    objection: Option<Objection>,
}

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.decoded += bytes.len() as u64;
        let room = PREFIX_BYTES.saturating_sub(self.prefix.len()).min(bytes.len());
        self.prefix.extend_from_slice(&bytes[..room]);
        if self.decoded > RATIO_MATTERS_FROM && self.decoded / self.coded.max(1) > self.ratio {
            self.objection = Some(Objection::Bomb);
        } else if self.decoded > self.limit {
            self.objection = Some(Objection::TooLarge);
        }
        match &self.objection {
            None => Ok(bytes.len()),
            Some(_) => Err(io::Error::other("refused")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Undo for Counter {
    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn counter(&mut self) -> &mut Counter {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use proptest::prelude::*;

    fn limits() -> Limits {
        Limits { body_bytes: 4 << 20, ..Limits::default() }
    }

    fn measure(codings: &str, body: &[u8], chunk: usize) -> Result<(u64, Vec<u8>), Objection> {
        let mut measure = Measure::new(codings, &limits())?;
        for piece in body.chunks(chunk) {
            measure.push(piece)?;
        }
        measure.end()
    }

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut w = flate2::write::GzEncoder::new(Vec::new(), Compression::best());
        w.write_all(data).unwrap();
        w.finish().unwrap()
    }

    fn zlib(data: &[u8]) -> Vec<u8> {
        let mut w = flate2::write::ZlibEncoder::new(Vec::new(), Compression::best());
        w.write_all(data).unwrap();
        w.finish().unwrap()
    }

    fn bare(data: &[u8]) -> Vec<u8> {
        let mut w = flate2::write::DeflateEncoder::new(Vec::new(), Compression::best());
        w.write_all(data).unwrap();
        w.finish().unwrap()
    }

    fn zstd(data: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(data, ruzstd::encoding::CompressionLevel::Fastest)
    }

    /// A brotli stream of one stored meta-block (RFC 7932 §9.2) and the empty last one.
    fn brotli(data: &[u8]) -> Vec<u8> {
        let header = (u32::try_from(data.len()).unwrap() - 1) << 4 | 1 << 20;
        [&header.to_le_bytes()[..3], data, &[3]].concat()
    }

    #[test]
    fn each_coding_is_measured_in_any_pieces() {
        let text = b"a page of some length, ".repeat(20_000);
        for (codings, body) in [
            ("", text.clone()),
            ("identity", text.clone()),
            ("UTF-8", text.clone()),
            ("gzip", gzip(&text)),
            ("X-GZIP", gzip(&text)),
            ("deflate", zlib(&text)),
            ("deflate", bare(&text)),
            ("zstd", zstd(&text)),
            ("gzip, zstd", zstd(&gzip(&text))),
            ("deflate, gzip, identity", gzip(&zlib(&text))),
        ] {
            for chunk in [1, 7, 1000, 1 << 20] {
                let (length, prefix) = measure(codings, &body, chunk).unwrap();
                assert_eq!(length, text.len() as u64, "{codings} by {chunk}");
                assert_eq!(prefix, text[..PREFIX_BYTES], "{codings} by {chunk}");
            }
        }
    }

    #[test]
    fn what_follows_the_coded_stream_is_ignored_and_members_are_joined() {
        for (codings, coded) in [("gzip", gzip(b"hello")), ("br", brotli(b"hello")), ("zstd", zstd(b"hello"))]
        {
            let body = [&coded[..], b"\r\n\0 and more"].concat();
            for chunk in [1, 5, 100] {
                assert_eq!(measure(codings, &body, chunk).unwrap().0, 5, "{codings} by {chunk}");
            }
        }
        let two = [gzip(b"hello, "), gzip(b"world")].concat();
        assert_eq!(measure("gzip", &two, 3).unwrap(), (12, b"hello, world".to_vec()));
    }

    #[test]
    fn brotli_is_measured() {
        for chunk in [1, 3, 100] {
            assert_eq!(measure("br", &brotli(b"hello hello"), chunk).unwrap(), (11, b"hello hello".to_vec()));
        }
    }

    #[test]
    fn a_body_that_grows_out_of_proportion_is_a_bomb() {
        for (codings, body) in [
            ("gzip", gzip(&vec![0; 3 << 20])),
            ("deflate", zlib(&vec![0; 3 << 20])),
            ("zstd", run_length_frame(3 << 3)),
            ("gzip, gzip", gzip(&gzip(&vec![0; 3 << 20]))),
        ] {
            assert_eq!(measure(codings, &body, 16 << 10), Err(Objection::Bomb), "{codings}");
        }
    }

    /// A zstd frame of `blocks` run-length blocks of 128 kB zeroes.
    fn run_length_frame(blocks: usize) -> Vec<u8> {
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
        for n in 0..blocks {
            let header: u32 = (128 << 10 << 3) | (1 << 1) | u32::from(n + 1 == blocks);
            frame.extend_from_slice(&header.to_le_bytes()[..3]);
            frame.push(0);
        }
        frame
    }

    #[test]
    fn a_body_over_the_limit_is_too_large() {
        let mut seed = 1u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        })
        .take((4 << 20) + 1)
        .collect();
        assert_eq!(measure("", &noise, 1 << 16), Err(Objection::TooLarge));
        assert_eq!(measure("gzip", &gzip(&noise), 1 << 16), Err(Objection::TooLarge));
    }

    #[test]
    fn broken_cut_and_unknown_codings_are_told() {
        let cut = |mut body: Vec<u8>| {
            body.truncate(body.len() - 5);
            body
        };
        for (codings, body) in [
            ("gzip", b"not gzip at all".to_vec()),
            ("br", vec![0xff; 40]),
            ("zstd", b"neither is this zstd".to_vec()),
            ("gzip", cut(gzip(b"hello hello hello"))),
            ("deflate", cut(zlib(b"hello hello hello"))),
            ("br", cut(brotli(b"hello hello"))),
            ("zstd", cut(zstd(&b"hello hello hello".repeat(10)))),
            ("rot13", b"x".to_vec()),
            ("gzip, gzip, gzip, gzip", b"x".to_vec()),
        ] {
            assert!(matches!(measure(codings, &body, 4), Err(Objection::Coding(_))), "{codings} {body:?}");
        }
    }

    #[test]
    fn a_coding_without_a_body_is_an_empty_body() {
        for codings in ["gzip", "br", "zstd", "deflate"] {
            assert_eq!(measure(codings, b"", 1).unwrap(), (0, vec![]), "{codings}");
        }
    }

    proptest! {
        /// What is archived must be what the parser can read.
        #[test]
        fn the_archives_reader_agrees(data: Vec<u8>, coding in 0usize..5, cut in 0usize..40, chunk in 1usize..50) {
            let (codings, mut body) = match coding {
                0 => ("gzip", gzip(&data)),
                1 => ("deflate", zlib(&data)),
                2 => ("deflate", bare(&data)),
                3 => ("zstd", zstd(&data)),
                _ => ("gzip, deflate", zlib(&gzip(&data))),
            };
            body.truncate(body.len() - if cut < 20 { 0 } else { (cut - 20).min(body.len()) });
            let read = model::coding::decode(codings, &body.clone().into(), 4 << 20);
            match measure(codings, &body, chunk) {
                Ok((length, _)) if !body.is_empty() => prop_assert_eq!(read.unwrap().len() as u64, length),
                Ok(_) => {}
                Err(_) => prop_assert!(read.is_err(), "{} {:?}", codings, body),
            }
        }

        #[test]
        fn nothing_panics(codings in "(gzip|br|zstd|deflate)(, (gzip|br|zstd))?", body: Vec<u8>) {
            let _ = measure(&codings, &body, 7);
        }

        #[test]
        fn zstd_after_its_magic_number_does_not_panic(mut body: Vec<u8>) {
            body.splice(..0, [0x28, 0xb5, 0x2f, 0xfd]);
            let _ = measure("zstd", &body, 11);
        }
    }
}
