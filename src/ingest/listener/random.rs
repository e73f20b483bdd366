//! Throws a million random, mutated and oddly cut streams at the readers of frames, packets and CONNECTs. The library's codec, which the
//! readers do not use, writes the valid ones, and says what they mean.
//!
//! `HARKEN_PROPERTY_CASES` sets another number of cases. A failure names its seed, and `HARKEN_PROPERTY_SEED` repeats it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::{Bytes, BytesMut};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use rumqttc::mqttbytes as v4;
use rumqttc::v5::mqttbytes as v5;

use super::connect::{self, Greeting};
use super::frame::{Frame, Frames, Next};
use super::packet::{Packet, Publish, Qos, Version};

/// The frame reader's limit in these tests, in bytes.
const LIMIT: usize = 1000;

#[expect(clippy::disallowed_methods, reason = "the length of a test is no setting of Harken")]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

#[test]
fn no_stream_makes_the_readers_panic_hang_or_grow() {
    let seed = asked("HARKEN_PROPERTY_SEED").unwrap_or_else(rand::random);
    let mut case = 0;
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut random = StdRng::seed_from_u64(seed);
        while case < asked("HARKEN_PROPERTY_CASES").unwrap_or(1_000_000) {
            let version = if random.random() { Version::V4 } else { Version::V5 };
            match case % 4 {
                0 => anything(&mut random, version),
                1 => valid_in_pieces(&mut random, version),
                2 => almost_valid(&mut random, version),
                _ => almost_a_connect(&mut random, version),
            }
            case += 1;
        }
    }));
    assert!(outcome.is_ok(), "failed in case {case}; repeat with HARKEN_PROPERTY_SEED={seed}");
}

/// Feeds a stream in random pieces; `each` packet that comes out whole says whether to go on. What is held is never more than what was sent.
fn feed(random: &mut StdRng, mut stream: &[u8], mut each: impl FnMut(Frame) -> bool) {
    let mut frames = Frames::new(LIMIT);
    while !stream.is_empty() {
        let (piece, rest) = stream.split_at(random.random_range(1..=stream.len()));
        frames.push(piece);
        stream = rest;
        loop {
            match frames.next() {
                Ok(Next::Frame(frame)) => {
                    if !each(frame) {
                        return;
                    }
                }
                Ok(Next::More) => break,
                Ok(Next::TooLarge { length, .. }) => {
                    assert!(length > LIMIT);
                    frames.skip(length);
                }
                Err(_) => return,
            }
        }
        assert!(frames.rest().len() < LIMIT + 5, "a partial packet is below the limit");
    }
}

/// Bytes without any sense, now and then with a first byte that has.
fn anything(random: &mut StdRng, version: Version) {
    let mut stream = vec![0; random.random_range(1..200)];
    random.fill_bytes(&mut stream);
    if random.random() {
        stream[0] = [0x10, 0x30, 0x32, 0x34, 0x82, 0xa2, 0x62, 0x40, 0xe0, 0xc0][random.random_range(0..10)];
        if let Some(length) = stream.get_mut(1) {
            *length = random.random_range(0..100);
        }
    }
    feed(random, &stream, |frame| {
        let _ = connect::read(&frame.body);
        Packet::read(version, &frame).is_ok()
    });
}

/// Valid packets one after another, cut anywhere, come out as they went in.
fn valid_in_pieces(random: &mut StdRng, version: Version) {
    let mut stream = BytesMut::new();
    let sent: Vec<Packet> = (0..random.random_range(1..4)).map(|_| packet(random, version, &mut stream)).collect();
    let mut received = Vec::new();
    feed(random, &stream, |frame| {
        received.push(Packet::read(version, &frame).expect("a valid packet"));
        true
    });
    assert_eq!(received, sent);
}

/// Valid packets with a few bytes changed, put in or left out: what is still accepted means the same to the library.
fn almost_valid(random: &mut StdRng, version: Version) {
    let mut stream = BytesMut::new();
    packet(random, version, &mut stream);
    packet(random, version, &mut stream);
    let mut stream = stream.to_vec();
    mutate(random, &mut stream);
    feed(random, &stream, |frame| match Packet::read(version, &frame) {
        Ok(Packet::Publish(publish)) => {
            assert_eq!(publish, library_publish(version, &frame), "{frame:?}");
            true
        }
        other => other.is_ok(),
    });
}

fn almost_a_connect(random: &mut StdRng, version: Version) {
    let mut stream = BytesMut::new();
    let client_id = text(random);
    let (user, password) = (text(random), text(random));
    match version {
        Version::V4 => {
            let mut connect = v4::v4::Connect::new(&client_id);
            connect.set_login(&user, &password);
            connect.last_will =
                random.random::<bool>().then(|| v4::v4::LastWill::new(text(random), text(random), v4::QoS::AtLeastOnce, true));
            connect.write(&mut stream).expect("it can be written");
        }
        Version::V5 => {
            let properties = v5::v5::ConnectProperties { receive_maximum: Some(7), ..v5::v5::ConnectProperties::new() };
            let connect = v5::v5::Connect { keep_alive: 5, client_id: client_id.clone(), clean_start: true, properties: Some(properties) };
            let will = random.random::<bool>().then(|| v5::v5::LastWill::new(text(random), text(random), v5::QoS::AtLeastOnce, true, None));
            connect.write(&will, &Some(v5::v5::Login::new(&user, &password)), &mut stream).expect("it can be written");
        }
    }
    let mut stream = stream.to_vec();
    feed(random, &stream, |frame| {
        let Ok(Greeting::Connect(connect)) = connect::read(&frame.body) else { panic!("a valid CONNECT: {frame:?}") };
        assert_eq!((connect.version, &connect.client_id), (version, &client_id));
        // The library leaves empty ones out.
        assert_eq!(connect.user_name.unwrap_or_default(), user);
        assert_eq!(connect.password.unwrap_or_default(), password);
        true
    });
    mutate(random, &mut stream);
    feed(random, &stream, |frame| connect::read(&frame.body).is_ok());
}

