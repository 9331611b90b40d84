//! What every back end promises. Each function is one promise; [`contract!`] makes a test of each.

use crate::bench::{Bench, DELAYS, Script, config, page, wait_until};
use model::Lane::{Bulk, Live};
use queue::{PublishError, Route, RunnerConfig, SendError};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Tests of all promises on the bench that `$open(max_length)` returns; none means that it cannot run here.
macro_rules! contract {
    ($open:path: $($promise:ident $(($max:literal))?),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $promise() {
            let max_length: u32 = $crate::contract::contract!(@max $($max)?);
            if let Some(bench) = $open(max_length).await {
                $crate::contract::$promise(&bench).await;
                bench.tidy_up().await;
            }
        }
    )*};
    (@max $max:literal) => { $max };
    (@max) => { 1000 };
    ($open:path) => {
        $crate::contract::contract!($open:
            output_arrives_and_input_is_gone,
            input_is_kept_until_the_output_is_taken(5),
            a_full_queue_refuses(5),
            transient_trouble_is_tried_six_times_then_dead,
            retries_wait_longer_each_time,
            busy_is_not_counted,
            reasons_travel_with_the_dead,
            malformed_is_dead_at_once,
            a_panic_costs_its_own_message_only,
            a_deadline_ends_a_call,
            a_batch_settles_one_by_one,
            a_batch_is_not_waited_for,
            a_batch_gathers_until_it_is_full,
            a_bulk_batch_goes_when_live_work_comes,
            what_has_no_queue_is_kept,
            shutdown_finishes_what_is_in_hand,
            after_the_grace_period_the_rest_goes_back,
            a_lost_connection_loses_nothing,
            live_goes_first_and_bulk_is_not_starved,
            a_dead_letter_can_be_replayed,
            purging_empties,
            what_came_back_often_is_run_one_at_a_time,
            giving_back_at_every_restart_kills_nothing,
            health_tells_progress,
        );
    };
}
pub(crate) use contract;

fn numbered(what: &str, count: usize) -> impl Iterator<Item = String> {
    (0..count).map(move |n| format!("{what}/{n}"))
}

pub(crate) async fn output_arrives_and_input_is_gone(bench: &Bench) {
    bench.publish_many(numbered("ok", 50), Live).await;
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    bench.wait_for_ready(&bench.output(Live), 50).await;
    running.stop().await;
    bench.wait_for_ready(&bench.input(Live), 0).await;
    assert_eq!(stage.paths().len(), 51, "each was handed over once");
}

