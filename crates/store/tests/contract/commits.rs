//! Storing results: once, in order, all or nothing.

use crate::{
    on_both,
    support::{Fixture, article, at, commit_of, first_version, listed, new_page},
};
use model::{AuthorProfile, Evidence, Field, PageKind};
use store::{Committed, NewEvent, SourceAlarm, SourceChange, WorkFilter, WorkState};

on_both!(
    a_result_is_stored_once,
    an_old_decision_is_stale,
    a_batch_with_a_page_twice_is_judged_in_order,
    a_broken_batch_leaves_nothing,
    works_are_new_known_removed_and_returned,
    a_work_on_another_page_of_the_list_is_not_missed,
    an_older_listing_does_not_undo_a_newer_one,
    contexts_know_works_by_page_and_by_key,
    profiles_fill_the_author,
    alarms_stay_until_they_are_cleared,
    known_pages_are_not_hurried,
    events_leave_in_order,
    a_page_moves_to_another_spelling,
    hints_say_more_with_each_listing,
    results_of_one_host_are_stored_side_by_side,
);

async fn a_result_is_stored_once(s: &Fixture) {
    let a = s.follow_at("https://a.example/1", at(0)).await;
    let visit = s.grant(a.page, at(0)).await;
    let context = s.context(a.page, visit).await;
    assert!(!context.applied);
    let mut commit = commit_of(&context, visit, at(1));
    commit.article = Some(first_version(&commit, article("Title", "Text")));
    let done = s.commit(std::slice::from_ref(&commit)).await.unwrap();
    assert_eq!(done, [Committed::Done]);
    let again = s.other.commit(&[commit]).await.unwrap();
    assert_eq!(again, [Committed::Duplicate]);
    assert!(s.context(a.page, visit).await.applied);
    let counts = s.counts(at(2)).await.unwrap();
    assert_eq!((counts.articles, counts.versions, counts.captures, counts.visits), (1, 1, 1, 1));
}

/// Transactions that add pages of one host and change it must not wait for each other in a circle.
async fn results_of_one_host_are_stored_side_by_side(s: &Fixture) {
    let mut followed = Vec::new();
    for n in 0..8 {
        followed.push(s.follow_at(&format!("https://a.example/{n}"), at(0)).await);
    }
    for round in 0..10 {
        let mut storing = tokio::task::JoinSet::new();
        for (n, page) in followed.iter().enumerate() {
            let visit = model::VisitId::new();
            let mut commit = commit_of(&s.context(page.page, visit).await, visit, at(round));
            let link = |l| format!("https://a.example/{round}/{n}/{l}");
            let discovered = (0..5).map(|l| new_page(&link(l), PageKind::Article, page.source, at(round)));
            commit.discovered.extend(discovered);
            let store = if n % 2 == 0 { s.store.clone() } else { s.other.clone() };
            storing.spawn(async move { store.commit(&[commit]).await });
        }
        while let Some(stored) = storing.join_next().await {
            assert_eq!(stored.unwrap().unwrap(), [Committed::Done]);
        }
    }
}

async fn an_old_decision_is_stale(s: &Fixture) {
    let a = s.follow_at("https://a.example/1", at(0)).await;
    let visit = s.grant(a.page, at(0)).await;
    let old = commit_of(&s.context(a.page, visit).await, visit, at(1));
    s.expire_leases(at(600)).await.unwrap();
    s.visit(a.page, at(600), |_| ()).await;
    assert_eq!(s.commit(std::slice::from_ref(&old)).await.unwrap(), [Committed::Stale]);
    assert_eq!(s.counts(at(601)).await.unwrap().visits, 1);
    let anew = commit_of(&s.context(a.page, visit).await, visit, at(1));
    assert_eq!(s.commit(&[anew]).await.unwrap(), [Committed::Done]);
}

async fn a_batch_with_a_page_twice_is_judged_in_order(s: &Fixture) {
    let a = s.follow_at("https://a.example/1", at(0)).await;
    let b = s.follow_at("https://b.example/1", at(0)).await;
    let (one, two, other) =
        (s.grant(a.page, at(0)).await, model::VisitId::new(), s.grant(b.page, at(0)).await);
    let context = s.context(a.page, one).await;
    let first = commit_of(&context, one, at(1));
    let second = commit_of(&context, two, at(2));
    let mut next = commit_of(&context, two, at(2));
    next.revision += 1;
    let elsewhere = commit_of(&s.context(b.page, other).await, other, at(1));
    let done = s.commit(&[first.clone(), elsewhere, second, first, next]).await.unwrap();
    let expected =
        [Committed::Done, Committed::Done, Committed::Stale, Committed::Duplicate, Committed::Done];
    assert_eq!(done, expected);
    assert_eq!(s.commit(&[]).await.unwrap(), []);
}

