//! Results: many decided visits in one transaction, a constant number of statements for all of them.

use super::{
    articles,
    hosts::{self, Touched},
    outbox, pages, parts, reparse, works,
};
use crate::{
    CaptureRecord, Committed, HostChange, NewPage, Result, VisitCommit, VisitRecord,
    db::{Column, Db, Dialect, Rows, Tx, args},
};
use model::{AuthorProfile, Cause, PageKind, SourceId};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

pub(super) async fn commit(db: &Db, commits: &[VisitCommit]) -> Result<Vec<Committed>> {
    if commits.is_empty() {
        return Ok(Vec::new());
    }
    let mut tx = db.begin().await?;
    let mut touched = Touched::default();
    let mut host_changes = Vec::new();
    let mut done = Vec::with_capacity(commits.len());
    let discovered: Vec<NewPage> = commits.iter().flat_map(|c| c.discovered.iter().cloned()).collect();
    let heads = commits.iter().filter_map(|c| c.part.as_ref()).map(|p| p.head.0);
    pages::lock(&mut tx, commits.iter().map(|c| c.visit.page.0).chain(heads), &discovered).await?;
    // A page that stands twice in the batch (as itself, or as the first part of another) ends a round: the second
    // result is judged after the first is written.
    let mut rest = commits;
    while !rest.is_empty() {
        let mut seen = HashSet::new();
        let mut again = |c: &VisitCommit| {
            let head = c.part.as_ref().map(|p| p.head).filter(|h| *h != c.visit.page);
            !seen.insert(c.visit.page) | head.is_some_and(|h| !seen.insert(h))
        };
        let end = rest.iter().position(&mut again).unwrap_or(rest.len());
        let (round, later) = rest.split_at(end);
        done.extend(commit_round(&mut tx, round, &mut touched, &mut host_changes).await?);
        rest = later;
    }
    touched.write(&mut tx, host_changes).await?;
    if tx.dialect() == Dialect::Postgres {
        tx.rows("SELECT 1 FROM pg_notify('byline', '')", args![]).await?;
    }
    tx.commit().await?;
    Ok(done)
}

/// What is known of a page while its row is locked.
struct Locked {
    revision: i64,
    host: i64,
    lease: Option<Uuid>,
}

/// One round: each page at most once.
async fn commit_round(
    tx: &mut Tx,
    round: &[VisitCommit],
    touched: &mut Touched,
    host_changes: &mut Vec<(i64, HostChange)>,
) -> Result<Vec<Committed>> {
    let locked = lock(tx, round).await?;
    let applied = applied(tx, round).await?;
    let verdicts: Vec<Committed> = round
        .iter()
        .map(|c| match locked.get(&c.visit.page.0) {
            _ if applied.contains(&c.visit.id.0) => Committed::Duplicate,
            Some(_) if c.dry_run.is_some() => Committed::Done,
            Some(page) if page.revision == c.revision && head_is_as_was(&locked, c) => Committed::Done,
            _ => Committed::Stale,
        })
        .collect();
    let good: Vec<&VisitCommit> =
        round.iter().zip(&verdicts).filter(|(_, v)| **v == Committed::Done).map(|(c, _)| c).collect();
    reparse::keep_results(tx, &good).await?;
    let good: Vec<&VisitCommit> = good.into_iter().filter(|c| c.dry_run.is_none()).collect();

    pages::insert_visits(tx, good.iter().map(|c| visit(&c.visit)).collect()).await?;
    write_pages(tx, &good, &locked, touched).await?;
    write_captures(tx, &good).await?;
    articles::write(tx, &good).await?;
    parts::write(tx, &good).await?;
    works::write(tx, &good).await?;
    let mut profiles: Vec<_> = good.iter().filter_map(|c| c.profile.as_ref()).collect();
    profiles.sort_by_key(|(sources, _)| sources.first().copied());
    for (sources, profile) in profiles {
        write_profile(tx, sources, profile).await?;
    }
    write_sources(tx, &good).await?;
    let discovered: Vec<NewPage> = good.iter().flat_map(|c| c.discovered.iter().cloned()).collect();
    pages::ensure(tx, &discovered, touched).await?;
    for commit in &good {
        if let Some(target) = commit.alias_of {
            pages::alias(tx, commit.visit.page.0, target.0).await?;
        }
        if let Some(robots) = &commit.robots {
            hosts::keep_robots(tx, robots).await?;
        }
    }
    let change = |c: &&VisitCommit| -> Option<(i64, HostChange)> {
        Some((locked.get(&c.visit.page.0)?.host, c.host.clone()?))
    };
    host_changes.extend(good.iter().filter_map(change));
    outbox::write(tx, good.iter().flat_map(|c| &c.events)).await?;
    Ok(verdicts)
}

