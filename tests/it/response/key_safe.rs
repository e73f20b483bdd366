//! The code of a key safe read in a case: for an ambulance crew at the door, by whoever holds the alert, with a reason.

use serde_json::{Value, json};

use super::{Person, Room, person};
use crate::support::house::problem;

/// An alert at a home whose key safe has a code, and the address under which the code is read.
async fn at_the_door(room: &mut Room) -> (String, String) {
    room.house.api.patch(&format!("/api/v1/homes/{}", room.home), &json!({ "key_safe": "blue-2580" })).await.expect(200);
    let alert = room.press("1", "pendant").await;
    let key = format!("{alert}/key-safe");
    (alert, key)
}

async fn readings(room: &Room) -> Vec<Value> {
    room.house.api.get("/api/v1/audit?action=read_key_safe").await.expect(200)["items"].as_array().unwrap().clone()
}

fn why() -> Value {
    json!({ "reason": "Ambulance at the door" })
}

#[tokio::test]
async fn the_holder_of_an_accepted_alert_reads_it_with_a_reason_and_it_is_told() {
    let mut room = Room::open().await;
    let (alert, key) = at_the_door(&mut room).await;
    assert!(problem(room.ann.api.post(&key, &why()).await, 409).contains("accept"), "nobody has it yet");
    room.ann.does(&alert, "accept", json!({})).await;
    for without in [json!({}), json!({ "reason": "" })] {
        problem(room.ann.api.post(&key, &without).await, 422);
    }
    assert!(readings(&room).await.is_empty(), "what was refused is no reading");
    assert_eq!(room.ann.api.post(&key, &why()).await.expect(200), json!({ "code": "blue-2580" }));
    let trail = readings(&room).await;
    let read = &trail[0];
    assert_eq!((trail.len(), read["who"].as_str(), read["object_id"].as_str()), (1, Some(&*room.ann.id), Some(&*room.home)));
    let words = read["detail"]["text"].as_str().unwrap();
    assert!(words.contains("Ambulance at the door") && words.contains(alert.rsplit('/').next().unwrap()), "{read}");
    let whole = room.alert(&alert).await;
    let line = whole["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((line["what"].as_str(), line["who"].as_str()), (Some("read_key_safe"), Some("Ann")));
    assert!(line["text"].as_str().unwrap().contains("Ambulance at the door"));
    room.ann.api.post(&key, &why()).await.expect(200);
    assert_eq!(readings(&room).await.len(), 2, "each reading is one of its own");
    // The code itself stands in no history.
    let told = [room.alert(&alert).await.to_string(), room.house.api.get("/api/v1/audit?limit=500").await.expect(200).to_string()];
    assert!(told.iter().all(|text| !text.contains("blue-2580")));
}

#[tokio::test]
async fn nobody_else_reads_it_and_not_when_it_is_held_or_over() {
    let mut room = Room::open().await;
    let (alert, key) = at_the_door(&mut room).await;
    room.ann.does(&alert, "accept", json!({})).await;
    assert!(problem(room.bob.api.post(&key, &why()).await, 409).contains("Ann"));
    let mia = person(&room.house, "Mia", "manager", &room.organisation).await;
    mia.api.post(&key, &why()).await.expect(403);
    let south = room.house.organisation("South").await;
    let stranger: Person = person(&room.house, "Stan", "operator", &south).await;
    stranger.api.post(&key, &why()).await.expect(404);
    room.ann.does(&alert, "hold", json!({ "until": "2026-11-23T12:05:00Z", "reason": "the crew is on its way" })).await;
    assert!(problem(room.ann.api.post(&key, &why()).await, 409).contains("held"));
    room.ann.does(&alert, "accept", json!({})).await;
    room.ann.api.post(&key, &why()).await.expect(200);
    room.ann.does(&alert, "close", json!({ "outcome": "ambulance", "activations_seen": 1 })).await;
    problem(room.ann.api.post(&key, &why()).await, 409);
    assert_eq!(readings(&room).await.len(), 1);
}

#[tokio::test]
async fn where_no_code_is_kept_it_says_whom_to_ask() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    room.ann.does(&alert, "accept", json!({})).await;
    assert!(problem(room.ann.api.post(&format!("{alert}/key-safe"), &why()).await, 409).contains("contacts"));
    assert!(readings(&room).await.is_empty());
}

#[tokio::test]
async fn a_repeated_request_does_not_bring_the_code_from_a_store_of_answers() {
    let mut room = Room::open().await;
    let (alert, key) = at_the_door(&mut room).await;
    room.ann.does(&alert, "accept", json!({})).await;
    let send = async || {
        let request = room.ann.api.request(reqwest::Method::POST, &key).header("idempotency-key", "once");
        let answer = request.json(&why()).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(send().await.0, 200);
    let (status, words) = send().await;
    assert_eq!((status, words.contains("blue-2580")), (409, false), "the code would have lain there unencrypted: {words}");
    assert_eq!(readings(&room).await.len(), 1);
}
