//! Those who must not come in, or not do what they try: refused, counted, listed, and the neighbours notice nothing.

use std::sync::Arc;
use std::time::Duration;

use harken::ingest::delivery::Topic;
use harken::ingest::listener::{Limits, Reason};
use tokio::sync::Semaphore;

use super::rig::{Rig, limits, settle, slow_admit};
use super::wire::{Connect, Raw, acks, alarms, events, head, publish, status, subscribe};
use crate::support::wait;

/// The CONNACK code for "not authorized".
fn refused(version: u8) -> u8 {
    if version == 5 { 0x87 } else { 5 }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_wrong_is_refused_counted_and_listed() {
    for version in [4, 5] {
        let rig = Rig::start();
        let valid = Connect::new("gw1");
        let long = "g".repeat(65);
        let cases = [
            (Connect { password: Some(b"wrong"), ..valid.clone() }, Some("gw1"), Reason::WrongSecret),
            (Connect { password: None, ..valid.clone() }, Some("gw1"), Reason::WrongSecret),
            (Connect { password: Some(&[0xff, 0]), ..valid.clone() }, Some("gw1"), Reason::WrongSecret),
            (Connect { user: Some("nobody"), ..valid.clone() }, Some("nobody"), Reason::WrongSecret),
            (Connect { user: None, password: None, ..valid.clone() }, None, Reason::NoIdentity),
            (Connect { user: Some(""), ..valid.clone() }, None, Reason::NoIdentity),
            (Connect { user: Some("gw1/events"), ..valid.clone() }, None, Reason::NoIdentity),
            (Connect { user: Some("gw#"), ..valid.clone() }, None, Reason::NoIdentity),
            (Connect { user: Some("g\u{e4}teway"), ..valid.clone() }, None, Reason::NoIdentity),
            (Connect { user: Some(&long), ..valid.clone() }, None, Reason::NoIdentity),
        ];
        for (connect, gateway, reason) in &cases {
            let mut stranger = Raw::open(rig.addr, version).await;
            let from = stranger.stream.local_addr().unwrap();
            stranger.connect(connect).await;
            let (first, body) = stranger.packet().await;
            assert_eq!((first, body[0], body[1]), (0x20, 0, refused(version)));
            assert_eq!(stranger.try_packet().await, None);
            let listed = rig.refused().pop().unwrap();
            assert_eq!((listed.gateway.as_deref(), listed.reason, listed.peer), (*gateway, *reason, from));
        }
        assert_eq!(rig.refused().len(), cases.len());
        assert_eq!(rig.metric(r#"harken_mqtt_refused_total{reason="wrong_secret"}"#), 4);
        assert_eq!(rig.metric(r#"harken_mqtt_refused_total{reason="no_identity"}"#), 6);
        assert_eq!(rig.metric("harken_mqtt_sessions"), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_nobody_can_tell_the_gateway_shall_try_again() {
    for version in [4, 5] {
        let rig = Rig::start();
        let mut gateway = Raw::open(rig.addr, version).await;
        gateway.connect(&Connect::new("gw-away")).await;
        let (first, body) = gateway.packet().await;
        assert_eq!((first, body[1]), (0x20, if version == 5 { 0x88 } else { 3 }));
        assert_eq!(gateway.try_packet().await, None);
        assert!(rig.refused().is_empty(), "it is no stranger");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authentication_method_is_not_supported() {
    let rig = Rig::start();
    let mut gateway = Raw::open(rig.addr, 5).await;
    gateway.connect(&Connect { properties: vec![21, 0, 1, b'x'], ..Connect::new("gw1") }).await;
    assert_eq!(gateway.packet().await.1[1], 0x8c);
    assert_eq!(gateway.try_packet().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_secrets_are_answered_slowly_and_right_ones_at_once() {
    let rig = Rig::with_limits(Limits { refusal_delay: Duration::from_mins(10), admissions: 1, ..limits() });
    let mut guessing = Vec::new();
    for _ in 0..20 {
        let mut stranger = Raw::open(rig.addr, 4).await;
        stranger.connect(&Connect { password: Some(b"guess"), ..Connect::new("gw1") }).await;
        guessing.push(stranger);
    }
    let all = || async { (rig.refused().len() == 20).then_some(()) };
    wait::until("all guesses have been judged", wait::PATIENCE, all).await;
    // Only one login is looked up at a time here, and the twenty that wait for their answer take up none of it.
    let mut gateway = rig.connect(4, "gw2").await;
    gateway.ping().await;
    for stranger in &mut guessing {
        let answered = tokio::time::timeout(Duration::from_millis(20), stranger.try_packet()).await;
        assert!(answered.is_err(), "no guess has been answered yet");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_directory_holds_up_nobody_who_is_in() {
    let gate = Arc::new(Semaphore::new(1));
    let mut rig = Rig::with_admit(Limits { admissions: 2, ..limits() }, None, 100, slow_admit(gate.clone()));
    let mut inside = rig.connect(5, "gw1").await;
    gate.forget_permits(1);
    let mut outside = Vec::new();
    for _ in 0..10 {
        let mut gateway = Raw::open(rig.addr, 5).await;
        gateway.connect(&Connect { client_id: "", ..Connect::new("gw2") }).await;
        outside.push(gateway);
    }
    inside.publish(&events("gw1"), 1, 1, b"{}").await;
    settle(rig.next().await);
    inside.expect(0x40, &[0, 1]).await;
    gate.add_permits(10);
    for gateway in &mut outside {
        assert_eq!(gateway.packet().await.1[1], 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_never_answers_is_an_answer_as_well() {
    let limits = Limits { connect_timeout: Duration::from_millis(600), ..limits() };
    let rig = Rig::with_admit(limits, None, 100, slow_admit(Arc::new(Semaphore::new(0))));
    for (version, unavailable) in [(4, 3), (5, 0x88)] {
        let mut gateway = Raw::open(rig.addr, version).await;
        gateway.connect(&Connect::new("gw1")).await;
        assert_eq!(gateway.packet().await.1[1], unavailable);
        assert_eq!(gateway.try_packet().await, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_of_another_is_refused_and_nothing_of_it_delivered() {
    let foreign = [events("gw2"), alarms("gw10"), status("gw"), acks("gw1"), "telecare/v1/gw1".into(), "telecare/v2/gw1/events".into()];
    let foreign =
        foreign.into_iter().chain([" telecare/v1/gw1/events".into(), "telecare/v1/gw1/events/".into(), "/".into(), "$SYS/x".into()]);
    for topic in foreign {
        for (version, qos) in [(4, 0), (4, 1), (4, 2), (5, 0), (5, 1), (5, 2)] {
            let mut rig = Rig::start();
            let mut gateway = rig.connect(version, "gw1").await;
            gateway.publish(&events("gw1"), 1, 1, b"before").await;
            gateway.publish(&topic, qos, 2, b"foreign").await;
            let before = rig.next().await;
            assert_eq!(&before.payload[..], b"before");
            if version == 4 || qos == 0 {
                gateway.ends(0x87).await;
            } else {
                // Answered in its turn, and the connection goes on.
                gateway.publish(&events("gw1"), 1, 3, b"after").await;
                settle(before);
                gateway.expect(0x40, &[0, 1]).await;
                gateway.expect(if qos == 1 { 0x40 } else { 0x50 }, &[0, 2, 0x87]).await;
                let after = rig.next().await;
                assert_eq!(&after.payload[..], b"after");
                settle(after);
                gateway.expect(0x40, &[0, 3]).await;
            }
            rig.nothing_delivered();
            let listed: Vec<_> = rig.refused().into_iter().map(|refused| (refused.gateway.unwrap(), refused.reason)).collect();
            assert_eq!(listed, [("gw1".to_owned(), Reason::Topic)], "{topic}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_may_try_other_topics_for_ever() {
    let rig = Rig::start();
    let mut gateway = rig.connect(5, "gw1").await;
    for _ in 0..100 {
        gateway.publish(&events("gw2"), 1, 1, b"{}").await;
        gateway.expect(0x40, &[0, 1, 0x87]).await;
    }
    gateway.publish(&events("gw2"), 1, 1, b"{}").await;
    gateway.ends(0x97).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_own_acks_can_be_subscribed_to() {
    let rig = Rig::start();
    let filters = [
        (acks("gw1"), 1, 1),
        (acks("gw2"), 0x80, 0x87),
        (events("gw1"), 0x80, 0x87),
        ("telecare/v1/gw1/+".into(), 0x80, 0xa2),
        ("#".into(), 0x80, 0xa2),
        (format!("$share/g/{}", acks("gw1")), 0x80, 0x9e),
        ("$SYS/broker".into(), 0x80, 0x87),
    ];
    for version in [4, 5] {
        let mut gateway = rig.connect(version, "gw1").await;
        let wanted: Vec<_> = filters.iter().map(|(filter, _, _)| (filter.as_str(), 1)).collect();
        gateway.send(&subscribe(version, 9, &wanted)).await;
        let (first, body) = gateway.packet().await;
        let expected: Vec<u8> = filters.iter().map(|(_, v4, v5)| if version == 5 { *v5 } else { *v4 }).collect();
        assert_eq!((first, &body[..2], &body[body.len() - 7..]), (0x90, &[0, 9][..], &expected[..]));
    }
    // A subscription identifier was announced as not available.
    let mut gateway = rig.connect(5, "gw1").await;
    let mut body = vec![0, 9, 2, 11, 1];
    body.extend_from_slice(&subscribe(4, 9, &[(&acks("gw1"), 1)])[4..]);
    gateway.send(&super::wire::packet(0x82, &body)).await;
    gateway.ends(0xa1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_will_on_another_topic_is_refused() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        for topic in [status("gw2"), events("gw1"), alarms("gw1"), "x".into()] {
            let mut gateway = Raw::open(rig.addr, version).await;
            gateway.connect(&Connect { will: Some((topic, b"offline", false)), ..Connect::new("gw1") }).await;
            assert_eq!(gateway.packet().await.1[1], refused(version));
            assert_eq!(gateway.try_packet().await, None);
        }
        rig.nothing_delivered();
        assert_eq!(rig.refused().iter().filter(|refused| refused.reason == Reason::WillTopic).count(), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_above_the_limit_is_refused_before_it_is_sent() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = rig.connect(version, "gw1").await;
        let mut neighbour = rig.connect(version, "gw2").await;
        // It announces as much as the format can, and sends the beginning.
        let mut beginning = head(0x32, 268_435_455);
        beginning.extend_from_slice(&publish(version, &alarms("gw1"), 1, 1, &[b'x'; 5500])[3..]);
        gateway.send(&beginning).await;
        gateway.ends(0x95).await;
        let evidence = rig.next().await;
        assert_eq!((evidence.topic, &evidence.payload[..]), (Topic::Alarms, &[b'x'; 4096][..]));
        let around_the_payload = 2 + alarms("gw1").len() + 2 + usize::from(version == 5);
        assert_eq!(evidence.oversized, Some(268_435_455 - around_the_payload));
        assert_eq!(rig.refused().last().unwrap().reason, Reason::TooLarge);
        assert_eq!(rig.metric(r#"harken_mqtt_closed_total{reason="too_large"}"#), 1);
        neighbour.ping().await;
        // Nothing of the message itself: it is refused all the same, only there is nothing to show.
        let mut gateway = rig.connect(version, "gw1").await;
        gateway.send(&head(0x30, 268_435_455)).await;
        gateway.ends(0x95).await;
        let mut gateway = rig.connect(version, "gw1").await;
        gateway.send(&head(0x82, 300_000)).await;
        gateway.ends(0x95).await;
        rig.nothing_delivered();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_message_passes_and_one_byte_more_does_not() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = rig.connect(version, "gw1").await;
        gateway.publish(&events("gw1"), 1, 1, &vec![b' '; 262_144]).await;
        let delivery = rig.next().await;
        assert_eq!((delivery.payload.len(), delivery.oversized), (262_144, None));
        settle(delivery);
        gateway.expect(0x40, &[0, 1]).await;
        gateway.publish(&events("gw1"), 1, 2, &vec![b' '; 262_145]).await;
        let evidence = rig.next().await;
        assert_eq!((evidence.payload.len(), evidence.oversized), (4096, Some(262_145)));
        settle(evidence);
        if version == 5 {
            gateway.ends(0x95).await;
        } else {
            gateway.expect(0x40, &[0, 2]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_client_gets_rid_of_a_message_that_is_too_large() {
    let mut rig = Rig::start();
    let mut gateway = rig.connect(4, "gw1").await;
    gateway.subscribe_acks("gw1", 1).await;
    let mut bytes = publish(4, &events("gw1"), 1, 7, &vec![b'y'; 1_000_000]);
    bytes.extend_from_slice(&publish(4, &events("gw1"), 1, 8, b"next"));
    gateway.send(&bytes).await;
    let evidence = rig.next().await;
    assert_eq!((&evidence.payload[..], evidence.oversized), (&[b'y'; 4096][..], Some(1_000_000)));
    // It is in quarantine now: the answer is final, or the gateway would send it again for ever.
    evidence.receipt.settle(bytes::Bytes::from_static(b"rejected"));
    gateway.expect(0x32, &publish(4, &acks("gw1"), 1, 1, b"rejected")[2..]).await;
    gateway.expect(0x40, &[0, 7]).await;
    let next = rig.next().await;
    assert_eq!((&next.payload[..], next.oversized), (&b"next"[..], None));
    settle(next);
    gateway.packet().await;
    gateway.expect(0x40, &[0, 8]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_message_to_another_topic_is_a_stranger_as_well() {
    for version in [4, 5] {
        let mut rig = Rig::start();
        let mut gateway = rig.connect(version, "gw1").await;
        gateway.publish(&events("gw2"), 0, 0, &vec![b'x'; 300_000]).await;
        gateway.ends(0x87).await;
        rig.nothing_delivered();
        assert_eq!(rig.refused().last().unwrap().reason, Reason::Topic);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_says_nothing_is_closed_in_time() {
    let rig = Rig::with_limits(Limits { connect_timeout: Duration::from_millis(500), ..limits() });
    let mut silent = Raw::open(rig.addr, 4).await;
    let mut slow = Raw::open(rig.addr, 5).await;
    slow.send(&Connect::new("gw1").bytes(5)[..10]).await;
    assert_eq!(silent.try_packet().await, None);
    assert_eq!(slow.try_packet().await, None);
    let counted = || async { (rig.metric("harken_mqtt_half_open_timeouts_total") == 2).then_some(()) };
    wait::until("both are counted", wait::PATIENCE, counted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_no_more_connections_than_there_may_be() {
    let rig = Rig::with_limits(Limits { connections: 3, ..limits() });
    let mut one = rig.connect(4, "gw1").await;
    let _two = rig.connect(4, "gw2").await;
    let three = Raw::open(rig.addr, 4).await;
    let mut four = Raw::open(rig.addr, 4).await;
    assert_eq!(four.try_packet().await, None);
    one.ping().await;
    assert_eq!(rig.metric("harken_mqtt_turned_away_total"), 1);
    drop(three);
    let again = || async {
        let mut gateway = Raw::open(rig.addr, 4).await;
        gateway.connect(&Connect::new("gw4")).await;
        gateway.try_packet().await
    };
    assert_eq!(wait::until("there is room again", wait::PATIENCE, again).await, (0x20, vec![0, 0]));
}
