//! `lasting`: something has been true for a time. The door is open, the chair taken, the bathroom occupied, a reading bad for too long.
//!
//! True from one kind of event until another, or by what each reading says. With a window it raises only inside it: what has lasted long
//! enough as the window opens raises then.

use serde::{Deserialize, Serialize};

use super::calendar;
use super::explain;
use super::facts::{Fact, Facts};
use super::filter::Where;
use super::instant::{Us, us};
use super::ledger::{Episode, Judge, Manner, Told};
use super::outcome::Compared;
use super::quantity::Span;
use super::scope::Scope;
use super::window::Window;
use crate::domain::event::Event;

/// True for a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lasting {
    /// Kinds that say that it begins to be true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub begin: Vec<String>,
    /// Kinds that say that it is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub end: Vec<String>,
    /// Instead of the two: what is true of an event of `on`, or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Where>,
    /// So long.
    #[serde(rename = "for")]
    pub length: Span,
    /// It raises only inside this window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// What is true, in words: `Door open`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

const ON: u8 = b'A';
const OFF: u8 = b'B';
/// Of facts that say the same one after the other the first counts. The second tells that there may be more: a door whose sensor says nothing but
/// that it was opened has no history that is longer than this.
const OF_ONE_RUN: usize = 2;

/// How many at the end say the same, as far as they are kept.
fn of_run(facts: &[Fact]) -> usize {
    let last = facts.last().map(|last| last.tag);
    facts.iter().rev().take(OF_ONE_RUN).take_while(|fact| Some(fact.tag) == last).count()
}

/// Whether `fact` says once more what those before it say.
fn says_again(before: &[Fact], fact: &Fact) -> bool {
    before.last().is_some_and(|last| last.tag == fact.tag) && of_run(before) == OF_ONE_RUN
}

impl Lasting {
    /// When a stretch that began at `begun` is a reason to raise, if it goes on.
    fn due(&self, scope: &Scope, begun: Us, length: Us) -> Option<Us> {
        scope.excused.due(begun, |begun| {
            let due = begun.saturating_add(length);
            match &self.window {
                None => Some(due),
                Some(window) => calendar::opens(&scope.hours(window), due, scope.zone()),
            }
        })
    }
}

impl Judge for Lasting {
    fn manner(&self) -> Manner {
        Manner::Time
    }

    fn fact(&self, scope: &Scope, facts: &[Fact], event: &Event) -> Result<Option<Fact>, String> {
        let on = match &self.holds {
            Some(holds) => holds.holds(scope, event),
            None if self.end.contains(&event.kind) => false,
            None => self.begin.contains(&event.kind),
        };
        let fact = Fact::of(us(event.at), if on { ON } else { OFF });
        let before = facts.partition_point(|known| *known < fact);
        Ok(Some(fact).filter(|fact| !says_again(&facts[..before], fact)))
    }

    /// What comes between two that were kept, or behind several that said the same, may part others that were left out.
    fn parts(&self, facts: &[Fact], fact: &Fact) -> bool {
        let (before, after) = facts.split_at(facts.partition_point(|known| known < fact));
        let changes = before.last().is_none_or(|last| last.tag != fact.tag);
        changes && (!after.is_empty() || of_run(before) > 1)
    }

    fn leave_out(&self, _: &Scope, facts: &mut Facts) {
        let mut kept: Vec<Fact> = Vec::with_capacity(facts.as_slice().len());
        for fact in facts.as_slice() {
            if !says_again(&kept, fact) {
                kept.push(*fact);
            }
        }
        facts.replace(kept);
    }

    fn episodes(&self, scope: &Scope, facts: &[Fact]) -> Vec<Episode> {
        let length = scope.span(&self.length);
        let mut episodes = Vec::new();
        let mut begun = None;
        let mut push = |begun: Us, ended: Option<Us>| {
            // A stretch that is over by then needs no calendar.
            if ended.is_some_and(|ended| ended.saturating_sub(begun) <= length) {
                return;
            }
            let due = self.due(scope, begun, length).filter(|due| ended.is_none_or(|ended| *due < ended));
            episodes.extend(due.map(|due| Episode { key: begun, due, ended, until: Us::MAX }));
        };
        for fact in facts {
            match (fact.tag, begun) {
                (ON, None) => begun = Some(fact.at),
                (OFF, Some(since)) => {
                    push(since, Some(fact.at));
                    begun = None;
                }
                _ => {}
            }
        }
        if let Some(since) = begun {
            push(since, None);
        }
        episodes
    }

    fn tell(&self, scope: &Scope, _: &[Fact], episode: &Episode) -> Told {
        let length = scope.span(&self.length);
        let text = self.text.as_deref().unwrap_or(&scope.rule.rule.title);
        let window = self.window.as_ref().map_or_else(String::new, |window| format!(" {}", explain::hours(&scope.hours(window))));
        let lasted = episode.due.saturating_sub(episode.key);
        let kinds = if self.begin.is_empty() { &scope.rule.rule.on.kinds } else { &self.begin };
        Told {
            explanation: format!(
                "{text} since {}{}, for {} by {}; the plan allows {}{window}",
                explain::clock(scope, episode.key),
                explain::device(scope),
                explain::length(lasted),
                explain::clock(scope, episode.due),
                explain::length(length),
            ),
            evidence: vec![scope.sought(episode.key, kinds)],
            compared: vec![Compared::length("lasted", lasted, length)],
        }
    }

    fn tidy(&self, _: &Scope, facts: &mut Facts, horizon: Us) {
        // Of what is older only matters since when it is true, if it is; and what was said last.
        let all = facts.as_slice();
        let last_run = all.len() - of_run(all);
        let old = all.partition_point(|fact| fact.at < horizon).min(last_run);
        if old == 0 {
            return;
        }
        let begun = all[..old].iter().rposition(|fact| fact.tag == OFF).map_or(0, |off| off + 1);
        facts.forget(begun + 1, old);
        facts.forget(0, begun);
    }
}
