//! Sites that fail now and then, or for good.

use crate::world::{Answer, World, list};
use chrono::TimeDelta;
use model::Fault;
use store::ArticleFilter;

const AUTHOR: &str = "https://a.example/author";
const WORKS: [&str; 40] = [
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19",
    "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "35", "36",
    "37", "38", "39", "40",
];

fn site(url: &str) -> Answer {
    match url.strip_prefix("https://a.example/").unwrap_or_default() {
        "robots.txt" => Answer::Text(String::new()),
        "author" => list(&WORKS, &[]),
        _ => Answer::Article("T", url.to_owned()),
    }
}

#[tokio::test]
async fn a_site_that_recovers_loses_no_work() {
    let troubles = [
        Answer::Status(503, Some(2)),
        Answer::Status(503, None),
        Answer::Status(500, None),
        Answer::Status(429, Some(5)),
        Answer::Fault(Fault::Reset),
        Answer::Fault(Fault::Truncated),
        Answer::Fault(Fault::ReadTimeout),
        Answer::Fault(Fault::Connect),
    ];
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    // Every third address fails at first, some of them twice, each in its own way.
    world
        .crawl(|url, times| {
            let hash = url.bytes().fold(7_usize, |h, b| h.wrapping_mul(31).wrapping_add(b.into()));
            match hash % 3 == 0 && times < 1 + hash % 2 {
                true => troubles[(hash / 7 + times) % troubles.len()].clone(),
                false => site(url),
            }
        })
        .await;
    let articles = world.store.articles(&ArticleFilter::default()).await.unwrap();
    assert_eq!(articles.len(), WORKS.len());
    assert!(world.least_gap() >= TimeDelta::seconds(2));
}

#[tokio::test]
async fn a_crawl_does_not_wait_for_what_is_gone() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world
        .crawl(|url, _| match url.rsplit('/').next().unwrap_or_default() {
            "1" => Answer::Status(404, None),
            "2" => Answer::Status(403, None),
            "3" => Answer::Fault(Fault::BodyTooLarge),
            "4" => Answer::Status(503, Some(86_400)),
            _ => site(url),
        })
        .await;
    for gone in ["a.example/1", "a.example/2", "a.example/3", "a.example/4"] {
        assert_eq!(world.log.iter().filter(|s| s.url.as_str().ends_with(gone)).count(), 1, "{gone}");
    }
}

#[tokio::test]
async fn a_page_that_always_fails_is_asked_less_and_less() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    let begin = world.now;
    world
        .run_until(begin + TimeDelta::days(60), |url, _| match url.rsplit('/').next().unwrap_or_default() {
            "1" => Answer::Fault(Fault::ReadTimeout),
            _ => site(url),
        })
        .await;
    let visits = world.log.iter().filter(|s| s.url.as_str().ends_with("a.example/1")).count();
    assert!((12..=25).contains(&visits), "{visits}");
}

#[tokio::test]
async fn a_work_that_vanished_keeps_its_article() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world.crawl(|url, _| site(url)).await;
    world
        .run_until(world.now + TimeDelta::days(30), |url, _| {
            match url.rsplit('/').next().unwrap_or_default() {
                "author" | "robots.txt" => site(url),
                _ => Answer::Status(410, None),
            }
        })
        .await;
    assert_eq!(world.store.articles(&ArticleFilter::default()).await.unwrap().len(), 40);
}
