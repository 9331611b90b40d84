//! `byline reparse --rebuild`: a lost database, made again from the archive alone.

use super::super::Context;
use crate::{
    engine::{DataLock, open, signals},
    exit::Ran,
    output::{Gauge, Table, count, plural},
};
use anyhow::Result;
use futures::TryStreamExt;
use scheduler::pump::rebuild::{Desk, Rebuild, Rebuilt};
use serde_json::json;
use std::sync::Arc;
use store::DynStore;

/// Failures that a table shows.
const SHOWN: usize = 100;

pub(super) async fn run(cx: &Context, store: &DynStore) -> Result<Ran> {
    let _lock = cx.config.amqp_url.is_none().then(|| DataLock::take(&cx.config.data)).transpose()?;
    let archive = open::archive(&cx.config)?;
    let total = archive.all_keys("").try_fold(0_u64, |n, _| async move { Ok(n + 1) }).await?;
    let desk = Arc::new(Desk::default());
    let at_once = cx.config.parsers;
    let parser = parser::ParseStage::new(Arc::clone(&desk) as _, open::rules(&cx.config)?, at_once);
    let sink = sink::SinkStage::new(store.clone(), Arc::clone(&desk) as _, sink::Policy::default());
    let rebuild = Rebuild::new(store.clone(), archive, desk, Arc::new(parser), Arc::new(sink), at_once);
    let stop = signals::watch();
    let mut gauge = Gauge::start(&cx.out, total);
    let done = rebuild
        .run(|done| {
            gauge.show(done.seen, total, "");
            !stop.is_cancelled()
        })
        .await?;
    gauge.end();
    print(cx, store, &done).await?;
    if stop.is_cancelled() {
        cx.out.remark("interrupted; the same command goes on where it stopped");
        return Ok(Ran::SomeFailed);
    }
    Ok(if done.failed.is_empty() { Ran::Well } else { Ran::SomeFailed })
}

async fn print(cx: &Context, store: &DynStore, done: &Rebuilt) -> Result<()> {
    let counts = store.counts(cx.now()).await?;
    if cx.out.json {
        for (key, reason) in &done.failed {
            cx.out.json_line(&json!({ "failed": key, "reason": reason }))?;
        }
        cx.out.json_line(&json!({
            "captures": done.seen,
            "restored": done.restored,
            "known": done.known,
            "unlabelled": done.unlabelled,
            "failed": done.failed.len(),
            "counts": counts,
        }))?;
        return Ok(());
    }
    if !done.failed.is_empty() {
        let mut table = Table::new(["capture", "reason"]);
        for (key, reason) in done.failed.iter().take(SHOWN) {
            table.row([key.clone(), reason.clone()]);
        }
        cx.out.table(&table)?;
        cx.out.line("")?;
    }
    cx.out.line(&format!(
        "{} read: {} restored, {} known already, {} failed",
        plural(done.seen, "capture", "captures"),
        count(done.restored),
        count(done.known),
        count(done.failed.len() as u64)
    ))?;
    cx.out.line(&format!(
        "now there are {}, {}, {} and {}",
        plural(counts.authors, "author", "authors"),
        plural(counts.works, "work", "works"),
        plural(counts.articles, "article", "articles"),
        plural(counts.versions, "version", "versions")
    ))?;
    if done.unlabelled > 0 {
        cx.out.remark(&format!(
            "{} of an earlier version do not say what page they are of; follow their authors again \
             (byline follow URL), then run this command once more",
            plural(done.unlabelled, "capture", "captures")
        ));
    }
    if done.restored > 0 {
        cx.out.remark(
            "authors that were unfollowed are followed again: the archive does not tell; see `byline authors`",
        );
    }
    Ok(())
}
