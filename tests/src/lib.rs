//! What the end-to-end tests stand on: sites with known contents and known faults ([`site`], [`library`]), servers
//! that can be stopped and killed ([`servers`]), a line that can be cut ([`proxy`]), programs of others that keep or read
//! what we write ([`s3_server`], [`replay`]), a way to ask ([`http`]), and the product itself as its users run it
//! ([`byline`]). Nothing here reaches into a crate of the product: what is not visible from outside is not tested here.
#![expect(clippy::unwrap_used, reason = "a harness that cannot go on shall stop its test there")]

pub mod byline;
pub mod hostile;
pub mod http;
pub mod library;
pub mod proxy;
pub mod python;
pub mod replay;
pub mod s3_server;
pub mod servers;
pub mod site;

use std::time::{Duration, Instant};

/// Looks every 50 ms whether `holds`, and fails the test after `patience`.
pub async fn wait_until(what: &str, patience: Duration, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < patience, "waited {patience:?} in vain for {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A seed for a random run: a new one each time, or the one of the run that is to be repeated
/// (`BYLINE_TEST_SEED`). It is printed, so that a failing run can be.
#[expect(clippy::disallowed_methods, reason = "a run is repeated from outside")]
#[expect(clippy::print_stderr, reason = "shown when the test fails")]
pub fn seed(test: &str) -> u64 {
    let given = std::env::var("BYLINE_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| fastrand::u64(..));
    eprintln!("{test}: BYLINE_TEST_SEED={seed}");
    seed
}
