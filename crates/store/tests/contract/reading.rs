//! Search, timelines, sums, notices.

use crate::{
    on_both,
    support::{Fixture, article, at, first_version, new_page},
};
use model::{AuthorId, Disposition, PageKind};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use std::time::{Duration, Instant};
use store::{CaptureFilter, Counts, Page, StoreError, VisitFilter};

on_both!(
    an_alarm_is_told_once_and_ends_once,
    words_of_any_language_are_found,
    titles_come_first,
    nothing_that_is_asked_breaks_the_search,
    timelines_are_filtered_and_paged,
    captures_are_paged_by_key,
    sums_by_author,
    numbers_of_an_empty_store,
    a_waiter_hears_of_a_commit_at_once,
    migrations_are_idempotent,
);

async fn store_article(s: &Fixture, n: i64, title: &str, text: &str) {
    let a = s.follow_at(&format!("https://a{n}.example/author"), at(0)).await;
    s.visit(a.page, at(1000 * n), |c| c.article = Some(first_version(c, article(title, text)))).await;
}

async fn words_of_any_language_are_found(s: &Fixture) {
    store_article(s, 1, "重新认识城镇化", "改革开放以来，李新认为城镇化的速度超过预期。").await;
    store_article(s, 2, "The Third Plenum", "What Don Quixote said in 2016 about Übermut.").await;
    let found = async |words: &str| -> Vec<i64> {
        let hits = s.search(words, Page::default()).await.unwrap();
        hits.iter().map(|h| h.article.id.0).collect()
    };
    for words in ["改革", "开放", "李新 认为", "城镇化", "速度 预期", "镇", "期"] {
        assert_eq!(found(words).await, [1], "{words}");
    }
    for words in ["quixote", "THIRD plenum", "übermut 2016", "don"] {
        assert_eq!(found(words).await, [2], "{words}");
    }
    for words in ["改开", "quix", "改革 quixote", "", "—", "%", "'"] {
        assert!(found(words).await.is_empty(), "{words}");
    }
    let hit = &s.search("预期", Page::default()).await.unwrap()[0];
    assert!(hit.excerpt.contains("超过预期"), "{}", hit.excerpt);
}

async fn titles_come_first(s: &Fixture) {
    store_article(s, 1, "Something", &"other words and then urban ".repeat(3)).await;
    store_article(s, 2, "Urban growth", "Nothing of that kind in the text").await;
    store_article(s, 3, "Something else", "urban").await;
    let hits = s.search("urban", Page { offset: 0, limit: 2 }).await.unwrap();
    assert_eq!((hits.len(), hits[0].article.title.as_str()), (2, "Urban growth"));
    assert_eq!(s.search("urban", Page { offset: 2, limit: 2 }).await.unwrap().len(), 1);
}

async fn nothing_that_is_asked_breaks_the_search(s: &Fixture) {
    store_article(s, 1, "Title", "Text").await;
    let mut runner = TestRunner::deterministic();
    let strategy = proptest::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter);
    for _ in 0..60 {
        let words = strategy.new_tree(&mut runner).unwrap().current();
        assert!(s.search(&words, Page::default()).await.is_ok(), "{words:?}");
        let a = s.find_author(&words).await;
        assert!(matches!(a, Ok(_) | Err(StoreError::Invalid(_))), "{words:?}: {a:?}");
    }
}

async fn timelines_are_filtered_and_paged(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let b = s.follow_at("https://b.example/author", at(0)).await;
    for n in 0..3 {
        s.visit(a.page, at(n * 100_000), |c| {
            c.visit.disposition = if n == 1 { Disposition::Gone } else { Disposition::Stored };
            c.visit.code = format!("n{n}");
        })
        .await;
    }
    s.visit(b.page, at(50), |c| c.visit.code = "b".to_owned()).await;
    let codes = async |filter: VisitFilter| -> String {
        s.visits(&filter).await.unwrap().into_iter().map(|v| v.code + " ").collect()
    };
    let all = VisitFilter::default;
    assert_eq!(codes(all()).await, "n2 n1 b n0 ");
    assert_eq!(codes(VisitFilter { page_id: Some(a.page), ..all() }).await, "n2 n1 n0 ");
    assert_eq!(codes(VisitFilter { disposition: Some(Disposition::Gone), ..all() }).await, "n1 ");
    assert_eq!(codes(VisitFilter { since: Some(at(100)), ..all() }).await, "n2 n1 ");
    assert_eq!(codes(VisitFilter { page: Page { offset: 1, limit: 2 }, ..all() }).await, "n1 b ");
    let visit = &s.visits(&all()).await.unwrap()[0];
    assert_eq!((visit.status, visit.bytes, visit.reparse), (Some(200), 1000, false));
    assert_eq!(visit.url.as_str(), "https://a.example/author");
}

