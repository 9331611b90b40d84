//! RabbitMQ, 3.10 and newer, without plugins.
//!
//! One connection publishes and one consumes: a broker short of memory or disk blocks connections that
//! publish, and acknowledgements must pass all the same, or the shortage never ends.
//!
//! lapin's own recovery gives up after 16 tries and never recovers from a channel error, so it is off and
//! [`link`] rebuilds connections and [`consume`] channels, without limit.

use crate::{Depth, Health, Parcel, Route, SendError, Subscription, Topology, Transport};
use async_trait::async_trait;
use lapin::{
    options::{QueueDeclareOptions, QueueDeleteOptions, QueuePurgeOptions},
    types::FieldTable,
    uri::{AMQPScheme, AMQPUri},
};
use std::{sync::Arc, time::Duration};

mod backoff;
mod consume;
mod convert;
mod declare;
mod link;
mod publish;

use link::Link;

/// How a broker is used.
#[derive(Clone)]
pub struct AmqpConfig {
    uri: AMQPUri,
    /// Shown in the broker's list of connections.
    pub name: String,
    /// Longest wait for a connection before a send is answered with [`SendError::Busy`].
    pub connect_wait: Duration,
    /// Longest wait for a confirm. Then the connection is thought dead and is built anew.
    pub confirm_timeout: Duration,
    /// A consumer that receives nothing for so long while its queue is not empty is built anew.
    pub stuck_after: Duration,
}

/// Seconds; also how long a dead peer can go unnoticed, twice over. In the address `?heartbeat=` sets another.
const HEARTBEAT: u16 = 10;

/// Bytes of a frame. lapin keeps 32 frames each way for each of two connections: at the broker's 128 KiB a
/// process that does nothing holds 16 MiB of them. A message's headers have to fit into one frame, its body is cut
/// into as many as it takes. In the address `?frame_max=` sets another.
const FRAME_MAX: u32 = 32 << 10;

/// Why a text is not the address of a broker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAmqpUrl {
    /// The address itself is not repeated: it may hold a password.
    #[error("not the address of a RabbitMQ server: {0}; write it as amqp://user:password@host:5672/vhost")]
    Syntax(String),
    /// lapin's TLS brings a PKCS #12 stack of 26 crates with it; a tunnel beside the broker brings none.
    #[error(
        "amqps:// is not built in; put a TLS tunnel such as stunnel in front of the broker and use amqp://"
    )]
    Tls,
}

impl AmqpConfig {
    /// # Errors
    /// [`BadAmqpUrl`] where `url` is not `amqp://` with a host.
    pub fn new(url: &str, name: &str) -> Result<Self, BadAmqpUrl> {
        let mut uri: AMQPUri = url.parse().map_err(BadAmqpUrl::Syntax)?;
        if matches!(uri.scheme, AMQPScheme::AMQPS) {
            return Err(BadAmqpUrl::Tls);
        }
        uri.query.heartbeat.get_or_insert(HEARTBEAT);
        uri.query.frame_max.get_or_insert(FRAME_MAX);
        Ok(Self {
            uri,
            name: name.to_owned(),
            connect_wait: Duration::from_secs(2),
            confirm_timeout: Duration::from_secs(30),
            stuck_after: Duration::from_secs(60),
        })
    }

    /// `amqp://host:port/vhost`, fit for a log.
    pub fn shown(&self) -> String {
        let AMQPUri { authority, vhost, .. } = &self.uri;
        format!("amqp://{}:{}/{vhost}", authority.host, authority.port)
    }
}

impl std::fmt::Debug for AmqpConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AmqpConfig")
            .field("url", &self.shown())
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The back end over RabbitMQ. Made at once: connecting goes on in the background for as long as it takes.
pub struct Amqp {
    topology: Topology,
    config: AmqpConfig,
    publishing: Arc<Link>,
    consuming: Arc<Link>,
}

impl Amqp {
    /// Must be called within a tokio runtime.
    pub fn new(config: AmqpConfig, topology: Topology) -> Self {
        let plan = Arc::new(topology.plan());
        let publishing = Link::start(config.clone(), "publish", Arc::clone(&plan));
        let consuming = Link::start(config.clone(), "consume", plan);
        Self { topology, config, publishing: Arc::new(publishing), consuming: Arc::new(consuming) }
    }

