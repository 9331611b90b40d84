//! What a host sees.

use crate::world::{Answer, World, list};
use chrono::TimeDelta;
use model::{Failure, Fault, PageUrl};
use scheduler::{Config, HostRule};
use std::time::Duration;

const AUTHOR: &str = "https://a.example/author";

fn site(robots: Answer) -> impl Fn(&str, usize) -> Answer {
    move |url, _| match url.strip_prefix("https://a.example/").unwrap_or_default() {
        "robots.txt" => robots.clone(),
        "author" => list(&["1", "2", "3", "4"], &[]),
        _ => Answer::Article("T", url.to_owned()),
    }
}

#[tokio::test]
async fn crawl_delay_is_the_gap() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world.crawl(site(Answer::Text("user-agent: *\ncrawl-delay: 20".into()))).await;
    assert_eq!(world.log.len(), 6);
    let gaps: Vec<i64> =
        world.log.windows(2).skip(1).map(|w| (w[1].begin - w[0].end).num_seconds()).collect();
    assert!(gaps.iter().all(|gap| (20..=24).contains(gap)), "{gaps:?}");
}

#[tokio::test]
async fn an_operators_gap_stands_above_it() {
    let rule = HostRule { gap: Some(Duration::from_secs(5)), ..HostRule::default() };
    let config = Config { hosts: [("a.example".to_owned(), rule)].into(), ..Config::default() };
    let mut world = World::with(config).await;
    world.follow(AUTHOR).await;
    world.crawl(site(Answer::Text("user-agent: *\ncrawl-delay: 20".into()))).await;
    assert!(world.least_gap() >= TimeDelta::seconds(5) && world.least_gap() < TimeDelta::seconds(7));
}

#[tokio::test]
async fn without_a_gap_and_with_many_at_once_all_go_out_together() {
    let config = Config { gap: Duration::ZERO, per_host: 8, ..Config::default() };
    let mut world = World::with(config).await;
    world.follow(AUTHOR).await;
    world.crawl(site(Answer::Status(404, None))).await;
    let first = world.log.iter().position(|s| s.url.as_str().ends_with("/1")).unwrap();
    assert!(world.log[first..].iter().all(|s| s.begin == world.log[first].begin));
}

#[tokio::test]
async fn robots_that_cannot_be_had_keep_everything_waiting() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    let web = |url: &str, times: usize| match url {
        u if u.ends_with("robots.txt") && times < 3 => Answer::Status(500, None),
        u => site(Answer::Status(404, None))(u, times),
    };
    world.crawl(web).await;
    assert_eq!(world.visits("robots.txt"), 4);
    assert_eq!(world.log.len(), 9, "nothing else was asked until it answered");
    assert!(world.log[..4].iter().all(|s| s.url.as_str().ends_with("robots.txt")));
}

#[tokio::test]
async fn robots_are_read_again_after_a_day() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world.run_until(world.now + TimeDelta::days(10), site(Answer::Text(String::new()))).await;
    let at =
        |n: usize| world.log.iter().filter(|s| s.url.as_str().ends_with("robots.txt")).nth(n).unwrap().begin;
    assert!(at(1) - at(0) >= TimeDelta::hours(24));
    assert!(world.visits("robots.txt") <= 10);
}

#[tokio::test]
async fn retry_after_keeps_the_whole_host_waiting() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world
        .crawl(|url, times| match url {
            "https://a.example/2" if times == 0 => Answer::Status(429, Some(30)),
            u => site(Answer::Status(404, None))(u, times),
        })
        .await;
    let at = world.log.iter().position(|s| s.url.as_str().ends_with("/2")).unwrap();
    assert!(world.log[at + 1].begin - world.log[at].end >= TimeDelta::seconds(30));
    assert_eq!(world.visits("a.example/2"), 2);
}

#[tokio::test]
async fn a_host_that_is_down_is_probed_with_one_page_at_a_time() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    let down = world.now + TimeDelta::minutes(1);
    world.run_until(down, site(Answer::Status(404, None))).await;
    let before = world.log.len();
    // Everything is due again, and the host is gone for a day.
    let up = world.now + TimeDelta::days(61);
    world.run_until(up, |_, _| Answer::Fault(Fault::Connect)).await;
    let day = |n: i64| down + TimeDelta::days(60) - TimeDelta::days(n);
    let in_last_days = world.log.iter().filter(|s| s.begin > day(10)).count();
    assert!(in_last_days <= 15, "{in_last_days} probes in eleven days");
    assert!(world.log.len() > before + 5);
    world.run_until(up + TimeDelta::days(3), site(Answer::Status(404, None))).await;
    let found: Vec<&str> = world.log.iter().filter(|s| s.begin > up).map(|s| s.url.as_str()).collect();
    assert!(found.contains(&AUTHOR), "never given up: {found:?}");
}

#[tokio::test]
async fn what_the_broker_does_not_take_is_given_back() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    *world.outlet.refuses.lock().unwrap() = Some(Failure::busy("full", "x", Duration::from_secs(3)));
    world.scheduler.tick(world.now).await.unwrap();
    let ticked = world.scheduler.tick(world.now).await.unwrap();
    assert_eq!((ticked.granted, ticked.busy), (0, Some(Duration::from_secs(3))));
    assert_eq!(world.store.leased().await.unwrap(), 0);
    // Perhaps taken: a second grant could hurry the host.
    *world.outlet.refuses.lock().unwrap() = Some(Failure::transient("unconfirmed", "x"));
    world.scheduler.tick(world.now).await.unwrap();
    assert_eq!(world.store.leased().await.unwrap(), 1);
    *world.outlet.refuses.lock().unwrap() = None;
    world.crawl(site(Answer::Status(404, None))).await;
    assert_eq!(world.log.len(), 6);
}

