//! Everything the fields are read from, gathered once.

use super::{date::Order, head::Head, json_ld::JsonLd, marks::Marks, text};
use crate::{NodeId, Page, PageInput, Tag, body::Body, stems::Stems};
use model::{Evidence, Field};
use std::{ops::Range, sync::LazyLock};

/// A value that was considered for a field. `byline try --explain` shows them all.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Candidate {
    /// `title`, `authors`, `published`, `modified`, `source`, ...
    pub field: &'static str,
    pub value: String,
    pub evidence: Evidence,
    /// More precisely than the evidence: `og:title`, `h1`, `class=byline`.
    pub origin: String,
    /// Higher is better; of meaning within one field only.
    pub score: i32,
    pub chosen: bool,
}

/// A value offered for a field by one place of the page.
#[derive(Debug, Clone)]
pub(crate) struct Offer<T> {
    pub(crate) value: T,
    pub(crate) evidence: Evidence,
    pub(crate) origin: &'static str,
    pub(crate) score: i32,
}

impl<T> Offer<T> {
    pub(crate) fn new(value: T, evidence: Evidence, origin: &'static str, score: i32) -> Self {
        Self { value, evidence, origin, score }
    }

    pub(crate) fn into_field(self) -> Field<T> {
        Field::new(self.value, self.evidence)
    }
}

/// The best offer; of equal ones the first.
pub(crate) fn best<T: Clone>(offers: &[Offer<T>]) -> Option<&Offer<T>> {
    offers.iter().rev().max_by_key(|o| o.score)
}

/// Where something stands relative to the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Around the printed title and before the text.
    Head,
    Body,
    /// Shortly after the text.
    Tail,
    Elsewhere,
}

/// One printed line around the article.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    pub(crate) text: &'a str,
    /// Byte of the page's text where it begins.
    pub(crate) start: usize,
    pub(crate) place: Place,
    /// Lines from the title, or from the end of the text.
    pub(crate) distance: u16,
    /// It stands before the title.
    pub(crate) before: bool,
    /// Most of it is a link.
    pub(crate) linked: bool,
}

pub(crate) struct Sources<'a> {
    pub(crate) page: &'a Page,
    pub(crate) input: &'a PageInput<'a>,
    pub(crate) body: &'a Body,
    pub(crate) head: Head<'a>,
    pub(crate) ld: JsonLd,
    /// Keys ([`text::key`]) of the names by which the site may call itself.
    pub(crate) sites: Vec<String>,
    /// `lang` of the page as declared, lower case; empty where it is not.
    pub(crate) lang: String,
    pub(crate) order: Order,
    pub(crate) marks: Marks,
    pub(crate) zones: Zones,
    pub(crate) lines: Vec<Line<'a>>,
}

/// What the lines around the article print, as keys.
pub(crate) struct PrintedNames(String);

impl PrintedNames {
    pub(crate) fn contains(&self, name: &str) -> bool {
        !name.is_empty() && self.0.contains(name)
    }
}

/// Ranges of the page's text, in bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Zones {
    pub(crate) title: Range<usize>,
    pub(crate) head: Range<usize>,
    pub(crate) body: Range<usize>,
    pub(crate) tail: Range<usize>,
    /// The title and the text's beginning are in Chinese, Japanese or Korean.
    pub(crate) is_cjk: bool,
}

impl<'a> Sources<'a> {
    pub(crate) fn gather(page: &'a Page, input: &'a PageInput<'a>, body: &'a Body) -> Self {
        let head = Head::read(page);
        let ld = JsonLd::read(page);
        let lang = declared_language(page, &head);
        let sites = site_keys(page, &head, &ld);
        let order = order(&lang, page, &head);
        let marks = Marks::read(page);
        Self {
            page,
            input,
            body,
            head,
            ld,
            sites,
            lang,
            order,
            marks,
            zones: Zones::default(),
            lines: Vec::new(),
        }
    }

    /// Fixes the places once it is known where the title is printed.
    pub(crate) fn locate(&mut self, printed: Option<Range<usize>>) {
        self.zones = zones(self.page, self.body, printed);
        self.lines = lines(self.page, &self.zones);
    }

