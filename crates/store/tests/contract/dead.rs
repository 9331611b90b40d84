//! Dead letters.

use crate::{
    on_both,
    support::{Fixture, at},
};
use store::{DeadFilter, DeadLetter, DeadSettled};

on_both!(letters_are_kept_once, letters_are_filtered, a_replayed_letter_that_dies_again_waits_again);

fn letter(n: i64) -> DeadLetter {
    DeadLetter {
        id: format!("letter-{n}"),
        stage: if n % 2 == 0 { "parse" } else { "sink" }.to_owned(),
        reason: "panic".to_owned(),
        message: "it broke".to_owned(),
        subject: format!("https://a.example/{n}"),
        host: format!("h{}.example", n % 3),
        attempts: 6,
        first_at: at(n),
        died_at: at(n + 100),
        body: "{}".to_owned(),
        replays: 0,
        state: "waiting".to_owned(),
        settled_at: None,
    }
}

fn filter() -> DeadFilter {
    DeadFilter { limit: 100, ..DeadFilter::default() }
}

async fn letters_are_kept_once(s: &Fixture) {
    s.dead_letter(&letter(1)).await.unwrap();
    s.dead_letter(&letter(1)).await.unwrap();
    assert_eq!(s.dead_letters(&filter()).await.unwrap(), [letter(1)]);
    assert_eq!(s.counts(at(0)).await.unwrap().dead_letters_waiting, 1);
}

async fn letters_are_filtered(s: &Fixture) {
    for n in 0..6 {
        s.dead_letter(&letter(n)).await.unwrap();
    }
    let found = async |filter: DeadFilter| -> String {
        s.dead_letters(&filter).await.unwrap().iter().map(|l| &l.id[7..]).collect()
    };
    assert_eq!(found(filter()).await, "543210");
    assert_eq!(found(DeadFilter { limit: 2, ..filter() }).await, "54");
    assert_eq!(found(DeadFilter { stage: Some("sink".into()), ..filter() }).await, "531");
    assert_eq!(found(DeadFilter { host: Some("h0.example".into()), ..filter() }).await, "30");
    assert_eq!(found(DeadFilter { reason: Some("deadline".into()), ..filter() }).await, "");
    assert_eq!(found(DeadFilter { since: Some(at(104)), ..filter() }).await, "54");
    assert_eq!(found(DeadFilter { until: Some(at(101)), ..filter() }).await, "10");
    let ids = vec!["letter-2".to_owned(), "letter-3".to_owned(), "none".to_owned()];
    assert_eq!(found(DeadFilter { ids: ids.clone(), ..filter() }).await, "32");
    assert_eq!(s.settle_dead_letters(&ids, DeadSettled::Dropped, at(500)).await.unwrap(), 2);
    assert_eq!(s.settle_dead_letters(&ids, DeadSettled::Replayed, at(500)).await.unwrap(), 0);
    assert_eq!(found(DeadFilter { waiting: true, ..filter() }).await, "5410");
    let dropped = DeadFilter { ids, ..filter() };
    assert!(s.dead_letters(&dropped).await.unwrap().iter().all(|l| l.settled_at == Some(at(500))));
}

async fn a_replayed_letter_that_dies_again_waits_again(s: &Fixture) {
    s.dead_letter(&letter(1)).await.unwrap();
    s.settle_dead_letters(&[letter(1).id], DeadSettled::Replayed, at(500)).await.unwrap();
    s.dead_letter(&letter(1)).await.unwrap();
    assert_eq!(s.dead_letters(&filter()).await.unwrap()[0].state, "replayed", "the same death, told twice");
    s.dead_letter(&DeadLetter { died_at: at(600), reason: "deadline".into(), ..letter(1) }).await.unwrap();
    let again = &s.dead_letters(&filter()).await.unwrap()[0];
    assert_eq!((again.state.as_str(), again.replays, again.reason.as_str()), ("waiting", 1, "deadline"));
}
