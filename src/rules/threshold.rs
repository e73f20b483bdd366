//! `above` and `below`: a reading at or beyond a limit raises; readings must come back by the hysteresis before the next can.
//!
//! A reading that comes in its order is judged at once. Readings that come late, or behind one that was judged already, are gathered
//! until their gateway has emptied its buffer, and are then judged in the order of their own times. Of the past only the episodes beyond the
//! limit are kept: a home in which all is well has no state and costs no write.

use serde::{Deserialize, Serialize};

use super::calendar;
use super::condition::{Cause, Clearing, Finding, Step};
use super::explain;
use super::instant::{Us, time, us};
use super::outcome::{Compared, Evidence, Sought};
use super::quantity::{Number, Span};
use super::reading;
use super::scope::Scope;
use super::settle;
use crate::domain::event::Event;

/// Readings kept until they are judged; when there are more, they are judged without further waiting.
const PENDING_AT_MOST: usize = 512;
/// Episodes of the past that are kept.
const PAST_AT_MOST: usize = 64;

/// A limit with hysteresis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The limit; a reading that reaches it raises.
    pub limit: Number,
    /// By how much readings must come back before the next can raise.
    pub hysteresis: Number,
    /// UCUM code in which limit and hysteresis are given.
    pub unit: String,
    /// Which number of the event: `value` unless said otherwise, or `values.NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// It raises only once readings have stayed beyond the limit for so long; none given: at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Span>,
    /// It raises so often on one day of the calendar at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most_a_day: Option<Number>,
    /// After the first reading ever it rests for so long: a sensor that was just put up comes from a van or a warm hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<Span>,
}

/// On which side of the limit the trouble lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Above,
    Below,
}

/// The first and the last reading beyond the limit.
type Episode = [Us; 2];

/// What is remembered of one subject.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// The episode that lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    over: Option<Episode>,
    /// Episodes that ended, within the lateness window, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    past: Vec<Episode>,
    /// The one that lasts was not raised yet: its first value, and when it will be if it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    untold: Option<(f64, Us)>,
    /// The first reading ever, where the rule rests after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began: Option<Us>,
    /// Readings not judged yet, by their time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pending: Vec<(Us, f64)>,
    /// Since when they wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settle: Option<Us>,
}

impl State {
    /// About how many bytes it holds beside itself.
    pub(super) fn weight(&self) -> usize {
        size_of_val(self.past.as_slice()) + size_of_val(self.pending.as_slice())
    }
}

/// What one reading says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Beyond,
    Back,
    /// Between the two: nothing changes.
    Nothing,
}

/// The limit in force.
#[derive(Clone, Copy)]
struct Limit<'a> {
    side: Side,
    limit: f64,
    hysteresis: f64,
    unit: &'a str,
    /// How long readings must stay beyond.
    hold: Us,
    /// Until when the sensor is new, and nothing is raised.
    resting: Option<Us>,
    a_day: Option<f64>,
}

impl Limit<'_> {
    /// When a run that began at `first` is a reason to raise, if it goes on.
    fn due(&self, first: Us) -> Us {
        let held = first.saturating_add(self.hold);
        self.resting.filter(|until| first < *until).map_or(held, |until| held.max(until))
    }

    fn says(&self, value: f64) -> Says {
        let (beyond, back) = match self.side {
            Side::Above => (value >= self.limit, value <= self.limit - self.hysteresis),
            Side::Below => (value <= self.limit, value >= self.limit + self.hysteresis),
        };
        match (beyond, back) {
            (true, _) => Says::Beyond,
            (false, true) => Says::Back,
            (false, false) => Says::Nothing,
        }
    }
}

pub(super) fn look(rule: &Threshold, side: Side, scope: &Scope, state: &mut State, cause: Cause) -> Result<Step, String> {
    let span = |span: &Option<Span>| span.as_ref().map_or(0, |span| scope.span(span).max(0));
    let rest = span(&rule.rest);
    if let (Cause::Event(event), true) = (cause, rest > 0) {
        let at = us(event.at);
        state.began = Some(state.began.map_or(at, |began| began.min(at)));
    }
    let limit = Limit {
        side,
        limit: scope.number(&rule.limit),
        hysteresis: scope.number(&rule.hysteresis),
        unit: &rule.unit,
        hold: span(&rule.hold),
        resting: state.began.filter(|_| rest > 0).map(|began| began.saturating_add(rest)),
        a_day: rule.at_most_a_day.as_ref().map(|a_day| scope.number(a_day)),
    };
    let horizon = scope.horizon();
    state.past.retain(|episode| episode[1] >= horizon);
    let mut step = Step::default();
    match cause {
        Cause::Event(event) => {
            let value = reading::number(event, rule.field.as_deref(), &rule.unit)?;
            take(limit, scope, state, event, value, &mut step);
        }
        Cause::Clock(_) if !state.pending.is_empty() => match state.settle.and_then(|since| settle::wait(scope, since)) {
            Some(until) => step.due = Some(until),
            None => judge(limit, scope, state, None, &mut step),
        },
        Cause::Clock(_) if let Some((_, due)) = state.untold => {
            let first = state.over.map_or(due, |over| over[0]);
            let again = settle::leapt(scope, first, due);
            if again > scope.now() {
                step.due = Some(again);
                return Ok(step);
            }
            judge(limit, scope, state, None, &mut step);
        }
        Cause::Excused { .. } => step.due = scope.armed,
        Cause::Clock(_) | Cause::Watch => {}
    }
    if let Some((_, due)) = state.untold {
        step.due = Some(step.due.map_or(due, |other| other.min(due)));
    }
    Ok(step)
}

