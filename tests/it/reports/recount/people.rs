//! People counted once more: what operators took on, who joined and left, what the service brought.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use serde_json::{Value, json};

use super::visits::median_min;
use super::{Tables, World, grouped};
use crate::reports::oracle::{self, Plain, Seen, count};

pub fn workload(world: &World) -> Tables {
    let taken = world.alerts.iter().filter(|each| each.operator.is_some());
    let who = grouped(taken, |each| (each.organisation.clone(), each.operator.clone().unwrap()));
    let row = |((of, who), group): (&(String, String), &Vec<&Seen>)| {
        let mut hours: BTreeMap<i64, i64> = BTreeMap::new();
        for each in group {
            *hours.entry(each.accepted.unwrap().timestamp().div_euclid(3600)).or_default() += 1;
        }
        let handled = group.iter().filter_map(|each| Some((each.closed? - each.accepted?).num_microseconds().unwrap() as f64 / 6e7));
        let minutes: Vec<f64> = handled.collect();
        let mean = (!minutes.is_empty()).then(|| minutes.iter().sum::<f64>() / minutes.len() as f64);
        json!({
            "organisation": of, "operator": who, "operator_name": world.names.get(who).cloned().unwrap_or_default(), "accepted": group.len(),
            "hours_worked": hours.len(), "per_hour": group.len() as f64 / hours.len() as f64, "busiest": hours.values().max(),
            "over_norm": hours.values().filter(|count| **count > 6).count(), "handling_min": mean,
        })
    };
    let spans = grouped(&world.alerts, |each| (each.raised.timestamp().div_euclid(600), each.organisation.clone()));
    let flood = |((span, of), group): (&(i64, String), &Vec<&Seen>)| json!({ "organisation": of, "begin": DateTime::from_timestamp(span * 600, 0), "in_span": group.len() });
    BTreeMap::from([
        ("operators", who.iter().map(row).collect()),
        ("floods", spans.iter().filter(|(_, group)| group.len() > 10).map(flood).collect()),
    ])
}

/// Whether a home, person or gateway was there just before a moment.
fn there(row: &Plain, at: i64) -> bool {
    row.us("created_us").unwrap() < at && row.us("archived_us").is_none_or(|archived| archived >= at)
}

fn moved(rows: &[&Plain], world: &World) -> [usize; 4] {
    let within = |at: Option<i64>| at.is_some_and(|at| (world.begin_us()..world.end_us()).contains(&at));
    let count = |meets: &dyn Fn(&Plain) -> bool| rows.iter().filter(|row| meets(row)).count();
    [
        count(&|row| there(row, world.begin_us())),
        count(&|row| within(row.us("created_us"))),
        count(&|row| within(row.us("archived_us"))),
        count(&|row| there(row, world.end_us())),
    ]
}

pub fn take_up(world: &World) -> Tables {
    let place = |home: &Plain| (home.text("organisation"), home.text("locality"));
    let place_of = |home: &str| world.homes.get(home).map(place);
    let homes = grouped(world.homes.values(), place);
    let people = grouped(&world.residents, |row| place_of(&row.text("home")).unwrap());
    let home_row = |((of, locality), group): (&(String, String), &Vec<&Plain>)| {
        let [before, new, left, after] = moved(group, world);
        json!({ "organisation": of, "locality": locality, "homes_before": before, "homes_new": new, "homes_left": left, "homes_after": after })
    };
    let people_row = |((of, locality), group): (&(String, String), &Vec<&Plain>)| {
        let [before, new, left, after] = moved(group, world);
        json!({ "organisation": of, "locality": locality, "people_before": before, "people_new": new, "people_left": left, "people_after": after })
    };
    let months = (world.to - world.from).num_seconds() as f64 / 86_400.0 / 30.4375;
    let use_row = |(key, group): (&(String, String), &Vec<&Plain>)| {
        let here: Vec<&Seen> = world.alerts.iter().filter(|each| place_of(&each.home).as_ref() == Some(key)).collect();
        let activations: i64 = here.iter().filter(|each| each.call()).map(|each| each.activations).sum();
        let people = people.get(key).map_or(0, |rows| moved(rows, world)[3]);
        let called: BTreeSet<&str> = here.iter().filter(|each| each.call() || each.lane == "test").map(|each| each.home.as_str()).collect();
        let refused =
            |each: &Seen| each.call() && each.closed.is_some() && each.outcome.as_ref().is_some_and(|code| code.starts_with("refused"));
        json!({
            "organisation": key.0, "locality": key.1,
            "use_per_person": (people > 0).then(|| activations as f64 / people as f64 / months),
            "never_used": group.iter().filter(|home| there(home, world.end_us()) && !called.contains(home.text("id").as_str())).count(),
            "away": group.iter().filter(|home| was_away(world, &home.text("id"))).count(),
            "refused": count(&here, refused),
            "removed": group.iter().map(|home| removed(world, home)).sum::<usize>(),
        })
    };
    BTreeMap::from([
        ("homes", homes.iter().map(home_row).collect()),
        ("people", people.iter().map(people_row).collect()),
        ("use", homes.iter().map(use_row).collect()),
    ])
}

fn was_away(world: &World, home: &str) -> bool {
    let of_it = |row: &&Plain| row.text("home") == home && row.text("kind") == "away";
    let overlaps = |row: &Plain| row.us("from_us").unwrap() < world.end_us() && row.us("until_us").unwrap() > world.begin_us();
    world.excuses.iter().filter(of_it).any(overlaps)
}

/// Gateways taken away from a home that stayed.
fn removed(world: &World, home: &Plain) -> usize {
    let gone = |row: &Plain| row.us("archived_us").is_some_and(|at| (world.begin_us()..world.end_us()).contains(&at));
    let of_it = |row: &&Plain| row.text("home") == home.text("id") && row.us("registered") == Some(1);
    if home.us("archived_us").is_some() { 0 } else { world.gateways.iter().filter(of_it).filter(|row| gone(row)).count() }
}

pub fn social_value(world: &World) -> Tables {
    let row = |of: &String| -> Value {
        let calls: Vec<&Seen> = world.alerts.iter().filter(|each| each.call() && each.organisation == *of).collect();
        let ended = |wanted: &[&str]| count(&calls, |each| world.ended_as(each, wanted));
        let closed = count(&calls, |each| each.closed.is_some());
        let avoided = ended(&["attended"]) as f64 * 0.5 + ended(&["reassured"]) as f64 * 0.05;
        let (from, until) = (world.begin_us(), world.to.min(world.now).timestamp_micros());
        let watched =
            |home: &Plain| (home.us("archived_us").map_or(until, |at| at.min(until)) - home.us("created_us").unwrap().max(from)).max(0);
        let homes = world.homes.values().filter(|home| home.text("organisation") == *of);
        json!({
            "organisation": of, "organisation_name": world.name_of(of), "home_hours": homes.map(watched).sum::<i64>() as f64 / 3.6e9,
            "calls": calls.len(), "ended": closed - ended(&["test", "equipment", "duplicate"]), "emergency_service": ended(&["emergency_service"]),
            "helped": ended(&["reassured", "attended"]), "reassured": ended(&["reassured"]), "attended": ended(&["attended"]),
            "avoided": avoided, "benefit": avoided * 250.0,
            "answer_median_s": oracle::percentile(calls.iter().filter_map(|each| each.wait_s()).collect(), 50),
            "help_median_min": median_min(world.visits.iter().filter(|visit| visit["organisation"] == **of)),
        })
    };
    BTreeMap::from([("organisations", world.organisations.keys().map(row).collect())])
}
