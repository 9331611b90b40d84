//! One consumer, kept alive: each connection gives it a new channel with its prefetch set again.

use super::{
    backoff::Backoff,
    busy, convert, depth,
    link::{Link, Session},
};
use crate::{
    Delivery, Health, Lost, SendError,
    transport::{Settle, Tray},
};
use async_trait::async_trait;
use futures::StreamExt;
use lapin::{
    Acker, Channel,
    options::{BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions},
    types::FieldTable,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(super) struct Consumer {
    pub(super) link: Arc<Link>,
    pub(super) queue: String,
    pub(super) prefetch: u16,
    pub(super) stuck_after: Duration,
    pub(super) health: Arc<Health>,
}

/// Why one channel's consuming ended.
enum End {
    Stopped,
    Fault(String),
}

impl Consumer {
    pub(super) async fn run(self, tray: Arc<Tray>, stop: CancellationToken) {
        self.health.subscribed();
        let mut backoff = Backoff::default();
        let mut doubt = Doubt::new(&self.health);
        loop {
            let session = tokio::select! {
                () = stop.cancelled() => break,
                session = self.link.connected() => match session {
                    Some(session) => session,
                    None => break,
                },
            };
            let begun = Instant::now();
            let error = match self.consume(&session, &tray, &stop, &mut doubt).await {
                End::Stopped => break,
                End::Fault(error) => error,
            };
            if begun.elapsed() > Duration::from_secs(60) {
                backoff.reset();
            }
            let wait = backoff.next();
            metrics::counter!("byline_queue_consumer_faults_total").increment(1);
            tracing::warn!(
                queue.name = self.queue,
                error,
                wait_ms = wait.as_millis() as u64,
                "consumer lost"
            );
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(wait) => {}
            }
        }
        drop(doubt);
        self.health.unsubscribed();
    }

    async fn consume(
        &self,
        session: &Session,
        tray: &Tray,
        stop: &CancellationToken,
        doubt: &mut Doubt<'_>,
    ) -> End {
        let opened = tokio::select! {
            () = stop.cancelled() => return End::Stopped,
            opened = self.open(session) => opened,
        };
        let (channel, mut consumer) = match opened {
            Ok(opened) => opened,
            Err(error) => return End::Fault(error.to_string()),
        };
        let _connected = Connected::new(&self.health);
        let in_hand = Arc::new(AtomicUsize::new(0));
        let mut received = Instant::now();
        let mut looks = 0;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => {
                    if let Err(error) = session.ask(give_back_the_rest(&channel, consumer)).await {
                        tracing::debug!(%error, "could not give messages back, their channel's end does");
                    }
                    return End::Stopped;
                }
                next = consumer.next() => match next {
                    Some(Ok(delivery)) => {
                        received = Instant::now();
                        looks = 0;
                        doubt.end();
                        self.health.received();
                        tray.put(InHand::delivery(delivery, &channel, &in_hand));
                    }
                    Some(Err(error)) => return End::Fault(error.to_string()),
                    None => return End::Fault("the stream of deliveries ended".to_owned()),
                },
                () = tokio::time::sleep(self.stuck_after / 4) => {
                    let idle = in_hand.load(Ordering::Relaxed) == 0;
                    looks = match idle && received.elapsed() >= self.stuck_after {
                        true => match self.queue_has_messages(session).await {
                            Some(true) => looks + 1,
                            Some(false) => {
                                doubt.end();
                                0
                            }
                            None => 0,
                        },
                        false => 0,
                    };
                    // A message that has come a moment ago is on its way; one that is there at the next look is not.
                    if looks == 2 {
                        doubt.begin();
                        return End::Fault(format!("nothing received for {:?} while messages wait", self.stuck_after));
                    }
                }
            }
        }
    }

    async fn open(&self, session: &Session) -> Result<(Channel, lapin::Consumer), SendError> {
        let opening = async {
            let channel = session.channel().await?;
            channel.basic_qos(self.prefetch, BasicQosOptions::default()).await.map_err(busy)?;
            let options = BasicConsumeOptions::default();
            let consuming =
                channel.basic_consume(convert::short(&self.queue), "".into(), options, FieldTable::default());
            let consumer = consuming.await.map_err(busy)?;
            Ok((channel, consumer))
        };
        session.ask(opening).await
    }

    async fn queue_has_messages(&self, session: &Session) -> Option<bool> {
        match depth(session, &self.queue).await {
            Ok(depth) => Some(depth.ready > 0),
            // Then the connection is the trouble, and it is built anew.
            Err(error) => {
                tracing::debug!(queue.name = self.queue, %error, "could not look at the queue");
                None
            }
        }
    }
}

