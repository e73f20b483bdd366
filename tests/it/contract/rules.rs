//! The first rules, with and without clocks: silence, temperature, the bed at night; settings with overrides; restarts and outages of our own.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::house::{Gateway, House};

async fn house() -> (House, String, Gateway) {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let gateway = house.gateway("gw-1", &home).await;
    (house, home, gateway)
}

async fn temperature(gateway: &mut Gateway, id: &str, device: &str, value: f64) -> Value {
    gateway.say(json!({ "id": id, "kind": "temperature", "device": device, "value": value, "unit": "Cel" })).await
}

#[tokio::test]
async fn silence_is_noticed_at_its_own_deadline_and_its_end_is_told() {
    let (house, _, mut gateway) = house().await;
    gateway.say(json!({ "id": "h", "kind": "heartbeat" })).await;
    house.pass(TimeDelta::minutes(44)).await;
    assert!(house.alerts_of("gateway_silent").await.is_empty());
    house.pass(TimeDelta::minutes(2)).await;
    let alert = house.until_alerts("gateway_silent", 1).await.remove(0);
    assert_eq!(alert["queue"], "technical");
    gateway.say(json!({ "id": "h2", "kind": "heartbeat" })).await;
    assert!(house.alerts_of("gateway_silent").await[0]["marks"].to_string().contains("condition_cleared"));
}

#[tokio::test]
async fn a_silent_gateway_is_one_alert_that_names_the_blind_rules_and_rises() {
    let (house, home, mut gateway) = house().await;
    let plan = json!({ "overrides": { "inactivity.hours": 1, "gateway_silent.rise_hours": 0.25 }, "reason": "a short one for the test" });
    house.api.put(&format!("/api/v1/homes/{home}/plan"), &plan).await.expect(200);
    for (id, kind, device) in [("1", "motion", "hall"), ("2", "motion", "kitchen"), ("3", "pendant", "neck")] {
        gateway.say(json!({ "id": id, "kind": kind, "device": device })).await;
    }
    temperature(&mut gateway, "4", "bedroom", 20.0).await;
    house.pass(TimeDelta::minutes(46)).await;
    let alert = house.until_alerts("gateway_silent", 1).await.remove(0);
    assert_eq!(alert["priority"], 3);
    let blind = alert["blind_rules"].as_array().expect("ids");
    for rule in ["inactivity", "temperature_low", "temperature_rising", "no_morning_activity"] {
        assert!(blind.contains(&json!(rule)), "{rule}: {alert}");
    }
    for rule in ["not_up", "pulse_high", "gateway_silent", "pendant"] {
        assert!(!blind.contains(&json!(rule)), "{rule}: {alert}");
    }
    assert!(alert["explanation"].as_str().expect("words").contains("nobody watches: "), "{alert}");
    house.pass(TimeDelta::minutes(20)).await;
    let later = house.alerts_of("gateway_silent").await.remove(0);
    assert_eq!((&later["priority"], &later["activations"], &later["id"]), (&json!(2), &json!(1), &alert["id"]));
    house.pass(TimeDelta::minutes(20)).await;
    assert_eq!(house.alerts_of("gateway_silent").await[0]["priority"], 2, "life it is not");
    assert_eq!(house.alerts("limit=500").await.len(), 2, "the pendant's and this one");
    // Heard again, and silent again: as urgent as in the beginning, and in the same alert.
    gateway.say(json!({ "kind": "heartbeat" })).await;
    assert!(house.alerts_of("gateway_silent").await[0]["marks"].to_string().contains("condition_cleared"));
}

