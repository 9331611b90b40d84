//! `byline`: reads its arguments, starts its telemetry, runs one command, tells how it went.

use byline::{cli::Cli, command, exit, telemetry};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(refused) => return exit::refused(&refused),
    };
    let result = exit::usage(byline::config::load(&cli.global)).and_then(|config| {
        telemetry::start(&config, &cli.global)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let result = runtime.block_on(command::run(cli, config));
        // A parser that overruns its deadline may still hold a blocking thread: never wait for it.
        runtime.shutdown_background();
        result
    });
    exit::report(result)
}
