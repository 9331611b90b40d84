//! Logs on stderr, numbers for Prometheus.

mod recorder;

pub use recorder::Numbers;

use crate::{
    cli::Global,
    config::{Config, LogFormat},
    exit::usage,
};
use std::{io::IsTerminal, sync::OnceLock};
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging. -v, -vv and -vvv raise the level over the configured filter, --quiet lowers it.
///
/// # Errors
/// Where the filter is none: [`crate::exit::Usage`].
pub fn start(config: &Config, global: &Global) -> anyhow::Result<()> {
    let filter: Targets = usage(
        filter(&config.log, global)
            .parse()
            .map_err(|e| format!("log filter {:?}: {e}; write info, or info,fetcher=debug", config.log)),
    )?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let layer = match config.log_format {
        LogFormat::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
        LogFormat::Plain => {
            lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).with_filter(filter).boxed()
        }
    };
    tracing_subscriber::registry().with(layer).init();
    Ok(())
}

/// The process's numbers; the first call makes them the recorder of everything that counts.
pub fn numbers() -> Numbers {
    static NUMBERS: OnceLock<Numbers> = OnceLock::new();
    NUMBERS
        .get_or_init(|| {
            let numbers = Numbers::default();
            if let Err(error) = numbers.install() {
                tracing::warn!(%error, "numbers are not counted");
            }
            numbers
        })
        .clone()
}

/// Libraries stay at warnings until -vvv: their inner life helps only who debugs them. Of a connection to the broker
/// that ends, also in order, lapin speaks as of an error; the queue tells each loss itself, once.
fn filter(configured: &str, global: &Global) -> String {
    const OWN: [&str; 9] =
        ["byline", "fetcher", "model", "parser", "queue", "scheduler", "sink", "store", "web"];
    const QUIET: &str = "lapin=off";
    let own = |level: &str| {
        let targets: Vec<String> = OWN.iter().map(|t| format!("{t}={level}")).collect();
        format!("{QUIET},warn,{}", targets.join(","))
    };
    match (global.quiet, global.verbose) {
        (true, _) => format!("{QUIET},error"),
        (_, 0) => format!("{QUIET},{configured}"),
        (_, 1) => own("info"),
        (_, 2) => own("debug"),
        _ => "trace".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_of_verbosity_is_a_filter() {
        for verbose in 0..5 {
            let global = Global { verbose, ..Global::default() };
            assert!(filter("info,fetcher=debug", &global).parse::<Targets>().is_ok());
        }
    }

    #[test]
    fn lapin_is_heard_only_where_somebody_asks_for_it() {
        let hears = |configured: &str, verbose| {
            let global = Global { verbose, ..Global::default() };
            let targets: Targets = filter(configured, &global).parse().unwrap();
            targets.would_enable("lapin::channels", &tracing::Level::ERROR)
        };
        assert!(!hears("warn", 0) && !hears("warn", 1) && !hears("warn", 2));
        assert!(hears("warn", 3) && hears("warn,lapin=debug", 0));
    }
}
