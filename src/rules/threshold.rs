//! `above` and `below`: a reading at or beyond a limit raises; readings must come back by the hysteresis before the next can.
//!
//! A reading that comes in its order is judged at once. What comes late, or behind one that was judged already, waits until its gateway has
//! emptied its buffer; then all readings since then are asked for as they are stored, and judged in the order of their own times. Of the past
//! only the spells beyond the limit are kept: a home in which all is well has no state and costs no write.

use serde::{Deserialize, Serialize};

use super::calendar;
use super::condition::{Cause, Clearing, Finding, Step};
use super::explain;
use super::instant::{SECOND_US, Us, time, us};
use super::outcome::{Compared, Evidence, Sought};
use super::quantity::{Number, Span};
use super::reading;
use super::scope::Scope;
use super::settle;
pub(super) use super::spells::State;
use super::spells::{Says, Spell, TOLD_BEFORE, is_old};
use crate::domain::event::Event;

/// How soon what was judged at once is compared with all that is stored: what came a moment before may have happened a moment later.
const CHECKED_AFTER_US: Us = SECOND_US;

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

/// The limit in force.
struct Limit<'a> {
    rule: &'a Threshold,
    side: Side,
    limit: f64,
    hysteresis: f64,
    /// How long readings must stay beyond.
    hold: Us,
    /// Until when the sensor is new, and nothing is raised.
    resting: Option<Us>,
    a_day: Option<f64>,
}

impl Limit<'_> {
    /// When a spell that began at `at` is a reason to raise, if it goes on.
    fn due(&self, at: Us) -> Us {
        let held = at.saturating_add(self.hold);
        self.resting.filter(|until| at < *until).map_or(held, |until| held.max(until))
    }

    /// Whether it went on for long enough, or may yet.
    fn lasts(&self, spell: &Spell) -> bool {
        let due = self.due(spell.at);
        spell.until.is_none_or(|until| due < until || due == spell.at)
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

    /// What `event` says, and its number.
    fn read(&self, event: &Event) -> Result<(Says, f64), String> {
        let value = reading::number(event, self.rule.field.as_deref(), &self.rule.unit)?;
        Ok((self.says(value), value))
    }

    /// Whether the spell at `place` is to be raised when it is due. What was not for its day's count is not when that day is forgotten.
    fn asks_for(&self, scope: &Scope, state: &State, place: usize) -> bool {
        let spells = &state.spells;
        let (spell, guard) = (spells[place], scope.horizon().min(scope.armed.unwrap_or(Us::MAX)));
        spell.told.is_none() && !state.has_passed(&spell) && self.due(spell.at) >= guard && self.counts(scope, spells, place)
    }

    /// Whether the spell at `place` is a reason to raise by the count of its day.
    fn counts(&self, scope: &Scope, spells: &[Spell], place: usize) -> bool {
        let Some(a_day) = self.a_day else { return true };
        let date = |spell: &Spell| calendar::date(spell.at, scope.zone());
        let today = date(&spells[place]);
        let before = spells[..place].iter().filter(|spell| date(spell) == today).count();
        (before as f64) < a_day
    }
}

/// The limit in force, for a sensor that was first heard at `began`.
fn in_force<'a>(rule: &'a Threshold, side: Side, scope: &Scope, began: Option<Us>) -> Limit<'a> {
    let span = |span: &Option<Span>| span.as_ref().map_or(0, |span| scope.span(span).max(0));
    Limit {
        rule,
        side,
        limit: scope.number(&rule.limit),
        hysteresis: scope.number(&rule.hysteresis),
        hold: span(&rule.hold),
        resting: began.map(|began| began.saturating_add(span(&rule.rest))),
        a_day: rule.at_most_a_day.as_ref().map(|a_day| scope.number(a_day)),
    }
}

pub(super) fn look(rule: &Threshold, side: Side, scope: &Scope, state: &mut State, cause: Cause) -> Result<Step, String> {
    let mut step = Step::default();
    let first = if let Cause::Event(event) = cause { began_earlier(rule, scope, state, us(event.at)) } else { None };
    if let Some(first) = first
        && state.began.replace(first).is_some()
    {
        // It was new for another time than was thought.
        state.judge_anew(first);
        step.due = Some(settle::begin(scope, &mut state.settle));
    }
    let limit = in_force(rule, side, scope, state.began);
    match cause {
        Cause::Event(event) => take(&limit, scope, state, event, &mut step)?,
        Cause::Clock(_) => wake(&limit, scope, state, &mut step),
        Cause::Past(events) => judge(&limit, scope, state, events, &mut step),
        Cause::Excused { .. } | Cause::Watch => step.due = scope.armed,
    }
    state.tidy(scope);
    if state.anew.is_none() {
        step.due = [step.due, next(&limit, scope, state)].into_iter().flatten().min();
    }
    Ok(step)
}

