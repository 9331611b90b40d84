//! Full text: what is indexed and what is asked for goes through the same [`crate::words`], so that both
//! databases find the same, in the same order: articles with all the words in the title first, then the newest.

use super::article_reads;
use crate::{
    Page, Result, SearchHit,
    db::{Column, Db, Dialect, Rows, Tx, args},
    words::{self, Asked},
};
use model::Article;
use std::collections::HashSet;

/// Characters of text around the first match.
const EXCERPT: usize = 200;

/// Indexes articles: id, whether it is new, and what it says now.
pub(super) async fn index(tx: &mut Tx, articles: impl Iterator<Item = (i64, bool, &Article)>) -> Result<()> {
    let mut changed = Vec::new();
    let mut rows = Rows::new(&[("id", Column::Int), ("title", Column::Text), ("body", Column::Text)]);
    for (id, new, article) in articles {
        if !new {
            changed.push(id);
        }
        let title = words::of(article.title.as_ref().map_or("", |t| t.value.as_str()));
        let names = article.authors.iter().map(|a| a.value.name.as_str());
        let mut body = words::of(&article.text());
        names.for_each(|name| body.extend(words::of(name)));
        let (title, body) = match tx.dialect() {
            Dialect::Sqlite => (joined(&title, ""), joined(&body, "")),
            Dialect::Postgres => (joined(&title, ":1A"), joined(&body, ":2")),
        };
        rows.push(args![id, title, body]);
    }
    let (delete, insert) = match tx.dialect() {
        Dialect::Sqlite => (
            "DELETE FROM article_words WHERE rowid IN (SELECT r.id FROM {rows})",
            "INSERT INTO article_words (rowid, title, body) SELECT r.id, r.title, r.body FROM {rows}",
        ),
        Dialect::Postgres => (
            "DELETE FROM article_words WHERE article_id IN (SELECT r.id FROM {rows})",
            "INSERT INTO article_words (article_id, words)
             SELECT r.id, r.title::tsvector || r.body::tsvector FROM {rows}",
        ),
    };
    tx.run_each(delete, args![], Rows::ids(changed)).await?;
    tx.run_each(insert, args![], rows).await.map(drop)
}

/// Words consist of letters and digits only, so none needs quoting.
fn joined(words: &HashSet<String>, mark: &str) -> String {
    let mut out = String::with_capacity(words.iter().map(|w| w.len() + mark.len() + 1).sum());
    for word in words {
        out.push_str(word);
        out.push_str(mark);
        out.push(' ');
    }
    out
}

pub(super) async fn search(db: &Db, text: &str, page: Page) -> Result<Vec<SearchHit>> {
    let asked = words::asked(text);
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let all = |word_end: &str, prefix_end: &str, and: &str| -> String {
        let quote = if db.dialect() == Dialect::Sqlite { '"' } else { '\'' };
        let term = |term: &Asked| match term {
            Asked::Word(word) => format!("{quote}{word}{quote}{word_end}"),
            Asked::Prefix(word) => format!("{quote}{word}{quote}{prefix_end}"),
        };
        asked.iter().map(term).collect::<Vec<_>>().join(and)
    };
    let (query, in_title, found, title_first) = match db.dialect() {
        Dialect::Sqlite => {
            let query = all("", "*", " AND ");
            let in_title = format!("title : ({query})");
            let found = "article_words f JOIN articles a ON a.id = f.rowid AND article_words MATCH $1";
            (
                query,
                in_title,
                found,
                "f.rowid IN (SELECT rowid FROM article_words WHERE article_words MATCH $2)",
            )
        }
        Dialect::Postgres => {
            let found = "article_words f JOIN articles a ON a.id = f.article_id AND f.words @@ $1::tsquery";
            (all("", ":*", " & "), all(":A", ":*A", " & "), found, "f.words @@ $2::tsquery")
        }
    };
    let sql = format!(
        "SELECT {}, v.body FROM {found} JOIN pages p ON p.id = a.page_id
         JOIN article_versions v ON v.article_id = a.id AND v.version = a.version
         ORDER BY {title_first} DESC, a.captured_at DESC, a.id LIMIT $3 OFFSET $4",
        article_reads::COLUMNS
    );
    let hit = |row: &crate::db::Row| {
        let body: Article = row.json("body")?;
        Ok(SearchHit {
            article: article_reads::row(row)?,
            excerpt: words::excerpt(&body.text(), text, EXCERPT),
        })
    };
    db.read(&sql, args![query, in_title, page.limit, page.offset]).await?.iter().map(hit).collect()
}
