//! Flows that are not driven by due times: archived captures to the bulk lane, events to the outside.

pub mod outbox;
pub mod rebuild;
pub mod reparse;
