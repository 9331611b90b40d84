//! "Something may have become grantable": within the process, and between processes on PostgreSQL.

use crate::{
    Result,
    db::{Db, Line},
};
use sqlx::postgres::{PgListener, PgPoolOptions};
use std::time::Duration;
use tokio::sync::{Mutex, Notify};

/// One scheduler waits; a notice given while it does not wait is kept for its next wait.
#[derive(Default)]
pub(super) struct Notice {
    here: Notify,
    /// Made at the first wait, made anew after an error.
    elsewhere: Mutex<Option<Listener>>,
}

struct Listener {
    connection: PgListener,
    /// Of the line when it was made. One that was found silent since may have been this one, which tells nobody.
    silences: u64,
}

impl Notice {
    pub(super) fn give(&self) {
        self.here.notify_one();
    }

    pub(super) async fn wait(&self, db: &Db, timeout: Duration) -> Result<()> {
        let wait = async {
            match db {
                Db::Sqlite { .. } => self.here.notified().await,
                Db::Postgres(pool, line) => tokio::select! {
                    () = self.here.notified() => {}
                    () = self.listen(pool, line) => {}
                },
            }
        };
        // Silence is no error: whoever waits looks for itself after the time-out.
        let _ = tokio::time::timeout(timeout, wait).await;
        Ok(())
    }

    /// Returns at the next notice of any process; never returns where the server does not let us listen.
    async fn listen(&self, pool: &sqlx::PgPool, line: &Line) {
        let mut listener = self.elsewhere.lock().await;
        let silences = line.silences();
        listener.take_if(|listener| listener.silences != silences);
        if listener.is_none() {
            let made = async {
                // Not one of the pool's connections: whether it is silent by itself or cut off cannot be told, so
                // it is not to be waited for when it is given up.
                let own = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
                let own = own.connect_lazy_with(pool.connect_options().as_ref().clone());
                let mut new = PgListener::connect_with(&own).await?;
                new.listen("byline").await?;
                Ok::<_, sqlx::Error>(new)
            };
            match made.await {
                Ok(connection) => *listener = Some(Listener { connection, silences }),
                Err(error) => {
                    tracing::debug!(%error, "cannot listen for notices, polling");
                    return std::future::pending().await;
                }
            }
        }
        if let Some(Listener { connection, .. }) = listener.as_mut() {
            // `None`: the connection was lost and is being made again; something may have been missed.
            match connection.try_recv().await {
                Ok(_) => while connection.next_buffered().is_some() {},
                Err(error) => {
                    tracing::debug!(%error, "lost the connection that listens for notices");
                    *listener = None;
                }
            }
        }
    }
}
