//! `absence`: nothing came for a time. With kinds: none of these events of the subject. Without any, for subject `gateway`: nothing at
//! all was heard of the gateway, heartbeats included.
//!
//! Silence counts only while it could have been broken: not while our own path was down (and a grace after it), and, for kinds, not
//! while the gateway itself was silent. A deadline that moves later is not written down at each event: the clock fires early and is set anew.

use serde::{Deserialize, Serialize};

use super::away::Said;
use super::condition::{Cause, Clearing, Finding, Rise, Step};
use super::decide::Context;
use super::explain;
use super::instant::{MINUTE_US, SECOND_US, Us, us};
use super::outcome::Compared;
use super::quantity::{Number, Span};
use super::raise;
use super::scope::Scope;
use super::settle;
use super::silences::Silence;
pub(super) use super::silences::State;
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
        Cause::Excused { at, before } => excused(rule, scope, state, at, before),
        Cause::Watch | Cause::Past(_) => Step { due: scope.armed, ..Step::default() },
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

/// Whether `event` falls into the stretch that is known already.
pub(super) fn is_idle(rule: &Absence, scope: &Scope, state: &State, event: &Event) -> bool {
    if scope.rule.rule.on.is_empty() {
        return false;
    }
    let (at, until) = (us(event.at), ends(us(event.at), scope.span(&rule.after)));
    state.until.is_some_and(|known| until <= known) && state.began.is_none_or(|began| began <= at) && state.past.is_empty()
}

fn came(rule: &Absence, scope: &Scope, state: &mut State, event: &Event) -> Step {
    let mut step = Step { due: scope.armed, ..Step::default() };
    let (at, after) = (us(event.at), scope.span(&rule.after));
    let until = ends(at, after);
    if !is_idle(rule, scope, state, event) {
        state.judged_by_what_holds(rule, scope);
    }
    // What no longer follows, because it is long ago or the plan is another now, is let go without a word.
    let before = if state.told.is_empty() && state.raised.is_none() { Vec::new() } else { state.silences(rule, scope) };
    let mut told = told(state);
    told.retain(|since| before.iter().any(|silence| silence.since == *since));
    if !state.came(at, until, after) {
        return step;
    }
    let silences = state.silences(rule, scope);
    let lasted = |since: Us| before.iter().any(|silence| silence.since == since && silence.ended.is_none());
    told.retain(|since| {
        let now = silences.iter().find(|silence| silence.since == *since);
        match now.map(|silence| silence.ended) {
            None => step.cleared.push(Clearing { at, explained: true }),
            Some(Some(ended)) if lasted(*since) => step.cleared.push(Clearing { at: ended, explained: false }),
            Some(_) => {}
        }
        now.is_some()
    });
    if state.until.is_none_or(|until| !told.contains(&until)) {
        state.forget_raised();
    }
    state.told = told;
    step.due = later(scope, state, &silences, step.due);
    state.tidy(scope.horizon());
    step
}

/// The beginnings of the silences that were raised.
fn told(state: &State) -> Vec<Us> {
    let mut told = state.told.clone();
    // Of a state that another version wrote, the deadline alone tells that the one that lasts was raised.
    told.extend(state.until.filter(|until| state.raised.is_some() && !told.contains(until)));
    told
}

/// When to look again, where what is due by now has to wait for late events.
fn later(scope: &Scope, state: &mut State, silences: &[Silence], armed: Option<Us>) -> Option<Us> {
    let (ripe, later): (Vec<&Silence>, Vec<&Silence>) =
        silences.iter().filter(|silence| !state.knows(silence)).partition(|silence| silence.due <= scope.now());
    let next = later.iter().map(|silence| silence.due).min();
    if !ripe.is_empty() {
        let again = settle::begin(scope, &mut state.settle);
        return Some(next.map_or(again, |next| next.min(again)));
    }
    state.settle = None;
    // What was raised and lasts may become more urgent.
    next.or(armed)
}

/// Something was said of what excuses it: what was raised and would not have been never was.
fn excused(rule: &Absence, scope: &Scope, state: &mut State, at: Us, before: &Said) -> Step {
    let mut step = Step { due: scope.armed, ..Step::default() };
    let context = Context { said_away: before, ..*scope.context };
    let then = state.silences(rule, &Scope::new(&context, scope.rule, scope.subject, scope.armed));
    let silences = state.silences(rule, scope);
    let mut told = told(state);
    told.retain(|since| then.iter().any(|silence| silence.since == *since));
    told.retain(|since| {
        let due = |silences: &[Silence]| silences.iter().find(|silence| silence.since == *since).map(|silence| silence.due);
        // It is counted anew from the end of what excuses it: then it was due at another time, if at all.
        let stands = due(&silences) == due(&then);
        if !stands {
            step.cleared.push(Clearing { at, explained: true });
        }
        stands
    });
    if state.until.is_none_or(|until| !told.contains(&until)) {
        state.forget_raised();
    }
    state.told = told;
    step.due = later(scope, state, &silences, step.due);
    step
}

