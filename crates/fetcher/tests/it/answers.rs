//! What a decent server's answers become.

use crate::harness::{MemoryArchive, Site, Visitor, answer, config, grant, ok};
use chrono::{TimeDelta, Utc};
use fetcher::Config;
use model::{Failure, Outcome, Validators};
use std::io::Write;

#[tokio::test]
async fn a_page_is_captured_as_it_came() {
    let site = Site::answering(|_| {
        let headers = [
            "Content-Type: text/html; charset=gbk",
            "X-A: 1",
            "X-A: 2",
            "ETag: \"v1\"",
            "Last-Modified: then",
        ];
        answer("200 OK", &headers, b"\xc0\xee\xd0\xc2")
    })
    .await;
    let visitor = Visitor::new(config());
    let fetched = visitor.visit(grant(&site.url("/a?b=1"))).await;
    let capture = visitor.capture();
    let Outcome::Captured { status: 200, capture: at, validators, content_type } = fetched.outcome else {
        panic!("{:?}", fetched.outcome)
    };
    assert_eq!(at.id, capture.id);
    assert_eq!(
        validators,
        Validators { etag: Some("\"v1\"".to_owned()), last_modified: Some("then".to_owned()) }
    );
    assert_eq!(content_type.as_deref(), Some("text/html; charset=gbk"));
    assert_eq!(capture.url, site.url("/a?b=1"));
    assert_eq!(capture.status, 200);
    assert_eq!(&capture.body[..], b"\xc0\xee\xd0\xc2");
    assert_eq!(capture.ip, Some(site.address.ip()));
    assert!(fetched.started_at <= capture.captured_at && capture.captured_at <= fetched.ended_at);
    let repeated: Vec<&str> =
        capture.response_headers.iter().filter(|(n, _)| n == "x-a").map(|(_, v)| v.as_str()).collect();
    assert_eq!(repeated, ["1", "2"]);
    assert!(fetched.bytes > 100 && fetched.bytes < 300, "{}", fetched.bytes);
}

#[tokio::test]
async fn the_request_is_short_and_honest_and_recorded_as_sent() {
    let site = Site::answering(|_| ok("x")).await;
    let config = Config {
        contact: Some("https://example.org/bot".to_owned()),
        accept_language: Some("zh, en;q=0.8".to_owned()),
        ..config()
    };
    let visitor = Visitor::new(config.clone());
    visitor.visit(grant(&site.url("/"))).await;
    let hit = &site.hits()[0];
    assert!(hit.head.starts_with("GET / HTTP/1.1\r\n"));
    assert_eq!(hit.header("user-agent"), Some(config.user_agent().as_str()));
    assert_eq!(hit.header("accept-encoding"), Some("gzip, br, zstd, deflate"));
    assert_eq!(hit.header("accept-language"), Some("zh, en;q=0.8"));
    let mut sent: Vec<String> =
        hit.head.lines().skip(1).filter_map(|l| Some(l.split_once(": ")?.0.to_ascii_lowercase())).collect();
    let mut recorded: Vec<String> = visitor.capture().request_headers.into_iter().map(|(n, _)| n).collect();
    sent.sort();
    recorded.sort();
    assert_eq!(sent, recorded);
    assert_eq!(sent, ["accept", "accept-encoding", "accept-language", "host", "user-agent"]);
}

#[tokio::test]
async fn a_coded_body_is_archived_with_its_coding_on() {
    let text = b"<p>words and words and words</p>".repeat(100);
    let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    w.write_all(&text).unwrap();
    let coded = w.finish().unwrap();
    let body = coded.clone();
    let site = Site::answering(move |_| {
        answer("200 OK", &["Content-Type: text/html", "Content-Encoding: gzip"], &body)
    })
    .await;
    let visitor = Visitor::new(config());
    visitor.visit(grant(&site.url("/"))).await;
    let capture = visitor.capture();
    assert_eq!(capture.body, coded);
    assert_eq!(capture.decoded_body(1 << 20).unwrap(), text);
}

#[tokio::test]
async fn a_chunked_body_is_joined_and_its_transfer_coding_not_recorded() {
    let site = Site::answering(|_| {
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\n\r\n"
            .to_vec()
    })
    .await;
    let visitor = Visitor::new(config());
    visitor.visit(grant(&site.url("/"))).await;
    let capture = visitor.capture();
    assert_eq!(capture.body, "hello, world");
    assert_eq!(capture.header("transfer-encoding"), None);
}

#[tokio::test]
async fn a_body_ended_by_closing_is_complete() {
    let site = Site::talking(|mut talk| async move {
        talk.request().await;
        talk.say("HTTP/1.0 200 OK\r\n\r\nhello").await;
    })
    .await;
    let visitor = Visitor::new(config());
    visitor.visit(grant(&site.url("/"))).await;
    assert_eq!(visitor.capture().body, "hello");
}