pub(crate) async fn input_is_kept_until_the_output_is_taken(bench: &Bench) {
    fill(bench, &bench.output(Live)).await;
    bench.publish("ok/1", Live).await;
    let stage = Arc::new(Script::default());
    let impatient = RunnerConfig { grace: Duration::from_millis(200), ..config() };
    let running = bench.run(&stage, impatient);
    wait_until("the call", async || stage.times("ok/1").len() == 1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(running.health.report().in_flight, 1, "held, not settled");
    running.stop().await;
    bench.wait_for_ready(&bench.input(Live), 1).await;

    let running = bench.run(&stage, config());
    wait_until("the second call", async || stage.times("ok/1").len() == 2).await;
    bench.transport.purge(&bench.output(Live)).await.unwrap();
    bench.wait_for_ready(&bench.output(Live), 1).await;
    running.stop().await;
    bench.wait_for_ready(&bench.input(Live), 0).await;
}

pub(crate) async fn a_full_queue_refuses(bench: &Bench) {
    bench.publish("silent/0", Live).await;
    let refused = fill(bench, &bench.input(Live)).await;
    assert!(matches!(refused, SendError::Busy(_)), "{refused}");
    let error = bench.publisher.publish(&bench.publisher.envelope(page("ok/1", Live))).await.unwrap_err();
    assert!(error.is_busy(), "{error}");
}

/// Sends until the queue refuses, and returns how it did. A quorum queue may take a few more than its bound.
async fn fill(bench: &Bench, queue: &str) -> SendError {
    let parcel = queue::Parcel { body: b"{}".as_slice().into(), attempt: 1, ..queue::Parcel::default() };
    let route = Route::Work { queue: queue.to_owned() };
    wait_until("the first message", async || bench.transport.send(&route, &parcel).await.is_ok()).await;
    for _ in 0..200 {
        if let Err(error) = bench.transport.send(&route, &parcel).await {
            return error;
        }
    }
    panic!("{queue} has no bound");
}

pub(crate) async fn transient_trouble_is_tried_six_times_then_dead(bench: &Bench) {
    let envelope = bench.publish("transient/1", Live).await;
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    let dead = bench.dead_letters(1).await;
    running.stop().await;
    let letter = &dead["transient/1"];
    assert_eq!((letter.attempts, letter.code.as_str(), letter.message.as_str()), (6, "flaky", "not today"));
    assert_eq!(stage.times("transient/1").len(), 6);
    let first_at = letter.first_at.unwrap();
    assert_eq!(
        first_at.timestamp_millis(),
        envelope.time.timestamp_millis(),
        "the first sending is remembered"
    );
}

pub(crate) async fn retries_wait_longer_each_time(bench: &Bench) {
    bench.publish("transient/1", Live).await;
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    wait_until("six calls", async || stage.times("transient/1").len() == 6).await;
    running.stop().await;
    let times = stage.times("transient/1");
    for (pair, delay) in times.windows(2).zip(DELAYS) {
        let waited = pair[1] - pair[0];
        // RabbitMQ counts from its own clock's last tick.
        assert!(waited + Duration::from_millis(5) >= delay, "{waited:?} instead of {delay:?}");
    }
}

pub(crate) async fn busy_is_not_counted(bench: &Bench) {
    bench.publish("busy-twice/1", Live).await;
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    bench.wait_for_ready(&bench.output(Live), 1).await;
    assert_eq!(stage.times("busy-twice/1").len(), 3);
    running.stop().await;
}

pub(crate) async fn reasons_travel_with_the_dead(bench: &Bench) {
    let envelope = bench.publish("permanent/1", Bulk).await;
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    let dead = bench.dead_letters(1).await;
    running.stop().await;
    let letter = &dead["permanent/1"];
    assert_eq!((letter.stage, letter.lane, letter.attempts), ("parse", Bulk, 1));
    assert_eq!((letter.code.as_str(), letter.message.as_str()), ("hopeless", "never"));
    assert_eq!((&letter.id, &letter.kind), (&envelope.id.to_string(), &envelope.kind));
    assert_eq!(letter.body, envelope.encode().unwrap());
}

pub(crate) async fn malformed_is_dead_at_once(bench: &Bench) {
    bench.raw(b"not json").await;
    bench.raw(br#"{"specversion":"1.0","type":"byline.other.v1","subject":"http://t.example/other"}"#).await;
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    let dead = bench.dead_letters(2).await;
    running.stop().await;
    assert!(dead.values().all(|letter| letter.code == "malformed"), "{dead:?}");
    assert_eq!(dead["other"].kind, "byline.other.v1");
    assert!(stage.paths().is_empty(), "the stage never sees them");
}

pub(crate) async fn a_panic_costs_its_own_message_only(bench: &Bench) {
    for path in ["ok/1", "panic/1", "ok/2"] {
        bench.publish(path, Live).await;
    }
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    let dead = bench.dead_letters(1).await;
    bench.wait_for_ready(&bench.output(Live), 2).await;
    running.stop().await;
    let letter = &dead["panic/1"];
    assert_eq!((letter.code.as_str(), letter.message.as_str()), ("panic", "the page said so"));
}

pub(crate) async fn a_deadline_ends_a_call(bench: &Bench) {
    for path in ["slow/1", "ok/1"] {
        bench.publish(path, Live).await;
    }
    let stage = Arc::new(Script::default());
    let begun = Instant::now();
    let running = bench.run(&stage, RunnerConfig { concurrency: 1, ..config() });
    let dead = bench.dead_letters(1).await;
    bench.wait_for_ready(&bench.output(Live), 1).await;
    assert!(begun.elapsed() < Duration::from_secs(4), "the call was cut short");
    running.stop().await;
    assert_eq!(dead["slow/1"].code, "deadline");
}

pub(crate) async fn a_batch_settles_one_by_one(bench: &Bench) {
    let paths = ["ok/1", "permanent/1", "panic/1", "silent/1", "ok/2"];
    for path in paths {
        bench.publish(path, Live).await;
    }
    let stage = Arc::new(Script { batch: 10, ..Script::default() });
    let running = bench.run(&stage, RunnerConfig { concurrency: 1, ..config() });
    let dead = bench.dead_letters(2).await;
    bench.wait_for_ready(&bench.output(Live), 2).await;
    running.stop().await;
    let codes: Vec<_> = dead.iter().map(|(path, letter)| (path.as_str(), letter.code.as_str())).collect();
    assert_eq!(codes, [("panic/1", "panic"), ("permanent/1", "hopeless")]);
    bench.wait_for_ready(&bench.input(Live), 0).await;
}

pub(crate) async fn a_batch_is_not_waited_for(bench: &Bench) {
    bench.publish_many(numbered("ok", 30), Live).await;
    let stage = Arc::new(Script { batch: 8, ..Script::default() });
    let running = bench.run(&stage, RunnerConfig { concurrency: 1, ..config() });
    bench.wait_for_ready(&bench.output(Live), 30).await;
    running.stop().await;
    let largest = stage.calls.lock().unwrap().iter().map(|(_, paths)| paths.len()).max().unwrap();
    assert!((2..=8).contains(&largest), "{largest} at once");
}

pub(crate) async fn a_batch_gathers_until_it_is_full(bench: &Bench) {
    bench.publish("ok/1", Live).await;
    let stage = Arc::new(Script { batch: 2, ..Script::default() });
    let gather = Duration::from_secs(60);
    let running = bench.run(&stage, RunnerConfig { concurrency: 1, gather, ..config() });
    bench.wait_for_ready(&bench.input(Live), 0).await;
    assert!(stage.calls.lock().unwrap().is_empty());
    bench.publish("ok/2", Live).await;
    bench.publish("ok/3", Live).await;
    bench.wait_for_ready(&bench.output(Live), 2).await;
    assert_eq!(stage.calls.lock().unwrap().iter().map(|(_, paths)| paths.len()).collect::<Vec<_>>(), [2]);
    // The third is given back.
    running.stop().await;
    bench.wait_for_ready(&bench.input(Live), 1).await;
}

pub(crate) async fn a_bulk_batch_goes_when_live_work_comes(bench: &Bench) {
    bench.publish("ok/1", Bulk).await;
    let stage = Arc::new(Script { batch: 2, ..Script::default() });
    let gather = Duration::from_secs(60);
    let running = bench.run(&stage, RunnerConfig { concurrency: 1, gather, ..config() });
    bench.wait_for_ready(&bench.input(Bulk), 0).await;
    assert!(stage.calls.lock().unwrap().is_empty());
    bench.publish("ok/2", Live).await;
    bench.wait_for_ready(&bench.output(Bulk), 1).await;
    bench.publish("ok/3", Live).await;
    bench.wait_for_ready(&bench.output(Live), 2).await;
    running.stop().await;
    assert_eq!(stage.paths(), ["ok/1", "ok/2", "ok/3"]);
}

pub(crate) async fn what_has_no_queue_is_kept(bench: &Bench) {
    let envelope = bench.publish("silent/1", Live).await;
    let parcel = queue::Parcel::seal(&envelope).unwrap();
    let nowhere = Route::Work { queue: "nowhere".to_owned() };
    bench.transport.send(&nowhere, &parcel).await.unwrap();
    bench.wait_for_ready(&bench.transport.topology().unrouted_queue(), 1).await;

    let dead = Route::Dead { stage: "nowhere".to_owned() };
    let error = bench.transport.send(&dead, &parcel).await.unwrap_err();
    assert!(matches!(error, SendError::Unroutable(_)), "{error}");

    let event = model::Envelope {
        data: serde_json::json!({"title": "x"}),
        specversion: "1.0".to_owned(),
        id: envelope.id,
        source: "/byline/test".to_owned(),
        kind: "byline.work.discovered.v1".to_owned(),
        subject: String::new(),
        time: envelope.time,
        lane: Live,
        traceparent: None,
        datacontenttype: "application/json".to_owned(),
    };
    bench.publisher.announce(&event).await.expect("nobody needs to listen to an event");
}

pub(crate) async fn shutdown_finishes_what_is_in_hand(bench: &Bench) {
    bench.publish_many(numbered("nap", 40), Live).await;
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    wait_until("some calls", async || stage.paths().len() >= 6).await;
    running.stop().await;
    let handed_over = stage.paths().len() as u64 - 1;
    assert!(handed_over < 40, "stopped half way");
    // One is silent.
    bench.wait_for_ready(&bench.output(Live), handed_over).await;
    bench.wait_for_ready(&bench.input(Live), 40 - handed_over).await;
}

pub(crate) async fn after_the_grace_period_the_rest_goes_back(bench: &Bench) {
    bench.publish("wait/1", Live).await;
    let stage = Arc::new(Script::default());
    let patient =
        RunnerConfig { grace: Duration::from_millis(100), deadline: Duration::from_secs(60), ..config() };
    let running = bench.run(&stage, patient);
    wait_until("the call", async || stage.paths().len() == 1).await;
    let begun = Instant::now();
    running.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(5));
    bench.wait_for_ready(&bench.input(Live), 1).await;
}

pub(crate) async fn a_lost_connection_loses_nothing(bench: &Bench) {
    bench.publish_many(numbered("nap", 30), Live).await;
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    wait_until("some calls", async || stage.paths().len() >= 6).await;
    bench.backend.interrupt();
    wait_until("an empty queue", async || {
        bench.transport.depth(&bench.input(Live)).await.is_ok_and(|d| d.ready == 0)
            && running.health.report().in_flight == 0
    })
    .await;
    wait_until("all pages processed", async || {
        numbered("nap", 30).all(|path| !stage.times(&path).is_empty())
    })
    .await;
    running.stop().await;
    assert!(stage.paths().len() > 31, "what was in hand came again");
    assert!(bench.ready(&bench.output(Live)).await >= 30);
    assert_eq!(bench.ready(&bench.input(Live)).await, 0);
}

pub(crate) async fn live_goes_first_and_bulk_is_not_starved(bench: &Bench) {
    bench.publish_many(numbered("blink/bulk", 40), Bulk).await;
    bench.publish_many(numbered("blink/live", 40), Live).await;
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, RunnerConfig { concurrency: 1, ..config() });
    wait_until("all of both lanes", async || stage.paths().len() >= 82).await;
    running.stop().await;
    let paths = stage.paths();
    let done_at = |what: &str, nth: usize| {
        paths.iter().enumerate().filter(|(_, p)| p.contains(what)).nth(nth).map(|(at, _)| at).unwrap()
    };
    assert!(done_at("live", 30) < done_at("bulk", 20), "live first: {paths:?}");
    assert!(done_at("bulk", 1) < done_at("live", 39), "bulk not starved: {paths:?}");
}

