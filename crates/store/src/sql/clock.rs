//! A wall clock that was set back.

use super::hosts::Touched;
use crate::{
    Result, Time,
    db::{Column, Db, Rows, args},
};
use chrono::TimeDelta;

/// See [`Store::clock_set_back`](crate::Store::clock_set_back).
pub(super) async fn set_back(db: &Db, now: Time, by: TimeDelta, beyond: Time) -> Result<()> {
    let mut tx = db.begin().await?;
    let mut touched = Touched::default();
    let earlier = |at: Time| if at > beyond { (at - by).max(now) } else { at };

    // Pages first, hosts last: in this order everybody locks.
    let mut rows = Rows::new(&[("id", Column::Int), ("until", Column::Time)]);
    let leased = "SELECT id, lease_until FROM pages WHERE lease_visit IS NOT NULL AND lease_until > $1
                  ORDER BY id {for_update}";
    for row in tx.rows(leased, args![beyond]).await? {
        rows.push(args![row.int("id")?, earlier(row.time("lease_until")?)]);
    }
    tx.run_each("UPDATE pages SET lease_until = r.until FROM {rows} WHERE pages.id = r.id", args![], rows)
        .await?;
    let due = "UPDATE pages SET due_at = $1 WHERE active AND due_at > $2 AND due_at <= $3 RETURNING host_id";
    for row in tx.rows(due, args![now, beyond, now + by]).await? {
        touched.touch(row.int("host_id")?);
    }

    let mut rows = Rows::new(&[("id", Column::Int), ("next_at", Column::Time), ("open_until", Column::Time)]);
    let resting = "SELECT id, next_at, open_until FROM hosts WHERE next_at > $1 OR open_until > $1
                   ORDER BY id {for_update}";
    for row in tx.rows(resting, args![beyond]).await? {
        let open_until = row.opt_time("open_until")?.map(earlier);
        rows.push(args![row.int("id")?, earlier(row.time("next_at")?), open_until]);
    }
    let sql =
        "UPDATE hosts SET next_at = r.next_at, open_until = r.open_until FROM {rows} WHERE hosts.id = r.id";
    tx.run_each(sql, args![], rows).await?;
    touched.write(&mut tx, Vec::new()).await?;
    tx.commit().await
}
