//! Authors in the element after one that says no more than "Author": the rows of a table, the items of a box
//! of credits.

use super::{Authors, people};
use crate::{
    NodeId, Page, Tag,
    meta::{
        person::{self, looks_like_person},
        sources::{Offer, Place, Sources},
    },
};
use model::Evidence;

/// What the element before the names says, lower case, without its colon.
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "author", "authors", "author(s)", "written by", "posted by", "autor", "autorin", "auteur", "autore", "автор",
    "作者", "文章作者", "本文作者", "原作者", "博主", "撰文", "著者", "글쓴이",
];

/// Such a label may stand before an element for each author.
const SEVERAL: &str = "author(s)";

/// More are no authors of one article.
const MOST: usize = 8;

/// Longest label and longest names, in bytes.
const LABEL_BYTES: usize = 32;
const NAMES_BYTES: usize = 160;

pub(super) fn collect(sources: &Sources<'_>, offers: &mut Vec<Authors>) {
    let page = sources.page;
    let tags = [Tag::Span, Tag::Div, Tag::Dt, Tag::Th, Tag::Td, Tag::Strong, Tag::B, Tag::P];
    for label in tags.into_iter().flat_map(|t| page.all(t)).filter(|&i| is_label(page, i)) {
        let Some(value) = next(page, label) else { continue };
        let text = page.text(value);
        let (place, distance) = sources.place(label);
        if text.len() > NAMES_BYTES || text.contains('\n') || sources.is_aside(label, place) {
            continue;
        }
        let mut names = person::names(text);
        let persons = |names: &[String]| !names.is_empty() && names.iter().all(|n| looks_like_person(n));
        if page.text(label).to_lowercase().starts_with(SEVERAL) {
            let more = std::iter::successors(next(page, value), |&i| next(page, i))
                .take_while(|&i| page.text_len(i) <= NAMES_BYTES)
                .map(|i| person::names(page.text(i)));
            names.extend(more.take(MOST).take_while(|more| persons(more)).flatten());
        }
        let persons = names.len() <= MOST && persons(&names);
        let score = match place {
            Place::Head => 84 - i32::from(distance.min(10)),
            Place::Body | Place::Tail => 76 - i32::from(distance.min(10)),
            Place::Elsewhere => continue,
        };
        if persons && !names.iter().any(|n| sources.is_site(n)) {
            offers.push(Offer::new(people(names), Evidence::Byline, "label", score));
        }
    }
}

fn is_label(page: &Page, i: NodeId) -> bool {
    let text = page.text(i);
    (2..=LABEL_BYTES).contains(&text.len()) && !page.silent(i) && {
        let text = text.trim_end_matches([':', '：', ' ', '\u{3000}']).to_lowercase();
        LABELS.contains(&text.as_str())
    }
}

/// The element right after this one.
fn next(page: &Page, i: NodeId) -> Option<NodeId> {
    let parent = page.parent(i)?;
    let blank = |n: NodeId| page.tag(n) == Tag::Text && page.text(n).is_empty();
    (page.end(i)..page.end(parent)).find(|&n| !blank(n)).filter(|&n| page.parent(n) == Some(parent))
}

#[cfg(test)]
mod tests {
    use crate::meta::promises::check_authors;

    #[test]
    fn a_label_and_the_names_in_two_elements() {
        check_authors("<p><span>文章作者</span><span>李新、Jane Doe</span></p>", &["李新", "Jane Doe"]);
        check_authors("<dl><dt>Author:</dt> <dd>Jane Doe</dd></dl>", &["Jane Doe"]);
        check_authors("<dl><dt>Author(s)<dd>Jane Doe<dd>Ben Hay<dd>May 2003</dl>", &["Jane Doe", "Ben Hay"]);
        check_authors("<div><div>作者</div><div>李新</div></div>", &["李新"]);
        check_authors("<p><span>文章作者</span><span>关于本站的声明</span></p>", &[]);
    }
}
