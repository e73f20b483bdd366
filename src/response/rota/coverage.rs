//! Whether a rota has somebody who can be reached at every hour of the days ahead.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveTime, TimeDelta};

use super::{gaps_without, shifts};
use crate::clock::Time;
use crate::domain::alert::{Queue, RuleRef};
use crate::domain::calendar::{date, plus, time, us, wall};
use crate::domain::rota::{Gap, Rota};
use crate::response::lifecycle::NewAlert;

/// The matter of hours with nobody on call who can be reached.
pub const ROTA_GAP: &str = "rota_gap";

/// So far ahead gaps are looked for.
const AHEAD: TimeDelta = TimeDelta::days(14);
/// A gap that begins sooner is more urgent.
const SOON: TimeDelta = TimeDelta::hours(24);
/// Gaps and people that the words list, at most.
const TOLD: usize = 5;

/// What is kept apart by it: the rota.
#[must_use]
pub fn subject(rota: &str) -> String {
    format!("rota:{rota}")
}

/// The alert on hours of the next fourteen days in which nobody is on call who is `reachable`, if there are any. `names` are those of the people.
#[must_use]
pub fn gap_alert(rota: &Rota, now: Time, reachable: &BTreeSet<String>, names: &BTreeMap<String, String>) -> Option<NewAlert> {
    if rota.archived_at.is_some() {
        return None;
    }
    let until = now + AHEAD;
    let gaps = gaps_without(rota, now, until, |person| reachable.contains(person));
    let first = gaps.first()?;
    let unreachable: BTreeSet<String> =
        shifts(rota, now, until).into_iter().map(|shift| shift.person).filter(|person| !reachable.contains(person)).collect();
    Some(NewAlert {
        organisation: rota.organisation.clone(),
        subject: subject(&rota.id),
        rule: RuleRef { id: ROTA_GAP.to_owned(), revision: 0, title: "Nobody on call".to_owned() },
        queue: Queue::Technical,
        priority: if first.from - now < SOON { 2 } else { 3 },
        occurred_at: now,
        explanation: words(rota, now, until, &gaps, &unreachable, names),
        instructions: vec![
            "Put somebody on call for these hours: change the rota's layers, or make an override.".to_owned(),
            "Until then an escalation that reaches this rota in these hours tells nobody and goes on to its next step.".to_owned(),
        ],
        ..NewAlert::default()
    })
}

/// When the rota is looked at next: in the coming night, by its own wall clock. An archived one is not.
#[must_use]
pub fn next_look(rota: &Rota, now: Time) -> Option<Time> {
    let night = NaiveTime::from_hms_opt(3, 0, 0).unwrap_or(NaiveTime::MIN);
    let today = date(us(now), rota.zone);
    let next = (0..=2).map(|ahead| wall(plus(today, ahead), night, rota.zone)).find(|at| *at > us(now));
    next.filter(|_| rota.archived_at.is_none()).map(time)
}

fn words(rota: &Rota, now: Time, until: Time, gaps: &[Gap], unreachable: &BTreeSet<String>, names: &BTreeMap<String, String>) -> String {
    let local = |at: Time| at.with_timezone(&rota.zone).format("%a %-d %b %H:%M");
    let stretch = |gap: &Gap| match (gap.from <= now, gap.until >= until) {
        (true, true) => "from now on".to_owned(),
        (true, false) => format!("now, until {}", local(gap.until)),
        (false, true) => format!("from {} on", local(gap.from)),
        (false, false) => format!("{} to {}", local(gap.from), local(gap.until)),
    };
    let mut told: Vec<String> = gaps.iter().take(TOLD).map(stretch).collect();
    if gaps.len() > TOLD {
        told.push(format!("{} more times", gaps.len() - TOLD));
    }
    let words = format!("Rota “{}” has nobody on call who can be reached: {} ({}).", rota.name, told.join("; "), rota.zone.name());
    if unreachable.is_empty() {
        return words;
    }
    let named: Vec<&str> = unreachable.iter().take(TOLD).map(|id| names.get(id).map_or(id.as_str(), String::as_str)).collect();
    format!("{words} It names people who are archived or have no role here: {}.", named.join(", "))
}

#[cfg(test)]
mod tests;
