//! The contract in memory, and what only paused time can show.

use crate::bench::{Backend, Bench, Script, config, page, topology};
use async_trait::async_trait;
use model::Lane;
use queue::{Memory, Route, Topology, Transport};
use std::{sync::Arc, time::Duration};

struct InMemory(Arc<Memory>);

#[async_trait]
impl Backend for InMemory {
    fn transport(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.0) as _
    }

    fn interrupt(&self) {
        self.0.interrupt();
    }

    async fn tidy_up(self: Box<Self>) {
        self.0.close().await;
    }
}

async fn open(max_length: u32) -> Option<Bench> {
    Some(Bench::new(Box::new(InMemory(Arc::new(Memory::new(topology("test", max_length)))))))
}

crate::contract::contract!(open);

#[tokio::test(start_paused = true)]
async fn the_real_delays_add_up_to_two_hours_and_a_half() {
    let bench = Bench::new(Box::new(InMemory(Arc::new(Memory::new(Topology::default())))));
    bench.publish("transient/1", Lane::Live).await;
    let stage = Arc::new(Script::default());
    let begun = tokio::time::Instant::now();
    let running = bench.run(&stage, config());
    while stage.paths().len() < 6 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    running.stop().await;
    let expected = 5 + 30 + 300 + 1800 + 7200;
    assert!((expected..expected + 10).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_message_that_is_never_settled_dies_in_the_end() {
    let memory = Arc::new(Memory::new(topology("test", 10)));
    let bench = Bench::new(Box::new(InMemory(Arc::clone(&memory))));
    let quarantine = memory.topology().quarantine("parse");
    let parcel = queue::Parcel::seal(&bench.publisher.envelope(page("ok/1", Lane::Live))).unwrap();
    memory.send(&Route::Work { queue: quarantine.clone() }, &parcel).await.unwrap();
    let health = Arc::new(queue::Health::new("test"));
    let mut subscription = memory.subscribe(&quarantine, 1, health);
    for n in 0..=4 {
        let delivery = subscription.next().await.unwrap();
        assert_eq!(delivery.redelivered, n);
        drop(delivery);
    }
    let dead = bench.dead_letters(1).await;
    assert_eq!(dead["ok/1"].code, "delivery-limit");
}

#[tokio::test(start_paused = true)]
async fn what_would_be_lost_is_counted_until_it_has_come_through() {
    let memory = Arc::new(Memory::new(topology("test", 10)));
    let bench = Bench::new(Box::new(InMemory(Arc::clone(&memory))));
    bench.publish("ok/1", Lane::Live).await;
    bench.publish("transient/1", Lane::Live).await;
    assert_eq!(memory.held(), 2);
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    while stage.paths().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // One output, and one that waits for its next try.
    assert_eq!(memory.held(), 2);
    while stage.paths().len() < 7 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    running.stop().await;
    assert_eq!(memory.held(), 2, "the output, and a dead letter");
}
