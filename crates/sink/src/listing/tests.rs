use super::*;
use crate::decide::tests::{article, context as page_context, listing_context, now, page, run, work, works};
use chrono::TimeDelta;
use model::{Disposition, Outcome, PageId, Validators, listing::FeedLink};
use store::{KnownWork, NewPage, VisitCommit};

fn known(path: &str, position: u32) -> KnownWork {
    let url = PageUrl::parse(&format!("https://a.example/{path}")).unwrap();
    KnownWork {
        key: work_key(Some(&url), ""),
        title: format!("Title of {path}"),
        seen_on: PageId(1),
        position,
        last_seen_at: now() - TimeDelta::days(1),
        missed: 0,
        removed_at: None,
    }
}

/// The first page, visited before, with these works on it.
fn visited(paths: &[&str]) -> VisitContext {
    let mut context = listing_context();
    context.page.last_visit_at = Some(now() - TimeDelta::days(1));
    context.page.captured_at = context.page.last_visit_at;
    context.listings[0].works = paths.iter().zip(0..).map(|(p, n)| known(p, n)).collect();
    context
}

fn see(context: &VisitContext, listing: Listing) -> VisitCommit {
    run(context, &page(PageKind::Listing, None, Some(listing)))
}

fn missed(commit: &VisitCommit) -> Vec<(&str, u32, bool)> {
    let mut missed: Vec<_> = commit
        .works
        .iter()
        .filter_map(|w| match w.state {
            WorkState::Missed { missed, removed_at } => Some((w.key.as_str(), missed, removed_at.is_some())),
            WorkState::Listed { .. } => None,
        })
        .collect();
    missed.sort_unstable();
    missed
}

fn events(commit: &VisitCommit) -> Vec<&str> {
    commit.events.iter().map(|e| e.kind.as_str()).collect()
}

fn found(commit: &VisitCommit, kind: PageKind) -> Vec<&NewPage> {
    commit.discovered.iter().filter(|p| p.kind == kind).collect()
}

fn with_next(paths: &[&str], next: &[&str]) -> Listing {
    let next_pages = next.iter().map(|n| format!("https://a.example/{n}")).collect();
    Listing { next_pages, ..works(paths) }
}

#[test]
fn new_works_are_listed_told_and_followed() {
    let commit = see(&listing_context(), works(&["1", "2"]));
    assert_eq!((commit.visit.disposition, commit.visit.code.as_str()), (Disposition::Stored, "list"));
    assert_eq!(events(&commit), ["work.listed", "work.listed"]);
    let pages = found(&commit, PageKind::Article);
    assert_eq!(
        pages.iter().map(|p| p.url.as_str()).collect::<Vec<_>>(),
        ["https://a.example/1", "https://a.example/2"]
    );
    assert!(pages.iter().all(|p| p.due_at == commit.visit.ended_at && p.depth == 1 && !p.again));
    assert_eq!(pages[0].hints.listed.as_ref().unwrap().title, "Title of 1");
}

#[test]
fn a_work_without_a_link_is_a_work() {
    let mut listing = works(&["1"]);
    listing.works.push(Work { url: None, ..work("2") });
    let commit = see(&listing_context(), listing);
    assert_eq!(commit.works[1].key, "title:Title of 2");
    assert_eq!(commit.discovered.len(), 1);
}

#[test]
fn an_entry_that_stands_twice_is_one_work() {
    let commit = see(&listing_context(), works(&["1", "2", "1"]));
    assert_eq!(commit.works.len(), 2);
}

#[test]
fn known_works_are_not_followed_again() {
    let commit = see(&visited(&["1", "2"]), works(&["1", "2"]));
    assert_eq!(commit.visit.disposition, Disposition::Unchanged);
    assert!(commit.discovered.is_empty() && commit.events.is_empty());
    assert_eq!(commit.works.len(), 2, "they were seen");
}

