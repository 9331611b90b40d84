//! `byline demo`: the whole product with no network. Serves the bundled site on loopback, crawls it into a
//! folder of its own, prints what it found and serves the result.

use super::{Context, articles, crawl};
use crate::{
    cli::{DemoArgs, Role},
    demo::DemoSite,
    engine::{Engine, Plan, signals},
    exit::Ran,
};
use anyhow::{Context as _, Result};
use model::PageUrl;
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};
use store::{ArticleFilter, Follow};
use tokio_util::sync::CancellationToken;

pub(super) async fn run(cx: &Context, args: &DemoArgs) -> Result<Ran> {
    let stop = CancellationToken::new();
    if let Some(address) = &args.site {
        return serve_site(cx, address, &stop).await;
    }
    let site = DemoSite::start(&stop).await?;
    let folder = Folder::make()?;
    let cx = on_loopback(cx, folder.0.clone())?;
    let mut follows = Vec::new();
    for page in &site.author_pages {
        cx.out.remark(&format!("following {page}"));
        follows.push(Follow::page(PageUrl::parse(page)?));
    }
    let store = cx.store().await?;
    let outcome = crawl::crawl(&cx, &store, &follows, cx.now()).await?;
    let rows = store.articles(&ArticleFilter::default()).await?;
    cx.out.rows(&rows, "No article was found.", articles::table)?;
    if !cx.out.json {
        cx.out.line("")?;
    }
    outcome.print(&cx)?;
    if args.no_serve || outcome.interrupted() {
        stop.cancel();
        return Ok(Ran::Well);
    }
    let mut served = cx.clone();
    if !cx.config.listen_given {
        served.config.listen = free_port(cx.config.listen);
    }
    let engine = Engine::start(&served.config, &Plan { no_reparse: true, ..Plan::of([Role::Web]) }).await?;
    if let Some(address) = engine.web() {
        let url = format!("http://{address}/");
        cx.out.remark(&format!("\nthe result is at {url}  (Ctrl-C ends)"));
        if !args.no_open && cx.out.terminal {
            open_browser(&url);
        }
    }
    signals::watch().cancelled().await;
    engine.stop().await;
    stop.cancel();
    Ok(Ran::Well)
}

async fn serve_site(cx: &Context, address: &str, stop: &CancellationToken) -> Result<Ran> {
    let site = DemoSite::start_at(address, stop).await?;
    for page in &site.author_pages {
        cx.out.line(page)?;
    }
    signals::watch().cancelled().await;
    stop.cancel();
    Ok(Ran::Well)
}

/// The demo visits only itself, without a gap, and touches nothing that the user has.
fn on_loopback(cx: &Context, data: PathBuf) -> Result<Context> {
    let mut cx = cx.clone();
    cx.config.data = data;
    cx.config.database_url = None;
    cx.config.amqp_url = None;
    cx.config.archive = None;
    cx.config.proxy = None;
    cx.config.gap = "0".parse()?;
    cx.config.allow_net = vec!["127.0.0.0/8".parse()?];
    Ok(cx)
}

/// A folder that goes when the demo ends.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("byline-demo-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "demo data left behind");
        }
    }
}

/// The default address, or any free port where somebody has it.
fn free_port(wanted: SocketAddr) -> SocketAddr {
    match std::net::TcpListener::bind(wanted) {
        Ok(_) => wanted,
        Err(_) => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    }
}

/// Where no browser can be opened, the address on the screen has to do.
fn open_browser(url: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let quiet = std::process::Stdio::null;
    let opened =
        std::process::Command::new(program).arg(url).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn();
    if let Err(error) = opened {
        tracing::debug!(%error, program, "no browser opened");
    }
}
