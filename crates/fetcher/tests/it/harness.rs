//! A site on loopback that says exactly the bytes a test wants, and a stage to visit it with.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use fetcher::{Client, Config, FetchStage, Limits};
use model::{
    Archive, ArchiveError, Capture, CaptureRef, Failure, Fault, Fetched, Grant, Hints, Outcome, PageId,
    PageKind, PageUrl, Stage, Validators, VisitId,
};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Instant,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// One request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    /// `GET /path HTTP/1.1` and the header lines.
    pub(crate) head: String,
    pub(crate) at: Instant,
    /// Number of the connection, from 0.
    pub(crate) connection: usize,
}

impl Hit {
    pub(crate) fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }
}

pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    hits: Arc<Mutex<Vec<Hit>>>,
    server: JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Site {
    /// Answers every request with what `answer` returns, and keeps the connection.
    pub(crate) async fn answering(answer: impl Fn(&Hit) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::answering_on("127.0.0.1:0", answer).await
    }

    pub(crate) async fn answering_on(
        address: &str,
        answer: impl Fn(&Hit) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let answer = Arc::new(answer);
        Self::talking_on(address, move |mut talk: Talk| {
            let answer = answer.clone();
            async move {
                while let Some(hit) = talk.request().await {
                    talk.say(answer(&hit)).await;
                }
            }
        })
        .await
    }

    /// Leaves each connection to `talk`.
    pub(crate) async fn talking<F: Future<Output = ()> + Send + 'static>(
        talk: impl Fn(Talk) -> F + Send + Sync + 'static,
    ) -> Self {
        Self::talking_on("127.0.0.1:0", talk).await
    }

    pub(crate) async fn talking_on<F: Future<Output = ()> + Send + 'static>(
        address: &str,
        talk: impl Fn(Talk) -> F + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let hits = Arc::new(Mutex::new(Vec::new()));
        let log = hits.clone();
        let server = tokio::spawn(async move {
            let mut connection = 0;
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(talk(Talk { stream, hits: log.clone(), connection }));
                connection += 1;
            }
        });
        Self { address, hits, server }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn hits(&self) -> Vec<Hit> {
        self.hits.lock().unwrap().clone()
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.hits().iter().map(|hit| hit.path().to_owned()).collect()
    }
}

/// The server's side of one connection.
pub(crate) struct Talk {
    stream: TcpStream,
    hits: Arc<Mutex<Vec<Hit>>>,
    connection: usize,
}

impl Talk {
    /// The next request's head; none where the client has gone.
    pub(crate) async fn request(&mut self) -> Option<Hit> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).unwrap();
        let hit = Hit { head, at: Instant::now(), connection: self.connection };
        self.hits.lock().unwrap().push(hit.clone());
        Some(hit)
    }

    /// False where the client no longer listens.
    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok() && self.stream.flush().await.is_ok()
    }

    /// Closes with RST instead of FIN.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    pub(crate) fn into_stream(self) -> TcpStream {
        self.stream
    }
}

/// A complete answer of that status with these header lines.
pub(crate) fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len()).into_bytes();
    for line in headers {
        bytes.extend_from_slice(line.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

pub(crate) fn ok(body: impl AsRef<[u8]>) -> Vec<u8> {
    answer("200 OK", &["Content-Type: text/html; charset=utf-8"], body)
}

/// Keeps captures in memory.
#[derive(Default)]
pub(crate) struct MemoryArchive {
    pub(crate) captures: Mutex<Vec<Capture>>,
    pub(crate) full: bool,
}

#[async_trait]
impl Archive for MemoryArchive {
    async fn put(&self, capture: &Capture) -> Result<CaptureRef, ArchiveError> {
        if self.full {
            return Err(ArchiveError::Unavailable("disk full".to_owned()));
        }
        self.captures.lock().unwrap().push(capture.clone());
        Ok(CaptureRef { id: capture.id, key: capture.id.to_string(), length: 1, digest: String::new() })
    }

    async fn get(&self, at: &CaptureRef) -> Result<Capture, ArchiveError> {
        Err(ArchiveError::Missing(at.key.clone()))
    }

    async fn put_value(&self, key: &str, _: Bytes) -> Result<(), ArchiveError> {
        Err(ArchiveError::Unavailable(key.to_owned()))
    }

    async fn get_value(&self, key: &str) -> Result<Bytes, ArchiveError> {
        Err(ArchiveError::Missing(key.to_owned()))
    }

    async fn drop_value(&self, _: &str) -> Result<(), ArchiveError> {
        Ok(())
    }
}

/// Loopback open, and every size a fraction of what it is in production.
pub(crate) fn config() -> Config {
    let limits =
        Limits { header_bytes: 16 << 10, body_bytes: 2 << 20, wire_bytes: 1 << 20, ..Limits::default() };
    Config {
        allow_net: vec!["127.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()],
        limits,
        ..Config::default()
    }
}

/// With times a fraction of what they are in production.
pub(crate) fn hurried() -> Config {
    let mut config = config();
    config.limits = Limits { connect_ms: 500, read_ms: 1000, total_ms: 2000, ..config.limits };
    config
}

pub(crate) struct Visitor {
    stage: FetchStage,
    pub(crate) archive: Arc<MemoryArchive>,
}

impl Visitor {
    pub(crate) fn new(config: Config) -> Self {
        Self::with_archive(config, MemoryArchive::default())
    }

    pub(crate) fn with_archive(config: Config, archive: MemoryArchive) -> Self {
        let archive = Arc::new(archive);
        let stage = FetchStage::new(Client::new(config).unwrap(), archive.clone(), Arc::new(Utc::now));
        Self { stage, archive }
    }

    pub(crate) async fn process(&self, grant: Grant) -> Result<Option<Fetched>, Failure> {
        self.stage.process(vec![grant]).await.pop().unwrap()
    }

    pub(crate) async fn visit(&self, grant: Grant) -> Fetched {
        self.process(grant).await.unwrap().unwrap()
    }

    /// The only capture so far.
    pub(crate) fn capture(&self) -> Capture {
        let captures = self.archive.captures.lock().unwrap();
        assert_eq!(captures.len(), 1);
        captures[0].clone()
    }
}

pub(crate) fn grant(url: &str) -> Grant {
    let now = Utc::now();
    Grant {
        visit: VisitId::new(),
        page: PageId(1),
        url: PageUrl::parse(url).unwrap(),
        granted_at: now,
        lease_until: now + TimeDelta::seconds(60),
        gap_ms: 0,
        validators: Validators::default(),
        hints: Hints { expected: PageKind::Article, authors: vec![], listed: None },
        origin: model::Provenance::default(),
    }
}

pub(crate) fn robots_grant(url: &str) -> Grant {
    let mut grant = grant(url);
    grant.hints.expected = PageKind::Robots;
    grant
}

pub(crate) async fn visit(url: &str) -> Fetched {
    Visitor::new(config()).visit(grant(url)).await
}

/// A visit to a server that makes us wait.
pub(crate) async fn visit_hurried(url: &str) -> Fetched {
    Visitor::new(hurried()).visit(grant(url)).await
}

#[track_caller]
pub(crate) fn check_fault(fetched: &Fetched, expected: Fault) {
    match &fetched.outcome {
        Outcome::Failed { fault, detail } => assert_eq!(*fault, expected, "{detail}"),
        other => panic!("{other:?}"),
    }
}
