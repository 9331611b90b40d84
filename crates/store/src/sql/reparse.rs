//! Reparse jobs: which captures, how far, and what came of it.

use super::reading;
use crate::{
    NewReparse, ReparseChange, ReparseItem, ReparseJob, ReparseSelect, ReparseState, Result, RulesNow,
    StoreError, Time, VisitCommit,
    db::{Column, Db, Filter, Row, Rows, Tx, args},
};
use model::{Cause, Disposition, Grant, JobId, PageId, Validators, VisitId};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// Captures of a selection, from `captures c JOIN pages p JOIN page_visits v`; none that is made later, so that
/// a job comes to an end.
fn selected(select: &ReparseSelect, created_at: Time) -> Filter {
    let mut conditions = Filter::new();
    let of_author =
        "c.page_id IN (SELECT ps.page_id FROM page_sources ps JOIN sources s ON s.id = ps.source_id
                                   WHERE s.author_id IN (SELECT m.id FROM authors k
             JOIN authors m ON k.id IN (m.id, m.merged_into) WHERE k.id = ?))";
    conditions.and(of_author, select.author);
    conditions.and("p.host_id IN (SELECT id FROM hosts WHERE host = ?)", select.host.as_deref());
    conditions.and("c.captured_at >= ?", select.since);
    conditions.and("c.captured_at <= ?", select.until);
    conditions.and("coalesce(c.parser_version, 0) < ?", select.older_than_parser);
    conditions.and("v.disposition = ?", select.disposition.as_deref());
    let newest = "NOT EXISTS (SELECT 1 FROM captures n WHERE n.page_id = c.page_id
                              AND n.captured_at > c.captured_at AND n.captured_at <= ?)";
    conditions.and(newest, select.current_only.then_some(created_at));
    conditions.and("c.captured_at <= ?", Some(created_at));
    if let Some(rules) = &select.rules {
        other_rules(&mut conditions, rules);
    }
    conditions
}

fn other_rules(conditions: &mut Filter, rules: &RulesNow) {
    let mut by_hash: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (host, hash) in &rules.hosts {
        by_hash.entry(hash).or_default().push(conditions.arg(host.as_str()));
    }
    let mut now = String::from("CASE");
    for (hash, hosts) in by_hash {
        let (hosts, hash) = (hosts.join(", "), conditions.arg(hash));
        now.push_str(&format!(
            " WHEN p.host_id IN (SELECT id FROM hosts WHERE host IN ({hosts})) THEN {hash}"
        ));
    }
    let elsewhere = conditions.arg(rules.elsewhere.as_str());
    let now = if rules.hosts.is_empty() { elsewhere } else { format!("{now} ELSE {elsewhere} END") };
    conditions.also(&format!("coalesce(c.rules_hash, '') <> {now}"));
}

const CAPTURES: &str = "captures c JOIN pages p ON p.id = c.page_id AND p.rank <> 0 LEFT JOIN page_visits v ON v.id = c.visit_id";

pub(super) async fn create(db: &Db, job: &NewReparse, now: Time) -> Result<JobId> {
    let (conditions, args) = selected(&job.select, now).done();
    let sql = format!("SELECT count(*) AS n FROM {CAPTURES} WHERE {conditions}");
    let total = db.read(&sql, args).await?.first().map_or(Ok(0), |row| row.int("n"))?;
    let sql = "INSERT INTO reparse_jobs (selection, dry_run, rate, state, created_at, updated_at, total)
               VALUES ($1, $2, $3, 'running', $4, $4, $5) RETURNING id";
    let mut tx = db.begin().await?;
    let args = args![super::json(&job.select)?, job.dry_run, job.rate, now, total];
    let rows = tx.rows(sql, args).await?;
    let id =
        rows.first().ok_or_else(|| StoreError::Broken("an insert returned no row".to_owned()))?.int("id")?;
    tx.commit().await?;
    Ok(JobId(id))
}

pub(super) async fn jobs(db: &Db) -> Result<Vec<ReparseJob>> {
    let rows = db.read("SELECT * FROM reparse_jobs ORDER BY id DESC LIMIT 1000", args![]).await?;
    rows.iter().map(job).collect()
}

fn job(row: &Row) -> Result<ReparseJob> {
    let state = row.text("state")?;
    let known = [ReparseState::Running, ReparseState::Paused, ReparseState::Cancelled, ReparseState::Done];
    Ok(ReparseJob {
        id: JobId(row.int("id")?),
        new: NewReparse {
            select: row.json("selection")?,
            dry_run: row.bool("dry_run")?,
            rate: row.opt_int("rate")?.and_then(|n| u32::try_from(n).ok()),
        },
        state: known
            .into_iter()
            .find(|s| s.as_str() == state)
            .ok_or_else(|| StoreError::Broken(format!("unknown state of a reparse job: {state:?}")))?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        total: row.count("total")?,
        published: row.count("published")?,
        finished: row.count("finished")?,
        changed: row.count("changed")?,
        failed: row.count("failed")?,
    })
}