#[tokio::test]
async fn headers_as_old_servers_write_them_do_not_hide_the_page() {
    for lines in ["X-Folded: a\r\n b", "X Name: a", "X-Space : a", "no colon at all", "X-Raw: \u{674e}"] {
        let site = Site::answering(move |_| answer("200 OK", &[lines], "hello")).await;
        let visitor = Visitor::new(config());
        let fetched = visitor.visit(grant(&site.url("/"))).await;
        assert!(matches!(fetched.outcome, Outcome::Captured { .. }), "{lines}: {:?}", fetched.outcome);
    }
}

#[tokio::test]
async fn a_charset_where_a_coding_should_be_does_not_hide_the_page() {
    let site = Site::answering(|_| answer("200 OK", &["Content-Encoding: UTF-8"], "hello")).await;
    let visitor = Visitor::new(config());
    visitor.visit(grant(&site.url("/"))).await;
    assert_eq!(visitor.capture().decoded_body(10).unwrap(), "hello");
}

#[tokio::test]
async fn not_modified_costs_no_body_and_keeps_the_validators() {
    let site = Site::answering(|hit| match hit.header("if-none-match") {
        Some("\"v1\"") => b"HTTP/1.1 304 Not Modified\r\nLast-Modified: newer\r\n\r\n".to_vec(),
        _ => ok("x"),
    })
    .await;
    let visitor = Visitor::new(config());
    let mut grant = grant(&site.url("/"));
    grant.validators = Validators {
        etag: Some("\"v1\"".to_owned()),
        last_modified: Some("Mon, 23 Nov 2026 12:00:00 GMT".to_owned()),
    };
    let fetched = visitor.visit(grant).await;
    let validators = Validators { etag: Some("\"v1\"".to_owned()), last_modified: Some("newer".to_owned()) };
    assert_eq!(fetched.outcome, Outcome::NotModified { validators });
    assert_eq!(site.hits()[0].header("if-modified-since"), Some("Mon, 23 Nov 2026 12:00:00 GMT"));
    assert!(visitor.archive.captures.lock().unwrap().is_empty());
    assert!(fetched.bytes < 100, "{}", fetched.bytes);
}

#[tokio::test]
async fn a_304_that_was_not_asked_for_is_just_a_status() {
    let site = Site::answering(|_| b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec()).await;
    let fetched = Visitor::new(config()).visit(grant(&site.url("/"))).await;
    assert_eq!(fetched.outcome, Outcome::Status { status: 304, retry_after_s: None });
}

#[tokio::test]
async fn another_status_is_told_with_its_wait_and_not_archived() {
    let site = Site::answering(|hit| match hit.path() {
        "/busy" => answer("503 Service Unavailable", &["Retry-After: 120"], "later"),
        "/date" => answer(
            "429 Too Many Requests",
            &["Date: Mon, 23 Nov 2026 12:00:00 GMT", "Retry-After: Mon, 23 Nov 2026 12:01:30 GMT"],
            "",
        ),
        _ => answer("404 Not Found", &[], "nothing"),
    })
    .await;
    let visitor = Visitor::new(config());
    for (path, status, retry_after_s) in
        [("/busy", 503, Some(120)), ("/date", 429, Some(90)), ("/x", 404, None)]
    {
        let fetched = visitor.visit(grant(&site.url(path))).await;
        assert_eq!(fetched.outcome, Outcome::Status { status, retry_after_s });
    }
    assert!(visitor.archive.captures.lock().unwrap().is_empty());
    assert!(site.hits().iter().all(|hit| hit.connection == 0), "the connection is kept");
}

#[tokio::test]
async fn a_pdf_is_recorded_as_one_whatever_the_server_says() {
    let site = Site::answering(|_| ok("%PDF-1.7\n...")).await;
    let visitor = Visitor::new(config());
    let fetched = visitor.visit(grant(&site.url("/"))).await;
    let Outcome::Captured { content_type, .. } = fetched.outcome else { panic!("{:?}", fetched.outcome) };
    assert_eq!(content_type.as_deref(), Some("application/pdf"));
}

#[tokio::test]
async fn connections_are_used_again() {
    let site = Site::answering(|_| ok("x")).await;
    let visitor = Visitor::new(config());
    for n in 0..5 {
        visitor.visit(grant(&site.url(&format!("/{n}")))).await;
    }
    assert!(site.hits().iter().all(|hit| hit.connection == 0));
}

#[tokio::test]
async fn a_grant_whose_lease_has_ended_is_dropped_without_a_request() {
    let site = Site::answering(|_| ok("x")).await;
    let mut grant = grant(&site.url("/"));
    grant.lease_until = Utc::now() - TimeDelta::seconds(1);
    assert_eq!(Visitor::new(config()).process(grant).await, Ok(None));
    assert!(site.hits().is_empty());
}

#[tokio::test]
async fn an_archive_that_is_full_is_our_own_trouble() {
    let site = Site::answering(|_| ok("x")).await;
    let archive = MemoryArchive { full: true, ..MemoryArchive::default() };
    let result = Visitor::with_archive(config(), archive).process(grant(&site.url("/"))).await;
    assert!(matches!(result, Err(Failure::Busy { code: "archive-unavailable", .. })), "{result:?}");
}
