//! The back end without a broker: bounded queues in this process, with the same delays, lanes and dead
//! letters. What it holds is lost with the process; the frontier's leases then grant the work again.

use crate::{
    Delivery, Depth, Health, Lost, Parcel, Route, SendError, Subscription, Topology, Transport, Trouble,
    transport::{Settle, Tray},
};
use async_trait::async_trait;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub struct Memory {
    topology: Topology,
    queues: Arc<HashMap<String, Arc<Queue>>>,
    /// One task for each parcel that waits out a delay.
    delayed: TaskTracker,
    closing: CancellationToken,
}

impl Memory {
    pub fn new(topology: Topology) -> Self {
        let mut queues = HashMap::new();
        for (stage, name) in topology.input_queues() {
            let bounds = Bounds {
                max_length: topology.max_length(),
                delivery_limit: topology.delivery_limit(&name),
                stage,
                dead: topology.dead_queue(stage),
            };
            queues.insert(name.clone(), Arc::new(Queue::new(name, Some(bounds))));
            let dead = topology.dead_queue(stage);
            queues.entry(dead.clone()).or_insert_with(|| Arc::new(Queue::new(dead, None)));
        }
        let unrouted = topology.unrouted_queue();
        queues.insert(unrouted.clone(), Arc::new(Queue::new(unrouted, None)));
        Self {
            topology,
            queues: Arc::new(queues),
            delayed: TaskTracker::new(),
            closing: CancellationToken::new(),
        }
    }

    /// Takes everything out of the hands that hold it, as a lost connection would.
    pub fn interrupt(&self) {
        for queue in self.queues.values() {
            queue.take_back_all(&self.queues);
        }
    }

    fn queue(&self, name: &str) -> Result<&Arc<Queue>, SendError> {
        self.queues.get(name).ok_or_else(|| SendError::Unroutable(format!("queue {name}")))
    }

    fn delay(&self, queue: Arc<Queue>, parcel: Parcel, delay: std::time::Duration) {
        let closing = self.closing.clone();
        self.delayed.spawn(async move {
            tokio::select! {
                () = closing.cancelled() => {}
                () = async {
                    tokio::time::sleep(delay).await;
                    queue.push_when_there_is_room(parcel).await;
                } => {}
            }
        });
    }
}

#[async_trait]
impl Transport for Memory {
    fn topology(&self) -> &Topology {
        &self.topology
    }

    async fn send(&self, route: &Route, parcel: &Parcel) -> Result<(), SendError> {
        if self.closing.is_cancelled() {
            return Err(SendError::Busy("closed".to_owned()));
        }
        match route {
            Route::Work { queue } => match self.queues.get(queue) {
                Some(queue) => queue.push(parcel.clone()),
                None => self.queue(&self.topology.unrouted_queue())?.push(parcel.clone()),
            },
            Route::Delay { delay, queue } => {
                let target = match self.queues.get(queue) {
                    Some(queue) => queue,
                    None => self.queue(&self.topology.unrouted_queue())?,
                };
                self.delay(Arc::clone(target), parcel.clone(), self.topology.length_of(*delay));
                Ok(())
            }
            Route::Dead { stage } => match self.queues.get(&self.topology.dead_queue(stage)) {
                Some(queue) => queue.push(parcel.clone()),
                None => Err(SendError::Unroutable(self.topology.address(route).to_string())),
            },
            // Nobody in this process listens: events of the embedded product are read from its database.
            Route::Event { .. } => Ok(()),
        }
    }

    fn subscribe(&self, queue: &str, prefetch: u16, health: Arc<Health>) -> Subscription {
        let queue = self.queues.get(queue).cloned();
        let queues = Arc::downgrade(&self.queues);
        let closing = self.closing.clone();
        Subscription::spawn(prefetch, move |tray, stop| async move {
            health.subscribed();
            health.connected();
            match queue {
                Some(queue) => {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = closing.cancelled() => {}
                        () = queue.hand_out(queues, prefetch, tray, &health) => {}
                    }
                }
                None => stop.cancelled().await,
            }
            health.disconnected();
            health.unsubscribed();
        })
    }

    async fn depth(&self, queue: &str) -> Result<Depth, SendError> {
        Ok(self.queue(queue)?.depth())
    }

    async fn purge(&self, queue: &str) -> Result<u64, SendError> {
        Ok(self.queue(queue)?.purge())
    }

    async fn apply(&self) -> Result<(), SendError> {
        Ok(())
    }

    async fn close(&self) {
        self.closing.cancel();
        self.delayed.close();
        self.delayed.wait().await;
    }

    fn held(&self) -> usize {
        // Delayed first: what moves on meanwhile is counted twice rather than not at all.
        let delayed = self.delayed.len();
        let unrouted = self.topology.unrouted_queue();
        let queues = self.queues.values().filter(|queue| queue.name != unrouted);
        delayed + queues.map(|queue| queue.held()).sum::<usize>()
    }
}

struct Bounds {
    max_length: usize,
    delivery_limit: u32,
    stage: &'static str,
    dead: String,
}

struct Queue {
    name: String,
    /// None for the queues in which things are kept: those take everything.
    bounds: Option<Bounds>,
    state: Mutex<State>,
    filled: Notify,
    drained: Notify,
}

#[derive(Default)]
struct State {
    ready: VecDeque<Item>,
    in_hand: HashMap<u64, Item>,
    last_tag: u64,
    consumers: u32,
}

#[derive(Clone)]
struct Item {
    parcel: Parcel,
    redelivered: u32,
}

impl Queue {
    fn new(name: String, bounds: Option<Bounds>) -> Self {
        Self { name, bounds, state: Mutex::default(), filled: Notify::new(), drained: Notify::new() }
    }

