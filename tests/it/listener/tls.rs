//! TLS: the secret goes through it, a client certificate stands for the secret, and no other certificate does.

use harken::ingest::listener::tls::{Pem, server_config};
use harken::ingest::listener::{Limits, Reason};

use super::authority::{Authority, connect};
use super::rig::{Rig, limits, settle};
use super::wire::{Connect, Raw, events};
use crate::support::wait;

async fn code(rig: &Rig, config: std::sync::Arc<rustls::ClientConfig>, version: u8, login: &Connect<'_>) -> u8 {
    let mut gateway = connect(rig.tls.unwrap(), config, version).await.unwrap();
    gateway.connect(login).await;
    let (first, body) = gateway.packet().await;
    assert_eq!((first, body[0]), (0x20, 0));
    if body[1] == 0 {
        gateway.ping().await;
    }
    body[1]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_enough_over_tls_and_a_wrong_one_is_not() {
    let authority = Authority::new("ours");
    // With and without an authority for client certificates: they are never required.
    for clients in [None, Some(&authority)] {
        let mut rig = Rig::with(limits(), Some(authority.listener(clients, None)), 100);
        for version in [4, 5] {
            let mut gateway = connect(rig.tls.unwrap(), authority.client(None), version).await.unwrap();
            gateway.connect(&Connect::new("gw1")).await;
            gateway.packet().await;
            gateway.publish(&events("gw1"), 1, 1, &vec![b'x'; 200_000]).await;
            let delivery = rig.next().await;
            assert_eq!(delivery.payload.len(), 200_000);
            settle(delivery);
            gateway.expect(0x40, &[0, 1]).await;
            let wrong = Connect { password: Some(b"wrong"), ..Connect::new("gw1") };
            assert_eq!(code(&rig, authority.client(None), version, &wrong).await, if version == 5 { 0x87 } else { 5 });
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_stands_for_its_own_gateway_only() {
    let authority = Authority::new("ours");
    let rig = Rig::with(limits(), Some(authority.listener(Some(&authority), None)), 100);
    let certificate = authority.client(Some(&authority.gateway("box-7")));
    for (version, refused) in [(4, 5), (5, 0x87)] {
        let anonymous = Connect { client_id: "box-7", user: None, password: None, ..Connect::new("") };
        assert_eq!(code(&rig, certificate.clone(), version, &anonymous).await, 0);
        let named = Connect { user: Some("box-7"), ..anonymous.clone() };
        assert_eq!(code(&rig, certificate.clone(), version, &named).await, 0);
        // Another gateway's name, even with that gateway's right secret.
        let other = Connect::new("gw1");
        assert_eq!(code(&rig, certificate.clone(), version, &other).await, refused);
        let listed = rig.refused().pop().unwrap();
        assert_eq!((listed.gateway.as_deref(), listed.reason), (Some("gw1"), Reason::OtherCertificate));
        // Certificates of ours that name no gateway.
        for nobody in [authority.nameless(), authority.gateway("no/gateway"), authority.gateway(&"g".repeat(65))] {
            assert_eq!(code(&rig, authority.client(Some(&nobody)), version, &anonymous).await, refused);
            assert_eq!(rig.refused().pop().unwrap().reason, Reason::NoIdentity);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_trusted_is_refused_in_the_handshake() {
    let authority = Authority::new("ours");
    let stranger = Authority::new("theirs");
    let list = authority.revoke(42);
    let rig = Rig::with(limits(), Some(authority.listener(Some(&authority), Some(&list))), 100);
    let refused = [authority.expired("gw1"), authority.not_yet_valid("gw1"), stranger.gateway("gw1"), authority.numbered("gw1", 42)];
    for (n, identity) in refused.iter().enumerate() {
        // It gets nowhere even with the right secret.
        if let Ok(mut gateway) = connect(rig.tls.unwrap(), authority.client(Some(identity)), 5).await {
            gateway.connect(&Connect::new("gw1")).await;
            assert_eq!(gateway.try_packet().await, None, "case {n}");
        }
        let listed = || async { (rig.refused().len() == n + 1).then_some(()) };
        wait::until("the refusal is listed", wait::PATIENCE, listed).await;
        assert_eq!(rig.refused()[n].reason, Reason::Tls);
    }
    assert_eq!(rig.metric(r#"harken_mqtt_refused_total{reason="tls"}"#), 4);
    let valid = authority.client(Some(&authority.numbered("gw1", 43)));
    assert_eq!(code(&rig, valid, 5, &Connect { password: None, ..Connect::new("gw1") }).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tls_port_does_not_speak_plainly_nor_wait_for_ever() {
    let authority = Authority::new("ours");
    let limits = Limits { connect_timeout: std::time::Duration::from_millis(500), ..limits() };
    let rig = Rig::with(limits, Some(authority.listener(None, None)), 100);
    let mut plain = Raw::open(rig.tls.unwrap(), 4).await;
    plain.connect(&Connect::new("gw1")).await;
    let mut heard = Vec::new();
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut plain.stream, &mut heard).await;
    assert_ne!(heard.first(), Some(&0x20), "no CONNACK");
    let mut silent = Raw::open(rig.tls.unwrap(), 4).await;
    assert_eq!(silent.try_packet().await, None);
    // A gateway that does not trust our certificate turns away by itself.
    let elsewhere = Authority::new("theirs");
    assert!(connect(rig.tls.unwrap(), elsewhere.client(None), 4).await.is_err());
}

#[test]
fn what_is_wrong_with_the_files_is_said() {
    let authority = Authority::new("ours");
    let server = authority.server();
    let good = Pem { certificates: server.certificate.as_bytes(), key: server.key.as_bytes(), client_ca: None, revoked: None };
    let other = authority.server();
    let cases = [
        (Pem { certificates: b"nothing", ..good }, "the certificate cannot be read"),
        (Pem { key: b"nothing", ..good }, "the private key cannot be read"),
        (Pem { client_ca: Some(b""), ..good }, "the client certificate authority cannot be read"),
        (Pem { key: other.key.as_bytes(), ..good }, "TLS cannot be set up"),
    ];
    for (pem, says) in cases {
        let error = server_config(pem).unwrap_err().to_string();
        assert!(error.starts_with(says), "{error}");
    }
    assert!(server_config(good).is_ok());
}
