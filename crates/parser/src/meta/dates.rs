//! When the article was published, and when it was changed.

use super::{
    date::{self, Window},
    marks::{By, Mark},
    sources::{Offer, Sources},
};
use crate::{NodeId, Tag};
use model::{Evidence, Stamp};

mod label;
mod visible;

use label::{Label, label_before};

/// Score below which an offer is no answer.
pub(crate) const LEAST: i32 = 25;

/// All dates offered for the two fields.
#[derive(Default)]
pub(crate) struct Dates {
    pub(crate) published: Vec<Offer<Stamp>>,
    pub(crate) modified: Vec<Offer<Stamp>>,
}

/// `<meta>` names for the date of publication and how far they are trusted.
#[rustfmt::skip]
const PUBLISHED: &[(&str, i32)] = &[
    ("article:published_time", 92), ("article:published", 88), ("og:article:published_time", 90),
    ("og:published_time", 88), ("og:pubdate", 84), ("citation_publication_date", 86),
    ("citation_online_date", 84), ("citation_date", 84), ("datepublished", 85), ("date.published", 86),
    ("article.published", 86), ("article:post_date", 84), ("article:publish_date", 84), ("pubdate", 88),
    ("publishdate", 88), ("publish-date", 88), ("publish_date", 88), ("published-date", 86),
    ("publisheddate", 86), ("publication_date", 86), ("publication-date", 86), ("publicationdate", 86),
    ("published", 80), ("published_at", 84), ("published_time", 84), ("publish_time", 84),
    ("originalpublicationdate", 86), ("article_date_original", 86), ("dcterms.created", 78),
    ("dcterms.issued", 82), ("dcterms.date", 78), ("dcterms.available", 76), ("dc.date.issued", 84),
    ("dc.date.created", 80), ("dc.date.publication", 80), ("dc.date", 76), ("dc:date", 76), ("dc:created", 76),
    ("date", 78), ("datecreated", 76), ("creation_date", 74), ("created", 74), ("sailthru.date", 84),
    ("parsely-pub-date", 88), ("cxenseparse:recs:publishtime", 86), ("cxenseparse:publishtime", 86),
    ("rnews:datepublished", 86), ("article.created", 82), ("bt:pubdate", 84),
    ("dcsext.articlefirstpublished", 84), ("weibo:article:create_at", 84), ("last-publish-date", 60),
    ("displaydate", 80), ("sort_date", 60), ("release_date", 70), ("gnt_pub_date", 84),
    ("vr:published_time", 84),
];

#[rustfmt::skip]
const MODIFIED: &[(&str, i32)] = &[
    ("article:modified_time", 90), ("article:modified", 86), ("og:updated_time", 84),
    ("article:updated_time", 84), ("og:modified_time", 84), ("datemodified", 84), ("dcterms.modified", 80),
    ("dc.date.modified", 80), ("dc.modified", 80), ("modified", 70), ("last-modified", 60), ("lastmod", 70),
    ("lastmodifieddate", 70), ("revised", 70), ("updated_time", 70), ("eomportal-lastupdate", 60),
    ("weibo:article:update_at", 80),
];

pub(crate) fn dates(sources: &Sources<'_>) -> Dates {
    let mut dates = Dates::default();
    declared(sources, &mut dates);
    marked(sources, &mut dates);
    visible::collect(sources, &mut dates);
    elsewhere(sources, &mut dates);
    let window = Window::until(sources.input.captured_at);
    for offers in [&mut dates.published, &mut dates.modified] {
        offers.retain(|o| window.holds(&o.value, o.score >= 70 && o.evidence <= Evidence::TimeTag));
    }
    agree(&mut dates.published);
    as_addressed(&mut dates.published);
    as_printed(&mut dates.published);
    earlier_as_printed(&mut dates.published);
    if !dates.published.iter().any(|o| o.score >= 40) {
        visible::within(sources, &mut dates);
        dates.published.retain(|o| window.holds(&o.value, o.evidence <= Evidence::TimeTag));
    }
    if !dates.published.iter().any(|o| o.score >= 40) {
        dates.published.extend(app_state(sources).into_iter().filter(|o| window.holds(&o.value, true)));
    }
    if !last_resort(&mut dates) {
        drop_unchanged(&mut dates);
    }
    dates
}

