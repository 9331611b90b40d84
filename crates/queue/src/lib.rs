//! Runs the stages. A stage is value in, value out ([`model::Stage`]); this crate consumes, decodes, bounds,
//! publishes with confirmation, acknowledges, retries and dead-letters, the same over RabbitMQ ([`Amqp`])
//! and in memory ([`Memory`]).
//!
//! Start with [`Runner`] (what becomes of a message) and [`topology`] (the names and queues).
//!
//! Delivery is at least once: a message is acknowledged only after the broker has confirmed what came of
//! it. Stages are idempotent, which makes the effect happen once.

mod amqp;
mod dead;
mod health;
mod memory;
mod parcel;
mod publisher;
mod runner;
pub mod topology;
mod transport;

pub use amqp::{Amqp, AmqpConfig, BadAmqpUrl};
pub use dead::{DeadLetter, DeadLetterCollector, DeadLetters};
pub use health::{Health, HealthReport};
pub use memory::Memory;
pub use parcel::{MAX_REASON_CHARS, Parcel, Trouble};
pub use publisher::{PublishError, Publisher};
pub use runner::{Runner, RunnerConfig};
pub use topology::{Address, Delay, Route, Topology};
pub use transport::{Delivery, Depth, Lost, SendError, Subscription, Transport};
