//! What the author of a template calls its parts: the words of `class`, `id`, `role` and `itemprop`, and the
//! tags that mean something. A hint, never a verdict: [`super::score`] overrules it where the text says
//! otherwise.

use crate::{NodeId, Page, Tag};
use html5ever::local_name;

/// What an element says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Cue {
    #[default]
    None,
    /// The article's text: `articleBody`, `entry-content`, `post-body`, ...
    Body,
    /// Something around it or like it: `<article>`, `<main>`, `content`, `post`.
    Content,
    /// Readers' comments.
    Comments,
    /// Other pages: related, recommended, popular, read more.
    Related,
    /// Menus, crumbs, tags, pagers.
    Navigation,
    /// Share buttons, newsletter boxes, log-in, cookie notices, advertisements.
    Promotion,
    /// Byline, date, categories, about the author.
    Details,
    /// Beside the article: sidebar, footer, widgets.
    Aside,
    /// A picture's caption or credit.
    Caption,
    /// The standfirst: a summary between title and text.
    Standfirst,
}

impl Cue {
    /// Not the article's text.
    pub(super) fn is_negative(self) -> bool {
        !matches!(self, Self::None | Self::Body | Self::Content | Self::Caption | Self::Standfirst)
    }
}

pub(super) fn cue(page: &Page, i: NodeId) -> Cue {
    let tag = page.tag(i);
    if matches!(tag, Tag::Html | Tag::Body | Tag::Main) {
        return Cue::None;
    }
    if let Some(prop) = page.attr_atom(i, &local_name!("itemprop"))
        && prop.split_ascii_whitespace().any(|p| p == "articleBody")
    {
        return Cue::Body;
    }
    let words = |text: &str| named(text, tag);
    let mut found = Cue::None;
    for text in [page.class(i), page.id(i)] {
        if !text.is_empty() {
            found = stronger(found, words(text));
        }
    }
    if found == Cue::None
        && let Some(role) = page.attr_atom(i, &local_name!("role"))
    {
        found = by_role(role);
    }
    if found == Cue::None { by_tag(tag) } else { found }
}

/// A body's name outweighs all; else the first that was found.
fn stronger(a: Cue, b: Cue) -> Cue {
    match (a, b) {
        (_, Cue::Body) => Cue::Body,
        (Cue::None | Cue::Content, b) if b != Cue::None => b,
        (a, _) => a,
    }
}

fn by_tag(tag: Tag) -> Cue {
    match tag {
        Tag::Article | Tag::Main => Cue::Content,
        Tag::Nav | Tag::Menu => Cue::Navigation,
        Tag::Aside | Tag::Footer => Cue::Aside,
        Tag::Form | Tag::Button | Tag::Dialog | Tag::Fieldset => Cue::Promotion,
        Tag::Figcaption | Tag::Figure => Cue::Caption,
        Tag::Address => Cue::Details,
        _ => Cue::None,
    }
}

fn by_role(role: &str) -> Cue {
    match role {
        "article" | "main" => Cue::Content,
        "navigation" | "menu" | "menubar" | "toolbar" | "search" => Cue::Navigation,
        "complementary" | "contentinfo" | "banner" => Cue::Aside,
        "dialog" | "alertdialog" => Cue::Promotion,
        _ => Cue::None,
    }
}

/// Longest word that is looked at; no name in the lists is longer.
const WORD: usize = 24;

