//! What a gateway is told: stored, duplicate, rejected; ids; arrays; quarantine.

use serde_json::{Value, json};

use crate::support::house::{House, alerts_in};

async fn house() -> (House, String, crate::support::house::Gateway) {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let gateway = house.gateway("gw-1", &home).await;
    (house, home, gateway)
}

fn statuses(acks: &Value) -> Vec<&str> {
    acks.as_array().expect("an array").iter().map(|ack| ack["status"].as_str().expect("a status")).collect()
}

#[tokio::test]
async fn an_array_is_answered_in_its_order_and_each_is_judged_alone() {
    let (house, home, mut gateway) = house().await;
    let acks = gateway
        .say_raw(r#"[{"id":"1","kind":"motion","device":"m"}, 7, {"id":"3"}, {"id":"4","kind":"fall","device":"p"}, {"id":"1","kind":"motion","device":"m"}]"#)
        .await;
    assert_eq!(statuses(&acks), ["stored", "rejected", "rejected", "stored", "duplicate"]);
    assert_eq!((acks[1]["id"].as_str(), acks[2]["id"].as_str()), (None, Some("3")));
    assert!(acks[2]["reason"].as_str().expect("a reason").contains("kind"));
    assert_eq!(alerts_in(&acks[3]).len(), 1, "the fall raised beside bad neighbours");
    assert_eq!(house.events(&home).await.len(), 2);
}

#[tokio::test]
async fn a_redelivery_is_a_duplicate_and_names_the_alerts_of_the_first() {
    let (house, home, mut gateway) = house().await;
    let press = json!({ "id": "1", "kind": "pendant", "device": "p", "at": "2026-11-23T11:59:58Z" });
    let first = gateway.say(press.clone()).await;
    let second = gateway.alarm(press).await;
    assert_eq!((first["status"].as_str(), second["status"].as_str()), (Some("stored"), Some("duplicate")));
    assert_eq!((alerts_in(&first), alerts_in(&first).len()), (alerts_in(&second), 1));
    assert_eq!(house.alerts_of("pendant").await[0]["activations"], 1);
    assert_eq!(house.events(&home).await.len(), 1);
}

#[tokio::test]
async fn an_id_used_again_for_other_content_is_stored_and_told_once() {
    let (house, home, mut gateway) = house().await;
    gateway.say(json!({ "id": "1", "kind": "motion", "device": "m", "at": "2026-11-23T11:00:00Z" })).await;
    let press = json!({ "id": "1", "kind": "pendant", "device": "p", "at": "2026-11-23T11:59:59Z" });
    let reused = gateway.say(press.clone()).await;
    assert_eq!(
        (reused["status"].as_str(), reused["id"].as_str(), alerts_in(&reused).len()),
        (Some("stored"), Some("1"), 1),
        "no press is lost"
    );
    assert_eq!(gateway.say(press).await["status"], "duplicate", "and its re-delivery is recognised");
    assert_eq!(house.events(&home).await.len(), 2);
    assert_eq!(house.alerts_of("event_id_reused").await.len(), 1);
    assert_eq!(house.alerts_of("event_id_reused").await[0]["queue"], "technical");
}

#[tokio::test]
async fn without_an_id_content_decides_when_there_is_a_time_and_every_press_counts_when_there_is_none() {
    let (house, home, mut gateway) = house().await;
    let timed = json!({ "kind": "motion", "device": "m", "at": "2026-11-23T11:00:00Z" });
    gateway.say(timed.clone()).await;
    assert_eq!(gateway.say(timed).await["status"], "duplicate");
    let press = json!({ "kind": "pendant", "device": "p" });
    gateway.say(press.clone()).await;
    assert_eq!(gateway.say(press).await["status"], "stored");
    assert_eq!(house.alerts_of("pendant").await[0]["activations"], 2);
    assert_eq!(house.events(&home).await.len(), 3);
}

#[tokio::test]
async fn what_is_refused_lies_in_quarantine_with_its_evidence() {
    let (house, _, mut gateway) = house().await;
    let ack = gateway.say_raw("{ this is not JSON").await;
    assert_eq!((ack["status"].as_str(), ack["id"].is_null()), (Some("rejected"), true));
    let listed = house.api.get("/api/v1/quarantine").await.expect(200);
    let row = &listed["items"][0];
    assert_eq!((row["topic"].as_str(), row["length"].as_i64()), (Some("telecare/v1/gw-1/events"), Some(18)), "{row}");
    assert!(row["reason"].as_str().expect("a reason").contains("JSON"));
    assert!(house.alerts("").await.is_empty(), "telemetry that cannot be read needs nobody");
    let ack = gateway.say(json!({ "id": "1", "kind": "motion", "device": "m" })).await;
    assert_eq!(ack["status"], "stored", "the good ones go on");
}

#[tokio::test]
async fn an_event_that_is_too_large_is_refused_and_its_neighbours_are_not() {
    let (house, home, mut gateway) = house().await;
    let big = json!({ "id": "big", "kind": "motion", "data": { "x": "y".repeat(16 * 1024) } });
    let acks = gateway.say(json!([{ "id": "1", "kind": "motion" }, big, { "id": "2", "kind": "motion" }])).await;
    assert_eq!(statuses(&acks), ["stored", "rejected", "stored"]);
    assert!(acks[1]["reason"].as_str().expect("a reason").contains("16384"));
    assert_eq!(house.events(&home).await.len(), 2);
}

#[tokio::test]
async fn an_alarm_that_cannot_be_read_raises() {
    let (house, _, mut gateway) = house().await;
    gateway.publish("alarms", "{{{", false).await;
    let ack = gateway.answer().await;
    assert_eq!(ack["status"], "rejected");
    let alerts = house.alerts_of("unreadable_alarm").await;
    assert_eq!((alerts.len(), alerts[0]["queue"].as_str()), (1, Some("care")));
    assert_eq!(alerts_in(&ack), [alerts[0]["id"].as_str().expect("an id")]);
}

#[tokio::test]
async fn what_the_server_received_when_is_told() {
    let (_, _, mut gateway) = house().await;
    let ack = gateway.say(json!({ "id": "1", "kind": "heartbeat" })).await;
    assert_eq!(ack["received_at"], "2026-11-23T12:00:00Z");
}
