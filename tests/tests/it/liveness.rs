//! A consumer that is connected and receives nothing while messages wait: a connection lives, the broker says so,
//! and nobody does the work.

use crate::{
    services::{PATIENCE, deployment, follow, start, wait_until_drained, wait_until_stored},
    stored::Subject,
};
use std::net::{SocketAddr, TcpListener};
use tempfile::TempDir;
use tests::{
    http,
    library::Size,
    proxy::Proxy,
    servers::{Server, Servers},
    site::{Fault, Faults},
    wait_until,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_deaf_consumer_is_ill_and_is_made_anew() {
    let Some(servers) = Servers::start().await else { return };
    let subject = Subject::start(21, Size { authors: 2, articles: 60, per_page: 60 }).await;
    // Slow enough that most pages are still to come when the first are stored.
    let late = vec![(Fault::Late(std::time::Duration::from_secs(2)), 1.0)];
    subject.site.set_faults(Faults { shares: late, once: false, seed: 21 });
    let dir = TempDir::new().unwrap();
    let byline = deployment(&dir, &servers).with("--per-host", "32");
    let line = Proxy::amqp(servers.address_of(Server::RabbitMq)).await;
    let url = servers
        .amqp_url
        .replace(&servers.address_of(Server::RabbitMq).to_string(), &line.address.to_string());
    let health = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let parser = byline
        .clone()
        .with("--amqp-url", &url)
        .with("--stuck-after", "2s")
        .with("--listen", &health.to_string())
        .with("--log", "info")
        .start("parser", ["run", "parser"]);
    let roles: Vec<_> = ["scheduler", "fetcher", "sink"].iter().map(|role| start(&byline, role)).collect();
    follow(&byline, &subject).await;
    wait_until("some articles", PATIENCE, async || {
        is_healthy(health).await && !crate::stored::export(&byline).await.is_empty()
    })
    .await;

    line.set_deaf(true);
    let mut report = serde_json::Value::Null;
    wait_until("a process that calls itself ill", PATIENCE, async || {
        let Some((status, said)) = http::get(health, "/healthz").await else { return false };
        report = said;
        status == 503
    })
    .await;
    assert!(report.to_string().contains(r#""stuck":true"#), "{report}");

    line.set_deaf(false);
    wait_until("a process that is well again", PATIENCE, async || is_healthy(health).await).await;
    let log = parser.log();
    assert!(log.contains("nothing received for") && log.contains("consumer lost"), "{log}");
    // What was lost on the way was never acknowledged, and comes again: no lease of five minutes is waited for.
    wait_until_stored(&byline, &subject, PATIENCE).await;
    wait_until_drained(&servers).await;
    subject.check_all_stored(&byline).await;
    for role in roles.into_iter().chain([parser]) {
        assert!(role.terminate(PATIENCE).await.success());
    }
}

async fn is_healthy(address: SocketAddr) -> bool {
    matches!(http::get(address, "/healthz").await, Some((200, _)))
}
