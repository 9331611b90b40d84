//! What sites see of Byline, from their own logs: never a visit before the gap is over, and next to nothing sent
//! again where nothing changed.

use crate::{
    embedded::crawl,
    services::{PATIENCE, deployment, start, wait_until_drained},
    stored::Subject,
};
use std::time::Duration;
use tempfile::TempDir;
use tests::{
    byline::{Byline, Running},
    library::Size,
    servers::Servers,
    site::{Page, Seen, Site},
    wait_until,
};

const GAP: Duration = Duration::from_millis(400);

const SMALL: Size = Size { authors: 2, articles: 6, per_page: 4 };

/// Several hosts, so that there is always one that may be visited and many hands to visit it.
async fn hosts() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for seed in 0..4 {
        subjects.push(Subject::start(seed, SMALL).await);
    }
    subjects
}

fn follow_all(command: &str, subjects: &[Subject]) -> Vec<String> {
    let pages = subjects.iter().flat_map(|s| s.author_pages.iter().cloned());
    std::iter::once(command.to_owned()).chain(pages).collect()
}

/// Every host was visited whole, and never two visits closer than the gap; prints the least rest.
#[expect(clippy::print_stderr, reason = "the measured rest")]
fn check_rests(what: &str, subjects: &[Subject]) {
    let mut least = Duration::MAX;
    let mut visits = 0;
    for subject in subjects {
        let log = subject.site.log();
        let articles = log.iter().filter(|seen| seen.path.starts_with("/articles/")).count();
        assert_eq!(articles, subject.articles.len(), "each article once");
        visits += log.len();
        least = least.min(least_rest(&log));
    }
    eprintln!("{what}: {visits} visits to {} hosts, least rest {least:?}, gap {GAP:?}", subjects.len());
    assert!(least >= GAP, "a visit came after {least:?}");
}

fn least_rest(log: &[Seen]) -> Duration {
    let mut log = log.to_vec();
    log.sort_by_key(|seen| seen.at);
    let rests = log.windows(2).map(|pair| pair[1].at.saturating_duration_since(pair[0].done));
    rests.min().unwrap_or(Duration::MAX)
}

