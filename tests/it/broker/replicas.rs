//! Several replicas on one PostgreSQL share the slots; whatever happens to one, another takes over and nothing is parked or lost.

use std::collections::HashSet;
use std::time::Duration;

use harken::config::Settings;
use harken::ingest::intake::Intake;
use sqlx::{Connection, PgConnection};

use super::engine::{self, Obliging};
use super::proxy::Proxy;
use super::stage::{self, Gateway, Running};
use crate::support::mosquitto::Mosquitto;
use crate::support::postgres::Postgres;
use crate::support::wait;

/// Four slots for events, two for alarms, one for status.
fn settings(url: &str) -> Settings {
    let mut settings = stage::settings(url);
    (settings.mqtt.slots, settings.mqtt.alarm_slots) = (4, 2);
    settings
}

async fn replica(settings: &Settings, database: &str) -> (Obliging, Running) {
    let (engine, intake) = Obliging::new();
    (engine, Running::start(settings, &stage::store(database).await, &intake))
}

#[tokio::test]
async fn a_second_replica_gets_its_share_and_gives_it_back_when_it_leaves() {
    let (broker, database) = (Mosquitto::start().await, Postgres::shared().await.database().await);
    let settings = settings(&broker.url());
    let (_, mut one) = replica(&settings, &database).await;
    one.path_where("one has all", |path| path.connected == 7).await;
    let (_, mut other) = replica(&settings, &database).await;
    one.path_where("one gave half away", |path| path.held == 4 && path.connected == 4).await;
    other.path_where("the other has it", |path| path.connected == 3 && path.covered == 7 && path.is_up()).await;
    other.stop().await;
    one.path_where("one has all again", |path| path.connected == 7).await;
    one.stop().await;
}

#[tokio::test]
async fn a_killed_replica_is_replaced_and_nothing_stays_parked_with_it() {
    const EACH: usize = 1000;
    let (broker, database) = (Mosquitto::start().await, Postgres::shared().await.database().await);
    let settings = settings(&broker.url());
    let (survivor, mut one) = replica(&settings, &database).await;
    one.path_where("one has all", |path| path.connected == 7).await;
    let (victim, mut other) = replica(&settings, &database).await;
    one.path_where("each has its share", |path| path.connected == 4).await;
    other.path_where("each has its share", |path| path.connected == 3).await;
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    let publish = async |from: usize| {
        for n in from..from + EACH {
            gateway.publish("events", format!("event {n}")).await;
            gateway.publish("alarms", format!("alarm {n}")).await;
        }
    };
    publish(0).await;
    wait::until("both are at work", wait::PATIENCE, || async { (survivor.distinct() > 0 && victim.distinct() > 0).then_some(()) }).await;
    other.kill().await;
    publish(EACH).await;
    one.path_where("the survivor has all slots", |path| path.connected == 7).await;
    publish(2 * EACH).await;
    let all = || async {
        let seen: HashSet<_> = survivor.payloads().into_iter().chain(victim.payloads()).collect();
        (seen.len() == 6 * EACH).then_some(())
    };
    wait::until("every message has come to one of them", wait::PATIENCE, all).await;
    one.stop().await;
}

#[tokio::test]
async fn a_replica_that_loses_its_locks_stops_before_it_takes_them_again() {
    let (broker, database) = (Mosquitto::start().await, Postgres::shared().await.database().await);
    let settings = settings(&broker.url());
    let (intake, mut lanes) = Intake::new(10);
    let mut source = Running::start(&settings, &stage::store(&database).await, &intake);
    source.path_where("all are connected", |path| path.connected == 7).await;
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    gateway.publish("events", "in hand").await;
    let in_hand = engine::next(&mut lanes).await;
    let mut admin = PgConnection::connect(&database).await.unwrap();
    let holders = "SELECT count(pg_terminate_backend(pid)) FROM (SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 \
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS holder";
    let mut path = source.path.clone();
    let stopped = tokio::spawn(async move { path.wait_for(|path| path.held == 0 && path.connected == 0).await.map(|_| ()) });
    let ended: i64 = sqlx::query_scalar(holders).fetch_one(&mut admin).await.unwrap();
    assert_eq!(ended, 1, "one connection holds all locks");
    tokio::time::timeout(wait::PATIENCE, stopped).await.expect("it stops").unwrap().unwrap();
    source.path_where("it has them again", |path| path.connected == 7).await;
    let again = engine::next(&mut lanes).await;
    assert_eq!(again.payload, "in hand", "its client was cut, so the broker delivers again");
    drop(in_hand);
    source.kill().await;
}

