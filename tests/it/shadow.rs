//! A rule in shadow: evaluated like any other on live events; what it would have raised is recorded and counted, and nobody is told.

use chrono::TimeDelta;
use serde_json::json;

use super::support::house::{House, problem};

#[tokio::test]
async fn what_a_rule_in_shadow_would_have_raised_is_recorded_and_nobody_is_told() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    let rule = json!({ "id": "cooker_on", "title": "Cooker on", "subject": "device", "on": { "kinds": ["appliance_on"] }, "queue": "care",
        "priority": 3, "instructions": ["Ask."], "shadow": true, "condition": "each" });
    let waits = json!({ "id": "cooker_left", "title": "Cooker left on", "subject": "device", "queue": "care", "priority": 2, "shadow": true,
        "instructions": ["Ask."],
        "condition": { "unfollowed": { "first": ["appliance_on"], "then": ["appliance_off"], "within": { "minutes": 10 } } } });
    for rule in [&rule, &waits] {
        let path = format!("/api/v1/rules/{}", rule["id"].as_str().expect("an id"));
        house.api.put(&path, &json!({ "rule": rule, "reason": "tried first", "activate": true })).await.expect(200);
    }
    let ack = gateway.say(json!({ "id": "1", "kind": "appliance_on", "device": "cooker" })).await;
    assert_eq!(ack["alerts"], json!([]), "nobody is told");
    house.pass(TimeDelta::minutes(5)).await;
    gateway.say(json!({ "id": "2", "kind": "appliance_on", "device": "iron" })).await;
    house.pass(TimeDelta::minutes(1)).await;
    gateway.say(json!({ "id": "3", "kind": "appliance_off", "device": "iron" })).await;
    house.pass(TimeDelta::minutes(6)).await;
    assert!(house.alerts("").await.is_empty());

    let each = house.api.get("/api/v1/rules/cooker_on/shadow").await.expect(200);
    assert_eq!(each["counts"], json!({ "raised": 2, "matters": 2, "homes": 1 }));
    assert_eq!((&each["items"][0]["device"], &each["items"][1]["device"]), (&json!("iron"), &json!("cooker")), "newest first");
    assert_eq!(each["items"][1]["evidence"][0]["id"], "1");
    let waited = house.api.get("/api/v1/rules/cooker_left/shadow").await.expect(200);
    assert_eq!(waited["counts"]["raised"], 1);
    let found = &waited["items"][0];
    assert_eq!((&found["home"], &found["device"], &found["occurred_at"]), (&json!(home), &json!("cooker"), &json!("2026-11-23T12:10:00Z")));
    assert_eq!(found["evidence"][0]["id"], "1", "evidence of an earlier event");

    let late = house.api.get("/api/v1/rules/cooker_on/shadow?from=2026-11-23T12:03:00Z&to=2026-11-23T12:06:00Z").await.expect(200);
    assert_eq!((&late["counts"]["raised"], &late["items"][0]["device"]), (&json!(1), &json!("iron")));
    let first = house.api.get("/api/v1/rules/cooker_on/shadow?limit=1").await.expect(200);
    let next = format!("/api/v1/rules/cooker_on/shadow?limit=1&cursor={}", first["next"].as_str().expect("a cursor"));
    assert_eq!(house.api.get(&next).await.expect(200)["items"][0]["device"], "cooker");
    problem(house.api.get("/api/v1/rules/no_such/shadow").await, 404);

    // Out of the shadow it raises.
    let mut live = rule.clone();
    live["shadow"] = json!(false);
    house.api.put("/api/v1/rules/cooker_on", &json!({ "rule": live, "reason": "it is right", "activate": true })).await.expect(200);
    gateway.say(json!({ "id": "4", "kind": "appliance_on", "device": "cooker" })).await;
    house.until_alerts("cooker_on", 1).await;
    assert_eq!(house.api.get("/api/v1/rules/cooker_on/shadow").await.expect(200)["counts"]["raised"], 2);
}
