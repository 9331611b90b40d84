//! What hostile and broken servers come to, from end to end: how each visit ends, what it reads, how long it takes,
//! and how much memory the whole process needs for all of them together.

use serde_json::Value;
use std::{collections::HashMap, time::Duration};
use tempfile::TempDir;
use tests::{
    byline::Byline,
    hostile::Hostile,
    site::{Page, Site},
    wait_until,
};

/// What a server does; disposition and code of the visit; at most so many bytes and milliseconds.
type Case = (Hostile, &'static str, &'static str, u64, u64);

const MB: u64 = 1 << 20;

/// Time above what a case takes, for a machine that does other things as well.
const SLACK_MS: u64 = 30_000;

const CASES: [Case; 14] = [
    (Hostile::Busy(503, 600), "throttled", "http-503", 1_000, 0),
    (Hostile::Busy(429, 600), "throttled", "http-429", 1_000, 0),
    (Hostile::Reset, "unreachable", "reset", 0, 0),
    (Hostile::ResetInBody, "unreachable", "reset", MB, 100),
    (Hostile::Stall(10), "stored", "first", MB, 10_000),
    (Hostile::Short, "unreachable", "truncated", MB, 0),
    (Hostile::CutChunks, "unreachable", "truncated", 1_000, 0),
    (Hostile::Charset, "stored", "first", MB, 0),
    (Hostile::Loop, "refused", "redirect-loop", 1_000, 0),
    (Hostile::Inside, "refused", "bad-redirect", 1_000, 0),
    (Hostile::Bomb, "refused", "decompression-bomb", MB, 0),
    (Hostile::EndlessBody, "refused", "body-too-large", 17 * MB, 0),
    (Hostile::EndlessHead, "refused", "headers-too-large", MB, 0),
    (Hostile::NotHttp, "unreachable", "protocol", 1_000, 0),
];

/// Resident memory of the whole process at its highest; idle it is about 40 MB, a debug build 60.
const MOST_MEMORY_KB: u64 = 250_000;

#[tokio::test(flavor = "multi_thread")]
async fn hostile_servers_cost_little_and_are_told_apart() {
    // A host each, so that one's back-off does not keep the others waiting.
    let mut sites = Vec::new();
    for (hostile, ..) in CASES {
        let pages = HashMap::from([("/work".to_owned(), Page::Hostile(hostile))]);
        sites.push(Site::start(|_| pages).await);
    }
    let rules = "Disallow: /private/path\n".repeat(50_000);
    let robots = [
        (Page::Hostile(Hostile::Busy(500, 0)), "robots-denied", "robots-unreachable"),
        (Page::Text(format!("User-agent: *\n{rules}Disallow: /work\n")), "stored", "first"),
        (Page::Text(format!("User-agent: *\nDisallow: /work\n{rules}")), "robots-denied", "robots-disallow"),
    ];
    for (robots, ..) in &robots {
        let article = Page::Html(article());
        let pages =
            HashMap::from([("/robots.txt".to_owned(), robots.clone()), ("/work".to_owned(), article)]);
        sites.push(Site::start(|_| pages).await);
    }
    let names: Vec<String> = CASES
        .iter()
        .map(|c| format!("{:?}", c.0))
        .chain(["robots 500", "robots 1 MB, rule behind 500 KiB", "robots 1 MB"].map(String::from))
        .collect();
    let works: Vec<String> = sites.iter().map(|site| site.url("/work")).collect();
    let list =
        Site::start(|_| HashMap::from([("/author/".to_owned(), Page::Html(author_page(&works)))])).await;

    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path()).with("--listen", "127.0.0.1:0");
    let said = byline.run(["follow", &list.url("/author/")]).await;
    assert!(said.status.success(), "{}", said.stderr);
    let running = byline.start("run", ["run"]);
    let mut memory = 0;
    let mut first: HashMap<String, Value> = HashMap::new();
    wait_until("a visit to each", Duration::from_secs(180), async || {
        memory = memory.max(running.peak_memory_kb());
        for url in &works {
            if !first.contains_key(url)
                && let Some(visit) = first_visit(&byline, url).await
            {
                first.insert(url.clone(), visit);
            }
        }
        first.len() == works.len()
    })
    .await;
    let status = running.terminate(Duration::from_secs(30)).await;
    assert!(status.success(), "{status}");

    eprintln!("{:34} {:14} {:20} {:>12} {:>8}", "the server", "disposition", "code", "bytes read", "ms");
    let expected = CASES
        .map(|(_, disposition, code, bytes, ms)| (disposition, code, bytes, ms))
        .into_iter()
        .chain(robots.iter().map(|(_, disposition, code)| (*disposition, *code, MB, 0)));
    for ((name, url), (disposition, code, most_bytes, ms)) in names.iter().zip(&works).zip(expected) {
        let visit = &first[url];
        let (bytes, elapsed) = (visit["bytes"].as_u64().unwrap(), elapsed_ms(visit));
        let text = |key: &str| visit[key].as_str().unwrap_or_default().to_owned();
        eprintln!("{name:34} {:14} {:20} {bytes:>12} {elapsed:>8}", text("disposition"), text("code"));
        assert_eq!(
            (text("disposition").as_str(), text("code").as_str()),
            (disposition, code),
            "{name}: {visit}"
        );
        assert!(bytes <= most_bytes, "{name}: {bytes} bytes");
        assert!((ms..ms + SLACK_MS).contains(&elapsed), "{name}: {elapsed} ms");
    }
    eprintln!("memory of the process at its highest: {memory} kB");
    assert!(memory < MOST_MEMORY_KB, "{memory} kB");
}

async fn first_visit(byline: &Byline, url: &str) -> Option<Value> {
    let said = byline.run(["show", "--json", url]).await;
    let row: Value = serde_json::from_str(said.stdout.lines().next()?).ok()?;
    row["visits"].as_array()?.last().cloned()
}

fn elapsed_ms(visit: &Value) -> u64 {
    let at = |key: &str| visit[key].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    (at("ended_at") - at("started_at")).num_milliseconds().unsigned_abs()
}

fn article() -> String {
    let paragraph = |n| {
        format!("<p>In the year {n} the harbour was rebuilt, and nobody remembered why it had stopped.</p>")
    };
    let text: String = (0..20).map(paragraph).collect();
    let title = "On the harbours of the north";
    format!("<!doctype html><title>{title}</title><article><h1>{title}</h1>{text}</article>")
}

fn author_page(works: &[String]) -> String {
    let entry = |(n, url): (usize, &String)| {
        format!(
            "<li><h2><a href=\"{url}\">On the harbours of the north, part {n}</a></h2><time>2024-03-01</time></li>"
        )
    };
    let entries: String = works.iter().enumerate().map(entry).collect();
    format!("<!doctype html><title>Ada</title><main><h1>Ada</h1><ul>{entries}</ul></main>")
}
