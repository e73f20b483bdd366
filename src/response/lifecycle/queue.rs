//! How an alert waits: what falls due while nobody has it, when its holder is gone, and when its time is parked. An open alert always has a next moment.

use chrono::TimeDelta;

use super::{CLEARED, Limits, enter, fault, mark_as, unmark};
use crate::clock::Time;
use crate::domain::alert::{Alert, Entry, Queue, State};
use crate::domain::escalation::Step;
use crate::domain::outcome::{CLEARED_ITSELF, TEST_ENDED};

/// What the next moment of an alert, now come, asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Due {
    /// Nothing yet: it is due at another time.
    NotYet,
    /// It changed; this is told, if anything.
    Told(Option<Entry>),
    /// A step of its escalation is to be taken: tell these, and [`stepped`] with what came of it.
    Step(Step),
}

/// Looks at an alert whose moment may have come.
pub fn fall_due(alert: &mut Alert, now: Time, limits: &Limits) -> Due {
    if alert.next_moment().is_some_and(|at| at > now) {
        return Due::NotYet;
    }
    match alert.state {
        State::Closed => Due::NotYet,
        State::Accepted if alert.lease_until.is_none_or(|until| until <= now) => Due::Told(Some(lease_lost(alert, now, limits))),
        State::Accepted => Due::Told(Some(idle(alert, now, limits))),
        State::Held => Due::Told(Some(fault::fall_due(alert, now, limits).unwrap_or_else(|| hold_ended(alert, now, limits)))),
        State::Raised if ends_by_itself(alert) => Due::Told(Some(end(alert, now))),
        // Without a step there is nobody to tell: the moment is set again, so that it is never without one.
        State::Raised => match alert.escalation.step(alert.level).cloned() {
            Some(step) => Due::Step(step),
            None => Due::Told(stepped(alert, &[], now)),
        },
    }
}

/// Closes an alert that ends by itself, if its time has come. Answers with the line of it.
pub fn end_if_over(alert: &mut Alert, now: Time) -> Option<Entry> {
    let over = alert.state == State::Raised && ends_by_itself(alert) && alert.next_step_at.is_none_or(|at| at <= now);
    over.then(|| end(alert, now))
}

/// A step was taken: `told` are those it reached, as words; none means that it is skipped and the next one is due at once, unless it was the last. That
/// the last one reached nobody is told once, not at every repetition, until it reaches somebody.
pub fn stepped(alert: &mut Alert, told: &[String], now: Time) -> Option<Entry> {
    let steps = i64::try_from(alert.escalation.steps.len()).unwrap_or(i64::MAX);
    let (number, last) = (alert.level + 1, alert.level + 1 >= steps);
    alert.level = number.min(i64::MAX - 1);
    let skipped = told.is_empty() && !last;
    // While somebody has it nothing runs: a step that its holder asked for is taken once.
    alert.next_step_at = (alert.state == State::Raised).then(|| if skipped { now } else { now + alert.escalation.wait(alert.level) });
    if alert.level > steps {
        mark_as(alert, REPEATED);
    }
    if !told.is_empty() {
        unmark(alert, UNHEARD);
        return Some(enter(alert, now, "escalated", None, format!("Step {number}: told {}.", told.join(", "))));
    }
    if skipped {
        return Some(enter(alert, now, "escalation_skipped", None, format!("Step {number} reached nobody.")));
    }
    if alert.marks.iter().any(|mark| mark == UNHEARD) {
        alert.version += 1;
        return None;
    }
    mark_as(alert, UNHEARD);
    let text = format!("Step {number}, the last, reached nobody; it is taken again until it does.");
    Some(enter(alert, now, UNHEARD, None, text))
}

/// Whether the step about to be taken, or just taken, is the last one or a repetition of it: then supervisors are told as well.
#[must_use]
pub fn at_last_step(alert: &Alert) -> bool {
    alert.level + 1 >= i64::try_from(alert.escalation.steps.len()).unwrap_or(i64::MAX)
}