#[tokio::test]
async fn of_a_couple_each_has_limits_of_their_own() {
    let (house, home, mut gateway) = house().await;
    let mut couple = Vec::new();
    for name in ["Anna", "Bert"] {
        let made = house.api.post("/api/v1/residents", &json!({ "home": home, "name": name })).await.expect(201);
        couple.push(made["id"].as_str().expect("an id").to_owned());
    }
    let set = async |path: String, name: &str, value: i64| {
        let plan = json!({ "overrides": { name: value }, "reason": "her doctor says so" });
        house.api.put(&path, &plan).await.expect(200);
    };
    set(format!("/api/v1/residents/{}/plan", couple[0]), "spo2_low.limit", 88).await;
    for (id, who) in couple.iter().enumerate() {
        gateway.say(json!({ "id": id.to_string(), "kind": "spo2", "device": "oximeter", "resident": who, "value": 90, "unit": "%" })).await;
    }
    let alerts = house.until_alerts("spo2_low", 1).await;
    assert_eq!(alerts[0]["resident"], json!(couple[1]));

    // Of her thermometer: its own limit, then hers, then the home's.
    temperature(&mut gateway, "t0", "her-room", 20.0).await;
    let devices = house.api.get(&format!("/api/v1/devices?home={home}")).await.expect(200);
    let device = devices["items"].as_array().expect("devices").iter().find(|each| each["address"] == "her-room").expect("hers").clone();
    let device = device["id"].as_str().expect("an id");
    house.api.patch(&format!("/api/v1/devices/{device}"), &json!({ "resident": couple[0] })).await.expect(200);
    set(format!("/api/v1/homes/{home}/plan"), "temperature_low.limit", 5).await;
    set(format!("/api/v1/residents/{}/plan", couple[0]), "temperature_low.limit", 12).await;
    temperature(&mut gateway, "t1", "her-room", 13.0).await;
    temperature(&mut gateway, "t2", "kitchen", 10.0).await;
    assert!(house.alerts_of("temperature_low").await.is_empty());
    set(format!("/api/v1/devices/{device}/plan"), "temperature_low.limit", 14).await;
    temperature(&mut gateway, "t3", "her-room", 13.0).await;
    assert_eq!(house.alerts_of("temperature_low").await[0]["settings"]["limit"], json!(14.0));
}

#[tokio::test]
async fn a_gateway_never_heard_is_silent_from_its_first_report_deadline_on() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    house.api.post("/api/v1/gateways", &json!({ "id": "gw-mute", "home": home })).await.expect(201);
    let plan = json!({ "overrides": { "gateway_silent.first_report_hours": 1 }, "reason": "installed this morning" });
    house.api.put(&format!("/api/v1/homes/{home}/plan"), &plan).await.expect(200);
    house.pass(TimeDelta::minutes(55)).await;
    assert!(house.alerts_of("gateway_silent").await.is_empty());
    house.pass(TimeDelta::minutes(10)).await;
    house.until_alerts("gateway_silent", 1).await;
}

#[tokio::test]
async fn our_own_outage_is_not_their_silence() {
    let (mut house, _, mut gateway) = house().await;
    gateway.say(json!({ "id": "h", "kind": "heartbeat" })).await;
    house.pass(TimeDelta::minutes(30)).await;
    house.restart_after(TimeDelta::hours(4)).await;
    house.settle().await;
    assert!(house.alerts_of("gateway_silent").await.is_empty(), "four hours of ours are not theirs");
    house.pass(TimeDelta::minutes(4)).await;
    assert!(house.alerts_of("gateway_silent").await.is_empty());
    house.pass(TimeDelta::minutes(20)).await;
    house.until_alerts("gateway_silent", 1).await;
}

#[tokio::test]
async fn cold_is_told_once_per_thermometer_until_it_was_warm_again() {
    let (house, _, mut gateway) = house().await;
    temperature(&mut gateway, "1", "kitchen", 16.5).await;
    assert!(house.alerts_of("temperature_low").await.is_empty());
    temperature(&mut gateway, "2", "kitchen", 15.0).await;
    house.pass(TimeDelta::minutes(1)).await;
    temperature(&mut gateway, "3", "kitchen", 14.0).await;
    let alerts = house.alerts_of("temperature_low").await;
    assert_eq!((alerts.len(), alerts[0]["activations"].as_i64()), (1, Some(1)), "no second alert while it stays cold");
    temperature(&mut gateway, "4", "bedroom", 14.0).await;
    assert_eq!(house.alerts_of("temperature_low").await.len(), 2, "two thermometers never share a state");
    house.pass(TimeDelta::minutes(1)).await;
    temperature(&mut gateway, "5", "kitchen", 16.5).await;
    house.pass(TimeDelta::minutes(1)).await;
    temperature(&mut gateway, "6", "kitchen", 15.5).await;
    let kitchen =
        || async { house.alerts_of("temperature_low").await.into_iter().find(|alert| alert["device"] == "kitchen").expect("an alert") };
    assert_eq!(kitchen().await["activations"], 1, "16.5 has not passed the hysteresis");
    house.pass(TimeDelta::minutes(1)).await;
    temperature(&mut gateway, "7", "kitchen", 17.5).await;
    house.pass(TimeDelta::minutes(1)).await;
    temperature(&mut gateway, "8", "kitchen", 15.5).await;
    assert_eq!(kitchen().await["activations"], 2);
}