/// When the run that lasts will be raised, if it goes on.
pub(super) fn fires(state: &State) -> Option<Us> {
    state.untold.map(|(_, due)| due)
}

fn take(limit: Limit, scope: &Scope, state: &mut State, event: &Event, value: f64, step: &mut Step) {
    let (at, says) = (us(event.at), limit.says(value));
    let judged_until = state.over.or(state.past.last().copied()).map_or(Us::MIN, |episode| episode[1]);
    let in_order = event.body.marks.late_s.is_none() && state.pending.is_empty() && at > judged_until;
    if in_order && (says == Says::Nothing || (says == Says::Back && state.over.is_none())) {
        return;
    }
    let entry = (at, value);
    let place = state.pending.binary_search_by(|other| order(*other, entry));
    if let Err(place) = place
        && says != Says::Nothing
    {
        state.pending.insert(place, entry);
    }
    if state.pending.is_empty() {
        return;
    }
    if in_order || state.pending.len() >= PENDING_AT_MOST {
        judge(limit, scope, state, Some(event), step);
    } else {
        step.due = Some(settle::begin(scope, &mut state.settle));
    }
}

fn order(one: (Us, f64), two: (Us, f64)) -> std::cmp::Ordering {
    one.0.cmp(&two.0).then(one.1.total_cmp(&two.1))
}

/// Goes through what waits and what is known, in the order of time.
fn judge(limit: Limit, scope: &Scope, state: &mut State, event: Option<&Event>, step: &mut Step) {
    let was_over = state.over.is_some() && state.untold.is_none();
    let mut points: Vec<(Us, Says, Option<f64>)> =
        state.pending.drain(..).map(|(at, value)| (at, limit.says(value), Some(value))).collect();
    for known in &state.past {
        // That a reading came back is known, though not exactly when.
        points.extend([(known[0], Says::Beyond, None), (known[1], Says::Beyond, None), (known[1].saturating_add(1), Says::Back, None)]);
    }
    let untold = state.untold.take().map(|(value, _)| value);
    points.extend(state.over.iter().flatten().map(|at| (*at, Says::Beyond, untold)));
    points.sort_by_key(|(at, _, value)| (*at, value.is_some()));

    state.settle = None;
    state.past.clear();
    let mut run: Option<Run> = None;
    let mut ended_at = None;
    for (at, says, value) in points {
        match (says, &mut run) {
            (Says::Beyond, Some(run)) => {
                run.last = at;
                run.known |= value.is_none();
            }
            (Says::Beyond, None) => run = Some(Run { first: at, last: at, value: value.unwrap_or_default(), known: value.is_none() }),
            (Says::Back, Some(ended)) => {
                // What was over before it had been held long enough is no episode.
                if ended.known || limit.due(ended.first) < at || limit.due(ended.first) == ended.first {
                    finish(limit, scope, ended, &state.past, event, step);
                    state.past.push([ended.first, ended.last]);
                    ended_at = Some(at);
                }
                run = None;
            }
            _ => {}
        }
    }
    state.over = run.map(|run| {
        let due = limit.due(run.first);
        if run.known || due <= scope.now() {
            finish(limit, scope, &run, &state.past, event, step);
        } else {
            state.untold = Some((run.value, due));
        }
        [run.first, run.last]
    });
    let excess = state.past.len().saturating_sub(PAST_AT_MOST);
    state.past.drain(..excess);
    if let (Some(at), None, true) = (ended_at, state.over, was_over || !step.findings.is_empty()) {
        step.cleared.push(Clearing { at, explained: false });
    }
}

/// An unbroken run of readings beyond the limit.
struct Run {
    first: Us,
    last: Us,
    /// Of its first reading.
    value: f64,
    /// Some of it was raised before.
    known: bool,
}

fn finish(limit: Limit, scope: &Scope, run: &Run, past: &[Episode], event: Option<&Event>, step: &mut Step) {
    if run.known {
        return;
    }
    if let Some(a_day) = limit.a_day {
        let date = |at: Us| calendar::date(at, scope.zone());
        let today = past.iter().filter(|episode| date(episode[0]) == date(run.first)).count();
        if today as f64 >= a_day {
            return;
        }
    }
    let due = limit.due(run.first);
    let held = if due > run.first { format!(", still so at {}", explain::clock(scope, due)) } else { String::new() };
    let than = match limit.side {
        Side::Above => "at or above",
        Side::Below => "at or below",
    };
    let evidence = match event.filter(|event| us(event.at) == run.first) {
        Some(event) => Evidence::Event(Box::new(event.clone())),
        None => Evidence::Stored(Sought {
            at: time(run.first),
            kinds: scope.rule.rule.on.kinds.clone(),
            gateway: scope.whose.gateway().map(Into::into),
            device: scope.whose.address().map(str::to_owned),
        }),
    };
    step.findings.push(Finding {
        at: due,
        explanation: format!(
            "{}: {} at {}{}, {than} the limit of {}{held}",
            scope.rule.rule.title,
            explain::reading(run.value, limit.unit),
            explain::clock(scope, run.first),
            explain::device(scope),
            explain::reading(limit.limit, limit.unit),
        ),
        evidence: vec![evidence],
        late_s: scope.late_s(due),
        compared: vec![Compared::number(scope.rule.rule.on.kinds.join(" or "), run.value, Some(limit.limit), limit.unit)],
        blind_rules: Vec::new(),
    });
}
