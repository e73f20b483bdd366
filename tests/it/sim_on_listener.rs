//! Our gateways and our load against our own listener, on both versions of MQTT and with TLS. The engine behind it answers at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use harken::clock::Clock;
use harken::ingest::delivery::{Delivery, Topic};
use harken::ingest::intake::{Admission, Intake, Proof};
use harken::ingest::listener::{Listener, ListenerSettings, TlsListener, tls};
use harken::sim::gateway::{self, Command, Habits, unobserved};
use harken::sim::link::{Identity, Link, Protocol, Tls};
use harken::sim::load::{self, Plan, Progress};
use harken::sim::message::{Lane, Message};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// Starts a listener whose gateways have the secret `secret`, and an engine that settles everything at once. It ends with the runtime.
pub fn listen(tls_config: Option<Arc<rustls::ServerConfig>>) -> (SocketAddr, Option<SocketAddr>) {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let (intake, mut lanes) = Intake::new(4000);
    let admit = Arc::new(|login: harken::ingest::intake::Login| -> futures_util::future::BoxFuture<'static, Admission> {
        let known =
            matches!(&login.proof, Proof::Secret(secret) if secret == b"secret") || matches!(login.proof, Proof::Certificate { .. });
        Box::pin(async move { if known { Admission::Admitted } else { Admission::Refused } })
    });
    let tls = tls_config.map(|config| TlsListener { addr: any, config });
    let settings = ListenerSettings { addr: Some(any), tls, ..ListenerSettings::default() };
    let listener = Listener::bind(settings, intake, admit, Clock::system(), Arc::new(|_| {})).unwrap();
    let addresses = (listener.local_addr().unwrap(), listener.tls_addr());
    tokio::spawn(listener.run(CancellationToken::new()));
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Some(delivery) = lanes.alarms.recv() => settle(delivery),
                Some(delivery) = lanes.telemetry.recv() => settle(delivery),
                else => return,
            }
        }
    });
    addresses
}

/// Answers as the engine does when it has stored everything.
pub fn settle(delivery: Delivery) {
    if delivery.topic == Topic::Status {
        return delivery.receipt.settle(Bytes::new());
    }
    let alerts = if delivery.topic == Topic::Alarms { json!(["an alert"]) } else { json!([]) };
    let ack = |event: &Value| json!({"id": event["id"], "status": "stored", "alerts": alerts, "received_at": delivery.received_at});
    let payload: Value = serde_json::from_slice(&delivery.payload).unwrap();
    let acks = match &payload {
        Value::Array(events) => events.iter().map(ack).collect(),
        event => ack(event),
    };
    delivery.receipt.settle(acks.to_string().into());
}

pub async fn play(link: &Link, identity: Identity) -> harken::sim::tally::Tally {
    let (sender, receiver) = tokio::sync::mpsc::channel(4);
    let feed = async move {
        for number in 0..500 {
            let lane = if number % 50 == 0 { Lane::Alarms } else { Lane::Events };
            let message = Message::of_json(lane, number.to_string(), format!(r#"{{"id":"{number}","kind":"motion"}}"#));
            sender.send(Command::Publish(message)).await.unwrap();
        }
    };
    let (clock, habits) = (Clock::system(), Habits { window: 90, ..Habits::default() });
    tokio::join!(feed, gateway::run(link, identity, habits, &clock, receiver, unobserved())).1
}

#[tokio::test]
async fn a_gateway_is_answered_on_both_versions() {
    let (address, _) = listen(None);
    for protocol in [Protocol::V4, Protocol::V5] {
        let link = Link { protocol, ..Link::plain("127.0.0.1", address.port()) };
        let tally = play(&link, Identity { id: "g-1".into(), secret: Some("secret".into()) }).await;
        assert_eq!((tally.sent, tally.stored, tally.resent, tally.disconnects), (500, 500, 0, 0), "{protocol:?}: {tally:?}");
        assert_eq!(tally.alerts.len(), 1);
        let refused = play_nothing(&link, Identity { id: "g-1".into(), secret: Some("wrong".into()) }).await;
        assert!(!refused.reasons.is_empty(), "{protocol:?}: {refused:?}");
    }
}

/// A gateway that has something to say but is not let in.
async fn play_nothing(link: &Link, identity: Identity) -> harken::sim::tally::Tally {
    let (sender, receiver) = tokio::sync::mpsc::channel(4);
    sender.send(Command::Publish(Message::of_json(Lane::Events, "1".into(), "{}"))).await.unwrap();
    drop(sender);
    let reconnect = (Duration::from_millis(1), Duration::from_millis(10));
    gateway::run(link, identity, Habits { reconnect, ..Habits::default() }, &Clock::system(), receiver, unobserved()).await
}

#[tokio::test]
async fn a_gateway_is_answered_through_tls_by_secret_and_by_certificate() {
    let authority = authority();
    let server = issue(&authority, "127.0.0.1");
    let client = issue(&authority, "g-2");
    let ca = authority.0.pem();
    let pem = tls::Pem { certificates: server.0.as_bytes(), key: server.1.as_bytes(), client_ca: Some(ca.as_bytes()), revoked: None };
    let (_, address) = listen(Some(tls::server_config(pem).unwrap()));
    for protocol in [Protocol::V4, Protocol::V5] {
        for (identity, secret) in [(None, Some("secret".to_owned())), (Some((client.0.clone().into(), client.1.clone().into())), None)] {
            let tls = Some(Tls { authority: ca.clone().into(), identity });
            let link = Link { host: "127.0.0.1".into(), port: address.unwrap().port(), protocol, tls, login: None };
            let tally = play(&link, Identity { id: "g-2".into(), secret }).await;
            assert_eq!((tally.sent, tally.stored), (500, 500), "{protocol:?}: {tally:?}");
        }
    }
}

type Authority = (rcgen::Certificate, rcgen::Issuer<'static, rcgen::KeyPair>);

fn authority() -> Authority {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap();
    (certificate, rcgen::Issuer::new(params, key))
}

/// Certificate and key, as PEM, for an address or a gateway id.
fn issue(authority: &Authority, name: &str) -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    (params.signed_by(&key, &authority.1).unwrap().pem(), key.serialize_pem())
}

#[tokio::test]
async fn a_load_of_a_thousand_gateways_is_answered() {
    let (address, _) = listen(None);
    let gateways = (0..1000).map(|number| Identity { id: format!("load-{number}").into(), secret: Some("secret".into()) }).collect();
    let plan = Plan { events: Some(20_000), alarms_per_second: 50.0, ..Plan::new("127.0.0.1", address.port(), gateways, "run") };
    let outcome = load::run(plan, &Clock::system(), None, Arc::new(Progress::default()), CancellationToken::new()).await;
    assert_eq!((outcome.sent, outcome.acknowledged, outcome.stored, outcome.unanswered), (20_000, 20_000, 20_000, 0), "{outcome:?}");
    assert_eq!((outcome.resent, outcome.disconnects, outcome.trouble.clone()), (0, 0, None));
}
