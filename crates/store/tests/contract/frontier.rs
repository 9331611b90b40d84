//! Who is granted, when, and what a lease does.

use crate::{
    on_both,
    support::{Fixture, ask, at, hints, new_page, url},
};
use chrono::TimeDelta;
use model::{Disposition, Origin, PageKind, VisitId};
use store::{CandidateAsk, Denied, Follow, HostChange, Lease, RobotsRow, RobotsVerdict};

on_both!(
    a_followed_page_is_due_at_once,
    following_again_changes_nothing,
    unfollowing_rests_and_following_wakes,
    refreshing_makes_what_is_known_due,
    one_host_one_lease,
    of_hosts_that_share_a_gap_one_is_leased_at_a_time,
    a_lease_is_taken_once,
    the_gap_is_kept,
    leases_expire_and_free_their_host,
    a_late_result_does_not_free_a_host_twice,
    released_leases_are_due_again,
    an_open_circuit_lets_one_probe_through,
    robots_first_then_new_pages_then_revisits,
    a_crawl_sees_only_its_sources,
    denials_are_recorded_and_put_off,
    wake_times_are_told,
    robots_rows_keep_the_newest,
    a_clock_that_is_set_back_holds_nothing_up,
);

async fn a_followed_page_is_due_at_once(s: &Fixture) {
    let follow = Follow { name: Some("李新".to_owned()), ..Follow::page(url("https://a.example/author")) };
    let followed = s.follow(&follow, at(0)).await.unwrap();
    assert!(followed.new);
    let found = s.candidates(&ask(at(0))).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].page, followed.page);
    assert_eq!(found[0].kind, PageKind::Listing);
    assert_eq!(found[0].hints.authors, ["李新"]);
    assert_eq!(found[0].host.as_str(), "a.example");
    assert_eq!(found[0].origin.as_str(), "https://a.example");
    assert_eq!(found[0].robots_fetched_at, None);
    let author = s.find_author("李新").await.unwrap().unwrap();
    assert_eq!((author.id, author.pages), (followed.author, vec!["https://a.example/author".to_owned()]));
    assert_eq!(s.find_author("https://www.a.example/author/").await.unwrap().unwrap().id, followed.author);
    assert_eq!(s.find_author(&followed.author.to_string()).await.unwrap().unwrap().id, followed.author);
    assert_eq!(s.find_author("somebody").await.unwrap(), None);
}

async fn a_clock_that_is_set_back_holds_nothing_up(s: &Fixture) {
    let hour = TimeDelta::hours(1);
    let then = |seconds| at(seconds) + hour;
    let visited = s.follow_at("https://a.example/1", then(0)).await;
    s.visit(visited.page, then(0), |commit| commit.host.as_mut().unwrap().wait = TimeDelta::seconds(30))
        .await;
    let second = s.follow_at("https://a.example/2", then(0)).await;
    s.follow_at("https://b.example/1", then(0)).await;
    let leased = s.follow_at("https://c.example/1", then(0)).await;
    s.grant(leased.page, then(10)).await;
    assert_eq!(s.due(then(10)).await, ["https://b.example/1"]);

    s.clock_set_back(at(10), hour, at(10)).await.unwrap();
    assert_eq!(s.due(at(10)).await, ["https://b.example/1"], "what was due is due");
    assert_eq!(
        s.due(at(32)).await,
        ["https://b.example/1", "https://a.example/2"],
        "a rest is kept, not stretched"
    );
    assert_eq!(s.expire_leases(at(609)).await.unwrap(), 0);
    assert_eq!(s.expire_leases(at(610)).await.unwrap(), 1, "a lease lasts ten minutes");

    // A result that was under way still tells the time from before; what was written since stays as it is.
    s.follow_at("https://a.example/3", at(15)).await;
    s.visit(second.page, then(20), |commit| commit.host.as_mut().unwrap().wait = TimeDelta::seconds(30))
        .await;
    s.clock_set_back(at(30), hour, at(30) + hour / 2).await.unwrap();
    assert!(!s.due(at(49)).await.contains(&"https://a.example/3".to_owned()));
    assert!(s.due(at(52)).await.contains(&"https://a.example/3".to_owned()));
}

