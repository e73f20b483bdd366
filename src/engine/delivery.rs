//! What every source hands over, and what it gets back. The listener and the broker client look alike from here.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::clock::Time;
use crate::domain::catalogue::Class;
use crate::domain::event::Event;

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

impl Topic {
    /// The topic of this sort that belongs to `gateway`.
    #[must_use]
    pub fn name(self, gateway: &str) -> String {
        let leaf = match self {
            Self::Events => "events",
            Self::Alarms => "alarms",
            Self::Status => "status",
        };
        format!("telecare/v1/{gateway}/{leaf}")
    }
}

/// One message as it arrived, with the way to answer it.
#[derive(Debug)]
pub struct Delivery {
    /// The gateway's id: from its login on the listener, from the topic through a broker.
    pub gateway: Arc<str>,
    /// Which of the gateway's topics.
    pub topic: Topic,
    /// The bytes as sent; of an oversized message only the first [`EVIDENCE_BYTES`].
    pub payload: Bytes,
    /// The length in bytes that an oversized message had, or announced. It cannot be decoded: it goes to quarantine.
    pub oversized: Option<usize>,
    /// Its events, once [`crate::ingest::intake::Intake::submit`] has read them in the source's own task; a source leaves it empty.
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

/// What a payload turned out to be.
#[derive(Debug)]
pub struct Decoded {
    /// Its events, in order, each readable or not.
    pub items: Vec<Item>,
    /// Whether it was an array: then so is the answer.
    pub array: bool,
}

/// One event of a payload.
#[derive(Debug)]
pub enum Item {
    /// Readable.
    Event(Box<Event>),
    /// Not readable: to quarantine.
    Rejected(Rejection),
}

/// Why something was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The event's id, where it could be read.
    pub id: Option<String>,
    /// What is wrong and what to do.
    pub reason: String,
    /// Somebody may have asked for help with it.
    pub alarming: bool,
    /// Bytes of what was refused.
    pub length: usize,
    /// Its first 4 KiB.
    pub head: Vec<u8>,
}

/// How much of a refused message is kept, in bytes.
pub const EVIDENCE_BYTES: usize = 4096;

impl Decoded {
    /// Whether the alarm lane should carry it.
    #[must_use]
    pub fn is_alarm(&self) -> bool {
        self.items.iter().any(|item| match item {
            Item::Event(event) => event.class == Class::Alarm,
            Item::Rejected(rejection) => rejection.alarming,
        })
    }
}

impl Decoded {
    /// Whether nothing of it could be read.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.items.iter().all(|item| matches!(item, Item::Rejected(_)))
    }

    /// Turns every event into a refusal, for what the database will not take.
    pub fn refuse_all(&mut self, reason: &str) {
        for item in &mut self.items {
            if let Item::Event(event) = item {
                let head = serde_json::to_vec(event).unwrap_or_default();
                *item = Item::Rejected(reject(&head, Some(event.id.clone()), reason.to_owned(), event.class == Class::Alarm));
            }
        }
    }
}

/// A refusal of `bytes`.
#[must_use]
pub fn reject(bytes: &[u8], id: Option<String>, reason: String, alarming: bool) -> Rejection {
    Rejection { id, reason, alarming, length: bytes.len(), head: bytes[..bytes.len().min(EVIDENCE_BYTES)].to_vec() }
}

/// An id made from content, so that a re-delivery has it again.
#[must_use]
pub fn hash_id(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("h-{hex}")
}
