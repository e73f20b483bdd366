//! The life of an alert: `raised → accepted → closed`. Every move checks what it may, changes the alert, counts its version up by one and
//! answers with the line for its history. A move that is refused changes nothing.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::clock::Time;
use crate::domain::alert::{Alert, Entry, Holder, Queue, RuleRef, State};
use crate::domain::plan::SettingValue;

/// What an alert is raised with, or an open one activated again.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAlert {
    /// The organisation that answers for the home; `unclaimed` without one.
    pub organisation: String,
    /// The home, if there is one.
    pub home: Option<String>,
    /// The person, once attributed.
    pub resident: Option<String>,
    /// The device's address.
    pub device: Option<String>,
    /// The gateway.
    pub gateway: Option<String>,
    /// `home`, `device:{gateway}/{address}` or `resident:{id}`.
    pub subject: String,
    /// The rule as it stood.
    pub rule: RuleRef,
    /// Who it waits for.
    pub queue: Queue,
    /// 1 life … 5 information.
    pub priority: u8,
    /// When what it is about happened.
    pub occurred_at: Time,
    /// How late the report of it came, in seconds.
    pub late_s: Option<i64>,
    /// Why, in a sentence.
    pub explanation: String,
    /// `tel:` or `sip:` address.
    pub call_back: Option<String>,
    /// What else is worth knowing.
    pub marks: Vec<String>,
    /// What the operator should do and ask.
    pub instructions: Vec<String>,
    /// The settings in force.
    pub settings: BTreeMap<String, SettingValue>,
    /// In the test lane.
    pub test: bool,
    /// Who raised it by hand; `None` for the rules.
    pub raised_by: Option<String>,
}

/// How an alert is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// A code of the list of outcomes.
    pub outcome: String,
    /// Free words.
    pub note: Option<String>,
    /// How many activations the closer has seen.
    pub activations_seen: i64,
    /// Why it waited too long, where it did.
    pub breach_cause: Option<String>,
}

/// What closing is measured by.
#[derive(Clone, Copy, Debug)]
pub struct Closings<'a> {
    /// The outcomes that may be given.
    pub outcomes: &'a [String],
    /// An alert that waited longer for its first acceptance needs a cause.
    pub answer_limit: TimeDelta,
}

/// Why a move was refused. Each text says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LifecycleError {
    /// Somebody else has it.
    #[error("{0} has this alert; speak to them, or wait until they release it")]
    HeldBy(String),
    /// Nobody has it, and the move is the holder's.
    #[error("nobody has this alert; accept it first")]
    NotAccepted,
    /// It is closed.
    #[error("this alert is closed; a new activation raises a new one")]
    Closed,
    /// Activations came that the closer has not seen.
    #[error(
        "it was activated {activations} times and you have seen {seen}; look at the new activations, then close it with activations_seen = {activations}"
    )]
    Unseen {
        /// All of them.
        activations: i64,
        /// Those seen.
        seen: i64,
    },
    /// It waited too long, and nobody says why.
    #[error("it waited {waited_s} s for an answer, more than the {limit_s} s allowed; give the reason as breach_cause")]
    CauseMissing {
        /// So long.
        waited_s: i64,
        /// Allowed.
        limit_s: i64,
    },
    /// There is no such outcome.
    #[error("there is no outcome `{0}`; use one of: {1}")]
    UnknownOutcome(String, String),
    /// Nothing was written.
    #[error("a note needs words")]
    EmptyNote,
}

/// A new alert with its first line. `previous` is the alert on the same matter that was closed before.
#[must_use]
pub fn raise(new: NewAlert, id: String, now: Time, previous: Option<String>) -> (Alert, Entry) {
    let entry = Entry { at: now, what: "raised".to_owned(), who: new.raised_by, text: new.explanation.clone() };
    let alert = Alert {
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
        level: 0,
        next_step_at: None,
        accepted_at: None,
        closed_at: None,
        outcome: None,
        previous,
        test: new.test,
        marks: new.marks,
        instructions: new.instructions,
        settings: new.settings,
        version: 1,
    };
    (alert, entry)
}

/// Adds an activation to an open alert: the higher priority stays, a hold ends, and a holder keeps it.
///
/// # Errors
/// When it is closed.
pub fn activate(alert: &mut Alert, new: &NewAlert, now: Time) -> Result<Entry, LifecycleError> {
    open(alert)?;
    alert.activations += 1;
    alert.priority = alert.priority.min(new.priority.clamp(1, 5));
    for mark in &new.marks {
        mark_as(alert, mark);
    }
    if alert.state == State::Held {
        set_free(alert);
    }
    Ok(entry(alert, now, "activation", new.raised_by.clone(), new.explanation.clone()))
}

/// Takes the alert, on a lease that presence renews. Who has it already keeps it, with a fresh lease.
///
/// # Errors
/// When it is closed, or somebody else has it.
pub fn accept(alert: &mut Alert, holder: Holder, now: Time, lease: TimeDelta) -> Result<Entry, LifecycleError> {
    open(alert)?;
    if let Some(other) = alert.holder.as_ref().filter(|other| other.id != holder.id) {
        return Err(LifecycleError::HeldBy(other.name.clone()));
    }
    let who = holder.name.clone();
    alert.state = State::Accepted;
    alert.holder = Some(holder);
    alert.lease_until = Some(after(now, lease));
    alert.accepted_at.get_or_insert(now);
    Ok(entry(alert, now, "accepted", Some(who), String::new()))
}

