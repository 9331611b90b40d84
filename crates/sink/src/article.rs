//! The article of a page: whether there is one to store, and whether it is new, changed or read differently.

use crate::{decide::Findings, reading::Given, refine::refine, simhash};
use model::{Article, Cause, Disposition, Outcome, PageKind, Parsed};
use serde_json::json;
use store::{ArticleChange, NewEvent, VersionReason, VisitContext};

/// Characters of text from which a page that a listing names as a work, and the parser takes for something
/// else, is stored as an article all the same.
const SUBSTANTIAL: usize = 400;

/// The article to store, its gaps filled from the listing; none where the page has none.
pub(crate) fn of_page(context: &VisitContext, given: &Given, parsed: &Parsed) -> Option<Article> {
    let hints = &given.fetched.grant.hints;
    let mut article = parsed.article.clone()?;
    if article.blocks.is_empty() {
        return None;
    }
    let accepted = match (context.listings.is_empty(), parsed.kind.value) {
        (true, PageKind::Article) => true,
        // Being listed is evidence, where the title agrees.
        (true, _) => hints.listed.as_ref().is_some_and(|listed| {
            article.title.as_ref().is_some_and(|t| titles_agree(&t.value, &listed.title))
                && article.text().chars().count() >= SUBSTANTIAL
        }),
        // A followed address that is itself an article with a list beside it. A biography is none.
        (false, PageKind::Article) => article.published.is_some() || lists_itself(parsed, &article),
        (false, _) => false,
    };
    if !accepted {
        return None;
    }
    refine(&mut article, hints, given.fetched.started_at);
    Some(article)
}

fn lists_itself(parsed: &Parsed, article: &Article) -> bool {
    let (Some(listing), Some(title)) = (&parsed.listing, &article.title) else { return false };
    listing.works.iter().any(|w| titles_agree(&w.title, &title.value))
}

/// Equal but for case, punctuation and spacing, or one the begin of the other (a cut title, a site's name).
pub(crate) fn titles_agree(a: &str, b: &str) -> bool {
    let bare =
        |s: &str| s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (a, b) = (bare(a), bare(b));
    let shorter = a.chars().count().min(b.chars().count());
    a == b && shorter > 0 || shorter >= 6 && (a.starts_with(&b) || b.starts_with(&a))
}

/// Adds to `findings` what becomes of the article; returns whether there is a new version.
pub(crate) fn decide(
    context: &VisitContext,
    given: &Given,
    article: Article,
    findings: &mut Findings,
) -> bool {
    let fetched = &given.fetched;
    let (Outcome::Captured { capture, .. }, crate::Reading::Page { parser_version, rules_hash, .. }) =
        (&fetched.outcome, &given.reading)
    else {
        return false;
    };
    let captured_at = fetched.started_at;
    let hash = article.content_hash();
    if let Some(current) = &context.article {
        if captured_at < current.captured_at {
            findings.end(Disposition::Unchanged, "older-capture");
            return false;
        }
        if hash == current.content_hash {
            findings.end(Disposition::Unchanged, "same-content");
            return false;
        }
    } else if let Some((page, Some(theirs))) = &context.canonical
        && *page != context.page.id
        && theirs.content_hash == hash
    {
        findings.alias_of = Some(*page);
        findings.end(Disposition::Unchanged, "alias");
        return false;
    }
    let reason = match (&context.article, fetched.cause) {
        (None, _) => VersionReason::First,
        (Some(_), Cause::Reparse { .. }) => VersionReason::Reparsed,
        // Another parser may read the same page differently: that must not pass for the author's change.
        (Some(current), Cause::Visit)
            if current.parser_version != *parser_version || current.rules_hash != *rules_hash =>
        {
            VersionReason::Reparsed
        }
        (Some(_), Cause::Visit) => VersionReason::Changed,
    };
    let event = match reason {
        VersionReason::First => Some("article.stored"),
        VersionReason::Changed => Some("article.changed"),
        VersionReason::Reparsed => None,
    };
    findings.events.extend(event.map(|kind| NewEvent {
        kind: kind.to_owned(),
        subject: context.page.url.to_string(),
        at: fetched.ended_at,
        data: json!({
            "page": context.page.id,
            "url": context.page.url,
            "title": article.title.as_ref().map(|t| &t.value),
            "authors": article.authors.iter().map(|a| &a.value.name).collect::<Vec<_>>(),
            "published": article.published.as_ref().map(|p| p.value.to_string()),
            "content_hash": hash,
        }),
    }));
    findings.end(Disposition::Stored, reason.as_str());
    findings.article = Some(ArticleChange {
        id: context.article.as_ref().map(|a| a.id),
        simhash: simhash(&article.text()),
        article,
        content_hash: hash,
        capture: capture.clone(),
        captured_at,
        parser_version: *parser_version,
        rules_hash: rules_hash.clone(),
        reason,
    });
    true
}

#[cfg(test)]
mod tests;
