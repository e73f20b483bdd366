//! Each figure equals a recount by other means, on both databases, across a change day and the end of a month, in three zones.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::history::{self, FROM, TO, time};
use super::on_both;
use super::oracle::{self, Seen, count};
use crate::http::service::Service;
use crate::support::api::Api;

on_both!(alerts_are_counted_as_they_are, visits_are_counted_as_they_are, a_figure_leads_to_the_alerts_that_it_counts);

/// Alerts of each organisation.
const ALERTS: usize = 150;

fn rows<'a>(report: &'a Value, table: &str) -> &'a Vec<Value> {
    let found = report["tables"].as_array().unwrap().iter().find(|each| each["id"] == table);
    found.unwrap_or_else(|| panic!("no table {table}"))["rows"].as_array().unwrap()
}

async fn report(api: &Api, name: &str) -> Value {
    api.get(&format!("/api/v1/reports/{name}?from={FROM}&to={TO}")).await.expect(200)
}

/// Groups by what `key` says.
fn grouped<K: Ord>(seen: &[Seen], key: impl Fn(&Seen) -> K) -> BTreeMap<K, Vec<&Seen>> {
    let mut groups: BTreeMap<K, Vec<&Seen>> = BTreeMap::new();
    for each in seen {
        groups.entry(key(each)).or_default().push(each);
    }
    groups
}

#[track_caller]
fn same(row: &Value, expected: &Value) {
    for (figure, value) in expected.as_object().unwrap() {
        let there = &row[figure];
        let equal = match (there.as_f64(), value.as_f64()) {
            (Some(there), Some(value)) => (there - value).abs() < 0.006,
            _ => there == value,
        };
        assert!(equal, "{figure}: the report says {there}, the recount {value}; {row}");
    }
}

async fn alerts_are_counted_as_they_are(service: Service) {
    history::write(&service, ALERTS).await;
    let api = service.admin().await;
    let seen = oracle::alerts(&service.database, time(FROM), time(TO)).await;
    assert!(seen.iter().any(|each| each.month() == "2026-03") && seen.iter().any(|each| each.month() == "2026-04"), "both months");
    answer_times(&report(&api, "response-times").await, &seen);
    activations(&report(&api, "activations").await, &seen);
    outcomes(&report(&api, "outcomes").await, &seen);
    false_alarms(&report(&api, "false-alarms").await, &seen);
    workload(&report(&api, "workload").await, &seen);
    use_and_value(&api, &seen).await;
}

fn answer_times(report: &Value, seen: &[Seen]) {
    let calls: Vec<Seen> = seen.iter().filter(|each| each.call()).cloned().collect();
    let figures = |group: &[&Seen]| {
        let all = count(group, |_| true);
        let seconds: Vec<i64> =
            group.iter().filter_map(|each| each.wait_us).map(|wait| wait / 1_000_000 + i64::from(wait % 1_000_000 != 0)).collect();
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
            "over_limit": all - limit,
            "median_s": oracle::percentile(seconds.clone(), 50),
            "p90_s": oracle::percentile(seconds.clone(), 90),
            "p99_s": oracle::percentile(seconds.clone(), 99),
            "longest_s": seconds.iter().max().map_or(Value::Null, |longest| json!(longest)),
        })
    };
    let months = grouped(&calls, |each| (each.organisation.clone(), each.month()));
    assert_eq!(rows(report, "months").len(), months.len());
    for (row, ((organisation, month), group)) in rows(report, "months").iter().zip(&months) {
        assert_eq!((row["organisation"].as_str(), row["month"].as_str()), (Some(organisation.as_str()), Some(month.as_str())));
        same(row, &figures(group));
    }
    let hours = grouped(&calls, |each| (each.organisation.clone(), each.hour()));
    assert_eq!(rows(report, "hours").len(), hours.len());
    for row in rows(report, "hours") {
        let key = (row["organisation"].as_str().unwrap().to_owned(), row["hour"].as_i64().unwrap());
        same(row, &figures(&hours[&key]));
    }
    let late: Vec<&Seen> = calls.iter().filter(|each| !each.within(180)).collect();
    let listed = rows(report, "breaches");
    assert_eq!(listed.len(), late.len(), "every breach is listed");
    for row in listed {
        let breach = late.iter().find(|each| each.id == row["alert"]).expect("it is one");
        let cause = breach.closed.map_or(Value::Null, |_| json!(format!("busy, {}", breach.organisation)));
        same(row, &json!({ "home": breach.home, "rule": breach.rule, "cause": cause, "operator": breach.operator }));
    }
}

