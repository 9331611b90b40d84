//! Dates that the page prints for its readers.

use super::{Dates, Place};
use crate::{
    NodeId, Page,
    meta::{
        date,
        marks::By,
        sources::{Offer, Sources, is_aside},
    },
    stems::Stems,
};
use model::Evidence;
use std::sync::LazyLock;

/// What the words before a date say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Published,
    Modified,
}

#[rustfmt::skip]
const PUBLISHED_WORDS: &[&str] = &[
    "publish", "posted", "released", "written", "created", "first published", "veröffentlicht", "erschienen",
    "erstellt", "publié", "mis en ligne", "publicado", "publicada", "pubblicato", "gepubliceerd", "geplaatst",
    "publicerad", "publisert", "udgivet", "julkaistu", "opublikowano", "zveřejněno", "vydáno", "közzétéve",
    "yayın", "дата публикации", "опубликовано", "опубліковано", "发布", "發布", "发表", "發表", "发稿", "时间", "時間", "日期",
    "公開", "配信", "掲載", "投稿", "입력", "등록", "작성", "승인", "gönderi", "date:", "datum:", "fecha:", "data:", "dato:",
    "on:",
];

#[rustfmt::skip]
const MODIFIED_WORDS: &[&str] = &[
    "updated", "update:", "modified", "last edited", "revised", "reviewed", "aktualisiert", "geändert",
    "überarbeitet", "stand:", "mis à jour", "modifié", "actualizado", "atualizado", "aggiornato", "bijgewerkt",
    "uppdaterad", "oppdatert", "opdateret", "päivitetty", "aktualizacja", "aktualizováno", "frissítve",
    "güncelleme", "обновлено", "оновлено", "更新", "最新推荐文章", "最后编辑", "最終更新", "수정", "diperbarui",
];

/// Where a line stands and so how far a date in it can be trusted.
pub(super) fn collect(sources: &Sources<'_>, dates: &mut Dates) {
    classes(sources, dates);
    for line in &sources.lines {
        if line.text.len() > 1200 {
            continue;
        }
        let long = line.text.chars().count() > 110;
        let found = date::find(line.text, sources.order);
        for (n, found) in found.iter().enumerate().take(4) {
            let label = label(before_of(&line.text[..found.at.start]))
                .or_else(|| label_after(&line.text[found.at.end..]));
            let mut score = match line.place {
                Place::Head => 62 - i32::from(line.distance.min(20)) - if line.before { 6 } else { 0 },
                // The text of many a page begins with its own date line.
                Place::Body if line.distance <= 2 && !long => 52,
                Place::Body => 30,
                Place::Tail if label.is_none() && sources.zones.is_cjk => 10,
                Place::Tail => 34 - i32::from(line.distance.min(10)),
                Place::Elsewhere => 12,
            };
            if label.is_some() {
                score += 8;
            }
            if long {
                // A sentence that tells of a day.
                score -= if label == Some(Label::Published) && found.at.start < 160 { 12 } else { 45 };
            }
            if found.at.len() * 2 >= line.text.len() {
                score += 4;
            } else if line.place == Place::Body && label.is_none() {
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
        if found.is_empty()
            && line.place == Place::Head
            && line.text.chars().count() < 60
            && !long
            && let Some(day) = date::relative(line.text, sources.input.captured_at)
        {
            dates.published.push(Offer::new(model::Stamp::Day(day), Evidence::Visible, "relative", 30));
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
        if is_aside(page, i, place) {
            score -= 30;
        }
        let modified = label(before_of(&value[..found.at.start])) == Some(Label::Modified)
            || label_before(page, i) == Some(Label::Modified);
        let list = if modified { &mut dates.modified } else { &mut dates.published };
        list.push(Offer::new(found.stamp, Evidence::Visible, "class", score));
        seen += 1;
    }
}

/// 2005-02-06 13:26更新, 于 2023-03-12 发布.
fn label_after(after: &str) -> Option<Label> {
    let after = after.trim_start();
    if ["更新", "修改", "수정"].iter().any(|w| after.starts_with(w)) {
        Some(Label::Modified)
    } else {
        ["发布", "發布", "发表", "配信", "公開", "掲載"]
            .iter()
            .any(|w| after.starts_with(w))
            .then_some(Label::Published)
    }
}

/// The last words before a date: what stands behind the previous date or mark does not concern it.
fn before_of(text: &str) -> &str {
    let start = text.char_indices().rev().nth(40).map_or(0, |(at, _)| at);
    let tail = &text[start..];
    tail.rfind(['|', '•', '·', '\n', ')', '）']).map_or(tail, |at| &tail[at..])
}

fn label(before: &str) -> Option<Label> {
    let lower = before.to_lowercase();
    static STEMS: LazyLock<Stems> = LazyLock::new(|| Stems::new(&[PUBLISHED_WORDS, MODIFIED_WORDS]));
    if STEMS.within(&lower) == 0 {
        return None;
    }
    let last = |words: &[&str]| words.iter().filter_map(|w| lower.rfind(w)).max();
    match (last(PUBLISHED_WORDS), last(MODIFIED_WORDS)) {
        (None, None) => None,
        (Some(_), None) => Some(Label::Published),
        (None, Some(_)) => Some(Label::Modified),
        // 更新时间, "Last updated on:": the verb counts, not the noun after it.
        (Some(p), Some(m)) => Some(if p > m + 30 { Label::Published } else { Label::Modified }),
    }
}

/// The label that stands in the text right before an element.
pub(super) fn label_before(page: &Page, i: NodeId) -> Option<Label> {
    let at = page.text_range(i).start;
    let text = page.full_text().get(..at)?;
    let line = text.rfind('\n').map_or(text, |n| {
        if text.len() - n < 4 { text[..n].rfind('\n').map_or(text, |m| &text[m..]) } else { &text[n..] }
    });
    label(before_of(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_tell_first_from_last() {
        assert_eq!(label("Published on "), Some(Label::Published));
        assert_eq!(label("Last updated: "), Some(Label::Modified));
        assert_eq!(label("更新时间："), Some(Label::Modified));
        assert_eq!(label("发布时间："), Some(Label::Published));
        assert_eq!(label("By Jane Doe, "), None);
    }
}
