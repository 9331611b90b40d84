//! One event, one call: each stored visit is counted and logged here and nowhere else.

use model::Cause;
use store::VisitCommit;

pub(crate) fn visit(commit: &VisitCommit, url: &str) {
    let visit = &commit.visit;
    let disposition = visit.disposition.as_str();
    let cause = match visit.cause {
        Cause::Visit => "visit",
        Cause::Reparse { .. } => "reparse",
        Cause::Rebuild => "rebuild",
    };
    metrics::counter!("byline_visits_total", "disposition" => disposition, "code" => visit.code.clone(), "cause" => cause)
        .increment(1);
    if let Some(article) = commit.article.as_ref().filter(|a| !a.in_place) {
        metrics::counter!("byline_article_versions_total", "reason" => article.reason.as_str()).increment(1);
    }
    for source in commit.sources.iter().filter_map(|s| s.alarm) {
        metrics::counter!("byline_source_alarms_total", "alarm" => source.as_str()).increment(1);
    }
    tracing::info!(
        visit.id = %visit.id,
        page.id = %visit.page,
        page.url = url,
        disposition,
        code = visit.code,
        cause,
        status = visit.status,
        bytes = visit.bytes,
        elapsed_ms = (visit.ended_at - visit.started_at).num_milliseconds(),
        works = commit.works.len(),
        discovered = commit.discovered.len(),
        "visit"
    );
}
