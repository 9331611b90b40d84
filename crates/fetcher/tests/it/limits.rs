//! Servers that want to cost us time or memory.

use crate::harness::{Site, Talk, Visitor, answer, check_fault, config, grant, visit, visit_hurried};
use flate2::{Compression, write::GzEncoder};
use model::Fault;
use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Far above the hurried limits, for a machine that does other things as well, and far below the default ones.
const SOON: Duration = Duration::from_secs(8);

/// Says `piece` until nobody listens, counting what could be said.
async fn repeat(talk: &mut Talk, piece: &[u8], pause: Duration, said: &AtomicU64) {
    while talk.say(piece).await {
        said.fetch_add(piece.len() as u64, Ordering::Relaxed);
        tokio::time::sleep(pause).await;
    }
}

/// A site that answers with `head` and then `piece` without end.
async fn endless(head: &'static str, piece: Vec<u8>, pause: Duration) -> (Site, Arc<AtomicU64>) {
    let said = Arc::new(AtomicU64::new(0));
    let count = said.clone();
    let piece = Arc::new(piece);
    let site = Site::talking(move |mut talk| {
        let (count, piece) = (count.clone(), piece.clone());
        async move {
            talk.request().await;
            talk.say(head).await;
            repeat(&mut talk, &piece, pause, &count).await;
        }
    })
    .await;
    (site, said)
}

const CLOSE_DELIMITED: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";

#[tokio::test]
async fn an_endless_body_ends_at_its_limit() {
    let (site, said) = endless(CLOSE_DELIMITED, vec![b'x'; 64 << 10], Duration::ZERO).await;
    let fetched = visit(&site.url("/")).await;
    check_fault(&fetched, Fault::BodyTooLarge);
    assert!(fetched.bytes < config().limits.wire_bytes as u64 + (1 << 20), "{}", fetched.bytes);
    assert!(said.load(Ordering::Relaxed) < 16 << 20);
}

#[tokio::test]
async fn an_endless_chunked_body_ends_at_its_limit() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let piece = [b"1000\r\n".to_vec(), vec![b'x'; 0x1000], b"\r\n".to_vec()].concat();
    let (site, _) = endless(head, piece, Duration::ZERO).await;
    check_fault(&visit(&site.url("/")).await, Fault::BodyTooLarge);
}

#[tokio::test]
async fn a_length_over_the_limit_is_refused_unread() {
    let (site, said) =
        endless("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n", vec![0; 1024], Duration::ZERO)
            .await;
    let fetched = visit(&site.url("/")).await;
    check_fault(&fetched, Fault::BodyTooLarge);
    assert!(fetched.bytes < 1024, "{}", fetched.bytes);
    assert!(said.load(Ordering::Relaxed) < 8 << 20);
}

