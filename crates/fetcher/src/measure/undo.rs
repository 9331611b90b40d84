//! The codings, each as a writer that undoes it and hands the result on.

use super::{Counter, Undo};
use brotli_decompressor::writer::DecompressorWriter;
use flate2::write::{DeflateDecoder, GzDecoder, ZlibDecoder};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, Write};

type Next = Box<dyn Undo>;

/// Larger windows are not allowed for the zstd content coding (RFC 9659 §3).
const ZSTD_WINDOW: u64 = 8 << 20;

/// Takes the next stage out of its place, to be put into another.
fn take(place: &mut Next) -> Next {
    std::mem::replace(place, Box::new(Counter::default()))
}

/// Members one after another (RFC 1952 §2.2). What follows the last one and is no member is ignored, as
/// [`model::coding::decode`] does.
pub(super) struct Gzip {
    member: GzDecoder<Next>,
    ended: bool,
}

impl Gzip {
    pub(super) fn new(next: Next) -> Self {
        Self { member: GzDecoder::new(next), ended: false }
    }
}

impl Write for Gzip {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.ended || bytes.is_empty() {
            return Ok(bytes.len());
        }
        match self.member.write(bytes)? {
            // The member has ended before these bytes.
            0 => {
                self.member.try_finish()?;
                if bytes[0] != 0x1f {
                    self.ended = true;
                    return Ok(bytes.len());
                }
                self.member = GzDecoder::new(take(self.member.get_mut()));
                self.member.write(bytes)
            }
            n => Ok(n),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Undo for Gzip {
    fn end(&mut self) -> io::Result<()> {
        self.member.try_finish()?;
        self.member.get_mut().end()
    }

    fn counter(&mut self) -> &mut Counter {
        self.member.get_mut().counter()
    }
}

pub(super) fn brotli(next: Next) -> Next {
    Box::new(DecompressorWriter::new(next, 16 << 10))
}

impl Undo for DecompressorWriter<Next> {
    fn end(&mut self) -> io::Result<()> {
        self.close()?;
        self.get_mut().end()
    }

    fn counter(&mut self) -> &mut Counter {
        self.get_mut().counter()
    }
}

/// "deflate" means zlib (RFC 9110 §8.4.1.2), but some servers send the bare stream.
pub(super) enum Deflate {
    /// Until the first byte has come.
    Undecided(Next),
    Zlib(ZlibDecoder<Next>),
    Bare(DeflateDecoder<Next>),
}

impl Write for Deflate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let (Self::Undecided(next), Some(first)) = (&mut *self, bytes.first()) {
            let next = take(next);
            // Compression method 8 with a window of at most 32 kB (RFC 1950 §2.2); as the start of a bare
            // stream it would be a stored block of a kind that no encoder begins with.
            *self = match first & 0x0f == 8 && first >> 4 <= 7 {
                true => Self::Zlib(ZlibDecoder::new(next)),
                false => Self::Bare(DeflateDecoder::new(next)),
            };
        }
        match self {
            Self::Undecided(_) => Ok(0),
            Self::Zlib(w) => w.write(bytes),
            Self::Bare(w) => w.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Undo for Deflate {
    fn end(&mut self) -> io::Result<()> {
        match self {
            Self::Undecided(next) => next.end(),
            Self::Zlib(w) => w.try_finish().and_then(|()| w.get_mut().end()),
            Self::Bare(w) => w.try_finish().and_then(|()| w.get_mut().end()),
        }
    }

    fn counter(&mut self) -> &mut Counter {
        match self {
            Self::Undecided(next) => next.counter(),
            Self::Zlib(w) => w.get_mut().counter(),
            Self::Bare(w) => w.get_mut().counter(),
        }
    }
}

/// ruzstd decodes whatever is in its source at once, so it gets one block (at most 128 kB decoded) at a time:
/// four bytes of a run-length block are 128 kB, and a chunk holds thousands of them.
pub(super) struct Zstd {
    next: Next,
    decoder: FrameDecoder,
    pending: Vec<u8>,
    begun: bool,
}

/// Longest frame header (RFC 8878 §3.1.1) with its magic number.
const ZSTD_HEADER_BYTES: usize = 18;

impl Zstd {
    pub(super) fn new(next: Next) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(ZSTD_WINDOW);
        Self { next, decoder, pending: Vec::new(), begun: false }
    }

    /// Decodes the blocks that are complete.
    fn advance(&mut self, last: bool) -> io::Result<()> {
        let mut at = 0;
        if !self.begun {
            if self.pending.len() < ZSTD_HEADER_BYTES && !last {
                return Ok(());
            }
            let mut source = &self.pending[..];
            self.decoder.init(&mut source).map_err(io::Error::other)?;
            at = self.pending.len() - source.len();
            self.begun = true;
        }
        while !self.decoder.is_finished() {
            let rest = &self.pending[at..];
            // Four bytes of checksum may follow the last block; ruzstd reads them with it.
            let Some(needed) = block_bytes(rest).map(|n| n + 4) else { break };
            if rest.len() < needed && !last {
                break;
            }
            let mut source = rest;
            self.decoder
                .decode_blocks(&mut source, BlockDecodingStrategy::UptoBlocks(1))
                .map_err(io::Error::other)?;
            at = self.pending.len() - source.len();
            self.decoder.collect_to_writer(&mut self.next)?;
        }
        self.pending.drain(..at);
        Ok(())
    }
}

/// Bytes of the block at the start of `bytes`, its header included (RFC 8878 §3.1.1.2).
fn block_bytes(bytes: &[u8]) -> Option<usize> {
    let header = u32::from_le_bytes([*bytes.first()?, *bytes.get(1)?, *bytes.get(2)?, 0]);
    let size = (header >> 3) as usize;
    let run_length = (header >> 1) & 3 == 1;
    Some(3 + if run_length { 1 } else { size })
}

impl Write for Zstd {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.begun && self.decoder.is_finished() {
            return Ok(0);
        }
        self.pending.extend_from_slice(bytes);
        self.advance(false)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Undo for Zstd {
    fn end(&mut self) -> io::Result<()> {
        self.advance(true)?;
        if !self.decoder.is_finished() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the zstd frame is not complete"));
        }
        self.decoder.collect_to_writer(&mut self.next)?;
        self.next.end()
    }

    fn counter(&mut self) -> &mut Counter {
        self.next.counter()
    }
}