async fn a_broken_batch_leaves_nothing(s: &Fixture) {
    let a = s.follow_at("https://a.example/1", at(0)).await;
    let visit = s.grant(a.page, at(0)).await;
    let good = commit_of(&s.context(a.page, visit).await, visit, at(1));
    let mut bad = good.clone();
    // A source that does not exist.
    bad.discovered.push(new_page("https://a.example/2", PageKind::Article, model::SourceId(999), at(0)));
    assert!(s.commit(&[bad]).await.is_err());
    let counts = s.counts(at(2)).await.unwrap();
    assert_eq!((counts.visits, counts.pages, counts.pages_in_flight), (0, 1, 1));
    assert_eq!(s.commit(&[good]).await.unwrap(), [Committed::Done], "the connection is fit for use");
}

async fn works_are_new_known_removed_and_returned(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let (source, link) = (a.source, "https://a.example/work");
    let day = |n: i64| at(n * 100_000);
    let state = async || -> Vec<(String, String)> {
        let works = s.works(&WorkFilter::default()).await.unwrap();
        works.into_iter().map(|w| (w.title, w.state)).collect()
    };
    s.visit(a.page, day(0), |c| {
        c.works.push(listed(source, a.page, "Linked", Some(link), day(0)));
        c.works.push(listed(source, a.page, "Only a  title", None, day(0)));
        c.discovered.push(new_page(link, PageKind::Article, source, day(0)));
    })
    .await;
    let mut both = state().await;
    both.sort();
    assert_eq!(both, [("Linked".into(), "new".into()), ("Only a  title".into(), "known".into())]);
    let work = &s.works(&WorkFilter { state: Some("new".into()), ..WorkFilter::default() }).await.unwrap()[0];
    assert_eq!((work.first_seen_at, work.removed_at, work.author), (day(0), None, a.author));
    assert_eq!(work.date.unwrap().to_string(), "2016-12-26");
    assert_eq!(work.authors, ["李新"]);

    let page = s.page(link).await.id;
    s.visit(page, day(0) + chrono::TimeDelta::seconds(10), |c| {
        c.article = Some(first_version(c, article("Linked", "Text")));
    })
    .await;
    let key = store::work_key(Some(&crate::support::url(link)), "");
    let missed = |missed, removed_at| store::WorkChange {
        source,
        key: key.clone(),
        seen_on: a.page,
        state: WorkState::Missed { missed, removed_at },
    };
    s.visit(a.page, day(2), |c| c.works.push(missed(1, None))).await;
    let filter = WorkFilter { source: Some(source), state: Some("known".into()), ..WorkFilter::default() };
    let known = s.works(&filter).await.unwrap();
    assert_eq!(known.len(), 2);
    assert!(known.iter().any(|w| w.article.is_some() && w.last == Some(model::Disposition::Stored)));
    s.visit(a.page, day(4), |c| c.works.push(missed(2, Some(day(4))))).await;
    let removed =
        WorkFilter { author: Some(a.author), state: Some("removed".into()), ..WorkFilter::default() };
    assert_eq!(s.works(&removed).await.unwrap()[0].removed_at, Some(day(4)));
    assert_eq!(s.counts(day(4)).await.unwrap().works_removed, 1);
    s.visit(a.page, day(6), |c| c.works.push(listed(source, a.page, "Linked", Some(link), day(6)))).await;
    let returned = WorkFilter { state: Some("returned".into()), ..WorkFilter::default() };
    let returned = s.works(&returned).await.unwrap();
    assert_eq!((returned[0].first_seen_at, returned[0].last_seen_at), (day(0), day(6)));
}

