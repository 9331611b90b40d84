//! What an installation holds, compared with what the site holds.

use serde_json::Value;
use std::collections::BTreeMap;
use tests::{
    byline::Byline,
    library::{Expected, Library, Size},
    site::Site,
};

pub(crate) const SMALL: Size = Size { authors: 3, articles: 12, per_page: 5 };

/// A site from a seed, with what is to be found there.
pub(crate) struct Subject {
    pub(crate) site: Site,
    pub(crate) articles: Vec<Expected>,
    pub(crate) author_pages: Vec<String>,
}

impl Subject {
    pub(crate) async fn start(seed: u64, size: Size) -> Self {
        let mut articles = Vec::new();
        let mut paths = Vec::new();
        let site = Site::start(|root| {
            let library = Library::new(seed, size, root);
            articles = library.articles;
            paths = library.author_pages;
            library.pages
        })
        .await;
        let author_pages = paths.iter().map(|path| site.url(path)).collect();
        Self { site, articles, author_pages }
    }

    /// Every article once, with its title, author and day; nothing else; one version of each.
    pub(crate) async fn check_all_stored(&self, byline: &Byline) {
        let rows = export(byline).await;
        let mut found: Vec<Expected> = rows.iter().map(as_expected).collect();
        let mut expected = self.articles.clone();
        found.sort();
        expected.sort();
        let lost: Vec<_> = expected.iter().filter(|e| !found.contains(e)).collect();
        let odd: Vec<_> = found.iter().filter(|f| !expected.contains(f)).collect();
        assert!(lost.is_empty() && odd.is_empty(), "lost or wrong: {lost:#?}\nnot expected: {odd:#?}");
        assert_eq!(found.len(), expected.len(), "doubled");
        let status = byline.rows(["status", "--json"]).await;
        let counts = &status[0]["counts"];
        assert_eq!(counts["articles"], expected.len(), "{counts}");
        assert_eq!(counts["versions"], expected.len(), "a visit stored twice makes a version: {counts}");
    }
}

/// The public export, by address.
pub(crate) async fn export(byline: &Byline) -> Vec<Value> {
    byline.rows(["export", "--format", "jsonl"]).await
}

/// The export as rows that two installations can be compared by.
pub(crate) fn by_url(rows: Vec<Value>) -> BTreeMap<String, Value> {
    let count = rows.len();
    let map: BTreeMap<_, _> = rows.into_iter().map(|row| (text(&row["url"]), row)).collect();
    assert_eq!(map.len(), count, "an address twice");
    map
}

fn as_expected(row: &Value) -> Expected {
    Expected {
        url: text(&row["url"]),
        title: text(&row["title"]),
        author: row["authors"].as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(", "),
        published: text(&row["published"]).chars().take(10).collect(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
