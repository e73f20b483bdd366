//! A home is being installed until its gateways and every one of its devices were heard from there.

use std::sync::Arc;

use harken::domain::access::Role;
use harken::store::heard::DeviceHeard;
use serde_json::{Value, json};

use super::{each, text};
use crate::http::service::Service;
use crate::support::api::Api;

/// The gateway says something, as its device where one is named.
async fn say(service: &Service, gateway: &str, home: &str, device: Option<&str>) {
    let at = service.clock.now();
    let mut tx = service.store.begin().await.unwrap();
    tx.gateways_heard(&[(Arc::from(gateway), at)]).await.unwrap();
    if let Some(address) = device {
        let new_id = format!("new-{address}");
        let heard =
            DeviceHeard { gateway: Arc::from(gateway), address: address.to_owned(), home: home.to_owned(), new_id, at, battery: None };
        tx.devices_heard(&[heard]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// What the home's own page says, which the list must agree with.
async fn installation(api: &Api, home: &str) -> Value {
    let state = api.get(&format!("/api/v1/homes/{home}/state")).await.expect(200);
    let whole = state["installation"].clone();
    for installing in [true, false] {
        let listed = api.get(&format!("/api/v1/homes?ids={home}&installing={installing}")).await.expect(200);
        assert_eq!(each(&listed, "id").len(), usize::from(installing != whole["complete"]), "{whole}: {listed}");
        assert!(listed["items"].as_array().unwrap().iter().all(|each| each["installing"] == installing));
    }
    whole
}

#[tokio::test]
async fn a_home_is_being_installed_until_each_sensor_was_heard() {
    let service = Service::start().await;
    service.organisation("north").await;
    let manager = service.api_as(Role::Manager, Some("north")).await;
    let home = async |name: &str| {
        let made = manager.post("/api/v1/homes", &json!({ "organisation": "north", "name": name })).await.expect(201);
        text(&made, "id").to_owned()
    };
    let (elm, oak) = (home("Elm").await, home("Oak").await);
    // Ids that were made in one moment of the test's clock have no order that is known beforehand: they are told by id.
    let sorted = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<std::collections::BTreeSet<String>>();
    let missing = |complete: bool, no_gateway: bool, gateways: &[&str], devices: &[&str]| json!({ "complete": complete, "no_gateway": no_gateway, "unheard_gateways": gateways, "unheard_devices": sorted(devices) });
    assert_eq!(installation(&manager, &elm).await, missing(false, true, &[], &[]));
    manager.post("/api/v1/gateways", &json!({ "id": "hub", "home": elm })).await.expect(201);
    let device = async |address: &str| {
        let made = manager.post("/api/v1/devices", &json!({ "gateway": "hub", "address": address })).await.expect(201);
        text(&made, "id").to_owned()
    };
    let (bed, door) = (device("bed").await, device("door").await);
    assert_eq!(installation(&manager, &elm).await, missing(false, false, &["hub"], &[&bed, &door]));
    say(&service, "hub", &elm, Some("bed")).await;
    assert_eq!(installation(&manager, &elm).await, missing(false, false, &[], &[&door]));
    manager.delete(&format!("/api/v1/devices/{door}")).await.expect(204);
    assert_eq!(installation(&manager, &elm).await, missing(true, false, &[], &[]), "what is archived is not waited for");
    manager.patch(&format!("/api/v1/devices/{door}"), &json!({ "archived": false })).await.expect(200);
    say(&service, "hub", &elm, Some("door")).await;
    assert_eq!(installation(&manager, &elm).await, missing(true, false, &[], &[]));

    service.clock.advance(chrono::TimeDelta::hours(1));
    manager.patch("/api/v1/gateways/hub", &json!({ "model": "Hub 2" })).await.expect(200);
    assert_eq!(installation(&manager, &elm).await, missing(true, false, &[], &[]), "it has not moved");
    manager.patch("/api/v1/gateways/hub", &json!({ "home": oak })).await.expect(200);
    assert_eq!(installation(&manager, &elm).await, missing(false, true, &[], &[]));
    assert_eq!(installation(&manager, &oak).await, missing(false, false, &["hub"], &[&bed, &door]), "it was heard from elsewhere only");
    say(&service, "hub", &oak, Some("bed")).await;
    say(&service, "hub", &oak, Some("door")).await;
    assert_eq!(installation(&manager, &oak).await, missing(true, false, &[], &[]));
}