async fn lock(tx: &mut Tx, round: &[VisitCommit]) -> Result<HashMap<i64, Locked>> {
    let sql = "SELECT id, revision, host_id, lease_visit FROM pages WHERE id IN (SELECT r.id FROM {rows})
               ORDER BY id {for_update}";
    let mut locked = HashMap::with_capacity(round.len());
    let heads = round.iter().filter_map(|c| c.part.as_ref()).map(|p| p.head.0);
    let ids: HashSet<i64> = round.iter().map(|c| c.visit.page.0).chain(heads).collect();
    for row in tx.rows_each(sql, args![], Rows::ids(ids)).await? {
        let (revision, host) = (row.int("revision")?, row.int("host_id")?);
        locked.insert(row.int("id")?, Locked { revision, host, lease: row.opt_uuid("lease_visit")? });
    }
    Ok(locked)
}

/// Nobody wrote the article, of which the page is a further part, since the decision.
fn head_is_as_was(locked: &HashMap<i64, Locked>, commit: &VisitCommit) -> bool {
    let decided = commit.part.as_ref().and_then(|p| Some((p.head.0, p.head_revision?)));
    decided.is_none_or(|(head, revision)| locked.get(&head).is_some_and(|l| l.revision == revision))
}

/// Visits of the round that are stored already.
async fn applied(tx: &mut Tx, round: &[VisitCommit]) -> Result<HashSet<Uuid>> {
    let mut applied = reparse::finished(tx, round).await?;
    let sql = "SELECT id FROM page_visits WHERE id IN (SELECT r.id FROM {rows})";
    for row in tx.rows_each(sql, args![], Rows::uuids(round.iter().map(|c| c.visit.id.0))).await? {
        applied.insert(row.uuid("id")?);
    }
    Ok(applied)
}

fn visit(v: &VisitRecord) -> pages::Visit {
    pages::Visit {
        id: v.id.0,
        page: v.page.0,
        disposition: v.disposition,
        code: v.code.clone(),
        detail: v.detail.clone(),
        status: v.status,
        started_at: v.started_at,
        ended_at: v.ended_at,
        bytes: v.bytes,
        reparse: matches!(v.cause, Cause::Reparse { .. }),
    }
}

async fn write_pages(
    tx: &mut Tx,
    commits: &[&VisitCommit],
    locked: &HashMap<i64, Locked>,
    touched: &mut Touched,
) -> Result<()> {
    let mut visited = Rows::new(&[
        ("id", Column::Int),
        ("kind", Column::Text),
        ("url", Column::Text),
        ("origin", Column::Text),
        ("host", Column::Text),
        ("rank", Column::Int),
        ("due_at", Column::Time),
        ("interval_s", Column::Int),
        ("failures", Column::Int),
        ("unchanged", Column::Int),
        ("etag", Column::Text),
        ("last_modified", Column::Text),
        ("captured_at", Column::Time),
        ("visited_at", Column::Time),
        ("disposition", Column::Text),
        ("visit", Column::Uuid),
        ("release", Column::Bool),
    ]);
    let moved: Vec<_> =
        commits.iter().filter_map(|c| Some((c.visit.page.0, c.page.as_ref()?.url.as_ref()?))).collect();
    hosts::ensure(tx, moved.iter().map(|(_, url)| url.host_key())).await?;
    let mut parsed_again = Vec::new();
    for commit in commits {
        let visit = &commit.visit;
        let Some(page) = &commit.page else {
            parsed_again.push(visit.page.0);
            continue;
        };
        visited.push(args![
            visit.page.0,
            page.kind.as_str(),
            page.url.as_ref().map(|u| u.as_str().to_owned()),
            page.url.as_ref().map(|u| u.origin().0),
            page.url.as_ref().map(|u| u.host_key().0),
            if page.kind == PageKind::Robots { pages::ROBOTS } else { pages::VISITED },
            page.due_at,
            page.interval_s,
            page.failures,
            page.unchanged,
            page.validators.etag.clone(),
            page.validators.last_modified.clone(),
            page.captured_at,
            visit.ended_at,
            visit.disposition.as_str(),
            visit.id.0,
            page.release
        ]);
        if let Some(locked) = locked.get(&visit.page.0) {
            let held = page.release && locked.lease == Some(visit.id.0);
            touched.in_flight(locked.host, if held { -1 } else { 0 });
        }
    }
    let sql = "UPDATE pages SET kind = r.kind, url = coalesce(r.url, pages.url),
                   origin = coalesce(r.origin, pages.origin),
                   host_id = coalesce((SELECT h.id FROM hosts h WHERE h.host = r.host), pages.host_id),
                   rank = r.rank, due_at = r.due_at, interval_s = r.interval_s,
                   failures = r.failures, unchanged = r.unchanged, etag = r.etag, last_modified = r.last_modified,
                   captured_at = r.captured_at, last_visit_at = r.visited_at, last_disposition = r.disposition,
                   revision = pages.revision + 1,
                   lease_until = CASE WHEN r.release AND pages.lease_visit = r.visit
                                 THEN NULL ELSE pages.lease_until END,
                   lease_visit = CASE WHEN r.release AND pages.lease_visit = r.visit
                                 THEN NULL ELSE pages.lease_visit END
               FROM {rows} WHERE pages.id = r.id RETURNING pages.host_id";
    for row in tx.rows_each(sql, args![], visited).await? {
        touched.touch(row.int("host_id")?);
    }
    let sql = "INSERT INTO source_hosts (source_id, host_id)
               SELECT DISTINCT s.source_id, p.host_id FROM page_sources s JOIN pages p ON p.id = s.page_id
               WHERE p.id IN (SELECT r.id FROM {rows}) ON CONFLICT (source_id, host_id) DO NOTHING";
    tx.run_each(sql, args![], Rows::ids(moved.iter().map(|(page, _)| *page))).await?;
    let sql = "UPDATE pages SET revision = revision + 1 WHERE id IN (SELECT r.id FROM {rows})";
    tx.run_each(sql, args![], Rows::ids(parsed_again)).await.map(drop)
}

