//! Sums.

use crate::{
    Counts, Result, SummaryRow, Time,
    db::{Db, Dialect, Rows, Value, args},
};
use model::{AuthorId, SourceId};
use std::collections::BTreeMap;

/// Due pages are counted up to here: the number tells whether there is work, not how much to the last page.
const DUE: i64 = 100_000;

/// Rows above which PostgreSQL's own estimate is taken: counting a large table reads all of it.
const LARGE: i64 = 1_000_000;

pub(super) async fn counts(db: &Db, now: Time) -> Result<Counts> {
    let sql = format!(
        "SELECT (SELECT count(*) FROM authors WHERE followed AND merged_into IS NULL) AS authors,
                (SELECT count(*) FROM sources WHERE followed) AS sources,
                (SELECT count(*) FROM hosts) AS hosts,
                (SELECT count(*) FROM (SELECT 1 FROM pages WHERE active AND due_at IS NOT NULL
                     AND lease_visit IS NULL AND due_at <= $1 LIMIT {DUE}) AS due) AS pages_due,
                (SELECT count(*) FROM pages WHERE lease_visit IS NOT NULL) AS pages_in_flight,
                (SELECT count(*) FROM works WHERE removed_at IS NOT NULL) AS works_removed,
                (SELECT count(*) FROM articles) AS articles,
                (SELECT count(*) FROM dead_letters WHERE state = 'waiting') AS dead_letters,
                (SELECT count(*) FROM outbox) AS outbox,
                (SELECT count(*) FROM sources WHERE followed AND alarm IS NOT NULL) AS alarms"
    );
    let rows = db.read(&sql, args![now]).await?;
    let Some(row) = rows.first() else { return Ok(Counts::default()) };
    Ok(Counts {
        authors: row.count("authors")?,
        sources: row.count("sources")?,
        hosts: row.count("hosts")?,
        pages: rows_of(db, "pages").await?,
        pages_due: row.count("pages_due")?,
        pages_in_flight: row.count("pages_in_flight")?,
        works: rows_of(db, "works").await?,
        works_removed: row.count("works_removed")?,
        articles: row.count("articles")?,
        versions: rows_of(db, "article_versions").await?,
        captures: rows_of(db, "captures").await?,
        visits: rows_of(db, "page_visits").await?,
        dead_letters_waiting: row.count("dead_letters")?,
        outbox_waiting: row.count("outbox")?,
        sources_in_alarm: row.count("alarms")?,
    })
}

async fn rows_of(db: &Db, table: &'static str) -> Result<u64> {
    if db.dialect() == Dialect::Postgres {
        let sql = "SELECT CAST(reltuples AS bigint) AS n FROM pg_class WHERE oid = CAST($1 AS regclass)";
        let estimate = match db.read(sql, args![table]).await?.first() {
            Some(row) => row.int("n")?,
            None => 0,
        };
        if estimate > LARGE {
            return Ok(estimate.unsigned_abs());
        }
    }
    let rows = db.read(&format!("SELECT count(*) AS n FROM {table}"), args![]).await?;
    rows.first().map_or(Ok(0), |row| row.count("n"))
}

pub(super) async fn summary(db: &Db, sources: &[SourceId], since: Time) -> Result<Vec<SummaryRow>> {
    let rows = |sql: String, args: Vec<Value>| async move {
        match sources {
            [] => db.read(&sql.replace("{mine}", "TRUE"), args).await,
            some => {
                let sql = sql.replace("{mine}", "s.id IN (SELECT r.id FROM {rows})");
                db.read_each(&sql, args, Rows::ids(some.iter().map(|s| s.0))).await
            }
        }
    };
    let sql = "SELECT u.id, u.name,
                   (SELECT count(*) FROM works w JOIN sources s ON s.id = w.source_id
                    WHERE s.author_id = u.id AND w.removed_at IS NULL) AS works,
                   (SELECT count(*) FROM works w JOIN sources s ON s.id = w.source_id
                    WHERE s.author_id = u.id AND w.removed_at IS NULL AND w.url IS NOT NULL) AS linked,
                   (SELECT count(DISTINCT p.article_id) FROM sources s
                    JOIN page_sources ps ON ps.source_id = s.id JOIN pages p ON p.id = ps.page_id
                    WHERE s.author_id = u.id) AS articles
               FROM authors u
               WHERE u.merged_into IS NULL AND u.id IN (SELECT s.author_id FROM sources s WHERE {mine})
               ORDER BY u.id";
    let mut summaries: BTreeMap<AuthorId, SummaryRow> = BTreeMap::new();
    for row in rows(sql.to_owned(), args![]).await? {
        let author = AuthorId(row.int("id")?);
        let summary = SummaryRow {
            author,
            name: row.text("name")?,
            works: row.count("works")?,
            works_with_link: row.count("linked")?,
            visits: Vec::new(),
            articles: row.count("articles")?,
        };
        summaries.insert(author, summary);
    }
    // A page of several sources of one author counts once.
    let sql = "SELECT author_id, disposition, count(*) AS n FROM (
                   SELECT DISTINCT s.author_id, v.id, v.disposition
                   FROM page_visits v JOIN page_sources ps ON ps.page_id = v.page_id
                   JOIN sources s ON s.id = ps.source_id
                   WHERE v.ended_at >= $1 AND NOT v.reparse AND {mine}) AS of
               GROUP BY author_id, disposition ORDER BY author_id, disposition";
    for row in rows(sql.to_owned(), args![since]).await? {
        if let Some(summary) = summaries.get_mut(&AuthorId(row.int("author_id")?)) {
            summary.visits.push((row.parsed("disposition")?, row.count("n")?));
        }
    }
    Ok(summaries.into_values().collect())
}
