//! A client library that many gateways are built on, in both versions, with and without TLS: everything is stored, acknowledged and
//! answered, in the order it was sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rumqttc::Transport;

use super::authority::Authority;
use super::rig::{Rig, SECRET, Settling, limits};
use super::wire::{acks, events, status};
use crate::support::wait;

const MESSAGES: u16 = 300;

fn transport(tls: Option<&Authority>) -> Transport {
    match tls {
        None => Transport::Tcp,
        Some(authority) => Transport::tls_with_config(rumqttc::TlsConfiguration::Rustls(authority.client(None))),
    }
}

fn start() -> (Authority, Settling, [(SocketAddr, bool); 2]) {
    let authority = Authority::new("ours");
    let rig = Rig::with(limits(), Some(authority.listener(None, None)), 10_000).settle_all();
    let ports = [(rig.addr, false), (rig.tls.unwrap(), true)];
    (authority, rig, ports)
}

fn payloads_of(rig: &Settling, gateway: &str) -> Vec<String> {
    let of_gateway = |(id, payload): (String, bytes::Bytes)| (id == gateway).then(|| String::from_utf8(payload.to_vec()).unwrap());
    rig.payloads().into_iter().filter_map(of_gateway).collect()
}

fn expected() -> Vec<String> {
    (0..MESSAGES).map(|n| n.to_string()).chain(["last at QoS 0".to_owned(), "last at QoS 2".to_owned()]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rumqttc_on_mqtt_3() {
    let (authority, rig, ports) = start();
    for (addr, tls) in ports {
        let gateway = if tls { "gw-tls" } else { "gw-plain" };
        let mut options = rumqttc::MqttOptions::new(gateway, addr.ip().to_string(), addr.port());
        options.set_credentials(gateway, SECRET).set_keep_alive(Duration::from_secs(5)).set_inflight(50);
        options.set_transport(transport(tls.then_some(&authority)));
        options.set_last_will(rumqttc::LastWill::new(status(gateway), "offline", rumqttc::QoS::AtLeastOnce, true));
        let (client, mut events_of) = rumqttc::AsyncClient::new(options, 1000);
        client.subscribe(acks(gateway), rumqttc::QoS::AtLeastOnce).await.unwrap();
        for n in 0..MESSAGES {
            client.publish(events(gateway), rumqttc::QoS::AtLeastOnce, false, n.to_string()).await.unwrap();
        }
        client.publish(events(gateway), rumqttc::QoS::AtMostOnce, false, "last at QoS 0").await.unwrap();
        client.publish(events(gateway), rumqttc::QoS::ExactlyOnce, false, "last at QoS 2").await.unwrap();
        let (mut acknowledged, mut answered, mut completed) = (0, 0, 0);
        while (acknowledged, answered, completed) != (MESSAGES, MESSAGES + 2, 1) {
            let event = tokio::time::timeout(wait::PATIENCE, events_of.poll()).await.expect("it goes on").unwrap();
            match event {
                rumqttc::Event::Incoming(rumqttc::Packet::PubAck(_)) => acknowledged += 1,
                rumqttc::Event::Incoming(rumqttc::Packet::PubComp(_)) => completed += 1,
                rumqttc::Event::Incoming(rumqttc::Packet::Publish(answer)) => {
                    assert_eq!((answer.topic, &answer.payload[..]), (acks(gateway), &br#"{"ok":true}"#[..]));
                    answered += 1;
                }
                _ => {}
            }
        }
        assert_eq!(payloads_of(&rig, gateway), expected());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rumqttc_on_mqtt_5() {
    use rumqttc::v5::mqttbytes::QoS;
    use rumqttc::v5::mqttbytes::v5::{LastWill, Packet};
    use rumqttc::v5::{AsyncClient, Event, MqttOptions};
    let (authority, rig, ports) = start();
    for (addr, tls) in ports {
        let gateway = if tls { "gw-tls" } else { "gw-plain" };
        let mut options = MqttOptions::new(gateway, addr.ip().to_string(), addr.port());
        options.set_credentials(gateway, SECRET).set_keep_alive(Duration::from_secs(5));
        options.set_transport(transport(tls.then_some(&authority)));
        options.set_last_will(LastWill::new(status(gateway), "offline", QoS::AtLeastOnce, true, None));
        let (client, mut events_of) = AsyncClient::new(options, 1000);
        client.subscribe(acks(gateway), QoS::AtLeastOnce).await.unwrap();
        for n in 0..MESSAGES {
            client.publish(events(gateway), QoS::AtLeastOnce, false, n.to_string()).await.unwrap();
        }
        client.publish(events(gateway), QoS::AtMostOnce, false, "last at QoS 0").await.unwrap();
        client.publish(events(gateway), QoS::ExactlyOnce, false, "last at QoS 2").await.unwrap();
        let (mut acknowledged, mut answered, mut completed) = (0, 0, 0);
        while (acknowledged, answered, completed) != (MESSAGES, MESSAGES + 2, 1) {
            let event = tokio::time::timeout(wait::PATIENCE, events_of.poll()).await.expect("it goes on").unwrap();
            match event {
                Event::Incoming(Packet::PubAck(_)) => acknowledged += 1,
                Event::Incoming(Packet::PubComp(_)) => completed += 1,
                Event::Incoming(Packet::Publish(answer)) => {
                    assert_eq!((&answer.topic[..], &answer.payload[..]), (acks(gateway).as_bytes(), &br#"{"ok":true}"#[..]));
                    answered += 1;
                }
                _ => {}
            }
        }
        assert_eq!(payloads_of(&rig, gateway), expected());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_connections_at_once_are_all_served() {
    let rig = Arc::new(Rig::start().settle_all());
    let gateways: Vec<_> = (0..1000)
        .map(|n| {
            let rig = rig.clone();
            tokio::spawn(async move {
                let gateway = format!("gw{n}");
                let version = if n % 2 == 0 { 4 } else { 5 };
                let mut raw = super::wire::Raw::connected(rig.addr, version, &gateway).await;
                raw.subscribe_acks(&gateway, 1).await;
                for id in 1..=20 {
                    raw.publish(&events(&gateway), 1, id, b"{}").await;
                }
                let mut acknowledged = 0;
                while acknowledged < 20 {
                    if raw.packet().await.0 == 0x40 {
                        acknowledged += 1;
                    }
                }
            })
        })
        .collect();
    for gateway in gateways {
        gateway.await.unwrap();
    }
    assert_eq!(rig.payloads().len(), 20_000);
    assert!(rig.refused().is_empty());
}
