//! A PUBLISH is acknowledged after its commit, in its turn; the ack object goes at once.

use bytes::Bytes;

use super::rig::{Rig, settle};
use super::wire::{acks, events};

/// PUBLISH of an ack object as the listener sends it at QoS 1.
fn ack_object(version: u8, gateway: &str, id: u16, payload: &[u8]) -> Vec<u8> {
    let bytes = super::wire::publish(version, &acks(gateway), 1, id, payload);
    bytes[2..].to_vec()
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