pub(super) async fn set_state(db: &Db, job: JobId, state: ReparseState, now: Time) -> Result<()> {
    // What has ended stays ended.
    let sql = "UPDATE reparse_jobs SET state = $2, updated_at = $3
               WHERE id = $1 AND state IN ('running', 'paused')";
    let mut tx = db.begin().await?;
    let changed = tx.run(sql, args![job.0, state.as_str(), now]).await?;
    if changed == 0 {
        return Err(StoreError::Invalid(format!(
            "reparse job {job} is not running; see `byline reparse list`"
        )));
    }
    tx.commit().await
}

pub(super) async fn set_rate(db: &Db, job: JobId, rate: Option<u32>, now: Time) -> Result<()> {
    let sql = "UPDATE reparse_jobs SET rate = $2, updated_at = $3
               WHERE id = $1 AND state IN ('running', 'paused')";
    let mut tx = db.begin().await?;
    if tx.run(sql, args![job.0, rate, now]).await? == 0 {
        return Err(StoreError::Invalid(format!(
            "reparse job {job} is not running; see `byline reparse list`"
        )));
    }
    tx.commit().await
}

pub(super) async fn batch(db: &Db, id: JobId, limit: usize) -> Result<Vec<ReparseItem>> {
    let rows = db.read("SELECT * FROM reparse_jobs WHERE id = $1", args![id.0]).await?;
    let Some(row) = rows.first() else {
        return Err(StoreError::Invalid(format!("there is no reparse job {id}; see `byline reparse list`")));
    };
    let (job, cursor) = (job(row)?, row.text("cursor")?);
    let cursor = if cursor.is_empty() { Ok(Uuid::nil()) } else { cursor.parse() };
    let mut cursor = cursor.map_err(|e| StoreError::Broken(format!("cursor of reparse job {id}: {e}")))?;
    let mut step = limit;
    loop {
        let items = after(db, &job, cursor, step).await?;
        let Some(last) = items.last() else { return Ok(Vec::new()) };
        cursor = last.capture.id.0;
        let mut open = without_finished(db, &job, items).await?;
        if !open.is_empty() {
            open.truncate(limit);
            return Ok(open);
        }
        step = limit.max(FINISHED_STEP);
    }
}

/// Captures looked at in one step where all of the step before were finished: so it is after a job was sent again.
const FINISHED_STEP: usize = 512;

async fn after(db: &Db, job: &ReparseJob, cursor: Uuid, limit: usize) -> Result<Vec<ReparseItem>> {
    let mut conditions = selected(&job.new.select, job.created_at);
    conditions.and("c.id > ?", Some(cursor));
    let limit = conditions.arg(limit);
    let (conditions, args) = conditions.done();
    let sql = format!(
        "SELECT c.id, c.page_id, c.key, c.length, c.digest, c.captured_at, c.status, c.content_type, c.hints, p.url
         FROM {CAPTURES} WHERE {conditions} ORDER BY c.id LIMIT {limit}"
    );
    db.read(&sql, args).await?.iter().map(|row| item(row, job)).collect()
}

async fn without_finished(
    db: &Db,
    job: &ReparseJob,
    mut items: Vec<ReparseItem>,
) -> Result<Vec<ReparseItem>> {
    let sql = "SELECT visit_id FROM reparse_results
               WHERE job_id = $1 AND visit_id IN (SELECT r.id FROM {rows})";
    let visits = Rows::uuids(items.iter().map(|item| item.grant.visit.0));
    let found = db.read_each(sql, args![job.id.0], visits).await?;
    let finished = found.iter().map(|row| row.uuid("visit_id")).collect::<Result<HashSet<_>>>()?;
    items.retain(|item| !finished.contains(&item.grant.visit.0));
    Ok(items)
}

fn item(row: &Row, job: &ReparseJob) -> Result<ReparseItem> {
    let capture = reading::capture_ref(row)?;
    let captured_at = row.time("captured_at")?;
    Ok(ReparseItem {
        cursor: capture.id.to_string(),
        grant: Grant {
            visit: visit_of(job, capture.id.0),
            page: PageId(row.int("page_id")?),
            url: row.url("url")?,
            granted_at: captured_at,
            lease_until: captured_at,
            gap_ms: 0,
            validators: Validators::default(),
            hints: row.json("hints")?,
            origin: model::Provenance::default(),
        },
        capture,
        captured_at,
        status: reading::status(row)?,
        content_type: row.opt_text("content_type")?,
    })
}

