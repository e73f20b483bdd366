//! What people do with an alert, from taking it to closing it. Whatever its holder does renews the lease and counts as a step in the case.

use super::queue::{come_back, enter_queue, free, minutes};
use super::{Closing, LifecycleError, Limits, enter};
use crate::clock::Time;
use crate::domain::alert::{Alert, Entry, Holder, Queue, State};
use crate::domain::outcome::{Outcome, Outcomes};

/// How a contact attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallResult {
    /// Somebody answered.
    Reached,
    /// A machine answered.
    Voicemail,
    /// Nobody answered.
    NoAnswer,
}

/// Somebody takes it. Who holds it already renews their lease; who parked it takes it up again.
///
/// # Errors
/// When it is closed, or somebody else has it: the text names them.
pub fn accept(alert: &mut Alert, who: &Holder, now: Time, limits: &Limits) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    if let Some(holder) = alert.holder.as_ref().filter(|holder| holder.id != who.id) {
        return Err(LifecycleError::Conflict(format!("{} has this alert", holder.name)));
    }
    alert.state = State::Accepted;
    alert.holder = Some(who.clone());
    alert.next_step_at = None;
    alert.on_top_since = None;
    alert.held_until = None;
    answered(alert, who, now);
    step(alert, who, now, limits);
    Ok(enter(alert, now, "accepted", Some(who), format!("Accepted by {}.", who.name)))
}

/// The holder gives it back to the queue.
///
/// # Errors
/// When the caller does not hold it.
pub fn release(alert: &mut Alert, who: &Holder, now: Time, limits: &Limits) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    held_by(alert, who, "release")?;
    enter_queue(alert, now, limits);
    alert.previous_holder = Some(who.clone());
    Ok(enter(alert, now, "released", Some(who), format!("Released by {}.", who.name)))
}

/// A note.
pub fn note(alert: &mut Alert, who: &Holder, text: &str, now: Time, limits: &Limits) -> Entry {
    step(alert, who, now, limits);
    enter(alert, now, "note", Some(who), text.to_owned())
}

/// Somebody was called, or it was tried.
///
/// # Errors
/// When it is closed.
pub fn call(alert: &mut Alert, who: &Holder, whom: &str, result: CallResult, now: Time, limits: &Limits) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    step(alert, who, now, limits);
    let words = match result {
        CallResult::Reached => "reached",
        CallResult::Voicemail => "voicemail",
        CallResult::NoAnswer => "no answer",
    };
    Ok(enter(alert, now, "call", Some(who), format!("Called {whom}: {words}.")))
}

/// Its holder sends somebody.
///
/// # Errors
/// When the caller does not hold it.
pub fn dispatch(alert: &mut Alert, who: &Holder, whom: &str, now: Time, limits: &Limits) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    held_by(alert, who, "send somebody on account of")?;
    step(alert, who, now, limits);
    Ok(enter(alert, now, "visit_offered", Some(who), format!("{} asked {whom} to visit.", who.name)))
}

/// What has become of a visit, told in the alert's history.
pub fn visit_line(alert: &mut Alert, what: &str, who: Option<&str>, words: &str, now: Time) -> Entry {
    let mut entry = enter(alert, now, what, None, words.to_owned());
    entry.who = who.map(str::to_owned);
    entry
}

/// Its holder reads the code of the home's key safe, to tell it to whoever stands before the door.
///
/// # Errors
/// When the caller does not hold it, it is parked, or there is no home.
pub fn read_key_safe(alert: &mut Alert, who: &Holder, why: &str, now: Time, limits: &Limits) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    held_by(alert, who, "read the key-safe code for")?;
    if alert.state != State::Accepted {
        return Err(LifecycleError::Conflict("this alert is held; accept it again before you read the key-safe code".to_owned()));
    }
    if alert.home.is_none() {
        return Err(LifecycleError::Conflict("no home is known for this alert, and so no key safe".to_owned()));
    }
    step(alert, who, now, limits);
    Ok(enter(alert, now, "read_key_safe", Some(who), format!("{} read the code of the key safe: {why}", who.name)))
}

/// The next step of the escalation now, though its time has not come. The alert stays with whoever has it.
///
/// # Errors
/// When it is closed, a test, or somebody else has it.
pub fn escalate(alert: &mut Alert, who: &Holder, now: Time, limits: &Limits) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    if alert.queue == Queue::Test {
        return Err(LifecycleError::Conflict("a test is not escalated".to_owned()));
    }
    if alert.holder.is_some() {
        held_by(alert, who, "escalate")?;
    }
    step(alert, who, now, limits);
    if alert.state == State::Raised {
        alert.next_step_at = Some(now);
    }
    Ok(enter(alert, now, "escalation_asked", Some(who), format!("{} asked for the next step now.", who.name)))
}

