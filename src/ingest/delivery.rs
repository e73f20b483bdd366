//! What every source hands over, and what it gets back. The listener and the broker client look alike from here.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::format::Decoded;
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
    /// The bytes as sent; of an oversized message only the first [`super::format::EVIDENCE_BYTES`].
    pub payload: Bytes,
    /// The length in bytes that an oversized message had, or announced. It cannot be decoded: it goes to quarantine.
    pub oversized: Option<usize>,
    /// Its events, once [`super::intake::Intake::submit`] has read them in the source's own task; a source leaves it empty.
    pub decoded: Option<Decoded>,
    /// The retained flag of the PUBLISH as received.
    pub retained: bool,
    /// When the last byte of it was read here.
    pub received_at: Time,
    /// How to tell the source that all of it is safely stored.
    pub receipt: Receipt,
}

/// The way back to the source: used once, after the commit. Dropping it unused means "not stored": the source then does not
/// acknowledge, and the gateway's re-delivery will be new.
#[derive(Debug)]
pub struct Receipt {
    to: mpsc::UnboundedSender<Settled>,
    serial: u64,
    used: bool,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The number that the source gave the delivery.
    pub serial: u64,
    /// Committed: publish this, then acknowledge the delivery. It is the ack object, or the array of them, as JSON for
    /// `telecare/v1/{gateway}/acks`; empty means nothing to publish (status). `None`: the receipt was dropped, nothing is stored.
    pub acks: Option<Bytes>,
}

impl Receipt {
    /// A receipt for delivery number `serial` of the source that listens on the other end of `to`. The channel is unbounded because
    /// it can never hold more than the deliveries that the source has outstanding, which the source bounds.
    #[must_use]
    pub fn new(to: mpsc::UnboundedSender<Settled>, serial: u64) -> Self {
        Self { to, serial, used: false }
    }

    /// Says that the delivery is committed. A source that has gone away meanwhile is no error: the gateway will send again and be
    /// told `duplicate`.
    pub fn settle(mut self, acks: Bytes) {
        self.used = true;
        let _ = self.to.send(Settled { serial: self.serial, acks: Some(acks) });
    }
}

impl Drop for Receipt {
    /// A gateway sends again only after a new connection, so the source must hear of it.
    fn drop(&mut self) {
        if !self.used {
            let _ = self.to.send(Settled { serial: self.serial, acks: None });
        }
    }
}
