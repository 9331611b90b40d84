//! Why a page's list was found, or not, and what it was taken for.

use super::kind::declared;
use super::select::{self, Choice};
use super::signals::Signals;
use super::survey::Survey;
use crate::explain::{ListCandidate, element, start};
use crate::{Page, body::Body};

/// Candidates that are shown.
const MOST: usize = 12;

/// What spoke for a kind of page, and the candidate lists, best first.
pub(crate) fn explain(page: &Page, body: &Body) -> (Vec<(String, String)>, Vec<ListCandidate>) {
    let survey = Survey::of(page);
    let signals = Signals::of(page);
    let selection = select::select(&survey, body, signals.lists_somewhere());
    let mut signs: Vec<(String, String)> = Vec::new();
    let mut sign = |name: &str, value: String| {
        if !matches!(value.as_str(), "0" | "0.0" | "0.00" | "false") {
            signs.push((name.to_owned(), value));
        }
    };
    sign("declared, in signs for an article", format!("{:.1}", declared(&signals)));
    sign("og:type article", signals.og_article.to_string());
    sign("og:type of something else", signals.og_other.to_string());
    sign("publication date declared", signals.published.to_string());
    sign("articles in json-ld", signals.articles.to_string());
    sign("lists in json-ld", signals.lists.to_string());
    sign("other things in json-ld", signals.others.to_string());
    sign("template of a single entry", signals.single.to_string());
    sign("template of an archive", signals.archive.to_string());
    sign("heading links to the page itself", signals.self_link.to_string());
    sign("address of a list", signals.list_address.to_string());
    sign("address of an entry", signals.entry_address.to_string());
    sign("address of a section", signals.section_address.to_string());
    sign("an author's page", signals.author_page.to_string());
    sign("front page", signals.root.to_string());
    sign("prices", signals.prices.to_string());
    sign("bytes of the body", body.text_len.to_string());
    sign("bytes of text of its own", selection.contrast.own.to_string());
    sign("share of the text in the best list", format!("{:.2}", selection.contrast.share));
    sign("share of records that look alike", format!("{:.2}", selection.contrast.alike));
    sign(
        "best list, as a list of anything",
        selection.best().map_or(0.0, |b| b.score.list.round()).to_string(),
    );
    let lists = selection.choices.iter().take(MOST).map(|c| candidate(&survey, c)).collect();
    (signs, lists)
}

fn candidate(survey: &Survey<'_>, choice: &Choice) -> ListCandidate {
    let page = survey.page;
    let first = choice.records.first();
    let link = first.map(|r| &survey.links[r.link]);
    ListCandidate {
        score: choice.score.total.round(),
        works: choice.score.works,
        element: first.map(|r| element(page, r.root)).unwrap_or_default(),
        heading: start(choice.heading.as_deref().unwrap_or_default()),
        first: link.map(|l| (start(l.text), l.href.to_owned())).unwrap_or_default(),
        beside: first
            .into_iter()
            .flat_map(|r| page.ancestors(r.root).filter(|&a| survey.marks_a_place(a)))
            .map(|a| element(page, a))
            .collect(),
        figures: choice.score.to_string(),
        chosen: false,
    }
}
