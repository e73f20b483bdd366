//! `unfollowed`: one thing happened inside a window, and another did not follow in time. Out of bed and not back.
//!
//! A first thing that was followed in time is forgotten at once; what followed is kept for the lateness window, because what it follows may
//! still arrive. What happens again while it is still waited for is one matter.

use serde::{Deserialize, Serialize};

use super::calendar;
use super::explain;
use super::facts::{Fact, Facts};
use super::instant::{Us, us};
use super::ledger::{Episode, Judge, Manner, Told};
use super::outcome::Compared;
use super::quantity::Span;
use super::scope::Scope;
use super::window::Window;
use crate::domain::event::Event;

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
    /// What happened first before the window counts too, and raises as the window opens.
    #[serde(default, skip_serializing_if = "is_false")]
    pub crossing: bool,
    /// The first thing in words: `Left bed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_text: Option<String>,
    /// That the other did not follow, in words: `not back`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_text: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}

const FIRST: u8 = b'A';
const THEN: u8 = b'B';

/// What follows something at `at`.
fn follower(facts: &[Fact], at: Us) -> Option<Us> {
    let later = facts.partition_point(|fact| fact.at <= at);
    facts[later..].iter().find(|fact| fact.tag == THEN).map(|fact| fact.at)
}

impl Unfollowed {
    /// Whether what follows at `at` may follow something inside the window in time.
    fn may_follow(&self, scope: &Scope, at: Us, within: Us) -> bool {
        let Some(window) = self.window.as_ref().filter(|_| !self.crossing) else { return true };
        let hours = scope.hours(window);
        hours.contain(at, scope.zone()) || hours.contain(at.saturating_sub(within), scope.zone())
    }

    /// Whether a second thing that follows outside the window adds nothing: the first after the window says that the matter is over.
    fn adds_nothing(&self, scope: &Scope, before: Option<&Fact>, fact: &Fact, within: Us) -> bool {
        let alike = before.filter(|before| before.tag == THEN && fact.tag == THEN);
        let (Some(before), Some(window)) = (alike, &self.window) else { return false };
        let outside = |at: Us| !self.may_follow(scope, at, within);
        outside(fact.at)
            && outside(before.at)
            && calendar::opens(&scope.hours(window), before.at, scope.zone()).is_none_or(|opens| opens > fact.at)
    }

    /// Of `facts`, each with its place, those that add something to the one before. What `compared` says of two places was compared already does.
    fn thinned<'f>(
        &self,
        scope: &Scope,
        facts: impl Iterator<Item = (usize, &'f Fact)>,
        compared: impl Fn(usize, usize) -> bool,
    ) -> Vec<Fact> {
        let within = scope.span(&self.within);
        let mut kept: Vec<(usize, Fact)> = Vec::new();
        for (place, fact) in facts {
            let before = kept.last();
            if before.is_some_and(|(last, _)| compared(*last, place))
                || !self.adds_nothing(scope, before.map(|(_, before)| before), fact, within)
            {
                kept.push((place, *fact));
            }
        }
        kept.into_iter().map(|(_, fact)| fact).collect()
    }

    /// When it is a reason to raise that nothing followed something at `at`.
    fn due(&self, scope: &Scope, at: Us, within: Us) -> Option<Us> {
        scope.excused.due(at, |at| self.unexcused_due(scope, at, within))
    }

    /// The same, whatever excuses it.
    fn unexcused_due(&self, scope: &Scope, at: Us, within: Us) -> Option<Us> {
        let due = at.saturating_add(within);
        match self.window.as_ref().filter(|_| self.crossing) {
            None => Some(due),
            Some(window) => calendar::opens(&scope.hours(window), due, scope.zone()),
        }
    }
}

impl Judge for Unfollowed {
    fn manner(&self) -> Manner {
        Manner::Time
    }

