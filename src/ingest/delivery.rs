//! What every source hands over, and what it gets back. The listener and the broker client look alike from here.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::clock::Time;

/// The three topics that a gateway may publish to: `telecare/v1/{gateway}/…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Events of any kind.
    Events,
    /// Events of alarm kinds, in a lane of their own.
    Alarms,
    /// `online` or `offline`; also the last will.
    Status,
}

/// One message as it arrived, with the way to answer it.
#[derive(Debug)]
pub struct Delivery {
    /// The gateway's id: from its login on the listener, from the topic through a broker.
    pub gateway: Arc<str>,
    /// Which of the gateway's topics.
    pub topic: Topic,
    /// The bytes as sent.
    pub payload: Bytes,
    /// The retained flag of the PUBLISH as received.
    pub retained: bool,
    /// When the last byte of it was read here.
    pub received_at: Time,
    /// How to tell the source that all of it is safely stored.
    pub receipt: Receipt,
}

/// The way back to the source: used once, after the commit. Dropping it unused means "not stored":
/// the source must then not acknowledge, and the gateway's re-delivery will be new.
#[derive(Debug)]
pub struct Receipt {
    to: mpsc::UnboundedSender<Settled>,
    serial: u64,
}

/// A delivery is committed: publish `acks`, then acknowledge the delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The number that the source gave the delivery.
    pub serial: u64,
    /// The ack object, or the array of them, as JSON for `telecare/v1/{gateway}/acks`. Empty: nothing to publish (status).
    pub acks: Bytes,
}

impl Receipt {
    /// A receipt for delivery number `serial` of the source that listens on the other end of `to`. The channel is unbounded because
    /// it can never hold more than the deliveries that the source has outstanding, which the source bounds.
    #[must_use]
    pub fn new(to: mpsc::UnboundedSender<Settled>, serial: u64) -> Self {
        Self { to, serial }
    }

    /// Says that the delivery is committed. A source that has gone away meanwhile is no error: the gateway will send again and be
    /// told `duplicate`.
    pub fn settle(self, acks: Bytes) {
        let _ = self.to.send(Settled { serial: self.serial, acks });
    }
}
