//! `deviation`: a day that is unlike the subject's own. Each day's count (or mean reading) is held against the days before it: their median,
//! and how far they usually lie from it. Nothing is judged before enough days are known, and nobody's figures but their own are in it.
//!
//! The spread is the median distance from the median, as a standard deviation (times 1.4826); for counts at least the square root of the
//! median, which is what chance alone does to a count.

use serde::{Deserialize, Serialize};

use super::calendar;
use super::explain;
use super::facts::{Fact, Facts};
use super::instant::{self, DAY_US, Us, us};
use super::ledger::{Episode, Judge, Manner, Told};
use super::outcome::Compared;
use super::quantity::Number;
use super::reading;
use super::scope::Scope;
use crate::domain::event::Event;

/// A day unlike the days before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// The mean of this number of the day's events (`value`, `values.NAME`) is compared; without it, how many there were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// UCUM code of the number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// So many times the usual spread.
    pub spread: Number,
    /// But no less than this.
    pub least: Number,
    /// Days that are looked back on.
    pub days: Number,
    /// Days that must be known before anything is judged.
    pub history: Number,
    /// Which way it must lie.
    pub direction: Direction,
    /// What is counted or measured, in words: `Bathroom visits`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Which way a day must lie to be worth telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Direction {
    Up,
    Down,
    Both,
}

const SEEN: u8 = b'A';
/// A whole day that nothing late can change any more; its instant is its midnight.
const DAY: u8 = b'D';
/// Looked back on at most.
pub(super) const DAYS_AT_MOST: f64 = 60.0;
/// Counted on one day at most: a hundred visits are as unusual as two hundred.
const OF_A_DAY: usize = 60;

/// A day: its midnight, the next, and its value.
struct Day {
    begins: Us,
    ends: Us,
    value: Option<f64>,
}

/// What is usual.
struct Usual {
    median: f64,
    margin: f64,
    days: usize,
}

impl Deviation {
    fn is_count(&self) -> bool {
        self.field.is_none()
    }

    fn days_back(&self, scope: &Scope) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and the most")]
        let days = scope.number(&self.days).clamp(1.0, DAYS_AT_MOST) as usize;
        days
    }

    fn value_of(&self, facts: &[Fact]) -> Option<f64> {
        if self.is_count() {
            return Some(facts.len().min(OF_A_DAY) as f64);
        }
        let sum: f64 = facts.iter().map(|fact| fact.value).sum();
        (!facts.is_empty()).then(|| sum / facts.len() as f64)
    }

    /// All days from the first known until today, and those to come.
    fn all_days(&self, scope: &Scope, facts: &[Fact]) -> Vec<Day> {
        let (zone, now) = (scope.zone(), scope.now());
        let Some(first) = facts.first() else { return Vec::new() };
        let oldest = now.saturating_sub(days_us(self.days_back(scope)) + 8 * DAY_US);
        let mut date = calendar::date(first.at.max(oldest), zone);
        // A day on which nothing comes is only told if somebody looks then: days to come are judged as if nothing more were said.
        let ahead = if self.is_count() && self.direction != Direction::Up { self.days_back(scope) } else { 0 };
        let last = calendar::plus(calendar::date(now, zone), i64::try_from(ahead).unwrap_or_default());
        let mut begins = calendar::midnight(date, zone);
        let mut days = Vec::new();
        while date <= last {
            let next = calendar::plus(date, 1);
            if next == date {
                break;
            }
            date = next;
            let ends = calendar::midnight(date, zone);
            let range = facts.partition_point(|fact| fact.at < begins)..facts.partition_point(|fact| fact.at < ends);
            let of_day = &facts[range];
            let whole = of_day.iter().find(|fact| fact.tag == DAY).map(|fact| fact.value);
            let value = whole.or_else(|| self.value_of(of_day)).filter(|_| !scope.excused.takes((begins, ends)));
            days.push(Day { begins, ends, value });
            begins = ends;
        }
        days
    }

    /// What is usual, by the days before the one at `index`. The first that is known may not have been whole.
    fn usual(&self, scope: &Scope, days: &[Day], index: usize) -> Option<Usual> {
        let from = index.saturating_sub(self.days_back(scope)).max(1);
        let mut values: Vec<f64> = days.get(from..index)?.iter().filter_map(|day| day.value).collect();
        if (values.len() as f64) < scope.number(&self.history).max(2.0) {
            return None;
        }
        let median = median(&mut values);
        let mut distances: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
        let spread = self::median(&mut distances) * 1.4826;
        let spread = if self.is_count() { spread.max(median.max(0.0).sqrt()) } else { spread };
        Some(Usual { median, margin: (scope.number(&self.spread) * spread).max(scope.number(&self.least)), days: values.len() })
    }

    fn deviates(&self, value: f64, usual: &Usual) -> bool {
        let up = value - usual.median >= usual.margin;
        let down = usual.median - value >= usual.margin;
        match self.direction {
            Direction::Up => up,
            Direction::Down => down,
            Direction::Both => up || down,
        }
    }
}

