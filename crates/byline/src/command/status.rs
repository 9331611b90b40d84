//! `byline status`: what there is, what is due, what is wrong.

use super::Context;
use crate::{
    engine::open,
    exit::Ran,
    output::{Table, age, count},
};
use anyhow::Result;
use queue::Publisher;
use serde_json::json;
use store::{AlarmRow, Counts, HostRow, Page};

pub(super) async fn run(cx: &Context) -> Result<Ran> {
    let store = cx.store().await?;
    let now = cx.now();
    let counts = store.counts(now).await?;
    let hosts = store.hosts(Page::default()).await?;
    let wakes = store.next_wake().await?;
    let alarms = store.alarms().await?;
    let queues = match &cx.config.amqp_url {
        Some(_) => Some(backlogs(cx).await?),
        None => None,
    };
    if cx.out.json {
        let value = json!({
            "counts": counts, "alarms": alarms, "hosts": hosts, "next_visit_at": wakes, "queues": queues
        });
        cx.out.json_line(&value)?;
        return Ok(Ran::Well);
    }
    if !alarms.is_empty() {
        cx.out.table(&alarms_table(&alarms, now))?;
        cx.out.line("")?;
    }
    cx.out.table(&counts_table(&counts))?;
    if let Some(at) = wakes {
        cx.out.line(&format!("\nnext visit: {}", age(at, now)))?;
    }
    if let Some(queues) = queues {
        let mut table = Table::new(["queue", ">waiting", ">consumers"]);
        for (stage, depth) in queues {
            table.row([stage.to_owned(), count(depth.ready), depth.consumers.to_string()]);
        }
        cx.out.line("")?;
        cx.out.table(&table)?;
    }
    if !hosts.is_empty() {
        cx.out.line("")?;
        cx.out.table(&hosts_table(&hosts, now))?;
    }
    Ok(Ran::Well)
}

async fn backlogs(cx: &Context) -> Result<Vec<(&'static str, queue::Depth)>> {
    let transport = open::transport(&cx.config, "status")?;
    let publisher = Publisher::new(transport.clone(), "status");
    let mut depths = Vec::new();
    for stage in queue::topology::STAGES {
        depths.push((stage, publisher.backlog(stage).await?));
    }
    transport.close().await;
    Ok(depths)
}

fn alarms_table(alarms: &[AlarmRow], now: store::Time) -> Table {
    let mut table = Table::new(["alarm", "since", "of", "what to do"]);
    for row in alarms {
        let advice = match row.alarm.as_str() {
            "went-empty" | "container-missing" => {
                "the page showed works and shows none: see `byline show` of it, and how it is read with `byline try`"
            }
            _ => row.detail.as_str(),
        };
        let since = row.since.map(|t| age(t, now)).unwrap_or_default();
        table.row([row.alarm.clone(), since, row.subject.clone(), advice.to_owned()]);
    }
    table
}

fn counts_table(counts: &Counts) -> Table {
    let mut table = Table::new(["what", ">number"]);
    let rows = [
        ("authors", counts.authors),
        ("sources", counts.sources),
        ("sources in alarm", counts.sources_in_alarm),
        ("works listed", counts.works),
        ("works removed", counts.works_removed),
        ("articles", counts.articles),
        ("versions", counts.versions),
        ("captures", counts.captures),
        ("hosts", counts.hosts),
        ("pages", counts.pages),
        ("pages due", counts.pages_due),
        ("pages in flight", counts.pages_in_flight),
        ("visits", counts.visits),
        ("dead letters waiting", counts.dead_letters_waiting),
        ("events waiting", counts.outbox_waiting),
    ];
    for (name, n) in rows {
        table.row([name.to_owned(), count(n)]);
    }
    table
}

fn hosts_table(hosts: &[HostRow], now: store::Time) -> Table {
    let mut table = Table::new(["host", ">pages", ">in flight", ">gap", ">failures", "free", "circuit"]);
    for host in hosts {
        let circuit = match host.open_until {
            Some(t) if t > now => format!("open, tried {}", age(t, now)),
            _ => "closed".to_owned(),
        };
        table.row([
            host.host.to_string(),
            count(host.pages),
            host.in_flight.to_string(),
            host.gap_ms.map(|ms| format!("{ms} ms")).unwrap_or_else(|| "default".to_owned()),
            host.failures.to_string(),
            if host.next_at <= now { "now".to_owned() } else { age(host.next_at, now) },
            circuit,
        ]);
    }
    table
}
