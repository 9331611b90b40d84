//! One contract, two back ends. Over RabbitMQ only where `BYLINE_TEST_AMQP_URL` names a server.

mod amqp;
mod bench;
mod contract;
mod memory;
