//! Hosts: what politeness knows of them, their robots.txt, and the sums kept for the frontier.

use super::pages;
use crate::{
    HostChange, HostRow, HostState, NewPage, Page, Result, RobotsRow, RobotsVerdict, StoreError, Time,
    db::{Column, Db, Dialect, Row, Rows, Tx, args},
};
use model::{Hints, HostKey, Origin, PageKey, PageKind, PageUrl};
use std::collections::{BTreeMap, HashMap};

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

    /// Applies what results change of their hosts, then writes counts and earliest due times. This ends every
    /// transaction that touches hosts, and takes their locks in one statement, in the order of their ids: so no two
    /// wait for each other. (It also makes the statements after it see what others have committed meanwhile.)
    pub(super) async fn write(mut self, tx: &mut Tx, changes: Vec<(i64, HostChange)>) -> Result<()> {
        changes.iter().for_each(|(host, _)| self.touch(*host));
        if tx.dialect() == Dialect::Postgres {
            let lock = "SELECT id FROM hosts WHERE id IN
                            (SELECT r.id FROM {rows}
                             UNION ALL SELECT g.id FROM {rows} JOIN hosts h ON h.id = r.id
                                           JOIN hosts g ON g.gap_group = h.gap_group
                             UNION ALL SELECT g.id FROM {rows} JOIN hosts g ON g.gap_group = r.gap_group)
                        ORDER BY id {for_update}";
            let mut rows = Rows::new(&[("id", Column::Int), ("gap_group", Column::Text)]);
            let groups: HashMap<i64, String> =
                changes.iter().filter_map(|(host, c)| Some((*host, c.shared?.0.to_string()))).collect();
            self.0.keys().for_each(|host| rows.push(args![*host, groups.get(host).cloned()]));
            tx.rows_each(lock, args![], rows).await?;
        }
        change(tx, changes).await?;
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

/// Applies what results change of their hosts, and of those that share their gap.
async fn change(tx: &mut Tx, changes: Vec<(i64, HostChange)>) -> Result<()> {
    // Two results of one host in a batch: the one that ended later knows better; its wait counts from its end.
    let mut latest: BTreeMap<i64, HostChange> = BTreeMap::new();
    for (host, change) in changes {
        match latest.get_mut(&host) {
            Some(known) if known.ended_at > change.ended_at => {
                known.gap_ms = known.gap_ms.or(change.gap_ms);
                known.shared = known.shared.or(change.shared);
            }
            Some(known) => {
                let (gap_ms, shared) = (change.gap_ms.or(known.gap_ms), change.shared.or(known.shared));
                *known = HostChange { gap_ms, shared, ..change };
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
        ("address", Column::Text),
    ]);
    let mut groups = Rows::new(&[("id", Column::Int), ("next_at", Column::Time)]);
    for (host, change) in latest {
        let after = |wait| change.ended_at.checked_add_signed(wait).unwrap_or(change.ended_at);
        let gap_ms = change.gap_ms.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        let address = change.shared.map(|(address, _)| address.to_string());
        rows.push(args![host, after(change.wait), change.failures, change.open_until, gap_ms, address]);
        if let Some((_, gap)) = change.shared {
            groups.push(args![host, after(gap)]);
        }
    }
    let sql = "UPDATE hosts SET next_at = {greatest}(hosts.next_at, r.next_at), failures = r.failures,
                   open_until = r.open_until, gap_ms = coalesce(r.gap_ms, hosts.gap_ms),
                   gap_group = CASE WHEN hosts.shares THEN coalesce(r.address, hosts.gap_group) END
               FROM {rows} WHERE hosts.id = r.id";
    tx.run_each(sql, args![], rows).await?;
    let sql = "UPDATE hosts SET next_at = {greatest}(hosts.next_at, r.next_at)
               FROM {rows} JOIN hosts visited ON visited.id = r.id
               WHERE hosts.gap_group = visited.gap_group AND hosts.id <> visited.id";
    tx.run_each(sql, args![], groups).await.map(drop)
}

/// Keeps with its hosts what the operator says of them, where that is news. Their rows are locked by the caller.
pub(super) async fn agree(tx: &mut Tx, terms: BTreeMap<i64, (u32, bool)>) -> Result<()> {
    let mut rows = Rows::new(&[("id", Column::Int), ("per_host", Column::Int), ("shares", Column::Bool)]);
    for (host, (per_host, shares)) in terms {
        rows.push(args![host, per_host, shares]);
    }
    let sql = "UPDATE hosts SET per_host = r.per_host, shares = r.shares,
                   gap_group = CASE WHEN r.shares THEN hosts.gap_group END
               FROM {rows} WHERE hosts.id = r.id
                   AND (hosts.per_host IS NULL OR hosts.per_host <> r.per_host OR hosts.shares <> r.shares)";
    tx.run_each(sql, args![], rows).await.map(drop)
}

/// Makes sure that the hosts exist.
pub(super) async fn ensure(tx: &mut Tx, hosts: impl IntoIterator<Item = HostKey>) -> Result<()> {
    let hosts: std::collections::BTreeSet<String> = hosts.into_iter().map(|h| h.0).collect();
    let sql = "INSERT INTO hosts (host) SELECT r.text FROM {rows}
               WHERE NOT EXISTS (SELECT 1 FROM hosts h WHERE h.host = r.text) ORDER BY r.text
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
    let sql = "SELECT verdict, body, fetched_at, expires_at, sitemaps FROM robots WHERE origin = $1";
    let rows = db.read(sql, args![origin.as_str()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let verdict = match row.text("verdict")?.as_str() {
        "rules" => RobotsVerdict::Rules(row.opt_text("body")?.unwrap_or_default()),
        "allow" => RobotsVerdict::AllowAll,
        "disallow" => RobotsVerdict::Unreachable(row.opt_text("body")?.unwrap_or_default()),
        "refused" => RobotsVerdict::Refused(row.opt_text("body")?.unwrap_or_default()),
        other => return Err(StoreError::Broken(format!("unknown robots verdict {other:?}"))),
    };
    let (fetched_at, expires_at) = (row.time("fetched_at")?, row.time("expires_at")?);
    Ok(Some(RobotsRow {
        origin: origin.clone(),
        verdict,
        fetched_at,
        expires_at,
        sitemaps: row.json("sitemaps")?,
    }))
}

pub(super) async fn keep_robots(tx: &mut Tx, robots: &RobotsRow) -> Result<()> {
    let (verdict, body) = match &robots.verdict {
        RobotsVerdict::Rules(text) => ("rules", Some(text.as_str())),
        RobotsVerdict::AllowAll => ("allow", None),
        RobotsVerdict::Unreachable(why) => ("disallow", Some(why.as_str())),
        RobotsVerdict::Refused(why) => ("refused", Some(why.as_str())),
    };
    let sql = "INSERT INTO robots (origin, verdict, body, fetched_at, expires_at, sitemaps)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (origin) DO UPDATE SET verdict = excluded.verdict, body = excluded.body,
                   fetched_at = excluded.fetched_at, expires_at = excluded.expires_at, sitemaps = excluded.sitemaps
               WHERE robots.fetched_at <= excluded.fetched_at";
    let sitemaps = super::json(&robots.sitemaps)?;
    let args = args![robots.origin.as_str(), verdict, body, robots.fetched_at, robots.expires_at, sitemaps];
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
            part_of: None,
            again: true,
            mixed: false,
        });
    }
    let mut tx = db.begin().await?;
    let mut touched = Touched::default();
    pages::lock(&mut tx, [], &wanted).await?;
    pages::ensure(&mut tx, &wanted, &mut touched).await?;
    touched.write(&mut tx, Vec::new()).await?;
    tx.commit().await
}
