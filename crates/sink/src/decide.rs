//! What one result means: from the page's known state and the result to everything that is to be stored.

use crate::{
    Policy, article, dry_run, host, listing,
    next_visit::{self, MAX_REDIRECTS, Next},
    parts,
    policy::DAY,
    reading::{Given, Reading},
    revisit::Observed,
    robots,
    trouble::{Retry, Trouble},
};
use chrono::TimeDelta;
use model::{
    Article, AuthorProfile, Cause, Disposition, Outcome, PageId, PageKind, PageUrl, Parsed, SourceId,
};
use store::{
    ArticleChange, CaptureRecord, DryRun, NewEvent, NewPage, PageChange, PartChange, RobotsRow, SourceChange,
    Time, VisitCommit, VisitContext, VisitRecord, WorkChange,
};

/// Decides one result. Depends on nothing but its arguments: decided twice, the same comes out.
pub fn decide(context: &VisitContext, given: &Given, policy: &Policy) -> VisitCommit {
    let findings = findings(context, given, policy);
    match given.fetched.cause {
        Cause::Visit => visit(context, given, findings, policy),
        Cause::Reparse { dry_run, .. } => reparse(context, given, findings, dry_run),
        Cause::Rebuild => rebuild(context, given, findings, policy),
    }
}

/// What a result holds, before it is known when the page is due next.
#[derive(Debug)]
pub(crate) struct Findings {
    pub disposition: Disposition,
    pub code: String,
    pub detail: String,
    pub article: Option<ArticleChange>,
    pub part: Option<PartChange>,
    pub alias_of: Option<PageId>,
    pub works: Vec<WorkChange>,
    pub profile: Option<(Vec<SourceId>, AuthorProfile)>,
    pub sources: Vec<SourceChange>,
    pub discovered: Vec<NewPage>,
    pub events: Vec<NewEvent>,
    pub robots: Option<RobotsRow>,
    /// The article as read, also where it is not stored: for a dry run, and for the list beside it.
    pub read: Option<Article>,
    pub next: Next,
}

impl Findings {
    fn new(disposition: Disposition, code: impl Into<String>, next: Next) -> Self {
        Self {
            disposition,
            code: code.into(),
            detail: String::new(),
            article: None,
            part: None,
            alias_of: None,
            works: Vec::new(),
            profile: None,
            sources: Vec::new(),
            discovered: Vec::new(),
            events: Vec::new(),
            robots: None,
            read: None,
            next,
        }
    }

    pub(crate) fn end(&mut self, disposition: Disposition, code: &str) {
        self.disposition = disposition;
        code.clone_into(&mut self.code);
    }

    fn trouble(trouble: Trouble) -> Self {
        Self::new(trouble.disposition, trouble.code, Next::Trouble(trouble.retry))
    }

    fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}

fn findings(context: &VisitContext, given: &Given, policy: &Policy) -> Findings {
    let fetched = &given.fetched;
    if context.page.kind == PageKind::Robots {
        let visit = robots::visit(context, fetched, &given.reading);
        let next = Next::Never { failed: visit.failed };
        let mut findings = Findings::new(visit.disposition, visit.code, next);
        findings.robots = Some(visit.row);
        if let Outcome::Failed { detail, .. } = &fetched.outcome {
            findings.detail.clone_from(detail);
        }
        return findings;
    }
    if let Reading::Failed { code, message } = &given.reading {
        let next = Next::Trouble(Retry::From(TimeDelta::days(1)));
        return Findings::new(Disposition::ParseFailed, code, next).with_detail(message);
    }
    match &fetched.outcome {
        Outcome::Captured { content_type, .. } => captured(context, given, content_type.as_deref(), policy),
        Outcome::NotModified { .. } => {
            let mut findings = Findings::new(Disposition::Unchanged, "not-modified", revisit(context, given));
            parts::unchanged(context, given, &mut findings);
            (findings.works, findings.events) = listing::confirm_missing(context, fetched.ended_at);
            findings
        }
        Outcome::Redirected { status, to } => redirected(context, given, *status, to),
        Outcome::Status { status, retry_after_s } => {
            Findings::trouble(Trouble::of_status(*status, *retry_after_s))
        }
        Outcome::Failed { fault, detail } => Findings::trouble(Trouble::of_fault(*fault)).with_detail(detail),
    }
}

