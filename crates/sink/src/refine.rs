//! Fields that the article's page does not give and the listing does: the listing is a witness, and says so.

use model::{Article, Evidence, Field, Hints, Person};
use store::Time;

pub(crate) fn refine(article: &mut Article, hints: &Hints, captured_at: Time) {
    if let Some(listed) = &hints.listed {
        if article.title.is_none() && !listed.title.trim().is_empty() {
            article.title = Some(Field::new(listed.title.trim().to_owned(), Evidence::Listing));
        }
        // A day ahead can be a time zone; more is an announcement.
        let plausible = |at: Time| at <= captured_at + chrono::TimeDelta::days(1);
        if let (None, Some(date)) =
            (&article.published, listed.date.filter(|d| d.earliest().is_some_and(plausible)))
        {
            article.published = Some(Field::new(date, Evidence::Listing));
        }
    }
    if article.authors.is_empty() {
        article.authors =
            names(hints).iter().map(|name| Field::new(Person::named(name), Evidence::Listing)).collect();
    }
}

/// The entry's own names; else the author whose page lists it, where it is one author's.
fn names(hints: &Hints) -> &[String] {
    match &hints.listed {
        Some(listed) if !listed.authors.is_empty() => &listed.authors,
        _ if hints.authors.len() == 1 => &hints.authors,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Listed, PageKind};

    fn hints(listed: Option<Listed>, authors: &[&str]) -> Hints {
        Hints {
            expected: PageKind::Article,
            authors: authors.iter().map(|s| (*s).to_owned()).collect(),
            listed,
        }
    }

    fn refined(mut article: Article, hints: &Hints) -> Article {
        refine(&mut article, hints, "2026-11-23T12:00:00Z".parse().unwrap());
        article
    }

    fn listed(date: &str, authors: &[&str]) -> Option<Listed> {
        let authors = authors.iter().map(|s| (*s).to_owned()).collect();
        Some(Listed { title: "T".into(), date: date.parse().ok(), authors })
    }

    fn author_names(article: &Article) -> Vec<&str> {
        article.authors.iter().map(|a| a.value.name.as_str()).collect()
    }

    #[test]
    fn missing_fields_come_from_the_listing_and_say_so() {
        let article = refined(Article::default(), &hints(listed("2016-12-26", &[]), &["李新"]));
        assert_eq!(article.title, Some(Field::new("T".to_owned(), Evidence::Listing)));
        assert_eq!(article.published.unwrap().value.to_string(), "2016-12-26");
        assert_eq!(article.authors, [Field::new(Person::named("李新"), Evidence::Listing)]);
    }

    #[test]
    fn what_the_page_says_stays() {
        let own = Article {
            title: Some(Field::new("Own".to_owned(), Evidence::Heading)),
            authors: vec![Field::new(Person::named("A"), Evidence::Byline)],
            ..Article::default()
        };
        let article = refined(own, &hints(listed("2016-12-26", &["B"]), &["李新"]));
        assert_eq!(article.title.as_ref().unwrap().value, "Own");
        assert_eq!(author_names(&article), ["A"]);
    }

    #[test]
    fn the_entrys_own_names_go_before_the_pages() {
        let article = refined(Article::default(), &hints(listed("", &["A", "B"]), &["李新"]));
        assert_eq!(author_names(&article), ["A", "B"]);
    }

    #[test]
    fn rather_no_author_and_no_date_than_wrong_ones() {
        let article = refined(Article::default(), &hints(listed("2027-01-01", &[]), &["A", "B"]));
        assert!(article.authors.is_empty() && article.published.is_none());
    }
}
