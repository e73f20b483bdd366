//! Connecting, staying, being taken over, leaving: the conformance cases that apply to an endpoint.

use std::time::Duration;

use harken::ingest::delivery::{Delivery, Topic};
use harken::ingest::listener::Limits;

use super::rig::{Rig, limits, settle};
use super::wire::{Connect, Raw, events, publish, status};
use crate::support::wait;

/// The properties of a CONNACK as numbers: identifier and value.
fn properties(connack: &[u8]) -> Vec<(u8, u64)> {
    let mut rest = &connack[3..];
    assert_eq!(usize::from(connack[2]), rest.len());
    let mut found = Vec::new();
    while let [id, after @ ..] = rest {
        let length = match id {
            17 | 39 => 4,
            19 | 33 | 34 => 2,
            36 | 37 | 40..=42 => 1,
            18 => 2 + usize::from(after[1]),
            other => panic!("property {other} in a CONNACK"),
        };
        let value = if *id == 18 { 0 } else { after[..length].iter().fold(0, |value, byte| value << 8 | u64::from(*byte)) };
        found.push((*id, value));
        rest = &after[length..];
    }
    found
}

fn assert_offline(delivery: &Delivery) {
    assert_eq!((&*delivery.gateway, delivery.topic, &delivery.payload[..]), ("gw1", Topic::Status, &b"offline"[..]));
    assert!(delivery.retained);
}

fn with_will(keep_alive: u16) -> Connect<'static> {
    Connect { will: Some((status("gw1"), b"offline", true)), keep_alive, ..Connect::new("gw1") }
}

