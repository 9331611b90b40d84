//! PostgreSQL.

use super::{Db, line::Line};
use crate::{Result, StoreError};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{str::FromStr, sync::Arc, time::Duration};

/// Connections of one process: stages hold one for a few milliseconds at a time, the listener one for ever.
const CONNECTIONS: u32 = 8;

/// A connection that has answered so short a time ago is taken without being asked again.
const FRESH: Duration = Duration::from_secs(1);

pub(crate) fn open(url: &str) -> Result<Db> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|e| StoreError::Invalid(format!("not the address of a PostgreSQL database: {e}")))?
        .application_name("byline")
        .statement_cache_capacity(256)
        // Milliseconds. A statement ends before its caller stops waiting for it; a session that was
        // forgotten within a transaction does not keep its locks.
        .options([
            ("statement_timeout", "28000"),
            ("lock_timeout", "10000"),
            ("idle_in_transaction_session_timeout", "60000"),
        ]);
    let line = Arc::new(Line::new());
    let (taken, given_back) = (Arc::clone(&line), Arc::clone(&line));
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(Duration::from_secs(300))
        // sqlx's own test waits for an answer as long as it takes.
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let line = Arc::clone(&taken);
            Box::pin(async move {
                if meta.idle_for >= FRESH {
                    line.ask(connection).await?;
                }
                Ok(true)
            })
        })
        // So does its test of one that is given back, which follows this one and finds the line as it was found here.
        .after_release(move |connection, _| {
            let line = Arc::clone(&given_back);
            Box::pin(async move { line.ask(connection).await.map(|()| true) })
        })
        .connect_lazy_with(options);
    Ok(Db::Postgres(pool, line))
}

/// Classes of SQLSTATE that pass: connection exceptions, rollbacks (serialization, deadlock), lack of
/// resources, operator intervention (shutdown, cancel), system errors, and a lock that was not to be had
/// (PostgreSQL manual, appendix A).
pub(super) fn passes(code: &str) -> bool {
    ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class)) || code == "55P03"
}
