//! The process dies, the broker dies: nothing is lost, and everything finds together again.

use bytes::Bytes;
use harken::ingest::intake::Intake;

use super::engine::{self, Obliging};
use super::stage::{self, Gateway, Running};
use crate::support::mosquitto::Mosquitto;
use crate::support::wait;

#[tokio::test]
async fn what_was_not_acknowledged_before_a_kill_comes_after_it() {
    let broker = Mosquitto::start().await;
    let (settings, store) = (stage::settings(&broker.url()), stage::sqlite().await);
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    let (intake, mut lanes) = Intake::new(10);
    let source = Running::ready(&settings, &store, &intake).await;
    gateway.publish("events", "in hand").await;
    let in_hand = engine::next(&mut lanes).await;
    source.kill().await;
    in_hand.receipt.settle(Bytes::from_static(b"nobody is there to say so"));
    gateway.publish("events", "meanwhile").await;
    gateway.publish("alarms", "an alarm meanwhile").await;

    let (engine, intake) = Obliging::new();
    let source = Running::ready(&settings, &store, &intake).await;
    let all = ["in hand", "meanwhile", "an alarm meanwhile"];
    wait::until("all have come", wait::PATIENCE, || async { all.iter().all(|payload| engine.has(payload)).then_some(()) }).await;
    gateway.hears("stored").await;
    assert!(gateway.heard().iter().all(|answer| !answer.contains("nobody")));
    source.stop().await;
}

#[tokio::test]
async fn a_broker_that_lost_our_sessions_is_subscribed_again() {
    let mut broker = Mosquitto::start().await;
    let (engine, intake) = Obliging::new();
    let mut source = Running::ready(&stage::settings(&broker.url()), &stage::sqlite().await, &intake).await;
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    // Killed before it saved anything: it comes back knowing nobody.
    broker.kill().await;
    let down = source.path_where("the path is down", |path| path.connected == 0).await;
    assert!(!down.is_up() && down.held == down.slots);
    broker.start_again().await;
    source.path_where("the path is up", |path| path.is_up() && path.connected == path.slots).await;
    gateway.publish("events", "after it").await;
    gateway.publish("alarms", "an alarm after it").await;
    wait::until("both have come", wait::PATIENCE, || async { (engine.has("after it") && engine.has("an alarm after it")).then_some(()) })
        .await;
    source.stop().await;
}

#[tokio::test]
async fn a_broker_that_is_not_there_yet_is_waited_for() {
    let mut broker = Mosquitto::start().await;
    broker.stop().await;
    let (_engine, intake) = Obliging::new();
    let mut source = Running::start(&stage::settings(&broker.url()), &stage::sqlite().await, &intake);
    source.path_where("the slots are held", |path| path.held == path.slots).await;
    assert!(!source.path.borrow().is_up());
    broker.start_again().await;
    source.path_where("all are connected", |path| path.connected == path.slots).await;
    source.stop().await;
}

#[tokio::test]
async fn fewer_slots_in_the_settings_leave_none_to_itself() {
    let broker = Mosquitto::start().await;
    let (mut settings, store) = (stage::settings(&broker.url()), stage::sqlite().await);
    (settings.mqtt.slots, settings.mqtt.alarm_slots) = (3, 2);
    let (_, intake) = Obliging::new();
    Running::ready(&settings, &store, &intake).await.stop().await;
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    for n in 0..30 {
        gateway.publish("events", format!("event {n}")).await;
    }
    (settings.mqtt.slots, settings.mqtt.alarm_slots) = (1, 1);
    let (engine, intake) = Obliging::new();
    let source = Running::ready(&settings, &store, &intake).await;
    wait::until("all have come", wait::PATIENCE, || async { (engine.distinct() == 30).then_some(()) }).await;
    assert_eq!(source.path.borrow().slots, 6);
    source.stop().await;
}
