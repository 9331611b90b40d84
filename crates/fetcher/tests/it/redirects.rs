//! Redirects: the same page is followed, any other is told.

use crate::harness::{Hit, Site, Visitor, answer, check_fault, config, grant, ok, visit};
use chrono::{TimeDelta, Utc};
use model::{Fault, Hop, Outcome, PageUrl};
use std::time::{Duration, Instant};

fn to(location: &str) -> Vec<u8> {
    answer("302 Found", &[&format!("Location: {location}")], "")
}

#[tokio::test]
async fn another_spelling_of_the_page_is_followed_after_the_gap() {
    let site = Site::answering(|hit| match hit.path() {
        "/a" => answer("301 Moved Permanently", &["Location: /a/"], ""),
        _ => ok("here"),
    })
    .await;
    let visitor = Visitor::new(config());
    let mut grant = grant(&site.url("/a"));
    grant.gap_ms = 200;
    let fetched = visitor.visit(grant).await;
    assert!(matches!(fetched.outcome, Outcome::Captured { .. }), "{:?}", fetched.outcome);
    assert_eq!(fetched.hops, [Hop { status: 301, to: PageUrl::parse(&site.url("/a/")).unwrap() }]);
    assert_eq!(visitor.capture().url, site.url("/a/"));
    let hits = site.hits();
    assert_eq!(site.paths(), ["/a", "/a/"]);
    assert!(hits[1].at - hits[0].at >= Duration::from_millis(200));
}

#[tokio::test]
async fn every_redirect_status_is_one() {
    for status in ["301 A", "302 B", "303 C", "307 D", "308 E"] {
        let site = Site::answering(move |_| answer(status, &["Location: /other"], "")).await;
        let fetched = visit(&site.url("/a")).await;
        let to = PageUrl::parse(&site.url("/other")).unwrap();
        assert_eq!(fetched.outcome, Outcome::Redirected { status: status[..3].parse().unwrap(), to });
        assert_eq!(site.hits().len(), 1);
    }
}

#[tokio::test]
async fn another_host_is_told_and_not_visited() {
    let other = Site::answering_on("127.0.0.2:0", |_| ok("x")).await;
    let target = other.url("/a");
    let site = Site::answering(move |_| to(&target)).await;
    let fetched = visit(&site.url("/a")).await;
    let to = PageUrl::parse(&other.url("/a")).unwrap();
    assert_eq!(fetched.outcome, Outcome::Redirected { status: 302, to });
    assert!(other.hits().is_empty());
}

#[tokio::test]
async fn a_choice_or_a_missing_location_is_a_status() {
    for status in ["300 Multiple Choices", "302 Found", "305 Use Proxy"] {
        let site = Site::answering(move |_| answer(status, &[], "")).await;
        let fetched = visit(&site.url("/a")).await;
        assert!(matches!(fetched.outcome, Outcome::Status { .. }), "{:?}", fetched.outcome);
    }
}

fn wall(hit: &Hit) -> Vec<u8> {
    match hit.header("cookie") {
        Some("seen=1") => ok("behind the wall"),
        _ => answer("302 Found", &["Location: /a", "Set-Cookie: seen=1; Path=/"], ""),
    }
}

#[tokio::test]
async fn a_cookie_wall_is_passed_and_its_cookie_forgotten() {
    let site = Site::answering(wall).await;
    let visitor = Visitor::new(config());
    for _ in 0..2 {
        let fetched = visitor.visit(grant(&site.url("/a"))).await;
        assert!(matches!(fetched.outcome, Outcome::Captured { .. }), "{:?}", fetched.outcome);
    }
    let cookies: Vec<Option<String>> =
        site.hits().iter().map(|hit| hit.header("cookie").map(str::to_owned)).collect();
    let seen = Some("seen=1".to_owned());
    assert_eq!(cookies, [None, seen.clone(), None, seen]);
}

#[tokio::test]
async fn a_page_that_leads_to_itself_is_a_loop_at_once() {
    let site = Site::answering(|_| to("/a")).await;
    check_fault(&visit(&site.url("/a")).await, Fault::RedirectLoop);
    assert_eq!(site.hits().len(), 1);
}

#[tokio::test]
async fn two_spellings_that_lead_to_each_other_are_a_loop() {
    let site = Site::answering(|hit| if hit.path() == "/a" { to("/a/") } else { to("/a") }).await;
    check_fault(&visit(&site.url("/a")).await, Fault::RedirectLoop);
    assert_eq!(site.paths(), ["/a", "/a/"]);
}

#[tokio::test]
async fn a_chain_without_end_is_left_after_ten_hops() {
    let site = Site::answering(|hit| to(&format!("{}&utm_x=1", hit.path()))).await;
    let fetched = visit(&site.url("/a?utm_x=1")).await;
    check_fault(&fetched, Fault::RedirectLoop);
    assert_eq!(site.hits().len(), 11);
}

#[tokio::test]
async fn a_wall_that_sets_a_new_cookie_each_time_is_left_too() {
    let site = Site::answering(|hit| {
        let n = hit.header("cookie").map_or(0, str::len);
        answer("302 Found", &["Location: /a", &format!("Set-Cookie: n{n}=1")], "")
    })
    .await;
    check_fault(&visit(&site.url("/a")).await, Fault::RedirectLoop);
    assert_eq!(site.hits().len(), 11);
}

#[tokio::test]
async fn a_target_that_is_no_page_is_a_bad_redirect() {
    for target in ["ftp://example.org/", "javascript:void(0)", "http://", "mailto:a@example.org"] {
        let site = Site::answering(move |_| to(target)).await;
        check_fault(&visit(&site.url("/a")).await, Fault::BadRedirect);
    }
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_a_bad_redirect() {
    for target in [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "//[::ffff:192.168.1.1]/",
        "http://0xa.1/",
    ] {
        let site = Site::answering(move |_| to(target)).await;
        check_fault(&visit(&site.url("/a")).await, Fault::BadRedirect);
    }
}

#[tokio::test]
async fn a_redirect_that_there_is_no_time_to_wait_for_is_left_to_another_visit() {
    for (gap_ms, lease_s) in [(10_000, 5), (100_000, 1000)] {
        let site = Site::answering(|_| to("/a/")).await;
        let mut grant = grant(&site.url("/a"));
        grant.gap_ms = gap_ms;
        grant.lease_until = Utc::now() + TimeDelta::seconds(lease_s);
        let begun = Instant::now();
        let fetched = Visitor::new(config()).visit(grant).await;
        let to = PageUrl::parse(&site.url("/a/")).unwrap();
        assert_eq!(fetched.outcome, Outcome::Redirected { status: 302, to });
        assert!(fetched.hops.is_empty());
        assert!(begun.elapsed() < Duration::from_secs(1));
        assert_eq!(site.hits().len(), 1);
    }
}

#[tokio::test]
async fn a_cookie_wall_that_there_is_no_time_to_wait_for_is_a_time_out() {
    let site = Site::answering(wall).await;
    let mut grant = grant(&site.url("/a"));
    grant.gap_ms = u64::MAX;
    check_fault(&Visitor::new(config()).visit(grant).await, Fault::TotalTimeout);
}
