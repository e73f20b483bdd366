//! The topics of one gateway, `telecare/v1/{gateway}/…`: it may publish to three of them and subscribe to one.

use bytes::Bytes;

use crate::ingest::delivery::Topic;

/// The topics of one gateway.
#[derive(Clone, Debug)]
pub struct Topics {
    /// `telecare/v1/{gateway}/`, then `acks`.
    acks: Bytes,
}

impl Topics {
    /// The topics of `gateway`.
    #[must_use]
    pub fn of(gateway: &str) -> Self {
        Self { acks: Bytes::from(format!("telecare/v1/{gateway}/acks")) }
    }

    /// Where this gateway reads its ack objects.
    #[must_use]
    pub fn acks(&self) -> &Bytes {
        &self.acks
    }

    /// Which of this gateway's topics `name` is, if it may publish there.
    #[must_use]
    pub fn own(&self, name: &[u8]) -> Option<Topic> {
        match name.strip_prefix(&self.acks[..self.acks.len() - "acks".len()])? {
            b"events" => Some(Topic::Events),
            b"alarms" => Some(Topic::Alarms),
            b"status" => Some(Topic::Status),
            _ => None,
        }
    }
}

/// Whether `id` can be a gateway's id: `[A-Za-z0-9._-]{1,64}`.
#[must_use]
pub fn is_gateway_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}
