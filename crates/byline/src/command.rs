//! The subcommands, one module each. Each takes what clap read and a [`Context`], and returns how it ended.

mod archive;
mod articles;
mod authors;
mod completions;
mod config;
mod crawl;
mod dead;
mod demo;
mod export;
mod follow;
mod health;
mod migrate;
mod reparse;
mod run;
mod search;
mod show;
mod status;
mod topology;
mod try_page;
mod works;

use crate::{
    cli::{Cli, Command},
    config::Config,
    engine::open,
    exit::{Ran, Usage},
    output::Output,
};
use anyhow::Result;
use chrono::{DateTime, Utc};
use model::AuthorId;
use store::{AuthorRow, DynStore};

/// What every command has at hand.
#[derive(Debug, Clone)]
pub struct Context {
    pub config: Config,
    pub out: Output,
}

impl Context {
    pub async fn store(&self) -> Result<DynStore> {
        open::store(&self.config).await
    }

    pub fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    /// The author somebody means by a number, an exact name or a page's address.
    async fn author(&self, store: &DynStore, text: &str) -> Result<AuthorRow> {
        store.find_author(text).await?.ok_or_else(|| {
            Usage(format!("no author is known as {text:?}; `byline authors` lists number, name and pages"))
                .into()
        })
    }

    async fn author_id(&self, store: &DynStore, text: Option<&str>) -> Result<Option<AuthorId>> {
        match text {
            Some(text) => Ok(Some(self.author(store, text).await?.id)),
            None => Ok(None),
        }
    }
}

pub async fn run(cli: Cli, config: Config) -> Result<Ran> {
    let cx = Context { config, out: Output::new(&cli.global) };
    match cli.command {
        Command::Crawl(args) => crawl::run(&cx, &args).await,
        Command::Follow(args) => follow::follow(&cx, &args).await,
        Command::Unfollow { author } => follow::unfollow(&cx, &author).await,
        Command::Authors(args) => authors::run(&cx, &args).await,
        Command::Works(args) => works::run(&cx, &args).await,
        Command::Articles(args) => articles::run(&cx, &args).await,
        Command::Show(args) => show::run(&cx, &args).await,
        Command::Search(args) => search::run(&cx, &args).await,
        Command::Run { roles } => run::run(&cx, &roles).await,
        Command::Export(args) => export::run(&cx, &args).await,
        Command::Reparse(args) => reparse::run(&cx, &args).await,
        Command::Archive(command) => archive::run(&cx, &command).await,
        Command::Dead(command) => dead::run(&cx, &command).await,
        Command::Try(args) => try_page::run(&cx, &args).await,
        Command::Status => status::run(&cx).await,
        Command::Topology(command) => topology::run(&cx, &command).await,
        Command::Health => health::run(&cx).await,
        Command::Migrate => migrate::run(&cx).await,
        Command::Config => config::run(&cx),
        Command::Demo(args) => demo::run(&cx, &args).await,
        Command::Completions { shell } => completions::run(shell),
    }
}