async fn connected_with_will(rig: &Rig, version: u8, keep_alive: u16) -> Raw<tokio::net::TcpStream> {
    let mut gateway = Raw::open(rig.addr, version).await;
    gateway.connect(&with_will(keep_alive)).await;
    assert_eq!(gateway.packet().await.1[1], 0);
    gateway
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_connect_on_one_port_and_there_is_never_a_session() {
    let rig = Rig::start();
    for version in [4, 5] {
        for clean in [true, false] {
            let mut gateway = Raw::open(rig.addr, version).await;
            gateway.connect(&Connect { clean, ..Connect::new("gw1") }).await;
            let (first, body) = gateway.packet().await;
            assert_eq!((first, &body[..2]), (0x20, &[0, 0][..]));
            gateway.ping().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mqtt_5_clients_are_told_what_holds() {
    let rig = Rig::start();
    let mut gateway = Raw::open(rig.addr, 5).await;
    let session_of_an_hour = vec![17, 0, 0, 14, 16];
    gateway.connect(&Connect { client_id: "", keep_alive: 0, properties: session_of_an_hour, ..Connect::new("gw1") }).await;
    let (_, body) = gateway.packet().await;
    let told = properties(&body);
    // Session expiry 0, receive maximum, packet size, an identifier, topic aliases, no wildcard, identified or shared subscriptions, keep-alive.
    for expected in [(17, 0), (33, 100), (39, 263_168), (18, 0), (34, 8), (40, 0), (41, 0), (42, 0), (19, 1800)] {
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
    let mut gateway = Raw::open(rig.addr, 5).await;
    gateway.connect(&Connect::new("gw1")).await;
    let (_, body) = gateway.packet().await;
    let told = properties(&body);
    assert!(told.iter().all(|(id, _)| ![17, 18, 19].contains(id)), "nothing that the client did not ask for: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_client_id_needs_a_clean_session_in_mqtt_3() {
    let rig = Rig::start();
    let mut gateway = Raw::open(rig.addr, 4).await;
    gateway.connect(&Connect { client_id: "", clean: false, ..Connect::new("gw1") }).await;
    gateway.expect(0x20, &[0, 2]).await;
    // Two without an id do not take each other over.
    let mut both = Vec::new();
    for _ in 0..2 {
        let mut gateway = Raw::open(rig.addr, 4).await;
        gateway.connect(&Connect { client_id: "", ..Connect::new("gw1") }).await;
        gateway.expect(0x20, &[0, 0]).await;
        both.push(gateway);
    }
    for gateway in &mut both {
        gateway.ping().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_protocol_version_is_told_so() {
    let rig = Rig::start();
    for body in [&b"\0\x06MQIsdp\x03\x02\0\x3c\0\x03gw1"[..], b"\0\x04MQTT\x06\x02\0\x3c\0\0\x03gw1"] {
        let mut client = Raw::open(rig.addr, 4).await;
        client.send(&super::wire::packet(0x10, body)).await;
        client.expect(0x20, &[0, 1]).await;
        client.ends(0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_client_is_given_up_after_one_and_a_half_times_its_keep_alive() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = connected_with_will(&rig, version, 1).await;
        // Pings keep it alive beyond that time.
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(600)).await;
            gateway.ping().await;
        }
        gateway.ends(0x8d).await;
        assert_offline(&rig.next().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keep_alive_our_own_limit_holds() {
    for version in [4, 5] {
        let rig = Rig::with_limits(Limits { keep_alive_max: Duration::from_secs(1), ..limits() });
        let mut gateway = Raw::open(rig.addr, version).await;
        gateway.connect(&Connect { keep_alive: 0, ..Connect::new("gw1") }).await;
        gateway.packet().await;
        gateway.ends(0x8d).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_client_again_takes_over() {
    for version in [4, 5] {
        let rig = Rig::start();
        let mut first = rig.connect(version, "gw1").await;
        let mut second = rig.connect(version, "gw1").await;
        first.ends(0x8e).await;
        second.ping().await;
        let one = || async { (rig.metric("harken_mqtt_sessions") == 1).then_some(()) };
        wait::until("one session is left", wait::PATIENCE, one).await;
        // Another client of the same gateway, and another gateway, take nobody over.
        let mut other = Raw::open(rig.addr, version).await;
        other.connect(&Connect { client_id: "service tool", ..Connect::new("gw1") }).await;
        assert_eq!(other.packet().await.1[1], 0);
        let mut stranger = Raw::open(rig.addr, version).await;
        stranger.connect(&Connect { client_id: "gw1", ..Connect::new("gw2") }).await;
        assert_eq!(stranger.packet().await.1[1], 0);
        second.ping().await;
        other.ping().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_will_of_the_connection_taken_over_comes_before_the_new_one_is_let_in() {
    for version in [4, 5] {
        // The alarms' lane is full, so the will has to wait: the newcomer must as well.
        let mut rig = Rig::with(limits(), None, 1);
        let mut first = connected_with_will(&rig, version, 60).await;
        first.publish(&status("gw1"), 1, 1, b"online").await;
        first.ping().await;
        let mut second = Raw::open(rig.addr, version).await;
        second.connect(&with_will(60)).await;
        let waited = tokio::time::timeout(Duration::from_millis(300), second.packet()).await;
        assert!(waited.is_err(), "no CONNACK while the will of the older connection is not in its lane");
        assert_eq!(&rig.next().await.payload[..], b"online");
        assert_eq!(second.packet().await.1[1], 0);
        assert_offline(&rig.next().await);
        first.ends(0x8e).await;
        second.publish(&status("gw1"), 1, 1, b"online").await;
        assert_eq!(&rig.next().await.payload[..], b"online");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connections_of_one_gateway_are_bounded() {
    for version in [4, 5] {
        let rig = Rig::with_limits(Limits { connections_per_gateway: 2, ..limits() });
        let mut places = Vec::new();
        for (client_id, code) in [("a", 0), ("b", 0), ("c", if version == 5 { 0x97 } else { 3 }), ("b", 0)] {
            let mut gateway = Raw::open(rig.addr, version).await;
            gateway.connect(&Connect { client_id, ..Connect::new("gw1") }).await;
            assert_eq!(gateway.packet().await.1[1], code, "{client_id}");
            places.push(gateway);
        }
        let mut neighbour = rig.connect(version, "gw2").await;
        neighbour.ping().await;
        // A place that becomes free can be taken.
        places.remove(0).send(&[0xe0, 0]).await;
        let retry = || async {
            let mut gateway = Raw::open(rig.addr, version).await;
            gateway.connect(&Connect { client_id: "c", ..Connect::new("gw1") }).await;
            (gateway.packet().await.1[1] == 0).then_some(())
        };
        wait::until("there is a place again", wait::PATIENCE, retry).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_will_is_published_unless_the_client_says_good_bye() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        // Cut off.
        drop(connected_with_will(&rig, version, 60).await);
        assert_offline(&rig.next().await);
        // Wrong.
        let mut gateway = connected_with_will(&rig, version, 60).await;
        gateway.send(&[0x00, 0]).await;
        assert_offline(&rig.next().await);
        // Said good-bye: nothing comes before what the next one sends.
        let mut gateway = connected_with_will(&rig, version, 60).await;
        gateway.send(&[0xe0, 0]).await;
        assert_eq!(gateway.try_packet().await, None);
        let mut gateway = rig.connect(version, "gw1").await;
        gateway.publish(&status("gw1"), 1, 1, b"online").await;
        assert_eq!(&rig.next().await.payload[..], b"online");
        assert_eq!(rig.metric("harken_mqtt_wills_total"), 2);
    }
    // MQTT 5 can say good-bye and still have its will published.
    for disconnect in [&[0xe0, 1, 4][..], &[0xe0, 2, 4, 0]] {
        let mut rig = Rig::start();
        let mut gateway = connected_with_will(&rig, 5, 60).await;
        gateway.send(disconnect).await;
        assert_offline(&rig.next().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn topic_aliases_stand_for_topics() {
    let mut rig = Rig::start();
    let mut gateway = rig.connect(5, "gw1").await;
    let with_alias = |topic: &str, alias: u8, payload: &[u8]| {
        let mut body = bytes::BytesMut::new();
        super::wire::text(&mut body, topic.as_bytes());
        body.extend_from_slice(&[3, 35, 0, alias]);
        body.extend_from_slice(payload);
        super::wire::packet(0x30, &body)
    };
    gateway.send(&with_alias(&events("gw1"), 1, b"1")).await;
    gateway.send(&with_alias(&status("gw1"), 8, b"2")).await;
    gateway.send(&with_alias("", 1, b"3")).await;
    gateway.send(&with_alias(&status("gw1"), 1, b"4")).await;
    gateway.send(&with_alias("", 1, b"5")).await;
    gateway.ping().await;
    let deliveries = rig.take(5).await;
    let mut seen: Vec<_> = deliveries.iter().map(|delivery| (delivery.payload[0], delivery.topic)).collect();
    seen.sort_by_key(|(payload, _)| *payload);
    assert_eq!(seen, [(b'1', Topic::Events), (b'2', Topic::Status), (b'3', Topic::Events), (b'4', Topic::Status), (b'5', Topic::Status)]);
    gateway.send(&with_alias(&events("gw1"), 9, b"6")).await;
    gateway.ends(0x94).await;
    let mut gateway = rig.connect(5, "gw1").await;
    gateway.send(&with_alias("", 2, b"7")).await;
    gateway.ends(0x82).await;
    rig.nothing_delivered();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_acknowledges_what_was_read_and_publishes_no_will() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = connected_with_will(&rig, version, 60).await;
        let mut half_open = Raw::open(rig.addr, version).await;
        for id in 1..=3 {
            gateway.publish(&events("gw1"), 1, id, b"{}").await;
        }
        let deliveries = rig.take(3).await;
        rig.stop.cancel();
        assert_eq!(half_open.try_packet().await, None, "whoever is not in yet is closed at once");
        // Nothing more is read: it will be sent again.
        gateway.publish(&events("gw1"), 1, 4, b"{}").await;
        deliveries.into_iter().for_each(settle);
        for id in 1..=3 {
            gateway.expect(0x40, &[0, id]).await;
        }
        gateway.ends(0x8b).await;
        tokio::time::timeout(wait::PATIENCE, &mut rig.running).await.expect("the listener ends").unwrap();
        assert!(tokio::net::TcpStream::connect(rig.addr).await.is_err(), "the port is closed");
        rig.nothing_delivered();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_ever_for_the_engine() {
    let mut rig = Rig::with_limits(Limits { stop_timeout: Duration::from_millis(200), ..limits() });
    let mut gateway = rig.connect(5, "gw1").await;
    gateway.send(&publish(5, &events("gw1"), 1, 1, b"{}")).await;
    let never = rig.next().await;
    rig.stop.cancel();
    gateway.ends(0x8b).await;
    tokio::time::timeout(wait::PATIENCE, &mut rig.running).await.expect("the listener ends").unwrap();
    drop(never);
}
