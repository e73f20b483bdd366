//! What goes over the wire, and in which order.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use harken::ingest::intake::Intake;
use rumqttc::v5::mqttbytes::QoS::AtLeastOnce;
use rumqttc::v5::mqttbytes::v5::{DisconnectReasonCode, Packet, PubAck, PubAckReason, SubAck, SubscribeReasonCode};
use tokio_rustls::TlsAcceptor;

use super::engine;
use super::scripted::Scripted;
use super::stage::{self, Running};
use crate::support::scratch;

#[tokio::test]
async fn a_client_asks_for_a_session_that_lasts_and_a_window_that_fits() {
    let broker = Scripted::start().await;
    let (intake, _lanes) = Intake::new(10);
    let source = broker.source(&intake).await;
    let mut client = broker.accept("harken-1").await;
    let said = client.connect.properties.clone().expect("properties");
    assert!(!client.connect.clean_start);
    assert!(said.session_expiry_interval.unwrap() >= 24 * 3600);
    assert_eq!(said.receive_maximum, Some(8000), "two batches");
    assert!(said.max_packet_size.unwrap() > 256 * 1024);
    let subscribe = client.open(false).await;
    let filter = &subscribe.filters[0];
    assert_eq!((filter.path.as_str(), filter.qos), ("$share/harken/telecare/v1/+/events", AtLeastOnce));
    // On every connection, even when the broker says that it remembers.
    drop(client);
    let again = broker.accept("harken-1").await.open(true).await;
    assert_eq!(again.filters, subscribe.filters);
    let alarms = broker.accept("harken-1").await;
    drop((alarms, source));
}

#[tokio::test]
async fn alarms_and_status_have_slots_of_their_own() {
    let broker = Scripted::start().await;
    let (intake, _lanes) = Intake::new(10);
    let _source = broker.source(&intake).await;
    let mut filters = Vec::new();
    for _ in 0..3 {
        let mut client = broker.next().await.unwrap();
        filters.push((client.connect.client_id.clone(), client.open(false).await.filters[0].path.clone()));
    }
    filters.sort();
    let expected = [
        ("harken-1", "$share/harken/telecare/v1/+/events"),
        ("harken-alarm-1", "$share/harken-alarms/telecare/v1/+/alarms"),
        ("harken-status", "telecare/v1/+/status"),
    ];
    assert_eq!(filters, expected.map(|(id, filter)| (id.to_owned(), filter.to_owned())));
}

#[tokio::test]
async fn the_broker_has_the_ack_object_before_the_delivery_is_acknowledged() {
    let broker = Scripted::start().await;
    let (intake, mut lanes) = Intake::new(10);
    let _source = broker.source(&intake).await;
    let mut client = broker.accept("harken-1").await;
    client.open(false).await;
    client.deliver(7, "telecare/v1/gw-1/events", "one").await;
    let delivery = engine::next(&mut lanes).await;
    client.says_nothing().await;
    delivery.receipt.settle(Bytes::from_static(b"stored"));
    let answer = client.published().await;
    assert_eq!((&answer.topic[..], &answer.payload[..]), (&b"telecare/v1/gw-1/acks"[..], &b"stored"[..]));
    assert_eq!((answer.qos, answer.retain), (AtLeastOnce, false));
    client.says_nothing().await;
    client.send(Packet::PubAck(PubAck::new(answer.pkid, None))).await;
    assert_eq!(client.acknowledged().await, 7);
}

#[tokio::test]
async fn a_delivery_without_an_answer_is_acknowledged_at_once() {
    let broker = Scripted::start().await;
    let (intake, mut lanes) = Intake::new(10);
    let _source = broker.source(&intake).await;
    let mut client = broker.accept("harken-status").await;
    client.open(false).await;
    client.deliver(3, "telecare/v1/gw-1/status", "online").await;
    engine::next(&mut lanes).await.receipt.settle(Bytes::new());
    assert_eq!(client.acknowledged().await, 3);
}

#[tokio::test]
async fn an_acknowledgement_never_reaches_a_later_connection() {
    let broker = Scripted::start().await;
    let (intake, mut lanes) = Intake::new(10);
    let _source = broker.source(&intake).await;
    let mut client = broker.accept("harken-1").await;
    client.open(false).await;
    client.deliver(5, "telecare/v1/gw-1/events", "of the first connection").await;
    let first = engine::next(&mut lanes).await;
    drop(client);
    // The broker lost the session: the packet id names another message now.
    let mut client = broker.accept("harken-1").await;
    client.open(false).await;
    client.deliver(5, "telecare/v1/gw-1/events", "of the second").await;
    let second = engine::next(&mut lanes).await;
    first.receipt.settle(Bytes::from_static(b"first"));
    client.says_nothing().await;
    second.receipt.settle(Bytes::from_static(b"second"));
    let answer = client.published().await;
    assert_eq!(&answer.payload[..], b"second");
    client.send(Packet::PubAck(PubAck::new(answer.pkid, None))).await;
    assert_eq!(client.acknowledged().await, 5);
    client.says_nothing().await;
}