    /// Keys of the lines and pieces of lines around the article that could be a name.
    pub(crate) fn printed_names(&self) -> PrintedNames {
        let near = self.lines.iter().map(|l| l.text).filter(|t| t.len() < 2000);
        PrintedNames(near.map(text::key).collect::<Vec<_>>().join("\n"))
    }

    /// Where an element stands, and how many lines from the title or the end of the text.
    pub(crate) fn place(&self, i: NodeId) -> (Place, u16) {
        let slice = self.page.slice(i);
        // White space before an element's text belongs to its slice, but to no line.
        let at = self.page.text_range(i).start + (slice.len() - slice.trim_start().len());
        let zones = &self.zones;
        let place = if zones.head.contains(&at) {
            Place::Head
        } else if zones.body.contains(&at) {
            Place::Body
        } else if zones.tail.contains(&at) {
            Place::Tail
        } else {
            Place::Elsewhere
        };
        let distance = self.lines.iter().rev().find(|l| l.start <= at).map_or(0, |l| l.distance);
        (place, distance)
    }

    /// Whether a node lies in a part of the page that is about other things than the article.
    pub(crate) fn is_aside(&self, i: NodeId, place: Place) -> bool {
        let page = self.page;
        // Themes put an article's own byline into an `<aside>` or `<footer>` of the article.
        let own = place != Place::Elsewhere;
        std::iter::once(i).chain(page.ancestors(i)).take_while(|&n| !self.holds_the_article(n)).any(|n| {
            matches!(page.tag(n), Tag::Nav | Tag::Dialog)
                || (!own && matches!(page.tag(n), Tag::Footer | Tag::Aside | Tag::Form))
                || {
                    let (class, id) = (page.class(n), page.id(n));
                    (class.len() + id.len() > 0) && (names_other_parts(class) || names_other_parts(id))
                }
        })
    }

    /// The links of a printed line.
    pub(crate) fn links_from(&self, line: &Line<'_>) -> Vec<NodeId> {
        let (front, text) = self.page.full_text().split_at(line.start);
        let start = line.start + (text.len() - text.trim_start().len());
        let at = start..start + line.text.len();
        // White space before a link belongs to its slice.
        let from = front.trim_end().len();
        let within = |a: &NodeId| {
            let (text, slice) = (self.page.text(*a), self.page.slice(*a));
            let start = self.page.text_range(*a).start + (slice.len() - slice.trim_start().len());
            !text.is_empty() && at.contains(&start) && start + text.len() <= at.end
        };
        self.page.all_beginning(from..at.end, Tag::A).filter(within).collect()
    }

    /// What is around title or text as a whole is no part beside them, whatever it is called.
    pub(crate) fn holds_the_article(&self, n: NodeId) -> bool {
        let range = self.page.text_range(n);
        [&self.zones.title, &self.zones.body]
            .iter()
            .any(|z| !z.is_empty() && range.start <= z.start && z.end <= range.end)
    }

    /// Whether the item that a property belongs to is a teaser of something else: it has a text of its own, and
    /// neither this page's title nor its text is in it.
    pub(crate) fn is_of_another_work(&self, i: NodeId) -> bool {
        let item = self.page.ancestors(i).find(|&a| self.page.attr(a, "itemscope").is_some());
        item.is_some_and(|item| self.page.text_len(item) > 0 && !self.holds_the_article(item))
    }

    /// Whether a text is one of the site's names and nothing more.
    pub(crate) fn is_site(&self, name: &str) -> bool {
        let key = text::key(name);
        !key.is_empty() && self.sites.contains(&key)
    }

    pub(crate) fn is_cjk(&self) -> bool {
        self.lang.starts_with("zh") || self.lang.starts_with("ja") || self.lang.starts_with("ko")
    }
}

pub(super) fn declared_language(page: &Page, head: &Head<'_>) -> String {
    let html =
        page.attr(0, "lang").or_else(|| page.attr(0, "xml:lang")).map(str::trim).filter(|l| !l.is_empty());
    let declared = html.or_else(|| head.first(&["og:locale", "content-language", "dc.language", "language"]));
    declared.unwrap_or_default().to_ascii_lowercase()
}

