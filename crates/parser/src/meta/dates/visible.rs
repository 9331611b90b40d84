//! Dates that the page prints for its readers.

use super::{Dates, Place};
use crate::{
    NodeId, Page,
    meta::{
        date,
        marks::By,
        sources::{Offer, Sources},
    },
    stems::Stems,
};
use model::Evidence;
use std::sync::LazyLock;

/// What the words before a date say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// "Originally published on": whatever else the page tells, this is the first date.
    Original,
    Published,
    Modified,
    /// Of an event, a deadline, an account: not of the article.
    Foreign,
}

#[rustfmt::skip]
const ORIGINAL_WORDS: &[&str] = &[
    "originally published", "first published", "originally posted", "first posted", "ursprünglich veröffentlicht",
    "zuerst veröffentlicht", "zuerst erschienen", "erstveröffentlich", "erstmals veröffentlicht", "publié initialement",
    "publié pour la première fois", "publicado originalmente", "pubblicato originariamente", "首次发布", "首次发表", "最初发布", "最初发表",
];

#[rustfmt::skip]
const PUBLISHED_WORDS: &[&str] = &[
    "publish", "posted", "released", "written", "created", "first published", "veröffentlicht", "erschienen",
    "erstellt", "publié", "mis en ligne", "publicado", "publicada", "pubblicato", "gepubliceerd", "geplaatst",
    "publicerad", "publisert", "udgivet", "julkaistu", "opublikowano", "zveřejněno", "vydáno", "közzétéve",
    "yayın", "дата публикации", "опубликовано", "опубліковано", "发布", "發布", "发表", "發表", "发稿", "时间", "時間", "日期",
    "公開", "配信", "掲載", "投稿", "입력", "등록", "작성", "승인", "gönderi", "date:", "datum:", "fecha:", "data:", "dato:",
    "on:", "نشر", "انتشار", "प्रकाशित", "เผยแพร่", "פורסם", "đăng", "δημοσ", "publicat", "objavljeno", "објављено", "paskelbta",
    "avaldatud", "publicēts", "diterbitkan", "tayang",
];

#[rustfmt::skip]
const MODIFIED_WORDS: &[&str] = &[
    "updated", "update:", "modified", "last edited", "revised", "reviewed", "aktualisiert", "geändert",
    "überarbeitet", "stand:", "mis à jour", "modifié", "actualizado", "atualizado", "aggiornato", "bijgewerkt",
    "uppdaterad", "oppdatert", "opdateret", "päivitetty", "aktualizacja", "aktualizováno", "frissítve",
    "güncelleme", "обновлено", "оновлено", "更新", "最新推荐文章", "最后编辑", "最終更新", "수정", "diperbarui", "تحديث", "به‌روزرسانی",
    "अपडेट", "อัปเดต", "עודכן", "cập nhật", "ενημέρωση", "ажурирано", "ažurirano", "posodobljeno", "atnaujinta",
];

/// What a date belongs to that is not the article's.
#[rustfmt::skip]
const FOREIGN_WORDS: &[&str] = &[
    "joined", "registered", "registriert", "registration", "member since", "mitglied seit", "beigetreten", "inscrit", "miembro desde",
    "geregistreerd", "born", "geboren", "deadline", "expires", "expiry", "valid until", "gültig bis", "apply by", "closing date",
    "event date", "due date", "注册", "註冊", "报名", "報名", "截止", "活动", "活動", "会议", "會議", "举办", "开始", "结束", "出生", "有效",
    "开庭", "招聘", "考试", "考試", "演出", "展览", "開催", "開始", "締切", "応募", "생년", "가입", "접수", "마감",
];

/// Where a line stands and so how far a date in it can be trusted.
pub(super) fn collect(sources: &Sources<'_>, dates: &mut Dates) {
    classes(sources, dates);
    for line in &sources.lines {
        if line.text.len() > 1200 {
            continue;
        }
        let long = line.text.chars().count() > 110;
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
            && line.place == Place::Head
            && line.text.chars().count() < 60
            && !long
            && let Some(day) = date::relative(line.text, sources.input.captured_at)
        {
            dates.published.push(Offer::new(model::Stamp::Day(day), Evidence::Visible, "relative", 30));
        }
    }
}

/// Score of a date that the page says to be the first, which is above any other that it prints.
const FIRST: i32 = 78;

/// Letters and digits of a line beside its dates: few where it is a line of dates ("5 May 2020 · 6 min read").
fn rest_of(line: &str, found: &[date::Found]) -> usize {
    let count = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    count(line) - found.iter().map(|f| count(&line[f.at.clone()])).sum::<usize>()
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
        let lower = line.to_lowercase();
        if !PUBLISHED_WORDS.iter().any(|w| lower.contains(w)) {
            continue;
        }
        for found in date::find(line, sources.order).into_iter().take(1) {
            if found.stamp.day().is_some()
                && label(before_of(&line[..found.at.start])) == Some(Label::Published)
            {
                dates.published.push(Offer::new(found.stamp, Evidence::Visible, "within", 39));
                return;
            }
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
    let (published, modified) = (last(PUBLISHED_WORDS), last(MODIFIED_WORDS));
    // 报名日期, "Registration date:": the noun before says whose date it is.
    if last(FOREIGN_WORDS).is_some_and(|f| published.max(modified).is_none_or(|p| p <= f + 16)) {
        return Some(Label::Foreign);
    }
    if last(ORIGINAL_WORDS).is_some() && modified.is_none() {
        return Some(Label::Original);
    }
    match (published, modified) {
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
    fn dates_of_something_else_are_told_by_their_noun() {
        for before in ["报名日期为", "Joined: ", "Registriert: ", "截止时间：", "Registration date: "]
        {
            assert_eq!(label(before), Some(Label::Foreign), "{before}");
        }
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

    #[test]
    fn labels_tell_first_from_last() {
        assert_eq!(label("Published on "), Some(Label::Published));
        assert_eq!(label("Last updated: "), Some(Label::Modified));
        assert_eq!(label("更新时间："), Some(Label::Modified));
        assert_eq!(label("发布时间："), Some(Label::Published));
        assert_eq!(label("By Jane Doe, "), None);
        assert_eq!(label("This article was originally published on "), Some(Label::Original));
        assert_eq!(label("تم نشره الجمعة "), Some(Label::Published));
        assert_eq!(label("آخر تحديث: "), Some(Label::Modified));
    }
}