async fn captures_are_paged_by_key(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    for n in 0..3 {
        s.visit(a.page, at(n * 100_000), |_| ()).await;
    }
    let mut all = s.captures(&CaptureFilter::default()).await.unwrap();
    assert_eq!((all.len(), all[0].status, all[0].captured_at), (3, 200, at(1)));
    let after = CaptureFilter { after: Some(all[0].at.id.to_string()), ..CaptureFilter::default() };
    assert_eq!(s.captures(&after).await.unwrap(), all.split_off(1));
    let since = CaptureFilter { since: Some(at(100_000)), ..CaptureFilter::default() };
    assert_eq!(s.captures(&since).await.unwrap().len(), 2);
    let other = CaptureFilter { author: Some(AuthorId(77)), ..CaptureFilter::default() };
    assert_eq!(s.captures(&other).await.unwrap().len(), 0);
    let wrong = CaptureFilter { after: Some("x".to_owned()), ..CaptureFilter::default() };
    assert!(matches!(s.captures(&wrong).await, Err(StoreError::Invalid(_))));
}

async fn sums_by_author(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let b = s.follow_at("https://b.example/author", at(0)).await;
    let shared = "https://c.example/work";
    s.visit(a.page, at(0), |c| {
        c.discovered.push(new_page(shared, PageKind::Article, a.source, at(0)));
        c.works.push(crate::support::listed(a.source, a.page, "Shared", Some(shared), at(0)));
        c.works.push(crate::support::listed(a.source, a.page, "Title only", None, at(0)));
    })
    .await;
    s.visit(b.page, at(0), |c| c.discovered.push(new_page(shared, PageKind::Article, b.source, at(0)))).await;
    let page = s.page(shared).await.id;
    s.visit(page, at(10), |c| c.article = Some(first_version(c, article("Shared", "Text")))).await;
    let sums = s.summary(&[], at(0)).await.unwrap();
    assert_eq!(sums.len(), 2);
    assert_eq!(
        (sums[0].author, sums[0].works, sums[0].works_with_link, sums[0].articles),
        (a.author, 2, 1, 1)
    );
    assert_eq!(sums[0].visits, [(Disposition::Stored, 2)]);
    assert_eq!((sums[1].works, sums[1].articles, sums[1].visits.len()), (0, 1, 1));
    let later = s.summary(&[a.source], at(5)).await.unwrap();
    assert_eq!((later.len(), &later[0].visits[..]), (1, &[(Disposition::Stored, 1)][..]));
}

async fn numbers_of_an_empty_store(s: &Fixture) {
    assert_eq!(s.counts(at(0)).await.unwrap(), Counts::default());
    assert!(s.authors(Page::default()).await.unwrap().is_empty());
    assert!(s.summary(&[], at(0)).await.unwrap().is_empty());
    assert!(s.hosts(Page::default()).await.unwrap().is_empty());
    assert!(s.outbox(10).await.unwrap().is_empty());
}

async fn a_waiter_hears_of_a_commit_at_once(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    // What was given before is kept.
    s.wait_for_change(Duration::from_secs(30)).await.unwrap();
    let visit = s.grant(a.page, at(0)).await;
    let commit = crate::support::commit_of(&s.context(a.page, visit).await, visit, at(1));
    let start = Instant::now();
    let waiting = s.wait_for_change(Duration::from_secs(30));
    let (waited, ()) = tokio::join!(waiting, async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        s.store.commit(std::slice::from_ref(&commit)).await.unwrap();
    });
    waited.unwrap();
    assert!(start.elapsed() < Duration::from_secs(10));
    let start = Instant::now();
    s.wait_for_change(Duration::from_millis(50)).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "silence is no error");
}

async fn migrations_are_idempotent(s: &Fixture) {
    let (a, b) = tokio::join!(s.store.migrate(), s.other.migrate());
    a.unwrap();
    b.unwrap();
}

async fn an_alarm_is_told_once_and_ends_once(s: &Fixture) {
    let mine = s.follow_at("https://a.example/author", at(0)).await;
    let set =
        async |detail, second| s.set_alarm("byline.unrouted", "unrouted", detail, at(second)).await.unwrap();
    assert!(!set(None, 0).await);
    assert!(set(Some("1 message"), 1).await);
    assert!(!set(Some("2 messages"), 2).await, "the same alarm still");
    s.visit(mine.page, at(3), |c| {
        let alarm = Some(store::SourceAlarm::WentEmpty);
        c.sources.push(store::SourceChange { source: mine.source, alarm });
    })
    .await;
    let alarms = s.alarms().await.unwrap();
    let told: Vec<_> =
        alarms.iter().map(|a| (a.subject.as_str(), a.alarm.as_str(), a.detail.as_str())).collect();
    assert_eq!(
        told,
        [("byline.unrouted", "unrouted", "2 messages"), ("https://a.example/author", "went-empty", "")]
    );
    assert_eq!(alarms[0].since, Some(at(1)));
    assert!(set(None, 4).await && !set(None, 5).await);
    assert_eq!(s.alarms().await.unwrap().len(), 1);
    let events: Vec<bool> = s
        .outbox(10)
        .await
        .unwrap()
        .into_iter()
        .filter(|e| e.event.kind == "installation.alarm")
        .map(|e| e.event.data["raised"] == true)
        .collect();
    assert_eq!(events, [true, false]);
}
