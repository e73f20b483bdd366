//! Clocks that cannot be believed, and reports that come late.

use serde_json::json;

use crate::support::house::{House, alerts_in};

#[tokio::test]
async fn a_clock_that_cannot_be_believed_gives_the_time_of_receipt_and_both_are_kept() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    gateway.say(json!({ "id": "1", "kind": "motion", "device": "m", "at": "2031-01-01T00:00:00Z" })).await;
    let event = &house.events(&home).await[0];
    assert_eq!(
        (event["at"].as_str(), event["claimed_at"].as_str()),
        (Some("2026-11-23T12:00:00Z"), Some("2031-01-01T00:00:00Z")),
        "{event}"
    );
    assert_eq!(house.alerts_of("gateway_clock").await.len(), 1);
    gateway.say(json!({ "id": "2", "kind": "motion", "device": "m", "at": "2031-01-01T00:00:01Z" })).await;
    let alerts = house.alerts_of("gateway_clock").await;
    assert_eq!((alerts.len(), alerts[0]["activations"].as_i64()), (1, Some(1)), "one alert, not an activation for each event");
}

#[tokio::test]
async fn an_alarm_with_a_broken_clock_or_a_broken_field_raises() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    for (id, alarm) in
        [("1", json!({ "at": "2031-01-01T00:00:00Z" })), ("2", json!({ "at": "yesterday" })), ("3", json!({ "device": 7, "value": [1] }))]
    {
        let mut event = json!({ "id": id, "kind": "fall" });
        event.as_object_mut().expect("an object").extend(alarm.as_object().expect("an object").clone());
        let ack = gateway.say(event).await;
        assert_eq!((ack["status"].as_str(), alerts_in(&ack).len()), (Some("stored"), 1), "{ack}");
    }
}

#[tokio::test]
async fn a_late_alarm_raises_and_says_how_late() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    gateway.say(json!({ "id": "1", "kind": "fall", "device": "p", "at": "2026-11-22T12:00:00Z" })).await;
    let alert = &house.alerts_of("fall").await[0];
    assert_eq!((alert["late_s"].as_i64(), alert["occurred_at"].as_str()), (Some(86_400), Some("2026-11-22T12:00:00Z")));
    assert!(alert["marks"].to_string().contains("late"), "{alert}");
}

#[tokio::test]
async fn beyond_the_window_only_each_rules_look_and_it_is_marked() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    gateway.say(json!({ "id": "1", "kind": "temperature", "device": "t", "at": "2026-11-20T11:00:00Z", "value": 3, "unit": "Cel" })).await;
    gateway.say(json!({ "id": "2", "kind": "fall", "device": "p", "at": "2026-11-20T11:00:00Z" })).await;
    house.pass(chrono::TimeDelta::minutes(2)).await;
    assert!(house.alerts_of("temperature_low").await.is_empty());
    assert!(house.alerts_of("fall").await[0]["marks"].to_string().contains("beyond_window"));
    gateway.say(json!({ "id": "3", "kind": "temperature", "device": "t", "at": "2026-11-20T13:00:00Z", "value": 3, "unit": "Cel" })).await;
    house.pass(chrono::TimeDelta::minutes(2)).await;
    assert_eq!(house.alerts_of("temperature_low").await.len(), 1, "within the window every rule looks");
}