fn declared(sources: &Sources<'_>, dates: &mut Dates) {
    use super::json_ld::Rank;
    let read = |value: &str| date::machine(value, sources.order);
    for work in sources.ld.articles().take(6) {
        let score = match work.rank {
            Rank::Article => 100,
            Rank::Work => 74,
            _ => 70,
        };
        if let Some(stamp) = work.published.as_deref().and_then(read) {
            dates.published.push(Offer::new(stamp, Evidence::JsonLd, "ld:datePublished", score));
        }
        if let Some(stamp) = work.modified.as_deref().and_then(read) {
            dates.modified.push(Offer::new(stamp, Evidence::JsonLd, "ld:dateModified", score));
        }
    }
    for (names, offers) in [(PUBLISHED, &mut dates.published), (MODIFIED, &mut dates.modified)] {
        for (name, content) in sources.head.all_metas() {
            let Some((origin, score)) = names.iter().find(|(n, _)| *n == name) else { continue };
            if let Some(stamp) = read(content) {
                let evidence = if origin.contains("article:") || origin.starts_with("og:") {
                    Evidence::OpenGraph
                } else {
                    Evidence::Meta
                };
                offers.push(Offer::new(stamp, evidence, origin, *score));
            }
        }
    }
}

/// Elements that are marked as a date by their tag, property or class.
fn marked(sources: &Sources<'_>, dates: &mut Dates) {
    let page = sources.page;
    let mut times: Vec<(NodeId, bool)> = page.all(Tag::Time).take(60).map(|i| (i, false)).collect();
    for (marks, modified) in [(&sources.marks.published, false), (&sources.marks.modified, true)] {
        for mark in marks {
            if matches!(mark.by, By::Itemprop | By::Property) {
                property(sources, *mark, modified, dates);
            }
            times.retain(|(i, _)| !(modified && page.within(*i, mark.node)));
            if page.tag(mark.node) == Tag::Time && modified {
                times.push((mark.node, true));
            }
        }
    }
    for (i, modified) in times {
        let text = page.text(i);
        let value = page.attr(i, "datetime").filter(|v| !v.trim().is_empty()).unwrap_or(text);
        let Some(stamp) = date::machine(value, sources.order) else { continue };
        if value.len() > 100 || page.silent(i) {
            continue;
        }
        let (place, _) = sources.place(i);
        let mut score = match place {
            Place::Head => 74,
            Place::Body => 40,
            Place::Tail => 44,
            Place::Elsewhere => 24,
        };
        if page.attr(i, "pubdate").is_some() || page.attr(i, "itemprop") == Some("datePublished") {
            score += 8;
        }
        let label = label_before(page, i);
        if sources.is_aside(i, place) {
            score -= if label == Some(Label::Published) { 10 } else { 30 };
        }
        let modified = modified || label == Some(Label::Modified);
        score += match label {
            Some(Label::Published | Label::Original) => 6,
            Some(Label::Foreign) => -40,
            _ => 0,
        };
        let list = if modified { &mut dates.modified } else { &mut dates.published };
        // The first stands nearest to the title.
        let earlier = list.iter().filter(|o| o.origin == "time").count();
        list.push(Offer::new(
            stamp,
            Evidence::TimeTag,
            "time",
            score - i32::try_from(earlier.min(6)).unwrap_or(0) * 2,
        ));
    }
}

fn property(sources: &Sources<'_>, mark: Mark, modified: bool, dates: &mut Dates) {
    let page = sources.page;
    let i = mark.node;
    let value =
        ["content", "datetime", "title"].iter().find_map(|a| page.attr(i, a)).unwrap_or_else(|| page.text(i));
    let Some(stamp) = date::machine(value, sources.order) else { return };
    let evidence = if mark.by == By::Itemprop { Evidence::Microdata } else { Evidence::Rdfa };
    let (list, origin) = if modified {
        (&mut dates.modified, "dateModified")
    } else {
        (&mut dates.published, "datePublished")
    };
    let earlier = i32::try_from(list.iter().filter(|o| o.origin == origin).count().min(6)).unwrap_or(0);
    let place = sources.place(i).0;
    let printed = page.tag(i) != Tag::Meta;
    let loose = place == Place::Elsewhere
        && !page.ancestors(i).any(|a| sources.holds_the_article(a) && page.attr(a, "itemscope").is_some());
    let other = sources.is_of_another_work(i) || printed && (loose || sources.is_aside(i, place));
    let aside = if other { 40 } else { 0 };
    list.push(Offer::new(stamp, evidence, origin, 86 - earlier * 4 - aside));
}

/// The listing that led here, and the page's address.
fn elsewhere(sources: &Sources<'_>, dates: &mut Dates) {
    if let Some(stamp) = sources.input.hints.listed.as_ref().and_then(|l| l.date) {
        dates.published.push(Offer::new(stamp, Evidence::Listing, "listing", 51));
    }
    if let Some(stamp) = url_date(sources.page.url.path()) {
        dates.published.push(Offer::new(
            stamp,
            Evidence::Url,
            "url",
            if stamp.day().is_some() { 50 } else { 4 },
        ));
    }
}