fn captured(context: &VisitContext, given: &Given, content_type: Option<&str>, policy: &Policy) -> Findings {
    let parsed = match &given.reading {
        Reading::Page { parsed, .. } => parsed,
        Reading::None | Reading::Robots { .. } | Reading::Failed { .. } => {
            return Findings::new(Disposition::NothingFound, "not-parsed", revisit(context, given));
        }
    };
    let mut findings = Findings::new(Disposition::NothingFound, "", revisit(context, given));
    let older = context.page.captured_at.is_some_and(|at| given.fetched.started_at < at);
    let mut new_version = false;
    let further = parts::is_further(context);
    let article = match further {
        true => parts::of_page(context, parsed),
        false => article::of_page(context, given, parsed),
    };
    let dry_run = matches!(given.fetched.cause, Cause::Reparse { dry_run: true, .. });
    if dry_run || !context.listings.is_empty() {
        findings.read.clone_from(&article);
    }
    let has_article = article.is_some();
    let age_days = article.as_ref().and_then(|a| age_days(a, given.fetched.started_at));
    if let Some(article) = article {
        new_version = match parts::concern(context, given, parsed) {
            true => parts::decide(context, given, parsed, article, &mut findings),
            false => article::decide(context, given, article, &mut findings),
        };
    }
    let mut next = Observed { changed: new_version, age_days, ..observed(context, given) };
    if !context.listings.is_empty() && !older {
        let seen = listing::decide(context, given, parsed, policy, &mut findings);
        let first_visit = context.page.captured_at.is_none();
        if seen.container != model::Container::Missing && !new_version {
            let stored = first_visit || seen.changed;
            let code = if findings.works.is_empty() { "empty-list" } else { "list" };
            findings.end(if stored { Disposition::Stored } else { Disposition::Unchanged }, code);
        } else if !has_article {
            findings.end(Disposition::NothingFound, "no-list");
        }
        next.new_works = seen.new;
        next.daily_works = seen.daily_works;
    } else if !has_article {
        let code = if further { "not-a-part" } else { nothing_code(parsed, content_type) };
        findings.end(Disposition::NothingFound, code);
    }
    findings.detail = detail(parsed, content_type);
    if !further {
        findings.next = Next::Revisit(next);
    }
    findings
}

fn revisit(context: &VisitContext, given: &Given) -> Next {
    if parts::is_further(context) { Next::WithFirst } else { Next::Revisit(observed(context, given)) }
}

fn nothing_code(parsed: &Parsed, content_type: Option<&str>) -> &'static str {
    let html = content_type.is_none_or(|t| t.contains("html") || t.contains("xml") || t.contains("text"));
    match (html, parsed.kind.value) {
        (false, _) => "not-html",
        (true, PageKind::Listing | PageKind::Feed | PageKind::Sitemap) => "is-a-list",
        (true, _) => "no-article",
    }
}

/// What a reader of the timeline may want to know beside the code.
fn detail(parsed: &Parsed, content_type: Option<&str>) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !parsed.robots.is_empty() {
        parts.push(format!("robots: {}", parsed.robots.join(", ")));
    }
    if parsed.article.is_none() && parsed.listing.is_none() {
        parts.extend(content_type.map(str::to_owned));
    }
    parts.extend(parsed.notes.iter().cloned());
    parts.join("; ")
}

fn age_days(article: &Article, captured_at: Time) -> Option<f64> {
    let published = article.published.as_ref()?.value.earliest()?;
    Some((captured_at - published).num_seconds() as f64 / DAY as f64)
}

fn observed(context: &VisitContext, given: &Given) -> Observed {
    let last = context.page.last_visit_at.unwrap_or(given.fetched.started_at);
    Observed {
        previous_s: context.page.interval_s,
        elapsed_s: (given.fetched.started_at - last).num_seconds(),
        gap_ms: given.fetched.grant.gap_ms,
        ..Observed::default()
    }
}

fn redirected(context: &VisitContext, given: &Given, status: u16, to: &PageUrl) -> Findings {
    let page = &context.page;
    if to.key() == page.key {
        let next = Next::Moved(to.clone());
        return Findings::new(Disposition::Redirected, "moved", next).with_detail(to.as_str());
    }
    // What a part leads to is no part by that: the article stays as it was read last.
    if parts::is_further(context) {
        return Findings::new(Disposition::Redirected, "part-redirected", Next::WithFirst)
            .with_detail(to.as_str());
    }
    if page.redirects >= MAX_REDIRECTS {
        let next = Next::Trouble(Retry::From(TimeDelta::days(1)));
        return Findings::new(Disposition::Refused, "too-many-redirects", next).with_detail(to.as_str());
    }
    let next = Next::Redirect { permanent: matches!(status, 301 | 308) };
    let mut findings =
        Findings::new(Disposition::Redirected, format!("http-{status}"), next).with_detail(to.as_str());
    findings.discovered.push(NewPage {
        url: to.clone(),
        key: to.key(),
        kind: page.kind,
        due_at: given.fetched.ended_at,
        hints: given.fetched.grant.hints.clone(),
        source: None,
        depth: page.depth,
        redirected_from: Some(page.id),
        part_of: None,
        again: false,
        mixed: false,
    });
    findings
}

