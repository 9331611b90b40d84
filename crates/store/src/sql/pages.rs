//! Rows of the frontier: how a page comes to be, gains sources, becomes an alias.

use super::{
    hosts::{self, Touched},
    parts,
};
use crate::{
    NewPage, Result, Time,
    db::{Column, Dialect, Rows, Tx, args},
};
use model::{Disposition, Hints, PageKind};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Order of a page within its host; see the column `rank`.
pub(super) const ROBOTS: i64 = 0;
const NEVER_VISITED: i64 = 1;
pub(super) const VISITED: i64 = 2;

/// Locks these pages and those that are wanted, as far as they are known, in the order of their ids. A transaction
/// that writes several pages begins with it, so that no two wait for each other: pages first, hosts last
/// ([`Touched::write`]).
pub(super) async fn lock(
    tx: &mut Tx,
    pages: impl IntoIterator<Item = i64>,
    wanted: &[NewPage],
) -> Result<()> {
    if tx.dialect() != Dialect::Postgres {
        return Ok(());
    }
    let mut rows = Rows::new(&[("id", Column::Int), ("key", Column::Text)]);
    pages.into_iter().for_each(|id| rows.push(args![id, None::<String>]));
    wanted.iter().for_each(|page| rows.push(args![None::<i64>, page.key.as_str()]));
    let sql = "SELECT id FROM pages WHERE id IN
                   (SELECT r.id FROM {rows} UNION ALL SELECT k.id FROM {rows} JOIN pages k ON k.key = r.key)
               ORDER BY id {for_update}";
    tx.rows_each(sql, args![], rows).await.map(drop)
}

/// Puts pages into the frontier, or makes known ones more wanted, as [`NewPage`] says.
pub(super) async fn ensure(tx: &mut Tx, wanted: &[NewPage], touched: &mut Touched) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let unique = unique(wanted);
    hosts::ensure(tx, unique.values().map(|w| w.url.host_key())).await?;
    let mut places = insert(tx, &unique, touched).await?;
    let parts = places.iter().filter_map(|(key, place)| {
        let (head, number) = unique.get(key.as_str())?.part_of?;
        Some((place.id, head.0, number))
    });
    parts::begin(tx, parts).await?;
    places.extend(renew(tx, &unique, &places, touched).await?);
    add_sources(tx, wanted, &places).await?;
    redirect(tx, wanted, &places, touched).await
}

/// Each page once, and sorted: processes that list the same pages lock them in the same order.
fn unique(wanted: &[NewPage]) -> BTreeMap<&str, NewPage> {
    let mut unique: BTreeMap<&str, NewPage> = BTreeMap::new();
    for page in wanted {
        match unique.get_mut(page.key.as_str()) {
            None => {
                unique.insert(page.key.as_str(), page.clone());
            }
            Some(known) => {
                known.due_at = known.due_at.min(page.due_at);
                known.depth = known.depth.min(page.depth);
                known.again |= page.again;
                known.mixed &= page.mixed;
                say_more(&mut known.hints, &page.hints);
            }
        }
    }
    unique
}

/// Adds to `hints` what only `other` tells; returns whether that is anything.
fn say_more(hints: &mut Hints, other: &Hints) -> bool {
    let before = hints.authors.len();
    for author in &other.authors {
        if !hints.authors.contains(author) {
            hints.authors.push(author.clone());
        }
    }
    let listed = hints.listed.is_none() && other.listed.is_some();
    if listed {
        hints.listed.clone_from(&other.listed);
    }
    listed || hints.authors.len() > before
}

/// Where a page lies: its row and its host's, and those of the page that it is an alias of.
struct Place {
    id: i64,
    host: i64,
    alias: Option<(i64, i64)>,
}

