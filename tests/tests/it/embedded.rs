//! One process, no services: `byline crawl`.

use crate::stored::{SMALL, Subject};
use std::time::Duration;
use tempfile::TempDir;
use tests::{
    byline::Byline,
    site::{Fault, Faults, Page},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_author_site_is_crawled_whole_and_only_once() {
    let subject = Subject::start(1, SMALL).await;
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path());
    let said = byline.run(crawl(&subject)).await;
    assert!(said.status.success(), "{}\n{}", said.stdout, said.stderr);
    subject.check_all_stored(&byline).await;

    let visits = |subject: &Subject| {
        subject.site.log().iter().filter(|seen| seen.path.starts_with("/articles/")).count()
    };
    assert_eq!(visits(&subject), subject.articles.len(), "each article is asked for once");
    let said = byline.run(crawl(&subject)).await;
    assert!(said.status.success(), "{}", said.stderr);
    assert_eq!(visits(&subject), subject.articles.len(), "what is not due is not visited");
    subject.check_all_stored(&byline).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gap_of_a_host_is_kept() {
    let subject = Subject::start(2, tests::library::Size { authors: 1, articles: 8, per_page: 5 }).await;
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path()).with("--gap", "300ms").with("--per-host", "1");
    let said = byline.run(crawl(&subject)).await;
    assert!(said.status.success(), "{}", said.stderr);
    subject.check_all_stored(&byline).await;
    let log = subject.site.log();
    for pair in log.windows(2) {
        let rest = pair[1].at.saturating_duration_since(pair[0].done);
        assert!(rest >= Duration::from_millis(300), "{} came after {rest:?}", pair[1].path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_troubled_site_is_crawled_whole_in_the_end() {
    let subject = Subject::start(3, SMALL).await;
    subject.site.set_faults(Faults {
        shares: vec![
            (Fault::Unavailable(1), 0.1),
            (Fault::Reset, 0.05),
            (Fault::Truncated, 0.05),
            (Fault::Late(Duration::from_millis(500)), 0.1),
        ],
        once: true,
        seed: tests::seed("a_troubled_site"),
    });
    subject.site.set_page("/articles/0-0.html", Page::Redirect(301, subject.site.url("/moved.html")));
    let moved = subject.site.url("/moved.html");
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path());
    let said = byline.run(crawl(&subject)).await;
    // The one that is redirected leads to a 404.
    assert_eq!(said.status.code(), Some(1), "{}\n{}", said.stdout, said.stderr);
    assert!(said.stdout.contains(&moved), "what failed is named: {}", said.stdout);
    let rows = crate::stored::by_url(crate::stored::export(&byline).await);
    let lost: Vec<_> =
        subject.articles.iter().map(|a| &a.url).filter(|url| !rows.contains_key(*url)).collect();
    assert_eq!(lost, [&subject.site.url("/articles/0-0.html")], "{}", said.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_is_explained() {
    let dir = TempDir::new().unwrap();
    let byline = Byline::embedded(dir.path());
    for arguments in [["crawl", "example.org/author"], ["crawl", "ftp://example.org/"], ["show", "--no-such"]]
    {
        let said = byline.run(arguments).await;
        assert_eq!(said.status.code(), Some(64), "{arguments:?}: {}", said.stderr);
        assert!(!said.stderr.trim().is_empty());
    }
}

pub(crate) fn crawl(subject: &Subject) -> Vec<String> {
    std::iter::once("crawl".to_owned()).chain(subject.author_pages.iter().cloned()).collect()
}
