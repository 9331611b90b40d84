//! What a page is: an article, a list, or neither.

use super::score::Score;
use super::select::{Contrast, Selection};
use super::signals::Signals;
use model::{Evidence, Field, PageKind};

/// From here on a page is an article; its lists are then other people's, or of other things.
const ARTICLE: f64 = 1.0;

/// What the page is, by what it declares, by the mass of its text against that of its list, and, where these
/// say little, by what it was expected to be.
pub(super) fn kind(
    signals: &Signals,
    selection: &Selection,
    expected: PageKind,
    body_len: usize,
) -> Field<PageKind> {
    let place = signals.list_address || signals.archive || expected == PageKind::Listing;
    // One entry alone is a list only where a list is to be expected.
    let best = selection.best().map(|b| &b.score).filter(|b| b.works > 1 || place);
    // Without a list, and with much to read, amounts within sentences are what the text tells of.
    let told = best.is_none() && selection.contrast.own > 3000;
    let signals = &Signals { prices: if told { signals.tags } else { signals.prices }, ..*signals };
    let mut declared = declared(signals);
    // Some software declares every page with a text an article, the page of an author as well.
    let whose = signals.author_page || signals.list_address;
    if whose && expected == PageKind::Listing && best.is_some() && selection.contrast.share < 0.5 {
        declared = declared.min(0.0);
    }
    let mut weight = declared + measured(&selection.contrast, best, signals, body_len);
    // An expectation is worth half a sign: enough to break a tie.
    match expected {
        PageKind::Article => weight += 0.25,
        PageKind::Listing => weight -= 0.25,
        _ => {}
    }
    let evidence = match declared {
        d if d >= 1.5 && signals.articles > 0 => Evidence::JsonLd,
        d if d >= 1.0 && signals.og_article => Evidence::OpenGraph,
        _ => Evidence::Text,
    };
    if weight >= ARTICLE {
        return Field::new(PageKind::Article, evidence);
    }
    if best.is_some() || (signals.list_address && !signals.single) || signals.archive || signals.prices > 7 {
        return Field::new(PageKind::Listing, if best.is_some() { Evidence::Listing } else { Evidence::Url });
    }
    let prose = selection.contrast.own > 1500 && weight > -0.5;
    let kind = if prose { PageKind::Article } else { PageKind::Other };
    Field::new(kind, Evidence::Text)
}

/// What the page says of itself, in signs for an article.
pub(super) fn declared(signals: &Signals) -> f64 {
    let mut weight = 0.0;
    let mut sign = |holds: bool, worth: f64| {
        if holds {
            weight += worth;
        }
    };
    sign(signals.og_article, 1.0);
    sign(signals.published, 1.5);
    sign(matches!(signals.articles, 1..=2), 1.5);
    sign(signals.articles > 2 && signals.lists == 0, 0.5);
    sign(signals.single, 1.5);
    sign(signals.self_link, 0.5);
    sign(signals.lists > 0 && signals.articles == 0, -1.0);
    sign(signals.archive && !signals.single, -1.5);
    sign(signals.list_address && !signals.single, -1.0);
    sign(signals.root, -2.0);
    let wares = signals.prices > 7 && !signals.published && signals.articles == 0;
    sign(wares, if signals.og_article { -1.0 } else { -2.0 });
    sign(signals.section_address, -0.5);
    sign(signals.entry_address && !signals.list_address, 0.5);
    weight
}

/// What can be measured: the text of its own against the list.
fn measured(contrast: &Contrast, best: Option<&Score>, signals: &Signals, body_len: usize) -> f64 {
    let mut weight = 0.0;
    let mut sign = |holds: bool, worth: f64| {
        if holds {
            weight += worth;
        }
    };
    sign(contrast.own > 600 && contrast.share > 0.5, 1.0);
    sign(contrast.own > 2000 && contrast.share > 0.3, 0.5);
    sign(contrast.own > 2000 && contrast.share > 0.7, 0.5);
    sign(contrast.own < 400, -0.5);
    sign(contrast.alike > 0.5, if contrast.numbered { 1.5 } else { 0.5 });
    sign(contrast.alike > 0.8 && contrast.numbered, 0.5);
    let Some(best) = best else { return weight };
    // Much text, and a list that is hardly one: the links of an article.
    let place = signals.list_address || signals.archive || signals.root;
    sign(body_len > 4000 && best.list < 300.0 && !place, 1.0);
    sign(body_len > 4000 && contrast.outward > 0.6, 1.0);
    if best.place > 0.9 && best.works > 4 {
        sign(best.mass > 0.15 && best.dates > 0.8, -1.0);
        sign(best.mass > 0.3, -0.5);
        sign(best.headings > 0.8 && best.mass > 0.15, -0.5);
        sign(best.mass > 0.5 && best.list > 600.0 && body_len < 1500, -1.0);
        // A long list with no text at all, whatever the software calls its pages.
        sign(best.mass > 0.4 && best.works > 40 && best.list > 300.0 && body_len < 300, -1.5);
    }
    sign(best.prices > 0.5 && best.works > 4, -1.5);
    weight
}

#[cfg(test)]
mod tests {
    use crate::listing::tests::page;
    use model::PageKind;

    #[test]
    fn amounts_that_a_text_tells_of_are_no_wares() {
        let page_of = |told: &str, tag: &str| {
            let lines: String =
                (1..40).map(|n| format!("<p>{}</p>{}", told.replace('#', &n.to_string()), tag)).collect();
            page(
                "https://a.example/the-wall",
                PageKind::Other,
                &format!("<body><main><h1>The wall</h1>{lines}</main></body>"),
            )
        };
        let told = "In the #th year the wall cost $40,000, they say, and the old one, in its day, $900 and a week of work.";
        assert_eq!(page_of(told, "").kind.value, PageKind::Article);
        let told =
            "Bricks of the #th kind, and much of what else a wall is made of, are sold here, by the hundred.";
        assert_eq!(page_of(told, "<p>Bricks, red</p><p>$40.00</p>").kind.value, PageKind::Listing);
    }
}
