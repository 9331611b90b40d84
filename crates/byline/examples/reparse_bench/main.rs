//! How fast captures are parsed again, beside parsing alone on the same cores in the same run.
//!
//! ```sh
//! cargo run --release -p byline --example reparse_bench -- --data DIR [--captures N] [--pages FOLDER] [--dry-run]
//! ```
//! Fills the data directory with N captures first, where it holds fewer: pages of the folder (`*.html`,
//! `*.html.gz`), else made ones, each made unique, brought into the database by a rebuild from the archive. With
//! `--amqp-url` and `--database-url` the job goes through RabbitMQ and PostgreSQL; all settings are those of `byline`.

#![expect(clippy::print_stdout, reason = "a program for people")]

mod alone;
mod captures;

use alone::Speed;
use anyhow::{Context, Result, ensure};
use byline::{
    cli::Global,
    config,
    engine::{Engine, Plan, open},
};
use chrono::Utc;
use clap::Parser;
use model::{JobId, Lane};
use scheduler::pump::reparse::message;
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use store::{DynStore, NewReparse, ReparseJob, ReparseSelect, ReparseState};

/// Between two looks at the job.
const LOOK: Duration = Duration::from_millis(50);

/// Parts of the job whose speed is told, so that slowing down is seen.
const PARTS: u64 = 10;

#[derive(Parser)]
struct Arguments {
    /// Captures to have in the archive
    #[arg(long, default_value_t = 2000)]
    captures: usize,
    /// Folder of pages that captures are made of
    #[arg(long)]
    pages: Option<PathBuf>,
    /// Reparse without writing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    global: Global,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let config = config::load(&arguments.global)?;
    let (store, archive) = (open::store(&config).await?, open::archive(&config)?);
    captures::fill(&config, &store, &archive, arguments.captures, arguments.pages.as_deref()).await?;

    let job = NewReparse { select: ReparseSelect::default(), dry_run: arguments.dry_run, rate: None };
    let id = store.create_reparse(&job, Utc::now()).await?;
    let job = store.reparse_jobs().await?.into_iter().find(|job| job.id == id).context("the job is gone")?;
    let some = store.reparse_batch(id, alone::PAGES).await?;
    let some: Vec<_> = some.into_iter().map(|item| message(item, &job, Utc::now())).collect();
    ensure!(!some.is_empty(), "the archive holds no captures: ask for some with --captures");

    let mut memory = vec![alone::memory(&archive, config.parsers).await?];
    let mut stage = vec![alone::stage(&archive, config.parsers, &some).await?];
    let (started, spent) = (Instant::now(), cpu());
    let engine = Engine::start(&config, &Plan::reparse()).await?;
    let done = watch(&engine, &store, id).await?;
    let reparse = Speed::of(usize::try_from(done.finished)?, started, spent);
    engine.stop().await;
    stage.push(alone::stage(&archive, config.parsers, &some).await?);
    memory.push(alone::memory(&archive, config.parsers).await?);

    let shown = |name: &str, speed: Speed| {
        let (by_clock, by_cpu) = (reparse.a_second / speed.a_second, speed.cpu_ms / reparse.cpu_ms);
        println!(
            "{name:38} {:5.0} a second, {:.2} ms of processor each; reparse is {by_clock:.2} of it by the clock, \
             {by_cpu:.2} by processor time",
            speed.a_second, speed.cpu_ms
        );
    };
    shown("parsing alone, pages in memory", Speed::mean(&memory));
    shown("parse stage alone, from the archive", Speed::mean(&stage));
    shown("reparse (this process)", reparse);
    println!("{} captures, {} changed, {} failed", done.finished, done.changed, done.failed);
    Ok(())
}

/// Tells the speed of each part of the job, and the memory at its end; and how much waited for each stage on average,
/// which shows the one that holds the others up.
async fn watch(engine: &Engine, store: &DynStore, id: JobId) -> Result<ReparseJob> {
    let (mut part, mut since) = (1, (Instant::now(), 0));
    let (mut waiting, mut looks) = ([0; 2], 0);
    loop {
        tokio::time::sleep(LOOK).await;
        for (waiting, stage) in waiting.iter_mut().zip(["parse", "sink"]) {
            let transport = engine.transport();
            *waiting += transport.depth(&transport.topology().queue(stage, Lane::Bulk)).await?.ready;
        }
        looks += 1;
        let jobs = store.reparse_jobs().await?;
        let job = jobs.into_iter().find(|job| job.id == id).context("the job is gone")?;
        if job.finished * PARTS >= job.total * part {
            let speed = (job.finished - since.1) as f64 / since.0.elapsed().as_secs_f64();
            let [parse, sink] = waiting.map(|sum| sum / looks);
            println!(
                "{:>8} captures: {speed:5.0} a second, {}, {parse} wait for the parser, {sink} for the sink",
                job.finished,
                memory()
            );
            (since, waiting, looks) = ((Instant::now(), job.finished), [0; 2], 0);
            part = job.finished * PARTS / job.total.max(1) + 1;
        }
        if job.state != ReparseState::Running {
            return Ok(job);
        }
    }
}

/// This process's time on processors.
fn cpu() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// Memory of its own now, without what it maps of the database's file, where the system tells it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kib.map_or_else(|| "memory unknown".to_owned(), |kib| format!("{} MB", kib / 1024))
}