pub(crate) async fn a_dead_letter_can_be_replayed(bench: &Bench) {
    bench.publish("permanent/1", Live).await;
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    let letter = bench.dead_letters(1).await.remove("permanent/1").unwrap();
    bench.publisher.replay(letter.stage, letter.lane, &letter.parcel()).await.unwrap();
    wait_until("the second call", async || stage.times("permanent/1").len() == 2).await;
    let again = bench.dead_letters(1).await.remove("permanent/1").unwrap();
    running.stop().await;
    assert_eq!(again, letter);
    let error = bench.publisher.publish(&bench.publisher.envelope(page(&"x".repeat(2000), Live))).await;
    assert!(!matches!(error, Err(PublishError::NoStage(_))));
}

pub(crate) async fn purging_empties(bench: &Bench) {
    bench.publish_many(numbered("ok", 9), Live).await;
    bench.wait_for_ready(&bench.input(Live), 10).await;
    assert_eq!(bench.publisher.backlog("parse").await.unwrap().ready, 10);
    assert_eq!(bench.transport.purge(&bench.input(Live)).await.unwrap(), 10);
    bench.wait_for_ready(&bench.input(Live), 0).await;
}

/// A broker may count what was given back in order against a message as well (RabbitMQ before 4.3 does).
pub(crate) async fn giving_back_at_every_restart_kills_nothing(bench: &Bench) {
    bench.publish_many(numbered("wait", 12), Live).await;
    let hasty = RunnerConfig { grace: Duration::ZERO, deadline: Duration::from_secs(60), ..config() };
    for _ in 0..6 {
        let stage = Arc::new(Script::default());
        let running = bench.run(&stage, hasty.clone());
        wait_until("a call", async || !stage.paths().is_empty()).await;
        running.stop().await;
    }
    let stage = Arc::new(Script::default());
    stage.go.cancel();
    let running = bench.run(&stage, config());
    bench.wait_for_ready(&bench.output(Live), 12).await;
    running.stop().await;
    assert_eq!(bench.ready(&bench.transport.topology().dead_queue("parse")).await, 0);
}