/// Parked until `until`: then it comes back on top.
///
/// # Errors
/// When the caller does not hold it, or the end is past or further away than its priority allows.
pub fn hold(alert: &mut Alert, who: &Holder, until: Time, why: &str, now: Time, limits: &Limits) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    held_by(alert, who, "hold")?;
    let most = Limits::of(&limits.hold, alert.priority);
    if until <= now {
        return Err(LifecycleError::Invalid("`until` is past; name a time to come".to_owned()));
    }
    if until > now + most {
        let (priority, most) = (alert.priority, minutes(most));
        return Err(LifecycleError::Invalid(format!(
            "an alert of priority {priority} can be held for {most} at most; name an earlier `until`"
        )));
    }
    alert.state = State::Held;
    alert.lease_until = None;
    alert.idle_until = None;
    alert.held_until = Some(until);
    let text = format!("Held by {} until {}: {why}", who.name, until.format("%Y-%m-%d %H:%M:%S UTC"));
    Ok(enter(alert, now, "held", Some(who), text))
}

/// A person raises or lowers the priority, and says why.
///
/// # Errors
/// When it is closed, or the priority is none, or the one it has.
pub fn set_priority(alert: &mut Alert, who: &Holder, priority: u8, why: &str, now: Time, limits: &Limits) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    if !(1..=5).contains(&priority) {
        return Err(LifecycleError::Invalid("`priority` must be 1 (life) to 5 (information)".to_owned()));
    }
    let before = alert.priority;
    if before == priority {
        return Err(LifecycleError::Conflict(format!("it has priority {priority} already")));
    }
    alert.priority = priority;
    // A hold that is longer than the new priority allows ends when it would.
    alert.held_until = alert.held_until.map(|until| until.min(now + Limits::of(&limits.hold, priority)));
    step(alert, who, now, limits);
    Ok(enter(alert, now, "priority", Some(who), format!("Priority {before} made {priority} by {}: {why}", who.name)))
}

/// Given to another person who is there: at a change of shift.
///
/// # Errors
/// When the caller does not hold it.
pub fn hand_over(alert: &mut Alert, who: &Holder, to: &Holder, now: Time, limits: &Limits) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    held_by(alert, who, "hand over")?;
    alert.previous_holder = Some(who.clone());
    alert.holder = Some(to.clone());
    if alert.state == State::Accepted {
        step(alert, to, now, limits);
    }
    Ok(enter(alert, now, "handed_over", Some(who), format!("Handed over by {} to {}.", who.name, to.name)))
}

/// The holder closes it.
///
/// # Errors
/// When the caller does not hold it, has not seen every activation, names no known outcome, or gives no cause for a late answer.
pub fn close(
    alert: &mut Alert,
    who: &Holder,
    closing: &Closing,
    outcomes: &Outcomes,
    now: Time,
    limits: &Limits,
) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    held_by(alert, who, "close")?;
    if !outcomes.is_offered(&closing.outcome) {
        let codes: Vec<&str> = outcomes.offered().map(|outcome: &Outcome| outcome.id.as_str()).collect();
        return Err(LifecycleError::Invalid(format!("`{}` is no outcome; use one of {}", closing.outcome, codes.join(", "))));
    }
    let (seen, were) = (closing.activations_seen, alert.activations);
    if seen < were {
        return Err(LifecycleError::Conflict(format!("there were {were} activations and you have seen {seen}; look at the others first")));
    }
    if seen > were {
        return Err(LifecycleError::Invalid(format!("activations_seen is {seen}, but there were only {were}")));
    }
    let cause = closing.breach_cause.as_deref().map(str::trim).filter(|cause| !cause.is_empty());
    if let Some(late) = breached_by(alert, now, limits).filter(|_| cause.is_none()) {
        let allowed = limits.answer.num_seconds();
        let waited = allowed + late;
        return Err(LifecycleError::Conflict(format!(
            "it waited {waited} s for an answer, {allowed} s are allowed: say why in breach_cause"
        )));
    }
    shut(alert, &closing.outcome, now);
    alert.breach_cause = cause.map(str::to_owned).or(alert.breach_cause.take());
    let mut words = vec![format!("Closed by {}: {}.", who.name, closing.outcome)];
    words.extend(cause.map(|cause| format!("Cause of the late answer: {cause}")));
    words.extend(closing.note.as_deref().map(|note| format!("Note: {note}")));
    Ok(enter(alert, now, "closed", Some(who), words.join(" ")))
}

