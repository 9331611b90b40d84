//! Tables that fit the terminal: columns as wide as their content, the widest ones giving way first.

use super::clean;
use console::{Style, measure_text_width, truncate_str};

/// Narrowest that a column is cut to, in terminal cells.
const MIN_WIDTH: usize = 8;
/// Cells between two columns.
const GAP: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// Rows of text under bold headings. Cells are cleaned of control characters; text of double width counts
/// double.
#[derive(Debug, Clone)]
pub struct Table {
    heads: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A heading that begins with `>` aligns its column to the right.
    pub fn new<const N: usize>(heads: [&str; N]) -> Self {
        let heads = heads
            .iter()
            .map(|h| match h.strip_prefix('>') {
                Some(h) => (h.to_owned(), Align::Right),
                None => ((*h).to_owned(), Align::Left),
            })
            .collect();
        Self { heads, rows: Vec::new() }
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers make the cells for this call")]
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.iter().map(|c| clean(c)).collect());
    }

    /// The table as lines, each at most `width` cells; bold headings where `styled`.
    pub fn render(&self, width: usize, styled: bool) -> String {
        let widths = self.widths(width);
        let bold = Style::new().bold().force_styling(styled);
        let mut out = String::new();
        let heads: Vec<String> = self.heads.iter().map(|(h, _)| h.clone()).collect();
        out.push_str(&bold.apply_to(self.line(&heads, &widths)).to_string());
        out.push('\n');
        for row in &self.rows {
            out.push_str(&self.line(row, &widths));
            out.push('\n');
        }
        out
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut out = String::new();
        for (i, ((cell, width), (_, align))) in cells.iter().zip(widths).zip(&self.heads).enumerate() {
            if i > 0 {
                out.push_str(&" ".repeat(GAP));
            }
            let cell = truncate_str(cell, *width, "…");
            let pad = " ".repeat(width.saturating_sub(measure_text_width(&cell)));
            match align {
                Align::Left => {
                    out.push_str(&cell);
                    out.push_str(&pad);
                }
                Align::Right => {
                    out.push_str(&pad);
                    out.push_str(&cell);
                }
            }
        }
        out.truncate(out.trim_end().len());
        out
    }

    fn widths(&self, available: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self.heads.iter().map(|(h, _)| measure_text_width(h)).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(measure_text_width(cell));
            }
        }
        let room = available.saturating_sub(GAP * widths.len().saturating_sub(1));
        while widths.iter().sum::<usize>() > room {
            match widths.iter_mut().max() {
                Some(widest) if *widest > MIN_WIDTH => *widest -= 1,
                _ => break,
            }
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fit_their_content_and_double_width_counts_double() {
        let mut table = Table::new(["author", ">works"]);
        table.row(["李新".into(), "20".into()]);
        table.row(["Zoë".into(), "3".into()]);
        assert_eq!(table.render(80, false), "author  works\n李新       20\nZoë         3\n");
    }

    #[test]
    fn the_widest_column_gives_way() {
        let mut table = Table::new(["a", "b"]);
        table.row(["x".repeat(30), "short".into()]);
        let text = table.render(20, false);
        assert!(text.lines().all(|l| measure_text_width(l) <= 20), "{text}");
        assert!(text.contains("short") && text.contains('…'));
    }
}
