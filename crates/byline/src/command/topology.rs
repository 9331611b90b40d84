//! `byline topology show|apply`

use super::Context;
use crate::{
    cli::TopologyCommand,
    engine::open,
    exit::{Ran, Usage},
    output::{Table, count},
};
use anyhow::Result;
use queue::Topology;
use serde_json::json;

pub(super) async fn run(cx: &Context, command: &TopologyCommand) -> Result<Ran> {
    match command {
        TopologyCommand::Show => show(cx).await,
        TopologyCommand::Apply => apply(cx).await,
    }
}

/// The plan; with a broker, also how full its queues are.
async fn show(cx: &Context) -> Result<Ran> {
    let topology = Topology::default();
    if cx.config.amqp_url.is_none() {
        cx.out.line(topology.plan().to_string().trim_end())?;
        return Ok(Ran::Well);
    }
    let transport = open::transport(&cx.config, "topology")?;
    let mut table = Table::new(["queue", ">waiting", ">consumers"]);
    let dead = queue::topology::STAGES.map(|stage| topology.dead_queue(stage));
    let names = topology.input_queues().into_iter().map(|(_, name)| name).chain(dead);
    for name in names.chain([topology.unrouted_queue()]) {
        let depth = transport.depth(&name).await?;
        if cx.out.json {
            cx.out
                .json_line(&json!({ "queue": name, "waiting": depth.ready, "consumers": depth.consumers }))?;
        }
        table.row([name, count(depth.ready), depth.consumers.to_string()]);
    }
    transport.close().await;
    if !cx.out.json {
        cx.out.line(topology.plan().to_string().trim_end())?;
        cx.out.line("")?;
        cx.out.table(&table)?;
    }
    Ok(Ran::Well)
}

async fn apply(cx: &Context) -> Result<Ran> {
    if cx.config.amqp_url.is_none() {
        return Err(Usage(
            "queues in this process need no topology; name a broker with --amqp-url".to_owned(),
        )
        .into());
    }
    let transport = open::transport(&cx.config, "topology")?;
    transport.apply().await?;
    transport.close().await;
    cx.out.remark("exchanges, queues and bindings stand as planned");
    Ok(Ran::Well)
}