/// Pages of the United States, and pages in plain English under a general domain, put the month first.
pub(super) fn order(lang: &str, page: &Page, head: &Head<'_>) -> Order {
    let host = page.url.host_str().unwrap_or_default();
    let country = host.rsplit('.').next().unwrap_or_default();
    let locale = head.first(&["og:locale"]).unwrap_or_default().to_ascii_lowercase();
    let english = lang.is_empty() || lang.starts_with("en");
    let elsewhere =
        lang.starts_with("en-") && lang != "en-us" || (locale.starts_with("en_") && locale != "en_us");
    let general = country.len() != 2 || matches!(country, "us" | "io" | "co" | "me" | "tv" | "ai" | "ph");
    if english && !elsewhere && general { Order::MonthFirst } else { Order::DayFirst }
}

fn site_keys(page: &Page, head: &Head<'_>, ld: &JsonLd) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        let key = text::key(name);
        if key.chars().count() >= 2 && !keys.contains(&key) {
            keys.push(key);
        }
    };
    for (_, name) in head.among(&[
        "og:site_name",
        "application-name",
        "apple-mobile-web-app-title",
        "dc.publisher",
        "publisher",
        "twitter:site",
        "copyright",
        "sitename",
    ]) {
        add(name);
    }
    ld.sites.iter().for_each(|s| add(s));
    ld.works.iter().filter_map(|w| w.publisher.as_deref()).for_each(&mut add);
    let host = page.url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    add(host);
    let labels: Vec<&str> = host.split('.').collect();
    if labels.len() >= 2 {
        let second_level = matches!(
            labels[labels.len() - 2],
            "co" | "com" | "org" | "net" | "gov" | "edu" | "ac" | "ne" | "or"
        );
        let registered = if second_level && labels.len() >= 3 { labels.len() - 3 } else { labels.len() - 2 };
        add(labels[registered]);
    }
    linked_home(page).for_each(&mut add);
    // "Title - The Quay", and The Quay is declared as the author of all pages.
    let title = page.all(Tag::Title).next().map(|t| text::plain(page.raw_text(t))).unwrap_or_default();
    if let Some(author) = head.first(&["author"]).filter(|a| ends_with_name(&title, a)) {
        add(author);
    }
    keys
}

/// The title ends with the name, after a mark and some text.
fn ends_with_name(title: &str, name: &str) -> bool {
    title.strip_suffix(name).map(str::trim_end).is_some_and(|front| {
        front.ends_with(['|', '-', '–', '—', '·', '•', '_']) && front.chars().any(char::is_alphanumeric)
    })
}

/// What the page calls the site where it links to its first page, if its `<title>` ends or begins with it.
fn linked_home(page: &Page) -> impl Iterator<Item = &str> {
    let title = page.all(Tag::Title).next().map(|t| page.raw_text(t).trim()).unwrap_or_default();
    let title = text::plain(title);
    let home = |href: &str| page.base.join(href.trim()).is_ok_and(|u| is_home(&u, &page.url));
    page.all(Tag::A)
        .take(MOST_LINKS_HOME)
        .filter(move |&a| page.attr(a, "href").is_some_and(home) && page.url.path().len() > 1)
        .map(|a| page.text(a))
        .filter(move |name| (2..=120).contains(&name.len()))
        .filter(move |name| {
            let beside = |rest: &str| rest.chars().any(char::is_alphanumeric);
            title.strip_suffix(name).or_else(|| title.strip_prefix(name)).is_some_and(beside)
        })
}

/// Links at a page's top among which one to its site's first page is looked for.
const MOST_LINKS_HOME: usize = 40;

fn is_home(url: &url::Url, page: &url::Url) -> bool {
    url.host() == page.host() && url.path().len() <= 1 && url.query().is_none()
}

