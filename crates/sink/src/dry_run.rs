//! What a reparse would change, field by field, for people to judge before it is done.

use model::{Article, Field};
use store::{VisitContext, WorkChange, WorkState};

/// Most characters of a value that are shown.
const SHOWN: usize = 200;

/// Field, value now, value then. A text is shown from a little before its first difference.
pub(crate) fn differences(now: Option<&Article>, then: Option<&Article>) -> Vec<(String, String, String)> {
    let empty = Article::default();
    let (a, b) = (now.unwrap_or(&empty), then.unwrap_or(&empty));
    let mut changes = Vec::new();
    let mut compare = |name: &str, a: String, b: String| {
        if a != b {
            let from = common_start(&a, &b);
            changes.push((name.to_owned(), cut(&a, from), cut(&b, from)));
        }
    };
    let text = |f: &Option<Field<String>>| f.as_ref().map(|f| f.value.clone()).unwrap_or_default();
    let names = |a: &Article| a.authors.iter().map(|p| p.value.name.clone()).collect::<Vec<_>>().join("; ");
    let tags = |a: &Article| a.tags.iter().map(|t| t.value.clone()).collect::<Vec<_>>().join("; ");
    let stamp = |f: &Option<Field<model::Stamp>>| f.as_ref().map(|f| f.value.to_string()).unwrap_or_default();
    compare("article", now.map_or("none", |_| "some").to_owned(), then.map_or("none", |_| "some").to_owned());
    compare("title", text(&a.title), text(&b.title));
    compare("authors", names(a), names(b));
    compare("published", stamp(&a.published), stamp(&b.published));
    compare("modified", stamp(&a.modified), stamp(&b.modified));
    compare("language", text(&a.language), text(&b.language));
    compare("section", text(&a.section), text(&b.section));
    compare("tags", tags(a), tags(b));
    compare("source", text(&a.source), text(&b.source));
    compare("canonical_url", text(&a.canonical_url), text(&b.canonical_url));
    compare("lead_image", text(&a.lead_image), text(&b.lead_image));
    compare("description", text(&a.description), text(&b.description));
    compare("text", a.text(), b.text());
    if a.text() == b.text() && a.blocks != b.blocks {
        compare("blocks", kinds(a), kinds(b));
    }
    changes
}

/// Titles of the works that the page of a list shows, a line each, where these would change.
pub(crate) fn works(context: &VisitContext, changes: &[WorkChange]) -> Option<(String, String, String)> {
    let now = context.listings.iter().flat_map(|s| &s.works);
    let mut now: Vec<(u32, &str)> = now
        .filter(|w| w.seen_on == context.page.id && w.removed_at.is_none())
        .map(|w| (w.position, w.title.as_str()))
        .collect();
    now.sort_unstable();
    let then = changes.iter().filter_map(|c| match &c.state {
        WorkState::Listed { title, .. } => Some(title.as_str()),
        WorkState::Missed { .. } => None,
    });
    let lines = |titles: Vec<&str>| titles.join("\n");
    let (now, then) = (lines(now.into_iter().map(|(_, t)| t).collect()), lines(then.collect()));
    let from = common_start(&now, &then);
    (!changes.is_empty() && now != then).then(|| ("works".to_owned(), cut(&now, from), cut(&then, from)))
}

/// Characters of a common start that need not be shown; some are kept for the reader to find the place.
fn common_start(a: &str, b: &str) -> usize {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    if a.chars().count().max(b.chars().count()) <= SHOWN { 0 } else { same.saturating_sub(40) }
}

fn cut(s: &str, from: usize) -> String {
    s.chars().skip(from).take(SHOWN).collect()
}

/// Blocks of one text that differ in form only.
fn kinds(article: &Article) -> String {
    article.blocks.iter().filter_map(|b| serde_json::to_string(b).ok()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Block, Evidence, Person};

    fn article(title: &str, text: &str) -> Article {
        Article {
            title: Some(Field::new(title.to_owned(), Evidence::Heading)),
            blocks: vec![Block::Paragraph { text: text.into() }],
            ..Article::default()
        }
    }

    #[test]
    fn only_fields_that_differ_are_named() {
        let mut then = article("T", "text");
        assert!(differences(Some(&article("T", "text")), Some(&then)).is_empty());
        then.authors.push(Field::new(Person::named("李新"), Evidence::Byline));
        let changes = differences(Some(&article("T", "text")), Some(&then));
        assert_eq!(changes, [("authors".to_owned(), String::new(), "李新".to_owned())]);
    }

    #[test]
    fn a_long_text_is_shown_where_it_differs() {
        let long = "字".repeat(5000);
        let changes =
            differences(Some(&article("T", &format!("{long}a"))), Some(&article("T", &format!("{long}b"))));
        let (field, before, after) = &changes[0];
        assert_eq!(field, "text");
        assert!(before.ends_with('a') && after.ends_with('b') && before.chars().count() <= SHOWN);
    }

    #[test]
    fn gained_and_lost_articles_are_told() {
        assert_eq!(differences(None, Some(&article("T", "x")))[0].2, "some");
        assert_eq!(differences(Some(&article("T", "x")), None)[0].2, "none");
    }
}
