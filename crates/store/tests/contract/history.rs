//! Articles and their versions.

use crate::{
    on_both,
    support::{Fixture, article, at, first_version, new_page},
};
use chrono::TimeDelta;
use model::{ArticleId, PageId, PageKind, SourceId};
use store::{ArticleChange, ArticleFilter, Page, VersionReason, VisitCommit, WorkFilter};

on_both!(
    the_first_version_is_the_article,
    a_change_adds_a_version,
    an_older_capture_is_history_not_news,
    several_articles_in_one_batch,
    near_duplicates_are_found_by_bands,
    authors_are_merged_and_split,
    a_loss_and_a_return_are_told,
    articles_are_listed_and_paged,
);

async fn work(s: &Fixture, address: &str) -> (PageId, SourceId) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let author = s.page("https://a.example/author").await;
    let now = author.due_at.unwrap().max(author.host.next_at);
    let page = new_page(address, PageKind::Article, a.source, now);
    s.visit(a.page, now, |c| {
        c.works.push(crate::support::listed(a.source, a.page, "Listed title", Some(address), now));
        c.discovered.push(page);
    })
    .await;
    (s.page(address).await.id, a.source)
}

fn next_version(c: &VisitCommit, id: ArticleId, text: &str) -> ArticleChange {
    let change = first_version(c, article("Title", text));
    ArticleChange { id: Some(id), reason: VersionReason::Changed, ..change }
}

async fn the_first_version_is_the_article(s: &Fixture) {
    let (page, _) = work(s, "https://b.example/work").await;
    let mut sent = article("标题\u{0}", "第一段\n第二段");
    sent.published = Some(model::Field::new("2016-12-26".parse().unwrap(), model::Evidence::Meta));
    sent.language = Some(model::Field::new("zh".to_owned(), model::Evidence::Text));
    let change = sent.clone();
    s.visit(page, at(10), |c| c.article = Some(first_version(c, change))).await;
    let row = s.articles(&ArticleFilter::default()).await.unwrap().pop().unwrap();
    assert_eq!(
        (row.title.as_str(), row.authors[0].as_str(), row.versions, row.length),
        ("标题", "李新", 1, 7)
    );
    assert_eq!(
        (row.published.unwrap().to_string(), row.language.as_deref()),
        ("2016-12-26".to_owned(), Some("zh"))
    );
    assert_eq!((row.url.as_str(), row.captured_at), ("https://b.example/work", at(11)));
    let full = s.article(row.id).await.unwrap().unwrap();
    assert_eq!(full.article.blocks, sent.blocks);
    assert_eq!(full.content_hash, sent.content_hash());
    assert_eq!(full.author_pages, ["https://a.example/author"]);
    assert_eq!(full.listed_as, ["Listed title"]);
    assert!(full.aliases.is_empty() && full.near_duplicates.is_empty());
    assert_eq!((full.row, full.first_seen_at, full.parser_version), (row.clone(), at(11), 1));
    assert_eq!(s.page("https://b.example/work").await.article, Some(row.id));
    assert_eq!(s.article(ArticleId(999)).await.unwrap(), None);
    let context = s.context(page, model::VisitId::new()).await;
    let current = context.article.unwrap();
    assert_eq!((current.id, current.version, current.captured_at), (row.id, 1, at(11)));
}

async fn a_change_adds_a_version(s: &Fixture) {
    let (page, _) = work(s, "https://b.example/work").await;
    s.visit(page, at(10), |c| c.article = Some(first_version(c, article("Title", "one")))).await;
    let id = s.articles(&ArticleFilter::default()).await.unwrap()[0].id;
    s.visit(page, at(100_000), |c| c.article = Some(next_version(c, id, "one and two"))).await;
    let versions = s.article_versions(id).await.unwrap();
    let seen: Vec<_> = versions.iter().map(|v| (v.version, v.reason.as_str(), v.article.text())).collect();
    assert_eq!(seen, [(1, "first", "one".to_owned()), (2, "changed", "one and two".to_owned())]);
    let full = s.article(id).await.unwrap().unwrap();
    assert_eq!((full.article.text().as_str(), full.row.versions), ("one and two", 2));
    assert_eq!((full.first_seen_at, full.row.captured_at), (at(11), at(100_001)));
    let work = &s.works(&WorkFilter::default()).await.unwrap()[0];
    assert_eq!((work.state.as_str(), work.article), ("changed", Some(id)));
}

