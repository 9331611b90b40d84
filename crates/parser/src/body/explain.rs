//! The elements that could have been the body.

use super::{Body, contexts::Trust, score::Survey, shown_units};
use crate::{
    Page, Tag,
    explain::{BodyCandidate, element, start},
};

/// Candidates that are shown.
const MOST: usize = 8;

/// The elements with the most to say for them, best first; of elements around each other that come to the same,
/// the innermost. The chosen one is among them.
pub(crate) fn explain(page: &Page, body: &Body) -> Vec<BodyCandidate> {
    let survey = Survey::new(page, shown_units(page), Trust::All);
    let mut sums: Vec<(f64, usize)> = (page.body()..page.end(page.body()))
        .filter(|&i| page.tag(i) != Tag::Text)
        .map(|i| (survey.sum(page, i), i))
        .filter(|(sum, i)| *sum > 0.0 || body.root == Some(*i))
        .collect();
    // Stable: later, so deeper, elements first among equals.
    sums.reverse();
    sums.sort_by(|a, b| b.0.total_cmp(&a.0));
    let chosen = |i: usize| body.root == Some(i);
    sums.dedup_by(|a, b| a.0 == b.0 && page.within(b.1, a.1) && !chosen(a.1));
    let place = sums.iter().position(|(_, i)| chosen(*i));
    if let Some(place) = place.filter(|p| *p >= MOST) {
        sums.swap(place, MOST - 1);
    }
    sums.truncate(MOST);
    sums.into_iter()
        .map(|(score, i)| BodyCandidate {
            element: element(page, i),
            score: score.round(),
            bytes: page.text_len(i),
            links: (page.link_len(i) as f64 / page.text_len(i).max(1) as f64 * 100.0).round() / 100.0,
            begin: start(page.text(i)),
            chosen: chosen(i),
        })
        .collect()
}