fn activations(report: &Value, seen: &[Seen]) {
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
    let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
    let months = grouped(seen, |each| (each.organisation.clone(), each.month()));
    for row in rows(report, "months") {
        same(row, &figures(&months[&(text(row, "organisation"), text(row, "month"))]));
    }
    let kinds = grouped(seen, |each| each.kind.clone());
    for row in rows(report, "kinds") {
        same(row, &figures(&kinds[&text(row, "kind")]));
    }
    let rules = grouped(seen, |each| each.rule.clone());
    for row in rows(report, "rules") {
        same(row, &figures(&rules[&text(row, "rule")]));
    }
    let hours = grouped(seen, |each| (each.weekday(), each.hour()));
    let shown = rows(report, "hours");
    for row in shown {
        same(row, &figures(&hours[&(row["weekday"].as_i64().unwrap(), row["hour"].as_i64().unwrap())]));
    }
    for (table, groups) in [("months", months.len()), ("kinds", kinds.len()), ("rules", rules.len()), ("hours", hours.len())] {
        assert_eq!(rows(report, table).len(), groups, "{table}");
    }
    let schemes = rows(report, "schemes").iter().map(|row| row["alerts_count"].as_i64().unwrap()).sum::<i64>();
    assert_eq!(schemes, i64::try_from(seen.len()).unwrap(), "each alert in one scheme");
    let homes = grouped(seen, |each| each.home.clone());
    let often = homes.iter().filter(|(_, group)| count(group, Seen::call) > 5).count();
    assert_eq!(rows(report, "repeat-callers").len(), often);
    for row in rows(report, "repeat-callers") {
        assert_eq!(row["repeat_calls"], count(&homes[&text(row, "home")], Seen::call));
    }
}

fn outcomes(report: &Value, seen: &[Seen]) {
    let groups = oracle::groups();
    let months =
        grouped(&seen.iter().filter(|each| each.call()).cloned().collect::<Vec<_>>(), |each| (each.organisation.clone(), each.month()))
            .into_iter()
            .map(|(key, group)| (key, group.into_iter().cloned().collect::<Vec<_>>()))
            .collect::<BTreeMap<_, _>>();
    assert_eq!(rows(report, "months").len(), months.len());
    for row in rows(report, "months") {
        let group = &months[&(row["organisation"].as_str().unwrap().to_owned(), row["month"].as_str().unwrap().to_owned())];
        let group: Vec<&Seen> = group.iter().collect();
        let of = |wanted: &[&str]| count(&group, |each| each.ended_as(&groups, wanted));
        let closed = count(&group, |each| each.closed.is_some());
        let ended = closed - of(&["test", "equipment", "duplicate"]);
        same(
            row,
            &json!({
                "closed": closed, "ended": ended, "emergency_service": of(&["emergency_service"]),
                "emergency_service_percent": oracle::percent(of(&["emergency_service"]), ended), "no_response": of(&["no_response"]),
                "no_response_percent": oracle::percent(of(&["no_response"]), ended), "reassured": of(&["reassured"]),
                "attended": of(&["attended"]), "accidental": of(&["accidental"]),
            }),
        );
    }
    let with: i64 = rows(report, "outcomes").iter().map(|row| row["with_outcome"].as_i64().unwrap()).sum();
    assert_eq!(with, i64::try_from(seen.iter().filter(|each| each.closed.is_some()).count()).unwrap());
    for row in rows(report, "outcomes") {
        let meets = |each: &&Seen| {
            each.organisation == row["organisation"] && each.lane == row["lane"] && each.outcome.as_deref() == row["outcome"].as_str()
        };
        assert_eq!(row["with_outcome"], seen.iter().filter(meets).count(), "{row}");
        assert_eq!(row["group"].as_str(), groups.get(row["outcome"].as_str().unwrap()).map(String::as_str), "{row}");
    }
}

