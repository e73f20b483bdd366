//! Faults: technical alerts as risks that somebody owns. A fault rests until it is due; then it comes back on top, and rises.

use super::case::{answered, not_closed};
use super::queue::{come_back, rest};
use super::{LifecycleError, Limits, enter, mark_as};
use crate::clock::Time;
use crate::domain::alert::{Alert, Entry, Holder, Queue, State};
use crate::domain::incident::Fault;

/// The mark of a fault that was not over when it was due.
pub const OVERDUE: &str = "fault_overdue";
/// No fault rises beyond this: 1 is for a life in danger.
const HIGHEST: u8 = 2;

/// Somebody takes it on, with a date and a way to call for help until then; or the entry is changed. It rests until it is due: whoever wants to deal with it
/// accepts it.
///
/// # Errors
/// When it is not about equipment, is closed, somebody else has it, or the date is past or too far away.
pub fn take_on(alert: &mut Alert, who: &Holder, owned: (&str, Time, &str), now: Time, limits: &Limits) -> Result<Entry, LifecycleError> {
    let (owner, due_at, interim) = owned;
    not_closed(alert)?;
    if alert.queue != Queue::Technical {
        return Err(LifecycleError::Invalid("only an alert of the technical queue is a fault; hold this one, or send somebody".to_owned()));
    }
    if let Some(holder) = alert.holder.as_ref().filter(|holder| holder.id != who.id) {
        return Err(LifecycleError::Conflict(format!("{} has this alert", holder.name)));
    }
    if due_at <= now {
        return Err(LifecycleError::Invalid("`due_at` is past; name a time to come".to_owned()));
    }
    if due_at > now + limits.fault {
        let days = limits.fault.num_days();
        return Err(LifecycleError::Invalid(format!("a fault can be left for {days} days at most; name an earlier `due_at`")));
    }
    alert.fault = Some(Fault { owner: owner.to_owned(), due_at, interim: interim.to_owned(), by: who.clone(), at: now });
    answered(alert, who, now);
    alert.previous_holder = Some(who.clone());
    rest(alert, now);
    let until = due_at.format("%Y-%m-%d %H:%M UTC");
    Ok(enter(alert, now, "fault_owned", Some(who), format!("{owner} sees to it by {until}. Until then: {interim}")))
}

/// Whether somebody owns it and it is not due yet.
#[must_use]
pub fn is_covered(alert: &Alert, now: Time) -> bool {
    alert.fault.as_ref().is_some_and(|fault| fault.due_at > now)
}

/// A rest is over: a fault that is due comes back on top and more urgent than it was. None: it was no fault.
pub(super) fn fall_due(alert: &mut Alert, now: Time, limits: &Limits) -> Option<Entry> {
    let (owner, due_at) = alert.fault.as_ref().map(|fault| (fault.owner.clone(), fault.due_at))?;
    debug_assert!(alert.state == State::Held, "only what rests falls due");
    come_back(alert, now, limits);
    alert.priority = alert.priority.min((alert.priority - 1).max(HIGHEST));
    mark_as(alert, OVERDUE);
    let due = due_at.format("%Y-%m-%d %H:%M UTC");
    Some(enter(
        alert,
        now,
        OVERDUE,
        None,
        format!("{owner} was to see to it by {due} and it is not over; it waits again, as priority {}.", alert.priority),
    ))
}
