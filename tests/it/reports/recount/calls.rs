//! Alerts counted once more: answer times, activations, how calls ended, false alarms.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Tables, World, grouped, with};
use crate::reports::oracle::{self, Seen, count, longest};

fn calls(world: &World) -> impl Iterator<Item = &Seen> {
    world.alerts.iter().filter(|each| each.call())
}

/// An alert in a list of them.
fn listed(each: &Seen, world: &World) -> Value {
    let name = each.operator.as_ref().and_then(|id| world.names.get(id));
    json!({
        "organisation": each.organisation, "alert": each.id, "home": each.home, "rule": each.rule, "rule_title": each.title, "raised_at": each.raised,
        "wait_s": each.wait_s(), "operator": each.operator, "operator_name": name, "outcome": each.outcome, "cause": each.cause,
    })
}

fn oldest_first(mut seen: Vec<&Seen>) -> Vec<&Seen> {
    seen.sort_by(|left, right| (left.raised, &left.id).cmp(&(right.raised, &right.id)));
    seen
}

fn month(world: &World, organisation: &str, month: &str) -> Value {
    json!({ "organisation": organisation, "organisation_name": world.name_of(organisation), "month": month })
}

fn is_late(each: &Seen, world: &World) -> bool {
    match each.wait_us {
        Some(wait) => wait > 180_000_000,
        None => world.now - each.raised > chrono::TimeDelta::seconds(180),
    }
}

pub fn response_times(world: &World) -> Tables {
    let figures = |group: &[&Seen]| {
        let all = count(group, |_| true);
        let seconds: Vec<i64> = group.iter().filter_map(|each| each.wait_s()).collect();
        let (target, limit) = (count(group, |each| each.within(60)), count(group, |each| each.within(180)));
        json!({
            "calls": all,
            "answered": count(group, |each| each.wait_us.is_some()),
            "unanswered": count(group, |each| each.wait_us.is_none()),
            "within_target": target,
            "within_target_percent": oracle::percent(target, all),
            "target_met": target as f64 / all as f64 >= 0.975,
            "within_limit": limit,
            "within_limit_percent": oracle::percent(limit, all),
            "limit_met": limit as f64 / all as f64 >= 0.99,
            "over_limit": count(group, |each| is_late(each, world)),
            "median_s": oracle::percentile(seconds.clone(), 50),
            "p90_s": oracle::percentile(seconds.clone(), 90),
            "p99_s": oracle::percentile(seconds.clone(), 99),
            "longest_s": longest(&seconds),
        })
    };
    let months = grouped(calls(world), |each| (each.organisation.clone(), each.month()));
    let hours = grouped(calls(world), |each| (each.organisation.clone(), each.hour()));
    let head = |organisation: &str, hour: i64| json!({ "organisation": organisation, "organisation_name": world.name_of(organisation), "hour": hour });
    let late = oldest_first(calls(world).filter(|each| is_late(each, world)).collect());
    BTreeMap::from([
        ("months", months.iter().map(|((of, when), group)| with(month(world, of, when), figures(group))).collect()),
        ("hours", hours.iter().map(|((of, hour), group)| with(head(of, *hour), figures(group))).collect()),
        ("breaches", late.into_iter().map(|each| listed(each, world)).collect()),
    ])
}

pub fn activations(world: &World) -> Tables {
    let figures = |group: &[&Seen]| {
        json!({
            "alerts_count": count(group, |_| true),
            "emergencies": count(group, Seen::call),
            "health_alerts": count(group, |each| each.lane == "health"),
            "faults": count(group, |each| each.lane == "fault"),
            "tests": count(group, |each| each.lane == "test"),
            "activations": group.iter().map(|each| each.activations).sum::<i64>(),
        })
    };
    let months = grouped(&world.alerts, |each| (each.organisation.clone(), each.month()));
    let kinds = grouped(&world.alerts, |each| each.kind.clone());
    let rules = grouped(&world.alerts, |each| each.rule.clone());
    let schemes = grouped(&world.alerts, |each| (each.organisation.clone(), world.home(&each.home).1));
    let hours = grouped(&world.alerts, |each| (each.weekday(), each.hour()));
    let mut often: Vec<(i64, &Seen)> = grouped(calls(world), |each| each.home.clone())
        .values()
        .map(|group| (count(group, |_| true), group[0]))
        .filter(|(calls, _)| *calls > 5)
        .collect();
    often.sort_by_key(|(calls, each)| (-calls, each.home.clone()));
    let caller = |(calls, each): &(i64, &Seen)| {
        let (name, locality) = world.home(&each.home);
        json!({ "organisation": each.organisation, "home": each.home, "home_name": name, "locality": locality, "repeat_calls": calls })
    };
    BTreeMap::from([
        ("months", months.iter().map(|((of, when), group)| with(month(world, of, when), figures(group))).collect()),
        ("kinds", kinds.iter().map(|(kind, group)| with(json!({ "kind": kind }), figures(group))).collect()),
        ("rules", rules.iter().map(|(rule, group)| with(titled(world, rule), figures(group))).collect()),
        (
            "schemes",
            schemes.iter().map(|((of, place), group)| with(json!({ "organisation": of, "locality": place }), figures(group))).collect(),
        ),
        ("hours", hours.iter().map(|((day, hour), group)| with(json!({ "weekday": day, "hour": hour }), figures(group))).collect()),
        ("repeat-callers", often.iter().map(caller).collect()),
    ])
}

