//! What the conditions that judge a set of facts have in common: taking facts in, raising what they come to once, taking back what a late
//! one shows never was, waiting while a buffer is emptied, and forgetting.
//!
//! A condition says what an event's fact is, and which episodes a set of facts comes to: a pure function of a set, in which no order of
//! arrival can show. Only the keys of the episodes that were raised are kept beside the facts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::condition::{Cause, Clearing, Finding, Step};
use super::decide::Context;
use super::facts::{FACTS_AT_MOST, Fact, Facts};
use super::instant::{MINUTE_US, Us, us};
use super::outcome::{Compared, Evidence};
use super::passed::Passed;
use super::scope::Scope;
use super::settle;
use crate::domain::event::Event;

/// Something that a set of facts comes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Episode {
    /// What tells it from the others of the subject: usually when it began.
    pub(super) key: Us,
    /// When it is a reason to raise.
    pub(super) due: Us,
    /// When it was over, if it is.
    pub(super) ended: Option<Us>,
    /// Until when it goes on if nothing more is said; `Us::MAX`: until something ends it.
    pub(super) until: Us,
}

impl Episode {
    /// Whether nothing that happens from now on belongs to it.
    fn is_over(&self, now: Us) -> bool {
        self.ended.is_some() || self.until < now
    }
}

/// Why an episode is a reason to raise.
pub(super) struct Told {
    pub(super) explanation: String,
    pub(super) evidence: Vec<Evidence>,
    pub(super) compared: Vec<Compared>,
}

/// How a condition raises: at an event, or when something did not happen in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// An event brings it about.
    Event,
    /// The passing of time does; while our own path was down, what would have prevented it may be on its way.
    Time,
    /// The same, and a silent gateway tells nothing: nothing is raised while it is.
    Silence,
}

/// A condition that judges a set of facts.
pub(super) trait Judge {
    fn manner(&self) -> Manner;

    /// The fact that an event is. `None`: it says nothing to this condition.
    fn fact(&self, scope: &Scope, facts: &[Fact], event: &Event) -> Result<Option<Fact>, String>;

    /// What the facts come to, oldest first: what was, and the next that will be if nothing more is said.
    fn episodes(&self, scope: &Scope, facts: &[Fact]) -> Vec<Episode>;

    /// Why.
    fn tell(&self, scope: &Scope, facts: &[Fact], episode: &Episode) -> Told;

    /// Leaves out what can bear on nothing any more; nothing older than `horizon` will arrive.
    fn tidy(&self, scope: &Scope, facts: &mut Facts, horizon: Us);

    /// Whether `fact` may come between facts that were left out: then all are asked for as they are stored.
    fn parts(&self, _: &[Fact], _: &Fact) -> bool {
        false
    }

    /// Leaves out what only matters when something comes between.
    fn leave_out(&self, _: &Scope, _: &mut Facts) {}

    /// How many facts are kept.
    fn most(&self) -> usize {
        FACTS_AT_MOST
    }
}

/// What is remembered of one subject.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Ledger {
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    facts: Facts,
    /// Keys of the episodes that were raised and still follow from the facts, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    told: Vec<Us>,
    /// Those that were over when other values came to hold.
    #[serde(default, skip_serializing_if = "Passed::is_nothing")]
    passed: Passed,
    /// Since when an overdue judgement waits for late events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settle: Option<Us>,
    /// From then on facts are missing that were left out, and must be asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anew: Option<Us>,
}

/// Episodes raised by one look; more are left to the next.
const AT_ONCE: usize = 32;

impl Ledger {
    /// About how many bytes it holds beside itself.
    pub(super) fn weight(&self) -> usize {
        size_of_val(self.facts.as_slice()) + size_of_val(self.told.as_slice()) + self.passed.weight()
    }

    fn was_told(&self, key: Us) -> bool {
        self.told.binary_search(&key).is_ok()
    }

    /// Whether the episode was raised, or is not to be.
    fn knows(&self, scope: &Scope, episode: &Episode) -> bool {
        self.was_told(episode.key) || (self.passed.knows(episode.key) && episode.is_over(scope.now()))
    }

    /// Lets go what was over before the values that hold now.
    fn judged_by_what_holds<J: Judge>(&mut self, judge: &J, scope: &Scope) {
        let (now, judged_until) = (scope.now(), scope.armed.unwrap_or(Us::MAX));
        let mut passed = std::mem::take(&mut self.passed);
        passed.judged_by_what_holds(scope, self.settle.is_some() || self.anew.is_some(), || {
            let episodes = judge.episodes(scope, &seen(judge, scope, self)).into_iter();
            let over = episodes.filter(|episode| episode.due <= now && episode.due < judged_until && episode.is_over(now));
            over.map(|episode| episode.key).filter(|key| !self.was_told(*key)).collect()
        });
        self.passed = passed;
    }
}

/// The facts that count: of a condition that an event brings about, those that were not excused.
fn seen<'a, J: Judge>(judge: &J, scope: &Scope, ledger: &'a Ledger) -> Cow<'a, [Fact]> {
    let facts = ledger.facts.as_slice();
    if judge.manner() != Manner::Event || scope.excused.is_empty() {
        return Cow::Borrowed(facts);
    }
    Cow::Owned(facts.iter().filter(|fact| !scope.excused.at(fact.at)).copied().collect())
}

