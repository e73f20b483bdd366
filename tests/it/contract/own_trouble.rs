//! What goes wrong at our own end fires nothing at the homes: a clock that somebody sets, an outage. One alert about the platform tells.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::house::{Gateway, House};

/// A home at night whose rules wait for something: a bed just left, a gateway and sensors heard lately.
async fn night() -> (House, Gateway) {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let plan = json!({ "overrides": { "inactivity.hours": 2, "temperature_low.hold_minutes": 60 }, "reason": "a short one for the test" });
    house.api.put(&format!("/api/v1/homes/{home}/plan"), &plan).await.expect(200);
    let mut gateway = house.gateway("gw-1", &home).await;
    house.jump("2026-11-24T00:00:00Z").await;
    house.pass(TimeDelta::minutes(6)).await;
    gateway.say(json!({ "id": "m", "kind": "motion", "device": "hall", "at": house.clock.now() })).await;
    gateway.say(json!({ "id": "b", "kind": "bed_left", "device": "bed", "at": house.clock.now() })).await;
    gateway.say(json!({ "id": "t", "kind": "temperature", "device": "room", "value": 12, "unit": "Cel", "at": house.clock.now() })).await;
    (house, gateway)
}

/// The rules of all open alerts but those on the platform, which must be as many as said.
async fn besides(house: &House, rule: &str, count: usize) -> Vec<Value> {
    let alerts = house.alerts("limit=500").await;
    let (platform, rest): (Vec<Value>, Vec<Value>) = alerts.into_iter().partition(|alert| alert["home"].is_null());
    let rules: Vec<&str> = platform.iter().filter_map(|alert| alert["rule"]["id"].as_str()).collect();
    assert_eq!(rules.iter().filter(|each| **each == rule).count(), count, "{platform:#?}");
    rest
}

#[tokio::test]
async fn a_step_of_our_own_clock_fires_nothing_and_is_told_once() {
    let (house, mut gateway) = night().await;
    let before = besides(&house, "own_clock", 0).await.len();
    house.clock.step(TimeDelta::hours(3));
    house.until_alerts("own_clock", 1).await;
    house.pass(TimeDelta::minutes(7)).await;
    assert_eq!(besides(&house, "own_clock", 1).await.len(), before, "no time passed at the home");
    let alert = house.alerts_of("own_clock").await.remove(0);
    assert!(alert["explanation"].as_str().expect("words").contains("on by 3 h 0 min"), "{alert}");
    assert_eq!((&alert["queue"], &alert["organisation"]), (&json!("technical"), &json!("unclaimed")));

    // The gateway's clock is right, and says so by differing from ours for an hour; who is back in bed is back.
    let true_time = |house: &House| house.clock.now() - TimeDelta::hours(3);
    gateway.say(json!({ "id": "b2", "kind": "bed_entered", "device": "bed", "at": true_time(&house) })).await;
    for beat in 0..8 {
        gateway.say(json!({ "id": format!("h{beat}"), "kind": "motion", "device": "hall", "at": true_time(&house) })).await;
        house.pass(TimeDelta::minutes(10)).await;
    }
    let rest = besides(&house, "own_clock", 1).await;
    assert!(rest.iter().all(|alert| alert["rule"]["id"] == "temperature_low"), "{rest:#?}");
    assert_eq!(rest.len(), before + 1, "an hour of cold is an hour of cold");
    let pressed = gateway.say(json!({ "id": "p", "kind": "pendant", "device": "neck", "at": true_time(&house) })).await;
    let alert = house.alerts_of("pendant").await.remove(0);
    assert_eq!((pressed["status"].as_str(), &alert["late_s"]), (Some("stored"), &Value::Null), "not three hours late: {alert}");
}

#[tokio::test]
async fn a_clock_set_back_fires_nothing_and_the_watch_goes_on() {
    let (house, mut gateway) = night().await;
    let before = besides(&house, "own_clock", 0).await.len();
    house.clock.step(-TimeDelta::hours(3));
    house.until_alerts("own_clock", 1).await;
    house.pass(TimeDelta::minutes(1)).await;
    let ahead = gateway.say(json!({ "id": "m2", "kind": "motion", "device": "hall", "at": house.clock.now() + TimeDelta::hours(3) })).await;
    assert_eq!(ahead["status"], "stored");
    assert_eq!(besides(&house, "own_clock", 1).await.len(), before, "nor is every gateway's clock wrong now");
    // Set right again: one more activation of the one alert.
    house.clock.step(TimeDelta::hours(3));
    house.pass(TimeDelta::minutes(1)).await;
    assert_eq!(house.alerts_of("own_clock").await[0]["activations"], 2);
    gateway.say(json!({ "id": "m3", "kind": "motion", "device": "hall", "at": house.clock.now() })).await;
    assert_eq!(house.events_count().await, 5);
    house.pass(TimeDelta::minutes(60)).await;
    assert_eq!(house.alerts_of("gateway_silent").await.len(), 1, "a gateway that falls silent afterwards is told");
}

#[tokio::test]
async fn after_our_own_outage_one_alert_tells_and_a_short_one_is_no_news() {
    let mut house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    gateway.say(json!({ "id": "m", "kind": "motion", "device": "hall", "at": house.clock.now() })).await;
    house.restart_after(TimeDelta::seconds(40)).await;
    house.pass(TimeDelta::seconds(10)).await;
    assert_eq!(besides(&house, "own_outage", 0).await.len(), 0);
    house.restart_after(TimeDelta::hours(100)).await;
    house.pass(TimeDelta::minutes(4)).await;
    let rest = besides(&house, "own_outage", 1).await;
    assert!(rest.is_empty(), "longer than anything may be late, and still not the homes' silence: {rest:#?}");
    let alert = house.alerts_of("own_outage").await.remove(0);
    assert!(alert["explanation"].as_str().expect("words").contains("100 h 0 min"), "{alert}");
    house.restart_after(TimeDelta::minutes(2)).await;
    house.pass(TimeDelta::seconds(10)).await;
    assert_eq!(house.alerts_of("own_outage").await[0]["activations"], 2);
}

impl House {
    async fn events_count(&self) -> i64 {
        self.count("SELECT COUNT(*) FROM events").await
    }
}
