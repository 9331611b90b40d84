//! One confirmed publish. Confirms of different publishes are in flight together on one channel.

use super::{convert, link::Session};
use crate::{Address, Parcel, SendError};
use lapin::{Confirmation, options::BasicPublishOptions};
use std::time::Duration;

pub(super) struct Refusal {
    pub(super) error: SendError,
    /// Its connection shall be built anew.
    pub(super) connection_is_doubtful: bool,
}

pub(super) async fn send(
    session: &Session,
    address: &Address,
    mandatory: bool,
    parcel: &Parcel,
    patience: Duration,
) -> Result<(), Refusal> {
    if session.is_blocked() {
        return Err(Refusal {
            error: SendError::Busy("blocked by a memory or disk alarm".to_owned()),
            connection_is_doubtful: false,
        });
    }
    let confirmed = async {
        // The first await hands the frames over; only the second one is the broker's word.
        let confirm = session
            .confirms
            .basic_publish(
                convert::short(&address.exchange),
                convert::short(&address.key),
                BasicPublishOptions { mandatory, ..BasicPublishOptions::default() },
                &parcel.body,
                convert::properties(parcel),
            )
            .await?;
        confirm.await
    };
    let doubtful = |error| Refusal { error: SendError::Busy(error), connection_is_doubtful: true };
    let sound = |error| Refusal { error, connection_is_doubtful: false };
    match tokio::time::timeout(patience, confirmed).await {
        Ok(Ok(Confirmation::Ack(None))) => Ok(()),
        // Returned before it was confirmed: it went nowhere.
        Ok(Ok(Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_)))) => {
            Err(sound(SendError::Unroutable(address.to_string())))
        }
        Ok(Ok(Confirmation::Nack(None))) => Err(sound(SendError::Busy("the queue is full".to_owned()))),
        Ok(Ok(Confirmation::NotRequested)) => Err(doubtful("the channel does not confirm".to_owned())),
        Ok(Err(error)) => Err(doubtful(error.to_string())),
        Err(_) if session.is_blocked() => {
            Err(sound(SendError::Busy("blocked by a memory or disk alarm".to_owned())))
        }
        Err(_) => Err(doubtful(format!("no confirm within {patience:?}"))),
    }
}