async fn an_older_capture_is_history_not_news(s: &Fixture) {
    let (page, _) = work(s, "https://b.example/work").await;
    s.visit(page, at(100), |c| c.article = Some(first_version(c, article("Title", "new")))).await;
    let id = s.articles(&ArticleFilter::default()).await.unwrap()[0].id;
    s.visit(page, at(100_000), |c| {
        let change = next_version(c, id, "old");
        c.article = Some(ArticleChange { captured_at: at(50), reason: VersionReason::Reparsed, ..change });
    })
    .await;
    let full = s.article(id).await.unwrap().unwrap();
    assert_eq!((full.article.text().as_str(), full.row.versions), ("new", 2));
    assert_eq!(s.search("old", Page::default()).await.unwrap().len(), 0);
    // The next one counts on.
    s.visit(page, at(200_000), |c| c.article = Some(next_version(c, id, "newest"))).await;
    let full = s.article(id).await.unwrap().unwrap();
    assert_eq!((full.article.text().as_str(), full.row.versions), ("newest", 3));
    assert_eq!(s.article_versions(id).await.unwrap().len(), 3);
    let current = s.current_articles(&[id, ArticleId(77)]).await.unwrap();
    assert_eq!(current, [(id, full.article)]);
    assert_eq!(s.current_articles(&[]).await.unwrap(), []);
}

async fn several_articles_in_one_batch(s: &Fixture) {
    let a = s.follow_at("https://a.example/author", at(0)).await;
    let pages: Vec<_> = (0..20)
        .map(|n| new_page(&format!("https://h{n}.example/w"), PageKind::Article, a.source, at(0)))
        .collect();
    s.visit(a.page, at(0), |c| c.discovered = pages.clone()).await;
    let mut commits = Vec::new();
    for (n, page) in pages.iter().enumerate() {
        let id = s.page(page.url.as_str()).await.id;
        let visit = s.grant(id, at(10)).await;
        let mut commit = crate::support::commit_of(&s.context(id, visit).await, visit, at(11));
        commit.article = Some(first_version(&commit, article(&format!("Title {n}"), &format!("Text{n}"))));
        commits.push(commit);
    }
    let done = s.commit(&commits).await.unwrap();
    assert!(done.iter().all(|d| *d == store::Committed::Done));
    for n in 0..20 {
        let hits = s.search(&format!("text{n}"), Page::default()).await.unwrap();
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].article.title, format!("Title {n}"));
        assert_eq!(hits[0].article.url.as_str(), format!("https://h{n}.example/w"));
    }
    assert_eq!(s.find_author("1").await.unwrap().unwrap().articles, 20);
}

