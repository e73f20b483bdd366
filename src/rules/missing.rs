//! `missing`: something was not done by its time of day. The daily button, the medication, the carer's visit, the weight on Mondays.
//!
//! It is expected of whom it was seen at least once (or on so many of the last days), so that nobody without the button is asked for it.
//! With `undone` it is a state that must hold by its time: in bed, or up.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::calendar;
use super::explain;
use super::facts::{Fact, Facts};
use super::instant::{self, DAY_US, Us, us};
use super::ledger::{Episode, Judge, Manner, Told};
use super::outcome::Compared;
use super::quantity::{LocalTime, Number};
use super::rule::On;
use super::scope::Scope;
use super::window::Day;
use crate::domain::event::{Event, Reading};

/// Not done by its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// By this local time.
    pub by: LocalTime,
    /// What is done before this local time does not count; without it the day begins at midnight. Later than `by`: of the day before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<LocalTime>,
    /// On these days of the week (of `by`); none named: every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// Kinds that undo it: then it is a state that must hold by its time, since whenever.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undone: Vec<String>,
    /// On how many of the seven days before it must have been done to be expected; without it, once ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub habit: Option<Number>,
    /// Events from which on it is expected of a subject that was never seen to do it.
    #[serde(default, skip_serializing_if = "On::is_empty")]
    pub starts: On,
    /// That it was not done, in words: `Daily OK not pressed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

const DONE: u8 = b'A';
const UNDONE: u8 = b'B';
const STARTS: u8 = b'S';
/// Days looked back on for the habit.
const WEEK: i64 = 7;

impl Missing {
    fn by(&self, scope: &Scope) -> NaiveTime {
        scope.local_time(&self.by)
    }

    /// From when to when it counts for `date`.
    fn span_of(&self, scope: &Scope, date: NaiveDate) -> (Us, Us) {
        let (by, zone) = (self.by(scope), scope.zone());
        let from = self.from.as_ref().map_or(NaiveTime::MIN, |from| scope.local_time(from));
        let begins = if from < by { date } else { calendar::plus(date, -1) };
        (calendar::wall(begins, from, zone), calendar::wall(date, by, zone))
    }

    /// Whether it was done for the span.
    fn done(&self, facts: &[Fact], (from, by): (Us, Us)) -> bool {
        let before = facts.iter().rev().filter(|fact| fact.at <= by && fact.tag != STARTS);
        if self.undone.is_empty() {
            let mut inside = before.take_while(|fact| fact.at >= from);
            return inside.next().is_some();
        }
        before.map(|fact| fact.tag).next() == Some(DONE)
    }

    /// Whether it is expected for `date`, by what was seen before.
    fn expected(&self, scope: &Scope, facts: &[Fact], date: NaiveDate, from: Us) -> bool {
        let Some(habit) = &self.habit else { return facts.first().is_some_and(|first| first.at < from) };
        let before = (1..=WEEK).map(|days| calendar::plus(date, -days)).filter(|date| calendar::is_on(*date, &self.days));
        let (mut done, mut excused) = (0_u32, 0_u32);
        for span in before.map(|date| self.span_of(scope, date)) {
            if self.done(facts, span) {
                done += 1;
            } else if scope.excused.takes(span) {
                excused += 1;
            }
        }
        // Who was away for some days has not lost the habit.
        done > 0 && f64::from(done + excused) >= scope.number(habit).clamp(1.0, WEEK as f64)
    }

    /// The part of a day that an instant falls into: nothing but whether one came in it matters, so that the first is enough.
    fn part(&self, scope: &Scope, at: Us) -> (NaiveDate, bool, bool) {
        let local = instant::local(at, scope.zone());
        let from = self.from.as_ref().map_or(NaiveTime::MIN, |from| scope.local_time(from));
        (local.date_naive(), local.time() >= from, local.time() > self.by(scope))
    }

    /// Whether `fact` came in the same part of the day as the one before it.
    fn adds_nothing(&self, scope: &Scope, before: Option<&Fact>, fact: &Fact) -> bool {
        let alike = before.filter(|before| self.undone.is_empty() && before.tag == DONE && fact.tag == DONE);
        alike.is_some_and(|before| self.part(scope, before.at) == self.part(scope, fact.at))
    }
}

impl Judge for Missing {
    fn manner(&self) -> Manner {
        Manner::Silence
    }

