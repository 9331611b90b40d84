//! The archive on each kind of storage, and what other programs say of its files.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test's failure is a panic")]

mod interop;
mod python;
mod s3_server;
mod storage;
