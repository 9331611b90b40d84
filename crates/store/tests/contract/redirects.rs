//! Pages that stand for others.

use crate::{
    on_both,
    support::{Fixture, article, at, first_version, new_page, url},
};
use model::{Cause, PageId, PageKind, SourceId, VisitId};
use store::{NewPage, VisitKey};

on_both!(
    a_redirected_page_becomes_an_alias,
    a_moved_author_page_is_followed_where_it_is,
    redirects_in_a_row_are_counted_and_shortened,
    redirects_in_a_circle_end,
    a_canonical_address_names_its_article,
    pages_that_name_each_other_do_not_vanish,
);

fn target(address: &str, source: SourceId, from: PageId) -> NewPage {
    let mut page = new_page(address, PageKind::Article, source, at(1));
    page.redirected_from = Some(from);
    page
}

async fn a_redirected_page_becomes_an_alias(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    s.visit(a.page, at(0), |c| {
        c.discovered.push(new_page("https://b.example/old", PageKind::Article, a.source, at(0)));
        c.works.push(crate::support::listed(a.source, a.page, "A", Some("https://b.example/old"), at(0)));
    })
    .await;
    let old = s.page("https://b.example/old").await.id;
    // Somebody else lists the old address as well, later: the target belongs to both.
    s.visit(old, at(10), |c| {
        c.page.as_mut().unwrap().due_at = None;
        let mut page = target("https://c.example/new", a.source, old);
        page.source = None;
        c.discovered.push(page);
    })
    .await;
    let new = s.page("https://c.example/new").await.id;
    assert_eq!(s.page("https://b.example/old").await.alias_of, Some(new));
    s.visit(new, at(20), |c| c.article = Some(first_version(c, article("A", "Text")))).await;
    let row = s.page("https://b.example/old").await;
    let id = row.article.unwrap();
    assert_eq!(s.page("https://c.example/new").await.article, Some(id));
    let full = s.article(id).await.unwrap().unwrap();
    assert_eq!(full.row.url.as_str(), "https://c.example/new");
    assert_eq!(full.aliases, ["https://b.example/old"]);
    assert_eq!(full.author_pages, ["https://a.example/author"]);
    assert_eq!(full.listed_as, ["A"]);
    let works = s.works(&store::WorkFilter::default()).await.unwrap();
    assert_eq!((works[0].article, works[0].state.as_str()), (Some(id), "known"));
    assert_eq!(s.find_author("1").await.unwrap().unwrap().articles, 1);

    let b = s.follow_at("https://d.example/author", at(100)).await;
    s.visit(b.page, at(100), |c| {
        c.discovered.push(new_page("https://b.example/old", PageKind::Article, b.source, at(0)));
    })
    .await;
    assert_eq!(s.context(new, VisitId::new()).await.page.sources, [a.source, b.source]);
    assert!(
        !s.due(at(1000)).await.contains(&"https://b.example/old".to_owned()),
        "its target is visited instead"
    );
}

async fn a_moved_author_page_is_followed_where_it_is(s: &Fixture) {
    let a = s.follow_at("https://a.example/old", at(0)).await;
    s.visit(a.page, at(0), |c| {
        c.page.as_mut().unwrap().due_at = None;
        let mut page = target("https://a.example/new", a.source, a.page);
        page.kind = PageKind::Listing;
        c.discovered.push(page);
    })
    .await;
    let new = s.page("https://a.example/new").await.id;
    let context = s.context(new, VisitId::new()).await;
    assert!(context.listings[0].is_first_page);
    let sources = s.sources(a.author).await.unwrap();
    assert_eq!((sources[0].page, sources[0].url.as_str()), (new, "https://a.example/new"));
    assert_eq!(s.find_author("https://a.example/old").await.unwrap().unwrap().id, a.author);
    let again = s.follow_at("https://a.example/old", at(10)).await;
    assert_eq!((again.author, again.page, again.new), (a.author, new, false));
}

