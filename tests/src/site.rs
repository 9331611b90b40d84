//! A web server on loopback that serves known pages, keeps a log, and fails when told to.
//!
//! HTTP/1.1 in a few lines of our own: a server framework refuses to send what a broken server sends.

use crate::hostile::Hostile;
use std::{
    collections::HashMap,
    io::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// What stands at one path.
#[derive(Debug, Clone)]
pub enum Page {
    Html(String),
    Text(String),
    /// Status and target.
    Redirect(u16, String),
    /// What no honest server sends.
    Hostile(Hostile),
}

/// What goes wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// 503 with Retry-After in seconds.
    Unavailable(u32),
    /// The connection is reset before any answer.
    Reset,
    /// Half of the promised body.
    Truncated,
    /// The answer comes after this time.
    Late(Duration),
}

/// How often each fault strikes, and whether a path is struck more than once.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Shares of all requests, 0 to 1.
    pub shares: Vec<(Fault, f64)>,
    /// Each path fails at most once, so that the site as a whole recovers.
    pub once: bool,
    pub seed: u64,
}

/// One request as it was seen.
#[derive(Debug, Clone)]
pub struct Seen {
    pub at: Instant,
    /// When the answer was out, or given up.
    pub done: Instant,
    pub path: String,
    /// 0 where there was no answer, or none that a server should give.
    pub status: u16,
    /// Bytes of the answer, head included.
    pub bytes: usize,
    pub fault: Option<Fault>,
}

pub struct Site {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    _stop: DropGuard,
}

struct Shared {
    pages: Mutex<HashMap<String, Page>>,
    faults: Mutex<Option<(Faults, fastrand::Rng)>>,
    log: Mutex<Vec<Seen>>,
}

