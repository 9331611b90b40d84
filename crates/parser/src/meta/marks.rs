//! Elements whose attributes say that they hold an author or a date, found in one pass over the page.

use crate::{NodeId, Page, Tag, stems::Stems};
use std::sync::LazyLock;

/// What marks the element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// schema.org `itemprop`.
    Itemprop,
    /// RDFa `property` outside `<meta>`.
    Property,
    /// `rel=author`, or a class of microformats (`p-author`, `dt-published`).
    Microformat,
    /// A class or id that speaks of it.
    Class,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) node: NodeId,
    pub(crate) by: By,
}

#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) authors: Vec<Mark>,
    pub(crate) published: Vec<Mark>,
    pub(crate) modified: Vec<Mark>,
}

/// Bytes of text beyond which an element is more than a byline.
const LONGEST: usize = 400;

/// Most marks of a kind: a list of teasers has hundreds.
const MOST: usize = 60;

impl Marks {
    pub(crate) fn read(page: &Page) -> Self {
        let mut marks = Self::default();
        for i in 0..page.len() {
            if matches!(
                page.tag(i),
                Tag::Text | Tag::Script | Tag::Style | Tag::Option | Tag::Html | Tag::Body
            ) {
                continue;
            }
            let naming = page.naming(i);
            for prop in naming.itemprop.split_ascii_whitespace() {
                marks.add(prop, i, By::Itemprop);
            }
            if page.tag(i) == Tag::Meta || page.text_len(i) > LONGEST {
                continue;
            }
            for prop in naming.property.split_ascii_whitespace() {
                marks.add(prop.rsplit(':').next().unwrap_or(prop), i, By::Property);
            }
            if naming.rel.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("author")) {
                push(&mut marks.authors, i, By::Microformat);
            }
            for names in [naming.class, naming.id] {
                if (4..300).contains(&names.len()) {
                    marks.class(names, i);
                }
            }
        }
        marks
    }

    fn add(&mut self, property: &str, node: NodeId, by: By) {
        match property {
            "author" | "creator" => push(&mut self.authors, node, by),
            "datePublished" | "dateCreated" | "date" | "created" | "issued" | "published"
            | "datepublished" => push(&mut self.published, node, by),
            "dateModified" | "modified" => push(&mut self.modified, node, by),
            _ => {}
        }
    }

    fn class(&mut self, names: &str, node: NodeId) {
        for name in names.split_ascii_whitespace() {
            match name {
                "p-author" | "author-name" | "byline" | "vcard" => {
                    push(&mut self.authors, node, By::Microformat);
                }
                "dt-published" | "published" | "entry-date" => {
                    push(&mut self.published, node, By::Microformat);
                }
                "dt-updated" | "updated" => push(&mut self.modified, node, By::Microformat),
                _ => {
                    static STEMS: LazyLock<Stems> =
                        LazyLock::new(|| Stems::new(&[AUTHOR, NO_AUTHOR, DATE, NO_DATE, MODIFIED]));
                    let found = STEMS.within(name);
                    let any = |list: u16| found >> list & 1 == 1;
                    if any(0) && !any(1) {
                        push(&mut self.authors, node, By::Class);
                    } else if any(2) && !any(3) {
                        let list = if any(4) { &mut self.modified } else { &mut self.published };
                        push(list, node, By::Class);
                    } else {
                        continue;
                    }
                }
            }
            return;
        }
    }
}

#[rustfmt::skip]
const AUTHOR: &[&str] = &[
    "author", "byline", "by-line", "autor", "auteur", "writer", "writtenby", "written-by", "postedby",
    "posted-by", "creator", "journalist", "reporter", "verfasser", "redakteur", "columnist", "contributor",
    "zuozhe", "auth_name", "authname", "auth-name",
];
#[rustfmt::skip]
const NO_AUTHOR: &[&str] = &[
    "comment", "avatar", "image", "img", "photo", "-bio", "_bio", "related", "social", "share", "authority",
    "authoriz", "reply", "more-", "desc", "about", "icon", "authored-on",
];
const DATE: &[&str] =
    &["date", "time", "publi", "posted", "datum", "fecha", "pubdate", "posttime", "artinfo", "article-info"];
#[rustfmt::skip]
const NO_DATE: &[&str] = &[
    "comment", "related", "timeline", "validate", "candidate", "countdown", "lifetime", "sometime", "event",
    "publication-title", "reading", "read-time", "readtime", "duration", "min-", "reply", "publicity",
    "update-alert", "datepicker", "public", "publisher", "timer",
];

/// Of the dates, those of a change.
const MODIFIED: &[&str] = &["updat", "modif", "lastmod"];

fn push(list: &mut Vec<Mark>, node: NodeId, by: By) {
    if list.len() < MOST {
        list.push(Mark { node, by });
    }
}