fn judge(rule: &Absence, scope: &Scope, state: &mut State) -> Step {
    let mut step = Step::default();
    let Some(until) = state.until else { return step };
    state.told = told(state);
    state.judged_by_what_holds(rule, scope);
    let now = scope.now();
    let blind = notice_blindness(scope, state, until);
    let guard = scope.horizon().min(scope.armed.unwrap_or(Us::MAX));
    let silences = state.silences(rule, scope);
    let untold = silences.iter().filter(|silence| !state.knows(silence));
    let (ripe, later): (Vec<&Silence>, Vec<&Silence>) = untold.partition(|silence| silence.due <= now);
    let ripe: Vec<Silence> = ripe.into_iter().filter(|silence| silence.ended.is_none() || silence.due >= guard).copied().collect();
    // While the gateway is silent the end is not known: look again from time to time.
    let again = now.saturating_add(scope.grace().max(stretch(scope.span(&rule.after))));
    step.due = later.iter().map(|silence| if blind { silence.due.min(again) } else { silence.due }).min();
    if ripe.is_empty() {
        state.settle = None;
    } else {
        let since = *state.settle.get_or_insert(now);
        if let Some(again) = settle::wait(scope, since) {
            step.due = Some(step.due.map_or(again, |due| due.min(again)));
            return step;
        }
        state.settle = None;
        for silence in &ripe {
            step.findings.push(finding(rule, scope, silence));
            state.told.push(silence.since);
            state.told.sort_unstable();
            if silence.ended.is_none() {
                state.raised = Some(silence.due);
            }
        }
    }
    // It was over before anybody heard of it; nothing of it is over while another lasts.
    if state.raised.is_none() {
        step.cleared.extend(ripe.iter().filter_map(|silence| silence.ended).max().map(|at| Clearing { at, explained: false }));
    }
    if let Some(raised) = state.raised {
        rise(rule, scope, state, raised, Cause::Clock(now), &mut step);
    }
    state.tidy(scope.horizon());
    step
}

/// Takes note of whether the gateway could tell anything now. Answers whether it cannot.
fn notice_blindness(scope: &Scope, state: &mut State, until: Us) -> bool {
    if state.raised.is_some() {
        return false;
    }
    let now = scope.now();
    let heard = scope.heard_last().unwrap_or(Us::MIN);
    let blind = now.saturating_sub(heard) > scope.gateway_tolerance();
    if blind {
        state.blind_since.get_or_insert(heard.max(until));
    } else if let Some(since) = state.blind_since.take() {
        state.blind.push([since, now]);
        let excess = state.blind.len().saturating_sub(BLIND_AT_MOST);
        state.blind.drain(..excess);
    }
    blind
}

fn finding(rule: &Absence, scope: &Scope, silence: &Silence) -> Finding {
    let Silence { since, from, due, .. } = *silence;
    let after = scope.span(&rule.after);
    let counted =
        if from > since { format!(", counted from {}, the end of what excused it", explain::clock(scope, from)) } else { String::new() };
    let missing = rule.missing_text.as_deref().unwrap_or(&scope.rule.rule.title);
    Finding {
        at: due,
        explanation: format!(
            "{missing} since {}{}, for {} by {}; the plan allows {}{counted}",
            explain::clock(scope, since),
            explain::device(scope),
            explain::length(due.saturating_sub(since)),
            explain::clock(scope, due),
            explain::length(after),
        ),
        evidence: Vec::new(),
        late_s: scope.late_s(due),
        compared: vec![Compared::length("absence", due.saturating_sub(since), after)],
        blind_rules: Vec::new(),
    }
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

/// When the stretch ends that `at` falls into.
fn ends(at: Us, after: Us) -> Us {
    let stretch = stretch(after);
    at.div_euclid(stretch).saturating_add(1).saturating_mul(stretch)
}

/// All that silence is not counted in: our own outages, and those of the gateway.
pub(super) fn outages(scope: &Scope, state: &State, since: Us) -> Vec<(Us, Us)> {
    let mut outages = scope.outages(since);
    outages.extend(state.blind.iter().map(|[from, until]| (*from, *until)));
    outages.extend(state.blind_since.map(|from| (from, Us::MAX)));
    outages.sort_unstable();
    outages
}

/// From when on a silence since `since` counts, and when `after` has passed.
pub(super) fn counted(scope: &Scope, since: Us, after: Us, outages: &[(Us, Us)]) -> (Us, Us) {
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