#[test]
fn a_new_title_is_passed_on_to_the_page() {
    let mut listing = works(&["1"]);
    listing.works[0].title = "Renamed".into();
    let commit = see(&visited(&["1"]), listing);
    assert_eq!(commit.discovered[0].hints.listed.as_ref().unwrap().title, "Renamed");
    assert_eq!(commit.visit.disposition, Disposition::Stored);
}

#[test]
fn removal_takes_two_agreeing_visits() {
    let mut context = visited(&["1", "2", "3"]);
    let commit = see(&context, works(&["1", "3"]));
    assert_eq!(missed(&commit), [("a.example/2", 1, false)]);
    assert!(events(&commit).is_empty());
    context.listings[0].works[1].missed = 1;
    let commit = see(&context, works(&["1", "3"]));
    assert_eq!(missed(&commit), [("a.example/2", 2, true)]);
    assert_eq!(events(&commit), ["work.removed"]);
}

#[test]
fn an_unchanged_page_agrees_with_what_was_missed() {
    let mut context = visited(&["1", "2", "3"]);
    context.listings[0].works[1].missed = 1;
    let mut given = page(PageKind::Listing, None, None);
    given.fetched.outcome = Outcome::NotModified { validators: Validators::default() };
    given.reading = crate::Reading::None;
    let commit = run(&context, &given);
    assert_eq!(missed(&commit), [("a.example/2", 2, true)]);
    assert_eq!(events(&commit), ["work.removed"]);
}

#[test]
fn a_work_that_comes_back_is_told() {
    let mut context = visited(&["1", "2"]);
    context.listings[0].works[1].removed_at = Some(now());
    let commit = see(&context, works(&["1", "2"]));
    assert_eq!(events(&commit), ["work.returned"]);
    assert_eq!(commit.discovered.len(), 1);
}

#[test]
fn a_work_pushed_to_the_next_page_is_not_missed() {
    let commit = see(&visited(&["1", "2", "3"]), with_next(&["0", "1", "2"], &["p2"]));
    assert!(missed(&commit).is_empty());
    // But one from the middle is.
    let commit = see(&visited(&["1", "2", "3"]), with_next(&["0", "1", "3"], &["p2"]));
    assert_eq!(missed(&commit), [("a.example/2", 1, false)]);
}

#[test]
fn the_last_of_a_page_is_missed_where_the_next_page_moved_up() {
    let mut context = visited(&["1", "2", "3"]);
    context.listings[0].works.push(KnownWork { seen_on: PageId(2), ..known("4", 0) });
    let commit = see(&context, with_next(&["1", "2", "4"], &["p2"]));
    assert_eq!(missed(&commit), [("a.example/3", 1, false)]);
}

#[test]
fn on_a_further_page_the_first_may_have_moved_up() {
    let mut context = visited(&["4", "5", "6"]);
    context.page.depth = 1;
    context.listings[0].is_first_page = false;
    assert!(missed(&see(&context, works(&["5", "6"]))).is_empty());
    assert_eq!(missed(&see(&context, works(&["4", "6"]))), [("a.example/5", 1, false)]);
}

#[test]
fn a_broken_or_empty_list_raises_an_alarm_and_removes_nothing() {
    let mut context = visited(&["1", "2"]);
    for (listing, alarm) in [
        (Listing::default(), SourceAlarm::ContainerMissing),
        (Listing { container: Container::Empty, ..Listing::default() }, SourceAlarm::WentEmpty),
        (works(&[]), SourceAlarm::WentEmpty),
    ] {
        context.listings[0].alarm = None;
        let commit = see(&context, listing.clone());
        assert_eq!(commit.sources[0].alarm, Some(alarm));
        assert_eq!(events(&commit), ["source.alarm"]);
        assert!(commit.works.is_empty());
        // It is told once.
        context.listings[0].alarm = Some(alarm);
        assert!(events(&see(&context, listing)).is_empty());
    }
    let commit = see(&context, works(&["1", "2"]));
    assert_eq!(commit.sources[0].alarm, None, "and cleared when the works are back");
}