#[tokio::test]
async fn an_ack_object_that_the_broker_will_not_have_holds_nothing_up() {
    let broker = Scripted::start().await;
    let (intake, mut lanes) = Intake::new(10);
    let _source = broker.source(&intake).await;
    let mut client = broker.accept("harken-1").await;
    client.let_in(false, Some(200)).await;
    let subscribe = client.subscribe().await;
    let granted = SubAck { pkid: subscribe.pkid, return_codes: vec![SubscribeReasonCode::Success(AtLeastOnce)], properties: None };
    client.send(Packet::SubAck(granted)).await;

    client.deliver(1, "telecare/v1/gw-1/events", "refused").await;
    engine::next(&mut lanes).await.receipt.settle(Bytes::from_static(b"not for you"));
    let answer = client.published().await;
    let mut refusal = PubAck::new(answer.pkid, None);
    refusal.reason = PubAckReason::NotAuthorized;
    client.send(Packet::PubAck(refusal)).await;
    assert_eq!(client.acknowledged().await, 1);

    client.deliver(2, "telecare/v1/gw-1/events", "long").await;
    engine::next(&mut lanes).await.receipt.settle(Bytes::from(vec![b'x'; 200]));
    assert_eq!(client.acknowledged().await, 2, "longer than the broker takes: not sent at all");
    client.deliver(3, "telecare/v1/gw-1/events", "short").await;
    engine::next(&mut lanes).await.receipt.settle(Bytes::from_static(b"fits"));
    assert_eq!(&client.published().await.payload[..], b"fits");
}

#[tokio::test]
async fn a_refused_subscription_is_tried_again_and_the_path_is_not_up() {
    let broker = Scripted::start().await;
    let (intake, _lanes) = Intake::new(10);
    let mut source = broker.source(&intake).await;
    let mut client = broker.accept("harken-1").await;
    client.let_in(false, None).await;
    let subscribe = client.subscribe().await;
    let refused = SubAck { pkid: subscribe.pkid, return_codes: vec![SubscribeReasonCode::NotAuthorized], properties: None };
    client.send(Packet::SubAck(refused)).await;
    let mut client = broker.accept("harken-1").await;
    assert!(!source.path.borrow().is_up());
    client.open(false).await;
    source.path_where("it is connected", |path| path.connected > 0).await;
}

#[tokio::test]
async fn a_stop_says_goodbye_and_keeps_the_session() {
    let broker = Scripted::start().await;
    let (intake, _lanes) = Intake::new(10);
    let mut source = broker.source(&intake).await;
    let mut client = broker.accept("harken-1").await;
    client.open(false).await;
    source.path_where("it is connected", |path| path.connected > 0).await;
    let stopping = tokio::spawn(source.stop());
    match client.packet().await {
        Packet::Disconnect(goodbye) => {
            assert_eq!(goodbye.reason_code, DisconnectReasonCode::NormalDisconnection);
            assert!(goodbye.properties.is_none_or(|said| said.session_expiry_interval.is_none()), "the session goes on");
        }
        other => panic!("a goodbye is due, not {other:?}"),
    }
    stopping.await.unwrap();
}

#[tokio::test]
async fn a_connection_that_went_silent_is_given_up() {
    let broker = Scripted::start().await;
    let (intake, _lanes) = Intake::new(10);
    let _source = broker.source(&intake).await;
    let mut client = broker.accept("harken-1").await;
    client.open(false).await;
    // Held open, never served again: its pings go unanswered.
    let again = broker.accept("harken-1").await;
    drop((client, again));
}

/// A server certificate for localhost, and the PEM text of the authority that signed it.
fn certificate() -> (TlsAcceptor, String) {
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), authority_pem)
}

#[tokio::test]
async fn with_tls_only_the_authority_that_was_named_is_believed() {
    let (acceptor, authority) = certificate();
    let (_, another) = certificate();
    let dir = scratch::dir("tls-");
    std::fs::write(dir.join("ca.pem"), authority).unwrap();
    std::fs::write(dir.join("another.pem"), another).unwrap();
    let broker = Scripted::with_tls(acceptor).await;
    let store = stage::sqlite().await;
    let (intake, _lanes) = Intake::new(10);
    let mut settings = stage::settings(&format!("mqtts://localhost:{}", broker.port()));
    settings.mqtt.ca = dir.join("another.pem").display().to_string();
    let source = Running::start(&settings, &store, &intake);
    let refused = tokio::time::timeout(Duration::from_secs(30), broker.next()).await.expect("it tries");
    assert!(refused.is_err(), "it does not speak to a stranger");
    source.kill().await;
    settings.mqtt.ca = dir.join("ca.pem").display().to_string();
    let mut source = Running::start(&settings, &store, &intake);
    let mut client = broker.accept("harken-1").await;
    client.open(false).await;
    source.path_where("it is connected", |path| path.connected > 0).await;
}
