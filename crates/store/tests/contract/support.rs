//! Databases for tests, and short ways to say what happens to a page.

use chrono::{DateTime, TimeDelta, Utc};
use model::{
    Article, Block, CaptureId, CaptureRef, Cause, Disposition, Evidence, Field, Hints, PageId, PageKind,
    PageUrl, Person, SourceId, Validators, VisitId,
};
use std::{
    io::Write,
    ops::Deref,
    sync::{Arc, Once},
};
use store::{
    ArticleChange, CandidateAsk, CaptureRecord, Committed, DynStore, Follow, Followed, HostChange, Lease,
    NewPage, PageChange, Store, Time, VersionReason, VisitCommit, VisitContext, VisitKey, VisitRecord,
    WorkChange, WorkState,
};

/// A store of its own; removed at the end of the test (PostgreSQL: left to the temporary server).
pub(crate) struct Fixture {
    pub(crate) store: DynStore,
    /// A second handle on the same database, as another process has.
    pub(crate) other: DynStore,
    _dir: Option<tempfile::TempDir>,
}

impl Deref for Fixture {
    type Target = Arc<dyn Store>;
    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

pub(crate) async fn sqlite() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("byline.db").display());
    let store = store::open(&url).unwrap();
    store.migrate().await.unwrap();
    Fixture { store, other: store::open(&url).unwrap(), _dir: Some(dir) }
}

#[expect(clippy::disallowed_methods, reason = "the one place that finds the tests' server")]
pub(crate) async fn postgres() -> Option<Fixture> {
    static SAY_SO: Once = Once::new();
    let Ok(server) = std::env::var("BYLINE_TEST_DATABASE_URL") else {
        SAY_SO.call_once(|| {
            // Past the capture of `print!`: a test that was not run must not look like one that was.
            let line =
                "store: contract on PostgreSQL not run: set BYLINE_TEST_DATABASE_URL, or use tests/run\n";
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        });
        return None;
    };
    let name = format!("byline_{}", VisitId::new().0.simple());
    let mut url = server.parse::<url::Url>().unwrap();
    let pool = sqlx::PgPool::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
    pool.close().await;
    url.set_path(&name);
    let store = store::open(url.as_str()).unwrap();
    store.migrate().await.unwrap();
    Some(Fixture { store, other: store::open(url.as_str()).unwrap(), _dir: None })
}

// --- times and addresses ---

