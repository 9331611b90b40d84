//! Results that come in batches, some of them bad.

use crate::world::{Answer, World, list};
use model::{
    CaptureRef, Failure, Outcome, PageId, Stage,
    message::{PageParsed, ParseResult, ParseValue},
};

const AUTHOR: &str = "https://a.example/author";

async fn results(world: &mut World) -> Vec<PageParsed> {
    world.follow(AUTHOR).await;
    world
        .crawl(|url, _| match url.strip_prefix("https://a.example/").unwrap_or_default() {
            "robots.txt" => Answer::Status(404, None),
            "author" => list(&["1", "2", "3"], &[]),
            _ => Answer::Status(500, None),
        })
        .await;
    std::mem::take(&mut world.results)
}

fn again(result: &PageParsed) -> PageParsed {
    let mut result = result.clone();
    result.fetched.grant.visit = model::VisitId::new();
    result
}

#[tokio::test]
async fn a_bad_result_takes_no_other_with_it() {
    let mut world = World::new().await;
    let results = results(&mut world).await;
    let good = again(&results[0]);
    let mut unknown = again(&results[1]);
    unknown.fetched.grant.page = PageId(99_999);
    let mut lost = again(&results[2]);
    lost.fetched.outcome = captured("nowhere");
    lost.result = Some(ParseResult {
        parser_version: 1,
        rules_hash: String::new(),
        value: ParseValue::Archived { key: "derived/nowhere".into() },
    });
    let before = world.store.counts(world.now).await.unwrap().visits;
    let answers = world.sink.process(vec![unknown, good, lost]).await;
    assert!(matches!(&answers[0], Err(Failure::Permanent { code: "page-unknown", .. })), "{:?}", answers[0]);
    assert!(answers[1].is_ok());
    assert!(
        matches!(&answers[2], Err(Failure::Transient { code: "archive-missing", .. })),
        "{:?}",
        answers[2]
    );
    assert_eq!(world.store.counts(world.now).await.unwrap().visits, before + 1);
}

#[tokio::test]
async fn a_value_in_the_archive_goes_once_it_is_stored() {
    let mut world = World::new().await;
    let results = results(&mut world).await;
    let page = results.iter().find(|r| r.fetched.grant.url.as_str() == AUTHOR).unwrap();
    let mut large = again(page);
    let result = large.result.as_mut().unwrap();
    let key = "derived/large.json";
    let ParseValue::Inline { parsed } = &result.value else { panic!("{result:?}") };
    let json = serde_json::to_vec(parsed).unwrap().into();
    world.archive.values.lock().unwrap().insert(key.to_owned(), json);
    result.value = ParseValue::Archived { key: key.to_owned() };
    let visits = world.store.counts(world.now).await.unwrap().visits;
    for _ in 0..2 {
        assert!(world.sink.process(vec![large.clone()]).await[0].is_ok());
        assert!(world.archive.values.lock().unwrap().is_empty());
        assert_eq!(world.store.counts(world.now).await.unwrap().visits, visits + 1);
    }
}

fn captured(key: &str) -> Outcome {
    let at = CaptureRef { id: model::CaptureId::new(), key: key.into(), length: 1, digest: "d".into() };
    Outcome::Captured {
        status: 200,
        capture: at,
        validators: model::Validators::default(),
        content_type: None,
    }
}

#[tokio::test]
async fn two_results_of_one_page_in_one_batch_are_both_stored() {
    let mut world = World::new().await;
    let results = results(&mut world).await;
    let page = results.iter().find(|r| r.fetched.grant.url.as_str() == AUTHOR).unwrap();
    let before = world.store.counts(world.now).await.unwrap();
    let batch = vec![again(page), again(page), page.clone()];
    assert!(world.sink.process(batch).await.iter().all(Result::is_ok));
    let after = world.store.counts(world.now).await.unwrap();
    assert_eq!(after.visits, before.visits + 2, "the third is stored already");
    assert_eq!(after.works, before.works);
}

#[tokio::test]
async fn a_dead_letter_ends_its_visit_and_can_be_replayed() {
    let mut world = World::new().await;
    let results = results(&mut world).await;
    let page = results.iter().find(|r| r.fetched.grant.url.as_str() == AUTHOR).unwrap();
    let mut died = again(page);
    died.fetched.started_at = world.now;
    died.fetched.ended_at = world.now;
    let body = model::Envelope::new("/byline/test", world.now, died.fetched.clone()).encode().unwrap();
    let visits = world.store.counts(world.now).await.unwrap().visits;
    for _ in 0..2 {
        world.sink.settle_dead("parse", &body, "panic", "it broke", world.now).await.unwrap();
    }
    assert_eq!(world.store.counts(world.now).await.unwrap().visits, visits + 1, "settled once");
    assert!(world.sink.process(vec![died]).await[0].is_ok());
    assert_eq!(world.store.counts(world.now).await.unwrap().visits, visits + 2, "and replayed");
}
