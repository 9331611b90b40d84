//! Element names as a small enum.

use html5ever::{LocalName, local_name};

macro_rules! tags {
    ($($name:tt $tag:ident),* $(,)?) => {
        /// The tag of a node: elements by name, [`Tag::Text`] for text nodes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Tag {
            /// A text node.
            Text,
            /// Any element not named here.
            Other,
            /// `<amp-img>`
            AmpImg,
            $(#[doc = concat!("`<", $name, ">`")] $tag,)*
        }

        impl Tag {
            /// How many there are.
            pub(super) const COUNT: usize = [$($name),*].len() + 3;

            /// By a comparison of integers, for the names that html5ever knows.
            pub(super) fn of(name: &LocalName) -> Self {
                match *name {
                    $(local_name!($name) => Self::$tag,)*
                    _ if **name == *"amp-img" => Self::AmpImg,
                    _ => Self::Other,
                }
            }
        }
    };
}

tags! {
    "a" A, "abbr" Abbr, "address" Address, "article" Article, "aside" Aside, "audio" Audio,
    "b" B, "base" Base, "blockquote" Blockquote, "body" Body, "br" Br, "button" Button, "caption" Caption,
    "center" Center, "cite" Cite, "code" Code, "dd" Dd, "del" Del, "details" Details, "dialog" Dialog,
    "div" Div, "dl" Dl, "dt" Dt, "em" Em, "embed" Embed, "fieldset" Fieldset, "figcaption" Figcaption,
    "figure" Figure, "font" Font, "footer" Footer, "form" Form, "frame" Frame, "frameset" Frameset,
    "h1" H1, "h2" H2, "h3" H3, "h4" H4, "h5" H5, "h6" H6, "head" Head, "header" Header, "hgroup" Hgroup,
    "hr" Hr, "html" Html, "i" I, "iframe" Iframe, "img" Img, "input" Input, "kbd" Kbd, "label" Label,
    "legend" Legend, "li" Li, "link" Link, "main" Main, "math" Math, "menu" Menu, "meta" Meta, "nav" Nav,
    "noscript" Noscript, "object" Object, "ol" Ol, "option" Option, "p" P, "picture" Picture, "pre" Pre,
    "q" Q, "rp" Rp, "rt" Rt, "ruby" Ruby, "s" S, "samp" Samp, "script" Script, "section" Section,
    "select" Select, "small" Small, "source" Source, "span" Span, "strong" Strong, "style" Style,
    "sub" Sub, "summary" Summary, "sup" Sup, "svg" Svg, "table" Table, "tbody" Tbody, "td" Td,
    "template" Template, "textarea" Textarea, "tfoot" Tfoot, "th" Th, "thead" Thead, "time" Time,
    "title" Title, "tr" Tr, "tt" Tt, "u" U, "ul" Ul, "var" Var, "video" Video, "wbr" Wbr,
}

impl Tag {
    /// Starts and ends a line of text.
    pub fn is_block(self) -> bool {
        matches!(
            self,
            Self::Address
                | Self::Article
                | Self::Aside
                | Self::Audio
                | Self::Blockquote
                | Self::Body
                | Self::Caption
                | Self::Center
                | Self::Dd
                | Self::Details
                | Self::Dialog
                | Self::Div
                | Self::Dl
                | Self::Dt
                | Self::Fieldset
                | Self::Figcaption
                | Self::Figure
                | Self::Footer
                | Self::Form
                | Self::H1
                | Self::H2
                | Self::H3
                | Self::H4
                | Self::H5
                | Self::H6
                | Self::Head
                | Self::Header
                | Self::Hgroup
                | Self::Hr
                | Self::Html
                | Self::Iframe
                | Self::Legend
                | Self::Li
                | Self::Main
                | Self::Menu
                | Self::Nav
                | Self::Object
                | Self::Ol
                | Self::Option
                | Self::P
                | Self::Pre
                | Self::Section
                | Self::Summary
                | Self::Table
                | Self::Tbody
                | Self::Td
                | Self::Tfoot
                | Self::Th
                | Self::Thead
                | Self::Title
                | Self::Tr
                | Self::Ul
                | Self::Video
        )
    }

    /// 1..=6 for `h1`..`h6`.
    pub fn heading_level(self) -> Option<u8> {
        Some(match self {
            Self::H1 => 1,
            Self::H2 => 2,
            Self::H3 => 3,
            Self::H4 => 4,
            Self::H5 => 5,
            Self::H6 => 6,
            _ => return None,
        })
    }

    /// Its content is not text of the page: `<rt>` is how the word before it is read aloud, `<video>` holds
    /// what browsers without it show.
    pub(super) fn is_silent(self) -> bool {
        matches!(
            self,
            Self::Rp
                | Self::Rt
                | Self::Script
                | Self::Style
                | Self::Noscript
                | Self::Template
                | Self::Select
                | Self::Svg
                | Self::Textarea
                | Self::Iframe
                | Self::Object
                | Self::Audio
                | Self::Video
                | Self::Frameset
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_have_their_tags() {
        let tags = ["amp-img", "wbr", "a", "x", ""].map(|name| Tag::of(&LocalName::from(name)));
        assert_eq!(tags, [Tag::AmpImg, Tag::Wbr, Tag::A, Tag::Other, Tag::Other]);
        assert!(tags.iter().all(|t| (*t as usize) < Tag::COUNT) && (Tag::Wbr as usize) + 1 == Tag::COUNT);
    }
}
