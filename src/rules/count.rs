//! `count`: so many of a kind within a time. Distinct instants count, so that one thing reported twice is one.

use serde::{Deserialize, Serialize};

use super::explain;
use super::facts::{Fact, Facts};
use super::instant::{Us, us};
use super::ledger::{Episode, Judge, Manner, Told};
use super::outcome::Compared;
use super::quantity::{Number, Span};
use super::scope::Scope;
use super::window::Window;
use crate::domain::event::Event;

/// So many within a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// So many, 2 at least.
    pub at_least: Number,
    /// In this time.
    pub within: Span,
    /// Only what happens inside this window counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// What is counted, in words: `out of bed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

const SEEN: u8 = b'A';

/// So many may be asked for at most.
pub(super) const COUNT_AT_MOST: f64 = 100.0;

impl Count {
    fn least(&self, scope: &Scope) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 2 and the most")]
        let least = scope.number(&self.at_least).clamp(2.0, COUNT_AT_MOST).ceil() as usize;
        least
    }
}

impl Judge for Count {
    fn manner(&self) -> Manner {
        Manner::Event
    }

    fn fact(&self, scope: &Scope, _: &[Fact], event: &Event) -> Result<Option<Fact>, String> {
        let at = us(event.at);
        let inside = self.window.as_ref().is_none_or(|window| scope.hours(window).contain(at, scope.zone()));
        Ok(inside.then(|| Fact::of(at, SEEN)))
    }

    /// One for each run of instants at which enough had come within the time: the first of the run.
    fn episodes(&self, scope: &Scope, facts: &[Fact]) -> Vec<Episode> {
        let (least, within) = (self.least(scope), scope.span(&self.within));
        let enough = |index: usize| {
            let first = (index + 1).checked_sub(least).and_then(|first| facts.get(first));
            first.is_some_and(|first| facts[index].at.saturating_sub(first.at) <= within)
        };
        let goes_on = |index: usize| {
            let last = index.checked_sub(1).filter(|last| enough(*last));
            last.is_some_and(|last| facts[index].at.saturating_sub(facts[last].at) <= within)
        };
        let mut episodes: Vec<Episode> = Vec::new();
        for index in (0..facts.len()).filter(|index| enough(*index)) {
            let at = facts[index].at;
            let until = at.saturating_add(within);
            match episodes.last_mut() {
                Some(run) if goes_on(index) => run.until = until,
                _ => episodes.push(Episode { key: at, due: at, ended: None, until }),
            }
        }
        episodes
    }

    fn tell(&self, scope: &Scope, facts: &[Fact], episode: &Episode) -> Told {
        let (least, within) = (self.least(scope), scope.span(&self.within));
        let of: Vec<Us> =
            facts.iter().map(|fact| fact.at).filter(|at| *at <= episode.due && episode.due.saturating_sub(*at) <= within).collect();
        let kinds = &scope.rule.rule.on.kinds;
        let text = self.text.clone().unwrap_or_else(|| scope.rule.rule.title.clone());
        let first = of.first().copied().unwrap_or(episode.due);
        Told {
            explanation: format!(
                "{text}: {} times from {} to {}{}; the plan allows fewer than {least} within {}",
                of.len(),
                explain::clock(scope, first),
                explain::clock(scope, episode.due),
                explain::device(scope),
                explain::length(within),
            ),
            compared: vec![Compared::number("count", of.len() as f64, Some(least as f64), "")],
            evidence: of.into_iter().map(|at| scope.sought(at, kinds)).collect(),
        }
    }

    fn tidy(&self, scope: &Scope, facts: &mut Facts, horizon: Us) {
        facts.forget_before(horizon.saturating_sub(scope.span(&self.within).saturating_mul(2)));
    }
}
