//! Who may be granted next, and when to look again.

use crate::{
    Candidate, CandidateAsk, Pending, Result, Time,
    db::{Db, Dialect, Row, Rows, args},
};
use model::{AuthorId, HostKey, Origin, PageId, Provenance, SourceId, SourceNote, Validators};
use std::collections::HashMap;

/// Host first, then its pages: the cost depends on the hosts that are ready, not on how many pages wait.
/// The pages of a host come from three ranges of `pages_waiting`: robots.txt, never visited, visited before.
pub(super) async fn candidates(db: &Db, ask: &CandidateAsk) -> Result<Vec<Candidate>> {
    let args = args![ask.now, ask.per_host, ask.limit];
    let rows = if ask.sources.is_empty() {
        db.read(&statement(db.dialect(), "", ""), args).await?
    } else {
        let of_hosts = "AND id IN (SELECT host_id FROM source_hosts
                                   WHERE source_id IN (SELECT r.id FROM {rows}))";
        let of_pages = "AND EXISTS (SELECT 1 FROM page_sources s WHERE s.page_id = w.id
                                    AND s.source_id IN (SELECT r.id FROM {rows}))";
        let sources = Rows::ids(ask.sources.iter().map(|s| s.0));
        db.read_each(&statement(db.dialect(), of_hosts, of_pages), args, sources).await?
    };
    let mut taken: HashMap<i64, u32> = HashMap::new();
    // Of hosts that share a gap, one at a time.
    let mut groups: HashMap<String, i64> = HashMap::new();
    let mut found = Vec::with_capacity(rows.len().min(ask.limit));
    for row in &rows {
        let most = row.small("most")?;
        let (host, in_flight) = (row.int("host_id")?, row.small("in_flight")?);
        if let Some(group) = row.opt_text("gap_group")?
            && *groups.entry(group).or_insert(host) != host
        {
            continue;
        }
        let taken = taken.entry(host).or_insert(in_flight);
        if *taken < most && found.len() < ask.limit {
            *taken += 1;
            found.push(candidate(row)?);
        }
    }
    tell_origins(db, &mut found).await?;
    Ok(found)
}

/// Through whom the pages are visited, and what leads to them: for the archive.
async fn tell_origins(db: &Db, candidates: &mut [Candidate]) -> Result<()> {
    let places: HashMap<i64, usize> = candidates.iter().enumerate().map(|(i, c)| (c.page.0, i)).collect();
    let pages = || Rows::ids(places.keys().copied());
    let mut db = db.reader().await?;
    let sql =
        "SELECT ps.page_id, f.url, u.id AS author, u.merged_into, CASE WHEN u.named THEN u.name END AS name
               FROM page_sources ps JOIN sources s ON s.id = ps.source_id JOIN pages f ON f.id = s.page_id
               JOIN authors u ON u.id = s.author_id
               WHERE ps.page_id IN (SELECT r.id FROM {rows}) ORDER BY ps.page_id, ps.source_id";
    for row in db.rows_each(sql, args![], pages()).await? {
        let Some(candidate) = places.get(&row.int("page_id")?).and_then(|i| candidates.get_mut(*i)) else {
            continue;
        };
        let sources = &mut candidate.provenance.sources;
        if sources.len() < Provenance::MOST {
            let author = AuthorId(row.opt_int("merged_into")?.map_or_else(|| row.int("author"), Ok)?);
            sources.push(SourceNote { url: row.url("url")?, author, name: row.opt_text("name")? });
        }
    }
    let sql = "SELECT alias_of, url FROM pages WHERE alias_of IN (SELECT r.id FROM {rows}) ORDER BY id";
    for row in db.rows_each(sql, args![], pages()).await? {
        let Some(candidate) = places.get(&row.int("alias_of")?).and_then(|i| candidates.get_mut(*i)) else {
            continue;
        };
        let aliases = &mut candidate.provenance.aliases;
        if aliases.len() < Provenance::MOST {
            aliases.push(row.url("url")?);
        }
    }
    Ok(())
}