fn visit(context: &VisitContext, given: &Given, findings: Findings, policy: &Policy) -> VisitCommit {
    let fetched = &given.fetched;
    let page = next_visit::page_change(context, given, findings.disposition, &findings.next, policy);
    let host = host::change(context, fetched);
    let mut commit = commit(context, given, findings);
    commit.page = Some(page);
    commit.host = Some(host);
    commit
}

/// A reparse reads what is archived: neither host nor due time changes. What is known of a listing is kept as
/// the site last showed it, so an old capture adds nothing to it ([`findings`] sees to that).
fn reparse(context: &VisitContext, given: &Given, findings: Findings, dry: bool) -> VisitCommit {
    if !dry {
        let mut commit = commit(context, given, findings);
        commit.page = None;
        return commit;
    }
    // What an alias shows is another page's article, and that page tells what would become of it.
    let silent = findings.code == "older-capture" || context.page.alias_of.is_some();
    let mut changes = match (silent, &findings.article, &given.current, &findings.read) {
        (true, ..) => Vec::new(),
        (false, Some(_), now, Some(then)) => dry_run::differences(now.as_ref(), Some(then)),
        (false, None, Some(now), None) if context.listings.is_empty() => {
            dry_run::differences(Some(now), None)
        }
        (false, None, Some(now), Some(then)) => dry_run::differences(Some(now), Some(then)),
        (false, ..) => Vec::new(),
    };
    changes.extend(dry_run::works(context, &findings.works));
    let mut empty = Findings::new(findings.disposition, findings.code, findings.next);
    empty.detail = findings.detail;
    let mut commit = commit(context, given, empty);
    commit.capture = None;
    commit.dry_run = Some(DryRun { changes });
    commit
}

/// The visit as it was, into a database that does not know it. It is over: neither host nor lease is its business,
/// nobody is told again what was told then, and where newer visits are known the page's state is theirs.
fn rebuild(context: &VisitContext, given: &Given, mut findings: Findings, policy: &Policy) -> VisitCommit {
    let newer = context.page.last_visit_at.is_some_and(|at| at > given.fetched.ended_at);
    let page = next_visit::page_change(context, given, findings.disposition, &findings.next, policy);
    findings.events.clear();
    let mut commit = commit(context, given, findings);
    commit.page = (!newer).then_some(PageChange { release: false, ..page });
    commit
}

fn commit(context: &VisitContext, given: &Given, findings: Findings) -> VisitCommit {
    let fetched = &given.fetched;
    VisitCommit {
        visit: VisitRecord {
            id: fetched.grant.visit,
            page: context.page.id,
            cause: fetched.cause,
            disposition: findings.disposition,
            code: findings.code,
            detail: findings.detail.chars().take(300).collect(),
            status: status_of(&fetched.outcome),
            started_at: fetched.started_at,
            ended_at: fetched.ended_at,
            bytes: fetched.bytes,
        },
        revision: context.page.revision,
        page: None,
        host: None,
        robots: findings.robots,
        capture: capture_record(given),
        article: findings.article,
        part: findings.part,
        works: findings.works,
        profile: findings.profile,
        sources: findings.sources,
        discovered: findings.discovered,
        alias_of: findings.alias_of,
        events: findings.events,
        dry_run: None,
    }
}

fn status_of(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Captured { status, .. }
        | Outcome::Redirected { status, .. }
        | Outcome::Status { status, .. } => Some(*status),
        Outcome::NotModified { .. } => Some(304),
        Outcome::Failed { .. } => None,
    }
}

fn capture_record(given: &Given) -> Option<CaptureRecord> {
    let Outcome::Captured { status, capture, content_type, .. } = &given.fetched.outcome else { return None };
    let (parser_version, rules_hash) = match &given.reading {
        Reading::Page { parser_version, rules_hash, .. } => (Some(*parser_version), Some(rules_hash.clone())),
        _ => (None, None),
    };
    Some(CaptureRecord {
        at: capture.clone(),
        captured_at: given.fetched.started_at,
        content_type: content_type.clone(),
        status: *status,
        hints: given.fetched.grant.hints.clone(),
        parser_version,
        rules_hash,
    })
}

#[cfg(test)]
pub(crate) mod tests;
