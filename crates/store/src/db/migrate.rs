//! The schema and its versions. A script is never changed once it was released; a change is a new script.

use super::{Db, Dialect, Tx, args};
use crate::{Result, StoreError};

/// Scripts for SQLite and PostgreSQL; the n-th brings the schema to version n.
const SCRIPTS: &[(&str, &str)] = &[
    (
        include_str!("../../migrations/sqlite/0001_schema.sql"),
        include_str!("../../migrations/postgres/0001_schema.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0002_rules.sql"),
        include_str!("../../migrations/postgres/0002_rules.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0003_manners.sql"),
        include_str!("../../migrations/postgres/0003_manners.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0004_parts.sql"),
        include_str!("../../migrations/postgres/0004_parts.sql"),
    ),
];

/// Any number that no other program is likely to lock (PostgreSQL: pg_advisory_xact_lock).
const LOCK: i64 = 0x6279_6c69_6e65;

impl Db {
    /// Runs the scripts that this database has not seen, all in one transaction; processes that start at the
    /// same time wait for each other.
    pub(crate) async fn migrate(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        if tx.dialect() == Dialect::Postgres {
            tx.rows("SELECT 1 FROM pg_advisory_xact_lock($1)", args![LOCK]).await?;
        }
        let version = current(&mut tx).await?;
        if version > SCRIPTS.len() {
            return Err(StoreError::Broken(format!(
                "the database has schema version {version}, this program knows up to {}; use a newer byline",
                SCRIPTS.len()
            )));
        }
        for (i, (sqlite, postgres)) in SCRIPTS.iter().enumerate().skip(version) {
            let script = match tx.dialect() {
                Dialect::Sqlite => sqlite,
                Dialect::Postgres => postgres,
            };
            tx.script(script).await?;
            tx.run("INSERT INTO schema_versions (version) VALUES ($1)", args![i + 1]).await?;
        }
        tx.commit().await
    }
}

async fn current(tx: &mut Tx) -> Result<usize> {
    tx.run("CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY)", args![]).await?;
    let rows = tx.rows("SELECT count(*) AS n FROM schema_versions", args![]).await?;
    rows.first().map_or(Ok(0), |row| row.count("n").map(|n| n as usize))
}
