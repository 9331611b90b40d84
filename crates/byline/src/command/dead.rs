//! `byline dead list|show|replay|drop`: messages that could not be processed. They are kept in the
//! database; replaying sends a copy to the stage in which it died, dropping marks it as dealt with.

use super::Context;
use crate::{
    cli::{DeadActArgs, DeadCommand, DeadFilterArgs},
    engine::{Engine, Plan, open, signals},
    exit::{Ran, Usage},
    output::{Table, age, plural},
};
use anyhow::{Context as _, Result};
use model::PageUrl;
use queue::{Parcel, Publisher, Transport};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use store::{DeadFilter, DeadLetter, DeadSettled, DynStore, VisitFilter};

/// Between two looks at what is under way.
const LOOK: Duration = Duration::from_millis(50);

pub(super) async fn run(cx: &Context, command: &DeadCommand) -> Result<Ran> {
    let store = cx.store().await?;
    match command {
        DeadCommand::List(args) => list(cx, &store, args).await,
        DeadCommand::Show { id } => show(cx, &store, id).await,
        DeadCommand::Replay(args) => replay(cx, &store, args).await,
        DeadCommand::Drop(args) => drop_letters(cx, &store, args).await,
    }
}

fn filter(cx: &Context, args: &DeadFilterArgs, ids: &[String]) -> DeadFilter {
    DeadFilter {
        ids: ids.to_vec(),
        stage: args.stage.clone(),
        reason: args.reason.clone(),
        host: args.host.clone(),
        since: args.since.map(|w| w.moment(cx.now())),
        until: args.until.map(|w| w.moment(cx.now())),
        waiting: !args.settled && ids.is_empty(),
        limit: args.limit,
    }
}

async fn list(cx: &Context, store: &DynStore, args: &DeadFilterArgs) -> Result<Ran> {
    let letters = store.dead_letters(&filter(cx, args, &[])).await?;
    cx.out.rows(&letters, "No dead letters.", |rows| table(cx, rows))?;
    Ok(Ran::Well)
}

fn table(cx: &Context, letters: &[DeadLetter]) -> Table {
    let mut table = Table::new(["id", "stage", "reason", ">tries", "died", "page", "error"]);
    for letter in letters {
        table.row([
            letter.id.clone(),
            letter.stage.clone(),
            letter.reason.clone(),
            letter.attempts.to_string(),
            age(letter.died_at, cx.now()),
            letter.subject.clone(),
            letter.message.clone(),
        ]);
    }
    table
}

async fn show(cx: &Context, store: &DynStore, id: &str) -> Result<Ran> {
    let letter = one(store, id).await?;
    let page = match PageUrl::parse(&letter.subject) {
        Ok(url) => store.page_at(&url).await?,
        Err(_) => None,
    };
    let visits = match &page {
        Some(page) => store.visits(&VisitFilter { page_id: Some(page.id), ..VisitFilter::default() }).await?,
        None => Vec::new(),
    };
    if cx.out.json {
        cx.out.json_line(&json!({ "letter": letter, "page": page, "visits": visits }))?;
        return Ok(Ran::Well);
    }
    let mut facts = Table::new(["dead letter", &letter.id]);
    for (name, value) in [
        ("stage", letter.stage.clone()),
        ("reason", letter.reason.clone()),
        ("error", letter.message.clone()),
        ("page", letter.subject.clone()),
        ("tries", letter.attempts.to_string()),
        ("first tried", age(letter.first_at, cx.now())),
        ("died", age(letter.died_at, cx.now())),
        ("replays", letter.replays.to_string()),
        ("state", letter.state.clone()),
        ("since", letter.settled_at.map_or_else(String::new, |at| age(at, cx.now()))),
    ] {
        facts.row([name.to_owned(), value]);
    }
    cx.out.table(&facts)?;
    if !visits.is_empty() {
        cx.out.line("\nvisits to the page")?;
        cx.out.table(&super::show::timeline(cx, &visits))?;
    }
    cx.out.line("\nmessage")?;
    let pretty = serde_json::from_str::<serde_json::Value>(&letter.body)
        .and_then(|v| serde_json::to_string_pretty(&v))
        .unwrap_or(letter.body);
    let shown: Vec<String> = pretty.lines().map(crate::output::clean).collect();
    cx.out.line(&shown.join("\n"))?;
    Ok(Ran::Well)
}