    fn fact(&self, scope: &Scope, facts: &[Fact], event: &Event) -> Result<Option<Fact>, String> {
        let at = us(event.at);
        if self.then.contains(&event.kind) {
            let then = Fact::of(at, THEN);
            let before = facts.partition_point(|fact| *fact < then).checked_sub(1).and_then(|before| facts.get(before));
            return Ok(Some(then).filter(|then| !self.adds_nothing(scope, before, then, scope.span(&self.within))));
        }
        let inside = || self.window.as_ref().is_none_or(|window| scope.hours(window).contain(at, scope.zone()));
        Ok((self.crossing || inside()).then(|| Fact::of(at, FIRST)))
    }

    fn episodes(&self, scope: &Scope, facts: &[Fact]) -> Vec<Episode> {
        let within = scope.span(&self.within);
        let mut episodes: Vec<Episode> = Vec::new();
        // Until when the last one that was not followed was waited for: what happens again before is the same matter.
        let mut waited: Option<Us> = None;
        for first in facts.iter().filter(|fact| fact.tag == FIRST) {
            let then = follower(facts, first.at);
            if then.is_some_and(|then| then <= first.at.saturating_add(within)) {
                continue;
            }
            let Some(due) = self.due(scope, first.at, within).filter(|due| then.is_none_or(|then| then > *due)) else { continue };
            if waited.is_none_or(|waited| first.at > waited) {
                episodes.push(Episode { key: first.at, due, ended: then, until: Us::MAX });
            }
            waited = Some(due);
        }
        episodes
    }

    fn tell(&self, scope: &Scope, facts: &[Fact], episode: &Episode) -> Told {
        let within = scope.span(&self.within);
        let first = self.first_text.clone().unwrap_or_else(|| explain::any_of(&self.first));
        let missing = self.missing_text.clone().unwrap_or_else(|| format!("no {}", explain::any_of(&self.then)));
        let window = self.window.as_ref().map_or_else(String::new, |window| format!(" {}", explain::hours(&scope.hours(window))));
        let firsts = facts.iter().filter(|fact| fact.tag == FIRST && fact.at >= episode.key && fact.at <= episode.due);
        let firsts: Vec<Us> = firsts.map(|fact| fact.at).collect();
        let again = if firsts.len() > 1 { format!(" ({} times)", firsts.len()) } else { String::new() };
        Told {
            explanation: format!(
                "{first} at {}{again}, {missing} by {}; the plan allows {}{window}",
                explain::clock(scope, episode.key),
                explain::clock(scope, episode.due),
                explain::length(within),
            ),
            evidence: firsts.into_iter().map(|at| scope.sought(at, &self.first)).collect(),
            compared: vec![Compared::length("waited", episode.due.saturating_sub(episode.key), within)],
        }
    }

    fn tidy(&self, scope: &Scope, facts: &mut Facts, horizon: Us) {
        let within = scope.span(&self.within);
        let cutoff = horizon.saturating_sub(within.saturating_mul(2));
        let all = facts.as_slice();
        // Whatever arrives late, what was followed before it was due stays so.
        let due = |fact: &Fact| self.unexcused_due(scope, fact.at, within).unwrap_or_else(|| fact.at.saturating_add(within));
        let followed = |fact: &Fact| follower(all, fact.at).is_some_and(|then| then <= due(fact));
        // One that waits for its window to open is kept until then.
        let waits = |fact: &Fact| self.unexcused_due(scope, fact.at, within).is_some_and(|due| due >= cutoff);
        let keep = |fact: &Fact| match fact.tag {
            FIRST => !followed(fact) && (fact.at >= cutoff || (self.crossing && waits(fact))),
            _ => fact.at >= cutoff,
        };
        // Two that stood side by side were compared when they came.
        let kept = self.thinned(scope, all.iter().enumerate().filter(|(_, fact)| keep(fact)), |last, place| last + 1 == place);
        if kept.len() < all.len() {
            facts.replace(kept);
        }
    }

    fn leave_out(&self, scope: &Scope, facts: &mut Facts) {
        let kept = self.thinned(scope, facts.as_slice().iter().enumerate(), |_, _| false);
        facts.replace(kept);
    }
}
