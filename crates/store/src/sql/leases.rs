//! Leases: taken, given back, expired; and visits that robots.txt forbids.

use super::{
    hosts::{self, Touched},
    pages,
};
use crate::{
    Denied, Lease, Result, Time,
    db::{Column, Db, Row, Rows, Tx, args},
};
use model::VisitId;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Most leases that one transaction ends.
const AT_ONCE: usize = 1000;

pub(super) async fn lease(db: &Db, leases: &[Lease]) -> Result<Vec<VisitId>> {
    let mut tx = db.begin().await?;
    // What another process is just writing is passed over; the next round finds it again if it is still due.
    let free = "SELECT p.id, p.host_id, p.due_at, h.in_flight, h.next_at, h.open_until, h.gap_group
                FROM pages p JOIN hosts h ON h.id = p.host_id
                WHERE p.id IN (SELECT r.id FROM {rows}) AND p.lease_visit IS NULL AND p.active
                  AND p.due_at IS NOT NULL ORDER BY p.id {skip_locked}";
    let rows = tx.rows_each(free, args![], Rows::ids(leases.iter().map(|l| l.page.0))).await?;
    let groups = groups(&mut tx, &rows).await?;
    let mut free = HashMap::with_capacity(rows.len());
    for row in &rows {
        let open_until = row.opt_time("open_until")?;
        let earliest = row.time("due_at")?.max(row.time("next_at")?).max(open_until.unwrap_or_default());
        let page = Free {
            host: row.int("host_id")?,
            in_flight: row.int("in_flight")?,
            earliest,
            half_open: open_until.is_some(),
            gap_group: row.opt_text("gap_group")?,
        };
        free.insert(row.int("id")?, page);
    }
    let mut granted = Vec::with_capacity(free.len());
    let mut on_host: HashMap<i64, i64> = HashMap::new();
    let mut on_group: HashMap<String, HashSet<i64>> = groups;
    let mut touched = Touched::default();
    let mut terms = BTreeMap::new();
    let mut taken = Rows::new(&[("id", Column::Int), ("visit", Column::Uuid), ("until", Column::Time)]);
    for lease in leases {
        let Some(page) = free.get(&lease.page.0) else { continue };
        let most = if page.half_open { 1 } else { i64::from(lease.per_host) };
        let in_flight = on_host.entry(page.host).or_insert(page.in_flight);
        let group =
            page.gap_group.clone().filter(|_| lease.share_gap).map(|g| on_group.entry(g).or_default());
        let others = group.as_ref().is_some_and(|busy| busy.iter().any(|host| *host != page.host));
        if *in_flight >= most || others || page.earliest > lease.now {
            continue;
        }
        *in_flight += 1;
        group.map(|busy| busy.insert(page.host));
        terms.insert(page.host, (lease.per_host, lease.share_gap));
        touched.in_flight(page.host, 1);
        free.remove(&lease.page.0);
        taken.push(args![lease.page.0, lease.visit.0, lease.until]);
        granted.push(lease.visit);
    }
    let take = "UPDATE pages SET lease_visit = r.visit, lease_until = r.until
                FROM {rows} WHERE pages.id = r.id";
    tx.run_each(take, args![], taken).await?;
    hosts::agree(&mut tx, terms).await?;
    touched.write(&mut tx, Vec::new()).await?;
    tx.commit().await?;
    Ok(granted)
}

/// A page that can be leased, and its host.
struct Free {
    host: i64,
    in_flight: i64,
    earliest: Time,
    half_open: bool,
    gap_group: Option<String>,
}

/// Hosts in flight by the group with which they share a gap. The groups' rows are locked, so that two schedulers
/// do not each grant one of their hosts; a group that another one holds counts as in flight.
async fn groups(tx: &mut Tx, rows: &[Row]) -> Result<HashMap<String, HashSet<i64>>> {
    let mut wanted = BTreeSet::new();
    for row in rows {
        wanted.extend(row.opt_text("gap_group")?);
    }
    let mut busy: HashMap<String, HashSet<i64>> = HashMap::new();
    let members = "SELECT id, gap_group, in_flight FROM hosts WHERE gap_group IN (SELECT r.text FROM {rows})";
    let locked = format!("{members} ORDER BY id {{skip_locked}}");
    let mine: HashSet<i64> = tx
        .rows_each(&locked, args![], Rows::texts(wanted.clone()))
        .await?
        .iter()
        .map(|row| row.int("id"))
        .collect::<Result<_>>()?;
    for row in tx.rows_each(members, args![], Rows::texts(wanted)).await? {
        let host = row.int("id")?;
        if row.int("in_flight")? > 0 || !mine.contains(&host) {
            busy.entry(row.text("gap_group")?).or_default().insert(host);
        }
    }
    Ok(busy)
}

