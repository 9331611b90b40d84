//! `byline archive verify`: is every capture there and whole?

use super::Context;
use crate::{
    cli::{ArchiveCommand, VerifyArgs},
    engine::open,
    exit::Ran,
    output::{Gauge, Table, bytes, count, plural},
};
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use model::{ArchiveError, CaptureId, CaptureRef};
use serde::Serialize;
use std::collections::HashMap;
use store::{CaptureArchive, CaptureFilter, DynStore, Page, archive::Checked};

/// Captures read at once: hides the latency of storage over a network.
const AT_ONCE: usize = 16;

/// Captures compared with the database in one statement.
const CHUNK: usize = 500;

/// Rows of the table; JSON lines have no limit.
const SHOWN: usize = 200;

/// What is younger may still be under way.
const SETTLED: TimeDelta = TimeDelta::hours(1);

pub(super) async fn run(cx: &Context, command: &ArchiveCommand) -> Result<Ran> {
    match command {
        ArchiveCommand::Verify(args) => verify(cx, args).await,
    }
}

/// What can be wrong with a capture, and what a crash leaves behind without harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// Torn, or changed since it was written.
    Damaged,
    /// The storage does not hand it out.
    Unreadable,
    /// The database knows it with another digest or length.
    Differs,
    /// The database knows it, the archive has nothing.
    Missing,
    /// Whole, and the database does not know it: a fetcher ended before its message was taken. Harmless.
    Orphan,
    /// A write that never ended, or a parse result that no sink has taken; never read. Harmless.
    Unfinished,
}

impl Kind {
    fn is_wrong(self) -> bool {
        !matches!(self, Self::Orphan | Self::Unfinished)
    }
}

#[derive(Debug, Serialize)]
struct Finding {
    finding: Kind,
    key: String,
    detail: String,
}

#[derive(Debug, Default, Serialize)]
struct Sums {
    checked: u64,
    bytes: u64,
    damaged: u64,
    unreadable: u64,
    differs: u64,
    missing: u64,
    orphans: u64,
    unfinished: u64,
    /// Whether the database was compared with.
    database: bool,
}

async fn verify(cx: &Context, args: &VerifyArgs) -> Result<Ran> {
    let archive = open::archive(&cx.config)?;
    let store = match args.alone || !open::has_database(&cx.config) {
        true => None,
        false => Some(cx.store().await?),
    };
    let mut report = Report { cx, sums: Sums::default(), rows: Vec::new(), more: 0 };
    report.sums.database = store.is_some();
    check_files(&mut report, &archive, store.as_ref()).await?;
    if let Some(store) = &store {
        check_rows(&mut report, &archive, store).await?;
    }
    for left in archive.leftovers().await? {
        if left.at + SETTLED < cx.now() {
            let detail =
                format!("{}, last written {}", bytes(left.length), left.at.format("%Y-%m-%d %H:%M UTC"));
            report.add(Kind::Unfinished, left.key, detail)?;
        }
    }
    report.end()
}

/// From the archive's side: what lies there, is it whole, and is it known?
async fn check_files(
    report: &mut Report<'_>,
    archive: &CaptureArchive,
    store: Option<&DynStore>,
) -> Result<()> {
    let total = match store {
        Some(store) => store.counts(report.cx.now()).await?.captures,
        None => 0,
    };
    let mut gauge = Gauge::start(&report.cx.out, total);
    let checks = archive.check_all(AT_ONCE).ready_chunks(CHUNK);
    let mut checks = std::pin::pin!(checks);
    while let Some(chunk) = checks.next().await {
        let chunk: Vec<Checked> = chunk.into_iter().collect::<Result<_, ArchiveError>>()?;
        let known = match store {
            Some(store) => Some(known(store, &chunk).await?),
            None => None,
        };
        for Checked { key, result } in chunk {
            report.sums.checked += 1;
            match result {
                Ok(found) => {
                    report.sums.bytes += found.length;
                    if let Some(known) = &known {
                        compare(report, &found, known.get(&found.id))?;
                    }
                }
                Err(error @ ArchiveError::Unavailable(_)) => {
                    report.add(Kind::Unreadable, key, error.to_string())?;
                }
                // Gone between listing and reading: the database's side tells whether it should be there.
                Err(ArchiveError::Missing(_)) => {}
                Err(ArchiveError::Damaged { detail, .. }) => report.add(Kind::Damaged, key, detail)?,
            }
        }
        gauge.show(report.sums.checked, total.max(report.sums.checked), "");
    }
    gauge.end();
    Ok(())
}

