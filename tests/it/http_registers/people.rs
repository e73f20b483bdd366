//! Organisations, homes, residents and contacts.

use harken::domain::access::Role;
use serde_json::{Value, json};

use super::{each, items, text};
use crate::http::service::Service;

#[tokio::test]
async fn a_home_is_entered_read_changed_and_archived() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let made = admin.post("/api/v1/organisations", &json!({ "name": "North", "zone": "Europe/Lisbon" })).await.expect(201);
    let organisation = text(&made, "id").to_owned();
    assert_eq!(admin.get(&format!("/api/v1/organisations/{organisation}")).await.expect(200), made);

    let new = json!({ "organisation": organisation, "name": "1 High Street", "call_back": "tel:+441632960001", "access_notes": "the dog is friendly" });
    let home = admin.post("/api/v1/homes", &new).await.expect(201);
    assert_eq!((text(&home, "zone"), text(&home, "call_back")), ("Europe/Lisbon", "tel:+441632960001"));
    assert_eq!(text(&home, "created_at"), "2026-03-01T08:00:00Z");
    let path = format!("/api/v1/homes/{}", text(&home, "id"));
    assert_eq!(admin.get(&path).await.expect(200), home);

    let changed = admin.patch(&path, &json!({ "name": "Rose Cottage", "call_back": null })).await.expect(200);
    assert_eq!(
        (text(&changed, "name"), &changed["call_back"], text(&changed, "access_notes")),
        ("Rose Cottage", &Value::Null, "the dog is friendly")
    );
    assert_eq!(admin.patch(&path, &json!({})).await.expect(200), changed, "what is absent stays");

    admin.delete(&path).await.expect(204);
    assert_eq!(text(&admin.get(&path).await.expect(200), "archived_at"), "2026-03-01T08:00:00Z", "archived, not gone");
    assert!(items(&admin.get("/api/v1/homes").await.expect(200)).is_empty());
    assert_eq!(each(&admin.get("/api/v1/homes?archived=true").await.expect(200), "name"), ["Rose Cottage"]);
    assert_eq!(admin.patch(&path, &json!({ "archived": false })).await.expect(200)["archived_at"], Value::Null);
    assert_eq!(items(&admin.get("/api/v1/homes").await.expect(200)).len(), 1);
}

#[tokio::test]
async fn the_code_of_a_key_safe_goes_in_and_never_comes_out() {
    let service = Service::start().await;
    service.organisation("north").await;
    let admin = service.admin().await;
    let new = json!({ "organisation": "north", "name": "H", "key_safe": "quay-7319" });
    let mut said = vec![admin.post("/api/v1/homes", &new).await.expect(201)];
    assert_eq!(said[0]["has_key_safe"], json!(true));
    let path = format!("/api/v1/homes/{}", text(&said[0], "id"));
    said.push(admin.patch(&path, &json!({ "key_safe": "quay-7320" })).await.expect(200));
    for address in [path.as_str(), "/api/v1/homes", "/api/v1/audit?limit=500"] {
        said.push(admin.get(address).await.expect(200));
    }
    assert!(!format!("{said:?}").contains("quay-73"));
    assert_eq!(admin.patch(&path, &json!({ "key_safe": null })).await.expect(200)["has_key_safe"], json!(false));
    let file = std::fs::read(service.store.sqlite_file().unwrap()).unwrap();
    let log = std::fs::read(service.store.sqlite_file().unwrap().with_extension("db-wal")).unwrap_or_default();
    assert!(![file, log].iter().any(|bytes| bytes.windows(7).any(|part| part == b"quay-73")), "nowhere in the database either");
}

#[tokio::test]
async fn an_answer_says_all_that_is_wrong_with_an_entry() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let admin = service.admin().await;
    let refused = async |path: &str, body: Value, says: &[&str]| {
        let answer = admin.post(path, &body).await;
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path} {body}");
        let problem = answer.expect(422);
        for part in says {
            assert!(text(&problem, "detail").contains(part), "{path} {body}: {problem} should say {part}");
        }
    };
    let bad = json!({ "organisation": "north", "name": " ", "zone": "Mars/Base", "call_back": "http://x" });
    refused("/api/v1/homes", bad, &["`name` must not be empty", "`zone` is not an IANA time zone", "`call_back` must be a tel: or sip:"])
        .await;
    refused("/api/v1/homes", json!({ "organisation": "north" }), &["name"]).await;
    refused("/api/v1/homes", json!({ "organisation": "north", "name": "x", "colour": "red" }), &["colour"]).await;
    refused("/api/v1/homes", json!({ "organisation": "north", "name": "x".repeat(201) }), &["longer than 200"]).await;
    refused("/api/v1/homes", json!({ "organisation": "north", "name": "a\0b" }), &["NUL"]).await;
    refused("/api/v1/organisations", json!({ "id": "unclaimed", "name": "x" }), &["reserved"]).await;
    refused("/api/v1/organisations", json!({ "id": "a b", "name": "x" }), &["`id` must be 1 to 64"]).await;
    refused("/api/v1/residents", json!({ "home": north.home, "name": "x", "born": "1.2.1940" }), &["YYYY-MM-DD"]).await;
    refused(
        "/api/v1/contacts",
        json!({ "home": north.home, "name": "x", "telephone": "", "calling_order": 5000 }),
        &["`telephone`", "between 0 and 1000"],
    )
    .await;
    refused("/api/v1/gateways", json!({ "id": "a/b", "home": north.home }), &["`id` must be 1 to 64"]).await;
    refused("/api/v1/devices", json!({ "gateway": north.gateway, "address": "" }), &["`address`"]).await;
    refused(
        "/api/v1/devices",
        json!({ "gateway": north.gateway, "address": "d", "resident": "nobody" }),
        &["must be a resident of the home"],
    )
    .await;
    admin.post("/api/v1/homes", &json!({ "organisation": "nowhere", "name": "x" })).await.expect(404);
    admin.post("/api/v1/organisations", &json!({ "id": "north", "name": "x" })).await.expect(409);
}

