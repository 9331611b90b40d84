//! Memory of pages made to need much of it: in a process of its own, since its peak is what is measured.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop there")]

use model::{Hints, PageKind};
use parser::{PageInput, Rules};
use std::fs;

/// Bytes of each page.
const SIZE: usize = 256 << 10;

/// Bytes that the worst of them may need: nodes are what costs most, and a page has at most a million.
const MOST: usize = 128 << 20;

/// The most memory that this process ever had, in bytes; none off Linux.
fn peak() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<usize>().ok().map(|kilobytes| kilobytes << 10)
}

fn parse(html: &str, expected: PageKind) {
    let url = url::Url::parse("https://www.example.org/a").unwrap();
    let hints = Hints { expected, authors: Vec::new(), listed: None };
    let input = PageInput {
        url: &url,
        bytes: html.as_bytes(),
        content_type: None,
        x_robots_tag: None,
        captured_at: chrono::DateTime::UNIX_EPOCH,
        hints: &hints,
    };
    serde_json::to_vec(&parser::parse(&input, &Rules::default())).unwrap();
}

#[test]
fn a_page_needs_a_bounded_multiple_of_its_size() {
    let Some(before) = peak() else { return };
    let fill = |start: &str, piece: &str| format!("{start}{}", piece.repeat(SIZE / piece.len()));
    let formatting: String = (0..200).map(|i| format!("<b a{i}=1 b{i}=2 c{i}=3>")).collect();
    let base = format!("<base href=\"https://other.example/{}/\">", "y".repeat(1900));
    let pages = [
        ("nodes", fill("", "<p>"), PageKind::Article),
        ("formatting", fill(&format!("<p>{formatting}"), "</p><p>x"), PageKind::Article),
        ("links", fill(&base, "<p><a href=x>a story of some length</a>, it goes on.</p>"), PageKind::Article),
        ("entries", fill(&base, "<li><a href=x>a story of some length</a>"), PageKind::Listing),
        ("json", fill("<p>a<script type=\"application/ld+json\">[", "0,"), PageKind::Article),
        ("elements", fill("<rss><channel><item>", "<a/>"), PageKind::Feed),
        ("nesting", fill("<rss><channel><item>", "<a>text "), PageKind::Feed),
    ];
    for (name, page, expected) in pages {
        parse(&page, expected);
        let cost = peak().unwrap() - before;
        assert!(cost < MOST, "{name}: {} MB", cost >> 20);
    }
}
