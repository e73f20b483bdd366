//! The life of an alert: raised, accepted, closed; a lease that is renewed by presence. Every move is a function, every illegal move
//! an error with words for the person who tried.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::clock::Time;
use crate::domain::alert::{Alert, Entry, Holder, Queue, RuleRef, State};
use crate::domain::plan::SettingValue;

/// How an alert can end. A starting list, from published disposal codes of alarm receiving centres.
pub const OUTCOMES: [&str; 23] = [
    "reassured",
    "accidental_press",
    "test",
    "cleared_by_person",
    "contact_attending",
    "contact_attended_well",
    "responder_lifted_uninjured",
    "responder_attended_injured",
    "ambulance",
    "urgent_community_response",
    "gp_or_111",
    "police",
    "fire_service",
    "forced_entry",
    "no_response_found_out",
    "no_response_found",
    "hospital_admission",
    "deceased",
    "equipment_fault",
    "duplicate",
    "social_call",
    "service_request",
    "safeguarding_raised",
];

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
        }
    }
}

/// How somebody wants to close an alert.
#[derive(Clone, Debug, Default)]
pub struct Closing {
    /// One of [`OUTCOMES`].
    pub outcome: String,
    /// Free words.
    pub note: Option<String>,
    /// How many activations the closer has seen.
    pub activations_seen: i64,
    /// Why it waited too long.
    pub breach_cause: Option<String>,
}

/// Times that the lifecycle holds people to.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// An alert that waited longer for its first acceptance needs a cause when it is closed.
    pub answer: TimeDelta,
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
pub fn raise(id: String, new: NewAlert, previous: Option<String>, now: Time) -> (Alert, Entry) {
    let entry = Entry { at: now, what: "raised".to_owned(), who: None, text: new.explanation.clone() };
    let mut marks = new.marks;
    marks.sort();
    marks.dedup();
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
        marks,
        instructions: new.instructions,
        settings: new.settings,
        version: 1,
    };
    (alert, entry)
}

/// A further activation on the same matter: counted, told, never quieter than before. It ends a hold.
pub fn activate(alert: &mut Alert, new: &NewAlert, now: Time) -> Entry {
    alert.activations += 1;
    alert.priority = alert.priority.min(new.priority.clamp(1, 5));
    if alert.state == State::Held {
        free(alert);
    }
    for mark in &new.marks {
        mark_as(alert, mark);
    }
    enter(alert, now, "activation", None, format!("Activation {}: {}", alert.activations, new.explanation))
}

/// What raised it is over, or, `explained` by a late event, never was. The alert stays: only a person closes it.
pub fn cleared(alert: &mut Alert, at: Time, explained: bool, now: Time) -> Entry {
    if explained {
        mark_as(alert, "explained_by_late_event");
        let text = "An event that came late explains it; it can be closed.".to_owned();
        return enter(alert, now, "explained_by_late_event", None, text);
    }
    mark_as(alert, "condition_cleared");
    enter(alert, now, "condition_cleared", None, format!("The condition cleared at {}.", at.format("%Y-%m-%d %H:%M:%S UTC")))
}

/// Somebody takes it. Who holds it already renews their lease.
///
/// # Errors
/// When it is closed, or somebody else has it: the text names them.
pub fn accept(alert: &mut Alert, who: &Holder, now: Time, lease: TimeDelta) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    if let Some(holder) = alert.holder.as_ref().filter(|holder| holder.id != who.id) {
        return Err(LifecycleError::Conflict(format!("{} has this alert", holder.name)));
    }
    alert.state = State::Accepted;
    alert.holder = Some(who.clone());
    alert.lease_until = Some(now + lease);
    alert.accepted_at = alert.accepted_at.or(Some(now));
    Ok(enter(alert, now, "accepted", Some(who), format!("Accepted by {}.", who.name)))
}

/// The holder gives it back to the queue.
///
/// # Errors
/// When the caller does not hold it.
pub fn release(alert: &mut Alert, who: &Holder, now: Time) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    held_by(alert, who, "release")?;
    free(alert);
    Ok(enter(alert, now, "released", Some(who), format!("Released by {}.", who.name)))
}