pub(super) async fn release(db: &Db, visits: &[VisitId]) -> Result<()> {
    let mut tx = db.begin().await?;
    let mut touched = Touched::default();
    clear(&mut tx, visits.iter().map(|v| v.0), &mut touched).await?;
    touched.write(&mut tx, Vec::new()).await?;
    tx.commit().await
}

/// Clears the leases that these visits still hold.
pub(super) async fn clear(
    tx: &mut Tx,
    visits: impl IntoIterator<Item = uuid::Uuid>,
    touched: &mut Touched,
) -> Result<()> {
    let sql = "UPDATE pages SET lease_visit = NULL, lease_until = NULL WHERE id IN
                   (SELECT id FROM pages WHERE lease_visit IS NOT NULL AND lease_visit IN (SELECT r.id FROM {rows})
                    ORDER BY id {for_update})
               RETURNING host_id";
    for row in tx.rows_each(sql, args![], Rows::uuids(visits)).await? {
        touched.in_flight(row.int("host_id")?, -1);
    }
    Ok(())
}

pub(super) async fn expire(db: &Db, now: Time) -> Result<u64> {
    let over = "UPDATE pages SET lease_visit = NULL, lease_until = NULL WHERE id IN
                    (SELECT id FROM pages WHERE lease_visit IS NOT NULL AND lease_until <= $1
                     ORDER BY lease_until LIMIT $2 {skip_locked})
                RETURNING host_id";
    let mut expired = 0;
    loop {
        // Most of the time there is none, and a reader can tell.
        let any = "SELECT 1 AS one FROM pages WHERE lease_visit IS NOT NULL AND lease_until <= $1 LIMIT 1";
        if db.read(any, args![now]).await?.is_empty() {
            return Ok(expired);
        }
        let mut tx = db.begin().await?;
        let mut touched = Touched::default();
        let rows = tx.rows(over, args![now, AT_ONCE]).await?;
        for row in &rows {
            touched.in_flight(row.int("host_id")?, -1);
        }
        touched.write(&mut tx, Vec::new()).await?;
        tx.commit().await?;
        expired += rows.len() as u64;
        if rows.len() < AT_ONCE {
            return Ok(expired);
        }
    }
}

pub(super) async fn record_denied(db: &Db, denied: &[Denied]) -> Result<()> {
    let mut tx = db.begin().await?;
    pages::lock(&mut tx, denied.iter().map(|d| d.page.0), &[]).await?;
    let mut new = Vec::with_capacity(denied.len());
    for d in denied {
        new.push(pages::Visit {
            id: d.visit.0,
            page: d.page.0,
            disposition: d.disposition,
            code: d.code.to_owned(),
            detail: d.detail.clone(),
            status: None,
            started_at: d.at,
            ended_at: d.at,
            bytes: 0,
            reparse: false,
        });
    }
    let stored = pages::insert_visits(&mut tx, new).await?;
    let mut rows =
        Rows::new(&[("id", Column::Int), ("at", Column::Time), ("due", Column::Time), ("how", Column::Text)]);
    for d in denied.iter().filter(|d| stored.contains(&d.visit.0)) {
        rows.push(args![d.page.0, d.at, d.next_due, d.disposition.as_str()]);
    }
    // The revision counts here as well: a result of an older visit must not put the due time back.
    let sql = "UPDATE pages SET due_at = r.due, last_visit_at = r.at, last_disposition = r.how,
                   failures = pages.failures + 1, revision = pages.revision + 1
               FROM {rows} WHERE pages.id = r.id RETURNING pages.host_id";
    let mut touched = Touched::default();
    for row in tx.rows_each(sql, args![], rows).await? {
        touched.touch(row.int("host_id")?);
    }
    touched.write(&mut tx, Vec::new()).await?;
    tx.commit().await
}
