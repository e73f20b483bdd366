//! What a home has said lately, as far as an alert may point back to it.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::domain::event::Event;
use crate::rules::{Evidence, RECALLED_AT_MOST, Recall};

/// Evidence is not older than this; the longest look back of any rule is shorter.
const KEPT: TimeDelta = TimeDelta::days(35);
/// Events kept, at most.
const AT_MOST: usize = 50_000;

/// The latest events of a home, in the order of their receipt.
#[derive(Debug, Default)]
pub struct History(VecDeque<Arc<Event>>);

impl History {
    /// Takes in the next event.
    pub fn push(&mut self, event: Arc<Event>) {
        let old = |first: &Arc<Event>| first.received_at < event.received_at.checked_sub_signed(KEPT).unwrap_or(event.received_at);
        while self.0.len() >= AT_MOST || self.0.front().is_some_and(old) {
            self.0.pop_front();
        }
        self.0.push_back(event);
    }

    /// What a rule asks for.
    #[must_use]
    pub fn recall(&self, recall: &Recall) -> Vec<Event> {
        self.0.iter().rev().filter(|event| recall.matches(event)).take(RECALLED_AT_MOST).map(|event| (**event).clone()).collect()
    }

    /// The events that are meant.
    #[must_use]
    pub fn find(&self, evidence: &[Evidence]) -> Vec<Event> {
        let mut found = Vec::new();
        for each in evidence {
            match each {
                Evidence::Event(event) => found.push((**event).clone()),
                Evidence::Stored(sought) => {
                    found.extend(self.0.iter().filter(|event| sought.matches(event)).map(|event| (**event).clone()));
                }
            }
        }
        found
    }
}