#[test]
fn a_missing_list_is_found_out() {
    let commit = see(&listing_context(), Listing::default());
    assert_eq!(
        (commit.visit.disposition, commit.visit.code.as_str()),
        (Disposition::NothingFound, "no-list")
    );
    assert_eq!(commit.sources[0].alarm, None, "it never had works");
    let commit = see(&listing_context(), Listing { container: Container::Empty, ..Listing::default() });
    assert_eq!((commit.visit.disposition, commit.visit.code.as_str()), (Disposition::Stored, "empty-list"));
}

#[test]
fn further_pages_are_walked_at_first() {
    let commit = see(&listing_context(), with_next(&["1", "2"], &["p2", "p3"]));
    let pages = found(&commit, PageKind::Listing);
    assert_eq!(pages.len(), 2);
    assert!(pages.iter().all(|p| !p.again && p.depth == 1));
}

#[test]
fn and_again_only_when_more_is_new_than_a_page_holds() {
    let again =
        |commit: &VisitCommit| found(commit, PageKind::Listing).iter().map(|p| p.again).collect::<Vec<_>>();
    let commit = see(&visited(&["1", "2"]), with_next(&["0", "1"], &["p2", "p3"]));
    assert_eq!(again(&commit), [false, false]);
    let commit = see(&visited(&["1", "2"]), with_next(&["3", "4"], &["p2", "p3"]));
    assert_eq!(again(&commit), [true, false]);
}

#[test]
fn a_further_page_that_repeats_others_leads_nowhere() {
    let mut context = listing_context();
    context.page.depth = 3;
    context.listings[0].is_first_page = false;
    context.listings[0].works = vec![KnownWork { seen_on: PageId(2), ..known("1", 0) }];
    assert!(found(&see(&context, with_next(&["1"], &["p9"])), PageKind::Listing).is_empty());
    assert!(found(&see(&context, with_next(&[], &["p9"])), PageKind::Listing).is_empty());
    assert_eq!(found(&see(&context, with_next(&["1", "2"], &["p9"])), PageKind::Listing).len(), 1);
}

#[test]
fn another_address_of_the_first_page_takes_no_work_from_it() {
    let mut context = listing_context();
    context.page.depth = 2;
    context.listings[0].is_first_page = false;
    context.listings[0].works =
        ["1", "2"].iter().zip(5..).map(|(p, n)| KnownWork { seen_on: PageId(2), ..known(p, n) }).collect();
    let commit = see(&context, works(&["1", "2"]));
    assert!(commit.works.iter().all(|w| w.seen_on == PageId(2)));
    assert!(matches!(commit.works[0].state, WorkState::Listed { position: 5, .. }));
}

#[test]
fn lists_without_end_are_ended() {
    let mut context = listing_context();
    context.listings[0].pages = Policy::default().max_list_pages;
    assert!(found(&see(&context, with_next(&["1"], &["p2"])), PageKind::Listing).is_empty());
    context.listings[0].pages = 1;
    context.page.depth = Policy::default().max_depth;
    assert!(found(&see(&context, with_next(&["1"], &["p2"])), PageKind::Listing).is_empty());
}

#[test]
fn further_pages_are_on_the_same_site_and_works_may_be_elsewhere() {
    let mut listing = works(&["1"]);
    listing.works[0].url = Some("https://b.example/x".into());
    listing.next_pages = vec!["https://b.example/p2".into(), "https://a.example/page#2".into()];
    let commit = see(&listing_context(), listing);
    assert_eq!(commit.discovered.iter().map(|p| p.url.as_str()).collect::<Vec<_>>(), ["https://b.example/x"]);
}

