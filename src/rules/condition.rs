//! The conditions of the language, and what each remembers: one file per condition beside this one.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::absence::{self, Absence};
use super::away::{self, Said};
use super::blind;
use super::change::Change;
use super::count::Count;
use super::deviation::Deviation;
use super::due::Due;
use super::followed::Followed;
use super::gateway_clock;
use super::instant::Us;
use super::lasting::Lasting;
use super::ledger::{self, Ledger};
use super::missing::Missing;
use super::outcome::{Compared, Evidence};
use super::rule::On;
use super::scope::Scope;
use super::score::Score;
use super::threshold::{self, Side, Threshold};
use super::unfollowed::Unfollowed;
use crate::domain::event::Event;
use crate::domain::home::excuse::ExcuseKind;

/// When a rule raises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// At every such event.
    Each,
    /// When a reading is at or above a limit, until it has fallen below it by the hysteresis.
    Above(Threshold),
    /// When a reading is at or below a limit, until it has risen above it by the hysteresis.
    Below(Threshold),
    /// When nothing of the kind came for a time.
    Absence(Absence),
    /// When one thing happened and another did not follow in time.
    Unfollowed(Unfollowed),
    /// When something has been true for a time.
    Lasting(Lasting),
    /// When so many came within a time.
    Count(Count),
    /// When one thing happened, and another followed.
    Followed(Followed),
    /// When a reading rose or fell by so much within a time.
    Change(Change),
    /// When a day is unlike the subject's own days.
    Deviation(Deviation),
    /// When something was not done by its time of day.
    Missing(Missing),
    /// When several readings come to a score.
    Score(Score),
    /// When something was not done for so long.
    Due(Due),
    /// Wrong on purpose: what the properties must catch.
    #[cfg(test)]
    Tripwire(super::tests::tripwire::Tripwire),
}

impl Condition {
    /// Its name in the language.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Above(_) => "above",
            Self::Below(_) => "below",
            Self::Lasting(_) => "lasting",
            Self::Count(_) => "count",
            Self::Absence(_) => "absence",
            Self::Unfollowed(_) => "unfollowed",
            Self::Followed(_) => "followed",
            Self::Change(_) => "change",
            Self::Deviation(_) => "deviation",
            Self::Missing(_) => "missing",
            Self::Score(_) => "score",
            Self::Due(_) => "due",
            #[cfg(test)]
            Self::Tripwire(_) => "tripwire",
        }
    }

    /// Whether it looks at each reading by itself: then what a device says while somebody works on it is not looked at.
    pub(super) fn is_of_readings(&self) -> bool {
        matches!(self, Self::Above(_) | Self::Below(_) | Self::Change(_) | Self::Score(_) | Self::Count(_))
    }

    /// What its rule rests for unless it says otherwise: what nobody can do who is not there, and what nobody can measure while
    /// somebody works on the device.
    pub(super) fn rests_for(&self) -> &'static [ExcuseKind] {
        match self {
            Self::Absence(_) | Self::Missing(_) | Self::Due(_) | Self::Deviation(_) | Self::Unfollowed(_) | Self::Lasting(_) => {
                &[ExcuseKind::Away, ExcuseKind::Hospital]
            }
            Self::Above(_) | Self::Below(_) | Self::Change(_) => &[ExcuseKind::Maintenance],
            _ => &[],
        }
    }

    /// Kinds and classes that it looks at beside those of the rule's `on`.
    pub(super) fn own(&self) -> On {
        let kinds = |one: &[String], two: &[String]| On { kinds: one.iter().chain(two).cloned().collect(), classes: Vec::new() };
        match self {
            Self::Unfollowed(unfollowed) => kinds(&unfollowed.first, &unfollowed.then),
            Self::Followed(followed) => kinds(&followed.first, &followed.then),
            Self::Lasting(lasting) => kinds(&lasting.begin, &lasting.end),
            Self::Missing(missing) => {
                let starts = missing.starts.kinds.iter().chain(&missing.undone);
                On { kinds: starts.cloned().collect(), classes: missing.starts.classes.clone() }
            }
            Self::Due(due) => due.starts.clone(),
            _ => On::default(),
        }
    }

    /// What the meaning of its facts hangs on. Limits, lengths, windows and words are not in it.
    pub(super) fn meaning(&self) -> serde_json::Value {
        match self {
            Self::Above(threshold) | Self::Below(threshold) => json!([threshold.unit, threshold.field]),
            Self::Unfollowed(unfollowed) => json!([unfollowed.first, unfollowed.then]),
            Self::Followed(followed) => json!([followed.first, followed.then]),
            Self::Lasting(lasting) => json!([lasting.begin, lasting.end, lasting.holds]),
            Self::Change(change) => json!([change.unit, change.field]),
            Self::Deviation(deviation) => json!([deviation.unit, deviation.field]),
            Self::Missing(missing) => json!([missing.undone, missing.starts]),
            Self::Score(score) => json!([score.table]),
            Self::Due(due) => json!([due.starts]),
            Self::Each | Self::Absence(_) | Self::Count(_) => serde_json::Value::Null,
            #[cfg(test)]
            Self::Tripwire(_) => serde_json::Value::Null,
        }
    }
}

