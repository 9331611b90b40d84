//! Parcels as AMQP properties and headers, and back.

use crate::{Parcel, Trouble};
use chrono::{DateTime, SecondsFormat, Utc};
use lapin::{
    BasicProperties,
    message::Delivery,
    types::{AMQPValue, FieldTable, ShortString},
};
use model::message::CONTENT_TYPE;

const ATTEMPT: &str = "x-attempt";
const FIRST_AT: &str = "x-first-at";
const ERROR_CODE: &str = "x-error-code";
const ERROR_MESSAGE: &str = "x-error-message";
const ERROR_STAGE: &str = "x-error-stage";
/// A quorum queue's count of deliveries without settlement.
const DELIVERY_COUNT: &str = "x-delivery-count";
/// Where the broker notes each dead-lettering, newest first.
const DEATHS: &str = "x-death";

/// Longest short string of AMQP 0-9-1 (§4.2.5.3), in bytes.
const SHORT_BYTES: usize = 255;

/// What fits; queue names and types always do.
pub(super) fn short(text: &str) -> ShortString {
    let mut end = text.len().min(SHORT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    ShortString::from(&text[..end])
}

pub(super) fn properties(parcel: &Parcel) -> BasicProperties {
    let mut headers = FieldTable::default();
    for (name, value) in &parcel.headers {
        headers.insert(short(name), text(value));
    }
    headers.insert(ATTEMPT.into(), AMQPValue::LongLongInt(parcel.attempt.into()));
    if let Some(first_at) = parcel.first_at {
        headers.insert(FIRST_AT.into(), text(&first_at.to_rfc3339_opts(SecondsFormat::Millis, true)));
    }
    if let Some(trouble) = &parcel.trouble {
        headers.insert(ERROR_STAGE.into(), text(&trouble.stage));
        headers.insert(ERROR_CODE.into(), text(&trouble.code));
        headers.insert(ERROR_MESSAGE.into(), text(&trouble.message));
    }
    let now = u64::try_from(Utc::now().timestamp()).unwrap_or_default();
    BasicProperties::default()
        .with_content_type(CONTENT_TYPE.into())
        // Persistent.
        .with_delivery_mode(2)
        .with_message_id(short(&parcel.id))
        .with_type(short(&parcel.kind))
        .with_timestamp(now)
        .with_app_id("byline".into())
        .with_headers(headers)
}

/// The parcel of a delivery, and how often it was handed out before.
pub(super) fn parcel(delivery: Delivery) -> (Parcel, u32) {
    let of = |text: &Option<ShortString>| text.as_ref().map(|s| s.as_str().to_owned()).unwrap_or_default();
    let mut parcel = Parcel {
        id: of(delivery.properties.message_id()),
        kind: of(delivery.properties.kind()),
        attempt: 1,
        body: delivery.data.into(),
        ..Parcel::default()
    };
    let mut redelivered = u32::from(delivery.redelivered);
    let mut trouble = Trouble::new("", "", "");
    let headers = delivery.properties.headers().as_ref().map(FieldTable::inner);
    for (name, value) in headers.into_iter().flatten() {
        match name.as_str() {
            ATTEMPT => parcel.attempt = number(value).and_then(|n| n.try_into().ok()).unwrap_or(1).max(1),
            FIRST_AT => {
                parcel.first_at =
                    DateTime::parse_from_rfc3339(&words(value)).ok().map(|at| at.with_timezone(&Utc));
            }
            ERROR_STAGE => trouble.stage = words(value),
            ERROR_CODE => trouble.code = words(value),
            ERROR_MESSAGE => trouble.message = words(value),
            DELIVERY_COUNT => {
                redelivered = number(value).and_then(|n| n.try_into().ok()).unwrap_or(redelivered);
            }
            // The broker's own.
            name if name.starts_with("x-death") || name.starts_with("x-first-death") => {}
            name if name.starts_with("x-last-death") => {}
            name => {
                parcel.headers.insert(name.to_owned(), words(value));
            }
        }
    }
    parcel.trouble = (!trouble.code.is_empty()).then_some(trouble);
    if let Some(reason) = headers.and_then(|h| h.get(DEATHS)).and_then(given_up_because) {
        parcel.trouble = Some(reason);
    }
    (parcel, redelivered)
}

/// Why the broker itself gave the message up. That a delay has passed is also noted as a death; it says nothing.
fn given_up_because(deaths: &AMQPValue) -> Option<Trouble> {
    let AMQPValue::FieldArray(deaths) = deaths else {
        return None;
    };
    let AMQPValue::FieldTable(newest) = deaths.as_slice().first()? else {
        return None;
    };
    let field = |name: &str| newest.inner().get(name).map(words).unwrap_or_default();
    let queue = field("queue");
    let code = match field("reason").as_str() {
        "delivery_limit" => "delivery-limit",
        "maxlen" => "queue-full",
        "rejected" => "rejected",
        _ => return None,
    };
    let message =
        format!("given up by the broker in {queue}: processes that had it in hand ended without an answer");
    Some(Trouble::new(
        queue.rsplit('.').find(|part| !matches!(*part, "bulk" | "quarantine")).unwrap_or_default(),
        code,
        &message,
    ))
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

fn number(value: &AMQPValue) -> Option<i64> {
    match *value {
        AMQPValue::ShortShortInt(n) => Some(n.into()),
        AMQPValue::ShortShortUInt(n) => Some(n.into()),
        AMQPValue::ShortInt(n) => Some(n.into()),
        AMQPValue::ShortUInt(n) => Some(n.into()),
        AMQPValue::LongInt(n) => Some(n.into()),
        AMQPValue::LongUInt(n) => Some(n.into()),
        AMQPValue::LongLongInt(n) => Some(n),
        _ => None,
    }
}

fn words(value: &AMQPValue) -> String {
    match value {
        AMQPValue::LongString(text) => String::from_utf8_lossy(text.as_bytes()).into_owned(),
        AMQPValue::ShortString(text) => text.as_str().to_owned(),
        AMQPValue::Boolean(truth) => truth.to_string(),
        AMQPValue::Timestamp(seconds) => seconds.to_string(),
        other => number(other).map(|n| n.to_string()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn delivered(properties: BasicProperties, body: &[u8]) -> Delivery {
        let mut delivery = Delivery::mock(1, "e".into(), "k".into(), false, body.to_vec());
        delivery.properties = properties;
        delivery
    }

    #[test]
    fn a_parcel_survives_the_journey() {
        let sent = Parcel {
            body: b"{}".as_slice().into(),
            id: "id".to_owned(),
            kind: "byline.page.fetched.v1".to_owned(),
            attempt: 3,
            first_at: DateTime::from_timestamp_millis(1_700_000_000_123),
            trouble: Some(Trouble::new("parse", "database", "away")),
            headers: BTreeMap::from([("x-tenant".to_owned(), "a".to_owned())]),
        };
        assert_eq!(parcel(delivered(properties(&sent), b"{}")), (sent, 0));
    }

    #[test]
    fn what_the_broker_adds_is_not_carried_along() {
        let mut headers = FieldTable::default();
        headers.insert("x-delivery-count".into(), AMQPValue::LongLongInt(4));
        headers.insert("x-first-death-reason".into(), text("expired"));
        let (parcel, redelivered) = parcel(delivered(BasicProperties::default().with_headers(headers), b""));
        assert_eq!(redelivered, 4);
        assert!(parcel.headers.is_empty());
        assert_eq!(parcel.attempt, 1);
    }

    #[test]
    fn long_names_are_cut_where_a_character_ends() {
        assert_eq!(short(&"é".repeat(200)).as_str().len(), 254);
    }
}
