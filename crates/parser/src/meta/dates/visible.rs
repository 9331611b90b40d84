//! Dates that the page prints for its readers.

use super::{
    Dates, Place,
    label::{Label, before_of, has_label, label, label_after, label_before},
};
use crate::meta::{
    date,
    marks::By,
    sources::{Offer, Sources},
    text::letter_count,
};
use model::{Evidence, Stamp};

/// Where a line stands and so how far a date in it can be trusted.
pub(super) fn collect(sources: &Sources<'_>, dates: &mut Dates) {
    classes(sources, dates);
    dateline(sources, dates);
    // A paragraph stood there: the article has begun, and a date by itself may be that of a teaser in it.
    let mut begun = false;
    for line in &sources.lines {
        let long = line.text.chars().count() > 110;
        let opening = !begun;
        begun |= long && !line.before;
        if line.text.len() > 1200 {
            continue;
        }
        let all = date::find(line.text, sources.order);
        let bare = rest_of(line.text, &all) <= 24;
        for (n, found) in all.iter().enumerate().take(4) {
            let since = n.checked_sub(1).map_or(0, |before| all[before].at.end);
            let label = label(before_of(&line.text[since..found.at.start]))
                .or_else(|| label_after(&line.text[found.at.end..]));
            let mut score = match line.place {
                Place::Head => 62 - i32::from(line.distance.min(20)) - if line.before { 6 } else { 0 },
                // The text of many a page begins with its own date line.
                Place::Body if line.distance <= 2 && !long => 52,
                Place::Body if opening && line.distance <= 6 && found.at.len() == line.text.len() => {
                    62 - i32::from(line.distance)
                }
                Place::Body => 30,
                Place::Tail if label.is_none() && sources.zones.is_cjk => 10,
                Place::Tail => 34 - i32::from(line.distance.min(10)),
                Place::Elsewhere => 12,
            };
            score += match label {
                Some(Label::Original) => 8.max(FIRST - score),
                Some(Label::Foreign) => -40,
                Some(_) => 8,
                None => 0,
            };
            if is_span(line.text, &all, n) {
                score -= 40;
            }
            if long && label != Some(Label::Original) {
                // A sentence that tells of a day.
                score -= if label == Some(Label::Published) && found.at.start < 160 { 12 } else { 45 };
            }
            if found.at.len() * 2 >= line.text.len() {
                score += 4;
            } else if line.place == Place::Body && label.is_none() && !(bare && line.distance <= 6) {
                score -= 25;
            }
            if found.ambiguous {
                score -= 4;
            }
            if n > 0 && label.is_none() {
                score -= 8;
            }
            if line.linked {
                score -= 20;
            }
            let list =
                if label == Some(Label::Modified) { &mut dates.modified } else { &mut dates.published };
            list.push(Offer::new(found.stamp, Evidence::Visible, "line", score));
        }
        if all.is_empty()
            && (line.place == Place::Head
                || line.place == Place::Body
                    && line.distance <= 4
                    && line.text.contains(|c: char| c.is_ascii_digit()))
            && line.text.len() < 60
            && let Some(day) = date::relative(line.text, sources.input.captured_at)
        {
            dates.published.push(Offer::new(Stamp::Day(day), Evidence::Visible, "relative", 30));
        }
    }
}

/// "27.1.2022 – At the ceremony ...", "(21. November 2022) Consumers ...", "BERLIN, March 5, 2020 /Wire/ -- ...": the
/// day with which the text begins. Where several paragraphs begin with a day of their own, the text is a chronicle.
fn dateline(sources: &Sources<'_>, dates: &mut Dates) {
    let mut days = sources
        .lines
        .iter()
        .filter(|l| l.place == Place::Body && l.text.chars().count() > 80)
        .filter_map(|l| Some((opening_day(l.text, sources.order)?, l.distance)));
    let Some((stamp, distance)) = days.next().filter(|(_, distance)| *distance <= 4) else { return };
    if days.all(|(other, _)| other.day() == stamp.day()) {
        let score = DATELINE - i32::from(distance);
        dates.published.push(Offer::new(stamp, Evidence::Visible, "dateline", score));
    }
}

/// Score of a day with which the text's first paragraph begins.
const DATELINE: i32 = 50;

/// The day that a mark parts from the sentence behind it, with a place or a kind of text before it at most.
fn opening_day(text: &str, order: date::Order) -> Option<Stamp> {
    let start = &text[..text.char_indices().nth(70).map_or(text.len(), |(at, _)| at)];
    let found = date::find(start, order).into_iter().next().filter(|f| f.stamp.day().is_some())?;
    let (before, after) = (&start[..found.at.start], start[found.at.end..].trim_start());
    let parted = after.starts_with(['-', '–', '—', '·', '|', ':', ')', '）', '/', '•', '】', ']']);
    let short = before.chars().count() <= 30 && !before.contains(['.', '!', '?', ':', '"', '“', '„', '«']);
    (parted && short && label(before) != Some(Label::Foreign)).then_some(found.stamp)
}

