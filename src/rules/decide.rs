//! [`decide`]: what an event or a due clock comes to at one home, by the rules in force.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use chrono::TimeDelta;

use super::away::{self, Said};
use super::blind;
use super::condition::{self, Cause, Clearing, Condition, State, Step};
use super::explain;
use super::instant::{MINUTE_US, Us, time, us};
use super::memory::{self, Memory};
use super::outcome::{Outcome, Recall};
use super::raise;
use super::rule::Subject;
use super::scope::Scope;
use super::set::{Compiled, RuleSet};
use super::subject::{self, Subjects};
use crate::clock::Time;
use crate::domain::catalogue::{Class, class_of};
use crate::domain::event::Event;
use crate::domain::home::{Home, is_unclaimed};

/// All that a decision may read.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The home.
    pub home: &'a Home,
    /// The rules in force.
    pub rules: &'a RuleSet,
    /// The time.
    pub now: Time,
    /// When our own path was down: the latest intervals, in any order.
    pub down: &'a [Interval],
    /// Tolerances of the installation.
    pub limits: Limits,
    /// When each gateway was last heard, by receipt, heartbeats included.
    pub heard: &'a HashMap<Arc<str>, Time>,
    /// Stretches that our own clock left out when it was set on: no time passed in them. Ascending.
    pub leaps: &'a [Interval],
    /// What the home said of its people being there. [`decide`] finds it in the memory; callers leave it at [`Said::nothing`].
    pub said_away: &'a Said,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Its beginning.
    pub from: Time,
    /// Its end; the time now while it lasts.
    pub until: Time,
}

/// Tolerances of the installation (`[engine]` in `config/harken.toml`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// After an outage of our own, silence is counted again only after this.
    pub outage_grace: TimeDelta,
    /// How late an event may be and still be judged by every rule.
    pub lateness: TimeDelta,
    /// What arrives later than this is called late.
    pub late_after: TimeDelta,
    /// How long a home is taken to be empty that said so itself, and did not say that somebody is back.
    pub away: TimeDelta,
}

/// What is to be decided upon.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// An event that was not known before.
    Event(&'a Event),
    /// A clock fired; its row is spent.
    Clock {
        /// Rule id.
        rule: &'a str,
        /// Subject.
        subject: &'a str,
        /// When it was due.
        due: Time,
    },
    /// What a rule asked for by [`Outcome::Recall`].
    Past {
        /// Rule id.
        rule: &'a str,
        /// Subject.
        subject: &'a str,
        /// The events, in any order.
        events: &'a [Event],
    },
    /// From now on this gateway is expected to talk: it was registered, came out of the archive, or a rule on silence is new.
    Watch {
        /// Its id.
        gateway: &'a str,
    },
}

/// How long a rule that fell over at its clock waits before it tries again.
const RETRY_US: Us = 15 * MINUTE_US;

/// Decides. The same context, memory and input give the same outcomes, whenever and wherever.
///
/// An alarm-class event always raises: where no rule in force does it (none matches, or it fails), a rule built in here does.
pub fn decide(context: &Context, memory: &mut Memory, input: Input) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let said = memory.said_away(context.limits.away);
    let context = &Context { said_away: &said, ..*context };
    match input {
        Input::Event(event) => decide_event(context, memory, event, &mut outcomes),
        Input::Clock { rule: away::RULE, .. } => memory.tidy_away(context.rules.revision, context.now),
        Input::Clock { rule, subject, due } => {
            memory.fired(rule, subject);
            match context.rules.find(rule, &context.home.organisation) {
                Some(rule) => run(context, memory, rule, subject, Cause::Clock(us(due)), &mut outcomes),
                None => memory.forget(rule, subject),
            }
        }
        Input::Past { rule, subject, events } => {
            if let Some(rule) = context.rules.find(rule, &context.home.organisation) {
                let said = said_by(context, rule, subject, events);
                run(context, memory, rule, subject, Cause::Past(&said), &mut outcomes);
            }
        }
        Input::Watch { gateway } => {
            let subject = subject::of_gateway(gateway);
            for rule in context.rules.watching(&context.home.organisation) {
                run(context, memory, rule, &subject, Cause::Watch, &mut outcomes);
            }
        }
    }
    outcomes
}