/// The mark of an alert whose last step was taken more than once.
pub const REPEATED: &str = "last_step_repeated";
/// The mark of an alert whose last step reached nobody.
pub const UNHEARD: &str = "escalation_unheard";

/// Into the queue: the first step's wait begins; a test and a technical alert that has cleared end by themselves.
pub(super) fn enter_queue(alert: &mut Alert, now: Time, limits: &Limits) {
    free(alert);
    alert.level = 0;
    let wait = if alert.queue == Queue::Test {
        limits.test_ends
    } else if ends_by_itself(alert) {
        limits.clear_closes
    } else {
        alert.escalation.wait(0)
    };
    alert.next_step_at = Some(now + wait);
    if fault::is_covered(alert, now) && !ends_by_itself(alert) {
        rest(alert, now);
    }
}

/// A fault that somebody owns waits for its date, in nobody's hands.
pub(super) fn rest(alert: &mut Alert, now: Time) {
    free(alert);
    alert.state = State::Held;
    alert.next_step_at = None;
    alert.on_top_since = None;
    alert.held_until = alert.fault.as_ref().map(|fault| fault.due_at.max(now));
}

/// Back into the queue, before all others of its priority, with whoever had it named.
pub(super) fn come_back(alert: &mut Alert, now: Time, limits: &Limits) {
    alert.previous_holder = alert.holder.take().or(alert.previous_holder.take());
    enter_queue(alert, now, limits);
    if alert.state == State::Held {
        return;
    }
    if alert.queue != Queue::Test && !ends_by_itself(alert) {
        // It has been waited for already.
        alert.next_step_at = Some(now);
    }
    alert.on_top_since = Some(now);
}

/// Nobody's, and nothing runs.
pub(super) fn free(alert: &mut Alert) {
    alert.state = State::Raised;
    alert.holder = None;
    alert.lease_until = None;
    alert.idle_until = None;
    alert.held_until = None;
}

fn ends_by_itself(alert: &Alert) -> bool {
    alert.queue == Queue::Test || (alert.queue == Queue::Technical && alert.marks.iter().any(|mark| mark == CLEARED))
}

fn end(alert: &mut Alert, now: Time) -> Entry {
    let (outcome, text) = if alert.queue == Queue::Test {
        (TEST_ENDED, "A test ends by itself.")
    } else {
        (CLEARED_ITSELF, "The condition has stayed clear.")
    };
    free(alert);
    alert.state = State::Closed;
    alert.next_step_at = None;
    alert.closed_at = Some(now);
    alert.outcome = Some(outcome.to_owned());
    enter(alert, now, "closed", None, format!("Closed by the system: {outcome}. {text}"))
}

fn lease_lost(alert: &mut Alert, now: Time, limits: &Limits) -> Entry {
    let name = holder_name(alert);
    come_back(alert, now, limits);
    mark_as(alert, "lease_lost");
    enter(alert, now, "lease_lost", None, format!("{name} accepted it and was not heard of since; it waits again."))
}

fn idle(alert: &mut Alert, now: Time, limits: &Limits) -> Entry {
    let (name, allowed) = (holder_name(alert), minutes(Limits::of(&limits.idle, alert.priority)));
    come_back(alert, now, limits);
    mark_as(alert, "no_step");
    enter(alert, now, "no_step", None, format!("{name} took no step in it for {allowed}; it waits again."))
}

fn hold_ended(alert: &mut Alert, now: Time, limits: &Limits) -> Entry {
    let name = holder_name(alert);
    come_back(alert, now, limits);
    enter(alert, now, "hold_ended", None, format!("The hold by {name} is over; it waits again."))
}

fn holder_name(alert: &Alert) -> String {
    alert.holder.as_ref().map_or_else(|| "Nobody".to_owned(), |holder| holder.name.clone())
}

/// A time in words.
pub(super) fn minutes(time: TimeDelta) -> String {
    if time.num_seconds() % 60 == 0 { format!("{} min", time.num_minutes()) } else { format!("{} s", time.num_seconds()) }
}
