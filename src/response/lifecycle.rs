//! The life of an alert: raised, accepted, held, closed. Every move is a function, every illegal move an error with words for the person who tried.
//!
//! Here: how an alert begins and what its home's events do to it. [`case`]: what its holder does. [`queue`]: how it waits, comes back and is told again.

pub mod case;
pub mod fault;
pub mod queue;

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::clock::Time;
use crate::domain::alert::{Alert, Entry, Holder, Queue, RuleRef, State};
use crate::domain::escalation::Escalation;
use crate::domain::plan::SettingValue;

/// What a new alert is made of.
#[derive(Clone, Debug)]
pub struct NewAlert {
    /// Who answers for the home.
    pub organisation: String,
    /// The home, unless nobody registered the gateway.
    pub home: Option<String>,
    /// The person.
    pub resident: Option<String>,
    /// The device's address.
    pub device: Option<String>,
    /// The gateway.
    pub gateway: Option<String>,
    /// What is kept apart.
    pub subject: String,
    /// The rule.
    pub rule: RuleRef,
    /// Who it waits for.
    pub queue: Queue,
    /// 1 life … 5 information.
    pub priority: u8,
    /// When it happened.
    pub occurred_at: Time,
    /// How late it was reported, in seconds.
    pub late_s: Option<i64>,
    /// Why, in a sentence.
    pub explanation: String,
    /// Where to speak to the person.
    pub call_back: Option<String>,
    /// A test.
    pub test: bool,
    /// Labels.
    pub marks: Vec<String>,
    /// What to do and ask.
    pub instructions: Vec<String>,
    /// The settings in force.
    pub settings: BTreeMap<String, SettingValue>,
    /// The escalation policy that the rule names.
    pub policy: Option<String>,
    /// When its first event reached us, where it came with an event: answer times count from then.
    pub received_at: Option<Time>,
    /// Rules that see nothing while it lasts.
    pub blind_rules: Vec<String>,
}

impl Default for NewAlert {
    fn default() -> Self {
        Self {
            organisation: String::new(),
            home: None,
            resident: None,
            device: None,
            gateway: None,
            subject: String::new(),
            rule: RuleRef { id: String::new(), revision: 0, title: String::new() },
            queue: Queue::Care,
            priority: 3,
            occurred_at: Time::UNIX_EPOCH,
            late_s: None,
            explanation: String::new(),
            call_back: None,
            test: false,
            marks: Vec::new(),
            instructions: Vec::new(),
            settings: BTreeMap::new(),
            policy: None,
            received_at: None,
            blind_rules: Vec::new(),
        }
    }
}

/// How somebody wants to close an alert.
#[derive(Clone, Debug, Default)]
pub struct Closing {
    /// A code of the list of outcomes.
    pub outcome: String,
    /// Free words.
    pub note: Option<String>,
    /// How many activations the closer has seen.
    pub activations_seen: i64,
    /// Why it waited too long.
    pub breach_cause: Option<String>,
}

/// Times that the lifecycle holds people to. Those for each priority stand in its order, life first.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The mark by which an alert should have been answered.
    pub answer_target: TimeDelta,
    /// An alert that waited longer for its first acceptance needs a cause when it is closed.
    pub answer: TimeDelta,
    /// How long a holder may be silent.
    pub lease: TimeDelta,
    /// How long a case may stay without a step.
    pub idle: [TimeDelta; 5],
    /// How long a case may be parked.
    pub hold: [TimeDelta; 5],
    /// How long a fault may be left to its owner.
    pub fault: TimeDelta,
    /// A test is closed by itself after this.
    pub test_ends: TimeDelta,
    /// A technical alert whose condition has stayed clear for this long is closed by itself.
    pub clear_closes: TimeDelta,
}

impl Default for Limits {
    /// As the configuration is shipped.
    fn default() -> Self {
        let minutes = |each: [i64; 5]| each.map(TimeDelta::minutes);
        Self {
            answer_target: TimeDelta::seconds(60),
            answer: TimeDelta::seconds(180),
            lease: TimeDelta::seconds(60),
            idle: minutes([5, 10, 20, 60, 240]),
            hold: minutes([10, 30, 120, 1440, 10_080]),
            fault: TimeDelta::days(30),
            test_ends: TimeDelta::minutes(60),
            clear_closes: TimeDelta::minutes(30),
        }
    }
}

impl Limits {
    fn of(times: &[TimeDelta; 5], priority: u8) -> TimeDelta {
        times[usize::from(priority.clamp(1, 5)) - 1]
    }
}

/// Why a move was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LifecycleError {
    /// The request is wrong whatever the state.
    #[error("{0}")]
    Invalid(String),
    /// The state does not allow it.
    #[error("{0}")]
    Conflict(String),
}

