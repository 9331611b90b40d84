//! The words by which links say that they lead to a list's next page, in the languages of the web.

use std::{collections::HashMap, sync::LazyLock};

/// What a link says of where it leads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Word {
    /// "Next", 下一页.
    Next,
    /// "Older posts": in lists with the newest first this is the next page.
    Older,
    Arrow,
    /// "Load more".
    More,
}

/// None for a text that says nothing of the kind.
pub(super) fn word_of(text: &str) -> Option<Word> {
    #[rustfmt::skip]
    const NEXT: &[&str] = &[
        "next", "next page", "nextpage", "go to next page", "next posts", "next entries", "next articles",
        "下一页", "下页", "后页", "下一頁", "下頁", "次へ", "次のページ", "次ページ", "次の記事", "次", "다음", "다음 페이지", "suivant",
        "suivante", "page suivante", "weiter", "nächste", "nächste seite", "vor", "siguiente",
        "página siguiente", "siguientes", "sig", "próxima", "próximo", "próxima página", "seguinte",
        "successivo", "successiva", "prossima", "pagina successiva", "avanti", "volgende",
        "volgende pagina", "następna", "następny", "dalej", "następna strona", "další", "další stránka",
        "následující", "далее", "вперед", "вперёд", "следующая", "следующая страница", "след", "nästa",
        "nästa sida", "neste", "neste side", "næste", "seuraava", "következő", "sonraki", "ileri",
        "sonraki sayfa", "selanjutnya", "berikutnya", "trang sau", "sau", "ถัดไป", "التالي", "التالية",
        "הבא", "επόμενη", "urmatoarea", "următoarea", "ďalej", "ďalšia", "наступна", "напред", "sljedeća",
        "naprej", "järgmine",
    ];
    #[rustfmt::skip]
    const OLDER: &[&str] = &[
        "older", "older posts", "older entries", "older post", "older articles", "older stories",
        "previous entries", "earlier posts", "前のページ", "古い記事", "以前の記事", "过去的文章", "较旧的文章", "早期文章", "旧文章",
        "ältere beiträge", "ältere artikel", "ältere posts", "ältere einträge", "articles plus anciens",
        "articles précédents", "messages plus anciens", "entradas antiguas", "entradas anteriores",
        "entradas más antiguas", "más antiguas", "postagens mais antigas", "mensagens antigas",
        "posts antigos", "articoli più vecchi", "post più vecchi", "vecchi articoli", "oudere berichten",
        "starsze posty", "starsze wpisy", "starší příspěvky", "предыдущие записи", "более ранние", "ранее",
        "предыдущие", "äldre inlägg", "eldre innlegg", "ældre indlæg", "vanhemmat", "önceki yazılar",
        "eski yazılar", "pos lama", "tulisan lama", "이전 글", "이전글", "bài đăng cũ hơn",
    ];
    #[rustfmt::skip]
    const ARROWS: &[&str] = &[
        "›", "»", "→", ">", ">>", "›", "❯", "▶", "⟩", "≫", "＞", "→→", "⇒", "chevron_right",
        "navigate_next",
    ];
    #[rustfmt::skip]
    const MORE: &[&str] = &[
        "load more", "more", "show more", "more posts", "see all", "更多", "加载更多", "もっと見る", "view more",
    ];
    if text.len() > 60 {
        return None;
    }
    let lower = text.trim().to_lowercase();
    if ARROWS.contains(&lower.as_str()) {
        return Some(Word::Arrow);
    }
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    static KNOWN: LazyLock<HashMap<&str, Word>> = LazyLock::new(|| {
        let all = |words: &'static [&'static str], word| words.iter().map(move |w| (*w, word));
        all(NEXT, Word::Next).chain(all(OLDER, Word::Older)).chain(all(MORE, Word::More)).collect()
    });
    if let Some(word) = KNOWN.get(bare) {
        return Some(*word);
    }
    // "Next 20", "Next page (2 of 5)", "Next: more of it"
    let first = bare.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let counted = bare.contains("page") || bare.contains(|c: char| c.is_ascii_digit());
    (first == "next" && counted && !bare.contains("post:")).then_some(Word::Next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_is_told_in_many_languages() {
        for text in [
            "Next »",
            "下一页",
            "下页>",
            "次へ",
            "Suivant",
            "Weiter",
            "далее →",
            "Next page (2 of 5)",
            "[Next]",
        ] {
            assert_eq!(word_of(text), Some(Word::Next), "{text}");
        }
        assert_eq!(word_of("‹ Older Posts"), Some(Word::Older));
        assert_eq!(word_of("»"), Some(Word::Arrow));
        for text in ["Nextcloud", "next of kin", "上一页", "Previous", "«", "The next best thing"] {
            assert_eq!(word_of(text), None, "{text}");
        }
    }
}
