//! What storing an article costs.
//!
//! ```sh
//! cargo run --release -p store --example commit_bench -- DATABASE-URL DIRECTORY [ARTICLES]
//! ```
//! Stores new articles of about 7,000 characters, for different sizes of batch, as the sink does (contexts, then
//! commit), and archives pages of 170 kB in the directory as the fetcher does.

#![expect(clippy::print_stdout, reason = "a program for people")]

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    Archive, Article, Block, Capture, CaptureId, CaptureRef, Cause, Disposition, Evidence, Field, Hints,
    PageKind, PageUrl, Person, Validators, VisitId,
};
use std::time::Instant;
use store::{
    ArticleChange, CandidateAsk, CaptureArchive, CaptureRecord, DynStore, Follow, HostChange, Lease, NewPage,
    PageChange, Time, VersionReason, VisitCommit, VisitContext, VisitKey, VisitRecord,
};

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(directory)) = (arguments.next(), arguments.next()) else {
        return Err("usage: commit_bench DATABASE-URL DIRECTORY [ARTICLES]".into());
    };
    let articles: usize = arguments.next().map_or(Ok(2000), |a| a.parse())?;
    let store = store::open(&url)?;
    store.migrate().await?;
    let now = DateTime::<Utc>::from_timestamp(1_800_000_000, 0).ok_or("no time")?;
    let mut run = 0;
    for batch in [1, 8, 32] {
        run += 1;
        discover(&store, run, articles, now).await?;
        let (mut spent, mut done) = (0.0, 0);
        while done < articles {
            let leases = grant(&store, batch, now).await?;
            if leases.is_empty() {
                return Err("nothing is due".into());
            }
            let start = Instant::now();
            let keys: Vec<VisitKey> = leases.iter().map(key).collect();
            let contexts = store.visit_contexts(&keys).await?;
            let commits: Vec<VisitCommit> = contexts
                .iter()
                .flatten()
                .zip(&leases)
                .enumerate()
                .map(|(n, (context, lease))| first(context, lease.visit, now, done + n))
                .collect();
            store.commit(&commits).await?;
            spent += start.elapsed().as_secs_f64();
            done += leases.len();
        }
        println!(
            "articles in batches of {batch}: {:.2} ms each, {:.0}/s",
            spent * 1e3 / done as f64,
            done as f64 / spent
        );
    }
    archive(&directory, articles, now).await
}

