//! Reparse jobs.

use crate::{
    on_both,
    support::{Fixture, article, at, commit_of, first_version},
};
use chrono::TimeDelta;
use model::{Cause, Disposition, JobId, VisitId};
use store::{
    ArticleChange, ArticleFilter, Committed, DryRun, NewReparse, ReparseSelect, ReparseState, RulesNow,
    StoreError, VersionReason, VisitCommit, VisitFilter,
};

on_both!(
    a_job_walks_its_captures_once,
    what_was_lost_is_sent_again,
    selections_hold_together,
    a_dry_run_writes_only_what_it_found,
    a_reparse_leaves_due_times_alone,
    states_of_a_job,
);

/// Three articles on three hosts, each captured twice.
async fn six_captures(s: &Fixture) {
    for n in 0..3 {
        let a = s.follow_at(&format!("https://a{n}.example/1"), at(0)).await;
        for round in 0..2 {
            s.visit(a.page, at(round * 100_000 + n), |c| {
                if round == 0 {
                    c.article = Some(first_version(c, article("Title", "Text")));
                } else {
                    c.capture.as_mut().unwrap().parser_version = Some(2);
                    c.visit.disposition = Disposition::Unchanged;
                }
            })
            .await;
        }
    }
}

fn later() -> store::Time {
    at(1_000_000)
}

async fn start(s: &Fixture, select: ReparseSelect, dry_run: bool) -> JobId {
    s.create_reparse(&NewReparse { select, dry_run, rate: Some(30) }, later()).await.unwrap()
}

fn reparse_of(s: &store::VisitContext, visit: VisitId, job: JobId, dry_run: bool) -> VisitCommit {
    let mut commit = commit_of(s, visit, later());
    commit.visit.cause = Cause::Reparse { job, dry_run };
    commit.page = None;
    commit.host = None;
    commit.capture = None;
    commit
}

async fn a_job_walks_its_captures_once(s: &Fixture) {
    six_captures(s).await;
    let job = start(s, ReparseSelect::default(), false).await;
    assert_eq!(s.reparse_jobs().await.unwrap()[0].total, 6);
    let mut seen = Vec::new();
    loop {
        let batch = s.reparse_batch(job, 4).await.unwrap();
        assert_eq!(s.reparse_batch(job, 4).await.unwrap(), batch, "until the cursor moves, the same visits");
        let Some(last) = batch.last() else { break };
        seen.extend(batch.iter().map(|i| i.grant.visit));
        s.reparse_advance(job, &last.cursor, batch.len() as u64, later()).await.unwrap();
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 6);
    assert_eq!(s.reparse_jobs().await.unwrap()[0].published, 6);
    // Captures that come later are not of this job.
    let page = s.page("https://a0.example/1").await.id;
    s.visit(page, later() + TimeDelta::days(1), |_| ()).await;
    assert!(s.reparse_batch(job, 4).await.unwrap().is_empty());
    assert!(matches!(s.reparse_batch(JobId(99), 1).await, Err(StoreError::Invalid(_))));
}

async fn what_was_lost_is_sent_again(s: &Fixture) {
    six_captures(s).await;
    let job = start(s, ReparseSelect::default(), true).await;
    let sent = s.reparse_batch(job, 10).await.unwrap();
    s.reparse_advance(job, &sent[5].cursor, 6, later()).await.unwrap();
    for item in [&sent[0], &sent[1], &sent[4]] {
        let context = s.context(item.grant.page, item.grant.visit).await;
        s.commit(&[reparse_of(&context, item.grant.visit, job, true)]).await.unwrap();
    }
    s.reparse_send_again(job, later()).await.unwrap();
    let row = &s.reparse_jobs().await.unwrap()[0];
    assert_eq!((row.published, row.finished), (3, 3));
    assert_eq!(s.reparse_batch(job, 2).await.unwrap(), sent[2..4]);
    s.reparse_advance(job, &sent[3].cursor, 2, later()).await.unwrap();
    assert_eq!(s.reparse_batch(job, 2).await.unwrap(), sent[5..]);
}

async fn selections_hold_together(s: &Fixture) {
    six_captures(s).await;
    let count = async |select: ReparseSelect| -> u64 {
        let job = start(s, select, true).await;
        s.reparse_jobs().await.unwrap().iter().find(|j| j.id == job).unwrap().total
    };
    let all = ReparseSelect::default;
    assert_eq!(count(ReparseSelect { current_only: true, ..all() }).await, 3);
    assert_eq!(count(ReparseSelect { host: Some("a1.example".into()), ..all() }).await, 2);
    assert_eq!(count(ReparseSelect { host: Some("nowhere.example".into()), ..all() }).await, 0);
    assert_eq!(count(ReparseSelect { older_than_parser: Some(2), ..all() }).await, 3);
    assert_eq!(count(ReparseSelect { older_than_parser: Some(2), current_only: true, ..all() }).await, 0);
    assert_eq!(count(ReparseSelect { disposition: Some("unchanged".into()), ..all() }).await, 3);
    assert_eq!(count(ReparseSelect { since: Some(at(100_000)), ..all() }).await, 3);
    assert_eq!(count(ReparseSelect { until: Some(at(2)), ..all() }).await, 2);
    let author = s.find_author("https://a2.example/1").await.unwrap().unwrap().id;
    assert_eq!(count(ReparseSelect { author: Some(author.0), ..all() }).await, 2);
}

