//! How much a cluster looks like the page's list of works.

use super::cluster::{Cluster, Record, is_marked_entry};
use super::survey::Survey;
use super::text;
use super::words::Region;
use crate::{NodeId, Page, Tag};
use std::collections::HashSet;
use std::fmt;

/// What speaks for and against a cluster, each in its own unit, and what it comes to.
#[derive(Debug, Clone, Default)]
pub(super) struct Score {
    /// Different addresses.
    pub(super) works: usize,
    /// Mean weight of the links' texts, [`text::weight`].
    title: f64,
    /// Mean bytes of the records' texts beyond the link.
    around: f64,
    /// Share of records with a date.
    pub(super) dates: f64,
    /// Share of links that are headings.
    pub(super) headings: f64,
    /// Share of links whose text only says "Read more", "PDF", or nothing.
    pub(super) actions: f64,
    /// Share of links to a file, where their text is no title.
    documents: f64,
    /// Share of records with a price.
    pub(super) prices: f64,
    /// Share of the page's text within the records.
    pub(super) mass: f64,
    /// What the place of the records is worth, 0..=1.
    pub(super) place: f64,
    /// Share of links that are words of a sentence.
    inline: f64,
    /// How much it looks like a list of anything.
    pub(super) list: f64,
    /// How much it looks like a list of works.
    pub(super) total: f64,
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.0} works={} title={:.0} around={:.0} dates={:.2} headings={:.2} actions={:.2} documents={:.2} \
             prices={:.2} inline={:.2} mass={:.2} place={:.2}",
            self.total,
            self.works,
            self.title,
            self.around,
            self.dates,
            self.headings,
            self.actions,
            self.documents,
            self.prices,
            self.inline,
            self.mass,
            self.place
        )
    }
}

/// Records that are read in full; of longer lists every n-th is.
const SAMPLE: usize = 64;

pub(super) fn score(survey: &Survey<'_>, cluster: &Cluster) -> Score {
    let page = survey.page;
    let records = &cluster.records;
    let link = |r: &Record| &survey.links[r.link];
    let works = records.iter().map(|r| link(r).href).collect::<HashSet<_>>().len();
    let step = records.len().div_ceil(SAMPLE).max(1);
    let sample: Vec<&Record> = records.iter().step_by(step).collect();
    let n = sample.len().max(1) as f64;
    let share = |f: &dyn Fn(&Record) -> bool| sample.iter().filter(|r| f(r)).count() as f64 / n;
    let mean = |f: &dyn Fn(&Record) -> usize| sample.iter().map(|r| f(r)).sum::<usize>() as f64 / n;
    let texts = sample.iter().map(|r| link(r).text).collect::<HashSet<_>>().len();
    let length = |r: &Record| r.range(page).len();
    // A text that all share says nothing of any of them.
    let repeated = texts == 1 && sample.len() > 2;
    let action = |r: &Record| repeated || link(r).action;
    let mut score = Score {
        works,
        title: mean(&|r| link(r).weight.min(120)),
        around: mean(&|r| length(r).saturating_sub(page.text_len(link(r).node)).min(400)),
        dates: share(&|r| text::may_hold_date(start(r.text(page)))),
        headings: share(&|r| link(r).heading),
        actions: share(&action),
        documents: share(&|r| action(r) && text::is_document(link(r).href)),
        prices: share(&|r| length(r) < 400 && text::holds_price(r.text(page))),
        mass: records.iter().map(length).sum::<usize>() as f64 / survey.text_len as f64,
        place: mean(&|r| (1000.0 * place(survey, r)) as usize) / 1000.0,
        inline: 0.0,
        list: 0.0,
        total: 0.0,
    };
    let distinct = works as f64 / records.len().max(1) as f64;
    let told_apart = if repeated { 0.0 } else { texts as f64 / n };
    // What one record says: a title, and some more about it. Short labels say next to nothing.
    let named = score.title.min(80.0) * (score.title / 24.0).min(1.0) * told_apart * (1.0 - score.actions);
    let told = named
        + 0.25 * score.around.min(200.0)
        + 40.0 * score.dates
        + 60.0 * score.headings * told_apart
        + 20.0 * score.documents
        + 30.0 * share(&|r| is_marked_entry(page, r.root));
    let entries = matches!(page.tag(records[0].root), Tag::Li | Tag::Tr | Tag::Dt | Tag::Dd | Tag::Article);
    let titled = score.title >= 24.0 && (entries || score.dates > 0.8)
        || score.title >= 12.0 && entries && score.dates > 0.8;
    score.inline = if titled { 0.0 } else { share(&|r| stands_in_prose(page, link(r).node)) };
    score.list = told
        * (works as f64).powf(0.7)
        * distinct
        * score.place
        * (1.0 - 0.5 * (score.actions - score.documents).max(0.0))
        * if score.inline > 0.4 { 0.1 } else { 1.0 };
    score.total = score.list * (1.0 - 0.95 * score.prices);
    score
}

