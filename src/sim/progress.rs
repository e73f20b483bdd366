//! Counters to look at while gateways run: for a progress bar, or a line that lives.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::answer::Status;
use super::gateway::{Notice, Observer};

/// What many gateways have done so far.
#[derive(Debug, Default)]
pub struct Progress {
    /// Gateways that are connected now.
    pub connected: AtomicI64,
    /// Events sent, each once.
    pub sent: AtomicU64,
    /// Events answered, whatever the answer.
    pub answered: AtomicU64,
    /// Of these, rejected ones.
    pub rejected: AtomicU64,
    /// Answers that named an alert.
    pub told: AtomicU64,
}

impl Progress {
    /// An observer that keeps these counters.
    #[must_use]
    pub fn observer(self: &Arc<Self>) -> Observer {
        let own = Arc::clone(self);
        Arc::new(move |_, notice| own.count(&notice))
    }

    fn count(&self, notice: &Notice<'_>) {
        match notice {
            Notice::Up => drop(self.connected.fetch_add(1, Ordering::Relaxed)),
            Notice::Down => drop(self.connected.fetch_sub(1, Ordering::Relaxed)),
            Notice::Sent(ids) => drop(self.sent.fetch_add(ids.len() as u64, Ordering::Relaxed)),
            Notice::Answered(answer) => {
                self.answered.fetch_add(1, Ordering::Relaxed);
                self.rejected.fetch_add(u64::from(answer.status == Status::Rejected), Ordering::Relaxed);
                self.told.fetch_add(u64::from(!answer.alerts.is_empty()), Ordering::Relaxed);
            }
            Notice::Failed(_) | Notice::Acknowledged(..) => {}
        }
    }

    /// How many gateways are connected.
    #[must_use]
    pub fn connected(&self) -> i64 {
        self.connected.load(Ordering::Relaxed)
    }

    /// How many events have been sent.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// How many events have been answered.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }
}