async fn one(store: &DynStore, id: &str) -> Result<DeadLetter> {
    let filter = DeadFilter { ids: vec![id.to_owned()], limit: 1, ..DeadFilter::default() };
    let found = store.dead_letters(&filter).await?.into_iter().next();
    found
        .ok_or_else(|| Usage(format!("there is no dead letter {id:?}; `byline dead list` lists them")).into())
}

/// What is to be acted on; none where it is only to be listed: more than one without --yes, or --dry-run.
async fn chosen(
    cx: &Context,
    store: &DynStore,
    args: &DeadActArgs,
    verb: &str,
) -> Result<Option<Vec<DeadLetter>>> {
    let letters = store.dead_letters(&filter(cx, &args.filter, &args.ids)).await?;
    for id in &args.ids {
        if !letters.iter().any(|l| l.id == *id) {
            return Err(
                Usage(format!("there is no dead letter {id:?}; `byline dead list` lists them")).into()
            );
        }
    }
    if args.dry_run || (letters.len() > 1 && !args.yes) {
        cx.out.rows(&letters, "No dead letters.", |rows| table(cx, rows))?;
        if !letters.is_empty() {
            let n = plural(letters.len() as u64, "message", "messages");
            cx.out.remark(&format!("{n} would be {verb}; repeat with --yes to do it"));
        }
        return Ok(None);
    }
    Ok(Some(letters))
}

async fn replay(cx: &Context, store: &DynStore, args: &DeadActArgs) -> Result<Ran> {
    let Some(letters) = chosen(cx, store, args, "replayed").await? else { return Ok(Ran::Well) };
    let sent = if cx.config.amqp_url.is_some() {
        let transport = open::transport(&cx.config, "dead")?;
        let sent = send(cx, store, args, &letters, &transport).await?;
        transport.close().await;
        sent
    } else {
        work_off(cx, store, args, &letters).await?
    };
    tracing::info!(messages = sent, "dead letters replayed");
    told(cx, "replayed", sent)
}

/// Without a broker the stages run in this process until nothing is left to do.
async fn work_off(cx: &Context, store: &DynStore, args: &DeadActArgs, letters: &[DeadLetter]) -> Result<u64> {
    if letters.is_empty() {
        return Ok(0);
    }
    let engine = Engine::start(&cx.config, &Plan::replay()).await?;
    let stop = signals::watch();
    let transport = Arc::clone(engine.transport());
    let sent = send(cx, store, args, letters, &transport).await;
    while transport.held() > 0 && !stop.is_cancelled() {
        tokio::time::sleep(LOOK).await;
    }
    let left = transport.held();
    engine.stop().await;
    if left > 0 {
        cx.out.remark(&format!(
            "{} still under way; their pages are visited again",
            plural(left as u64, "message is", "messages are")
        ));
    }
    sent
}

async fn send(
    cx: &Context,
    store: &DynStore,
    args: &DeadActArgs,
    letters: &[DeadLetter],
    transport: &Arc<dyn Transport>,
) -> Result<u64> {
    let publisher = Publisher::new(Arc::clone(transport), "dead");
    let pause = args.rate.map(|rate| Duration::from_secs(1) / rate.max(1));
    let mut sent = 0;
    for letter in letters {
        let parcel = Parcel {
            body: letter.body.clone().into(),
            id: letter.id.clone(),
            attempt: 1,
            first_at: Some(letter.first_at),
            ..Parcel::default()
        };
        publisher
            .replay(&letter.stage, parcel.lane(), &parcel)
            .await
            .with_context(|| format!("{sent} of {} replayed; message {}", letters.len(), letter.id))?;
        store.settle_dead_letters(std::slice::from_ref(&letter.id), DeadSettled::Replayed, cx.now()).await?;
        sent += 1;
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
    }
    Ok(sent)
}

async fn drop_letters(cx: &Context, store: &DynStore, args: &DeadActArgs) -> Result<Ran> {
    let Some(letters) = chosen(cx, store, args, "dropped").await? else { return Ok(Ran::Well) };
    let ids: Vec<String> = letters.into_iter().map(|l| l.id).collect();
    let n = store.settle_dead_letters(&ids, DeadSettled::Dropped, cx.now()).await?;
    tracing::info!(messages = n, "dead letters dropped");
    told(cx, "dropped", n)
}

fn told(cx: &Context, verb: &str, n: u64) -> Result<Ran> {
    if cx.out.json {
        cx.out.json_line(&json!({ verb: n }))?;
    } else {
        cx.out.line(&format!("{} {verb}", plural(n, "message", "messages")))?;
    }
    Ok(Ran::Well)
}
