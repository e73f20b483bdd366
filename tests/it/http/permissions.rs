//! Who may do what. The API document is walked, so that a new endpoint is covered without being listed here.

use harken::domain::access::{Grant, Role};
use harken::http::permissions::{Allowed, TABLE};
use reqwest::Method;
use serde_json::{Value, json};

use super::service::{Organisation, Service};
use crate::support::api::Api;
use crate::support::wait;

/// One operation of the API document.
struct Operation {
    method: Method,
    path: String,
    open: bool,
    takes_body: bool,
}

async fn operations(api: &Api) -> Vec<Operation> {
    let document = api.get("/openapi.json").await.expect(200);
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, described) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            if described.get("responses").is_none() {
                continue;
            }
            let open = described.get("security").is_none();
            operations.push(Operation { method, path: path.clone(), open, takes_body: described.get("requestBody").is_some() });
        }
    }
    assert!(operations.len() > 15, "the document lists the API");
    operations
}

/// The address of an operation upon what `owner` owns; ids are found by the collection they belong to.
fn address(path: &str, owner: &Organisation, ids: &Value) -> String {
    let collection = path.split('/').nth(3).unwrap_or_default();
    let id = match collection {
        "organisations" => owner.id.clone(),
        "homes" => owner.home.clone(),
        "residents" => owner.resident.clone(),
        "contacts" => owner.contact.clone(),
        "gateways" => owner.gateway.clone(),
        "alerts" => owner.alert.id.clone(),
        other => ids[other].as_str().unwrap_or("missing").to_owned(),
    };
    path.replace("{id}", &id).replace("{n}", "1").replace("{name}", "activations")
}

#[tokio::test]
async fn nothing_is_answered_without_a_sign_in_and_that_before_anything_else() {
    let service = Service::start().await;
    let api = service.api();
    for operation in operations(&api).await {
        if operation.open {
            assert!(operation.path.ends_with("/auth/login"), "{} is open to anyone", operation.path);
            continue;
        }
        // Neither what was sent nor the parameters are looked at before that.
        let path = format!("{}?nonsense=%00", operation.path.replace("{id}", "x").replace("{n}", "1"));
        for token in [None, Some("hk_wrong")] {
            let api = token.map_or_else(|| api.clone(), |token| api.with_token(token));
            let reply = api.send(operation.method.clone(), &path, Some(&json!("nonsense"))).await;
            assert_eq!(reply.status, 401, "{}: {}", reply.said, reply.body);
            assert_eq!(reply.headers["www-authenticate"], "Bearer", "{}", reply.said);
        }
    }
}