/// Puts one page for each article into the frontier, on hosts of their own.
async fn discover(store: &DynStore, run: usize, articles: usize, now: Time) -> Result<(), Failure> {
    let follow = Follow::page(PageUrl::parse(&format!("https://run{run}.example/author"))?);
    let followed = store.follow(&follow, now).await?;
    let until = now + TimeDelta::minutes(10);
    let lease =
        Lease { visit: VisitId::new(), page: followed.page, now, until, per_host: 1, share_gap: false };
    store.lease(std::slice::from_ref(&lease)).await?;
    let context = store.visit_contexts(&[key(&lease)]).await?.pop().flatten().ok_or("no context")?;
    let mut commit = first(&context, lease.visit, now, 0);
    commit.article = None;
    for n in 0..articles {
        let url = PageUrl::parse(&format!("https://h{n}.run{run}.example/works/{n}"))?;
        commit.discovered.push(NewPage {
            key: url.key(),
            url,
            kind: PageKind::Article,
            due_at: now,
            hints: hints(),
            source: Some(followed.source),
            depth: 1,
            redirected_from: None,
            part_of: None,
            again: false,
            mixed: false,
        });
    }
    let start = Instant::now();
    store.commit(&[commit]).await?;
    println!("{articles} pages discovered in {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

async fn grant(store: &DynStore, limit: usize, now: Time) -> Result<Vec<Lease>, Failure> {
    let ask = CandidateAsk { now, limit, per_host: 1, sources: Vec::new() };
    let lease = |page| Lease {
        visit: VisitId::new(),
        page,
        now,
        until: now + TimeDelta::minutes(10),
        per_host: 1,
        share_gap: false,
    };
    let leases: Vec<Lease> = store.candidates(&ask).await?.iter().map(|c| lease(c.page)).collect();
    store.lease(&leases).await?;
    Ok(leases)
}

fn key(lease: &Lease) -> VisitKey {
    VisitKey {
        visit: lease.visit,
        page: lease.page,
        cause: Cause::Visit,
        canonical: None,
        works: Vec::new(),
        content: None,
        next_part: None,
    }
}

fn hints() -> Hints {
    Hints { expected: PageKind::Article, authors: vec!["Author".to_owned()], listed: None }
}

/// 1,200 words of which each article has some of its own.
fn article(n: usize) -> Article {
    let paragraph = |p: usize| {
        let words: Vec<String> =
            (0..60).map(|w| format!("word{}", (w * w * 31 + p * 17 + n * 7) % 5000)).collect();
        Block::Paragraph { text: words.join(" ").as_str().into() }
    };
    Article {
        title: Some(Field::new(format!("The title of article {n}"), Evidence::Heading)),
        authors: vec![Field::new(Person::named("Author"), Evidence::Byline)],
        blocks: (0..20).map(paragraph).collect(),
        ..Article::default()
    }
}

fn first(context: &VisitContext, visit: VisitId, now: Time, n: usize) -> VisitCommit {
    let id = CaptureId::new();
    let at =
        CaptureRef { id, key: format!("2026/11/23/00/{id}.warc.gz"), length: 10, digest: "0".repeat(64) };
    let article = article(n);
    VisitCommit {
        visit: VisitRecord {
            id: visit,
            page: context.page.id,
            cause: Cause::Visit,
            disposition: Disposition::Stored,
            code: "ok".to_owned(),
            detail: String::new(),
            status: Some(200),
            started_at: now,
            ended_at: now,
            bytes: 170_000,
        },
        revision: context.page.revision,
        page: Some(PageChange {
            kind: context.page.kind,
            url: None,
            due_at: Some(now + TimeDelta::days(1)),
            interval_s: Some(86_400),
            failures: 0,
            unchanged: 0,
            validators: Validators::default(),
            captured_at: Some(now),
            release: true,
        }),
        host: Some(HostChange {
            ended_at: now,
            wait: TimeDelta::zero(),
            failures: 0,
            open_until: None,
            gap_ms: None,
            shared: None,
        }),
        robots: None,
        capture: Some(CaptureRecord {
            at: at.clone(),
            captured_at: now,
            content_type: None,
            status: 200,
            hints: hints(),
            parser_version: Some(1),
            rules_hash: Some(String::new()),
        }),
        article: Some(ArticleChange {
            id: None,
            content_hash: article.content_hash(),
            article,
            capture: at,
            captured_at: now,
            parser_version: 1,
            rules_hash: String::new(),
            reason: VersionReason::First,
            in_place: false,
            simhash: n as u64 * 0x9e37_79b9_7f4a_7c15,
        }),
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

async fn archive(directory: &str, pages: usize, now: Time) -> Result<(), Failure> {
    let archive = CaptureArchive::directory(directory);
    // Mark-up repeats, text does not.
    let mut body = String::new();
    let mut seed = 1_u32;
    while body.len() < 170_000 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        body.push_str(&format!(
            "<div class=\"c-card__item js-{}\"><a href=\"/p/{seed}\">w{}</a></div>\n",
            seed >> 28,
            seed >> 8
        ));
    }
    let capture = |n: usize| Capture {
        id: CaptureId::new(),
        url: format!("https://example.org/{n}"),
        captured_at: now,
        ip: None,
        request_headers: Vec::new(),
        status: 200,
        response_headers: Vec::new(),
        body: Bytes::from(body.clone()),
        visit: None,
    };
    for at_once in [1, 16] {
        let start = Instant::now();
        let mut length = 0;
        for chunk in (0..pages).collect::<Vec<_>>().chunks(at_once) {
            let puts = chunk.iter().map(|n| {
                let (archive, capture) = (archive.clone(), capture(*n));
                async move { archive.put(&capture).await }
            });
            for put in futures::future::join_all(puts).await {
                length = put?.length;
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "archived {at_once} at once: {:.2} ms each, {:.0}/s, 170 kB in {length} bytes",
            seconds * 1e3 / pages as f64,
            pages as f64 / seconds
        );
    }
    Ok(())
}
