//! Hours with nobody on call are told before they come: the whole service, its clock in the test's hand.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::house::{House, id_of, time};
use crate::support::{api::Api, wait};

/// A user of the organisation; their id.
async fn user(api: &Api, organisation: &str, login: &str) -> String {
    let grants = json!([{ "role": "responder", "organisation": organisation }]);
    let new = json!({ "login": login, "name": format!("Person {login}"), "password": "correct horse", "grants": grants });
    id_of(&api.post("/api/v1/users", &new).await.expect(201))
}

async fn rota(api: &Api, organisation: &str, persons: &[&str]) -> String {
    let layer =
        json!({ "name": "Days", "persons": persons, "hand_over": { "every": "days", "at": "09:00" }, "starts_at": "2026-11-01T09:00:00Z" });
    id_of(&api.post("/api/v1/rotas", &json!({ "organisation": organisation, "name": "Responders", "layers": [layer] })).await.expect(201))
}

/// The open alert of the rota, once it is as `wanted`.
async fn until_alert(api: &Api, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    wait::until(what, wait::PATIENCE, || async {
        let alerts = api.get("/api/v1/alerts?queue=technical").await.expect(200);
        let found: Vec<Value> =
            alerts["items"].as_array().unwrap().iter().filter(|each| each["rule"]["id"] == "rota_gap").cloned().collect();
        assert!(found.len() <= 1, "one alert for a rota: {found:?}");
        found.into_iter().find(|alert| wanted(alert))
    })
    .await
}

fn cleared(alert: &Value) -> bool {
    alert["marks"].as_array().unwrap().contains(&json!("condition_cleared"))
}

#[tokio::test]
async fn a_gap_of_the_days_ahead_is_one_alert_that_follows_what_people_do() {
    let house = House::start().await;
    let (api, north) = (&house.api, house.organisation("North").await);
    let (ann, bob) = (user(api, &north, "ann").await, user(api, &north, "bob").await);
    let id = rota(api, &north, &[&ann, &bob]).await;
    let nobody = json!({ "from": "2026-12-01T00:00:00Z", "until": "2026-12-02T00:00:00Z", "reason": "the office is shut" });
    api.post(&format!("/api/v1/rotas/{id}/overrides"), &nobody).await.expect(201);
    let raised = until_alert(api, "the gap is told", |_| true).await;
    assert_eq!((&raised["organisation"], &raised["home"], &raised["priority"]), (&json!(north), &Value::Null, &json!(3)));
    assert!(raised["explanation"].as_str().unwrap().contains("Tue 1 Dec 00:00 to Wed 2 Dec 00:00"), "{raised}");

    // Somebody is put on call: it is over. The gap comes back: the same alert, told again.
    let stands_in = json!({ "from": "2026-12-01T00:00:00Z", "until": "2026-12-02T00:00:00Z", "person": bob, "reason": "Bob stands in" });
    api.post(&format!("/api/v1/rotas/{id}/overrides"), &stands_in).await.expect(201);
    until_alert(api, "it is over", cleared).await;
    api.delete(&format!("/api/v1/users/{bob}")).await.expect(204);
    let again = until_alert(api, "an archived person leaves a gap", |alert| !cleared(alert)).await;
    assert_eq!((&again["id"], &again["activations"], &again["priority"]), (&raised["id"], &json!(2), &json!(2)));
    assert!(again["explanation"].as_str().unwrap().contains("Person bob"), "{again}");

    // An operator deals with it like with any other.
    api.post(&format!("/api/v1/alerts/{}/accept", raised["id"].as_str().unwrap()), &json!({})).await.expect(200);
    house.stop().await;
}

#[tokio::test]
async fn every_night_the_fourteenth_day_is_looked_at() {
    let house = House::start().await;
    let (api, north) = (&house.api, house.organisation("North").await);
    let ann = user(api, &north, "ann").await;
    let id = rota(api, &north, &[&ann]).await;
    let nobody = json!({ "from": "2026-12-08T01:00:00Z", "until": "2026-12-08T02:00:00Z", "reason": "fire drill" });
    api.post(&format!("/api/v1/rotas/{id}/overrides"), &nobody).await.expect(201);
    house.settle().await;
    assert!(house.alerts("queue=technical").await.is_empty(), "fifteen days ahead");
    // Three o'clock of the next night: the hour begins in less than fourteen days.
    house.clock.set(time("2026-11-24T03:00:00Z") + TimeDelta::seconds(1));
    let told = until_alert(api, "the night's look", |_| true).await;
    assert!(told["explanation"].as_str().unwrap().contains("Tue 8 Dec 01:00"), "{told}");
    house.stop().await;
}
