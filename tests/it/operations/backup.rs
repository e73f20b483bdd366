//! A backup that is taken while events arrive, and the restore that makes it one.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::support::harken::Harken;
use crate::support::{sql, tools};

#[tokio::test]
async fn a_backup_of_a_busy_server_restores() {
    let harken = Harken::start().await;
    let api = harken.api_as("administrator", None).await;
    let organisation = api.post("/api/v1/organisations", &json!({ "name": "O", "zone": "Europe/London" })).await.expect(201);
    let home = api.post("/api/v1/homes", &json!({ "organisation": organisation["id"], "name": "H" })).await.expect(201);
    let secret = harken.gateway("gw-1", home["id"].as_str().unwrap()).await;
    let port = harken.mqtt().port().to_string();
    let publish = |from: u32, to: u32| {
        let mut publisher = tools::installed("mosquitto_pub");
        publisher.args(["-p", &port, "-u", "gw-1", "-P", &secret, "-q", "1", "-t", "telecare/v1/gw-1/events", "-l"]);
        let mut publisher = publisher.stdin(Stdio::piped()).spawn().unwrap();
        let mut lines = publisher.stdin.take().unwrap();
        std::thread::spawn(move || {
            for number in from..to {
                let kind = if number % 50 == 0 { "pendant" } else { "motion" };
                writeln!(lines, r#"{{"id":"{number}","kind":"{kind}","device":"d","at":"2026-11-23T12:00:00Z"}}"#).unwrap();
            }
        });
        publisher
    };
    // The command ends when everything is acknowledged.
    let mut before = publish(0, 200);
    assert!(tokio::task::spawn_blocking(move || before.wait()).await.unwrap().unwrap().success());
    let mut during = publish(200, 4000);
    let copy = harken.dir().join("copy.db");
    harken.cli(&["backup", copy.to_str().unwrap()]).await;
    let again = harken.run(&["backup", copy.to_str().unwrap()]).await;
    assert_eq!(again.status.code(), Some(1), "a backup does not overwrite another");
    assert!(tokio::task::spawn_blocking(move || during.wait()).await.unwrap().unwrap().success(), "nobody was disturbed");

    let url = format!("sqlite://{}", copy.display());
    let events = sql::number(&url, "SELECT count(*) FROM events").await;
    assert!((200..=4000).contains(&events), "{events} events: at least what was acknowledged before");
    assert_eq!(sql::number(&url, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'").await, 1);
    let alarms = "SELECT count(*) FROM events WHERE kind = 'pendant'";
    let told = "SELECT sum(json_extract(body, '$.activations')) FROM alerts";
    assert_eq!(sql::number(&url, alarms).await, sql::number(&url, told).await, "each alarm in it has its activation in it");

    let key = harken.dir().join("harken.key");
    let restored = Harken::builder().database(&url).set("HARKEN_SECURITY_KEY_FILE", key.to_str().unwrap()).start().await;
    let token = restored.cli(&["token", "add", "--name", "t", "--role", "operator"]).await;
    let alerts = restored.api().with_token(&token).get("/api/v1/alerts").await.expect(200);
    // By now the home may also be silent since then.
    let pressed = |alerts: &serde_json::Value| {
        alerts["items"].as_array().map(|all| all.iter().filter(|each| each["rule"]["id"] == "pendant").count())
    };
    assert_eq!(pressed(&alerts), Some(1), "{alerts}");
    let resend = tools::installed("mosquitto_pub")
        .args(["-p", &restored.mqtt().port().to_string(), "-u", "gw-1", "-P", &secret, "-q", "1", "-t", "telecare/v1/gw-1/events"])
        .args(["-m", r#"{"id":"0","kind":"pendant","device":"d","at":"2026-11-23T12:00:00Z"}"#])
        .status()
        .unwrap();
    assert!(resend.success());
    assert_eq!(sql::number(&url, "SELECT count(*) FROM events").await, events, "what it holds it recognises");
}
