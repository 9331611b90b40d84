//! `byline reparse`: a job row; the scheduler's pump feeds it to the bulk lane. Without a broker this process
//! runs the job itself and waits for its end.

mod rebuild;

use super::Context;
use crate::{
    cli::{JobArgs, ReparseArgs, ReparseCommand, ReparseSelectArgs},
    engine::{DataLock, Engine, Plan, open, signals},
    exit::{Ran, Usage},
    output::{Gauge, Table, age, count, duration},
};
use anyhow::{Result, bail};
use model::JobId;
use serde_json::{Value, json};
use std::time::Duration;
use store::{DynStore, NewReparse, Page, ReparseJob, ReparseSelect, ReparseState, RulesNow};

/// Between two looks at a running job.
const LOOK: Duration = Duration::from_millis(250);

/// Rows of changes shown.
const CHANGES: usize = 100;

pub(super) async fn run(cx: &Context, args: &ReparseArgs) -> Result<Ran> {
    let store = cx.store().await?;
    match args.command {
        None if args.rebuild => rebuild::run(cx, &store).await,
        None => start(cx, &store, args).await,
        Some(ReparseCommand::List) => {
            list(cx, &store.reparse_jobs().await?)?;
            Ok(Ran::Well)
        }
        Some(ReparseCommand::Changes(JobArgs { job })) => changes(cx, &store, JobId(job)).await,
        Some(ReparseCommand::Pause(JobArgs { job })) => {
            set(cx, &store, JobId(job), ReparseState::Paused).await
        }
        Some(ReparseCommand::Resume(JobArgs { job })) => resume(cx, &store, JobId(job)).await,
        Some(ReparseCommand::Rate { job: JobArgs { job }, rate }) => {
            find(&store, JobId(job)).await?;
            let rate = (rate > 0).then_some(rate);
            store.set_reparse_rate(JobId(job), rate, cx.now()).await?;
            let shown =
                rate.map_or_else(|| "no limit".to_owned(), |n| format!("{n} captures a second at most"));
            told(cx, JobId(job), &format!("job {job}: {shown}"))?;
            Ok(Ran::Well)
        }
        Some(ReparseCommand::Cancel(JobArgs { job })) => {
            set(cx, &store, JobId(job), ReparseState::Cancelled).await
        }
    }
}

async fn select(cx: &Context, store: &DynStore, args: &ReparseSelectArgs) -> Result<ReparseSelect> {
    let select = ReparseSelect {
        author: cx.author_id(store, args.author.as_deref()).await?.map(|a| a.0),
        host: args.host.clone(),
        since: args.since.map(|w| w.moment(cx.now())),
        until: args.until.map(|w| w.moment(cx.now())),
        older_than_parser: args.older_than_parser.then_some(parser::PARSER_VERSION),
        disposition: args.disposition.map(|d| d.to_string()),
        rules: if args.rules_changed { Some(rules_now(cx, store).await?) } else { None },
        current_only: args.current_only,
    };
    let chosen = ReparseSelect { current_only: false, ..select.clone() } != ReparseSelect::default();
    if !chosen && !args.all {
        bail!(Usage(
            "say which captures: --author, --host, --since, --until, --older-than-parser, --rules-changed, --disposition, or --all"
                .to_owned()
        ));
    }
    Ok(select)
}

/// What the captures of each host would be read with.
async fn rules_now(cx: &Context, store: &DynStore) -> Result<RulesNow> {
    let rules = open::rules(&cx.config)?;
    // No name begins with a dot: what is left are the rules that speak of every host.
    let mut now = RulesNow { elsewhere: rules.hash_for_host("."), ..RulesNow::default() };
    let mut page = Page { offset: 0, limit: 1000 };
    loop {
        let hosts = store.hosts(page).await?;
        for host in hosts.iter().map(|h| h.host.to_string()) {
            let hash = rules.hash_for_host(&host);
            if hash != now.elsewhere {
                now.hosts.insert(host, hash);
            }
        }
        if (hosts.len() as u64) < page.limit {
            return Ok(now);
        }
        page.offset += page.limit;
    }
}

async fn start(cx: &Context, store: &DynStore, args: &ReparseArgs) -> Result<Ran> {
    let select = select(cx, store, &args.select).await?;
    let new = NewReparse { select, dry_run: args.dry_run, rate: args.rate };
    if cx.config.amqp_url.is_some() {
        let job = store.create_reparse(&new, cx.now()).await?;
        told(cx, job, &format!("job {job} is under way; `byline reparse list` shows how far it is"))?;
        return Ok(Ran::Well);
    }
    let engine = Engine::start(&cx.config, &Plan::reparse()).await?;
    let job = store.create_reparse(&new, cx.now()).await?;
    work_off(cx, store, engine, job).await
}

/// Without a broker the job is worked off here, unless another process is at work on this data: then it is theirs.
async fn resume(cx: &Context, store: &DynStore, job: JobId) -> Result<Ran> {
    if cx.config.amqp_url.is_some() || DataLock::is_taken(&cx.config.data) {
        return set(cx, store, job, ReparseState::Running).await;
    }
    let row = find(store, job).await?;
    if is_over(&row) {
        bail!(Usage(format!("job {job} is {}; start a new one", row.state.as_str())));
    }
    let engine = Engine::start(&cx.config, &Plan::reparse()).await?;
    store.set_reparse_state(job, ReparseState::Running, cx.now()).await?;
    work_off(cx, store, engine, job).await
}

