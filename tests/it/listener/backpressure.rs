//! What happens when the engine, or the client, is slower than the other: reading pauses, nothing is lost, nobody is blamed.

use std::time::Duration;

use harken::ingest::listener::Limits;

use super::rig::{Rig, limits, settle};
use super::wire::{Connect, Raw, events, publish};
use crate::support::wait;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_mqtt_5_must_keep_to_the_receive_maximum() {
    let mut rig = Rig::with_limits(Limits { in_flight: 3, ..limits() });
    let mut gateway = rig.connect(5, "gw1").await;
    for id in 1..=3 {
        gateway.publish(&events("gw1"), 1, id, b"{}").await;
    }
    let deliveries = rig.take(3).await;
    gateway.ping().await;
    gateway.publish(&events("gw1"), 1, 4, b"{}").await;
    gateway.ends(0x93).await;
    drop(deliveries);
    rig.nothing_delivered();
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_client_of_mqtt_3_no_more_is_read_than_may_be_in_flight() {
    let mut rig = Rig::with_limits(Limits { in_flight: 3, ..limits() });
    let mut gateway = rig.connect(4, "gw1").await;
    for id in 1..=10 {
        gateway.publish(&events("gw1"), 1, id, b"{}").await;
    }
    let mut deliveries = rig.take(3).await;
    for id in 1..=10 {
        rig.nothing_delivered();
        settle(deliveries.remove(0));
        gateway.expect(0x40, &[0, id]).await;
        if id <= 7 {
            deliveries.push(rig.next().await);
        }
    }
    gateway.ping().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn qos_0_counts_as_well() {
    for version in [4, 5] {
        let mut rig = Rig::with_limits(Limits { in_flight: 3, ..limits() });
        let mut gateway = rig.connect(version, "gw1").await;
        for _ in 0..5 {
            gateway.publish(&events("gw1"), 0, 0, b"{}").await;
        }
        gateway.send(&[0xc0, 0]).await;
        let mut deliveries = rig.take(3).await;
        rig.nothing_delivered();
        settle(deliveries.remove(0));
        settle(deliveries.remove(0));
        deliveries.extend(rig.take(2).await);
        rig.nothing_delivered();
        deliveries.into_iter().for_each(settle);
        gateway.expect(0xd0, &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn large_messages_pause_reading_by_their_bytes() {
    for version in [4, 5] {
        let mut rig = Rig::with_limits(Limits { in_flight_bytes: 100_000, ..limits() });
        let mut gateway = rig.connect(version, "gw1").await;
        let large = publish(version, &events("gw1"), 1, 1, &vec![b' '; 60_000]);
        let (mut writer, rest) = (gateway, 4);
        let mut all = Vec::new();
        (0..rest).for_each(|_| all.extend_from_slice(&large));
        let sending = tokio::spawn(async move {
            writer.send(&all).await;
            writer
        });
        let mut deliveries = rig.take(2).await;
        for _ in 0..2 {
            rig.nothing_delivered();
            settle(deliveries.remove(0));
            deliveries.push(rig.next().await);
        }
        deliveries.into_iter().for_each(settle);
        gateway = sending.await.unwrap();
        for _ in 0..4 {
            gateway.expect(0x40, &[0, 1]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_lane_holds_back_telemetry_and_neither_alarms_nor_answers() {
    for version in [4, 5] {
        let mut rig = Rig::with(limits(), None, 1);
        let mut gateway = rig.connect(version, "gw1").await;
        for id in 1..=5 {
            gateway.publish(&events("gw1"), 1, id, b"{}").await;
        }
        // The lane holds one, four wait outside. An alarm on the same connection, also one among the events, passes them.
        gateway.publish(&events("gw1"), 1, 6, br#"{"id":"a","kind":"pendant"}"#).await;
        gateway.ping().await;
        let alarm = tokio::time::timeout(wait::PATIENCE, rig.lanes.alarms.recv()).await.unwrap().unwrap();
        assert_eq!(alarm.payload, &br#"{"id":"a","kind":"pendant"}"#[..]);
        settle(alarm);
        rig.take(5).await.into_iter().for_each(settle);
        for id in 1..=6 {
            gateway.expect(0x40, &[0, id]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_read_before_the_client_left_still_reach_the_engine() {
    for version in [4, 5] {
        let mut rig = Rig::with(limits(), None, 1);
        let mut gateway = rig.connect(version, "gw1").await;
        for _ in 0..5 {
            gateway.publish(&events("gw1"), 0, 0, b"{}").await;
        }
        gateway.send(&[0xe0, 0]).await;
        drop(gateway);
        rig.take(5).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_may_not_be_heard_is_not_blamed_for_silence() {
    let mut rig = Rig::with_limits(Limits { in_flight: 1, ..limits() });
    let mut gateway = Raw::open(rig.addr, 4).await;
    gateway.connect(&Connect { keep_alive: 1, ..Connect::new("gw1") }).await;
    gateway.packet().await;
    // In one piece, so that nothing is left in the socket to be heard later.
    gateway.send(&[publish(4, &events("gw1"), 1, 1, b"{}"), publish(4, &events("gw1"), 1, 2, b"{}")].concat()).await;
    let first = rig.next().await;
    // The engine takes longer than 1.5 times the keep-alive, and the second message has not even been looked at.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    settle(first);
    gateway.expect(0x40, &[0, 1]).await;
    settle(rig.next().await);
    gateway.expect(0x40, &[0, 2]).await;
    // Its time counts again from when it was heard again, not from before.
    tokio::time::sleep(Duration::from_millis(900)).await;
    gateway.ping().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_nothing_is_given_up() {
    let mut rig = Rig::with_limits(Limits { write_timeout: Duration::from_millis(300), ..limits() });
    let mut gateway = rig.connect(4, "gw1").await;
    let subscribing = super::wire::subscribe(4, 1, &[(&super::wire::acks("gw1"), 0)]);
    gateway.send(&subscribing).await;
    // An ack object larger than all buffers between here and there, which the client never reads.
    gateway.publish(&events("gw1"), 1, 1, b"{}").await;
    rig.next().await.receipt.settle(vec![b' '; 50_000_000].into());
    let metric = || async { (rig.metric("harken_mqtt_sessions") == 0).then_some(()) };
    wait::until("the connection is closed", wait::PATIENCE, metric).await;
    assert_eq!(rig.metric(r#"harken_mqtt_closed_total{reason="other"}"#), 1);
}