impl Site {
    /// On a free port. `pages` gets the site's own root address, without a slash at its end.
    pub async fn start(pages: impl FnOnce(&str) -> HashMap<String, Page>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            pages: Mutex::new(pages(&format!("http://{address}"))),
            faults: Mutex::default(),
            log: Mutex::default(),
        });
        let stop = CancellationToken::new();
        tokio::spawn(accept(listener, Arc::clone(&shared), stop.clone()));
        Self { address, shared, _stop: stop.drop_guard() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on.
    pub fn set_faults(&self, faults: Faults) {
        let random = fastrand::Rng::with_seed(faults.seed);
        *self.shared.faults.lock().unwrap() = Some((faults, random));
    }

    /// What stands at a path.
    pub fn page(&self, path: &str) -> Option<Page> {
        self.shared.pages.lock().unwrap().get(path).cloned()
    }

    /// The whole answer of any server on loopback to a plain request. HTTP/1.0, so that it is not sent in chunks.
    pub async fn get(url: &str) -> String {
        let (address, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let Ok(mut stream) = TcpStream::connect(address).await else { return String::new() };
        let request = format!("GET /{path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
        let mut answer = String::new();
        let asked = stream.write_all(request.as_bytes()).await;
        match asked.and(stream.read_to_string(&mut answer).await) {
            Ok(_) => answer,
            Err(_) => String::new(),
        }
    }

    pub fn set_page(&self, path: &str, page: Page) {
        self.shared.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    /// Changes each page, in the order of their paths.
    pub fn change_pages(&self, mut change: impl FnMut(u64, &mut Page)) {
        let mut pages = self.shared.pages.lock().unwrap();
        let mut all: Vec<_> = pages.iter_mut().collect();
        all.sort_by_key(|(path, _)| path.to_owned());
        (0..).zip(all).for_each(|(n, (_, page))| change(n, page));
    }

    pub fn log(&self) -> Vec<Seen> {
        self.shared.log.lock().unwrap().clone()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, stop: CancellationToken) {
    while let Some(Ok((stream, _))) = stop.run_until_cancelled(listener.accept()).await {
        let (shared, stop) = (Arc::clone(&shared), stop.clone());
        tokio::spawn(async move {
            // A visitor who goes away is none of our concern.
            if let Some(Err(_gone)) = stop.run_until_cancelled(converse(stream, &shared)).await {}
        });
    }
}

/// Answers requests on one connection until it is closed.
async fn converse(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    while let Some(head) = read_head(&mut stream, &mut buffer).await? {
        let at = Instant::now();
        let path = head.split_whitespace().nth(1).unwrap_or("/").to_owned();
        let fault = shared.fault_for(&path);
        if let Some(Fault::Late(by)) = fault {
            tokio::time::sleep(by).await;
        }
        if let Some(hostile) = shared.hostile_at(&path) {
            let sent = hostile.send(&mut stream, &path).await;
            let done = Instant::now();
            shared.log.lock().unwrap().push(Seen { at, done, path, status: 0, bytes: 0, fault });
            return sent;
        }
        let (status, answer) = shared.answer(&head, &path, fault);
        let keep = match fault {
            Some(Fault::Reset) => {
                // Closing with a linger of zero sends RST instead of FIN.
                stream.set_zero_linger()?;
                false
            }
            Some(Fault::Truncated) => {
                stream.write_all(&answer[..answer.len() - answer.len() / 3]).await?;
                false
            }
            _ => {
                stream.write_all(&answer).await?;
                true
            }
        };
        let (done, bytes) = (Instant::now(), answer.len());
        shared.log.lock().unwrap().push(Seen { at, done, path, status, bytes, fault });
        if !keep {
            break;
        }
    }
    Ok(())
}

async fn read_head(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<Option<String>> {
    loop {
        if let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            let rest = buffer.split_off(end + 4);
            let head = std::mem::replace(buffer, rest);
            return Ok(Some(String::from_utf8_lossy(&head).into_owned()));
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

impl Shared {
    fn fault_for(&self, path: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let (faults, random) = faults.as_mut()?;
        if faults.once && self.log.lock().unwrap().iter().any(|s| s.path == path && s.fault.is_some()) {
            return None;
        }
        let mut dice = random.f64();
        faults
            .shares
            .iter()
            .find(|(_, share)| {
                dice -= share;
                dice < 0.0
            })
            .map(|(fault, _)| *fault)
    }

    fn hostile_at(&self, path: &str) -> Option<Hostile> {
        match self.pages.lock().unwrap().get(path) {
            Some(Page::Hostile(hostile)) => Some(*hostile),
            _ => None,
        }
    }

    fn answer(&self, head: &str, path: &str, fault: Option<Fault>) -> (u16, Vec<u8>) {
        match fault {
            Some(Fault::Unavailable(seconds)) => {
                return (503, response(503, &[("Retry-After", &seconds.to_string())], b""));
            }
            Some(Fault::Reset) => return (0, Vec::new()),
            _ => {}
        }
        let page = self.pages.lock().unwrap().get(path).cloned();
        let (kind, body) = match page {
            None | Some(Page::Hostile(_)) => {
                return (404, response(404, &[("Content-Type", "text/plain")], b"not found"));
            }
            Some(Page::Redirect(status, to)) => return (status, response(status, &[("Location", &to)], b"")),
            Some(Page::Html(body)) => ("text/html; charset=utf-8", body),
            Some(Page::Text(body)) => ("text/plain; charset=utf-8", body),
        };
        let etag = format!("\"{:x}\"", fingerprint(body.as_bytes()));
        if header(head, "if-none-match").is_some_and(|v| v == etag) {
            return (304, response(304, &[("ETag", &etag)], b""));
        }
        let mut headers = vec![("Content-Type", kind), ("ETag", etag.as_str())];
        let mut body = body.into_bytes();
        if header(head, "accept-encoding").is_some_and(|v| v.contains("gzip")) {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(&body).unwrap();
            body = packed.finish().unwrap();
            headers.push(("Content-Encoding", "gzip"));
        }
        (200, response(200, &headers, &body))
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (n, value) = line.split_once(':')?;
        n.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn response(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        out.push_str(&format!("{name}: {value}\r\n"));
    }
    out.push_str("\r\n");
    let mut out = out.into_bytes();
    if status != 304 {
        out.extend_from_slice(body);
    }
    out
}

/// FNV-1a: the same in every process, unlike the standard library's hashes.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