async fn following_again_changes_nothing(s: &Fixture) {
    let first = s.follow_at("https://a.example/author", at(0)).await;
    let again = s.follow_at("http://www.a.example/author/", at(5)).await;
    assert_eq!(
        (again.author, again.source, again.page, again.new),
        (first.author, first.source, first.page, false)
    );
    assert_eq!(s.counts(at(9)).await.unwrap().pages, 1);
}

async fn unfollowing_rests_and_following_wakes(s: &Fixture) {
    let first = s.follow_at("https://a.example/author", at(0)).await;
    let page = new_page("https://a.example/1", PageKind::Article, first.source, at(0));
    s.visit(first.page, at(0), |c| c.discovered.push(page)).await;
    assert_eq!(s.due(at(10)).await, ["https://a.example/1"]);
    s.unfollow(first.author, at(11)).await.unwrap();
    assert!(s.due(at(1_000_000)).await.is_empty());
    assert_eq!(s.next_wake().await.unwrap(), None);
    assert!(!s.find_author("1").await.unwrap().unwrap().followed);
    let again = s.follow_at("https://a.example/author", at(20)).await;
    assert!(again.new);
    assert_eq!(again.author, first.author);
    let ask = CandidateAsk { per_host: 5, ..ask(at(20)) };
    assert_eq!(s.candidates(&ask).await.unwrap().len(), 2);
}

async fn refreshing_makes_what_is_known_due(s: &Fixture) {
    let mine = s.follow_at("https://a.example/1", at(0)).await;
    let theirs = s.follow_at("https://b.example/1", at(0)).await;
    s.visit(mine.page, at(0), |_| ()).await;
    s.visit(theirs.page, at(0), |_| ()).await;
    assert!(s.due(at(10)).await.is_empty());
    assert_eq!(s.refresh(&[mine.source], at(10)).await.unwrap(), 1);
    assert_eq!(s.due(at(10)).await, ["https://a.example/1"]);
    assert_eq!(s.refresh(&[], at(10)).await.unwrap(), 1, "the other one");
    assert_eq!(s.due(at(10)).await.len(), 2);
}

async fn one_host_one_lease(s: &Fixture) {
    let a = s.follow_at("https://a.example/1", at(0)).await;
    let b = s.follow_at("https://a.example/2", at(0)).await;
    let other = s.follow_at("https://b.example/1", at(0)).await;
    assert_eq!(s.due(at(0)).await.len(), 2, "one page of each host");
    let lease = |page| Lease {
        visit: VisitId::new(),
        page,
        now: at(0),
        until: at(600),
        per_host: 1,
        share_gap: false,
    };
    let leases = [lease(a.page), lease(b.page), lease(other.page)];
    let granted = s.lease(&leases).await.unwrap();
    assert_eq!(granted, [leases[0].visit, leases[2].visit]);
    assert_eq!(s.leased().await.unwrap(), 2);
    assert!(s.due(at(0)).await.is_empty());
    let two = CandidateAsk { per_host: 2, ..ask(at(0)) };
    assert!(s.candidates(&two).await.unwrap().is_empty(), "the host's lease said one");
    let wider = Lease { per_host: 2, ..lease(b.page) };
    assert_eq!(s.lease(std::slice::from_ref(&wider)).await.unwrap(), [wider.visit]);
    s.release(&[wider.visit]).await.unwrap();
    let found = s.candidates(&two).await.unwrap();
    assert_eq!(found.iter().map(|c| c.page).collect::<Vec<_>>(), [b.page], "and now it says two");
}