/// Reads names such as `post-body`, `relatedArticles`, `c_comment__list` word by word.
fn named(names: &str, tag: Tag) -> Cue {
    let mut found = Cue::None;
    let mut previous = [0_u8; WORD];
    let mut previous_len = 0;
    let mut word = [0_u8; WORD];
    let mut len = 0;
    let bytes = names.as_bytes();
    // Longer attributes are generated and name nothing.
    let bytes = &bytes[..bytes.len().min(400)];
    for i in 0..=bytes.len() {
        let b = bytes.get(i).copied().unwrap_or(b' ');
        let letter = b.is_ascii_alphabetic();
        let hump = b.is_ascii_uppercase() && i > 0 && bytes[i - 1].is_ascii_lowercase();
        if (!letter || hump) && len > 0 {
            let this = std::str::from_utf8(&word[..len]).unwrap_or_default();
            let before = std::str::from_utf8(&previous[..previous_len]).unwrap_or_default();
            let next = next_word(bytes, i);
            found = stronger(found, by_words(before, this, next, tag));
            if found == Cue::Body {
                return found;
            }
            previous = word;
            previous_len = len;
            len = 0;
        }
        if letter && len < WORD {
            word[len] = b.to_ascii_lowercase();
            len += 1;
        }
        if b == b' ' {
            previous_len = 0;
        }
    }
    found
}

/// Whether a further word of the same name follows.
fn next_word(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(|b| *b != b' ')
        && bytes[at..].iter().take_while(|b| **b != b' ').any(u8::is_ascii_alphabetic)
}