#[tokio::test]
async fn a_stranger_s_id_is_like_one_that_does_not_exist() {
    let service = Service::start().await;
    let (north, _south) = (service.organisation("north").await, service.organisation("south").await);
    let admin = service.admin().await;
    // One of everything else that has ids, made through the API itself.
    let user = json!({ "login": "nora", "name": "Nora", "password": "correct horse", "grants": [{ "role": "operator", "organisation": "north" }] });
    let token = json!({ "name": "northern", "grants": [{ "role": "system", "organisation": "north" }] });
    let device = json!({ "gateway": north.gateway, "address": "bed-1" });
    let steps = json!([{ "after_s": 60, "targets": [{ "role": "operator" }] }]);
    let policy = json!({ "organisation": "north", "name": "ours", "steps": steps, "repeat_s": 60 });
    let mut ids = json!({
        "escalation-policies": admin.post("/api/v1/escalation-policies", &policy).await.expect(201)["id"],
        "users": admin.post("/api/v1/users", &user).await.expect(201)["id"],
        "tokens": admin.post("/api/v1/tokens", &token).await.expect(201)["id"],
    });
    let rule = json!({ "id": "north_own", "title": "North's own", "subject": "home", "organisation": "north", "on": { "kinds": ["door_opened"] },
        "condition": "each", "queue": "care", "priority": 3 });
    let change = json!({ "rule": rule, "reason": "wanted in north", "activate": true });
    admin.put("/api/v1/rules/north_own", &change).await.expect(200);
    ids["rules"] = json!("north_own");
    let layer = json!({ "name": "Northern nights", "persons": [ids["users"]], "hand_over": { "every": "days", "at": "09:00" }, "starts_at": "2026-01-01T00:00:00Z" });
    let rota = json!({ "organisation": "north", "name": "Northern rota", "layers": [layer] });
    ids["rotas"] = admin.post("/api/v1/rotas", &rota).await.expect(201)["id"].clone();
    ids["visits"] = json!(service.visit("north").await);
    ids["incidents"] = json!(service.incident("north").await);
    let webhook = json!({ "organisation": "north", "name": "northern webhook", "url": "https://example.org/" });
    ids["webhooks"] = admin.post("/api/v1/webhooks", &webhook).await.expect(201)["id"].clone();
    let when = json!({ "every": "daily", "at": "06:00" });
    let schedule = json!({ "organisation": "north", "name": "northern report", "report": "workload", "format": "csv", "when": when });
    ids["report-schedules"] = admin.post("/api/v1/report-schedules", &schedule).await.expect(201)["id"].clone();
    let run = format!("/api/v1/report-schedules/{}/run?send=false", ids["report-schedules"].as_str().unwrap());
    admin.post(&run, &json!({})).await.expect(202);
    service.make_reports().await;
    let hold = json!({ "kind": "resident", "object": north.resident, "reason": "northern inquest" });
    ids["legal-holds"] = admin.post("/api/v1/legal-holds", &hold).await.expect(201)["id"].clone();
    let devices = admin.post("/api/v1/devices", &device).await;
    if devices.status == 201 {
        ids["devices"] = devices.body["id"].clone();
    }
    for role in [Role::Administrator, Role::Manager, Role::Operator, Role::Viewer, Role::System, Role::Responder] {
        let api = service.api_as(role, Some("south")).await;
        for operation in operations(&admin).await {
            if operation.open || operation.path.contains("/auth/") || operation.path.ends_with("/stream") {
                continue;
            }
            let path = address(&operation.path, &north, &ids);
            assert!(!path.contains("missing"), "{}: make one of these above, so that the test reaches it", operation.path);
            let body = operation.takes_body.then(|| json!({}));
            let reply = api.send(operation.method.clone(), &path, body.as_ref()).await;
            if operation.path.contains("{id}") {
                // A body that makes no sense may be told so; what is stored must not show.
                assert!(matches!(reply.status, 403 | 404 | 422), "{role:?} {}: {} {}", reply.said, reply.status, reply.body);
            }
            let text = reply.body.to_string();
            for secret in [&north.home, &north.resident, &north.contact, &north.alert.id, "Somebody in north", "Nora", "northern"] {
                let asked_for = path.contains(secret);
                assert!(asked_for || !text.contains(secret), "{role:?} {} shows {secret}: {text}", reply.said);
            }
        }
    }
    // The same walk shows something to those whom it concerns: the test above does not pass for want of data.
    let own = service.api_as(Role::Administrator, Some("north")).await;
    for operation in operations(&admin).await.iter().filter(|each| each.method == Method::GET && !each.path.ends_with("/stream")) {
        let theirs = |allowed| match allowed {
            Allowed::Everywhere(_) => false,
            // What only a responder reads is shown where visits are tested.
            Allowed::Roles(roles) => roles.contains(&Role::Administrator),
            Allowed::Anyone | Allowed::SignedIn => true,
        };
        let not_theirs = TABLE.iter().any(|row| operation.path.ends_with(row.path) && row.method == "GET" && !theirs(row.allowed));
        let reply = own.get(&address(&operation.path, &north, &ids)).await;
        assert!(not_theirs || reply.status == 200, "{}: {} {}", reply.said, reply.status, reply.body);
    }
}

#[tokio::test]
async fn unregistered_gateways_are_for_those_who_see_all() {
    let service = Service::start().await;
    service.organisation("north").await;
    let alert = service.alert("unclaimed", None, "pendant");
    service.save(&alert).await;
    let path = format!("/api/v1/alerts/{}", alert.id);
    service.api_as(Role::Operator, Some("north")).await.get(&path).await.expect(404);
    let whole = service.api_as(Role::Operator, None).await.get(&path).await.expect(200);
    assert_eq!(whole["home"], Value::Null);
}