    /// Drops both connections as a broken network would; they are built anew at once.
    pub fn interrupt(&self) {
        self.publishing.rebuild();
        self.consuming.rebuild();
    }

    /// Removes everything that was declared, with all messages.
    ///
    /// # Errors
    /// [`SendError::Busy`] where the broker does not answer.
    pub async fn demolish(&self) -> Result<(), SendError> {
        let session = self.publishing.session(self.config.connect_wait).await?;
        let plan = self.topology.plan();
        let demolishing = async {
            let channel = session.channel().await?;
            for queue in plan.queues {
                let deleted = channel.queue_delete(queue.name.into(), QueueDeleteOptions::default()).await;
                deleted.map_err(busy)?;
            }
            for exchange in plan.exchanges {
                let deleted = channel.exchange_delete(exchange.name.into(), Default::default()).await;
                deleted.map_err(busy)?;
            }
            Ok(())
        };
        session.ask(demolishing).await
    }
}

#[async_trait]
impl Transport for Amqp {
    fn topology(&self) -> &Topology {
        &self.topology
    }

    async fn send(&self, route: &Route, parcel: &Parcel) -> Result<(), SendError> {
        let session = self.publishing.session(self.config.connect_wait).await?;
        let address = self.topology.address(route);
        let mandatory = !matches!(route, Route::Event { .. });
        publish::send(&session, &address, mandatory, parcel, self.config.confirm_timeout).await
    }

    fn subscribe(&self, queue: &str, prefetch: u16, health: Arc<Health>) -> Subscription {
        let consumer = consume::Consumer {
            link: Arc::clone(&self.consuming),
            queue: queue.to_owned(),
            prefetch,
            stuck_after: self.config.stuck_after,
            health,
        };
        Subscription::spawn(prefetch, |tray, stop| consumer.run(tray, stop))
    }

    async fn depth(&self, queue: &str) -> Result<Depth, SendError> {
        let session = self.publishing.session(self.config.connect_wait).await?;
        depth(&session, queue).await
    }

    async fn purge(&self, queue: &str) -> Result<u64, SendError> {
        let session = self.publishing.session(self.config.connect_wait).await?;
        let purging = async {
            let channel = session.channel().await?;
            let purged = channel.queue_purge(queue.into(), QueuePurgeOptions::default()).await;
            purged.map(u64::from).map_err(busy)
        };
        session.ask(purging).await
    }

    async fn apply(&self) -> Result<(), SendError> {
        let session = self.publishing.session(self.config.connect_wait).await?;
        let declaring = async { declare::apply(&session.channel().await?, &self.topology.plan()).await };
        session.ask(declaring).await
    }

    async fn close(&self) {
        tokio::join!(self.publishing.close(), self.consuming.close());
    }

    /// The broker keeps them all.
    fn held(&self) -> usize {
        0
    }
}

async fn depth(session: &link::Session, queue: &str) -> Result<Depth, SendError> {
    let asking = async {
        let channel = session.channel().await?;
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::durable() };
        let queue =
            channel.queue_declare(queue.into(), passive, FieldTable::default()).await.map_err(busy)?;
        Ok(Depth { ready: queue.message_count().into(), consumers: queue.consumer_count() })
    };
    session.ask(asking).await
}

#[expect(clippy::needless_pass_by_value, reason = "used as an argument of map_err")]
fn busy(error: lapin::Error) -> SendError {
    SendError::Busy(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_their_password() {
        let config = AmqpConfig::new("amqp://u:secret@mq.example:5673/byline", "test").unwrap();
        assert_eq!(config.shown(), "amqp://mq.example:5673/byline");
        assert!(!format!("{config:?}").contains("secret"));
        assert!(AmqpConfig::new("http://mq.example", "test").is_err());
        assert_eq!(AmqpConfig::new("amqps://mq.example", "test").unwrap_err(), BadAmqpUrl::Tls);
    }
}