/// What the broker had sent before it heard of the cancelling.
async fn give_back_the_rest(channel: &Channel, mut consumer: lapin::Consumer) -> Result<(), SendError> {
    channel.basic_cancel(consumer.tag(), BasicCancelOptions::default()).await.map_err(busy)?;
    while let Some(Ok(delivery)) = consumer.next().await {
        let back = BasicNackOptions { requeue: true, ..BasicNackOptions::default() };
        delivery.nack(back).await.map_err(busy)?;
    }
    Ok(())
}

struct Connected<'a>(&'a Health);

impl<'a> Connected<'a> {
    fn new(health: &'a Health) -> Self {
        health.connected();
        Self(health)
    }
}

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        self.0.disconnected();
    }
}

/// Whether this consumer thinks that it should be receiving and is not: from the finding until something comes, or
/// nothing waits any more.
struct Doubt<'a> {
    health: &'a Health,
    holds: bool,
}

impl<'a> Doubt<'a> {
    fn new(health: &'a Health) -> Self {
        Self { health, holds: false }
    }

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.holds, true) {
            self.health.stuck();
        }
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.holds) {
            self.health.moving_again();
        }
    }
}

impl Drop for Doubt<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// An unsettled delivery. It holds the channel open, which would be closed with its last handle.
struct InHand {
    acker: Option<Acker>,
    _channel: Channel,
    _counted: Counted,
}

impl InHand {
    fn delivery(
        delivery: lapin::message::Delivery,
        channel: &Channel,
        in_hand: &Arc<AtomicUsize>,
    ) -> Delivery {
        let acker = Some(delivery.acker.clone());
        let (parcel, redelivered) = convert::parcel(delivery);
        let settle = Self { acker, _channel: channel.clone(), _counted: Counted::new(in_hand) };
        Delivery { parcel, redelivered, settle: Box::new(settle) }
    }
}

/// One of a number, until dropped.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(number: &Arc<AtomicUsize>) -> Self {
        number.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(number))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl Settle for InHand {
    async fn ack(mut self: Box<Self>) -> Result<(), Lost> {
        let Some(acker) = self.acker.take() else { return Err(Lost) };
        match acker.ack(BasicAckOptions::default()).await {
            Ok(true) => Ok(()),
            // Not sent at all: the channel is gone, or this was settled before.
            Ok(false) | Err(_) => Err(Lost),
        }
    }

    async fn give_back(mut self: Box<Self>) -> Result<(), Lost> {
        let Some(acker) = self.acker.take() else { return Err(Lost) };
        match acker.nack(BasicNackOptions { requeue: true, ..BasicNackOptions::default() }).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Lost),
        }
    }

    fn is_live(&self) -> bool {
        self.acker.as_ref().is_some_and(Acker::usable)
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        let (Some(acker), Ok(runtime)) = (self.acker.take(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        if acker.usable() {
            runtime.spawn(async move {
                let requeue = BasicNackOptions { requeue: true, ..BasicNackOptions::default() };
                if let Err(error) = acker.nack(requeue).await {
                    tracing::debug!(%error, "could not give a message back");
                }
            });
        }
    }
}