/// A note. The holder's own renews the lease.
pub fn note(alert: &mut Alert, who: &Holder, text: &str, now: Time, lease: TimeDelta) -> Entry {
    if alert.holder.as_ref().is_some_and(|holder| holder.id == who.id) {
        alert.lease_until = Some(now + lease);
    }
    enter(alert, now, "note", Some(who), text.to_owned())
}

/// The holder closes it.
///
/// # Errors
/// When the caller does not hold it, has not seen every activation, names no known outcome, or gives no cause for a late answer.
pub fn close(alert: &mut Alert, who: &Holder, closing: &Closing, now: Time, limits: &Limits) -> Result<Entry, LifecycleError> {
    not_closed(alert)?;
    held_by(alert, who, "close")?;
    if !OUTCOMES.contains(&closing.outcome.as_str()) {
        return Err(LifecycleError::Invalid(format!("`{}` is no outcome; use one of {}", closing.outcome, OUTCOMES.join(", "))));
    }
    let (seen, were) = (closing.activations_seen, alert.activations);
    if seen < were {
        return Err(LifecycleError::Conflict(format!("there were {were} activations and you have seen {seen}; look at the others first")));
    }
    if seen > were {
        return Err(LifecycleError::Invalid(format!("activations_seen is {seen}, but there were only {were}")));
    }
    let waited = alert.accepted_at.unwrap_or(now) - alert.raised_at;
    let cause = closing.breach_cause.as_deref().map(str::trim).filter(|cause| !cause.is_empty());
    if waited > limits.answer && !alert.test && alert.queue == Queue::Care && cause.is_none() {
        let (waited, allowed) = (waited.num_seconds(), limits.answer.num_seconds());
        return Err(LifecycleError::Conflict(format!(
            "it waited {waited} s for an answer, {allowed} s are allowed: say why in breach_cause"
        )));
    }
    free(alert);
    alert.state = State::Closed;
    alert.closed_at = Some(now);
    alert.outcome = Some(closing.outcome.clone());
    let mut words = vec![format!("Closed by {}: {}.", who.name, closing.outcome)];
    words.extend(cause.map(|cause| format!("Cause of the late answer: {cause}")));
    words.extend(closing.note.as_deref().map(|note| format!("Note: {note}")));
    Ok(enter(alert, now, "closed", Some(who), words.join(" ")))
}

/// The holder was silent for too long: back to the queue, marked.
pub fn lease_lost(alert: &mut Alert, now: Time) -> Entry {
    let name = alert.holder.as_ref().map_or_else(|| "Nobody".to_owned(), |holder| holder.name.clone());
    free(alert);
    mark_as(alert, "lease_lost");
    enter(alert, now, "lease_lost", None, format!("{name} accepted it and was not heard of since; it waits again."))
}

/// Renews the lease of an accepted alert. Answers whether there was one.
pub fn renew(alert: &mut Alert, now: Time, lease: TimeDelta) -> bool {
    let accepted = alert.state == State::Accepted && alert.holder.is_some();
    if accepted {
        alert.lease_until = Some(now + lease);
        alert.version += 1;
    }
    accepted
}

fn free(alert: &mut Alert) {
    alert.state = State::Raised;
    alert.holder = None;
    alert.lease_until = None;
}

fn mark_as(alert: &mut Alert, mark: &str) {
    if let Err(place) = alert.marks.binary_search_by(|each| each.as_str().cmp(mark)) {
        alert.marks.insert(place, mark.to_owned());
    }
}

fn not_closed(alert: &Alert) -> Result<(), LifecycleError> {
    if alert.is_open() { Ok(()) } else { Err(LifecycleError::Conflict("this alert is closed".to_owned())) }
}

fn held_by(alert: &Alert, who: &Holder, verb: &str) -> Result<(), LifecycleError> {
    match &alert.holder {
        Some(holder) if holder.id == who.id => Ok(()),
        Some(holder) => Err(LifecycleError::Conflict(format!("{} has this alert; only the holder can {verb} it", holder.name))),
        None => Err(LifecycleError::Conflict(format!("nobody has this alert; accept it before you {verb} it"))),
    }
}

/// Counts the change and makes its line; the version is the line's place in the history.
fn enter(alert: &mut Alert, at: Time, what: &str, who: Option<&Holder>, text: String) -> Entry {
    alert.version += 1;
    Entry { at, what: what.to_owned(), who: who.map(|holder| holder.name.clone()), text }
}

#[cfg(test)]
mod tests;
