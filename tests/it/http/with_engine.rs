//! Dealing with alerts, from the outside and through the real engine: who may take it, who has it, who closes it.

use chrono::TimeDelta;
use harken::domain::access::{Grant, Role};
use harken::domain::secret;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::house::{House, id_of, problem};

/// A client with a token called `name`.
async fn operator(house: &House, name: &str, organisation: Option<&str>) -> Api {
    let grants = json!([{ "role": "operator", "organisation": organisation }]);
    let made = house.api.post("/api/v1/tokens", &json!({ "name": name, "grants": grants })).await.expect(201);
    house.api.with_token(made["secret"].as_str().unwrap())
}

async fn by_hand(house: &House, home: &str) -> String {
    id_of(&house.api.post(&format!("/api/v1/homes/{home}/alerts"), &json!({ "text": "A neighbour called." })).await.expect(201))
}

#[tokio::test]
async fn one_has_it_and_the_other_is_told_who() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let (ann, bob) = (operator(&house, "Ann", None).await, operator(&house, "Bob", None).await);
    let alert = format!("/api/v1/alerts/{}", by_hand(&house, &home).await);
    let taken = ann.post(&format!("{alert}/accept"), &Value::Null).await.expect(200);
    assert_eq!((taken["state"].as_str(), taken["holder"]["name"].as_str()), (Some("accepted"), Some("Ann")));
    assert!(problem(bob.post(&format!("{alert}/accept"), &Value::Null).await, 409).contains("Ann"));
    problem(bob.post(&format!("{alert}/release"), &Value::Null).await, 409);
    problem(bob.post(&format!("{alert}/close"), &json!({ "outcome": "reassured", "activations_seen": 1 })).await, 409);
    bob.post(&format!("{alert}/notes"), &json!({ "text": "I know her." })).await.expect(200);
    assert_eq!(ann.put("/api/v1/me/presence", &Value::Null).await.expect(200)["holding"], json!([taken["id"]]));
    assert_eq!(bob.put("/api/v1/me/presence", &Value::Null).await.expect(200)["holding"], json!([]));
    let free = ann.post(&format!("{alert}/release"), &Value::Null).await.expect(200);
    assert_eq!((free["state"].as_str(), &free["holder"]), (Some("raised"), &Value::Null));
    bob.post(&format!("{alert}/accept"), &Value::Null).await.expect(200);
    let whole = bob.get(&alert).await.expect(200);
    let lines: Vec<&str> = whole["timeline"].as_array().unwrap().iter().map(|line| line["what"].as_str().unwrap()).collect();
    assert_eq!(lines, ["raised", "accepted", "note", "released", "accepted"]);
}

#[tokio::test]
async fn a_wrong_outcome_and_a_missing_cause_are_told() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let alert = format!("/api/v1/alerts/{}", by_hand(&house, &home).await);
    house.pass(TimeDelta::seconds(181)).await;
    house.api.post(&format!("{alert}/accept"), &Value::Null).await.expect(200);
    let close = async |body: Value| house.api.post(&format!("{alert}/close"), &body).await;
    assert!(problem(close(json!({ "outcome": "fine", "activations_seen": 1 })).await, 422).contains("reassured"));
    assert!(problem(close(json!({ "outcome": "reassured", "activations_seen": 1 })).await, 409).contains("breach_cause"));
    let closed = close(json!({ "outcome": "reassured", "activations_seen": 1, "breach_cause": "two at once" })).await.expect(200);
    assert_eq!(closed["state"], "closed");
    problem(close(json!({ "outcome": "reassured", "activations_seen": 1 })).await, 409);
}

#[tokio::test]
async fn another_organisation_s_alert_cannot_be_touched() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let south = house.organisation("South").await;
    let stranger = operator(&house, "Stranger", Some(&south)).await;
    let alert = format!("/api/v1/alerts/{}", by_hand(&house, &home).await);
    stranger.get(&alert).await.expect(404);
    for deed in ["accept", "release"] {
        stranger.post(&format!("{alert}/{deed}"), &Value::Null).await.expect(404);
    }
    stranger.post(&format!("{alert}/notes"), &json!({ "text": "x" })).await.expect(404);
    stranger.post(&format!("{alert}/close"), &json!({ "outcome": "test", "activations_seen": 1 })).await.expect(404);
    let reply = stranger.post(&format!("/api/v1/homes/{home}/alerts"), &json!({ "text": "x" })).await;
    assert!(problem(reply, 404).contains("no such home"));
    assert_eq!(house.api.get(&alert).await.expect(200)["timeline"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn raised_by_hand_twice_is_one_alert_activated_twice() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let first = by_hand(&house, &home).await;
    assert_eq!(by_hand(&house, &home).await, first);
    assert_eq!(house.api.get(&format!("/api/v1/alerts/{first}")).await.expect(200)["activations"], 2);
    problem(house.api.post("/api/v1/homes/nowhere/alerts", &json!({ "text": "x" })).await, 404);
    let reply = house.api.post(&format!("/api/v1/homes/{home}/alerts"), &json!({ "text": "x", "resident": "nobody" })).await;
    problem(reply, 422);
}

#[tokio::test]
async fn what_people_did_with_an_alert_is_in_the_trail_by_their_id() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let ann = operator(&house, "Ann", None).await;
    let me = id_of(&ann.get("/api/v1/me").await.expect(200));
    let id = by_hand(&house, &home).await;
    ann.post(&format!("/api/v1/alerts/{id}/accept"), &Value::Null).await.expect(200);
    let trail = house.api.get("/api/v1/audit").await.expect(200);
    let entry = trail["items"].as_array().unwrap().iter().find(|entry| entry["action"] == "accepted").expect("the acceptance");
    assert_eq!((entry["who"].as_str(), entry["who_name"].as_str(), entry["object_id"].as_str()), (Some(&*me), Some("Ann"), Some(&*id)));
}

#[tokio::test]
async fn a_person_deals_with_an_alert_from_the_console() {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let id = by_hand(&house, &home).await;
    let user = json!({ "login": "ann", "name": "Ann", "password": "correct horse", "grants": [{ "role": "operator" }] });
    house.api.post("/api/v1/users", &user).await.expect(201);
    let anybody = house.api.with_token("");
    let login = anybody.post("/api/v1/auth/login", &json!({ "login": "ann", "password": "correct horse" })).await;
    let cookie = login.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let csrf = login.expect(200)["csrf_token"].as_str().unwrap().to_owned();
    let address = house.app().http.unwrap();
    let accept = Api::new(address).request(reqwest::Method::POST, &format!("/api/v1/alerts/{id}/accept"));
    let response = accept.header("cookie", cookie).header("x-csrf-token", csrf).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.json::<Value>().await.unwrap()["holder"]["name"], "Ann");
}

#[tokio::test]
async fn a_grant_by_another_way_works_within_the_second() {
    // The command line writes beside the running server.
    let house = House::start().await;
    let token = secret::new_token();
    let mut tx = house.app().store.begin().await.unwrap();
    tx.insert_token("beside", "beside", &secret::sha256_hex(token.as_bytes()), house.clock.now()).await.unwrap();
    tx.set_grants("beside", &[Grant { role: Role::Viewer, organisation: None }]).await.unwrap();
    tx.commit().await.unwrap();
    house.api.with_token(&token).get("/api/v1/alerts").await.expect(200);
}
