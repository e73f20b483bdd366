//! Unknown kinds, devices and residents; heartbeats, status, archived and retained.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::house::{House, alerts_in};
use crate::support::wait;

#[tokio::test]
async fn an_unknown_kind_goes_to_the_technical_queue_and_on_the_alarms_topic_it_is_a_call_for_assistance() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    assert_eq!(gateway.say(json!({ "id": "1", "kind": "dishwasher", "device": "d" })).await["status"], "stored");
    assert_eq!(house.alerts_of("unknown_kind").await[0]["queue"], "technical");
    gateway.alarm(json!({ "id": "2", "kind": "dishwasher", "device": "d" })).await;
    let alerts = house.alerts_of("assistance").await;
    assert_eq!((alerts[0]["queue"].as_str(), alerts[0]["priority"].as_i64()), (Some("care"), Some(1)));
}

#[tokio::test]
async fn an_unknown_device_is_created_unconfirmed() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    gateway.say(json!({ "id": "1", "kind": "battery_low", "device": "new" })).await;
    let devices = house.api.get(&format!("/api/v1/devices?home={home}")).await.expect(200);
    let device = &devices["items"][0];
    assert_eq!(
        (device["address"].as_str(), device["confirmed"].as_bool(), device["battery"].as_str()),
        (Some("new"), Some(false), Some("low")),
        "{device}"
    );
}

#[tokio::test]
async fn an_event_is_the_devices_residents_or_the_only_ones_or_nobodys() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    let resident = |name: &str| json!({ "home": home, "name": name });
    let ann = house.api.post("/api/v1/residents", &resident("Ann")).await.expect(201);
    gateway.say(json!({ "id": "1", "kind": "pendant", "device": "a" })).await;
    assert_eq!(house.alerts_of("pendant").await[0]["resident"], ann["id"], "the only one who lives there");
    let ben = house.api.post("/api/v1/residents", &resident("Ben")).await.expect(201);
    gateway.say(json!({ "id": "2", "kind": "pendant", "device": "b" })).await;
    gateway.say(json!({ "id": "3", "kind": "pendant", "device": "c", "resident": ben["id"] })).await;
    let alerts = house.alerts_of("pendant").await;
    assert_eq!(alerts.len(), 3, "one person's press never hides in another's");
    assert!(alerts.iter().any(|alert| alert["resident"].is_null()));
    assert!(alerts.iter().any(|alert| alert["resident"] == ben["id"]));
}

#[tokio::test]
async fn heartbeats_are_state_and_not_rows() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    for minute in 0..3 {
        assert_eq!(gateway.say(json!({ "id": format!("h{minute}"), "kind": "heartbeat" })).await["status"], "stored");
        house.pass(TimeDelta::minutes(5)).await;
    }
    assert_eq!(house.count("SELECT COUNT(*) FROM events").await, 0);
    assert_eq!(house.count("SELECT COUNT(*) FROM up_intervals WHERE path = 'gw-1'").await, 1, "one row for an unbroken interval");
    assert_eq!(house.count("SELECT (until_us - from_us) / 60000000 FROM up_intervals WHERE path = 'gw-1'").await, 10);
    house.pass(TimeDelta::minutes(20)).await;
    gateway.say(json!({ "id": "h9", "kind": "heartbeat" })).await;
    assert_eq!(house.count("SELECT COUNT(*) FROM up_intervals WHERE path = 'gw-1'").await, 2, "a gap begins another");
}

#[tokio::test]
async fn status_is_kept_and_nonsense_on_it_is_not() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let gateway = house.gateway("gw-1", &home).await;
    let shown = || async { house.api.get("/api/v1/gateways/gw-1").await.expect(200)["status"].clone() };
    gateway.publish("status", "online", true).await;
    wait::until("online", wait::PATIENCE, || async { (shown().await == "online").then_some(()) }).await;
    gateway.publish("status", r#"{"state": "offline"}"#, true).await;
    wait::until("offline", wait::PATIENCE, || async { (shown().await == "offline").then_some(()) }).await;
    gateway.publish("status", "sideways", true).await;
    wait::until("quarantine", wait::PATIENCE, || async {
        let rows = house.api.get("/api/v1/quarantine").await.expect(200);
        (rows["items"].as_array().map(Vec::len) == Some(1)).then_some(())
    })
    .await;
    assert_eq!(shown().await, "offline");
}

#[tokio::test]
async fn an_archived_home_and_gateway_still_raise_alarms() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    house.api.delete("/api/v1/gateways/gw-1").await;
    house.api.delete(&format!("/api/v1/homes/{home}")).await;
    let ack = gateway.alarm(json!({ "id": "1", "kind": "smoke", "device": "s" })).await;
    assert_eq!(alerts_in(&ack).len(), 1);
    let alert = &house.alerts_of("smoke").await[0];
    assert_eq!((alert["home"].as_str(), alert["priority"].as_i64()), (Some(home.as_str()), Some(1)));
    assert!(alert["marks"].to_string().contains("archived"), "{alert}");
}

#[tokio::test]
async fn a_retained_alarm_raises_once_marked_and_the_gateway_is_told_on() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    let press = json!({ "id": "1", "kind": "pendant", "device": "p", "at": "2026-11-23T11:59:00Z" }).to_string();
    gateway.publish("alarms", press.clone(), true).await;
    assert_eq!(gateway.answer().await["status"], "stored");
    gateway.publish("alarms", press, true).await;
    assert_eq!(gateway.answer().await["status"], "duplicate");
    let alert = &house.alerts_of("pendant").await[0];
    assert!(alert["marks"].to_string().contains("retained"), "{alert}");
    assert_eq!(alert["activations"], 1);
    assert_eq!(house.alerts_of("retained_message").await.len(), 1);
}