/// One word of a name, the word before it in the same name, and whether another follows.
fn by_words(before: &str, word: &str, more: bool, tag: Tag) -> Cue {
    // `has-sidebar`, `no-comments`: a layout's state, not its part.
    if matches!(before, "has" | "with" | "no" | "without" | "have" | "is" | "show" | "enable" | "enabled") {
        return Cue::None;
    }
    match word {
        "articlebody" | "entrycontent" | "postbody" | "postcontent" | "articlecontent" | "storybody"
        | "articletext" | "storytext" | "newstext" | "maintext" | "bodytext" | "contenttext" | "textbody"
        | "articlecontents" | "newscontent" | "contentbody" | "blogcontent" | "newsbody" | "artibody"
        | "arttext" | "richtext" | "wysiwyg" | "hentry"
            if word != "hentry" || !more =>
        {
            if word == "hentry" {
                Cue::Content
            } else {
                Cue::Body
            }
        }
        "editor" if before == "trs" => Cue::Body,
        "body" | "content" | "text" | "copy" | "contents" | "txt" | "detail" | "main" | "inner"
            if matches!(
                before,
                "trs"
                    | "article"
                    | "post"
                    | "entry"
                    | "story"
                    | "news"
                    | "blog"
                    | "page"
                    | "artikel"
                    | "articulo"
                    | "body"
                    | "art"
                    | "detail"
                    | "rich"
                    | "single"
                    | "field"
                    | "paragraph"
                    | "texte"
                    | "the"
            ) && !(before == "page" && word != "content") =>
        {
            if matches!(before, "page" | "the" | "single" | "field" | "detail")
                || matches!(word, "main" | "inner" | "detail")
            {
                Cue::Content
            } else {
                Cue::Body
            }
        }
        "comment" | "comments" | "disqus" | "respond" | "commentlist" | "livefyre" | "replies" | "reply"
        | "commentarea" | "kommentare" | "kommentar" | "comentarios" | "pinglun" | "guestbook"
        | "discussion" => Cue::Comments,
        "related" | "recommended" | "recommendation" | "recommendations" | "recommend" | "relatedposts"
        | "recirc" | "recirculation" | "yarpp" | "outbrain" | "taboola" | "popular" | "trending"
        | "readmore" | "morefrom" | "mostread" | "teaser" | "teasers" | "similar" | "suggested"
        | "relacionadas" | "relacionados" | "verwandt" | "zergnet" | "crosspromo" | "readalso"
        | "seealso" | "alsolike" | "upnext" | "nextprev" | "prevnext" | "headlines" | "tuijian"
        | "xiangguan" | "relate" | "relatednews" | "relatedarticles" | "crosslinks" | "jp"
        | "shareaholic" | "inread" | "explore" | "latest" | "newsfeed" | "lire" | "leggi"
            if !(word == "jp" && before != "") || word != "jp" =>
        {
            if word == "jp" {
                Cue::None
            } else {
                Cue::Related
            }
        }
        "nav" | "navigation" | "navbar" | "navi" | "breadcrumb" | "breadcrumbs" | "crumbs" | "crumb"
        | "pagination" | "pager" | "tags" | "taglist" | "tagcloud" | "menu" | "submenu" | "toolbar"
        | "skiplink" | "toc" | "tabs" | "pagenav" | "topbar" | "mbx" | "weizhi" | "categories"
        | "keywords" | "catlinks" | "tagcontainer" | "paging" | "prev" | "topics" | "navbox"
        | "editsection" | "tocbox" | "linklist" => Cue::Navigation,
        "share" | "sharing" | "social" | "sharedaddy" | "addthis" | "addtoany" | "sharebar" | "sharebox"
        | "socials" | "newsletter" | "subscribe" | "subscription" | "signup" | "paywall" | "promo"
        | "promotion" | "promoted" | "advert" | "advertisement" | "advertising" | "ad" | "ads" | "adv"
        | "adsense" | "adbox" | "sponsor" | "sponsored" | "cookie" | "cookies" | "consent" | "gdpr"
        | "popup" | "modal" | "overlay" | "login" | "register" | "banner" | "donate" | "donation" | "cta"
        | "optin" | "mailchimp" | "bdsharebuttonbox" | "jiathis" | "qrcode" | "weixin" | "fenxiang"
        | "erweima" | "guanggao" | "print" | "rating" | "ratings" | "vote" | "voting" | "survey" | "poll"
        | "follow" | "shares" | "sharethis" | "ssba" | "callout" | "affiliate" | "coupon" | "buttons"
        | "btn" | "werbung" | "anzeige" | "publicidad" | "reklam" | "reklama" | "tooltip" | "disclaimer"
        | "toast" => {
            if matches!(word, "ad" | "ads" | "adv" | "print" | "cta" | "banner" | "callout")
                && more
                && word != "ads"
            {
                Cue::None
            } else {
                Cue::Promotion
            }
        }
        "byline" | "authorbox" | "bio" | "biography" | "dateline" | "timestamp" | "pubdate" | "postmeta"
        | "entrymeta" | "credits" | "author" | "authors" | "meta" | "metadata" | "writer" | "auteur"
        | "autor" | "publishdate" | "postdate" | "datetime" | "laiyuan" | "copyright" | "license"
        | "readingtime" | "postinfo" | "infobox" | "published" | "date" | "time" | "contributors"
        | "contributor" => {
            if matches!(word, "time" | "date" | "author" | "authors" | "published") && more {
                Cue::None
            } else {
                Cue::Details
            }
        }
        "sidebar" | "aside" | "footer" | "widget" | "widgets" | "rail" | "sidecolumn" | "sidebars"
        | "bottombar" | "rightcol" | "rightcolumn" | "footnav" | "foot" | "colophon" | "masthead"
        | "site" | "secondary" | "dock" | "drawer" | "offcanvas" | "footbar" => {
            if matches!(word, "site" | "foot" | "dock" | "rail") && more {
                Cue::None
            } else if word == "site" {
                Cue::None
            } else {
                Cue::Aside
            }
        }
        "caption" | "figcaption" | "legende" | "bildunterschrift" | "bildtext" | "imagecaption"
        | "credit" | "photocredit" => Cue::Caption,
        "standfirst" | "dek" | "deck" | "subheadline" | "subline" | "lede" | "chapo" | "ingress"
        | "entradilla" | "bajada" | "sommario" | "sapo" | "vorspann" | "subheading" | "synopsis"
        | "introtext" | "articleintro" | "kicker" | "subtitle" | "subtitulo" | "untertitel" | "anons"
        | "manchet" | "spot" | "preamble" => Cue::Standfirst,
        "summary" | "intro" | "lead" | "excerpt" | "description" | "abstract" | "introduction" | "sub"
            if !more =>
        {
            Cue::Standfirst
        }
        "hidden" | "hide" | "noprint" | "screenreader" | "visuallyhidden" | "invisible" => {
            if more || tag == Tag::Div { Cue::None } else { Cue::Promotion }
        }
        "article" | "post" | "story" | "entry" | "content" | "main" | "hnews" | "artikel" if !more => {
            Cue::Content
        }
        _ => Cue::None,
    }
}
