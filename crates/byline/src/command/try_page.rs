//! `byline try URL|FILE`: extracts one page and prints each field with its evidence. Nothing is stored.

use super::Context;
use crate::{
    cli::TryArgs,
    engine::open,
    exit::{Ran, Usage},
    output::Table,
};
use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    Archive, ArchiveError, Capture, CaptureId, CaptureRef, Grant, Hints, Listing, Outcome, PageId, PageKind,
    PageUrl, Parsed, Stage, Validators, VisitId, block,
};
use parser::{Explained, PageInput};
use serde_json::json;
use std::{
    io::Read,
    sync::{Arc, Mutex, PoisonError},
};

/// Bytes of a page.
const MOST: usize = 16 << 20;

/// Redirects to other hosts that are followed.
const REDIRECTS: usize = 5;

/// Entries of a listing that are shown.
const ENTRIES: usize = 200;

/// A page, from wherever it came.
struct Page {
    url: PageUrl,
    bytes: Bytes,
    content_type: Option<String>,
    x_robots_tag: Option<String>,
    captured_at: DateTime<Utc>,
}

impl Page {
    fn input<'a>(&'a self, hints: &'a Hints) -> PageInput<'a> {
        PageInput {
            url: self.url.url(),
            bytes: &self.bytes,
            content_type: self.content_type.as_deref(),
            x_robots_tag: self.x_robots_tag.as_deref(),
            captured_at: self.captured_at,
            hints,
        }
    }
}

pub(super) async fn run(cx: &Context, args: &TryArgs) -> Result<Ran> {
    let page = match args.page.as_str() {
        "-" => from_file(args, "stdin", read_all(std::io::stdin())?)?,
        text if text.starts_with("http://") || text.starts_with("https://") => {
            fetched(cx, PageUrl::parse(text)?).await?
        }
        path => {
            let file = std::fs::File::open(path);
            let file = file.map_err(|e| {
                Usage(format!("cannot read {path}: {e}; give a file, or an address with https://"))
            })?;
            from_file(args, path, read_all(file)?)?
        }
    };
    let expected = args.kind.unwrap_or(PageKind::Article);
    let hints = Hints { expected, authors: Vec::new(), listed: None };
    let rules = open::rules(&cx.config)?;
    let input = page.input(&hints);
    let explained = args.explain.then(|| parser::explain(&input, &rules));
    let mut parsed = explained.as_ref().map_or_else(|| parser::parse(&input, &rules), |e| e.parsed.clone());
    let parts = match args.page.starts_with("http") {
        true => further_parts(cx, &page, &mut parsed, &rules).await?,
        false => Vec::new(),
    };
    if cx.out.json {
        let mut told = json!({
            "url": page.url,
            "parser_version": parser::PARSER_VERSION,
            "rules_hash": rules.hash_for(page.url.url()),
            "parsed": parsed,
            "parts": parts,
        });
        if let Some(e) = &explained {
            told["considered"] =
                json!({ "signs": e.signs, "bodies": e.bodies, "fields": e.fields, "lists": e.lists });
        }
        cx.out.json_line(&told)?;
    } else {
        print(cx, args, &page.url, &parsed, &parts)?;
        if let Some(explained) = &explained {
            explain(cx, explained)?;
        }
    }
    Ok(Ran::Well)
}

/// Fetches the further parts of an article, with the host's rest before each, and joins them to it. Their
/// addresses.
async fn further_parts(
    cx: &Context,
    first: &Page,
    parsed: &mut Parsed,
    rules: &parser::Rules,
) -> Result<Vec<PageUrl>> {
    let hints = Hints { expected: PageKind::Article, authors: Vec::new(), listed: None };
    let mut urls: Vec<PageUrl> = Vec::new();
    let mut articles: Vec<model::Article> = Vec::new();
    let mut next = parsed.next_part.clone();
    while let Some(url) = next.take().and_then(|n| PageUrl::parse(&n).ok()) {
        let seen = std::iter::once(&first.url).chain(&urls).any(|u| u.key() == url.key());
        if seen
            || url.host_key() != first.url.host_key()
            || parsed.article.is_none()
            || urls.len() + 1 >= sink::MOST_PARTS as usize
        {
            break;
        }
        tokio::time::sleep(cx.config.gap.0).await;
        let page = fetched(cx, url.clone()).await?;
        let part = parser::parse(&page.input(&hints), rules);
        let Some(article) = part.article else { break };
        urls.push(url);
        articles.push(article);
        next = part.next_part;
    }
    if let Some(article) = &mut parsed.article {
        let parts: Vec<&model::Article> = std::iter::once(&*article).chain(&articles).collect();
        *article = sink::join(&parts);
    }
    Ok(urls)
}