/// Classes and ids of comment threads, lists of other articles and the like.
fn names_other_parts(names: &str) -> bool {
    #[rustfmt::skip]
    const PARTS: &[&str] = &[
        "comment", "related", "sidebar", "recommend", "popular", "trending", "footer", "breadcrumb",
        "newsletter", "widget", "most-read", "mostread", "more-stories", "also-like", "disqus", "cookie",
        "modal", "popup", "carousel", "teaser",
    ];
    // Flags of the whole page ("has-sidebar", "no-comments", "comments-open") say nothing of a part.
    const FLAGS: &[&str] =
        &["has-", "no-", "with-", "is-", "without", "single", "page", "post-", "open", "hide", "layout"];
    static STEMS: LazyLock<Stems> = LazyLock::new(|| Stems::new(&[PARTS, FLAGS]));
    names.split([' ', '\n', '\t']).filter(|n| n.len() < 60).any(|name| STEMS.within(name) == 1)
}

/// Bytes before the title, and after it where the text begins late, that are still about the article.
const BEFORE_TITLE: usize = 500;
const AFTER_TITLE: usize = 1600;
/// Bytes of the text's beginning in which a byline may stand, and of what follows its end.
const INTO_BODY: usize = 1500;
const AFTER_BODY: usize = 900;

fn zones(page: &Page, body: &Body, printed: Option<Range<usize>>) -> Zones {
    let text = page.full_text();
    let head_of_text = page.all(Tag::Title).next().map_or(0, |i| page.text_range(i).end);
    let body_range = match body.root {
        Some(_) => {
            page.text_range(body.first).start
                ..page.text_range(body.last).end.max(page.text_range(body.first).start)
        }
        None => printed.as_ref().map_or(head_of_text..head_of_text, |p| p.end..p.end),
    };
    let title = printed.unwrap_or(body_range.start..body_range.start);
    // A title that is printed after the body's start, or long before it, still leads its own line.
    let start = floor(text, title.start.saturating_sub(BEFORE_TITLE).max(head_of_text.min(title.start)));
    let text_begins = if body_range.start >= title.end { body_range.start } else { title.end };
    let end = floor(text, text_begins.min(title.end + AFTER_TITLE).max(title.end).min(text.len()));
    let body_start = end.max(body_range.start.min(text.len()));
    let body_end = body_range.end.max(body_start);
    let tail_end = floor(text, (body_end + AFTER_BODY).min(text.len()));
    let sample = &text[start..floor(text, (body_start + 2000).min(body_end.max(end)))];
    let is_cjk = super::authors::mostly_cjk(sample);
    Zones { title, head: start..end, body: body_start..body_end, tail: body_end..tail_end, is_cjk }
}

fn lines<'a>(page: &'a Page, zones: &Zones) -> Vec<Line<'a>> {
    let text = page.full_text();
    let mut out: Vec<Line<'a>> = Vec::new();
    let mut push = |range: Range<usize>, place: Place, distance: &dyn Fn(usize) -> u16| {
        let mut start = range.start;
        for (n, line) in text[range].split('\n').enumerate() {
            let trimmed = line.trim();
            if !trimmed.is_empty() {
                let before = place == Place::Head && start < zones.title.start && !zones.title.is_empty();
                out.push(Line { text: trimmed, start, place, distance: distance(n), before, linked: false });
            }
            start += line.len() + 1;
        }
    };
    let up_to = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let before_title = zones.head.start..zones.title.start.max(zones.head.start);
    let count = text[before_title.clone()].split('\n').count();
    push(before_title, Place::Head, &|n| up_to(count - n));
    // A byline or date that stands within the heading, on a line of its own.
    let heading = &text[zones.title.clone()];
    if let Some(first) = heading.find('\n') {
        push(zones.title.start + first + 1..zones.title.end, Place::Head, &|_| 0);
    }
    push(zones.title.end.max(zones.head.start)..zones.head.end.max(zones.title.end), Place::Head, &|n| {
        up_to(n)
    });
    let body = zones.body.clone();
    let into = floor(text, (body.start + INTO_BODY).min(body.end));
    push(body.start..into, Place::Body, &|n| up_to(n));
    // The text's last lines are far from the title, which their distance tells.
    let last = floor(text, body.end.saturating_sub(INTO_BODY).max(into));
    let last = text[last..body.end].find('\n').filter(|_| last > into).map_or(last, |n| last + n);
    push(last..body.end, Place::Body, &|n| up_to(n + FAR));
    push(zones.tail.clone(), Place::Tail, &|n| up_to(n));
    out
}

/// Added to the distance of the text's last lines.
const FAR: usize = 1000;

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
