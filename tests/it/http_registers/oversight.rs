//! The trail, quarantine and strangers.

use harken::domain::access::Role;
use harken::store::refused::Refused;
use harken::store::strangers::TurnedAway;
use serde_json::{Value, json};

use super::{each, items, text};
use crate::http::service::Service;
use crate::support::wait;

#[tokio::test]
async fn who_read_or_changed_what_is_in_the_trail() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let (viewer, manager) = (service.api_as(Role::Viewer, Some("north")).await, service.api_as(Role::Manager, Some("north")).await);
    let reader = viewer.get("/api/v1/me").await.expect(200);
    let home = format!("/api/v1/homes/{}", north.home);
    viewer.get(&home).await.expect(200);
    viewer.get(&format!("/api/v1/residents/{}", north.resident)).await.expect(200);
    viewer.get(&format!("{home}/timeline")).await.expect(200);
    viewer.get(&format!("{home}/events")).await.expect(200);
    viewer.get("/api/v1/homes").await.expect(200);
    manager.patch(&home, &json!({ "name": "Rose Cottage" })).await.expect(200);
    manager.delete(&home).await.expect(204);

    let admin = service.api_as(Role::Administrator, Some("north")).await;
    let read = format!("/api/v1/audit?action=read&who={}", text(&reader, "id"));
    let readings = wait::until("the readings are in the trail", wait::PATIENCE, || async {
        let trail = admin.get(&read).await.expect(200);
        (items(&trail).len() >= 4).then_some(trail)
    })
    .await;
    assert_eq!(each(&readings, "object_kind"), ["home_events", "home_timeline", "resident", "home"], "newest first");
    assert_eq!(text(&items(&readings)[2], "object_id"), north.resident);
    assert_eq!(items(&readings)[0]["who_name"], reader["name"]);
    let trail = admin.get(&format!("/api/v1/audit?object={}", north.home)).await.expect(200);
    let of_home: Vec<&Value> = items(&trail).iter().filter(|line| line["action"] != "read").collect();
    let actions: Vec<&str> = of_home.iter().map(|line| text(line, "action")).collect();
    assert_eq!(actions, ["archived", "changed", "created"]);
    assert_eq!(of_home[1]["detail"], json!({ "before": { "name": "north home" }, "after": { "name": "Rose Cottage" } }));
    let south = service.api_as(Role::Administrator, Some("south")).await;
    assert!(items(&south.get("/api/v1/audit").await.expect(200)).is_empty());
    manager.get("/api/v1/audit").await.expect(403);
    let page = admin.get("/api/v1/audit?limit=2").await.expect(200);
    let next = admin.get(&format!("/api/v1/audit?limit=2&cursor={}", text(&page, "next"))).await.expect(200);
    assert!(items(&next)[0]["seq"].as_i64() < items(&page)[1]["seq"].as_i64());
}

#[tokio::test]
async fn what_was_refused_is_listed_with_the_reason() {
    let service = Service::start().await;
    service.organisation("north").await;
    let refused = |id: &str, organisation: &str| Refused {
        id: id.to_owned(),
        received_at: service.clock.now(),
        gateway: format!("gw-{organisation}"),
        organisation: organisation.to_owned(),
        home: "unclaimed/gw".to_owned(),
        topic: "telecare/v1/gw/events".to_owned(),
        length: 2,
        reason: "not JSON".to_owned(),
        head: b"{\xff".to_vec(),
    };
    let mut tx = service.store.begin().await.unwrap();
    tx.quarantine(vec![refused("q1", "north"), refused("q2", "unclaimed")]).await.unwrap();
    tx.commit().await.unwrap();
    let all = service.admin().await;
    let both = all.get("/api/v1/quarantine").await.expect(200);
    assert_eq!(each(&both, "id"), ["q2", "q1"]);
    assert_eq!((text(&items(&both)[1], "reason"), text(&items(&both)[1], "head_base64")), ("not JSON", "e/8="));
    assert_eq!(each(&all.get("/api/v1/quarantine?organisation=unclaimed&gateway=gw-unclaimed").await.expect(200), "id"), ["q2"]);
    let manager = service.api_as(Role::Manager, Some("north")).await;
    assert_eq!(each(&manager.get("/api/v1/quarantine").await.expect(200), "id"), ["q1"]);
    let page = all.get("/api/v1/quarantine?limit=1").await.expect(200);
    assert_eq!(each(&all.get(&format!("/api/v1/quarantine?cursor={}", text(&page, "next"))).await.expect(200), "id"), ["q1"]);
}

#[tokio::test]
async fn strangers_are_shown_to_those_who_see_all() {
    let service = Service::start().await;
    service.organisation("north").await;
    let away = |gateway: &str| TurnedAway {
        gateway: gateway.to_owned(),
        reason: "unknown gateway".to_owned(),
        peer: "192.0.2.7".to_owned(),
        at: service.clock.now(),
        refusals: 3,
    };
    service.store.note_strangers(&[away("gw-a"), away("gw-b")]).await.unwrap();
    let all = service.api_as(Role::Operator, None).await;
    let first = all.get("/api/v1/strangers?limit=1").await.expect(200);
    let second = all.get(&format!("/api/v1/strangers?cursor={}", text(&first, "next"))).await.expect(200);
    assert_eq!((each(&first, "gateway"), each(&second, "gateway")), (vec!["gw-b"], vec!["gw-a"]));
    assert_eq!((text(&items(&first)[0], "peer"), &items(&first)[0]["refusals"]), ("192.0.2.7", &json!(3)));
    service.api_as(Role::Administrator, Some("north")).await.get("/api/v1/strangers").await.expect(403);
}