fn decide_event(context: &Context, memory: &mut Memory, event: &Event, outcomes: &mut Vec<Outcome>) {
    let home = context.home;
    let tested = under_test(home, event).then(|| as_test(event));
    let event = tested.as_ref().unwrap_or(event);
    let archived = home.archived || home.gateways.get(&event.gateway).is_some_and(|gateway| gateway.archived);
    // What comes from nowhere, from the past or as a test moves no state; the equipment of an archived home raises nothing.
    let stateful = !archived && !event.body.marks.beyond_window && !is_unclaimed(&home.key);
    let said = (stateful && !event.body.test && memory.note_away(context, event)).then(|| memory.said_away(context.limits.away));
    let before = context.said_away;
    let context = &Context { said_away: said.as_ref().unwrap_or(before), ..*context };
    if said.is_some() {
        excuse(context, memory, event, before, outcomes);
    }
    let subjects = Subjects::new(home, event);
    let (mut raised, mut watched) = (false, false);
    for rule in context.rules.candidates(&home.organisation, event) {
        match rule.rule.condition {
            Condition::Each if !archived || event.class == Class::Alarm => {
                raised |= each(context, memory, rule, event, &subjects, outcomes);
            }
            Condition::Each => {}
            // Only that a test is due hears of tests.
            ref other if stateful && rule.sees(event) && (!event.body.test || matches!(other, Condition::Due(_))) => {
                watched |= blind::watches(rule);
                run(context, memory, rule, subjects.of(rule.rule.subject), Cause::Event(event), outcomes);
            }
            _ => {}
        }
    }
    if watched {
        memory.note_kind(subjects.of(Subject::Gateway), &event.kind, context.rules.revision);
    }
    if event.class == Class::Alarm && !raised {
        outcomes.push(Outcome::Raise(Box::new(raise::fallback(context, event))));
    }
}

/// Whether an installer takes `event` for his test. What was not understood never is, nor is the beating of a gateway.
fn under_test(home: &Home, event: &Event) -> bool {
    if home.tests.is_empty() || event.kind == "heartbeat" || class_of(&event.kind) == Class::Unknown {
        return false;
    }
    let device = event.device.as_deref().and_then(|address| home.device(&event.gateway, address)).map(|device| device.id.as_str());
    home.tests.iter().any(|test| test.covers(&event.kind, device, event.at, event.received_at))
}

fn as_test(event: &Event) -> Event {
    let mut event = event.clone();
    event.body.test = true;
    event.body.marks.test_mode = true;
    event
}

/// The home says that nobody is there, or that somebody is back: whatever rests for that looks again.
fn excuse(context: &Context, memory: &mut Memory, event: &Event, before: &Said, outcomes: &mut Vec<Outcome>) {
    for (rule, subject) in memory.keys() {
        let known = context.rules.find(&rule, &context.home.organisation);
        if let Some(rule) = known.filter(|rule| rule.rests_for.iter().any(|kind| kind.empties())) {
            run(context, memory, rule, &subject, Cause::Excused { at: us(event.at), before }, outcomes);
        }
    }
}

/// An `each` rule at an event. Answers whether it raised.
fn each(context: &Context, memory: &mut Memory, rule: &Compiled, event: &Event, subjects: &Subjects, outcomes: &mut Vec<Outcome>) -> bool {
    let clears = rule.rule.clear.matches(event) && !event.body.test;
    if !clears && !rule.sees(event) {
        return false;
    }
    let subject = subjects.of(rule.rule.subject);
    if clears {
        outcomes.push(Outcome::Cleared {
            rule: rule.id.to_string(),
            subject: subject.to_owned(),
            at: event.at,
            explained_by_late_event: false,
        });
        return false;
    }
    let scope = Scope::new(context, rule, subject, None);
    if scope.rests_at(event) {
        return false;
    }
    let look = || passes(&scope, event).then(|| raise::of_event(&scope, event));
    match catch_unwind(AssertUnwindSafe(look)) {
        Ok(raise) => {
            // What is only recorded tells nobody: somebody else must raise an alarm.
            let raised = raise.as_ref().is_some_and(|raise| !raise.shadow);
            outcomes.extend(raise.map(|raise| Outcome::Raise(Box::new(raise))));
            tell(context, memory, rule, scope, None, outcomes);
            raised
        }
        Err(_) => {
            tell(context, memory, rule, scope, Some(FELL_OVER.to_owned()), outcomes);
            false
        }
    }
}

const FELL_OVER: &str = "its evaluation fell over, which is a fault of Harken; report it, and change the rule until it is mended";

fn passes(scope: &Scope, event: &Event) -> bool {
    scope.rule.rule.where_.as_ref().is_none_or(|filter| filter.holds(scope, event))
}

/// Those of `events` that the rule looked at when they came, or would have.
fn said_by<'a>(context: &Context, rule: &Compiled, subject: &str, events: &'a [Event]) -> Vec<&'a Event> {
    let scope = Scope::new(context, rule, subject, None);
    let counts = |event: &&Event| {
        let of_state = !event.body.test && !event.body.marks.beyond_window;
        of_state && rule.sees(event) && subject::of_event(rule.rule.subject, context.home, event) == subject && counts_for(&scope, event)
    };
    events.iter().filter(counts).collect()
}

/// Whether the rule's condition is to look at `event`.
fn counts_for(scope: &Scope, event: &Event) -> bool {
    passes(scope, event) && !(scope.rule.rule.condition.is_of_readings() && scope.rests_at(event))
}

