//! HTTP/2: spoken where the server offers it, and failing with the same faults.

use crate::{
    harness::{Site, Talk, Visitor, check_fault, config, grant, hurried},
    tls::{acceptor, url},
};
use bytes::Bytes;
use fetcher::Config;
use h2::{Reason, RecvStream, server::SendResponse};
use hyper::http::{Request, Response};
use model::{Fault, Fetched, Outcome};
use std::{sync::Arc, time::Duration};

type Asked = Request<RecvStream>;
type Reply = SendResponse<Bytes>;

/// A site that leaves each stream to `answer`, and a visitor that trusts it.
async fn site(answer: impl Fn(Asked, Reply) + Send + Sync + 'static) -> (Site, Visitor) {
    site_for(config(), answer).await
}

async fn site_for(config: Config, answer: impl Fn(Asked, Reply) + Send + Sync + 'static) -> (Site, Visitor) {
    let (acceptor, pem) = acceptor("localhost", &[b"h2"]);
    let answer = Arc::new(answer);
    let site = Site::talking(move |talk: Talk| {
        let (acceptor, answer) = (acceptor.clone(), answer.clone());
        async move {
            let Ok(stream) = acceptor.accept(talk.into_stream()).await else { return };
            let Ok(mut connection) = h2::server::handshake(stream).await else { return };
            while let Some(Ok((request, reply))) = connection.accept().await {
                answer(request, reply);
            }
        }
    })
    .await;
    (site, Visitor::new(Config { extra_roots: vec![pem], ..config }))
}

async fn visit(answer: impl Fn(Asked, Reply) + Send + Sync + 'static) -> Fetched {
    let (site, visitor) = site(answer).await;
    visitor.visit(grant(&url(&site))).await
}

fn head(headers: &[(&str, &str)]) -> Response<()> {
    let mut builder = Response::builder().status(200);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(()).unwrap()
}

#[tokio::test]
async fn a_page_is_captured_and_its_request_recorded() {
    let (site, visitor) = site(|request, mut reply| {
        assert_eq!(request.version(), hyper::http::Version::HTTP_2);
        assert!(request.headers()["user-agent"].to_str().unwrap().starts_with("Byline/"));
        let mut body = reply.send_response(head(&[("content-type", "text/html")]), false).unwrap();
        body.send_data("over two".into(), true).unwrap();
    })
    .await;
    let fetched = visitor.visit(grant(&url(&site))).await;
    assert!(matches!(fetched.outcome, Outcome::Captured { .. }), "{:?}", fetched.outcome);
    let capture = visitor.capture();
    assert_eq!(capture.body, "over two");
    assert_eq!(capture.request_headers[0], ("host".to_owned(), format!("localhost:{}", site.address.port())));
}

#[tokio::test]
async fn a_stream_that_is_reset() {
    let fetched = visit(|_, mut reply| reply.send_reset(Reason::INTERNAL_ERROR)).await;
    check_fault(&fetched, Fault::Reset);
}

#[tokio::test]
async fn a_stream_that_is_reset_within_the_body() {
    let fetched = visit(|_, mut reply| {
        let mut body = reply.send_response(head(&[]), false).unwrap();
        body.send_data("begun".into(), false).unwrap();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            body.send_reset(Reason::CANCEL);
        });
    })
    .await;
    check_fault(&fetched, Fault::Reset);
}

#[tokio::test]
async fn a_body_shorter_than_its_content_length() {
    let fetched = visit(|_, mut reply| {
        let mut body = reply.send_response(head(&[("content-length", "100")]), false).unwrap();
        body.send_data("short".into(), true).unwrap();
    })
    .await;
    check_fault(&fetched, Fault::Truncated);
}

#[tokio::test]
async fn headers_over_the_limit() {
    let fetched = visit(|_, mut reply| {
        let big = "x".repeat(20_000);
        reply.send_response(head(&[("x-a", &big)]), true).unwrap();
    })
    .await;
    check_fault(&fetched, Fault::HeadersTooLarge);
}

#[tokio::test]
async fn an_endless_body() {
    let fetched = visit(|_, mut reply| {
        let mut body = reply.send_response(head(&[]), false).unwrap();
        tokio::spawn(async move {
            loop {
                body.reserve_capacity(16 << 10);
                match std::future::poll_fn(|cx| body.poll_capacity(cx)).await {
                    Some(Ok(n)) => body.send_data(vec![b'x'; n].into(), false).unwrap(),
                    _ => return,
                }
            }
        });
    })
    .await;
    check_fault(&fetched, Fault::BodyTooLarge);
}

#[tokio::test]
async fn an_answer_that_never_comes() {
    let (site, visitor) = site_for(hurried(), |_, reply| {
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(30)).await;
            drop(reply);
        });
    })
    .await;
    check_fault(&visitor.visit(grant(&url(&site))).await, Fault::ReadTimeout);
}
