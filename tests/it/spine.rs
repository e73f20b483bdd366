//! The spine: an event in over MQTT becomes an alert that a person can take, and closes.

use serde_json::json;

use super::support::house::{House, alerts_in, problem};

#[tokio::test]
async fn a_pressed_pendant_is_taken_and_closed() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    let mut stream = house.api.stream("/api/v1/alerts/stream").await;

    let ack = gateway.alarm(json!({ "id": "1", "kind": "pendant", "device": "p1" })).await;
    assert_eq!((ack["id"].as_str(), ack["status"].as_str()), (Some("1"), Some("stored")), "{ack}");
    let named = alerts_in(&ack);
    let raised = stream.next_of("alert").await;
    assert_eq!(raised["id"], named[0].as_str());
    assert_eq!((raised["state"].as_str(), raised["priority"].as_i64(), raised["queue"].as_str()), (Some("raised"), Some(1), Some("care")));
    assert_eq!(raised["call_back"], "tel:+441234567890");

    let path = format!("/api/v1/alerts/{}", named[0]);
    let closing = json!({ "outcome": "reassured", "activations_seen": 1 });
    assert!(problem(house.api.post(&format!("{path}/close"), &closing).await, 409).contains("accept"));
    house.api.post(&format!("{path}/accept"), &json!({})).await.expect(200);
    let again = gateway.alarm(json!({ "id": "2", "kind": "pendant", "device": "p1" })).await;
    assert_eq!(alerts_in(&again), named, "a second press adds to the open alert");
    assert!(problem(house.api.post(&format!("{path}/close"), &closing).await, 409).contains('2'));
    let closing = json!({ "outcome": "reassured", "activations_seen": 2, "note": "pressed it in her sleep" });
    let closed = house.api.post(&format!("{path}/close"), &closing).await.expect(200);
    assert_eq!((closed["state"].as_str(), closed["outcome"].as_str()), (Some("closed"), Some("reassured")));
    assert!(house.alerts("").await.is_empty());

    let next = gateway.alarm(json!({ "id": "3", "kind": "pendant", "device": "p1" })).await;
    let whole = house.api.get(&format!("/api/v1/alerts/{}", alerts_in(&next)[0])).await.expect(200);
    assert_eq!(whole["previous"], named[0].as_str());
    assert_eq!(whole["evidence"].as_array().map(Vec::len), Some(1), "{whole}");
}
