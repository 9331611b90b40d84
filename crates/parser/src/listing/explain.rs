//! Why a page's list was found, or not: the search's own figures, for `byline try --explain`.

use super::kind::declared;
use super::select::{self, Choice};
use super::signals::Signals;
use super::survey::Survey;
use crate::{Page, body::Body};

/// Candidates that are shown.
const MOST: usize = 12;

/// First what the page declares and how its best list compares with its own text, then one line a candidate
/// list, best first: its figures, its first entry, the heading over it, and the elements that cost it its
/// place.
pub fn explain(page: &Page, body: &Body) -> Vec<String> {
    let survey = Survey::of(page);
    let selection = select::select(&survey, body);
    let signals = Signals::of(page);
    let mut lines = vec![
        format!("{signals:?} declared={:.1}", declared(&signals)),
        format!(
            "{:?} body={} best={}",
            selection.contrast,
            body.text_len,
            selection.best().map(|b| format!("{:.0} {}", b.score.list, b.score)).unwrap_or_default()
        ),
    ];
    lines.extend(selection.choices.iter().take(MOST).map(|c| line(&survey, c)));
    lines
}

fn line(survey: &Survey<'_>, choice: &Choice) -> String {
    let page = survey.page;
    let Some(first) = choice.records.first() else { return choice.score.to_string() };
    let link = &survey.links[first.link];
    let places: Vec<String> = page
        .ancestors(first.root)
        .filter(|&a| survey.marks_a_place(a))
        .map(|a| format!("<{} class={:?} id={:?}>", page.name(a), start(page.class(a)), page.id(a)))
        .collect();
    let heading = choice.heading.as_deref().unwrap_or_default();
    format!(
        "{} <{}> {:?} {} heading={:?} {}",
        choice.score,
        page.name(first.root),
        start(link.text),
        start(link.href),
        start(heading),
        places.join(" ")
    )
}

fn start(text: &str) -> String {
    text.chars().take(60).collect()
}
