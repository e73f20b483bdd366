//! The people of an organisation, and what webhooks are called: what whoever writes rotas and policies may know, and no more.

use harken::domain::access::{Grant, Role};
use serde_json::{Value, json};

use super::service::Service;

fn names(page: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = page["items"].as_array().unwrap().iter().map(|each| each["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn those_who_name_people_know_names_and_roles_of_their_own() {
    let service = Service::start().await;
    service.organisation("north").await;
    service.organisation("south").await;
    let ann = service.person("ann", Role::Responder, Some("north")).await;
    service.person("bo", Role::Operator, Some("south")).await;
    service.person("cy", Role::Operator, None).await;
    let both = [
        Grant { role: Role::Viewer, organisation: Some("north".to_owned()) },
        Grant { role: Role::Responder, organisation: Some("north".to_owned()) },
        Grant { role: Role::Administrator, organisation: Some("south".to_owned()) },
    ];
    let dee = service.person("dee", Role::Viewer, None).await;
    let mut tx = service.store.begin().await.unwrap();
    tx.set_grants(&dee, &both).await.unwrap();
    tx.commit().await.unwrap();
    for role in [Role::Administrator, Role::Manager, Role::Operator, Role::Viewer] {
        let north = service.api_as(role, Some("north")).await;
        let page = north.get("/api/v1/people").await.expect(200);
        assert_eq!(names(&page), ["Person ann", "Person cy", "Person dee"], "{role:?}: their own, and who is there for all");
        let told = page["items"].as_array().unwrap().iter().find(|each| each["id"] == dee.as_str()).unwrap();
        assert_eq!(told["roles"], json!(["responder", "viewer"]), "what is held elsewhere is not told");
        let fields: Vec<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["archived_at", "id", "name", "roles"], "no login, no address");
        north.get("/api/v1/people?organisation=south").await.expect(404);
        north.get("/api/v1/people?organisation=nowhere").await.expect(404);
        assert_eq!(names(&north.get("/api/v1/people?organisation=north&role=responder").await.expect(200)), ["Person ann", "Person dee"]);
    }
    let all = service.admin().await;
    assert_eq!(names(&all.get("/api/v1/people").await.expect(200)).len(), 4);
    let south = all.get("/api/v1/people?organisation=south").await.expect(200);
    assert_eq!(names(&south), ["Person bo", "Person cy", "Person dee"]);
    assert_eq!(names(&all.get("/api/v1/people?organisation=south&role=responder").await.expect(200)), Vec::<&str>::new());
    all.delete(&format!("/api/v1/users/{ann}")).await.expect(204);
    assert_eq!(names(&all.get("/api/v1/people?organisation=north").await.expect(200)), ["Person cy", "Person dee"]);
    let with = all.get("/api/v1/people?organisation=north&archived=true").await.expect(200);
    assert_eq!(names(&with), ["Person ann", "Person cy", "Person dee"]);
    let first = all.get("/api/v1/people?limit=2").await.expect(200);
    let next = all.get(&format!("/api/v1/people?limit=2&cursor={}", first["next"].as_str().unwrap())).await.expect(200);
    assert_eq!([names(&first), names(&next)].concat().len(), 3, "page by page");
}

#[tokio::test]
async fn whoever_writes_policies_knows_what_webhooks_are_called_and_not_where_they_lead() {
    let service = Service::start().await;
    service.organisation("north").await;
    service.organisation("south").await;
    let all = service.admin().await;
    let new = |organisation: &str| json!({ "organisation": organisation, "name": format!("To {organisation}"), "url": "https://example.org/hook-of-theirs" });
    let north = all.post("/api/v1/webhooks", &new("north")).await.expect(201);
    all.post("/api/v1/webhooks", &new("south")).await.expect(201);
    let manager = service.api_as(Role::Manager, Some("north")).await;
    let page = manager.get("/api/v1/webhooks/names").await.expect(200);
    assert_eq!(names(&page), ["To north"]);
    assert!(!page.to_string().contains("hook-of-theirs"), "{page}");
    manager.get("/api/v1/webhooks").await.expect(403);
    assert!(names(&manager.get("/api/v1/webhooks/names?organisation=south").await.expect(200)).is_empty());
    all.delete(&format!("/api/v1/webhooks/{}", north["id"].as_str().unwrap())).await.expect(204);
    assert!(names(&manager.get("/api/v1/webhooks/names").await.expect(200)).is_empty());
    assert_eq!(names(&manager.get("/api/v1/webhooks/names?archived=true").await.expect(200)), ["To north"]);
}
