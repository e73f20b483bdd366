//! What the rules remember of one home: per (rule, subject) a state and a clock. Filled from stored rows, and drained into them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::away::{self, Said};
use super::condition::{self, Condition, State};
use super::decide::Context;
use super::instant::{DAY_US, Us, time, us};
use super::scope::Scope;
use super::set::{Compiled, RuleSet};
use super::subject;
use crate::clock::Time;
use crate::domain::event::Event;

/// The memory of one home. A clone may be decided upon and thrown away.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    rules: HashMap<Arc<str>, HashMap<String, Slot>>,
    /// Keys whose slots differ from what is stored.
    changed: Vec<(Arc<str>, String)>,
}

#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "what is stored and what changed, of the state and of the clock")]
struct Slot {
    revision: i64,
    kept: Kept,
    due: Option<Us>,
    /// A row of state is stored.
    stored: bool,
    /// A row of clock is stored, as far as this memory knows.
    clock_stored: bool,
    state_changed: bool,
    due_changed: bool,
}

/// A stored state. Here and in all that it holds, what a newer version wrote beside is left out: a replica of this one may run beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// Fingerprint of the rule that it means something to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    of: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    /// Faults that were told, and when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    told: BTreeMap<String, Us>,
}

impl Kept {
    fn is_empty(&self) -> bool {
        self.told.is_empty() && self.state.as_ref().is_none_or(State::is_fresh)
    }
}

/// Under this subject a rule remembers the faults it told.
const FAULTS: &str = "#faults";
/// Different faults of one rule that are remembered; beyond them nothing new is told that day.
const FAULTS_AT_MOST: usize = 8;

/// What to do with a stored row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit<T> {
    /// Leave it as it is.
    Keep,
    /// Write it.
    Put(T),
    /// Remove it.
    Delete,
}

/// What changed of one (rule, subject) since the last [`Memory::take_changes`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Rule id.
    pub rule: Arc<str>,
    /// Subject.
    pub subject: String,
    /// The row of state: revision and JSON.
    pub state: Edit<(i64, String)>,
    /// The row of clock: when it fires.
    pub due: Edit<Time>,
}

/// What a rule waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Waiting {
    /// Rule id.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// Subject.
    pub subject: String,
    /// When it looks again. It may find that it is early, and wait on.
    pub due: DateTime<Utc>,
}

impl Memory {
    /// An empty memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what is stored of one (rule, subject): its row of state (JSON) and its clock, either of which may be missing.
    ///
    /// # Errors
    /// When the state cannot be read; its clock is taken in and the rule begins afresh. The text is for the log.
    pub fn insert(&mut self, rule: &str, subject: &str, revision: i64, state: Option<&str>, due: Option<Time>) -> Result<(), String> {
        let read: Result<Kept, _> = state.map_or_else(|| Ok(Kept::default()), serde_json::from_str);
        let slot = Slot {
            revision,
            kept: read.as_ref().cloned().unwrap_or_default(),
            due: due.map(us),
            stored: state.is_some(),
            clock_stored: due.is_some(),
            ..Slot::default()
        };
        self.rules.entry(Arc::from(rule)).or_default().insert(subject.to_owned(), slot);
        read.map(|_| ()).map_err(|error| format!("the state of rule `{rule}` for `{subject}` cannot be read and begins afresh: {error}"))
    }