async fn of_hosts_that_share_a_gap_one_is_leased_at_a_time(s: &Fixture) {
    let address = "192.0.2.1".parse().unwrap();
    let mut pages = Vec::new();
    for host in ["a", "b", "c"] {
        pages.push(s.follow_at(&format!("https://{host}.example/1"), at(0)).await.page);
    }
    let lease = |page, now, share_gap| Lease {
        visit: VisitId::new(),
        page,
        now,
        until: at(600),
        per_host: 1,
        share_gap,
    };
    // a and b share, c does not; all answer from one address, a and b for the first time.
    for (page, share_gap) in pages.iter().zip([true, true, false]) {
        let lease = lease(*page, at(0), share_gap);
        assert_eq!(s.lease(std::slice::from_ref(&lease)).await.unwrap().len(), 1);
        let context = s.context(*page, lease.visit).await;
        let mut commit = crate::support::commit_of(&context, lease.visit, at(1));
        commit.page.as_mut().unwrap().due_at = Some(at(2));
        let host = commit.host.as_mut().unwrap();
        if share_gap {
            host.wait = TimeDelta::seconds(30);
        }
        host.shared = Some((address, host.wait));
        s.commit(&[commit]).await.unwrap();
    }
    assert_eq!(s.due(at(3)).await, ["https://c.example/1"], "the other two wait for b's gap");
    assert_eq!(s.due(at(32)).await.len(), 2, "and then one of them is offered");
    let both = [lease(pages[0], at(32), true), lease(pages[1], at(32), true)];
    assert_eq!(s.lease(&both).await.unwrap(), [both[0].visit]);
    assert!(s.lease(&both[1..]).await.unwrap().is_empty());
    assert_eq!(s.due(at(40)).await, ["https://c.example/1"]);
    s.release(&[both[0].visit]).await.unwrap();
    assert_eq!(s.lease(&both[1..]).await.unwrap().len(), 1);
}

async fn a_lease_is_taken_once(s: &Fixture) {
    let page = s.follow_at("https://a.example/1", at(0)).await.page;
    let lease = |store: &store::DynStore| {
        let (store, visit) = (store.clone(), VisitId::new());
        let lease = Lease { visit, page, now: at(0), until: at(600), per_host: 9, share_gap: false };
        async move { store.lease(&[lease]).await }
    };
    let (a, b) = tokio::join!(lease(&s.store), lease(&s.other));
    assert_eq!(a.unwrap().len() + b.unwrap().len(), 1);
    assert_eq!(s.hosts(store::Page::default()).await.unwrap()[0].in_flight, 1);
}

async fn the_gap_is_kept(s: &Fixture) {
    let a = s.follow_at("https://a.example/1", at(0)).await;
    s.follow_at("https://a.example/2", at(0)).await;
    s.visit(a.page, at(0), |_| ()).await;
    // Ended at 1, two seconds of gap.
    assert!(s.due(at(2)).await.is_empty());
    assert_eq!(s.due(at(3)).await, ["https://a.example/2"]);
    // A lease that is asked for too early is not given, whatever the candidates were.
    let early = Lease {
        visit: VisitId::new(),
        page: s.page("https://a.example/2").await.id,
        now: at(2),
        until: at(600),
        per_host: 1,
        share_gap: false,
    };
    assert!(s.lease(&[early]).await.unwrap().is_empty());
}

async fn leases_expire_and_free_their_host(s: &Fixture) {
    let a = s.follow_at("https://a.example/1", at(0)).await;
    s.grant(a.page, at(0)).await;
    assert_eq!(s.expire_leases(at(599)).await.unwrap(), 0);
    assert_eq!(s.expire_leases(at(600)).await.unwrap(), 1);
    assert_eq!(s.leased().await.unwrap(), 0);
    assert_eq!(s.due(at(600)).await, ["https://a.example/1"]);
}

async fn a_late_result_does_not_free_a_host_twice(s: &Fixture) {
    let a = s.follow_at("https://a.example/1", at(0)).await;
    let late = s.grant(a.page, at(0)).await;
    s.expire_leases(at(600)).await.unwrap();
    let current = s.grant(a.page, at(600)).await;
    let context = s.context(a.page, late).await;
    assert_eq!((context.page.lease, context.host.in_flight), (Some(current), 1));
    s.commit(&[crate::support::commit_of(&context, late, at(601))]).await.unwrap();
    let context = s.context(a.page, current).await;
    assert_eq!(
        (context.page.lease, context.host.in_flight),
        (Some(current), 1),
        "the newer lease still holds"
    );
    s.commit(&[crate::support::commit_of(&context, current, at(602))]).await.unwrap();
    assert_eq!(s.hosts(store::Page::default()).await.unwrap()[0].in_flight, 0);
}