/// A rule with a state. What it says comes into the outcomes, what it remembers into the memory; when it fails, the memory stays as it was.
fn run(context: &Context, memory: &mut Memory, rule: &Compiled, subject: &str, cause: Cause, outcomes: &mut Vec<Outcome>) {
    let (known, armed) = memory.recall(rule, subject);
    let fired = if let Cause::Clock(due) = cause { Some(due) } else { armed };
    let scope = Scope::new(context, rule, subject, fired);
    if matches!(cause, Cause::Event(_) | Cause::Watch) && memory::rests(rule, known, armed) && !lies_far(&scope) {
        return;
    }
    let condition = &rule.rule.condition;
    #[cfg(test)]
    if let Cause::Event(event) = cause
        && counts_for(&scope, event)
    {
        super::tests::idle::check(&scope, known, event);
    }
    let look = || {
        if let Cause::Event(event) = cause {
            // Most events change nothing: what was armed stays armed, and nothing is copied.
            if !counts_for(&scope, event) || condition::is_idle(condition, &scope, known, event) {
                return Ok(None);
            }
        }
        let Some(mut state) = known.cloned().or_else(|| State::fresh(condition)) else { return Ok(None) };
        condition::look(condition, &scope, &mut state, cause).map(|step| Some((state, step)))
    };
    let failed = match catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(|_| Err(FELL_OVER.to_owned())) {
        Ok(None) => None,
        Ok(Some((state, mut step))) => {
            blind::name(&scope, memory, &mut step);
            let due = match (cause, armed, step.due) {
                // A clock that is set earlier will find that it is early; that costs less than writing it anew at each event.
                (Cause::Event(_) | Cause::Watch, Some(armed), Some(due)) if armed <= due => Some(armed),
                (_, _, due) => due,
            };
            // When a value of the plan ends another holds, and the rule looks what follows from it.
            let ends = context.home.plan.next_end(&rule.id, context.now).map(us);
            let due = due.map(|due| ends.map_or(due, |ends| due.min(ends)));
            memory.keep(context.rules.revision, rule, subject, state, due);
            speak(&scope, step, cause, outcomes);
            None
        }
        Err(why) => {
            if matches!(cause, Cause::Clock(_)) {
                let untouched = memory.recall(rule, subject).0.cloned().or_else(|| State::fresh(&rule.rule.condition));
                if let Some(state) = untouched {
                    memory.keep(context.rules.revision, rule, subject, state, Some(scope.now().saturating_add(RETRY_US)));
                }
            }
            Some(why)
        }
    };
    tell(context, memory, rule, scope, failed, outcomes);
}

/// Whether the clock of a rule on silence was set further ahead than it would be from now: by the deadline for a first report, or by
/// settings that were changed since.
fn lies_far(scope: &Scope) -> bool {
    let Condition::Absence(absence) = &scope.rule.rule.condition else { return false };
    scope.armed.is_some_and(|armed| armed > scope.now().saturating_add(scope.span(&absence.after)))
}

fn speak(scope: &Scope, step: Step, cause: Cause, outcomes: &mut Vec<Outcome>) {
    outcomes.extend(step.asks.map(|since| {
        let kinds = scope.rule.kinds().to_vec();
        let (rule, subject, gateway) = (scope.rule.id.to_string(), scope.subject.to_owned(), scope.whose.gateway().map(Arc::from));
        Outcome::Recall(Recall { rule, subject, since: time(since), kinds, gateway })
    }));
    let event = if let Cause::Event(event) = cause { Some(event) } else { None };
    let over = |cleared: Clearing| Outcome::Cleared {
        rule: scope.rule.id.to_string(),
        subject: scope.subject.to_owned(),
        at: time(cleared.at),
        explained_by_late_event: cleared.explained,
    };
    // What never was is taken back before what was instead is raised; what is over is over after it was raised.
    let (explained, ended): (Vec<Clearing>, Vec<Clearing>) = step.cleared.into_iter().partition(|cleared| cleared.explained);
    outcomes.extend(explained.into_iter().map(over));
    outcomes.extend(step.findings.into_iter().map(|finding| Outcome::Raise(Box::new(raise::of_finding(scope, finding, event)))));
    outcomes.extend(step.rises.into_iter().map(|rise| Outcome::Rise {
        rule: scope.rule.id.to_string(),
        subject: scope.subject.to_owned(),
        priority: rise.priority,
        text: format!("{} ({})", rise.text, explain::local(scope.context, rise.at)),
    }));
    outcomes.extend(ended.into_iter().map(over));
}

/// Tells of what went wrong, once a day.
fn tell(context: &Context, memory: &mut Memory, rule: &Compiled, scope: Scope, failed: Option<String>, outcomes: &mut Vec<Outcome>) {
    if failed.is_none() && !scope.is_troubled() {
        return;
    }
    let (subject, now) = (scope.subject.to_owned(), scope.now());
    for text in scope.into_troubles().into_iter().chain(failed) {
        if memory.tells(context.rules.revision, &rule.id, &text, now) {
            outcomes.push(Outcome::Fault { rule: rule.id.to_string(), subject: subject.clone(), text });
        }
    }
}