/// Inserts the pages that are not known yet.
async fn insert(
    tx: &mut Tx,
    wanted: &BTreeMap<&str, NewPage>,
    touched: &mut Touched,
) -> Result<HashMap<String, Place>> {
    let mut rows = Rows::new(&[
        ("key", Column::Text),
        ("url", Column::Text),
        ("host", Column::Text),
        ("origin", Column::Text),
        ("kind", Column::Text),
        ("rank", Column::Int),
        ("due_at", Column::Time),
        ("depth", Column::Int),
        ("hints", Column::Text),
        ("mixed", Column::Bool),
    ]);
    for (key, page) in wanted {
        let rank = if page.kind == PageKind::Robots { ROBOTS } else { NEVER_VISITED };
        rows.push(args![
            *key,
            page.url.as_str(),
            page.url.host_key().0,
            page.url.origin().0,
            page.kind.as_str(),
            rank,
            page.due_at,
            page.depth,
            super::json(&page.hints)?,
            page.mixed
        ]);
    }
    let sql = "INSERT INTO pages (key, url, host_id, origin, kind, rank, active, due_at, depth, hints, mixed)
               SELECT r.key, r.url, h.id, r.origin, r.kind, r.rank, TRUE, r.due_at, r.depth, r.hints, r.mixed
               FROM {rows} JOIN hosts h ON h.host = r.host
               WHERE NOT EXISTS (SELECT 1 FROM pages p WHERE p.key = r.key) ORDER BY r.key
               ON CONFLICT (key) DO NOTHING RETURNING id, key, host_id";
    let mut places = HashMap::new();
    for row in tx.rows_each(sql, args![], rows).await? {
        let place = Place { id: row.int("id")?, host: row.int("host_id")?, alias: None };
        touched.touch(place.host);
        places.insert(row.text("key")?, place);
    }
    Ok(places)
}

/// Brings the pages that are known already up to what is wanted. A list that did not change writes nothing.
async fn renew(
    tx: &mut Tx,
    wanted: &BTreeMap<&str, NewPage>,
    new: &HashMap<String, Place>,
    touched: &mut Touched,
) -> Result<HashMap<String, Place>> {
    let keys = wanted.keys().filter(|key| !new.contains_key(**key)).map(|key| (*key).to_owned());
    let sql = "SELECT p.id, p.key, p.host_id, p.active, p.depth, p.due_at, p.hints, p.alias_of,
                   a.host_id AS alias_host
               FROM pages p LEFT JOIN pages a ON a.id = p.alias_of
               WHERE p.key IN (SELECT r.text FROM {rows})";
    let mut places = HashMap::new();
    let mut rows = Rows::new(&[
        ("id", Column::Int),
        ("depth", Column::Int),
        ("again_at", Column::Time),
        ("hints", Column::Text),
    ]);
    for row in tx.rows_each(sql, args![], Rows::texts(keys)).await? {
        let key = row.text("key")?;
        let place = Place {
            id: row.int("id")?,
            host: row.int("host_id")?,
            alias: row.opt_int("alias_of")?.zip(row.opt_int("alias_host")?),
        };
        if let Some(page) = wanted.get(key.as_str()) {
            let mut hints: Hints = row.json("hints")?;
            let sooner = page.again && row.opt_time("due_at")?.is_none_or(|due| due > page.due_at);
            let more = say_more(&mut hints, &page.hints);
            if more || sooner || !row.bool("active")? || row.small("depth")? > page.depth {
                let again_at = page.again.then_some(page.due_at);
                rows.push(args![place.id, page.depth, again_at, super::json(&hints)?]);
                touched.touch(place.host);
            }
        }
        places.insert(key, place);
    }
    let sql = "UPDATE pages SET active = TRUE, depth = {least}(pages.depth, r.depth), hints = r.hints,
                   due_at = CASE WHEN r.again_at IS NULL THEN pages.due_at
                            ELSE {least}(coalesce(pages.due_at, r.again_at), r.again_at) END
               FROM {rows} WHERE pages.id = r.id";
    tx.run_each(sql, args![], rows).await?;
    Ok(places)
}

/// A page belongs to the sources that list it; where it is an alias, so does what it stands for.
async fn add_sources(tx: &mut Tx, wanted: &[NewPage], places: &HashMap<String, Place>) -> Result<()> {
    let (mut of_pages, mut of_hosts) = (BTreeSet::new(), BTreeSet::new());
    for page in wanted {
        let (Some(source), Some(place)) = (page.source, places.get(page.key.as_str())) else { continue };
        for (page, host) in [(place.id, place.host)].into_iter().chain(place.alias) {
            of_pages.insert((page, source.0));
            of_hosts.insert((source.0, host));
        }
    }
    let pairs = |pairs: BTreeSet<(i64, i64)>| {
        let mut rows = Rows::new(&[("a", Column::Int), ("b", Column::Int)]);
        pairs.into_iter().for_each(|(a, b)| rows.push(args![a, b]));
        rows
    };
    let sql = "INSERT INTO page_sources (page_id, source_id) SELECT r.a, r.b FROM {rows} WHERE TRUE
               ON CONFLICT (page_id, source_id) DO NOTHING";
    tx.run_each(sql, args![], pairs(of_pages)).await?;
    let sql = "INSERT INTO source_hosts (source_id, host_id) SELECT r.a, r.b FROM {rows} WHERE TRUE
               ON CONFLICT (source_id, host_id) DO NOTHING";
    tx.run_each(sql, args![], pairs(of_hosts)).await.map(drop)
}