async fn a_work_on_another_page_of_the_list_is_not_missed(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let second = new_page("https://a.example/author?page=2", PageKind::Listing, a.source, at(0));
    s.visit(a.page, at(0), |c| {
        c.works.push(listed(a.source, a.page, "Wanders", None, at(0)));
        c.discovered.push(second);
    })
    .await;
    let second = s.page("https://a.example/author?page=2").await.id;
    s.visit(second, at(10), |c| c.works.push(listed(a.source, second, "Wanders", None, at(10)))).await;
    s.visit(a.page, at(100_000), |c| {
        c.works.push(store::WorkChange {
            source: a.source,
            key: "title:Wanders".to_owned(),
            seen_on: a.page,
            state: WorkState::Missed { missed: 2, removed_at: Some(at(100_000)) },
        });
    })
    .await;
    assert_eq!(s.works(&WorkFilter::default()).await.unwrap()[0].removed_at, None);
}

async fn an_older_listing_does_not_undo_a_newer_one(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    s.visit(a.page, at(100), |c| {
        let mut newer = listed(a.source, a.page, "A", Some("https://a.example/1"), at(100));
        if let WorkState::Listed { title, .. } = &mut newer.state {
            *title = "Newer".to_owned();
        }
        c.works.push(newer);
    })
    .await;
    s.visit(a.page, at(100_000), |c| {
        c.works.push(listed(a.source, a.page, "Older", Some("https://a.example/1"), at(50)));
    })
    .await;
    let works = s.works(&WorkFilter::default()).await.unwrap();
    assert_eq!((works[0].title.as_str(), works[0].last_seen_at), ("Newer", at(100)));
}

async fn contexts_know_works_by_page_and_by_key(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let second = new_page("https://a.example/author?page=2", PageKind::Listing, a.source, at(0));
    let work = new_page("https://a.example/work", PageKind::Article, a.source, at(0));
    s.visit(a.page, at(0), |c| {
        c.works.push(listed(a.source, a.page, "Here", None, at(0)));
        c.discovered.extend([second, work]);
    })
    .await;
    let second = s.page("https://a.example/author?page=2").await.id;
    s.visit(second, at(10), |c| {
        c.works.push(listed(a.source, second, "There", None, at(10)));
        c.works.push(listed(a.source, second, "Elsewhere", None, at(10)));
    })
    .await;
    let key = |page, works: &[&str]| store::VisitKey {
        visit: model::VisitId::new(),
        page,
        cause: model::Cause::Visit,
        canonical: None,
        works: works.iter().map(|w| (*w).to_owned()).collect(),
        content: None,
        next_part: None,
    };
    let keys = [
        key(a.page, &["title:Here", "title:There", "title:Unknown"]),
        key(s.page("https://a.example/work").await.id, &[]),
        key(model::PageId(999_999), &[]),
    ];
    let contexts = s.visit_contexts(&keys).await.unwrap();
    let listing = contexts[0].as_ref().unwrap();
    assert_eq!(listing.page.sources, [a.source]);
    let state = &listing.listings[0];
    assert!(state.is_first_page && state.alarm.is_none());
    assert_eq!((state.source, state.pages), (a.source, 2));
    let mut known: Vec<_> = state.works.iter().map(|w| (w.key.as_str(), w.seen_on)).collect();
    known.sort_unstable();
    assert_eq!(known, [("title:Here", a.page), ("title:There", second)]);
    let article = contexts[1].as_ref().unwrap();
    assert!(article.listings.is_empty() && article.page.sources == [a.source]);
    assert!(contexts[2].is_none());
}

async fn profiles_fill_the_author(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let field = |s: &str| Some(Field::new(s.to_owned(), Evidence::Heading));
    let named = |name: &str| AuthorProfile { name: field(name), ..AuthorProfile::default() };
    s.visit(a.page, at(0), |c| {
        let same_as = vec![Field::new("https://orcid.org/1".to_owned(), Evidence::JsonLd)];
        let profile = AuthorProfile { affiliation: field("Institute"), same_as, ..named("李新") };
        c.profile = Some((vec![a.source], profile));
    })
    .await;
    s.visit(a.page, at(100_000), |c| c.profile = Some((vec![a.source], named("Somebody else")))).await;
    let author = s.find_author("李新").await.unwrap().unwrap();
    assert_eq!(author.affiliation.as_deref(), Some("Institute"));
    assert_eq!(author.same_as, ["https://orcid.org/1"]);
}

