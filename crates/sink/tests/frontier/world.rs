//! Scheduler, frontier and sink in simulated time, over a web that is a function. No queue and no network:
//! each grant is answered at once, and its result goes straight to the sink.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    Archive, ArchiveError, Article, Block, Capture, CaptureId, CaptureRef, Cause, Container, Evidence,
    Failure, Fault, Fetched, Field, Grant, HostKey, Listing, Outcome, PageKind, PageUrl, Parsed, SourceId,
    Stage, Validators, Work,
    message::{PageParsed, ParseResult, ParseValue},
};
use scheduler::{Config, Outlet, Progress, Scheduler};
use sink::{Policy, SinkStage};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{DynStore, Follow, Followed};

pub(crate) type Time = DateTime<Utc>;

/// What the web answers.
#[derive(Clone)]
pub(crate) enum Answer {
    Text(String),
    List(Box<Listing>),
    /// Title and text.
    Article(&'static str, String),
    /// Title, text, and the path of the next part.
    Part(&'static str, &'static str, &'static str),
    /// One of endlessly many parts.
    NumberedPart(&'static str, u32),
    Nothing,
    NotModified,
    Status(u16, Option<u64>),
    Redirect(u16, String),
    Fault(Fault),
    /// The fetcher dies: no result.
    Lost,
}

/// A visit as the web saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) url: PageUrl,
    pub(crate) begin: Time,
    pub(crate) end: Time,
}

pub(crate) struct World {
    pub(crate) store: DynStore,
    pub(crate) sink: SinkStage,
    pub(crate) scheduler: Scheduler,
    pub(crate) outlet: Arc<Collector>,
    pub(crate) now: Time,
    pub(crate) log: Vec<Seen>,
    pub(crate) sources: Vec<SourceId>,
    /// What went to the sink.
    pub(crate) results: Vec<PageParsed>,
    pub(crate) archive: Arc<Memory>,
    _folder: tempfile::TempDir,
}

/// Every host of this web.
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// Time that each exchange takes.
pub(crate) const EXCHANGE: TimeDelta = TimeDelta::milliseconds(300);

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Config::default()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        Self::with_policy(config, Policy::default()).await
    }

    pub(crate) async fn with_policy(config: Config, policy: Policy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = store::open(&format!("sqlite://{}", folder.path().join("byline.db").display())).unwrap();
        store.migrate().await.unwrap();
        let archive = Arc::new(Memory::default());
        let outlet = Arc::new(Collector::default());
        Self {
            sink: SinkStage::new(Arc::clone(&store), Arc::clone(&archive) as Arc<dyn Archive>, policy),
            scheduler: Scheduler::new(
                Arc::clone(&store),
                Arc::clone(&outlet) as Arc<dyn Outlet<Grant>>,
                config,
            ),
            store,
            outlet,
            now: "2026-11-23T12:00:00Z".parse().unwrap(),
            log: Vec::new(),
            sources: Vec::new(),
            results: Vec::new(),
            archive,
            _folder: folder,
        }
    }

    /// Another scheduler over the same frontier.
    pub(crate) fn scheduler_again(&self) -> Scheduler {
        let outlet = Arc::clone(&self.outlet) as Arc<dyn Outlet<Grant>>;
        Scheduler::new(Arc::clone(&self.store), outlet, Config::default())
    }

    pub(crate) async fn follow(&mut self, url: &str) -> Followed {
        let follow = Follow::page(PageUrl::parse(url).unwrap());
        let followed = self.store.follow(&follow, self.now).await.unwrap();
        self.sources.push(followed.source);
        followed
    }

    /// Until nothing is to be done within a minute, as `byline crawl` does.
    pub(crate) async fn crawl(&mut self, web: impl Fn(&str, usize) -> Answer) {
        let patience = Duration::from_secs(60);
        loop {
            self.step(&web).await;
            let progress = Progress::of(&self.store, &self.sources, self.now, patience).await.unwrap();
            if progress.is_done() {
                return;
            }
        }
    }

    /// Until that time.
    pub(crate) async fn run_until(&mut self, end: Time, web: impl Fn(&str, usize) -> Answer) {
        while self.now < end {
            self.step(&web).await;
        }
    }