fn false_alarms(report: &Value, seen: &[Seen]) {
    let groups = oracle::groups();
    let calls: Vec<Seen> = seen.iter().filter(|each| each.call()).cloned().collect();
    let figures = |group: &[&Seen]| {
        let (closed, wrong) =
            (count(group, |each| each.closed.is_some()), count(group, |each| each.ended_as(&groups, &["accidental", "equipment"])));
        json!({ "closed": closed, "false_alarms": wrong, "false_percent": oracle::percent(wrong, closed),
            "accidental": count(group, |each| each.ended_as(&groups, &["accidental"])) })
    };
    let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
    let rules = grouped(&calls, |each| each.rule.clone());
    for row in rows(report, "rules") {
        same(row, &figures(&rules[&text(row, "rule")]));
    }
    let models = grouped(&calls, |each| each.model.clone());
    for row in rows(report, "models") {
        same(row, &figures(&models[&text(row, "model")]));
    }
    let homes = grouped(&calls, |each| each.home.clone());
    for row in rows(report, "homes") {
        same(row, &figures(&homes[&text(row, "home")]));
    }
    // Months of a rule over organisations of different zones: each in its own.
    let trend = grouped(&calls, |each| (each.rule.clone(), each.month()));
    for row in rows(report, "trend") {
        same(row, &figures(&trend[&(text(row, "rule"), text(row, "month"))]));
    }
    assert_eq!(
        (rows(report, "rules").len(), rows(report, "models").len(), rows(report, "trend").len()),
        (rules.len(), models.len(), trend.len())
    );
}

fn workload(report: &Value, seen: &[Seen]) {
    let taken: Vec<Seen> = seen.iter().filter(|each| each.operator.is_some()).cloned().collect();
    let who = grouped(&taken, |each| (each.organisation.clone(), each.operator.clone().unwrap()));
    assert_eq!(rows(report, "operators").len(), who.len());
    for row in rows(report, "operators") {
        let group = &who[&(row["organisation"].as_str().unwrap().to_owned(), row["operator"].as_str().unwrap().to_owned())];
        let mut hours: BTreeMap<i64, i64> = BTreeMap::new();
        for each in group {
            *hours.entry(each.accepted.unwrap().timestamp().div_euclid(3600)).or_default() += 1;
        }
        let minutes: Vec<f64> =
            group.iter().filter_map(|each| Some((each.closed? - each.accepted?).num_microseconds().unwrap() as f64 / 6e7)).collect();
        same(
            row,
            &json!({
                "accepted": group.len(), "hours_worked": hours.len(), "per_hour": group.len() as f64 / hours.len() as f64,
                "busiest": hours.values().max(), "over_norm": hours.values().filter(|count| **count > 6).count(),
                "handling_min": minutes.iter().sum::<f64>() / minutes.len() as f64,
            }),
        );
        assert!(row["operator_name"].as_str().unwrap().starts_with("Person o"));
    }
    let spans = grouped(seen, |each| (each.raised.timestamp().div_euclid(600), each.organisation.clone()));
    let floods: Vec<i64> = spans.values().map(|group| i64::try_from(group.len()).unwrap()).filter(|count| *count > 10).collect();
    assert_eq!(rows(report, "floods").iter().map(|row| row["in_span"].as_i64().unwrap()).collect::<Vec<_>>(), floods);
    assert!(!floods.is_empty(), "the history has a flood");
}

async fn use_and_value(api: &Api, seen: &[Seen]) {
    let value = report(api, "social-value").await;
    let groups = oracle::groups();
    for row in rows(&value, "organisations") {
        let group: Vec<&Seen> = seen.iter().filter(|each| each.call() && each.organisation == row["organisation"]).collect();
        let of = |wanted: &[&str]| count(&group, |each| each.ended_as(&groups, wanted));
        let avoided = of(&["attended"]) as f64 * 0.5 + of(&["reassured"]) as f64 * 0.05;
        same(
            row,
            &json!({
                "calls": group.len(), "helped": of(&["reassured", "attended"]), "emergency_service": of(&["emergency_service"]),
                "avoided": avoided, "benefit": avoided * 250.0,
            }),
        );
        // Homes entered on 10 January, and 30, 60 and 90 days later: three were there all 21 days, the last from 10 April on.
        assert_eq!(row["home_hours"], 3.0 * 21.0 * 24.0);
    }
    let uses = report(api, "take-up").await;
    let moved = rows(&uses, "homes")
        .iter()
        .map(|row| ["homes_before", "homes_new", "homes_left", "homes_after"].map(|figure| row[figure].as_i64().unwrap()));
    let sum = moved.fold([0; 4], |sum, row| [sum[0] + row[0], sum[1] + row[1], sum[2] + row[2], sum[3] + row[3]]);
    assert_eq!(sum, [9, 0, 0, 9]);
    for row in rows(&uses, "use") {
        let scheme = row["locality"].as_str().unwrap();
        if !row["use_per_person"].is_null() {
            assert!(row["use_per_person"].as_f64().unwrap() > 0.0, "{scheme}");
        }
    }
}

