//! The board: today's marks by the report's definitions and by a recount, each organisation's day by its own wall; silent homes; who is there.

use std::collections::{BTreeMap, BTreeSet};

use harken::clock::Time;
use harken::domain::access::{Role, Scope};
use harken::domain::alert::Alert;
use harken::store::board::SILENT;
use harken::store::fact_queries::{Condition, Dim, FactQuery, Measure};
use harken::store::facts::Lane;
use harken::store::{Store, StoreSettings};
use serde_json::{Value, json};

use super::history::{self, ORGANISATIONS, time};
use super::on_both;
use super::oracle::{self, Seen, count};
use crate::http::service::Service;
use crate::support::api::Api;
use crate::support::postgres::Postgres;
use crate::support::{scratch, sql};

on_both!(today_s_marks_are_those_of_the_report_and_of_a_recount, silent_homes_are_told_until_they_are_heard, whoever_is_there_is_named);

/// Around midnight on each wall, on the day that London's clocks change, and on the busy one before it.
const MOMENTS: [&str; 8] = [
    "2026-03-28T02:31:00Z",
    "2026-03-28T23:59:59.999999Z",
    "2026-03-29T00:00:00Z",
    "2026-03-29T22:59:59.999999Z",
    "2026-03-29T23:00:00Z",
    // Midnight on Lord Howe (+11:00) and in St John's (-02:30).
    "2026-03-28T12:59:59.999999Z",
    "2026-03-28T13:00:00Z",
    "2026-03-29T02:30:00Z",
];

fn figures(group: &[&Seen], now: Time) -> Value {
    let all = count(group, |_| true);
    let (target, limit) = (count(group, |each| each.within(60)), count(group, |each| each.within(180)));
    let late = |each: &Seen| each.wait_us.map_or((now - each.raised).num_seconds() > 180, |wait| wait > 180_000_000);
    json!({
        "calls": all,
        "answered": count(group, |each| each.wait_us.is_some()),
        "unanswered": count(group, |each| each.wait_us.is_none()),
        "within_target": target,
        "within_target_percent": oracle::percent(target, all),
        "target_met": if all == 0 { Value::Null } else { json!(target as f64 / all as f64 >= 0.975) },
        "within_limit": limit,
        "within_limit_percent": oracle::percent(limit, all),
        "limit_met": if all == 0 { Value::Null } else { json!(limit as f64 / all as f64 >= 0.99) },
        "over_limit": count(group, late),
    })
}

#[track_caller]
fn same(there: &Value, expected: &Value, of: &str) {
    for (figure, value) in expected.as_object().unwrap() {
        assert_eq!(&there[figure], value, "{figure} of {of}: {there}");
    }
}

async fn today_s_marks_are_those_of_the_report_and_of_a_recount(service: Service) {
    history::write(&service, 150).await;
    let api = service.api_as(Role::Viewer, None).await;
    let seen = oracle::alerts(&service.database, time(history::FROM), time(history::TO)).await;
    let mut counted = BTreeSet::new();
    for moment in MOMENTS {
        let now = time(moment);
        service.clock.set(now);
        let board = api.get("/api/v1/board").await.expect(200);
        let mut all = Vec::new();
        for (organisation, zone) in ORGANISATIONS {
            let day = now.with_timezone(&zone.parse::<chrono_tz::Tz>().unwrap()).date_naive();
            let calls = |each: &&Seen| each.call() && each.organisation == organisation && each.wall.date_naive() == day;
            let calls: Vec<&Seen> = seen.iter().filter(calls).collect();
            let of = format!("{organisation} at {moment}");
            let there = board["organisations"].as_array().unwrap().iter().find(|each| each["organisation"] == organisation);
            let Some(there) = there else {
                assert!(calls.is_empty(), "{of} is missing");
                continue;
            };
            same(there, &figures(&calls, now), &of);
            assert_eq!(there["name"], format!("The {organisation}"));
            as_reported(&api, there, organisation, day).await;
            counted.insert((organisation, day));
            all.extend(calls);
        }
        same(&board["today"], &figures(&all, now), moment);
    }
    assert!(counted.len() >= 6, "days were counted in each zone: {counted:?}");
    let marks = api.get("/api/v1/board").await.expect(200)["marks"].clone();
    assert_eq!(marks, json!({ "target_s": 60, "target_percent": 97.5, "limit_s": 180, "limit_percent": 99.0 }));
}

/// The same figures from the report of that one day.
async fn as_reported(api: &Api, there: &Value, organisation: &str, day: chrono::NaiveDate) {
    let path = format!("/api/v1/reports/response-times?organisation={organisation}&from={day}&to={}", day.succ_opt().unwrap());
    let report = api.get(&path).await.expect(200);
    assert_eq!((report["from"].clone(), report["to"].clone()), (there["from"].clone(), there["to"].clone()), "{path}");
    let rows = report["tables"][0]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{path}: {rows:?}");
    for figure in figures(&[], time(history::FROM)).as_object().unwrap().keys() {
        assert_eq!(there[figure], rows[0][figure], "{figure} by {path}");
    }
}

