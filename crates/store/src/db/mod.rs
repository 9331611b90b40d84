//! The one place that knows two databases. Above it, every statement is written once: SQL that both
//! understand, with the few words that differ as `{marks}` (see [`Dialect`]), values as [`Value`], and many
//! rows in one statement as [`Rows`].

mod line;
mod migrate;
pub(crate) mod postgres;
mod row;
pub(crate) mod sqlite;
mod value;

pub(crate) use line::Line;
pub(crate) use row::Row;
pub(crate) use value::{Column, Filter, Rows, Value, args};

use crate::{Result, StoreError};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Sqlite, SqlitePool, pool::PoolConnection};
use std::{future::Future, sync::Arc, time::Duration};

/// Longest wait for one statement; PostgreSQL gives up by itself a little earlier.
const STATEMENT_LIMIT: Duration = Duration::from_secs(30);

/// A database of either kind.
pub(crate) enum Db {
    Sqlite {
        /// One connection: SQLite has one writer, and waiting here is fairer than in its busy loop.
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool, Arc<Line>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Puts the database's own words in place of the marks:
    /// `{immediate}`, `{for_update}`, `{skip_locked}` (locks: SQLite's writer takes one for all at the start,
    /// PostgreSQL locks rows; keys do not change, so rows that refer to a locked one can be written), `{greatest}`
    /// and `{least}`.
    fn sql(self, sql: &str) -> String {
        let words = match self {
            Self::Sqlite => ["IMMEDIATE", "", "", "max", "min"],
            Self::Postgres => ["", "FOR NO KEY UPDATE", "FOR NO KEY UPDATE SKIP LOCKED", "greatest", "least"],
        };
        let marks = ["{immediate}", "{for_update}", "{skip_locked}", "{greatest}", "{least}"];
        let mut sql = sql.to_owned();
        for (mark, word) in marks.into_iter().zip(words) {
            if sql.contains(mark) {
                sql = sql.replace(mark, word);
            }
        }
        sql
    }
}

impl Db {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(..) => Dialect::Postgres,
        }
    }

    /// Begins a transaction that will write.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        let mut tx = match self {
            Self::Sqlite { write, .. } => Tx::new(Connection::Sqlite(bounded(write.acquire()).await?)),
            Self::Postgres(pool, line) => {
                Tx::new(Connection::Postgres(bounded(pool.acquire()).await?, Arc::clone(line)))
            }
        };
        tx.run("BEGIN {immediate}", args![]).await?;
        tx.open = true;
        Ok(tx)
    }

    /// Runs one reading statement.
    pub(crate) async fn read(&self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>> {
        self.reader().await?.rows(sql, args).await
    }

    /// Runs one reading statement over the rows of `{rows}`.
    pub(crate) async fn read_each(&self, sql: &str, args: Vec<Value>, rows: Rows) -> Result<Vec<Row>> {
        self.reader().await?.rows_each(sql, args, rows).await
    }

    /// A connection to read with, without a transaction: each statement sees the newest state.
    pub(crate) async fn reader(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { read, .. } => Tx::new(Connection::Sqlite(bounded(read.acquire()).await?)),
            Self::Postgres(pool, line) => {
                Tx::new(Connection::Postgres(bounded(pool.acquire()).await?, Arc::clone(line)))
            }
        })
    }
}

enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>, Arc<Line>),
}

/// A transaction. Dropped before [`Tx::commit`] (an error, a cancelled future) it is undone, and its
/// connection closed: the state of one that was cut off in the middle of a statement is not to be trusted.
pub(crate) struct Tx {
    connection: Connection,
    open: bool,
    broken: bool,
}

impl Tx {
    fn new(connection: Connection) -> Self {
        Self { connection, open: false, broken: false }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.connection {
            Connection::Sqlite(_) => Dialect::Sqlite,
            Connection::Postgres(..) => Dialect::Postgres,
        }
    }

    /// Runs a statement; returns how many rows it changed.
    pub(crate) async fn run(&mut self, sql: &str, args: Vec<Value>) -> Result<u64> {
        self.run_with(self.dialect().sql(sql), args, None).await
    }

