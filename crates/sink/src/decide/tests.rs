use super::*;
use chrono::TimeDelta;
use model::{
    Block, CaptureId, CaptureRef, Container, Evidence, Fault, Fetched, Field, Grant, Hints, Listed, Listing,
    Person, Validators, VisitId, Work,
};
use proptest::prelude::*;
use store::{CurrentArticle, HostState, ListingState, PageState};

pub(crate) const URL: &str = "https://a.example/page";

pub(crate) fn now() -> Time {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(crate) fn context(kind: PageKind) -> VisitContext {
    let url =
        PageUrl::parse(if kind == PageKind::Robots { "https://a.example/robots.txt" } else { URL }).unwrap();
    VisitContext {
        applied: false,
        page: PageState {
            id: PageId(1),
            revision: 7,
            key: url.key(),
            kind,
            depth: u32::from(kind == PageKind::Article),
            lease: None,
            interval_s: None,
            failures: 0,
            unchanged: 0,
            validators: Validators::default(),
            last_visit_at: None,
            captured_at: None,
            sources: Vec::new(),
            redirects: 0,
            alias_of: None,
            mixed: false,
            url: url.clone(),
        },
        host: HostState {
            host: url.host_key(),
            in_flight: 1,
            next_at: now(),
            gap_ms: None,
            failures: 0,
            open_until: None,
        },
        article: None,
        canonical: None,
        twin: None,
        parts: None,
        next_part: store::NextPart::Free,
        listings: Vec::new(),
    }
}

/// The first page of a source, with no works known.
pub(crate) fn listing_context() -> VisitContext {
    let mut context = context(PageKind::Listing);
    context.page.sources = vec![SourceId(1)];
    context.listings = vec![ListingState {
        source: SourceId(1),
        pages: 1,
        alarm: None,
        is_first_page: true,
        home: PageUrl::parse(URL).unwrap(),
        sitemaps: Vec::new(),
        ignore_nofollow: false,
        works: Vec::new(),
    }];
    context
}

pub(crate) fn captured() -> Outcome {
    let id = CaptureId::new();
    Outcome::Captured {
        status: 200,
        capture: CaptureRef { id, key: format!("2026/11/23/{id}.warc.gz"), length: 1000, digest: "d".into() },
        validators: Validators { etag: Some("\"1\"".into()), last_modified: None },
        content_type: Some("text/html".into()),
    }
}

pub(crate) fn fetched(outcome: Outcome) -> Fetched {
    Fetched {
        grant: Grant {
            visit: VisitId::new(),
            page: PageId(1),
            url: PageUrl::parse(URL).unwrap(),
            granted_at: now(),
            lease_until: now() + TimeDelta::minutes(5),
            gap_ms: 2000,
            validators: Validators::default(),
            hints: Hints { expected: PageKind::Article, authors: Vec::new(), listed: None },
            origin: model::Provenance::default(),
        },
        cause: Cause::Visit,
        started_at: now(),
        ended_at: now() + TimeDelta::seconds(1),
        bytes: 1000,
        address: None,
        hops: Vec::new(),
        outcome,
    }
}

pub(crate) fn given(outcome: Outcome, reading: Reading) -> Given {
    Given { fetched: fetched(outcome), reading, current: None }
}

pub(crate) fn page(kind: PageKind, article: Option<Article>, listing: Option<Listing>) -> Given {
    let mut parsed = Parsed::other("UTF-8", Evidence::Visible);
    parsed.kind.value = kind;
    parsed.article = article;
    parsed.listing = listing;
    let reading = Reading::Page { parsed: Box::new(parsed), parser_version: 1, rules_hash: String::new() };
    given(captured(), reading)
}

pub(crate) fn article(title: &str, text: &str) -> Article {
    Article {
        title: Some(Field::new(title.to_owned(), Evidence::Heading)),
        blocks: vec![Block::Paragraph { text: text.into() }],
        ..Article::default()
    }
}

pub(crate) fn works(paths: &[&str]) -> Listing {
    Listing {
        works: paths.iter().map(|p| work(p)).collect(),
        container: Container::Found,
        ..Listing::default()
    }
}

pub(crate) fn work(path: &str) -> Work {
    Work {
        title: format!("Title of {path}"),
        url: Some(format!("https://a.example/{path}")),
        date: None,
        authors: Vec::new(),
        source: None,
        summary: None,
        modified: None,
        evidence: Evidence::Visible,
    }
}

pub(crate) fn run(context: &VisitContext, given: &Given) -> VisitCommit {
    decide(context, given, &Policy::default())
}

fn due_in(commit: &VisitCommit) -> TimeDelta {
    commit.page.as_ref().unwrap().due_at.unwrap() - commit.visit.ended_at
}

#[test]
fn a_first_article_is_stored_and_told() {
    let commit = run(&context(PageKind::Article), &page(PageKind::Article, Some(article("T", "text")), None));
    assert_eq!((commit.visit.disposition, commit.visit.code.as_str()), (Disposition::Stored, "first"));
    assert_eq!(commit.events[0].kind, "article.stored");
    assert_eq!(commit.article.unwrap().captured_at, now());
    let change = commit.page.unwrap();
    assert!(change.release && change.failures == 0 && change.captured_at == Some(now()));
    assert_eq!(change.validators.etag.as_deref(), Some("\"1\""));
}

#[test]
fn not_modified_costs_nothing_and_lengthens_the_interval() {
    let mut context = context(PageKind::Article);
    context.page.interval_s = Some(10 * DAY);
    context.page.failures = 3;
    context.page.validators.etag = Some("\"0\"".into());
    let commit =
        run(&context, &given(Outcome::NotModified { validators: Validators::default() }, Reading::None));
    assert_eq!((commit.visit.disposition, commit.visit.status), (Disposition::Unchanged, Some(304)));
    let change = commit.page.unwrap();
    assert_eq!((change.interval_s, change.failures, change.unchanged), (Some(20 * DAY), 0, 1));
    assert_eq!(change.validators.etag.as_deref(), Some("\"0\""));
    assert!(commit.capture.is_none() && commit.article.is_none());
}

#[test]
fn a_redirect_makes_a_page_with_everything_inherited() {
    let to = PageUrl::parse("https://b.example/new").unwrap();
    let mut given = given(Outcome::Redirected { status: 301, to: to.clone() }, Reading::None);
    given.fetched.grant.hints.listed = Some(Listed { title: "T".into(), ..Listed::default() });
    let commit = run(&context(PageKind::Article), &given);
    assert_eq!(commit.visit.disposition, Disposition::Redirected);
    let new = &commit.discovered[0];
    assert_eq!((&new.url, new.redirected_from, new.kind), (&to, Some(PageId(1)), PageKind::Article));
    assert_eq!(new.hints, given.fetched.grant.hints);
    assert!(due_in(&commit) > TimeDelta::days(50), "the old address is looked at again, seldom");
}

#[test]
fn another_spelling_of_the_same_page_is_the_same_page() {
    let to = PageUrl::parse("https://www.a.example/page/").unwrap();
    let given = given(Outcome::Redirected { status: 301, to: to.clone() }, Reading::None);
    let commit = run(&context(PageKind::Article), &given);
    assert!(commit.discovered.is_empty());
    let change = commit.page.clone().unwrap();
    assert_eq!((change.url, change.failures), (Some(to), 1));
    assert_eq!(due_in(&commit), TimeDelta::zero());
    let mut context = context(PageKind::Article);
    context.page.failures = 9;
    assert_eq!(due_in(&run(&context, &given)), TimeDelta::days(1));
}

#[test]
fn redirects_end_after_ten() {
    let mut context = context(PageKind::Article);
    context.page.redirects = 10;
    let to = PageUrl::parse("https://b.example/new").unwrap();
    let commit = run(&context, &given(Outcome::Redirected { status: 302, to }, Reading::None));
    assert_eq!(
        (commit.visit.disposition, commit.visit.code.as_str()),
        (Disposition::Refused, "too-many-redirects")
    );
    assert!(commit.discovered.is_empty());
}

#[test]
fn trouble_is_tried_again_later_each_time() {
    let mut context = context(PageKind::Article);
    let given = given(Outcome::Failed { fault: Fault::Reset, detail: "x".into() }, Reading::None);
    let commit = run(&context, &given);
    assert_eq!((commit.visit.disposition, commit.visit.code.as_str()), (Disposition::Unreachable, "reset"));
    assert!((5..=6).contains(&due_in(&commit).num_seconds()));
    context.page.failures = 3;
    let commit = run(&context, &given);
    assert!((40..=48).contains(&due_in(&commit).num_seconds()));
    assert_eq!(commit.page.unwrap().failures, 4);
}

#[test]
fn a_failed_parse_is_told_and_not_given_up() {
    let reading = Reading::Failed { code: "deadline".into(), message: "10 s".into() };
    let commit = run(&context(PageKind::Article), &given(captured(), reading));
    assert_eq!(
        (commit.visit.disposition, commit.visit.code.as_str()),
        (Disposition::ParseFailed, "deadline")
    );
    assert!(due_in(&commit) >= TimeDelta::days(1));
    assert!(commit.capture.is_some(), "the bytes are there for a better parser");
}

#[test]
fn a_page_without_an_article_is_no_failure() {
    for (kind, code) in [(PageKind::Other, "no-article"), (PageKind::Listing, "is-a-list")] {
        let commit = run(&context(PageKind::Article), &page(kind, None, None));
        assert_eq!((commit.visit.disposition, commit.visit.code.as_str()), (Disposition::NothingFound, code));
        assert!(due_in(&commit) >= TimeDelta::days(1) && commit.article.is_none());
    }
    let mut pdf = page(PageKind::Other, None, None);
    if let Outcome::Captured { content_type, .. } = &mut pdf.fetched.outcome {
        *content_type = Some("application/pdf".into());
    }
    let commit = run(&context(PageKind::Article), &pdf);
    assert_eq!((commit.visit.code.as_str(), commit.visit.detail.as_str()), ("not-html", "application/pdf"));
}

#[test]
fn robots_txt_is_kept_with_its_host_and_visited_when_wanted() {
    let given = given(captured(), Reading::Robots { text: "user-agent: *".into() });
    let commit = run(&context(PageKind::Robots), &given);
    assert_eq!(commit.robots.unwrap().origin.as_str(), "https://a.example");
    assert_eq!(commit.page.unwrap().due_at, None);
}

#[test]
fn a_further_page_of_a_list_is_walked_again_seldom() {
    let mut context = listing_context();
    context.page.depth = 1;
    context.listings[0].is_first_page = false;
    let commit = run(&context, &page(PageKind::Listing, None, Some(works(&["1", "2"]))));
    assert!(due_in(&commit) > TimeDelta::days(50));
}

fn reparse(given: &mut Given, dry_run: bool) {
    given.fetched.cause = Cause::Reparse { job: model::JobId(1), dry_run };
}

fn current(article: &Article, parser_version: u32) -> CurrentArticle {
    CurrentArticle {
        id: model::ArticleId(3),
        version: 1,
        content_hash: article.content_hash(),
        captured_at: now(),
        parser_version,
        rules_hash: String::new(),
    }
}

#[test]
fn a_reparse_touches_neither_host_nor_schedule() {
    let mut context = context(PageKind::Article);
    context.article = Some(current(&article("Old", "text"), 0));
    let mut given = page(PageKind::Article, Some(article("New", "text")), None);
    reparse(&mut given, false);
    let commit = run(&context, &given);
    assert!(commit.page.is_none() && commit.host.is_none());
    let change = commit.article.unwrap();
    assert_eq!((change.reason, change.id), (store::VersionReason::Reparsed, Some(model::ArticleId(3))));
    assert!(commit.events.is_empty(), "the author changed nothing");
    assert_eq!(commit.capture.unwrap().parser_version, Some(1));
}

#[test]
fn a_dry_run_writes_differences_only() {
    let mut context = context(PageKind::Article);
    let old = article("Old", "text");
    context.article = Some(current(&old, 0));
    let mut given = page(PageKind::Article, Some(article("New", "text")), None);
    given.current = Some(old);
    reparse(&mut given, true);
    let commit = run(&context, &given);
    assert_eq!(commit.dry_run.unwrap().changes, [("title".into(), "Old".into(), "New".into())]);
    assert!(commit.article.is_none() && commit.capture.is_none() && commit.works.is_empty());
}

/// Its article is another page's, whose text is the same and whose captions are not.
#[test]
fn a_dry_run_tells_nothing_of_an_alias() {
    let mut context = context(PageKind::Article);
    let theirs = article("Title", "text");
    context.page.alias_of = Some((PageId(2), PageUrl::parse("https://a.example/2").unwrap()));
    context.article = Some(current(&theirs, 1));
    let mut own = theirs.clone();
    let caption = Some("Another caption".into());
    own.blocks.push(Block::Figure { src: None, alt: String::new(), caption });
    let mut given = page(PageKind::Article, Some(own), None);
    given.current = Some(theirs);
    reparse(&mut given, true);
    assert_eq!(run(&context, &given).dry_run.unwrap().changes, []);
}

#[test]
fn an_old_capture_changes_nothing_in_a_reparse() {
    let mut context = context(PageKind::Article);
    context.article =
        Some(CurrentArticle { captured_at: now() + TimeDelta::days(1), ..current(&article("T", "x"), 0) });
    let mut given = page(PageKind::Article, Some(article("Other", "y")), None);
    for dry_run in [false, true] {
        reparse(&mut given, dry_run);
        let commit = run(&context, &given);
        assert_eq!(
            (commit.visit.disposition, commit.visit.code.as_str()),
            (Disposition::Unchanged, "older-capture")
        );
        assert!(commit.article.is_none() && commit.dry_run.is_none_or(|d| d.changes.is_empty()));
    }
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    let fault = prop::sample::select(vec![
        Fault::Dns,
        Fault::Connect,
        Fault::Tls,
        Fault::Reset,
        Fault::TotalTimeout,
        Fault::BodyTooLarge,
        Fault::RedirectLoop,
        Fault::Protocol,
    ]);
    prop_oneof![
        Just(captured()),
        Just(Outcome::NotModified { validators: Validators::default() }),
        (300_u16..309, 0..3_u8).prop_map(|(status, n)| Outcome::Redirected {
            status,
            to: PageUrl::parse(&format!("https://b.example/{n}")).unwrap(),
        }),
        (400_u16..600, prop::option::of(any::<u64>()))
            .prop_map(|(status, retry_after_s)| Outcome::Status { status, retry_after_s }),
        fault.prop_map(|fault| Outcome::Failed { fault, detail: String::new() }),
    ]
}

proptest! {
    /// Whatever came, the page gets a disposition and a time at which it is visited again.
    #[test]
    fn no_page_is_given_up(
        outcome in outcomes(), failures in 0_u32..2000, interval in prop::option::of(0..90 * DAY), listing: bool,
        kind in prop::sample::select(vec![PageKind::Article, PageKind::Listing, PageKind::Other]), text in "[a-z ]{0,40}",
    ) {
        let mut context = if listing { listing_context() } else { context(PageKind::Article) };
        context.page.failures = failures;
        context.page.interval_s = interval;
        let mut given = page(kind, Some(article("T", &text)), Some(works(&["1", "2"])));
        given.fetched.outcome = outcome;
        let commit = run(&context, &given);
        let due = due_in(&commit);
        prop_assert!(due >= TimeDelta::zero() && due <= TimeDelta::days(67));
        prop_assert!(!commit.visit.code.is_empty());
        prop_assert_eq!(commit.page.unwrap().failures > 0, commit.visit.disposition.is_failure());
        prop_assert!(commit.host.unwrap().wait >= TimeDelta::milliseconds(2000));
    }

    /// Decided twice, the same comes out: a message may come twice.
    #[test]
    fn decisions_depend_on_their_arguments_only(outcome in outcomes(), failures in 0_u32..9) {
        let mut context = context(PageKind::Article);
        context.page.failures = failures;
        let given = given(outcome, Reading::None);
        prop_assert_eq!(format!("{:?}", run(&context, &given)), format!("{:?}", run(&context, &given)));
    }
}

#[test]
fn the_listed_author_is_kept_with_the_article() {
    let mut given = page(PageKind::Article, Some(article("T", "text")), None);
    given.fetched.grant.hints.authors = vec!["李新".into()];
    let stored = run(&context(PageKind::Article), &given).article.unwrap();
    assert_eq!(stored.article.authors, [Field::new(Person::named("李新"), Evidence::Listing)]);
}