async fn near_duplicates_are_found_by_bands(s: &Fixture) {
    let hashes = [
        0x1234_5678_9abc_def0_u64,
        0x1234_5678_9abc_def7,
        0x0234_5678_9abc_d0ff,
        0,
        0,
        // As near as the second, by chance: its text is another.
        0x1234_5678_9abc_def1,
    ];
    let mut ids = Vec::new();
    for (n, simhash) in hashes.into_iter().enumerate() {
        let (page, _) = work(s, &format!("https://b{n}.example/work")).await;
        let now = at(1_000_000);
        s.visit(page, now, |c| {
            let text = if n == 5 { "Something else that was written" } else { "Text of two words and more" };
            let change = first_version(c, article("Title", text));
            c.article = Some(ArticleChange { simhash, ..change });
        })
        .await;
        ids.push(s.page(&format!("https://b{n}.example/work")).await.article.unwrap());
    }
    let near = async |n: usize| {
        s.article(ids[n])
            .await
            .unwrap()
            .unwrap()
            .near_duplicates
            .into_iter()
            .map(|n| n.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(near(0).await, [ids[1]]);
    assert_eq!(near(1).await, [ids[0]]);
    assert!(near(2).await.is_empty() && near(3).await.is_empty() && near(5).await.is_empty());
}

async fn articles_are_listed_and_paged(s: &Fixture) {
    let mut first = None;
    for n in 0..5 {
        let (page, _) = work(s, &format!("https://b.example/{n}")).await;
        let now = at(1_000_000 + 10 * n);
        s.visit(page, now, |c| c.article = Some(first_version(c, article(&n.to_string(), "Text")))).await;
        first = first.or(s.page(&format!("https://b.example/{n}")).await.article);
    }
    let titles = async |filter: ArticleFilter| -> String {
        s.articles(&filter).await.unwrap().into_iter().map(|a| a.title).collect()
    };
    let all = ArticleFilter::default;
    assert_eq!(titles(all()).await, "43210");
    assert_eq!(titles(ArticleFilter { page: Page { offset: 1, limit: 2 }, ..all() }).await, "32");
    assert_eq!(titles(ArticleFilter { after: first, ..all() }).await, "1234");
    let since = Some(at(1_000_030) + TimeDelta::seconds(1));
    assert_eq!(titles(ArticleFilter { since, ..all() }).await, "43");
    assert_eq!(
        titles(ArticleFilter { host: Some(model::HostKey("b.example".into())), ..all() }).await,
        "43210"
    );
    assert_eq!(titles(ArticleFilter { host: Some(model::HostKey("c.example".into())), ..all() }).await, "");
    assert_eq!(titles(ArticleFilter { author: Some(model::AuthorId(1)), ..all() }).await, "43210");
    assert_eq!(titles(ArticleFilter { author: Some(model::AuthorId(2)), ..all() }).await, "");
}

async fn authors_are_merged_and_split(s: &Fixture) {
    let mut authors = Vec::new();
    for host in ["a", "b", "c"] {
        let followed = s.follow_at(&format!("https://{host}.example/1"), at(0)).await;
        s.visit(followed.page, at(10), |c| c.article = Some(first_version(c, article(host, "Text")))).await;
        authors.push(followed.author);
    }
    let [a, b, c] = authors[..] else { panic!("three authors") };
    let articles = async |author| {
        let filter = ArticleFilter { author: Some(author), ..ArticleFilter::default() };
        s.articles(&filter).await.unwrap().len()
    };
    s.merge_authors(b, c, at(20)).await.unwrap();
    s.merge_authors(a, b, at(21)).await.unwrap();
    assert_eq!((articles(a).await, articles(b).await), (3, 1), "one list for all of them");
    let rows = s.authors(Page::default()).await.unwrap();
    assert_eq!((rows.len(), rows[0].id, rows[0].articles, rows[0].pages.len()), (1, a, 3, 3));
    assert_eq!(rows[0].merged.iter().map(|m| m.id).collect::<Vec<_>>(), [b, c]);
    assert_eq!(s.find_author("https://c.example/1").await.unwrap().unwrap().id, a);
    assert_eq!(s.sources(a).await.unwrap().len(), 3);
    for (kept, merged) in [(a, a), (b, a), (a, c), (a, model::AuthorId(99))] {
        assert!(matches!(s.merge_authors(kept, merged, at(22)).await, Err(store::StoreError::Invalid(_))));
    }

    // What is taken back in the middle leaves the rest as it was.
    s.split_author(b, at(30)).await.unwrap();
    assert_eq!((articles(a).await, articles(b).await), (1, 2));
    s.split_author(c, at(31)).await.unwrap();
    assert_eq!((articles(b).await, articles(c).await), (1, 1));
    assert!(matches!(s.split_author(c, at(32)).await, Err(store::StoreError::Invalid(_))));
    assert_eq!(s.authors(Page::default()).await.unwrap().len(), 3);
    let merges = s.author_merges().await.unwrap();
    assert_eq!(
        merges.iter().map(|m| (m.kept, m.merged, m.undone_at)).collect::<Vec<_>>(),
        [(a, b, Some(at(30))), (b, c, Some(at(31)))]
    );
}

async fn a_loss_and_a_return_are_told(s: &Fixture) {
    let (page, _) = work(s, "https://b.example/work").await;
    let now = 1_000_000;
    s.visit(page, at(now), |c| c.article = Some(first_version(c, article("Title", "Text")))).await;
    let id = s.page("https://b.example/work").await.article.unwrap();
    let presence = async || s.article(id).await.unwrap().unwrap().presence;
    let seen = presence().await;
    assert_eq!((seen.last_seen_at.is_some(), seen.gone_at, seen.returned_at), (true, None, None));
    s.visit(page, at(now + 100_000), |c| c.visit.disposition = model::Disposition::Gone).await;
    s.visit(page, at(now + 200_000), |c| c.visit.disposition = model::Disposition::Gone).await;
    let lost = presence().await;
    assert_eq!((lost.last_seen_at, lost.returned_at), (seen.last_seen_at, None));
    let gone_at = lost.gone_at.unwrap();
    assert!(gone_at >= at(now + 100_000) && gone_at < at(now + 200_000), "the first of them: {gone_at}");
    s.visit(page, at(now + 300_000), |c| c.visit.disposition = model::Disposition::Unchanged).await;
    s.visit(page, at(now + 400_000), |c| c.visit.disposition = model::Disposition::Unchanged).await;
    let back = presence().await;
    assert_eq!(back.gone_at, None);
    let returned_at = back.returned_at.unwrap();
    assert!(returned_at >= at(now + 300_000) && returned_at < at(now + 400_000), "{returned_at}");
    assert!(back.last_seen_at.unwrap() >= at(now + 400_000));
}
