//! Escalation: steps in their time, none lost by a restart, the last for ever.

use serde_json::json;

use super::{Room, person};

#[tokio::test]
async fn an_alert_that_nobody_takes_goes_step_by_step_and_never_stops() {
    let mut room = Room::open().await;
    let meg = person(&room.house, "Meg", "manager", &room.organisation).await;
    room.policy(
        json!([
            { "after_s": 30, "targets": [{ "role": "operator" }] },
            { "after_s": 40, "targets": [{ "role": "manager" }] },
        ]),
        50,
    )
    .await;
    let alert = room.press("1", "pendant").await;
    let fresh = room.alert(&alert).await;
    assert_eq!((fresh["level"].as_i64(), fresh["next_step_at"].as_str()), (Some(0), Some("2026-11-23T12:00:30Z")));
    room.ann.present().await;
    room.pass(30).await;
    let told = room.alert(&alert).await;
    assert_eq!((told["level"].as_i64(), told["next_step_at"].as_str()), (Some(1), Some("2026-11-23T12:01:10Z")), "{told}");
    assert!(told["timeline"][1]["text"].as_str().unwrap().contains("Ann"), "{told}");
    meg.present().await;
    room.pass(40).await;
    let told = room.alert(&alert).await;
    assert!(told["timeline"][2]["text"].as_str().unwrap().contains("the managers present (Meg)"), "{told}");
    for round in 0..20 {
        meg.present().await;
        room.pass(50).await;
        assert_eq!(room.alert(&alert).await["level"].as_i64(), Some(3 + round), "the last step is repeated for ever");
    }
    assert!(room.alert(&alert).await["marks"].to_string().contains("last_step_repeated"));
}

#[tokio::test]
async fn who_takes_it_stops_the_steps() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    room.ann.does(&alert, "accept", json!({})).await;
    for _ in 0..5 {
        room.ann.present().await;
        room.pass(50).await;
    }
    let taken = room.alert(&alert).await;
    assert_eq!((taken["state"].as_str(), taken["level"].as_i64(), taken["next_step_at"].is_null()), (Some("accepted"), Some(0), true));
    assert_eq!(room.lines(&alert).await, ["raised", "accepted"]);
}

#[tokio::test]
async fn a_step_that_reaches_nobody_is_skipped_at_once() {
    let mut room = Room::open().await;
    let contact = json!({ "home": room.home, "name": "June", "relation": "daughter", "telephone": "+44 20 7946 0000", "calling_order": 1 });
    room.house.api.post("/api/v1/contacts", &contact).await.expect(201);
    room.policy(
        json!([
            { "after_s": 20, "targets": [{ "role": "manager" }, { "user": "nobody" }] },
            { "after_s": 600, "targets": [{ "contact": 1 }] },
            { "after_s": 600, "targets": [{ "role": "operator" }] },
        ]),
        60,
    )
    .await;
    let alert = room.press("1", "pendant").await;
    room.pass(20).await;
    let told = room.alert(&alert).await;
    assert_eq!((told["level"].as_i64(), told["next_step_at"].as_str()), (Some(2), Some("2026-11-23T12:10:20Z")), "{told}");
    assert_eq!(room.lines(&alert).await, ["raised", "escalation_skipped", "escalated"]);
    assert!(told["timeline"][2]["text"].as_str().unwrap().contains("June (daughter), +44 20 7946 0000"));
}

#[tokio::test]
async fn with_nobody_there_it_is_told_once_and_tried_for_ever() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    room.pass(600).await;
    assert_eq!(room.lines(&alert).await, ["raised", "escalation_skipped", "escalation_unheard"], "not a line for every try");
    for _ in 0..2 {
        room.ann.present().await;
        room.pass(30).await;
    }
    let told = room.alert(&alert).await;
    assert_eq!(room.lines(&alert).await.last().unwrap(), "escalated", "and who comes is told");
    assert!(!told["marks"].to_string().contains("unheard"), "{told}");
}

#[tokio::test]
async fn a_step_that_fell_due_while_the_service_was_down_is_taken_once_when_it_is_back() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    room.house.restart_after(chrono::TimeDelta::seconds(59)).await;
    let address = room.house.app().http.unwrap();
    room.ann.api = room.ann.api.at(address);
    room.ann.present().await;
    room.pass(2).await;
    let told = room.alert(&alert).await;
    assert_eq!(told["level"], 1, "{told}");
    assert_eq!(room.lines(&alert).await, ["raised", "escalated"]);
}

#[tokio::test]
async fn the_next_step_can_be_had_now_and_the_case_stays_with_its_holder() {
    let mut room = Room::open().await;
    let meg = person(&room.house, "Meg", "manager", &room.organisation).await;
    let alert = room.press("1", "pendant").await;
    room.ann.does(&alert, "accept", json!({})).await;
    meg.present().await;
    let told = room.ann.does(&alert, "escalate", json!({})).await;
    assert_eq!((told["state"].as_str(), told["holder"]["name"].as_str()), (Some("accepted"), Some("Ann")));
    assert_eq!(room.lines(&alert).await, ["raised", "accepted", "escalation_asked", "escalation_skipped", "escalated"]);
    room.bob.api.post(&format!("{alert}/escalate"), &json!({})).await.expect(409);
}

#[tokio::test]
async fn an_alert_keeps_the_policy_it_was_raised_with_and_a_rule_may_name_its_own() {
    let mut room = Room::open().await;
    let ours = room.policy(json!([{ "after_s": 10, "targets": [{ "role": "operator" }] }]), 60).await;
    let before = room.press("1", "pendant").await;
    let path = format!("/api/v1/escalation-policies/{}", ours["id"].as_str().unwrap());
    let steps = json!([{ "after_s": 99, "targets": [{ "role": "operator" }] }]);
    room.house.api.patch(&path, &json!({ "steps": steps })).await.expect(200);
    let after = room.press("2", "smoke").await;
    let (before, after) = (room.alert(&before).await, room.alert(&after).await);
    assert_eq!((before["escalation"]["version"].as_i64(), before["escalation"]["steps"][0]["after_s"].as_i64()), (Some(1), Some(10)));
    assert_eq!((after["escalation"]["version"].as_i64(), after["escalation"]["steps"][0]["after_s"].as_i64()), (Some(2), Some(99)));
}

#[tokio::test]
async fn in_maintenance_an_alarm_is_told_step_by_step_all_the_same() {
    let mut room = Room::open().await;
    let until = json!({ "until": "2026-11-23T14:00:00Z", "reason": "the engineer is there" });
    room.ann.api.post(&format!("/api/v1/homes/{}/maintenance", room.home), &until).await.expect(201);
    let alert = room.press("1", "pendant").await;
    for level in [1, 2, 3] {
        room.pass(30).await;
        room.ann.present().await;
        room.pass(30).await;
        assert_eq!(room.alert(&alert).await["level"], level, "no mode keeps an alarm from being told");
    }
}
