//! The archive on each kind of storage, and what other programs say of its files.

#![expect(clippy::unwrap_used, reason = "a test's failure is a panic")]

mod interop;
mod storage;
