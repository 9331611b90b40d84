//! Words by which people and templates name the parts of a page, in the languages of the web's author pages.
//! All comparisons are in lower case.

/// What an element is for, by its tag, role, class or id. A bit set; see [`Region::of_words`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Region(u16);

impl Region {
    pub(super) const NONE: Self = Self(0);
    /// Menus, breadcrumbs, tag clouds.
    pub(super) const NAVIGATION: Self = Self(1);
    pub(super) const FOOTER: Self = Self(2);
    pub(super) const HEADER: Self = Self(4);
    /// Beside the main content.
    pub(super) const ASIDE: Self = Self(8);
    /// Somebody else's, popular, related, recommended.
    pub(super) const RELATED: Self = Self(16);
    pub(super) const COMMENTS: Self = Self(32);
    pub(super) const PAGER: Self = Self(64);
    /// Categories, tags, shares.
    pub(super) const LABELS: Self = Self(128);
    /// What an entry says of itself: author, reactions.
    pub(super) const CREDITS: Self = Self(256);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// By the words of a class or id: `site-nav`, `relatedPosts`, `widget_recent_entries`.
    pub(super) fn of_words(names: &str) -> Self {
        let mut region = Self::NONE;
        // Page builders call every element a widget or a block.
        let built = |token: &&str| token.starts_with("elementor") || token.starts_with("wp-block");
        let (mut widget, mut main) = (false, false);
        for token in names.split_ascii_whitespace().filter(|t| !built(t)) {
            each_word(token, |word| {
                region = region.with(Self::of_word(word));
                widget |= matches!(word, b"widget" | b"widgets");
                main |= matches!(word, b"blog" | b"main");
            });
        }
        // Where all is made of widgets, one of them is the page's content.
        if widget && !main { region.with(Self::ASIDE) } else { region }
    }

    fn of_word(word: &[u8]) -> Self {
        match word {
            b"nav" | b"navbar" | b"navi" | b"navigation" | b"menu" | b"submenu" | b"megamenu" | b"menus"
            | b"topbar" | b"breadcrumb" | b"breadcrumbs" | b"crumb" | b"crumbs" | b"tagcloud" | b"toc"
            | b"dropdown" | b"alphabet" | b"toolbar" | b"subnav" | b"topnav" | b"sitemap" | b"language"
            | b"languages" => Self::NAVIGATION,
            b"footer" | b"copyright" | b"colophon" => Self::FOOTER,
            b"banner" | b"masthead" | b"ticker" | b"marquee" | b"slider" | b"carousel" | b"slideshow"
            | b"swiper" => Self::HEADER,
            b"sidebar" | b"aside" | b"rail" | b"sidewrapper" | b"secondary" | b"promo" | b"sponsor"
            | b"sponsored" | b"advert" | b"advertisement" | b"newsletter" | b"blogroll" | b"friends"
            | b"links" | b"leftbar" | b"rightbar" | b"sidenav" => Self::ASIDE,
            b"related" | b"relative" | b"popular" | b"recommend" | b"recommended" | b"recommendation"
            | b"recommendations" | b"trending" | b"mostread" | b"mostviewed" | b"hot" | b"rank"
            | b"ranking" | b"similar" | b"readmore" | b"upnext" | b"xiangguan" | b"tuijian" | b"paihang" => {
                Self::RELATED
            }
            b"comments" | b"comment" | b"respond" | b"disqus" | b"replies" | b"commentlist" => Self::COMMENTS,
            b"pager" | b"pagination" | b"paging" | b"pagenavi" | b"pages" | b"paginator" | b"pagenav"
            | b"pagelinks" | b"wpnavi" | b"pagebar" | b"pagelist" => Self::PAGER,
            b"tags" | b"categories" | b"cats" | b"share" | b"sharing" | b"social" | b"labels" | b"topics" => {
                Self::LABELS
            }
            b"tag" | b"category" | b"cat" | b"author" | b"authors" | b"byline" | b"meta" | b"label"
            | b"avatar" | b"postmeta" | b"posted" | b"reactions" | b"actions" => Self::CREDITS,
            _ => Self::NONE,
        }
    }
}

/// Calls `f` with each word, lower case: split at what is no letter or digit and at a change to upper case.
/// Numbers at a word's end are not part of it; what has digits within is an identifier, no word.
fn each_word(names: &str, mut f: impl FnMut(&[u8])) {
    let mut word = [0_u8; 24];
    let mut length = 0;
    let mut before = b' ';
    for &b in names.as_bytes().iter().chain(b" ") {
        if length > 0
            && (!b.is_ascii_alphanumeric() || (b.is_ascii_uppercase() && before.is_ascii_lowercase()))
        {
            let word = &word[..length.min(word.len())];
            let letters = word.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |at| at + 1);
            if word[..letters].iter().all(u8::is_ascii_lowercase) {
                f(&word[..letters]);
            }
            length = 0;
        }
        if b.is_ascii_alphanumeric() {
            if let Some(slot) = word.get_mut(length) {
                *slot = b.to_ascii_lowercase();
            }
            length += 1;
        }
        before = b;
    }
}

