//! The way through a real broker and back.

use std::time::Duration;

use bytes::Bytes;
use harken::ingest::delivery::Topic;
use harken::ingest::format::{Item, MAX_MESSAGE_BYTES};
use harken::ingest::intake::Intake;

use super::engine::{self, Obliging};
use super::stage::{self, Gateway, Running};
use crate::support::mosquitto::Mosquitto;
use crate::support::wait;

async fn the_way_there_and_back(protocol: &str) {
    let broker = Mosquitto::start().await;
    let mut settings = stage::settings(&broker.url());
    settings.mqtt.protocol = protocol.into();
    let store = stage::sqlite().await;
    let (intake, mut lanes) = Intake::new(10);
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    gateway.publish_as("gw-1", "status", "online", true).await;
    let source = Running::ready(&settings, &store, &intake).await;

    let status = engine::next(&mut lanes).await;
    assert_eq!((&*status.gateway, status.topic, status.retained), ("gw-1", Topic::Status, true), "a retained state is heard at the start");
    status.receipt.settle(Bytes::new());

    gateway.publish("events", r#"{"id":"1","kind":"motion"}"#).await;
    let event = engine::next(&mut lanes).await;
    assert_eq!((&*event.gateway, event.topic, event.retained), ("gw-1", Topic::Events, false));
    assert!(matches!(event.decoded.as_ref().unwrap().items[..], [Item::Event(_)]));
    assert!(gateway.heard().is_empty(), "no answer before it is stored");
    event.receipt.settle(Bytes::from_static(br#"{"id":"1"}"#));
    gateway.hears(r#"{"id":"1"}"#).await;

    gateway.publish("alarms", r#"{"id":"2","kind":"pendant"}"#).await;
    let alarm = engine::next(&mut lanes).await;
    assert_eq!((alarm.topic, alarm.payload.len()), (Topic::Alarms, 27));
    alarm.receipt.settle(Bytes::from_static(br#"{"id":"2"}"#));
    gateway.hears(r#"{"id":"2"}"#).await;

    gateway.publish("status", "offline").await;
    let status = engine::next(&mut lanes).await;
    assert_eq!((status.topic, &status.payload[..]), (Topic::Status, &b"offline"[..]));
    status.receipt.settle(Bytes::new());
    source.stop().await;

    // What was acknowledged does not come again; and a state that was told is not told again.
    let again = Running::ready(&settings, &store, &intake).await;
    gateway.publish("events", r#"{"id":"3","kind":"motion"}"#).await;
    let next = engine::next(&mut lanes).await;
    // MQTT 3.1.1 cannot ask not to be told retained states again.
    let next = if protocol == "3.1.1" && next.topic == Topic::Status { engine::next(&mut lanes).await } else { next };
    assert_eq!(&next.payload[..], br#"{"id":"3","kind":"motion"}"#);
    again.stop().await;
}

#[tokio::test]
async fn an_event_comes_through_and_its_answer_goes_back() {
    the_way_there_and_back("5").await;
}

#[tokio::test]
async fn and_with_mqtt_3_1_1_where_the_broker_shares_all_the_same() {
    the_way_there_and_back("3.1.1").await;
}

#[tokio::test]
async fn an_event_published_with_the_retained_flag_is_known_by_it() {
    let broker = Mosquitto::start().await;
    let (intake, mut lanes) = Intake::new(10);
    let source = Running::ready(&stage::settings(&broker.url()), &stage::sqlite().await, &intake).await;
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    gateway.publish_as("gw-1", "events", r#"{"id":"1","kind":"motion"}"#, true).await;
    assert!(engine::next(&mut lanes).await.retained);
    source.stop().await;
}

#[tokio::test]
async fn what_was_not_stored_comes_again_by_itself_and_its_neighbours_do_not() {
    let broker = Mosquitto::start().await;
    let (intake, mut lanes) = Intake::new(10);
    let mut settings = stage::settings(&broker.url());
    settings.mqtt.slots = 1;
    let source = Running::ready(&settings, &stage::sqlite().await, &intake).await;
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    gateway.publish("events", "refused").await;
    gateway.publish("events", "stored").await;
    drop(engine::next(&mut lanes).await);
    engine::next(&mut lanes).await.receipt.settle(Bytes::from_static(b"stored"));
    gateway.hears("stored").await;
    let again = engine::next(&mut lanes).await;
    assert_eq!(&again.payload[..], b"refused");
    again.receipt.settle(Bytes::from_static(b"at last"));
    gateway.hears("at last").await;
    engine::none(&mut lanes, Duration::from_millis(200)).await;
    source.stop().await;
}

#[tokio::test]
async fn a_stop_waits_for_what_the_engine_has_in_hand_and_leaves_the_rest_to_the_broker() {
    let broker = Mosquitto::start().await;
    let (settings, store) = (stage::settings(&broker.url()), stage::sqlite().await);
    let (intake, mut lanes) = Intake::new(10);
    let mut source = Running::ready(&settings, &store, &intake).await;
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    gateway.publish("events", "in hand").await;
    let in_hand = engine::next(&mut lanes).await;
    let mut path = source.path.clone();
    let stopping = tokio::spawn(async move { source.stop().await });
    path.wait_for(|path| path.connected == 0).await.unwrap();
    gateway.publish("events", "too late").await;
    in_hand.receipt.settle(Bytes::from_static(b"stored"));
    gateway.hears("stored").await;
    stopping.await.unwrap();
    source = Running::ready(&settings, &store, &intake).await;
    assert_eq!(&engine::next(&mut lanes).await.payload[..], b"too late", "and what was in hand is done with");
    engine::none(&mut lanes, Duration::from_millis(200)).await;
    source.stop().await;
}

async fn a_large_message_is_no_poison(protocol: &str) {
    let broker = Mosquitto::start().await;
    let (intake, mut lanes) = Intake::new(10);
    let mut settings = stage::settings(&broker.url());
    settings.mqtt.protocol = protocol.into();
    let source = Running::ready(&settings, &stage::sqlite().await, &intake).await;
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    gateway.publish("events", vec![b'x'; 600_000]).await;
    gateway.publish("events", vec![b' '; MAX_MESSAGE_BYTES]).await;
    gateway.publish("events", "behind it").await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let delivery = engine::next(&mut lanes).await;
        seen.push((delivery.payload.len(), delivery.oversized));
        delivery.receipt.settle(Bytes::from_static(b"{}"));
    }
    seen.sort_unstable();
    assert_eq!(seen, [(9, None), (4096, Some(600_000)), (MAX_MESSAGE_BYTES, None)], "the beginning of the large one, for quarantine");
    engine::none(&mut lanes, Duration::from_millis(500)).await;
    source.stop().await;
}

#[tokio::test]
async fn a_message_beyond_the_limit_goes_to_quarantine_and_not_round_in_circles() {
    a_large_message_is_no_poison("5").await;
}

#[tokio::test]
async fn nor_with_mqtt_3_1_1_where_no_limit_can_be_announced() {
    a_large_message_is_no_poison("3.1.1").await;
}

#[tokio::test]
async fn a_gateway_id_that_is_none_is_refused_and_acknowledged() {
    let broker = Mosquitto::start().await;
    let (settings, store) = (stage::settings(&broker.url()), stage::sqlite().await);
    let (intake, mut lanes) = Intake::new(10);
    let source = Running::ready(&settings, &store, &intake).await;
    let gateway = Gateway::connect(broker.port(), "bad id").await;
    gateway.publish("alarms", r#"{"id":"1","kind":"pendant"}"#).await;
    let delivery = engine::next(&mut lanes).await;
    assert_eq!(&*delivery.gateway, "?", "it is nobody's");
    let [Item::Rejected(rejection)] = &delivery.decoded.as_ref().unwrap().items[..] else { panic!("{delivery:?}") };
    assert!(rejection.reason.contains("`bad id`") && rejection.alarming, "{rejection:?}");
    delivery.receipt.settle(Bytes::from_static(b"rejected"));
    gateway.hears("rejected").await;
    gateway.publish_as("", "events", "{}", false).await;
    let delivery = engine::next(&mut lanes).await;
    assert!(matches!(delivery.decoded.as_ref().unwrap().items[..], [Item::Rejected(_)]));
    delivery.receipt.settle(Bytes::from_static(b"rejected"));
    source.stop().await;
    let source = Running::ready(&settings, &store, &intake).await;
    engine::none(&mut lanes, Duration::from_millis(500)).await;
    source.stop().await;
}

#[tokio::test]
async fn ten_thousand_messages_come_through_once_each_and_are_all_answered() {
    const COUNT: usize = 10_000;
    let broker = Mosquitto::start().await;
    let (engine, intake) = Obliging::new();
    let (settings, store) = (stage::settings(&broker.url()), stage::sqlite().await);
    let source = Running::ready(&settings, &store, &intake).await;
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    for n in 0..COUNT {
        gateway.publish("events", format!(r#"{{"id":"{n}","kind":"motion"}}"#)).await;
    }
    wait::until("all are answered", wait::PATIENCE, || async { (gateway.heard().len() == COUNT).then_some(()) }).await;
    assert_eq!(engine.distinct(), COUNT);
    source.stop().await;
    // All were acknowledged: nothing is left at the broker.
    let (intake, mut lanes) = Intake::new(10);
    let source = Running::ready(&settings, &store, &intake).await;
    engine::none(&mut lanes, Duration::from_millis(500)).await;
    source.stop().await;
}