#[tokio::test]
async fn a_setting_is_overridden_for_home_and_device_with_a_reason() {
    let (house, home, mut gateway) = house().await;
    let plan = json!({ "overrides": { "temperature_low.limit": 10 }, "reason": "keeps the window open" });
    house.api.put(&format!("/api/v1/homes/{home}/plan"), &plan).await.expect(200);
    temperature(&mut gateway, "1", "porch", 12.0).await;
    assert!(house.alerts_of("temperature_low").await.is_empty());
    temperature(&mut gateway, "2", "porch", 9.0).await;
    let alert = house.alerts_of("temperature_low").await.remove(0);
    assert_eq!(alert["settings"]["temperature_low.limit"].as_f64().or_else(|| alert["settings"]["limit"].as_f64()), Some(10.0), "{alert}");
}

#[tokio::test]
async fn a_bed_left_at_night_and_not_returned_to_is_told_in_words() {
    let (house, _, mut gateway) = house().await;
    house.jump("2026-11-24T02:14:00Z").await;
    gateway.say(json!({ "id": "1", "kind": "bed_left", "device": "bed", "at": "2026-11-24T02:14:00Z" })).await;
    house.pass(TimeDelta::minutes(29)).await;
    assert!(house.alerts_of("bed_not_returned").await.is_empty());
    house.pass(TimeDelta::minutes(2)).await;
    let alert = house.until_alerts("bed_not_returned", 1).await.remove(0);
    let words = alert["explanation"].as_str().expect("words");
    assert!(words.contains("02:14") && words.contains("02:44") && words.contains("30 min"), "{words}");
    let whole = house.api.get(&format!("/api/v1/alerts/{}", alert["id"].as_str().expect("an id"))).await.expect(200);
    assert_eq!(whole["evidence"][0]["kind"], "bed_left", "{whole}");
}

#[tokio::test]
async fn who_comes_back_in_time_or_leaves_by_day_needs_nobody() {
    let (house, _, mut gateway) = house().await;
    gateway.say(json!({ "id": "1", "kind": "bed_left", "device": "bed" })).await;
    house.pass(TimeDelta::hours(1)).await;
    house.jump("2026-11-24T02:14:00Z").await;
    gateway.say(json!({ "id": "2", "kind": "bed_left", "device": "bed", "at": "2026-11-24T02:14:00Z" })).await;
    house.pass(TimeDelta::minutes(10)).await;
    gateway.say(json!({ "id": "3", "kind": "bed_entered", "device": "bed" })).await;
    house.pass(TimeDelta::minutes(40)).await;
    assert!(house.alerts_of("bed_not_returned").await.is_empty());
}

#[tokio::test]
async fn a_clock_survives_a_restart_and_fires_once_with_its_true_time() {
    let (mut house, _, mut gateway) = house().await;
    house.jump("2026-11-24T02:14:00Z").await;
    gateway.say(json!({ "id": "1", "kind": "bed_left", "device": "bed", "at": "2026-11-24T02:14:00Z" })).await;
    house.restart_after(TimeDelta::minutes(50)).await;
    // We were away while the answer may have come, so the gateways get a moment to say what they kept.
    assert!(house.alerts_of("bed_not_returned").await.is_empty());
    house.pass(TimeDelta::minutes(6)).await;
    let alert = house.until_alerts("bed_not_returned", 1).await.remove(0);
    assert_eq!(alert["occurred_at"], "2026-11-24T02:44:00Z", "{alert}");
    house.restart().await;
    house.pass(TimeDelta::minutes(5)).await;
    assert_eq!(house.alerts_of("bed_not_returned").await[0]["activations"], 1);
}

#[tokio::test]
async fn a_replayed_night_is_judged_whole() {
    let (house, _, mut gateway) = house().await;
    house.jump("2026-11-24T08:00:00Z").await;
    gateway.say(json!({ "id": "1", "kind": "bed_left", "device": "bed", "at": "2026-11-24T02:00:00Z" })).await;
    gateway.say(json!({ "id": "2", "kind": "bed_entered", "device": "bed", "at": "2026-11-24T02:10:00Z" })).await;
    house.pass(TimeDelta::minutes(2)).await;
    assert!(house.alerts_of("bed_not_returned").await.is_empty());
}
