//! `unfollowed`: one thing happened inside a window, and another did not follow in time. Out of bed and not back.
//!
//! The state is two sets of instants, so the order of arrival does not show in it. A first thing that was followed in time is forgotten at
//! once; what followed is kept for the lateness window, because what it follows may still arrive.

use serde::{Deserialize, Serialize};

use super::condition::{Cause, Clearing, Finding, Step};
use super::explain;
use super::instant::{SECOND_US, Us, time, us};
use super::outcome::{Compared, Evidence, Sought};
use super::quantity::Span;
use super::scope::Scope;
use super::settle;
use super::window::Window;

/// One thing, and not the other in time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unfollowed {
    /// Kinds of the first thing.
    pub first: Vec<String>,
    /// Kinds of what should follow.
    pub then: Vec<String>,
    /// In this time.
    pub within: Span,
    /// Only what happens first inside this window counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// The first thing in words: `Left bed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_text: Option<String>,
    /// That the other did not follow, in words: `not back`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_text: Option<String>,
}

/// What is remembered of one subject. All instants ascend.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// First things that nothing has followed yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    waiting: Vec<Us>,
    /// First things that were raised, or belong to one that was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    raised: Vec<Us>,
    /// What should follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    then: Vec<Us>,
    /// Since when an overdue judgement waits for late events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settle: Option<Us>,
}

/// Instants kept in each set; the oldest go first.
const AT_MOST: usize = 256;
/// How often to look whether the gateway is back after an outage of our own.
const AGAIN_US: Us = 5 * SECOND_US;

#[allow(clippy::unnecessary_wraps, reason = "conditions look alike from outside, and others can fail")]
pub(super) fn look(rule: &Unfollowed, scope: &Scope, state: &mut State, cause: Cause) -> Result<Step, String> {
    let within = scope.span(&rule.within);
    let mut step = Step::default();
    if let Cause::Event(event) = cause {
        let at = us(event.at);
        if rule.then.contains(&event.kind) {
            step.cleared = over(state, at, within);
            insert(&mut state.then, at);
        } else if rule.window.as_ref().is_none_or(|window| scope.hours(window).contain(at, scope.context.home.zone))
            && !state.raised.contains(&at)
        {
            insert(&mut state.waiting, at);
        }
    }
    state.tidy(scope.horizon(), within);
    if matches!(cause, Cause::Clock) {
        judge(rule, scope, state, within, &mut step);
    }
    if step.due.is_none() {
        step.due = next(scope, state, within);
    }
    Ok(step)
}

fn insert(set: &mut Vec<Us>, at: Us) {
    if let Err(place) = set.binary_search(&at) {
        set.insert(place, at);
    }
}

/// What a follower at `at` ends: something that was raised and that nothing had followed before.
fn over(state: &State, at: Us, within: Us) -> Option<Clearing> {
    let newest = state.raised.iter().rev().find(|first| **first < at)?;
    let before = state.then.iter().any(|then| then > newest && *then <= at);
    (!before).then(|| Clearing { at, explained: at <= newest.saturating_add(within) })
}

impl State {
    /// About how many bytes it holds beside itself.
    pub(super) fn weight(&self) -> usize {
        [&self.waiting, &self.raised, &self.then].map(|set| size_of_val(set.as_slice())).iter().sum()
    }

    fn tidy(&mut self, horizon: Us, within: Us) {
        for set in [&mut self.waiting, &mut self.raised, &mut self.then] {
            set.retain(|at| *at >= horizon);
            let excess = set.len().saturating_sub(AT_MOST);
            set.drain(..excess);
        }
        let then = std::mem::take(&mut self.then);
        let followed = |first: Us| {
            let next = then.partition_point(|then| *then <= first);
            then.get(next).is_some_and(|then| *then <= first.saturating_add(within))
        };
        self.waiting.retain(|first| !followed(*first));
        self.raised.retain(|first| !followed(*first));
        self.then = then;
        // What belongs to something raised already is no matter of its own.
        for group in self.groups(within) {
            if group.raised {
                self.waiting.retain(|at| *at < group.first || *at > group.first.saturating_add(within));
                group.waiting.iter().for_each(|at| insert(&mut self.raised, *at));
            }
        }
        if self.waiting.is_empty() {
            self.settle = None;
        }
    }

