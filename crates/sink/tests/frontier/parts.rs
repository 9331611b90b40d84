//! Articles in several parts: visited as pages of their own, stored as one.

use crate::world::{Answer, World, list};
use chrono::TimeDelta;
use model::Stage as _;
use store::{ArticleFilter, ArticleFull, DynStore};

const AUTHOR: &str = "https://a.example/author";

/// A list of one work of three parts, the second with a footer of its own.
fn web(url: &str, _: usize) -> Answer {
    match url.strip_prefix("https://a.example/").unwrap_or_default() {
        "robots.txt" => Answer::Status(404, None),
        "author" => list(&["1"], &[]),
        "1" => Answer::Part("A title", "The first part.", "1_2"),
        "1_2" => Answer::Part("A title (2)", "The second part.", "1_3"),
        "1_3" => Answer::Article("A title - page 3", "The last part.".to_owned()),
        _ => Answer::Nothing,
    }
}

async fn crawled(web: impl Fn(&str, usize) -> Answer) -> World {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world.crawl(web).await;
    world
}

async fn only_article(store: &DynStore) -> ArticleFull {
    let rows = store.articles(&ArticleFilter::default()).await.unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
    store.article(rows[0].id).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_parts_are_one_article_of_one_version() {
    let world = crawled(web).await;
    let full = only_article(&world.store).await;
    assert_eq!(full.article.text(), "The first part.\nThe second part.\nThe last part.");
    assert_eq!(full.article.title.as_ref().unwrap().value, "A title");
    assert_eq!((full.row.versions, full.row.url.as_str()), (1, "https://a.example/1"));
    assert!(world.least_gap() >= TimeDelta::seconds(2));
    assert_eq!(world.visits("/1"), 3);
    let found = world.store.search("last part", store::Page::default()).await.unwrap();
    assert_eq!(found.len(), 1);
    let works = world.store.works(&store::WorkFilter::default()).await.unwrap();
    assert_eq!(works.len(), 1);
    assert_eq!(world.store.captures(&store::CaptureFilter::default()).await.unwrap().len(), 4);
}

#[tokio::test]
async fn revisits_of_unchanged_parts_add_nothing_and_an_edit_adds_one_version() {
    let mut world = crawled(web).await;
    let end = world.now + TimeDelta::days(90);
    // Unchanged, now by a 304 and now by the same text again.
    world
        .run_until(end, |url, times| match web(url, times) {
            Answer::Part(..) | Answer::Article(..) if times % 2 == 1 => Answer::NotModified,
            answer => answer,
        })
        .await;
    assert!(world.visits("/1_2") > 2);
    assert_eq!(world.visits("/1_2"), world.visits("/1_3"), "they are due together");
    assert_eq!(only_article(&world.store).await.row.versions, 1);
    // All parts change at once.
    let end = world.now + TimeDelta::days(90);
    world
        .run_until(end, |url, times| match web(url, times) {
            Answer::Part(title, text, next) => {
                Answer::Part(title, if text.contains("first") { "New first." } else { "New second." }, next)
            }
            Answer::Article(title, _) => Answer::Article(title, "New last.".to_owned()),
            answer => answer,
        })
        .await;
    let full = only_article(&world.store).await;
    assert_eq!(full.article.text(), "New first.\nNew second.\nNew last.");
    assert_eq!(full.row.versions, 2);
    let versions = world.store.article_versions(full.row.id).await.unwrap();
    assert_eq!(versions.iter().map(|v| v.reason.as_str()).collect::<Vec<_>>(), ["first", "changed"]);
}

#[tokio::test]
async fn a_part_in_trouble_leaves_the_others_and_comes_later() {
    let web = |url: &str, times: usize| match (url, times) {
        ("https://a.example/1_2", 0) => Answer::Status(503, Some(3600)),
        _ => web(url, times),
    };
    let mut world = crawled(web).await;
    assert_eq!(only_article(&world.store).await.article.text(), "The first part.");
    let end = world.now + TimeDelta::hours(3);
    world.run_until(end, web).await;
    let full = only_article(&world.store).await;
    assert_eq!(full.article.text(), "The first part.\nThe second part.\nThe last part.");
    assert_eq!(full.row.versions, 1);
    // Led elsewhere or gone, it does not tear the article.
    let end = world.now + TimeDelta::days(30);
    world
        .run_until(end, |url, times| match url {
            "https://a.example/1_2" => Answer::Redirect(302, "https://a.example/elsewhere".to_owned()),
            _ => web(url, times.max(1)),
        })
        .await;
    assert_eq!(world.visits("/elsewhere"), 0);
    let end = world.now + TimeDelta::days(30);
    world
        .run_until(end, |url, times| match url {
            "https://a.example/1_2" => Answer::Status(410, None),
            _ => web(url, times.max(1)),
        })
        .await;
    assert!(only_article(&world.store).await.article.text().contains("second"));
}

#[tokio::test]
async fn pagers_without_end_loops_and_other_works_are_no_parts() {
    let endless = |url: &str, times: usize| match url.strip_prefix("https://a.example/").unwrap_or_default() {
        "robots.txt" | "author" => web(url, times),
        path => {
            let n: u32 = path.strip_prefix("1_").and_then(|n| n.parse().ok()).unwrap_or(1);
            Answer::NumberedPart("A title", n)
        }
    };
    let world = crawled(endless).await;
    assert_eq!(world.visits("/1"), sink::MOST_PARTS as usize);
    let looped = |url: &str, times: usize| match url.strip_prefix("https://a.example/").unwrap_or_default() {
        "1_2" => Answer::Part("A title", "The second part.", "1"),
        _ => web(url, times),
    };
    let world = crawled(looped).await;
    assert_eq!(only_article(&world.store).await.article.text(), "The first part.\nThe second part.");
    // The next page is listed as a work, or bears another title.
    let listed = |url: &str, times: usize| match url.strip_prefix("https://a.example/").unwrap_or_default() {
        "author" => list(&["1", "1_2"], &[]),
        "1_2" => Answer::Article("Another title", "The second part.".to_owned()),
        _ => web(url, times),
    };
    let world = crawled(listed).await;
    assert_eq!(world.store.articles(&ArticleFilter::default()).await.unwrap().len(), 2);
    let other = |url: &str, times: usize| match url.strip_prefix("https://a.example/").unwrap_or_default() {
        "1_2" => Answer::Article("Another title", "Of something else.".to_owned()),
        _ => web(url, times),
    };
    let world = crawled(other).await;
    assert_eq!(only_article(&world.store).await.article.text(), "The first part.");
}

#[tokio::test]
async fn two_parts_decided_at_once_are_both_kept() {
    let mut world = crawled(web).await;
    let results: Vec<_> =
        world.results.iter().filter(|r| r.fetched.grant.url.as_str().contains("/1_")).cloned().collect();
    assert_eq!(results.len(), 2);
    // The same captures a day later, in one batch and as other visits.
    world.now += TimeDelta::days(1);
    let again = results.into_iter().map(|mut r| {
        r.fetched.grant.visit = model::VisitId::new();
        r.fetched.started_at = world.now;
        r.fetched.ended_at = world.now;
        if let Some(result) = &mut r.result
            && let model::message::ParseValue::Inline { parsed } = &mut result.value
            && let Some(article) = &mut parsed.article
        {
            article.blocks.push(model::Block::Paragraph { text: "More.".into() });
            article.blocks.push(model::Block::Paragraph { text: r.fetched.grant.url.as_str().into() });
        }
        r
    });
    for answer in world.sink.process(again.collect()).await {
        answer.unwrap();
    }
    let full = only_article(&world.store).await;
    assert!(
        full.article.text().contains("/1_2") && full.article.text().contains("/1_3"),
        "{}",
        full.article.text()
    );
}
