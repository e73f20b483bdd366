//! Servers are killed with -9 while alerts escalate: every step is taken, none twice, and what fell due meanwhile is taken at once.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::record::{kills, some_moment};
use crate::notify::receiver::Receiver;
use crate::support::api::Api;
use crate::support::harken::{Builder, Harken};
use crate::support::house::id_of;
use crate::support::postgres::Postgres;
use crate::support::{scratch, wait};

/// Alerts that wait at the same time.
const ALERTS: usize = 6;
/// Steps of their policy, a second apart.
const STEPS: usize = 8;
/// A limit and not a measure: a step is not later than this, whatever was killed.
const LATE_AT_MOST: TimeDelta = TimeDelta::seconds(30);

fn server() -> Builder {
    Harken::builder().set("HARKEN_NOTIFY_PRIVATE_TARGETS", "true")
}

/// Raises alerts that nobody takes. Each step tells a webhook, which is there for everybody.
async fn raise(api: &Api, receiver: &Receiver) -> Vec<String> {
    let organisation = id_of(&api.post("/api/v1/organisations", &json!({ "name": "North" })).await.expect(201));
    let webhook = json!({ "organisation": organisation, "name": "w", "url": receiver.url("/"), "events": ["alert.closed"] });
    let webhook = id_of(&api.post("/api/v1/webhooks", &webhook).await.expect(201));
    let steps = vec![json!({ "after_s": 1, "targets": [{ "webhook": webhook }] }); STEPS];
    let policy = json!({ "organisation": organisation, "name": "ours", "queue": "care", "steps": steps, "repeat_s": 3600 });
    api.post("/api/v1/escalation-policies", &policy).await.expect(201);
    let mut alerts = Vec::new();
    for n in 0..ALERTS {
        let home =
            id_of(&api.post("/api/v1/homes", &json!({ "organisation": organisation, "name": format!("Home {n}") })).await.expect(201));
        let alert = api.post(&format!("/api/v1/homes/{home}/alerts"), &json!({ "text": "a call" })).await.expect(201);
        alerts.push(format!("/api/v1/alerts/{}", id_of(&alert)));
    }
    alerts
}

/// Waits until all have come to the last step, and answers with the greatest delay of a step.
async fn every_step_once(api: &Api, alerts: &[String]) -> TimeDelta {
    let mut latest = TimeDelta::zero();
    for path in alerts {
        let alert = wait::until("the last step", wait::PATIENCE, || async {
            let alert = api.get(path).await;
            (alert.status == 200 && alert.body["level"].as_u64() >= Some(STEPS as u64)).then_some(alert.body)
        })
        .await;
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        let mut before: DateTime<Utc> = alert["raised_at"].as_str().expect("a time").parse().expect("a time");
        for line in alert["timeline"].as_array().expect("lines").iter().filter(|line| line["what"] == "escalated") {
            let number = line["text"].as_str().expect("words").split(':').next().expect("a number").to_owned();
            *taken.entry(number).or_default() += 1;
            let at: DateTime<Utc> = line["at"].as_str().expect("a time").parse().expect("a time");
            latest = latest.max(at - before - TimeDelta::seconds(1));
            before = at;
        }
        let wanted: BTreeMap<String, usize> = (1..=STEPS).map(|n| (format!("Step {n}"), 1)).collect();
        assert_eq!(taken, wanted, "{alert}");
    }
    let repaired = api.get("/api/v1/alerts?queue=technical").await.expect(200);
    assert!(!repaired["items"].to_string().contains("unattended_alert"), "the auditor had to set something right: {repaired}");
    assert!(latest < LATE_AT_MOST, "a step was {latest} late");
    latest
}

/// Each step's message arrived; one that was cut off may have arrived twice.
async fn every_message_arrived(receiver: &Receiver) {
    wait::until("every step's message", wait::PATIENCE, || async {
        let mut told: BTreeMap<(String, i64), usize> = BTreeMap::new();
        for message in receiver.received() {
            let body: Value = message.json();
            let level = body["data"]["level"].as_i64().expect("a level");
            *told.entry((body["data"]["id"].to_string(), level)).or_default() += 1;
        }
        (told.len() == ALERTS * STEPS).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_step_is_taken_once_though_the_only_server_is_killed() {
    let receiver = Receiver::start().await;
    let mut harken = server().start().await;
    let api = harken.api_as("administrator", None).await;
    let alerts = raise(&api, &receiver).await;
    for _ in 0..kills().max(3) {
        tokio::time::sleep(some_moment()).await;
        harken.kill().await;
        harken.start_again().await;
    }
    let latest = every_step_once(&api, &alerts).await;
    every_message_arrived(&receiver).await;
    println!("on SQLite, with restarts, no step was later than {} ms", latest.num_milliseconds());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_replica_takes_the_steps_of_one_that_is_killed() {
    let receiver = Receiver::start().await;
    let url = Postgres::shared().await.database().await;
    // Replicas share the key of the installation.
    let key = scratch::dir("key-").join("harken.key").display().to_string();
    let replica = || server().database(&url).set("HARKEN_MQTT_LISTEN", "").set("HARKEN_SECURITY_KEY_FILE", &key).start();
    let (mut unlucky, survivor) = (replica().await, replica().await);
    let api = survivor.api_as("administrator", None).await;
    let alerts = raise(&api, &receiver).await;
    for _ in 0..kills().max(2) {
        tokio::time::sleep(some_moment()).await;
        unlucky.kill().await;
        tokio::time::sleep(some_moment()).await;
        unlucky.start_again().await;
    }
    unlucky.kill().await;
    let latest = every_step_once(&api, &alerts).await;
    every_message_arrived(&receiver).await;
    println!("on PostgreSQL, with a replica killed again and again, no step was later than {} ms", latest.num_milliseconds());
}
