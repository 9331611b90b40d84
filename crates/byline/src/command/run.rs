//! `byline run [ROLE...]`: runs until it is told to end.

use super::Context;
use crate::{
    cli::Role,
    engine::{Engine, Plan, signals},
    exit::{Ran, Usage},
};
use anyhow::{Result, bail};
use clap::ValueEnum;

pub(super) async fn run(cx: &Context, roles: &[Role]) -> Result<Ran> {
    let plan = match roles {
        [] => Plan::of(Role::value_variants().iter().copied()),
        roles => Plan::of(roles.iter().copied()),
    };
    if cx.config.amqp_url.is_none() && plan.roles.len() < Role::value_variants().len() {
        bail!(Usage(
            "single roles meet over a broker: name it with --amqp-url (or BYLINE_AMQP_URL), \
             or run everything in this process with `byline run`"
                .to_owned()
        ));
    }
    if plan.roles.contains(&Role::Fetcher) && cx.config.contact.is_none() {
        tracing::warn!("no contact is set: sites cannot reach you; set --contact (or BYLINE_CONTACT)");
    }
    let stop = signals::watch();
    let engine = tokio::select! {
        engine = Engine::start(&cx.config, &plan) => engine?,
        // Asked to end while still waiting for broker or database: nothing is in hand.
        () = stop.cancelled() => return Ok(Ran::Well),
    };
    if let Some(address) = engine.web() {
        cx.out.remark(&format!("web pages at http://{address}/"));
    }
    stop.cancelled().await;
    tokio::select! {
        () = engine.stop() => {}
        () = signals::again() => bail!("ended at once; what was in hand will be done again"),
    }
    Ok(Ran::Well)
}