/// A new alert and the first line of its history.
#[must_use]
pub fn raise(id: String, new: NewAlert, escalation: Escalation, previous: Option<String>, now: Time, limits: &Limits) -> (Alert, Entry) {
    let entry = Entry { at: now, what: "raised".to_owned(), who: None, text: new.explanation.clone() };
    let mut marks = new.marks;
    marks.sort();
    marks.dedup();
    let received = new.received_at.unwrap_or(now).min(now);
    // Only where a person may need help is the answer timed.
    let timed = new.queue == Queue::Care && !new.test;
    let mut alert = Alert {
        id,
        organisation: new.organisation,
        home: new.home,
        resident: new.resident,
        device: new.device,
        gateway: new.gateway,
        subject: new.subject,
        rule: new.rule,
        queue: new.queue,
        priority: new.priority.clamp(1, 5),
        state: State::Raised,
        raised_at: now,
        occurred_at: new.occurred_at,
        late_s: new.late_s,
        activations: 1,
        explanation: new.explanation,
        call_back: new.call_back,
        holder: None,
        lease_until: None,
        idle_until: None,
        held_until: None,
        previous_holder: None,
        on_top_since: None,
        answer_by: timed.then(|| received + limits.answer_target),
        breach_at: timed.then(|| received + limits.answer),
        level: 0,
        next_step_at: None,
        escalation,
        received_at: Some(received),
        accepted_at: None,
        accepted_by: None,
        closed_at: None,
        outcome: None,
        breach_cause: None,
        previous,
        incident: None,
        fault: None,
        test: new.test,
        marks,
        instructions: new.instructions,
        settings: new.settings,
        blind_rules: new.blind_rules,
        version: 1,
    };
    queue::enter_queue(&mut alert, now, limits);
    (alert, entry)
}

/// A further activation on the same matter: counted, told, never quieter than before. It ends a hold, and what had cleared has begun again.
pub fn activate(alert: &mut Alert, new: &NewAlert, now: Time, limits: &Limits) -> Entry {
    alert.activations += 1;
    let more_urgent = new.priority.clamp(1, 5) < alert.priority;
    alert.priority = alert.priority.min(new.priority.clamp(1, 5));
    if more_urgent {
        // What was arranged was arranged for less.
        alert.fault = None;
    }
    // That a known fault shows again is no news: its owner sees to it.
    if alert.state == State::Held && !fault::is_covered(alert, now) {
        queue::come_back(alert, now, limits);
    }
    if unmark(alert, CLEARED) && alert.queue == Queue::Technical && alert.state == State::Raised {
        queue::enter_queue(alert, now, limits);
    }
    for mark in &new.marks {
        mark_as(alert, mark);
    }
    enter(alert, now, "activation", None, format!("Activation {}: {}", alert.activations, new.explanation))
}

/// What raised it has lasted: it is more urgent now. `None`: it was so already, or is over.
pub fn rise(alert: &mut Alert, priority: u8, text: &str, now: Time) -> Option<Entry> {
    let priority = priority.clamp(1, 5);
    if alert.priority <= priority || alert.is_cleared() {
        return None;
    }
    let before = std::mem::replace(&mut alert.priority, priority);
    Some(enter(alert, now, "priority", None, format!("Priority {before} became {priority}: {text}")))
}

/// What raised it is over, or, `explained` by a late event, never was. The alert stays: only a person closes it, or, if it is technical, time.
pub fn cleared(alert: &mut Alert, at: Time, explained: bool, now: Time, limits: &Limits) -> Entry {
    if explained {
        mark_as(alert, "explained_by_late_event");
    }
    if !explained || alert.queue == Queue::Technical {
        mark_as(alert, CLEARED);
    }
    let rests = alert.state == State::Held && alert.fault.is_some();
    if alert.queue == Queue::Technical && (alert.state == State::Raised || rests) {
        queue::enter_queue(alert, now, limits);
    }
    if explained {
        let text = "An event that came late explains it; it can be closed.".to_owned();
        return enter(alert, now, "explained_by_late_event", None, text);
    }
    enter(alert, now, CLEARED, None, format!("The condition cleared at {}.", at.format("%Y-%m-%d %H:%M:%S UTC")))
}

/// An incident took it in. It stays what it is.
pub fn grouped(alert: &mut Alert, incident: String, area: &str, now: Time) -> Entry {
    alert.incident = Some(incident);
    enter(alert, now, "grouped", None, format!("One of many homes lost at one time: {area}."))
}

/// More homes joined the incident that this alert stands for.
pub fn grown(alert: &mut Alert, explanation: String, now: Time) -> Entry {
    alert.explanation.clone_from(&explanation);
    enter(alert, now, "grown", None, explanation)
}

/// The mark of an alert whose condition is over.
const CLEARED: &str = "condition_cleared";

fn mark_as(alert: &mut Alert, mark: &str) {
    if let Err(place) = alert.marks.binary_search_by(|each| each.as_str().cmp(mark)) {
        alert.marks.insert(place, mark.to_owned());
    }
}

/// Takes a mark away, and answers whether it was there.
fn unmark(alert: &mut Alert, mark: &str) -> bool {
    let before = alert.marks.len();
    alert.marks.retain(|each| each != mark);
    alert.marks.len() < before
}

/// Counts the change and makes its line; the version is the line's place in the history.
fn enter(alert: &mut Alert, at: Time, what: &str, who: Option<&Holder>, text: String) -> Entry {
    alert.version += 1;
    Entry { at, what: what.to_owned(), who: who.map(|holder| holder.name.clone()), text }
}

#[cfg(test)]
mod tests;
