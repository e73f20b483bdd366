//! The only source of time. Everything else is handed a [`Clock`], so that a test can turn the hands itself.
//!
//! Times are truncated to microseconds: PostgreSQL keeps no more, and a time must compare equal after a round trip.
#![allow(clippy::disallowed_methods, reason = "the one room where the real clocks may be read")]

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use tokio::sync::watch;

/// An instant in UTC, to the microsecond.
pub type Time = DateTime<Utc>;

/// A handle on the time, cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Hands);

#[derive(Clone, Debug)]
enum Hands {
    System { started: std::time::Instant },
    Manual(Arc<watch::Sender<Hand>>),
}

/// Where a manual clock stands.
#[derive(Clone, Copy, Debug)]
struct Hand {
    now: Time,
    /// By how much it was set on, and no time passed.
    set_on: chrono::TimeDelta,
}

impl Clock {
    /// The machine's own clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Hands::System { started: std::time::Instant::now() })
    }

    /// A clock that stands still until [`Clock::set`] or [`Clock::advance`] moves it. For tests and simulation.
    #[must_use]
    pub fn manual(start: Time) -> Self {
        Self(Hands::Manual(Arc::new(watch::Sender::new(Hand { now: start.trunc_subsecs(6), set_on: chrono::TimeDelta::zero() }))))
    }

    /// The time now, in UTC.
    #[must_use]
    pub fn now(&self) -> Time {
        match &self.0 {
            Hands::System { .. } => Utc::now().trunc_subsecs(6),
            Hands::Manual(hand) => hand.borrow().now,
        }
    }

    /// Time passed on a clock that nobody can set back: since this handle's origin was made.
    /// Compare with [`Clock::now`] to notice that somebody moved the wall clock.
    #[must_use]
    pub fn monotonic(&self) -> Duration {
        match &self.0 {
            Hands::System { started } => started.elapsed(),
            Hands::Manual(hand) => {
                let Hand { now, set_on } = *hand.borrow();
                (now - set_on).signed_duration_since(DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
            }
        }
    }

    /// The time now and the time passed, read at one moment: a pause between the two would look as if somebody had moved the wall clock.
    #[must_use]
    pub fn both(&self) -> (Time, Duration) {
        loop {
            let passed = self.monotonic();
            let now = self.now();
            if self.monotonic().saturating_sub(passed) < Duration::from_millis(100) {
                return (now, passed);
            }
        }
    }

    /// Returns once the time is `due` or later. On the system clock it looks again at least every second, so that a
    /// wall clock that is set forward is noticed within that second.
    pub async fn wait_until(&self, due: Time) {
        match &self.0 {
            Hands::System { .. } => {
                while let Ok(left) = (due - self.now()).to_std() {
                    if left.is_zero() {
                        return;
                    }
                    tokio::time::sleep(left.min(Duration::from_secs(1))).await;
                }
            }
            Hands::Manual(now) => {
                let mut hand = now.subscribe();
                // The sender lives as long as this handle, so the wait can only end by the time being reached.
                let _ = hand.wait_for(|hand| hand.now >= due).await;
            }
        }
    }

    /// Moves a manual clock to `to`. On the system clock this does nothing.
    pub fn set(&self, to: Time) {
        if let Hands::Manual(hand) = &self.0 {
            hand.send_modify(|hand| hand.now = to.trunc_subsecs(6));
        }
    }

    /// Sets a manual clock on by `by` (back, below 0) as somebody does who corrects a wall clock: no time passes. On the system clock this does
    /// nothing.
    pub fn step(&self, by: chrono::TimeDelta) {
        if let Hands::Manual(hand) = &self.0 {
            hand.send_modify(|hand| (hand.now, hand.set_on) = (hand.now + by, hand.set_on + by));
        }
    }

    /// Moves a manual clock on by `by`. On the system clock this does nothing.
    pub fn advance(&self, by: chrono::TimeDelta) {
        self.set(self.now() + by);
    }
}

/// A new identifier: a version 7 UUID, so that ids made later sort later and index pages stay warm.
#[must_use]
pub fn new_id(clock: &Clock) -> String {
    new_id_at(clock.now())
}

/// A new identifier for something made at `now`.
#[must_use]
pub fn new_id_at(now: Time) -> String {
    let ms = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(ms, &rand::random()).into_uuid().to_string()
}
