//! Simulated homes live like the real ones that they were measured from, and do the same again for the same seed.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Timelike};
use chrono_tz::Tz;
use harken::clock::Time;
use harken::sim::home::{Happening, Home, What, World, profile};
use harken::sim::message::Lane;

const ZONE: Tz = Tz::Europe__London;

fn time(text: &str) -> Time {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn world(incidents_per_day: f64) -> World {
    World { seed: 7, incidents_per_day, heartbeat_s: 300 }
}

fn home(world: &World, index: u32) -> Home {
    Home::new(world, index, ZONE, "")
}

fn life(world: &World, index: u32, from: Time, days: i64) -> Vec<Happening> {
    home(world, index).life_from(from).take_while(|happening| happening.at < from + TimeDelta::days(days)).collect()
}

/// What goes over the wire, and when the power goes.
fn bytes(world: &World, index: u32, from: Time, days: i64) -> Vec<u8> {
    let home = home(world, index);
    let mut all = Vec::new();
    for happening in life(world, index, from, days) {
        match &happening.what {
            What::Said(said, number) => all.extend_from_slice(&home.message(said, *number, happening.at).payload),
            What::Power(on) => all.extend_from_slice(format!("power {on} {}", happening.at).as_bytes()),
        }
        all.push(b'\n');
    }
    all
}

fn count<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// Kind, device and time of everything said.
fn said(life: &[Happening]) -> impl Iterator<Item = (&'static str, &'static str, Time)> {
    life.iter().filter_map(|happening| match &happening.what {
        What::Said(said, _) => Some((said.kind, said.device.unwrap_or(""), happening.at)),
        What::Power(_) => None,
    })
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let from = time("2026-03-27T09:30:00Z");
    let once = bytes(&world(0.5), 3, from, 14);
    assert_eq!(once, bytes(&world(0.5), 3, from, 14));
    assert_ne!(once, bytes(&World { seed: 8, ..world(0.5) }, 3, from, 14));
    assert_ne!(once, bytes(&world(0.5), 4, from, 14));
}

#[test]
fn a_life_can_be_entered_at_any_moment() {
    let world = world(2.0);
    let from = time("2026-10-20T00:00:00Z");
    let whole = life(&world, 1, from, 12);
    for hours in [7, 30, 31, 53, 130, 131, 132, 200] {
        let later = from + TimeDelta::hours(hours);
        let mut entered: Vec<_> =
            home(&world, 1).life_from(later).take_while(|happening| happening.at < from + TimeDelta::days(12)).collect();
        if entered[0] == (Happening { at: later, what: What::Power(false) }) {
            entered.remove(0);
        }
        let rest: Vec<_> = whole.iter().filter(|happening| happening.at >= later).cloned().collect();
        assert_eq!(entered, rest, "from hour {hours}");
    }
}

#[test]
fn times_rise_and_ids_are_unique_across_both_change_days() {
    for from in ["2026-03-28T00:00:00Z", "2026-10-24T00:00:00Z"] {
        let (world, from) = (world(1.0), time(from));
        let home = home(&world, 0);
        let mut ids = std::collections::HashSet::new();
        let mut last = from;
        for happening in life(&world, 0, from, 3) {
            assert!(happening.at >= last);
            last = happening.at;
            if let What::Said(said, number) = &happening.what {
                let message = home.message(said, *number, happening.at);
                let event: serde_json::Value = serde_json::from_slice(&message.payload).unwrap();
                let at = DateTime::parse_from_rfc3339(event["at"].as_str().unwrap()).unwrap();
                assert_eq!(at, happening.at, "{event}");
                assert_eq!(
                    at.offset().local_minus_utc(),
                    if at.to_utc().with_timezone(&ZONE).format("%Z").to_string() == "BST" { 3600 } else { 0 }
                );
                assert!(ids.insert(message.ids[0].clone()) && message.ids[0].len() <= 64);
                assert_eq!(message.lane == Lane::Alarms, ["pendant", "fall"].contains(&said.kind));
            }
        }
    }
}

#[test]
fn a_year_has_the_rates_and_the_rhythm_of_the_profile() {
    let (world, from) = (World { heartbeat_s: 0, ..world(0.0) }, time("2026-01-01T00:00:00Z"));
    let homes = 6_u32;
    let days = 365;
    // Trips at night add a movement in the hallway and one in the bathroom; they are told from the others by their bed.
    let (mut hours, mut places, mut trips) = (BTreeMap::<u32, usize>::new(), BTreeMap::<&str, usize>::new(), 0);
    let mut totals = Vec::new();
    for index in 0..homes {
        let life = life(&world, index, from, days);
        let all: Vec<_> = said(&life).collect();
        let bed = count(all.iter().filter(|(_, device, _)| *device == "bed").map(|(kind, ..)| *kind));
        assert!(bed["bed_entered"].abs_diff(bed["bed_left"]) <= 1, "{bed:?}");
        trips += bed["bed_entered"] - 365;
        let measured = all.iter().filter(|(kind, ..)| *kind == "temperature").count();
        assert!((8755..=8765).contains(&measured), "one an hour: {measured}");
        let placed: Vec<_> = all.iter().filter(|(_, device, _)| profile::PLACES.contains(device)).collect();
        totals.push(placed.len());
        for (hour, n) in count(placed.iter().map(|(.., at)| at.with_timezone(&ZONE).hour())) {
            *hours.entry(hour).or_default() += n;
        }
        for (place, n) in count(placed.iter().map(|(_, place, _)| *place)) {
            *places.entry(place).or_default() += n;
        }
    }
    let all: usize = totals.iter().sum();
    let per_day = (all - 2 * trips) as f64 / f64::from(homes) / days as f64;
    assert!((per_day / profile::EVENTS_PER_DAY - 1.0).abs() < 0.15, "six homes of 415 ± 25 %: {per_day}");
    assert!(totals.iter().max().unwrap() > &(totals.iter().min().unwrap() * 11 / 10), "homes differ: {totals:?}");

    let shares: Vec<f64> = profile::PLACE_SHARE.iter().map(|&share| f64::from(share) / 1000.0).collect();
    for (place, share) in profile::PLACES.iter().zip(&shares) {
        let found = places[place] as f64 / all as f64;
        assert!((found - share).abs() < 0.04, "{place}: {found:.3}, expected {share:.3}");
    }
    for hour in 0..24 {
        let share: f64 =
            shares.iter().zip(profile::HOUR_SHARE).map(|(share, hours)| share * f64::from(hours[hour as usize]) / 1000.0).sum();
        let found: usize = hours[&hour];
        let found = found as f64 / all as f64;
        assert!((found - share).abs() < 0.008, "{hour} h: {found:.4}, expected {share:.4}");
    }
}

#[test]
fn every_incident_occurs_at_the_stated_rate_and_looks_like_one() {
    let (world, from) = (world(0.4), time("2026-01-01T00:00:00Z"));
    let (homes, days) = (5_u32, 200);
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    let mut add = |what, n: usize| *found.entry(what).or_default() += n;
    for index in 0..homes {
        let life = life(&world, index, from, days);
        let all: Vec<_> = said(&life).collect();
        let kinds = count(all.iter().map(|(kind, ..)| *kind));
        for kind in ["pendant", "fall", "alarm_cancelled", "battery_low", "battery_ok"] {
            add(kind, kinds.get(kind).copied().unwrap_or(0));
        }
        add("power off", life.iter().filter(|happening| happening.what == What::Power(false)).count());
        add("cold", life.iter().filter(|happening| matches!(&happening.what, What::Said(said, _) if said.reading.is_some_and(|(value, unit)| unit == "Cel" && value < 14.0))).count());
        for (left, back) in beds(&all) {
            let local = left.with_timezone(&ZONE).time();
            let night = local < NaiveTime::from_hms_opt(5, 0, 0).unwrap();
            if night && back - left >= TimeDelta::minutes(60) {
                add("bed not returned", 1);
                let moved =
                    all.iter().filter(|(kind, _, at)| *kind == "motion" && *at > left + TimeDelta::minutes(2) && *at < back).count();
                assert_eq!(moved, 0, "nobody moves while the person is not back");
            }
        }
    }
    let expected = 0.4 * f64::from(homes) * days as f64;
    let within = |what: &str, share: f64, tolerance: f64| {
        let n = found[what] as f64;
        assert!((n / (expected * share) - 1.0).abs() < tolerance, "{what}: {n}, expected {}; all: {found:?}", expected * share);
    };
    // Silence swallows a little of everything.
    within("pendant", 0.35 * 2.0, 0.25);
    within("fall", 0.1, 0.35);
    within("bed not returned", 0.15, 0.35);
    within("power off", 0.1, 0.35);
    within("battery_low", 0.15, 0.35);
    assert!(found["battery_ok"] > 0 && found["alarm_cancelled"] > 0 && found["cold"] > 0, "{found:?}");
    assert!(found["alarm_cancelled"] < found["fall"] / 2, "{found:?}");
}

/// When the bed was left, and when it was next entered.
fn beds(all: &[(&'static str, &'static str, Time)]) -> Vec<(Time, Time)> {
    let bed: Vec<_> = all.iter().filter(|(_, device, _)| *device == "bed").collect();
    bed.windows(2).filter(|pair| pair[0].0 == "bed_left" && pair[1].0 == "bed_entered").map(|pair| (pair[0].2, pair[1].2)).collect()
}

#[test]
fn nothing_is_said_in_the_dark_and_the_power_comes_back() {
    let world = World { heartbeat_s: 60, ..world(3.0) };
    let mut dark = None;
    let mut times = 0;
    for happening in life(&world, 2, time("2026-05-01T00:00:00Z"), 60) {
        match happening.what {
            What::Said(..) => assert!(dark.is_none(), "{happening:?}"),
            What::Power(false) => assert!(dark.replace(happening.at).is_none()),
            What::Power(true) => {
                let since = dark.take().expect("it was off");
                assert!(happening.at - since >= TimeDelta::hours(2));
                times += 1;
            }
        }
    }
    assert!(times > 5, "{times}");
    let outage = life(&world, 2, time("2026-05-01T00:00:00Z"), 60).into_iter().find(|happening| happening.what == What::Power(false));
    let during = outage.unwrap().at + TimeDelta::hours(1);
    let mut entered = home(&world, 2).life_from(during);
    assert_eq!(entered.next(), Some(Happening { at: during, what: What::Power(false) }), "who comes in the dark is told so");
    assert!(matches!(entered.next(), Some(Happening { what: What::Power(true), .. })));
}

#[test]
fn homes_in_other_zones_live_by_their_own_clock() {
    let world = World { heartbeat_s: 0, ..world(0.0) };
    for zone in [Tz::America__New_York, Tz::Asia__Kolkata, Tz::Australia__Lord_Howe] {
        let from = harken::sim::local_time::midnight(zone, NaiveDate::from_ymd_opt(2026, 4, 1).unwrap());
        let life: Vec<_> =
            Home::new(&world, 0, zone, "").life_from(from).take_while(|happening| happening.at < from + TimeDelta::days(30)).collect();
        let nights = said(&life).filter(|(kind, ..)| *kind == "motion").map(|(.., at)| at.with_timezone(&zone).hour());
        let (night, day): (Vec<u32>, Vec<u32>) = nights.partition(|hour| *hour < 5);
        assert!(night.len() * 8 < day.len(), "{zone}: {} at night, {} by day", night.len(), day.len());
    }
}