/// Where an entry's date is looked for: its first few hundred bytes.
fn start(text: &str) -> &str {
    let end = text.len().min(400);
    &text[..(0..=end).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)]
}

/// Whether a link is part of a sentence: words lead up to it in its line, or the sentence goes on after it.
fn stands_in_prose(page: &Page, link: NodeId) -> bool {
    // Neither is one that lies over a whole entry, without a text of its own.
    if page.text(link).contains('\n') || page.text(link).is_empty() {
        return false;
    }
    let Some(block) = page.ancestors(link).find(|&a| page.tag(a).is_block()) else { return false };
    let (line, own) = (page.text_range(block), page.text_range(link));
    let text = page.full_text();
    // What separates the link from what stands before it is the first of its own slice.
    let begin = own.end - page.slice(link).trim_start().len();
    let before =
        text.get(line.start..begin).unwrap_or_default().rsplit('\n').next().unwrap_or_default().trim();
    if before.len() >= 30 && before.chars().filter(|c| c.is_alphabetic()).count() >= 12 {
        return true;
    }
    let after = text.get(own.end..line.end).unwrap_or_default().lines().next().unwrap_or_default();
    let next = after.trim_start().chars().next();
    let goes_on = next.is_some_and(|c| {
        c.is_lowercase()
            || ",’'，、。；".contains(c)
            || (c.is_alphabetic() && !c.is_ascii() && !after.starts_with(' '))
    });
    goes_on && after.len() >= 40
}

/// What the place of a record is worth: of the list it stands in, and of the link within the record.
pub(super) fn place(survey: &Survey<'_>, record: &Record) -> f64 {
    let list = survey.page.parent(record.root).map_or(Region::NONE, |p| survey.region(p));
    let link = survey.links[record.link].region;
    let mut worth = 1.0;
    for (part, factor) in [
        (Region::NAVIGATION, 0.12),
        (Region::FOOTER, 0.12),
        (Region::HEADER, 0.3),
        (Region::ASIDE, 0.25),
        (Region::RELATED, 0.25),
        (Region::COMMENTS, 0.05),
        (Region::PAGER, 0.05),
        (Region::LABELS, 0.5),
    ] {
        if list.has(part) {
            worth *= factor;
        }
    }
    let within = Region::LABELS.with(Region::CREDITS);
    if link.has(within) && !list.has(within) {
        worth *= 0.3;
    }
    if link.has(Region::COMMENTS) && !list.has(Region::COMMENTS) {
        worth *= 0.2;
    }
    worth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_in_a_sentence_is_told_from_one_on_a_line_of_its_own() {
        let prose = |html: &str| {
            let url = url::Url::parse("https://a.example/").unwrap();
            let page = Page::parse(&url, html);
            let link = page.all(Tag::A).next_back();
            stands_in_prose(&page, link.unwrap())
        };
        assert!(prose(
            "<p>As it was told in a report of the harbour master, <a href=/b>the wall</a> broke.</p>"
        ));
        assert!(!prose(
            "<div><a href=/a><p>As it was told in a report of the harbour master</p></a> <a href=/b><div><img><p>The wall</p></div></a></div>"
        ));
    }
}
