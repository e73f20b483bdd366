//! A case in hands: holds, silent holders, hand-over, reopening, the order of the queue.

use serde_json::{Value, json};

use super::Room;
use crate::support::house::problem;

const CLOSING: &str = r#"{ "outcome": "reassured", "activations_seen": 1 }"#;

fn closing() -> Value {
    serde_json::from_str(CLOSING).unwrap()
}

#[tokio::test]
async fn a_hold_comes_back_on_top_and_a_new_press_ends_it_at_once() {
    let mut room = Room::open().await;
    let older = room.press("1", "pull_cord").await;
    let alert = room.press("2", "pendant").await;
    let (ann, hold) = (&room.ann, |until: &str| json!({ "until": until, "reason": "the daughter is on her way" }));
    assert!(problem(ann.api.post(&format!("{alert}/hold"), &hold("2026-11-23T12:05:00Z")).await, 409).contains("accept"));
    ann.does(&alert, "accept", json!({})).await;
    assert!(problem(ann.api.post(&format!("{alert}/hold"), &hold("2026-11-23T11:59:00Z")).await, 422).contains("past"));
    assert!(problem(ann.api.post(&format!("{alert}/hold"), &hold("2026-11-25T12:00:00Z")).await, 422).contains("at most"));
    let held = ann.does(&alert, "hold", hold("2026-11-23T12:05:00Z")).await;
    assert_eq!((held["state"].as_str(), held["holder"]["name"].as_str()), (Some("held"), Some("Ann")));
    room.pass(299).await;
    assert_eq!(room.alert(&alert).await["state"], "held", "nobody's silence ends a hold");
    room.pass(1).await;
    let back = room.alert(&alert).await;
    assert_eq!((back["state"].as_str(), back["previous_holder"]["name"].as_str()), (Some("raised"), Some("Ann")));
    let queue = room.house.alerts("queue=care").await;
    assert_eq!((queue[0]["id"].clone(), queue.len()), (back["id"].clone(), 2), "before what has waited longer");
    assert!(older.ends_with(queue[1]["id"].as_str().unwrap()));

    room.ann.does(&alert, "accept", json!({})).await;
    room.ann.does(&alert, "hold", hold("2026-11-23T12:08:00Z")).await;
    assert_eq!(room.press("3", "pendant").await, alert);
    let pressed = room.alert(&alert).await;
    assert_eq!((pressed["state"].as_str(), pressed["activations"].as_i64()), (Some("raised"), Some(2)));
}

#[tokio::test]
async fn a_case_without_a_step_goes_back_though_its_holder_is_there() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    room.ann.does(&alert, "accept", json!({})).await;
    let mut passed = 0;
    while room.alert(&alert).await["state"] == "accepted" {
        room.ann.present().await;
        room.pass(30).await;
        passed += 30;
        assert!(passed <= 700, "it stays with a holder who does nothing");
    }
    assert!([300, 600].contains(&passed), "after the time of its priority, not after {passed} s");
    let back = room.alert(&alert).await;
    assert!(back["marks"].to_string().contains("no_step"), "{back}");
    room.ann.does(&alert, "accept", json!({})).await;
    for _ in 0..25 {
        room.ann.present().await;
        room.ann.does(&alert, "calls", json!({ "to": "the home", "result": "no_answer" })).await;
        room.pass(30).await;
    }
    assert_eq!(room.alert(&alert).await["state"], "accepted", "a call is a step");
}

#[tokio::test]
async fn who_lost_it_is_named_and_the_next_one_has_it() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    room.ann.does(&alert, "accept", json!({})).await;
    room.pass(61).await;
    let back = room.alert(&alert).await;
    assert_eq!((back["state"].as_str(), back["previous_holder"]["name"].as_str()), (Some("raised"), Some("Ann")));
    room.bob.does(&alert, "accept", json!({})).await;
    assert!(problem(room.ann.api.post(&format!("{alert}/close"), &closing()).await, 409).contains("Bob"));
}

#[tokio::test]
async fn calls_name_a_contact_of_the_home_or_say_whom() {
    let mut room = Room::open().await;
    let contact = |home: &str| json!({ "home": home, "name": "June", "relation": "daughter", "telephone": "1", "calling_order": 1 });
    let june = room.house.api.post("/api/v1/contacts", &contact(&room.home)).await.expect(201);
    let other = room.house.home_of(&room.organisation, "Oak Row").await;
    let stranger = room.house.api.post("/api/v1/contacts", &contact(&other)).await.expect(201);
    let alert = room.press("1", "pendant").await;
    room.ann.does(&alert, "accept", json!({})).await;
    let call = |contact: &Value| json!({ "contact": contact["id"], "result": "voicemail" });
    room.ann.does(&alert, "calls", call(&june)).await;
    problem(room.ann.api.post(&format!("{alert}/calls"), &call(&stranger)).await, 422);
    problem(room.ann.api.post(&format!("{alert}/calls"), &json!({ "result": "reached" })).await, 422);
    let whole = room.alert(&alert).await;
    assert_eq!(whole["timeline"][2]["text"], "Called June (daughter): voicemail.");
}

