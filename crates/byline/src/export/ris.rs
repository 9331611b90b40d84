//! RIS, as reference managers read it: a tag, two spaces, a hyphen, a space, CRLF.

use super::names::parts;
use std::fmt::Write;
use store::ArticleFull;

pub(super) fn entry(full: &ArticleFull) -> String {
    let article = &full.article;
    let mut out = String::new();
    let mut tag = |name: &str, value: &str| {
        let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = write!(out, "{name}  - {value}\r\n");
    };
    tag("TY", "ELEC");
    tag("TI", &full.row.title);
    for author in &article.authors {
        match parts(&author.value.name) {
            Some((family, given)) => tag("AU", &format!("{family}, {given}")),
            None => tag("AU", &author.value.name),
        }
    }
    if let Some(published) = article.published.as_ref().map(|p| p.value) {
        tag("PY", &published.year().to_string());
        if let Some(day) = published.day() {
            tag("DA", &day.format("%Y/%m/%d").to_string());
        }
    }
    if let Some(source) = &article.source {
        tag("T2", &source.value);
    }
    if let Some(language) = &article.language {
        tag("LA", &language.value);
    }
    if let Some(description) = &article.description {
        tag("AB", &description.value);
    }
    for keyword in &article.tags {
        tag("KW", &keyword.value);
    }
    tag("UR", full.row.url.as_str());
    tag("Y2", &full.row.captured_at.format("%Y/%m/%d").to_string());
    tag("ER", "");
    out.push_str("\r\n");
    out
}