/// What a condition remembers about one subject. Raw facts (instants, latest values) rather than conclusions, so that the order of
/// arrival does not show in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Of `above` and `below`.
    Threshold(threshold::State),
    /// Of `absence`.
    Absence(absence::State),
    /// Of all others.
    Ledger(Ledger),
    /// What the home said of itself, of no condition.
    Away(away::State),
    /// What is known of a gateway's clock, of no condition.
    Clock(gateway_clock::State),
    /// What was heard through a gateway, of no condition.
    Kinds(blind::State),
}

impl State {
    /// The state of a condition that has seen nothing. `each` needs none.
    pub(super) fn fresh(condition: &Condition) -> Option<Self> {
        match condition {
            Condition::Each => None,
            Condition::Above(_) | Condition::Below(_) => Some(Self::Threshold(threshold::State::default())),
            Condition::Absence(_) => Some(Self::Absence(absence::State::default())),
            _ => Some(Self::Ledger(Ledger::default())),
        }
    }

    /// Whether there is nothing to keep.
    pub(super) fn is_fresh(&self) -> bool {
        match self {
            Self::Threshold(state) => *state == threshold::State::default(),
            Self::Absence(state) => *state == absence::State::default(),
            Self::Ledger(state) => *state == Ledger::default(),
            Self::Away(state) => *state == away::State::default(),
            Self::Clock(state) => *state == gateway_clock::State::default(),
            Self::Kinds(state) => *state == blind::State::default(),
        }
    }

    /// About how many bytes it holds beside itself.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Threshold(state) => state.weight(),
            Self::Absence(state) => state.weight(),
            Self::Ledger(state) => state.weight(),
            Self::Away(state) => state.weight(),
            Self::Clock(state) => state.weight(),
            Self::Kinds(state) => state.weight(),
        }
    }
}

/// What one look of a condition came to.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// What to raise.
    pub(super) findings: Vec<Finding>,
    /// What is over.
    pub(super) cleared: Vec<Clearing>,
    /// What was raised before has lasted, and is more urgent now.
    pub(super) rises: Vec<Rise>,
    /// When to look again, judged by the state alone.
    pub(super) due: Option<Us>,
    /// It must see what the subject said since then, as it is stored.
    pub(super) asks: Option<Us>,
}

/// A reason to raise.
#[derive(Debug)]
pub(super) struct Finding {
    /// When it happened.
    pub(super) at: Us,
    /// Why, in a sentence.
    pub(super) explanation: String,
    /// What it rests on.
    pub(super) evidence: Vec<Evidence>,
    /// How late the report of it came, in seconds.
    pub(super) late_s: Option<i64>,
    /// The values that were compared.
    pub(super) compared: Vec<Compared>,
    /// Rules that see nothing while it lasts.
    pub(super) blind_rules: Vec<String>,
}

/// What was raised before is more urgent by now.
#[derive(Debug)]
pub(super) struct Rise {
    /// When.
    pub(super) at: Us,
    /// As urgent as this.
    pub(super) priority: u8,
    /// Why, in a sentence.
    pub(super) text: String,
}

/// What was raised before is over.
#[derive(Debug)]
pub(super) struct Clearing {
    /// When.
    pub(super) at: Us,
    /// It never was: a late event shows it.
    pub(super) explained: bool,
}

/// Why a condition looks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause<'a> {
    /// An event that passed `on` and `where`.
    Event(&'a Event),
    /// Its clock fired, which was due then.
    Clock(Us),
    /// From now on the gateway is expected to talk.
    Watch,
    /// What excuses the rule is another now: something was said about it that happened then.
    Excused {
        /// When.
        at: Us,
        /// What the home had said of its people being there before that was known.
        before: &'a Said,
    },
    /// What it asked for: events that passed `on` and `where`, in any order.
    Past(&'a [&'a Event]),
}