/// Score of a date that the page says to be the first, which is above any other that it prints.
const FIRST: i32 = 78;

/// Letters and digits of a line beside its dates: few where it is a line of dates ("5 May 2020 · 6 min read").
fn rest_of(line: &str, found: &[date::Found]) -> usize {
    letter_count(line) - found.iter().map(|f| letter_count(&line[f.at.clone()])).sum::<usize>()
}

/// "1 May to 30 May 2020": the date is one end of a span of time, so of something that takes place.
fn is_span(line: &str, found: &[date::Found], n: usize) -> bool {
    #[rustfmt::skip]
    const TO: &[&str] = &["-", "–", "—", "~", "～", "至", "到", "to", "until", "through", "bis", "bis zum", "jusqu'au", "au", "al", "до", "から"];
    let joined = |a: usize| {
        found.get(a).zip(found.get(a + 1)).is_some_and(|(a, b)| {
            a.stamp.day() != b.stamp.day() && TO.contains(&line[a.at.end..b.at.start].trim())
        })
    };
    joined(n) || n.checked_sub(1).is_some_and(joined)
}

/// Dates with the word for "published" before them anywhere in the text: where a thread's posts end, each bears its
/// own. The first is that of the first.
pub(super) fn within(sources: &Sources<'_>, dates: &mut Dates) {
    let body = &sources.page.full_text()[sources.zones.body.clone()];
    for line in
        body.lines().filter(|l| (8..300).contains(&l.len()) && l.contains(|c: char| c.is_ascii_digit()))
    {
        if !has_label(line) {
            continue;
        }
        let Some(found) = date::find(line, sources.order).into_iter().next() else { continue };
        if found.stamp.day().is_some() && label(before_of(&line[..found.at.start])) == Some(Label::Published)
        {
            dates.published.push(Offer::new(found.stamp, Evidence::Visible, "within", 39));
            return;
        }
    }
}

/// Elements whose class speaks of a date, wherever they are.
fn classes(sources: &Sources<'_>, dates: &mut Dates) {
    let page = sources.page;
    let mut seen = 0;
    for mark in sources.marks.published.iter().filter(|m| matches!(m.by, By::Class | By::Microformat)) {
        let i = mark.node;
        let text = page.text(i);
        let value = page.attr(i, "title").filter(|t| text.len() < 40 && t.len() > 8).unwrap_or(text);
        if value.len() > 160 || page.hidden(i) {
            continue;
        }
        let Some(found) = date::find(value, sources.order).into_iter().next() else { continue };
        let (place, distance) = sources.place(i);
        let mut score = match place {
            Place::Head => 68 - i32::from(distance.min(10)),
            Place::Body => 40,
            Place::Tail => 42,
            Place::Elsewhere => 22,
        } - seen * 2;
        let label = label(before_of(&value[..found.at.start])).or_else(|| label_before(page, i));
        if sources.is_aside(i, place) {
            score -= if label == Some(Label::Published) { 10 } else { 30 };
        }
        match label {
            Some(Label::Original) => score = score.max(FIRST),
            Some(Label::Foreign) => score -= 40,
            _ => {}
        }
        let list = if label == Some(Label::Modified) { &mut dates.modified } else { &mut dates.published };
        list.push(Offer::new(found.stamp, Evidence::Visible, "class", score));
        seen += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_begin_with_its_day() {
        let check = |text: &str, expected: Option<&str>| {
            let found = opening_day(text, date::Order::DayFirst).map(|s| s.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("27.1.2022 - Bei der Feier im Hafen sprach der Meister", Some("2022-01-27"));
        check("(21. November 2022) Wer am Hafen wohnt, zahlt mehr", Some("2022-11-21"));
        check("Pressemitteilung vom 25. Januar 2022 | Berlin – Der Hafen", Some("2022-01-25"));
        check("QUAY CITY, March 5, 2020 /Wire/ -- The harbour", Some("2020-03-05"));
        check("【某报2005年07月03日】一九八九年四月", Some("2005-07-03"));
        check("On 5 March 2020 the harbour was closed - for a day", None);
        check("The storm came. On 5 March 2020 - a Thursday", None);
        check("Am 5. März 2020 wurde der Hafen geschlossen", None);
    }

    #[test]
    fn spans_are_no_dates_of_publication() {
        let check = |line: &str, expected: bool| {
            let found = date::find(line, date::Order::DayFirst);
            assert_eq!(is_span(line, &found, 0), expected, "{line}");
        };
        check("2003年11月1日至2003年11月30日", true);
        check("1 May 2020 – 3 May 2020", true);
        check("Posted 1 May 2020 | Updated 3 May 2020", false);
    }
}
