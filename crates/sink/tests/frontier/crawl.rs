//! From an author page to its works, and on through the years.

use crate::world::{Answer, World, list, listing};
use chrono::TimeDelta;
use model::{Container, Disposition, Listing};
use scheduler::Config;
use sink::Policy;
use std::time::Duration;
use store::{ArticleFilter, Page, VisitFilter, WorkFilter};

const AUTHOR: &str = "https://a.example/author";

async fn articles(world: &World) -> Vec<String> {
    let rows = world.store.articles(&ArticleFilter::default()).await.unwrap();
    let mut urls: Vec<String> = rows.into_iter().map(|a| a.url.to_string()).collect();
    urls.sort();
    urls
}

async fn states(world: &World) -> Vec<(String, String)> {
    let rows = world.store.works(&WorkFilter::default()).await.unwrap();
    let mut states: Vec<_> = rows.into_iter().map(|w| (w.title.replace("Title of ", ""), w.state)).collect();
    states.sort();
    states
}

fn all() -> Page {
    Page { offset: 0, limit: 10_000 }
}

fn text(url: &str) -> Answer {
    Answer::Article("A title", format!("The text of {url}."))
}

fn small_site(url: &str, _: usize) -> Answer {
    match url.strip_prefix("https://a.example/").unwrap_or_default() {
        "robots.txt" => Answer::Text("user-agent: *\ndisallow: /secret".into()),
        "author" => list(&["1", "2", "3"], &["author/2", "author/3"]),
        "author/2" => list(&["4", "5", "secret"], &["author/3"]),
        "author/3" => list(&["6"], &[]),
        _ => text(url),
    }
}

#[tokio::test]
async fn a_crawl_reads_everything_once_and_ends() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world.crawl(small_site).await;
    let mut visited: Vec<_> =
        world.log.iter().map(|s| s.url.as_str().replace("https://a.example/", "")).collect();
    assert_eq!(visited[0], "robots.txt", "robots.txt comes first");
    visited.sort();
    assert_eq!(visited, ["1", "2", "3", "4", "5", "6", "author", "author/2", "author/3", "robots.txt"]);
    assert_eq!(articles(&world).await.len(), 6);
    assert_eq!(states(&world).await.len(), 7, "the work that robots.txt hides is a work all the same");
    assert!(world.least_gap() >= TimeDelta::seconds(2));
}

#[tokio::test]
async fn every_visit_has_one_disposition() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world.crawl(small_site).await;
    let visits = world.store.visits(&VisitFilter::default()).await.unwrap();
    let of = |d: Disposition| visits.iter().filter(|v| v.disposition == d).count();
    assert_eq!((of(Disposition::Stored), of(Disposition::RobotsDenied)), (10, 1));
    assert_eq!(visits.len(), world.log.len() + 1);
}

#[tokio::test]
async fn a_second_crawl_at_once_asks_for_the_author_page_only() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world.crawl(small_site).await;
    let before = world.log.len();
    world.follow(AUTHOR).await;
    world.crawl(small_site).await;
    let asked: Vec<&str> = world.log[before..].iter().map(|s| s.url.as_str()).collect();
    assert_eq!(asked, [AUTHOR]);
}

#[tokio::test]
async fn a_calendar_without_end_costs_a_bounded_number_of_visits() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world
        .crawl(|url, _| match url.strip_prefix("https://a.example/").unwrap_or_default() {
            "robots.txt" => Answer::Status(404, None),
            "author" => list(&["1", "2"], &["calendar/1", "calendar/2"]),
            day if day.starts_with("calendar") => {
                let n: u32 = day.split('/').nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
                let next: Vec<String> = (1..20).map(|k| format!("calendar/{}", n * 20 + k)).collect();
                let next: Vec<&str> = next.iter().map(String::as_str).collect();
                // Some days repeat the popular works, some show nothing.
                list(if n.is_multiple_of(2) { &["1", "2"] } else { &[] }, &next)
            }
            _ => text(url),
        })
        .await;
    assert!(world.visits("calendar") <= 4, "{}", world.visits("calendar"));
    assert_eq!(articles(&world).await.len(), 2);
}

#[tokio::test]
async fn redirects_lead_to_pages_that_have_their_own_robots_and_stand_for_the_work() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world
        .crawl(|url, _| match url {
            "https://a.example/author" => list(&["old", "open", "closed"], &[]),
            "https://a.example/old" => Answer::Redirect(301, "https://a.example/new".into()),
            "https://a.example/open" => Answer::Redirect(302, "https://b.example/open".into()),
            "https://a.example/closed" => Answer::Redirect(302, "https://b.example/closed".into()),
            "https://b.example/robots.txt" => Answer::Text("user-agent: byline\ndisallow: /closed".into()),
            u if u.ends_with("robots.txt") => Answer::Status(404, None),
            u => text(u),
        })
        .await;
    assert_eq!(articles(&world).await, ["https://a.example/new", "https://b.example/open"]);
    assert_eq!(world.visits("b.example/closed"), 0);
    assert_eq!(world.visits("b.example/robots.txt"), 1);
    let works = world.store.works(&WorkFilter::default()).await.unwrap();
    assert_eq!(works.iter().filter(|w| w.article.is_some()).count(), 2);
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world
        .crawl(|url, _| match url.strip_prefix("https://a.example/").unwrap_or_default() {
            "author" => list(&["x"], &[]),
            "x" => Answer::Redirect(302, "https://a.example/y".into()),
            "y" => Answer::Redirect(302, "https://a.example/x".into()),
            _ => Answer::Status(404, None),
        })
        .await;
    assert!(world.log.len() <= 12, "{}", world.log.len());
}