/// Whether a look at `event` would change nothing: it says nothing new, and what was armed stays armed. Cheap, and right to say no.
pub(super) fn is_idle(condition: &Condition, scope: &Scope, state: Option<&State>, event: &Event) -> bool {
    match (condition, state) {
        (Condition::Above(threshold), Some(State::Threshold(state))) => threshold::is_idle(threshold, Side::Above, scope, state, event),
        (Condition::Below(threshold), Some(State::Threshold(state))) => threshold::is_idle(threshold, Side::Below, scope, state, event),
        (Condition::Above(threshold), None) => threshold::is_idle(threshold, Side::Above, scope, &threshold::State::default(), event),
        (Condition::Below(threshold), None) => threshold::is_idle(threshold, Side::Below, scope, &threshold::State::default(), event),
        (Condition::Absence(absence), Some(State::Absence(state))) => absence::is_idle(absence, scope, state, event),
        (Condition::Unfollowed(judge), Some(State::Ledger(state))) => ledger::is_idle(judge, scope, state, event),
        (Condition::Lasting(judge), Some(State::Ledger(state))) => ledger::is_idle(judge, scope, state, event),
        (Condition::Count(judge), Some(State::Ledger(state))) => ledger::is_idle(judge, scope, state, event),
        (Condition::Followed(judge), Some(State::Ledger(state))) => ledger::is_idle(judge, scope, state, event),
        (Condition::Change(judge), Some(State::Ledger(state))) => ledger::is_idle(judge, scope, state, event),
        (Condition::Deviation(judge), Some(State::Ledger(state))) => ledger::is_idle(judge, scope, state, event),
        (Condition::Missing(judge), Some(State::Ledger(state))) => ledger::is_idle(judge, scope, state, event),
        (Condition::Score(judge), Some(State::Ledger(state))) => ledger::is_idle(judge, scope, state, event),
        (Condition::Due(judge), Some(State::Ledger(state))) => ledger::is_idle(judge, scope, state, event),
        _ => false,
    }
}

/// Has the condition of the scope's rule look at `state`.
///
/// # Errors
/// When it cannot be evaluated; the words say why and do not vary with the reading.
pub(super) fn look(condition: &Condition, scope: &Scope, state: &mut State, cause: Cause) -> Result<Step, String> {
    match (condition, state) {
        (Condition::Above(threshold), State::Threshold(state)) => threshold::look(threshold, Side::Above, scope, state, cause),
        (Condition::Below(threshold), State::Threshold(state)) => threshold::look(threshold, Side::Below, scope, state, cause),
        (Condition::Absence(absence), State::Absence(state)) => absence::look(absence, scope, state, cause),
        (Condition::Unfollowed(judge), State::Ledger(state)) => ledger::look(judge, scope, state, cause),
        (Condition::Lasting(judge), State::Ledger(state)) => ledger::look(judge, scope, state, cause),
        (Condition::Count(judge), State::Ledger(state)) => ledger::look(judge, scope, state, cause),
        (Condition::Followed(judge), State::Ledger(state)) => ledger::look(judge, scope, state, cause),
        (Condition::Change(judge), State::Ledger(state)) => ledger::look(judge, scope, state, cause),
        (Condition::Deviation(judge), State::Ledger(state)) => ledger::look(judge, scope, state, cause),
        (Condition::Missing(judge), State::Ledger(state)) => ledger::look(judge, scope, state, cause),
        (Condition::Score(judge), State::Ledger(state)) => ledger::look(judge, scope, state, cause),
        (Condition::Due(judge), State::Ledger(state)) => ledger::look(judge, scope, state, cause),
        #[cfg(test)]
        (Condition::Tripwire(judge), State::Ledger(state)) => ledger::look(judge, scope, state, cause),
        _ => Ok(Step::default()),
    }
}

/// When the rule would fire if nothing more were said, by the state alone. `None`: it waits for no time.
pub(super) fn fires(condition: &Condition, scope: &Scope, state: &State) -> Option<Us> {
    match (condition, state) {
        (Condition::Above(threshold), State::Threshold(state)) => threshold::fires(threshold, Side::Above, scope, state),
        (Condition::Below(threshold), State::Threshold(state)) => threshold::fires(threshold, Side::Below, scope, state),
        (Condition::Absence(absence), State::Absence(state)) => absence::fires(absence, scope, state),
        (Condition::Unfollowed(judge), State::Ledger(state)) => ledger::next(judge, scope, state),
        (Condition::Lasting(judge), State::Ledger(state)) => ledger::next(judge, scope, state),
        (Condition::Deviation(judge), State::Ledger(state)) => ledger::next(judge, scope, state),
        (Condition::Missing(judge), State::Ledger(state)) => ledger::next(judge, scope, state),
        (Condition::Score(judge), State::Ledger(state)) => ledger::next(judge, scope, state),
        (Condition::Due(judge), State::Ledger(state)) => ledger::next(judge, scope, state),
        _ => None,
    }
}