async fn a_dry_run_writes_only_what_it_found(s: &Fixture) {
    six_captures(s).await;
    let job = start(s, ReparseSelect::default(), true).await;
    let before = s.counts(later()).await.unwrap();
    for (n, item) in s.reparse_batch(job, 10).await.unwrap().into_iter().enumerate() {
        let context = s.context(item.grant.page, item.grant.visit).await;
        let mut commit = reparse_of(&context, item.grant.visit, job, true);
        let change = |field: &str| (field.to_owned(), "before".to_owned(), format!("after {n}"));
        commit.dry_run =
            Some(DryRun { changes: if n < 4 { vec![change("title"), change("date")] } else { Vec::new() } });
        assert_eq!(s.commit(std::slice::from_ref(&commit)).await.unwrap(), [Committed::Done]);
        assert_eq!(s.commit(&[commit]).await.unwrap(), [Committed::Duplicate]);
    }
    assert_eq!(s.counts(later()).await.unwrap(), before);
    let done = &s.reparse_jobs().await.unwrap()[0];
    assert_eq!((done.finished, done.changed, done.failed), (6, 4, 0));
    let samples = s.reparse_changes(job, 2).await.unwrap();
    assert_eq!(samples.len(), 4, "two of each field");
    assert!(samples.iter().all(|c| c.count == 4 && c.before == "before"));
}

async fn a_reparse_leaves_due_times_alone(s: &Fixture) {
    six_captures(s).await;
    let job = start(s, ReparseSelect { current_only: true, ..ReparseSelect::default() }, false).await;
    let due = s.page("https://a0.example/1").await.due_at;
    for item in s.reparse_batch(job, 10).await.unwrap() {
        let context = s.context(item.grant.page, item.grant.visit).await;
        let mut commit = reparse_of(&context, item.grant.visit, job, false);
        commit.capture = Some(store::CaptureRecord {
            at: item.capture.clone(),
            captured_at: item.captured_at,
            content_type: item.content_type.clone(),
            status: item.status,
            hints: item.grant.hints.clone(),
            parser_version: Some(3),
            rules_hash: Some("r1".to_owned()),
        });
        let current = context.article.as_ref().unwrap();
        let change = first_version(&commit, article("Better title", "Text"));
        commit.article = Some(ArticleChange {
            id: Some(current.id),
            reason: VersionReason::Reparsed,
            parser_version: 3,
            ..change
        });
        assert_eq!(s.commit(&[commit]).await.unwrap(), [Committed::Done]);
    }
    let counts = s.counts(later()).await.unwrap();
    assert_eq!((counts.versions, counts.captures, counts.articles, counts.visits), (6, 6, 3, 9));
    let page = s.page("https://a0.example/1").await;
    assert_eq!((page.due_at, page.last_visit_at), (due, Some(at(100_001))));
    assert!(s.articles(&ArticleFilter::default()).await.unwrap().iter().all(|a| a.title == "Better title"));
    let newest = ReparseSelect { older_than_parser: Some(3), current_only: true, ..ReparseSelect::default() };
    let job = start(s, newest, true).await;
    assert!(s.reparse_batch(job, 10).await.unwrap().is_empty(), "all are of the newest parser now");
    let rules = |host: &str, hash: &str, elsewhere: &str| RulesNow {
        hosts: [(host.to_owned(), hash.to_owned())].into(),
        elsewhere: elsewhere.to_owned(),
    };
    for (now, selected) in [
        (RulesNow::default(), 3),
        (RulesNow { elsewhere: "r1".to_owned(), ..RulesNow::default() }, 3),
        (rules("a0.example", "r1", ""), 3),
        (rules("a0.example", "r2", "r1"), 4),
    ] {
        let job = start(s, ReparseSelect { rules: Some(now), ..ReparseSelect::default() }, true).await;
        let job = s.reparse_jobs().await.unwrap().into_iter().find(|j| j.id == job).unwrap();
        assert_eq!(job.total, selected, "{:?}", job.new.select);
        assert_eq!(s.reparse_batch(job.id, 10).await.unwrap().len() as u64, selected);
    }
    let visits = s.visits(&VisitFilter::default()).await.unwrap();
    assert_eq!(visits.iter().filter(|v| v.reparse).count(), 3);
    let works = s.works(&store::WorkFilter::default()).await.unwrap();
    assert!(works.iter().all(|w| w.state != "changed"), "not the author's change");
}

async fn states_of_a_job(s: &Fixture) {
    let job = start(s, ReparseSelect::default(), false).await;
    let state = async || s.reparse_jobs().await.unwrap()[0].state;
    for next in [ReparseState::Paused, ReparseState::Running, ReparseState::Cancelled] {
        s.set_reparse_state(job, next, later()).await.unwrap();
        assert_eq!(state().await, next);
    }
    let over = s.set_reparse_state(job, ReparseState::Running, later()).await;
    assert!(matches!(over, Err(StoreError::Invalid(_))));
    assert_eq!(s.reparse_jobs().await.unwrap()[0].new.rate, Some(30));
}
