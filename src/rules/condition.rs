//! The conditions of the language, and what each remembers: one file per condition beside this one.

use serde::{Deserialize, Serialize};

use super::absence::{self, Absence};
use super::instant::Us;
use super::outcome::{Compared, Evidence};
use super::scope::Scope;
use super::threshold::{self, Side, Threshold};
use super::unfollowed::{self, Unfollowed};
use crate::domain::event::Event;

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
}

impl Condition {
    /// Its name in the language.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Above(_) => "above",
            Self::Below(_) => "below",
            Self::Absence(_) => "absence",
            Self::Unfollowed(_) => "unfollowed",
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
    /// Of `unfollowed`.
    Unfollowed(unfollowed::State),
}

impl State {
    /// The state of a condition that has seen nothing. `each` needs none.
    pub(super) fn fresh(condition: &Condition) -> Option<Self> {
        match condition {
            Condition::Each => None,
            Condition::Above(_) | Condition::Below(_) => Some(Self::Threshold(threshold::State::default())),
            Condition::Absence(_) => Some(Self::Absence(absence::State::default())),
            Condition::Unfollowed(_) => Some(Self::Unfollowed(unfollowed::State::default())),
        }
    }

    /// Whether there is nothing to keep.
    pub(super) fn is_fresh(&self) -> bool {
        match self {
            Self::Threshold(state) => *state == threshold::State::default(),
            Self::Absence(state) => *state == absence::State::default(),
            Self::Unfollowed(state) => *state == unfollowed::State::default(),
        }
    }

    /// About how many bytes it holds beside itself.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Threshold(state) => state.weight(),
            Self::Absence(state) => state.weight(),
            Self::Unfollowed(state) => state.weight(),
        }
    }
}

/// What one look of a condition came to.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// What to raise.
    pub(super) findings: Vec<Finding>,
    /// What is over.
    pub(super) cleared: Option<Clearing>,
    /// When to look again, judged by the state alone.
    pub(super) due: Option<Us>,
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
    /// Its clock fired.
    Clock,
    /// From now on the gateway is expected to talk.
    Watch,
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
        (Condition::Unfollowed(unfollowed), State::Unfollowed(state)) => unfollowed::look(unfollowed, scope, state, cause),
        _ => Ok(Step::default()),
    }
}
