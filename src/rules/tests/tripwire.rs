//! A condition that is wrong on purpose: it counts what came, in the order of arrival. No property may let it pass.

use serde::{Deserialize, Serialize};

use crate::domain::event::Event;
use crate::rules::facts::{Fact, Facts};
use crate::rules::instant::{Us, us};
use crate::rules::ledger::{Episode, Judge, Manner, Told};
use crate::rules::scope::Scope;

/// Raises at every so many-th event that arrives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tripwire {
    every: usize,
}

impl Judge for Tripwire {
    fn manner(&self) -> Manner {
        Manner::Event
    }

    fn fact(&self, _: &Scope, facts: &[Fact], event: &Event) -> Result<Option<Fact>, String> {
        Ok(Some(Fact { at: us(event.at), tag: b'A', value: facts.len() as f64 }))
    }

    fn episodes(&self, _: &Scope, facts: &[Fact]) -> Vec<Episode> {
        let every = self.every as f64;
        let nth = facts.iter().filter(|fact| ((fact.value + 1.0) % every).abs() < 0.5);
        nth.map(|fact| Episode { key: fact.at, due: fact.at, ended: None, until: fact.at }).collect()
    }

    fn tell(&self, _: &Scope, _: &[Fact], _: &Episode) -> Told {
        Told { explanation: "tripped".to_owned(), evidence: Vec::new(), compared: Vec::new() }
    }

    fn tidy(&self, _: &Scope, _: &mut Facts, _: Us) {}
}
