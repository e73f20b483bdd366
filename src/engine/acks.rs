//! What a gateway is told of its deliveries: one ack object, or for an array an array in its order.

use bytes::Bytes;
use serde::Serialize;

use crate::clock::Time;

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It survives a power cut now.
    Stored,
    /// It was stored before.
    Duplicate,
    /// It is in quarantine; sending it again does not help.
    Rejected,
}

/// The answer to one event.
#[derive(Clone, Debug, Serialize)]
pub struct Ack {
    /// The event's id as the gateway knows it; null when it could not be read.
    pub id: Option<String>,
    /// What became of it.
    pub status: Status,
    /// The alerts that it raised or added to.
    pub alerts: Vec<String>,
    /// When it was received here, so that a gateway can correct its clock.
    pub received_at: Time,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The payload for the `acks` topic.
#[must_use]
pub fn payload(acks: &[Ack], array: bool) -> Bytes {
    let text = match acks {
        [only] if !array => serde_json::to_vec(only),
        all => serde_json::to_vec(all),
    };
    // Strings, numbers and times always serialise.
    text.unwrap_or_default().into()
}
