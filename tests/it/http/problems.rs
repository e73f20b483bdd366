//! Errors: what was wrong and what to do, always as `application/problem+json`.

use harken::domain::access::Role;
use harken::engine::action::Refusal;
use reqwest::Method;
use serde_json::{Value, json};

use super::service::Service;
use crate::support::api::Reply;

#[track_caller]
fn problem(reply: Reply, status: u16, says: &str) -> Reply {
    assert_eq!(reply.status, status, "{}: {}", reply.said, reply.body);
    assert_eq!(reply.headers["content-type"], "application/problem+json", "{}", reply.said);
    assert_eq!(reply.body["status"], status);
    assert_eq!(reply.body["type"], "about:blank");
    assert!(reply.body["title"].as_str().is_some_and(|title| !title.is_empty()));
    let detail = reply.body["detail"].as_str().expect("a detail");
    assert!(detail.contains(says), "{}: {detail}", reply.said);
    reply
}

#[tokio::test]
async fn every_kind_of_bad_request_is_told_what_is_wrong() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let api = service.admin().await;
    problem(api.get("/nowhere").await, 404, "/docs");
    problem(api.get("/api/v1/nowhere").await, 404, "/docs");
    let reply = problem(api.delete("/api/v1/alerts").await, 405, "Allow");
    assert!(reply.headers["allow"].to_str().unwrap().contains("GET"));
    problem(api.get("/api/v1/alerts?limit=0").await, 400, "limit");
    problem(api.get("/api/v1/alerts?limit=many").await, 400, "query");
    problem(api.get("/api/v1/alerts?cursor=nonsense").await, 400, "cursor");
    problem(api.get("/api/v1/alerts?state=asleep").await, 400, "asleep");
    problem(api.get("/api/v1/alerts?priority=6").await, 400, "priority");
    problem(api.get("/api/v1/alerts?from=yesterday").await, 400, "query");
    problem(api.get("/api/v1/alerts?sate=closed").await, 400, "`sate`");
    problem(api.get("/api/v1/alerts?queue=care&queue=test").await, 400, "more than once");
    problem(api.get("/api/v1/alerts/a%00b").await, 400, "NUL");
    problem(api.get("/api/v1/alerts/%FF").await, 400, "path");
    problem(api.get("/api/v1/alerts/unknown").await, 404, "alert");

    let notes = format!("/api/v1/alerts/{}/notes", north.alert.id);
    problem(api.post(&notes, &json!({ "text": 5 })).await, 422, "text");
    problem(api.post(&notes, &json!({})).await, 422, "text");
    problem(api.post(&notes, &json!({ "text": "x", "texts": 1 })).await, 422, "texts");
    problem(api.post(&notes, &json!({ "text": "" })).await, 422, "empty");
    problem(api.post(&notes, &json!({ "text": "a".repeat(4001) })).await, 422, "4000");
    problem(api.post(&notes, &json!({ "text": "a\u{0}b" })).await, 422, "NUL");
    problem(raw(&api, &notes, "application/json", "{").await, 400, "body");
    problem(raw(&api, &notes, "application/json", "{\"text\": \"\\ud800\"}").await, 400, "body");
    problem(raw(&api, &notes, "text/plain", "{}").await, 415, "application/json");
    problem(raw(&api, &notes, "application/json", &format!("{{\"text\": \"{}\"}}", "a".repeat(1 << 20))).await, 413, "1 MiB");
    problem(api.post(&format!("/api/v1/homes/{}/alerts", north.home), &json!({ "text": "x", "priority": 9 })).await, 422, "priority");
}

async fn raw(api: &crate::support::api::Api, path: &str, kind: &str, body: &str) -> Reply {
    let request = api.request(Method::POST, path).header("content-type", kind).body(body.to_owned());
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { said: format!("POST {path} ({kind})"), status, headers, body: response.json().await.unwrap() }
}

#[tokio::test]
async fn refusals_of_the_engine_keep_their_meaning() {
    let service = Service::start().await;
    let api = service.api_as(Role::Operator, None).await;
    let refusals = [
        (Refusal::NotFound("this alert"), 404, "no such alert"),
        (Refusal::Forbidden("not for you".to_owned()), 403, "not for you"),
        (Refusal::Conflict("Ann Other has it".to_owned()), 409, "Ann Other has it"),
        (Refusal::Invalid("no such outcome".to_owned()), 422, "no such outcome"),
    ];
    for (refusal, status, says) in refusals {
        service.engine_answers(Err(refusal));
        problem(api.post("/api/v1/alerts/x/accept", &Value::Null).await, status, says);
    }
    service.engine_answers(Err(Refusal::Unavailable("the database is away".to_owned())));
    let reply = problem(api.post("/api/v1/alerts/x/accept", &Value::Null).await, 503, "the database is away");
    assert_eq!(reply.headers["retry-after"], "1");
    service.end_engine().await;
    problem(api.post("/api/v1/alerts/x/accept", &Value::Null).await, 503, "stopping");
    problem(service.api().get("/readyz").await, 503, "engine");
}

#[tokio::test]
async fn a_database_that_went_away_is_not_the_caller_s_fault() {
    let service = Service::start().await;
    let api = service.admin().await;
    api.get("/api/v1/alerts").await.expect(200);
    service.api().get("/readyz").await.expect(200);
    service.store.close().await;
    let reply = problem(api.get("/api/v1/alerts").await, 503, "database");
    assert_eq!(reply.headers["retry-after"], "1");
    problem(service.api().get("/readyz").await, 503, "database");
    service.api().get("/healthz").await.expect(200);
}

#[tokio::test]
async fn every_answer_tells_the_browser_to_be_careful() {
    let service = Service::start().await;
    let api = service.admin().await;
    for path in ["/", "/assets/none.js", "/docs/", "/healthz", "/api/v1/me", "/nowhere"] {
        let reply = api.get(path).await;
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("script-src 'self' 'unsafe"), "{path}: {policy}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{path}");
    }
    assert_eq!(api.get("/api/v1/me").await.headers["cache-control"], "no-store");
}
