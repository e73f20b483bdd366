//! `due`: something was not done for so long. The monthly test press; a reading that should come every week.
//!
//! It counts from the last time it was done; where it never was, from the first of the events that `starts` names. Tests count: a test is
//! what proves that a device works.

use serde::{Deserialize, Serialize};

use super::absence::deadline;
use super::explain;
use super::facts::{Fact, Facts};
use super::instant::{Us, us};
use super::ledger::{Episode, Judge, Manner, Told};
use super::outcome::Compared;
use super::quantity::Span;
use super::rule::On;
use super::scope::Scope;
use crate::domain::event::Event;

/// Not done for so long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// So long.
    pub after: Span,
    /// Events from which on it is expected of a subject that was never seen to do it.
    #[serde(default, skip_serializing_if = "On::is_empty")]
    pub starts: On,
    /// What was not done, in words: `Not tested`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

const DONE: u8 = b'A';
const STARTS: u8 = b'S';

impl Judge for Due {
    fn manner(&self) -> Manner {
        Manner::Silence
    }

    fn fact(&self, scope: &Scope, facts: &[Fact], event: &Event) -> Result<Option<Fact>, String> {
        let at = us(event.at);
        if scope.rule.rule.on.matches(event) {
            return Ok(Some(Fact::of(at, DONE)));
        }
        // Only the first matters, and only where it was not done before.
        Ok(facts.first().is_none_or(|first| at < first.at).then(|| Fact::of(at, STARTS)))
    }

    fn episodes(&self, scope: &Scope, facts: &[Fact]) -> Vec<Episode> {
        let after = scope.span(&self.after);
        let excused: Vec<(Us, Us)> = scope.excused.stretches().collect();
        let due = |last: Us| deadline(last, after, &excused);
        let mut episodes = Vec::new();
        // Of two starts the first counts: the other is no end.
        let mut last: Option<Us> = None;
        for fact in facts.iter().filter(|fact| fact.tag == DONE || facts.first() == Some(fact)) {
            if let Some(last) = last.filter(|last| fact.at > due(*last)) {
                episodes.push(Episode { key: last, due: due(last), ended: Some(fact.at), until: fact.at });
            }
            last = Some(fact.at);
        }
        episodes.extend(last.map(|last| Episode { key: last, due: due(last), ended: None, until: Us::MAX }));
        episodes
    }

    fn tell(&self, scope: &Scope, facts: &[Fact], episode: &Episode) -> Told {
        let after = scope.span(&self.after);
        let text = self.text.as_deref().unwrap_or(&scope.rule.rule.title);
        let done = facts.iter().any(|fact| fact.at == episode.key && fact.tag == DONE);
        let since = if done { "since" } else { "at all; first heard of" };
        Told {
            explanation: format!(
                "{text} {since} {}{}, by {}; the plan allows {}",
                explain::clock(scope, episode.key),
                explain::device(scope),
                explain::clock(scope, episode.due),
                explain::length(after),
            ),
            evidence: if done { vec![scope.sought(episode.key, &scope.rule.rule.on.kinds)] } else { Vec::new() },
            compared: vec![Compared::length("not done for", episode.due.saturating_sub(episode.key), after)],
        }
    }

    fn tidy(&self, _: &Scope, facts: &mut Facts, horizon: Us) {
        facts.only_as_first(STARTS);
        let old = facts.as_slice().partition_point(|fact| fact.at < horizon);
        if old < 2 {
            return;
        }
        // The last time before what may still arrive late.
        let (before, after) = facts.as_slice().split_at(old);
        let last = before.iter().rev().find(|fact| fact.tag == DONE).or(before.first());
        facts.replace(last.into_iter().chain(after).copied().collect());
    }
}
