//! Runs the parser over a corpus of gzipped pages and writes what it found, a JSON line a page, in the form
//! the corpus' own `score.py` reads; prints its speed beside that of bare tree building.
//!
//! `cargo run --release -p parser --example evaluate -- CORPUS OUT [DATASET...]`

#[path = "../tests/it/faults.rs"]
mod faults;
mod timing;

use model::{PageKind, Parsed};
use parser::{Rules, parse};
use serde_json::{Value, json};
use std::{
    env, fs,
    io::{self, Read, Write},
    path::Path,
    time::Duration,
};
use timing::{Fetched, compare, hints, timed};

/// The dataset over which speed is told.
const TIMED: &str = "scrapinghub-aeb";

struct Sample {
    dataset: String,
    id: String,
    page: Fetched,
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
    let mut misread: Vec<String> = Vec::new();
    for dataset in datasets(corpus, &wanted)? {
        let samples = load(corpus, &dataset)?;
        let mut lines = Vec::new();
        for sample in &samples {
            let (parsed, took) = timed(|| run(sample));
            slowest.push((took, format!("{dataset}/{} ({} kB)", sample.id, sample.page.bytes.len() / 1000)));
            let found = line(sample, &parsed, took);
            misread.extend(faults::fault(&found).map(|f| format!("{dataset}/{}: {f}", sample.id)));
            lines.push(found);
        }
        fs::write(out.join(format!("{dataset}.jsonl")), lines.join("\n"))?;
    }
    slowest.sort_by(|a, b| b.cmp(a));
    let mut stdout = io::stdout().lock();
    for (took, page) in slowest.iter().take(20) {
        writeln!(stdout, "{:8.1} ms  {page}", took.as_secs_f64() * 1e3)?;
    }
    writeln!(
        stdout,
        "{} pages with characters that were misread, here or by their publishers",
        misread.len()
    )?;
    misread.iter().try_for_each(|page| writeln!(stdout, "  {page}"))?;
    let samples = load(corpus, TIMED)?;
    compare(&mut stdout, &samples.iter().map(|s| &s.page).collect::<Vec<_>>())
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
        samples.push(Sample { dataset: dataset.to_owned(), id, page: Fetched { url, bytes } });
    }
    Ok(samples)
}

fn run(sample: &Sample) -> Parsed {
    let listing = sample.dataset.starts_with("list") || sample.dataset == "autopager";
    let expected = if listing { PageKind::Listing } else { PageKind::Other };
    parse(&sample.page.input(&hints(expected)), &Rules::default())
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
