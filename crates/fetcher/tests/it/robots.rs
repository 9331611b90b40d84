//! robots.txt is fetched by its own rules (RFC 9309 §2.3.1, §2.5).

use crate::harness::{Site, Visitor, answer, check_fault, config, ok, robots_grant};
use model::{Fault, Outcome};
use std::time::Duration;

#[tokio::test]
async fn redirects_are_followed_to_other_hosts_and_paths() {
    let other = Site::answering_on("127.0.0.2:0", |_| ok("User-agent: *")).await;
    let target = other.url("/elsewhere.txt");
    let site = Site::answering(move |_| answer("301 Moved", &[&format!("Location: {target}")], "")).await;
    let visitor = Visitor::new(config());
    let fetched = visitor.visit(robots_grant(&site.url("/robots.txt"))).await;
    assert!(matches!(fetched.outcome, Outcome::Captured { .. }), "{:?}", fetched.outcome);
    assert_eq!(visitor.capture().body, "User-agent: *");
    assert_eq!(fetched.hops.len(), 1);
}

#[tokio::test]
async fn the_gap_is_kept_to_a_host_that_comes_again() {
    let far = Site::answering_on("127.0.0.2:0", |hit| {
        answer("302 Found", &[&format!("Location: http://{}/back", &hit.path()[1..])], "")
    })
    .await;
    let target = far.address;
    let site = Site::answering(move |hit| match (hit.path(), hit.header("host")) {
        ("/robots.txt", Some(host)) => {
            answer("302 Found", &[&format!("Location: http://{target}/{host}")], "")
        }
        _ => ok("User-agent: *"),
    })
    .await;
    let mut grant = robots_grant(&site.url("/robots.txt"));
    grant.gap_ms = 200;
    let fetched = Visitor::new(config()).visit(grant).await;
    assert!(matches!(fetched.outcome, Outcome::Captured { .. }), "{:?}", fetched.outcome);
    let hits = site.hits();
    assert_eq!(site.paths(), ["/robots.txt", "/back"]);
    assert!(hits[1].at - hits[0].at >= Duration::from_millis(200));
}

fn chain(n: usize) -> impl Fn(&crate::harness::Hit) -> Vec<u8> {
    move |hit| match hit.path().trim_start_matches("/r").parse::<usize>() {
        Ok(at) if at == n => ok("User-agent: *"),
        Ok(at) => answer("302 Found", &[&format!("Location: /r{}", at + 1)], ""),
        Err(_) => answer("302 Found", &["Location: /r1"], ""),
    }
}

#[tokio::test]
async fn five_redirects_are_followed_with_the_gap_between_them() {
    let site = Site::answering(chain(5)).await;
    let mut grant = robots_grant(&site.url("/robots.txt"));
    grant.gap_ms = 50;
    let fetched = Visitor::new(config()).visit(grant).await;
    assert!(matches!(fetched.outcome, Outcome::Captured { .. }), "{:?}", fetched.outcome);
    let hits = site.hits();
    assert_eq!(hits.len(), 6);
    assert!(hits.windows(2).all(|pair| pair[1].at - pair[0].at >= Duration::from_millis(50)));
}

#[tokio::test]
async fn a_sixth_redirect_is_not() {
    let site = Site::answering(chain(6)).await;
    check_fault(
        &Visitor::new(config()).visit(robots_grant(&site.url("/robots.txt"))).await,
        Fault::RedirectLoop,
    );
    assert_eq!(site.hits().len(), 6);
}

#[tokio::test]
async fn a_redirect_inside_is_refused() {
    let site =
        Site::answering(|_| answer("302 Found", &["Location: http://192.168.0.1/robots.txt"], "")).await;
    check_fault(
        &Visitor::new(config()).visit(robots_grant(&site.url("/robots.txt"))).await,
        Fault::BadRedirect,
    );
}

#[tokio::test]
async fn rules_without_end_are_cut_and_kept() {
    let site = Site::answering(|_| ok("Disallow: /x\n".repeat(300_000))).await;
    let mut config = config();
    config.limits.wire_bytes = 16 << 20;
    config.limits.body_bytes = 16 << 20;
    let visitor = Visitor::new(config);
    let fetched = visitor.visit(robots_grant(&site.url("/robots.txt"))).await;
    assert!(matches!(fetched.outcome, Outcome::Captured { .. }), "{:?}", fetched.outcome);
    let capture = visitor.capture();
    assert_eq!(capture.body.len(), 1 << 20);
    assert_eq!(capture.header("content-length"), None);
}

#[tokio::test]
async fn a_missing_file_is_a_status() {
    let site = Site::answering(|_| answer("404 Not Found", &[], "none")).await;
    let fetched = Visitor::new(config()).visit(robots_grant(&site.url("/robots.txt"))).await;
    assert_eq!(fetched.outcome, Outcome::Status { status: 404, retry_after_s: None });
}
