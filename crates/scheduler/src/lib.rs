//! Decides when. The scheduler asks the frontier which pages are due on hosts that are free, judges each by
//! its origin's robots.txt, takes a lease and grants it; fetchers obey. It also feeds the bulk lane of a
//! reparse job, tells the outbox's events, and makes a lost database again from the archive.
//!
//! Decisions are functions of records and `now` ([`judge`], [`robots`], [`pump::reparse::allowance`]); the
//! rest carries them out. Any number of schedulers may run: a lease is taken in one transaction, so two
//! never grant one page or overfill one host.

pub mod config;
mod grants;
pub mod judge;
mod ports;
mod progress;
pub mod pump;
pub mod robots;
mod run;
mod steps;

pub use config::{Config, HostRule};
pub use grants::{Scheduler, Ticked};
pub use ports::{Clock, Outlet};
pub use progress::Progress;
pub use pump::{outbox::OutboxPump, rebuild::Rebuild, reparse::ReparsePump};
