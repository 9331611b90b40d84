//! Parsing alone: pages in memory, decompressed, as many threads as the parser has.

use crate::cpu;
use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt};
use model::{Hints, PageKind, VisitNote};
use parser::{PageInput, Rules};
use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::{Duration, Instant},
};
use store::CaptureArchive;
use url::Url;

/// Captures parsed, over and over.
const PAGES: usize = 500;

/// Shortest measurement.
const TIME: Duration = Duration::from_secs(5);

/// Largest page, as in the parser.
const BODY_BYTES: usize = 16 << 20;

#[derive(Clone, Copy)]
pub(crate) struct Speed {
    pub(crate) a_second: f64,
    pub(crate) cpu_ms: f64,
}

impl Speed {
    pub(crate) fn mean(a: Self, b: Self) -> Self {
        Self { a_second: (a.a_second + b.a_second) / 2.0, cpu_ms: (a.cpu_ms + b.cpu_ms) / 2.0 }
    }
}

struct Held {
    url: Url,
    note: VisitNote,
    bytes: bytes::Bytes,
}

pub(crate) async fn measure(archive: &CaptureArchive, threads: usize) -> Result<Speed> {
    let keys: Vec<String> = archive.all_keys("").take(PAGES).try_collect().await?;
    let mut pages = Vec::with_capacity(keys.len());
    for key in keys {
        let (_, capture) = archive.read(&key).await?;
        let bytes = capture.decoded_body(BODY_BYTES)?;
        let note = capture.visit.context("a capture of an earlier version")?;
        pages.push(Held { url: capture.url.parse()?, note: *note, bytes });
    }
    tokio::task::spawn_blocking(move || parse(&pages, threads)).await.context("parsing failed")
}

/// Each thread takes the next page, so that all end together; whole rounds, so that all pages count alike.
fn parse(pages: &[Held], threads: usize) -> Speed {
    let (started, spent) = (Instant::now(), cpu());
    let mut parsed = 0;
    while started.elapsed() < TIME {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(page) = pages.get(next.fetch_add(1, Relaxed)) {
                        drop(std::hint::black_box(read(page)));
                    }
                });
            }
        });
        parsed += pages.len();
    }
    let parsed = parsed.max(1) as f64;
    Speed {
        a_second: parsed / started.elapsed().as_secs_f64(),
        cpu_ms: (cpu() - spent).as_secs_f64() * 1e3 / parsed,
    }
}

fn read(page: &Held) -> model::Parsed {
    let hints = Hints { expected: PageKind::Article, ..page.note.hints.clone() };
    let input = PageInput {
        url: &page.url,
        bytes: &page.bytes,
        content_type: page.note.content_type.as_deref(),
        x_robots_tag: None,
        captured_at: page.note.ended_at,
        hints: &hints,
    };
    parser::parse(&input, &Rules::default())
}
