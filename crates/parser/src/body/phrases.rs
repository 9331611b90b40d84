//! What publishers say around every article, in the words they say it: told by its wording where neither
//! mark-up nor names tell it.

use memchr::memmem::Finder;
use std::{collections::HashMap, sync::LazyLock};

/// Longest line, in bytes, that can be such a phrase.
const LONGEST: usize = 360;

/// A line that begins so is no part of the text.
const BEGINNINGS: &[&str] = &[
    "about the author",
    "about this author",
    "related articles",
    "related stories",
    "related posts",
    "related content",
    "related news",
    "related topics",
    "related investing",
    "more from ",
    "you may also like",
    "you may like",
    "you might also like",
    "what to read next",
    "read next",
    "recommended reading",
    "notas relacionadas",
    "noticias relacionadas",
    "artículos relacionados",
    "vea también",
    "ver también",
    "mira también",
    "dowiedz się więcej",
    "über den autor",
    "über die autorin",
    "zur person",
    "das könnte sie auch interessieren",
    "das könnte dich auch interessieren",
    "mehr themen",
    "mehr zu ",
    "got a story?",
    "get in touch with our",
    "for more stories like this",
    "当前位置",
    "您的位置",
    "您现在的位置",
    "您所在的位置",
    "出所：",
    "发布时间",
    "发表时间",
    "发布日期",
    "来源：",
    "来源:",
    "作者：",
    "时间：",
    "read more:",
    "read more about",
    "read also",
    "also read",
    "read next",
    "see also:",
    "related:",
    "more:",
    "more on this",
    "watch:",
    "listen:",
    "watch |",
    "listen |",
    "read |",
    "for the latest breaking news",
    "for the latest news",
    "if you buy something using links",
    "don't miss",
    "up next",
    "recommended",
    "share this",
    "share on",
    "sign up",
    "subscribe",
    "follow us",
    "follow @",
    "click here",
    "tap here",
    "download our",
    "download the",
    "have a tip",
    "got a tip",
    "contact us",
    "photo:",
    "photos:",
    "photo by",
    "image:",
    "image credit",
    "(image credit",
    "picture:",
    "photograph:",
    "credit:",
    "source:",
    "first published:",
    "last updated",
    "updated:",
    "published:",
    "posted by",
    "posted in",
    "posted on",
    "filed under",
    "tags:",
    "topics:",
    "categories:",
    "reporting by",
    "(reporting by",
    "editing by",
    "(editing by",
    "writing by",
    "with reporting by",
    "additional reporting",
    "copyright ",
    "© ",
    "©20",
    "all rights reserved",
    "this article was originally published",
    "this story was originally published",
    "originally published",
    "this story has been updated",
    "advertisement",
    "sponsored",
    "loading",
    "to view this video",
    "this video can",
    "skip to",
    "jump to",
    "print this",
    "email this",
    "leave a comment",
    "view comments",
    "comments are",
    "join the conversation",
    "lesen sie auch",
    "lesen sie hier",
    "lesen sie mehr",
    "mehr zum thema",
    "mehr dazu",
    "auch interessant",
    "anzeige",
    "foto:",
    "fotos:",
    "quelle:",
    "bild:",
    "empfohlener redaktioneller",
    "externer inhalt",
    "zum thema:",
    "lire aussi",
    "à lire",
    "lisez aussi",
    "voir aussi",
    "à voir aussi",
    "crédit photo",
    "photo :",
    "publicité",
    "leggi anche",
    "leggi tutto",
    "guarda anche",
    "fonte:",
    "lea también",
    "lee también",
    "le puede interesar",
    "puedes ver:",
    "te puede interesar",
    "también te puede",
    "publicidad",
    "leia também",
    "leia mais",
    "veja também",
    "saiba mais",
    "baca juga",
    "simak juga",
    "lihat juga",
    "czytaj także",
    "czytaj też",
    "zobacz także",
    "zobacz też",
    "čtěte také",
    "läs också",
    "läs även",
    "läs mer",
    "les også",
    "læs også",
    "lees ook",
    "lue myös",
    "читайте также",
    "читайте также:",
    "подписывайтесь",
    "ilgili haber",
    "haberin devamı",
    "іншi новини",
    "相关阅读",
    "相关新闻",
    "相关链接",
    "延伸阅读",
    "推荐阅读",
    "更多阅读",
    "更多精彩",
    "猜你喜欢",
    "热门推荐",
    "责任编辑",
    "责编",
    "编辑：",
    "编辑:",
    "（责任编辑",
    "(责任编辑",
    "[责任编辑",
    "【责任编辑",
    "（编辑",
    "【编辑",
    "[编辑",
    "【打印",
    "[打印",
    "【推荐",
    "【关闭",
    "[关闭",
    "【字体",
    "[字体",
    "凡本网",
    "(编辑",
    "作者简介",
    "版权声明",
    "免责声明",
    "声明：",
    "扫一扫",
    "扫码",
    "扫描二维码",
    "长按二维码",
    "分享到",
    "分享至",
    "点击查看",
    "点击进入",
    "广告",
    "上一篇",
    "下一篇",
    "本文来源",
    "文章来源",
    "打印本页",
    "関連記事",
    "あわせて読みたい",
    "続きを読む",
    "相關閱讀",
    "相關新聞",
    "延伸閱讀",
];

