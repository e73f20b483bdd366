//! The life of a visit: offered, accepted, en route, arrived, completed. Each stage has a timer; what its end means is decided here.

use chrono::TimeDelta;

use super::lifecycle::LifecycleError;
use crate::clock::Time;
use crate::domain::alert::Holder;
use crate::domain::visit::{Declined, Visit, VisitState};

/// The timers of a visit.
#[derive(Clone, Copy, Debug)]
pub struct VisitTimes {
    /// How long an offer waits for an answer.
    pub answer: TimeDelta,
    /// How long after accepting somebody must have set out.
    pub set_out: TimeDelta,
    /// The mark for being there, from the asking.
    pub attend: TimeDelta,
    /// The limit for being there, from the asking.
    pub attend_limit: TimeDelta,
    /// How long somebody may be alone in a home before it is asked whether they are well.
    pub lone_worker: TimeDelta,
}

/// What the end of a timer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// Nothing: it is not due.
    No,
    /// No answer came: ask the next one.
    NoAnswer,
    /// They should have set out.
    NotSetOut,
    /// They should be there.
    NotThere,
    /// They have been there for long: are they well?
    LoneWorker,
}

/// A new visit, offered to `responder`.
#[must_use]
pub fn offer(
    id: String,
    (organisation, home, alert): (String, String, String),
    responder: Holder,
    rota: Option<String>,
    now: Time,
    times: &VisitTimes,
) -> Visit {
    Visit {
        id,
        organisation,
        home,
        alert,
        state: VisitState::Offered,
        responder: Some(responder),
        rota,
        declined: Vec::new(),
        created_at: now,
        attend_by: now + times.attend,
        attend_limit: now + times.attend_limit,
        due_at: Some(now + times.answer),
        accepted_at: None,
        en_route_at: None,
        arrived_at: None,
        arrival_proven: false,
        completed_at: None,
        note: None,
        version: 1,
    }
}

/// Whoever is asked will go.
///
/// # Errors
/// When somebody else is asked, or it is not the time for it. So with all moves.
pub fn accept(visit: &mut Visit, who: &Holder, now: Time, times: &VisitTimes) -> Result<(), LifecycleError> {
    expect(visit, who, &[VisitState::Offered], "accept")?;
    visit.accepted_at = Some(now);
    enter(visit, VisitState::Accepted, Some(now + times.set_out));
    Ok(())
}

/// Whoever is asked, or has accepted, will not go after all: ask the next one.
///
/// # Errors
/// As for [`accept`].
pub fn decline(visit: &mut Visit, who: &Holder, reason: &str, now: Time) -> Result<(), LifecycleError> {
    expect(visit, who, &[VisitState::Offered, VisitState::Accepted, VisitState::EnRoute], "decline")?;
    gone(visit, Some(reason.to_owned()), now);
    Ok(())
}

/// They are on their way.
///
/// # Errors
/// As for [`accept`].
pub fn set_out(visit: &mut Visit, who: &Holder, now: Time) -> Result<(), LifecycleError> {
    expect(visit, who, &[VisitState::Accepted], "set out for")?;
    visit.en_route_at = Some(now);
    let due = if now < visit.attend_by { visit.attend_by } else { visit.attend_limit.max(now + TimeDelta::minutes(5)) };
    enter(visit, VisitState::EnRoute, Some(due));
    Ok(())
}

/// They are there, by their own word.
///
/// # Errors
/// As for [`accept`].
pub fn arrive(visit: &mut Visit, who: &Holder, now: Time, times: &VisitTimes) -> Result<(), LifecycleError> {
    expect(visit, who, &[VisitState::Accepted, VisitState::EnRoute], "arrive at")?;
    be_there(visit, now, times);
    Ok(())
}

/// The home's equipment reports that a responder is there. Answers whether that says anything about this visit.
pub fn seen_arriving(visit: &mut Visit, at: Time, times: &VisitTimes) -> bool {
    match visit.state {
        VisitState::Accepted | VisitState::EnRoute => be_there(visit, at, times),
        VisitState::Arrived if !visit.arrival_proven => visit.version += 1,
        _ => return false,
    }
    visit.arrival_proven = true;
    true
}

