//! Away, maintenance and test mode, set over HTTP: what rests, what is raised all the same, and that each ends.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::house::{Gateway, House, id_of, problem};

async fn house() -> (House, String, Gateway) {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let plan = json!({ "overrides": { "inactivity.hours": 1 }, "reason": "a short one for the test" });
    house.api.put(&format!("/api/v1/homes/{home}/plan"), &plan).await.expect(200);
    let gateway = house.gateway("gw-1", &home).await;
    (house, home, gateway)
}

impl House {
    fn ahead(&self, minutes: i64) -> DateTime<Utc> {
        self.clock.now() + TimeDelta::minutes(minutes)
    }

    /// Lets time pass while the gateway beats.
    async fn beat(&self, gateway: &mut Gateway, minutes: i64) {
        for _ in 0..minutes / 10 {
            self.pass(TimeDelta::minutes(10)).await;
            gateway.say(json!({ "kind": "heartbeat" })).await;
        }
        self.settle().await;
    }
}

fn kinds(list: &Value, field: &str) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|each| each[field].as_str().expect("text").to_owned()).collect()
}

#[tokio::test]
async fn away_excuses_silence_until_it_ends_and_no_alarm() {
    let (house, home, mut gateway) = house().await;
    let away = format!("/api/v1/homes/{home}/away");
    gateway.say(json!({ "id": "m", "kind": "motion", "device": "hall" })).await;
    let made = house.api.post(&away, &json!({ "until": house.ahead(120), "reason": "at her sister's" })).await.expect(201);
    assert_eq!((made["kind"].as_str(), made["home"].as_str()), (Some("away"), Some(home.as_str())));
    house.beat(&mut gateway, 90).await;
    assert!(house.alerts_of("inactivity").await.is_empty());
    let ack = gateway.alarm(json!({ "id": "p", "kind": "pendant", "device": "neck" })).await;
    assert_eq!(ack["alerts"].as_array().expect("alerts").len(), 1);
    assert_eq!(house.alerts_of("pendant").await[0]["queue"], "care");
    let state = house.api.get(&format!("/api/v1/homes/{home}/state")).await.expect(200);
    assert_eq!(kinds(&state["excuses"], "kind"), ["away"]);
    // It ends by itself, and silence counts from then on.
    house.beat(&mut gateway, 80).await;
    assert!(house.alerts_of("inactivity").await.is_empty());
    house.beat(&mut gateway, 20).await;
    let alert = house.until_alerts("inactivity", 1).await.remove(0);
    assert!(alert["explanation"].as_str().expect("words").contains("counted from 14:00"), "{alert}");
    let line = house.api.get(&format!("/api/v1/homes/{home}/timeline")).await.expect(200);
    let whats = kinds(&line["items"], "what");
    assert!(whats.contains(&"away".to_owned()) && whats.contains(&"away_over".to_owned()), "{whats:?}");
}

#[tokio::test]
async fn somebody_is_back_before_the_end() {
    let (house, home, mut gateway) = house().await;
    let away = format!("/api/v1/homes/{home}/away");
    gateway.say(json!({ "id": "m", "kind": "motion", "device": "hall" })).await;
    house.api.post(&away, &json!({ "until": house.ahead(3000) })).await.expect(201);
    house.pass(TimeDelta::seconds(10)).await;
    house.api.post(&away, &json!({ "until": house.ahead(600), "kind": "carer_present" })).await.expect(201);
    house.beat(&mut gateway, 70).await;
    house.api.delete(&format!("{away}?kind=away")).await.expect(204);
    let excuses = format!("/api/v1/homes/{home}/excuses");
    assert_eq!(kinds(&house.api.get(&excuses).await.expect(200)["items"], "kind"), ["carer_present"]);
    house.beat(&mut gateway, 70).await;
    house.until_alerts("inactivity", 1).await;
    house.api.delete(&away).await.expect(204);
    house.api.delete(&away).await.expect(204);
    assert!(kinds(&house.api.get(&excuses).await.expect(200)["items"], "kind").is_empty());
    let all = house.api.get(&format!("{excuses}?ended=true")).await.expect(200);
    assert_eq!(kinds(&all["items"], "kind"), ["carer_present", "away"]);
    let trail = house.api.get("/api/v1/audit?limit=100").await.expect(200);
    let deeds = trail["items"].as_array().expect("items").iter().filter(|each| each["object_kind"] == "excuse").count();
    assert_eq!(deeds, 4, "two set, two ended");
}