#[tokio::test]
async fn a_slow_drip_ends_at_the_total_time() {
    let (site, _) = endless(CLOSE_DELIMITED, b"x".to_vec(), Duration::from_millis(20)).await;
    let begun = Instant::now();
    check_fault(&visit_hurried(&site.url("/")).await, Fault::TotalTimeout);
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn slow_headers_end_in_time() {
    let (site, _) = endless("HTTP/1.1 200 OK\r\n", b"X-A: b\r\n".to_vec(), Duration::from_millis(20)).await;
    let begun = Instant::now();
    check_fault(&visit_hurried(&site.url("/")).await, Fault::ReadTimeout);
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn endless_headers_end_at_their_limit() {
    let line = format!("X-A: {}\r\n", "x".repeat(1000)).into_bytes();
    let (site, said) = endless("HTTP/1.1 200 OK\r\n", line, Duration::ZERO).await;
    check_fault(&visit(&site.url("/")).await, Fault::HeadersTooLarge);
    assert!(said.load(Ordering::Relaxed) < 16 << 20);
}

#[tokio::test]
async fn an_endless_header_line_ends_at_its_limit() {
    let (site, _) = endless("HTTP/1.1 200 OK\r\nX-A: ", vec![b'x'; 4096], Duration::ZERO).await;
    check_fault(&visit(&site.url("/")).await, Fault::HeadersTooLarge);
}

#[tokio::test]
async fn complete_headers_over_the_limit_are_refused() {
    let site = Site::answering(|_| {
        let big = format!("X-A: {}", "x".repeat(20_000));
        answer("200 OK", &[&big], "x")
    })
    .await;
    check_fault(&visit(&site.url("/")).await, Fault::HeadersTooLarge);
}

#[tokio::test]
async fn very_many_headers_are_refused() {
    let site = Site::answering(|_| {
        let lines: Vec<String> = (0..300).map(|n| format!("X-{n}: 1")).collect();
        answer("200 OK", &lines.iter().map(String::as_str).collect::<Vec<_>>(), "x")
    })
    .await;
    check_fault(&visit(&site.url("/")).await, Fault::HeadersTooLarge);
}

/// A gzip member of one megabyte of zeroes: about a kilobyte.
fn zeroes() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 1 << 20]).unwrap();
    encoder.finish().unwrap()
}

const GZIPPED: &str = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n";

#[tokio::test]
async fn a_bomb_without_end_is_noticed_after_a_megabyte() {
    let (site, said) = endless(GZIPPED, zeroes(), Duration::ZERO).await;
    let begun = Instant::now();
    let fetched = visit(&site.url("/")).await;
    check_fault(&fetched, Fault::DecompressionBomb);
    assert!(fetched.bytes < 300_000, "{}", fetched.bytes);
    assert!(said.load(Ordering::Relaxed) < 16 << 20);
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_well_compressed_honest_body_passes() {
    let body = zeroes();
    let site = Site::answering(move |_| answer("200 OK", &["Content-Encoding: gzip"], &body)).await;
    let visitor = Visitor::new(config());
    visitor.visit(grant(&site.url("/"))).await;
    assert_eq!(visitor.capture().decoded_body(2 << 20).unwrap().len(), 1 << 20);
}

#[tokio::test]
async fn an_unwanted_endless_body_is_not_read() {
    let (site, said) = endless("HTTP/1.1 404 Not Found\r\n\r\n", vec![b'x'; 64 << 10], Duration::ZERO).await;
    let fetched = visit(&site.url("/")).await;
    assert!(matches!(fetched.outcome, model::Outcome::Status { status: 404, .. }), "{:?}", fetched.outcome);
    assert!(fetched.bytes < 1 << 20, "{}", fetched.bytes);
    assert!(said.load(Ordering::Relaxed) < 8 << 20);
}

#[tokio::test]
async fn an_unwanted_body_that_stalls_costs_a_moment_only() {
    let site = Site::talking(|mut talk| async move {
        talk.request().await;
        talk.say("HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n\r\n").await;
        talk.request().await;
    })
    .await;
    let begun = Instant::now();
    let fetched = visit(&site.url("/")).await;
    assert!(matches!(fetched.outcome, model::Outcome::Status { status: 404, .. }), "{:?}", fetched.outcome);
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn exchanges_at_a_time_have_a_bound() {
    let site = Site::talking(|mut talk| async move {
        while talk.request().await.is_some() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            talk.say(crate::harness::ok("x")).await;
        }
    })
    .await;
    let mut config = config();
    config.limits.in_flight = 2;
    let visitor = Visitor::new(config);
    let begun = Instant::now();
    let urls: Vec<String> = (0..4).map(|n| site.url(&format!("/{n}"))).collect();
    tokio::join!(
        visitor.visit(grant(&urls[0])),
        visitor.visit(grant(&urls[1])),
        visitor.visit(grant(&urls[2])),
        visitor.visit(grant(&urls[3])),
    );
    assert!(begun.elapsed() >= Duration::from_millis(200));
}