fn read_all(reader: impl Read) -> Result<Bytes> {
    let mut bytes = Vec::new();
    reader.take(MOST as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MOST {
        bail!(Usage(format!("the page is larger than {MOST} bytes")));
    }
    Ok(bytes.into())
}

fn from_file(args: &TryArgs, name: &str, bytes: Bytes) -> Result<Page> {
    // Relative links need an address to stand on; one that leads nowhere by RFC 2606.
    let url = PageUrl::parse(args.url.as_deref().unwrap_or("http://file.invalid/"))?;
    let content_type = name.ends_with(".xml").then(|| "application/xml".to_owned());
    Ok(Page { url, bytes, content_type, x_robots_tag: None, captured_at: Utc::now() })
}

/// One exchange as the fetcher makes it, with all its guards, kept in memory.
async fn fetched(cx: &Context, mut url: PageUrl) -> Result<Page> {
    let archive = Arc::new(Held::default());
    let stage = fetcher::FetchStage::new(open::client(&cx.config)?, archive.clone(), Arc::new(Utc::now));
    for _ in 0..=REDIRECTS {
        let mut results = stage.process(vec![grant(url.clone())]).await;
        let outcome = match results.pop() {
            Some(Ok(Some(fetched))) => fetched.outcome,
            Some(Err(failure)) => bail!("{failure}"),
            _ => bail!("the visit to {url} gave nothing"),
        };
        match outcome {
            Outcome::Captured { content_type, .. } => {
                let capture = archive.take().context("the capture is gone")?;
                let bytes = capture.decoded_body(MOST).with_context(|| format!("cannot decode {url}"))?;
                return Ok(Page {
                    url: PageUrl::parse(&capture.url)?,
                    bytes,
                    content_type,
                    x_robots_tag: capture.header_lines("x-robots-tag"),
                    captured_at: capture.captured_at,
                });
            }
            Outcome::Redirected { to, .. } => url = to,
            Outcome::Status { status, .. } => bail!("{url} answers {status}"),
            Outcome::NotModified { .. } => bail!("{url} answers 304 to a request that has no condition"),
            Outcome::Failed { fault, detail } => {
                let advice = match fault {
                    model::Fault::AddressRefused => "; private addresses need --allow-net",
                    _ => "",
                };
                bail!("{url}: {}: {detail}{advice}", fault.code());
            }
        }
    }
    bail!("{url}: more than {REDIRECTS} redirects from host to host")
}

fn grant(url: PageUrl) -> Grant {
    let now = Utc::now();
    Grant {
        visit: VisitId::new(),
        page: PageId(0),
        url,
        granted_at: now,
        lease_until: now + TimeDelta::minutes(5),
        gap_ms: 0,
        validators: Validators::default(),
        hints: Hints { expected: PageKind::Other, authors: Vec::new(), listed: None },
        origin: model::Provenance::default(),
    }
}

/// An archive that holds the last capture in memory.
#[derive(Default)]
struct Held(Mutex<Option<Capture>>);

impl Held {
    fn take(&self) -> Option<Capture> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[async_trait]
impl Archive for Held {
    async fn put(&self, capture: &Capture) -> Result<CaptureRef, ArchiveError> {
        let id: CaptureId = capture.id;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(capture.clone());
        Ok(CaptureRef { id, key: String::new(), length: 0, digest: String::new() })
    }

    async fn get(&self, at: &CaptureRef) -> Result<Capture, ArchiveError> {
        self.take().ok_or_else(|| ArchiveError::Missing(at.id.to_string()))
    }

    async fn put_value(&self, key: &str, _: Bytes) -> Result<(), ArchiveError> {
        Err(ArchiveError::Unavailable(format!("{key}: nothing is kept here")))
    }

    async fn get_value(&self, key: &str) -> Result<Bytes, ArchiveError> {
        Err(ArchiveError::Missing(key.to_owned()))
    }

    async fn drop_value(&self, _: &str) -> Result<(), ArchiveError> {
        Ok(())
    }
}

fn print(cx: &Context, args: &TryArgs, url: &PageUrl, parsed: &Parsed, parts: &[PageUrl]) -> Result<()> {
    let mut table = Table::new(["field", "value", "from"]);
    let mut row = |name: &str, value: String, from: String| table.row([name.to_owned(), value, from]);
    row("address", url.to_string(), String::new());
    row("kind", parsed.kind.value.as_str().to_owned(), parsed.kind.evidence.to_string());
    row("charset", parsed.charset.clone(), String::new());
    for directive in &parsed.robots {
        row("robots", directive.clone(), String::new());
    }
    for note in &parsed.notes {
        row("note", note.clone(), String::new());
    }
    if let Some(article) = &parsed.article {
        for (name, value, evidence) in super::show::fields(article) {
            row(name, value, evidence.map(|e| e.to_string()).unwrap_or_default());
        }
    }
    for part in parts {
        row("part", part.to_string(), String::new());
    }
    if let Some(next) = parsed.next_part.as_ref().filter(|_| parts.is_empty()) {
        row("next part", next.clone(), String::new());
    }
    if let Some(listing) = &parsed.listing {
        listing_rows(listing, &mut row);
    }
    cx.out.table(&table)?;
    if let Some(listing) = &parsed.listing {
        works(cx, listing)?;
    }
    if let Some(article) = parsed.article.as_ref().filter(|_| args.text) {
        cx.out.line("")?;
        cx.out.line(&block::to_markdown(&article.blocks))?;
    }
    Ok(())
}

/// What else was considered: signs of the page's kind, elements for the body, values for each field, lists.
fn explain(cx: &Context, explained: &Explained) -> Result<()> {
    let taken = |chosen: bool| if chosen { "taken".to_owned() } else { String::new() };
    let show = |title: &str, table: Table, empty: bool| -> Result<()> {
        if !empty {
            cx.out.line(&format!("\n{title}"))?;
            cx.out.table(&table)?;
        }
        Ok(())
    };
    let mut table = Table::new(["sign of the page's kind", ">value"]);
    for (name, value) in &explained.signs {
        table.row([name.clone(), value.clone()]);
    }
    show("kind", table, explained.signs.is_empty())?;
    let mut table = Table::new(["", ">score", ">bytes", ">in links", "element", "begins"]);
    for c in &explained.bodies {
        table.row([
            taken(c.chosen),
            format!("{:.0}", c.score),
            c.bytes.to_string(),
            format!("{:.0} %", c.links * 100.0),
            c.element.clone(),
            c.begin.clone(),
        ]);
    }
    show("elements considered for the body", table, explained.bodies.is_empty())?;
    let mut table = Table::new(["field", "", ">score", "value", "from", "place"]);
    for c in &explained.fields {
        table.row([
            c.field.to_owned(),
            taken(c.chosen),
            c.score.to_string(),
            c.value.clone(),
            c.evidence.to_string(),
            c.origin.clone(),
        ]);
    }
    show("values considered", table, explained.fields.is_empty())?;
    let mut table = Table::new(["", ">score", ">works", "element", "heading", "first entry", "made of"]);
    for c in &explained.lists {
        table.row([
            taken(c.chosen),
            format!("{:.0}", c.score),
            c.works.to_string(),
            c.element.clone(),
            c.heading.clone(),
            c.first.0.clone(),
            c.figures.clone(),
        ]);
    }
    show("lists considered", table, explained.lists.is_empty())
}

fn listing_rows(listing: &Listing, row: &mut impl FnMut(&str, String, String)) {
    if let Some(profile) = &listing.author {
        let fields = [
            ("person", &profile.name),
            ("affiliation", &profile.affiliation),
            ("biography", &profile.biography),
            ("portrait", &profile.portrait),
        ];
        for (name, field) in fields {
            if let Some(field) = field {
                row(name, field.value.clone(), field.evidence.to_string());
            }
        }
        for same in &profile.same_as {
            row("elsewhere", same.value.clone(), same.evidence.to_string());
        }
    }
    row(
        "list",
        format!("{:?}, {} works", listing.container, listing.works.len()).to_lowercase(),
        String::new(),
    );
    for next in &listing.next_pages {
        row("next page", next.clone(), String::new());
    }
    for feed in &listing.feeds {
        let whose = if feed.author_only { "the author's" } else { "the site's" };
        row("feed", format!("{} ({whose})", feed.url), String::new());
    }
}

fn works(cx: &Context, listing: &Listing) -> Result<()> {
    if listing.works.is_empty() {
        return Ok(());
    }
    cx.out.line("")?;
    let mut table = Table::new([">#", "work", "date", "authors", "from", "link"]);
    for (i, work) in listing.works.iter().take(ENTRIES).enumerate() {
        table.row([
            (i + 1).to_string(),
            work.title.clone(),
            work.date.map(|d| d.to_string()).unwrap_or_default(),
            work.authors.join(", "),
            work.evidence.to_string(),
            work.url.clone().unwrap_or_else(|| "–".to_owned()),
        ]);
    }
    cx.out.table(&table)?;
    Ok(())
}
