//! The alerts of a trial: raised, added to and told to be over by the same functions as real ones.

use chrono::TimeDelta;
use serde::Serialize;

use super::history::History;
use crate::clock::Time;
use crate::domain::alert::{Alert, State};
use crate::domain::escalation::Escalation;
use crate::domain::event::Event;
use crate::domain::home::Home;
use crate::raising::{fault_alert, new_alert};
use crate::response::lifecycle::queue::end_if_over;
use crate::response::lifecycle::{self, Limits, NewAlert};
use crate::response::matter::TOLD_ONCE;
use crate::rules::Outcome;

/// Activations and pieces of evidence that one alert keeps; further ones are only counted.
const KEPT_AT_MOST: usize = 1000;

/// An alert that would have been raised.
#[derive(Clone, Debug, Serialize)]
pub struct TrialAlert {
    /// As it would stand, were nobody there to deal with it.
    pub alert: Alert,
    /// What it rests on.
    pub evidence: Vec<Event>,
    /// The raising itself and every further activation.
    pub activations: Vec<Activation>,
    /// Its rule runs in shadow: this would be recorded, and nobody told.
    pub shadow: bool,
}

/// One raising of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Activation {
    /// When it would have been told.
    pub told_at: Time,
    /// When what it is about happened.
    pub occurred_at: Time,
    /// Why.
    pub explanation: String,
    /// Labels.
    pub marks: Vec<String>,
}

/// The alerts of one home.
#[derive(Debug, Default)]
pub struct Board {
    alerts: Vec<TrialAlert>,
    /// Places of those that are open.
    open: Vec<usize>,
    /// How long an alert stays open; for ever without.
    closed_after: Option<TimeDelta>,
}

impl Board {
    /// A board on which an alert is taken to be closed so long after it was raised; never, without.
    #[must_use]
    pub fn new(closed_after: Option<TimeDelta>) -> Self {
        Self { closed_after, ..Self::default() }
    }

    /// Does what was decided at `home`.
    pub fn apply(&mut self, home: &Home, outcomes: Vec<Outcome>, history: &History, now: Time) {
        self.close_what_is_old(now);
        for outcome in outcomes {
            match outcome {
                Outcome::Raise(raise) => {
                    let (evidence, shadow) = (history.find(&raise.evidence), raise.shadow);
                    self.raise(new_alert(home, *raise), evidence, shadow, now);
                }
                Outcome::Cleared { rule, subject, at, explained_by_late_event } => {
                    for place in &self.open {
                        let alert = &mut self.alerts[*place].alert;
                        if alert.rule.id == rule && alert.subject == subject {
                            lifecycle::cleared(alert, at, explained_by_late_event, now, &Limits::default());
                        }
                    }
                }
                Outcome::Rise { rule, subject, priority, text } => {
                    for place in &self.open {
                        let alert = &mut self.alerts[*place].alert;
                        if alert.rule.id == rule && alert.subject == subject {
                            lifecycle::rise(alert, priority, &text, now);
                        }
                    }
                }
                // Answered by the player before.
                Outcome::Recall(_) => {}
                Outcome::Fault { rule, text, .. } => {
                    let new = fault_alert(home, &rule, &text, now);
                    if self.open_on(&new, false).is_none() {
                        self.raise(new, Vec::new(), false, now);
                    }
                }
            }
        }
    }

    /// All alerts, in the order in which they were raised.
    #[must_use]
    pub fn into_alerts(self) -> Vec<TrialAlert> {
        self.alerts
    }

    fn raise(&mut self, new: NewAlert, evidence: Vec<Event>, shadow: bool, now: Time) {
        let told =
            Activation { told_at: now, occurred_at: new.occurred_at, explanation: new.explanation.clone(), marks: new.marks.clone() };
        let Some(place) = self.open_on(&new, shadow) else {
            let (alert, _) =
                lifecycle::raise(format!("trial-{}", self.alerts.len() + 1), new, Escalation::default(), None, now, &Limits::default());
            self.open.push(self.alerts.len());
            self.alerts.push(TrialAlert { alert, evidence, activations: vec![told], shadow });
            return;
        };
        if TOLD_ONCE.contains(&new.rule.id.as_str()) && !self.alerts[place].alert.is_cleared() {
            return;
        }
        let open = &mut self.alerts[place];
        lifecycle::activate(&mut open.alert, &new, now, &Limits::default());
        if open.activations.len() < KEPT_AT_MOST {
            open.activations.push(told);
            open.evidence.extend(evidence);
        }
    }

    fn open_on(&self, new: &NewAlert, shadow: bool) -> Option<usize> {
        let same = |alert: &Alert| alert.queue == new.queue && alert.rule.id == new.rule.id && alert.subject == new.subject;
        self.open.iter().copied().find(|place| self.alerts[*place].shadow == shadow && same(&self.alerts[*place].alert))
    }

    /// What ends by itself does; what nobody deals with here is taken to be closed after a time, where one is given.
    fn close_what_is_old(&mut self, now: Time) {
        let (alerts, closed_after) = (&mut self.alerts, self.closed_after);
        self.open.retain(|place| {
            let alert = &mut alerts[*place].alert;
            if end_if_over(alert, now).is_some() {
                return false;
            }
            let Some(after) = closed_after.filter(|after| now.signed_duration_since(alert.raised_at) >= *after) else { return true };
            alert.state = State::Closed;
            alert.closed_at = alert.raised_at.checked_add_signed(after);
            false
        });
    }
}