#[test]
fn the_authors_own_feeds_are_read_beside_the_page() {
    let feed = |path: &str, author_only| FeedLink { url: format!("https://a.example/{path}"), author_only };
    let listing = Listing { feeds: vec![feed("all", false), feed("own", true)], ..works(&["1"]) };
    let commit = see(&listing_context(), listing);
    let feeds = found(&commit, PageKind::Feed);
    assert_eq!(feeds.iter().map(|p| p.url.as_str()).collect::<Vec<_>>(), ["https://a.example/own"]);
    assert!(feeds[0].due_at > commit.visit.ended_at, "after the list was walked");
}

#[test]
fn a_feed_shows_the_newest_only_and_moves_no_work() {
    let mut context = visited(&["1", "2"]);
    context.page.kind = PageKind::Feed;
    context.page.depth = 1;
    context.listings[0].is_first_page = false;
    context.listings[0].works[0].seen_on = PageId(9);
    let commit = run(&context, &page(PageKind::Feed, None, Some(works(&["0", "1"]))));
    assert!(missed(&commit).is_empty());
    assert_eq!(commit.works[1].seen_on, PageId(9));
    assert_eq!(commit.works[0].seen_on, PageId(1));
}

#[test]
fn nofollow_is_honoured_unless_the_operator_says_otherwise() {
    let mut given = page(PageKind::Listing, None, Some(with_next(&["1"], &["p2"])));
    if let crate::Reading::Page { parsed, .. } = &mut given.reading {
        parsed.robots = vec!["nofollow".into()];
    }
    let commit = run(&listing_context(), &given);
    assert!(commit.discovered.is_empty());
    assert_eq!((commit.works.len(), commit.visit.detail.as_str()), (1, "robots: nofollow"));
    let mut ignoring = listing_context();
    ignoring.listings[0].ignore_nofollow = true;
    assert_eq!(run(&ignoring, &given).discovered.len(), 2);
}

#[test]
fn of_a_whole_sites_feed_only_the_authors_entries_are_taken() {
    let mut context = visited(&["1"]);
    context.page.kind = PageKind::Feed;
    context.page.depth = 1;
    context.page.mixed = true;
    context.listings[0].is_first_page = false;
    context.listings[0].home = PageUrl::parse("https://a.example/li-xin/").unwrap();
    let by = |path: &str, name: &str| Work { authors: vec![name.into()], ..work(path) };
    let listing = Listing {
        works: vec![
            by("2", "Li Xin"),
            by("3", "Li Xinyi"),
            work("4"),
            work("1"),
            work("li-xin/5"),
            by("6", "li xin"),
        ],
        ..works(&[])
    };
    let mut given = page(PageKind::Feed, None, Some(listing));
    given.fetched.grant.hints.authors = vec!["Li Xin".into()];
    let commit = run(&context, &given);
    let keys: Vec<&str> = commit.works.iter().map(|w| w.key.as_str()).collect();
    assert_eq!(keys, ["a.example/2", "a.example/1", "a.example/li-xin/5", "a.example/6"]);
    assert_eq!(commit.discovered.len(), 3);
    assert!(missed(&commit).is_empty());
}

#[test]
fn of_a_whole_sites_sitemap_changed_works_are_read_again_and_few_parts_followed() {
    let mut context = visited(&["1", "2"]);
    context.page.kind = PageKind::Sitemap;
    context.page.depth = 1;
    context.page.mixed = true;
    context.listings[0].is_first_page = false;
    context.listings[0].home = PageUrl::parse("https://a.example/li-xin/").unwrap();
    let modified =
        |path: &str, at: &str| Work { title: String::new(), modified: at.parse().ok(), ..work(path) };
    let listing = Listing {
        works: vec![
            modified("1", "2026-11-23T08:00:00Z"),
            modified("2", "2026-01-01T00:00:00Z"),
            modified("of-others", "2026-11-23T08:00:00Z"),
            modified("li-xin/new", "2026-11-23T08:00:00Z"),
        ],
        sitemaps: (0..40)
            .map(|n| format!("https://a.example/part-{n}.xml"))
            .chain(["https://a.example/li-xin/part.xml".to_owned(), "https://b.example/x.xml".to_owned()])
            .collect(),
        ..works(&[])
    };
    let commit = run(&context, &page(PageKind::Sitemap, None, Some(listing)));
    let pages: Vec<(&str, bool)> =
        found(&commit, PageKind::Article).iter().map(|p| (p.url.as_str(), p.again)).collect();
    assert_eq!(pages, [("https://a.example/1", true), ("https://a.example/li-xin/new", true)]);
    assert_eq!(commit.works.len(), 1, "what is known keeps its title");
    assert!(commit.discovered.iter().all(|p| p.hints.listed.is_none()));
    let parts: Vec<&str> = found(&commit, PageKind::Sitemap).iter().map(|p| p.url.as_str()).collect();
    assert_eq!(
        parts,
        ["https://a.example/li-xin/part.xml", "https://a.example/part-0.xml", "https://a.example/part-1.xml"]
    );
}