#[tokio::test]
async fn a_replica_that_is_cut_off_stops_by_itself_before_another_takes_its_slots() {
    let (broker, database) = (Mosquitto::start().await, Postgres::shared().await.database().await);
    let database_port: u16 = database.rsplit_once(':').and_then(|(_, rest)| rest.split('/').next()?.parse().ok()).unwrap();
    let (to_broker, to_database) = (Proxy::to(broker.port()).await, Proxy::to(database_port).await);
    let settings_behind = settings(&format!("mqtt://127.0.0.1:{}", to_broker.port));
    let database_behind = database.replace(&format!(":{database_port}/"), &format!(":{}/", to_database.port));
    let (lost, mut cut_off) = replica(&settings_behind, &database_behind).await;
    cut_off.path_where("it has all", |path| path.connected == 7).await;
    let (engine, mut other) = replica(&settings(&broker.url()), &database).await;
    other.path_where("each has its share", |path| path.connected == 3).await;
    cut_off.path_where("each has its share", |path| path.connected == 4).await;

    to_broker.cut();
    to_database.cut();
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    for n in 0..100 {
        gateway.publish("events", format!("event {n}")).await;
    }
    other.path_where("the other takes over", |path| path.held > 3).await;
    assert_eq!(cut_off.path.borrow().held, 0, "it had stopped by then");
    other.path_where("the other has all", |path| path.connected == 7).await;
    let all = || async {
        let seen: HashSet<_> = engine.payloads().into_iter().chain(lost.payloads()).collect();
        (seen.len() == 100).then_some(())
    };
    wait::until("every message has come", wait::PATIENCE, all).await;
    cut_off.kill().await;
    other.stop().await;
}

#[tokio::test]
async fn a_replica_that_cannot_reach_the_broker_steps_aside_for_one_that_can() {
    let (broker, database) = (Mosquitto::start().await, Postgres::shared().await.database().await);
    let line = Proxy::to(broker.port()).await;
    let (_, mut cut_off) = replica(&settings(&format!("mqtt://127.0.0.1:{}", line.port)), &database).await;
    cut_off.path_where("it has all", |path| path.connected == 7).await;
    let (engine, mut other) = replica(&settings(&broker.url()), &database).await;
    other.path_where("each has its share", |path| path.connected == 3).await;

    line.cut();
    other.path_where("the other has all", |path| path.connected == 7).await;
    cut_off.path_where("it holds nothing", |path| path.held == 0 && path.covered == 7).await;
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    for n in 0..100 {
        gateway.publish("events", format!("event {n}")).await;
    }
    wait::until("all come to the other", wait::PATIENCE, || async { (engine.distinct() == 100).then_some(()) }).await;

    line.mend();
    cut_off.path_where("it has a share again", |path| path.connected >= 3).await;
    other.path_where("and the other has the rest", |path| path.held <= 4 && path.covered == 7).await;
    cut_off.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn a_broker_that_nobody_reaches_makes_nobody_give_up() {
    let (mut broker, database) = (Mosquitto::start().await, Postgres::shared().await.database().await);
    let settings = settings(&broker.url());
    let (_, mut one) = replica(&settings, &database).await;
    let (_, mut other) = replica(&settings, &database).await;
    one.path_where("all is held", |path| path.covered == 7 && path.connected == path.held && path.held > 0).await;
    other.path_where("all is held", |path| path.covered == 7 && path.connected == path.held && path.held > 0).await;
    broker.stop().await;
    let one_holds_all = async {
        tokio::select! {
            _ = one.path.wait_for(|path| path.held == 7) => {}
            _ = other.path.wait_for(|path| path.held == 7) => {}
        }
    };
    tokio::time::timeout(wait::PATIENCE, one_holds_all).await.expect("one stays and waits with all slots");
    broker.start_again().await;
    one.path_where("all is connected", |path| path.covered == 7 && path.connected == path.held && path.held > 0).await;
    other.path_where("all is connected", |path| path.covered == 7 && path.connected == path.held && path.held > 0).await;
    one.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn while_the_database_is_away_nothing_is_taken_from_the_broker() {
    let mut postgres = Postgres::own().await;
    let (broker, database) = (Mosquitto::start().await, postgres.database().await);
    let settings = settings(&broker.url());
    let (engine, mut source) = replica(&settings, &database).await;
    source.path_where("all are connected", |path| path.connected == 7).await;
    postgres.stop_immediately().await;
    source.path_where("nothing is held", |path| path.held == 0).await;
    let gateway = Gateway::connect(broker.port(), "gw-1").await;
    gateway.publish("events", "meanwhile").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(engine.distinct(), 0);
    postgres.start_again().await;
    wait::until("it comes afterwards", wait::PATIENCE, || async { engine.has("meanwhile").then_some(()) }).await;
    source.stop().await;
}
