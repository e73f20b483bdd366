//! Trouble of the service itself: each organisation concerned is told, and messages that were forgotten go out.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Room;
use crate::notify::receiver::Receiver;
use crate::support::{sql, wait};

async fn room_with_webhook(receiver: &Receiver) -> Room {
    let room = Box::pin(Room::open_with(|settings| settings.notify.private_targets = true)).await;
    let webhook = json!({ "organisation": room.organisation, "name": "w", "url": receiver.url("/w"), "events": ["platform.notice"] });
    room.house.api.post("/api/v1/webhooks", &webhook).await.expect(201);
    room
}

async fn notices(room: &Room) -> Vec<Value> {
    room.house.api.get("/api/v1/notices").await.expect(200)["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_outage_of_our_own_is_told_to_each_organisation_once() {
    let receiver = Receiver::start().await;
    let mut room = room_with_webhook(&receiver).await;
    room.house.organisation("South").await;
    room.house.restart_after(TimeDelta::minutes(4)).await;
    room.pass(10).await;
    assert!(notices(&room).await.is_empty(), "a short one is not worth a notice");
    room.house.restart_after(TimeDelta::hours(1)).await;
    room.pass(10).await;
    let told = wait::until("both are told", wait::PATIENCE, || async {
        let told = notices(&room).await;
        (told.len() >= 2).then_some(told)
    })
    .await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|each| each["matter"] == "outage" && each["text"].as_str().unwrap().contains("60 min")), "{told:?}");
    let sent = wait::until("the webhook was told", wait::PATIENCE, || async { receiver.received().first().cloned() }).await.json();
    assert_eq!((sent["type"].as_str(), sent["data"]["organisation"].as_str()), (Some("platform.notice"), Some(&*room.organisation)));
    room.house.restart().await;
    room.pass(60).await;
    assert_eq!((notices(&room).await.len(), receiver.received().len()), (2, 1), "once");
    let own = super::person(&room.house, "Vera", "viewer", &room.organisation).await;
    assert_eq!(own.api.get("/api/v1/notices").await.expect(200)["items"].as_array().unwrap().len(), 1, "and its own only");
}

#[tokio::test]
async fn what_was_left_unattended_is_told_to_whom_it_concerns() {
    let receiver = Receiver::start().await;
    let mut room = room_with_webhook(&receiver).await;
    room.press("1", "pendant").await;
    for _ in 0..2 {
        sql::run(&room.house.database(), "DELETE FROM clocks WHERE rule = '#lease'").await;
        room.pass(61).await;
    }
    let told = notices(&room).await;
    assert_eq!(told.len(), 1, "once an hour: {told:?}");
    assert_eq!((told[0]["matter"].as_str(), told[0]["organisation"].as_str()), (Some("unattended_alert"), Some(&*room.organisation)));
}

#[tokio::test]
async fn a_message_without_a_next_try_is_found_sent_and_told() {
    let receiver = Receiver::start().await;
    receiver.answer(&[crate::notify::receiver::Answer::Status(500)]);
    let mut room = Room::open_with(|settings| {
        settings.notify.private_targets = true;
        settings.notify.first_pause_s = 3600;
    })
    .await;
    let webhook = json!({ "organisation": room.organisation, "name": "w", "url": receiver.url("/w"), "events": ["alert.raised"] });
    room.house.api.post("/api/v1/webhooks", &webhook).await.expect(201);
    room.press("1", "pendant").await;
    wait::until("it was tried", wait::PATIENCE, || async {
        (room.house.count("SELECT COUNT(*) FROM outbox WHERE last_status = 500").await == 1).then_some(())
    })
    .await;
    sql::run(&room.house.database(), "UPDATE outbox SET next_us = NULL WHERE state = 'pending'").await;
    room.pass(61).await;
    wait::until("it was sent", wait::PATIENCE, || async {
        (room.house.count("SELECT COUNT(*) FROM outbox WHERE state = 'delivered' AND attempts = 2").await == 1).then_some(())
    })
    .await;
    let told = room.house.until_alerts("messages_unsent", 1).await;
    assert!(told[0]["explanation"].as_str().unwrap().starts_with("1 messages"), "{}", told[0]);
    assert_eq!(notices(&room).await[0]["matter"], "messages_unsent");
}
