//! Bytes that are not MQTT, or not as it must be: each ends the connection it came on, and no other.

use super::rig::{Rig, Settling};
use super::wire::{Connect, Raw, acks, events, packet, publish, subscribe};

const MALFORMED: u8 = 0x81;
const PROTOCOL: u8 = 0x82;
const TOPIC_NAME: u8 = 0x90;

/// A PUBLISH at QoS 1 with the given topic bytes and whatever follows the packet identifier.
fn publish_raw(first: u8, topic: &[u8], after: &[u8]) -> Vec<u8> {
    let mut body = vec![0, u8::try_from(topic.len()).unwrap()];
    body.extend_from_slice(topic);
    body.extend_from_slice(after);
    packet(first, &body)
}

/// What a client must not send once it is connected, and the reason that an MQTT 5 client is told.
fn after_connect(version: u8) -> Vec<(&'static str, Vec<u8>, u8)> {
    let own = events("gw1");
    let own = own.as_bytes();
    let subscription = subscribe(version, 1, &[(&acks("gw1"), 1)]);
    let with_first = |bytes: &[u8], first: u8| [&[first], &bytes[1..]].concat();
    let mut cases = vec![
        ("type 0", vec![0x00, 0], MALFORMED),
        ("type 15", vec![0xf0, 0], PROTOCOL),
        ("a second CONNECT", Connect::new("gw1").bytes(version), PROTOCOL),
        ("CONNACK", vec![0x20, 2, 0, 0], PROTOCOL),
        ("SUBACK", vec![0x90, 3, 0, 1, 0], PROTOCOL),
        ("UNSUBACK", vec![0xb0, 2, 0, 1], PROTOCOL),
        ("PINGRESP", vec![0xd0, 0], PROTOCOL),
        ("PUBREC", vec![0x50, 2, 0, 1], PROTOCOL),
        ("PUBCOMP", vec![0x70, 2, 0, 1], PROTOCOL),
        ("a length of five bytes", vec![0x30, 0xff, 0xff, 0xff, 0xff, 1], MALFORMED),
        ("QoS 3", publish_raw(0x36, own, &[0, 1, 0]), MALFORMED),
        ("a duplicate at QoS 0", publish_raw(0x38, own, &[0]), MALFORMED),
        ("packet id 0 at QoS 1", publish(version, &events("gw1"), 1, 0, b"{}"), PROTOCOL),
        ("packet id 0 at QoS 2", publish(version, &events("gw1"), 2, 0, b"{}"), PROTOCOL),
        ("a topic longer than its packet", vec![0x32, 5, 0, 200, b'a', 0, 1], MALFORMED),
        ("a PUBLISH without content", vec![0x32, 0], MALFORMED),
        ("a PUBLISH that ends before its packet id", publish_raw(0x32, own, &[]), MALFORMED),
        ("an empty topic", publish(version, "", 1, 1, b"{}"), PROTOCOL),
        ("a topic with NUL", publish_raw(0x32, b"telecare/v1/gw1/\0", &[0, 1, 0]), MALFORMED),
        ("a topic that is not UTF-8", publish_raw(0x32, b"telecare/\xff", &[0, 1, 0]), MALFORMED),
        ("a surrogate in the topic", publish_raw(0x32, b"telecare/\xed\xa0\x80", &[0, 1, 0]), MALFORMED),
        ("a topic with #", publish(version, "telecare/v1/gw1/#", 1, 1, b"{}"), TOPIC_NAME),
        ("a topic with +", publish(version, "telecare/v1/+/events", 1, 1, b"{}"), TOPIC_NAME),
        ("SUBSCRIBE with wrong reserved bits", with_first(&subscription, 0x80), MALFORMED),
        ("SUBSCRIBE without a filter", packet(0x82, if version == 5 { &[0, 1, 0] } else { &[0, 1] }), PROTOCOL),
        ("SUBSCRIBE with packet id 0", subscribe(version, 0, &[(&acks("gw1"), 1)]), PROTOCOL),
        ("SUBSCRIBE with QoS 3", subscribe(version, 1, &[(&acks("gw1"), 3)]), MALFORMED),
        ("SUBSCRIBE with reserved options", subscribe(version, 1, &[(&acks("gw1"), 0xc1)]), MALFORMED),
        ("SUBSCRIBE to an empty filter", subscribe(version, 1, &[("", 1)]), MALFORMED),
        ("SUBSCRIBE that is cut off", subscription[..subscription.len() - 1].to_vec(), MALFORMED),
        ("UNSUBSCRIBE with wrong reserved bits", with_first(&super::wire::unsubscribe(version, 1, &acks("gw1")), 0xa0), MALFORMED),
        ("UNSUBSCRIBE without a filter", packet(0xa2, if version == 5 { &[0, 1, 0] } else { &[0, 1] }), PROTOCOL),
        ("PUBREL with wrong reserved bits", vec![0x60, 2, 0, 1], MALFORMED),
        ("PUBREL with packet id 0", vec![0x62, 2, 0, 0], PROTOCOL),
        ("PUBACK of one byte", vec![0x40, 1, 0], MALFORMED),
        ("PINGREQ with flags", vec![0xc1, 0], MALFORMED),
        ("PINGREQ with content", vec![0xc0, 1, 0], MALFORMED),
        ("DISCONNECT with flags", vec![0xe1, 0], MALFORMED),
    ];
    // The packet that is cut off must say so in its length, or the listener would wait for the rest.
    for case in cases.iter_mut().filter(|case| case.0.contains("cut off")) {
        case.1[1] -= 1;
    }
    if version == 4 {
        cases.push(("PUBACK with more", vec![0x40, 3, 0, 1, 0], MALFORMED));
        cases.push(("DISCONNECT with content", vec![0xe0, 1, 0], MALFORMED));
        cases.push(("SUBSCRIBE with options of MQTT 5", subscribe(4, 1, &[(&acks("gw1"), 5)]), MALFORMED));
    } else {
        cases.extend([
            ("properties longer than the packet", publish_raw(0x32, own, &[0, 1, 200, 1]), MALFORMED),
            ("no properties at all", publish_raw(0x32, own, &[0, 1]), MALFORMED),
            ("an unknown property", publish_raw(0x32, own, &[0, 1, 2, 99, 0]), MALFORMED),
            ("a property of another packet", publish_raw(0x32, own, &[0, 1, 3, 33, 0, 1]), MALFORMED),
            ("a property that runs past its section", publish_raw(0x32, own, &[0, 1, 2, 35, 0, 1]), MALFORMED),
            ("a property twice", publish_raw(0x32, own, &[0, 1, 4, 1, 0, 1, 0]), PROTOCOL),
            ("a payload format of 2", publish_raw(0x32, own, &[0, 1, 2, 1, 2]), PROTOCOL),
            ("topic alias 0", publish_raw(0x32, own, &[0, 1, 3, 35, 0, 0]), 0x94),
            ("a subscription identifier from a client", publish_raw(0x32, own, &[0, 1, 2, 11, 1]), MALFORMED),
            ("a user property with NUL", publish_raw(0x32, own, &[0, 1, 7, 38, 0, 1, 0, 0, 1, b'x']), MALFORMED),
            ("a property length of five bytes", publish_raw(0x32, own, &[0, 1, 0x80, 0x80, 0x80, 0x80, 1]), MALFORMED),
            ("DISCONNECT with bytes left over", vec![0xe0, 3, 0, 0, 0], MALFORMED),
            ("retain handling 3", subscribe(5, 1, &[(&acks("gw1"), 0x31)]), MALFORMED),
            ("AUTH", vec![0xf0, 2, 0x18, 0], PROTOCOL),
        ]);
    }
    cases
}