/// Lines that say nothing else: what controls are called.
const ALONE: &[&str] = &[
    "read more",
    "continue reading",
    "learn more",
    "show more",
    "load more",
    "view more",
    "view all",
    "see all",
    "see more",
    "back to top",
    "close",
    "mehr lesen",
    "weiterlesen",
    "nach oben",
    "leer más",
    "lire la suite",
    "leggi tutto",
    "ler mais",
    "阅读更多",
    "查看更多",
    "返回顶部",
];

/// A line that says so and links somewhere, or stands near the end, is no part of the text.
const MENTIONS: &[&str] = &[
    "newsletter",
    "sign up for",
    "subscribe to",
    "subscribe now",
    "follow us on",
    "follow us at",
    "on facebook and twitter",
    "on twitter and facebook",
    "google news",
    "click here to",
    "download our app",
    "download the app",
    "our app",
    "affiliate",
    "earn a commission",
    "all rights reserved",
    "permission to reprint",
    "subject to copyright",
    "no part may be reproduced",
    "contributed to this report",
    "contributed to this story",
    "reported from",
    "may be reached at",
    "can be reached at",
    "email him at",
    "email her at",
    "breaking news",
    "bookmark our",
    "like us on",
    "join our",
    "our community",
    "support our",
    "become a member",
    "letters to the editor",
    "datenschutzerklärung",
    "drittplattform",
    "externen inhalt",
    "externe inhalte",
    "personenbezogene daten",
    "folgen sie uns",
    "kommentare",
    "abonnieren",
    "jetzt anmelden",
    "spende",
    "abonnez-vous",
    "inscrivez-vous",
    "suivez-nous",
    "iscriviti",
    "seguici",
    "suscríbete",
    "síguenos",
    "inscreva-se",
    "siga o",
    "siga-nos",
    "zapisz się",
    "obserwuj nas",
    "prenumerera",
    "følg oss",
    "abone ol",
    "takip edin",
    "ikuti",
    "подпис",
    "公众号",
    "微信号",
    "客户端",
    "二维码",
    "版权归",
    "不代表本",
    "仅代表作者",
    "未经授权",
    "无料",
    "会員登録",
    "有料会員",
];

/// The same, of words that texts use too: only in lines shorter than [`SHORT`] bytes.
const SHORT_MENTIONS: &[&str] = &["whatsapp", "telegram"];

const SHORT: usize = 120;

/// The beginnings by their first byte.
static BY_FIRST: LazyLock<HashMap<u8, Vec<&'static str>>> = LazyLock::new(|| {
    let mut map: HashMap<u8, Vec<&'static str>> = HashMap::new();
    for beginning in BEGINNINGS {
        map.entry(beginning.as_bytes()[0]).or_default().push(beginning);
    }
    map
});

static FINDERS: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| MENTIONS.iter().map(Finder::new).collect());

/// Whether a line is such a phrase. `pointed`: it links somewhere, or stands among the last lines.
pub(super) fn is_phrase(text: &str, pointed: bool) -> bool {
    if text.len() > LONGEST || !pointed && text.len() >= 160 {
        return false;
    }
    let text =
        text.trim_start_matches(['•', '>', '»', '→', '-', '–', '*', '▼', '■', '●', '↓', ' ']).to_lowercase();
    let Some(first) = text.bytes().next() else { return false };
    let begins =
        text.len() < 160 && BY_FIRST.get(&first).is_some_and(|list| list.iter().any(|b| text.starts_with(b)));
    let short = pointed && text.len() < SHORT && SHORT_MENTIONS.iter().any(|m| text.contains(m));
    begins
        || short
        || ALONE.contains(&text.trim_end_matches(ENDS))
        || is_reading_time(&text)
        || pointed && FINDERS.iter().any(|m| mentions(text.as_bytes(), m))
}

/// What may follow a control's name.
const ENDS: &[char] = &['.', '…', '>', '»', '›', '→', '↓', ':', ' '];

/// `6 min read`, `3 Minuten Lesezeit`.
fn is_reading_time(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let number = words.next().is_some_and(|w| w.len() <= 3 && w.bytes().all(|b| b.is_ascii_digit()));
    number
        && words.next().is_some_and(|w| w.starts_with("min"))
        && words.next().is_some_and(|w| matches!(w, "read" | "lesezeit" | "lesen"))
        && words.next().is_none()
}

/// Whether the words stand in the text; "our app" does not stand in "your app".
fn mentions(text: &[u8], words: &Finder<'_>) -> bool {
    words.find_iter(text).any(|at| at == 0 || !text[at - 1].is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_told_from_sentences() {
        assert!(is_phrase("Read more: Ten things", false));
        assert!(is_phrase("Sign up for our daily newsletter.", true));
        assert!(is_phrase("责任编辑：王明", false));
        assert!(is_phrase("Read more »", false) && is_phrase("6 min read", false));
        assert!(!is_phrase("He read more about the case than any other.", false));
        assert!(!is_phrase("The newsletter was his life.", false));
        assert!(!is_phrase("Before you publish your app, make an account.", true));
    }
}
