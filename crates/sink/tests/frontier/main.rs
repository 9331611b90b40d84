//! Scheduler and sink over a real frontier (SQLite), in simulated time: what a site sees of a crawl.

mod crawl;
mod politeness;
mod trouble;
mod world;
