//! Scheduler and sink over a real frontier (SQLite), in simulated time: what a site sees of a crawl.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod batches;
mod crawl;
mod parts;
mod politeness;
mod rebuild;
mod reparse;
mod running;
mod speed;
mod trouble;
mod world;