/// Gives the alert back.
///
/// # Errors
/// When it is closed, nobody has it, or somebody else does.
pub fn release(alert: &mut Alert, by: &Holder, now: Time) -> Result<Entry, LifecycleError> {
    held_by(alert, by)?;
    set_free(alert);
    Ok(entry(alert, now, "released", Some(by.name.clone()), String::new()))
}

/// Writes a note; anybody may who may see the alert, and also after it was closed.
///
/// # Errors
/// When it is empty.
pub fn note(alert: &mut Alert, by: &Holder, text: &str, now: Time) -> Result<Entry, LifecycleError> {
    if text.trim().is_empty() {
        return Err(LifecycleError::EmptyNote);
    }
    Ok(entry(alert, now, "note", Some(by.name.clone()), text.to_owned()))
}

/// Closes the alert: its holder only, who has seen every activation.
///
/// # Errors
/// When it is closed, not the closer's, has unseen activations, waited too long without a cause, or the outcome is not on the list.
pub fn close(alert: &mut Alert, by: &Holder, closing: &Closing, measures: Closings, now: Time) -> Result<Entry, LifecycleError> {
    held_by(alert, by)?;
    if closing.activations_seen < alert.activations {
        return Err(LifecycleError::Unseen { activations: alert.activations, seen: closing.activations_seen });
    }
    if !measures.outcomes.contains(&closing.outcome) {
        return Err(LifecycleError::UnknownOutcome(closing.outcome.clone(), measures.outcomes.join(", ")));
    }
    let words = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let (note, cause) = (words(&closing.note), words(&closing.breach_cause));
    let waited = alert.accepted_at.map_or(TimeDelta::zero(), |accepted| accepted - alert.raised_at);
    if waited > measures.answer_limit && cause.is_none() {
        return Err(LifecycleError::CauseMissing { waited_s: waited.num_seconds(), limit_s: measures.answer_limit.num_seconds() });
    }
    alert.state = State::Closed;
    alert.holder = None;
    alert.lease_until = None;
    alert.next_step_at = None;
    alert.closed_at = Some(now);
    alert.outcome = Some(closing.outcome.clone());
    let told = [Some(closing.outcome.clone()), note, cause.map(|cause| format!("cause of the late answer: {cause}"))];
    let text = told.into_iter().flatten().collect::<Vec<_>>().join("; ");
    Ok(entry(alert, now, "closed", Some(by.name.clone()), text))
}

/// Takes the alert from a holder who has not been present: it goes back to the queue, marked. `None` while the lease lasts, or where there is none.
#[must_use]
pub fn lease_lost(alert: &mut Alert, now: Time) -> Option<Entry> {
    let due = alert.lease_until.filter(|due| *due <= now && alert.state == State::Accepted)?;
    let name = alert.holder.as_ref().map(|holder| holder.name.clone()).unwrap_or_default();
    set_free(alert);
    mark_as(alert, "lease_lost");
    let text = format!("{name} had it and was last due to be present at {}", due.format("%Y-%m-%dT%H:%M:%SZ"));
    Some(entry(alert, now, "lease_lost", None, text))
}

/// "I am here": prolongs the lease of its holder. It changes nothing that anybody else can see, so there is no line and no new version.
/// Answers whether it did.
#[must_use]
pub fn renew(alert: &mut Alert, by: &str, now: Time, lease: TimeDelta) -> bool {
    let holds = alert.state == State::Accepted && alert.holder.as_ref().is_some_and(|holder| holder.id == by);
    if holds {
        let until = after(now, lease);
        alert.lease_until = Some(alert.lease_until.map_or(until, |known| known.max(until)));
    }
    holds
}

fn open(alert: &Alert) -> Result<(), LifecycleError> {
    if alert.is_open() { Ok(()) } else { Err(LifecycleError::Closed) }
}

fn held_by(alert: &Alert, by: &Holder) -> Result<(), LifecycleError> {
    open(alert)?;
    match &alert.holder {
        None => Err(LifecycleError::NotAccepted),
        Some(holder) if holder.id != by.id => Err(LifecycleError::HeldBy(holder.name.clone())),
        Some(_) => Ok(()),
    }
}

fn set_free(alert: &mut Alert) {
    alert.state = State::Raised;
    alert.holder = None;
    alert.lease_until = None;
}

fn mark_as(alert: &mut Alert, mark: &str) {
    if !alert.marks.iter().any(|known| known == mark) {
        alert.marks.push(mark.to_owned());
    }
}

fn after(now: Time, by: TimeDelta) -> Time {
    now.checked_add_signed(by).unwrap_or(Time::MAX_UTC)
}

fn entry(alert: &mut Alert, at: Time, what: &str, who: Option<String>, text: String) -> Entry {
    alert.version += 1;
    Entry { at, what: what.to_owned(), who, text }
}
