//! Hosts: what politeness knows of them, their robots.txt, and the sums kept for the frontier.

use super::pages;
use crate::{
    HostChange, HostRow, HostState, NewPage, Page, Result, RobotsRow, RobotsVerdict, StoreError, Time,
    db::{Column, Db, Dialect, Row, Rows, Tx, args},
};
use model::{Hints, HostKey, Origin, PageKey, PageKind, PageUrl};
use std::collections::BTreeMap;

/// What one transaction does to the hosts it meets: leases taken (+) and cleared (-) by host.
#[derive(Default)]
pub(super) struct Touched(BTreeMap<i64, i64>);

impl Touched {
    /// The waiting pages of this host changed.
    pub(super) fn touch(&mut self, host: i64) {
        self.in_flight(host, 0);
    }

    pub(super) fn in_flight(&mut self, host: i64, change: i64) {
        *self.0.entry(host).or_default() += change;
    }

    /// Writes the counts and the earliest due times. The rows are locked by a statement of their own first:
    /// the next one then sees what others have committed about these hosts' pages meanwhile.
    pub(super) async fn write(self, tx: &mut Tx) -> Result<()> {
        if tx.dialect() == Dialect::Postgres {
            let lock = "SELECT id FROM hosts WHERE id IN (SELECT r.id FROM {rows}) ORDER BY id {for_update}";
            tx.rows_each(lock, args![], Rows::ids(self.0.keys().copied())).await?;
        }
        let mut rows = Rows::new(&[("id", Column::Int), ("change", Column::Int)]);
        for (host, change) in self.0 {
            rows.push(args![host, change]);
        }
        tx.run_each(&refresh("hosts.id = r.id", "r.change"), args![], rows).await.map(drop)
    }
}

/// The earliest due time of a host is read from the three ranges of `pages_waiting`.
fn refresh(which: &str, change: &str) -> String {
    let range = |rank: u8| {
        format!(
            "SELECT * FROM (SELECT w.due_at FROM pages w WHERE w.host_id = hosts.id AND w.rank = {rank}
                 AND w.active AND w.lease_visit IS NULL AND w.due_at IS NOT NULL
                 ORDER BY w.due_at LIMIT 1) AS range{rank}"
        )
    };
    format!(
        "UPDATE hosts SET in_flight = {{greatest}}(hosts.in_flight + {change}, 0),
             next_due = (SELECT min(due_at) FROM ({} UNION ALL {} UNION ALL {}) AS firsts)
         FROM {{rows}} WHERE {which}",
        range(0),
        range(1),
        range(2)
    )
}

/// Applies what results change of their hosts.
pub(super) async fn change(tx: &mut Tx, changes: Vec<(i64, HostChange)>) -> Result<()> {
    // Two results of one host in a batch: the one that ended later knows better; its wait counts from its end.
    let mut latest: BTreeMap<i64, HostChange> = BTreeMap::new();
    for (host, change) in changes {
        match latest.get_mut(&host) {
            Some(known) if known.ended_at > change.ended_at => {
                known.gap_ms = known.gap_ms.or(change.gap_ms);
            }
            Some(known) => {
                let gap_ms = change.gap_ms.or(known.gap_ms);
                *known = HostChange { gap_ms, ..change };
            }
            None => {
                latest.insert(host, change);
            }
        }
    }
    let mut rows = Rows::new(&[
        ("id", Column::Int),
        ("next_at", Column::Time),
        ("failures", Column::Int),
        ("open_until", Column::Time),
        ("gap_ms", Column::Int),
    ]);
    for (host, change) in latest {
        let next_at = change.ended_at.checked_add_signed(change.wait).unwrap_or(change.ended_at);
        let gap_ms = change.gap_ms.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        rows.push(args![host, next_at, change.failures, change.open_until, gap_ms]);
    }
    let sql = "UPDATE hosts SET next_at = {greatest}(hosts.next_at, r.next_at), failures = r.failures,
                   open_until = r.open_until, gap_ms = coalesce(r.gap_ms, hosts.gap_ms)
               FROM {rows} WHERE hosts.id = r.id";
    tx.run_each(sql, args![], rows).await.map(drop)
}