fn titled(world: &World, rule: &str) -> Value {
    json!({ "rule": rule, "rule_title": world.title_of(rule) })
}

pub fn outcomes(world: &World) -> Tables {
    let figures = |group: &[&Seen]| {
        let of = |wanted: &[&str]| count(group, |each| world.ended_as(each, wanted));
        let closed = count(group, |each| each.closed.is_some());
        let ended = closed - of(&["test", "equipment", "duplicate"]);
        json!({
            "closed": closed, "ended": ended, "emergency_service": of(&["emergency_service"]),
            "emergency_service_percent": oracle::percent(of(&["emergency_service"]), ended), "no_response": of(&["no_response"]),
            "no_response_percent": oracle::percent(of(&["no_response"]), ended), "reassured": of(&["reassured"]),
            "attended": of(&["attended"]), "accidental": of(&["accidental"]),
        })
    };
    let months = grouped(calls(world), |each| (each.organisation.clone(), each.month()));
    let rules = grouped(calls(world), |each| each.rule.clone());
    let closed = world.alerts.iter().filter(|each| each.closed.is_some());
    let ways = grouped(closed, |each| (each.organisation.clone(), each.lane, each.outcome.clone().unwrap_or_default()));
    let way = |((of, lane, outcome), group): (&(String, &str, String), &Vec<&Seen>)| {
        let (kind, title, _) = world.outcomes.get(outcome).cloned().unwrap_or_else(|| (String::new(), outcome.clone(), false));
        json!({ "organisation": of, "lane": lane, "outcome": outcome, "outcome_title": title, "group": kind, "with_outcome": group.len() })
    };
    let is_serious = |each: &&Seen| {
        each.closed.is_some() && each.outcome.as_ref().and_then(|code| world.outcomes.get(code)).is_some_and(|known| known.2)
    };
    let serious = oldest_first(calls(world).filter(is_serious).collect());
    BTreeMap::from([
        ("months", months.iter().map(|((of, when), group)| with(month(world, of, when), figures(group))).collect()),
        ("outcomes", ways.iter().map(way).collect()),
        ("rules", rules.iter().map(|(rule, group)| with(titled(world, rule), figures(group))).collect()),
        ("serious", serious.into_iter().map(|each| listed(each, world)).collect()),
    ])
}

pub fn false_alarms(world: &World) -> Tables {
    let wrong = |group: &[&Seen]| count(group, |each| world.ended_as(each, &["accidental", "equipment"]));
    let figures = |group: &[&Seen]| {
        let closed = count(group, |each| each.closed.is_some());
        json!({ "closed": closed, "false_alarms": wrong(group), "false_percent": oracle::percent(wrong(group), closed),
            "accidental": count(group, |each| world.ended_as(each, &["accidental"])) })
    };
    let rules = grouped(calls(world), |each| each.rule.clone());
    let models = grouped(calls(world), |each| each.model.clone());
    // Months of a rule over organisations of different zones: each in its own.
    let trend = grouped(calls(world), |each| (each.rule.clone(), each.month()));
    let homes = grouped(calls(world), |each| (each.organisation.clone(), each.home.clone()));
    let mut homes: Vec<_> = homes.iter().filter(|(_, group)| wrong(group) > 0).collect();
    homes.sort_by_key(|(key, group)| (-wrong(group), (*key).clone()));
    let home = |((of, home), group): (&(String, String), &Vec<&Seen>)| {
        with(json!({ "organisation": of, "home": home, "home_name": world.home(home).0 }), figures(group))
    };
    let made = |row: &&oracle::Plain| (world.begin_us()..world.end_us()).contains(&row.us("created_us").unwrap());
    let change = |row: &oracle::Plain| {
        let at = chrono::DateTime::from_timestamp_micros(row.us("created_us").unwrap()).unwrap();
        json!({ "revision": row.us("revision"), "made_at": at, "author": row.text("author"), "reason": row.text("reason") })
    };
    BTreeMap::from([
        ("rules", rules.iter().map(|(rule, group)| with(titled(world, rule), figures(group))).collect()),
        ("models", models.iter().map(|(model, group)| with(json!({ "model": model }), figures(group))).collect()),
        ("homes", homes.into_iter().take(200).map(home).collect()),
        ("trend", trend.iter().map(|((rule, month), group)| with(json!({ "rule": rule, "month": month }), figures(group))).collect()),
        ("changes", world.revisions.iter().filter(made).map(change).collect()),
    ])
}