#[test]
fn sitemaps_of_robots_txt_are_followed_beside_the_first_page_only() {
    let mut context = listing_context();
    context.listings[0].sitemaps = vec!["https://a.example/sitemap.xml".to_owned()];
    let commit = see(&context, works(&["1"]));
    let sitemaps = found(&commit, PageKind::Sitemap);
    assert_eq!(
        sitemaps.iter().map(|p| (p.url.as_str(), p.mixed)).collect::<Vec<_>>(),
        [("https://a.example/sitemap.xml", true)]
    );
    assert!(sitemaps[0].due_at > commit.visit.ended_at, "after the list was walked");
}

#[test]
fn the_pages_own_name_goes_with_its_works() {
    let mut listing = works(&["1"]);
    listing.author = Some(model::AuthorProfile {
        name: Some(model::Field::new("李新".to_owned(), model::Evidence::Heading)),
        ..model::AuthorProfile::default()
    });
    let commit = see(&listing_context(), listing);
    assert_eq!(commit.discovered[0].hints.authors, ["李新"]);
    assert_eq!(commit.profile.unwrap().0, [listing_context().listings[0].source]);
}

#[test]
fn the_list_beside_an_article_that_nobody_follows_is_not_read() {
    let given = page(PageKind::Article, Some(article("T", "text")), Some(works(&["1", "2"])));
    let commit = run(&page_context(PageKind::Article), &given);
    assert!(commit.works.is_empty() && commit.discovered.is_empty() && commit.article.is_some());
}

#[test]
fn an_old_capture_of_a_list_adds_nothing() {
    let mut given = page(PageKind::Listing, None, Some(works(&["1", "2"])));
    given.fetched.cause = Cause::Reparse { job: model::JobId(1), dry_run: false };
    given.fetched.started_at = now() - TimeDelta::days(9);
    assert!(run(&visited(&["1"]), &given).works.is_empty());
    // A newer capture than the one that is current for the list: what is missing there is no news of the site.
    given.fetched.started_at = now();
    let commit = run(&visited(&["1", "3"]), &given);
    assert_eq!(commit.works.len(), 2);
    assert!(missed(&commit).is_empty());
}

#[test]
fn what_an_older_parser_took_for_a_work_goes_with_a_reparse() {
    let context = visited(&["1", "menu", "2"]);
    let mut given = page(PageKind::Listing, None, Some(works(&["1", "2"])));
    given.fetched.cause = Cause::Reparse { job: model::JobId(1), dry_run: false };
    given.fetched.started_at = context.page.captured_at.unwrap();
    let commit = run(&context, &given);
    assert_eq!(missed(&commit), [("a.example/menu", 2, true)]);
    assert!(commit.events.is_empty(), "the site removed nothing");
    let mut dry = given;
    dry.fetched.cause = Cause::Reparse { job: model::JobId(1), dry_run: true };
    let changes = run(&context, &dry).dry_run.unwrap().changes;
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].0.as_str(), changes[0].1.lines().count(), changes[0].2.lines().count()),
        ("works", 3, 2)
    );
}

