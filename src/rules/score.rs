//! `score`: several readings of one person, taken within a time, by a table of points: NEWS2.
//!
//! A score stands only on all of its readings. A missing one is no zero: when the time is over and enough were taken to mean a score, the
//! set is `incomplete`, and says what is missing.

use serde::{Deserialize, Serialize};

use super::explain;
use super::facts::{Fact, Facts};
use super::filter;
use super::instant::{Us, us};
use super::ledger::{Episode, Judge, Manner, Told};
use super::news2::{self, Input, ROWS, Row};
use super::outcome::Compared;
use super::quantity::{Number, Span};
use super::reading;
use super::scope::Scope;
use crate::domain::event::{Event, Reading};

/// A score from several readings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// The table of points.
    pub table: Table,
    /// 1, or 2 for whom a clinician set it.
    pub scale: Number,
    /// The readings belong together when they were taken within this time.
    pub within: Span,
    /// What is raised.
    pub band: Band,
    /// Of `incomplete`: so many different readings mean that a score was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<Number>,
}

/// A table of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// The National Early Warning Score, 2017.
    News2,
}

/// What a score asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// 1 to 4, and no single reading with 3.
    Low,
    /// 5 or 6, or a single reading with 3.
    Urgent,
    /// 7 or more.
    Emergency,
    /// Readings are missing.
    Incomplete,
}

/// The latest reading of each row, as they stood at one reading.
type Set = [Option<Fact>; 7];

/// A score with what it rests on.
struct Scored {
    total: u32,
    points: [u32; 7],
    band: Option<Band>,
}

fn tag(row: usize) -> u8 {
    b'A' + u8::try_from(row).unwrap_or_default()
}

fn row_of(fact: &Fact) -> Option<usize> {
    usize::from(fact.tag).checked_sub(usize::from(b'A')).filter(|row| *row < ROWS.len())
}

/// What an event says for the table.
fn value(row: &Row, event: &Event) -> Result<f64, String> {
    let text = match filter::field(event, row.field) {
        Some(Reading::Text(text)) => text.trim().to_lowercase(),
        _ => return reading::number(event, Some(row.field), row.unit).or_else(|error| without_unit(row, event).ok_or(error)),
    };
    match (row.input, text.as_str()) {
        (Input::Consciousness, "alert" | "a") | (Input::Oxygen, "air" | "none" | "no" | "off") => Ok(0.0),
        (Input::Consciousness, "confusion" | "confused" | "c" | "voice" | "v" | "pain" | "p" | "unresponsive" | "u")
        | (Input::Oxygen, "oxygen" | "yes" | "on") => Ok(1.0),
        _ => Err(format!(
            "a reading of `{}` ({}) says words that the table does not know; send alert, confusion, voice, pain or unresponsive (air or oxygen)",
            event.kind, event.gateway
        )),
    }
}

/// Rates, shares and yes or no are the same in every unit they come in (`/min`, `{beats}/min`, `%`).
fn without_unit(row: &Row, event: &Event) -> Option<f64> {
    let unit = event.body.unit.as_deref().unwrap_or_default();
    let rate = row.unit == "/min" && (unit.ends_with("/min") || unit == "bpm");
    let plain = row.unit.is_empty();
    let number = filter::field(event, row.field).and_then(|said| filter::number(&said)).filter(|number| number.is_finite());
    number.filter(|_| rate || plain)
}

impl Score {
    fn scale(&self, scope: &Scope) -> u8 {
        if scope.number(&self.scale) >= 2.0 { 2 } else { 1 }
    }

    /// The readings that belong to the one at `index`.
    fn set(facts: &[Fact], index: usize, within: Us) -> Set {
        let mut set: Set = [None; 7];
        let now = facts[index].at;
        for fact in facts[..=index].iter().rev().take_while(|fact| now.saturating_sub(fact.at) <= within) {
            if let Some(row) = row_of(fact) {
                set[row].get_or_insert(*fact);
            }
        }
        set
    }

    fn scored(&self, scope: &Scope, set: &Set) -> Option<Scored> {
        let oxygen = set[2]?.value > 0.0;
        let scale = self.scale(scope);
        let mut points = [0; 7];
        for (row, place) in points.iter_mut().enumerate() {
            *place = news2::points(ROWS[row].input, set[row]?.value, scale, oxygen);
        }
        let total: u32 = points.iter().sum();
        let band = match total {
            7.. => Some(Band::Emergency),
            5..=6 => Some(Band::Urgent),
            _ if points.contains(&3) => Some(Band::Urgent),
            1..=4 => Some(Band::Low),
            0 => None,
        };
        Some(Scored { total, points, band })
    }

    fn scores(&self, scope: &Scope, facts: &[Fact]) -> Vec<Episode> {
        let within = scope.span(&self.within);
        let mut episodes: Vec<Episode> = Vec::new();
        // Band of the score before, and when it was.
        let mut before: Option<(Option<Band>, Us)> = None;
        for index in 0..facts.len() {
            let at = facts[index].at;
            // Of readings of one instant the last sees all.
            if facts.get(index + 1).is_some_and(|next| next.at == at) {
                continue;
            }
            let Some(scored) = self.scored(scope, &Self::set(facts, index, within)) else { continue };
            let known = before.is_some_and(|(band, last)| band == scored.band && at.saturating_sub(last) <= within);
            let until = at.saturating_add(within);
            match (scored.band == Some(self.band), episodes.last_mut()) {
                (true, Some(last)) if known => last.until = until,
                (true, _) => episodes.push(Episode { key: at, due: at, ended: None, until }),
                (false, Some(last)) => _ = last.ended.get_or_insert(at),
                (false, None) => {}
            }
            before = Some((scored.band, at));
        }
        episodes
    }

