//! Runs the parser over a corpus of gzipped pages and writes what it found, a JSON line a page, in the form
//! the corpus' own `score.py` reads; prints its speed beside that of bare tree building.
//!
//! `cargo run --release -p parser --example evaluate -- CORPUS OUT [DATASET...]`

use chrono::{DateTime, Utc};
use model::{Hints, PageKind, Parsed};
use parser::{PageInput, Rules, charset, parse};
use serde_json::{Value, json};
use std::{
    env, fs,
    io::{self, Read, Write},
    path::Path,
    time::{Duration, Instant},
};

/// The dataset over which speed is told.
const TIMED: &str = "scrapinghub-aeb";

struct Sample {
    dataset: String,
    id: String,
    url: url::Url,
    bytes: Vec<u8>,
}

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let (Some(corpus), Some(out)) = (args.next(), args.next()) else {
        return Err(io::Error::other("usage: evaluate CORPUS OUT [DATASET...]"));
    };
    let (corpus, out) = (Path::new(&corpus), Path::new(&out));
    let wanted: Vec<String> = args.collect();
    fs::create_dir_all(out)?;
    let mut slowest: Vec<(Duration, String)> = Vec::new();
    for dataset in datasets(corpus, &wanted)? {
        let samples = load(corpus, &dataset)?;
        let mut lines = Vec::new();
        for sample in &samples {
            let started = Instant::now();
            let parsed = run(sample);
            let took = started.elapsed();
            slowest.push((took, format!("{dataset}/{} ({} kB)", sample.id, sample.bytes.len() / 1000)));
            lines.push(line(sample, &parsed, took));
        }
        fs::write(out.join(format!("{dataset}.jsonl")), lines.join("\n"))?;
    }
    slowest.sort_by(|a, b| b.cmp(a));
    let mut stdout = io::stdout().lock();
    for (took, page) in slowest.iter().take(20) {
        writeln!(stdout, "{:8.1} ms  {page}", took.as_secs_f64() * 1e3)?;
    }
    speed(&mut stdout, &load(corpus, TIMED)?)
}

fn datasets(corpus: &Path, wanted: &[String]) -> io::Result<Vec<String>> {
    let mut all: Vec<String> = fs::read_dir(corpus)?
        .filter_map(|e| e.ok())
        .filter(|e| e.path().join("truth.jsonl").exists())
        .filter_map(|e| e.file_name().into_string().ok())
        .filter(|d| wanted.is_empty() || wanted.contains(d))
        .collect();
    all.sort();
    Ok(all)
}

fn load(corpus: &Path, dataset: &str) -> io::Result<Vec<Sample>> {
    let folder = corpus.join(dataset);
    let mut samples = Vec::new();
    for truth in fs::read_to_string(folder.join("truth.jsonl"))?.lines() {
        let truth: Value = serde_json::from_str(truth)?;
        let id = truth["id"].as_str().unwrap_or_default().to_owned();
        let url = truth["url"].as_str().and_then(|u| url::Url::parse(u).ok());
        let Some(url) = url.or_else(|| url::Url::parse("http://base.example/dir/page.html").ok()) else {
            continue;
        };
        let Ok(file) = fs::File::open(folder.join(format!("{id}.html.gz"))) else { continue };
        let mut bytes = Vec::new();
        flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes)?;
        samples.push(Sample { dataset: dataset.to_owned(), id, url, bytes });
    }
    Ok(samples)
}

fn run(sample: &Sample) -> Parsed {
    let listing = sample.dataset.starts_with("list") || sample.dataset == "autopager";
    let expected = if listing { PageKind::Listing } else { PageKind::Other };
    let hints = Hints { expected, authors: Vec::new(), listed: None };
    let input = PageInput {
        url: &sample.url,
        bytes: &sample.bytes,
        content_type: None,
        x_robots_tag: None,
        captured_at: captured_at(),
        hints: &hints,
    };
    parse(&input, &Rules::default())
}

/// A moment after every page of the corpus was fetched.
fn captured_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default()
}

fn line(sample: &Sample, parsed: &Parsed, took: Duration) -> String {
    let article = parsed.article.clone().unwrap_or_default();
    let listing = parsed.listing.clone().unwrap_or_default();
    let kind = match parsed.kind.value {
        PageKind::Article => "article",
        PageKind::Listing => "listing",
        _ => "other",
    };
    json!({
        "id": sample.id,
        "text": article.text(),
        "title": article.title.map(|t| t.value),
        "authors": article.authors.into_iter().map(|a| a.value.name).collect::<Vec<_>>(),
        "published": article.published.map(|p| p.value.to_string()),
        "links": listing.works.into_iter().filter_map(|w| w.url).collect::<Vec<_>>(),
        "next": listing.next_pages.first(),
        "source": article.source.map(|s| s.value),
        "kind": kind,
        "blocks": article.blocks,
        "ms": took.as_secs_f64() * 1e3,
    })
    .to_string()
}

/// Pages a second of the whole parse and of bare tree building, best of three rounds each.
fn speed(out: &mut impl Write, samples: &[Sample]) -> io::Result<()> {
    let (mut whole, mut bare, mut index) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..3 {
        whole = whole.min(timed(samples, |s| drop(run(s))));
        bare = bare.min(timed(samples, |s| drop(scraper::Html::parse_document(&text(s)))));
        index = index.min(timed(samples, |s| drop(parser::Page::parse(&s.url, &text(s)))));
    }
    let rate = |d: Duration| samples.len() as f64 / d.as_secs_f64();
    writeln!(
        out,
        "parse {:.0} pages/s, page index {:.0}, scraper tree building alone {:.0}: parse is {:.2} of tree building",
        rate(whole),
        rate(index),
        rate(bare),
        bare.as_secs_f64() / whole.as_secs_f64()
    )
}

fn text(sample: &Sample) -> std::borrow::Cow<'_, str> {
    charset::decode(&sample.bytes, None).text
}

fn timed(samples: &[Sample], work: impl Fn(&Sample)) -> Duration {
    let (started, cpu) = (Instant::now(), cpu_time());
    samples.iter().for_each(work);
    match (cpu, cpu_time()) {
        (Some(before), Some(after)) => after - before,
        _ => started.elapsed(),
    }
}

/// This thread's time on a processor, which a busy machine does not stretch; none off Linux.
fn cpu_time() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(stat.split(' ').next()?.parse().ok()?))
}
