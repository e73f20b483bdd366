//! The demo: one command, homes that live, and passwords that are made at each start.

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::harken::Harken;
use crate::support::wait;

#[tokio::test]
async fn the_demo_lives_and_its_passwords_are_made_at_each_start() {
    let mut harken = Harken::builder().command(&["demo", "--homes", "3"]).start().await;
    let first = passwords(&harken, 1).await;
    sign_in(&harken, &first["operator"], 200).await;
    let api = harken.api_as("viewer", None).await;
    // A home may lie in the dark just now, which is an incident; but each has spoken.
    wait::until("every home's gateway was heard", wait::PATIENCE, || async {
        let gateways = api.get("/api/v1/gateways").await.expect(200);
        let heard = gateways["items"].as_array()?.iter().filter(|gateway| gateway["first_heard_at"].is_string()).count();
        (heard == 3).then_some(())
    })
    .await;
    assert!(harken.stop().await.success());
    harken.start_again().await;
    let second = passwords(&harken, 2).await;
    assert!(first.values().all(|password| !second.values().any(|other| other == password)));
    sign_in(&harken, &first["operator"], 401).await;
    sign_in(&harken, &second["operator"], 200).await;
    // Somebody can be sent: one rota, though it was started twice, by which the responder is on call.
    let api = harken.api_as("viewer", None).await;
    let rotas = api.get("/api/v1/rotas").await.expect(200)["items"].as_array().unwrap().clone();
    assert_eq!(rotas.len(), 1, "{rotas:?}");
    let now = api.get(&format!("/api/v1/rotas/{}/now", rotas[0]["id"].as_str().unwrap())).await.expect(200);
    assert!(now.to_string().contains("Sample Responder"), "{now}");
    assert!(second.contains_key("responder"));
}

async fn sign_in(harken: &Harken, password: &str, status: u16) {
    harken.api().post("/api/v1/auth/login", &json!({ "login": "operator", "password": password })).await.expect(status);
}

/// The sign-ins of the latest of `starts` starts, as printed.
async fn passwords(harken: &Harken, starts: usize) -> BTreeMap<String, String> {
    let text = wait::until("the demo says how to sign in", wait::PATIENCE, || async {
        let log = std::fs::read_to_string(harken.log_file()).ok()?;
        (log.matches("Stop with Ctrl-C").count() == starts).then_some(log)
    })
    .await;
    let latest = text.rsplit("Sign in (").next().unwrap();
    let rows = latest.lines().skip(1).take_while(|line| !line.is_empty());
    let words = rows.map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    words.map(|words| <[String; 2]>::try_from(words).expect("a login and its password").into()).collect()
}