#[tokio::test]
async fn an_author_page_that_moved_goes_on_as_the_same_source() {
    let mut world = World::new().await;
    let followed = world.follow(AUTHOR).await;
    world
        .crawl(|url, _| match url {
            "https://a.example/author" => Answer::Redirect(301, "https://b.example/people/li".into()),
            "https://b.example/people/li" => list(&["1", "2"], &["more"]),
            u if u.ends_with("robots.txt") => Answer::Status(404, None),
            u => text(u),
        })
        .await;
    let works = world
        .store
        .works(&WorkFilter { source: Some(followed.source), ..WorkFilter::default() })
        .await
        .unwrap();
    assert_eq!(works.len(), 2);
    assert_eq!(articles(&world).await.len(), 2);
}

#[tokio::test]
async fn http_to_https_and_www_are_the_same_page() {
    let mut world = World::new().await;
    world.follow("http://a.example/author").await;
    world
        .crawl(|url, _| match url {
            "http://a.example/author" => Answer::Redirect(301, "https://a.example/author".into()),
            "https://a.example/author" => Answer::Redirect(301, "https://www.a.example/author/".into()),
            "https://www.a.example/author/" => list(&["1"], &[]),
            u if u.ends_with("robots.txt") => Answer::Status(404, None),
            u => text(u),
        })
        .await;
    assert_eq!(articles(&world).await, ["https://a.example/1"]);
    assert_eq!(world.visits("author"), 3);
}

#[tokio::test]
async fn works_come_and_go_over_the_days() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    let site = |works: &'static [&'static str], container: Container| {
        move |url: &str, _: usize| match url.strip_prefix("https://a.example/").unwrap_or_default() {
            "robots.txt" => Answer::Status(404, None),
            "author" => Answer::List(Box::new(Listing { container, ..listing(works, &[]) })),
            _ => text(url),
        }
    };
    let week = TimeDelta::days(8);
    world.run_until(world.now + week, site(&["1", "2", "3"], Container::Found)).await;
    assert!(states(&world).await.iter().all(|(_, state)| state == "known"));
    // The list breaks: nothing is removed, an alarm stands.
    world.run_until(world.now + week, site(&[], Container::Missing)).await;
    assert!(states(&world).await.iter().all(|(_, state)| state == "known"));
    assert_eq!(world.store.counts(world.now).await.unwrap().sources_in_alarm, 1);
    world.run_until(world.now + week + week, site(&["0", "1", "3"], Container::Found)).await;
    let expected = [("0", "known"), ("1", "known"), ("2", "removed"), ("3", "known")];
    assert_eq!(states(&world).await, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert_eq!(world.store.counts(world.now).await.unwrap().sources_in_alarm, 0);
    world.run_until(world.now + week, site(&["0", "1", "2", "3"], Container::Found)).await;
    assert_eq!(states(&world).await[2].1, "returned");
    let events = world.store.outbox(1000).await.unwrap();
    let told = |kind: &str| events.iter().filter(|e| e.event.kind == kind).count();
    assert_eq!((told("work.listed"), told("work.removed"), told("work.returned")), (4, 1, 1));
    assert_eq!((told("article.stored"), told("source.alarm")), (4, 1));
}

#[tokio::test]
async fn more_new_works_than_a_page_holds_are_found_on_the_next() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    let site = |first: &'static [&'static str], second: &'static [&'static str]| {
        move |url: &str, _: usize| match url.strip_prefix("https://a.example/").unwrap_or_default() {
            "robots.txt" => Answer::Status(404, None),
            "author" => list(first, &["author/2"]),
            "author/2" => list(second, &[]),
            _ => text(url),
        }
    };
    world.run_until(world.now + TimeDelta::days(7), site(&["4", "3"], &["2", "1"])).await;
    assert_eq!(world.visits("author/2"), 1, "further pages are not walked again for nothing");
    world.run_until(world.now + TimeDelta::days(7), site(&["5", "4"], &["3", "2"])).await;
    assert_eq!(world.visits("author/2"), 1);
    world.run_until(world.now + TimeDelta::days(9), site(&["9", "8"], &["7", "6"])).await;
    assert_eq!(world.visits("author/2"), 2);
    assert!(articles(&world).await.contains(&"https://a.example/6".to_owned()));
}

