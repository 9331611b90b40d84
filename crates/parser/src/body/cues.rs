//! What the author of a template calls its parts: the words of `class`, `id`, `role` and `itemprop`, and the
//! tags that mean something. A hint, never a verdict: [`super::score`] overrules it where the text says
//! otherwise.

use super::names::meaning;
use crate::{NodeId, Page, Tag, memo::Memo};

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
    /// Share buttons, newsletter boxes, log-in, advertisements.
    Promotion,
    /// The question what may be stored and who may read along: the same on all pages of a site, and often longer
    /// than they are.
    Consent,
    /// Byline, date, categories, about the author.
    Details,
    /// Beside the article: sidebar, footer, widgets.
    Aside,
    /// Beside the article too, unless it is in it: page builders call every part of a text a widget.
    Widget,
    /// A picture's caption or credit.
    Caption,
    /// The standfirst: a summary between title and text.
    Standfirst,
    /// For screen readers alone, or for a script to show.
    Hidden,
}

impl Cue {
    /// Not the article's text.
    pub(super) fn is_negative(self) -> bool {
        !matches!(self, Self::None | Self::Body | Self::Content | Self::Caption | Self::Standfirst)
    }
}

/// What the classes of a page call its parts.
pub(super) type Classes<'p> = Memo<'p, Cue>;

pub(super) fn cue<'p>(page: &'p Page, i: NodeId, classes: &mut Classes<'p>) -> Cue {
    let tag = page.tag(i);
    if matches!(tag, Tag::Html | Tag::Body | Tag::Main) {
        return Cue::None;
    }
    let naming = page.naming(i);
    if naming.itemprop.split_ascii_whitespace().any(|p| p == "articleBody") {
        return Cue::Body;
    }
    // A heading's id is made of its text: `related-work`, `toc-how-they-work`; so is that of its section.
    let id = if tag.heading_level().is_some() || is_slug(naming.id) { "" } else { naming.id };
    let mut named = stronger(classes.get(naming.class, named), named(id));
    if named == Cue::Body && !tag.is_block() {
        // `align-with-story-text`: a word about the looks of a line.
        named = Cue::None;
    }
    if named == Cue::Details && tag.heading_level().is_some() && page.text_len(i) > 30 {
        // A live report's headings begin with the time.
        named = Cue::None;
    }
    if named == Cue::Navigation && tag.heading_level().is_some() && page.link_len(i) * 2 < page.text_len(i) {
        // `anchor-below-sticky-navbar`: what the heading keeps clear of.
        named = Cue::None;
    }
    if named == Cue::Related && has_no_link(page, i) && is_teaser(naming.class) {
        // The teaser of the article itself; another's would link to it.
        named = Cue::Standfirst;
    } else if named == Cue::Hidden && is_responsive(naming.class) {
        named = Cue::None;
    }
    if matches!(named, Cue::None | Cue::Promotion | Cue::Consent) && tag == Tag::Button && heads(page, i) {
        return Cue::None;
    }
    // An article's classes tell its state: `paywall-on`, `enable-share`, `promoted`.
    let state = tag == Tag::Article && !matches!(named, Cue::Body | Cue::Comments | Cue::Related);
    let cue = match by_role(naming.role) {
        _ if named != Cue::None && !state => named,
        Cue::None => by_tag(tag),
        cue => cue,
    };
    if cue == Cue::Consent && !asks_consent(page, i) { Cue::Promotion } else { cue }
}

/// Characters of a text in which it says what it is about.
const OPENING: usize = 600;

/// It speaks of cookies or privacy from the start, and is not what the page is about.
fn asks_consent(page: &Page, i: NodeId) -> bool {
    let text = page.text(i);
    let opening = text.char_indices().nth(OPENING).map_or(text, |(end, _)| &text[..end]);
    let speaks = ["ookie", "COOKIE", "onsent", "rivacy", "artners"].iter().any(|w| opening.contains(w));
    speaks && [Tag::H1, Tag::Article].into_iter().all(|tag| page.all_in(i, tag).next().is_none())
}

