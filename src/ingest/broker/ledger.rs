//! What is open on one connection: each delivery from its arrival to its acknowledgement. No I/O, so that its order can be proven.
//!
//! The order for each delivery: it is committed, its ack object is published, the broker has confirmed the ack object, the delivery is
//! acknowledged. Whatever breaks in between, the broker delivers again and the gateway is told `duplicate`.

use std::collections::{HashMap, VecDeque};

use super::link::Order;

/// The deliveries of one connection.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    last: u64,
    open: HashMap<u64, Entry>,
    /// Ack objects handed to the client that have no packet id yet, in order.
    handed: VecDeque<u64>,
    /// Ack objects under way, by packet id.
    under_way: HashMap<u16, u64>,
}

#[derive(Debug)]
struct Entry {
    packet_id: Option<u16>,
    acks: Option<String>,
    weight: usize,
}

/// What to do after a delivery was settled.
#[derive(Debug)]
pub(super) struct Settlement {
    /// What the delivery weighed in memory.
    pub weight: usize,
    /// What to send.
    pub order: Option<Order>,
    /// It was not stored: it must come again.
    pub abandoned: bool,
}

impl Ledger {
    /// Enters a delivery and gives it its number. `acks` is the topic to answer on.
    pub(super) fn enter(&mut self, packet_id: Option<u16>, acks: Option<String>, weight: usize) -> u64 {
        self.last += 1;
        self.open.insert(self.last, Entry { packet_id, acks, weight });
        self.last
    }

    /// A delivery is committed (`acks` is what to publish, empty for nothing) or was given up (`None`). `largest` is how many bytes of
    /// topic and payload can be published. Nothing for a number that is not open.
    pub(super) fn settle(&mut self, serial: u64, acks: Option<bytes::Bytes>, largest: usize) -> Option<Settlement> {
        let entry = self.open.get_mut(&serial)?;
        let weight = std::mem::take(&mut entry.weight);
        let Some(payload) = acks else {
            self.open.remove(&serial);
            return Some(Settlement { weight, order: None, abandoned: true });
        };
        let order = match entry.acks.take() {
            Some(topic) if !payload.is_empty() && topic.len() + payload.len() <= largest => Some(Order::Publish { serial, topic, payload }),
            _ => self.close(serial),
        };
        Some(Settlement { weight, order, abandoned: false })
    }

    /// The client took an ack object over.
    pub(super) fn handed(&mut self, serial: u64) {
        self.handed.push_back(serial);
    }

    /// The next ack object went out under this packet id.
    pub(super) fn sent(&mut self, packet_id: u16) {
        if let Some(serial) = self.handed.pop_front() {
            self.under_way.insert(packet_id, serial);
        }
    }

    /// The broker has the ack object with this packet id: what to send now.
    pub(super) fn confirmed(&mut self, packet_id: u16) -> Option<Order> {
        let serial = self.under_way.remove(&packet_id)?;
        self.close(serial)
    }

    /// Whether nothing is open but what was given up.
    pub(super) fn is_idle(&self) -> bool {
        self.open.is_empty()
    }

    fn close(&mut self, serial: u64) -> Option<Order> {
        self.open.remove(&serial)?.packet_id.map(Order::Acknowledge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;

    const LARGEST: usize = 1000;

    const ACKS: Option<Bytes> = Some(Bytes::from_static(b"{}"));

    #[test]
    fn a_delivery_is_acknowledged_once_the_broker_has_its_ack_object() {
        let mut ledger = Ledger::default();
        let serial = ledger.enter(Some(7), Some("a/acks".into()), 10);
        let settlement = ledger.settle(serial, ACKS, LARGEST).unwrap();
        assert!(matches!(settlement.order, Some(Order::Publish { .. })));
        assert_eq!(settlement.weight, 10);
        ledger.handed(serial);
        ledger.sent(1);
        assert!(!ledger.is_idle());
        assert!(matches!(ledger.confirmed(1), Some(Order::Acknowledge(7))));
        assert!(ledger.is_idle());
        assert!(ledger.confirmed(1).is_none(), "only once");
        assert!(ledger.settle(serial, ACKS, LARGEST).is_none(), "a number that is not open");
    }

    #[test]
    fn nothing_to_publish_is_acknowledged_at_once() {
        let mut ledger = Ledger::default();
        let status = ledger.enter(Some(1), Some("a/acks".into()), 0);
        assert!(matches!(ledger.settle(status, Some(Bytes::new()), LARGEST).unwrap().order, Some(Order::Acknowledge(1))));
        let nowhere = ledger.enter(Some(2), None, 0);
        assert!(matches!(ledger.settle(nowhere, ACKS, LARGEST).unwrap().order, Some(Order::Acknowledge(2))));
        let too_large = ledger.enter(Some(3), Some("a/acks".into()), 0);
        let large = Some(Bytes::from(vec![b' '; LARGEST]));
        assert!(matches!(ledger.settle(too_large, large, LARGEST).unwrap().order, Some(Order::Acknowledge(3))));
        assert!(ledger.is_idle());
    }

    #[test]
    fn what_was_not_stored_is_never_acknowledged() {
        let mut ledger = Ledger::default();
        let serial = ledger.enter(Some(1), Some("a/acks".into()), 5);
        let settlement = ledger.settle(serial, None, LARGEST).unwrap();
        assert!(settlement.abandoned && settlement.order.is_none());
        assert!(ledger.is_idle());
    }

    proptest! {
        // Deliveries settle in any order and the broker confirms in any order: each is acknowledged once, by its own packet id, and never
        // before its own ack object was confirmed.
        #[test]
        fn each_by_its_own_number(order in Just((1..=40_u16).collect::<Vec<_>>()).prop_shuffle(), confirm in any::<Vec<prop::sample::Index>>()) {
            let mut ledger = Ledger::default();
            let serials: HashMap<u16, u64> = (1..=40).map(|id| (id, ledger.enter(Some(id), Some(format!("{id}/acks")), 1))).collect();
            let mut under_way = Vec::new();
            for (n, id) in order.iter().enumerate() {
                let settlement = ledger.settle(serials[id], ACKS, LARGEST).unwrap();
                let Some(Order::Publish { serial, topic, .. }) = settlement.order else { panic!("published first") };
                prop_assert_eq!(topic, format!("{id}/acks"));
                ledger.handed(serial);
                let ours = u16::try_from(n).unwrap() + 100;
                ledger.sent(ours);
                under_way.push((ours, *id));
            }
            let mut confirm = confirm.into_iter();
            while !under_way.is_empty() {
                let (ours, id) = under_way.swap_remove(confirm.next().map_or(0, |index| index.index(under_way.len())));
                let acknowledged = matches!(ledger.confirmed(ours), Some(Order::Acknowledge(packet_id)) if packet_id == id);
                prop_assert!(acknowledged);
            }
            prop_assert!(ledger.is_idle());
        }
    }
}
