//! Gateways and devices, and the adoption of a gateway that was heard before anybody registered it.

use std::sync::Arc;

use harken::domain::access::{Role, UNCLAIMED};
use harken::domain::event::{Body, Event};
use harken::domain::secret::sha256_hex;
use harken::store::heard::DeviceHeard;
use serde_json::{Value, json};

use super::{each, items, text};
use crate::http::service::Service;

#[tokio::test]
async fn a_gateway_s_secret_is_shown_once() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let manager = service.api_as(Role::Manager, Some("north")).await;
    let new = json!({ "id": "gw-1", "home": north.home, "model": "Hub 2", "call_back": "sip:gw-1@example.org" });
    let made = manager.post("/api/v1/gateways", &new).await.expect(201);
    let secret = text(&made, "secret").to_owned();
    assert_eq!((text(&made, "organisation"), &made["registered"]), ("north", &json!(true)));
    let stored = service.store.gateway_credentials("gw-1").await.unwrap().unwrap().secret_sha256;
    assert_eq!(stored, Some(sha256_hex(secret.as_bytes())));
    let read = manager.get("/api/v1/gateways/gw-1").await.expect(200);
    assert_eq!((text(&read, "model"), read.get("secret")), ("Hub 2", None));
    assert!(!manager.get("/api/v1/gateways").await.expect(200).to_string().contains(&secret));
    let problem = manager.post("/api/v1/gateways", &new).await.expect(409);
    assert!(text(&problem, "detail").contains("registered already"), "{problem}");

    let rotated = manager.send(reqwest::Method::POST, "/api/v1/gateways/gw-1/secret", None).await.expect(200);
    assert_ne!(text(&rotated, "secret"), secret);
    let stored = service.store.gateway_credentials("gw-1").await.unwrap().unwrap().secret_sha256;
    assert_eq!(stored, Some(sha256_hex(text(&rotated, "secret").as_bytes())));

    let sum = "ab".repeat(32);
    let revoked = manager.patch("/api/v1/gateways/gw-1", &json!({ "revoked_certificates": [sum] })).await.expect(200);
    assert_eq!(revoked["revoked_certificates"], json!([sum]));
    manager.patch("/api/v1/gateways/gw-1", &json!({ "revoked_certificates": ["x"] })).await.expect(422);
    manager.delete("/api/v1/gateways/gw-1").await.expect(204);
    assert!(!each(&manager.get("/api/v1/gateways").await.expect(200), "id").contains(&"gw-1"));
    assert!(service.store.gateway_credentials("gw-1").await.unwrap().is_some(), "an archived gateway's alarms still raise");
}

#[tokio::test]
async fn a_repeated_registration_makes_no_second_secret() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let admin = service.admin().await;
    let once = async || {
        let request = admin.request(reqwest::Method::POST, "/api/v1/gateways").header("Idempotency-Key", "k1");
        let answer = request.json(&json!({ "id": "gw-1", "home": north.home })).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, made) = once().await;
    assert_eq!((status, made["id"].as_str()), (201, Some("gw-1")));
    let (status, repeated) = once().await;
    assert_eq!((status, repeated.get("secret")), (409, None), "{repeated}");
    assert!(text(&repeated, "detail").contains("done already"), "{repeated}");
}

#[tokio::test]
async fn a_gateway_moves_between_homes() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let manager = service.api_as(Role::Manager, Some("north")).await;
    let other = manager.post("/api/v1/homes", &json!({ "organisation": "north", "name": "Other" })).await.expect(201);
    let device = json!({ "gateway": north.gateway, "address": "bed", "resident": north.resident, "room": "bedroom" });
    let device = manager.post("/api/v1/devices", &device).await.expect(201);
    let moved = manager.patch(&format!("/api/v1/gateways/{}", north.gateway), &json!({ "home": other["id"] })).await.expect(200);
    assert_eq!(moved["home"], other["id"]);
    let device = manager.get(&format!("/api/v1/devices/{}", text(&device, "id"))).await.expect(200);
    assert_eq!((&device["home"], &device["resident"], text(&device, "room")), (&other["id"], &Value::Null, "bedroom"));
    assert_eq!(items(&manager.get(&format!("/api/v1/devices?gateway={}", north.gateway)).await.expect(200)).len(), 1);
    assert!(items(&manager.get(&format!("/api/v1/devices?home={}", north.home)).await.expect(200)).is_empty());
}

/// What the engine writes when a gateway that nobody registered presses for help through a broker.
async fn heard(service: &Service) -> harken::domain::alert::Alert {
    let (gateway, key, now) = (Arc::<str>::from("gw-x"), "unclaimed/gw-x", service.clock.now());
    let mut alert = service.alert(UNCLAIMED, None, "pendant");
    (alert.gateway, alert.subject) = (Some("gw-x".to_owned()), "device:gw-x/p1".to_owned());
    let event = Event {
        gateway: gateway.clone(),
        id: "e1".to_owned(),
        kind: "pendant".to_owned(),
        class: harken::domain::catalogue::Class::Alarm,
        device: Some("p1".to_owned()),
        resident: None,
        at: now,
        claimed_at: None,
        received_at: now,
        body: Body::default(),
    };
    let mut tx = service.store.begin().await.unwrap();
    tx.bump_home(key).await.unwrap();
    tx.gateways_heard(&[(gateway.clone(), now)]).await.unwrap();
    let device =
        DeviceHeard { gateway, address: "p1".to_owned(), home: key.to_owned(), new_id: "dev-p1".to_owned(), at: now, battery: None };
    tx.devices_heard(&[device]).await.unwrap();
    tx.insert_events(&[(&event, key)]).await.unwrap();
    tx.commit().await.unwrap();
    service.save(&alert).await;
    alert
}

