//! Users and tokens: an administrator rules over their own organisations, and over nobody's rights elsewhere.

use harken::domain::access::Role;
use serde_json::{Value, json};

use super::service::Service;

fn person(login: &str, grants: Value) -> Value {
    json!({ "login": login, "name": "Somebody", "password": "correct horse", "grants": grants })
}

#[tokio::test]
async fn an_administrator_grants_only_what_lies_in_their_hands() {
    let service = Service::start().await;
    service.organisation("north").await;
    service.organisation("south").await;
    let north = service.api_as(Role::Administrator, Some("north")).await;
    for path in ["/api/v1/users", "/api/v1/tokens"] {
        let new = |login: &str, grants: Value| {
            if path.ends_with("users") { person(login, grants) } else { json!({ "name": login, "grants": grants }) }
        };
        let made = north.post(path, &new("a", json!([{ "role": "operator", "organisation": "north" }]))).await.expect(201);
        north.post(path, &new("b", json!([{ "role": "operator" }]))).await.expect(403);
        north.post(path, &new("c", json!([{ "role": "operator", "organisation": "south" }]))).await.expect(422);
        north.post(path, &new("d", json!([{ "role": "operator", "organisation": "nowhere" }]))).await.expect(422);
        north.post(path, &new("e", json!([]))).await.expect(422);
        north.post(path, &new("f", json!([{ "role": "king", "organisation": "north" }]))).await.expect(422);
        let change = json!({ "grants": [{ "role": "administrator" }] });
        north.patch(&format!("{path}/{}", made["id"].as_str().unwrap()), &change).await.expect(403);
    }
}

#[tokio::test]
async fn whoever_has_rights_elsewhere_is_out_of_reach() {
    let service = Service::start().await;
    service.organisation("north").await;
    service.organisation("south").await;
    let (all, north) = (service.admin().await, service.api_as(Role::Administrator, Some("north")).await);
    let both = json!([{ "role": "operator", "organisation": "north" }, { "role": "operator", "organisation": "south" }]);
    let made = all.post("/api/v1/users", &person("both", both)).await.expect(201);
    let path = format!("/api/v1/users/{}", made["id"].as_str().unwrap());
    let seen = north.get(&path).await.expect(200);
    assert_eq!(seen["grants"], json!([{ "role": "operator", "organisation": "north" }]), "rights elsewhere are not shown");
    north.patch(&path, &json!({ "password": "taken over" })).await.expect(403);
    north.delete(&path).await.expect(403);
    let south_only = all.post("/api/v1/users", &person("south", json!([{ "role": "viewer", "organisation": "south" }]))).await.expect(201);
    north.get(&format!("/api/v1/users/{}", south_only["id"].as_str().unwrap())).await.expect(404);
    let listed = north.get("/api/v1/users").await.expect(200);
    let logins: Vec<&str> = listed["items"].as_array().unwrap().iter().map(|user| user["login"].as_str().unwrap()).collect();
    assert_eq!(logins, ["both"]);
}

