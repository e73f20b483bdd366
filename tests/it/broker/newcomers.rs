//! Gateways that nobody registered: anybody who may publish at the broker can invent them.

use std::collections::HashMap;

use bytes::Bytes;
use harken::ingest::delivery::Topic;
use harken::ingest::format::Item;
use harken::ingest::intake::Intake;
use serde_json::json;

use super::engine;
use super::stage::{self, Gateway, Running};
use crate::support::house::House;
use crate::support::mosquitto::Mosquitto;
use crate::support::{scratch, wait};

#[tokio::test]
async fn so_many_are_taken_in_each_minute_and_every_alarm() {
    let broker = Mosquitto::start().await;
    let (intake, mut lanes) = Intake::new(10);
    let store = stage::sqlite().await;
    let mut tx = store.begin().await.unwrap();
    tx.gateways_heard(&[("known".into(), harken::clock::Clock::system().now())]).await.unwrap();
    tx.commit().await.unwrap();
    let mut settings = stage::settings(&broker.url());
    settings.mqtt.new_gateways_per_minute = 2;
    let source = Running::ready(&settings, &store, &intake).await;
    let gateway = Gateway::connect(broker.port(), "new-1").await;
    let event = r#"{"id":"1","kind":"motion"}"#;
    let mut fates = HashMap::new();
    for id in ["new-1", "new-2", "new-3", "new-4", "new-1", "known"] {
        gateway.publish_as(id, "events", event, false).await;
        let delivery = engine::next(&mut lanes).await;
        let fate = match &delivery.decoded.as_ref().unwrap().items[..] {
            [Item::Event(event)] => (event.gateway.to_string(), String::new()),
            [Item::Rejected(rejection)] => (delivery.gateway.to_string(), rejection.reason.clone()),
            items => panic!("{items:?}"),
        };
        delivery.receipt.settle(Bytes::from_static(b"{}"));
        fates.insert(id, fate);
    }
    for id in ["new-1", "new-2", "known"] {
        assert_eq!(fates[id], (id.to_owned(), String::new()));
    }
    for id in ["new-3", "new-4"] {
        let (gateway, reason) = &fates[id];
        assert!(gateway == "?" && reason.contains(id) && reason.contains("register it"), "{reason}");
    }
    gateway.publish_as("new-5", "events", r#"{"id":"1","kind":"pendant"}"#, false).await;
    gateway.publish_as("new-6", "alarms", r#"{"id":"1","kind":"wobble"}"#, false).await;
    for _ in 0..2 {
        let alarm = engine::next(&mut lanes).await;
        assert!(matches!(alarm.decoded.as_ref().unwrap().items[..], [Item::Event(_)]), "{alarm:?}");
        assert!(["new-5", "new-6"].contains(&&*alarm.gateway));
    }
    gateway.publish_as("new-7", "status", "online", false).await;
    let status = engine::next(&mut lanes).await;
    assert_eq!(status.topic, Topic::Status);
    assert!(matches!(status.decoded.as_ref().unwrap().items[..], [Item::Rejected(_)]));
    source.kill().await;
}

#[tokio::test]
async fn what_is_refused_is_in_quarantine_and_in_no_register() {
    let broker = Mosquitto::start().await;
    let database = format!("sqlite://{}", scratch::dir("newcomers-").join("harken.db").display());
    let house = House::on(&database, |settings| {
        settings.mqtt.url = broker.url();
        settings.mqtt.listen = String::new();
        settings.mqtt.new_gateways_per_minute = 1;
    })
    .await;
    let gateway = Gateway::connect(broker.port(), "first").await;
    let other = Gateway::connect(broker.port(), "second").await;
    let strange = Gateway::connect(broker.port(), "no id").await;
    let event = json!({ "id": "1", "kind": "motion" }).to_string();
    let answered = async |gateway: &Gateway, text: &str| gateway.hears(text).await;
    gateway.publish("events", event.clone()).await;
    answered(&gateway, "stored").await;
    other.publish("events", event.clone()).await;
    answered(&other, "rejected").await;
    strange.publish("alarms", event.clone()).await;
    answered(&strange, "rejected").await;
    other.publish("status", "online").await;
    let refused = || async {
        let quarantine = house.api.get("/api/v1/quarantine").await.expect(200);
        let reasons: Vec<String> = quarantine["items"].as_array()?.iter().map(|item| item["reason"].to_string()).collect();
        (reasons.len() == 3).then_some(reasons)
    };
    let reasons = wait::until("all three are in quarantine", wait::PATIENCE, refused).await;
    assert!(
        reasons.iter().any(|reason| reason.contains("`no id`")) && reasons.iter().any(|reason| reason.contains("`second`")),
        "{reasons:?}"
    );
    assert_eq!(house.count("SELECT COUNT(*) FROM gateways").await, 1, "only the first");
    assert_eq!(house.count("SELECT COUNT(*) FROM events").await, 1);
    let alerts = house.until_alerts("unreadable_alarm", 1).await;
    assert_eq!(alerts[0]["queue"], "care", "somebody may have asked for help");
    // Once it is registered it is known.
    let home = house.home("Elm").await;
    house.api.post("/api/v1/gateways", &json!({ "id": "second", "home": home })).await.expect(201);
    other.publish("events", event).await;
    answered(&other, "stored").await;
    house.stop().await;
}
