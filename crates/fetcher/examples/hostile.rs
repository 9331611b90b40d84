//! What hostile servers cost, with the limits as they are by default: outcome, bytes read, time, memory.
//!
//! `cargo run --release -p fetcher --example hostile` (Linux; takes two minutes, most of it in time-outs)
//!
//! The server is a second process, so that its memory is not ours.
#![expect(clippy::print_stdout, reason = "a program for people")]

mod visits;

use chrono::Utc;
use fetcher::{Client, Config, FetchStage};
use flate2::{Compression, write::GzEncoder};
use model::{Fetched, Outcome, PageKind, Stage};
use std::{
    error::Error,
    fs,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use visits::{NoArchive, grant};

type Trouble = Box<dyn Error + Send + Sync>;

/// Path, and what the server does there.
const CASES: [(&str, &str); 19] = [
    ("/page", "an honest page of 100 kB"),
    ("/busy", "503 with Retry-After"),
    ("/reset", "reset instead of an answer"),
    ("/reset-in-body", "reset within the body"),
    ("/stall-10", "10 s without a word, then the page"),
    ("/stall", "never answers"),
    ("/stall-in-body", "stops within the body"),
    ("/drip", "one byte every 100 ms, for ever"),
    ("/short", "body shorter than Content-Length"),
    ("/cut-chunks", "chunked body without its end"),
    ("/charset", "GBK declared as UTF-8"),
    ("/loop", "redirects to itself"),
    ("/inside", "redirects to 169.254.169.254"),
    ("/bomb", "1 GB of zeroes as gzip"),
    ("/endless", "body without end"),
    ("/endless-head", "headers without end"),
    ("/not-http", "an SSH banner"),
    ("/robots-500", "robots.txt: 500"),
    ("/robots-1mb", "robots.txt: 1 MB of rules"),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Trouble> {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return serve().await;
    }
    let server = Server::start()?;
    let config = Config { allow_net: vec!["127.0.0.0/8".parse()?], ..Config::default() };
    let stage = FetchStage::new(Client::new(config)?, Arc::new(NoArchive), Arc::new(Utc::now));
    // The first visit pays for code and pools; it is not part of the table.
    visit(&stage, server.port, "/page").await?;
    println!(
        "{:36} {:22} {:>12} {:>9} {:>10}",
        "the server", "outcome", "bytes read", "seconds", "memory kB"
    );
    for (path, what) in CASES {
        reset_peak()?;
        let before = memory_kb("VmRSS:")?;
        let begun = Instant::now();
        let fetched = visit(&stage, server.port, path).await?;
        let seconds = begun.elapsed().as_secs_f64();
        let grown = memory_kb("VmHWM:")?.saturating_sub(before);
        println!("{what:36} {:22} {:>12} {seconds:>9.2} {grown:>10}", name(&fetched.outcome), fetched.bytes);
    }
    Ok(())
}

fn name(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Captured { status, .. } => format!("captured {status}"),
        Outcome::NotModified { .. } => "not modified".to_owned(),
        Outcome::Redirected { status, .. } => format!("redirected {status}"),
        Outcome::Status { status, retry_after_s: Some(wait) } => format!("status {status}, wait {wait} s"),
        Outcome::Status { status, .. } => format!("status {status}"),
        Outcome::Failed { fault, .. } => fault.code().to_owned(),
    }
}

async fn visit(stage: &FetchStage, port: u16, path: &str) -> Result<Fetched, Trouble> {
    let expected = if path.starts_with("/robots") { PageKind::Robots } else { PageKind::Article };
    let grant = grant(&format!("http://127.0.0.1:{port}{path}"), expected)?;
    let result = stage.process(vec![grant]).await.into_iter().next().ok_or("no result")?;
    Ok(result?.ok_or("the grant was dropped")?)
}

/// A field of /proc/self/status (proc_pid_status(5)).
fn memory_kb(field: &str) -> Result<u64, Trouble> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)).ok_or("no such field")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// Makes VmHWM start again from VmRSS (proc_pid_clear_refs(5)).
fn reset_peak() -> Result<(), Trouble> {
    Ok(fs::write("/proc/self/clear_refs", "5")?)
}

/// This program again, as the server; gone when dropped.
struct Server {
    port: u16,
    process: Child,
}

impl Server {
    fn start() -> Result<Self, Trouble> {
        let mut process =
            Command::new(std::env::current_exe()?).arg("serve").stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        Ok(Self { port: line.trim().parse()?, process })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.process.kill().and_then(|()| self.process.wait().map(|_| ())) {
            println!("the server could not be stopped: {error}");
        }
    }
}

async fn serve() -> Result<(), Trouble> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    std::io::stdout().flush()?;
    loop {
        let (stream, _) = listener.accept().await?;
        // A client that leaves is what most of these answers are for.
        tokio::spawn(answer(stream));
    }
}

async fn answer(mut stream: TcpStream) -> Result<(), Trouble> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head)?;
    let path = head.split(' ').nth(1).unwrap_or_default();
    let page = || whole("200 OK", "Content-Type: text/html\r\n", &b"words ".repeat(17_000));
    match path {
        "/busy" => stream.write_all(&whole("503 Service Unavailable", "Retry-After: 120\r\n", b"")).await?,
        "/reset" => stream.set_zero_linger()?,
        "/reset-in-body" => {
            stream.write_all(&page()[..50_000]).await?;
            pause(100).await;
            stream.set_zero_linger()?;
        }
        "/stall-10" => {
            pause(10_000).await;
            stream.write_all(&page()).await?;
        }
        "/stall" => pause(300_000).await,
        "/stall-in-body" => {
            stream.write_all(&page()[..50_000]).await?;
            pause(300_000).await;
        }
        "/drip" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            repeat(&mut stream, b"x", 100).await?;
        }
        "/short" => stream.write_all(&page()[..50_000]).await?,
        "/cut-chunks" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n").await?;
        }
        "/charset" => {
            stream
                .write_all(&whole(
                    "200 OK",
                    "Content-Type: text/html; charset=utf-8\r\n",
                    b"\xc0\xee\xd0\xc2",
                ))
                .await?;
        }
        "/loop" => stream.write_all(&whole("302 Found", "Location: /loop\r\n", b"")).await?,
        "/inside" => {
            stream.write_all(&whole("302 Found", "Location: http://169.254.169.254/\r\n", b"")).await?;
        }
        "/bomb" => bomb(&mut stream).await?,
        "/endless" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            repeat(&mut stream, &[b'x'; 64 << 10], 0).await?;
        }
        "/endless-head" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            repeat(&mut stream, format!("X-A: {}\r\n", "x".repeat(1000)).as_bytes(), 0).await?;
        }
        "/not-http" => stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await?,
        "/robots-500" => stream.write_all(&whole("500 Internal Server Error", "", b"")).await?,
        "/robots-1mb" => {
            stream.write_all(&whole("200 OK", "", &b"Disallow: /a/path\n".repeat(58_000))).await?;
        }
        _ => stream.write_all(&page()).await?,
    }
    Ok(())
}

fn whole(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

async fn bomb(stream: &mut TcpStream) -> Result<(), Trouble> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n").await?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeroes = vec![0; 1 << 20];
    for _ in 0..1024 {
        encoder.write_all(&zeroes)?;
        stream.write_all(&std::mem::take(encoder.get_mut())).await?;
    }
    Ok(stream.write_all(&encoder.finish()?).await?)
}

async fn repeat(stream: &mut TcpStream, piece: &[u8], pause_ms: u64) -> Result<(), Trouble> {
    loop {
        stream.write_all(piece).await?;
        pause(pause_ms).await;
    }
}

async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}