#[tokio::test]
async fn every_operation_has_its_row_and_every_row_its_role() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let admin = service.admin().await;
    for operation in operations(&admin).await {
        let below = operation.path.strip_prefix("/api/v1").expect("everything described is below /api/v1");
        let row = TABLE.iter().find(|row| row.method == operation.method.as_str() && row.path == below);
        let row = row.unwrap_or_else(|| panic!("{} {below} has no row in the table of permissions", operation.method));
        let path = address(&operation.path, &north, &Value::Null);
        if operation.path.ends_with("/stream") {
            continue;
        }
        for role in [Role::Manager, Role::Operator, Role::Viewer, Role::System, Role::Responder] {
            let may = match row.allowed {
                Allowed::Anyone | Allowed::SignedIn => true,
                Allowed::Roles(roles) => roles.contains(&role),
                Allowed::Everywhere(_) => false,
            };
            if !may {
                let reply = service.api_as(role, Some("north")).await.send(operation.method.clone(), &path, Some(&json!({}))).await;
                assert_eq!(reply.status, 403, "{role:?} {}: {}", reply.said, reply.body);
            }
        }
        if let Allowed::Everywhere(_) = row.allowed {
            let reply =
                service.api_as(Role::Administrator, Some("north")).await.send(operation.method.clone(), &path, Some(&json!({}))).await;
            assert_eq!(reply.status, 403, "{}: {}", reply.said, reply.body);
        }
    }
}

#[tokio::test]
async fn a_role_counts_only_where_it_was_granted() {
    let service = Service::start().await;
    let (north, south) = (service.organisation("north").await, service.organisation("south").await);
    let api = service.api_as(Role::Operator, Some("north")).await;
    let me = api.get("/api/v1/me").await.expect(200);
    let grants = [
        Grant { role: Role::Operator, organisation: Some("north".to_owned()) },
        Grant { role: Role::Manager, organisation: Some("south".to_owned()) },
    ];
    let mut tx = service.store.begin().await.unwrap();
    tx.set_grants(me["id"].as_str().unwrap(), &grants).await.unwrap();
    tx.commit().await.unwrap();
    let ids =
        |page: Value| page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let mut both = vec![north.alert.id, south.alert.id.clone()];
    both.sort();
    let mut seen = ids(api.get("/api/v1/alerts").await.expect(200));
    seen.sort();
    assert_eq!(seen, both);
    assert_eq!(ids(api.get("/api/v1/alerts?organisation=south").await.expect(200)), [south.alert.id]);
    assert!(ids(api.get("/api/v1/alerts?organisation=east").await.expect(200)).is_empty());
}

#[tokio::test]
async fn a_revoked_token_opens_nothing_from_the_next_request_on() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let made = admin.post("/api/v1/tokens", &json!({ "name": "other system", "grants": [{ "role": "viewer" }] })).await.expect(201);
    let api = service.api().with_token(made["secret"].as_str().unwrap());
    api.get("/api/v1/alerts").await.expect(200);
    admin.delete(&format!("/api/v1/tokens/{}", made["id"].as_str().unwrap())).await.expect(204);
    api.get("/api/v1/alerts").await.expect(401);
}

#[tokio::test]
async fn the_last_use_of_a_token_is_kept_to_the_minute() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let id = admin.get("/api/v1/me").await.expect(200)["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/tokens/{id}");
    let last_used = async || admin.get(&path).await.expect(200)["last_used_at"].clone();
    let reaches = async |expected: &str| {
        wait::until("the use is noted", wait::PATIENCE, || async { (last_used().await == expected).then_some(()) }).await;
    };
    reaches("2026-03-01T08:00:00Z").await;
    service.pass(59);
    last_used().await;
    service.pass(1);
    reaches("2026-03-01T08:01:00Z").await;
}

#[tokio::test]
async fn the_document_says_what_a_request_may_hold() {
    let service = Service::start().await;
    let document = service.api().get("/openapi.json").await.expect(200);
    let schemas = &document["components"]["schemas"];
    let mut faults = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let schema = &parameter["schema"];
                if parameter["in"] == "query" {
                    bounded(schemas, schema, &format!("{method} {path} ?{}", parameter["name"]), &mut faults);
                }
            }
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            if body.is_null() {
                continue;
            }
            bounded(schemas, body, &format!("{method} {path}"), &mut faults);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Every object closed, every text bounded.
fn bounded(schemas: &Value, schema: &Value, place: &str, faults: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/")) {
        return bounded(schemas, &schemas[name], place, faults);
    }
    for each in ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| schema[key].as_array()).flatten() {
        bounded(schemas, each, place, faults);
    }
    let is = |kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)));
    if is("string") && schema["enum"].is_null() && schema["maxLength"].is_null() && schema["format"].is_null() {
        faults.push(format!("{place}: a text without maxLength"));
    }
    if is("object") {
        if schema["additionalProperties"] == Value::Null {
            faults.push(format!("{place}: takes unknown fields"));
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            bounded(schemas, property, &format!("{place}.{name}"), faults);
        }
    }
    if is("array") {
        bounded(schemas, &schema["items"], &format!("{place}[]"), faults);
    }
}
