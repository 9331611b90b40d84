//! Articles in several parts: each part is a page of its own, and the article is that of the first.
//!
//! The article is stored with its first part at once, and each part that arrives completes that same version, so
//! that an article has one version when all its parts are there. Later parts are due when the first is visited,
//! and never by themselves: what one such round of visits brings is one version at most. A part that is unchanged
//! (304), gone or in trouble stays as it was read last.

mod join;

pub use join::join;

use crate::{article::titles_agree, decide::Findings, reading::Given};
use model::{Article, Cause, Disposition, Hints, Outcome, PageId, PageKey, PageKind, PageUrl, Parsed};
use serde_json::json;
use std::collections::HashSet;
use store::{
    ArticleChange, KnownPart, NewEvent, NewPage, NextPart, PartChange, PartContent, PartsState, Time,
    VersionReason, VisitContext,
};

/// Most parts of one article: an endless pager is no article.
pub const MOST_PARTS: u32 = 50;

/// The page is a further part of an article.
pub(crate) fn is_further(context: &VisitContext) -> bool {
    context.parts.as_ref().is_some_and(|p| p.number > 1)
}

/// The article has several parts, this page being one of them, or its next one being named here for the first
/// time.
pub(crate) fn concern(context: &VisitContext, given: &Given, parsed: &Parsed) -> bool {
    let begins = || context.page.alias_of.is_none() && next(context, given, parsed).is_some();
    context.parts.is_some() || begins()
}

/// The part's own article, where the page still is one: a text that does not bear another title.
pub(crate) fn of_page(context: &VisitContext, parsed: &Parsed) -> Option<Article> {
    let article = parsed.article.clone().filter(|a| !a.blocks.is_empty())?;
    let parts = context.parts.as_ref()?;
    let first = parts.known.iter().find(|p| p.number == 1)?.article.as_ref()?;
    let agree = match (&first.title, &article.title) {
        (Some(first), Some(own)) => {
            let (first, own) = (unnumbered(&first.value), unnumbered(&own.value));
            titles_agree(&first, &own)
        }
        _ => true,
    };
    (agree && parsed.kind.value != PageKind::Listing).then_some(article)
}

/// A title without the number of the part at its end: (2), - page 2, 第2页, _2.
fn unnumbered(title: &str) -> String {
    let lower = title.trim().trim_end_matches([')', '）', ']', '页', '頁']).trim_end();
    let cut = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    if cut.len() == lower.len() || cut.is_empty() {
        return title.to_owned();
    }
    let cut = cut.trim_end_matches(|c: char| !c.is_alphanumeric());
    let words = ["page", "part", "seite", "página", "第"];
    let cut = words.iter().find_map(|w| strip_end(cut, w)).unwrap_or(cut);
    let cut = cut.trim_end_matches(|c: char| !c.is_alphanumeric());
    if cut.is_empty() { title.to_owned() } else { cut.to_owned() }
}

fn strip_end<'t>(text: &'t str, end: &str) -> Option<&'t str> {
    let at = text.len().checked_sub(end.len())?;
    text.is_char_boundary(at)
        .then(|| text.split_at(at))
        .filter(|(_, t)| t.to_lowercase() == end)
        .map(|(t, _)| t)
}

/// The page after this one, where it may be a part: of this host, not seen on the way here, and known as nothing
/// else.
fn next(context: &VisitContext, given: &Given, parsed: &Parsed) -> Option<PageUrl> {
    let url = PageUrl::parse(parsed.next_part.as_deref()?).ok()?;
    let key = url.key();
    let own = context.parts.as_ref();
    let (head, number) = own.map_or((context.page.id, 1), |p| (p.head, p.number));
    let free = match context.next_part {
        NextPart::Free => true,
        NextPart::Of(other) => other == head,
        NextPart::Taken => false,
    };
    let earlier = || own.iter().flat_map(|p| &p.known).filter(|p| p.number <= number).any(|p| p.key == key);
    let here = url.host_key() == given.fetched.grant.url.host_key() && key != context.page.key;
    (free && here && number < MOST_PARTS && !earlier()).then_some(url)
}