    fn fact(&self, scope: &Scope, facts: &[Fact], event: &Event) -> Result<Option<Fact>, String> {
        let at = us(event.at);
        let done = Fact::of(at, DONE);
        let before = facts.partition_point(|fact| *fact < done).checked_sub(1).and_then(|before| facts.get(before));
        Ok(if self.undone.contains(&event.kind) {
            Some(Fact::of(at, UNDONE))
        } else if self.starts.matches(event) {
            // Only the first matters, and only where nothing else was seen before.
            facts.first().is_none_or(|first| at < first.at).then(|| Fact::of(at, STARTS))
        } else {
            Some(done).filter(|done| !self.adds_nothing(scope, before, done))
        })
    }

    fn episodes(&self, scope: &Scope, facts: &[Fact]) -> Vec<Episode> {
        let Some(first) = facts.first() else { return Vec::new() };
        let (zone, now) = (scope.zone(), scope.now());
        // Nothing that is older is judged; and the next that is to come. However long the service was away, a year is looked back on at most.
        let oldest = first.at.max(scope.horizon().min(scope.armed.unwrap_or(Us::MAX)).saturating_sub(DAY_US));
        let oldest = oldest.max(now.saturating_sub(LOOKED_BACK_US));
        let mut date = calendar::date(oldest, zone);
        let last = calendar::plus(calendar::date(now, zone), WEEK + 1);
        let mut episodes = Vec::new();
        while date <= last {
            if calendar::is_on(date, &self.days) {
                let (from, by) = self.span_of(scope, date);
                if !scope.excused.takes((from, by)) && self.expected(scope, facts, date, from) && !self.done(facts, (from, by)) {
                    let ended = facts.iter().find(|fact| fact.tag == DONE && fact.at > by).map(|fact| fact.at);
                    episodes.push(Episode { key: key(date), due: by, ended, until: Us::MAX });
                }
                if by > now && episodes.last().is_some_and(|last| last.due > now) {
                    break;
                }
            }
            let next = calendar::plus(date, 1);
            if next == date {
                break;
            }
            date = next;
        }
        episodes
    }

    fn tell(&self, scope: &Scope, facts: &[Fact], episode: &Episode) -> Told {
        let text = self.text.as_deref().unwrap_or(&scope.rule.rule.title);
        let last = facts.iter().rev().find(|fact| fact.tag == DONE && fact.at <= episode.due).map(|fact| fact.at);
        let last_words = last.map_or_else(|| "never".to_owned(), |at| explain::clock(scope, at));
        let by = self.by(scope).format("%H:%M").to_string();
        let compared = Compared {
            what: "done last".to_owned(),
            value: Reading::Text(last_words.clone()),
            limit: Some(Reading::Text(by.clone())),
            unit: String::new(),
            points: None,
        };
        Told {
            explanation: format!(
                "{text} by {}{}; the plan expects it by {by}; last: {last_words}",
                explain::clock(scope, episode.due),
                explain::device(scope)
            ),
            evidence: last.map(|at| scope.sought(at, &scope.rule.rule.on.kinds)).into_iter().collect(),
            compared: vec![compared],
        }
    }

    fn tidy(&self, scope: &Scope, facts: &mut Facts, horizon: Us) {
        facts.only_as_first(STARTS);
        let all = facts.as_slice();
        if (1..all.len()).any(|index| self.adds_nothing(scope, all.get(index - 1), &all[index])) {
            let firsts =
                (0..all.len()).filter(|index| !self.adds_nothing(scope, index.checked_sub(1).map(|before| &all[before]), &all[*index]));
            let firsts = firsts.map(|index| all[index]).collect();
            facts.replace(firsts);
        }
        let cutoff = horizon.saturating_sub((WEEK + 2) * DAY_US);
        if facts.as_slice().first().is_none_or(|first| first.at >= cutoff) {
            return;
        }
        // That it was ever seen, and how it stood then.
        let old = facts.as_slice().partition_point(|fact| fact.at < cutoff);
        let (before, after) = facts.as_slice().split_at(old);
        let seen = before.iter().rev().find(|fact| fact.tag != STARTS).or(before.first());
        facts.replace(seen.into_iter().chain(after).copied().collect());
    }
}

/// How far back an expected thing is looked for.
const LOOKED_BACK_US: Us = 366 * DAY_US;

/// What tells the days apart: midnight of the date, as if in UTC.
fn key(date: NaiveDate) -> Us {
    us(date.and_time(NaiveTime::MIN).and_utc())
}
