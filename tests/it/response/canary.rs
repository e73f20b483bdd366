//! The canary takes the way of an alarm, and is in nobody's way.

use chrono::TimeDelta;
use serde_json::json;

use crate::notify::receiver::Receiver;
use crate::support::house::House;
use crate::support::postgres::Postgres;
use crate::support::{scratch, wait};

async fn house_on(database: &str) -> House {
    House::on(database, |settings| {
        settings.canary.every_s = 60;
        // The machine may be busy, and time stands still meanwhile.
        settings.canary.within_s = 25;
    })
    .await
}

fn file() -> String {
    format!("sqlite://{}", scratch::dir("canary-").join("harken.db").display())
}

async fn through(house: &House, times: i64) {
    wait::until("a canary came through", wait::PATIENCE, || async {
        let closed = house.count("SELECT COUNT(*) FROM alerts WHERE organisation = 'canary' AND state = 'closed'").await;
        (closed == times).then_some(())
    })
    .await;
}

#[tokio::test]
async fn it_goes_in_by_mqtt_and_out_by_webhook_every_minute_and_nobody_sees_it() {
    let house = house_on(&file()).await;
    house.pass(TimeDelta::seconds(10)).await;
    through(&house, 1).await;
    house.pass(TimeDelta::seconds(60)).await;
    through(&house, 2).await;
    let delivered =
        "SELECT COUNT(*) FROM outbox WHERE organisation = 'canary' AND kind = 'alert.raised' AND state = 'delivered' AND last_status = 204";
    assert_eq!(house.count(delivered).await, 2, "each was signed, sent, and taken by a receiver that looks at the signature");
    for list in [
        "alerts",
        "alerts?state=closed",
        "alerts?organisation=canary",
        "organisations",
        "homes",
        "gateways?archived=true",
        "webhooks",
        "incidents",
        "rotas",
    ] {
        let found = house.api.get(&format!("/api/v1/{list}")).await.expect(200);
        assert!(!found["items"].to_string().contains("anary"), "{list}: {found}");
    }
    let report = house.api.get("/api/v1/reports/activations").await.expect(200);
    assert!(!report["tables"].to_string().contains("anary"), "{report}");
    assert_eq!(house.count("SELECT COUNT(*) FROM alert_facts").await, 0, "nothing is kept of it for reports");
    let tokens = house.api.get("/api/v1/tokens").await.expect(200);
    assert_eq!(tokens["items"].as_array().unwrap().len(), 1, "the test's own: {tokens}");
    let trail = house.api.get("/api/v1/audit?limit=500").await.expect(200);
    assert!(!trail["items"].to_string().contains("anary"), "{trail}");
    let taken = json!({ "id": "canary", "name": "x" });
    house.api.post("/api/v1/organisations", &taken).await.expect(422);
    let grants = json!([{ "role": "viewer", "organisation": "canary" }]);
    house.api.post("/api/v1/tokens", &json!({ "name": "watcher", "grants": grants })).await.expect(422);
}

#[tokio::test]
async fn each_replica_has_one_of_its_own() {
    let database = Postgres::shared().await.database().await;
    // Replicas share the key of the installation.
    let key = scratch::dir("key-").join("harken.key").display().to_string();
    let replica = || {
        House::on(&database, |settings| {
            settings.canary.every_s = 60;
            settings.canary.within_s = 25;
            settings.security.key_file.clone_from(&key);
        })
    };
    let (here, there) = (replica().await, replica().await);
    for house in [&here, &there] {
        house.clock.advance(TimeDelta::seconds(5));
    }
    wait::until("two canaries", wait::PATIENCE, || async {
        let homes = here.count("SELECT COUNT(DISTINCT home) FROM alerts WHERE organisation = 'canary' AND state = 'closed'").await;
        (homes == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_dead_man_s_ping_ends_when_it_does_not_come_through() {
    let receiver = Receiver::start().await;
    let url = receiver.url("/ping");
    let house = House::on(&file(), |settings| {
        settings.canary.every_s = 10;
        settings.canary.within_s = 1;
        settings.deadman.url = url;
        settings.deadman.every_s = 1;
    })
    .await;
    let pings = || receiver.received().len();
    wait::until("pings go out", wait::PATIENCE, || async {
        house.pass(TimeDelta::seconds(1)).await;
        (pings() > 2).then_some(())
    })
    .await;
    // Its messages reach nobody any more.
    crate::support::sql::run(&house.database(), "UPDATE webhooks SET archived_us = 1 WHERE id = 'canary'").await;
    wait::until("the pings end", wait::PATIENCE, || async {
        let before = pings();
        // Longer than a canary counts as fresh.
        house.pass(TimeDelta::seconds(50)).await;
        (pings() == before).then_some(())
    })
    .await;
    let quiet = pings();
    // Each begins when the one before it was given up.
    let sent = async || house.count("SELECT COUNT(*) FROM events WHERE gateway = 'harken-canary-0'").await;
    let before = sent().await;
    wait::until("three more are lost", wait::PATIENCE, || async {
        house.pass(TimeDelta::seconds(10)).await;
        (sent().await >= before + 3).then_some(())
    })
    .await;
    assert_eq!(pings(), quiet, "and stay away");
}