/// What must not be sent as the first packet, and the CONNACK code that MQTT 5 answers, if any.
fn before_connect() -> Vec<(&'static str, Vec<u8>, Option<u8>)> {
    let good = Connect::new("gw1");
    let (v4, v5) = (good.bytes(4), good.bytes(5));
    let patch = |bytes: &[u8], at: usize, byte: u8| [&bytes[..at], &[byte], &bytes[at + 1..]].concat();
    let longer = |bytes: &[u8]| packet(0x10, &[&bytes[2..], &[0]].concat());
    vec![
        ("a PUBLISH", publish(4, "a", 0, 0, b""), None),
        ("HTTP", b"GET / HTTP/1.1\r\n\r\n".to_vec(), None),
        ("a TLS hello on the plain port", vec![0x16, 3, 1, 0, 200, 1], None),
        ("PINGREQ", vec![0xc0, 0], None),
        ("CONNECT with flags", patch(&v4, 0, 0x11), None),
        ("a CONNECT of 1 MB", vec![0x10, 0x80, 0x80, 0x40], None),
        ("a CONNECT without content", vec![0x10, 0], None),
        ("another protocol", packet(0x10, b"\0\x04HTTP\x04\x02\0\x3c\0\x03gw1"), None),
        ("the reserved flag", patch(&v4, 9, 0xc3), None),
        ("the reserved flag", patch(&v5, 9, 0xc3), Some(MALFORMED)),
        ("will flags without a will", patch(&v4, 9, 0xca), None),
        ("will flags without a will", patch(&v5, 9, 0xe2), Some(MALFORMED)),
        ("a will of QoS 3", patch(&v5, 9, 0xde), Some(MALFORMED)),
        ("a will that is not there", patch(&v4, 9, 0xc6), None),
        ("a password without a user name", patch(&v4, 9, 0x42), None),
        ("a client id longer than the packet", patch(&v4, 13, 200), None),
        ("bytes left over", longer(&v4), None),
        ("bytes left over", longer(&v5), Some(MALFORMED)),
        ("a client id with NUL", patch(&v4, 14, 0), None),
        ("a client id that is not UTF-8", patch(&v4, 14, 0xff), None),
        ("a property twice", Connect { properties: vec![33, 0, 1, 33, 0, 1], ..good.clone() }.bytes(5), Some(PROTOCOL)),
        ("a receive maximum of 0", Connect { properties: vec![33, 0, 0], ..good.clone() }.bytes(5), Some(PROTOCOL)),
        ("a packet size of 0", Connect { properties: vec![39, 0, 0, 0, 0], ..good.clone() }.bytes(5), Some(PROTOCOL)),
        ("authentication data alone", Connect { properties: vec![22, 0, 1, 0], ..good.clone() }.bytes(5), Some(PROTOCOL)),
        ("a property of a will", Connect { properties: vec![24, 0, 0, 0, 0], ..good.clone() }.bytes(5), Some(MALFORMED)),
    ]
}

