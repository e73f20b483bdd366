//! What a gateway has sent and not yet been told about: the events that wait, and when to send them again.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::message::Message;

/// A message that waits for the answers to its events.
#[derive(Debug)]
struct Waiting {
    message: Message,
    missing: usize,
    sent_at: Duration,
    attempts: u32,
}

/// The messages that wait for an answer, in the order in which they were first sent.
#[derive(Debug, Default)]
pub struct Outstanding {
    by_number: BTreeMap<u64, Waiting>,
    by_id: HashMap<String, u64>,
    next: u64,
}

/// A message is sent again after ever longer waits, but at least this often: so many times the first wait.
const LONGEST_WAIT: u32 = 6;

impl Outstanding {
    /// Notes a message that is being sent at `now` (monotonic) and gives it a number.
    pub fn add(&mut self, message: Message, now: Duration) -> u64 {
        let number = self.next;
        self.next += 1;
        for id in &message.ids {
            self.by_id.insert(id.clone(), number);
        }
        self.by_number.insert(number, Waiting { missing: message.ids.len(), message, sent_at: now, attempts: 1 });
        number
    }

    /// Notes that the event `id` has been answered. False: nobody waits for it (any more).
    pub fn settle(&mut self, id: &str) -> bool {
        let Some(number) = self.by_id.remove(id) else { return false };
        if let Some(waiting) = self.by_number.get_mut(&number) {
            waiting.missing -= 1;
            if waiting.missing == 0 {
                self.by_number.remove(&number);
            }
        }
        true
    }

    /// The messages to send again at `now`: those that have waited `after` since they were last sent, twice that the second time,
    /// and so on. They count as sent now.
    pub fn overdue(&mut self, now: Duration, after: Duration) -> Vec<(u64, Message)> {
        let due = |waiting: &Waiting| now.saturating_sub(waiting.sent_at) >= after * waiting.attempts.min(LONGEST_WAIT);
        self.by_number.iter_mut().filter(|(_, waiting)| due(waiting)).map(|(&number, waiting)| (number, waiting.send(now))).collect()
    }

    /// All messages, for a new connection. They count as sent now.
    pub fn all(&mut self, now: Duration) -> Vec<(u64, Message)> {
        self.by_number.iter_mut().map(|(&number, waiting)| (number, waiting.send(now))).collect()
    }

    /// The event ids of message `number`, if it still waits.
    #[must_use]
    pub fn ids(&self, number: u64) -> Option<&[String]> {
        self.by_number.get(&number).map(|waiting| waiting.message.ids.as_slice())
    }

    /// How many messages wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_number.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }

    /// How many events wait.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.by_id.len() as u64
    }
}

impl Waiting {
    fn send(&mut self, now: Duration) -> Message {
        self.sent_at = now;
        self.attempts += 1;
        self.message.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::message::Lane;

    fn message(ids: &[&str]) -> Message {
        Message { lane: Lane::Events, ids: ids.iter().map(ToString::to_string).collect(), payload: bytes::Bytes::new() }
    }

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_message_waits_until_its_last_event_is_answered() {
        let mut waiting = Outstanding::default();
        waiting.add(message(&["a", "b"]), s(0));
        assert!(waiting.settle("a"));
        assert!(!waiting.settle("a"), "a second answer is nobody's");
        assert_eq!((waiting.len(), waiting.events()), (1, 1));
        assert!(waiting.settle("b"));
        assert!(waiting.is_empty() && !waiting.settle("never sent"));
    }

    #[test]
    fn an_unanswered_message_is_sent_again_after_growing_waits() {
        let mut waiting = Outstanding::default();
        let number = waiting.add(message(&["a"]), s(0));
        let due = |waiting: &mut Outstanding, at| waiting.overdue(s(at), s(10)).into_iter().map(|(n, _)| n).collect::<Vec<_>>();
        assert!(due(&mut waiting, 9).is_empty());
        assert_eq!(due(&mut waiting, 10), [number]);
        assert!(due(&mut waiting, 29).is_empty());
        assert_eq!(due(&mut waiting, 30), [number]);
        waiting.settle("a");
        assert!(due(&mut waiting, 1000).is_empty());
    }

    #[test]
    fn a_new_connection_sends_all_in_the_first_order() {
        let mut waiting = Outstanding::default();
        for id in ["a", "b", "c"] {
            waiting.add(message(&[id]), s(0));
        }
        waiting.settle("b");
        let again: Vec<_> = waiting.all(s(5)).into_iter().map(|(_, message)| message.ids[0].clone()).collect();
        assert_eq!(again, ["a", "c"]);
    }
}
