//! What a gateway counts: what it sent, and what became of it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::answer::{Answer, Status};

/// At most so many reasons are kept; they repeat.
const REASONS: usize = 10;

/// The account of one gateway, or of several added up. Every event that was sent ends as exactly one of stored, duplicate, rejected
/// and unanswered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Events handed over for sending.
    pub sent: u64,
    /// Answered `stored`.
    pub stored: u64,
    /// Answered `duplicate`.
    pub duplicate: u64,
    /// Answered `rejected`.
    pub rejected: u64,
    /// Never answered.
    pub unanswered: u64,
    /// Messages sent again because no answer came, or because the connection broke.
    pub resent: u64,
    /// Connections lost or not had.
    pub disconnects: u64,
    /// Alerts named in the answers.
    pub alerts: BTreeSet<String>,
    /// Why events were rejected or the gateway refused; the first few different ones.
    pub reasons: BTreeSet<String>,
}

impl Tally {
    /// Counts the answer to one event that was waiting for it.
    pub fn count(&mut self, answer: &Answer) {
        match answer.status {
            Status::Stored => self.stored += 1,
            Status::Duplicate => self.duplicate += 1,
            Status::Rejected => {
                self.rejected += 1;
                self.note(answer.reason.as_deref().unwrap_or("rejected without a reason"));
            }
        }
        self.alerts.extend(answer.alerts.iter().cloned());
    }

    /// Keeps a reason, if there is room.
    pub fn note(&mut self, reason: &str) {
        if self.reasons.len() < REASONS {
            self.reasons.insert(reason.to_owned());
        }
    }

    /// Adds another account to this one.
    pub fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.stored += other.stored;
        self.duplicate += other.duplicate;
        self.rejected += other.rejected;
        self.unanswered += other.unanswered;
        self.resent += other.resent;
        self.disconnects += other.disconnects;
        self.alerts.extend(other.alerts);
        for reason in other.reasons {
            self.note(&reason);
        }
    }

    /// Whether every event that was sent is in the database now.
    #[must_use]
    pub fn all_stored(&self) -> bool {
        self.stored + self.duplicate == self.sent
    }
}
