//! `byline completions SHELL`

use crate::{cli::Cli, exit::Ran};
use anyhow::Result;
use clap::CommandFactory;
use std::io::Write;

pub(super) fn run(shell: clap_complete::Shell) -> Result<Ran> {
    // Written at once: the generator itself panics where the pipe is closed.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "byline", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Ran::Well)
}
