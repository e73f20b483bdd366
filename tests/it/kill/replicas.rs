//! Two replicas on PostgreSQL that share the slots of a broker: one is killed under load, the other goes on.

use std::time::Duration;

use harken::sim::load::Release;

use super::record::{Publisher, gateways, kills, some_moment};
use crate::support::harken::Harken;
use crate::support::mosquitto::Mosquitto;
use crate::support::postgres::Postgres;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_replica_costs_nothing_but_a_moment() {
    let url = Postgres::shared().await.database().await;
    let broker = Mosquitto::start().await;
    let replica = || Harken::builder().database(&url).broker(&broker.url()).set("HARKEN_MQTT_SLOTS", "4").start();
    let mut replicas = [replica().await, replica().await];
    let identities = gateways(&replicas[0], 8, false).await;
    let publisher = Publisher::start(broker.port(), identities, Release::AckObject);
    publisher.acknowledged(200).await;
    for n in 0..kills() {
        tokio::time::sleep(some_moment()).await;
        let unlucky = &mut replicas[n % 2];
        unlucky.kill().await;
        // Whatever the dead one held, the other answers for: every gateway is answered, so no slot is left behind.
        publisher.acknowledged(400).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        unlucky.start_again().await;
    }
    publisher.settle(&url).await;
}
