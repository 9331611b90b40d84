use super::*;
use crate::decide::tests::{article, context, listing_context, now, page, run, works};
use chrono::TimeDelta;
use model::{ArticleId, Evidence, Field, Listed, PageId};
use store::CurrentArticle;

fn current(article: &Article) -> CurrentArticle {
    CurrentArticle {
        id: ArticleId(3),
        version: 1,
        content_hash: article.content_hash(),
        captured_at: now() - TimeDelta::days(1),
        parser_version: 1,
        rules_hash: String::new(),
    }
}

#[test]
fn the_same_content_is_no_version() {
    let mut context = context(PageKind::Article);
    context.article = Some(current(&article("T", "text")));
    let commit = run(&context, &page(PageKind::Article, Some(article("T", "text")), None));
    assert_eq!(
        (commit.visit.disposition, commit.visit.code.as_str()),
        (Disposition::Unchanged, "same-content")
    );
    assert!(commit.article.is_none() && commit.events.is_empty());
}

#[test]
fn changed_content_is_a_version_of_the_same_article() {
    let mut context = context(PageKind::Article);
    context.article = Some(current(&article("T", "text")));
    let commit = run(&context, &page(PageKind::Article, Some(article("T", "new text")), None));
    let change = commit.article.unwrap();
    assert_eq!((change.id, change.reason), (Some(ArticleId(3)), VersionReason::Changed));
    assert_eq!(commit.events[0].kind, "article.changed");
}

#[test]
fn another_parser_never_passes_for_a_change_by_the_author() {
    let mut context = context(PageKind::Article);
    context.article = Some(CurrentArticle { parser_version: 0, ..current(&article("T", "text")) });
    let commit = run(&context, &page(PageKind::Article, Some(article("T", "new text")), None));
    assert_eq!(commit.article.unwrap().reason, VersionReason::Reparsed);
    assert!(commit.events.is_empty());
}

#[test]
fn the_canonical_address_has_the_article_only_where_the_contents_agree() {
    let mut context = context(PageKind::Article);
    context.canonical = Some((PageId(9), Some(current(&article("T", "text")))));
    let commit = run(&context, &page(PageKind::Article, Some(article("T", "text")), None));
    assert_eq!((commit.alias_of, commit.visit.disposition), (Some(PageId(9)), Disposition::Unchanged));
    // A page that names another's address for no reason keeps its own article.
    let commit = run(&context, &page(PageKind::Article, Some(article("T", "other text")), None));
    assert!(commit.alias_of.is_none() && commit.article.is_some());
    context.canonical = Some((PageId(9), None));
    let commit = run(&context, &page(PageKind::Article, Some(article("T", "text")), None));
    assert!(commit.alias_of.is_none() && commit.article.is_some());
}

#[test]
fn being_listed_is_evidence_where_the_title_agrees() {
    let long = "All that the parser took for something else. ".repeat(12);
    let mut given = page(PageKind::Other, Some(article("A report on matters", &long)), None);
    assert!(run(&context(PageKind::Article), &given).article.is_none());
    let mut list_as = |title: &str| {
        given.fetched.grant.hints.listed = Some(Listed { title: title.into(), ..Listed::default() });
        run(&context(PageKind::Article), &given).article.is_some()
    };
    assert!(list_as("A Report on Matters"));
    assert!(list_as("A report on matters | The Site"));
    assert!(!list_as("Something else"));
    let mut short = page(PageKind::Other, Some(article("A report on matters", "short")), None);
    short.fetched.grant.hints.listed =
        Some(Listed { title: "A report on matters".into(), ..Listed::default() });
    assert!(run(&context(PageKind::Article), &short).article.is_none());
    let mut signed = article("A report on matters", "short");
    signed.authors = vec![Field::new(model::Person::named("Li Xin"), Evidence::Byline)];
    for (kind, stored) in [(PageKind::Other, true), (PageKind::Listing, false)] {
        let mut note = page(kind, Some(signed.clone()), None);
        note.fetched.grant.hints = short.fetched.grant.hints.clone();
        assert_eq!(run(&context(PageKind::Article), &note).article.is_some(), stored);
    }
}