#[tokio::test]
async fn a_shift_hands_its_cases_over_in_one_step_to_somebody_who_is_there() {
    let mut room = Room::open().await;
    let two = room.press("1", "smoke").await;
    room.pass(1).await;
    let one = room.press("2", "pendant").await;
    room.ann.does(&one, "accept", json!({})).await;
    room.ann.does(&two, "accept", json!({})).await;
    let over = |to: &str| json!({ "to": to, "note": "The daughter of Elm Row rings back." });
    let path = "/api/v1/alerts/hand-over";
    assert!(problem(room.ann.api.post(path, &over(&room.bob.id)).await, 409).contains("present"), "he is not there");
    room.bob.present().await;
    room.ann.api.post(path, &over(&room.ann.id)).await.expect(409);
    let read = room.ann.api.post(path, &over(&room.bob.id)).await.expect(200);
    assert_eq!(read["items"].as_array().unwrap().len(), 2);
    assert!(two.ends_with(read["items"][0]["id"].as_str().unwrap()), "the fire, which has waited longer, is read first: {read}");
    for alert in [&one, &two] {
        assert_eq!(room.alert(alert).await["holder"]["name"], "Bob");
        room.ann.api.post(&format!("{alert}/close"), &closing()).await.expect(409);
    }
    assert!(room.alert(&one).await["timeline"].to_string().contains("rings back"));
}

#[tokio::test]
async fn what_was_closed_opens_again_under_its_id_unless_a_successor_is_open() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    let reopen = json!({ "reason": "closed by mistake" });
    room.ann.api.post(&format!("{alert}/reopen"), &reopen).await.expect(409);
    room.ann.does(&alert, "accept", json!({})).await;
    room.ann.does(&alert, "close", closing()).await;
    let again = room.ann.does(&alert, "reopen", reopen.clone()).await;
    assert_eq!((again["state"].as_str(), again["outcome"].is_null(), again["closed_at"].is_null()), (Some("raised"), true, true));
    assert_eq!(room.house.alerts("queue=care").await.len(), 1);
    room.ann.does(&alert, "accept", json!({})).await;
    room.ann.does(&alert, "close", closing()).await;
    let successor = room.press("2", "pendant").await;
    assert_ne!(successor, alert);
    let told = problem(room.ann.api.post(&format!("{alert}/reopen"), &reopen).await, 409);
    assert!(told.contains(successor.rsplit('/').next().unwrap()), "{told}");
}

#[tokio::test]
async fn a_person_lowers_and_raises_the_priority_and_history_does_not() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    let before = room.alert(&alert).await["priority"].as_i64().unwrap();
    let to = |priority: i64| json!({ "priority": priority, "reason": "her son is with her" });
    problem(room.ann.api.post(&format!("{alert}/priority"), &to(9)).await, 422);
    problem(room.ann.api.post(&format!("{alert}/priority"), &json!({ "priority": 4 })).await, 422);
    assert_eq!(room.ann.does(&alert, "priority", to(4)).await["priority"], 4);
    room.press("2", "pendant").await;
    assert_eq!(room.alert(&alert).await["priority"].as_i64(), Some(before), "a new press is as urgent as any");
}

#[tokio::test]
async fn the_queue_shows_the_marks_before_they_are_missed_and_counts_repeated_presses() {
    let mut room = Room::open().await;
    let first = room.press("1", "pendant").await;
    room.pass(20).await;
    let second = room.gateway.alarm(json!({ "id": "2", "kind": "pendant", "device": "other" })).await;
    let second = second["alerts"][0].as_str().unwrap().to_owned();
    let queue = room.house.alerts("queue=care").await;
    assert_eq!(
        (queue[0]["answer_by"].as_str(), queue[0]["breach_at"].as_str()),
        (Some("2026-11-23T12:01:00Z"), Some("2026-11-23T12:03:00Z"))
    );
    assert!(first.ends_with(queue[0]["id"].as_str().unwrap()), "who waits longer is first");
    room.gateway.alarm(json!({ "id": "3", "kind": "pendant", "device": "other" })).await;
    assert_eq!(room.house.alerts("queue=care").await[0]["id"], second.as_str(), "who presses again is before who waited a little longer");
}

#[tokio::test]
async fn a_test_ends_by_itself_and_a_care_alert_never_does() {
    let mut room = Room::open().await;
    let ack = room.gateway.alarm(json!({ "id": "t", "kind": "pendant", "device": "p", "test": true })).await;
    let test = format!("/api/v1/alerts/{}", ack["alerts"][0].as_str().unwrap());
    let real = room.press("1", "pendant").await;
    room.pass(3601).await;
    let (test, real) = (room.alert(&test).await, room.alert(&real).await);
    assert_eq!((test["state"].as_str(), test["outcome"].as_str()), (Some("closed"), Some("test_ended")));
    assert_eq!(real["state"], "raised");
}
