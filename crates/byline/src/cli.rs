//! The arguments. Help texts are the reference that `byline --help` prints; a snapshot test keeps them.

use crate::config::Settings;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

mod upkeep;

pub use upkeep::{
    ArchiveCommand, DeadActArgs, DeadCommand, DeadFilterArgs, JobArgs, ReparseArgs, ReparseCommand,
    ReparseSelectArgs, VerifyArgs,
};

/// Follow authors: find every work their pages list, fetch each politely, keep article and history.
#[derive(Debug, Parser)]
#[command(name = "byline", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(after_help = "Start with `byline demo`, which needs no network, or `byline crawl URL`.")]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// # Errors
    /// What clap says, the texts of `--help` and `--version` among it.
    pub fn read() -> Result<Self, clap::Error> {
        Self::try_parse()
    }
}

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
pub struct Global {
    /// Settings file [default: byline.toml in the working directory, if there is one]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings")]
    pub config: Option<PathBuf>,
    /// JSON lines on stdout instead of tables
    #[arg(long, global = true, help_heading = "Output")]
    pub json: bool,
    /// More log lines on stderr: -v what happens, -vv why, -vvv everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Output")]
    pub verbose: u8,
    /// Neither progress nor remarks; errors only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,
    #[command(flatten)]
    pub settings: Settings,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Follow author pages, do all that is due now, print a summary
    Crawl(CrawlArgs),
    /// Follow author pages; `byline run` does the rest
    Follow(FollowArgs),
    /// Stop visiting an author's pages; what is stored stays
    Unfollow {
        /// Number, exact name or page address of the author
        #[arg(required = true)]
        author: Vec<String>,
    },
    /// List the authors; merge two that are one person, and split them again
    Authors(AuthorsArgs),
    /// List works as the author pages show them
    Works(WorksArgs),
    /// List stored articles
    Articles(ArticlesArgs),
    /// Show an article, or a page: what it is, its visits, when it is due and why not earlier
    Show(ShowArgs),
    /// Find articles by words
    Search(SearchArgs),
    /// Run continuously; with no role, everything in this process
    Run {
        /// Roles of this process; several processes share the work over --amqp-url and --database-url
        roles: Vec<Role>,
    },
    /// Write stored articles or raw captures
    Export(ExportArgs),
    /// Read archived pages again with this version's parser; no request leaves the machine
    Reparse(ReparseArgs),
    /// The archive of raw captures
    #[command(subcommand)]
    Archive(ArchiveCommand),
    /// Messages that could not be processed
    #[command(subcommand)]
    Dead(DeadCommand),
    /// Extract one page and print each field with its evidence; stores nothing
    Try(TryArgs),
    /// What there is, what is due, what is wrong
    Status,
    /// Ask a running process on --listen whether it makes progress; fails where it does not
    Health,
    /// Queues and exchanges on RabbitMQ
    #[command(subcommand)]
    Topology(TopologyCommand),
    /// Bring the database to this version's schema
    Migrate,
    /// Print every setting, its value and where it came from
    Config,
    /// Serve a small bundled site on loopback, crawl it, open the result: the whole product, no network
    ///
    /// What it finds lies in a folder of its own that is removed at the end; --data, --database-url, --amqp-url, --archive
    /// and --proxy do not count here.
    Demo(DemoArgs),
    /// Print a completion script
    Completions {
        /// For this shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub struct CrawlArgs {
    /// Author pages, in full (https://...); with none, everything that is followed
    pub urls: Vec<String>,
    /// Visit what is known again now, also where it is not due yet
    #[arg(long)]
    pub refresh: bool,
}

#[derive(Debug, Args)]
pub struct FollowArgs {
    /// Author pages, in full (https://...)
    #[arg(required = true)]
    pub urls: Vec<String>,
    /// The author's name; otherwise the page's own is taken
    #[arg(long)]
    pub name: Option<String>,
    /// Follow links also where the author's pages ask robots not to (nofollow); `=false` takes it back
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub ignore_nofollow: Option<bool>,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// At most this many rows
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub limit: u64,
    /// Rows to skip
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub offset: u64,
}

impl ListArgs {
    pub fn page(&self) -> store::Page {
        store::Page { offset: self.offset, limit: self.limit }
    }
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AuthorsArgs {
    #[command(subcommand)]
    pub command: Option<AuthorsCommand>,
    #[command(flatten)]
    pub list: ListArgs,
}

#[derive(Debug, Subcommand)]
pub enum AuthorsCommand {
    /// OTHER is the same person as AUTHOR: one entry for both in every list, search and export
    Merge {
        /// Number, exact name or page address of the author to keep
        author: String,
        /// The other's
        other: String,
    },
    /// Take a merge back
    Split {
        /// Number or exact name of the author who was merged into another
        author: String,
    },
    /// List all merges there ever were
    Merges,
}

#[derive(Debug, Args)]
pub struct WorksArgs {
    /// Number, exact name or page address
    #[arg(long)]
    pub author: Option<String>,
    /// Works of this state only
    #[arg(long, value_parser = store::WORK_STATES)]
    pub state: Option<String>,
    #[command(flatten)]
    pub list: ListArgs,
}

#[derive(Debug, Args)]
pub struct ArticlesArgs {
    /// Number, exact name or page address
    #[arg(long)]
    pub author: Option<String>,
    /// Articles of this host only, as in example.org or example.org:8080
    #[arg(long)]
    pub host: Option<String>,
    /// Captured since: a date (2026-11-23), a moment (RFC 3339) or an age (36h, 7d)
    #[arg(long, value_name = "WHEN")]
    pub since: Option<crate::config::When>,
    #[command(flatten)]
    pub list: ListArgs,
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Number of an article, or any address
    pub what: String,
    /// The text as Markdown, after the fields
    #[arg(long)]
    pub text: bool,
    /// Versions, and what changed from each to the next
    #[arg(long)]
    pub versions: bool,
    /// What changed between two versions, word by word
    #[arg(long, num_args = 2, value_names = ["FROM", "TO"])]
    pub diff: Vec<i32>,
}

#[derive(Debug, Args)]
pub struct SearchArgs {
    /// Words: articles are found that hold all of them, in title or text
    #[arg(required = true)]
    pub words: Vec<String>,
    #[command(flatten)]
    pub list: ListArgs,
}

/// A part of Byline that can run as a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ValueEnum)]
pub enum Role {
    Scheduler,
    Fetcher,
    Parser,
    Sink,
    Web,
}

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// How it is written
    #[arg(long, default_value = "jsonl")]
    pub format: ExportFormat,
    /// Number, exact name or page address
    #[arg(long)]
    pub author: Option<String>,
    /// Captured since: a date (2026-11-23), a moment (RFC 3339) or an age (36h, 7d)
    #[arg(long, value_name = "WHEN")]
    pub since: Option<crate::config::When>,
    /// File to write; written aside and moved into place when complete [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One article a line, every field with its evidence
    Jsonl,
    Csv,
    Markdown,
    Bibtex,
    Ris,
    CslJson,
    Atom,
    /// Raw captures, WARC 1.1, gzip members
    Warc,
}

#[derive(Debug, Args)]
pub struct TryArgs {
    /// Address, file, or - for stdin
    pub page: String,
    /// The address a file was saved from; links and dates are read with it
    #[arg(long)]
    pub url: Option<String>,
    /// What the page is expected to be: article or listing
    #[arg(long, value_name = "KIND")]
    pub kind: Option<model::PageKind>,
    /// What else was considered, with its score
    #[arg(long)]
    pub explain: bool,
    /// The text as Markdown, after the fields
    #[arg(long)]
    pub text: bool,
}

#[derive(Debug, Subcommand)]
pub enum TopologyCommand {
    /// What is declared, and how full the queues are
    Show,
    /// Declare exchanges, queues and bindings; idempotent
    Apply,
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Crawl and print, serve no pages, end
    #[arg(long, alias = "exit")]
    pub no_serve: bool,
    /// Do not open a browser
    #[arg(long)]
    pub no_open: bool,
    /// Serve the bundled site at this address (the other site one port above) and do nothing else: something
    /// to follow for a deployment that is being tried out
    #[arg(long, value_name = "HOST:PORT", conflicts_with_all = ["no_serve", "no_open"])]
    pub site: Option<String>,
}