fn with_key(episodes: &[Episode], key: Us) -> Option<&Episode> {
    episodes.iter().find(|episode| episode.key == key)
}

/// Whether `event` says nothing that is not known.
pub(super) fn is_idle<J: Judge>(judge: &J, scope: &Scope, ledger: &Ledger, event: &Event) -> bool {
    let fact = judge.fact(scope, ledger.facts.as_slice(), event);
    fact.is_ok_and(|fact| fact.is_none_or(|fact| ledger.facts.contains(&fact)))
}

pub(super) fn look<J: Judge>(judge: &J, scope: &Scope, ledger: &mut Ledger, cause: Cause) -> Result<Step, String> {
    let mut step = Step::default();
    let guard = scope.horizon().min(scope.armed.unwrap_or(Us::MAX));
    let episodes = match cause {
        Cause::Watch => return Ok(Step { due: scope.armed, ..step }),
        Cause::Event(event) => {
            let fact = judge.fact(scope, ledger.facts.as_slice(), event)?.filter(|fact| !ledger.facts.contains(fact));
            let Some(fact) = fact else { return Ok(Step { due: scope.armed, ..step }) };
            if ledger.anew.is_some_and(|anew| anew <= fact.at) || judge.parts(ledger.facts.as_slice(), &fact) {
                ledger.anew = Some(ledger.anew.map_or(fact.at, |anew| anew.min(fact.at)));
                let again = settle::begin(scope, &mut ledger.settle);
                return Ok(Step { due: Some(scope.armed.map_or(again, |armed| armed.min(again))), ..step });
            }
            take(judge, scope, ledger, &[fact], &mut step)
        }
        Cause::Clock(_) if let Some(anew) = ledger.anew => {
            return Ok(match ledger.settle.and_then(|since| settle::wait(scope, since)) {
                Some(until) => Step { due: Some(until), ..step },
                None => Step { due: Some(scope.now().saturating_add(settle::ASKED_AGAIN_US)), asks: Some(anew), ..step },
            });
        }
        Cause::Past(events) => {
            let Some(anew) = ledger.anew.take() else { return Ok(Step { due: scope.armed, ..step }) };
            let since = events.iter().filter(|event| us(event.at) >= anew);
            let facts: Vec<Fact> = since.filter_map(|event| judge.fact(scope, &[], event).ok().flatten()).collect();
            take(judge, scope, ledger, &facts, &mut step)
        }
        Cause::Clock(_) => {
            ledger.judged_by_what_holds(judge, scope);
            let episodes = judge.episodes(scope, &seen(judge, scope, ledger));
            ledger.told.retain(|key| with_key(&episodes, *key).is_some());
            episodes
        }
        Cause::Excused { at, before } => {
            // What no longer followed before, because it is long ago, is let go without a word.
            let context = Context { said_away: before, ..*scope.context };
            let then = Scope::new(&context, scope.rule, scope.subject, scope.armed);
            let followed = judge.episodes(&then, &seen(judge, &then, ledger));
            ledger.told.retain(|key| with_key(&followed, *key).is_some());
            let episodes = judge.episodes(scope, &seen(judge, scope, ledger));
            ledger.told.retain(|key| {
                // What is due at another time by what excuses it is raised anew then.
                let due = |episodes: &[Episode]| with_key(episodes, *key).map(|episode| episode.due);
                let stands = due(&episodes) == due(&followed);
                if !stands {
                    step.cleared.push(Clearing { at, explained: true });
                }
                stands
            });
            episodes
        }
    };
    let (ripe, later): (Vec<&Episode>, Vec<&Episode>) =
        episodes.iter().filter(|episode| !ledger.knows(scope, episode)).partition(|episode| episode.due <= scope.now());
    let ripe: Vec<&Episode> = ripe.into_iter().filter(|episode| episode.due >= guard).collect();
    step.due = later.iter().map(|episode| episode.due).min();
    ledger.passed.waits = false;
    if ripe.is_empty() {
        ledger.settle = None;
    } else if let Some(again) = wait(judge, scope, ledger, cause, &ripe) {
        step.due = Some(again.min(step.due.unwrap_or(Us::MAX)));
        ledger.passed.waits = true;
    } else {
        ledger.settle = None;
        for episode in ripe.iter().take(AT_ONCE) {
            step.findings.push(finding(judge, scope, ledger, episode));
            if let Err(place) = ledger.told.binary_search(&episode.key) {
                ledger.told.insert(place, episode.key);
            }
            // It was over before anybody heard of it.
            step.cleared.extend(episode.ended.map(|at| Clearing { at, explained: false }));
        }
        if ripe.len() > AT_ONCE {
            step.due = Some(scope.now());
            ledger.passed.waits = true;
        }
    }
    judge.tidy(scope, &mut ledger.facts, scope.horizon());
    ledger.facts.keep_newest(judge.most());
    forget(judge, scope, ledger);
    if ledger.anew.is_some() {
        // Whatever else it looked for, what is missing is still to be asked for.
        let again = settle::begin(scope, &mut ledger.settle);
        step.due = Some(step.due.map_or(again, |due| due.min(again)));
    }
    Ok(step)
}

