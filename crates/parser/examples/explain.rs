//! Prints, for pages of a corpus, every value that was considered for a field: a JSON line a page, so that a
//! miss can be understood in a minute.
//!
//! `cargo run --release -p parser --example explain -- CORPUS DATASET [ID...]`

use model::{Hints, PageKind};
use parser::{Page, PageInput, body, charset, meta};
use serde_json::{Value, json};
use std::{
    env, fs,
    io::{self, Read, Write},
    path::Path,
};

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let (Some(corpus), Some(dataset)) = (args.next(), args.next()) else {
        return Err(io::Error::other("usage: explain CORPUS DATASET [ID...]"));
    };
    let folder = Path::new(&corpus).join(dataset);
    let wanted: Vec<String> = args.collect();
    let mut out = io::BufWriter::new(io::stdout().lock());
    for truth in fs::read_to_string(folder.join("truth.jsonl"))?.lines() {
        let truth: Value = serde_json::from_str(truth)?;
        let id = truth["id"].as_str().unwrap_or_default();
        if !wanted.is_empty() && !wanted.iter().any(|w| id.starts_with(w.as_str())) {
            continue;
        }
        let Ok(file) = fs::File::open(folder.join(format!("{id}.html.gz"))) else { continue };
        let mut bytes = Vec::new();
        flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes)?;
        writeln!(out, "{}", line(id, &truth, &bytes))?;
    }
    out.flush()
}

fn line(id: &str, truth: &Value, bytes: &[u8]) -> Value {
    let url = truth["url"].as_str().unwrap_or("http://base.example/dir/page.html");
    let Ok(url) = url::Url::parse(url) else { return Value::Null };
    let hints = Hints { expected: PageKind::Article, authors: Vec::new(), listed: None };
    let input = PageInput {
        url: &url,
        bytes,
        content_type: None,
        x_robots_tag: None,
        captured_at: chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default(),
        hints: &hints,
    };
    let page = Page::parse(&url, &charset::decode(bytes, None).text);
    let body = body::extract(&page);
    let candidates: Vec<Value> = meta::explain(&page, &input, &body)
        .into_iter()
        .map(|c| json!([c.field, c.origin, c.score, c.chosen, c.value, c.evidence]))
        .collect();
    json!({"id": id, "candidates": candidates})
}
