//! `byline health`: asks the process that serves on --listen how it does. For health checks of containers,
//! which have no curl.

use super::Context;
use crate::exit::Ran;
use anyhow::{Context as _, Result, bail};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Longest that an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(4);

/// Bytes of an answer that are read.
const MOST: u64 = 64 << 10;

pub(super) async fn run(cx: &Context) -> Result<Ran> {
    let address = reachable(cx.config.listen);
    let answer = tokio::time::timeout(PATIENCE, ask(address))
        .await
        .map_err(|_| anyhow::anyhow!("{address} does not answer within {PATIENCE:?}"))??;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status != "200" {
        bail!("{address} says {status}: {body}");
    }
    cx.out.line(body.trim())?;
    Ok(Ran::Well)
}

async fn ask(address: SocketAddr) -> Result<String> {
    let mut stream = TcpStream::connect(address)
        .await
        .with_context(|| format!("nobody serves on {address}; is `byline run` running there?"))?;
    stream.write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Who listens on all addresses is asked on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
