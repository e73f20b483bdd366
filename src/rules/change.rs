//! `change`: a reading rose or fell by so much within a time. Two kilograms in three days; a room that warms fast.
//!
//! Each reading is compared with the lowest (for a rise) or the highest (for a fall) of those before it within the time.

use serde::{Deserialize, Serialize};

use super::explain;
use super::facts::{Fact, Facts};
use super::instant::{Us, us};
use super::ledger::{Episode, Judge, Manner, Told};
use super::outcome::Compared;
use super::quantity::{Number, Span};
use super::reading;
use super::scope::Scope;
use crate::domain::event::Event;

/// A rise or a fall within a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// A rise by so much raises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rise: Option<Number>,
    /// A fall by so much raises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fall: Option<Number>,
    /// Within this time.
    pub within: Span,
    /// UCUM code in which it is given.
    pub unit: String,
    /// Which number of the event: `value` unless said otherwise, or `values.NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

const READ: u8 = b'A';
/// Readings that are kept: of a scale, months; of a thermometer that speaks every ten minutes, most of a day.
const READINGS_AT_MOST: usize = 96;

/// A change that is as great as the rule asks.
struct Found {
    from: Fact,
    by: f64,
    limit: f64,
}

/// The numbers in force.
struct Asked {
    within: Us,
    rise: Option<f64>,
    fall: Option<f64>,
}

impl Change {
    fn asked(&self, scope: &Scope) -> Asked {
        let number = |number: &Option<Number>| number.as_ref().map(|number| scope.number(number));
        Asked { within: scope.span(&self.within), rise: number(&self.rise), fall: number(&self.fall) }
    }
}

impl Asked {
    /// Whether the readings lie far enough apart for any change that is great enough: mostly they do not.
    fn is_possible(&self, facts: &[Fact]) -> bool {
        let lowest = facts.iter().map(|fact| fact.value).min_by(f64::total_cmp);
        let highest = facts.iter().map(|fact| fact.value).max_by(f64::total_cmp);
        let apart = lowest.zip(highest).map_or(0.0, |(lowest, highest)| highest - lowest);
        self.rise.into_iter().chain(self.fall).any(|limit| reaches(apart, limit))
    }

    /// The change that the reading at `index` makes, where it is great enough.
    fn at(&self, facts: &[Fact], index: usize) -> Option<Found> {
        let now = facts.get(index)?;
        let begin = facts.partition_point(|fact| now.at.saturating_sub(fact.at) > self.within);
        let before = || facts[begin.min(index)..index].iter().filter(|fact| fact.at < now.at);
        let lowest = before().min_by(|one, two| one.value.total_cmp(&two.value));
        let highest = before().max_by(|one, two| one.value.total_cmp(&two.value).then(two.at.cmp(&one.at)));
        let risen = lowest.zip(self.rise).map(|(from, limit)| Found { from: *from, by: now.value - from.value, limit });
        let fallen = highest.zip(self.fall).map(|(from, limit)| Found { from: *from, by: from.value - now.value, limit });
        risen.into_iter().chain(fallen).find(|found| reaches(found.by, found.limit))
    }
}

/// Whether a change is great enough, with a hair's breadth for numbers that no float holds exactly.
fn reaches(by: f64, limit: f64) -> bool {
    by >= limit - limit.abs() * 1e-9 && by > 0.0
}

impl Judge for Change {
    fn manner(&self) -> Manner {
        Manner::Event
    }

    fn fact(&self, _: &Scope, _: &[Fact], event: &Event) -> Result<Option<Fact>, String> {
        let value = reading::number(event, self.field.as_deref(), &self.unit)?;
        Ok(Some(Fact { at: us(event.at), tag: READ, value }))
    }

    fn episodes(&self, scope: &Scope, facts: &[Fact]) -> Vec<Episode> {
        let asked = self.asked(scope);
        if !asked.is_possible(facts) {
            return Vec::new();
        }
        let great: Vec<bool> = (0..facts.len()).map(|index| asked.at(facts, index).is_some()).collect();
        let until = |at: Us| at.saturating_add(asked.within);
        let goes_on = |index: usize| index > 0 && great[index - 1] && facts[index].at.saturating_sub(facts[index - 1].at) <= asked.within;
        let mut episodes: Vec<Episode> = Vec::new();
        for (index, fact) in facts.iter().enumerate() {
            match (great[index], goes_on(index)) {
                (true, false) => episodes.push(Episode { key: fact.at, due: fact.at, ended: None, until: until(fact.at) }),
                (true, true) => {
                    if let Some(last) = episodes.last_mut() {
                        last.until = until(fact.at);
                    }
                }
                (false, true) => {
                    if let Some(last) = episodes.last_mut() {
                        last.ended = Some(fact.at);
                    }
                }
                (false, false) => {}
            }
        }
        episodes
    }

    fn tell(&self, scope: &Scope, facts: &[Fact], episode: &Episode) -> Told {
        let asked = self.asked(scope);
        let found = (0..facts.len()).filter(|index| facts[*index].at == episode.key).find_map(|index| {
            let found = asked.at(facts, index)?;
            Some((facts[index], found))
        });
        let kinds = &scope.rule.rule.on.kinds;
        let Some((now, Found { from, by, limit })) = found else {
            return Told { explanation: scope.rule.rule.title.clone(), evidence: Vec::new(), compared: Vec::new() };
        };
        let direction = if now.value > from.value { "up" } else { "down" };
        Told {
            explanation: format!(
                "{}: {} at {}{}, {direction} by {} from {} at {}; the plan allows less than {} within {}",
                scope.rule.rule.title,
                explain::reading(now.value, &self.unit),
                explain::clock(scope, now.at),
                explain::device(scope),
                explain::reading(by, &self.unit),
                explain::reading(from.value, &self.unit),
                explain::clock(scope, from.at),
                explain::reading(limit, &self.unit),
                explain::length(scope.span(&self.within)),
            ),
            evidence: vec![scope.sought(from.at, kinds), scope.sought(now.at, kinds)],
            compared: vec![
                Compared::number("change", by, Some(limit), &self.unit),
                Compared::number("before", from.value, None, &self.unit),
                Compared::number("now", now.value, None, &self.unit),
            ],
        }
    }

    fn tidy(&self, scope: &Scope, facts: &mut Facts, horizon: Us) {
        facts.forget_before(horizon.saturating_sub(scope.span(&self.within).saturating_mul(2)));
    }

    fn most(&self) -> usize {
        READINGS_AT_MOST
    }
}
