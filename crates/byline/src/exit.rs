//! How a command ends: 0 done, 1 some pages failed (they are listed), 2 could not run, 64 wrong usage or
//! configuration (`EX_USAGE` of sysexits.h).

use std::{io, process::ExitCode};

/// A command that ran to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    Well,
    /// Some pages failed; they were listed.
    SomeFailed,
}

/// Marks an error as the caller's: a wrong argument, setting or file.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// An error of usage, made of anything that can be shown.
pub fn usage<T, E: std::fmt::Display>(result: Result<T, E>) -> anyhow::Result<T> {
    result.map_err(|e| Usage(e.to_string()).into())
}

/// What clap refused, or the help and version texts, which it hands over as errors too.
pub fn refused(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell when the terminal is gone.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS }
}

pub fn report(result: anyhow::Result<Ran>) -> ExitCode {
    let error = match result {
        Ok(Ran::Well) => return ExitCode::SUCCESS,
        Ok(Ran::SomeFailed) => return ExitCode::from(1),
        Err(error) => error,
    };
    // `byline articles | head` ends like this; it is no failure.
    let pipe_closed = error
        .chain()
        .filter_map(|e| e.downcast_ref::<io::Error>())
        .any(|e| e.kind() == io::ErrorKind::BrokenPipe);
    if pipe_closed {
        return ExitCode::SUCCESS;
    }
    crate::output::complain(&format!("{error:#}"));
    ExitCode::from(if is_usage(&error) { 64 } else { 2 })
}

fn is_usage(error: &anyhow::Error) -> bool {
    error.chain().any(|e| {
        e.is::<Usage>()
            || e.is::<model::page_url::BadUrl>()
            || matches!(e.downcast_ref(), Some(store::StoreError::Invalid(_)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_wrong_address_is_the_callers_error_through_any_context() {
        let error = model::PageUrl::parse("example.org/x").context("follow").unwrap_err();
        assert!(is_usage(&error));
        assert!(!is_usage(&anyhow::anyhow!("disk full")));
    }
}