/// Waits for the job's end, and tells what came of it.
async fn work_off(cx: &Context, store: &DynStore, engine: Engine, job: JobId) -> Result<Ran> {
    let stop = signals::watch();
    let mut gauge = Gauge::start(&cx.out, 0);
    let ended = loop {
        let row = find(store, job).await?;
        gauge.show(
            row.finished,
            row.total,
            &format!("{} changed, {} failed", count(row.changed), count(row.failed)),
        );
        if row.state != ReparseState::Running {
            break Some(row);
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => break None,
        }
    };
    gauge.end();
    engine.stop().await;
    let Some(row) = ended else {
        store.set_reparse_state(job, ReparseState::Paused, cx.now()).await?;
        cx.out.remark(&format!("job {job} is paused; go on with `byline reparse resume {job}`"));
        return Ok(Ran::SomeFailed);
    };
    list(cx, std::slice::from_ref(&row))?;
    if row.changed > 0 {
        changes(cx, store, job).await?;
    }
    Ok(if row.failed > 0 { Ran::SomeFailed } else { Ran::Well })
}

fn is_over(job: &ReparseJob) -> bool {
    matches!(job.state, ReparseState::Done | ReparseState::Cancelled)
}

fn told(cx: &Context, job: JobId, text: &str) -> Result<()> {
    if cx.out.json {
        cx.out.json_line(&json!({ "job": job }))?;
    } else {
        cx.out.line(text)?;
    }
    Ok(())
}

async fn find(store: &DynStore, job: JobId) -> Result<ReparseJob> {
    let found = store.reparse_jobs().await?.into_iter().find(|j| j.id == job);
    found.ok_or_else(|| Usage(format!("there is no job {job}; `byline reparse list` lists them")).into())
}

async fn set(cx: &Context, store: &DynStore, job: JobId, state: ReparseState) -> Result<Ran> {
    let row = find(store, job).await?;
    if is_over(&row) {
        bail!(Usage(format!("job {job} is {}; start a new one", row.state.as_str())));
    }
    store.set_reparse_state(job, state, cx.now()).await?;
    told(cx, job, &format!("job {job} is {}", state.as_str()))?;
    if state == ReparseState::Running && cx.config.amqp_url.is_none() {
        cx.out.remark("the process that is at work on this data goes on with it");
    }
    Ok(Ran::Well)
}

fn list(cx: &Context, jobs: &[ReparseJob]) -> Result<()> {
    if cx.out.json {
        return Ok(jobs.iter().try_for_each(|job| cx.out.json_line(&value(job)))?);
    }
    let mut table = Table::new([
        ">job",
        "state",
        ">captures",
        ">done",
        ">changed",
        ">failed",
        ">a second",
        "left",
        "started",
        "which",
    ]);
    for job in jobs {
        let (rate, left) = pace(job);
        let left = left.map_or_else(String::new, duration);
        let dry = if job.new.dry_run { ", dry run" } else { "" };
        table.row([
            job.id.to_string(),
            format!("{}{dry}", job.state.as_str()),
            count(job.total),
            count(job.finished),
            count(job.changed),
            count(job.failed),
            format!("{rate:.0}"),
            left,
            age(job.created_at, cx.now()),
            which(&job.new.select).to_string(),
        ]);
    }
    if jobs.is_empty() {
        cx.out.remark("No jobs.");
    } else {
        cx.out.table(&table)?;
    }
    Ok(())
}

/// Captures a second so far, and how long the rest takes at that pace.
fn pace(job: &ReparseJob) -> (f64, Option<Duration>) {
    let elapsed = (job.updated_at - job.created_at).as_seconds_f64();
    let rate = if elapsed > 0.0 { job.finished as f64 / elapsed } else { 0.0 };
    let left = job.total.saturating_sub(job.finished);
    let running = job.state == ReparseState::Running && left > 0 && rate > 0.0;
    (rate, running.then(|| Duration::try_from_secs_f64(left as f64 / rate).unwrap_or(Duration::MAX)))
}

/// The conditions that were given.
fn which(select: &ReparseSelect) -> Value {
    let mut value = serde_json::to_value(select).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.retain(|_, v| !v.is_null() && *v != json!(false));
    }
    value
}

fn value(job: &ReparseJob) -> Value {
    let (rate, left) = pace(job);
    json!({
        "job": job.id,
        "state": job.state.as_str(),
        "dry_run": job.new.dry_run,
        "rate": job.new.rate,
        "select": which(&job.new.select),
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "total": job.total,
        "published": job.published,
        "finished": job.finished,
        "changed": job.changed,
        "failed": job.failed,
        "per_second": rate,
        "left_s": left.map(|left| left.as_secs()),
    })
}

async fn changes(cx: &Context, store: &DynStore, job: JobId) -> Result<Ran> {
    find(store, job).await?;
    let rows = store.reparse_changes(job, CHANGES).await?;
    cx.out.rows(&rows, "No changes.", |rows| {
        let mut table = Table::new(["field", ">pages", "before", "after", "for example"]);
        for row in rows {
            table.row([
                row.field.clone(),
                count(row.count),
                row.before.clone(),
                row.after.clone(),
                row.url.clone(),
            ]);
        }
        table
    })?;
    Ok(Ran::Well)
}
