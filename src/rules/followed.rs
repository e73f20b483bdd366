//! `followed`: one thing happened, and another after it within a time. Out of bed, and then out of the front door.

use serde::{Deserialize, Serialize};

use super::explain;
use super::facts::{Fact, Facts};
use super::instant::{Us, us};
use super::ledger::{Episode, Judge, Manner, Told};
use super::outcome::Compared;
use super::quantity::Span;
use super::scope::Scope;
use super::window::Window;
use crate::domain::event::Event;

/// One thing, and then the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Followed {
    /// Kinds of the first thing.
    pub first: Vec<String>,
    /// Kinds of what follows.
    pub then: Vec<String>,
    /// In this time.
    pub within: Span,
    /// Only what happens first inside this window counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// The first thing in words: `Left bed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_text: Option<String>,
    /// What followed, in words: `opened the front door`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then_text: Option<String>,
}

const FIRST: u8 = b'A';
const THEN: u8 = b'B';

/// The first thing that what happened at `index` follows, unless another followed it before.
fn followed(facts: &[Fact], index: usize, within: Us) -> Option<Us> {
    let then = facts.get(index).filter(|fact| fact.tag == THEN)?;
    let earlier = facts[..index].iter().rev().skip_while(|fact| fact.at == then.at);
    let first = earlier.take_while(|fact| fact.tag == FIRST).find(|fact| fact.at < then.at)?;
    (then.at.saturating_sub(first.at) <= within).then_some(first.at)
}

impl Judge for Followed {
    fn manner(&self) -> Manner {
        Manner::Event
    }

    fn fact(&self, scope: &Scope, _: &[Fact], event: &Event) -> Result<Option<Fact>, String> {
        let at = us(event.at);
        if self.then.contains(&event.kind) {
            return Ok(Some(Fact::of(at, THEN)));
        }
        let inside = self.window.as_ref().is_none_or(|window| scope.hours(window).contain(at, scope.zone()));
        Ok(inside.then(|| Fact::of(at, FIRST)))
    }

    fn episodes(&self, scope: &Scope, facts: &[Fact]) -> Vec<Episode> {
        let within = scope.span(&self.within);
        let then = (0..facts.len()).filter(|index| followed(facts, *index, within).is_some()).map(|index| facts[index].at);
        then.map(|at| Episode { key: at, due: at, ended: None, until: at }).collect()
    }

    fn tell(&self, scope: &Scope, facts: &[Fact], episode: &Episode) -> Told {
        let within = scope.span(&self.within);
        let then = facts.iter().position(|fact| fact.tag == THEN && fact.at == episode.key);
        let first = then.and_then(|index| followed(facts, index, within)).unwrap_or(episode.key);
        let words = |text: &Option<String>, kinds: &[String]| text.clone().unwrap_or_else(|| explain::any_of(kinds));
        Told {
            explanation: format!(
                "{} at {}, then {} at {}{}, within {}",
                words(&self.first_text, &self.first),
                explain::clock(scope, first),
                words(&self.then_text, &self.then),
                explain::clock(scope, episode.due),
                explain::device(scope),
                explain::length(within),
            ),
            evidence: vec![scope.sought(first, &self.first), scope.sought(episode.key, &self.then)],
            compared: vec![Compared::length("time between", episode.due.saturating_sub(first), within)],
        }
    }

    fn tidy(&self, scope: &Scope, facts: &mut Facts, horizon: Us) {
        facts.forget_before(horizon.saturating_sub(scope.span(&self.within).saturating_mul(2)));
    }
}
