//! Equipment counted once more: what is silent, flat, faulty, untested, and how well homes were watched.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use super::{Tables, World, grouped};
use crate::reports::oracle::{self, Plain, Seen, longest};

const MINUTE: i64 = 60_000_000;

fn open(world: &World) -> impl Iterator<Item = &Seen> {
    world.ever.iter().filter(|each| each.closed.is_none())
}

/// The organisation of a row's home; none where the home is not in the register.
fn organisation(world: &World, row: &Plain) -> Option<String> {
    world.homes.get(&row.text("home")).map(|home| home.text("organisation"))
}

/// The alert that tells of the silence in which a gateway is now.
fn tells_of<'a>(world: &'a World, gateway: &Plain) -> Option<&'a Seen> {
    let heard = gateway.us("last_heard_us");
    let of_it = |each: &&Seen| each.rule == "gateway_silent" && each.gateway == gateway.text("id");
    open(world)
        .filter(of_it)
        .filter(|each| heard.is_none_or(|heard| heard < each.raised.timestamp_micros()))
        .min_by_key(|each| (each.raised, each.id.clone()))
}

pub fn device_health(world: &World) -> Tables {
    BTreeMap::from([
        ("silent", silent(world)),
        ("gateways", gateways(world)),
        ("detection", detection(world)),
        ("sensors", sensors(world)),
        ("faults", faults(world)),
        ("fault-rules", fault_rules(world)),
        ("tests", tests(world)),
    ])
}

/// Registered, of a home that is known.
fn registered(world: &World) -> Vec<(String, &Plain)> {
    let rows = world.gateways.iter().filter(|row| row.us("registered") == Some(1));
    rows.filter_map(|row| Some((organisation(world, row)?, row))).collect()
}

fn silent(world: &World) -> Vec<Value> {
    let mut silent: Vec<_> = registered(world)
        .into_iter()
        .filter(|(_, row)| row.us("archived_us").is_none())
        .filter_map(|(of, row)| Some((of, row, tells_of(world, row)?)))
        .collect();
    silent.sort_by_key(|(_, row, _)| (row.us("last_heard_us"), row.text("id")));
    let row = |(of, row, alert): (String, &Plain, &Seen)| {
        let heard = row.us("last_heard_us").and_then(DateTime::from_timestamp_micros);
        json!({
            "organisation": of, "gateway": row.text("id"), "model": row.text("model"), "home": row.text("home"),
            "home_name": world.home(&row.text("home")).0, "last_heard": heard,
            "silent_hours": heard.map(|heard| (world.now - heard).num_seconds() as f64 / 3600.0), "alert": alert.id,
        })
    };
    silent.into_iter().map(row).collect()
}

fn gateways(world: &World) -> Vec<Value> {
    let rows = registered(world);
    let models = grouped(&rows, |(of, row)| (of.clone(), row.text("model")));
    let (from, until) = (world.begin_us(), world.to.min(world.now).timestamp_micros());
    let row = |((of, model), group): (&(String, String), &Vec<&(String, &Plain)>)| {
        let (mut up, mut watched) = (0, 0);
        for (_, gateway) in group {
            let Some(first) = gateway.us("first_heard_us") else { continue };
            let (begin, end) = (first.max(from), gateway.us("archived_us").map_or(until, |archived| archived.min(until)));
            watched += (end - begin).max(0);
            for interval in world.up.iter().filter(|interval| interval.text("path") == gateway.text("id")) {
                up += (interval.us("until_us").unwrap().min(end) - interval.us("from_us").unwrap().max(begin)).max(0);
            }
        }
        let there: Vec<_> = group.iter().filter(|(_, row)| row.us("archived_us").is_none()).collect();
        json!({
            "organisation": of, "model": model, "gateways": there.len(),
            "silent_now": there.iter().filter(|(_, row)| tells_of(world, row).is_some()).count(),
            "supervision_percent": oracle::percent(up / 1000, watched / 1000),
        })
    };
    models.iter().map(row).collect()
}

fn detection(world: &World) -> Vec<Value> {
    let told = world.alerts.iter().filter(|each| each.rule == "gateway_silent");
    let row = |(of, group): (&String, &Vec<&Seen>)| {
        let minutes: Vec<i64> = group
            .iter()
            .filter_map(|each| {
                let raised = each.raised.timestamp_micros();
                let ends = world.up.iter().filter(|up| up.text("path") == each.gateway).map(|up| up.us("until_us").unwrap());
                let last = ends.filter(|until| *until <= raised).max()?;
                Some((raised - last) / MINUTE + i64::from((raised - last) % MINUTE != 0))
            })
            .collect();
        json!({ "organisation": of, "silences": group.len(), "detect_median_min": oracle::percentile(minutes.clone(), 50), "detect_longest_min": longest(&minutes) })
    };
    grouped(told, |each| each.organisation.clone()).iter().map(row).collect()
}

fn sensors(world: &World) -> Vec<Value> {
    let there = |row: &&Plain| {
        row.us("archived_us").is_none() && world.homes.get(&row.text("home")).is_some_and(|home| home.us("archived_us").is_none())
    };
    let tested = |row: &Plain| {
        let device = format!("{}/{}", row.text("gateway"), row.text("address"));
        world.ever.iter().any(|each| each.lane == "test" && each.device == device)
            || world.test_calls.contains(&(row.text("home"), row.text("address")))
    };
    let row = |((of, model), group): (&(Option<String>, String), &Vec<&Plain>)| {
        let count = |meets: &dyn Fn(&Plain) -> bool| group.iter().filter(|row| meets(row)).count();
        json!({
            "organisation": of, "model": model, "sensors": group.len(), "battery_low": count(&|row| row.text("battery") == "low"),
            "never_heard": count(&|row| row.us("first_heard_us").is_none()), "never_tested": count(&|row| !tested(row)),
        })
    };
    grouped(world.devices.iter().filter(there), |row| (organisation(world, row), row.text("model"))).iter().map(row).collect()
}

fn faults(world: &World) -> Vec<Value> {
    let age = |each: &Seen| match world.now - each.raised {
        age if age > TimeDelta::days(30) => "over 30 days",
        age if age > TimeDelta::days(7) => "7 to 30 days",
        age if age > TimeDelta::days(1) => "1 to 7 days",
        _ => "below 1 day",
    };
    let groups =
        grouped(open(world).filter(|each| each.lane == "fault"), |each| (each.organisation.clone(), age(each), each.owner.clone()));
    let row = |((of, age, owner), group): (&(String, &str, String), &Vec<&Seen>)| json!({ "organisation": of, "age": age, "owner": owner, "open_faults": group.len() });
    groups.iter().map(row).collect()
}

fn fault_rules(world: &World) -> Vec<Value> {
    let groups = grouped(open(world).filter(|each| each.lane == "fault"), |each| (each.organisation.clone(), each.rule.clone()));
    let row = |((of, rule), group): (&(String, String), &Vec<&Seen>)| json!({ "organisation": of, "rule": rule, "rule_title": world.title_of(rule), "open_faults": group.len() });
    groups.iter().map(row).collect()
}

fn tests(world: &World) -> Vec<Value> {
    let groups = grouped(open(world).filter(|each| each.rule == "test_overdue"), |each| each.organisation.clone());
    groups.iter().map(|(of, group)| json!({ "organisation": of, "tests_overdue": group.len() })).collect()
}
