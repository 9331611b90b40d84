//! Arguments of what keeps the stored sound: `reparse`, `archive`, `dead`.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ReparseArgs {
    #[command(subcommand)]
    pub command: Option<ReparseCommand>,
    #[command(flatten)]
    pub select: ReparseSelectArgs,
    /// Report what would change, field by field; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Captures a second at most
    #[arg(long, value_name = "N")]
    pub rate: Option<u32>,
    /// Make a lost database again from the archive: authors, pages, works, articles and their versions
    #[arg(long, conflicts_with_all = ["select", "dry_run", "rate"])]
    pub rebuild: bool,
}

#[derive(Debug, Args)]
#[group(id = "select", multiple = true)]
pub struct ReparseSelectArgs {
    /// Everything in the archive
    #[arg(long)]
    pub all: bool,
    /// Number, exact name or page address
    #[arg(long)]
    pub author: Option<String>,
    /// Captures from this host
    #[arg(long)]
    pub host: Option<String>,
    /// Captured since: a date, a moment or an age
    #[arg(long, value_name = "WHEN")]
    pub since: Option<crate::config::When>,
    /// Captured until: a date, a moment or an age
    #[arg(long, value_name = "WHEN")]
    pub until: Option<crate::config::When>,
    /// Captures last read by an older parser than this binary's
    #[arg(long)]
    pub older_than_parser: bool,
    /// Captures last read with other site rules than those of now
    #[arg(long)]
    pub rules_changed: bool,
    /// Captures whose visit ended so: stored, nothing-found, parse-failed, ...
    #[arg(long)]
    pub disposition: Option<model::Disposition>,
    /// Only the newest capture of each page
    #[arg(long)]
    pub current_only: bool,
}

#[derive(Debug, Subcommand)]
pub enum ReparseCommand {
    /// List the jobs
    List,
    /// Show what a job changed, or would change
    Changes(JobArgs),
    /// Send no more captures until the job is resumed; those under way are finished
    Pause(JobArgs),
    /// Go on with a paused job where it stopped
    Resume(JobArgs),
    /// End a job for good; what it has changed stays
    Cancel(JobArgs),
    /// Change a job's rate
    Rate {
        #[command(flatten)]
        job: JobArgs,
        /// Captures a second at most, from now on; 0: no limit
        rate: u32,
    },
}

#[derive(Debug, Args)]
pub struct JobArgs {
    /// Number of the job, as in `byline reparse list`
    pub job: i64,
}

#[derive(Debug, Subcommand)]
pub enum ArchiveCommand {
    /// Read every capture back and check it against its digests and against the database
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The archive alone: do not compare with a database
    #[arg(long)]
    pub alone: bool,
}

#[derive(Debug, Subcommand)]
pub enum DeadCommand {
    /// List dead letters that wait
    List(DeadFilterArgs),
    /// Show one: the message, its error, the page and its visits
    Show {
        /// Id, as in `byline dead list`
        id: String,
    },
    /// Send messages back to the queue they died in
    Replay(DeadActArgs),
    /// Mark messages as dealt with; they are kept
    Drop(DeadActArgs),
}

#[derive(Debug, Args)]
pub struct DeadFilterArgs {
    /// fetch, parse or sink
    #[arg(long)]
    pub stage: Option<String>,
    /// Reason: panic, deadline, malformed, ...
    #[arg(long)]
    pub reason: Option<String>,
    /// Host of the page, as in example.org or example.org:8080
    #[arg(long)]
    pub host: Option<String>,
    /// Died since: a date, a moment or an age
    #[arg(long, value_name = "WHEN")]
    pub since: Option<crate::config::When>,
    /// Died until: a date, a moment or an age
    #[arg(long, value_name = "WHEN")]
    pub until: Option<crate::config::When>,
    /// At most this many
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub limit: usize,
    /// Also those replayed or dropped before
    #[arg(long)]
    pub settled: bool,
}

#[derive(Debug, Args)]
pub struct DeadActArgs {
    /// Ids; without, those that the filters choose
    pub ids: Vec<String>,
    #[command(flatten)]
    pub filter: DeadFilterArgs,
    /// Messages a second at most
    #[arg(long, value_name = "N")]
    pub rate: Option<u32>,
    /// Do it. Without, more than one message is only listed
    #[arg(long)]
    pub yes: bool,
    /// Only list what would be done
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}
