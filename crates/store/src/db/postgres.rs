//! PostgreSQL.

use super::Db;
use crate::{Result, StoreError};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{str::FromStr, time::Duration};

/// Connections of one process: stages hold one for a few milliseconds at a time, the listener one for ever.
const CONNECTIONS: u32 = 8;

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
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(Duration::from_secs(300))
        .connect_lazy_with(options);
    Ok(Db::Postgres(pool))
}

/// Classes of SQLSTATE that pass: connection exceptions, rollbacks (serialization, deadlock), lack of
/// resources, operator intervention (shutdown, cancel), system errors, and a lock that was not to be had
/// (PostgreSQL manual, appendix A).
pub(super) fn passes(code: &str) -> bool {
    ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class)) || code == "55P03"
}
