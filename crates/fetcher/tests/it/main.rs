//! The fetch stage against real servers on loopback, good and hostile.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on panics, also outside of its #[test] function"
)]

mod answers;
mod faults;
mod harness;
mod http2;
mod limits;
mod network;
mod redirects;
mod robots;
mod tls;