async fn released_leases_are_due_again(s: &Fixture) {
    let a = s.follow_at("https://a.example/1", at(0)).await;
    let visit = s.grant(a.page, at(0)).await;
    s.release(&[visit, VisitId::new()]).await.unwrap();
    s.release(&[visit]).await.unwrap();
    assert_eq!(s.hosts(store::Page::default()).await.unwrap()[0].in_flight, 0);
    assert_eq!(s.due(at(0)).await, ["https://a.example/1"]);
}

async fn an_open_circuit_lets_one_probe_through(s: &Fixture) {
    let a = s.follow_at("https://a.example/1", at(0)).await;
    s.follow_at("https://a.example/2", at(0)).await;
    s.follow_at("https://a.example/3", at(0)).await;
    let open = HostChange {
        ended_at: at(1),
        wait: TimeDelta::zero(),
        failures: 5,
        open_until: Some(at(100)),
        gap_ms: Some(4000),
        shared: None,
    };
    s.visit(a.page, at(0), |c| c.host = Some(open)).await;
    let many = |now| CandidateAsk { per_host: 4, ..ask(now) };
    assert!(s.candidates(&many(at(99))).await.unwrap().is_empty());
    let probe = s.candidates(&many(at(100))).await.unwrap();
    assert_eq!(probe.len(), 1);
    assert_eq!(probe[0].gap_ms, Some(4000));
    s.visit(probe[0].page, at(100), |_| ()).await;
    let host = &s.hosts(store::Page::default()).await.unwrap()[0];
    assert_eq!((host.open_until, host.failures, host.gap_ms), (None, 0, Some(4000)));
}

async fn robots_first_then_new_pages_then_revisits(s: &Fixture) {
    let a = s.follow_at("https://a.example/old", at(0)).await;
    let new = new_page("https://a.example/new", PageKind::Article, a.source, at(50));
    s.visit(a.page, at(0), |c| {
        c.page.as_mut().unwrap().due_at = Some(at(10));
        c.discovered.push(new);
    })
    .await;
    let origin = Origin("https://a.example".to_owned());
    s.want_robots(&[origin.clone(), Origin("http://a.example".to_owned())], at(60)).await.unwrap();
    s.want_robots(std::slice::from_ref(&origin), at(70)).await.unwrap();
    let all = CandidateAsk { per_host: 9, ..ask(at(100)) };
    let found = s.candidates(&all).await.unwrap();
    let urls: Vec<&str> = found.iter().map(|c| c.url.as_str()).collect();
    assert_eq!(urls[2..], ["https://a.example/new", "https://a.example/old"]);
    assert_eq!(found[0].kind, PageKind::Robots);
    assert_eq!(found[0].hints, hints(PageKind::Robots));
    assert_eq!(found[0].due_at, at(60));
    // Visited and stored, it is not wanted until somebody asks again.
    let robots = found.iter().find(|c| c.origin == origin).unwrap();
    let row = RobotsRow {
        origin: origin.clone(),
        verdict: RobotsVerdict::Rules("User-agent: *\nDisallow:".to_owned()),
        fetched_at: at(101),
        expires_at: at(86_400),
        sitemaps: vec!["https://a.example/sitemap.xml".to_owned()],
    };
    s.visit(robots.page, at(100), |c| {
        c.page.as_mut().unwrap().due_at = None;
        c.robots = Some(row.clone());
    })
    .await;
    assert_eq!(s.robots(&origin).await.unwrap(), Some(row));
    assert_eq!(s.page("https://a.example/robots.txt").await.id, robots.page);
    let found = s.candidates(&CandidateAsk { now: at(200), ..all.clone() }).await.unwrap();
    assert!(found.iter().all(|c| c.page != robots.page));
    let page = found.iter().find(|c| c.url.as_str() == "https://a.example/new").unwrap();
    assert_eq!((page.robots_fetched_at, page.robots_expires_at), (Some(at(101)), Some(at(86_400))));
    s.want_robots(&[origin], at(300)).await.unwrap();
    let found = s.candidates(&CandidateAsk { now: at(300), ..all }).await.unwrap();
    assert!(found.iter().any(|c| c.page == robots.page), "wanted again after a visit");
}

