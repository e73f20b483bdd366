//! What `above` and `below` remember of one subject: its spells beyond the limit.

use serde::{Deserialize, Serialize};

use super::calendar::LONGEST_DAY_US;
use super::instant::Us;
use super::passed::Passed;
use super::scope::Scope;

/// Spells that are kept.
const SPELLS_AT_MOST: usize = 48;

/// Readings beyond the limit, from the first until one that came back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Spell {
    /// When it began.
    pub(super) at: Us,
    /// The reading that it began with.
    pub(super) value: f64,
    /// When readings were back; not yet, without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<Us>,
    /// It was raised, as having been due then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) told: Option<Us>,
}

/// What an earlier version raised: when it was due is not known.
pub(super) const TOLD_BEFORE: Us = Us::MIN;

impl Spell {
    /// Whether it goes on at `at`.
    fn holds(&self, at: Us) -> bool {
        self.at <= at && self.until.is_none_or(|until| at < until)
    }
}

/// What is remembered of one subject.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub(super) struct State {
    /// As long as something late may bear on them, oldest first. Only the last may go on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) spells: Vec<Spell>,
    /// The first reading ever, where the rule rests after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) began: Option<Us>,
    /// From then on all readings are to be judged anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) anew: Option<Us>,
    /// Since when that waits for what is late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) settle: Option<Us>,
    /// Spells that were over when other values came to hold.
    #[serde(skip_serializing_if = "Passed::is_nothing")]
    pub(super) passed: Passed,
}

/// A state as it is stored, also by versions that kept readings which waited, and spells by their first and last reading.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Stored {
    spells: Vec<Spell>,
    began: Option<Us>,
    anew: Option<Us>,
    settle: Option<Us>,
    passed: Passed,
    over: Option<[Us; 2]>,
    past: Vec<[Us; 2]>,
    untold: Option<(f64, Us)>,
    pending: Vec<(Us, f64)>,
}

impl From<Stored> for State {
    fn from(stored: Stored) -> Self {
        let Stored { mut spells, began, anew, settle, passed, over, past, untold, pending } = stored;
        let ended =
            past.iter().map(|[at, last]| Spell { at: *at, value: 0.0, until: Some(last.saturating_add(1)), told: Some(TOLD_BEFORE) });
        spells.extend(ended);
        let value = untold.map_or(0.0, |(value, _)| value);
        spells.extend(over.map(|[at, _]| Spell { at, value, until: None, told: untold.is_none().then_some(TOLD_BEFORE) }));
        Self { spells, began, anew: anew.or_else(|| pending.iter().map(|(at, _)| *at).min()), settle, passed }
    }
}

impl State {
    /// About how many bytes it holds beside itself.
    pub(super) fn weight(&self) -> usize {
        size_of_val(self.spells.as_slice()) + self.passed.weight()
    }

    /// The spell that a reading at `at` falls into.
    pub(super) fn within(&self, at: Us, says: Says) -> Option<usize> {
        self.spells.iter().rposition(|spell| spell.holds(at) || (says == Says::Beyond && spell.until == Some(at)))
    }

    /// Whether a spell lasts that was raised.
    pub(super) fn lasts(&self) -> bool {
        self.spells.last().is_some_and(|last| last.until.is_none() && last.told.is_some())
    }

    /// Whether a reading changes anything.
    pub(super) fn bears(&self, at: Us, says: Says) -> bool {
        match says {
            Says::Beyond => self.within(at, says).is_none(),
            Says::Back => self.within(at, says).is_some(),
            Says::Nothing => false,
        }
    }

    /// Forgets what is old, and what is too much.
    pub(super) fn tidy(&mut self, scope: &Scope) {
        self.spells.retain(|spell| !is_old(scope, spell));
        let excess = self.spells.len().saturating_sub(SPELLS_AT_MOST);
        self.spells.drain(..excess);
        let spells = &self.spells;
        if spells.is_empty() {
            self.passed = Passed::default();
        }
        self.passed.retain(|key| spells.iter().any(|spell| spell.at == key));
    }

    /// Whether the spell was over when other values came to hold, and is.
    pub(super) fn has_passed(&self, spell: &Spell) -> bool {
        spell.until.is_some() && self.passed.knows(spell.at)
    }

    /// Lets go of spells that were over before the values that hold now. `due`: when a spell that began then is a reason to raise.
    pub(super) fn judged_by_what_holds(&mut self, scope: &Scope, due: impl Fn(Us) -> Us) {
        let (spells, judged_until) = (&self.spells, scope.armed.unwrap_or(Us::MAX));
        let over = |spell: &&Spell| spell.until.is_some() && spell.told.is_none() && due(spell.at) < judged_until;
        let waits = self.settle.is_some() || self.anew.is_some();
        self.passed.judged_by_what_holds(scope, waits, || spells.iter().filter(over).map(|spell| spell.at).collect());
    }

    /// All readings since `at` are to be judged anew.
    pub(super) fn judge_anew(&mut self, at: Us) {
        // What was forgotten because it was too much is not looked for again.
        let oldest = self.spells.first().filter(|_| self.spells.len() >= SPELLS_AT_MOST).map_or(Us::MIN, |oldest| oldest.at);
        let at = at.max(oldest);
        self.anew = Some(self.anew.map_or(at, |anew| anew.min(at)));
    }
}

/// What one reading says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Says {
    Beyond,
    Back,
    /// Between the two: nothing changes.
    Nothing,
}

/// Whether nothing late can bear on `spell` any more, nor on the count of a day that something late may fall into.
pub(super) fn is_old(scope: &Scope, spell: &Spell) -> bool {
    spell.until.is_some_and(|until| until < scope.horizon().saturating_sub(LONGEST_DAY_US))
}
