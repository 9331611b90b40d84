//! End to end: the binary, sites on loopback, and where `tests/run` has started them, RabbitMQ and PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop there")]

mod alarms;
mod archive;
mod broker;
mod dead;
mod embedded;
mod faults;
mod hostile;
mod interop;
mod liveness;
mod manners;
mod parts;
mod pressure;
mod reparse;
mod services;
mod stored;
