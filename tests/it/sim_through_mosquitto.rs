//! Our gateways and our load through a real broker. The engine behind Harken's client answers at once.

use std::sync::Arc;

use harken::clock::Clock;
use harken::config::Settings;
use harken::ingest::broker::BrokerSource;
use harken::ingest::intake::Intake;
use harken::sim::link::{Identity, Link, Protocol};
use harken::sim::load::{self, Plan, Progress, Release};
use harken::store::{Store, StoreSettings};
use tokio_util::sync::CancellationToken;

use crate::sim_on_listener::{play, settle};
use crate::support::mosquitto::Mosquitto;
use crate::support::{scratch, wait};

/// Starts Harken's client of the broker, with an engine that settles everything at once. It ends with the runtime.
pub async fn serve(broker: &Mosquitto) {
    let mut settings = Settings::default();
    settings.mqtt.url = broker.url();
    let url = format!("sqlite://{}/harken.db", scratch::dir("sim-").display());
    let store = Store::open(&StoreSettings { url, connections: 4, max_pages: None }).await.unwrap();
    let (intake, mut lanes) = Intake::new(4000);
    let source = BrokerSource::new(&settings, store, intake, Clock::system()).unwrap();
    let mut path = source.path();
    tokio::spawn(source.run(CancellationToken::new()));
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Some(delivery) = lanes.alarms.recv() => settle(delivery),
                Some(delivery) = lanes.telemetry.recv() => settle(delivery),
                else => return,
            }
        }
    });
    tokio::time::timeout(wait::PATIENCE, path.wait_for(|path| path.connected == path.slots)).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_gateway_is_answered_through_a_broker_on_both_versions() {
    let broker = Mosquitto::start().await;
    serve(&broker).await;
    for protocol in [Protocol::V4, Protocol::V5] {
        let link = Link { protocol, ..Link::plain("127.0.0.1", broker.port()) };
        let tally = play(&link, Identity { id: "g-1".into(), secret: None }).await;
        assert_eq!((tally.sent, tally.stored, tally.disconnects), (500, 500, 0), "{protocol:?}: {tally:?}");
        assert_eq!(tally.alerts.len(), 1);
    }
}

#[tokio::test]
async fn a_load_is_answered_through_a_broker() {
    let broker = Mosquitto::start().await;
    serve(&broker).await;
    let gateways = (0..100).map(|number| Identity { id: format!("load-{number}").into(), secret: None }).collect();
    let plan = Plan { events: Some(10_000), release: Release::AckObject, ..Plan::new("127.0.0.1", broker.port(), gateways, "run") };
    let outcome = load::run(plan, &Clock::system(), None, Arc::new(Progress::default()), CancellationToken::new()).await;
    assert_eq!((outcome.sent, outcome.acknowledged, outcome.stored, outcome.unanswered), (10_000, 10_000, 10_000, 0), "{outcome:?}");
}