/// A heading over a list of what other people wrote, or of what the site wants to be read next.
pub(super) fn heads_other_lists(heading: &str) -> bool {
    #[rustfmt::skip]
    const PARTS: &[&str] = &[
        "related", "popular", "trending", "recommend", "most read", "most viewed", "most shared",
        "most commented", "most emailed", "you may", "you might", "also like", "read also", "see also",
        "more from", "more on", "more in", "more like this", "must read", "must-read", "don't miss",
        "don’t miss", "editor's pick", "editors' pick", "editor’s pick", "staff picks", "top stories",
        "top posts", "hot topics", "what to read", "read next", "up next", "sponsored", "around the web",
        "recent comments", "latest comments", "other authors", "blogroll", "partner", "advertis", "相关",
        "推荐", "热门", "热点内容", "热点文章", "排行", "猜你喜欢", "为你推荐", "最新评论", "友情链接", "延伸阅读", "大家都在看", "看了又看", "相關", "推薦", "熱門", "関連",
        "人気", "おすすめ", "ランキング", "オススメ", "最近のコメント", "관련", "인기", "추천", "populaire", "les plus lus",
        "à lire aussi", "similaires", "sur le même sujet", "beliebt", "meistgelesen", "ähnliche",
        "verwandte", "das könnte", "auch interessant", "más leíd", "más vist", "relacionad", "populares",
        "te puede interesar", "mais lid", "veja também", "correlati", "più letti", "potrebbe interessarti",
        "gerelateerd", "meest gelezen", "похожие", "популярн", "читайте также", "рекоменд", "powiązane",
        "popularne", "související", "nejčtenější", "relaterade", "mest lest", "mest läst", "ilgili",
        "benzer", "terkait", "terpopuler", "مقالات ذات صلة", "الأكثر قراءة",
    ];
    // "190 articles related to this topic" is a sentence.
    if heading.chars().count() > 48 {
        return false;
    }
    let heading = heading.to_lowercase();
    PARTS.iter().any(|p| heading.contains(p))
}

/// A heading that says no more than that what follows is new on the site.
pub(super) fn heads_recent(heading: &str) -> bool {
    #[rustfmt::skip]
    const WHOLE: &[&str] = &[
        "recent posts", "recent articles", "recent entries", "recent content", "latest posts", "latest articles",
        "latest news", "new posts", "featured", "featured posts", "featured articles", "最新文章", "最近文章", "近期文章", "最新发布",
        "最新更新", "最新內容", "精选文章", "最新記事", "新着記事", "最近の投稿", "最近の記事", "neueste beiträge", "letzte beiträge",
        "articles récents", "entradas recientes", "articoli recenti", "posts recentes", "recente berichten",
        "последние записи",
    ];
    WHOLE.contains(&heading.trim().trim_end_matches([':', '：']).to_lowercase().as_str())
}

/// A heading over the works of the person the page is about, which may stand beside one of them.
pub(super) fn heads_own_works(heading: &str) -> bool {
    #[rustfmt::skip]
    const PARTS: &[&str] = &[
        "author's works", "works by", "posts by", "articles by", "stories by", "more by", "written by",
        "entries by", "publications", "selected works", "selected publications", "bibliography",
        "all works", "other works", "作者及其成果", "个人成果", "研究成果", "科研成果", "学术成果", "代表作", "主要著作", "主要论著",
        "论文列表", "发表论文", "的文章", "的作品", "全部作品", "作者文章", "作者其他", "作者的其他", "该作者", "本文作者", "的專欄", "的文章列表",
        "個人著作", "著作一覧", "の記事", "執筆記事", "の他の記事", "publikationen", "veröffentlichungen", "beiträge von",
        "artikel von", "publicaciones", "artículos de", "articles de", "articoli di", "pubblicazioni",
        "artigos de", "статьи автора", "публикации", "artykuły autora", "artikelen van", "tulisan",
        "yazıları", "مقالات الكاتب", "작성한 글", "의 기사",
    ];
    let heading = heading.to_lowercase();
    PARTS.iter().any(|p| heading.contains(p))
}