#[test]
fn a_work_that_its_feed_calls_changed_is_read_again() {
    let mut context = visited(&["1", "2", "3"]);
    context.page.kind = PageKind::Feed;
    let mut listing = works(&["1", "2", "3"]);
    listing.works[0].modified = Some("2026-11-23T09:00:00Z".parse().unwrap());
    listing.works[1].modified = Some("2026-11-20T09:00:00Z".parse().unwrap());
    listing.works[2].modified = Some("2026-11-23".parse().unwrap());
    let commit = run(&context, &page(PageKind::Feed, None, Some(listing)));
    let again: Vec<_> = commit.discovered.iter().map(|p| (p.url.as_str(), p.again)).collect();
    assert_eq!(again, [("https://a.example/1", true)]);
}

mod any_list {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn paths() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[a-l]", 0..14)
    }

    fn known_works() -> impl Strategy<Value = Vec<KnownWork>> {
        prop::collection::btree_map("[a-l]", (1_i64..4, 0_u32..3, any::<bool>()), 0..12).prop_map(|works| {
            let work =
                |((path, (page, missed, removed)), place): ((String, (i64, u32, bool)), u32)| KnownWork {
                    seen_on: PageId(page),
                    missed,
                    removed_at: removed.then(now),
                    ..known(&path, place)
                };
            works.into_iter().zip(0..).map(work).collect()
        })
    }

    fn containers() -> impl Strategy<Value = Container> {
        prop::sample::select(vec![Container::Found, Container::Empty, Container::Missing])
    }

    proptest! {
        #[test]
        fn is_judged_soberly(
            shown in paths(), next in paths(), works_known in known_works(), container in containers(),
            first: bool, visited_before: bool, kind in prop::sample::select(vec![PageKind::Listing, PageKind::Feed]),
        ) {
            let mut context = if visited_before { visited(&[]) } else { listing_context() };
            context.page.depth = u32::from(!first);
            context.listings[0].is_first_page = first;
            context.listings[0].works = works_known;
            let state = context.listings[0].clone();
            let listing = Listing {
                container,
                ..with_next(
                    &shown.iter().map(String::as_str).collect::<Vec<_>>(),
                    &next.iter().map(String::as_str).collect::<Vec<_>>(),
                )
            };
            let commit = run(&context, &page(kind, None, Some(listing)));

            let mut keys = HashSet::new();
            prop_assert!(commit.works.iter().all(|w| keys.insert(w.key.clone())), "each work is judged once");
            let alarmed = commit.sources.iter().any(|s| s.alarm.is_some());
            prop_assert!(first || commit.sources.is_empty());
            for change in &commit.works {
                let before = state.known(&change.key);
                match &change.state {
                    WorkState::Listed { url, .. } => prop_assert!(url.is_some()),
                    WorkState::Missed { missed, removed_at } => {
                        let before = before.expect("only a known work is missed");
                        prop_assert!(kind != PageKind::Feed && !alarmed && before.removed_at.is_none());
                        prop_assert_eq!(*missed, before.missed + 1);
                        prop_assert_eq!(removed_at.is_some(), *missed >= 2, "two visits agree");
                    }
                }
            }
            let told = |kind: &str| commit.events.iter().filter(|e| e.kind == kind).count();
            let removed = commit.works.iter().filter(|w| matches!(w.state, WorkState::Missed { removed_at: Some(_), .. }));
            prop_assert_eq!(told("work.removed"), removed.count());
            let fresh = commit.works.iter().filter(|w| {
                matches!(w.state, WorkState::Listed { .. })
                    && state.known(&w.key).is_none_or(|k| k.removed_at.is_some())
            });
            prop_assert_eq!(told("work.listed") + told("work.returned"), fresh.count());
            for found in &commit.discovered {
                prop_assert!(found.depth == context.page.depth + 1 && found.key != context.page.key);
                prop_assert!(!found.again || visited_before);
            }
        }
    }
}
