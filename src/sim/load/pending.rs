//! The unanswered messages of one load connection, by number and by packet id.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bytes::Bytes;

use crate::sim::load::Release;
use crate::sim::message::Lane;

/// A message that still waits for its PUBACK, its answer or both.
#[derive(Debug)]
pub struct Waiting {
    /// The event object.
    pub payload: Bytes,
    /// Its topic.
    pub lane: Lane,
    /// When it was due, on the monotonic clock.
    pub due_at: Duration,
    /// When it was last sent, on the monotonic clock.
    pub sent_at: Duration,
    /// Its PUBACK came.
    pub acknowledged: bool,
    /// Its ack object came.
    pub answered: bool,
}

/// All messages of a connection that still wait for something.
#[derive(Debug)]
pub struct Pending {
    by_number: BTreeMap<u64, Waiting>,
    by_packet: HashMap<u16, u64>,
    next_packet: u16,
    release: Release,
    held: usize,
}

impl Pending {
    /// Nothing waits yet; `release` frees a place in the window.
    pub fn new(release: Release) -> Self {
        Self { by_number: BTreeMap::new(), by_packet: HashMap::new(), next_packet: 1, release, held: 0 }
    }

    /// How many places of the window are taken.
    pub const fn held(&self) -> usize {
        self.held
    }

    /// Whether nothing waits for anything.
    pub fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }

    /// How many events still lack their ack object.
    pub fn unanswered(&self) -> u64 {
        self.by_number.values().filter(|waiting| !waiting.answered).count() as u64
    }

    /// Notes a message; it has no packet id yet.
    pub fn add(&mut self, number: u64, waiting: Waiting) {
        self.held += usize::from(waiting.lane == Lane::Events);
        self.by_number.insert(number, waiting);
    }

    /// A free packet id for message `number`. An earlier one of the same message stays taken until its PUBACK or the connection's end.
    pub fn packet_id(&mut self, number: u64) -> u16 {
        while self.next_packet == 0 || self.by_packet.contains_key(&self.next_packet) {
            self.next_packet = self.next_packet.wrapping_add(1);
        }
        let packet = self.next_packet;
        self.next_packet = packet.wrapping_add(1);
        self.by_packet.insert(packet, number);
        packet
    }

    /// Notes a PUBACK; answers with the message's number and due time, the first time.
    pub fn acknowledge(&mut self, packet: u16) -> Option<(u64, Duration)> {
        let number = self.by_packet.remove(&packet)?;
        let waiting = self.by_number.get_mut(&number).filter(|waiting| !waiting.acknowledged)?;
        waiting.acknowledged = true;
        let due_at = waiting.due_at;
        self.settle(number, Release::Puback);
        Some((number, due_at))
    }

    /// Notes an ack object; answers with the message's lane and due time, the first time.
    pub fn answer(&mut self, number: u64) -> Option<(Lane, Duration)> {
        let waiting = self.by_number.get_mut(&number).filter(|waiting| !waiting.answered)?;
        waiting.answered = true;
        let found = (waiting.lane, waiting.due_at);
        self.settle(number, Release::AckObject);
        Some(found)
    }

    fn settle(&mut self, number: u64, by: Release) {
        let Some(waiting) = self.by_number.get(&number) else { return };
        if by == self.release && waiting.lane == Lane::Events {
            self.held -= 1;
        }
        if waiting.acknowledged && waiting.answered {
            self.by_number.remove(&number);
        }
    }

    /// The connection is gone, and with it the meaning of its packet ids.
    pub fn forget_packets(&mut self) {
        self.by_packet.clear();
    }

    /// The messages that were last sent before `before`. They count as sent `now`.
    pub fn sent_before(&mut self, before: Duration, now: Duration) -> Vec<(u64, Lane, Bytes)> {
        let late = self.by_number.iter_mut().filter(|(_, waiting)| waiting.sent_at <= before);
        late.map(|(&number, waiting)| {
            waiting.sent_at = now;
            (number, waiting.lane, waiting.payload.clone())
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(lane: Lane) -> Waiting {
        let payload = Bytes::from_static(b"{}");
        Waiting { payload, lane, due_at: Duration::ZERO, sent_at: Duration::ZERO, acknowledged: false, answered: false }
    }

    #[test]
    fn a_place_is_freed_by_what_the_plan_says_and_the_message_by_both() {
        for release in [Release::Puback, Release::AckObject] {
            let mut pending = Pending::new(release);
            pending.add(1, waiting(Lane::Events));
            pending.add(2, waiting(Lane::Alarms));
            let packet = pending.packet_id(1);
            assert_eq!((pending.held(), pending.unanswered()), (1, 2));
            assert!(pending.acknowledge(packet).is_some() && pending.acknowledge(packet).is_none());
            assert_eq!(pending.held(), usize::from(release == Release::AckObject));
            assert!(pending.answer(1).is_some() && pending.answer(1).is_none());
            assert_eq!((pending.held(), pending.unanswered()), (0, 1));
        }
    }

    #[test]
    fn packet_ids_are_never_zero_nor_used_twice_at_a_time() {
        let mut pending = Pending::new(Release::Puback);
        let first = pending.packet_id(1);
        for _ in 0..70_000 {
            let packet = pending.packet_id(2);
            assert!(packet != 0 && packet != first);
            pending.acknowledge(packet);
        }
    }

    #[test]
    fn a_new_connection_sends_all_that_lacks_an_answer() {
        let mut pending = Pending::new(Release::Puback);
        for number in [1, 2] {
            pending.add(number, waiting(Lane::Events));
        }
        let packet = pending.packet_id(1);
        pending.acknowledge(packet);
        pending.forget_packets();
        let now = Duration::from_secs(9);
        assert_eq!(pending.sent_before(now, now).len(), 2, "an acknowledged message whose answer is missing is asked about again");
        assert!(pending.sent_before(Duration::from_secs(8), now).is_empty());
    }
}
