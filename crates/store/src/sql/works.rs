//! Works: what the listings show.

use crate::{
    Result, VisitCommit, WorkFilter, WorkRow, WorkState,
    db::{Column, Db, Row, Rows, Tx, args},
};
use model::{ArticleId, AuthorId, SourceId, WorkId};
use std::collections::BTreeMap;

pub(super) async fn write(tx: &mut Tx, commits: &[&VisitCommit]) -> Result<()> {
    // Once each (the last says what is so), and sorted: processes lock the same works in the same order.
    let mut listed = BTreeMap::new();
    let mut missed = Rows::new(&[
        ("source", Column::Int),
        ("key", Column::Text),
        ("seen_on", Column::Int),
        ("missed", Column::Int),
        ("removed_at", Column::Time),
    ]);
    for change in commits.iter().flat_map(|c| &c.works) {
        let key = (change.source.0, change.key.as_str());
        match &change.state {
            WorkState::Listed { title, url, date, authors, venue, summary, position, seen_at } => {
                let row = args![
                    key.0,
                    key.1,
                    title.as_str(),
                    url.as_ref().map(|u| u.as_str().to_owned()),
                    date.map(|d| d.to_string()),
                    super::json(authors)?,
                    venue.clone(),
                    summary.clone(),
                    *position,
                    change.seen_on.0,
                    *seen_at
                ];
                listed.insert(key, row);
            }
            WorkState::Missed { missed: times, removed_at } => {
                missed.push(args![key.0, key.1, change.seen_on.0, *times, *removed_at]);
            }
        }
    }
    let mut rows = Rows::new(&[
        ("source", Column::Int),
        ("key", Column::Text),
        ("title", Column::Text),
        ("url", Column::Text),
        ("date", Column::Text),
        ("authors", Column::Text),
        ("venue", Column::Text),
        ("summary", Column::Text),
        ("position", Column::Int),
        ("seen_on", Column::Int),
        ("seen_at", Column::Time),
    ]);
    listed.into_values().for_each(|row| rows.push(row));
    // An older capture, parsed again, does not undo what a newer one showed.
    let sql =
        "INSERT INTO works (source_id, key, title, url, date, authors, venue, summary, position, seen_on,
                   first_seen_at, last_seen_at)
               SELECT r.source, r.key, r.title, r.url, r.date, r.authors, r.venue, r.summary, r.position,
                   r.seen_on, r.seen_at, r.seen_at
               FROM {rows} WHERE TRUE
               ON CONFLICT (source_id, key) DO UPDATE SET title = excluded.title, url = excluded.url,
                   date = excluded.date, authors = excluded.authors, venue = excluded.venue,
                   summary = excluded.summary, position = excluded.position, seen_on = excluded.seen_on,
                   last_seen_at = excluded.last_seen_at, missed = 0, removed_at = NULL,
                   returned_at = CASE WHEN works.removed_at IS NULL THEN works.returned_at
                                 ELSE excluded.last_seen_at END
               WHERE works.last_seen_at <= excluded.last_seen_at";
    tx.run_each(sql, args![], rows).await?;
    // Unless it stands on another page of the list by now.
    let sql = "UPDATE works SET missed = r.missed, removed_at = r.removed_at FROM {rows}
               WHERE works.source_id = r.source AND works.key = r.key AND works.seen_on = r.seen_on";
    tx.run_each(sql, args![], missed).await.map(drop)
}

pub(super) async fn list(db: &Db, filter: &WorkFilter) -> Result<Vec<WorkRow>> {
    // The page of a work's link, or what that redirects to, has its article.
    let sql = "SELECT * FROM (
                   SELECT w.id, s.author_id, w.source_id, w.title, w.url, w.date, w.authors, w.venue,
                       w.first_seen_at, w.last_seen_at, w.removed_at, w.seen_on, w.position, a.id AS article,
                       coalesce(t.last_disposition, p.last_disposition) AS last,
                       CASE WHEN w.removed_at IS NOT NULL THEN 'removed'
                            WHEN w.returned_at IS NOT NULL THEN 'returned'
                            WHEN EXISTS (SELECT 1 FROM article_versions v
                                         WHERE v.article_id = a.id AND v.reason = 'changed') THEN 'changed'
                            WHEN w.url IS NULL OR a.id IS NOT NULL OR p.last_visit_at IS NOT NULL THEN 'known'
                            ELSE 'new' END AS state
                   FROM works w JOIN sources s ON s.id = w.source_id
                   LEFT JOIN pages p ON p.key = w.key LEFT JOIN pages t ON t.id = p.alias_of
                   LEFT JOIN articles a ON a.id = coalesce(t.article_id, p.article_id)
                   WHERE ($1 IS NULL OR s.author_id IN (SELECT m.id FROM authors m WHERE $1 IN (m.id, m.merged_into))) AND ($2 IS NULL OR w.source_id = $2)
               ) AS listed
               WHERE ($3 IS NULL OR state = $3)
               ORDER BY source_id, seen_on, position, id LIMIT $4 OFFSET $5";
    let args = args![
        filter.author.map(|a| a.0),
        filter.source.map(|s| s.0),
        filter.state.clone(),
        filter.page.limit,
        filter.page.offset
    ];
    db.read(sql, args).await?.iter().map(work).collect()
}

fn work(row: &Row) -> Result<WorkRow> {
    Ok(WorkRow {
        id: WorkId(row.int("id")?),
        author: AuthorId(row.int("author_id")?),
        source: SourceId(row.int("source_id")?),
        title: row.text("title")?,
        url: row.opt_url("url")?,
        date: row.opt_parsed("date")?,
        authors: row.json("authors")?,
        venue: row.opt_text("venue")?,
        first_seen_at: row.time("first_seen_at")?,
        last_seen_at: row.time("last_seen_at")?,
        removed_at: row.opt_time("removed_at")?,
        state: row.text("state")?,
        article: row.opt_int("article")?.map(ArticleId),
        last: row.opt_parsed("last")?,
    })
}