/// When the spell that lasts will be raised, if it goes on.
pub(super) fn fires(rule: &Threshold, side: Side, scope: &Scope, state: &State) -> Option<Us> {
    next(&in_force(rule, side, scope, state.began), scope, state)
}

/// The same, by the limit in force.
fn next(limit: &Limit, scope: &Scope, state: &State) -> Option<Us> {
    let place = state.spells.len().checked_sub(1)?;
    let last = state.spells[place];
    let waits = last.until.is_none() && limit.asks_for(scope, state, place);
    waits.then(|| settle::leapt(scope, last.at, limit.due(last.at)))
}

/// `at`, where it is the first reading ever as far as is known, and the rule rests after it.
fn began_earlier(rule: &Threshold, scope: &Scope, state: &State, at: Us) -> Option<Us> {
    let first = state.began.is_none_or(|began| at < began);
    (first && rule.rest.as_ref().is_some_and(|rest| scope.span(rest) > 0)).then_some(at)
}

/// Whether `event` says nothing that changes anything, and nothing is to be forgotten.
pub(super) fn is_idle(rule: &Threshold, side: Side, scope: &Scope, state: &State, event: &Event) -> bool {
    let at = us(event.at);
    if began_earlier(rule, scope, state, at).is_some() {
        return false;
    }
    let limit = in_force(rule, side, scope, state.began);
    limit.read(event).is_ok_and(|(says, _)| !state.bears(at, says)) && state.spells.first().is_none_or(|oldest| !is_old(scope, oldest))
}

/// A reading came.
fn take(limit: &Limit, scope: &Scope, state: &mut State, event: &Event, step: &mut Step) -> Result<(), String> {
    let (says, value) = limit.read(event)?;
    let at = us(event.at);
    step.due = step.due.or(scope.armed.filter(|_| state.anew.is_some()));
    if !state.bears(at, says) {
        return Ok(());
    }
    state.judged_by_what_holds(scope, |at| limit.due(at));
    let last = state.spells.len().checked_sub(1);
    let newest = match says {
        Says::Beyond => state.spells.last().is_none_or(|last| last.until.is_some_and(|until| until <= at)),
        _ => state.within(at, says) == last && state.spells.last().is_some_and(|last| last.until.is_none()),
    };
    state.judge_anew(at);
    if event.body.marks.late_s.is_some() || state.settle.is_some() || !newest {
        let again = settle::begin(scope, &mut state.settle);
        step.due = Some(step.due.map_or(again, |due| due.min(again)));
        return Ok(());
    }
    let check = scope.now().saturating_add(CHECKED_AFTER_US);
    step.due = Some(step.due.map_or(check, |due| due.min(check)));
    if says == Says::Beyond {
        state.spells.push(Spell { at, value, until: None, told: None });
        raise(limit, scope, state, Some(event), step);
    } else if let Some(spell) = state.spells.last_mut() {
        spell.until = Some(at);
        if spell.told.is_some() {
            step.cleared.push(Clearing { at, explained: false });
        }
        // What had come back before it had been held long enough is none.
        let is_one = spell.told.is_some() || limit.lasts(spell);
        if !is_one {
            state.spells.pop();
        }
    }
    Ok(())
}

/// The clock fired: what had to wait, or has lasted long enough.
fn wake(limit: &Limit, scope: &Scope, state: &mut State, step: &mut Step) {
    if let Some(anew) = state.anew {
        if let Some(until) = state.settle.and_then(|since| settle::wait(scope, since)) {
            step.due = Some(until);
            return;
        }
        step.asks = Some(anew);
        step.due = Some(scope.now().saturating_add(settle::ASKED_AGAIN_US));
        return;
    }
    state.judged_by_what_holds(scope, |at| limit.due(at));
    raise(limit, scope, state, None, step);
}