pub(crate) fn at(seconds: i64) -> Time {
    DateTime::<Utc>::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

pub(crate) fn url(text: &str) -> PageUrl {
    PageUrl::parse(text).unwrap()
}

// --- what the scheduler does ---

pub(crate) fn ask(now: Time) -> CandidateAsk {
    CandidateAsk { now, limit: 100, per_host: 1, sources: Vec::new() }
}

impl Fixture {
    pub(crate) async fn follow_at(&self, address: &str, now: Time) -> Followed {
        self.follow(&Follow::page(url(address)), now).await.unwrap()
    }

    /// Addresses of the pages that can be granted now.
    pub(crate) async fn due(&self, now: Time) -> Vec<String> {
        let found = self.candidates(&ask(now)).await.unwrap();
        found.into_iter().map(|c| c.url.as_str().to_owned()).collect()
    }

    /// Takes a lease of ten minutes.
    pub(crate) async fn grant(&self, page: PageId, now: Time) -> VisitId {
        let visit = VisitId::new();
        let lease =
            Lease { visit, page, now, until: now + TimeDelta::minutes(10), per_host: 9, share_gap: false };
        assert_eq!(self.lease(&[lease]).await.unwrap(), [visit], "page {page} is not to be had");
        visit
    }

    pub(crate) async fn context(&self, page: PageId, visit: VisitId) -> VisitContext {
        let key = VisitKey {
            visit,
            page,
            cause: Cause::Visit,
            canonical: None,
            works: Vec::new(),
            content: None,
            next_part: None,
        };
        self.visit_contexts(&[key]).await.unwrap().pop().unwrap().unwrap()
    }

    /// A visit from its grant to its end a second later, after `change` had its way with the result.
    pub(crate) async fn visit(
        &self,
        page: PageId,
        now: Time,
        change: impl FnOnce(&mut VisitCommit),
    ) -> VisitId {
        let visit = self.grant(page, now).await;
        let context = self.context(page, visit).await;
        let mut commit = commit_of(&context, visit, now + TimeDelta::seconds(1));
        change(&mut commit);
        assert_eq!(self.commit(&[commit]).await.unwrap(), [Committed::Done]);
        visit
    }

    pub(crate) async fn page(&self, address: &str) -> store::PageRow {
        self.page_at(&url(address)).await.unwrap().unwrap_or_else(|| panic!("no page {address}"))
    }
}

// --- what the sink decides ---

/// A visit that stored nothing and comes again in a day.
pub(crate) fn commit_of(context: &VisitContext, visit: VisitId, ended_at: Time) -> VisitCommit {
    VisitCommit {
        visit: VisitRecord {
            id: visit,
            page: context.page.id,
            cause: Cause::Visit,
            disposition: Disposition::Stored,
            code: "ok".to_owned(),
            detail: String::new(),
            status: Some(200),
            started_at: ended_at - TimeDelta::seconds(1),
            ended_at,
            bytes: 1000,
        },
        revision: context.page.revision,
        page: Some(PageChange {
            kind: context.page.kind,
            url: None,
            due_at: Some(ended_at + TimeDelta::days(1)),
            interval_s: Some(86_400),
            failures: 0,
            unchanged: 0,
            validators: Validators::default(),
            captured_at: Some(ended_at),
            release: true,
        }),
        host: Some(HostChange {
            ended_at,
            wait: TimeDelta::seconds(2),
            failures: 0,
            open_until: None,
            gap_ms: None,
            shared: None,
        }),
        robots: None,
        capture: Some(capture(ended_at)),
        article: None,
        part: None,
        works: Vec::new(),
        profile: None,
        sources: Vec::new(),
        discovered: Vec::new(),
        alias_of: None,
        events: Vec::new(),
        dry_run: None,
    }
}

pub(crate) fn capture(captured_at: Time) -> CaptureRecord {
    let id = CaptureId::new();
    CaptureRecord {
        at: CaptureRef {
            id,
            key: format!("2026/11/23/00/{id}.warc.gz"),
            length: 10,
            digest: "00".repeat(32),
        },
        captured_at,
        content_type: Some("text/html".to_owned()),
        status: 200,
        hints: hints(PageKind::Article),
        parser_version: Some(1),
        rules_hash: Some(String::new()),
    }
}

pub(crate) fn hints(expected: PageKind) -> Hints {
    Hints { expected, authors: Vec::new(), listed: None }
}

pub(crate) fn new_page(address: &str, kind: PageKind, source: SourceId, due_at: Time) -> NewPage {
    let url = url(address);
    NewPage {
        key: url.key(),
        url,
        kind,
        due_at,
        hints: hints(kind),
        source: Some(source),
        depth: 1,
        redirected_from: None,
        part_of: None,
        again: false,
        mixed: false,
    }
}

pub(crate) fn article(title: &str, text: &str) -> Article {
    Article {
        title: Some(Field::new(title.to_owned(), Evidence::Heading)),
        authors: vec![Field::new(Person::named("李新"), Evidence::Byline)],
        blocks: text.split('\n').map(|t| Block::Paragraph { text: t.into() }).collect(),
        ..Article::default()
    }
}

/// An article's first version, as the sink would store it with this commit.
pub(crate) fn first_version(commit: &VisitCommit, article: Article) -> ArticleChange {
    let capture = commit.capture.as_ref().unwrap();
    ArticleChange {
        id: None,
        content_hash: article.content_hash(),
        article,
        capture: capture.at.clone(),
        captured_at: capture.captured_at,
        parser_version: 1,
        rules_hash: String::new(),
        reason: VersionReason::First,
        in_place: false,
        simhash: 0,
    }
}

pub(crate) fn listed(
    source: SourceId,
    page: PageId,
    title: &str,
    link: Option<&str>,
    seen_at: Time,
) -> WorkChange {
    let link = link.map(url);
    WorkChange {
        source,
        key: store::work_key(link.as_ref(), title),
        seen_on: page,
        state: WorkState::Listed {
            title: title.to_owned(),
            url: link,
            date: Some("2016-12-26".parse().unwrap()),
            authors: vec!["李新".to_owned()],
            venue: None,
            summary: None,
            position: 0,
            seen_at,
        },
    }
}