async fn write_captures(tx: &mut Tx, commits: &[&VisitCommit]) -> Result<()> {
    let mut rows = Rows::new(&[
        ("id", Column::Uuid),
        ("page", Column::Int),
        ("visit", Column::Uuid),
        ("key", Column::Text),
        ("length", Column::Int),
        ("digest", Column::Text),
        ("captured_at", Column::Time),
        ("status", Column::Int),
        ("content_type", Column::Text),
        ("hints", Column::Text),
        ("parser_version", Column::Int),
        ("rules_hash", Column::Text),
    ]);
    for commit in commits {
        let Some(CaptureRecord { at, captured_at, content_type, status, hints, parser_version, rules_hash }) =
            &commit.capture
        else {
            continue;
        };
        rows.push(args![
            at.id.0,
            commit.visit.page.0,
            commit.visit.id.0,
            at.key.as_str(),
            at.length,
            at.digest.as_str(),
            *captured_at,
            *status,
            content_type.clone(),
            super::json(hints)?,
            *parser_version,
            rules_hash.clone()
        ]);
    }
    // Known already: parsed again.
    let sql = "INSERT INTO captures (id, page_id, visit_id, key, length, digest, captured_at, status,
                   content_type, hints, parser_version, rules_hash)
               SELECT r.id, r.page, r.visit, r.key, r.length, r.digest, r.captured_at, r.status,
                   r.content_type, r.hints, r.parser_version, r.rules_hash
               FROM {rows} WHERE TRUE
               ON CONFLICT (id) DO UPDATE SET
                   parser_version = coalesce(excluded.parser_version, captures.parser_version),
                   rules_hash = coalesce(excluded.rules_hash, captures.rules_hash)";
    tx.run_each(sql, args![], rows).await.map(drop)
}

async fn write_profile(tx: &mut Tx, sources: &[SourceId], profile: &AuthorProfile) -> Result<()> {
    let value = |field: &Option<model::Field<String>>| field.as_ref().map(|f| f.value.clone());
    let same_as: Vec<&str> = profile.same_as.iter().map(|f| f.value.as_str()).collect();
    let same_as = if same_as.is_empty() { None } else { Some(super::json(&same_as)?) };
    // A name stays once there is one: a page that shows another does not rename a followed author.
    let sql = "UPDATE authors SET name = CASE WHEN name = '' THEN coalesce($1, '') ELSE name END,
                   affiliation = coalesce($2, affiliation), biography = coalesce($3, biography),
                   portrait = coalesce($4, portrait), same_as = coalesce($5, same_as)
               WHERE id IN (SELECT author_id FROM sources WHERE id IN (SELECT r.id FROM {rows}))";
    let args = args![
        value(&profile.name),
        value(&profile.affiliation),
        value(&profile.biography),
        value(&profile.portrait),
        same_as
    ];
    tx.run_each(sql, args, Rows::ids(sources.iter().map(|s| s.0))).await.map(drop)
}

async fn write_sources(tx: &mut Tx, commits: &[&VisitCommit]) -> Result<()> {
    let mut rows = Rows::new(&[("id", Column::Int), ("alarm", Column::Text)]);
    for change in commits.iter().flat_map(|c| &c.sources) {
        rows.push(args![change.source.0, change.alarm.map(|a| a.as_str())]);
    }
    let sql = "UPDATE sources SET alarm = r.alarm FROM {rows} WHERE sources.id = r.id";
    tx.run_each(sql, args![], rows).await.map(drop)
}
