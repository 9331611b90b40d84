//! Each way in which a connection can fail has its own fault.

use crate::harness::{Site, check_fault, visit, visit_hurried};
use model::Fault;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// Far above the hurried limits, for a machine that does other things as well, and far below the default ones.
const SOON: Duration = Duration::from_secs(8);

#[tokio::test]
async fn a_name_that_does_not_resolve() {
    check_fault(&visit("http://name.invalid/").await, Fault::Dns);
}

#[tokio::test]
async fn a_port_where_nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    check_fault(&visit(&format!("http://{address}/")).await, Fault::Connect);
}

/// Linux keeps the third handshake of a listener with a backlog of one waiting.
#[tokio::test]
async fn a_host_that_does_not_take_the_connection() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut fillers = Vec::new();
    for _ in 0..4 {
        fillers.push(tokio::spawn(tokio::net::TcpStream::connect(address)));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begun = Instant::now();
    check_fault(&visit_hurried(&format!("http://{address}/")).await, Fault::ConnectTimeout);
    assert!(begun.elapsed() < SOON);
}

#[tokio::test]
async fn a_reset_instead_of_an_answer() {
    let site = Site::talking(|mut talk| async move {
        talk.request().await;
        talk.reset();
    })
    .await;
    check_fault(&visit(&site.url("/")).await, Fault::Reset);
}

#[tokio::test]
async fn a_close_instead_of_an_answer() {
    let site = Site::talking(|mut talk| async move {
        talk.request().await;
    })
    .await;
    check_fault(&visit(&site.url("/")).await, Fault::Reset);
}

#[tokio::test]
async fn a_reset_within_the_head() {
    let site = Site::talking(|mut talk| async move {
        talk.request().await;
        talk.say("HTTP/1.1 200 OK\r\nContent-Le").await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        talk.reset();
    })
    .await;
    check_fault(&visit(&site.url("/")).await, Fault::Reset);
}

#[tokio::test]
async fn a_reset_within_the_body() {
    let site = Site::talking(|mut talk| async move {
        talk.request().await;
        talk.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello").await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        talk.reset();
    })
    .await;
    let fetched = visit(&site.url("/")).await;
    check_fault(&fetched, Fault::Reset);
    assert!(fetched.bytes > 5);
}

#[tokio::test]
async fn a_body_shorter_than_its_content_length() {
    let site = Site::talking(|mut talk| async move {
        talk.request().await;
        talk.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello").await;
    })
    .await;
    check_fault(&visit(&site.url("/")).await, Fault::Truncated);
}

#[tokio::test]
async fn a_chunked_body_without_its_last_chunk() {
    for cut in ["5\r\nhello\r\n", "5\r\nhel", "5\r\nhello\r\n0\r\n"] {
        let site = Site::talking(move |mut talk| async move {
            talk.request().await;
            talk.say(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{cut}")).await;
        })
        .await;
        check_fault(&visit(&site.url("/")).await, Fault::Truncated);
    }
}

#[tokio::test]
async fn a_chunk_whose_size_is_none() {
    let site = Site::talking(|mut talk| async move {
        talk.request().await;
        talk.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n").await;
        talk.request().await;
    })
    .await;
    check_fault(&visit(&site.url("/")).await, Fault::Protocol);
}

#[tokio::test]
async fn an_answer_that_is_not_http() {
    for banner in [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "<html>just a page</html>",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 2x OK\r\n\r\n",
    ] {
        let site = Site::talking(move |mut talk| async move {
            talk.request().await;
            talk.say(banner).await;
            talk.request().await;
        })
        .await;
        check_fault(&visit(&site.url("/")).await, Fault::Protocol);
    }
}

#[tokio::test]
async fn contradictory_lengths_are_not_http() {
    let site = Site::talking(|mut talk| async move {
        talk.request().await;
        talk.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello").await;
        talk.request().await;
    })
    .await;
    check_fault(&visit(&site.url("/")).await, Fault::Protocol);
}

#[tokio::test]
async fn an_answer_that_never_comes() {
    let site = Site::talking(|mut talk| async move { while talk.request().await.is_some() {} }).await;
    let begun = Instant::now();
    check_fault(&visit_hurried(&site.url("/")).await, Fault::ReadTimeout);
    assert!(begun.elapsed() < SOON);
}

#[tokio::test]
async fn a_body_that_stalls() {
    let site = Site::talking(|mut talk| async move {
        talk.request().await;
        talk.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello").await;
        talk.request().await;
    })
    .await;
    let begun = Instant::now();
    check_fault(&visit_hurried(&site.url("/")).await, Fault::ReadTimeout);
    assert!(begun.elapsed() < SOON);
}

#[tokio::test]
async fn a_coding_that_is_unknown_or_broken() {
    for coding in ["rot13", "gzip", "br", "zstd"] {
        let site = Site::answering(move |_| {
            let header = format!("Content-Encoding: {coding}");
            crate::harness::answer("200 OK", &[&header], "this is plain text, whatever is said")
        })
        .await;
        check_fault(&visit(&site.url("/")).await, Fault::BadCoding);
    }
}
