//! `Idempotency-Key`: a POST whose answer was lost is not done twice.

use harken::engine::action::Refusal;
use reqwest::Method;
use serde_json::{Value, json};

use super::service::Service;
use crate::support::api::{Api, Reply};

async fn post(api: &Api, path: &str, key: &str, body: &Value) -> Reply {
    let response = api.request(Method::POST, path).header("idempotency-key", key).json(body).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
    Reply { said: format!("POST {path}"), status, headers, body }
}

fn asked(service: &Service) -> usize {
    service.engine.lock().unwrap().asked.len()
}

#[tokio::test]
async fn the_same_request_is_done_once_and_answered_twice() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let api = service.admin().await;
    let (path, body) = (format!("/api/v1/alerts/{}/notes", north.alert.id), json!({ "text": "spoke to her" }));
    service.engine_answers(Ok(vec![north.alert.clone()]));
    let first = post(&api, &path, "k1", &body).await;
    let again = post(&api, &path, "k1", &body).await;
    assert_eq!((first.status, again.status, asked(&service)), (200, 200, 1));
    assert_eq!(first.body, again.body);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.headers["content-type"], "application/json");
    post(&api, &path, "k1", &json!({ "text": "something else" })).await.expect(422);
    post(&api, &format!("{path}x"), "k1", &body).await.expect(404);
    let another = service.admin().await;
    service.engine_answers(Ok(vec![north.alert.clone()]));
    post(&another, &path, "k1", &body).await.expect(200);
    assert_eq!(asked(&service), 2, "a key is the caller's own");
}

#[tokio::test]
async fn what_was_refused_may_be_tried_again() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let api = service.admin().await;
    let path = format!("/api/v1/alerts/{}/accept", north.alert.id);
    service.engine_answers(Err(Refusal::Conflict("Ann has it".to_owned())));
    service.engine_answers(Ok(vec![north.alert.clone()]));
    post(&api, &path, "k1", &Value::Null).await.expect(409);
    post(&api, &path, "k1", &Value::Null).await.expect(200);
}

#[tokio::test]
async fn a_key_is_free_again_after_a_day() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let api = service.admin().await;
    let path = format!("/api/v1/alerts/{}/accept", north.alert.id);
    for (passes, expected) in [(0, 1), (86_400, 1), (1, 2)] {
        service.pass(passes);
        service.engine_answers(Ok(vec![north.alert.clone()]));
        post(&api, &path, "k1", &Value::Null).await.expect(200);
        assert_eq!(asked(&service), expected);
    }
}

#[tokio::test]
async fn a_secret_is_not_kept_to_be_repeated() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let body = json!({ "name": "system", "grants": [{ "role": "system" }] });
    post(&admin, "/api/v1/tokens", "k1", &body).await.expect(201);
    let again = post(&admin, "/api/v1/tokens", "k1", &body).await;
    assert!(again.body["detail"].as_str().unwrap().contains("secret"), "{}", again.body);
    again.expect(409);
    assert_eq!(admin.get("/api/v1/tokens").await.expect(200)["items"].as_array().unwrap().len(), 2, "one, and the administrator's own");
}

#[tokio::test]
async fn a_request_under_way_is_not_begun_a_second_time() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let api = service.admin().await;
    let me = api.get("/api/v1/me").await.expect(200)["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/alerts/{}/accept", north.alert.id);
    service.engine_answers(Ok(vec![north.alert.clone()]));
    post(&api, &path, "k1", &Value::Null).await.expect(200);
    // As if the process had been killed between the deed and the note of it.
    let now = service.clock.now();
    let hash = "0".repeat(64);
    service.store.reserve_key(&me, "k2", &hash, now, now - chrono::TimeDelta::days(1)).await.unwrap();
    let known = service.store.reserve_key(&me, "k2", &hash, now, now - chrono::TimeDelta::days(1)).await.unwrap();
    assert_eq!(known, harken::store::idempotency::Reservation::UnderWay);
    post(&api, &path, "k2", &Value::Null).await.expect(422);
    for bad in [String::new(), "x".repeat(256), "two words".to_owned()] {
        post(&api, &path, &bad, &Value::Null).await.expect(400);
    }
}
