//! How far a long run over captures is, and how long it still takes: a bar on a terminal, a line now and then
//! elsewhere, nothing when quiet.

use super::{Output, complain_plainly, count, duration};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

/// How often a line is printed where no bar can be drawn.
const LINE_EVERY: Duration = Duration::from_secs(10);

pub struct Gauge {
    bar: ProgressBar,
    /// Lines instead of a bar.
    lines: bool,
    begun: Instant,
    last_line: Instant,
    /// Done by an earlier run: has no part in the pace.
    first: Option<u64>,
}

impl Gauge {
    pub fn start(output: &Output, total: u64) -> Self {
        let drawn = std::io::stderr().is_terminal() && !output.quiet;
        let target =
            if drawn { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:28} {pos}/{len} captures  {msg}") {
            bar.set_style(style.progress_chars("━╸─"));
        }
        let now = Instant::now();
        Self { bar, lines: !drawn && !output.quiet, begun: now, last_line: now, first: None }
    }

    /// `done` of `total`; `text`: what else there is to say.
    pub fn show(&mut self, done: u64, total: u64, text: &str) {
        let first = *self.first.get_or_insert(done);
        let pace = done.saturating_sub(first) as f64 / self.begun.elapsed().as_secs_f64().max(0.001);
        let left = total.saturating_sub(done) as f64 / pace;
        let left = match Duration::try_from_secs_f64(left) {
            Ok(left) if pace > 0.0 => format!("{} left", duration(left)),
            _ => String::new(),
        };
        let message = format!("{pace:.0}/s  {left}  {text}");
        self.bar.set_length(total);
        self.bar.set_position(done);
        if self.lines && self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            complain_plainly(&format!("{} of {} captures: {message}", count(done), count(total)));
        }
        self.bar.set_message(message);
    }

    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}