#[tokio::test]
async fn a_fetcher_that_dies_costs_its_lease_and_no_more() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world
        .crawl(|url, times| match url {
            "https://a.example/2" if times == 0 => Answer::Lost,
            u => site(Answer::Status(404, None))(u, times),
        })
        .await;
    assert_eq!(world.visits("a.example/2"), 2);
    assert_eq!(world.visits("a.example/1"), 1);
    let lost = world.log.iter().position(|s| s.url.as_str().ends_with("/2")).unwrap();
    assert!(world.log[lost + 1].begin - world.log[lost].begin >= TimeDelta::minutes(5), "the host was taken");
}

#[tokio::test]
async fn no_more_than_the_lead_is_under_way() {
    let mut world = World::with(Config { lead: 3, ..Config::default() }).await;
    for n in 0..10 {
        world.follow(&format!("https://h{n}.example/author")).await;
    }
    // Robots pages first.
    while world.scheduler.tick(world.now).await.unwrap().granted > 0
        || world.store.leased().await.unwrap() == 0
    {}
    assert_eq!(world.store.leased().await.unwrap(), 3);
    assert!(world.scheduler.tick(world.now).await.unwrap().full);
}

#[tokio::test]
async fn grants_end_before_their_lease() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world.scheduler.tick(world.now).await.unwrap();
    world.scheduler.tick(world.now).await.unwrap();
    let grants = world.outlet.take();
    assert_eq!(grants[0].url, PageUrl::parse("https://a.example/robots.txt").unwrap());
    assert!(grants[0].lease_until + TimeDelta::seconds(90) <= world.now + TimeDelta::minutes(5));
    assert!(world.store.expire_leases(grants[0].lease_until).await.unwrap() == 0);
}

/// Five authors, each on a host of its own, all at one address.
async fn five_hosts(rules: &[(&str, HostRule)]) -> World {
    let hosts = rules.iter().map(|(name, rule)| ((*name).to_owned(), rule.clone())).collect();
    let mut world = World::with(Config { hosts, ..Config::default() }).await;
    for n in 0..5 {
        world.follow(&format!("https://b{n}.example/author")).await;
    }
    world
        .crawl(|url, _| match url {
            u if u.ends_with("robots.txt") => Answer::Status(404, None),
            u if u.ends_with("author") => works_of(u),
            u => Answer::Article("T", u.to_owned()),
        })
        .await;
    assert_eq!(world.log.len(), 5 * 5);
    world
}

/// Three works beside the author's page.
fn works_of(author: &str) -> Answer {
    let root = author.trim_end_matches("author");
    let mut listing = crate::world::listing(&["1", "2", "3"], &[]);
    for work in &mut listing.works {
        work.url = work.url.as_ref().map(|url| url.replace("https://a.example/", root));
    }
    Answer::List(Box::new(listing))
}

#[tokio::test]
async fn hosts_of_one_address_are_visited_side_by_side_unless_the_operator_says_otherwise() {
    let world = five_hosts(&[]).await;
    assert!(world.log.windows(2).any(|w| w[1].begin < w[0].end), "they do not wait for each other");
    assert!(world.least_gap() >= TimeDelta::seconds(2));
}

#[tokio::test]
async fn hosts_that_share_a_gap_are_visited_one_at_a_time() {
    let rule = HostRule { share_gap: Some(true), ..HostRule::default() };
    let world = five_hosts(&[("*", rule)]).await;
    // The first answer of each host tells its address; from then on all of them wait for one another.
    let known = world.log.iter().map(|s| s.end).take(5).max().unwrap();
    let mut visits: Vec<_> = world.log.iter().filter(|s| s.begin >= known).collect();
    visits.sort_by_key(|s| s.begin);
    assert_eq!(visits.len(), 20);
    for pair in visits.windows(2) {
        let rest = pair[1].begin - pair[0].end;
        assert!(rest >= TimeDelta::seconds(2), "{} came after {rest}", pair[1].url);
    }
}

#[tokio::test]
async fn a_host_that_does_not_share_waits_for_nobody() {
    let shares = HostRule { share_gap: Some(true), ..HostRule::default() };
    let alone = HostRule { share_gap: Some(false), ..HostRule::default() };
    let world = five_hosts(&[(".example", shares), ("b0.example", alone)]).await;
    let last_of = |host: &str| {
        world.log.iter().filter(|s| s.url.host_key().as_str() == host).map(|s| s.end).max().unwrap()
    };
    // Which of the four comes first is nobody's promise; that they take turns is.
    let others = ["b1.example", "b2.example", "b3.example", "b4.example"].map(last_of);
    assert!(last_of("b0.example") + TimeDelta::seconds(10) < others.into_iter().max().unwrap());
}

#[tokio::test]
async fn an_address_that_the_guard_refuses_is_told_and_can_be_opened() {
    let mut world = World::new().await;
    world.follow(AUTHOR).await;
    world.crawl(|_, _| Answer::Fault(Fault::AddressRefused)).await;
    assert_eq!(world.log.len(), 1, "one question decides for the origin");
    let visits = world.store.visits(&store::VisitFilter::default()).await.unwrap();
    let page = visits.iter().find(|v| v.url.as_str() == AUTHOR).unwrap();
    assert_eq!((page.disposition, page.code.as_str()), (model::Disposition::Refused, "address-refused"));
    // The operator opens the range and follows again: nothing of the refusal is in the way.
    world.now += TimeDelta::seconds(10);
    world.follow(AUTHOR).await;
    world.crawl(site(Answer::Status(404, None))).await;
    assert_eq!(world.visits("author"), 1);
}
