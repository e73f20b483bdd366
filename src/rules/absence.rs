//! `absence`: nothing came for a time. With kinds: none of these events of the subject. Without any, for subject `gateway`: nothing at
//! all was heard of the gateway, heartbeats included.
//!
//! Silence counts only while it could have been broken: not while our own path was down (and a grace after it), and, for kinds, not
//! while the gateway itself was silent. A deadline that moves later is not written down at each event: the clock fires early and is set anew.

use serde::{Deserialize, Serialize};

use super::condition::{Cause, Clearing, Finding, Rise, Step};
use super::explain;
use super::instant::{MINUTE_US, SECOND_US, Us, us};
use super::outcome::Compared;
use super::quantity::{Number, Span};
use super::raise;
use super::scope::Scope;
use super::settle;
use crate::domain::event::Event;

/// Nothing for a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// So long.
    pub after: Span,
    /// Of a gateway that was never heard: by so long after it was registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_report: Option<Span>,
    /// What is missing, in words for the explanation: `No activity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_text: Option<String>,
    /// While it lasts, the alert becomes more urgent by one priority each time that so long has passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rise_after: Option<Span>,
    /// As urgent as this it becomes at most; 2 unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rise_to: Option<Number>,
}

/// What is remembered of one subject.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// Of kinds: something came before this instant, the end of a stretch (see [`stretch`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Us>,
    /// The deadline that was missed and raised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    raised: Option<Us>,
    /// How often that has become more urgent.
    #[serde(default, skip_serializing_if = "is_zero")]
    risen: u8,
    /// Of kinds: when the gateway could not have told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blind: Vec<[Us; 2]>,
    /// Of kinds: since when it cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blind_since: Option<Us>,
    /// Since when a judgement waits for late events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settle: Option<Us>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(number: &u8) -> bool {
    *number == 0
}

impl State {
    /// Takes back that it was raised. Answers with the deadline that was missed.
    fn forget_raised(&mut self) -> Option<Us> {
        self.risen = 0;
        self.raised.take()
    }

    /// About how many bytes it holds beside itself.
    pub(super) fn weight(&self) -> usize {
        size_of_val(self.blind.as_slice())
    }
}

/// Stretches of blindness that are kept.
const BLIND_AT_MOST: usize = 16;

#[allow(clippy::unnecessary_wraps, reason = "conditions look alike from outside, and others can fail")]
pub(super) fn look(rule: &Absence, scope: &Scope, state: &mut State, cause: Cause) -> Result<Step, String> {
    if scope.rule.rule.on.is_empty() {
        return Ok(gateway(rule, scope, state, cause));
    }
    Ok(match cause {
        Cause::Event(event) => came(rule, scope, state, event),
        Cause::Clock(_) => judge(rule, scope, state),
        Cause::Excused { at, .. } => excused(rule, scope, state, at),
        Cause::Watch => Step { due: scope.armed, ..Step::default() },
    })
}

fn gateway(rule: &Absence, scope: &Scope, state: &mut State, cause: Cause) -> Step {
    let mut step = Step::default();
    let known = scope.whose.gateway().and_then(|id| scope.context.home.gateways.get(id).map(|gateway| (id, gateway)));
    let Some((id, gateway)) = known.filter(|(_, gateway)| !gateway.archived) else {
        *state = State::default();
        return step;
    };
    let mut heard = scope.heard_last();
    if let Cause::Event(event) = cause {
        heard = heard.max(Some(us(event.received_at)));
        if state.forget_raised().is_some() {
            step.cleared.push(Clearing { at: us(event.received_at), explained: false });
        }
    }
    if let Some(raised) = state.raised {
        rise(rule, scope, state, raised, cause, &mut step);
        return step;
    }
    let (since, after) = match (heard, &rule.first_report) {
        (Some(heard), _) => (heard, scope.span(&rule.after)),
        (None, Some(first)) => (us(gateway.registered_at), scope.span(first)),
        (None, None) => (us(gateway.registered_at), scope.span(&rule.after)),
    };
    let due = counted(scope, since, after, &scope.outages(since)).1;
    if due > scope.now() || !matches!(cause, Cause::Clock(_)) {
        step.due = Some(due);
        return step;
    }
    state.raised = Some(due);
    let silence = match heard {
        Some(_) => format!("nothing heard since {}", explain::clock(scope, since)),
        None => format!("never heard since it was registered at {}", explain::clock(scope, since)),
    };
    step.findings.push(Finding {
        at: due,
        explanation: format!(
            "Gateway {id}: {silence}, for {} by {}; the plan allows {}",
            explain::length(due.saturating_sub(since)),
            explain::clock(scope, due),
            explain::length(after)
        ),
        evidence: Vec::new(),
        late_s: None,
        compared: vec![Compared::length("silence", due.saturating_sub(since), after)],
        blind_rules: Vec::new(),
    });
    rise(rule, scope, state, due, cause, &mut step);
    step
}