/// The visit's id follows from job and capture, so an item that is published twice is stored once. A UUIDv7 of
/// the job's time, as other visits' are of theirs.
fn visit_of(job: &ReparseJob, capture: Uuid) -> VisitId {
    let mut hash = Sha256::new();
    hash.update(job.id.0.to_be_bytes());
    hash.update(capture.as_bytes());
    let mut random = [0; 10];
    random.copy_from_slice(&hash.finalize()[..10]);
    let millis = u64::try_from(job.created_at.timestamp_millis()).unwrap_or(0);
    VisitId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

pub(super) async fn advance(db: &Db, job: JobId, cursor: &str, published: u64, now: Time) -> Result<()> {
    let sql =
        "UPDATE reparse_jobs SET cursor = $2, published = published + $3, updated_at = $4 WHERE id = $1";
    let mut tx = db.begin().await?;
    tx.run(sql, args![job.0, cursor, published, now]).await?;
    tx.commit().await
}

pub(super) async fn send_again(db: &Db, job: JobId, now: Time) -> Result<()> {
    let sql = "UPDATE reparse_jobs SET cursor = '', published = finished, updated_at = $2 WHERE id = $1";
    let mut tx = db.begin().await?;
    tx.run(sql, args![job.0, now]).await?;
    tx.commit().await
}

// --- results ---

fn of_job(commit: &VisitCommit) -> Option<(i64, Uuid)> {
    match commit.visit.cause {
        Cause::Reparse { job, .. } => Some((job.0, commit.visit.id.0)),
        Cause::Visit | Cause::Rebuild => None,
    }
}

/// Visits of the batch that their jobs have counted already.
pub(super) async fn finished(tx: &mut Tx, commits: &[VisitCommit]) -> Result<HashSet<Uuid>> {
    let mut rows = Rows::new(&[("job", Column::Int), ("visit", Column::Uuid)]);
    commits.iter().filter_map(of_job).for_each(|(job, visit)| rows.push(args![job, visit]));
    let sql = "SELECT visit_id FROM reparse_results
               WHERE (job_id, visit_id) IN (SELECT r.job, r.visit FROM {rows})";
    tx.rows_each(sql, args![], rows).await?.iter().map(|row| row.uuid("visit_id")).collect()
}

/// Counts results for their jobs and keeps what dry runs found.
pub(super) async fn keep_results(tx: &mut Tx, commits: &[&VisitCommit]) -> Result<()> {
    let mut results = Rows::new(&[("job", Column::Int), ("visit", Column::Uuid)]);
    let mut changes = Rows::new(&[
        ("job", Column::Int),
        ("page", Column::Int),
        ("visit", Column::Uuid),
        ("field", Column::Text),
        ("before", Column::Text),
        ("after", Column::Text),
    ]);
    let mut sums: BTreeMap<i64, [u64; 3]> = BTreeMap::new();
    for commit in commits {
        let Some((job, visit)) = of_job(commit) else { continue };
        results.push(args![job, visit]);
        let dry = commit.dry_run.as_ref();
        let stored = commit.article.is_some() && commit.visit.disposition == Disposition::Stored;
        let changed = stored || dry.is_some_and(|d| !d.changes.is_empty());
        let [finished, changes_of, failed] = sums.entry(job).or_default();
        *finished += 1;
        *changes_of += u64::from(changed);
        *failed += u64::from(commit.visit.disposition == Disposition::ParseFailed);
        let mut fields = HashSet::new();
        for (field, before, after) in dry.into_iter().flat_map(|d| &d.changes) {
            if fields.insert(field) {
                let page = commit.visit.page.0;
                changes.push(args![job, page, visit, field.as_str(), before.as_str(), after.as_str()]);
            }
        }
    }
    let sql = "INSERT INTO reparse_results (job_id, visit_id) SELECT r.job, r.visit FROM {rows}";
    tx.run_each(sql, args![], results).await?;
    let sql = "INSERT INTO reparse_changes (job_id, page_id, visit_id, field, before, after)
               SELECT r.job, r.page, r.visit, r.field, r.before, r.after FROM {rows}";
    tx.run_each(sql, args![], changes).await?;
    let mut rows = Rows::new(&[
        ("job", Column::Int),
        ("finished", Column::Int),
        ("changed", Column::Int),
        ("failed", Column::Int),
    ]);
    for (job, [finished, changed, failed]) in sums {
        rows.push(args![job, finished, changed, failed]);
    }
    let sql = "UPDATE reparse_jobs SET finished = reparse_jobs.finished + r.finished,
                   changed = reparse_jobs.changed + r.changed, failed = reparse_jobs.failed + r.failed
               FROM {rows} WHERE reparse_jobs.id = r.job";
    tx.run_each(sql, args![], rows).await.map(drop)
}

pub(super) async fn changes(db: &Db, job: JobId, limit: usize) -> Result<Vec<ReparseChange>> {
    let sql = "SELECT p.url, c.field, c.before, c.after, c.n FROM (
                   SELECT page_id, field, before, after, visit_id,
                       count(*) OVER (PARTITION BY field) AS n,
                       row_number() OVER (PARTITION BY field ORDER BY visit_id) AS place
                   FROM reparse_changes WHERE job_id = $1) AS c
               JOIN pages p ON p.id = c.page_id
               WHERE c.place <= $2 ORDER BY c.n DESC, c.field, c.visit_id";
    let change = |row: &Row| {
        Ok(ReparseChange {
            url: row.text("url")?,
            field: row.text("field")?,
            before: row.text("before")?,
            after: row.text("after")?,
            count: row.count("n")?,
        })
    };
    db.read(sql, args![job.0, limit]).await?.iter().map(change).collect()
}
