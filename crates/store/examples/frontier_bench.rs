//! How fast the frontier grants pages, and what a larger one costs.
//!
//! ```sh
//! cargo run --release -p store --example frontier_bench -- DATABASE-URL PAGES HOSTS [ROUNDS]
//! ```
//! The database must be empty: it is filled with `PAGES` due pages on `HOSTS` hosts. Each round asks for
//! candidates and takes their leases (what the scheduler does: `grant`), then loads the contexts and stores a
//! result for each (what the sink does: `store`).

#![expect(clippy::print_stdout, reason = "a program for people")]

use chrono::{DateTime, TimeDelta, Utc};
use model::{Cause, Disposition, Validators, VisitId};
use std::time::{Duration, Instant};
use store::{
    CandidateAsk, DynStore, HostChange, Lease, PageChange, Time, VisitCommit, VisitContext, VisitKey,
    VisitRecord,
};

/// Grants in one round: about what the scheduler takes at once.
const BATCH: usize = 64;

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(pages), Some(hosts)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: frontier_bench DATABASE-URL PAGES HOSTS [ROUNDS]".into());
    };
    let (pages, hosts): (i64, i64) = (pages.parse()?, hosts.parse()?);
    let rounds: usize = arguments.next().map_or(Ok(500), |r| r.parse())?;
    let store = store::open(&url)?;
    store.migrate().await?;
    let start = Instant::now();
    fill(&url, pages, hosts).await?;
    println!("filled with {pages} pages on {hosts} hosts in {:.1} s", start.elapsed().as_secs_f64());

    let mut now = DateTime::<Utc>::from_timestamp(1_800_000_000, 0).ok_or("no time")?;
    let (mut grants, mut stored) = (Vec::new(), Vec::new());
    let mut granted = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        let leases = grant(&store, now).await?;
        grants.push(start.elapsed());
        granted += leases.len();
        if leases.len() < BATCH {
            now += TimeDelta::seconds(2);
        }
        let start = Instant::now();
        settle(&store, &leases, now).await?;
        stored.push(start.elapsed());
    }
    report("grant", granted, grants);
    report("store", granted, stored);
    Ok(())
}

async fn grant(store: &DynStore, now: Time) -> Result<Vec<Lease>, Failure> {
    let ask = CandidateAsk { now, limit: BATCH, per_host: 1, sources: Vec::new() };
    let candidates = store.candidates(&ask).await?;
    let until = now + TimeDelta::minutes(10);
    let lease = |page| Lease { visit: VisitId::new(), page, now, until, per_host: 1, share_gap: false };
    let mut leases: Vec<Lease> = candidates.iter().map(|c| lease(c.page)).collect();
    let granted = store.lease(&leases).await?;
    leases.retain(|l| granted.contains(&l.visit));
    Ok(leases)
}

async fn settle(store: &DynStore, leases: &[Lease], now: Time) -> Result<(), Failure> {
    let key = |l: &Lease| VisitKey {
        visit: l.visit,
        page: l.page,
        cause: Cause::Visit,
        canonical: None,
        works: Vec::new(),
        content: None,
        next_part: None,
    };
    let keys: Vec<VisitKey> = leases.iter().map(key).collect();
    let contexts = store.visit_contexts(&keys).await?;
    let commits: Vec<VisitCommit> = contexts
        .iter()
        .flatten()
        .zip(leases)
        .map(|(context, lease)| unchanged(context, lease.visit, now))
        .collect();
    store.commit(&commits).await?;
    Ok(())
}

fn unchanged(context: &VisitContext, visit: VisitId, now: Time) -> VisitCommit {
    VisitCommit {
        visit: VisitRecord {
            id: visit,
            page: context.page.id,
            cause: Cause::Visit,
            disposition: Disposition::Unchanged,
            code: "http-304".to_owned(),
            detail: String::new(),
            status: Some(304),
            started_at: now,
            ended_at: now,
            bytes: 300,
        },
        revision: context.page.revision,
        page: Some(PageChange {
            kind: context.page.kind,
            url: None,
            due_at: Some(now + TimeDelta::days(1)),
            interval_s: Some(86_400),
            failures: 0,
            unchanged: 1,
            validators: Validators::default(),
            captured_at: None,
            release: true,
        }),
        host: Some(HostChange {
            ended_at: now,
            wait: TimeDelta::seconds(2),
            failures: 0,
            open_until: None,
            gap_ms: None,
            shared: None,
        }),
        robots: None,
        capture: None,
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

fn report(what: &str, done: usize, mut times: Vec<Duration>) {
    times.sort_unstable();
    let total: f64 = times.iter().map(Duration::as_secs_f64).sum();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{what}: {:.0}/s; a round of {BATCH}: p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms",
        done as f64 / total,
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

/// Due pages in bulk, past the store: through it this would take hours.
async fn fill(url: &str, pages: i64, hosts: i64) -> Result<(), Failure> {
    let is_postgres = url.starts_with("postgres");
    let series = |last: i64| match is_postgres {
        true => format!("SELECT n FROM generate_series(1, {last}) AS n"),
        false => {
            format!(
                "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s"
            )
        }
    };
    // All due within the hour before the simulated start.
    let due = match is_postgres {
        true => "to_timestamp(1800000000 - n % 3600)",
        false => "(1800000000 - n % 3600) * 1000000",
    };
    let script = [
        format!("INSERT INTO hosts (host) SELECT 'h' || n || '.example' FROM ({}) AS s", series(hosts)),
        format!(
            "INSERT INTO pages (key, url, host_id, origin, kind, rank, active, due_at, depth, hints)
             SELECT 'h' || (n % {hosts} + 1) || '.example/articles/2026/11/' || n,
                 'https://h' || (n % {hosts} + 1) || '.example/articles/2026/11/' || n, n % {hosts} + 1,
                 'https://h' || (n % {hosts} + 1) || '.example', 'article', 1 + n % 2, TRUE, {due}, 1,
                 '{{\"expected\":\"article\",\"authors\":[\"Author\"],\"listed\":{{\"title\":\"A title of an article\"}}}}'
             FROM ({}) AS s",
            series(pages)
        ),
        "UPDATE hosts SET next_due = (SELECT min(due_at) FROM pages WHERE host_id = hosts.id)".to_owned(),
        if is_postgres { "VACUUM ANALYZE".to_owned() } else { "ANALYZE".to_owned() },
    ];
    for statement in script {
        if is_postgres {
            let pool = sqlx::PgPool::connect(url).await?;
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool).await?;
            pool.close().await;
        } else {
            let pool = sqlx::SqlitePool::connect(url).await?;
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool).await?;
            pool.close().await;
        }
    }
    Ok(())
}
