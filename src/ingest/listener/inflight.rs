//! The deliveries of one connection that are not settled yet, and the order of their acknowledgements: the order of the PUBLISHes,
//! whatever order the engine commits them in. Packet identifiers are only echoed, never compared.

use std::collections::VecDeque;

use bytes::BytesMut;

use super::packet::{Qos, Version};
use super::reply;

/// Serial numbers of QoS 0 deliveries. They have no place in the order; the number carries their size instead.
const UNORDERED: u64 = 1 << 63;

/// See the module.
#[derive(Debug, Default)]
pub struct InFlight {
    /// The serial number of the first entry.
    first: u64,
    entries: VecDeque<Entry>,
    unordered: usize,
    bytes: usize,
    lost: bool,
}

#[derive(Debug)]
struct Entry {
    id: u16,
    qos: Qos,
    bytes: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Stored,
    Refused,
    Lost,
}

impl InFlight {
    /// Takes in a delivery of `bytes` payload bytes and gives it its serial number.
    pub fn add(&mut self, qos: Qos, id: u16, bytes: usize) -> u64 {
        self.bytes += bytes;
        if qos == Qos::AtMostOnce {
            self.unordered += 1;
            return UNORDERED | bytes as u64;
        }
        self.entries.push_back(Entry { id, qos, bytes, state: State::Waiting });
        self.first + self.entries.len() as u64 - 1
    }

    /// Takes in a PUBLISH that is not delivered to anybody, only answered in its turn.
    pub fn add_refused(&mut self, qos: Qos, id: u16) {
        if qos != Qos::AtMostOnce {
            self.entries.push_back(Entry { id, qos, bytes: 0, state: State::Refused });
        }
    }

    /// Notes what became of a delivery.
    pub fn settle(&mut self, serial: u64, stored: bool) {
        self.lost |= !stored;
        if serial & UNORDERED != 0 {
            self.unordered = self.unordered.saturating_sub(1);
            self.bytes = self.bytes.saturating_sub(usize::try_from(serial & !UNORDERED).unwrap_or(usize::MAX));
            return;
        }
        let index = serial.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) {
            entry.state = if stored { State::Stored } else { State::Lost };
            self.bytes = self.bytes.saturating_sub(entry.bytes);
        }
    }

    /// Writes the acknowledgements whose turn has come. One that was not stored holds back those behind it for good.
    pub fn acknowledge(&mut self, version: Version, out: &mut BytesMut) {
        while let Some(entry) = self.entries.front() {
            if matches!(entry.state, State::Waiting | State::Lost) {
                break;
            }
            reply::acknowledge(version, out, entry.qos, entry.id, entry.state == State::Refused);
            self.entries.pop_front();
            self.first += 1;
        }
        if self.entries.is_empty() && self.entries.capacity() > 16 {
            // An idle connection holds nothing.
            self.entries = VecDeque::new();
        }
    }

    /// How many PUBLISHes at QoS 1 and 2 have no acknowledgement yet.
    #[must_use]
    pub fn ordered(&self) -> usize {
        self.entries.len()
    }

    /// How many PUBLISHes at QoS 0 are not settled yet.
    #[must_use]
    pub const fn unordered(&self) -> usize {
        self.unordered
    }

    /// The payload bytes of all deliveries that are not settled yet.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether a delivery could not be stored. The gateway sends it again only on a new connection, so this one must end.
    #[must_use]
    pub const fn lost(&self) -> bool {
        self.lost
    }

    /// Whether nothing more can be acknowledged: everything is settled, or all that is left waits behind a loss.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.unordered == 0 && self.entries.iter().all(|entry| entry.state != State::Waiting)
    }
}