async fn redirects_in_a_row_are_counted_and_shortened(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    s.visit(a.page, at(0), |c| {
        c.discovered.push(new_page("https://h0.example/", PageKind::Article, a.source, at(0)));
    })
    .await;
    for n in 0..3 {
        let from = s.page(&format!("https://h{n}.example/")).await.id;
        s.visit(from, at(10), |c| {
            c.page.as_mut().unwrap().due_at = None;
            c.discovered.push(target(&format!("https://h{}.example/", n + 1), a.source, from));
        })
        .await;
    }
    let last = s.page("https://h3.example/").await.id;
    assert_eq!(s.page("https://h0.example/").await.alias_of, Some(last));
    assert_eq!(s.context(last, VisitId::new()).await.page.redirects, 3);
}

async fn redirects_in_a_circle_end(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    s.visit(a.page, at(0), |c| {
        c.discovered.push(new_page("https://b.example/", PageKind::Article, a.source, at(0)));
    })
    .await;
    let b = s.page("https://b.example/").await.id;
    s.visit(b, at(10), |c| c.discovered.push(target("https://c.example/", a.source, b))).await;
    let c_page = s.page("https://c.example/").await.id;
    s.visit(c_page, at(10), |c| c.discovered.push(target("https://b.example/", a.source, c_page))).await;
    assert_eq!(s.page("https://b.example/").await.alias_of, None);
    assert_eq!(s.page("https://c.example/").await.alias_of, Some(b));
    assert_eq!(s.context(b, VisitId::new()).await.page.redirects, 2);
    // To itself.
    s.visit(b, at(200_000), |c| c.discovered.push(target("https://b.example/", a.source, b))).await;
    assert_eq!(s.page("https://b.example/").await.alias_of, None);
}

async fn a_canonical_address_names_its_article(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    s.visit(a.page, at(0), |c| {
        c.discovered.push(new_page("https://b.example/canonical", PageKind::Article, a.source, at(0)));
        c.discovered.push(new_page("https://c.example/print", PageKind::Article, a.source, at(0)));
    })
    .await;
    let (main, print) =
        (s.page("https://b.example/canonical").await.id, s.page("https://c.example/print").await.id);
    s.visit(main, at(10), |c| c.article = Some(first_version(c, article("A", "Text")))).await;
    let key = VisitKey {
        visit: VisitId::new(),
        page: print,
        cause: Cause::Visit,
        canonical: Some(url("https://b.example/canonical").key()),
        works: Vec::new(),
        content: None,
        next_part: None,
    };
    let context = s.visit_contexts(&[key]).await.unwrap().pop().unwrap().unwrap();
    assert_eq!(context.article, None);
    let (page, current) = context.canonical.unwrap();
    assert_eq!(page, main);
    s.visit(print, at(10), |c| c.alias_of = Some(main)).await;
    assert_eq!(s.page("https://c.example/print").await.article, Some(current.unwrap().id));
    assert_eq!(s.context(print, VisitId::new()).await.article.unwrap().version, 1);
}

async fn pages_that_name_each_other_do_not_vanish(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let addresses = ["https://b.example/1", "https://c.example/2", "https://d.example/3"];
    s.visit(a.page, at(0), |c| {
        c.discovered.extend(addresses.map(|u| new_page(u, PageKind::Article, a.source, at(0))));
    })
    .await;
    let mut ids = Vec::new();
    for address in addresses {
        ids.push(s.page(address).await.id);
    }
    s.visit(ids[0], at(10), |c| c.alias_of = Some(ids[1])).await;
    s.visit(ids[1], at(10), |c| c.alias_of = Some(ids[0])).await;
    s.visit(ids[2], at(10), |c| c.alias_of = Some(ids[0])).await;
    assert_eq!(s.page(addresses[0]).await.alias_of, Some(ids[1]));
    assert_eq!(s.page(addresses[1]).await.alias_of, None);
    assert_eq!(s.page(addresses[2]).await.alias_of, Some(ids[1]), "never through two hands");
}
