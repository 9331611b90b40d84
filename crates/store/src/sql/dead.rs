//! Dead letters.

use crate::{
    DeadFilter, DeadLetter, DeadSettled, Result, Time,
    db::{Db, Filter, Row, Rows, args},
};
use std::collections::HashSet;

pub(super) async fn record(db: &Db, letter: &DeadLetter) -> Result<()> {
    // A letter that was replayed and died again waits again; one that is recorded twice is recorded once.
    let sql = "INSERT INTO dead_letters (id, stage, reason, message, subject, host, attempts, first_at, died_at, body,
                   replays, state)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
               ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, message = excluded.message,
                   attempts = excluded.attempts, died_at = excluded.died_at, body = excluded.body,
                   state = 'waiting', settled_at = NULL
               WHERE dead_letters.state = 'replayed' AND excluded.died_at > dead_letters.settled_at";
    let args = args![
        letter.id.as_str(),
        letter.stage.as_str(),
        letter.reason.as_str(),
        letter.message.as_str(),
        letter.subject.as_str(),
        letter.host.as_str(),
        letter.attempts,
        letter.first_at,
        letter.died_at,
        letter.body.as_str(),
        letter.replays,
        letter.state.as_str()
    ];
    let mut tx = db.begin().await?;
    tx.run(sql, args).await?;
    tx.commit().await
}

pub(super) async fn list(db: &Db, filter: &DeadFilter) -> Result<Vec<DeadLetter>> {
    let mut conditions = Filter::new();
    conditions.and("stage = ?", filter.stage.as_deref());
    conditions.and("reason = ?", filter.reason.as_deref());
    conditions.and("host = ?", filter.host.as_deref());
    conditions.and("died_at >= ?", filter.since);
    conditions.and("died_at <= ?", filter.until);
    conditions.and("state = ?", filter.waiting.then_some("waiting"));
    let limit = if filter.ids.is_empty() { conditions.arg(filter.limit) } else { String::new() };
    let (conditions, args) = conditions.done();
    const COLUMNS: &str = "id, stage, reason, message, subject, host, attempts, first_at, died_at, body, replays, state, settled_at";
    let rows = if filter.ids.is_empty() {
        let sql = format!(
            "SELECT {COLUMNS} FROM dead_letters WHERE {conditions} ORDER BY died_at DESC, id LIMIT {limit}"
        );
        db.read(&sql, args).await?
    } else {
        let sql = format!(
            "SELECT {COLUMNS} FROM dead_letters WHERE {conditions} AND id IN (SELECT r.text FROM {{rows}})
             ORDER BY died_at DESC, id"
        );
        let ids: HashSet<String> = filter.ids.iter().cloned().collect();
        db.read_each(&sql, args, Rows::texts(ids)).await?
    };
    rows.iter().take(if filter.limit == 0 { usize::MAX } else { filter.limit }).map(letter).collect()
}

fn letter(row: &Row) -> Result<DeadLetter> {
    Ok(DeadLetter {
        id: row.text("id")?,
        stage: row.text("stage")?,
        reason: row.text("reason")?,
        message: row.text("message")?,
        subject: row.text("subject")?,
        host: row.text("host")?,
        attempts: row.small("attempts")?,
        first_at: row.time("first_at")?,
        died_at: row.time("died_at")?,
        body: row.text("body")?,
        replays: row.small("replays")?,
        state: row.text("state")?,
        settled_at: row.opt_time("settled_at")?,
    })
}

pub(super) async fn settle(db: &Db, ids: &[String], how: DeadSettled, now: Time) -> Result<u64> {
    let (state, replays) = match how {
        DeadSettled::Replayed => ("replayed", 1),
        DeadSettled::Dropped => ("dropped", 0),
    };
    let sql = "UPDATE dead_letters SET state = $1, replays = replays + $2, settled_at = $3
               WHERE state = 'waiting' AND id IN (SELECT r.text FROM {rows})";
    let mut tx = db.begin().await?;
    let settled = tx.run_each(sql, args![state, replays, now], Rows::texts(ids.iter().cloned())).await?;
    tx.commit().await?;
    Ok(settled)
}
