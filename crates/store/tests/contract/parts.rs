//! Articles in several parts.

use crate::{
    on_both,
    support::{Fixture, article, at, commit_of, first_version, listed, new_page, url},
};
use model::{Cause, PageId, PageKey, PageKind, VisitId};
use store::{
    ArticleChange, Committed, NextPart, PartChange, PartContent, VersionReason, VisitCommit, VisitKey,
};

on_both!(
    parts_are_known_by_the_first_and_stand_for_it,
    a_version_is_completed_in_place,
    the_first_part_guards_the_article,
    what_is_known_of_a_next_page,
);

fn read(
    c: &mut VisitCommit,
    head: PageId,
    revision: Option<i64>,
    number: u32,
    next: Option<&str>,
    text: &str,
) {
    let captured_at = c.capture.as_ref().unwrap().captured_at;
    let content = PartContent { next: next.map(|n| url(n).key()), captured_at, article: article("T", text) };
    c.part = Some(PartChange {
        head,
        head_revision: revision,
        number,
        seen_at: captured_at,
        content: Some(content),
    });
}

/// An author, an article, and its second part in the frontier.
async fn two_parts(s: &Fixture) -> (PageId, PageId) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    s.visit(a.page, at(0), |c| {
        c.discovered.push(new_page("https://a.example/1", PageKind::Article, a.source, at(0)));
        c.works.push(listed(a.source, a.page, "A", Some("https://a.example/1"), at(0)));
        c.works.push(listed(a.source, a.page, "B", Some("https://a.example/unread"), at(0)));
    })
    .await;
    let head = s.page("https://a.example/1").await.id;
    s.visit(head, at(10), |c| {
        c.article = Some(first_version(c, article("T", "One")));
        read(c, head, None, 1, Some("https://a.example/1_2"), "One");
        let mut page = new_page("https://a.example/1_2", PageKind::Article, a.source, at(10));
        page.part_of = Some((head, 2));
        c.discovered.push(page);
    })
    .await;
    (head, s.page("https://a.example/1_2").await.id)
}

async fn parts_are_known_by_the_first_and_stand_for_it(s: &Fixture) {
    let (head, second) = two_parts(s).await;
    assert_eq!(s.due(at(100)).await, ["https://a.example/1_2"]);
    let row = s.page("https://a.example/1_2").await;
    assert_eq!((row.alias_of, row.article), (Some(head), s.page("https://a.example/1").await.article));
    let context = s.context(second, VisitId::new()).await;
    assert!(context.article.is_some());
    let parts = context.parts.unwrap();
    assert_eq!((parts.head, parts.number, parts.known.len()), (head, 2, 2));
    assert_eq!(parts.head_revision, Some(s.context(head, VisitId::new()).await.page.revision));
    let [first, next] = parts.known.as_slice() else { panic!() };
    assert_eq!(first.article.as_ref().unwrap().text(), "One");
    assert_eq!((first.next.as_ref(), first.seen_at), (Some(&next.key), Some(at(11))));
    assert_eq!((next.number, next.seen_at, next.article.as_ref()), (2, None, None));
    let own = s.context(head, VisitId::new()).await.parts.unwrap();
    assert_eq!((own.number, own.head_revision, own.known), (1, None, parts.known));
}

async fn a_version_is_completed_in_place(s: &Fixture) {
    let (head, second) = two_parts(s).await;
    let context = s.context(second, VisitId::new()).await;
    let (id, revision) = (context.article.unwrap().id, context.parts.unwrap().head_revision);
    s.visit(second, at(100), |c| {
        let change = first_version(c, article("T", "One\nSecond"));
        c.article =
            Some(ArticleChange { id: Some(id), in_place: true, reason: VersionReason::Completed, ..change });
        read(c, head, revision, 2, None, "Second");
    })
    .await;
    let full = s.article(id).await.unwrap().unwrap();
    assert_eq!((full.article.text().as_str(), full.row.versions), ("One\nSecond", 1));
    let versions = s.article_versions(id).await.unwrap();
    assert_eq!((versions.len(), versions[0].reason.as_str()), (1, "first"));
    assert_eq!(versions[0].content_hash, full.content_hash);
    assert_eq!(s.search("second", store::Page::default()).await.unwrap().len(), 1);
    // Unchanged: only seen.
    let revision = s.context(second, VisitId::new()).await.parts.unwrap().head_revision;
    let mut commit = commit_of(&s.context(second, VisitId::new()).await, VisitId::new(), at(900));
    commit.part =
        Some(PartChange { head, head_revision: revision, number: 2, seen_at: at(900), content: None });
    assert_eq!(s.commit(&[commit]).await.unwrap(), [Committed::Done]);
    let known = s.context(second, VisitId::new()).await.parts.unwrap().known;
    assert_eq!((known[1].seen_at, known[1].captured_at), (Some(at(900)), Some(at(101))));
    assert_eq!(known[1].article.as_ref().unwrap().text(), "Second");
}

async fn the_first_part_guards_the_article(s: &Fixture) {
    let (head, second) = two_parts(s).await;
    let (of_head, of_second) =
        (s.context(head, VisitId::new()).await, s.context(second, VisitId::new()).await);
    let revision = of_second.parts.as_ref().unwrap().head_revision;
    let mut first = commit_of(&of_head, VisitId::new(), at(200));
    read(&mut first, head, None, 1, Some("https://a.example/1_2"), "New");
    let mut other = commit_of(&of_second, VisitId::new(), at(200));
    read(&mut other, head, revision, 2, None, "Second");
    let answers = s.commit(&[first, other.clone()]).await.unwrap();
    assert_eq!(answers, [Committed::Done, Committed::Stale], "decided on what the first part said before");
    other.part.as_mut().unwrap().head_revision = revision.map(|r| r + 1);
    assert_eq!(s.commit(&[other]).await.unwrap(), [Committed::Done]);
    assert_eq!(s.context(head, VisitId::new()).await.page.revision, of_head.page.revision + 2);
}

async fn what_is_known_of_a_next_page(s: &Fixture) {
    let (head, _) = two_parts(s).await;
    let ask = async |address: &str| -> NextPart {
        let next_part: Option<PageKey> = Some(url(address).key());
        let key = VisitKey {
            visit: VisitId::new(),
            page: head,
            cause: Cause::Visit,
            canonical: None,
            works: Vec::new(),
            content: None,
            next_part,
        };
        s.visit_contexts(&[key]).await.unwrap().pop().unwrap().unwrap().next_part
    };
    assert_eq!(ask("https://a.example/1_2").await, NextPart::Of(head));
    assert_eq!(ask("https://a.example/1_3").await, NextPart::Free);
    assert_eq!(ask("https://a.example/author").await, NextPart::Taken);
    assert_eq!(ask("https://a.example/unread").await, NextPart::Taken, "a work that was not visited yet");
}
