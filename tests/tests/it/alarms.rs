//! What wants a person is told: as state in `byline status`, as a number at `/metrics`, as an event.

use crate::{
    embedded::crawl,
    services::{deployment, start},
    stored::Subject,
};
use model::Lane;
use queue::{Amqp, AmqpConfig, Parcel, Publisher, Route, Topology, Transport};
use serde_json::Value;
use std::{net::TcpListener, sync::Arc, time::Duration};
use tempfile::TempDir;
use tests::{
    byline::Byline,
    library::Size,
    servers::Servers,
    site::{Page, Site},
    wait_until,
};
use tokio::task::JoinSet;

const PATIENCE: Duration = Duration::from_secs(90);

async fn alarms(byline: &Byline) -> Vec<(String, String)> {
    let rows = byline.rows(["status", "--json"]).await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let alarms = rows[0]["alarms"].as_array().unwrap();
    alarms.iter().map(|a| (text(&a["alarm"]), text(&a["subject"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_shows_nothing_any_more_raises_an_alarm_and_removes_nothing() {
    let subject = Subject::start(9, Size { authors: 1, articles: 4, per_page: 10 }).await;
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path());
    assert!(byline.run(crawl(&subject)).await.status.success());
    assert_eq!(alarms(&byline).await, []);
    let author = subject.author_pages[0].clone();
    let page = subject.site.page("/authors/0/").unwrap();

    for (body, alarm) in
        [("<div id=app></div>", "container-missing"), ("<p>No posts by this author yet.</p>", "went-empty")]
    {
        let html = format!("<!doctype html><title>Ada</title><main><h1>Ada</h1>{body}</main>");
        subject.site.set_page("/authors/0/", Page::Html(html));
        byline.run(["crawl", "--refresh", &author]).await;
        assert_eq!(alarms(&byline).await, [(alarm.to_owned(), author.clone())]);
        let said = byline.run(["status"]).await;
        assert!(said.stdout.contains(alarm) && said.stdout.contains(&author), "{}", said.stdout);
        let counts = &byline.rows(["status", "--json"]).await[0]["counts"];
        assert_eq!((&counts["works_removed"], &counts["sources_in_alarm"]), (&0.into(), &1.into()));
        assert_eq!(counts["articles"], 4);
    }
    subject.site.set_page("/authors/0/", page);
    byline.run(["crawl", "--refresh", &author]).await;
    assert_eq!(alarms(&byline).await, []);
}

/// More than any queue of work may hold.
const MESSAGES: usize = 10_500;

/// Sends so many; returns how many were refused.
async fn overfill(transport: &Arc<dyn Transport>, queue: &str, parcel: &Parcel) -> usize {
    let mut sending = JoinSet::new();
    for _ in 0..100 {
        let (transport, parcel) = (Arc::clone(transport), parcel.clone());
        let route = Route::Work { queue: queue.to_owned() };
        sending.spawn(async move {
            let mut refused = 0;
            for _ in 0..MESSAGES / 100 {
                refused += usize::from(transport.send(&route, &parcel).await.is_err());
            }
            refused
        });
    }
    sending.join_all().await.into_iter().sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn stray_messages_and_full_queues_raise_alarms_until_they_are_mended() {
    let Some(servers) = Servers::start().await else { return };
    let dir = TempDir::new().unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let byline = deployment(&dir, &servers);
    let scheduler =
        byline.clone().with("--listen", &address.to_string()).start("scheduler", ["run", "scheduler"]);
    let _sink = start(&byline, "sink");
    let amqp = Amqp::new(AmqpConfig::new(&servers.amqp_url, "test").unwrap(), Topology::default());
    let transport: Arc<dyn Transport> = Arc::new(amqp);
    wait_until("the topology", PATIENCE, async || {
        transport.depth(&transport.topology().unrouted_queue()).await.is_ok()
    })
    .await;

    let publisher = Publisher::new(Arc::clone(&transport), "test");
    let parcel = Parcel::seal(&publisher.envelope(crate::broker::page(1))).unwrap();
    let nowhere = Route::Work { queue: "nowhere".to_owned() };
    transport.send(&nowhere, &parcel).await.unwrap();
    let unrouted = ("unrouted".to_owned(), "byline.unrouted".to_owned());
    wait_until("the alarm", PATIENCE, async || alarms(&byline).await == [unrouted.clone()]).await;
    let told = r#"byline_queue_alarm{alarm="unrouted",queue="byline.unrouted"} 1"#;
    wait_until("the number", PATIENCE, async || {
        Site::get(&format!("http://{address}/metrics")).await.contains(told)
    })
    .await;
    servers.rabbitmqctl(&["-q", "purge_queue", "byline.unrouted"]);
    wait_until("its end", PATIENCE, async || alarms(&byline).await.is_empty()).await;

    // Nobody fetches: what goes beyond the queue's bound is refused, not dropped, and its alarm is raised before.
    let fetch = transport.topology().queue("fetch", Lane::Live);
    let refused = overfill(&transport, &fetch, &parcel).await;
    let depth = async || transport.depth(&fetch).await.unwrap().ready as usize;
    wait_until("a full queue", PATIENCE, async || depth().await + refused == MESSAGES).await;
    assert!(refused > 0, "a queue takes no more than it may");
    let full = ("full".to_owned(), fetch.clone());
    wait_until("the alarm", PATIENCE, async || alarms(&byline).await == [full.clone()]).await;
    let told = r#"byline_queue_alarm{alarm="full",queue="byline.fetch"} 1"#;
    wait_until("the number", PATIENCE, async || {
        Site::get(&format!("http://{address}/metrics")).await.contains(told)
    })
    .await;
    servers.rabbitmqctl(&["-q", "purge_queue", &fetch]);
    wait_until("its end", PATIENCE, async || alarms(&byline).await.is_empty()).await;

    let status = scheduler.terminate(Duration::from_secs(30)).await;
    assert!(status.success(), "{status}");
    let said = byline.run(["status"]).await;
    assert!(said.status.success() && said.stderr.is_empty(), "nothing but the status: {}", said.stderr);
    transport.close().await;
}