/// Judges all readings since `anew` as if they had just come in their order.
fn judge(limit: &Limit, scope: &Scope, state: &mut State, events: &[&Event], step: &mut Step) {
    let Some(anew) = state.anew.take() else { return };
    state.settle = None;
    let mut readings: Vec<(Us, Says, f64)> = events
        .iter()
        .filter(|event| us(event.at) >= anew)
        .filter_map(|event| limit.read(event).ok().map(|(says, value)| (us(event.at), says, value)))
        .collect();
    readings.sort_by(|one, two| (one.0, one.1).cmp(&(two.0, two.1)).then(one.2.total_cmp(&two.2)));

    let known = std::mem::take(&mut state.spells);
    let (mut spells, later): (Vec<Spell>, Vec<Spell>) = known.into_iter().partition(|spell| spell.at < anew);
    // How it stood then: whether a spell goes on. Of one that ended later, when is asked anew.
    let carried = spells.pop_if(|last| last.until.is_none_or(|until| until >= anew));
    let mut run = carried.map(|last| Spell { until: None, ..last });
    for (at, says, value) in readings {
        match (says, &mut run) {
            (Says::Beyond, None) => {
                let told = later.iter().find(|spell| spell.at == at).and_then(|spell| spell.told);
                run = Some(Spell { at, value, until: None, told });
            }
            (Says::Back, Some(_)) => {
                spells.extend(run.take().map(|spell| Spell { until: Some(at), ..spell }).filter(|spell| limit.lasts(spell)));
            }
            _ => {}
        }
    }
    spells.extend(run);
    for place in 0..spells.len() {
        let stands = spells[place].at < anew || limit.counts(scope, &spells, place);
        let due = limit.due(spells[place].at);
        spells[place].told = spells[place].told.filter(|told| stands && (*told == due || *told == TOLD_BEFORE));
    }
    let was: Vec<Spell> = carried.into_iter().chain(later).filter(|spell| spell.told.is_some()).collect();
    let still = |was: &Spell| spells.iter().find(|spell| spell.at == was.at && spell.told.is_some());
    step.cleared.extend(was.iter().filter(|was| still(was).is_none()).map(|_| Clearing { at: scope.now(), explained: true }));
    let ended = was.iter().filter(|was| was.until.is_none()).filter_map(|was| still(was)?.until).max();
    state.spells = spells;
    raise(limit, scope, state, None, step);
    // What was raised and is over now; nothing of it is over while another lasts.
    if let Some(at) = ended.filter(|_| !state.lasts()) {
        step.cleared.push(Clearing { at, explained: false });
    }
}

/// Raises what was not yet, and is due.
fn raise(limit: &Limit, scope: &Scope, state: &mut State, event: Option<&Event>, step: &mut Step) {
    let mut over = None;
    for place in 0..state.spells.len() {
        let spell = state.spells[place];
        let due = limit.due(spell.at);
        if settle::leapt(scope, spell.at, due) > scope.now() || !limit.asks_for(scope, state, place) {
            continue;
        }
        step.findings.push(finding(limit, scope, &spell, due, event));
        state.spells[place].told = Some(due);
        over = spell.until;
    }
    // It was over before anybody heard of it.
    step.cleared.extend(over.filter(|_| !state.lasts()).map(|at| Clearing { at, explained: false }));
}

fn finding(limit: &Limit, scope: &Scope, spell: &Spell, due: Us, event: Option<&Event>) -> Finding {
    let held = if due > spell.at { format!(", still so at {}", explain::clock(scope, due)) } else { String::new() };
    let than = match limit.side {
        Side::Above => "at or above",
        Side::Below => "at or below",
    };
    let evidence = match event.filter(|event| us(event.at) == spell.at) {
        Some(event) => Evidence::Event(Box::new(event.clone())),
        None => Evidence::Stored(Sought {
            at: time(spell.at),
            kinds: scope.rule.rule.on.kinds.clone(),
            gateway: scope.whose.gateway().map(Into::into),
            device: scope.whose.address().map(str::to_owned),
        }),
    };
    let unit = &limit.rule.unit;
    Finding {
        at: due,
        explanation: format!(
            "{}: {} at {}{}, {than} the limit of {}{held}",
            scope.rule.rule.title,
            explain::reading(spell.value, unit),
            explain::clock(scope, spell.at),
            explain::device(scope),
            explain::reading(limit.limit, unit),
        ),
        evidence: vec![evidence],
        late_s: scope.late_s(due),
        compared: vec![Compared::number(scope.rule.rule.on.kinds.join(" or "), spell.value, Some(limit.limit), unit)],
        blind_rules: Vec::new(),
    }
}