/// Makes sure that the hosts exist.
pub(super) async fn ensure(tx: &mut Tx, hosts: impl IntoIterator<Item = HostKey>) -> Result<()> {
    let hosts: std::collections::BTreeSet<String> = hosts.into_iter().map(|h| h.0).collect();
    let sql = "INSERT INTO hosts (host) SELECT r.text FROM {rows}
               WHERE NOT EXISTS (SELECT 1 FROM hosts h WHERE h.host = r.text)
               ON CONFLICT (host) DO NOTHING";
    tx.run_each(sql, args![], Rows::texts(hosts)).await.map(drop)
}

pub(super) fn state(row: &Row) -> Result<HostState> {
    Ok(HostState {
        host: HostKey(row.text("host")?),
        in_flight: row.small("in_flight")?,
        next_at: row.time("next_at")?,
        gap_ms: row.opt_int("gap_ms")?.map(|n| n.max(0) as u64),
        failures: row.small("host_failures")?,
        open_until: row.opt_time("open_until")?,
    })
}

pub(super) async fn list(db: &Db, page: Page) -> Result<Vec<HostRow>> {
    let sql = "SELECT h.host, h.in_flight, h.next_at, h.gap_ms, h.failures AS host_failures, h.open_until,
                   (SELECT count(*) FROM pages p WHERE p.host_id = h.id AND p.rank <> 0) AS pages
               FROM hosts h ORDER BY h.host LIMIT $1 OFFSET $2";
    db.read(sql, args![page.limit, page.offset]).await?.iter().map(host_row).collect()
}

pub(super) fn host_row(row: &Row) -> Result<HostRow> {
    let state = state(row)?;
    Ok(HostRow {
        host: state.host,
        pages: row.count("pages")?,
        in_flight: state.in_flight,
        next_at: state.next_at,
        gap_ms: state.gap_ms,
        failures: state.failures,
        open_until: state.open_until,
    })
}

// --- robots.txt ---

pub(super) async fn robots(db: &Db, origin: &Origin) -> Result<Option<RobotsRow>> {
    let sql = "SELECT verdict, body, fetched_at, expires_at FROM robots WHERE origin = $1";
    let rows = db.read(sql, args![origin.as_str()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let verdict = match row.text("verdict")?.as_str() {
        "rules" => RobotsVerdict::Rules(row.opt_text("body")?.unwrap_or_default()),
        "allow" => RobotsVerdict::AllowAll,
        "disallow" => RobotsVerdict::DisallowAll,
        other => return Err(StoreError::Broken(format!("unknown robots verdict {other:?}"))),
    };
    let (fetched_at, expires_at) = (row.time("fetched_at")?, row.time("expires_at")?);
    Ok(Some(RobotsRow { origin: origin.clone(), verdict, fetched_at, expires_at }))
}

pub(super) async fn keep_robots(tx: &mut Tx, robots: &RobotsRow) -> Result<()> {
    let (verdict, body) = match &robots.verdict {
        RobotsVerdict::Rules(text) => ("rules", Some(text.as_str())),
        RobotsVerdict::AllowAll => ("allow", None),
        RobotsVerdict::DisallowAll => ("disallow", None),
    };
    let sql = "INSERT INTO robots (origin, verdict, body, fetched_at, expires_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (origin) DO UPDATE SET verdict = excluded.verdict, body = excluded.body,
                   fetched_at = excluded.fetched_at, expires_at = excluded.expires_at
               WHERE robots.fetched_at <= excluded.fetched_at";
    let args = args![robots.origin.as_str(), verdict, body, robots.fetched_at, robots.expires_at];
    tx.run(sql, args).await.map(drop)
}

/// robots.txt belongs to an origin, so its key keeps the scheme that other keys leave out.
pub(super) fn robots_key(origin: &Origin) -> PageKey {
    PageKey(format!("robots:{origin}"))
}

pub(super) async fn want_robots(db: &Db, origins: &[Origin], now: Time) -> Result<()> {
    let mut wanted = Vec::with_capacity(origins.len());
    for origin in origins {
        let url = PageUrl::parse(&format!("{origin}/robots.txt"))
            .map_err(|e| StoreError::Invalid(format!("origin {origin}: {e}")))?;
        wanted.push(NewPage {
            key: robots_key(origin),
            url,
            kind: PageKind::Robots,
            due_at: now,
            hints: Hints { expected: PageKind::Robots, authors: Vec::new(), listed: None },
            source: None,
            depth: 0,
            redirected_from: None,
            again: true,
        });
    }
    let mut tx = db.begin().await?;
    let mut touched = Touched::default();
    pages::ensure(&mut tx, &wanted, &mut touched).await?;
    touched.write(&mut tx).await?;
    tx.commit().await
}