fn days_us(days: usize) -> Us {
    Us::try_from(days).unwrap_or_default().saturating_mul(DAY_US)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values {
        [] => 0.0,
        _ if values.len() % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

impl Judge for Deviation {
    fn manner(&self) -> Manner {
        Manner::Time
    }

    fn fact(&self, _: &Scope, _: &[Fact], event: &Event) -> Result<Option<Fact>, String> {
        let at = us(event.at);
        Ok(Some(match &self.field {
            // What comes several times in a minute is one visit.
            None => Fact::of(calendar::minute(at), SEEN),
            Some(field) => Fact { at, tag: SEEN, value: reading::number(event, Some(field), &self.unit)? },
        }))
    }

    fn episodes(&self, scope: &Scope, facts: &[Fact]) -> Vec<Episode> {
        let days = self.all_days(scope, facts);
        // Older days were judged before; what is kept of them is only what is usual.
        let oldest = scope.horizon().min(scope.armed.unwrap_or(Us::MAX)).saturating_sub(calendar::LONGEST_DAY_US);
        let judged = days.iter().enumerate().filter(|(_, day)| day.ends > oldest);
        let unlike = judged.filter(|(index, day)| {
            day.value.is_some_and(|value| self.usual(scope, &days, *index).is_some_and(|usual| self.deviates(value, &usual)))
        });
        unlike.map(|(_, day)| Episode { key: day.begins, due: day.ends, ended: None, until: day.ends }).collect()
    }

    fn tell(&self, scope: &Scope, facts: &[Fact], episode: &Episode) -> Told {
        let days = self.all_days(scope, facts);
        let text = self.text.as_deref().unwrap_or(&scope.rule.rule.title);
        let found = days.iter().position(|day| day.begins == episode.key);
        let found = found.and_then(|index| Some((days[index].value?, self.usual(scope, &days, index)?)));
        let Some((value, usual)) = found else {
            return Told { explanation: text.to_owned(), evidence: Vec::new(), compared: Vec::new() };
        };
        let limit = if value > usual.median { usual.median + usual.margin } else { usual.median - usual.margin };
        let day = instant::local(episode.key, scope.zone()).format("%-d %b").to_string();
        Told {
            explanation: format!(
                "{text}: {} on {day}{}; usually {} (median of {} days); the plan allows up to {} away from it",
                explain::reading(value, &self.unit),
                explain::device(scope),
                explain::reading(usual.median, &self.unit),
                usual.days,
                explain::reading(usual.margin, &self.unit),
            ),
            evidence: Vec::new(),
            compared: vec![
                Compared::number("day", value, Some(limit), &self.unit),
                Compared::number("usual", usual.median, None, &self.unit),
            ],
        }
    }

    fn tidy(&self, scope: &Scope, facts: &mut Facts, horizon: Us) {
        let zone = scope.zone();
        let oldest = scope.now().saturating_sub(days_us(self.days_back(scope)) + 9 * DAY_US);
        let mut kept: Vec<Fact> = Vec::new();
        let mut rest = facts.as_slice();
        while let Some((fact, later)) = rest.split_first() {
            if fact.tag == DAY {
                kept.push(*fact);
                rest = later;
                continue;
            }
            let date = calendar::date(fact.at, zone);
            let (begins, ends) = (calendar::midnight(date, zone), calendar::midnight(calendar::plus(date, 1), zone));
            let (of_day, later) = rest.split_at(rest.partition_point(|fact| fact.at < ends).max(1));
            rest = later;
            if of_day.iter().any(|fact| fact.tag == DAY) || ends > horizon {
                kept.extend(of_day.iter().take(OF_A_DAY));
            } else {
                kept.extend(self.value_of(of_day).map(|value| Fact { at: begins, tag: DAY, value }));
            }
        }
        kept.retain(|fact| fact.at >= oldest);
        facts.replace(kept);
    }
}
