//! One contract, two back ends. Over RabbitMQ only where `BYLINE_TEST_AMQP_URL` names a server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop there")]

mod amqp;
mod bench;
mod contract;
mod crash;
mod memory;
