//! The XML feeds. They differ in names only, so one reader knows all of them: real feeds mix the vocabularies.

use super::{MAX_ENTRIES, MAX_NAMES, absolute, finish, markup, parse_date};
use crate::xml::{self, Element, Space};
use model::{AuthorProfile, Evidence, Field, Listing, Work, page_url::MAX_URL_BYTES};
use url::Url;

pub(super) fn parse(document: &str, url: &Url) -> Option<Listing> {
    let mut entries = Vec::new();
    let root = xml::read(document, &["item", "entry"], |entry| {
        if entries.len() < MAX_ENTRIES {
            entries.push(entry);
        }
    })?;
    if !matches!(root.name.as_str(), "rss" | "feed" | "rdf" | "channel") {
        return None;
    }
    let channel = root.all(Space::Core, "channel").next().unwrap_or(&root);
    let base = base_of(&root, url);
    let base = base_of(channel, &base);
    let feed_authors = feed_authors(channel);
    let works = entries.iter().filter_map(|e| work(e, &base)).collect();
    Some(Listing {
        author: author(&feed_authors),
        works,
        next_pages: next(channel, &base),
        ..Listing::default()
    })
}

fn base_of(element: &Element, url: &Url) -> Url {
    let base = element.attribute("base").filter(|b| b.len() <= MAX_URL_BYTES);
    let base = base.and_then(|b| url.join(b).ok()).filter(|u| u.as_str().len() <= MAX_URL_BYTES);
    base.unwrap_or_else(|| url.clone())
}

fn work(entry: &Element, base: &Url) -> Option<Work> {
    let base = base_of(entry, base);
    let date = ["pubdate", "published", "issued"].iter().find_map(|n| date_of(entry, Space::Core, n));
    let dc_date = ["date", "created", "issued"].iter().find_map(|n| date_of(entry, Space::Dc, n));
    finish(Work {
        title: title(entry),
        url: address(entry, &base),
        date: date.or(dc_date),
        authors: authors(entry),
        source: source(entry),
        summary: summary(entry),
        modified: date_of(entry, Space::Core, "updated")
            .or_else(|| date_of(entry, Space::Core, "modified"))
            .or_else(|| date_of(entry, Space::Dc, "modified")),
        evidence: Evidence::Feed,
    })
}

fn title(entry: &Element) -> String {
    let plain = entry.all(Space::Core, "title").find(|t| !t.text.trim().is_empty());
    match plain {
        // RFC 4287 §3.1.1: text is the default, and what looks like mark-up in it is text.
        Some(t) if t.attribute("type") == Some("text") => markup::collapse(&t.text),
        Some(t) => markup::text(&t.text),
        None => entry
            .text_of(Space::Dc, "title")
            .or_else(|| entry.text_of(Space::Media, "title"))
            .map(markup::text)
            .unwrap_or_default(),
    }
}

/// Atom: the `alternate` link, HTML before other types. RSS: `link`, else a `guid` that is a permalink.
fn address(entry: &Element, base: &Url) -> Option<String> {
    let links = || entry.all(Space::Core, "link");
    let alternate = |l: &&Element| l.attribute("rel").is_none_or(|r| r.eq_ignore_ascii_case("alternate"));
    let html = |l: &&Element| l.attribute("type").is_none_or(|t| t.contains("html"));
    let linked = links()
        .filter(alternate)
        .find(html)
        .or_else(|| links().find(alternate))
        .and_then(|l| l.attribute("href"));
    let guid = entry
        .all(Space::Core, "guid")
        .find(|g| g.attribute("ispermalink") != Some("false"))
        .map(|g| g.text.trim())
        .filter(|g| g.starts_with("http"));
    let id = entry.text_of(Space::Core, "id").filter(|id| id.starts_with("http"));
    // A proxy for counting clicks names the address it stands for (FeedBurner, Pheedo).
    let original = entry.text_of(Space::Other, "origlink");
    [original, linked, entry.text_of(Space::Core, "link"), guid, entry.attribute("about"), id]
        .into_iter()
        .flatten()
        .find_map(|href| absolute(base, href))
}

fn date_of(entry: &Element, space: Space, name: &'static str) -> Option<model::Stamp> {
    entry.all(space, name).find_map(|e| parse_date(&e.text))
}

/// Atom `author/name`, Dublin Core `creator`, RSS `author`, iTunes `author`: the first kind that says anything.
fn authors(element: &Element) -> Vec<String> {
    let mut names = Vec::new();
    // Where both stand, `creator` is the name and RSS's `author` a mailbox.
    for creator in element.all(Space::Dc, "creator") {
        push_name(&mut names, &creator.text);
    }
    if names.is_empty() {
        for author in element.all(Space::Core, "author") {
            match author.all(Space::Core, "name").next() {
                Some(name) => push_name(&mut names, &name.text),
                None => push_name(&mut names, rss_person(&author.text)),
            }
        }
    }
    if names.is_empty() {
        push_name(&mut names, element.text_of(Space::Itunes, "author").unwrap_or_default());
    }
    names
}

fn push_name(names: &mut Vec<String>, text: &str) {
    let name = markup::text(text);
    if !name.is_empty() && !name.contains('@') && names.len() < MAX_NAMES && !names.contains(&name) {
        names.push(name);
    }
}

/// RSS: `mail@example.org (Name)`; in practice also the bare name.
fn rss_person(text: &str) -> &str {
    let text = text.trim();
    match (text.find('('), text.rfind(')')) {
        (Some(open), Some(end)) if text.contains('@') && open < end => text[open + 1..end].trim(),
        _ => text,
    }
}

/// Whom an Atom feed names for entries without an author of their own (RFC 4287 §4.1.1). In practice it is as
/// often the site's owner, so it is told as the list's author and not of each entry. RSS's managing editor
/// wrote nothing.
fn feed_authors(channel: &Element) -> Vec<String> {
    if channel.name == "feed" { authors(channel) } else { Vec::new() }
}

fn author(names: &[String]) -> Option<AuthorProfile> {
    let [name] = names else { return None };
    Some(AuthorProfile { name: Some(Field::new(name.clone(), Evidence::Feed)), ..AuthorProfile::default() })
}

/// RSS `source` is a text, Atom's holds the other feed's title.
fn source(entry: &Element) -> Option<String> {
    let source = entry.all(Space::Core, "source").next();
    let name = source.and_then(|s| {
        s.text_of(Space::Core, "title").or_else(|| s.children.is_empty().then_some(s.text.trim()))
    });
    name.or_else(|| entry.text_of(Space::Dc, "source"))
        .map(markup::text)
        .filter(|s| !s.is_empty() && !s.starts_with("http"))
}

fn summary(entry: &Element) -> Option<String> {
    [
        entry.text_of(Space::Core, "description"),
        entry.text_of(Space::Core, "summary"),
        entry.text_of(Space::Dc, "description"),
        entry.text_of(Space::Media, "description"),
        entry.text_of(Space::Content, "encoded"),
        entry.text_of(Space::Core, "content"),
    ]
    .into_iter()
    .flatten()
    .map(markup::text)
    .find(|s| !s.is_empty())
}

/// RFC 5005 §3: the feed goes on there.
fn next(channel: &Element, base: &Url) -> Vec<String> {
    channel
        .all(Space::Core, "link")
        .filter(|l| l.attribute("rel").is_some_and(|r| matches!(r, "next" | "prev-archive")))
        .filter_map(|l| absolute(base, l.attribute("href")?))
        .collect()
}
