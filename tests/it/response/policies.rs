//! Escalation policies as a register.

use serde_json::json;

use super::{Room, person};
use crate::support::house::problem;

const PATH: &str = "/api/v1/escalation-policies";

#[tokio::test]
async fn the_built_in_ones_are_there_and_an_organisation_makes_its_own() {
    let room = Room::open().await;
    let meg = person(&room.house, "Meg", "manager", &room.organisation).await;
    let listed = meg.api.get(PATH).await.expect(200);
    let ids: Vec<&str> = listed["items"].as_array().unwrap().iter().map(|each| each["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["care", "health", "technical"]);
    let steps = json!([{ "after_s": 0, "targets": [{ "role": "operator" }] }]);
    let ours = json!({ "organisation": room.organisation, "name": "ours", "queue": "care", "steps": steps, "repeat_s": 60 });
    let made = meg.api.post(PATH, &ours).await.expect(201);
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert_eq!(meg.api.patch(&path, &json!({ "repeat_s": 90 })).await.expect(200)["version"], 2);
    assert_eq!(meg.api.get(&path).await.expect(200)["repeat_s"], 90);
    meg.api.delete(&path).await.expect(204);
    assert_eq!(meg.api.get(PATH).await.expect(200)["items"].as_array().unwrap().len(), 3, "archived");
    let trail = room.house.api.get("/api/v1/audit").await.expect(200).to_string();
    assert!(trail.contains("escalation_policy"), "{trail}");
    // What is for all is not one organisation's to change, nor is another's to see.
    meg.api.patch(&format!("{PATH}/care"), &json!({ "repeat_s": 90 })).await.expect(404);
    meg.api.post(PATH, &json!({ "name": "for all", "steps": steps, "repeat_s": 60 })).await.expect(404);
    let south = room.house.organisation("South").await;
    let theirs = json!({ "organisation": south, "name": "theirs", "steps": steps, "repeat_s": 60 });
    let theirs = room.house.api.post(PATH, &theirs).await.expect(201);
    meg.api.get(&format!("{PATH}/{}", theirs["id"].as_str().unwrap())).await.expect(404);
    assert!(!meg.api.get(PATH).await.expect(200).to_string().contains("theirs"));
}

#[tokio::test]
async fn a_policy_that_would_let_somebody_wait_is_refused_in_words() {
    let room = Room::open().await;
    let bad = |steps, repeat_s| json!({ "organisation": room.organisation, "name": "x", "steps": steps, "repeat_s": repeat_s });
    let refused = async |body| problem(room.house.api.post(PATH, &body).await, 422);
    assert!(refused(bad(json!([]), 60)).await.contains("1 to 20 steps"));
    assert!(refused(bad(json!([{ "after_s": 0, "targets": [] }]), 60)).await.contains("targets"));
    assert!(refused(bad(json!([{ "after_s": 0, "targets": [{ "role": "operator" }] }]), 0)).await.contains("repeat_s"));
    assert!(refused(bad(json!([{ "after_s": -5, "targets": [{ "role": "operator" }] }]), 60)).await.contains("after_s"));
    assert!(refused(bad(json!([{ "after_s": 5, "targets": [{ "pigeon": 1 }] }]), 60)).await.contains("pigeon"));
}
