//! Atom (RFC 4287): one feed for each author, and the export of the same name.

use crate::{
    Site,
    reply::{At, Problem, Trouble},
};
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use model::{AuthorId, block};
use std::fmt::Write;
use store::{ArticleFilter, ArticleFull, Page, Time};

/// Entries of a feed.
const ENTRIES: u64 = 50;

/// Names and times of a feed.
#[derive(Debug, Clone)]
pub struct FeedHead {
    /// IRI, the same for ever (RFC 4287 §4.2.6).
    pub id: String,
    pub title: String,
    pub updated: Time,
    /// Address of the feed itself, where it has one.
    pub link: Option<String>,
}

/// The beginning of a feed; entries follow, then [`END`].
pub fn begin(head: &FeedHead) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    let _ = writeln!(out, "  <id>{}</id>", escape(&head.id));
    let _ = writeln!(out, "  <title>{}</title>", escape(&head.title));
    let _ = writeln!(out, "  <updated>{}</updated>", moment(head.updated));
    let _ = writeln!(out, "  <generator version=\"{}\">Byline</generator>", env!("CARGO_PKG_VERSION"));
    if let Some(link) = &head.link {
        let _ = writeln!(out, "  <link rel=\"self\" href=\"{}\"/>", escape(link));
    }
    out
}

pub const END: &str = "</feed>\n";

pub fn entry(full: &ArticleFull) -> String {
    let article = &full.article;
    let mut out = String::from("  <entry>\n");
    let url = escape(full.row.url.as_str());
    let _ = writeln!(out, "    <id>{url}</id>");
    let _ = writeln!(out, "    <title>{}</title>", escape(&full.row.title));
    let _ = writeln!(out, "    <link rel=\"alternate\" href=\"{url}\"/>");
    if let Some(published) = article.published.as_ref().and_then(|p| p.value.earliest()) {
        let _ = writeln!(out, "    <published>{}</published>", moment(published));
    }
    // When what a reader sees here last changed: with this capture.
    let _ = writeln!(out, "    <updated>{}</updated>", moment(full.row.captured_at));
    for author in &article.authors {
        let _ = writeln!(out, "    <author><name>{}</name></author>", escape(&author.value.name));
    }
    if article.authors.is_empty() {
        // RFC 4287 §4.1.2: an entry has an author where its feed has none.
        let host = full.row.url.host_key();
        let _ = writeln!(out, "    <author><name>{}</name></author>", escape(host.as_str()));
    }
    for tag in &article.tags {
        let _ = writeln!(out, "    <category term=\"{}\"/>", escape(&tag.value));
    }
    if let Some(description) = &article.description {
        let _ = writeln!(out, "    <summary>{}</summary>", escape(&description.value));
    }
    let language = article.language.as_ref();
    let language = language.map(|l| format!(" xml:lang=\"{}\"", escape(&l.value))).unwrap_or_default();
    let html = escape(&block::to_html(&article.blocks));
    let _ = writeln!(out, "    <content type=\"html\"{language}>{html}</content>");
    out.push_str("  </entry>\n");
    out
}

pub(crate) async fn feed(State(site): State<Site>, id: At<i64>) -> Result<Response, Problem> {
    let Path(id) = id?;
    let missing = || Problem(Trouble::NotFound("author"));
    let author = site.store.find_author(&id.to_string()).await?.ok_or_else(missing)?;
    let filter = ArticleFilter {
        author: Some(AuthorId(id)),
        page: Page { offset: 0, limit: ENTRIES },
        ..ArticleFilter::default()
    };
    let rows = site.store.articles(&filter).await?;
    let mut out = begin(&FeedHead {
        id: format!("urn:byline:author:{id}"),
        title: if author.name.is_empty() { author.pages.join(", ") } else { author.name },
        updated: rows.iter().map(|r| r.captured_at).max().unwrap_or(author.created_at),
        link: None,
    });
    for row in rows {
        if let Some(full) = site.store.article(row.id).await? {
            out.push_str(&entry(&full));
        }
    }
    out.push_str(END);
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], out).into_response())
}

fn moment(t: Time) -> String {
    t.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Text for XML 1.0: special characters as entities, characters that XML forbids (§2.2) left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() && c < '\u{20}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_xml_forbids_is_left_out() {
        assert_eq!(escape("a\u{0}b\u{b}<&\"\n"), "ab&lt;&amp;&quot;\n");
    }
}
