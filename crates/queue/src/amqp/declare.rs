//! Declares a [`Plan`]. What already stands as planned is left as it is.

use crate::{
    SendError,
    topology::{Argument, Arguments, Kind, Plan},
};
use lapin::{
    Channel, ErrorKind, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    protocol::{AMQPErrorKind, AMQPSoftError},
    types::{AMQPValue, FieldTable},
};

pub(super) async fn apply(channel: &Channel, plan: &Plan) -> Result<(), SendError> {
    for exchange in &plan.exchanges {
        let kind = match exchange.kind {
            Kind::Direct => ExchangeKind::Direct,
            Kind::Fanout => ExchangeKind::Fanout,
            Kind::Topic => ExchangeKind::Topic,
        };
        let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        channel
            .exchange_declare(exchange.name.as_str().into(), kind, options, table(&exchange.arguments))
            .await
            .map_err(|error| refused(&error, &exchange.name))?;
    }
    for queue in &plan.queues {
        channel
            .queue_declare(
                queue.name.as_str().into(),
                QueueDeclareOptions::durable(),
                table(&queue.arguments),
            )
            .await
            .map_err(|error| refused(&error, &queue.name))?;
    }
    for binding in &plan.bindings {
        let (queue, exchange) = (binding.queue.as_str().into(), binding.exchange.as_str().into());
        channel
            .queue_bind(
                queue,
                exchange,
                binding.key.as_str().into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await
            .map_err(|error| refused(&error, &binding.queue))?;
    }
    Ok(())
}

fn refused(error: &lapin::Error, name: &str) -> SendError {
    if let ErrorKind::ProtocolError(e) = error.kind()
        && matches!(e.kind(), AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED))
    {
        return SendError::Conflict(format!(
            "{name} stands on the broker with other arguments ({}); let it run empty, delete it there, \
             and run `byline topology apply`",
            e.get_message()
        ));
    }
    SendError::Busy(error.to_string())
}

fn table(arguments: &Arguments) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in arguments {
        let value = match value {
            Argument::Text(text) => AMQPValue::LongString(text.as_str().into()),
            Argument::Number(number) => AMQPValue::LongLongInt(*number),
        };
        table.insert((*name).into(), value);
    }
    table
}
