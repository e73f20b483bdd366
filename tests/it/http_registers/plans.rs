//! Plans: settings with a reason, checked against the rules in force, every version kept.

use harken::domain::access::Role;
use serde_json::{Value, json};

use super::{items, text};
use crate::http::service::Service;

#[tokio::test]
async fn a_plan_has_versions_each_with_a_reason_and_an_author() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let manager = service.api_as(Role::Manager, Some("north")).await;
    let device = manager.post("/api/v1/devices", &json!({ "gateway": north.gateway, "address": "bed" })).await.expect(201);
    let resident = manager.post("/api/v1/residents", &json!({ "home": north.home, "name": "Anna" })).await.expect(201);
    let me = manager.get("/api/v1/me").await.expect(200);
    for path in [
        format!("/api/v1/homes/{}/plan", north.home),
        "/api/v1/organisations/north/plan".to_owned(),
        format!("/api/v1/devices/{}/plan", text(&device, "id")),
        format!("/api/v1/residents/{}/plan", text(&resident, "id")),
    ] {
        let none = manager.get(&path).await.expect(200);
        assert_eq!((&none["version"], &none["overrides"]), (&json!(0), &json!({})));
        let first = json!({ "overrides": { "bed_not_returned.minutes": 25 }, "reason": "walks slowly" });
        let set = manager.put(&path, &first).await.expect(200);
        assert_eq!((&set["version"], text(&set, "reason"), &set["author"]), (&json!(1), "walks slowly", &me["id"]));
        assert_eq!((set["overrides"]["bed_not_returned.minutes"].as_f64(), &set["author_name"]), (Some(25.0), &me["name"]));
        let second = json!({ "overrides": {}, "reason": "walks well again", "version": 1 });
        manager.put(&path, &second).await.expect(200);
        let problem = manager.put(&path, &second).await.expect(409);
        assert!(text(&problem, "detail").contains("version 2"), "made from an old page: {problem}");
        assert_eq!(manager.get(&path).await.expect(200)["overrides"], json!({}));
        let versions = manager.get(&format!("{path}/versions?limit=1")).await.expect(200);
        assert_eq!(items(&versions)[0]["version"], json!(2));
        let older = manager.get(&format!("{path}/versions?cursor={}", text(&versions, "next"))).await.expect(200);
        assert_eq!((items(&older).len(), text(&items(&older)[0], "reason"), &older["next"]), (1, "walks slowly", &Value::Null));
    }
    let trail = service.admin().await.get(&format!("/api/v1/audit?object={}&action=changed", north.home)).await.expect(200);
    assert_eq!((items(&trail).len(), text(&items(&trail)[0], "object_kind")), (2, "home_plan"));
}

#[tokio::test]
async fn an_override_may_end() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let manager = service.api_as(Role::Manager, Some("north")).await;
    let path = format!("/api/v1/homes/{}/plan", north.home);
    let end = service.clock.now() + chrono::TimeDelta::days(3);
    let change = |end: &Value| json!({ "overrides": { "inactivity.hours": 24 }, "ends": { "inactivity.hours": end }, "reason": "her daughter visits" });
    let set = manager.put(&path, &change(&json!(end))).await.expect(200);
    let detail = &set["details"]["inactivity.hours"];
    assert_eq!((detail["until"].as_str().map(|end| &end[..10]), text(detail, "reason")), (Some("2026-03-04"), "her daughter visits"));
    assert_eq!(detail["author"], set["author"]);
    let read = manager.get(&path).await.expect(200);
    assert_eq!(read["details"]["inactivity.hours"]["author_name"], set["author_name"], "{read}");
    let problem = manager.put(&path, &change(&json!(service.clock.now()))).await.expect(422);
    assert!(text(&problem, "detail").contains("in the past"), "{problem}");
    manager.put(&path, &json!({ "overrides": {}, "ends": { "inactivity.hours": end }, "reason": "x" })).await.expect(422);
}

#[tokio::test]
async fn a_plan_without_sense_is_refused_with_what_would_make_some() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let manager = service.api_as(Role::Manager, Some("north")).await;
    let path = format!("/api/v1/homes/{}/plan", north.home);
    let refused = async |body: Value, says: &str| {
        let problem = manager.put(&path, &body).await.expect(422);
        assert!(text(&problem, "detail").contains(says), "{body}: {problem} should say {says}");
    };
    let of = |name: &str, value: Value| json!({ "overrides": { name: value }, "reason": "x" });
    refused(json!({ "overrides": {} }), "reason").await;
    refused(json!({ "overrides": {}, "reason": "  " }), "`reason` must not be empty").await;
    refused(of("minutes", json!(5)), "rule.setting").await;
    refused(of("bed_not_return.minutes", json!(5)), "no rule `bed_not_return`").await;
    refused(of("bed_not_returned.minute", json!(5)), "no setting `minute`").await;
    refused(of("bed_not_returned.minutes", json!("soon")), "number").await;
    refused(of("bed_not_returned.minutes", json!(100_000)), "out of bounds").await;
    assert_eq!(manager.get(&path).await.expect(200)["version"], json!(0), "nothing of it holds");
    service.api_as(Role::Operator, Some("north")).await.put(&path, &of("bed_not_returned.minutes", json!(25))).await.expect(403);
    let resident = manager.post("/api/v1/residents", &json!({ "home": north.home, "name": "Anna" })).await.expect(201);
    let own = format!("/api/v1/residents/{}/plan", text(&resident, "id"));
    for name in ["inactivity.hours", "gateway_silent.minutes"] {
        let problem = manager.put(&own, &of(name, json!(30))).await.expect(422);
        assert!(text(&problem, "detail").contains("the plan of the home"), "{problem}");
    }
    let south = service.organisation("south").await;
    service.api_as(Role::Manager, Some(&south.id)).await.get(&own).await.expect(404);
}
