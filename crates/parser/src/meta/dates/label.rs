//! The words before and behind a printed date, which tell what it is the date of.

use crate::{NodeId, Page, stems::Stems};
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

/// 2005-02-06 13:26更新, 于 2023-03-12 发布, "am 5. Mai 2010 um 23:03 Uhr veröffentlicht".
pub(super) fn label_after(after: &str) -> Option<Label> {
    let after = after.trim_start();
    let after = after.strip_prefix("Uhr").map_or(after, str::trim_start);
    let begins = |words: &[&str]| words.iter().any(|w| after.starts_with(w));
    if begins(&["更新", "修改", "수정", "aktualisiert", "geändert", "bearbeitet", "päivitetty"]) {
        Some(Label::Modified)
    } else if begins(&[
        "发布",
        "發布",
        "发表",
        "發表",
        "配信",
        "公開",
        "掲載",
        "投稿",
        "입력",
        "veröffentlicht",
        "gepostet",
        "erschienen",
        "geschrieben",
        "gepubliceerd",
        "geplaatst",
        "tarihinde yay",
        "tarihinde gön",
    ]) {
        Some(Label::Published)
    } else {
        None
    }
}

/// The last words before a date: what stands behind the previous date or mark does not concern it.
pub(super) fn before_of(text: &str) -> &str {
    let start = text.char_indices().rev().nth(40).map_or(0, |(at, _)| at);
    let tail = &text[start..];
    tail.rfind(['|', '•', '·', '\n', ')', '）']).map_or(tail, |at| &tail[at..])
}

/// Whether any of the words stands in a text.
pub(super) fn has_label(text: &str) -> bool {
    static STEMS: LazyLock<Stems> =
        LazyLock::new(|| Stems::new(&[PUBLISHED_WORDS, MODIFIED_WORDS, FOREIGN_WORDS, ORIGINAL_WORDS]));
    STEMS.within(&text.to_lowercase()) != 0
}

/// What the words say of the date behind them.
pub(super) fn label(before: &str) -> Option<Label> {
    if !has_label(before) {
        return None;
    }
    let lower = before.to_lowercase();
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
    fn the_verb_may_follow_the_date() {
        assert_eq!(label_after("发布"), Some(Label::Published));
        assert_eq!(label_after(" Uhr gepostet und unter Hafen abgelegt"), Some(Label::Published));
        assert_eq!(label_after(" Uhr aktualisiert"), Some(Label::Modified));
        assert_eq!(label_after(" wurde der Hafen geschlossen"), None);
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