    /// What must be written for the memory to outlive the process.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let keys = std::mem::take(&mut self.changed);
        keys.into_iter().filter_map(|(rule, subject)| self.take_change(rule, subject)).collect()
    }

    fn take_change(&mut self, rule: Arc<str>, subject: String) -> Option<Change> {
        let subjects = self.rules.get_mut(&rule)?;
        let slot = subjects.get_mut(&subject)?;
        let state = match (std::mem::take(&mut slot.state_changed), slot.kept.is_empty()) {
            (false, _) => Edit::Keep,
            (true, true) if std::mem::take(&mut slot.stored) => Edit::Delete,
            (true, true) => Edit::Keep,
            (true, false) => {
                slot.stored = true;
                Edit::Put((slot.revision, serde_json::to_string(&slot.kept).unwrap_or_default()))
            }
        };
        let due = match (std::mem::take(&mut slot.due_changed), slot.due) {
            (false, _) => Edit::Keep,
            (true, Some(due)) => {
                slot.clock_stored = true;
                Edit::Put(time(due))
            }
            (true, None) if std::mem::take(&mut slot.clock_stored) => Edit::Delete,
            (true, None) => Edit::Keep,
        };
        if slot.kept.is_empty() && slot.due.is_none() {
            subjects.remove(&subject);
        }
        let change = Change { rule, subject, state, due };
        (change.state != Edit::Keep || change.due != Edit::Keep).then_some(change)
    }

    /// What waits for a time to come, by that time. Rules that no longer exist at the organisation are left out.
    #[must_use]
    pub fn waiting(&self, rules: &RuleSet, organisation: &str) -> Vec<Waiting> {
        let mut list: Vec<Waiting> = self
            .slots()
            .filter_map(|(rule, subject, slot)| {
                let title = rules.rule_for(rule, organisation)?.title.clone();
                Some(Waiting { rule: rule.to_string(), title, subject: subject.clone(), due: time(slot.due?) })
            })
            .collect();
        list.sort_by(|one, two| (one.due, &one.rule, &one.subject).cmp(&(two.due, &two.rule, &two.subject)));
        list
    }

    /// What waits for a time to come, with the time at which it would raise if nothing more were heard: not the one at which it looks again.
    /// What waits for nothing but to look again is left out.
    #[must_use]
    pub fn waiting_at(&self, context: &Context) -> Vec<Waiting> {
        let said = self.said_away(context.limits.away);
        let context = &Context { said_away: &said, ..*context };
        let mut list: Vec<Waiting> = self
            .slots()
            .filter_map(|(id, subject, slot)| {
                let rule = context.rules.find(id, &context.home.organisation)?;
                slot.due?;
                let (known, armed) = self.recall(rule, subject);
                let state = known.cloned().or_else(|| State::fresh(&rule.rule.condition))?;
                let scope = Scope::new(context, rule, subject, armed);
                let due = time(condition::fires(&rule.rule.condition, &scope, &state)?);
                Some(Waiting { rule: id.to_string(), title: rule.rule.title.clone(), subject: subject.clone(), due })
            })
            .collect();
        list.sort_by(|one, two| (one.due, &one.rule, &one.subject).cmp(&(two.due, &two.rule, &two.subject)));
        list
    }

    /// About how many bytes it takes, for a bounded cache.
    #[must_use]
    pub fn weight(&self) -> usize {
        let slots = self.slots().map(|(_, subject, slot)| {
            let told: usize = slot.kept.told.keys().map(|text| text.len() + 64).sum();
            size_of::<Slot>() + subject.len() + 64 + told + slot.kept.state.as_ref().map_or(0, State::weight)
        });
        size_of::<Self>() + slots.sum::<usize>()
    }

    /// When the clock is due that is due first.
    #[must_use]
    pub fn next_due(&self) -> Option<Time> {
        self.slots().filter_map(|(.., slot)| slot.due).min().map(time)
    }

    /// The clock that is due first: when, of which rule, for which subject.
    #[must_use]
    pub fn next_clock(&self) -> Option<(Time, Arc<str>, String)> {
        let due = self.slots().filter_map(|(rule, subject, slot)| Some((slot.due?, rule, subject)));
        due.min().map(|(due, rule, subject)| (time(due), rule.clone(), subject.clone()))
    }

    /// All that is remembered or waited for: rule ids and subjects.
    pub(super) fn keys(&self) -> Vec<(Arc<str>, String)> {
        let mut keys: Vec<_> = self.slots().map(|(rule, subject, _)| (rule.clone(), subject.clone())).collect();
        keys.sort_unstable();
        keys
    }

    /// What the home said of its people being there; that nobody is, believed for `longest` at most each time.
    pub(super) fn said_away(&self, longest: TimeDelta) -> Said {
        match self.beside(away::RULE, subject::HOME) {
            Some(State::Away(state)) => state.put_together(longest),
            _ => Said::default(),
        }
    }

    /// Takes in what `event` says of anybody being there. Answers whether that is new.
    pub(super) fn note_away(&mut self, context: &Context, event: &Event) -> bool {
        if !matches!(event.kind.as_str(), "away_on" | "away_off") {
            return false;
        }
        self.change_away(context.rules.revision, |state| {
            let new = state.take(event);
            state.tidy(context.now);
            new
        })
    }

    /// Forgets what the home said of itself long ago.
    pub(super) fn tidy_away(&mut self, revision: i64, now: Time) {
        self.change_away(revision, |state| {
            state.tidy(now);
            false
        });
    }

    fn change_away(&mut self, revision: i64, change: impl FnOnce(&mut away::State) -> bool) -> bool {
        let rule: Arc<str> = Arc::from(away::RULE);
        let slot = self.slot(&rule, subject::HOME);
        let before = if let Some(State::Away(state)) = &slot.kept.state { state.clone() } else { away::State::default() };
        let mut state = before.clone();
        let answer = change(&mut state);
        let changed = state != before;
        if changed {
            slot.kept.state = Some(State::Away(state));
            slot.revision = revision;
        }
        self.mark(&rule, subject::HOME, changed, false);
        answer
    }

    /// What is remembered of no rule, under a name in the place of a rule's id.
    pub(super) fn beside(&self, name: &str, subject: &str) -> Option<&State> {
        self.rules.get(name)?.get(subject)?.kept.state.as_ref()
    }

    /// Keeps it.
    pub(super) fn keep_beside(&mut self, name: &str, subject: &str, state: State, revision: i64) {
        let rule: Arc<str> = Arc::from(name);
        let slot = self.slot(&rule, subject);
        (slot.kept.state, slot.revision) = (Some(state), revision);
        self.mark(&rule, subject, true, false);
    }

    fn slots(&self) -> impl Iterator<Item = (&Arc<str>, &String, &Slot)> {
        self.rules.iter().flat_map(|(rule, subjects)| subjects.iter().map(move |(subject, slot)| (rule, subject, slot)))
    }

    /// The state that `rule` keeps of `subject`, and its clock. A state that means something else by now is left behind.
    pub(super) fn recall(&self, rule: &Compiled, subject: &str) -> (Option<&State>, Option<Us>) {
        let slot = self.rules.get(&rule.id).and_then(|subjects| subjects.get(subject));
        match slot {
            Some(slot) if slot.kept.of == rule.fingerprint || slot.kept.of.is_empty() => (slot.kept.state.as_ref(), slot.due),
            _ => (None, None),
        }
    }

    /// Keeps what a look came to.
    pub(super) fn keep(&mut self, revision: i64, rule: &Compiled, subject: &str, state: State, due: Option<Us>) {
        let (state_changed, due_changed) = self.in_slot(&rule.id, subject, |slot| {
            let nothing = slot.kept.is_empty() && state.is_fresh();
            let state_changed = !nothing && slot.kept.state.as_ref() != Some(&state);
            let due_changed = slot.due != due;
            if state_changed {
                slot.revision = revision;
                slot.kept.state = Some(state);
                slot.kept.told.clear();
                slot.kept.of.clone_from(&rule.fingerprint);
            }
            slot.due = due;
            (state_changed, due_changed)
        });
        self.mark(&rule.id, subject, state_changed, due_changed);
    }

    /// Notes that the clock of (rule, subject) fired: its row is spent, whatever becomes of it.
    pub(super) fn fired(&mut self, rule: &str, subject: &str) {
        let id = self.rules.get_key_value(rule).map_or_else(|| Arc::from(rule), |(id, _)| id.clone());
        let slot = self.slot(&id, subject);
        (slot.due, slot.clock_stored) = (None, true);
        self.mark(&id, subject, false, true);
    }

    /// Forgets a (rule, subject) whose rule does not exist any more.
    pub(super) fn forget(&mut self, rule: &str, subject: &str) {
        let Some((id, _)) = self.rules.get_key_value(rule) else { return };
        let id = id.clone();
        let slot = self.slot(&id, subject);
        (slot.kept, slot.due) = (Kept::default(), None);
        self.mark(&id, subject, true, true);
    }

    /// Whether a fault should be told: it was not within a day.
    pub(super) fn tells(&mut self, revision: i64, rule: &Arc<str>, text: &str, now: Us) -> bool {
        let slot = self.slot(rule, FAULTS);
        if slot.revision != revision {
            slot.kept.told.clear();
        }
        slot.kept.told.retain(|_, told| *told > now.saturating_sub(DAY_US));
        if slot.kept.told.contains_key(text) || slot.kept.told.len() >= FAULTS_AT_MOST {
            return false;
        }
        slot.kept.told.insert(text.to_owned(), now);
        slot.revision = revision;
        self.mark(rule, FAULTS, true, false);
        true
    }

    fn slot(&mut self, rule: &Arc<str>, subject: &str) -> &mut Slot {
        self.rules.entry(rule.clone()).or_default().entry(subject.to_owned()).or_default()
    }

    /// Works on a slot. Nearly always it is there, and no key is made.
    fn in_slot<T>(&mut self, rule: &Arc<str>, subject: &str, work: impl FnOnce(&mut Slot) -> T) -> T {
        if let Some(slot) = self.rules.get_mut(rule).and_then(|subjects| subjects.get_mut(subject)) {
            return work(slot);
        }
        work(self.slot(rule, subject))
    }

    fn mark(&mut self, rule: &Arc<str>, subject: &str, state: bool, due: bool) {
        if !state && !due {
            return;
        }
        let known = self.in_slot(rule, subject, |slot| {
            let known = slot.state_changed || slot.due_changed;
            slot.state_changed |= state;
            slot.due_changed |= due;
            known
        });
        if !known {
            self.changed.push((rule.clone(), subject.to_owned()));
        }
    }

    /// The states alone, for tests that compare memories.
    #[cfg(test)]
    pub(super) fn states(&self) -> BTreeMap<(String, String), State> {
        let kept = self.slots().filter(|(_, _, slot)| !slot.kept.is_empty());
        kept.filter_map(|(rule, subject, slot)| Some(((rule.to_string(), subject.clone()), slot.kept.state.clone()?))).collect()
    }

    /// The clocks, earliest first, for tests that play the engine.
    #[cfg(test)]
    pub(super) fn clocks(&self) -> Vec<(Time, String, String)> {
        let due = self.slots().filter_map(|(rule, subject, slot)| Some((time(slot.due?), rule.to_string(), subject.clone())));
        let mut clocks: Vec<_> = due.collect();
        clocks.sort();
        clocks
    }
}

/// Whether a look at an event could change nothing: the gateway form of `absence` while its clock runs.
pub(super) fn rests(rule: &Compiled, state: Option<&State>, due: Option<Us>) -> bool {
    matches!(rule.rule.condition, Condition::Absence(_)) && rule.rule.on.is_empty() && due.is_some() && state.is_none_or(State::is_fresh)
}
