//! The words of [`super`], in lower case, in the languages of the web's publishers.

/// A line that begins so is no part of the text.
#[rustfmt::skip]
pub(super) const BEGINNINGS: &[&str] = &[
    "about the author", "about this author", "related articles", "related stories", "related posts",
    "related content", "related news", "related topics", "related investing", "more from ",
    "you may also like", "you may like", "you might also like", "what to read next", "read next",
    "recommended reading", "notas relacionadas", "noticias relacionadas", "artículos relacionados",
    "vea también", "ver también", "mira también", "dowiedz się więcej", "über den autor",
    "über die autorin", "zur person", "das könnte sie auch interessieren",
    "das könnte dich auch interessieren", "mehr themen", "mehr zu ", "got a story?",
    "get in touch with our", "for more stories like this", "当前位置", "您的位置", "您现在的位置",
    "您所在的位置", "出所：", "发布时间", "发表时间", "发布日期", "来源：", "来源:", "作者：", "时间：",
    "read more:", "read more about", "read also", "also read", "see also:", "related:", "more:",
    "more on this", "watch:", "listen:", "watch |", "listen |", "read |", "for the latest breaking news",
    "for the latest news", "if you buy something using links", "don't miss", "up next", "recommended",
    "share this", "share on", "sign up", "subscribe", "follow us", "follow @", "click here", "tap here",
    "download our", "download the", "have a tip", "got a tip", "contact us", "photo:", "photos:",
    "photo by", "image:", "image credit", "(image credit", "picture:", "photograph:", "credit:", "source:",
    "first published:", "last updated", "updated:", "published:", "posted by", "posted in", "posted on",
    "filed under", "tags:", "topics:", "categories:", "reporting by", "(reporting by", "editing by",
    "(editing by", "writing by", "with reporting by", "additional reporting", "copyright ", "© ", "©20",
    "all rights reserved", "this article was originally published", "this story was originally published",
    "originally published", "this story has been updated", "advertisement", "sponsored", "loading",
    "to view this video", "this video can", "skip to", "jump to", "print this", "email this",
    "leave a comment", "view comments", "comments are", "join the conversation", "lesen sie auch",
    "lesen sie hier", "lesen sie mehr", "mehr zum thema", "mehr dazu", "auch interessant", "anzeige",
    "foto:", "fotos:", "quelle:", "bild:", "empfohlener redaktioneller", "externer inhalt", "zum thema:",
    "lire aussi", "à lire", "lisez aussi", "voir aussi", "à voir aussi", "crédit photo", "photo :",
    "publicité", "leggi anche", "leggi tutto", "guarda anche", "fonte:", "lea también", "lee también",
    "le puede interesar", "puedes ver:", "te puede interesar", "también te puede", "publicidad",
    "leia também", "leia mais", "veja também", "saiba mais", "baca juga", "simak juga", "lihat juga",
    "czytaj także", "czytaj też", "zobacz także", "zobacz też", "čtěte také", "läs också", "läs även",
    "läs mer", "les også", "læs også", "lees ook", "lue myös", "читайте также", "читайте также:",
    "подписывайтесь", "ilgili haber", "haberin devamı", "іншi новини", "相关阅读", "相关新闻", "相关链接",
    "延伸阅读", "推荐阅读", "更多阅读", "更多精彩", "猜你喜欢", "热门推荐", "责任编辑", "责编", "编辑：",
    "编辑:", "（责任编辑", "(责任编辑", "[责任编辑", "【责任编辑", "（编辑", "【编辑", "[编辑", "【打印",
    "[打印", "【推荐", "【关闭", "[关闭", "【字体", "[字体", "凡本网", "(编辑", "作者简介", "版权声明",
    "免责声明", "声明：", "扫一扫", "扫码", "扫描二维码", "长按二维码", "分享到", "分享至", "点击查看",
    "点击进入", "广告", "上一篇", "下一篇", "本文来源", "文章来源", "打印本页", "関連記事",
    "あわせて読みたい", "続きを読む", "相關閱讀", "相關新聞", "延伸閱讀", "copyright:", "foto(s):",
    "images courtesy of", "some images courtesy of", "aus dem englischen von", "aus dem französischen von",
    "mit agenturmaterial", "mit material von",
];

/// Lines that say nothing else: what controls are called.
#[rustfmt::skip]
pub(super) const ALONE: &[&str] = &[
    "read more", "continue reading", "learn more", "show more", "load more", "view more", "view all",
    "see all", "see more", "back to top", "close", "mehr lesen", "weiterlesen", "nach oben", "leer más",
    "lire la suite", "leggi tutto", "ler mais", "阅读更多", "查看更多", "返回顶部", "on this page",
    "table of contents", "copy link", "link copied", "copied!", "link kopieren", "copier le lien",
    "copiar enlace", "复制链接", "कॉपी लिंक", "thanks for visiting!",
];

/// A line that says so and links somewhere, or stands near the end, is no part of the text.
#[rustfmt::skip]
pub(super) const MENTIONS: &[&str] = &[
    "newsletter", "sign up for", "subscribe to", "subscribe now", "follow us on", "follow us at",
    "on facebook and twitter", "on twitter and facebook", "google news", "click here to",
    "download our app", "download the app", "our app", "affiliate", "earn a commission",
    "all rights reserved", "permission to reprint", "subject to copyright", "no part may be reproduced",
    "contributed to this report", "contributed to this story", "reported from", "may be reached at",
    "can be reached at", "email him at", "email her at", "breaking news", "bookmark our", "like us on",
    "join our", "our community", "support our", "become a member", "letters to the editor",
    "datenschutzerklärung", "drittplattform", "externen inhalt", "externe inhalte",
    "personenbezogene daten", "folgen sie uns", "kommentare", "abonnieren", "jetzt anmelden", "spende",
    "abonnez-vous", "inscrivez-vous", "suivez-nous", "iscriviti", "seguici", "suscríbete", "síguenos",
    "inscreva-se", "siga o", "siga-nos", "zapisz się", "obserwuj nas", "prenumerera", "følg oss",
    "abone ol", "takip edin", "ikuti", "подпис", "公众号", "微信号", "客户端", "二维码", "版权归",
    "不代表本", "仅代表作者", "未经授权", "无料", "会員登録", "有料会員",
    "読み放題", "ऐप डाउनलोड",
];

/// The same, of words that texts use too: only in short lines.
pub(super) const SHORT_MENTIONS: &[&str] = &["whatsapp", "telegram"];

/// A line says so of the publisher itself: that it is paid for what readers buy.
#[rustfmt::skip]
pub(super) const DISCLOSURES: &[&str] = &[
    "may contain affiliate links", "contains affiliate links", "may include affiliate links",
    "as an amazon associate", "earn from qualifying purchases", "we may earn a commission",
    "we may earn commission", "we may receive a commission", "may receive a commission on",
    "independently selected by our editors", "independently chosen by us", "may include paid promotion",
    "enthält affiliate-links", "sogenannte affiliate-links",
];
