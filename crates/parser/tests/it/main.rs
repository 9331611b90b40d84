//! The parser from outside: what holds for every page, hostile pages, encodings.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop there")]

mod anything;
mod charsets;
mod faults;
mod hostile;
mod invariants;
mod mojibake;