/// Handed out often and never settled, as by processes that died, through no fault of its own.
pub(crate) async fn what_came_back_often_is_run_one_at_a_time(bench: &Bench) {
    bench.publish_many(numbered("nap", 8), Live).await;
    for _ in 0..3 {
        let health = Arc::new(queue::Health::new("test"));
        let mut subscription = bench.transport.subscribe(&bench.input(Live), 9, health);
        let mut hand = Vec::new();
        while hand.len() < 9 {
            hand.push(subscription.next().await.unwrap());
        }
        drop(hand);
        subscription.stop().await;
        bench.wait_for_ready(&bench.input(Live), 9).await;
    }
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    bench.publish("ok/new", Live).await;
    bench.wait_for_ready(&bench.output(Live), 9).await;
    running.stop().await;
    bench.wait_for_ready(&bench.input(Live), 0).await;
    bench.wait_for_ready(&bench.transport.topology().quarantine("parse"), 0).await;
    let mut starts: Vec<Instant> = (0..8).flat_map(|n| stage.times(&format!("nap/{n}"))).collect();
    starts.sort();
    assert_eq!(starts.len(), 8, "each was handed over once");
    let close = starts.windows(2).filter(|pair| pair[1] - pair[0] < Duration::from_millis(95)).count();
    assert_eq!(close, 0, "each begins when the one before has ended");
}

pub(crate) async fn health_tells_progress(bench: &Bench) {
    let stage = Arc::new(Script::default());
    let running = bench.run(&stage, config());
    wait_until("connection", async || running.health.report().connected).await;
    assert!(running.health.report().live);
    bench.publish("silent/1", Live).await;
    wait_until("progress", async || {
        let report = running.health.report();
        report.in_flight == 0 && stage.paths().len() == 1 && report.last_settled_ms_ago < 1000
    })
    .await;
    running.stop().await;
}