#[tokio::test]
async fn what_is_said_last_holds() {
    let (house, home, _gateway) = house().await;
    let away = format!("/api/v1/homes/{home}/away");
    house.api.post(&away, &json!({ "until": house.ahead(3000) })).await.expect(201);
    house.pass(TimeDelta::seconds(10)).await;
    let second = house.api.post(&away, &json!({ "until": house.ahead(60) })).await.expect(201);
    let listed = house.api.get(&format!("/api/v1/homes/{home}/excuses")).await.expect(200);
    assert_eq!(kinds(&listed["items"], "id"), [id_of(&second)]);
}

#[tokio::test]
async fn a_test_mode_takes_the_kinds_under_test_and_nothing_else() {
    let (house, home, mut gateway) = house().await;
    let test = format!("/api/v1/homes/{home}/test-mode");
    let made = house.api.post(&test, &json!({ "kinds": ["smoke"] })).await.expect(201);
    assert_eq!(made["until"].as_str().expect("a time"), "2026-11-23T13:00:00Z", "an hour unless told");
    house.api.post(&test, &json!({ "kinds": ["smoke"], "until": house.ahead(10) })).await.expect(201);
    gateway.alarm(json!({ "id": "s1", "kind": "smoke", "device": "kitchen" })).await;
    gateway.alarm(json!({ "id": "p1", "kind": "pendant", "device": "neck" })).await;
    let smoke = house.alerts_of("smoke").await.remove(0);
    assert_eq!((smoke["queue"].as_str(), smoke["test"].as_bool()), (Some("test"), Some(true)), "{smoke}");
    assert_eq!(house.alerts_of("pendant").await[0]["queue"], "care");
    house.pass(TimeDelta::minutes(11)).await;
    gateway.alarm(json!({ "id": "s2", "kind": "smoke", "device": "kitchen" })).await;
    let mut queues: Vec<Value> = house.alerts_of("smoke").await.iter().map(|alert| alert["queue"].clone()).collect();
    queues.sort_by_key(ToString::to_string);
    assert_eq!(queues, ["care", "test"], "it ended by itself, and the real one is not added to the test");
    house.api.post(&test, &json!({})).await.expect(201);
    house.api.delete(&test).await.expect(204);
    gateway.alarm(json!({ "id": "f1", "kind": "fall", "device": "belt" })).await;
    assert_eq!(house.alerts_of("fall").await[0]["queue"], "care");
}

#[tokio::test]
async fn maintenance_of_one_device_rests_that_device() {
    let (house, home, mut gateway) = house().await;
    let device = json!({ "gateway": "gw-1", "address": "kitchen" });
    let device = id_of(&house.api.post("/api/v1/devices", &device).await.expect(201));
    let maintenance = format!("/api/v1/homes/{home}/maintenance");
    let new = json!({ "device": device, "until": house.ahead(60), "reason": "a new battery" });
    house.api.post(&maintenance, &new).await.expect(201);
    for (id, device) in [("t1", "kitchen"), ("t2", "bedroom")] {
        gateway.say(json!({ "id": id, "kind": "tamper", "device": device })).await;
    }
    assert_eq!(kinds(&json!(house.alerts_of("tamper").await), "device"), ["bedroom"]);
    gateway.alarm(json!({ "id": "s", "kind": "smoke", "device": "kitchen" })).await;
    assert_eq!(house.alerts_of("smoke").await[0]["queue"], "care");
    house.api.delete(&maintenance).await.expect(204);
    gateway.say(json!({ "id": "t3", "kind": "tamper", "device": "kitchen" })).await;
    assert_eq!(house.alerts_of("tamper").await.len(), 2);
}

