//! Tests in a lane of their own; leases; closing; alerts raised by hand.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::house::{House, alerts_in, problem};

#[tokio::test]
async fn a_test_activation_never_merges_with_a_real_one() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    let test = gateway.say(json!({ "id": "1", "kind": "pendant", "device": "p", "test": true })).await;
    let real = gateway.say(json!({ "id": "2", "kind": "pendant", "device": "p" })).await;
    assert_ne!(alerts_in(&test), alerts_in(&real));
    assert_eq!(house.alerts("queue=test").await[0]["priority"], 5);
    assert_eq!(house.alerts("queue=care").await[0]["activations"], 1);
}

#[tokio::test]
async fn who_accepts_and_falls_silent_loses_the_alert_and_who_is_present_keeps_it() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    let ack = gateway.say(json!({ "id": "1", "kind": "pendant", "device": "p" })).await;
    let path = format!("/api/v1/alerts/{}", alerts_in(&ack)[0]);
    house.api.post(&format!("{path}/accept"), &json!({})).await.expect(200);
    for _ in 0..3 {
        house.pass(TimeDelta::seconds(40)).await;
        house.api.put("/api/v1/me/presence", &json!({})).await;
        assert_eq!(house.api.get(&path).await.expect(200)["state"], "accepted");
    }
    house.pass(TimeDelta::seconds(61)).await;
    let alert = house.api.get(&path).await.expect(200);
    assert_eq!((alert["state"].as_str(), alert["holder"].is_null()), (Some("raised"), true), "{alert}");
    assert!(alert["marks"].to_string().contains("lease_lost"));
    let what: Vec<_> =
        alert["timeline"].as_array().expect("a timeline").iter().map(|entry| entry["what"].as_str().unwrap_or_default()).collect();
    assert_eq!(what, ["raised", "accepted", "lease_lost", "escalation_skipped", "escalation_unheard"], "and nobody else is there");
}

#[tokio::test]
async fn an_answer_that_came_too_late_needs_a_cause() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    let ack = gateway.say(json!({ "id": "1", "kind": "pendant", "device": "p" })).await;
    let path = format!("/api/v1/alerts/{}", alerts_in(&ack)[0]);
    house.pass(TimeDelta::seconds(181)).await;
    house.api.post(&format!("{path}/accept"), &json!({})).await.expect(200);
    let mut closing = json!({ "outcome": "reassured", "activations_seen": 1 });
    assert!(problem(house.api.post(&format!("{path}/close"), &closing).await, 409).contains("breach_cause"));
    closing["breach_cause"] = json!("many calls at once");
    house.api.post(&format!("{path}/close"), &closing).await.expect(200);
}

#[tokio::test]
async fn a_telephone_call_becomes_an_alert() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let raised = house
        .api
        .post(&format!("/api/v1/homes/{home}/alerts"), &json!({ "text": "neighbour heard a fall", "priority": 1 }))
        .await
        .expect(201);
    assert_eq!((raised["queue"].as_str(), raised["priority"].as_i64()), (Some("care"), Some(1)));
    assert!(raised["explanation"].as_str().expect("words").contains("neighbour"));
    assert_eq!(house.alerts("").await.len(), 1);
}