/// Adds to `findings` what becomes of the article of which `own` is a part; returns whether it is another than
/// before.
pub(crate) fn decide(
    context: &VisitContext,
    given: &Given,
    parsed: &Parsed,
    own: Article,
    findings: &mut Findings,
) -> bool {
    let fetched = &given.fetched;
    let (Outcome::Captured { capture, .. }, crate::Reading::Page { parser_version, rules_hash, .. }) =
        (&fetched.outcome, &given.reading)
    else {
        return false;
    };
    let captured_at = fetched.started_at;
    let first = PartsState::of_first(&context.page);
    let state = context.parts.as_ref().unwrap_or(&first);
    let before = state.known.iter().find(|p| p.page == context.page.id);
    if before.and_then(|p| p.captured_at).is_some_and(|at| captured_at < at) {
        findings.end(Disposition::Unchanged, "older-capture");
        return false;
    }
    // The first part became an alias of another page, or has no article of its own: nothing to complete.
    let belongs = state.number == 1
        || context.article.is_some()
            && context.page.alias_of.as_ref().is_some_and(|(of, _)| *of == state.head);
    if !belongs {
        findings.end(Disposition::Unchanged, "part-of-alias");
        return false;
    }
    let next = next(context, given, parsed);
    let is_visit = !matches!(fetched.cause, Cause::Reparse { .. });
    if let Some(url) = &next {
        let known = state.known.iter().any(|p| p.key == url.key());
        let again = is_visit && (state.number == 1 || !known);
        findings.discovered.extend(wanted(context, given, state.head, url, state.number + 1, again));
    }
    if state.number == 1 && is_visit {
        visit_again(context, given, next.as_ref(), findings);
    }
    let read = KnownPart {
        page: context.page.id,
        key: context.page.key.clone(),
        url: context.page.url.clone(),
        number: state.number,
        next: next.as_ref().map(PageUrl::key),
        seen_at: Some(captured_at),
        captured_at: Some(captured_at),
        article: Some(own),
    };
    let article = joined(state, &read);
    findings.part = Some(PartChange {
        head: state.head,
        head_revision: state.head_revision,
        number: state.number,
        seen_at: captured_at.max(before.and_then(|p| p.seen_at).unwrap_or(captured_at)),
        content: Some(PartContent {
            next: read.next,
            captured_at,
            article: read.article.unwrap_or_default(),
        }),
    });
    if findings.read.is_some() || matches!(fetched.cause, Cause::Reparse { dry_run: true, .. }) {
        findings.read = Some(article.clone());
    }
    let hash = article.content_hash();
    let current = context.article.as_ref();
    let same = current.is_some_and(|c| c.content_hash == hash);
    if same {
        findings.end(Disposition::Unchanged, "same-content");
        if state.number > 1
            || current.is_some_and(|c| c.parser_version == *parser_version && c.rules_hash == *rules_hash)
        {
            return false;
        }
    }
    // A version that came to be in this round of visits, or that this very parser made: still being completed.
    let round = state.known.iter().find(|p| p.number == 1).and_then(|p| p.seen_at);
    let in_place = same
        || current.is_some_and(|c| match fetched.cause {
            Cause::Visit | Cause::Rebuild => {
                state.number > 1 && round.is_some_and(|began| c.captured_at >= began)
            }
            Cause::Reparse { .. } => c.parser_version == *parser_version && c.rules_hash == *rules_hash,
        });
    let reason = match (current, fetched.cause) {
        (None, _) => VersionReason::First,
        (Some(_), Cause::Reparse { .. }) => VersionReason::Reparsed,
        (Some(c), Cause::Visit | Cause::Rebuild)
            if c.parser_version != *parser_version || c.rules_hash != *rules_hash =>
        {
            VersionReason::Reparsed
        }
        // It was in trouble when the others were read.
        (Some(_), Cause::Visit | Cause::Rebuild)
            if state.number > 1 && before.is_none_or(|p| p.captured_at.is_none()) =>
        {
            VersionReason::Completed
        }
        (Some(_), Cause::Visit | Cause::Rebuild) => VersionReason::Changed,
    };
    let event = match reason {
        VersionReason::First => Some("article.stored"),
        VersionReason::Changed if !in_place => Some("article.changed"),
        VersionReason::Changed | VersionReason::Completed => Some("article.completed"),
        VersionReason::Reparsed => None,
    };
    if !same {
        let url = state.known.iter().find(|p| p.number == 1).map_or(&context.page.url, |p| &p.url);
        let at = fetched.ended_at;
        findings.events.extend(event.map(|kind| event_of(kind, state.head, url, &article, &hash, at)));
        findings.end(Disposition::Stored, if in_place { "part" } else { reason.as_str() });
    }
    findings.article = Some(ArticleChange {
        id: current.map(|c| c.id),
        simhash: store::simhash(&article.text()),
        article,
        content_hash: hash,
        capture: capture.clone(),
        captured_at: current.map_or(captured_at, |c| c.captured_at.max(captured_at)),
        parser_version: *parser_version,
        rules_hash: rules_hash.clone(),
        reason,
        in_place,
    });
    !same
}

