//! One confirmed publish. Confirms of different publishes are in flight together on one channel.

use super::{convert, link::Session};
use crate::{Address, Parcel, SendError};
use lapin::{Confirmation, options::BasicPublishOptions};
use std::time::Duration;

/// A connection on which it fails for no reason of the broker's is given up.
pub(super) async fn send(
    session: &Session,
    address: &Address,
    mandatory: bool,
    parcel: &Parcel,
    patience: Duration,
) -> Result<(), SendError> {
    let blocked = || SendError::Busy("blocked by a memory or disk alarm".to_owned());
    if session.is_blocked() {
        return Err(blocked());
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
    let doubtful = |error| {
        session.doubt();
        Err(SendError::Busy(error))
    };
    match tokio::time::timeout(patience, confirmed).await {
        Ok(Ok(Confirmation::Ack(None))) => Ok(()),
        // Returned before it was confirmed: it went nowhere.
        Ok(Ok(Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_)))) => {
            Err(SendError::Unroutable(address.to_string()))
        }
        Ok(Ok(Confirmation::Nack(None))) => Err(SendError::Busy("the queue is full".to_owned())),
        Ok(Ok(Confirmation::NotRequested)) => doubtful("the channel does not confirm".to_owned()),
        Ok(Err(error)) => doubtful(error.to_string()),
        Err(_) if session.is_blocked() => Err(blocked()),
        Err(_) => doubtful(format!("no confirm within {patience:?}")),
    }
}