#[tokio::test]
async fn a_result_that_comes_twice_changes_nothing() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world.crawl(small_site).await;
    let before = world.store.counts(world.now).await.unwrap();
    // The same site, all asked anew: nothing is stored twice.
    world.run_until(world.now + TimeDelta::days(90), small_site).await;
    let after = world.store.counts(world.now).await.unwrap();
    assert!(after.visits > before.visits + 20);
    assert_eq!(
        (after.articles, after.versions, after.works),
        (before.articles, before.versions, before.works)
    );
}

#[tokio::test]
async fn what_is_not_modified_is_unchanged() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    let web = |url: &str, times: usize| match times == 0 || url.ends_with("robots.txt") {
        true => small_site(url, 0),
        false => Answer::NotModified,
    };
    world.run_until(world.now + TimeDelta::days(40), web).await;
    let visits = world.store.visits(&VisitFilter { page: all(), ..VisitFilter::default() }).await.unwrap();
    let pages = || visits.iter().filter(|v| !v.url.as_str().ends_with("robots.txt"));
    let of = |d: Disposition| pages().filter(|v| v.disposition == d).count();
    assert_eq!(of(Disposition::Stored), 9);
    assert!(of(Disposition::Unchanged) > 20);
    assert!(states(&world).await.iter().all(|(_, state)| state == "known"));
}

#[tokio::test]
async fn a_listed_page_that_is_no_article_is_a_work_without_one() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world
        .crawl(|url, times| match url {
            "https://a.example/2" => Answer::Nothing,
            _ => small_site(url, times),
        })
        .await;
    assert_eq!(articles(&world).await.len(), 5);
    let works = world.store.works(&WorkFilter::default()).await.unwrap();
    assert!(works.iter().any(|w| w.last == Some(Disposition::NothingFound) && w.article.is_none()));
}

#[tokio::test]
async fn one_article_at_two_addresses_is_stored_once() {
    let mut world = World::with(Config { gap: Duration::ZERO, per_host: 8, ..Config::default() }).await;
    world.follow(AUTHOR).await;
    let text = "The same text at both addresses, long enough that it is no chance. ".repeat(3);
    let web = |url: &str, _: usize| match url.strip_prefix("https://a.example/").unwrap_or_default() {
        "author" => list(&["1", "1?print=1", "2"], &[]),
        "1" | "1?print=1" => Answer::Article("T", text.clone()),
        "2" => Answer::Article("T", "Another text.".to_owned()),
        _ => Answer::Status(404, None),
    };
    world.crawl(web).await;
    assert_eq!(articles(&world).await.len(), 2);
    let works = world.store.works(&WorkFilter::default()).await.unwrap();
    assert_eq!(works.iter().filter(|w| w.article.is_some()).count(), 3, "both works have it");
    world.run_until(world.now + TimeDelta::days(100), web).await;
    assert_eq!(articles(&world).await.len(), 2);
}

/// Every page names a next one, a calendar's next month and a search; what they list depends on `works`.
fn trap(works: fn(usize) -> Vec<String>) -> impl Fn(&str, usize) -> Answer {
    move |url, _| {
        let path = url.strip_prefix("https://a.example/").unwrap_or_default();
        let number = |prefix: &str| path.strip_prefix(prefix).and_then(|n| n.parse::<usize>().ok());
        let listed = |n: usize| {
            let works = works(n);
            let next = [format!("page{}", n + 1), format!("calendar{}", n + 1), format!("search{}", n + 1)];
            list(&works.iter().map(String::as_str).collect::<Vec<_>>(), &next.each_ref().map(String::as_str))
        };
        match path {
            "robots.txt" => Answer::Status(404, None),
            "author" => listed(0),
            _ => match number("page").or(number("calendar")).or(number("search")) {
                Some(n) => listed(n),
                None => Answer::Article("T", url.to_owned()),
            },
        }
    }
}

#[tokio::test]
async fn a_trap_that_repeats_itself_costs_a_few_fetches() {
    let mut world = World::new().await;
    world.follow("https://a.example/author").await;
    world.crawl(trap(|_| vec!["w1".to_owned(), "w2".to_owned()])).await;
    // robots.txt, the author's page, two works, and what the first page names: that shows nothing more.
    assert_eq!(world.log.len(), 1 + 1 + 2 + 3);
}

#[tokio::test]
async fn a_calendar_without_works_costs_a_few_fetches() {
    let mut world = World::new().await;
    world.follow("https://a.example/author").await;
    world.crawl(trap(|n| if n == 0 { vec!["w1".to_owned()] } else { Vec::new() })).await;
    assert_eq!(world.log.len(), 1 + 1 + 1 + 3);
}

#[tokio::test]
async fn a_trap_that_makes_up_works_ends_at_the_cap() {
    let policy = Policy { max_list_pages: 40, ..Policy::default() };
    let mut world =
        World::with_policy(Config { gap: Duration::ZERO, per_host: 8, ..Config::default() }, policy).await;
    world.follow("https://a.example/author").await;
    world.crawl(trap(|n| vec![format!("w{n}")])).await;
    let pages = world.log.iter().filter(|s| !s.url.as_str().contains("/w")).count();
    assert!((40..=40 + 3 * 8).contains(&pages), "{pages} pages of the list");
}