/// More words than a part's name has: `the-one-that-was-promoted-most`.
fn is_slug(id: &str) -> bool {
    id.bytes().filter(|b| *b == b'-').count() >= 5
}

/// A heading that unfolds what stands under it.
fn heads(page: &Page, button: NodeId) -> bool {
    page.ancestors(button).take(3).any(|i| page.tag(i).heading_level().is_some())
}

fn has_no_link(page: &Page, i: NodeId) -> bool {
    page.link_len(i) == 0 && page.text_len(i) > 40
}

fn is_teaser(class: &str) -> bool {
    class.contains("teaser") || class.contains("Teaser")
}

/// Hidden on screens of some sizes only: `hidden md:block`, `d-none d-md-block`.
fn is_responsive(class: &str) -> bool {
    class.contains([':', '@'])
        || class.contains("-block")
        || class.contains("-flex")
        || class.contains("-inline")
}

/// A body's name outweighs all; else the first that was found.
fn stronger(a: Cue, b: Cue) -> Cue {
    match (a, b) {
        (_, Cue::Body) => Cue::Body,
        (Cue::None | Cue::Content, b) if b != Cue::None => b,
        (Cue::Promotion, Cue::Consent) => b,
        (a, _) => a,
    }
}

/// What the standard calls an element.
pub(super) fn by_tag(tag: Tag) -> Cue {
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
        "dialog" | "alertdialog" => Cue::Consent,
        _ => Cue::None,
    }
}

/// Longest word that is looked at; no name in the lists is longer.
const WORD: usize = 24;

/// Reads names such as `post-body`, `relatedArticles`, `c_comment__list` word by word.
fn named(names: &str) -> Cue {
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
            found = stronger(found, by_words(before, this, next));
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
fn by_words(before: &str, word: &str, more: bool) -> Cue {
    if before.is_empty() {
        return if word == "hidden" && !more { Cue::Hidden } else { meaning(word, more) };
    }
    // `has-sidebar`, `no-comments`: a layout's state, not its part.
    if matches!(before, "has" | "with" | "no" | "without" | "have" | "show" | "enable" | "enabled")
        || before == "is" && word != "hidden"
    {
        return Cue::None;
    }
    match (before, word) {
        ("visually" | "is" | "u", "hidden" | "hide") | ("sr", "only") | ("d", "none") if !more => Cue::Hidden,
        ("screen", "reader") | (_, "visuallyhidden") => Cue::Hidden,
        (
            "article" | "post" | "entry" | "story" | "news" | "blog" | "artikel" | "articulo" | "body"
            | "art" | "rich" | "paragraph" | "texte" | "trs" | "end",
            "body" | "content" | "text" | "copy" | "contents" | "txt" | "editor",
        ) => Cue::Body,
        (
            "page" | "the" | "single" | "field" | "detail" | "article" | "post" | "story" | "news",
            "content" | "main" | "inner" | "detail",
        ) => Cue::Content,
        (
            "cookie" | "cookies",
            "banner" | "notice" | "consent" | "compliance" | "bar" | "dialog" | "popup",
        ) => Cue::Consent,
        ("reg" | "registration" | "access" | "login" | "signup", "wall") => Cue::Promotion,
        ("media" | "image" | "img" | "photo" | "picture", "info" | "legend" | "desc") => Cue::Caption,
        // Highlighted code with its copy button.
        ("code", "toolbar") => Cue::None,
        _ => meaning(word, more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Cue) {
        assert_eq!(named(name), expected, "{name}");
    }

    #[test]
    fn names_are_read_word_by_word() {
        check("post-body", Cue::Body);
        check("c_ArticleBody__x1", Cue::Body);
        check("relatedArticles", Cue::Related);
        check("main-sidebar", Cue::Aside);
        check("has-sidebar", Cue::None);
        check("unrelated", Cue::None);
        check("comments article-body", Cue::Body);
        check("visually-hidden", Cue::Hidden);
        check("sr-only", Cue::Hidden);
        check("overflow-hidden", Cue::None);
        check("is-active", Cue::None);
    }
}