/// `/2016/12/26/`, `/2016-12-26-`, `/20161226/`, `/2016/1226/`, `/2016/12/`.
fn url_date(path: &str) -> Option<Stamp> {
    let bytes = path.as_bytes();
    let number = |from: usize, length: usize| -> Option<u32> {
        let digits = path.get(from..from + length)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    let separator = |at: usize| bytes.get(at).is_some_and(|b| matches!(b, b'/' | b'-' | b'_' | b'.'));
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut month_only = None;
    for at in 0..bytes.len() {
        if at > 0 && digit(at - 1) {
            continue;
        }
        let Some(year) =
            number(at, 4).filter(|y| (1993..2100).contains(y)).and_then(|y| i32::try_from(y).ok())
        else {
            continue;
        };
        let mut next = at + 4;
        let spaced = separator(next);
        next += usize::from(spaced);
        let month_length = if number(next, 2).is_some() { 2 } else { usize::from(spaced && digit(next)) };
        let Some(month) = number(next, month_length).filter(|m| (1..=12).contains(m)) else { continue };
        next += month_length;
        let spaced_day = separator(next);
        next += usize::from(spaced_day);
        let day_length = if number(next, 2).is_some() { 2 } else { usize::from(spaced_day && digit(next)) };
        let ends = !digit(next + day_length);
        let day = number(next, day_length).and_then(|d| chrono::NaiveDate::from_ymd_opt(year, month, d));
        match day {
            // 20161226 needs an end; so does a number of an article that begins like a date.
            Some(day)
                if ends
                    && day_length > 0
                    && (spaced || at == 0 || separator(at - 1) || bytes[at - 1].is_ascii_alphabetic()) =>
            {
                return Some(Stamp::Day(day));
            }
            _ if spaced && spaced_day && month_length == 2 => {
                month_only = month_only.or(Some(Stamp::Month(year, month)));
            }
            _ => {}
        }
    }
    month_only.or_else(|| path.split('/').find_map(day_first))
}

/// `29-10-2021` as a whole part of the path.
fn day_first(part: &str) -> Option<Stamp> {
    let mut numbers = part.splitn(3, ['-', '.', '_']);
    let (day, month, year) = (numbers.next()?, numbers.next()?, numbers.next()?);
    (year.len() == 4 && day.len() <= 2 && month.len() <= 2).then_some(())?;
    chrono::NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        .map(Stamp::Day)
}

/// A date that several places tell is likelier right, and one that the address or the listing tells as well.
fn agree(offers: &mut [Offer<Stamp>]) {
    let days: Vec<_> = offers.iter().map(|o| o.value.day()).collect();
    let origins: Vec<_> = offers.iter().map(|o| o.origin).collect();
    for (n, offer) in offers.iter_mut().enumerate() {
        if days[n].is_none() {
            offer.score -= 40;
            continue;
        }
        let agreeing = (0..days.len()).filter(|&m| origins[m] != offer.origin && days[m] == days[n]).count();
        offer.score += i32::try_from(agreeing.min(3)).unwrap_or(0) * 5;
    }
}

/// An address with a day in it was made on that day. A page that declares to be much younger than its address was
/// moved or made anew.
fn as_addressed(offers: &mut [Offer<Stamp>]) {
    let Some(best) = super::sources::best(offers) else { return };
    let (Some(declared), score) = (best.value.day(), best.score) else { return };
    let older = |o: &Offer<Stamp>| {
        o.evidence == Evidence::Url && o.value.day().is_some_and(|d| (declared - d).num_days() > MOVED)
    };
    if let Some(address) = offers.iter_mut().find(|o| older(o)) {
        address.score = score + 1;
    }
}

/// Days; between them an article may lie unpublished under its address.
const MOVED: i64 = 60;

/// Where the best is a moment in UTC and the page prints the day before or after it for its readers, theirs is
/// the day: a paper in Denver dates its evening by Denver's clock.
fn as_printed(offers: &mut [Offer<Stamp>]) {
    let Some(best) = super::sources::best(offers) else { return };
    let (Stamp::Instant(moment), score) = (best.value, best.score) else { return };
    if moment.offset().local_minus_utc() != 0 {
        return;
    }
    let printed_so = |o: &Offer<Stamp>| {
        o.score >= 55
            && matches!(o.evidence, Evidence::TimeTag | Evidence::Visible)
            && o.value.day() == Some(moment.date_naive())
    };
    if offers.iter().any(printed_so) {
        return;
    }
    let near = |o: &Offer<Stamp>| {
        if o.value.day().is_none_or(|d| (d - moment.date_naive()).num_days().abs() != 1) {
            return false;
        }
        let printed = o.score >= 55
            && matches!(o.evidence, Evidence::TimeTag | Evidence::Visible | Evidence::Microdata);
        match o.value {
            // The same moment, with the zone in which the page lives.
            Stamp::Instant(i) => (i - moment).num_minutes().abs() <= 60 && i.offset().local_minus_utc() != 0,
            Stamp::Local(t) => printed && (t - moment.naive_utc()).num_hours().abs() <= 14,
            _ => printed,
        }
    };
    if let Some(printed) = offers.iter_mut().find(|o| near(o)) {
        printed.score = score + 1;
    }
}

/// Where the page prints one date beside its title, and that is earlier than the declared one, the declared one is
/// that of a move or of a revision.
fn earlier_as_printed(offers: &mut [Offer<Stamp>]) {
    let Some(best) = super::sources::best(offers) else { return };
    let (Some(declared), score) = (best.value.day(), best.score) else { return };
    if best.evidence >= Evidence::TimeTag
        || offers.iter().any(|o| o.evidence == Evidence::Url && o.value.day() == Some(declared))
    {
        return;
    }
    let beside =
        |o: &Offer<Stamp>| matches!(o.evidence, Evidence::TimeTag | Evidence::Visible) && o.score >= 60;
    let mut days = offers.iter().filter(|o| beside(o)).filter_map(|o| o.value.day());
    let Some(day) = days.next().filter(|d| *d < declared) else { return };
    if days.all(|d| d == day)
        && let Some(printed) = offers.iter_mut().find(|o| beside(o) && o.value.day() == Some(day))
    {
        printed.score = score + 1;
    }
}

/// The first date of publication in the data of a page's scripts (Next.js and its like). Read only where nothing
/// better is known: such data tell of other articles, too.
fn app_state(sources: &Sources<'_>) -> Option<Offer<Stamp>> {
    #[rustfmt::skip]
    const NAMES: &[&str] = &[
        "\"datePublished\":\"", "\"publishedDate\":\"", "\"publishedAt\":\"", "\"published_at\":\"", "\"publish_date\":\"",
        "\"publishDate\":\"", "\"publicationDate\":\"", "\"pubDate\":\"", "\"firstPublishedAt\":\"", "\"first_published_at\":\"",
    ];
    let page = sources.page;
    page.all(Tag::Script)
        .map(|i| page.raw_text(i))
        .filter(|t| t.contains("ublish") || t.contains("pubDate"))
        .find_map(|text| {
            let (at, name) = NAMES.iter().filter_map(|n| text.find(n).map(|at| (at, n))).min()?;
            let value = &text[at + name.len()..];
            let stamp = date::machine(&value[..value.find('"')?], sources.order)?;
            Some(Offer::new(stamp, Evidence::AppState, "script", 42))
        })
}

/// A page that tells only when it was last changed was published no later: better than nothing, where the page
/// prints it for its readers. Beside its title, that is better than a date without a word that stands elsewhere,
/// and is likely another article's.
fn last_resort(dates: &mut Dates) -> bool {
    let Some(modified) =
        super::sources::best(&dates.modified).filter(|o| o.score >= 36 && o.value.day().is_some())
    else {
        return false;
    };
    let surer = |o: &Offer<Stamp>| {
        o.score >= LEAST && (o.score >= 40 || modified.score < 60 || o.evidence != Evidence::Visible)
    };
    if dates.published.iter().any(surer) {
        return false;
    }
    for other in &mut dates.published {
        other.score = other.score.min(LEAST - 1);
    }
    dates.published.push(Offer { score: LEAST, origin: "modified", ..modified.clone() });
    true
}

/// `modified` is told only where it differs from `published`.
fn drop_unchanged(dates: &mut Dates) {
    if let Some(published) =
        super::sources::best(&dates.published).filter(|o| o.score >= LEAST).map(|o| o.value)
    {
        dates.modified.retain(|o| o.value != published && o.value.earliest() >= published.earliest());
    }
}

pub(crate) use super::sources::Place;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_addresses() {
        let cases = [
            ("/2016/12/26/title", Some("2016-12-26")),
            ("/news/2016-12-26-title.html", Some("2016-12-26")),
            ("/n1/2024/0424/c1001-40223222.html", Some("2024-04-24")),
            ("/a/20161226/1.htm", Some("2016-12-26")),
            ("/2016/12/title", Some("2016-12")),
            ("/2016/1/5/title", Some("2016-01-05")),
            ("/article/20161299", None),
            ("/id/2016122600123", None),
            ("/top-10-of-2016", None),
            ("/t20161226_123.html", Some("2016-12-26")),
            ("/news/29-10-2021", Some("2021-10-29")),
        ];
        for (path, expected) in cases {
            assert_eq!(url_date(path).map(|s| s.to_string()).as_deref(), expected, "{path}");
        }
    }
}