#[tokio::test]
async fn residents_and_contacts_belong_to_homes() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let manager = service.api_as(Role::Manager, Some("north")).await;
    let other = manager.post("/api/v1/homes", &json!({ "organisation": "north", "name": "Other" })).await.expect(201);
    let ann = json!({ "home": north.home, "name": "Ann Other", "language": "cy", "hearing": "deaf on the left", "medical": "asthma", "risks": "oxygen" });
    let ann = manager.post("/api/v1/residents", &ann).await.expect(201);
    let path = format!("/api/v1/residents/{}", text(&ann, "id"));
    assert_eq!(manager.get(&path).await.expect(200), ann);
    let listed = manager.get(&format!("/api/v1/residents?home={}", north.home)).await.expect(200);
    assert!(each(&listed, "name").contains(&"Ann Other"));
    assert!(!listed.to_string().contains("asthma") && !listed.to_string().contains("oxygen"), "a list is not the record: {listed}");
    let moved = manager.patch(&path, &json!({ "home": other["id"] })).await.expect(200);
    assert_eq!((&moved["home"], text(&moved, "medical"), text(&moved, "hearing")), (&other["id"], "asthma", "deaf on the left"));
    let hears = manager.patch(&path, &json!({ "hearing": "has a hearing aid now" })).await.expect(200);
    assert_eq!((text(&hears, "hearing"), manager.get(&path).await.expect(200)), ("has a hearing aid now", hears.clone()));
    manager.delete(&path).await.expect(204);
    assert!(items(&manager.get(&format!("/api/v1/residents?home={}", text(&other, "id"))).await.expect(200)).is_empty());

    for (name, order) in [("Third", 30), ("First", 10), ("Second", 20)] {
        let new = json!({ "home": other["id"], "name": name, "telephone": "01632 960 001", "calling_order": order, "key_holder": true });
        manager.post("/api/v1/contacts", &new).await.expect(201);
    }
    let mut read = Vec::new();
    let mut page = format!("/api/v1/contacts?home={}&limit=1", text(&other, "id"));
    loop {
        let body = manager.get(&page).await.expect(200);
        read.extend(each(&body, "name").into_iter().map(str::to_owned));
        let Some(next) = body["next"].as_str() else { break };
        page = format!("/api/v1/contacts?home={}&limit=1&cursor={next}", text(&other, "id"));
    }
    assert_eq!(read, ["First", "Second", "Third"], "in calling order, page by page");
    let contact = format!("/api/v1/contacts/{}", north.contact);
    assert_eq!(manager.patch(&contact, &json!({ "relation": "niece" })).await.expect(200)["relation"], "niece");
    manager.delete(&contact).await.expect(204);
}

#[tokio::test]
async fn nobody_writes_beyond_their_organisation() {
    let service = Service::start().await;
    let (north, south) = (service.organisation("north").await, service.organisation("south").await);
    let manager = service.api_as(Role::Manager, Some("south")).await;
    // As an id that does not exist: in what is named by a body too.
    for id in [north.home.as_str(), "nonsense"] {
        manager.post("/api/v1/residents", &json!({ "home": id, "name": "x" })).await.expect(404);
        manager.post("/api/v1/contacts", &json!({ "home": id, "name": "x", "telephone": "1" })).await.expect(404);
        manager.post("/api/v1/gateways", &json!({ "id": "gw-new", "home": id })).await.expect(404);
        manager.patch(&format!("/api/v1/gateways/{}", south.gateway), &json!({ "home": id })).await.expect(404);
        manager.patch(&format!("/api/v1/residents/{}", south.resident), &json!({ "home": id })).await.expect(404);
    }
    for id in [north.gateway.as_str(), "nonsense"] {
        manager.post("/api/v1/devices", &json!({ "gateway": id, "address": "d" })).await.expect(404);
    }
    manager.post("/api/v1/homes", &json!({ "organisation": "north", "name": "x" })).await.expect(404);
    manager.post("/api/v1/organisations", &json!({ "name": "x" })).await.expect(403);
    manager.patch("/api/v1/organisations/south", &json!({ "name": "x" })).await.expect(403);
    assert_eq!(each(&manager.get("/api/v1/organisations").await.expect(200), "id"), ["south"]);
    assert_eq!(each(&manager.get("/api/v1/homes").await.expect(200), "id"), [south.home.as_str()]);
    assert!(items(&manager.get("/api/v1/homes?organisation=north").await.expect(200)).is_empty());
    assert!(items(&manager.get(&format!("/api/v1/residents?home={}", north.home)).await.expect(200)).is_empty());

    let viewer = service.api_as(Role::Viewer, Some("north")).await;
    viewer.get(&format!("/api/v1/homes/{}", north.home)).await.expect(200);
    viewer.patch(&format!("/api/v1/homes/{}", north.home), &json!({ "name": "x" })).await.expect(403);
}