/// What was raised and lasts becomes more urgent, once each time that so long has passed in which it could have ended.
fn rise(rule: &Absence, scope: &Scope, state: &mut State, raised: Us, cause: Cause, step: &mut Step) {
    let Some(after) = rule.rise_after.as_ref().map(|after| scope.span(after)).filter(|after| *after > 0) else { return };
    let of = |number: &Number| raise::priority(scope.number(number));
    let (from, most) = (of(&scope.rule.rule.priority), rule.rise_to.as_ref().map_or(2, of));
    let outages = scope.outages(raised);
    while state.risen < from.saturating_sub(most) {
        let due = deadline(raised, after.saturating_mul(i64::from(state.risen) + 1), &outages);
        if due > scope.now() || !matches!(cause, Cause::Clock(_)) {
            step.due = Some(step.due.map_or(due, |other| other.min(due)));
            return;
        }
        state.risen += 1;
        let text = format!("It has lasted for {} more and is more urgent now.", explain::length(due.saturating_sub(raised)));
        step.rises.push(Rise { at: due, priority: from - state.risen, text });
    }
}

fn came(rule: &Absence, scope: &Scope, state: &mut State, event: &Event) -> Step {
    let mut step = Step { due: scope.armed, ..Step::default() };
    let (at, after) = (us(event.at), scope.span(&rule.after));
    let stretch = stretch(after);
    let until = at.div_euclid(stretch).saturating_add(1).saturating_mul(stretch);
    if state.until.is_some_and(|known| known >= until) {
        return step;
    }
    state.until = Some(until);
    state.blind.retain(|[_, end]| *end > until);
    if let Some(missed) = state.forget_raised() {
        step.cleared.push(Clearing { at, explained: at <= missed });
    }
    let due = counted(scope, until, after, &outages(scope, state, until)).1;
    step.due = Some(if due > scope.now() {
        state.settle = None;
        due
    } else {
        settle::begin(scope, &mut state.settle)
    });
    step
}

/// Something was said of what excuses it: what was raised and would not have been never was.
fn excused(rule: &Absence, scope: &Scope, state: &mut State, at: Us) -> Step {
    let mut step = Step { due: scope.armed, ..Step::default() };
    let Some(until) = state.until else { return step };
    let after = scope.span(&rule.after);
    let due = counted(scope, until, after, &outages(scope, state, until)).1;
    if let Some(missed) = state.raised {
        if due <= missed {
            return step;
        }
        state.forget_raised();
        step.cleared.push(Clearing { at, explained: true });
    }
    step.due = Some(if due > scope.now() { due } else { settle::begin(scope, &mut state.settle) });
    step
}

