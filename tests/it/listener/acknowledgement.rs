//! A PUBLISH is acknowledged after its commit, in its turn; the ack object goes at once.

use std::time::Duration;

use bytes::Bytes;
use harken::ingest::delivery::Topic;
use harken::ingest::listener::Limits;

use super::rig::{Rig, limits, settle};
use super::wire::{Connect, Raw, acks, alarms, events, publish, status, unsubscribe};
use crate::support::wait;

/// PUBLISH of an ack object as the listener sends it at QoS 1.
fn ack_object(version: u8, gateway: &str, id: u16, payload: &[u8]) -> Vec<u8> {
    publish(version, &acks(gateway), 1, id, payload)[2..].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn puback_comes_after_the_commit_and_the_ack_object_before_it() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = rig.connect(version, "gw1").await;
        gateway.subscribe_acks("gw1", 1).await;
        gateway.publish(&events("gw1"), 1, 7, br#"{"kind":"motion"}"#).await;
        let delivery = rig.next().await;
        assert_eq!((&*delivery.gateway, &delivery.payload[..]), ("gw1", &br#"{"kind":"motion"}"#[..]));
        // The answer to the ping overtakes nothing: were there a PUBACK already, it would come first.
        gateway.ping().await;
        delivery.receipt.settle(Bytes::from_static(b"{}"));
        gateway.expect(0x32, &ack_object(version, "gw1", 1, b"{}")).await;
        gateway.expect(0x40, &[0, 7]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pubacks_keep_the_order_of_the_publishes() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = rig.connect(version, "gw1").await;
        for id in [11, 5, 9] {
            gateway.publish(&events("gw1"), 1, id, b"{}").await;
        }
        let mut deliveries = rig.take(3).await;
        let last = deliveries.pop().unwrap();
        settle(last);
        gateway.ping().await;
        let second = deliveries.pop().unwrap();
        settle(second);
        gateway.ping().await;
        settle(deliveries.pop().unwrap());
        for id in [11, 5, 9] {
            gateway.expect(0x40, &[0, id]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ack_object_goes_at_once_though_its_puback_must_wait_its_turn() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = rig.connect(version, "gw1").await;
        gateway.subscribe_acks("gw1", 1).await;
        gateway.publish(&events("gw1"), 1, 1, b"{}").await;
        gateway.publish(&alarms("gw1"), 1, 2, b"{}").await;
        let mut deliveries = rig.take(2).await;
        let alarm = deliveries.iter().position(|delivery| delivery.topic == Topic::Alarms).unwrap();
        deliveries.remove(alarm).receipt.settle(Bytes::from_static(b"help is told"));
        gateway.expect(0x32, &ack_object(version, "gw1", 1, b"help is told")).await;
        gateway.ping().await;
        deliveries.remove(0).receipt.settle(Bytes::from_static(b"stored"));
        gateway.expect(0x32, &ack_object(version, "gw1", 2, b"stored")).await;
        gateway.expect(0x40, &[0, 1]).await;
        gateway.expect(0x40, &[0, 2]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn qos_2_is_received_after_the_commit_and_completed_always() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = rig.connect(version, "gw1").await;
        gateway.publish(&events("gw1"), 2, 3, b"{}").await;
        let delivery = rig.next().await;
        gateway.ping().await;
        settle(delivery);
        gateway.expect(0x50, &[0, 3]).await;
        gateway.send(&[0x62, 2, 0, 3]).await;
        gateway.expect(0x70, &[0, 3]).await;
        // A release of an earlier connection: there is no session state, and the gateway must get rid of it.
        gateway.send(&[0x62, 2, 0, 99]).await;
        gateway.expect(0x70, &[0, 99]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn qos_0_is_delivered_and_answered_by_an_ack_object_alone() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = rig.connect(version, "gw1").await;
        gateway.subscribe_acks("gw1", 1).await;
        gateway.publish(&events("gw1"), 0, 0, b"{}").await;
        settle(rig.next().await);
        gateway.expect(0x32, &ack_object(version, "gw1", 1, br#"{"ok":true}"#)).await;
        gateway.ping().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ack_objects_go_only_to_a_subscriber_at_the_quality_it_was_granted() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = rig.connect(version, "gw1").await;
        let exchange = async |gateway: &mut Raw<_>, rig: &mut Rig| {
            gateway.publish(&events("gw1"), 1, 5, b"{}").await;
            rig.next().await.receipt.settle(Bytes::from_static(b"x"));
        };
        exchange(&mut gateway, &mut rig).await;
        gateway.expect(0x40, &[0, 5]).await;
        gateway.subscribe_acks("gw1", 0).await;
        exchange(&mut gateway, &mut rig).await;
        gateway.expect(0x30, &publish(version, &acks("gw1"), 0, 0, b"x")[2..]).await;
        gateway.expect(0x40, &[0, 5]).await;
        // Asked for 2, granted 1.
        gateway.subscribe_acks("gw1", 2).await;
        exchange(&mut gateway, &mut rig).await;
        gateway.expect(0x32, &ack_object(version, "gw1", 1, b"x")).await;
        gateway.expect(0x40, &[0, 5]).await;
        gateway.send(&unsubscribe(version, 6, &acks("gw1"))).await;
        gateway.expect(0xb0, if version == 5 { &[0, 6, 0, 0] } else { &[0, 6] }).await;
        exchange(&mut gateway, &mut rig).await;
        gateway.expect(0x40, &[0, 5]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn status_is_acknowledged_without_an_ack_object() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = rig.connect(version, "gw1").await;
        gateway.subscribe_acks("gw1", 1).await;
        let mut online = publish(version, &status("gw1"), 1, 8, b"online");
        online[0] |= 1;
        gateway.send(&online).await;
        let delivery = rig.next().await;
        assert!(!delivery.retained && delivery.topic == Topic::Status, "a status that arrives here is live");
        delivery.receipt.settle(Bytes::new());
        gateway.expect(0x40, &[0, 8]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_stored_is_not_acknowledged_and_comes_again_on_a_new_connection() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = rig.connect(version, "gw1").await;
        for id in 1..=3 {
            gateway.publish(&events("gw1"), 1, id, b"{}").await;
        }
        let mut deliveries = rig.take(3).await;
        let third = deliveries.pop().unwrap();
        // The engine gives up the second one. The first is still to be acknowledged, the third must not be: its turn never comes.
        drop(deliveries.pop());
        settle(third);
        settle(deliveries.pop().unwrap());
        gateway.expect(0x40, &[0, 1]).await;
        gateway.ends(0x89).await;
        assert_eq!(rig.metric("harken_mqtt_not_stored_total"), 1);
        let mut gateway = rig.connect(version, "gw1").await;
        for id in 2..=3 {
            let mut again = publish(version, &events("gw1"), 1, id, b"{}");
            again[0] |= 8;
            gateway.send(&again).await;
        }
        rig.take(2).await.into_iter().for_each(settle);
        gateway.expect(0x40, &[0, 2]).await;
        gateway.expect(0x40, &[0, 3]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_message_was_not_stored_does_not_come_again_at_full_speed() {
    let mut rig = Rig::with_limits(Limits { refusal_delay: Duration::from_mins(10), ..limits() });
    let mut gateway = rig.connect(5, "gw1").await;
    gateway.publish(&events("gw1"), 1, 1, b"{}").await;
    drop(rig.next().await);
    let lost = || async { (rig.metric(r#"harken_mqtt_closed_total{reason="not_stored"}"#) == 1).then_some(()) };
    wait::until("the loss is noticed", wait::PATIENCE, lost).await;
    assert!(tokio::time::timeout(Duration::from_millis(300), gateway.packet()).await.is_err(), "still waiting");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packet_id_and_a_duplicate_flag_say_nothing_about_the_event() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = rig.connect(version, "gw1").await;
        for payload in [b"a", b"b", b"a"] {
            let mut bytes = publish(version, &events("gw1"), 1, 1, payload);
            bytes[0] |= 8;
            gateway.send(&bytes).await;
        }
        let deliveries = rig.take(3).await;
        assert_eq!(deliveries.iter().map(|delivery| &delivery.payload[..]).collect::<Vec<_>>(), [b"a", b"b", b"a"]);
        deliveries.into_iter().for_each(settle);
        for _ in 0..3 {
            gateway.expect(0x40, &[0, 1]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receive_maximum_of_the_client_holds_and_the_rest_waits() {
    let mut rig = Rig::start();
    let mut gateway = Raw::open(rig.addr, 5).await;
    gateway.connect(&Connect { properties: vec![33, 0, 2], ..Connect::new("gw1") }).await;
    gateway.packet().await;
    gateway.subscribe_acks("gw1", 1).await;
    for id in 1..=4 {
        gateway.publish(&events("gw1"), 1, id, b"{}").await;
    }
    rig.take(4).await.into_iter().for_each(settle);
    let ok = br#"{"ok":true}"#;
    let mut heard = Vec::new();
    for _ in 0..6 {
        heard.push(gateway.packet().await);
    }
    assert_eq!(heard.iter().filter(|packet| packet.0 == 0x32).count(), 2, "two ack objects and four PUBACKs: {heard:02x?}");
    gateway.ping().await;
    // Taking the second one makes room for one more, under the identifier that has become free.
    gateway.send(&[0x40, 2, 0, 2]).await;
    gateway.expect(0x32, &ack_object(5, "gw1", 2, ok)).await;
    gateway.send(&[0x40, 2, 0, 77]).await;
    gateway.ping().await;
    gateway.send(&[0x40, 3, 0, 1, 0]).await;
    gateway.expect(0x32, &ack_object(5, "gw1", 1, ok)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ack_objects_beyond_the_bound_are_dropped_and_counted() {
    for version in [4, 5] {
        let mut rig = Rig::with_limits(Limits { ack_window: 2, ..limits() });
        let mut gateway = rig.connect(version, "gw1").await;
        gateway.subscribe_acks("gw1", 1).await;
        let mut sent = 0;
        for id in 1..=7 {
            gateway.publish(&events("gw1"), 1, id, b"{}").await;
            settle(rig.next().await);
            // Until its own acknowledgement has come.
            while gateway.packet().await.0 == 0x32 {
                sent += 1;
            }
        }
        assert_eq!(sent, 2, "two are out");
        assert_eq!(rig.metric("harken_mqtt_acks_dropped_total"), 3, "two wait, three found no room");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ack_object_larger_than_the_client_takes_is_not_sent() {
    let mut rig = Rig::start();
    let mut gateway = Raw::open(rig.addr, 5).await;
    gateway.connect(&Connect { properties: vec![39, 0, 0, 0, 100], ..Connect::new("gw1") }).await;
    gateway.packet().await;
    gateway.subscribe_acks("gw1", 1).await;
    gateway.publish(&events("gw1"), 1, 1, b"{}").await;
    rig.next().await.receipt.settle(Bytes::from(vec![b' '; 200]));
    gateway.expect(0x40, &[0, 1]).await;
    gateway.publish(&events("gw1"), 1, 2, b"{}").await;
    rig.next().await.receipt.settle(Bytes::from_static(b"short"));
    gateway.expect(0x32, &ack_object(5, "gw1", 1, b"short")).await;
    gateway.expect(0x40, &[0, 2]).await;
    // Nor is the reason for a good-bye put into words that it does not take.
    gateway.send(&[0, 0]).await;
    gateway.expect(0xe0, &[0x81]).await;
}