/// `$1` now, `$2` exchanges per host, `$3` most hosts.
fn statement(dialect: Dialect, of_hosts: &str, of_pages: &str) -> String {
    let range = |rank: u8, of_pages: &str| {
        format!(
            "SELECT * FROM (
                 SELECT w.id, w.rank, w.due_at FROM pages w
                 WHERE w.host_id = h.id AND w.rank = {rank} AND w.active AND w.lease_visit IS NULL
                   AND w.due_at IS NOT NULL AND w.due_at <= $1 {of_pages}
                 ORDER BY w.due_at LIMIT $2) AS range{rank}"
        )
    };
    let first = format!(
        "SELECT id FROM ({} UNION ALL {} UNION ALL {}) AS first ORDER BY rank, due_at LIMIT $2",
        range(0, ""),
        range(1, of_pages),
        range(2, of_pages)
    );
    let join = match dialect {
        Dialect::Sqlite => format!("CROSS JOIN pages p ON p.id IN ({first})"),
        Dialect::Postgres => {
            format!("CROSS JOIN LATERAL ({first}) AS f JOIN pages p ON p.id = f.id")
        }
    };
    let most = "CASE WHEN open_until IS NULL THEN {least}(coalesce(per_host, $2), $2) ELSE 1 END";
    format!(
        "SELECT p.id, p.url, p.kind, p.origin, p.due_at, p.etag, p.last_modified, p.hints, p.failures, p.depth, p.mixed, p.host_id,
                h.host, h.in_flight, h.gap_ms, h.most, h.gap_group, o.fetched_at, o.expires_at
         FROM (SELECT id, host, in_flight, gap_ms, gap_group, ready_at,
                      {most} AS most
               FROM hosts
               WHERE ready_at <= $1 AND in_flight < {most}
                 AND (gap_group IS NULL OR NOT EXISTS
                      (SELECT 1 FROM hosts g
                       WHERE g.gap_group = hosts.gap_group AND g.id <> hosts.id AND g.in_flight > 0))
                 {of_hosts}
               ORDER BY ready_at LIMIT $3) AS h
         {join}
         LEFT JOIN robots o ON o.origin = p.origin
         ORDER BY h.ready_at, p.host_id, p.rank, p.due_at"
    )
}

fn candidate(row: &Row) -> Result<Candidate> {
    Ok(Candidate {
        page: PageId(row.int("id")?),
        url: row.url("url")?,
        kind: row.parsed("kind")?,
        origin: Origin(row.text("origin")?),
        host: HostKey(row.text("host")?),
        due_at: row.time("due_at")?,
        validators: Validators { etag: row.opt_text("etag")?, last_modified: row.opt_text("last_modified")? },
        hints: row.json("hints")?,
        robots_fetched_at: row.opt_time("fetched_at")?,
        robots_expires_at: row.opt_time("expires_at")?,
        gap_ms: row.opt_int("gap_ms")?.map(|n| n.max(0) as u64),
        failures: row.small("failures")?,
        provenance: Provenance {
            depth: row.small("depth")?,
            mixed: row.bool("mixed")?,
            ..Provenance::default()
        },
    })
}

pub(super) async fn next_wake(db: &Db) -> Result<Option<Time>> {
    let sql = "SELECT min(at) AS at FROM (
                   SELECT * FROM (SELECT ready_at AS at FROM hosts WHERE ready_at IS NOT NULL AND in_flight = 0
                                  ORDER BY ready_at LIMIT 1) AS ready
                   UNION ALL
                   SELECT * FROM (SELECT lease_until AS at FROM pages WHERE lease_visit IS NOT NULL
                                  ORDER BY lease_until LIMIT 1) AS leased) AS wake";
    db.read(sql, args![]).await?.first().map_or(Ok(None), |row| row.opt_time("at"))
}

pub(super) async fn leased(db: &Db) -> Result<u64> {
    let sql = "SELECT count(*) AS n FROM pages WHERE lease_visit IS NOT NULL";
    db.read(sql, args![]).await?.first().map_or(Ok(0), |row| row.count("n"))
}

pub(super) async fn pending(db: &Db, sources: &[SourceId], until: Time) -> Result<Pending> {
    let (mine, rows) = if sources.is_empty() {
        ("TRUE", None)
    } else {
        let mine = "p.id IN (SELECT page_id FROM page_sources WHERE source_id IN (SELECT r.id FROM {rows}))";
        (mine, Some(Rows::ids(sources.iter().map(|s| s.0))))
    };
    let sql = format!(
        "SELECT count(*) FILTER (WHERE lease_visit IS NOT NULL) AS in_flight,
                count(*) FILTER (WHERE at <= $1) AS ready, min(at) AS ready_at,
                count(*) FILTER (WHERE at > $1) AS later
         FROM (SELECT p.lease_visit, CASE WHEN p.lease_visit IS NULL THEN
                   {{greatest}}(p.due_at, h.next_at, coalesce(h.open_until, h.next_at)) END AS at
               FROM pages p JOIN hosts h ON h.id = p.host_id
               WHERE p.rank <> 0 AND (p.lease_visit IS NOT NULL OR p.active AND p.due_at IS NOT NULL) AND {mine})
             AS waiting"
    );
    let rows = match rows {
        Some(rows) => db.read_each(&sql, args![until], rows).await?,
        None => db.read(&sql, args![until]).await?,
    };
    let Some(row) = rows.first() else { return Ok(Pending::default()) };
    Ok(Pending {
        in_flight: row.count("in_flight")?,
        ready: row.count("ready")?,
        ready_at: row.opt_time("ready_at")?.filter(|at| *at <= until),
        later: row.count("later")?,
    })
}
