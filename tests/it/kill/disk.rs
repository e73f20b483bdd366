//! A database that is full or read-only: no acknowledgement, people are told, and it recovers by itself.

use std::time::Duration;

use serde_json::json;

use crate::support::house::{Gateway, House, problem};
use crate::support::postgres::Postgres;
use crate::support::{scratch, sql};

/// No answer for a second.
async fn hears_nothing(gateway: &mut Gateway) -> bool {
    tokio::time::timeout(Duration::from_secs(1), gateway.answer()).await.is_err()
}

#[tokio::test]
async fn a_full_database_acknowledges_nothing_and_recovers_when_there_is_room() {
    let database = format!("sqlite://{}", scratch::dir("full-").join("harken.db").display());
    let prepared = House::on(&database, |_| {}).await;
    prepared.home("Elm Row").await;
    let pages = prepared.count("SELECT page_count FROM pragma_page_count()").await;
    prepared.stop().await;
    let limit = u32::try_from(pages).expect("a small number") + 60;
    let house = House::on(&database, |settings| settings.database.max_pages = limit).await;
    let home = house.home("Oak Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    let filler = "x".repeat(12_000);
    let mut answered = 0;
    loop {
        let event = json!({ "id": format!("f{answered}"), "kind": "motion", "data": { "x": filler } });
        gateway.publish("events", event.to_string(), false).await;
        if hears_nothing(&mut gateway).await {
            break;
        }
        answered += 1;
        assert!(answered < 200, "the database does not fill up");
    }
    let stored = house.count("SELECT COUNT(*) FROM events").await;
    assert!(answered > 0 && answered == stored, "answered {answered}, stored {stored}");
    assert!(problem(house.api.post(&format!("/api/v1/homes/{home}/alerts"), &json!({ "text": "a call" })).await, 503).contains("again"));
    sql::run(&database, "DELETE FROM events").await;
    assert_eq!(gateway.answer().await["status"], "stored", "it recovers by itself");
}

#[tokio::test]
async fn a_read_only_database_acknowledges_nothing_and_recovers_when_it_may_be_written() {
    let url = Postgres::shared().await.database().await;
    let house = House::on(&url, |_| {}).await;
    let home = house.home("Elm Row").await;
    let mut gateway = house.gateway("gw-1", &home).await;
    let name = url.rsplit('/').next().and_then(|name| name.split('?').next()).expect("a name").to_owned();
    let cut = format!("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()");
    sql::run(&url, &format!("ALTER DATABASE \"{name}\" SET default_transaction_read_only = on")).await;
    sql::number(&url, &cut).await;
    gateway.publish("alarms", json!({ "id": "1", "kind": "pendant", "device": "p" }).to_string(), false).await;
    assert!(hears_nothing(&mut gateway).await);
    sql::run(&url, &format!("BEGIN READ WRITE; ALTER DATABASE \"{name}\" RESET default_transaction_read_only; COMMIT")).await;
    sql::number(&url, &cut).await;
    assert_eq!(gateway.answer().await["status"], "stored");
    assert_eq!(house.alerts_of("pendant").await[0]["activations"], 1);
}