/// They have left, and all is done.
///
/// # Errors
/// As for [`accept`].
pub fn complete(visit: &mut Visit, who: &Holder, note: Option<String>, now: Time) -> Result<(), LifecycleError> {
    expect(visit, who, &[VisitState::Arrived], "complete")?;
    visit.completed_at = Some(now);
    visit.note = note;
    enter(visit, VisitState::Completed, None);
    Ok(())
}

/// The control room calls it off.
///
/// # Errors
/// When it is over.
pub fn cancel(visit: &mut Visit) -> Result<(), LifecycleError> {
    if !visit.state.is_open() {
        return Err(LifecycleError::Conflict(format!("this visit is {} already", visit.state.as_str())));
    }
    enter(visit, VisitState::Cancelled, None);
    Ok(())
}

/// Asks the next of `candidates` who was not asked before. Without any the visit is unfilled. Answers whether somebody is asked.
pub fn ask_next(visit: &mut Visit, candidates: &[Holder], now: Time, times: &VisitTimes) -> bool {
    let next = candidates.iter().find(|person| !visit.declined.iter().any(|before| before.person.id == person.id));
    visit.responder = next.cloned();
    if next.is_some() {
        enter(visit, VisitState::Offered, Some(now + times.answer));
    } else {
        enter(visit, VisitState::Unfilled, None);
    }
    next.is_some()
}

/// What the end of the running timer asks for. A timer that was told of is set again, so that it is told of again.
pub fn fall_due(visit: &mut Visit, now: Time, times: &VisitTimes) -> Overdue {
    if visit.due_at.is_none_or(|due| due > now) {
        return Overdue::No;
    }
    let (overdue, again) = match visit.state {
        VisitState::Offered => {
            gone(visit, None, now);
            return Overdue::NoAnswer;
        }
        VisitState::Accepted => (Overdue::NotSetOut, now + times.set_out),
        VisitState::EnRoute if now < visit.attend_limit => (Overdue::NotThere, visit.attend_limit),
        VisitState::EnRoute => (Overdue::NotThere, now + times.set_out),
        VisitState::Arrived => (Overdue::LoneWorker, now + times.lone_worker / 2),
        VisitState::Completed | VisitState::Unfilled | VisitState::Cancelled => return Overdue::No,
    };
    visit.due_at = Some(again);
    visit.version += 1;
    overdue
}

/// Whether `who` may read the code of the key safe now: from acceptance until completion.
#[must_use]
pub fn may_open(visit: &Visit, who: &str) -> bool {
    matches!(visit.state, VisitState::Accepted | VisitState::EnRoute | VisitState::Arrived)
        && visit.responder.as_ref().is_some_and(|responder| responder.id == who)
}

fn be_there(visit: &mut Visit, at: Time, times: &VisitTimes) {
    visit.en_route_at = visit.en_route_at.or(Some(at));
    visit.arrived_at = Some(at);
    enter(visit, VisitState::Arrived, Some(at + times.lone_worker));
}

fn gone(visit: &mut Visit, reason: Option<String>, now: Time) {
    if let Some(person) = visit.responder.take() {
        visit.declined.push(Declined { person, at: now, reason });
    }
    visit.accepted_at = None;
    visit.en_route_at = None;
    visit.version += 1;
}

fn enter(visit: &mut Visit, state: VisitState, due: Option<Time>) {
    visit.state = state;
    visit.due_at = due;
    visit.version += 1;
}

fn expect(visit: &Visit, who: &Holder, states: &[VisitState], verb: &str) -> Result<(), LifecycleError> {
    match &visit.responder {
        Some(responder) if responder.id == who.id => {}
        _ => return Err(LifecycleError::Conflict(format!("this visit is not yours to {verb}"))),
    }
    if states.contains(&visit.state) {
        return Ok(());
    }
    let now = visit.state.as_str();
    Err(LifecycleError::Conflict(format!("this visit is {now}; you cannot {verb} it now")))
}

#[cfg(test)]
mod tests;
