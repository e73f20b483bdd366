//! What `absence` remembers of one subject: when it was busy, and so which silences lie between.

use serde::{Deserialize, Serialize};

use super::absence::{Absence, counted, outages};
use super::instant::Us;
use super::passed::Passed;
use super::scope::Scope;

/// Times in which something came that are kept: a silence between any two of them.
const PAST_AT_MOST: usize = 64;

/// What is remembered of one subject.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// Of kinds: something came before this instant, the end of a stretch (see `absence`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<Us>,
    /// Of kinds: since when something came again and again, without a silence that is long enough. Long ago, without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) began: Option<Us>,
    /// Of kinds: from when until when it did so before, as long as something late may bear on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) past: Vec<[Us; 2]>,
    /// Of kinds: the beginnings of the silences that were raised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) told: Vec<Us>,
    /// The deadline that was missed and raised, of the silence that lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) raised: Option<Us>,
    /// How often that has become more urgent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) risen: u8,
    /// Of kinds: when the gateway could not have told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) blind: Vec<[Us; 2]>,
    /// Of kinds: since when it cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) blind_since: Option<Us>,
    /// Since when a judgement waits for late events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) settle: Option<Us>,
    /// Of kinds: the beginnings of the silences that were over when other values came to hold.
    #[serde(default, skip_serializing_if = "Passed::is_nothing")]
    pub(super) passed: Passed,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// A silence that is long enough to be raised, or that lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Silence {
    /// When it began: the end of the stretch in which something came last.
    pub(super) since: Us,
    /// From when on it is counted.
    pub(super) from: Us,
    /// When it is a reason to raise.
    pub(super) due: Us,
    /// When something came again.
    pub(super) ended: Option<Us>,
}

impl State {
    /// Takes back that it was raised. Answers with the deadline that was missed.
    pub(super) fn forget_raised(&mut self) -> Option<Us> {
        self.risen = 0;
        self.raised.take()
    }

    /// About how many bytes it holds beside itself.
    pub(super) fn weight(&self) -> usize {
        size_of_val(self.blind.as_slice()) + size_of_val(self.past.as_slice()) + size_of_val(self.told.as_slice()) + self.passed.weight()
    }

    /// From when until when something came again and again, the last of these going on.
    pub(super) fn busy(&self) -> Vec<[Us; 2]> {
        let last = self.until.map(|until| [self.began.unwrap_or(Us::MIN), until]);
        self.past.iter().copied().chain(last).collect()
    }

    /// Takes in that something came at `at`, which counts until `until`. What `after` or less lies between is no silence, whatever else comes.
    /// Answers whether that changes anything.
    pub(super) fn came(&mut self, at: Us, until: Us, after: Us) -> bool {
        let mut busy = self.busy();
        let joins = |[_, end]: &[Us; 2], at: Us| at <= end.saturating_add(after);
        let mut place = busy.partition_point(|[begin, _]| *begin <= at);
        if place.checked_sub(1).is_some_and(|before| joins(&busy[before], at)) {
            place -= 1;
            if busy[place][1] >= until {
                return false;
            }
            busy[place][1] = until;
        } else {
            busy.insert(place, [at, until]);
        }
        while busy.get(place + 1).is_some_and(|[begin, _]| joins(&busy[place], *begin)) {
            let [_, end] = busy.remove(place + 1);
            busy[place][1] = busy[place][1].max(end);
        }
        if let Some([began, until]) = busy.pop() {
            (self.began, self.until) = (Some(began).filter(|began| *began > Us::MIN), Some(until));
        }
        self.past = busy;
        true
    }

    /// The silences between, and the one that lasts.
    pub(super) fn silences(&self, rule: &Absence, scope: &Scope) -> Vec<Silence> {
        let (busy, after) = (self.busy(), scope.span(&rule.after));
        let Some([_, oldest]) = busy.first() else { return Vec::new() };
        let outages = outages(scope, self, *oldest);
        let all = busy.iter().enumerate().map(|(place, [_, since])| {
            let (from, due) = counted(scope, *since, after, &outages);
            Silence { since: *since, from, due, ended: busy.get(place + 1).map(|[begin, _]| *begin) }
        });
        all.filter(|silence| silence.ended.is_none_or(|ended| silence.due < ended)).collect()
    }

    /// Whether the silence was raised, or is not to be.
    pub(super) fn knows(&self, silence: &Silence) -> bool {
        self.told.contains(&silence.since) || (self.passed.knows(silence.since) && silence.ended.is_some())
    }

    /// Lets go of silences that were over before the values that hold now.
    pub(super) fn judged_by_what_holds(&mut self, rule: &Absence, scope: &Scope) {
        let judged_until = scope.armed.unwrap_or(Us::MAX);
        let mut passed = std::mem::take(&mut self.passed);
        passed.judged_by_what_holds(scope, self.settle.is_some(), || {
            let over = self.silences(rule, scope).into_iter().filter(|silence| silence.ended.is_some() && silence.due < judged_until);
            over.map(|silence| silence.since).filter(|since| !self.told.contains(since)).collect()
        });
        self.passed = passed;
    }

    /// Forgets silences that nothing late can fall into any more.
    pub(super) fn tidy(&mut self, horizon: Us) {
        let busy = self.busy();
        let old = busy.windows(2).take_while(|pair| pair[1][0] < horizon).count().max(busy.len().saturating_sub(PAST_AT_MOST));
        self.past.drain(..old.min(self.past.len()));
        let long_ago = |began: &Us| *began < horizon;
        match self.past.first_mut() {
            Some([began, _]) if long_ago(began) => *began = Us::MIN,
            Some(_) => {}
            None => self.began = self.began.filter(|began| !long_ago(began)),
        }
        let (past, until) = (&self.past, self.until);
        let known = |since: Us| Some(since) == until || past.iter().any(|[_, end]| *end == since);
        self.told.retain(|since| known(*since));
        self.passed.retain(known);
        self.blind.retain(|[_, end]| past.first().map(|[_, end]| *end).or(until).is_none_or(|oldest| *end > oldest));
    }
}
