//! Clocks that cannot be believed, and reports that come late.

use chrono::TimeDelta;
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
    house.pass(TimeDelta::minutes(2)).await;
    assert!(house.alerts_of("temperature_low").await.is_empty());
    assert!(house.alerts_of("fall").await[0]["marks"].to_string().contains("beyond_window"));
    gateway.say(json!({ "id": "3", "kind": "temperature", "device": "t", "at": "2026-11-20T13:00:00Z", "value": 3, "unit": "Cel" })).await;
    house.pass(TimeDelta::minutes(2)).await;
    assert_eq!(house.alerts_of("temperature_low").await.len(), 1, "within the window every rule looks");
}

#[tokio::test]
async fn a_clock_that_is_behind_is_found_by_its_history_told_once_and_over_when_it_is_right() {
    let mut house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    let say = async |house: &House, gateway: &mut crate::support::house::Gateway, number: u32, behind: TimeDelta| {
        let event = json!({ "id": number.to_string(), "kind": "motion", "device": "m", "at": house.clock.now() - behind });
        gateway.say(event).await;
        house.events(&home).await.into_iter().find(|event| event["id"].as_str() == Some(number.to_string().as_str())).expect("the event")
    };
    let behind = TimeDelta::minutes(125);
    for number in 0..4 {
        let event = say(&house, &mut gateway, number, behind).await;
        assert_eq!(event["marks"]["late_s"], 7500, "as far as anybody knows it was kept back: {event}");
        house.pass(TimeDelta::minutes(12)).await;
    }
    assert!(house.alerts_of("gateway_clock").await.is_empty());
    // What is known of it outlives us.
    house.restart().await;
    let secret = house.api.post("/api/v1/gateways/gw-1/secret", &json!({})).await.expect(200)["secret"].as_str().expect("one").to_owned();
    gateway = crate::support::house::Gateway::connect(house.mqtt(), "gw-1", &secret).await;
    for number in 10..14 {
        let event = say(&house, &mut gateway, number, behind).await;
        assert_eq!((&event["at"], &event["marks"]["late_s"]), (&event["received_at"], &json!(null)), "dated by its receipt: {event}");
        let alerts = house.alerts_of("gateway_clock").await;
        assert_eq!((alerts.len(), &alerts[0]["activations"]), (1, &json!(1)));
        assert!(alerts[0]["explanation"].as_str().expect("words").contains("2 h 5 min behind"), "{}", alerts[0]);
        house.pass(TimeDelta::minutes(1)).await;
    }
    say(&house, &mut gateway, 20, TimeDelta::zero()).await;
    house.pass(TimeDelta::minutes(46)).await;
    assert!(!house.alerts_of("gateway_clock").await[0]["marks"].to_string().contains("condition_cleared"));
    say(&house, &mut gateway, 21, TimeDelta::zero()).await;
    assert!(house.alerts_of("gateway_clock").await[0]["marks"].to_string().contains("condition_cleared"));
    let late = say(&house, &mut gateway, 22, TimeDelta::hours(5)).await;
    assert_ne!(late["at"], late["received_at"], "believed again: {late}");
}

#[tokio::test]
async fn readings_that_were_kept_back_are_judged_against_all_that_is_stored() {
    let mut house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    let read = async |gateway: &mut crate::support::house::Gateway, id: &str, at: &str, value: f64| {
        let at = format!("2026-11-23T{at}:00Z");
        gateway.say(json!({ "id": id, "kind": "temperature", "device": "t", "at": at, "value": value, "unit": "Cel" })).await;
    };
    // While all is well nothing is remembered of these readings; they are stored.
    for (id, at) in [("1", "09:00"), ("2", "10:00"), ("3", "11:00"), ("4", "12:00")] {
        read(&mut gateway, id, at, 20.0).await;
    }
    let states = "SELECT COUNT(*) FROM rule_states WHERE rule = 'temperature_low'";
    assert_eq!(house.count(states).await, 0);
    // Two cold spells between them that the sensor kept back; the service stops before they are judged.
    read(&mut gateway, "5", "10:30", 9.0).await;
    read(&mut gateway, "6", "09:30", 8.0).await;
    house.restart().await;
    house.pass(TimeDelta::minutes(2)).await;
    let alert = &house.alerts_of("temperature_low").await[0];
    assert_eq!((&alert["occurred_at"], &alert["activations"]), (&json!("2026-11-23T09:30:00Z"), &json!(2)), "{alert}");
    assert!(alert["marks"].to_string().contains("condition_cleared"), "it was warm again at eleven: {alert}");
    let evidence = house.api.get(&format!("/api/v1/alerts/{}", alert["id"].as_str().expect("an id"))).await.expect(200);
    let ids: Vec<&str> = evidence["evidence"].as_array().into_iter().flatten().filter_map(|event| event["id"].as_str()).collect();
    assert_eq!(ids, ["6", "5"], "{evidence}");
}
