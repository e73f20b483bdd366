//! Who is on call, and when: by example, against a clock that is read minute by minute, and as properties of any rota.

use chrono::{NaiveDate, TimeDelta, Timelike};
use chrono_tz::Tz;

use super::*;
use crate::domain::calendar::{Day, WallTime};
use crate::domain::rota::{Every, Override, Rotation};

mod change_days;
mod layers;
mod overrides;
mod properties;

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

fn hm(text: &str) -> WallTime {
    WallTime::parse(text).unwrap()
}

fn hand_over(every: Every, count: u32, on: Option<Day>, at: Option<&str>) -> Rotation {
    Rotation { every, count, on, at: at.map(hm) }
}

/// Ann and Bob, week by week, Mondays at 09:00.
fn weekly(starts: &str) -> Layer {
    layer(&["ann", "bob"], hand_over(Every::Weeks, 1, Some(Day::Mon), Some("09:00")), starts)
}

fn layer(persons: &[&str], hand_over: Rotation, starts: &str) -> Layer {
    Layer {
        name: persons.concat(),
        persons: persons.iter().map(|person| (*person).to_owned()).collect(),
        hand_over,
        windows: Vec::new(),
        starts_at: at(starts),
        ends_at: None,
    }
}

fn window(from: &str, to: &str, days: &[Day]) -> DutyWindow {
    DutyWindow { from: hm(from), to: hm(to), days: days.to_vec() }
}

fn rota(zone: Tz, layers: Vec<Layer>) -> Rota {
    Rota {
        id: "r".to_owned(),
        organisation: "o".to_owned(),
        name: "R".to_owned(),
        zone,
        layers,
        overrides: Vec::new(),
        version: 1,
        created_at: at("2026-01-01T00:00:00Z"),
        archived_at: None,
    }
}

/// An override with this number.
fn exception(n: i64, from: &str, until: &str, person: Option<&str>) -> Override {
    Override {
        n,
        from: at(from),
        until: at(until),
        person: person.map(str::to_owned),
        instead_of: None,
        beside: false,
        reason: "asked for it".to_owned(),
        author: "manager".to_owned(),
        created_at: at("2026-01-01T00:00:00Z"),
    }
}

/// Person, from and until of each shift, with local times.
fn told(rota: &Rota, from: &str, until: &str) -> Vec<String> {
    let local = |time: Time| time.with_timezone(&rota.zone).format("%a %d %H:%M").to_string();
    let line = |shift: &Shift| format!("{} {} - {}", shift.person, local(shift.from), local(shift.until));
    shifts(rota, at(from), at(until)).iter().map(line).collect()
}