async fn alarms_stay_until_they_are_cleared(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let alarm = |alarm| SourceChange { source: a.source, alarm };
    s.visit(a.page, at(0), |c| c.sources.push(alarm(Some(SourceAlarm::WentEmpty)))).await;
    s.visit(a.page, at(100_000), |_| ()).await;
    assert_eq!(s.sources(a.author).await.unwrap()[0].alarm.as_deref(), Some("went-empty"));
    assert_eq!(s.counts(at(0)).await.unwrap().sources_in_alarm, 1);
    let context = s.context(a.page, model::VisitId::new()).await;
    assert_eq!(context.listings[0].alarm, Some(SourceAlarm::WentEmpty));
    s.visit(a.page, at(200_000), |c| c.sources.push(alarm(None))).await;
    assert_eq!(s.sources(a.author).await.unwrap()[0].alarm, None);
}

async fn known_pages_are_not_hurried(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let work = |due, again| {
        let mut page = new_page("https://b.example/work", PageKind::Article, a.source, at(due));
        page.again = again;
        page
    };
    let due = async || s.page("https://b.example/work").await.due_at.unwrap();
    let day = 100_000;
    s.visit(a.page, at(0), |c| c.discovered.push(work(5000, false))).await;
    assert_eq!(due().await, at(5000));
    s.visit(a.page, at(day), |c| c.discovered.push(work(10, false))).await;
    assert_eq!(due().await, at(5000), "a known page keeps its due time");
    s.visit(a.page, at(2 * day), |c| c.discovered.push(work(9000, true))).await;
    assert_eq!(due().await, at(5000), "again, but not sooner");
    s.visit(a.page, at(3 * day), |c| c.discovered.push(work(10, true))).await;
    assert_eq!(due().await, at(10));
    let found = s.candidates(&crate::support::ask(at(10))).await.unwrap();
    assert_eq!(found.len(), 1, "the host knows of the new due time");
}

async fn events_leave_in_order(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let event = |n: u32| NewEvent {
        kind: "work.listed".to_owned(),
        subject: format!("https://a.example/{n}"),
        at: at(1),
        data: serde_json::json!({ "n": n, "nul": "a\u{0}b" }),
    };
    s.visit(a.page, at(0), |c| c.events.extend((0..3).map(event))).await;
    let waiting = s.outbox(2).await.unwrap();
    assert_eq!(waiting.iter().map(|e| &e.event.data["n"]).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(waiting[0].event.kind, "work.listed");
    s.outbox_sent(&[waiting[0].id, waiting[1].id]).await.unwrap();
    assert_eq!(s.outbox(10).await.unwrap().len(), 1);
    assert_eq!(s.counts(at(2)).await.unwrap().outbox_waiting, 1);
}

async fn a_page_moves_to_another_spelling(s: &Fixture) {
    let a = s.follow_at("http://www.a.example/author", at(0)).await;
    s.visit(a.page, at(0), |c| {
        let page = c.page.as_mut().unwrap();
        page.url = Some(crate::support::url("https://a.example/author"));
        page.due_at = Some(at(100));
    })
    .await;
    let mut ask = crate::support::ask(at(100));
    ask.sources = vec![a.source];
    let found = s.candidates(&ask).await.unwrap();
    assert_eq!(found[0].url.as_str(), "https://a.example/author");
    assert_eq!((found[0].host.as_str(), found[0].origin.as_str()), ("a.example", "https://a.example"));
    let old = s.hosts(store::Page::default()).await.unwrap();
    assert!(old.iter().all(|h| h.in_flight == 0), "{old:?}");
}

async fn hints_say_more_with_each_listing(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let work = |author: &str, title: Option<&str>| {
        let mut page = new_page("https://b.example/work", PageKind::Article, a.source, at(0));
        page.hints.authors = vec![author.to_owned()];
        page.hints.listed = title.map(|t| model::Listed { title: t.to_owned(), ..model::Listed::default() });
        page
    };
    s.visit(a.page, at(0), |c| c.discovered.push(work("A", None))).await;
    s.visit(a.page, at(100_000), |c| {
        c.discovered.extend([work("B", Some("First")), work("A", Some("Second"))]);
    })
    .await;
    let found = s.candidates(&crate::support::ask(at(0))).await.unwrap();
    let hints = &found.iter().find(|c| c.url.as_str() == "https://b.example/work").unwrap().hints;
    assert_eq!(hints.authors, ["A", "B"]);
    assert_eq!(hints.listed.as_ref().unwrap().title, "First");
}
