//! "Something may have become grantable": within the process, and between processes on PostgreSQL.

use crate::{Result, db::Db};
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio::sync::{Mutex, Notify};

/// One scheduler waits; a notice given while it does not wait is kept for its next wait.
#[derive(Default)]
pub(super) struct Notice {
    here: Notify,
    /// Made at the first wait, made anew after an error.
    elsewhere: Mutex<Option<PgListener>>,
}

impl Notice {
    pub(super) fn give(&self) {
        self.here.notify_one();
    }

    pub(super) async fn wait(&self, db: &Db, timeout: Duration) -> Result<()> {
        let wait = async {
            match db {
                Db::Sqlite { .. } => self.here.notified().await,
                Db::Postgres(pool) => tokio::select! {
                    () = self.here.notified() => {}
                    () = self.listen(pool) => {}
                },
            }
        };
        // Silence is no error: whoever waits looks for itself after the time-out.
        let _ = tokio::time::timeout(timeout, wait).await;
        Ok(())
    }

    /// Returns at the next notice of any process; never returns where the server does not let us listen.
    async fn listen(&self, pool: &sqlx::PgPool) {
        let mut listener = self.elsewhere.lock().await;
        if listener.is_none() {
            let made = async {
                let mut new = PgListener::connect_with(pool).await?;
                new.listen("byline").await?;
                Ok::<_, sqlx::Error>(new)
            };
            match made.await {
                Ok(new) => *listener = Some(new),
                Err(error) => {
                    tracing::debug!(%error, "cannot listen for notices, polling");
                    return std::future::pending().await;
                }
            }
        }
        if let Some(active) = listener.as_mut() {
            // `None`: the connection was lost and is being made again; something may have been missed.
            match active.try_recv().await {
                Ok(_) => while active.next_buffered().is_some() {},
                Err(error) => {
                    tracing::debug!(%error, "lost the connection that listens for notices");
                    *listener = None;
                }
            }
        }
    }
}