/// Somebody looked after the home that it is about, on account of an incident.
pub fn checked(alert: &mut Alert, who: &Holder, words: &str, now: Time) -> Entry {
    enter(alert, now, "checked", Some(who), words.to_owned())
}

/// Closed with others of an incident, without having been accepted.
///
/// # Errors
/// When it is not about equipment, is closed, or somebody else has it.
pub fn close_in_bulk(alert: &mut Alert, who: &Holder, outcome: &str, note: Option<&str>, now: Time) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    if alert.queue != Queue::Technical {
        return Err(LifecycleError::Conflict("only alerts about equipment are closed in bulk".to_owned()));
    }
    if alert.holder.as_ref().is_some_and(|holder| holder.id != who.id) {
        held_by(alert, who, "close")?;
    }
    shut(alert, outcome, now);
    let mut words = vec![format!("Closed by {} with the incident: {outcome}.", who.name)];
    words.extend(note.map(|note| format!("Note: {note}")));
    Ok(enter(alert, now, "closed", Some(who), words.join(" ")))
}

/// A closed alert is opened again: the same id, on top.
///
/// # Errors
/// When it is open, or `successor`, raised since on the same matter, is.
pub fn reopen(
    alert: &mut Alert,
    who: &Holder,
    why: &str,
    successor: Option<&str>,
    now: Time,
    limits: &Limits,
) -> Result<Entry, LifecycleError> {
    if alert.is_open() {
        return Err(LifecycleError::Conflict("this alert is open".to_owned()));
    }
    if let Some(successor) = successor {
        return Err(LifecycleError::Conflict(format!("alert {successor} is open on the same matter; go on with that one")));
    }
    come_back(alert, now, limits);
    alert.closed_at = None;
    alert.outcome = None;
    Ok(enter(alert, now, "reopened", Some(who), format!("Opened again by {}: {why}", who.name)))
}

/// Renews the lease of an accepted alert. Answers whether there was one.
pub fn renew(alert: &mut Alert, now: Time, limits: &Limits) -> bool {
    let accepted = alert.state == State::Accepted && alert.holder.is_some();
    if accepted {
        alert.lease_until = Some(now + limits.lease);
        alert.version += 1;
    }
    accepted
}

/// The holder did something: the lease and the time for the next step begin anew.
fn step(alert: &mut Alert, who: &Holder, now: Time, limits: &Limits) {
    if alert.state == State::Accepted && alert.holder.as_ref().is_some_and(|holder| holder.id == who.id) {
        alert.lease_until = Some(now + limits.lease);
        alert.idle_until = Some(now + Limits::of(&limits.idle, alert.priority));
    }
}

/// Somebody has taken it on. Answer times count until the first who did.
pub(super) fn answered(alert: &mut Alert, who: &Holder, now: Time) {
    if alert.accepted_at.is_none() {
        alert.accepted_at = Some(now);
        alert.accepted_by = Some(who.clone());
    }
}

fn shut(alert: &mut Alert, outcome: &str, now: Time) {
    free(alert);
    alert.state = State::Closed;
    alert.next_step_at = None;
    alert.on_top_since = None;
    alert.closed_at = Some(now);
    alert.outcome = Some(outcome.to_owned());
}

/// By how many seconds the first answer came too late.
fn breached_by(alert: &Alert, now: Time, limits: &Limits) -> Option<i64> {
    // Alerts that were raised before the marks were kept count from their raising.
    let due = alert.breach_at.or((alert.queue == Queue::Care && !alert.test).then(|| alert.raised_at + limits.answer))?;
    let late = alert.accepted_at.unwrap_or(now) - due;
    (late > chrono::TimeDelta::zero()).then(|| late.num_seconds())
}

pub(super) fn not_closed(alert: &Alert) -> Result<(), LifecycleError> {
    if alert.is_open() { Ok(()) } else { Err(LifecycleError::Conflict("this alert is closed".to_owned())) }
}

fn held_by(alert: &Alert, who: &Holder, verb: &str) -> Result<(), LifecycleError> {
    match &alert.holder {
        Some(holder) if holder.id == who.id => Ok(()),
        Some(holder) => Err(LifecycleError::Conflict(format!("{} has this alert; only the holder can {verb} it", holder.name))),
        None => Err(LifecycleError::Conflict(format!("nobody has this alert; accept it before you {verb} it"))),
    }
}