    fn push(&self, parcel: Parcel) -> Result<(), SendError> {
        let mut state = self.state();
        let held = state.ready.len() + state.in_hand.len();
        if self.bounds.as_ref().is_some_and(|bounds| held >= bounds.max_length) {
            return Err(SendError::Busy(format!("the queue {} is full", self.name)));
        }
        state.ready.push_back(Item { parcel, redelivered: 0 });
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    async fn push_when_there_is_room(&self, parcel: Parcel) {
        loop {
            let drained = self.drained.notified();
            if self.push(parcel.clone()).is_ok() {
                return;
            }
            drained.await;
        }
    }

    async fn hand_out(
        self: Arc<Self>,
        queues: Weak<HashMap<String, Arc<Self>>>,
        prefetch: u16,
        tray: Arc<Tray>,
        health: &Health,
    ) {
        let _consumer = Consumer::new(&self);
        let hands = Arc::new(Semaphore::new(usize::from(prefetch.max(1))));
        loop {
            let Ok(hand) = Arc::clone(&hands).acquire_owned().await else { return };
            let (tag, item) = self.take().await;
            health.received();
            let settle =
                InHand { queue: Arc::clone(&self), queues: queues.clone(), tag: Some(tag), _hand: hand };
            tray.put(Delivery {
                parcel: item.parcel,
                redelivered: item.redelivered,
                settle: Box::new(settle),
            });
        }
    }

    async fn take(&self) -> (u64, Item) {
        loop {
            let filled = self.filled.notified();
            if let Some(taken) = self.take_now() {
                return taken;
            }
            filled.await;
        }
    }

    fn take_now(&self) -> Option<(u64, Item)> {
        let mut state = self.state();
        let item = state.ready.pop_front()?;
        state.last_tag += 1;
        let tag = state.last_tag;
        state.in_hand.insert(tag, item.clone());
        if !state.ready.is_empty() {
            // A notice wakes one consumer only, and may have stood for more than one message.
            self.filled.notify_one();
        }
        Some((tag, item))
    }

    fn settle(&self, tag: u64) -> Result<(), Lost> {
        self.state().in_hand.remove(&tag).ok_or(Lost)?;
        self.drained.notify_waiters();
        Ok(())
    }

    /// Back to the front, or to the dead letters when that has happened too often.
    fn take_back(&self, tag: u64, queues: &HashMap<String, Arc<Self>>) -> Result<(), Lost> {
        let mut state = self.state();
        let mut item = state.in_hand.remove(&tag).ok_or(Lost)?;
        item.redelivered += 1;
        match &self.bounds {
            Some(bounds) if item.redelivered > bounds.delivery_limit => {
                drop(state);
                let message = format!("handed out {} times and never settled", item.redelivered);
                let trouble = Trouble::new(bounds.stage, "delivery-limit", &message);
                if let Some(dead) = queues.get(&bounds.dead) {
                    // Without bounds it takes everything.
                    return dead.push(item.parcel.because(trouble)).map_err(|_| Lost);
                }
            }
            _ => state.ready.push_front(item),
        }
        self.filled.notify_one();
        Ok(())
    }

    fn take_back_all(&self, queues: &HashMap<String, Arc<Self>>) {
        let mut tags: Vec<u64> = self.state().in_hand.keys().copied().collect();
        // Newest first, so that the oldest ends in front.
        tags.sort_unstable_by(|a, b| b.cmp(a));
        for tag in tags {
            // Settled in the meantime: then it is nobody's any more.
            if self.take_back(tag, queues).is_err() {
                tracing::trace!(queue.name = self.name, "settled while it was taken back");
            }
        }
    }

    fn holds(&self, tag: u64) -> bool {
        self.state().in_hand.contains_key(&tag)
    }

    fn held(&self) -> usize {
        let state = self.state();
        state.ready.len() + state.in_hand.len()
    }

    fn depth(&self) -> Depth {
        let state = self.state();
        Depth { ready: state.ready.len() as u64, consumers: state.consumers }
    }

    fn purge(&self) -> u64 {
        let purged = std::mem::take(&mut self.state().ready).len() as u64;
        self.drained.notify_waiters();
        purged
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Consumer<'a>(&'a Queue);

impl<'a> Consumer<'a> {
    fn new(queue: &'a Queue) -> Self {
        queue.state().consumers += 1;
        Self(queue)
    }
}

impl Drop for Consumer<'_> {
    fn drop(&mut self) {
        self.0.state().consumers -= 1;
    }
}

struct InHand {
    queue: Arc<Queue>,
    queues: Weak<HashMap<String, Arc<Queue>>>,
    tag: Option<u64>,
    _hand: OwnedSemaphorePermit,
}

impl InHand {
    fn put_back(&mut self) -> Result<(), Lost> {
        let (Some(tag), Some(queues)) = (self.tag.take(), self.queues.upgrade()) else {
            return Err(Lost);
        };
        self.queue.take_back(tag, &queues)
    }
}

#[async_trait]
impl Settle for InHand {
    async fn ack(mut self: Box<Self>) -> Result<(), Lost> {
        self.queue.settle(self.tag.take().ok_or(Lost)?)
    }

    async fn give_back(mut self: Box<Self>) -> Result<(), Lost> {
        self.put_back()
    }

    fn is_live(&self) -> bool {
        self.tag.is_some_and(|tag| self.queue.holds(tag))
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        if self.tag.is_some() && self.put_back().is_err() {
            tracing::trace!(queue.name = self.queue.name, "taken back before it was dropped");
        }
    }
}