/// A neighbour that must notice nothing.
async fn neighbour(rig: &Settling) -> Raw<tokio::net::TcpStream> {
    Raw::connected(rig.addr, 4, "gw-neighbour").await
}

async fn still_served(neighbour: &mut Raw<tokio::net::TcpStream>) {
    neighbour.publish(&events("gw-neighbour"), 1, 1, b"{}").await;
    neighbour.expect(0x40, &[0, 1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_client_may_send_ends_its_connection_and_no_other() {
    let rig = Rig::start().settle_all();
    let mut neighbour = neighbour(&rig).await;
    let mut tried = 0;
    for version in [4, 5] {
        for (what, bytes, reason) in after_connect(version) {
            println!("MQTT {version}: {what}: {bytes:02x?}");
            let mut client = Raw::connected(rig.addr, version, "gw1").await;
            client.send(&bytes).await;
            client.ends(reason).await;
            still_served(&mut neighbour).await;
            tried += 1;
        }
    }
    assert!(tried > 80, "{tried} cases");
    assert!(rig.payloads().iter().all(|(gateway, _)| gateway == "gw-neighbour"), "nothing malformed was delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_connect_ends_its_connection_and_no_other() {
    let rig = Rig::start().settle_all();
    let mut neighbour = neighbour(&rig).await;
    for (what, bytes, connack) in before_connect() {
        println!("{what}: {bytes:02x?}");
        let mut client = Raw::open(rig.addr, 4).await;
        client.send(&bytes).await;
        if let Some(code) = connack {
            client.expect(0x20, &[0, code, 0]).await;
        }
        assert_eq!(client.try_packet().await, None, "{what}");
        still_served(&mut neighbour).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unusual_and_right_is_accepted() {
    let rig = Rig::start().settle_all();
    for version in [4, 5] {
        let mut client = Raw::connected(rig.addr, version, "gw1").await;
        // One byte at a time.
        for byte in publish(version, &events("gw1"), 1, 1, b"{}") {
            client.send(&[byte]).await;
        }
        client.expect(0x40, &[0, 1]).await;
        // An empty payload, and a length that is longer than it need be.
        client.publish(&events("gw1"), 1, 2, b"").await;
        client.expect(0x40, &[0, 2]).await;
        client.send(&[0xc0, 0x80, 0]).await;
        client.expect(0xd0, &[]).await;
        // Unsubscribing from what was never subscribed to.
        client.send(&super::wire::unsubscribe(version, 3, "x")).await;
        client.expect(0xb0, if version == 5 { &[0, 3, 0, 0x11] } else { &[0, 3] }).await;
        client.send(&[0x40, 2, 0x77, 0x77]).await;
        client.ping().await;
    }
    let mut client = Raw::connected(rig.addr, 5, "gw1").await;
    // All that a PUBLISH may carry: format, expiry, content type, response topic, correlation, two equal user properties.
    let user = [38, 0, 1, b'k', 0, 1, b'v'];
    let mut properties = vec![1, 1, 2, 0, 0, 0, 9, 3, 0, 1, b'j', 8, 0, 1, b'r', 9, 0, 1, 0xff];
    properties.extend_from_slice(&user);
    properties.extend_from_slice(&user);
    let mut after = vec![0, 4, u8::try_from(properties.len()).unwrap()];
    after.extend_from_slice(&properties);
    after.extend_from_slice(b"payload");
    client.send(&publish_raw(0x32, events("gw1").as_bytes(), &after)).await;
    client.expect(0x40, &[0, 4]).await;
    assert_eq!(&rig.payloads().last().unwrap().1[..], b"payload");
    client.send(&[0x62, 4, 0, 1, 0x92, 0]).await;
    client.expect(0x70, &[0, 1]).await;
    client.send(&[0xe0, 0]).await;
    assert_eq!(client.try_packet().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn random_bytes_end_connections_and_nothing_else() {
    use rand::{RngExt, SeedableRng};
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let rig = Rig::start().settle_all();
    let mut neighbour = neighbour(&rig).await;
    for n in 0_u32..600 {
        let bytes: Vec<u8> = (0..random.random_range(1..400)).map(|_| random.random()).collect();
        let mut client =
            if n % 3 == 0 { Raw::open(rig.addr, 4).await } else { Raw::connected(rig.addr, if n % 2 == 0 { 4 } else { 5 }, "gw1").await };
        client.send(&bytes).await;
        drop(client);
        if n % 20 == 0 {
            still_served(&mut neighbour).await;
        }
    }
    assert!(!rig.running.is_finished() && !rig.engine.is_finished());
}
