//! What hostile and broken servers send instead of a page.

use flate2::{Compression, write::GzEncoder};
use std::{io::Write as _, time::Duration};
use tokio::{io::AsyncWriteExt, net::TcpStream};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hostile {
    /// This status, this Retry-After in seconds.
    Busy(u16, u32),
    /// RST instead of an answer.
    Reset,
    /// RST within the body.
    ResetInBody,
    /// The page, after this many seconds of silence.
    Stall(u64),
    /// A body shorter than its Content-Length.
    Short,
    /// A chunked body without its end.
    CutChunks,
    /// GBK that calls itself UTF-8.
    Charset,
    /// Leads to itself.
    Loop,
    /// Leads to the address of a cloud's metadata service.
    Inside,
    /// 1 GB of zeroes as gzip.
    Bomb,
    EndlessBody,
    EndlessHead,
    /// The banner of another protocol.
    NotHttp,
}

impl Hostile {
    /// Sends it; the connection is to be closed then. Ends early where the visitor goes away.
    pub(crate) async fn send(self, stream: &mut TcpStream, path: &str) -> std::io::Result<()> {
        match self {
            Self::Busy(status, wait) => {
                let head = format!("{status} Busy\r\nRetry-After: {wait}");
                stream.write_all(&whole(&head, b"")).await
            }
            Self::Reset => stream.set_zero_linger(),
            Self::ResetInBody => {
                stream.write_all(&page()[..20_000]).await?;
                // What was sent is to arrive before the reset throws it away.
                tokio::time::sleep(Duration::from_millis(100)).await;
                stream.set_zero_linger()
            }
            Self::Stall(seconds) => {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                stream.write_all(&page()).await
            }
            Self::Short => stream.write_all(&page()[..20_000]).await,
            Self::CutChunks => {
                let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n";
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(b"5\r\nhello\r\n").await
            }
            Self::Charset => {
                stream.write_all(&whole("200 OK\r\nContent-Type: text/html; charset=utf-8", &gbk())).await
            }
            Self::Loop => stream.write_all(&whole(&format!("302 Found\r\nLocation: {path}"), b"")).await,
            Self::Inside => {
                let head = "302 Found\r\nLocation: http://169.254.169.254/latest/";
                stream.write_all(&whole(head, b"")).await
            }
            Self::Bomb => bomb(stream).await,
            Self::EndlessBody => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n").await?;
                for_ever(stream, &[b'x'; 64 << 10]).await
            }
            Self::EndlessHead => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
                for_ever(stream, format!("X-A: {}\r\n", "x".repeat(1000)).as_bytes()).await
            }
            Self::NotHttp => stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await,
        }
    }
}

fn whole(head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// An article of 100 kB.
fn page() -> Vec<u8> {
    let paragraph = |n| {
        format!("<p>In the year {n} the harbour was rebuilt, and nobody remembered why it had stopped.</p>")
    };
    let text: String = (0..1200).map(paragraph).collect();
    let title = "On the harbours of the north";
    let html = format!("<!doctype html><title>{title}</title><article><h1>{title}</h1>{text}</article>");
    whole("200 OK\r\nContent-Type: text/html", html.as_bytes())
}

/// An article about 李新 in GBK.
fn gbk() -> Vec<u8> {
    let text = b"<p>\xc0\xee\xd0\xc2\xd0\xb4\xb5\xbd\xa3\xac\xb8\xdb\xbf\xda\xb5\xc4\xb8\xc4\xd4\xec\xb3\xd6\xd0\xf8\xc1\xcb\xca\xae\xb6\xe0\xc4\xea\xa1\xa3</p>".repeat(40);
    [
        b"<!doctype html><title>\xc0\xee\xd0\xc2</title><article><h1>\xc0\xee\xd0\xc2</h1>".as_slice(),
        &text,
        b"</article>",
    ]
    .concat()
}

async fn bomb(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n").await?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeroes = vec![0; 1 << 20];
    for _ in 0..1024 {
        encoder.write_all(&zeroes)?;
        stream.write_all(&std::mem::take(encoder.get_mut())).await?;
    }
    stream.write_all(&encoder.finish()?).await
}

async fn for_ever(stream: &mut TcpStream, piece: &[u8]) -> std::io::Result<()> {
    loop {
        stream.write_all(piece).await?;
        tokio::task::yield_now().await;
    }
}
