//! What a revision of the rules holds, and how it differs from another.

use harken::domain::access::Role;
use serde_json::{Value, json};

use super::service::Service;

fn rule(id: &str, organisation: Option<&str>, priority: u8) -> Value {
    let mut rule = json!({ "id": id, "title": format!("Title of {id}"), "subject": "home", "on": { "kinds": ["door_opened"] }, "condition": "each", "queue": "care", "priority": priority });
    if let Some(organisation) = organisation {
        rule["organisation"] = json!(organisation);
    }
    rule
}

/// Each difference as its rule and what became of it.
fn told(content: &Value) -> Vec<(&str, &str)> {
    let differences = content["differences"].as_array().unwrap();
    differences.iter().map(|each| (each["id"].as_str().unwrap(), each["change"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_revision_shows_its_rules_and_what_became_of_them() {
    let service = Service::start().await;
    service.organisation("north").await;
    service.organisation("south").await;
    let all = service.admin().await;
    let put = async |rule: Value, base: i64| {
        let path = format!("/api/v1/rules/{}", rule["id"].as_str().unwrap());
        all.put(&path, &json!({ "rule": rule, "reason": "wanted", "base": base })).await.expect(200)["revision"].as_i64().unwrap()
    };
    let first = put(rule("doors", None, 3), 0).await;
    let second = put(rule("doors", None, 2), first).await;
    let third = all.delete(&format!("/api/v1/rules/pendant?reason=gone&base={second}")).await.expect(200)["revision"].as_i64().unwrap();
    let fourth = put(rule("norths", Some("north"), 4), third).await;
    let at = |revision: i64, against: i64| format!("/api/v1/rules/revisions/{revision}?against={against}");

    let plain = all.get(&format!("/api/v1/rules/revisions/{second}")).await.expect(200);
    assert_eq!(
        (&plain["differences"], &plain["against"], &plain["reason"], &plain["base"]),
        (&Value::Null, &Value::Null, &json!("wanted"), &json!(first))
    );
    let held = plain["rules"].as_array().unwrap();
    let doors = held.iter().find(|each| each["id"] == "doors").unwrap();
    assert_eq!(
        (&doors["priority"], &doors["rule"]["priority"], &doors["condition"]),
        (&json!(2.0), &json!(2.0), &json!("At every report of door opened"))
    );
    assert!(held.len() > 20, "the built-in rules too");

    let changed = all.get(&at(second, first)).await.expect(200);
    assert_eq!(told(&changed), [("doors", "changed")]);
    let difference = &changed["differences"][0];
    assert_eq!((&difference["before"]["rule"]["priority"], &difference["after"]["rule"]["priority"]), (&json!(3.0), &json!(2.0)));
    let since = all.get(&at(third, 0)).await.expect(200);
    assert_eq!(told(&since), [("doors", "added"), ("pendant", "removed")]);
    assert_eq!((&since["differences"][0]["before"], &since["differences"][1]["after"]), (&Value::Null, &Value::Null));
    assert_eq!(told(&all.get(&at(third, third)).await.expect(200)), []);
    let wide = all.get(&at(fourth, third)).await.expect(200);
    assert_eq!((told(&wide), &wide["differences"][0]["organisation"]), (vec![("norths", "added")], &json!("north")));
    all.get(&at(99, first)).await.expect(404);
    all.get(&at(first, 99)).await.expect(404);

    // Whoever is of another organisation sees neither its revision, nor its rules in one that all may see.
    let (north, south) = (service.api_as(Role::Manager, Some("north")).await, service.api_as(Role::Manager, Some("south")).await);
    assert_eq!(told(&north.get(&at(fourth, first)).await.expect(200)), [("doors", "changed"), ("norths", "added"), ("pendant", "removed")]);
    south.get(&at(fourth, third)).await.expect(404);
    south.get(&at(third, fourth)).await.expect(404);
    let fifth = put(rule("doors", None, 1), fourth).await;
    let seen = south.get(&at(fifth, third)).await.expect(200);
    assert_eq!(told(&seen), [("doors", "changed")]);
    assert!(!seen.to_string().contains("norths"), "nothing of north");
    service.api_as(Role::Viewer, Some("south")).await.get(&at(fifth, third)).await.expect(403);
    // In force it is what south starts from, and comparable; whose it is stays hidden.
    all.post("/api/v1/rules/activate", &json!({ "revision": fourth, "reason": "in force" })).await.expect(200);
    assert_eq!(told(&south.get(&at(third, fourth)).await.expect(200)), []);
    south.get(&at(fourth, third)).await.expect(404);
}