/// An answer that there is nothing new.
pub(crate) fn unchanged(context: &VisitContext, given: &Given, findings: &mut Findings) {
    let Some(state) = &context.parts else { return };
    findings.part = Some(PartChange {
        head: state.head,
        head_revision: state.head_revision,
        number: state.number,
        seen_at: given.fetched.started_at,
        content: None,
    });
    if state.number == 1 {
        visit_again(context, given, None, findings);
    }
}

/// The further parts are due with the first. `found`: its next part as it names it now, wanted already.
fn visit_again(context: &VisitContext, given: &Given, found: Option<&PageUrl>, findings: &mut Findings) {
    let Some(state) = &context.parts else { return };
    for part in chain(&state.known).into_iter().filter(|p| p.number > 1) {
        if found.is_none_or(|f| f.key() != part.key) {
            findings.discovered.extend(wanted(context, given, state.head, &part.url, part.number, true));
        }
    }
}

/// A page to be visited as a part, through each source that the first belongs to.
fn wanted(
    context: &VisitContext,
    given: &Given,
    head: PageId,
    url: &PageUrl,
    number: u32,
    again: bool,
) -> Vec<NewPage> {
    let page = |source| NewPage {
        url: url.clone(),
        key: url.key(),
        kind: PageKind::Article,
        due_at: given.fetched.ended_at,
        hints: Hints { expected: PageKind::Article, ..given.fetched.grant.hints.clone() },
        source,
        depth: context.page.depth,
        redirected_from: None,
        part_of: Some((head, number)),
        mixed: false,
        again,
    };
    match context.page.sources.as_slice() {
        [] => vec![page(None)],
        sources => sources.iter().map(|s| page(Some(*s))).collect(),
    }
}

/// The article of all parts that follow each other from the first, `read` in place of what was known of its page.
fn joined(state: &PartsState, read: &KnownPart) -> Article {
    let mut known: Vec<KnownPart> = state.known.iter().filter(|p| p.page != read.page).cloned().collect();
    known.push(read.clone());
    let parts: Vec<&Article> = chain(&known).into_iter().filter_map(|p| p.article.as_ref()).collect();
    join(&parts)
}

/// From the first part to the next and the next, as far as they are known and none comes again.
fn chain(known: &[KnownPart]) -> Vec<&KnownPart> {
    let mut chain: Vec<&KnownPart> = Vec::new();
    let mut passed: HashSet<&PageKey> = HashSet::new();
    let mut at = known.iter().find(|p| p.number == 1);
    while let Some(part) = at.filter(|p| passed.insert(&p.key)) {
        chain.push(part);
        at = part.next.as_ref().and_then(|next| known.iter().find(|p| p.key == *next));
    }
    chain
}

fn event_of(kind: &str, page: PageId, url: &PageUrl, article: &Article, hash: &str, at: Time) -> NewEvent {
    NewEvent {
        kind: kind.to_owned(),
        subject: url.to_string(),
        at,
        data: json!({
            "page": page,
            "url": url,
            "title": article.title.as_ref().map(|t| &t.value),
            "authors": article.authors.iter().map(|a| &a.value.name).collect::<Vec<_>>(),
            "published": article.published.as_ref().map(|p| p.value.to_string()),
            "content_hash": hash,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_lose_the_number_of_their_part() {
        for title in
            ["A title (2)", "A title - page 2", "A title_2", "A title · Page 12", "A title", "A title（2）"]
        {
            assert_eq!(unnumbered(title), "A title", "{title}");
        }
        assert_eq!(unnumbered("中俄关系 第2页"), "中俄关系");
        assert_eq!(unnumbered("2046"), "2046");
    }
}
