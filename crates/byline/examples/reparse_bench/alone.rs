//! Parsing alone, with as many threads as the parser has: of pages in memory, decompressed; and the parse stage on
//! captures in the archive, without queues, database and sink.

use crate::cpu;
use anyhow::{Context, Result, anyhow};
use futures::{StreamExt, TryStreamExt, stream};
use model::{
    Archive, Fetched, Hints, PageKind, Stage, VisitNote,
    message::{PageParsed, ParseResult, ParseValue},
};
use parser::{PageInput, ParseStage, Rules};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use store::CaptureArchive;
use url::Url;

/// Captures parsed, over and over.
pub(crate) const PAGES: usize = 500;

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
    /// Since `started`, when this process had spent `spent` on processors.
    pub(crate) fn of(captures: usize, started: Instant, spent: Duration) -> Self {
        let captures = captures.max(1) as f64;
        Self {
            a_second: captures / started.elapsed().as_secs_f64(),
            cpu_ms: (cpu() - spent).as_secs_f64() * 1e3 / captures,
        }
    }

    pub(crate) fn mean(of: &[Self]) -> Self {
        let mean = |value: fn(&Self) -> f64| of.iter().map(value).sum::<f64>() / of.len() as f64;
        Self { a_second: mean(|speed| speed.a_second), cpu_ms: mean(|speed| speed.cpu_ms) }
    }
}

struct Held {
    url: Url,
    note: VisitNote,
    bytes: bytes::Bytes,
}

pub(crate) async fn memory(archive: &CaptureArchive, threads: usize) -> Result<Speed> {
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

/// Reads, inflates and parses; what is too large for a message is written to the archive, and dropped as by the sink.
pub(crate) async fn stage(archive: &CaptureArchive, threads: usize, captures: &[Fetched]) -> Result<Speed> {
    let stage = Arc::new(ParseStage::new(Arc::new(archive.clone()), Rules::default(), threads));
    let (started, spent) = (Instant::now(), cpu());
    let mut parsed = 0;
    while started.elapsed() < TIME {
        let calls = captures.iter().map(|capture| {
            let (stage, input) = (Arc::clone(&stage), vec![capture.clone()]);
            async move { tokio::spawn(async move { stage.process(input).await }).await }
        });
        let mut answers = stream::iter(calls).buffer_unordered(2 * threads);
        while let Some(answer) = answers.next().await {
            let answer = answer?.pop().context("no answer")?;
            let parsed = answer.map_err(|failure| anyhow!("{failure}"))?;
            if let Some(PageParsed {
                result: Some(ParseResult { value: ParseValue::Archived { key }, .. }),
                ..
            }) = parsed
            {
                archive.drop_value(&key).await?;
            }
        }
        parsed += captures.len();
    }
    Ok(Speed::of(parsed, started, spent))
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
    Speed::of(parsed, started, spent)
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