fn mutate(random: &mut StdRng, stream: &mut Vec<u8>) {
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(0..stream.len());
        match random.random_range(0..4) {
            0 => stream[at] = random.random(),
            1 => stream[at] ^= 1 << random.random_range(0..8),
            2 => stream.insert(at, random.random()),
            _ if stream.len() > 1 => drop(stream.remove(at)),
            _ => {}
        }
    }
}

/// A text that the standard allows, of one to a few characters.
fn text(random: &mut StdRng) -> String {
    let characters = ['a', 'Z', '/', '0', '.', '$', 'ä', '漢', '🚨', ' '];
    (0..random.random_range(1..12)).map(|_| characters[random.random_range(0..characters.len())]).collect()
}

/// Writes a valid packet with the library; returns what it means.
fn packet(random: &mut StdRng, version: Version, out: &mut BytesMut) -> Packet {
    let id = random.random_range(1..=u16::MAX);
    let topic = text(random);
    match random.random_range(0..6) {
        0 => {
            let filters = vec![(Bytes::from(topic.clone()), Qos::AtLeastOnce)];
            match version {
                Version::V4 => {
                    let mut subscribe = v4::v4::Subscribe::new(topic, v4::QoS::AtLeastOnce);
                    subscribe.pkid = id;
                    subscribe.write(out).expect("it can be written");
                }
                Version::V5 => {
                    let mut subscribe = v5::v5::Subscribe::new(v5::v5::Filter::new(topic, v5::QoS::AtLeastOnce), None);
                    subscribe.pkid = id;
                    subscribe.write(out).expect("it can be written");
                }
            }
            Packet::Subscribe { id, filters, identified: false }
        }
        1 => {
            let filters = vec![Bytes::from(topic.clone())];
            match version {
                Version::V4 => {
                    let mut unsubscribe = v4::v4::Unsubscribe::new(topic);
                    unsubscribe.pkid = id;
                    unsubscribe.write(out).expect("it can be written");
                }
                Version::V5 => {
                    let mut unsubscribe = v5::v5::Unsubscribe::new(topic, None);
                    unsubscribe.pkid = id;
                    unsubscribe.write(out).expect("it can be written");
                }
            }
            Packet::Unsubscribe { id, filters }
        }
        2 => {
            v4::v4::PubAck::new(id).write(out).expect("it can be written");
            Packet::PubAck { id }
        }
        3 => {
            v4::v4::PubRel::new(id).write(out).expect("it can be written");
            Packet::PubRel { id }
        }
        4 => {
            v4::v4::PingReq.write(out).expect("it can be written");
            Packet::Ping
        }
        _ => Packet::Publish(publish(random, version, id, topic, out)),
    }
}

fn publish(random: &mut StdRng, version: Version, id: u16, topic: String, out: &mut BytesMut) -> Publish {
    let mut payload = vec![0; random.random_range(0..300)];
    random.fill_bytes(&mut payload);
    let number = random.random_range(0..3);
    let qos = Qos::from_bits(number).expect("0 to 2");
    let id = if qos == Qos::AtMostOnce { 0 } else { id };
    let retain = random.random();
    let mut alias = None;
    match version {
        Version::V4 => {
            let mut publish = v4::v4::Publish::new(topic.clone(), v4::qos(number).expect("0 to 2"), payload.clone());
            (publish.pkid, publish.retain) = (id, retain);
            publish.write(out).expect("it can be written");
        }
        Version::V5 => {
            let properties = random.random::<bool>().then(|| {
                alias = Some(random.random_range(1..=u16::MAX));
                v5::v5::PublishProperties {
                    topic_alias: alias,
                    payload_format_indicator: Some(1),
                    user_properties: vec![(text(random), text(random)), (text(random), text(random))],
                    content_type: Some(text(random)),
                    correlation_data: Some(Bytes::from(payload.clone())),
                    ..v5::v5::PublishProperties::default()
                }
            });
            let mut publish = v5::v5::Publish::new(topic.clone(), v5::qos(number).expect("0 to 2"), payload.clone(), properties);
            (publish.pkid, publish.retain) = (id, retain);
            publish.write(out).expect("it can be written");
        }
    }
    Publish { qos, retain, id, topic: topic.into(), alias, payload: payload.into() }
}

/// What the library makes of a PUBLISH that our reader has accepted.
fn library_publish(version: Version, frame: &Frame) -> Publish {
    match version {
        Version::V4 => {
            let header = v4::FixedHeader::new(frame.first, 0, frame.body.len());
            let body = [&[frame.first], &frame.body[..]].concat();
            let read = v4::v4::Publish::read(header, body.into()).expect("the library accepts it");
            Publish {
                qos: Qos::from_bits(read.qos as u8).expect("0 to 2"),
                retain: read.retain,
                id: read.pkid,
                topic: read.topic.into(),
                alias: None,
                payload: read.payload,
            }
        }
        Version::V5 => {
            let header = v5::v5::FixedHeader::new(frame.first, 0, frame.body.len());
            let body = [&[frame.first], &frame.body[..]].concat();
            let read = v5::v5::Publish::read(header, body.into()).expect("the library accepts it");
            Publish {
                qos: Qos::from_bits(read.qos as u8).expect("0 to 2"),
                retain: read.retain,
                id: read.pkid,
                topic: read.topic,
                alias: read.properties.and_then(|properties| properties.topic_alias),
                payload: read.payload,
            }
        }
    }
}
