//! The main job on real input: three months of ten real homes, sent over real MQTT, each event stored once and acknowledged, and again without a trace.

use std::time::Duration;

use serde_json::Value;

use super::support::harken::Harken;
use super::support::mosquitto::Mosquitto;
use super::support::postgres::Postgres;
use super::support::{recordings, sql, wait};

/// Events in the recording: its README counts them.
const EVENTS: i64 = 282_090;

async fn replayed_twice(harken: &Harken, url: &str) {
    let Some(file) = recordings::file("tihm/activity.csv.gz") else { return };
    let file = file.display().to_string();
    let mut alerts = Vec::new();
    for status in ["stored", "duplicate"] {
        let summary: Value = serde_json::from_str(&harken.cli(&["replay", file.as_str(), "--json"]).await).expect("a summary");
        assert_eq!(summary[status].as_i64(), Some(EVENTS), "{summary}");
        assert_eq!(sql::number(url, "SELECT COUNT(*) FROM events").await, EVENTS);
        assert_eq!(sql::number(url, "SELECT COUNT(*) FROM (SELECT DISTINCT gateway, id FROM events) AS distinct_events").await, EVENTS);
        // What waits until a buffer is emptied does so for a minute at most. Open alerts have clocks of their own, which never end.
        wait::until("nothing is about to fire", Duration::from_mins(2), async || {
            let soon = (chrono::Utc::now() + chrono::TimeDelta::seconds(65)).timestamp_micros();
            (sql::number(url, &format!("SELECT COUNT(*) FROM clocks WHERE due_us <= {soon} AND rule <> '#lease'")).await == 0).then_some(())
        })
        .await;
        alerts.push(sql::number(url, "SELECT COUNT(*) FROM alerts").await);
    }
    assert_eq!(alerts[0], alerts[1], "the second replay raised something");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_months_of_ten_homes_through_the_listener_on_sqlite() {
    let harken = Harken::start().await;
    let url = format!("sqlite://{}", harken.dir().join("harken.db").display());
    replayed_twice(&harken, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_months_of_ten_homes_through_a_broker_on_postgresql() {
    let url = Postgres::shared().await.database().await;
    let broker = Mosquitto::start().await;
    let harken = Harken::builder().database(&url).broker(&broker.url()).start().await;
    replayed_twice(&harken, &url).await;
}
