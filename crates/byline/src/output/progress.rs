//! How far a crawl is: a bar on a terminal, a line now and then elsewhere, nothing when quiet.

use super::{Output, complain_plainly, count};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

/// How often a line is printed where no bar can be drawn.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// What is known of a crawl at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Visits that ended.
    pub done: u64,
    /// Visits under way, and pages that wait for theirs.
    pub to_do: u64,
    pub stored: u64,
    pub unchanged: u64,
    pub failed: u64,
}

pub struct Progress {
    bar: ProgressBar,
    /// Lines instead of a bar.
    lines: bool,
    last_line: Instant,
}

impl Progress {
    pub fn start(output: &Output) -> Self {
        let drawn = std::io::stderr().is_terminal() && !output.quiet;
        let bar = ProgressBar::with_draw_target(
            Some(0),
            if drawn { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() },
        );
        let style = ProgressStyle::with_template("{spinner} {bar:28} {pos}/{len} pages  {msg}  {elapsed}");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Self { bar, lines: !drawn && !output.quiet, last_line: Instant::now() }
    }

    pub fn show(&mut self, now: &Standing) {
        let text = format!(
            "{} stored, {} unchanged, {} failed",
            count(now.stored),
            count(now.unchanged),
            count(now.failed)
        );
        self.bar.set_length(now.done + now.to_do);
        self.bar.set_position(now.done);
        if self.lines && self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            complain_plainly(&format!(
                "{} of {} pages: {text}",
                count(now.done),
                count(now.done + now.to_do)
            ));
        }
        self.bar.set_message(text);
    }

    /// Something to read above the bar.
    pub fn remark(&self, text: &str) {
        if self.lines {
            complain_plainly(text);
        } else {
            self.bar.println(text);
        }
    }

    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}
