//! The plan as people read it.

use super::{Argument, Arguments, Kind, Plan};
use std::fmt;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exchanges = self.exchanges.iter().map(|e| {
            let kind = match e.kind {
                Kind::Direct => "direct",
                Kind::Fanout => "fanout",
                Kind::Topic => "topic",
            };
            [e.name.clone(), kind.to_owned(), in_words(&e.arguments)]
        });
        table(f, ["EXCHANGE", "TYPE", "ARGUMENTS"], exchanges)?;
        writeln!(f)?;
        let queues = self.queues.iter().map(|q| [q.name.clone(), in_words(&q.arguments)]);
        table(f, ["QUEUE", "ARGUMENTS"], queues)?;
        writeln!(f)?;
        let bindings = self.bindings.iter().map(|b| [b.exchange.clone(), b.key.clone(), b.queue.clone()]);
        table(f, ["FROM", "KEY", "TO"], bindings)
    }
}

fn in_words(arguments: &Arguments) -> String {
    let words: Vec<String> = arguments
        .iter()
        .map(|(name, value)| match value {
            Argument::Text(text) => format!("{name}={text}"),
            Argument::Number(number) => format!("{name}={number}"),
        })
        .collect();
    words.join(" ")
}

fn table<const N: usize>(
    f: &mut fmt::Formatter<'_>,
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> fmt::Result {
    let mut all = vec![head.map(str::to_owned)];
    all.extend(rows);
    let widths: Vec<usize> =
        (0..N).map(|i| all.iter().map(|row| row[i].chars().count()).max().unwrap_or(0)).collect();
    for row in &all {
        let line: Vec<String> = row.iter().zip(&widths).map(|(cell, w)| format!("{cell:w$}")).collect();
        writeln!(f, "{}", line.join("  ").trim_end())?;
    }
    Ok(())
}