    /// Sets that were begun, and not complete when their time was over.
    fn incomplete(&self, scope: &Scope, facts: &[Fact]) -> Vec<Episode> {
        let within = scope.span(&self.within);
        let least = self.least.as_ref().map_or(1.0, |least| scope.number(least));
        let mut episodes = Vec::new();
        for (index, fact) in facts.iter().enumerate() {
            let begins = index.checked_sub(1).is_none_or(|last| fact.at.saturating_sub(facts[last].at) > within);
            if !begins {
                continue;
            }
            let due = fact.at.saturating_add(within);
            let last = facts.partition_point(|other| other.at <= due).saturating_sub(1);
            let set = Self::set(facts, last.max(index), within);
            let taken = set.iter().flatten().count();
            let complete = (index..=last.max(index)).any(|index| self.scored(scope, &Self::set(facts, index, within)).is_some());
            if !complete && taken as f64 >= least {
                episodes.push(Episode { key: fact.at, due, ended: None, until: due });
            }
        }
        episodes
    }
}

impl Judge for Score {
    fn manner(&self) -> Manner {
        if self.band == Band::Incomplete { Manner::Time } else { Manner::Event }
    }

    fn fact(&self, _: &Scope, _: &[Fact], event: &Event) -> Result<Option<Fact>, String> {
        let Some(row) = ROWS.iter().position(|row| row.kind == event.kind) else { return Ok(None) };
        Ok(Some(Fact { at: us(event.at), tag: tag(row), value: value(&ROWS[row], event)? }))
    }

    fn episodes(&self, scope: &Scope, facts: &[Fact]) -> Vec<Episode> {
        if self.band == Band::Incomplete { self.incomplete(scope, facts) } else { self.scores(scope, facts) }
    }

    fn tell(&self, scope: &Scope, facts: &[Fact], episode: &Episode) -> Told {
        let within = scope.span(&self.within);
        let last = facts.partition_point(|fact| fact.at <= episode.due).saturating_sub(1);
        let set = if facts.is_empty() { [None; 7] } else { Self::set(facts, last, within) };
        let scored = self.scored(scope, &set);
        let scale = self.scale(scope);
        let taken = || ROWS.iter().zip(&set).enumerate().filter_map(|(row, (about, fact))| Some((row, about, (*fact)?)));
        let points = |row: usize| scored.as_ref().map(|scored| scored.points[row]);
        let mut compared: Vec<Compared> = taken()
            .map(|(row, about, fact)| Compared { points: points(row), ..Compared::number(about.kind, fact.value, None, about.unit) })
            .collect();
        let words: Vec<String> = taken()
            .map(|(row, about, fact)| {
                let points = points(row).map_or_else(String::new, |points| format!(" ({points})"));
                format!("{} {}{points}", explain::words(about.kind), said(about, fact.value))
            })
            .collect();
        let name = format!("NEWS2 (version {}, scale {scale})", news2::VERSION);
        let explanation = match &scored {
            Some(scored) => {
                compared.push(Compared::number(name.clone(), f64::from(scored.total), None, ""));
                let three = scored.points.contains(&3) && scored.total < 5;
                let single = if three { ", a single reading with 3 points" } else { "" };
                format!("{name}: {} points at {}{single}: {}", scored.total, explain::clock(scope, episode.due), words.join(", "))
            }
            None => {
                compared.push(Compared { value: Reading::Text("incomplete".to_owned()), ..Compared::number(name.clone(), 0.0, None, "") });
                let absent: Vec<String> =
                    ROWS.iter().zip(&set).filter(|(_, fact)| fact.is_none()).map(|(row, _)| explain::words(row.kind)).collect();
                format!(
                    "{name}: incomplete at {}, missing {}; there is {}",
                    explain::clock(scope, episode.due),
                    absent.join(", "),
                    words.join(", ")
                )
            }
        };
        let evidence = taken().map(|(_, about, fact)| scope.sought(fact.at, &[about.kind.to_owned()])).collect();
        Told { explanation, evidence, compared }
    }

    fn tidy(&self, scope: &Scope, facts: &mut Facts, horizon: Us) {
        facts.forget_before(horizon.saturating_sub(scope.span(&self.within).saturating_mul(2)));
    }

    fn most(&self) -> usize {
        140
    }
}

/// A reading in words.
fn said(row: &Row, value: f64) -> String {
    match (row.input, value > 0.0) {
        (Input::Oxygen, true) => "oxygen".to_owned(),
        (Input::Oxygen, false) => "air".to_owned(),
        (Input::Consciousness, true) => "not alert".to_owned(),
        (Input::Consciousness, false) => "alert".to_owned(),
        _ => explain::reading(value, row.unit),
    }
}