fn judge(rule: &Absence, scope: &Scope, state: &mut State) -> Step {
    let mut step = Step::default();
    let Some(until) = state.until else { return step };
    if let Some(raised) = state.raised {
        rise(rule, scope, state, raised, Cause::Clock(scope.now()), &mut step);
        return step;
    }
    let (now, after) = (scope.now(), scope.span(&rule.after));
    let tolerated = scope.gateway_tolerance();
    let heard = scope.heard_last().unwrap_or(Us::MIN);
    let blind = now.saturating_sub(heard) > tolerated;
    if blind {
        state.blind_since.get_or_insert(heard.max(until));
    } else if let Some(since) = state.blind_since.take() {
        state.blind.push([since, now]);
        let excess = state.blind.len().saturating_sub(BLIND_AT_MOST);
        state.blind.drain(..excess);
    }
    let (from, due) = counted(scope, until, after, &outages(scope, state, until));
    if due > now {
        state.settle = None;
        // While the gateway is silent the end is not known: look again from time to time.
        step.due = Some(if blind { due.min(now.saturating_add(scope.grace().max(stretch(after)))) } else { due });
        return step;
    }
    let since = *state.settle.get_or_insert(now);
    if let Some(again) = settle::wait(scope, since) {
        step.due = Some(again);
        return step;
    }
    (state.settle, state.raised) = (None, Some(due));
    let counted =
        if from > until { format!(", counted from {}, the end of what excused it", explain::clock(scope, from)) } else { String::new() };
    let missing = rule.missing_text.as_deref().unwrap_or(&scope.rule.rule.title);
    step.findings.push(Finding {
        at: due,
        explanation: format!(
            "{missing} since {}{}, for {} by {}; the plan allows {}{counted}",
            explain::clock(scope, until),
            explain::device(scope),
            explain::length(due.saturating_sub(until)),
            explain::clock(scope, due),
            explain::length(after),
        ),
        evidence: Vec::new(),
        late_s: scope.late_s(due),
        compared: vec![Compared::length("absence", due.saturating_sub(until), after)],
        blind_rules: Vec::new(),
    });
    rise(rule, scope, state, due, Cause::Clock(scope.now()), &mut step);
    step
}

/// When it would raise if nothing more were heard; never while that cannot be said.
pub(super) fn fires(rule: &Absence, scope: &Scope, state: &State) -> Option<Us> {
    if state.raised.is_some() {
        return None;
    }
    let (since, after) = if scope.rule.rule.on.is_empty() {
        let gateway = scope.whose.gateway().and_then(|id| scope.context.home.gateways.get(id))?;
        match (scope.heard_last(), &rule.first_report) {
            (None, Some(first)) => (us(gateway.registered_at), scope.span(first)),
            (heard, _) => (heard.unwrap_or_else(|| us(gateway.registered_at)), scope.span(&rule.after)),
        }
    } else {
        (state.until?, scope.span(&rule.after))
    };
    Some(counted(scope, since, after, &outages(scope, state, since)).1).filter(|due| *due < Us::MAX)
}

/// The last event is remembered by the stretch of time that it fell into, counted as having come at its end, so that a busy home
/// writes its state a few times an hour and not at each movement. A forty-eighth of the allowed time, a quarter of an hour at most.
fn stretch(after: Us) -> Us {
    (after / 48).clamp(SECOND_US, 15 * MINUTE_US)
}

/// All that silence is not counted in: our own outages, and those of the gateway.
fn outages(scope: &Scope, state: &State, since: Us) -> Vec<(Us, Us)> {
    let mut outages = scope.outages(since);
    outages.extend(state.blind.iter().map(|[from, until]| (*from, *until)));
    outages.extend(state.blind_since.map(|from| (from, Us::MAX)));
    outages.sort_unstable();
    outages
}

/// From when on a silence since `since` counts, and when `after` has passed.
fn counted(scope: &Scope, since: Us, after: Us, outages: &[(Us, Us)]) -> (Us, Us) {
    let from = scope.excused.counts_from(since, |since| deadline(since, after, outages));
    (from, deadline(from, after, outages))
}

/// When `after` has passed since `since`, the `outages` (by their beginning) not counted.
pub(super) fn deadline(since: Us, after: Us, outages: &[(Us, Us)]) -> Us {
    let (mut at, mut left) = (since, after);
    for &(from, until) in outages {
        let counted = from.saturating_sub(at).max(0);
        if counted >= left {
            break;
        }
        if until > at {
            left -= counted;
            at = until;
        }
    }
    at.saturating_add(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outages_do_not_count() {
        let m = |minutes: i64| minutes * MINUTE_US;
        assert_eq!(deadline(m(0), m(45), &[]), m(45));
        assert_eq!(deadline(m(0), m(45), &[(m(10), m(20))]), m(55));
        assert_eq!(deadline(m(0), m(45), &[(m(-10), m(20))]), m(65));
        assert_eq!(deadline(m(0), m(45), &[(m(45), m(80))]), m(45));
        assert_eq!(deadline(m(0), m(45), &[(m(10), m(20)), (m(15), m(30)), (m(40), m(50))]), m(75));
        assert_eq!(deadline(m(0), m(45), &[(m(10), m(40)), (m(12), m(14))]), m(75));
        assert_eq!(deadline(m(0), m(45), &[(m(10), Us::MAX)]), Us::MAX);
    }
}
