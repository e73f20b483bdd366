//! Faults: a technical alert that somebody owns, with a date and a way to call for help until then.

use serde_json::{Value, json};

use super::Room;
use crate::support::house::problem;

/// Battery low: its alert's path.
async fn battery(room: &mut Room) -> String {
    let ack = room.gateway.say(json!({ "id": "b", "kind": "battery_low", "device": "p" })).await;
    format!("/api/v1/alerts/{}", crate::support::house::alerts_in(&ack)[0])
}

fn owned(due: &str) -> Value {
    json!({ "owner": "North Engineers", "due_at": due, "interim": "The neighbour looks in at nine and six." })
}

const IN_AN_HOUR: &str = "2026-11-23T13:00:00Z";

#[tokio::test]
async fn a_fault_stays_with_the_home_s_record_and_rises_when_it_is_overdue() {
    let mut room = Room::open().await;
    let alert = battery(&mut room).await;
    let fault = format!("{alert}/fault");
    assert!(problem(room.ann.api.post(&fault, &owned("2026-11-23T11:00:00Z")).await, 422).contains("past"));
    assert!(problem(room.ann.api.post(&fault, &owned("2027-11-23T11:00:00Z")).await, 422).contains("30 days"));
    let made = room.ann.does(&alert, "fault", owned(IN_AN_HOUR)).await;
    assert_eq!((made["state"].as_str(), made["priority"].as_i64(), made["holder"].clone()), (Some("held"), Some(4), Value::Null));
    assert_eq!((made["accepted_by"]["name"].as_str(), made["accepted_at"].is_string()), (Some("Ann"), true), "who answered, not only when");
    let health = room.house.api.get("/api/v1/reports/device-health").await.expect(200);
    assert!(health.to_string().contains("North Engineers"), "the owner is whose task it is: {health}");
    let state = format!("/api/v1/homes/{}/state", room.home);
    let record = room.ann.api.get(&state).await.expect(200)["faults"].clone();
    assert_eq!((record[0]["owner"].as_str(), record[0]["overdue"].as_bool()), (Some("North Engineers"), Some(false)));
    assert_eq!((record[0]["by"]["name"].as_str(), record[0]["interim"].as_str().unwrap().contains("nine")), (Some("Ann"), true));

    // That it shows again is no news, and a restart forgets nothing.
    room.gateway.say(json!({ "id": "b2", "kind": "battery_low", "device": "p" })).await;
    assert_eq!(room.alert(&alert).await["state"], "held");
    room.house.restart().await;
    room.ann.api = room.house.api.clone();
    room.pass(3599).await;
    assert_eq!(room.alert(&alert).await["state"], "held");
    room.ann.present().await;
    room.pass(1).await;
    let due = room.alert(&alert).await;
    assert_eq!((due["state"].as_str(), due["priority"].as_i64()), (Some("raised"), Some(3)), "on top, and one higher: {due}");
    assert!(due["on_top_since"].is_string() && due["marks"].to_string().contains("fault_overdue"));
    let told = room.lines(&alert).await;
    assert!(
        told.contains(&"fault_overdue".to_owned()) && told.last().is_some_and(|what| what.starts_with("escalat")),
        "and told: {told:?}"
    );
    assert_eq!(room.ann.api.get(&state).await.expect(200)["faults"][0]["overdue"], true);

    let other = room.house.api.clone();
    other.post(&format!("{alert}/accept"), &json!({})).await.expect(200);
    other.post(&format!("{alert}/close"), &json!({ "outcome": "equipment_fault", "activations_seen": 2 })).await.expect(200);
    assert_eq!(room.ann.api.get(&state).await.expect(200)["faults"], json!([]), "it is over");
}

#[tokio::test]
async fn anybody_may_deal_with_a_fault_and_a_repair_ends_it() {
    let mut room = Room::open().await;
    let alert = battery(&mut room).await;
    room.ann.does(&alert, "accept", json!({})).await;
    assert!(problem(room.bob.api.post(&format!("{alert}/fault"), &owned(IN_AN_HOUR)).await, 409).contains("Ann"));
    room.ann.does(&alert, "fault", owned(IN_AN_HOUR)).await;
    // Bob looks at it and gives it back: it rests again. He postpones it.
    room.bob.does(&alert, "accept", json!({})).await;
    let back = room.bob.does(&alert, "release", json!({})).await;
    assert_eq!((back["state"].as_str(), back["held_until"].as_str()), (Some("held"), Some(IN_AN_HOUR)));
    let later = room.bob.does(&alert, "fault", owned("2026-11-23T14:00:00Z")).await;
    assert_eq!((later["held_until"].as_str(), later["fault"]["by"]["name"].as_str()), (Some("2026-11-23T14:00:00Z"), Some("Bob")));
    // He takes it and is not heard of any more: it is owned all the same.
    room.bob.does(&alert, "accept", json!({})).await;
    room.pass(61).await;
    assert_eq!(room.alert(&alert).await["state"], "held");
    room.gateway.say(json!({ "id": "ok", "kind": "battery_ok", "device": "p" })).await;
    assert_eq!(room.alert(&alert).await["state"], "raised", "what is repaired closes by itself");
    room.pass(31 * 60).await;
    let closed = room.alert(&alert).await;
    assert_eq!((closed["state"].as_str(), closed["outcome"].as_str()), (Some("closed"), Some("cleared_itself")));
}

#[tokio::test]
async fn only_equipment_has_faults() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    assert!(problem(room.ann.api.post(&format!("{alert}/fault"), &owned(IN_AN_HOUR)).await, 422).contains("technical"));
}
