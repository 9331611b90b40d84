//! Rows and captures: the frontier, authors, works, articles and their versions behind one [`Store`] trait
//! with two back ends (SQLite, PostgreSQL), and the archive on a directory or S3.
//!
//! The store executes; it does not decide. What is due and polite is decided by `scheduler`, what a result
//! means by `sink`; both are pure functions over the records of [`api`]. So each method here is one short
//! transaction (or one read) that behaves the same on both back ends: one contract suite holds them to it.

pub mod api;
pub mod archive;
mod db;
mod likeness;
mod sql;
mod words;

pub use api::*;
pub use archive::CaptureArchive;
pub use likeness::{distance, likeness, simhash};
pub use sql::open;