#[tokio::test]
async fn an_end_is_mandatory_and_lies_ahead_but_not_too_far() {
    let (house, home, _gateway) = house().await;
    let path = |name: &str| format!("/api/v1/homes/{home}/{name}");
    problem(house.api.post(&path("away"), &json!({ "reason": "gone" })).await, 422);
    for (name, body, say) in [
        ("away", json!({ "until": house.ahead(-1) }), "in the past"),
        ("away", json!({ "until": house.ahead(60 * 24 * 93) }), "92 days"),
        ("away", json!({ "until": house.ahead(60 * 25), "kind": "carer_present" }), "24 hours"),
        ("maintenance", json!({ "until": house.ahead(60), "reason": "x", "device": "nowhere" }), "not in this home"),
        ("test-mode", json!({ "kinds": ["smok"] }), "no kind"),
    ] {
        let told = problem(house.api.post(&path(name), &body).await, 422);
        assert!(told.contains(say), "{told}");
    }
    house.api.post("/api/v1/homes/nowhere/away", &json!({ "until": house.ahead(60) })).await.expect(404);
}

#[tokio::test]
async fn a_home_that_says_that_nobody_is_there_is_believed_for_a_day() {
    let (house, home, mut gateway) = house().await;
    gateway.say(json!({ "id": "a", "kind": "away_on", "device": "panel" })).await;
    let state = house.api.get(&format!("/api/v1/homes/{home}/state")).await.expect(200);
    assert_eq!(kinds(&state["excuses"], "until"), ["2026-11-24T12:00:00Z"]);
    house.beat(&mut gateway, 100).await;
    assert!(house.alerts_of("inactivity").await.is_empty());
    gateway.say(json!({ "id": "b", "kind": "away_off", "device": "panel" })).await;
    house.beat(&mut gateway, 80).await;
    house.until_alerts("inactivity", 1).await;
}

#[tokio::test]
async fn who_comes_home_and_says_so_is_watched_again() {
    let (house, home, mut gateway) = house().await;
    gateway.say(json!({ "id": "m", "kind": "motion", "device": "hall" })).await;
    for path in ["away", "maintenance"] {
        let excuse = json!({ "until": house.ahead(10_000), "reason": "with her family" });
        house.api.post(&format!("/api/v1/homes/{home}/{path}"), &excuse).await.expect(201);
    }
    house.beat(&mut gateway, 90).await;
    assert!(house.alerts_of("inactivity").await.is_empty());
    gateway.say(json!({ "id": "t", "kind": "away_off", "device": "panel", "test": true })).await;
    assert_eq!(running(&house, &home).await, ["away", "maintenance"], "a test says nothing");
    gateway.say(json!({ "id": "o", "kind": "away_off", "device": "panel", "at": house.clock.now() })).await;
    assert_eq!(running(&house, &home).await, ["maintenance"]);
    let ended = house.api.get(&format!("/api/v1/homes/{home}/excuses?ended=true")).await.expect(200);
    let away = ended["items"].as_array().expect("a list").iter().find(|each| each["kind"] == "away").expect("it").clone();
    assert_eq!(away["ended_by"], "home", "{away}");
    house.beat(&mut gateway, 80).await;
    house.until_alerts("inactivity", 1).await;
}

async fn running(house: &House, home: &str) -> Vec<String> {
    let state = house.api.get(&format!("/api/v1/homes/{home}/state")).await.expect(200);
    let mut kinds = kinds(&state["excuses"], "kind");
    kinds.sort();
    kinds
}
