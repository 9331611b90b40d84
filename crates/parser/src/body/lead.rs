//! The standfirst: the summary between title and text, which stands outside of what holds the text on every
//! third news page.

use super::{
    cues::Cue,
    headings::titles,
    score::Survey,
    text::{letters, same_start},
};
use crate::{Page, Tag};

/// How many runs of text before the body are looked at: byline, date, share buttons and the picture's
/// caption stand in between.
const REACH: usize = 40;

/// Bytes of a line that may be a title.
const TITLE: usize = 120;

/// Marks the standfirst as kept where it stands between the title and the first unit that is kept.
pub(super) fn keep_standfirst(page: &Page, survey: &Survey, keep: &mut [bool]) {
    let Some(first) = keep.iter().position(|k| *k) else { return };
    // A title that is no heading may be all that is kept above it.
    let first = (first..keep.len()).find(|&i| keep[i] && survey.units[i].len() > TITLE).unwrap_or(first);
    let declared = descriptions(page);
    let titles = titles(page);
    let from = first.saturating_sub(REACH);
    let title = (from..first).rev().find(|&i| page.tag(survey.units[i].block) == Tag::H1);
    for (i, unit) in survey.units.iter().enumerate().take(first).skip(title.map_or(from, |t| t + 1)) {
        let text = unit.text(page);
        if unit.len() < 30 || unit.len() > 1500 || unit.link_share() > 0.5 {
            continue;
        }
        let context = survey.context[i];
        let own = letters(text);
        if titles.contains(&own) {
            continue;
        }
        let is_declared = declared.iter().any(|d| same_start(d, &own));
        let named = context == Cue::Standfirst && title.is_some();
        if is_declared && !matches!(context, Cue::Comments | Cue::Related) || named {
            keep[i] = true;
        }
    }
}

/// What the head calls the page's description, in letters.
fn descriptions(page: &Page) -> Vec<String> {
    let mut found: Vec<String> = page
        .all(Tag::Meta)
        .filter(|&m| {
            let name = page.attr(m, "name").or_else(|| page.attr(m, "property")).unwrap_or_default();
            ["description", "og:description", "twitter:description"]
                .iter()
                .any(|d| name.eq_ignore_ascii_case(d))
        })
        .filter_map(|m| page.attr(m, "content"))
        .map(letters)
        .filter(|d| d.len() >= 24)
        .collect();
    found.dedup();
    found
}