async fn visits_are_counted_as_they_are(service: Service) {
    history::write(&service, ALERTS).await;
    let api = service.admin().await;
    let told = report(&api, "attendance").await;
    let mut months: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
    let zones: BTreeMap<&str, chrono_tz::Tz> = history::ORGANISATIONS.iter().map(|(id, zone)| (*id, zone.parse().unwrap())).collect();
    let (mut declined, mut proven) = (0, 0);
    for body in oracle::texts(&service.database, "SELECT body FROM visits").await {
        let visit: Value = serde_json::from_str(&body).unwrap();
        let asked = time(visit["created_at"].as_str().unwrap());
        if asked < time(FROM) || asked >= time(TO) {
            continue;
        }
        declined += visit["declined"].as_array().unwrap().len();
        proven += i64::from(visit["arrival_proven"] == true);
        let organisation = visit["organisation"].as_str().unwrap().to_owned();
        let month = asked.with_timezone(&zones[organisation.as_str()]).format("%Y-%m").to_string();
        months.entry((organisation, month)).or_default().push(visit);
    }
    assert_eq!(rows(&told, "months").len(), months.len());
    for row in rows(&told, "months") {
        let visits = &months[&(row["organisation"].as_str().unwrap().to_owned(), row["month"].as_str().unwrap().to_owned())];
        let late_ms = |visit: &Value| Some((time(visit["arrived_at"].as_str()?) - time(visit["created_at"].as_str()?)).num_milliseconds());
        let state = |name: &str| visits.iter().filter(|visit| visit["state"] == name).count();
        let within = |minutes: i64| visits.iter().filter(|visit| late_ms(visit).is_some_and(|ms| ms <= minutes * 60_000)).count();
        let judged = i64::try_from(visits.len() - state("cancelled")).unwrap();
        let (mark, limit) = (i64::try_from(within(45)).unwrap(), i64::try_from(within(60)).unwrap());
        same(
            row,
            &json!({
                "visits": visits.len(), "cancelled": state("cancelled"), "unfilled": state("unfilled"),
                "arrived": visits.iter().filter(|visit| late_ms(visit).is_some()).count(), "in_time": mark,
                "in_time_percent": oracle::percent(mark, judged), "in_limit": limit, "in_limit_percent": oracle::percent(limit, judged),
            }),
        );
        if judged > 0 {
            assert_eq!((&row["in_time_met"], &row["in_limit_met"]), (&json!(mark as f64 >= 0.9 * judged as f64), &json!(limit == judged)));
        }
    }
    let sum = |table: &str, figure: &str| rows(&told, table).iter().map(|row| row[figure].as_i64().unwrap()).sum::<i64>();
    assert_eq!(sum("responders", "declined"), i64::try_from(declined).unwrap());
    assert_eq!(sum("organisations", "declined"), i64::try_from(declined).unwrap());
    assert_eq!(sum("months", "proven"), proven);
}

async fn a_figure_leads_to_the_alerts_that_it_counts(service: Service) {
    history::write(&service, 40).await;
    let api = service.admin().await;
    let mut followed = 0;
    for (name, table) in [
        ("response-times", "months"),
        ("response-times", "hours"),
        ("activations", "kinds"),
        ("outcomes", "months"),
        ("outcomes", "outcomes"),
        ("workload", "operators"),
        ("device-health", "faults"),
    ] {
        let told = report(&api, name).await;
        let columns = told["tables"].as_array().unwrap().iter().find(|each| each["id"] == table).unwrap()["columns"].clone();
        for row in rows(&told, table).iter().take(6) {
            for column in columns.as_array().unwrap().iter().filter(|column| column["kind"] == "count" && column["figure"] != "hour") {
                let figure = column["figure"].as_str().unwrap();
                let path = format!("{}&figure={figure}&limit=500", row["alerts"].as_str().unwrap());
                let reply = api.get(&path).await;
                assert_eq!(
                    column["counts_alerts"],
                    reply.status == 200,
                    "{name} says of {figure} whether it leads to alerts: {}",
                    reply.body
                );
                if reply.status == 400 {
                    assert!(["hours_worked", "busiest", "over_norm"].contains(&figure), "{}", reply.body);
                    continue;
                }
                let items = reply.expect(200)["items"].as_array().unwrap().clone();
                let named = |item: &Value| item["operator"].is_null() == item["operator_name"].is_null();
                assert!(items.iter().all(named), "{path} names whoever accepted an alert: {items:?}");
                let found = if figure == "activations" {
                    items.iter().map(|item| item["activations"].as_i64().unwrap()).sum()
                } else {
                    i64::try_from(items.len()).unwrap()
                };
                assert_eq!(row[figure], found, "{path}");
                followed += 1;
            }
        }
    }
    assert!(followed > 100, "{followed} figures were followed");
}
