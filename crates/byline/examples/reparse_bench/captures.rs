//! Captures to parse again: of real pages, or of made ones.

use anyhow::{Context, Result, ensure};
use byline::{config::Config, engine::open};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use futures::{StreamExt, TryStreamExt, stream};
use model::{Archive, Capture, CaptureId, Hints, PageKind, PageUrl, Provenance, VisitId, VisitNote};
use scheduler::pump::rebuild::{Desk, Rebuild};
use std::{
    fs,
    io::{Read, Write},
    path::Path,
    sync::Arc,
};
use store::{CaptureArchive, DynStore};

/// Hosts that the pages are spread over.
const HOSTS: usize = 20;

/// Captures written at once.
const AT_ONCE: usize = 8;

/// Brings the archive to `wanted` captures, and the database to what the archive holds.
pub(crate) async fn fill(
    config: &Config,
    store: &DynStore,
    archive: &CaptureArchive,
    wanted: usize,
    folder: Option<&Path>,
) -> Result<()> {
    let there = archive.all_keys("").try_fold(0, |n, _| async move { Ok(n + 1) }).await?;
    if there < wanted {
        let pages = match folder {
            Some(folder) => read(folder)?,
            None => (0..40).map(made).collect(),
        };
        let from = DateTime::<Utc>::from_timestamp(1_790_000_000, 0).context("no time")?;
        let writing = (there..wanted).map(|n| {
            let page = &pages[n % pages.len()];
            async move { archive.put(&capture(page, n, from)?).await.map_err(anyhow::Error::from) }
        });
        let written = stream::iter(writing).buffer_unordered(AT_ONCE);
        written.try_for_each(|_| async { Ok(()) }).await?;
    }
    let desk = Arc::new(Desk::default());
    let parser = parser::ParseStage::new(Arc::clone(&desk) as _, open::rules(config)?, config.parsers);
    let sink = sink::SinkStage::new(store.clone(), Arc::clone(&desk) as _, sink::Policy::default());
    let rebuild =
        Rebuild::new(store.clone(), archive.clone(), desk, Arc::new(parser), Arc::new(sink), config.parsers);
    let rebuilt = rebuild.run(|_| true).await?;
    ensure!(rebuilt.failed.is_empty(), "captures cannot be rebuilt: {:?}", rebuilt.failed.first());
    println!("{} captures in the archive, {} of them new to the database", rebuilt.seen, rebuilt.restored);
    Ok(())
}

fn read(folder: &Path) -> Result<Vec<String>> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.to_string_lossy();
        let mut bytes = Vec::new();
        if name.ends_with(".html.gz") {
            MultiGzDecoder::new(fs::File::open(&path)?).read_to_end(&mut bytes)?;
        } else if name.ends_with(".html") {
            bytes = fs::read(&path)?;
        }
        // Other encodings would have to be declared in a header.
        pages.extend(String::from_utf8(bytes).ok().filter(|page| page.contains("<p")));
    }
    pages.sort_unstable();
    ensure!(!pages.is_empty(), "no pages in {}: *.html or *.html.gz with paragraphs", folder.display());
    Ok(pages)
}

/// A page of about 40 kB.
fn made(n: usize) -> String {
    let paragraph = |k: usize| {
        format!(
            "<p>The council of ward {k} met again, and after {n} hours of talk it was clear, to those who had stayed until the end, that nothing would change before the next winter.</p>"
        )
    };
    let text: String = (0..40).map(paragraph).collect();
    let menu: String = (0..150)
        .map(|k| format!("<li class=\"nav-item\"><a href=\"/section/{k}\">Section {k}</a></li>"))
        .collect();
    let script = format!("<script>var state = \"{}\"</script>", "0123456789abcdef".repeat(1000));
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>Story {n} of the ward</title><meta name=\"author\" content=\"Jane Doe\">{script}</head><body><nav><ul>{menu}</ul></nav><article><h1>Story {n} of the ward</h1><p class=\"byline\">By Jane Doe</p><time datetime=\"2024-03-05T10:00:00Z\">5 March 2024</time>{text}</article></body></html>"
    )
}

/// One second after the one before.
fn capture(page: &str, n: usize, from: DateTime<Utc>) -> Result<Capture> {
    let at = from + TimeDelta::try_seconds(i64::try_from(n)?).context("no time")?;
    let url = format!("https://host-{}.example/a/{n}.html", n % HOSTS);
    let unique = page.replacen("<p>", &format!("<p>Serial number {n} of this benchmark. "), 1);
    let mut coded = GzEncoder::new(Vec::new(), Compression::default());
    coded.write_all(unique.as_bytes())?;
    let body = Bytes::from(coded.finish()?);
    Ok(Capture {
        id: CaptureId::new(),
        captured_at: at,
        ip: None,
        request_headers: vec![("accept-encoding".to_owned(), "gzip".to_owned())],
        status: 200,
        response_headers: vec![
            ("content-type".to_owned(), "text/html; charset=utf-8".to_owned()),
            ("content-encoding".to_owned(), "gzip".to_owned()),
        ],
        visit: Some(Box::new(VisitNote {
            visit: VisitId::new(),
            page: PageUrl::parse(&url)?,
            hints: Hints { expected: PageKind::Article, authors: Vec::new(), listed: None },
            started_at: at,
            ended_at: at,
            bytes: body.len() as u64,
            content_type: Some("text/html; charset=utf-8".to_owned()),
            origin: Provenance::default(),
        })),
        url,
        body,
    })
}