/// A line by which a page says that its list is empty.
pub(super) fn says_nothing_is_listed(line: &str) -> bool {
    #[rustfmt::skip]
    const PARTS: &[&str] = &[
        "no posts", "no articles", "nothing found", "no results", "no entries", "no publications",
        "no stories", "no items", "no works", "0 articles", "0 posts", "hasn't published",
        "has not published", "not published any", "暂无", "没有文章", "没有找到", "无相关", "暂时没有", "尚无", "沒有文章",
        "尚未發表", "記事がありません", "記事はありません", "見つかりませんでした", "게시물이 없", "글이 없", "keine beiträge", "keine artikel",
        "nichts gefunden", "aucun article", "aucun résultat", "aucune publication", "no hay entradas",
        "no hay artículos", "no se encontr", "sin resultados", "nessun articolo", "nessun risultato",
        "nenhum artigo", "nenhum post", "geen artikelen", "geen berichten", "нет записей",
        "нет публикаций", "ничего не найдено", "brak wpisów",
    ];
    let line = line.trim();
    (3..=160).contains(&line.len()) && {
        let lower = line.to_lowercase();
        PARTS.iter().any(|p| lower.contains(p))
    }
}

/// The text of a link that leads on within a record rather than naming it: "Read more", "PDF", "3 comments".
pub(super) fn is_action(text: &str) -> bool {
    #[rustfmt::skip]
    const WHOLE: &[&str] = &[
        "pdf", "html", "doc", "docx", "word", "view", "open", "link", "here", "play", "download", "more",
        "full text", "abstract", "reply", "share", "edit", "print", "email", "permalink", "save", "listen",
        "watch", "read", "details", "comment", "comments", "continue", "tweet", "like", "listen now",
        "watch now", "view all", "see all", "order", "opinion", "mp3", "audio", "video", "全文", "详情", "下载",
        "查看", "更多", "编辑", "阅读", "评论", "分享", "收藏", "続きを読む", "詳細", "詳しく", "もっと見る", "подробнее", "далее",
        "weiterlesen", "mehr", "lire", "leer más", "leggi", "lees meer", "czytaj", "więcej", "více",
        "läs mer",
    ];
    #[rustfmt::skip]
    const START: &[&str] = &[
        "read more", "continue reading", "read the rest", "learn more", "more »", "more info", "read full",
        "read on", "view opinion", "view document", "view all", "see more", "[read", "read article",
        "read story", "find out", "download ", "leave a comment", "add comment", "no comments",
        "0 comment", "1 comment", "permalink", "阅读全文", "阅读更多", "查看全文", "查看更多", "查看详情", "继续阅读", "[详", "[全文",
        "続きを", "この記事の続き", "sigue leyendo", "seguir leyendo", "leer más", "continua a leggere", "continua",
        "leggi tutto", "lire la suite", "en savoir plus", "weiterlesen", "mehr lesen", "подробнее",
        "читать", "lees verder", "czytaj dalej", "číst dále", "zobrazit článek", "leia mais", "ler mais",
        "selengkapnya", "baca", "devamını",
    ];
    let text = text.trim().trim_matches(|c: char| "[](){}→»›>….·•|-–—:：".contains(c) || c.is_whitespace());
    if text.is_empty() {
        return true;
    }
    if text.len() > 64 {
        return false;
    }
    let text = text.to_lowercase();
    let first = text.as_bytes()[0];
    let of_first = |words: &'static [&str]| words.iter().filter(move |w| w.as_bytes()[0] == first);
    of_first(WHOLE).any(|w| *w == text)
        || of_first(START).any(|s| text.strip_prefix(s).is_some_and(|rest| ends_a_word(s, rest)))
        || is_comment_count(&text)
}

/// What follows does not go on with the last word; Han and kana have no such limits.
fn ends_a_word(start: &str, rest: &str) -> bool {
    let wide = start.ends_with(|c: char| c.is_alphabetic() && c as u32 > 0x2e80);
    wide || start.ends_with(' ') || !rest.starts_with(char::is_alphabetic)
}

/// "12 comments", "0コメント", "(3)".
fn is_comment_count(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',' || c == '.').trim();
    if rest.len() == text.len() && !text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    rest.is_empty()
        || [
            "comment",
            "コメント",
            "评论",
            "条评论",
            "則留言",
            "comentario",
            "commentaire",
            "kommentar",
            "komentar",
            "коммент",
            "reaction",
            "repl",
            "view",
            "share",
            "like",
        ]
        .iter()
        .any(|w| rest.starts_with(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_classes_are_told_apart() {
        assert!(Region::of_words("relatedPosts").has(Region::RELATED));
        assert!(Region::of_words("site-nav_2 sidebar1").has(Region::NAVIGATION));
        assert_eq!(Region::of_words("view-dom-id-9f69ad2334"), Region::NONE);
        assert_eq!(Region::of_words("heading canvas navy"), Region::NONE);
    }

    #[test]
    fn actions_are_no_titles() {
        for text in
            ["Read More »", "PDF", "", "12 Comments", "0コメント", "[Read more...]", "(3)", "查看全文"]
        {
            assert!(is_action(text), "{text}");
        }
        for text in [
            "Continuano le proteste",
            "Reading the tides",
            "论中国对外经济合作",
            "2015",
            "A view of Porto",
            "1984: a novel",
        ] {
            assert_eq!(is_action(text), text == "2015", "{text}");
        }
    }
}