#[test]
fn a_followed_article_page_gives_its_article_and_its_list() {
    let mut seed = article("Title of 1", "text");
    seed.published = Some(Field::new("2016-12-26".parse().unwrap(), Evidence::Visible));
    let commit = run(&listing_context(), &page(PageKind::Article, Some(seed), Some(works(&["1", "2", "3"]))));
    assert!(commit.article.is_some());
    assert_eq!((commit.works.len(), commit.discovered.len()), (3, 3));
    assert_eq!(commit.visit.disposition, Disposition::Stored);
}

#[test]
fn the_entry_of_the_article_itself_leads_to_the_page() {
    let mut seed = article("中俄关系2015:高调前行、道路曲折", "text");
    seed.published = Some(Field::new("2016-12-26".parse().unwrap(), Evidence::Visible));
    let mut list = works(&["1", "2"]);
    for work in &mut list.works {
        work.url = None;
    }
    list.works[1].title = "中俄关系2015：高调前行、道路曲折".into();
    list.author = Some(model::AuthorProfile {
        name: Some(Field::new("李新".to_owned(), Evidence::Heading)),
        ..model::AuthorProfile::default()
    });
    let context = listing_context();
    let commit = run(&context, &page(PageKind::Article, Some(seed), Some(list)));
    let keys: Vec<&str> = commit.works.iter().map(|w| w.key.as_str()).collect();
    assert_eq!(keys, ["title:Title of 1", context.page.key.as_str()]);
    assert!(commit.discovered.is_empty());
    assert_eq!(commit.article.unwrap().article.authors[0].value.name, "李新");
}

#[test]
fn a_biography_is_no_article() {
    let biography = article("Li Xin", "Li Xin is a professor of matters.");
    let commit = run(&listing_context(), &page(PageKind::Article, Some(biography), Some(works(&["1", "2"]))));
    assert!(commit.article.is_none());
    assert_eq!(commit.works.len(), 2);
}

#[test]
fn titles_agree_as_a_reader_would_say() {
    for (a, b) in [
        ("R&D, “tidy”", "R&D \"Tidy\""),
        ("中俄关系2015:高调前行", "中俄关系2015：高调前行"),
        ("A long title", "A long title - Site"),
    ] {
        assert!(titles_agree(a, b), "{a} {b}");
    }
    for (a, b) in [("", ""), ("…", "!"), ("A", "AB"), ("One thing", "Another thing")] {
        assert!(!titles_agree(a, b), "{a} {b}");
    }
}

const LONG: &str =
    "A text that two pages of one host do not share by chance, with its title and its day. And it goes on.";

#[test]
fn the_same_article_at_another_address_of_the_host_is_one_article() {
    let mut context = context(PageKind::Article);
    context.twin = Some(PageId(9));
    let commit = run(&context, &page(PageKind::Article, Some(article("T", LONG)), None));
    assert_eq!((commit.alias_of, commit.visit.code.as_str()), (Some(PageId(9)), "alias"));
    let commit = run(&context, &page(PageKind::Article, Some(article("T", "short")), None));
    assert!(commit.alias_of.is_none() && commit.article.is_some());
}

#[test]
fn an_alias_that_shows_something_else_is_looked_at_twice() {
    let mut context = context(PageKind::Article);
    let target = PageUrl::parse("https://a.example/target").unwrap();
    context.article = Some(current(&article("T", "text")));
    context.page.alias_of = Some((PageId(9), target.clone()));
    context.page.unchanged = 4;
    let given = page(PageKind::Article, Some(article("T", "edited")), None);
    let commit = run(&context, &given);
    assert!(commit.article.is_none(), "it may be an edit that the other page has too");
    assert_eq!((&commit.discovered[0].url, commit.discovered[0].again), (&target, true));
    assert_eq!(commit.page.unwrap().unchanged, 0);
    context.page.unchanged = 0;
    let change = run(&context, &given).article.unwrap();
    assert_eq!((change.id, change.reason), (None, VersionReason::First));
}