#[tokio::test]
async fn users_are_added_changed_listed_and_archived() {
    let service = Service::start().await;
    service.organisation("north").await;
    let admin = service.admin().await;
    let mut ids = Vec::new();
    for login in ["a", "b", "c"] {
        service.pass(1);
        ids.push(admin.post("/api/v1/users", &person(login, json!([]))).await.expect(201)["id"].as_str().unwrap().to_owned());
    }
    let reply = admin.post("/api/v1/users", &person("a", json!([]))).await;
    assert!(reply.body["detail"].as_str().unwrap().contains("login"), "{}", reply.body);
    reply.expect(409);
    let short = json!({ "login": "d", "name": "D", "password": "short", "grants": [] });
    admin.post("/api/v1/users", &short).await.expect(422);
    let (first, mut seen) = (admin.get("/api/v1/users?limit=2").await.expect(200), Vec::new());
    let next = first["next"].as_str().unwrap().to_owned();
    let second = admin.get(&format!("/api/v1/users?limit=2&cursor={next}")).await.expect(200);
    assert_eq!(second["next"], Value::Null);
    for page in [&first, &second] {
        seen.extend(page["items"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen, ids);
    let path = format!("/api/v1/users/{}", ids[0]);
    let grants = json!([{ "role": "manager", "organisation": "north" }]);
    let changed = admin.patch(&path, &json!({ "name": "Ann", "grants": grants })).await.expect(200);
    assert_eq!((&changed["name"], &changed["grants"], &changed["login"]), (&json!("Ann"), &grants, &json!("a")));
    admin.delete(&path).await.expect(204);
    admin.delete(&path).await.expect(204);
    assert_eq!(admin.get(&path).await.expect(200)["archived_at"], "2026-03-01T08:00:03Z");
    admin.patch(&path, &json!({ "name": "Ann again" })).await.expect(409);
    assert_eq!(admin.get("/api/v1/users").await.expect(200)["items"].as_array().unwrap().len(), 2);
    assert_eq!(admin.get("/api/v1/users?archived=true").await.expect(200)["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_trail_tells_what_rights_were_and_are_to_those_whom_all_of_it_concerns() {
    let service = Service::start().await;
    service.organisation("north").await;
    service.organisation("south").await;
    let (all, north) = (service.admin().await, service.api_as(Role::Administrator, Some("north")).await);
    let of_north = json!([{ "role": "operator", "organisation": "north" }]);
    let ann = all.post("/api/v1/users", &person("ann", of_north.clone())).await.expect(201);
    let path = format!("/api/v1/users/{}", ann["id"].as_str().unwrap());
    let changes = async |api: &crate::support::api::Api| {
        let found = api.get(&format!("/api/v1/audit?action=changed&object={}", ann["id"].as_str().unwrap())).await.expect(200);
        found["items"].as_array().unwrap().iter().map(|line| line["detail"].clone()).collect::<Vec<_>>()
    };
    let more = json!([{ "role": "manager", "organisation": "north" }]);
    north.patch(&path, &json!({ "grants": more, "name": "Ann", "password": "correct horse again" })).await.expect(200);
    let told =
        json!({ "before": { "name": "Somebody", "grants": of_north }, "after": { "name": "Ann", "grants": more }, "password": "changed" });
    assert_eq!(changes(&north).await, [told]);
    let wider = json!([{ "role": "manager", "organisation": "north" }, { "role": "viewer", "organisation": "south" }]);
    all.patch(&path, &json!({ "grants": wider })).await.expect(200);
    assert_eq!((changes(&north).await.len(), changes(&all).await.len()), (1, 2), "rights elsewhere are not north's to know");
    let token = all.post("/api/v1/tokens", &json!({ "name": "t", "grants": of_north })).await.expect(201);
    let token = token["id"].as_str().unwrap();
    north.patch(&format!("/api/v1/tokens/{token}"), &json!({ "grants": more })).await.expect(200);
    let trail = north.get(&format!("/api/v1/audit?action=changed&object={token}")).await.expect(200);
    assert_eq!(trail["items"][0]["detail"], json!({ "before": { "grants": of_north }, "after": { "grants": more } }));
    north.delete(&format!("/api/v1/tokens/{token}")).await.expect(204);
    assert!(north.get("/api/v1/tokens").await.expect(200)["items"].as_array().unwrap().iter().all(|each| each["id"] != token));
    assert!(
        north.get("/api/v1/tokens?archived=true").await.expect(200)["items"].as_array().unwrap().iter().any(|each| each["id"] == token)
    );
}

#[tokio::test]
async fn a_token_is_shown_once() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let made = admin.post("/api/v1/tokens", &json!({ "name": "system", "grants": [{ "role": "system" }] })).await.expect(201);
    assert!(made["secret"].as_str().unwrap().starts_with("hk_"));
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.get(&path).await.expect(200).get("secret"), None);
    assert_eq!(admin.patch(&path, &json!({ "name": "renamed" })).await.expect(200)["name"], "renamed");
    admin.delete(&path).await.expect(204);
    admin.patch(&path, &json!({ "name": "again" })).await.expect(409);
}