async fn known(store: &DynStore, chunk: &[Checked]) -> Result<HashMap<CaptureId, CaptureRef>> {
    let ids: Vec<CaptureId> = chunk.iter().filter_map(|c| Some(c.result.as_ref().ok()?.id)).collect();
    Ok(store.known_captures(&ids).await?.into_iter().map(|at| (at.id, at)).collect())
}

fn compare(report: &mut Report<'_>, found: &CaptureRef, known: Option<&CaptureRef>) -> Result<()> {
    match known {
        Some(known) if known == found => Ok(()),
        Some(known) => {
            let detail = format!(
                "digest {} and {} bytes; the database has {} and {} under {}",
                found.digest, found.length, known.digest, known.length, known.key
            );
            report.add(Kind::Differs, found.key.clone(), detail)
        }
        None if made_at(found.id).is_some_and(|at| at + SETTLED >= report.cx.now()) => Ok(()),
        None => {
            report.add(Kind::Orphan, found.key.clone(), "whole, but the database does not know it".to_owned())
        }
    }
}

/// UUIDv7 begins with its time (RFC 9562 §5.7).
fn made_at(id: CaptureId) -> Option<DateTime<Utc>> {
    let (s, ns) = id.0.get_timestamp()?.to_unix();
    DateTime::from_timestamp(s.try_into().ok()?, ns)
}

/// From the database's side: is all there that it knows of?
async fn check_rows(report: &mut Report<'_>, archive: &CaptureArchive, store: &DynStore) -> Result<()> {
    let mut after = None;
    loop {
        let page = Page { offset: 0, limit: CHUNK as u64 };
        let rows = store.captures(&CaptureFilter { after, page, ..CaptureFilter::default() }).await?;
        let Some(last) = rows.last().map(|row| row.at.id.to_string()) else { return Ok(()) };
        let asked = rows.into_iter().map(|row| async move {
            let there = archive.has(&row.at).await;
            there.map(|there| (row, there))
        });
        let answers: Vec<_> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        for (row, _) in answers.into_iter().filter(|(_, there)| !there) {
            report.add(Kind::Missing, row.at.key, format!("{} of {}", row.url, row.captured_at))?;
        }
        after = Some(last);
    }
}

struct Report<'a> {
    cx: &'a Context,
    sums: Sums,
    rows: Vec<Finding>,
    /// Findings beyond those that are shown.
    more: u64,
}

impl Report<'_> {
    fn add(&mut self, finding: Kind, key: String, detail: String) -> Result<()> {
        let sums = &mut self.sums;
        *match finding {
            Kind::Damaged => &mut sums.damaged,
            Kind::Unreadable => &mut sums.unreadable,
            Kind::Differs => &mut sums.differs,
            Kind::Missing => &mut sums.missing,
            Kind::Orphan => &mut sums.orphans,
            Kind::Unfinished => &mut sums.unfinished,
        } += 1;
        let row = Finding { finding, key, detail };
        if self.cx.out.json {
            self.cx.out.json_line(&row)?;
        } else if self.rows.len() < SHOWN {
            self.rows.push(row);
        } else {
            self.more += 1;
        }
        Ok(())
    }

    fn end(self) -> Result<Ran> {
        let Self { cx, sums, rows, more } = self;
        let wrong = sums.damaged + sums.unreadable + sums.differs + sums.missing;
        let ran = if wrong == 0 { Ran::Well } else { Ran::SomeFailed };
        if cx.out.json {
            cx.out.json_line(&sums)?;
            return Ok(ran);
        }
        let harm = |kind: Kind| if kind.is_wrong() { "wrong" } else { "harmless" };
        if !rows.is_empty() {
            let mut table = Table::new(["finding", "", "capture", "detail"]);
            for row in rows {
                let name = format!("{:?}", row.finding).to_lowercase();
                table.row([name, harm(row.finding).to_owned(), row.key, row.detail]);
            }
            cx.out.table(&table)?;
            if more > 0 {
                cx.out.line(&format!("... and {}; --json lists all", plural(more, "more", "more")))?;
            }
            cx.out.line("")?;
        }
        let base = if sums.database { "" } else { " (no database to compare with)" };
        cx.out.line(&format!(
            "{} read back, {}{base}: {} wrong ({} damaged, {} unreadable, {} different, {} missing); {} and {}",
            plural(sums.checked, "capture", "captures"),
            bytes(sums.bytes),
            count(wrong),
            count(sums.damaged),
            count(sums.unreadable),
            count(sums.differs),
            count(sums.missing),
            plural(sums.orphans, "orphan", "orphans"),
            plural(sums.unfinished, "unfinished write", "unfinished writes"),
        ))?;
        Ok(ran)
    }
}
