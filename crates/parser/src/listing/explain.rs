//! Why a page's list was found, or not: the search's own figures, for `byline try --explain`.

use super::select::{self, Choice};
use super::survey::Survey;
use crate::{Page, body::Body};

/// Candidates that are shown.
const MOST: usize = 12;

/// One line for what speaks for the page being an article (1.5 or more: it is one), then one a candidate
/// list, best first: its figures, its first entry, the heading over it, and the elements that cost it its place.
pub fn explain(page: &Page, body: &Body) -> Vec<String> {
    let survey = Survey::of(page);
    let selection = select::select(&survey, body);
    let mut lines = vec![format!("article? {}", selection.doubt)];
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
