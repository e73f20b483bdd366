//! The ping that must not stop: it carries the head of the trail, and the trail can be held against it.

use super::receiver::Receiver;
use super::webhooks::House;
use crate::support::wait;

#[tokio::test]
async fn the_ping_carries_the_head_of_the_trail() {
    let receiver = Receiver::start().await;
    let house = House::start(&[("HARKEN_DEADMAN_URL", &receiver.url("/ping")), ("HARKEN_DEADMAN_EVERY_S", "1")]).await;
    let head = wait::until("a ping with a head came", wait::PATIENCE, || async {
        receiver.received().last().and_then(|ping| Some(ping.json()["trail"]["hash"].as_str()?.to_owned()))
    })
    .await;
    house.harken.cli(&["audit", "verify", "--head", &head]).await;
    assert!(house.harken.cli(&["config"]).await.contains("(hidden)"), "its address is a secret");
}