#[tokio::test]
async fn registering_a_gateway_adopts_what_it_said() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let alert = heard(&service).await;
    let (all, operator) = (service.admin().await, service.api_as(Role::Operator, Some("north")).await);
    let manager = service.api_as(Role::Manager, Some("north")).await;

    let seen = all.get("/api/v1/gateways/gw-x").await.expect(200);
    assert_eq!((&seen["registered"], &seen["home"], text(&seen, "organisation")), (&json!(false), &Value::Null, UNCLAIMED));
    assert_eq!(each(&all.get("/api/v1/homes/unclaimed%2Fgw-x/events").await.expect(200), "id"), ["e1"]);
    assert_eq!(each(&all.get("/api/v1/gateways?organisation=unclaimed").await.expect(200), "id"), ["gw-x"]);
    for path in ["gateways/gw-x", "devices/dev-p1", "homes/unclaimed%2Fgw-x/events", "homes/unclaimed%2Fgw-x/state"] {
        manager.get(&format!("/api/v1/{path}")).await.expect(404);
    }
    operator.get(&format!("/api/v1/alerts/{}", alert.id)).await.expect(404);
    let problem = all.patch("/api/v1/gateways/gw-x", &json!({ "home": north.home })).await.expect(409);
    assert!(text(&problem, "detail").contains("POST /gateways"), "{problem}");

    manager.post("/api/v1/gateways", &json!({ "id": "gw-x", "home": north.home })).await.expect(201);

    assert_eq!(text(&manager.get("/api/v1/gateways/gw-x").await.expect(200), "home"), north.home);
    assert_eq!(each(&manager.get(&format!("/api/v1/homes/{}/events", north.home)).await.expect(200), "id"), ["e1"]);
    assert_eq!(text(&manager.get("/api/v1/devices/dev-p1").await.expect(200), "home"), north.home);
    let adopted = operator.get(&format!("/api/v1/alerts/{}", alert.id)).await.expect(200);
    assert_eq!((text(&adopted, "home"), text(&adopted, "organisation"), text(&adopted, "state")), (&*north.home, "north", "raised"));
    let line = manager.get(&format!("/api/v1/homes/{}/timeline", north.home)).await.expect(200);
    assert!(each(&line, "what").contains(&"adopted"), "{line}");
    all.get("/api/v1/homes/unclaimed%2Fgw-x/events").await.expect(404);
    let mut stream = operator.stream("/api/v1/alerts/stream?after=0").await;
    let mut told = Vec::new();
    while let Some(event) = stream.next(std::time::Duration::from_secs(10)).await {
        told.push(event.data);
        if told.last().is_some_and(|data| data.contains(&alert.id)) {
            break;
        }
    }
    assert!(told.last().is_some_and(|data| data.contains(&alert.id)), "the organisation's operators are told: {told:?}");
}

#[tokio::test]
async fn a_device_that_was_heard_is_confirmed_by_a_person() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let manager = service.api_as(Role::Manager, Some("north")).await;
    let device = |address: &str| DeviceHeard {
        gateway: Arc::from(north.gateway.as_str()),
        address: address.to_owned(),
        home: north.home.clone(),
        new_id: format!("dev-{address}"),
        at: service.clock.now(),
        battery: Some("low"),
    };
    let mut tx = service.store.begin().await.unwrap();
    tx.devices_heard(&[device("a"), device("b")]).await.unwrap();
    tx.commit().await.unwrap();
    let heard = manager.get("/api/v1/devices/dev-a").await.expect(200);
    assert_eq!((&heard["confirmed"], text(&heard, "battery")), (&json!(false), "low"));
    let confirmed = manager.patch("/api/v1/devices/dev-a", &json!({ "room": "hall", "resident": north.resident })).await.expect(200);
    assert_eq!((&confirmed["confirmed"], text(&confirmed, "resident")), (&json!(true), &*north.resident));
    let entered = manager.post("/api/v1/devices", &json!({ "gateway": north.gateway, "address": "b", "model": "P" })).await.expect(201);
    assert_eq!((text(&entered, "id"), &entered["confirmed"]), ("dev-b", &json!(true)));
    manager.post("/api/v1/devices", &json!({ "gateway": north.gateway, "address": "b" })).await.expect(409);
    manager.delete("/api/v1/devices/dev-b").await.expect(204);
    assert_eq!(each(&manager.get("/api/v1/devices").await.expect(200), "id"), ["dev-a"]);
}
