//! Whether connections to a PostgreSQL server still lead there.
//!
//! Where a machine is gone or a firewall has forgotten a connection, nobody says so, and who waits for an answer
//! waits in vain. Connections share that fate, so what one of them shows is held against the others: statements
//! that were under way when a connection was found silent get a moment more, not the whole of their time.

use sqlx::{Connection, PgConnection};
use std::{future::Future, io, time::Duration};
use tokio::sync::watch;

/// Longest wait for a sign of life, which a server gives in less than a millisecond and a very busy one in one
/// second.
const SIGN: Duration = Duration::from_secs(5);

/// The way to one server, over all connections of a pool.
pub(crate) struct Line {
    /// How often a connection was found silent.
    silences: watch::Sender<u64>,
}

impl Line {
    pub(super) fn new() -> Self {
        Self { silences: watch::Sender::new(0) }
    }

    pub(crate) fn silences(&self) -> u64 {
        *self.silences.borrow()
    }

    /// Asks a connection for a sign of life.
    pub(super) async fn ask(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        match tokio::time::timeout(SIGN, connection.ping()).await {
            Ok(answer) => answer,
            Err(_) => {
                self.silences.send_modify(|n| *n += 1);
                let error = format!("no sign of life within {} s", SIGN.as_secs());
                Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, error)))
            }
        }
    }

    /// What comes of `work`, a statement on one of the connections; an error where another was found silent
    /// meanwhile and this one has not answered soon after.
    pub(super) async fn watched<T>(&self, work: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        let mut silences = self.silences.subscribe();
        let given_up = async {
            // Never an error: the sender lives as long as `self`.
            if silences.changed().await.is_ok() {
                tokio::time::sleep(SIGN).await;
            }
        };
        tokio::select! {
            biased;
            done = work => done,
            () = given_up => {
                let error = "another connection to this server was found silent, and this one does not answer";
                Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, error)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use tokio::time::{Instant, sleep};

    #[tokio::test(start_paused = true)]
    async fn who_waits_beside_a_silent_connection_waits_a_moment_more() {
        let line = Line::new();
        let begun = Instant::now();
        let find = async {
            sleep(Duration::from_secs(3)).await;
            line.silences.send_modify(|n| *n += 1);
        };
        let slow = async {
            sleep(Duration::from_secs(7)).await;
            Ok(())
        };
        let (slow, silent, ()) =
            tokio::join!(line.watched(slow), line.watched(pending::<sqlx::Result<()>>()), find);
        assert!(slow.is_ok() && silent.is_err());
        assert_eq!(begun.elapsed(), Duration::from_secs(3) + SIGN);
        assert_eq!(line.silences(), 1);
    }
}