    /// Runs a statement over the rows of `{rows}`, and does nothing where there are none.
    pub(crate) async fn run_each(&mut self, sql: &str, args: Vec<Value>, rows: Rows) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        let sql = rows.in_sql(self.dialect(), &self.dialect().sql(sql), args.len());
        self.run_with(sql, args, Some(rows)).await
    }

    pub(crate) async fn rows(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>> {
        self.rows_with(self.dialect().sql(sql), args, None).await
    }

    pub(crate) async fn rows_each(&mut self, sql: &str, args: Vec<Value>, rows: Rows) -> Result<Vec<Row>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let sql = rows.in_sql(self.dialect(), &self.dialect().sql(sql), args.len());
        self.rows_with(sql, args, Some(rows)).await
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        self.run("COMMIT", args![]).await?;
        self.open = false;
        Ok(())
    }

    /// Runs a script of several statements.
    async fn script(&mut self, sql: &'static str) -> Result<()> {
        self.broken = true;
        let done = match &mut self.connection {
            Connection::Sqlite(c) => bounded(sqlx::raw_sql(sql).execute(&mut **c)).await.map(drop),
            // A migration takes its time, and nothing else goes on meanwhile.
            Connection::Postgres(c, _) => bounded(sqlx::raw_sql(sql).execute(&mut **c)).await.map(drop),
        };
        self.broken = false;
        done
    }

    async fn run_with(&mut self, sql: String, args: Vec<Value>, rows: Option<Rows>) -> Result<u64> {
        self.broken = true;
        let done = match &mut self.connection {
            Connection::Sqlite(c) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), value::for_sqlite(args, rows)?);
                bounded(query.execute(&mut **c)).await.map(|done| done.rows_affected())
            }
            Connection::Postgres(c, line) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), value::for_postgres(args, rows)?);
                bounded(line.watched(query.execute(&mut **c))).await.map(|done| done.rows_affected())
            }
        };
        self.broken = false;
        done
    }

    async fn rows_with(&mut self, sql: String, args: Vec<Value>, rows: Option<Rows>) -> Result<Vec<Row>> {
        self.broken = true;
        let found = match &mut self.connection {
            Connection::Sqlite(c) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), value::for_sqlite(args, rows)?);
                let rows = bounded(query.fetch_all(&mut **c)).await;
                rows.map(|rows| rows.into_iter().map(Row::Sqlite).collect())
            }
            Connection::Postgres(c, line) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), value::for_postgres(args, rows)?);
                let rows = bounded(line.watched(query.fetch_all(&mut **c))).await;
                rows.map(|rows| rows.into_iter().map(Row::Postgres).collect())
            }
        };
        self.broken = false;
        found
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if self.open || self.broken {
            match &mut self.connection {
                Connection::Sqlite(c) => c.close_on_drop(),
                Connection::Postgres(c, _) => c.close_on_drop(),
            }
        }
    }
}

/// The result of a statement within [`STATEMENT_LIMIT`], its error sorted.
async fn bounded<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T> {
    match tokio::time::timeout(STATEMENT_LIMIT, work).await {
        Ok(done) => done.map_err(|e| sorted(&e)),
        Err(_) => Err(StoreError::Unavailable(format!("no answer within {} s", STATEMENT_LIMIT.as_secs()))),
    }
}

/// What comes back by itself is [`StoreError::Unavailable`]; the rest needs a person.
fn sorted(error: &sqlx::Error) -> StoreError {
    use sqlx::Error;
    let passes = match error {
        Error::Io(_) | Error::Tls(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed => true,
        // A connection that was cut in the middle of an answer.
        Error::Protocol(_) => true,
        Error::Database(e) if e.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() => {
            postgres::passes(e.code().as_deref().unwrap_or_default())
        }
        Error::Database(e) => sqlite::passes(e.code().as_deref().unwrap_or_default()),
        _ => false,
    };
    match passes {
        true => StoreError::Unavailable(error.to_string()),
        false => StoreError::Broken(error.to_string()),
    }
}