    /// Grants what is due and answers it; where nothing is, goes on to the time at which something is. `web`
    /// is asked with the address and how often it was asked before.
    pub(crate) async fn step(&mut self, web: &impl Fn(&str, usize) -> Answer) {
        assert!(self.log.len() < 20_000, "the crawl does not end");
        let ticked = self.scheduler.tick(self.now).await.unwrap();
        let grants = self.outlet.take();
        if grants.is_empty() {
            let acted = ticked.denied > 0 || ticked.robots_wanted > 0;
            let wake = self.store.next_wake().await.unwrap().unwrap_or(self.now + TimeDelta::seconds(1));
            let pause = TimeDelta::milliseconds(if acted { 1 } else { 10 });
            self.now =
                wake.clamp(self.now + pause, self.now + if acted { pause } else { TimeDelta::days(1) });
            return;
        }
        let results: Vec<PageParsed> = grants.into_iter().filter_map(|g| self.answer(g, web)).collect();
        self.now += EXCHANGE;
        self.results.extend(results.iter().cloned());
        for result in self.sink.process(results).await {
            result.unwrap();
        }
    }

    fn answer(&mut self, grant: Grant, web: &impl Fn(&str, usize) -> Answer) -> Option<PageParsed> {
        let times = self.log.iter().filter(|s| s.url == grant.url).count();
        let end = self.now + EXCHANGE;
        self.log.push(Seen { url: grant.url.clone(), begin: self.now, end });
        let (outcome, value) = match web(grant.url.as_str(), times) {
            Answer::Lost => return None,
            Answer::Text(text) => (self.capture(&grant, text), Some(ParseValue::Robots)),
            Answer::List(listing) => {
                (self.capture(&grant, String::new()), Some(parsed(PageKind::Listing, None, Some(*listing))))
            }
            Answer::Article(title, text) => (
                self.capture(&grant, String::new()),
                Some(parsed(PageKind::Article, Some(article(title, &text)), None)),
            ),
            Answer::Part(title, text, next) => {
                (self.capture(&grant, String::new()), Some(part(title, text, next)))
            }
            Answer::NumberedPart(title, n) => {
                let value = part(title, &format!("Part {n}."), &format!("1_{}", n + 1));
                (self.capture(&grant, String::new()), Some(value))
            }
            Answer::Nothing => {
                (self.capture(&grant, String::new()), Some(parsed(PageKind::Other, None, None)))
            }
            Answer::NotModified => (Outcome::NotModified { validators: Validators::default() }, None),
            Answer::Status(status, retry_after_s) => (Outcome::Status { status, retry_after_s }, None),
            Answer::Redirect(status, to) => {
                (Outcome::Redirected { status, to: PageUrl::parse(&to).unwrap() }, None)
            }
            Answer::Fault(fault) => (Outcome::Failed { fault, detail: String::new() }, None),
        };
        let fetched = Fetched {
            grant,
            cause: Cause::Visit,
            started_at: self.now,
            ended_at: end,
            bytes: 1000,
            address: Some(ADDRESS),
            hops: Vec::new(),
            outcome,
        };
        let result = value.map(|value| ParseResult { parser_version: 1, rules_hash: String::new(), value });
        Some(PageParsed { fetched, result })
    }

    fn capture(&self, grant: &Grant, body: String) -> Outcome {
        let capture = Capture {
            id: CaptureId::new(),
            url: grant.url.to_string(),
            captured_at: self.now,
            ip: None,
            request_headers: Vec::new(),
            status: 200,
            response_headers: Vec::new(),
            body: body.into(),
            visit: None,
        };
        let at = CaptureRef { id: capture.id, key: capture.id.to_string(), length: 1, digest: "d".into() };
        self.archive.captures.lock().unwrap().insert(at.key.clone(), capture);
        Outcome::Captured { status: 200, capture: at, validators: Validators::default(), content_type: None }
    }

    /// Visits to addresses that contain `part`.
    pub(crate) fn visits(&self, part: &str) -> usize {
        self.log.iter().filter(|s| s.url.as_str().contains(part)).count()
    }