fn polite(byline: Byline) -> Byline {
    byline.with("--gap", "400ms").with("--per-host", "1")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_host_is_visited_early_by_one_process() {
    let subjects = hosts().await;
    let dir = TempDir::new().unwrap();
    let said = polite(Byline::embedded(dir.path())).run(follow_all("crawl", &subjects)).await;
    assert!(said.status.success(), "{}", said.stderr);
    check_rests("one process", &subjects);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_host_is_visited_early_by_any_number_of_fetchers() {
    for fetchers in [1, 4] {
        // Servers of its own each time: nothing is known yet.
        let Some(servers) = Servers::start().await else { return };
        check_fetchers(fetchers, &servers).await;
    }
}

async fn check_fetchers(fetchers: usize, servers: &Servers) {
    let subjects = hosts().await;
    let dir = TempDir::new().unwrap();
    let byline = polite(deployment(&dir, servers));
    let mut roles: Vec<Running> = ["scheduler", "parser", "sink"].map(|role| start(&byline, role)).into();
    roles.extend((0..fetchers).map(|n| byline.start(&format!("fetcher-{n}"), ["run", "fetcher"])));
    let said = byline.run(follow_all("follow", &subjects)).await;
    assert!(said.status.success(), "{}", said.stderr);
    let wanted: usize = subjects.iter().map(|s| s.articles.len()).sum();
    wait_until("all articles", PATIENCE, async || {
        let status = byline.rows(["status", "--json"]).await;
        status[0]["counts"]["articles"].as_u64().unwrap_or(0) >= wanted as u64
            && status[0]["counts"]["pages_in_flight"] == 0
    })
    .await;
    wait_until_drained(servers).await;
    for role in roles {
        let status = role.terminate(Duration::from_secs(30)).await;
        assert!(status.success(), "{status}");
    }
    check_rests(&format!("{fetchers} fetcher(s)"), &subjects);
}

/// What pages carry beside their text: 60 kB of script that no compression makes small.
fn ballast(seed: u64) -> String {
    let mut random = fastrand::Rng::with_seed(seed);
    let text: String = std::iter::repeat_with(|| random.alphanumeric()).take(60_000).collect();
    format!("<script>var state = '{text}';</script></body>")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_site_costs_next_to_nothing_the_second_time() {
    let subject = Subject::start(5, Size { authors: 2, articles: 12, per_page: 5 }).await;
    subject.site.change_pages(|n, page| {
        if let Page::Html(html) = page {
            *html = html.replace("</body>", &ballast(n));
        }
    });
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path());
    let said = byline.run(crawl(&subject)).await;
    assert!(said.status.success(), "{}", said.stderr);
    let first = subject.site.log();
    let said = byline.run(crawl(&subject).into_iter().chain(["--refresh".to_owned()])).await;
    assert!(said.status.success(), "{}", said.stderr);
    let second = subject.site.log().split_off(first.len());

    let bytes = |log: &[Seen]| log.iter().map(|seen| seen.bytes).sum::<usize>();
    let unchanged = second.iter().filter(|seen| seen.status == 304).count();
    eprintln!(
        "first pass {} visits, {} bytes; second pass {} visits, {unchanged} of them 304, {} bytes ({:.2} %)",
        first.len(),
        bytes(&first),
        second.len(),
        bytes(&second),
        100.0 * bytes(&second) as f64 / bytes(&first) as f64
    );
    // robots.txt is fresh for a day: the second pass is the first without it.
    assert_eq!(second.len(), first.len() - 1);
    assert_eq!(unchanged, second.len(), "every page has a validator");
    assert!(bytes(&second) * 50 < bytes(&first));
    subject.check_all_stored(&byline).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_address_is_told_with_the_way_to_open_it() {
    let subject = Subject::start(6, Size { authors: 1, articles: 3, per_page: 5 }).await;
    let dir = TempDir::new().unwrap();
    let closed = Byline::embedded(dir.path()).without("--allow-net");
    let said = closed.run(crawl(&subject)).await;
    assert_eq!(said.status.code(), Some(1), "{}\n{}", said.stdout, said.stderr);
    for words in ["refused", "address-refused", "--allow-net 127.0.0.0/8"] {
        assert!(said.stdout.contains(words), "{words} is missing in\n{}", said.stdout);
    }
    assert!(subject.site.log().is_empty(), "nothing was asked of it");
    let open = Byline::embedded(dir.path());
    wait_until("the refusal to be over", Duration::from_secs(60), async || {
        open.run(crawl(&subject)).await.status.success()
    })
    .await;
    subject.check_all_stored(&open).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operators_words_on_a_host_are_obeyed() {
    let subject = Subject::start(7, Size { authors: 1, articles: 5, per_page: 5 }).await;
    let dir = TempDir::new().unwrap();
    let host = subject.site.address;
    let file = dir.path().join("byline.toml");
    std::fs::write(&file, format!("[[host]]\npattern = \"{host}\"\ngap = \"400ms\"\nper-host = 1\n"))
        .unwrap();
    let byline = Byline::embedded(dir.path()).with("--config", &file.display().to_string());
    let rows = byline.rows(["config", "--json"]).await;
    assert!(
        rows.iter().any(|r| r["setting"] == format!("host {host}") && r["value"] == "gap 400ms, per-host 1")
    );
    let said = byline.run(crawl(&subject)).await;
    assert!(said.status.success(), "{}", said.stderr);
    assert!(least_rest(&subject.site.log()) >= GAP, "although the gap is 0 elsewhere");

    std::fs::write(&file, "[[host]]\npattern = \"https://a.example/\"\ngap = \"1s\"\n").unwrap();
    let said = byline.run(["config"]).await;
    assert_eq!(said.status.code(), Some(64));
    assert!(said.stderr.contains("https://a.example/"), "{}", said.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_asks_robots_not_to_follow_is_obeyed_until_the_operator_says_otherwise() {
    let site = Site::start(|root| {
        let library = tests::library::Library::new(8, Size { authors: 1, articles: 4, per_page: 10 }, root);
        let mut pages = library.pages;
        if let Some(Page::Html(html)) = pages.get_mut("/authors/0/") {
            *html = html.replace("<head>", "<head><meta name=\"robots\" content=\"nofollow\">");
        }
        pages
    })
    .await;
    let author = site.url("/authors/0/");
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path());
    assert!(byline.run(["crawl", &author]).await.status.success());
    let counts = async || byline.rows(["status", "--json"]).await[0]["counts"].clone();
    assert_eq!((counts().await["works"].clone(), counts().await["articles"].clone()), (4.into(), 0.into()));
    assert!(byline.run(["follow", "--ignore-nofollow", &author]).await.status.success());
    assert!(byline.run(["crawl", &author]).await.status.success());
    assert_eq!(counts().await["articles"], 4);
    let shown = byline.rows(["show", "--json", &author]).await;
    assert_eq!(shown[0]["visits"][0]["detail"], "robots: nofollow");
}
