//! One supervised connection: built, watched, and built again for as long as the process wants it.

use super::{AmqpConfig, backoff::Backoff, busy, declare};
use crate::{SendError, topology::Plan};
use futures::StreamExt;
use lapin::{Channel, Connection, ConnectionProperties, Event, options::ConfirmSelectOptions};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// A TCP connect, TLS and the AMQP handshake together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a connection is asked whether it still stands, should its end go unreported.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// For the closing handshake: a peer that is gone does not answer it.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest wait for the answer to a question.
const ANSWER: Duration = Duration::from_secs(10);

pub(super) struct Link {
    current: watch::Receiver<Option<Arc<Session>>>,
    closing: CancellationToken,
    supervisor: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

/// One connection that stands, or stood a moment ago.
pub(super) struct Session {
    connection: Connection,
    /// In confirm mode.
    pub(super) confirms: Channel,
    doubted: CancellationToken,
}

impl Session {
    /// A channel of its own: an error on one ends only that one.
    pub(super) async fn channel(&self) -> Result<Channel, SendError> {
        self.connection.create_channel().await.map_err(busy)
    }

    /// The broker's answer, if it comes in time. A broker that has just come back may owe one for ever on a
    /// connection whose heartbeats go on: such a connection is given up. One that has an alarm reads nothing from who
    /// publishes, and that connection is sound.
    ///
    /// # Errors
    /// [`SendError::Busy`] where there is none; else those of `asking`.
    pub(super) async fn ask<T>(
        &self,
        asking: impl Future<Output = Result<T, SendError>>,
    ) -> Result<T, SendError> {
        match tokio::time::timeout(ANSWER, asking).await {
            Ok(answer) => answer,
            Err(_) => {
                if !self.is_blocked() {
                    self.doubt();
                }
                Err(SendError::Busy(format!("no answer from the broker within {ANSWER:?}")))
            }
        }
    }

    /// Not to be trusted any longer: its link builds another.
    pub(super) fn doubt(&self) {
        self.doubted.cancel();
    }

    pub(super) fn is_blocked(&self) -> bool {
        self.connection.status().blocked()
    }

    fn stands(&self) -> bool {
        self.connection.status().connected() && self.confirms.status().connected()
    }

    async fn open(config: &AmqpConfig, purpose: &str, plan: &Plan) -> Result<Self, SendError> {
        let name = format!("{} ({purpose})", config.name);
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let connection = Connection::connect_uri(config.uri.clone(), properties).await.map_err(busy)?;
        // Whoever comes first declares; for the others it is a few round trips that change nothing.
        let declaring = connection.create_channel().await.map_err(busy)?;
        declare::apply(&declaring, plan).await?;
        let confirms = connection.create_channel().await.map_err(busy)?;
        confirms.confirm_select(ConfirmSelectOptions::default()).await.map_err(busy)?;
        Ok(Self { connection, confirms, doubted: CancellationToken::new() })
    }

    async fn close(&self) {
        let bye = self.connection.close(200, "bye".into());
        match tokio::time::timeout(CLOSE_TIMEOUT, bye).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "connection was already closed"),
            Err(_) => tracing::debug!("no answer to the closing of a connection"),
        }
    }
}

impl Link {
    pub(super) fn start(config: AmqpConfig, purpose: &'static str, plan: Arc<Plan>) -> Self {
        let (sender, current) = watch::channel(None);
        let closing = CancellationToken::new();
        let supervisor = Supervisor { config, purpose, plan, sender, closing: closing.clone() };
        let supervisor = tokio::sync::Mutex::new(Some(tokio::spawn(supervisor.run())));
        Self { current, closing, supervisor }
    }

    /// The connection, as soon as there is one, within `patience`.
    pub(super) async fn session(&self, patience: Duration) -> Result<Arc<Session>, SendError> {
        match tokio::time::timeout(patience, self.connected()).await {
            Ok(Some(session)) => Ok(session),
            Ok(None) => Err(SendError::Busy("closed".to_owned())),
            Err(_) => Err(SendError::Busy("not connected".to_owned())),
        }
    }

    /// The connection, however long that takes; none once the link is closed.
    pub(super) async fn connected(&self) -> Option<Arc<Session>> {
        let mut current = self.current.clone();
        let session = current.wait_for(Option::is_some).await.ok()?;
        session.clone()
    }

    /// Away with the present connection, if there is one.
    pub(super) fn rebuild(&self) {
        if let Some(session) = self.current.borrow().as_ref() {
            session.doubt();
        }
    }

    pub(super) async fn close(&self) {
        self.closing.cancel();
        if let Some(supervisor) = self.supervisor.lock().await.take()
            && let Err(error) = supervisor.await
        {
            tracing::warn!(%error, "connection supervisor ended badly");
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

struct Supervisor {
    config: AmqpConfig,
    purpose: &'static str,
    plan: Arc<Plan>,
    sender: watch::Sender<Option<Arc<Session>>>,
    closing: CancellationToken,
}

impl Supervisor {
    async fn run(self) {
        let mut backoff = Backoff::default();
        let mut told = false;
        loop {
            let opened = tokio::select! {
                () = self.closing.cancelled() => return,
                opened = tokio::time::timeout(
                    CONNECT_TIMEOUT, Session::open(&self.config, self.purpose, &self.plan)) => opened,
            };
            let error = match opened {
                Ok(Ok(session)) => {
                    let why = self.serve(session).await;
                    if self.closing.is_cancelled() {
                        return;
                    }
                    // Only a connection that served for a while proves that all is well again.
                    backoff.reset();
                    told = false;
                    why
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("no connection within {CONNECT_TIMEOUT:?}"),
            };
            metrics::counter!("byline_queue_reconnects_total", "purpose" => self.purpose).increment(1);
            let wait = backoff.next();
            // Once for each loss: what is repeated every few seconds for an hour hides everything else.
            if std::mem::replace(&mut told, true) {
                tracing::debug!(
                    purpose = self.purpose,
                    error,
                    wait_ms = wait.as_millis() as u64,
                    "broker still away"
                );
            } else {
                tracing::warn!(
                    broker = self.config.shown(),
                    purpose = self.purpose,
                    error,
                    "no connection to the broker, trying until there is one"
                );
            }
            tokio::select! {
                () = self.closing.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Offers the session until it ends, and says why it did.
    async fn serve(&self, session: Session) -> String {
        tracing::info!(broker = self.config.shown(), purpose = self.purpose, "broker connected");
        let session = Arc::new(session);
        self.sender.send_replace(Some(Arc::clone(&session)));
        let why = self.until_it_ends(&session).await;
        self.sender.send_replace(None);
        session.close().await;
        why
    }

    async fn until_it_ends(&self, session: &Session) -> String {
        let mut events = Box::pin(session.connection.events_listener());
        loop {
            tokio::select! {
                () = self.closing.cancelled() => return "closing".to_owned(),
                () = session.doubted.cancelled() => return "not trusted any longer".to_owned(),
                event = events.next() => match event {
                    Some(Event::Error(error)) => return error.to_string(),
                    Some(Event::ConnectionBlocked(reason)) => {
                        tracing::warn!(broker = self.config.shown(), reason, "broker blocks publishers");
                    }
                    Some(Event::ConnectionUnblocked) => {
                        tracing::info!(broker = self.config.shown(), "broker takes messages again");
                    }
                    Some(_) => {}
                    None => return "connection ended".to_owned(),
                },
                () = tokio::time::sleep(LOOK_EVERY) => {
                    if !session.stands() {
                        return "connection or channel closed".to_owned();
                    }
                }
            }
        }
    }
}
