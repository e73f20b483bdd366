//! The server is killed with -9 at random moments, or the database under it is stopped at once.

use std::time::Duration;

use harken::sim::load::Release;

use super::record::{Publisher, gateways, kills, some_moment};
use crate::support::harken::Harken;
use crate::support::mosquitto::Mosquitto;
use crate::support::postgres::Postgres;

async fn killed_again_and_again(mut harken: Harken, port: u16, release: Release, url: &str) {
    let identities = gateways(&harken, 8, release == Release::Puback).await;
    let publisher = Publisher::start(port, identities, release);
    publisher.acknowledged(100).await;
    for _ in 0..kills() {
        tokio::time::sleep(some_moment()).await;
        harken.kill().await;
        harken.start_again().await;
        publisher.acknowledged(200).await;
    }
    publisher.settle(url).await;
}

fn sqlite(harken: &Harken) -> String {
    format!("sqlite://{}", harken.dir().join("harken.db").display())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_listener_on_sqlite_loses_nothing_acknowledged() {
    let harken = Harken::start().await;
    let (port, url) = (harken.mqtt().port(), sqlite(&harken));
    killed_again_and_again(harken, port, Release::Puback, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_listener_on_postgresql_loses_nothing_acknowledged() {
    let url = Postgres::shared().await.database().await;
    let harken = Harken::builder().database(&url).start().await;
    let port = harken.mqtt().port();
    killed_again_and_again(harken, port, Release::Puback, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_in_between_loses_nothing_answered() {
    let broker = Mosquitto::start().await;
    let harken = Harken::builder().broker(&broker.url()).start().await;
    let url = sqlite(&harken);
    killed_again_and_again(harken, broker.port(), Release::AckObject, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_immediate_stop_of_postgresql_loses_nothing_acknowledged() {
    let mut cluster = Postgres::own().await;
    let url = cluster.database().await;
    let harken = Harken::builder().database(&url).start().await;
    let identities = gateways(&harken, 8, true).await;
    let publisher = Publisher::start(harken.mqtt().port(), identities, Release::Puback);
    publisher.acknowledged(100).await;
    for _ in 0..kills() {
        tokio::time::sleep(some_moment()).await;
        cluster.stop_immediately().await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        cluster.start_again().await;
        publisher.acknowledged(200).await;
    }
    publisher.settle(&url).await;
    drop(harken);
}
