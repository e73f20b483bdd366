//! Events, the line of time and the state of a home.

use std::sync::Arc;

use harken::domain::access::Role;
use harken::domain::catalogue::class_of;
use harken::domain::event::{Body, Event, Reading};
use harken::domain::register::{ExcuseWhat, NewExcuse};
use harken::store::states::ClockRow;
use serde_json::json;

use super::{each, items, text};
use crate::http::service::{Organisation, Service};

/// Stores events of a home's gateway, a minute apart.
async fn said(service: &Service, home: &Organisation, kinds: &[&str]) {
    let mut tx = service.store.begin().await.unwrap();
    for (n, kind) in kinds.iter().enumerate() {
        let at = service.clock.now() + chrono::TimeDelta::minutes(i64::try_from(n).unwrap());
        let body = Body { value: Some(Reading::Number(21.5)), unit: Some("Cel".to_owned()), ..Body::default() };
        let event = Event {
            gateway: Arc::from(home.gateway.as_str()),
            id: format!("e{n}"),
            kind: (*kind).to_owned(),
            class: class_of(kind),
            device: Some("d1".to_owned()),
            resident: None,
            at,
            claimed_at: Some(at),
            received_at: at,
            body,
        };
        tx.insert_events(&[(&event, &home.home)]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn events_are_filtered_and_paged() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    said(&service, &north, &["motion", "temperature", "pendant", "motion"]).await;
    let viewer = service.api_as(Role::Viewer, Some("north")).await;
    let path = format!("/api/v1/homes/{}/events", north.home);
    let all = viewer.get(&path).await.expect(200);
    assert_eq!(each(&all, "id"), ["e3", "e2", "e1", "e0"]);
    let reading = &items(&all)[2];
    assert_eq!((reading["value"].as_f64(), text(reading, "unit"), text(reading, "class")), (Some(21.5), "Cel", "measurement"));
    assert_eq!(each(&viewer.get(&format!("{path}?kind=motion&device=d1")).await.expect(200), "id"), ["e3", "e0"]);
    let between = format!("{path}?from=2026-03-01T08:01:00Z&to=2026-03-01T08:03:00Z");
    assert_eq!(each(&viewer.get(&between).await.expect(200), "id"), ["e2", "e1"]);
    let page = viewer.get(&format!("{path}?limit=3")).await.expect(200);
    let rest = viewer.get(&format!("{path}?limit=3&cursor={}", text(&page, "next"))).await.expect(200);
    assert_eq!((each(&rest, "id"), rest["next"].is_null()), (vec!["e0"], true));
    for bad in ["?limit=0", "?from=yesterday", "?cursor=x", "?knd=motion", "?cursor=WzEsMl0x"] {
        viewer.get(&format!("{path}{bad}")).await.expect(400);
    }
    viewer.get("/api/v1/homes/nonsense/events").await.expect(404);
    service.api_as(Role::Viewer, Some("south")).await.get(&path).await.expect(404);
}

#[tokio::test]
async fn the_line_of_time_leaves_out_the_routine_unless_asked() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    said(&service, &north, &["motion", "pendant", "battery_low"]).await;
    let viewer = service.api_as(Role::Viewer, Some("north")).await;
    let path = format!("/api/v1/homes/{}/timeline", north.home);
    assert_eq!(each(&viewer.get(&path).await.expect(200), "what"), ["battery_low", "pendant"]);
    assert_eq!(each(&viewer.get(&format!("{path}?all=true")).await.expect(200), "what"), ["battery_low", "pendant", "motion"]);
    let page = viewer.get(&format!("{path}?limit=1")).await.expect(200);
    let rest = viewer.get(&format!("{path}?cursor={}", text(&page, "next"))).await.expect(200);
    assert_eq!((each(&rest, "what"), text(&items(&rest)[0]["event"], "id")), (vec!["pendant"], "e1"));
}

#[tokio::test]
async fn the_state_shows_what_is_waited_for() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let due = service.clock.now() + chrono::TimeDelta::hours(2);
    let mut tx = service.store.begin().await.unwrap();
    tx.gateway_status(&north.gateway, "online", service.clock.now()).await.unwrap();
    let clock = |rule: &str, subject: &str| ClockRow { home: north.home.clone(), rule: rule.to_owned(), subject: subject.to_owned(), due };
    tx.save_clocks(vec![clock("inactivity", "home")]).await.unwrap();
    tx.commit().await.unwrap();
    let viewer = service.api_as(Role::Viewer, Some("north")).await;
    let state = viewer.get(&format!("/api/v1/homes/{}/state", north.home)).await.expect(200);
    assert_eq!((text(&state, "home"), text(&state["gateways"][0], "status")), (&*north.home, "online"));
    assert_eq!(state["open_alerts"][0]["id"], json!(north.alert.id));
    let waiting = state["waiting"].as_array().unwrap();
    let inactivity = waiting.iter().find(|each| each["rule"] == "inactivity").unwrap();
    assert_eq!((text(inactivity, "subject"), text(inactivity, "would_fire_at")), ("home", "2026-03-01T10:00:00Z"));
    let rule = viewer.get("/api/v1/rules/inactivity").await.expect(200);
    assert_eq!(text(inactivity, "title"), text(&rule, "title"), "by its title, not by its id");
    service.api_as(Role::Viewer, Some("south")).await.get(&format!("/api/v1/homes/{}/state", north.home)).await.expect(404);
}

#[tokio::test]
async fn the_state_says_where_people_are_as_far_as_sensors_know() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let manager = service.api_as(Role::Manager, Some("north")).await;
    let path = format!("/api/v1/homes/{}/state", north.home);
    assert_eq!(manager.get(&path).await.expect(200)["occupancy"], json!({ "last_sign": null, "entered": [] }));
    manager.post("/api/v1/devices", &json!({ "gateway": north.gateway, "address": "d1", "room": "Bedroom" })).await.expect(201);
    said(&service, &north, &["bed_entered", "temperature", "away_on", "pendant"]).await;
    service.clock.advance(chrono::TimeDelta::minutes(10));
    let occupancy = manager.get(&path).await.expect(200)["occupancy"].clone();
    let sign = json!({ "kind": "bed_entered", "at": "2026-03-01T08:00:00Z", "gateway": north.gateway, "device": "d1", "room": "Bedroom" });
    assert_eq!(occupancy, json!({ "last_sign": sign, "entered": [sign] }));
    service.clock.advance(chrono::TimeDelta::hours(24));
    let occupancy = manager.get(&path).await.expect(200)["occupancy"].clone();
    assert_eq!(occupancy, json!({ "last_sign": sign, "entered": [] }), "nobody is held in bed by a sensor that lost its word");
}

#[tokio::test]
async fn the_line_of_time_names_who_set_an_excuse() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let viewer = service.api_as(Role::Viewer, Some("north")).await;
    let me = viewer.get("/api/v1/me").await.expect(200);
    let until = service.clock.now() + chrono::TimeDelta::hours(1);
    let new = NewExcuse { kind: ExcuseWhat::Hospital, device: None, kinds: Vec::new(), until, reason: Some("a fall".to_owned()) };
    let mut tx = service.store.begin().await.unwrap();
    tx.add_excuse("x1", &north.home, &new, text(&me, "id"), service.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let line = viewer.get(&format!("/api/v1/homes/{}/timeline", north.home)).await.expect(200);
    let entry = items(&line).iter().find(|entry| entry["source"] == "excuse").unwrap();
    assert_eq!((text(entry, "what"), text(entry, "text"), &entry["who"]), ("hospital", "a fall", &me["name"]));
}