    /// First things that belong together: repeated while the first of them still waited.
    fn groups(&self, within: Us) -> Vec<Group> {
        let mut all: Vec<(Us, bool)> = self.waiting.iter().map(|at| (*at, false)).chain(self.raised.iter().map(|at| (*at, true))).collect();
        all.sort_unstable();
        let mut groups: Vec<Group> = Vec::new();
        for (at, raised) in all {
            match groups.last_mut().filter(|group| at <= group.first.saturating_add(within)) {
                Some(group) => group.raised |= raised,
                None => groups.push(Group { first: at, raised, waiting: Vec::new() }),
            }
            if let (Some(group), false) = (groups.last_mut(), raised) {
                group.waiting.push(at);
            }
        }
        groups
    }
}

struct Group {
    first: Us,
    raised: bool,
    waiting: Vec<Us>,
}

/// Raises what is overdue, or says when to look again.
fn judge(rule: &Unfollowed, scope: &Scope, state: &mut State, within: Us, step: &mut Step) {
    let now = scope.now();
    let due = |group: &&Group| !group.raised && group.first.saturating_add(within) <= now;
    let groups = state.groups(within);
    let Some(oldest) = groups.iter().find(due) else { return };
    let wait = state.settle.and_then(|since| settle::wait(scope, since)).or_else(|| outage(scope, oldest.first, within));
    if wait.is_some() {
        step.due = wait;
        return;
    }
    state.settle = None;
    for group in groups.iter().filter(due) {
        state.waiting.retain(|at| !group.waiting.contains(at));
        group.waiting.iter().for_each(|at| insert(&mut state.raised, *at));
        step.findings.push(finding(rule, scope, group, within));
    }
}

/// When to look again, where our own path was down while the answer may have been given: once the gateways are heard again and
/// have emptied their buffers, or the grace is over.
fn outage(scope: &Scope, first: Us, within: Us) -> Option<Us> {
    let down = scope.context.down.iter().map(|down| (us(down.from), us(down.until)));
    let last = down.filter(|(from, until)| *from < first.saturating_add(within) && *until > first).map(|(_, until)| until).max()?;
    let (now, enough) = (scope.now(), last.saturating_add(scope.grace()));
    let back = scope.heard_by_all().is_some_and(|heard| heard >= last);
    let again = if back { settle::wait(scope, last)? } else { now.saturating_add(AGAIN_US) };
    (now < enough).then_some(again.min(enough))
}

/// When to look again by the state alone.
fn next(scope: &Scope, state: &mut State, within: Us) -> Option<Us> {
    let groups = state.groups(within);
    let due = groups.iter().find(|group| !group.raised)?.first.saturating_add(within);
    if due > scope.now() { Some(due) } else { Some(settle::begin(scope, &mut state.settle)) }
}

fn finding(rule: &Unfollowed, scope: &Scope, group: &Group, within: Us) -> Finding {
    let due = group.first.saturating_add(within);
    let words = |kinds: &[String]| kinds.iter().map(|kind| explain::words(kind)).collect::<Vec<_>>().join(" or ");
    let first = rule.first_text.clone().unwrap_or_else(|| words(&rule.first));
    let missing = rule.missing_text.clone().unwrap_or_else(|| format!("no {}", words(&rule.then)));
    let window = rule.window.as_ref().map_or_else(String::new, |window| format!(" {}", explain::hours(&scope.hours(window))));
    let again = if group.waiting.len() > 1 { format!(" ({} times)", group.waiting.len()) } else { String::new() };
    let sought = |at: &Us| {
        Evidence::Stored(Sought {
            at: time(*at),
            kinds: rule.first.clone(),
            gateway: scope.whose.gateway().map(Into::into),
            device: scope.whose.address().map(str::to_owned),
        })
    };
    Finding {
        at: due,
        explanation: format!(
            "{first} at {}{again}, {missing} by {}; the plan allows {}{window}",
            explain::clock(scope, group.first),
            explain::clock(scope, due),
            explain::length(within),
        ),
        evidence: group.waiting.iter().map(sought).collect(),
        late_s: scope.late_s(due),
        compared: vec![Compared::length("waited", within, within)],
    }
}