/// Forgets what cannot be asked for any more.
fn forget<J: Judge>(judge: &J, scope: &Scope, ledger: &mut Ledger) {
    if ledger.facts.is_empty() {
        (ledger.told, ledger.passed) = (Vec::new(), Passed::default());
    }
    if !ledger.told.is_empty() || !ledger.passed.is_empty() {
        let left = judge.episodes(scope, &seen(judge, scope, ledger));
        let asked = |key: Us| with_key(&left, key).is_some();
        ledger.told.retain(|key| asked(*key));
        ledger.passed.retain(asked);
    }
}

/// Takes facts in, and says what of that which was raised is over or never was.
fn take<J: Judge>(judge: &J, scope: &Scope, ledger: &mut Ledger, facts: &[Fact], step: &mut Step) -> Vec<Episode> {
    ledger.judged_by_what_holds(judge, scope);
    let before = if ledger.told.is_empty() { Vec::new() } else { judge.episodes(scope, &seen(judge, scope, ledger)) };
    // What no longer follows, because it is long ago or the plan is another now, is let go without a word.
    ledger.told.retain(|key| with_key(&before, *key).is_some());
    for fact in facts {
        ledger.facts.insert(*fact);
    }
    // One that is newer than all others leaves nothing over.
    if facts.len() != 1 || ledger.facts.as_slice().last() != facts.first() {
        judge.leave_out(scope, &mut ledger.facts);
    }
    let newest = facts.iter().map(|fact| fact.at).max().unwrap_or_else(|| scope.now());
    let episodes = judge.episodes(scope, &seen(judge, scope, ledger));
    ledger.told.retain(|key| {
        let ended_before = with_key(&before, *key).and_then(|episode| episode.ended);
        match with_key(&episodes, *key) {
            None => step.cleared.push(Clearing { at: newest, explained: true }),
            Some(Episode { ended: Some(at), .. }) if ended_before.is_none() => step.cleared.push(Clearing { at: *at, explained: false }),
            Some(_) => {}
        }
        with_key(&episodes, *key).is_some()
    });
    episodes
}

/// When to look again, where judging must wait.
fn wait<J: Judge>(judge: &J, scope: &Scope, ledger: &mut Ledger, cause: Cause, ripe: &[&Episode]) -> Option<Us> {
    if let Cause::Event(event) = cause {
        let newest = ledger.facts.as_slice().last().is_none_or(|newest| newest.at <= us(event.at));
        let in_order = event.body.marks.late_s.is_none() && ledger.settle.is_none() && newest;
        if in_order && judge.manner() == Manner::Event {
            return None;
        }
        return Some(settle::begin(scope, &mut ledger.settle));
    }
    if let Cause::Excused { .. } = cause {
        return Some(settle::begin(scope, &mut ledger.settle));
    }
    let settling = ledger.settle.and_then(|since| settle::wait(scope, since));
    if settling.is_some() || judge.manner() == Manner::Event {
        return settling;
    }
    let leapt = ripe.iter().map(|episode| settle::leapt(scope, episode.key.min(episode.due), episode.due)).min();
    if let Some(again) = leapt.filter(|again| *again > scope.now()) {
        return Some(again);
    }
    let of_outage = ripe.iter().filter_map(|episode| settle::outage(scope, episode.key.min(episode.due), episode.due)).min();
    if of_outage.is_some() || judge.manner() == Manner::Time {
        return of_outage;
    }
    blind(scope, ledger)
}

/// While the gateway says nothing at all, nothing it did not say counts; and when it is back, it may first empty its buffer.
fn blind(scope: &Scope, ledger: &mut Ledger) -> Option<Us> {
    let tolerated = scope.gateway_tolerance();
    let heard = scope.heard_last()?;
    if scope.now().saturating_sub(heard) > tolerated {
        // Look again now and then; the wait for its buffer begins when it is heard.
        ledger.settle = Some(scope.now().saturating_add(5 * MINUTE_US));
        return ledger.settle;
    }
    None
}

fn finding<J: Judge>(judge: &J, scope: &Scope, ledger: &Ledger, episode: &Episode) -> Finding {
    let told = judge.tell(scope, &seen(judge, scope, ledger), episode);
    Finding {
        at: episode.due,
        explanation: told.explanation,
        evidence: told.evidence,
        late_s: scope.late_s(episode.due),
        compared: told.compared,
        blind_rules: Vec::new(),
    }
}

/// When the next episode is due that was not raised, by the state alone.
pub(super) fn next<J: Judge>(judge: &J, scope: &Scope, ledger: &Ledger) -> Option<Us> {
    let episodes = judge.episodes(scope, &seen(judge, scope, ledger));
    episodes.iter().filter(|episode| !ledger.knows(scope, episode)).map(|episode| episode.due).filter(|due| *due > scope.now()).min()
}
