//! What all pages share: frame, times, states, pagers.

use chrono::{DateTime, Utc};
use maud::{DOCTYPE, Markup, html};
use model::{Disposition, Stamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Overview,
    Authors,
    Articles,
    Status,
    None,
}

pub(crate) fn page(title: &str, tab: Tab, body: &Markup) -> Markup {
    framed(title, tab, "", None, body)
}

/// With the words of a search in the box, or with a feed to announce.
pub(crate) fn framed(title: &str, tab: Tab, query: &str, feed: Option<&str>, body: &Markup) -> Markup {
    let tabs = [
        (Tab::Overview, "/", "Overview"),
        (Tab::Authors, "/authors", "Authors"),
        (Tab::Articles, "/articles", "Articles"),
        (Tab::Status, "/status", "Status"),
    ];
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Byline" }
                link rel="stylesheet" href=(concat!("/style.css?v=", env!("CARGO_PKG_VERSION")));
                link rel="icon" href="data:,";
                @if let Some(feed) = feed {
                    link rel="alternate" type="application/atom+xml" href=(feed);
                }
            }
            body {
                a.skip href="#main" { "Skip to content" }
                header {
                    a.brand href="/" { "Byline" }
                    nav aria-label="Main" {
                        @for (this, href, name) in tabs {
                            a href=(href) aria-current=[(this == tab).then_some("page")] { (name) }
                        }
                    }
                    form role="search" action="/search" {
                        input type="search" name="q" value=(query) placeholder="Search articles" aria-label="Search articles";
                    }
                }
                main #main { (body) }
                footer {
                    "Byline " (env!("CARGO_PKG_VERSION")) " · "
                    a href="/api/v1/openapi.json" { "API" } " · "
                    a href="/metrics" { "Metrics" } " · "
                    a href="/healthz" { "Health" }
                }
            }
        }
    }
}

/// A moment as an age, the moment itself on hovering.
pub(crate) fn when(t: DateTime<Utc>) -> Markup {
    html! {
        time datetime=(t.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
            title=(t.format("%Y-%m-%d %H:%M:%S UTC")) { (age(t, Utc::now())) }
    }
}

pub(crate) fn when_or_dash(t: Option<DateTime<Utc>>) -> Markup {
    match t {
        Some(t) => when(t),
        None => html! { span.faint { "–" } },
    }
}

pub(crate) fn stamp(date: Option<Stamp>) -> Markup {
    html! {
        @match date {
            Some(date) => { time datetime=(date) { (day(&date)) } },
            None => span.faint { "–" },
        }
    }
}

/// Without the time of day: nobody needs it in a list.
fn day(date: &Stamp) -> String {
    date.day().map_or_else(|| date.to_string(), |d| d.to_string())
}

fn age(t: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (past, gap) = if t <= now { (true, now - t) } else { (false, t - now) };
    let s = gap.num_seconds();
    let text = match s {
        0..60 => format!("{s} s"),
        60..5_400 => format!("{} min", (s + 30) / 60),
        5_400..172_800 => format!("{} h", (s + 1_800) / 3_600),
        _ => format!("{} d", (s + 43_200) / 86_400),
    };
    match (s, past) {
        (0, _) => "now".to_owned(),
        (_, true) => format!("{text} ago"),
        (_, false) => format!("in {text}"),
    }
}

/// How a visit ended, coloured by whether it gave what it was made for.
pub(crate) fn disposition(d: Disposition) -> Markup {
    let class = match d {
        Disposition::Stored => "good",
        d if d.is_failure() => "bad",
        _ => "plain",
    };
    html! { span.state.(class) { (d) } }
}

/// State of a work: `new`, `known`, `changed`, `removed`, `returned`.
pub(crate) fn state(name: &str) -> Markup {
    let class = match name {
        "new" | "changed" | "returned" => "good",
        "removed" => "bad",
        _ => "plain",
    };
    html! { span.state.(class) { (name) } }
}

/// Links to the pages before and after; `base` has its other parameters and ends in `?` or `&`.
pub(crate) fn pager(base: &str, offset: u64, limit: u64, next: Option<u64>) -> Markup {
    html! {
        @if offset > 0 || next.is_some() {
            nav.pager aria-label="Pages" {
                @if offset > 0 {
                    a rel="prev" href={ (base) "offset=" (offset.saturating_sub(limit)) } { "← Previous" }
                }
                @if let Some(next) = next {
                    a rel="next" href={ (base) "offset=" (next) } { "Next →" }
                }
            }
        }
    }
}

pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A link to another site.
pub(crate) fn outward(url: &str) -> Markup {
    let shown = url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    html! { a.out href=(url) rel="nofollow noopener noreferrer" { (decoded(shown)) } }
}

/// Percent-encoded UTF-8 as readers know it; as it is where it is not UTF-8.
fn decoded(url: &str) -> String {
    let mut bytes = Vec::with_capacity(url.len());
    let mut rest = url.as_bytes();
    while let Some((&b, after)) = rest.split_first() {
        let code = (b == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|h| std::str::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok())
            .filter(|c| *c >= 0x80);
        match code {
            Some(c) => {
                bytes.push(c);
                rest = &after[2..];
            }
            None => {
                bytes.push(b);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_as_people_read_them() {
        assert!(outward("http://a.example/%E6%9D%8E%E6%96%B0/").into_string().contains(">a.example/李新<"));
        assert_eq!(decoded("a%FFb%2Fc"), "a%FFb%2Fc");
        assert_eq!(decoded("100%"), "100%");
    }

    #[test]
    fn text_of_pages_is_escaped() {
        let html = page("<script>", Tab::None, &html! { (decoded("<b>")) }).into_string();
        assert!(!html.contains("<script>") && !html.contains("<b>"));
    }
}