/// Pages that redirect become aliases of their targets.
async fn redirect(
    tx: &mut Tx,
    wanted: &[NewPage],
    places: &HashMap<String, Place>,
    touched: &mut Touched,
) -> Result<()> {
    for page in wanted {
        let (Some(from), Some(target)) = (page.redirected_from, places.get(page.key.as_str())) else {
            continue;
        };
        if from.0 == target.id {
            continue;
        }
        // A target that was itself an alias (the site turned a redirect round) is content again, due at once.
        let sql = "UPDATE pages SET
                       redirects = {greatest}(redirects, 1 + (SELECT f.redirects FROM pages f WHERE f.id = $2)),
                       due_at = CASE WHEN alias_of IS NULL THEN due_at ELSE coalesce(due_at, $3) END,
                       alias_of = NULL
                   WHERE id = $1";
        tx.run(sql, args![target.id, from.0, page.due_at]).await?;
        touched.touch(target.host);
        // The head of a list has moved: that is where the list begins now.
        tx.run("UPDATE sources SET page_id = $1 WHERE page_id = $2", args![target.id, from.0]).await?;
        alias(tx, from.0, target.id).await?;
    }
    Ok(())
}

/// `page` stands for `target` from now on (or for what that stands for), and so does all that stood for `page`;
/// sources go along. Two pages that name each other stay as they are: the first word counts.
pub(super) async fn alias(tx: &mut Tx, page: i64, target: i64) -> Result<()> {
    let rows = tx.rows("SELECT coalesce(alias_of, id) AS id FROM pages WHERE id = $1", args![target]).await?;
    let Some(target) = rows.first() else { return Ok(()) };
    let target = target.int("id")?;
    if page == target {
        return Ok(());
    }
    let sql = "UPDATE pages SET alias_of = $2 WHERE id = $1 OR alias_of = $1";
    tx.run(sql, args![page, target]).await?;
    let sql = "INSERT INTO page_sources (page_id, source_id)
               SELECT p.id, s.source_id FROM page_sources s JOIN pages p ON p.id = $2 WHERE s.page_id = $1
               ON CONFLICT (page_id, source_id) DO NOTHING";
    tx.run(sql, args![page, target]).await?;
    let sql = "INSERT INTO source_hosts (source_id, host_id)
               SELECT s.source_id, p.host_id FROM page_sources s JOIN pages p ON p.id = $2 WHERE s.page_id = $1
               ON CONFLICT (source_id, host_id) DO NOTHING";
    tx.run(sql, args![page, target]).await.map(drop)
}

/// A line of the timeline.
pub(super) struct Visit {
    pub(super) id: Uuid,
    pub(super) page: i64,
    pub(super) disposition: Disposition,
    pub(super) code: String,
    pub(super) detail: String,
    pub(super) status: Option<u16>,
    pub(super) started_at: Time,
    pub(super) ended_at: Time,
    pub(super) bytes: u64,
    pub(super) reparse: bool,
}

/// Writes visits that are not in the timeline yet; returns their ids.
pub(super) async fn insert_visits(tx: &mut Tx, visits: Vec<Visit>) -> Result<HashSet<Uuid>> {
    let mut rows = Rows::new(&[
        ("id", Column::Uuid),
        ("page", Column::Int),
        ("disposition", Column::Text),
        ("code", Column::Text),
        ("detail", Column::Text),
        ("status", Column::Int),
        ("started_at", Column::Time),
        ("ended_at", Column::Time),
        ("bytes", Column::Int),
        ("reparse", Column::Bool),
    ]);
    for v in visits {
        rows.push(args![
            v.id,
            v.page,
            v.disposition.as_str(),
            v.code,
            v.detail,
            v.status,
            v.started_at,
            v.ended_at,
            v.bytes,
            v.reparse
        ]);
    }
    let sql = "INSERT INTO page_visits
                   (id, page_id, disposition, code, detail, status, started_at, ended_at, bytes, reparse)
               SELECT r.id, r.page, r.disposition, r.code, r.detail, r.status, r.started_at, r.ended_at, r.bytes,
                   r.reparse
               FROM {rows} WHERE TRUE ON CONFLICT (id) DO NOTHING RETURNING id";
    tx.rows_each(sql, args![], rows).await?.iter().map(|row| row.uuid("id")).collect()
}
