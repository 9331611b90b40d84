//! Events that wait to be published.

use crate::{
    NewEvent, OutboxEvent, Result,
    db::{Column, Db, Rows, Tx, args},
};

pub(super) async fn write<'a>(tx: &mut Tx, events: impl Iterator<Item = &'a NewEvent>) -> Result<()> {
    let mut rows = Rows::new(&[
        ("kind", Column::Text),
        ("subject", Column::Text),
        ("at", Column::Time),
        ("data", Column::Text),
    ]);
    for event in events {
        rows.push(args![event.kind.as_str(), event.subject.as_str(), event.at, event.data.to_string()]);
    }
    let sql =
        "INSERT INTO outbox (kind, subject, at, data) SELECT r.kind, r.subject, r.at, r.data FROM {rows}";
    tx.run_each(sql, args![], rows).await.map(drop)
}

pub(super) async fn waiting(db: &Db, limit: usize) -> Result<Vec<OutboxEvent>> {
    let sql = "SELECT id, kind, subject, at, data FROM outbox ORDER BY id LIMIT $1";
    let rows = db.read(sql, args![limit]).await?;
    rows.iter()
        .map(|row| {
            let event = NewEvent {
                kind: row.text("kind")?,
                subject: row.text("subject")?,
                at: row.time("at")?,
                data: row.json("data")?,
            };
            Ok(OutboxEvent { id: row.int("id")?, event })
        })
        .collect()
}

pub(super) async fn sent(db: &Db, ids: &[i64]) -> Result<()> {
    let mut tx = db.begin().await?;
    let sql = "DELETE FROM outbox WHERE id IN (SELECT r.id FROM {rows})";
    tx.run_each(sql, args![], Rows::ids(ids.iter().copied())).await?;
    tx.commit().await
}
