//! Ack objects on their way to the gateway: sent at once while the client takes them, a bounded number waiting otherwise. One that
//! finds no room is dropped and counted; a re-delivery answers `duplicate`.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::packet::{Qos, Version};
use super::reply;

/// How many bytes of ack objects may wait.
const WAITING_BYTES: usize = 1024 * 1024;

/// Ack objects of one connection.
#[derive(Debug)]
pub struct AckObjects {
    version: Version,
    topic: Bytes,
    /// The subscription's quality of service, at most 1. `None`: not subscribed.
    granted: Option<Qos>,
    /// How many may be unacknowledged.
    window: u16,
    /// How many more may wait.
    waiting_limit: usize,
    maximum_packet: usize,
    waiting: VecDeque<Bytes>,
    waiting_bytes: usize,
    ids: Ids,
}

/// What became of an ack object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It will be sent.
    Yes,
    /// Nobody has subscribed.
    NotSubscribed,
    /// No room for it, or larger than the client takes.
    Dropped,
}

impl AckObjects {
    /// At most `limit` may be unacknowledged and as many more may wait; the client itself takes `receive_maximum` unacknowledged
    /// messages of at most `maximum_packet` bytes.
    #[must_use]
    pub fn new(version: Version, topic: Bytes, limit: u16, receive_maximum: u16, maximum_packet: u32) -> Self {
        let (window, waiting_limit) = (receive_maximum.min(limit), limit.into());
        let maximum_packet = usize::try_from(maximum_packet).unwrap_or(usize::MAX);
        let (waiting, ids) = (VecDeque::new(), Ids::default());
        Self { version, topic, granted: None, window, waiting_limit, maximum_packet, waiting, waiting_bytes: 0, ids }
    }

    /// The client subscribes; the answer is the quality of service that it gets.
    pub fn subscribe(&mut self, wanted: Qos) -> Qos {
        let granted = wanted.min(Qos::AtLeastOnce);
        self.granted = Some(granted);
        granted
    }

    /// The client unsubscribes; whether it had subscribed.
    pub fn unsubscribe(&mut self) -> bool {
        self.waiting = VecDeque::new();
        self.waiting_bytes = 0;
        self.granted.take().is_some()
    }

    /// Takes in one ack object. [`AckObjects::write`] sends it.
    pub fn push(&mut self, payload: Bytes) -> Taken {
        if self.granted.is_none() {
            return Taken::NotSubscribed;
        }
        let fits = reply::publish_size(&self.topic, &payload) <= self.maximum_packet;
        let room = self.waiting.len() < self.waiting_limit && self.waiting_bytes + payload.len() <= WAITING_BYTES;
        // A single one may be as large as it likes: an array of 500 has one answer.
        if !fits || !(room || self.waiting.is_empty()) {
            return Taken::Dropped;
        }
        self.waiting_bytes += payload.len();
        self.waiting.push_back(payload);
        Taken::Yes
    }

    /// Writes what the client takes now, while the output holds less than `room` bytes.
    pub fn write(&mut self, out: &mut BytesMut, room: usize) {
        let Some(granted) = self.granted else { return };
        while out.len() < room && (granted == Qos::AtMostOnce || self.ids.used < self.window) {
            let Some(payload) = self.waiting.pop_front() else { break };
            self.waiting_bytes -= payload.len();
            let id = (granted == Qos::AtLeastOnce).then(|| self.ids.next());
            reply::publish(self.version, out, &self.topic, id, &payload);
        }
        if self.waiting.is_empty() && self.waiting.capacity() > 16 {
            // An idle connection holds nothing.
            self.waiting = VecDeque::new();
        }
    }

    /// The client has one of them. An identifier that is not in use is ignored.
    pub fn acknowledged(&mut self, id: u16) {
        self.ids.release(id);
    }

    /// Whether all have been written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// Packet identifiers in use, from 1 up; as many as were ever in use at one time.
#[derive(Debug, Default)]
struct Ids {
    used: u16,
    free: Vec<u16>,
    taken: Vec<bool>,
}

impl Ids {
    /// An identifier that is not in use. The caller keeps `used` below the window, so there is one.
    fn next(&mut self) -> u16 {
        self.used += 1;
        let id = self.free.pop().unwrap_or_else(|| {
            self.taken.push(false);
            u16::try_from(self.taken.len()).unwrap_or(u16::MAX)
        });
        self.taken[usize::from(id) - 1] = true;
        id
    }

    fn release(&mut self, id: u16) {
        if let Some(taken) = self.taken.get_mut(usize::from(id).wrapping_sub(1)).filter(|taken| **taken) {
            *taken = false;
            self.used -= 1;
            self.free.push(id);
        }
    }
}
