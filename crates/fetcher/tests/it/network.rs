//! Which addresses are visited, over which protocols, and through which proxy.

use crate::harness::{Site, Visitor, check_fault, config, grant, ok, visit};
use fetcher::{Config, config::ProxyUrl};
use model::{Fault, Outcome};

/// A visit with the guard as it is by default.
async fn visit_guarded(url: &str) -> model::Fetched {
    Visitor::new(Config { allow_net: vec![], ..config() }).visit(grant(url)).await
}

#[tokio::test]
async fn loopback_is_refused_in_every_spelling_unless_opened() {
    let site = Site::answering(|_| ok("x")).await;
    let port = site.address.port();
    for host in
        ["127.0.0.1", "2130706433", "0177.0.0.1", "0x7f000001", "127.1", "[::ffff:127.0.0.1]", "127.0.0.1."]
    {
        let url = format!("http://{host}:{port}/");
        check_fault(&visit_guarded(&url).await, Fault::AddressRefused);
    }
    assert!(site.hits().is_empty());
    assert!(matches!(visit(&site.url("/")).await.outcome, Outcome::Captured { .. }));
}

#[tokio::test]
async fn a_name_that_resolves_to_loopback_is_refused_when_it_is_resolved() {
    let site = Site::answering(|_| ok("x")).await;
    let url = format!("http://localhost:{}/", site.address.port());
    check_fault(&visit_guarded(&url).await, Fault::AddressRefused);
    assert!(site.hits().is_empty());
    assert!(matches!(visit(&url).await.outcome, Outcome::Captured { .. }));
}

#[tokio::test]
async fn ipv6_is_visited() {
    let site = Site::answering_on("[::1]:0", |_| ok("six")).await;
    let visitor = Visitor::new(config());
    visitor.visit(grant(&site.url("/"))).await;
    assert_eq!(visitor.capture().ip, Some("::1".parse().unwrap()));
}

#[tokio::test]
async fn all_goes_through_a_proxy_that_is_set_even_one_in_a_private_network() {
    let proxy = Site::answering(|_| ok("by proxy")).await;
    let config = Config {
        allow_net: vec![],
        proxy: Some(ProxyUrl::new(format!("http://localhost:{}", proxy.address.port()))),
        ..config()
    };
    let visitor = Visitor::new(config);
    visitor.visit(grant("http://page.example/a")).await;
    let capture = visitor.capture();
    assert_eq!(capture.body, "by proxy");
    assert_eq!(capture.ip, None);
    assert!(proxy.hits()[0].head.starts_with("GET http://page.example/a HTTP/1.1\r\n"));
    check_fault(&visitor.visit(grant("http://localhost/secret")).await, Fault::AddressRefused);
    check_fault(&visitor.visit(grant("http://10.0.0.1/")).await, Fault::AddressRefused);
    assert_eq!(proxy.hits().len(), 1);
}
