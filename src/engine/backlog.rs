//! What waits of telemetry, sorted by gateway. While little waits it goes as it came. When more waits than one transaction takes (a flood; gateways that
//! empty their buffers after an outage), what one gateway said is taken together: its rows lie side by side in every index, so the same transaction
//! writes a fraction of the pages, and so many more events fit into its time.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio::sync::mpsc::Receiver;

use super::delivery::Delivery;

/// Deliveries of one gateway taken in its turn; then the others come first. One that empties a full buffer must not keep the rest waiting.
const A_TURN: usize = 64;

/// Deliveries by gateway, each gateway's in the order in which they came.
#[derive(Debug)]
pub(super) struct Backlog {
    most: usize,
    held: usize,
    turns: VecDeque<Arc<str>>,
    waiting: HashMap<Arc<str>, VecDeque<Delivery>>,
}

impl Backlog {
    /// Room for `most` deliveries.
    pub(super) fn new(most: usize) -> Self {
        Self { most: most.max(1), held: 0, turns: VecDeque::new(), waiting: HashMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held == 0
    }

    /// Takes what is waiting here and in the lane, up to `limit` events; no waiting for company. Answers with the number of events in the batch.
    pub(super) fn take(&mut self, lane: &mut Receiver<Delivery>, batch: &mut Vec<Delivery>, limit: usize) -> usize {
        while self.held < self.most {
            let Ok(delivery) = lane.try_recv() else { break };
            self.hold(delivery);
        }
        let mut events: usize = batch.iter().map(weight).sum();
        while events < limit {
            let Some(gateway) = self.turns.pop_front() else { break };
            let Some(queue) = self.waiting.get_mut(&gateway) else { continue };
            for _ in 0..A_TURN {
                let Some(delivery) = (events < limit).then(|| queue.pop_front()).flatten() else { break };
                events += weight(&delivery);
                self.held -= 1;
                batch.push(delivery);
            }
            if queue.is_empty() {
                self.waiting.remove(&gateway);
            } else {
                self.turns.push_back(gateway);
            }
        }
        events
    }

    fn hold(&mut self, delivery: Delivery) {
        let gateway = delivery.gateway.clone();
        let queue = self.waiting.entry(gateway.clone()).or_insert_with(|| {
            self.turns.push_back(gateway);
            VecDeque::new()
        });
        queue.push_back(delivery);
        self.held += 1;
    }
}

/// Takes what is waiting in a lane in the order in which it came, up to `limit` events. Answers with the number of events in the batch.
pub(super) fn gather(lane: &mut Receiver<Delivery>, batch: &mut Vec<Delivery>, limit: usize) -> usize {
    let mut events: usize = batch.iter().map(weight).sum();
    while events < limit {
        let Ok(delivery) = lane.try_recv() else { break };
        events += weight(&delivery);
        batch.push(delivery);
    }
    events
}

fn weight(delivery: &Delivery) -> usize {
    delivery.decoded.as_ref().map_or(1, |decoded| decoded.items.len().max(1))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tokio::sync::mpsc;

    use super::*;
    use crate::clock::Time;
    use crate::engine::delivery::{Receipt, Topic};

    struct Lane {
        sender: mpsc::Sender<Delivery>,
        lane: Receiver<Delivery>,
        backlog: Backlog,
        serial: u64,
    }

    impl Lane {
        fn new(depth: usize, most: usize) -> Self {
            let (sender, lane) = mpsc::channel(depth);
            Self { sender, lane, backlog: Backlog::new(most), serial: 0 }
        }

        fn says(&mut self, gateway: &str, times: usize) {
            for _ in 0..times {
                self.serial += 1;
                let receipt = Receipt::new(mpsc::unbounded_channel().0, self.serial);
                let payload = Bytes::from(self.serial.to_string());
                let (gateway, decoded, oversized) = (Arc::from(gateway), None, None);
                let delivery = Delivery {
                    gateway,
                    topic: Topic::Events,
                    payload,
                    oversized,
                    decoded,
                    retained: false,
                    received_at: Time::UNIX_EPOCH,
                    receipt,
                };
                self.sender.try_send(delivery).unwrap();
            }
        }

        /// The next batch, as gateway and number.
        fn takes(&mut self, limit: usize) -> Vec<(String, u64)> {
            let mut batch = Vec::new();
            assert_eq!(self.backlog.take(&mut self.lane, &mut batch, limit), batch.len());
            batch
                .iter()
                .map(|delivery| (delivery.gateway.to_string(), std::str::from_utf8(&delivery.payload).unwrap().parse().unwrap()))
                .collect()
        }
    }

    #[test]
    fn what_one_gateway_said_is_taken_together_and_in_order() {
        let mut lane = Lane::new(100, 100);
        for _ in 0..10 {
            for gateway in ["a", "b", "c"] {
                lane.says(gateway, 1);
            }
        }
        let told = |gateway: &str, first: u64| (0..10).map(|n| (gateway.to_owned(), first + n * 3)).collect::<Vec<_>>();
        assert_eq!(lane.takes(10), told("a", 1));
        lane.says("a", 1);
        assert_eq!(lane.takes(20), [told("b", 2), told("c", 3)].concat());
        assert_eq!(lane.takes(5), [("a".to_owned(), 31)]);
        assert!(lane.backlog.is_empty() && lane.backlog.waiting.is_empty() && lane.takes(5).is_empty());
    }

    #[test]
    fn a_gateway_that_empties_its_buffer_does_not_keep_the_others_waiting() {
        let mut lane = Lane::new(1_000, 1_000);
        lane.says("full", 500);
        lane.says("other", 1);
        let first = lane.takes(A_TURN + 1);
        assert_eq!(first.last().unwrap().0, "other");
        let mut all = first;
        while !lane.backlog.is_empty() {
            all.extend(lane.takes(100));
        }
        let full: Vec<u64> = all.iter().filter(|(gateway, _)| gateway == "full").map(|(_, number)| *number).collect();
        assert_eq!((full, all.len()), ((1..=500).collect(), 501), "in order, and nothing is lost");
    }

    #[test]
    fn a_turn_that_the_limit_cuts_short_goes_on_later() {
        let mut lane = Lane::new(100, 100);
        lane.says("a", 4);
        lane.says("b", 4);
        let numbers = |taken: Vec<(String, u64)>| taken.into_iter().map(|(_, number)| number).collect::<Vec<_>>();
        assert_eq!([numbers(lane.takes(3)), numbers(lane.takes(3)), numbers(lane.takes(3))], [vec![1, 2, 3], vec![5, 6, 7], vec![4, 8]]);
    }

    #[test]
    fn no_more_is_held_than_there_is_room_for_so_that_the_sources_wait() {
        let mut lane = Lane::new(10, 5);
        lane.says("a", 10);
        assert_eq!(lane.takes(1).len(), 1);
        assert_eq!((lane.backlog.held, lane.lane.len()), (4, 5));
    }
}
