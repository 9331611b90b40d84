//! Which addresses are visited, over which protocols, and through which proxy.

use crate::{
    harness::{Site, Talk, Visitor, check_fault, config, grant, ok, visit},
    tls,
};
use fetcher::{Config, config::ProxyUrl};
use model::{Fault, Outcome};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::TcpStream,
};

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

#[tokio::test]
async fn https_goes_through_a_tunnel_of_the_proxy() {
    let (site, pem) = tls::site("page.example").await;
    let port = site.address.port();
    let proxy = Site::talking(move |mut talk: Talk| async move {
        talk.request().await;
        talk.say("HTTP/1.1 200 Connection established\r\n\r\n").await;
        let mut page = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let _ = copy_bidirectional(&mut talk.into_stream(), &mut page).await;
    })
    .await;
    let config = Config {
        proxy: Some(ProxyUrl::new(format!("http://user:secret@127.0.0.1:{}", proxy.address.port()))),
        extra_roots: vec![pem],
        ..config()
    };
    let visitor = Visitor::new(config);
    visitor.visit(grant("https://page.example/a")).await;
    assert_eq!(visitor.capture().body, "secret");
    let hit = &proxy.hits()[0];
    assert!(hit.head.starts_with("CONNECT page.example:443 HTTP/1.1\r\n"));
    assert_eq!(hit.header("proxy-authorization"), Some("Basic dXNlcjpzZWNyZXQ="));
}

/// RFC 1928 with the name left to the proxy.
#[tokio::test]
async fn a_socks_proxy_resolves_the_name() {
    let proxy = Site::talking(|talk: Talk| async move {
        let mut stream = talk.into_stream();
        let mut greeting = [0; 2];
        stream.read_exact(&mut greeting).await.unwrap();
        stream.read_exact(&mut vec![0; usize::from(greeting[1])]).await.unwrap();
        stream.write_all(&[5, 0]).await.unwrap();
        let mut request = [0; 5];
        stream.read_exact(&mut request).await.unwrap();
        assert_eq!(request[3], 3, "a name");
        let mut name = vec![0; usize::from(request[4]) + 2];
        stream.read_exact(&mut name).await.unwrap();
        assert_eq!(&name[..name.len() - 2], b"page.example");
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
        let mut head = vec![0; 4096];
        let _ = stream.read(&mut head).await;
        stream.write_all(&ok("by socks")).await.unwrap();
    })
    .await;
    let url = format!("socks5h://127.0.0.1:{}", proxy.address.port());
    let visitor = Visitor::new(Config { proxy: Some(ProxyUrl::new(url)), ..config() });
    visitor.visit(grant("http://page.example/a")).await;
    assert_eq!(visitor.capture().body, "by socks");
}

#[tokio::test]
async fn a_proxy_that_cannot_be_reached_is_a_connection_fault() {
    let config = Config { proxy: Some(ProxyUrl::new("http://127.0.0.1:1")), ..config() };
    check_fault(&Visitor::new(config).visit(grant("http://page.example/")).await, Fault::Connect);
}