fn homes(board: &Value) -> BTreeSet<String> {
    board["silent"]["homes"].as_array().unwrap().iter().map(|each| each["home"].as_str().unwrap().to_owned()).collect()
}

async fn silent_homes_are_told_until_they_are_heard(service: Service) {
    history::write(&service, 150).await;
    let api = service.admin().await;
    let mut silent: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let gateways = oracle::rows(&service.database, "gateways", "id last_heard_us archived_us").await;
    for body in oracle::texts(&service.database, "SELECT body FROM alerts").await {
        let alert: Value = serde_json::from_str(&body).unwrap();
        let raised = oracle::moment(&alert["raised_at"]).unwrap().timestamp_micros();
        let silent_since =
            |row: &oracle::Plain| row.us("archived_us").is_none() && row.us("last_heard_us").is_none_or(|heard| heard < raised);
        let of_it = gateways.iter().find(|row| alert["gateway"] == row.text("id"));
        if alert["state"] != "closed" && alert["rule"]["id"] == "gateway_silent" && of_it.is_some_and(silent_since) {
            let text = |field: &str| alert[field].as_str().unwrap().to_owned();
            silent.entry(text("organisation")).or_default().insert(text("home"));
        }
    }
    let all: BTreeSet<String> = silent.values().flatten().cloned().collect();
    assert!(silent.len() == 3, "every organisation has a silent home: {silent:?}");
    let board = api.get("/api/v1/board").await.expect(200);
    assert_eq!(homes(&board), all);
    assert_eq!(board["silent"]["count"], all.len());
    // The report on the equipment says the same of their gateways.
    let health = api.get("/api/v1/reports/device-health").await.expect(200);
    let told = health["tables"][0]["rows"].as_array().unwrap();
    assert_eq!(told.iter().map(|row| row["home"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>(), all);

    for (organisation, _) in ORGANISATIONS {
        let viewer = service.api_as(Role::Viewer, Some(organisation)).await;
        let own = viewer.get("/api/v1/board").await.expect(200);
        assert_eq!(homes(&own), silent[organisation]);
        let named: Vec<&Value> = own["organisations"].as_array().unwrap().iter().map(|each| &each["organisation"]).collect();
        assert!(named.iter().all(|each| **each == organisation), "{named:?}");
        let one = api.get(&format!("/api/v1/board?organisation={organisation}")).await.expect(200);
        assert_eq!(homes(&one), silent[organisation]);
        let other = if organisation == "north" { "south" } else { "north" };
        viewer.get(&format!("/api/v1/board?organisation={other}")).await.expect(404);
    }
    api.get("/api/v1/board?organisation=nowhere").await.expect(404);

    // One is heard again: it is silent no more, although somebody still has to close its alert.
    let heard = board["silent"]["homes"][0]["home"].as_str().unwrap().to_owned();
    let gateways = format!("SELECT id FROM gateways WHERE home = '{heard}'");
    let gateways = oracle::texts(&service.database, &gateways).await;
    let now: Vec<_> = gateways.iter().map(|gateway| (gateway.as_str().into(), service.clock.now())).collect();
    let mut tx = service.store.begin().await.unwrap();
    tx.gateways_heard(&now).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!homes(&api.get("/api/v1/board").await.expect(200)).contains(&heard));
    // Hours later it falls silent again, and stands last: it was heard last.
    service.pass(7200);
    let alert: Alert = service.alert("north", Some(&heard), "gateway_silent");
    service.save(&alert).await;
    let board = api.get("/api/v1/board").await.expect(200);
    let last = board["silent"]["homes"].as_array().unwrap().last().unwrap();
    assert_eq!((last["home"].as_str(), last["since"].as_str()), (Some(heard.as_str()), Some("2026-04-20T12:00:00Z")));
}

async fn whoever_is_there_is_named(service: Service) {
    for organisation in ["north", "south"] {
        service.organisation(organisation).await;
    }
    let everywhere = service.person("olga", Role::Operator, None).await;
    let southern = service.person("sam", Role::Administrator, Some("south")).await;
    let watching = service.person("vera", Role::Viewer, Some("north")).await;
    let away = service.person("otto", Role::Operator, Some("north")).await;
    let now = service.clock.now();
    let mut tx = service.store.begin().await.unwrap();
    for who in [&everywhere, &southern, &watching] {
        tx.note_presence(who, now).await.unwrap();
    }
    tx.note_presence(&away, now - chrono::TimeDelta::seconds(61)).await.unwrap();
    tx.commit().await.unwrap();
    let present = async |api: &Api, path: &str| -> Vec<String> {
        let board = api.get(path).await.expect(200);
        board["present"].as_array().unwrap().iter().map(|each| each["name"].as_str().unwrap().to_owned()).collect()
    };
    let admin = service.admin().await;
    assert_eq!(present(&admin, "/api/v1/board").await, ["Person olga", "Person sam"]);
    assert_eq!(present(&admin, "/api/v1/board?organisation=north").await, ["Person olga"]);
    let operator = service.api_as(Role::Operator, Some("north")).await;
    assert_eq!(present(&operator, "/api/v1/board").await, ["Person olga"], "nobody of another organisation");
    service.api_as(Role::Responder, Some("north")).await.get("/api/v1/board").await.expect(403);
    service.pass(60);
    assert!(present(&admin, "/api/v1/board").await.is_empty(), "whoever was not heard of for the time of a lease has gone");
}

/// Ten thousand homes with gateways, a hundred of them silent, and two hundred thousand calls of a year.
const MANY: &str = "INSERT INTO organisations (id, name, zone, created_us) VALUES ('o', 'o', 'UTC', 0), ('p', 'p', 'UTC', 0); \
    INSERT INTO homes (id, organisation, name, address, locality, zone, access_notes, created_us) SELECT 'h' || i, 'o', '', '', '', 'UTC', '', 0 FROM n WHERE i <= 10000; \
    INSERT INTO gateways (id, home, registered, revoked_certificates, model, created_us) SELECT 'g' || i, 'h' || i, 1, '[]', '', 0 FROM n WHERE i <= 10000; \
    INSERT INTO alerts (id, organisation, home, rule, subject, queue, priority, state, raised_us, version, body, rank_us) \
    SELECT 'a' || i, 'o', 'h' || i, CASE WHEN i <= 100 THEN 'gateway_silent' ELSE 'pendant' END, 's', 'technical', 3, CASE WHEN i <= 100 THEN 'raised' ELSE 'closed' END, \
    i, 1, '{}', 0 FROM n WHERE i <= 10000; \
    INSERT INTO alert_facts (alert, organisation, home, rule, title, kind, model, device, lane, priority, raised_us, occurred_us, month, hour, weekday, activations) \
    SELECT 'a' || i, CASE WHEN i % 2 = 0 THEN 'o' ELSE 'p' END, 'h', 'pendant', '', '', '', '', 'emergency', 2, i * CAST(150000000 AS BIGINT), 0, 202601, 1, 1, 1 FROM n";

async fn looks_at_few(url: &str, numbers: &str, count: &str) {
    let store = Store::open(&StoreSettings { url: url.to_owned(), connections: 4, max_pages: None }).await.unwrap();
    sql::run(url, &format!("CREATE TABLE n AS {numbers}; {MANY}; DROP TABLE n; ANALYZE")).await;
    let plan = sql::plan(url, SILENT).await;
    for many in ["homes", "gateways", "alerts", "h", "g"] {
        assert!(!plan.contains(&format!("Seq Scan on {many} ")) && !plan.contains(&format!("SCAN {many}\n")), "{many}: {plan}");
    }
    assert!(!plan.lines().any(|line| line.starts_with("SCAN a") && !line.contains("INDEX")), "only the open alerts: {plan}");
    let plan = sql::plan(url, count).await;
    assert!(
        (plan.contains("alert_facts_by_organisation") || plan.contains("alert_facts_by_time")) && !plan.contains("Seq Scan"),
        "{count}: {plan}"
    );
    store.close().await;
}

#[tokio::test]
async fn the_board_looks_at_few_rows_on_sqlite() {
    let url = format!("sqlite://{}", scratch::dir("board-").join("harken.db").display());
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT i FROM n";
    let scope = Scope::Only(vec!["o".to_owned(), "p".to_owned()]);
    let (from, to, conditions) = (Some(time("2026-03-28T00:00:00Z")), time("2026-03-29T00:00:00Z"), vec![Condition::In(Lane::Emergency)]);
    let query = FactQuery { scope: &scope, organisation: None, from, to, conditions };
    let measures = [Measure::Count(Vec::new()), Measure::Count(vec![Condition::Within(60)])];
    looks_at_few(&url, numbers, &query.counting(&[Dim::Organisation], &measures)).await;
}

#[tokio::test]
async fn the_board_looks_at_few_rows_on_postgresql() {
    let url = Postgres::shared().await.database().await;
    // As `FactQuery::counting` puts it, with a day in place of its parameters.
    let count = "SELECT COALESCE(organisation, ''), COUNT(*) FROM alert_facts WHERE raised_us < 15086400000000 AND raised_us >= 15000000000000 \
        AND organisation IN ('o', 'p') AND lane = 'emergency' GROUP BY organisation";
    looks_at_few(&url, "SELECT i FROM generate_series(1, 200000) AS s(i)", count).await;
}
