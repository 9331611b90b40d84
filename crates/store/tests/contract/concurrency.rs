//! Many writers at once, on the same pages and hosts: nobody waits for somebody who waits for him.

use crate::{
    on_both,
    support::{Fixture, ask, at, commit_of, new_page, url},
};
use model::{Cause, Disposition, Origin, PageId, PageKind, SourceId, VisitId};
use store::{Committed, Denied, DynStore, Follow, Lease, VisitKey};

on_both!(writers_of_the_same_rows_never_wait_in_a_circle);

const HOSTS: usize = 6;
const ROUNDS: usize = 25;

fn author(host: usize) -> String {
    format!("https://h{}.example/author", host % HOSTS)
}

/// Numbers in an order of its own for each writer and round.
fn shuffled(seed: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..HOSTS).collect();
    order.sort_by_key(|n| (n + 1).wrapping_mul(seed * 2 + 1).wrapping_mul(0x9e37_79b1) % 1009);
    order
}

async fn writers_of_the_same_rows_never_wait_in_a_circle(s: &Fixture) {
    let mut sources = Vec::new();
    for host in 0..HOSTS {
        sources.push(s.follow_at(&author(host), at(0)).await);
    }
    let pages: Vec<PageId> = sources.iter().map(|f| f.page).collect();
    let sources: Vec<SourceId> = sources.iter().map(|f| f.source).collect();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..4 {
        let (a, b) = (s.store.clone(), s.other.clone());
        let (pages, sources) = (pages.clone(), sources.clone());
        writers.spawn(async move {
            for round in 0..ROUNDS {
                let seed = writer * ROUNDS + round;
                let store = if writer % 2 == 0 { &a } else { &b };
                match (writer + round) % 5 {
                    0 => follow(store, seed).await,
                    1 => want_robots(store, seed).await,
                    2 => lease_and_release(store, seed).await,
                    3 => deny(store, seed, &pages).await,
                    _ => commit(store, seed, &pages, &sources).await,
                }
            }
        });
    }
    while let Some(writer) = writers.join_next().await {
        writer.unwrap();
    }
    let left = s.store.leased().await.unwrap();
    assert_eq!(left, 0);
    let hosts = s.hosts(store::Page::default()).await.unwrap();
    assert!(hosts.iter().all(|h| h.in_flight == 0), "{hosts:?}");
}

async fn follow(store: &DynStore, seed: usize) {
    for host in shuffled(seed) {
        store.follow(&Follow::page(url(&author(host))), at(seed as i64)).await.unwrap();
    }
}

async fn want_robots(store: &DynStore, seed: usize) {
    let origins: Vec<Origin> =
        shuffled(seed).into_iter().map(|h| Origin(format!("https://h{h}.example"))).collect();
    store.want_robots(&origins, at(seed as i64)).await.unwrap();
}

async fn lease_and_release(store: &DynStore, seed: usize) {
    let now = at(1_000_000);
    let found = store.candidates(&ask(now)).await.unwrap();
    let leases: Vec<Lease> = found
        .iter()
        .map(|c| Lease {
            visit: VisitId::new(),
            page: c.page,
            now,
            until: at(2_000_000),
            per_host: 1,
            share_gap: seed.is_multiple_of(2),
        })
        .collect();
    let mut taken = store.lease(&leases).await.unwrap();
    taken.reverse();
    store.release(&taken).await.unwrap();
}

async fn deny(store: &DynStore, seed: usize, pages: &[PageId]) {
    let denied: Vec<Denied> = shuffled(seed)
        .into_iter()
        .map(|n| Denied {
            visit: VisitId::new(),
            page: pages[n],
            at: at(0),
            next_due: at(seed as i64),
            disposition: Disposition::RobotsDenied,
            code: "robots-disallow",
            detail: String::new(),
        })
        .collect();
    store.record_denied(&denied).await.unwrap();
}

/// Each page's result names the pages of all other hosts, known and new.
async fn commit(store: &DynStore, seed: usize, pages: &[PageId], sources: &[SourceId]) {
    let order = shuffled(seed);
    let keys: Vec<VisitKey> = order
        .iter()
        .map(|n| VisitKey {
            visit: VisitId::new(),
            page: pages[*n],
            cause: Cause::Visit,
            canonical: None,
            works: Vec::new(),
            content: None,
            next_part: None,
        })
        .collect();
    let contexts = store.visit_contexts(&keys).await.unwrap();
    let mut commits = Vec::new();
    for ((key, context), n) in keys.iter().zip(contexts).zip(&order) {
        let context = context.unwrap();
        let mut commit = commit_of(&context, key.visit, at(seed as i64));
        for other in shuffled(seed + n) {
            let known = new_page(&author(other), PageKind::Listing, sources[*n], at(0));
            let new = format!("https://h{other}.example/work/{}", seed % 7);
            commit.discovered.push(store::NewPage { again: true, ..known });
            commit.discovered.push(new_page(&new, PageKind::Article, sources[*n], at(0)));
        }
        commits.push(commit);
    }
    // Another writer was first at some of them: that is no error.
    let done = store.commit(&commits).await.unwrap();
    assert!(done.iter().all(|d| matches!(d, Committed::Done | Committed::Stale)));
}
