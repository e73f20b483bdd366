//! How many events go into one transaction: as many as fit into the time that an alarm may have to wait for it.
//!
//! Large transactions store more in a second, since gateways share pages of the tables and one sync serves all; but there is one writer, and whoever comes
//! while it is at work waits. So the number follows what the machine does in that time.

use std::time::Duration;

/// However slow the machine, so many are stored at once: a sync for fewer would make it slower still.
const FEWEST: usize = 100;
/// Where it begins.
const FIRST: usize = 1_000;

/// The number of events for the next transaction.
#[derive(Debug)]
pub(super) struct Pace {
    limit: usize,
    most: usize,
    target: Duration,
}

impl Pace {
    /// At most `most` events, and no more than what takes about `target`.
    pub(super) fn new(most: usize, target: Duration) -> Self {
        Self { limit: FIRST.min(most.max(1)), most: most.max(1), target }
    }

    /// Events for the next transaction, at most.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Learns from a transaction of `events` that took so long. A small one says more about the sync than about events, and changes nothing
    /// unless it took too long.
    pub(super) fn took(&mut self, events: usize, took: Duration) {
        if took.is_zero() || (events * 2 < self.limit && took <= self.target) {
            return;
        }
        let fits = self.target.as_secs_f64() / took.as_secs_f64() * events as f64;
        // Half of the way: one slow sync must not make it small at once.
        let next = f64::midpoint(self.limit as f64, fits.min(self.limit as f64 * 2.0));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and twice a usize that came from a setting")]
        let next = next.max(1.0) as usize;
        self.limit = next.clamp(FEWEST.min(self.most), self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: Duration = Duration::from_millis(50);

    /// A machine that needs so long for an event, under load.
    fn settle(pace: &mut Pace, micros_per_event: u64) -> usize {
        for _ in 0..50 {
            let events = pace.limit();
            pace.took(events, Duration::from_micros(micros_per_event * events as u64));
        }
        pace.limit()
    }

    #[test]
    fn a_transaction_comes_to_take_what_it_may_take() {
        let mut pace = Pace::new(4_000, TARGET);
        assert!((1_900..=2_100).contains(&settle(&mut pace, 25)), "{}", pace.limit());
        assert!((240..=260).contains(&settle(&mut pace, 200)), "{}", pace.limit());
        assert_eq!(settle(&mut pace, 1), 4_000, "the setting bounds it");
        assert_eq!(settle(&mut pace, 100_000), FEWEST, "a slow machine does not end at one");
    }

    #[test]
    fn lone_events_and_one_slow_sync_say_little() {
        let mut pace = Pace::new(4_000, TARGET);
        settle(&mut pace, 25);
        let before = pace.limit();
        pace.took(3, Duration::from_millis(2));
        assert_eq!(pace.limit(), before);
        pace.took(before, Duration::from_secs(2));
        assert!(pace.limit() >= before / 2);
        let mut still = Pace::new(10, TARGET);
        still.took(10, Duration::ZERO);
        assert_eq!(still.limit(), 10, "a clock that stands still says nothing");
    }
}
