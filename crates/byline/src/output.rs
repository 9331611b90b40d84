//! What a command prints: tables for people, JSON lines for machines, both on stdout. Remarks and progress
//! go to stderr, so that stdout can always be piped.

mod gauge;
mod progress;
mod table;
mod text;
mod word_diff;

pub use gauge::Gauge;
pub use progress::{Progress, Standing};
pub use table::{Align, Table};
pub use text::{age, bytes, clean, count, duration, local, plural};
pub use word_diff::word_diff;

use crate::cli::Global;
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// Where and how a command prints.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    pub json: bool,
    pub quiet: bool,
    /// Somebody looks at stdout.
    pub terminal: bool,
    /// Columns of the terminal; a wide page where there is none.
    pub width: usize,
}

/// Columns of a table that goes to a file or a pipe.
const WIDTH_WITHOUT_TERMINAL: usize = 160;

impl Output {
    pub fn new(global: &Global) -> Self {
        let terminal = io::stdout().is_terminal();
        let width = match console::Term::stdout().size_checked() {
            Some((_, columns)) if terminal => usize::from(columns),
            _ => WIDTH_WITHOUT_TERMINAL,
        };
        Self { json: global.json, quiet: global.quiet, terminal, width }
    }

    /// One value on a line of its own, as JSON.
    pub fn json_line(&self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        io::stdout().write_all(&line)
    }

    /// Text as it is, and a line break.
    pub fn line(&self, text: &str) -> io::Result<()> {
        writeln!(io::stdout(), "{text}")
    }

    pub fn table(&self, table: &Table) -> io::Result<()> {
        io::stdout().write_all(table.render(self.width, self.terminal).as_bytes())
    }

    /// Rows as a table, or each as a JSON line; `none` is said where there are no rows.
    pub fn rows<T: Serialize>(
        &self,
        rows: &[T],
        none: &str,
        table: impl Fn(&[T]) -> Table,
    ) -> io::Result<()> {
        if self.json {
            return rows.iter().try_for_each(|row| self.json_line(row));
        }
        if rows.is_empty() {
            self.remark(none);
            return Ok(());
        }
        self.table(&table(rows))
    }

    /// Something a person may want to know: stderr, unless quiet.
    pub fn remark(&self, text: &str) {
        if !self.quiet {
            complain_plainly(text);
        }
    }
}

/// One line on stderr that says what went wrong.
pub fn complain(text: &str) {
    complain_plainly(&format!("byline: {text}"));
}

fn complain_plainly(text: &str) {
    // With stderr gone there is nobody to tell.
    let _ = writeln!(io::stderr(), "{text}");
}
