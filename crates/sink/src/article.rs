//! The article of a page: whether there is one to store, and whether it is new, changed or read differently.

use crate::{decide::Findings, reading::Given, refine::refine};
use model::{Article, Cause, Disposition, Hints, Outcome, PageId, PageKind, PageUrl, Parsed};
use serde_json::json;
use store::{ArticleChange, NewEvent, NewPage, VersionReason, VisitContext};

/// Characters of text from which a page that a listing names as a work, and the parser takes for something
/// else, is stored as an article all the same. A note of two lines needs a date or a signature instead.
const SUBSTANTIAL: usize = 400;

/// Characters of text that two pages of a host do not share by chance, title, authors and day being the same.
const TELLING: usize = 100;

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
        (true, kind) => hints.listed.as_ref().is_some_and(|listed| {
            article.title.as_ref().is_some_and(|t| titles_agree(&t.value, &listed.title))
                && (article.text().chars().count() >= SUBSTANTIAL
                    || kind == PageKind::Other
                        && (article.published.is_some() || !article.authors.is_empty()))
        }),
        // A followed address that is itself an article with a list beside it. A biography is none.
        (false, PageKind::Article) => article.published.is_some() || lists_itself(parsed, &article),
        (false, _) => false,
    };
    if !accepted {
        return None;
    }
    // A followed page says by itself whose it is.
    let profile = parsed.listing.as_ref().and_then(|l| l.author.as_ref()).and_then(|a| a.name.as_ref());
    match profile.filter(|_| !context.listings.is_empty()) {
        Some(name) => {
            let hints = Hints { authors: vec![name.value.clone()], ..hints.clone() };
            refine(&mut article, &hints, given.fetched.started_at);
        }
        None => refine(&mut article, hints, given.fetched.started_at),
    }
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

/// Adds to `findings` what becomes of the article; returns whether the page shows another content than before.
/// Content that is the same, read by another parser or with other rules, may have other fields: these are written
/// into the current version.
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
    let current = context.article.as_ref();
    if current.is_some_and(|c| captured_at < c.captured_at) {
        findings.end(Disposition::Unchanged, "older-capture");
        return false;
    }
    if let Some(current) = current.filter(|c| c.content_hash == hash) {
        findings.end(Disposition::Unchanged, "same-content");
        let read_otherwise = current.parser_version != *parser_version || current.rules_hash != *rules_hash;
        if context.page.alias_of.is_none() && read_otherwise {
            findings.article = Some(ArticleChange {
                id: Some(current.id),
                simhash: store::simhash(&article.text()),
                article,
                content_hash: hash,
                capture: capture.clone(),
                captured_at: current.captured_at,
                parser_version: *parser_version,
                rules_hash: rules_hash.clone(),
                reason: VersionReason::Reparsed,
                in_place: true,
            });
        }
        return false;
    }
    // A page that showed another's article shows something else: an edit, which that page has as well, or an
    // article of its own, which a second look confirms.
    let alias = context.page.alias_of.as_ref();
    if let Some((_, target)) = alias
        && (context.page.unchanged > 0 || matches!(fetched.cause, Cause::Reparse { .. }))
    {
        findings.discovered.push(look_again_at(target, context, given));
        findings.end(Disposition::Unchanged, "alias-differs");
        return true;
    }
    let own = current.filter(|_| alias.is_none());
    if own.is_none()
        && let Some(page) = same_elsewhere(context, &article, &hash)
    {
        findings.alias_of = Some(page);
        findings.end(Disposition::Unchanged, "alias");
        return false;
    }
    let reason = match (own, fetched.cause) {
        (None, _) => VersionReason::First,
        (Some(_), Cause::Reparse { .. }) => VersionReason::Reparsed,
        // Another parser may read the same page differently: that must not pass for the author's change.
        (Some(current), Cause::Visit | Cause::Rebuild)
            if current.parser_version != *parser_version || current.rules_hash != *rules_hash =>
        {
            VersionReason::Reparsed
        }
        (Some(_), Cause::Visit | Cause::Rebuild) => VersionReason::Changed,
    };
    let event = match reason {
        VersionReason::First => Some("article.stored"),
        VersionReason::Changed => Some("article.changed"),
        VersionReason::Reparsed | VersionReason::Completed => None,
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
        id: own.map(|a| a.id),
        simhash: store::simhash(&article.text()),
        article,
        content_hash: hash,
        capture: capture.clone(),
        captured_at,
        parser_version: *parser_version,
        rules_hash: rules_hash.clone(),
        reason,
        in_place: false,
    });
    true
}

fn look_again_at(target: &PageUrl, context: &VisitContext, given: &Given) -> NewPage {
    let again = matches!(given.fetched.cause, Cause::Visit);
    NewPage {
        url: target.clone(),
        key: target.key(),
        kind: PageKind::Article,
        due_at: given.fetched.ended_at,
        hints: given.fetched.grant.hints.clone(),
        source: None,
        depth: context.page.depth,
        redirected_from: None,
        part_of: None,
        again,
        mixed: false,
    }
}

/// The page that has this very article already: the address that the article calls its own, or another of the
/// same host. A short text says too little for the latter.
fn same_elsewhere(context: &VisitContext, article: &Article, hash: &str) -> Option<PageId> {
    let canonical = context
        .canonical
        .as_ref()
        .filter(|(_, theirs)| theirs.as_ref().is_some_and(|a| a.content_hash == hash));
    let twin = || context.twin.filter(|_| article.text().chars().count() >= TELLING);
    canonical.map(|(page, _)| *page).or_else(twin).filter(|page| *page != context.page.id)
}

#[cfg(test)]
mod tests;