async fn a_crawl_sees_only_its_sources(s: &Fixture) {
    let mine = s.follow_at("https://a.example/mine", at(0)).await;
    let theirs = s.follow_at("https://a.example/theirs", at(0)).await;
    s.follow_at("https://b.example/theirs", at(0)).await;
    let page = new_page("https://c.example/work", PageKind::Article, mine.source, at(0));
    s.visit(mine.page, at(0), |c| c.discovered.push(page)).await;
    s.want_robots(&[Origin("https://c.example".to_owned()), Origin("https://b.example".to_owned())], at(1))
        .await
        .unwrap();
    let ask = CandidateAsk { now: at(10), limit: 10, per_host: 5, sources: vec![mine.source] };
    let found = s.candidates(&ask).await.unwrap();
    let urls: Vec<&str> = found.iter().map(|c| c.url.as_str()).collect();
    assert_eq!(urls, ["https://c.example/robots.txt", "https://c.example/work"]);
    let pending = s.pending(&[mine.source], at(10)).await.unwrap();
    assert_eq!((pending.in_flight, pending.ready, pending.later), (0, 1, 1));
    assert_eq!(s.pending(&[theirs.source], at(10)).await.unwrap().ready, 1);
    assert_eq!(s.pending(&[], at(10)).await.unwrap().ready, 3);
}

async fn denials_are_recorded_and_put_off(s: &Fixture) {
    let a = s.follow_at("https://a.example/1", at(0)).await;
    let denied = Denied {
        visit: VisitId::new(),
        page: a.page,
        at: at(1),
        next_due: at(1000),
        disposition: Disposition::RobotsDenied,
        code: "robots-disallow",
        detail: String::new(),
    };
    s.record_denied(std::slice::from_ref(&denied)).await.unwrap();
    s.record_denied(&[denied]).await.unwrap();
    assert!(s.due(at(999)).await.is_empty());
    let found = s.candidates(&ask(at(1000))).await.unwrap();
    assert_eq!(found[0].failures, 1);
    let visits = s.visits(&store::VisitFilter::default()).await.unwrap();
    assert_eq!(visits.len(), 1);
    assert_eq!(
        (visits[0].disposition, visits[0].code.as_str()),
        (Disposition::RobotsDenied, "robots-disallow")
    );
}

async fn wake_times_are_told(s: &Fixture) {
    assert_eq!(s.next_wake().await.unwrap(), None);
    let a = s.follow_at("https://a.example/1", at(5)).await;
    assert_eq!(s.next_wake().await.unwrap(), Some(at(5)));
    let visit = s.grant(a.page, at(5)).await;
    assert_eq!(s.next_wake().await.unwrap(), Some(at(605)), "when the lease ends");
    let pending = s.pending(&[a.source], at(700)).await.unwrap();
    assert_eq!((pending.in_flight, pending.ready, pending.ready_at), (1, 0, None));
    let context = s.context(a.page, visit).await;
    s.commit(&[crate::support::commit_of(&context, visit, at(6))]).await.unwrap();
    assert_eq!(s.next_wake().await.unwrap(), Some(at(6 + 86_400)));
    assert_eq!(s.pending(&[], at(100)).await.unwrap().later, 1);
}

async fn robots_rows_keep_the_newest(s: &Fixture) {
    let a = s.follow_at("https://a.example/1", at(0)).await;
    let origin = Origin("https://a.example".to_owned());
    let row = |verdict, seconds| RobotsRow {
        origin: origin.clone(),
        verdict,
        fetched_at: at(seconds),
        expires_at: at(seconds + 10),
        sitemaps: Vec::new(),
    };
    s.visit(a.page, at(0), |c| c.robots = Some(row(RobotsVerdict::AllowAll, 9))).await;
    s.visit(a.page, at(100_000), |c| c.robots = Some(row(RobotsVerdict::Unreachable("dns".into()), 5))).await;
    assert_eq!(s.robots(&origin).await.unwrap(), Some(row(RobotsVerdict::AllowAll, 9)));
}