    /// Least time between the end of one exchange and the begin of the next, over all hosts.
    pub(crate) fn least_gap(&self) -> TimeDelta {
        let mut last: HashMap<HostKey, Time> = HashMap::new();
        let mut least = TimeDelta::MAX;
        for seen in &self.log {
            if let Some(end) = last.insert(seen.url.host_key(), seen.end) {
                least = least.min(seen.begin - end);
            }
        }
        least
    }
}

pub(crate) fn list(paths: &[&str], next: &[&str]) -> Answer {
    Answer::List(Box::new(listing(paths, next)))
}

/// Works and further pages below `https://a.example/`.
pub(crate) fn listing(paths: &[&str], next: &[&str]) -> Listing {
    let url = |path: &&str| format!("https://a.example/{path}");
    let works = paths
        .iter()
        .map(|path| Work {
            title: format!("Title of {path}"),
            url: Some(url(path)),
            date: None,
            authors: Vec::new(),
            source: None,
            summary: None,
            modified: None,
            evidence: Evidence::Visible,
        })
        .collect();
    let next_pages = next.iter().map(url).collect();
    Listing { works, container: Container::Found, next_pages, ..Listing::default() }
}

pub(crate) fn article(title: &str, text: &str) -> Article {
    Article {
        title: Some(Field::new(title.to_owned(), Evidence::Heading)),
        blocks: vec![Block::Paragraph { text: text.into() }],
        ..Article::default()
    }
}

/// A part of an article, and the path of the next.
pub(crate) fn part(title: &str, text: &str, next: &str) -> ParseValue {
    let mut value = parsed(PageKind::Article, Some(article(title, text)), None);
    if let ParseValue::Inline { parsed } = &mut value {
        parsed.next_part = Some(format!("https://a.example/{next}"));
    }
    value
}

pub(crate) fn parsed(kind: PageKind, article: Option<Article>, listing: Option<Listing>) -> ParseValue {
    let mut parsed = Parsed::other("UTF-8", Evidence::Visible);
    parsed.kind.value = kind;
    parsed.article = article;
    parsed.listing = listing;
    ParseValue::Inline { parsed: Box::new(parsed) }
}

/// Takes grants, or refuses them.
#[derive(Default)]
pub(crate) struct Collector {
    taken: Mutex<Vec<Grant>>,
    pub(crate) refuses: Mutex<Option<Failure>>,
}

impl Collector {
    pub(crate) fn take(&self) -> Vec<Grant> {
        std::mem::take(&mut self.taken.lock().unwrap())
    }
}

#[async_trait]
impl Outlet<Grant> for Collector {
    async fn publish(&self, grants: Vec<Grant>) -> Vec<Result<(), Failure>> {
        if let Some(failure) = &*self.refuses.lock().unwrap() {
            return grants.iter().map(|_| Err(failure.clone())).collect();
        }
        let answers = grants.iter().map(|_| Ok(())).collect();
        self.taken.lock().unwrap().extend(grants);
        answers
    }
}

#[derive(Default)]
pub(crate) struct Memory {
    captures: Mutex<HashMap<String, Capture>>,
    pub(crate) values: Mutex<HashMap<String, Bytes>>,
}

#[async_trait]
impl Archive for Memory {
    async fn put(&self, capture: &Capture) -> Result<CaptureRef, ArchiveError> {
        Err(ArchiveError::Unavailable(capture.url.clone()))
    }

    async fn get(&self, at: &CaptureRef) -> Result<Capture, ArchiveError> {
        self.captures
            .lock()
            .unwrap()
            .get(&at.key)
            .cloned()
            .ok_or_else(|| ArchiveError::Missing(at.key.clone()))
    }

    async fn put_value(&self, key: &str, _: Bytes) -> Result<(), ArchiveError> {
        Err(ArchiveError::Unavailable(key.to_owned()))
    }

    async fn get_value(&self, key: &str) -> Result<Bytes, ArchiveError> {
        let kept = self.values.lock().unwrap().get(key).cloned();
        kept.ok_or_else(|| ArchiveError::Missing(key.to_owned()))
    }

    async fn drop_value(&self, key: &str) -> Result<(), ArchiveError> {
        self.values.lock().unwrap().remove(key);
        Ok(())
    }
}
