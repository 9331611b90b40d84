//! Text that was read in a wrong encoding. Also asked of every page by `examples/evaluate.rs`.

/// Sequences that no text has: UTF-8 read as windows-1252 or GBK, U+FFFD read as GBK, fill bytes of debuggers.
const IMPOSSIBLE: &[&str] = &[
    "\u{c3}\u{a9}",
    "\u{c3}\u{a8}",
    "\u{c3}\u{bc}",
    "\u{c3}\u{b6}",
    "\u{c3}\u{a4}",
    "\u{c3}\u{b1}",
    "\u{c3}\u{a7}",
    "\u{c3}\u{a1}",
    "\u{c3}\u{b3}",
    "\u{e2}\u{20ac}\u{2122}",
    "\u{e2}\u{20ac}\u{153}",
    "\u{e2}\u{20ac}\u{201c}",
    "\u{e4}\u{b8}\u{ad}",
    "\u{e7}\u{161}\u{201e}",
    "\u{ef}\u{bc}\u{152}",
    "\u{e3}\u{20ac}\u{201a}",
    "\u{d0}\u{bf}\u{d1}\u{20ac}",
    "锟斤拷",
    "烫烫烫",
    "屯屯屯",
    "锘匡",
    "鈥檚",
    "銆傦",
];

/// The first U+FFFD or impossible sequence, with what stands around it.
pub(crate) fn fault(said: &str) -> Option<String> {
    let at = IMPOSSIBLE.iter().chain(&["\u{fffd}"]).find_map(|s| said.find(s))?;
    let from = said[..at].char_indices().rev().nth(12).map_or(0, |(i, _)| i);
    Some(said[from..].chars().take(30).collect())
}
