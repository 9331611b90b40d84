//! SQLite: one writer, many readers, a write-ahead log.

use super::Db;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::{path::Path, time::Duration};

/// Readers at once: the web and a few commands. Idle ones end after a minute.
const READERS: u32 = 4;

/// Statement texts of this crate, with room: each is prepared once per connection.
const STATEMENTS: usize = 256;

/// Opens (and makes) the file.
///
/// `synchronous = NORMAL`: with a write-ahead log a commit survives the death of the process but the last
/// ones may be lost with the machine's power, never torn. That is enough: a result that is lost this way
/// leaves its page under a lease that ends, so the page is visited again, and its capture is in the archive.
/// A full sync on each commit would cost several milliseconds on common disks.
pub(crate) fn open(file: &Path) -> Db {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true)
        .pragma("journal_size_limit", (64 * 1024 * 1024).to_string())
        // Pages of the cache, in KiB where negative: small, since the operating system caches as well.
        .pragma("cache_size", "-8192")
        // Readers see pages in the system's cache: each commit of the writer empties their own.
        .pragma("mmap_size", (256 * 1024 * 1024).to_string())
        .pragma("temp_store", "memory")
        .statement_cache_capacity(STATEMENTS);
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(20))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options.clone());
    let read = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(Duration::from_secs(20))
        .idle_timeout(Duration::from_secs(60))
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options);
    Db::Sqlite { write, read }
}

/// SQLITE_BUSY, SQLITE_LOCKED, SQLITE_INTERRUPT, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_PROTOCOL,
/// with any extended code (https://sqlite.org/rescode.html).
pub(super) fn passes(code: &str) -> bool {
    matches!(code.parse::<u32>().map(|c| c & 0xff), Ok(5 | 6 | 9 | 10 | 13 | 14 | 15))
}
