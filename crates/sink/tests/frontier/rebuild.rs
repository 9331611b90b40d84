//! A lost database made again: order of time, versions, and nobody told twice.

use crate::world::{article, listing, parsed};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    Archive, AuthorId, Capture, CaptureId, Failure, Fetched, Hints, PageKind, PageUrl, Provenance,
    SourceNote, Stage, VisitId, VisitNote,
    message::{PageParsed, ParseResult},
};
use scheduler::pump::rebuild::{Desk, Rebuild, Rebuilt};
use sink::{Policy, SinkStage};
use std::sync::Arc;
use store::{ArticleFilter, CaptureArchive, DynStore, Page};

const AUTHOR: &str = "https://a.example/author";

/// The body is the article's title; of a list there is only one.
struct Parser(Arc<Desk>);

#[async_trait]
impl Stage for Parser {
    type Input = Fetched;
    type Output = PageParsed;
    const NAME: &'static str = "parse";

    async fn process(&self, inputs: Vec<Fetched>) -> Vec<Result<Option<PageParsed>, Failure>> {
        let mut answers = Vec::new();
        for fetched in inputs {
            let model::Outcome::Captured { capture, .. } = &fetched.outcome else { panic!("no capture") };
            let kept = self.0.get(capture).await.unwrap();
            let title = String::from_utf8(kept.body.to_vec()).unwrap();
            let value = match fetched.grant.hints.expected {
                PageKind::Article => parsed(PageKind::Article, Some(article(&title, &kept.url)), None),
                _ => parsed(PageKind::Listing, None, Some(listing(&["1", "2"], &[]))),
            };
            let result = ParseResult { parser_version: 3, rules_hash: String::new(), value };
            answers.push(Ok(Some(PageParsed { fetched, result: Some(result) })));
        }
        answers
    }
}

struct Lost {
    _folder: tempfile::TempDir,
    store: DynStore,
    archive: CaptureArchive,
    start: DateTime<Utc>,
}

impl Lost {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = store::open(&format!("sqlite://{}", folder.path().join("byline.db").display())).unwrap();
        store.migrate().await.unwrap();
        let archive = CaptureArchive::directory(folder.path().join("archive"));
        Self { _folder: folder, store, archive, start: "2026-11-23T12:00:00Z".parse().unwrap() }
    }

    async fn put(&self, url: &str, expected: PageKind, hours: i64, body: &str, noted: bool) {
        let at = self.start + TimeDelta::hours(hours);
        let url = PageUrl::parse(url).unwrap();
        let source = SourceNote {
            url: PageUrl::parse(AUTHOR).unwrap(),
            author: AuthorId(9),
            name: Some("Ada".to_owned()),
        };
        let note = VisitNote {
            visit: VisitId::new(),
            page: url.clone(),
            hints: Hints { expected, authors: Vec::new(), listed: None },
            started_at: at,
            ended_at: at,
            bytes: 1,
            content_type: None,
            origin: Provenance { sources: vec![source], depth: 1, mixed: false, aliases: Vec::new() },
        };
        let capture = Capture {
            id: CaptureId::new(),
            url: url.to_string(),
            captured_at: at,
            ip: None,
            request_headers: Vec::new(),
            status: 200,
            response_headers: Vec::new(),
            body: body.to_owned().into(),
            visit: noted.then(|| Box::new(note)),
        };
        self.archive.put(&capture).await.unwrap();
    }

    async fn rebuild(&self) -> Rebuilt {
        let desk = Arc::new(Desk::default());
        let sink = SinkStage::new(Arc::clone(&self.store), Arc::clone(&desk) as _, Policy::default());
        let parser = Arc::new(Parser(Arc::clone(&desk)));
        let rebuild =
            Rebuild::new(Arc::clone(&self.store), self.archive.clone(), desk, parser, Arc::new(sink), 4);
        rebuild.run(|_| true).await.unwrap()
    }
}

#[tokio::test]
async fn versions_come_back_in_order_and_nobody_is_told_again() {
    let lost = Lost::new().await;
    lost.put(AUTHOR, PageKind::Listing, 0, "", true).await;
    // A capture whose page no list names any more, and one that an earlier version wrote.
    lost.put("https://a.example/gone", PageKind::Article, 1, "Not listed", true).await;
    lost.put("https://a.example/old", PageKind::Article, 1, "No note", false).await;
    for (hours, title) in [(2, "First"), (3, "Second"), (4, "Second"), (5, "Third")] {
        lost.put("https://a.example/1", PageKind::Article, hours, title, true).await;
    }
    let done = lost.rebuild().await;
    assert_eq!((done.seen, done.restored, done.unlabelled), (7, 6, 1), "{done:?}");
    let rows = lost.store.articles(&ArticleFilter::default()).await.unwrap();
    let of = |url: &str| rows.iter().find(|a| a.url.as_str().ends_with(url)).unwrap();
    assert_eq!((of("/1").title.as_str(), of("/1").versions), ("Third", 3));
    let versions = lost.store.article_versions(of("/1").id).await.unwrap();
    let reasons: Vec<&str> = versions.iter().map(|v| v.reason.as_str()).collect();
    assert_eq!(reasons, ["first", "changed", "changed"]);
    assert!(lost.store.outbox(10).await.unwrap().is_empty());

    let authors = lost.store.authors(Page::default()).await.unwrap();
    assert_eq!(
        (authors.len(), authors[0].name.as_str(), authors[0].pages.as_slice()),
        (1, "Ada", [AUTHOR.to_owned()].as_slice())
    );
    assert_eq!((authors[0].works, authors[0].articles), (2, 2), "also the one that no list names");

    let again = lost.rebuild().await;
    assert_eq!((again.known, again.restored), (6, 0), "{again:?}");
}
