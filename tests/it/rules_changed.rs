//! Rules over the API: read, changed as a revision, put in force at once and as a whole, by whom they belong to.

use chrono::TimeDelta;
use harken::store::Actor;
use harken::store::rules::NewRevision;
use serde_json::{Value, json};

use super::support::api::Api;
use super::support::house::{Gateway, House, problem};

async fn house() -> (House, String, Gateway) {
    let house = House::start().await;
    let home = house.home("Elm Row").await;
    let gateway = house.gateway("gw-1", &home).await;
    (house, home, gateway)
}

/// A rule in force, as it is written.
async fn rule(api: &Api, id: &str) -> Value {
    api.get(&format!("/api/v1/rules/{id}")).await.expect(200)["rule"].clone()
}

async fn put(api: &Api, rule: &Value, activate: bool) -> Value {
    let id = rule["id"].as_str().expect("an id");
    api.put(&format!("/api/v1/rules/{id}"), &json!({ "rule": rule, "reason": "tried", "activate": activate })).await.expect(200)
}

async fn manager(house: &House, organisation: &str) -> Api {
    let token = json!({ "name": "m", "grants": [{ "role": "manager", "organisation": organisation }] });
    let made = house.api.post("/api/v1/tokens", &token).await.expect(201);
    house.api.with_token(made["secret"].as_str().expect("a secret"))
}

fn door(organisation: Option<&str>, title: &str) -> Value {
    let mut rule = json!({ "id": "front_door", "title": title, "subject": "device", "on": { "kinds": ["door_opened"] }, "condition": "each",
        "queue": "care", "priority": 3, "instructions": ["Ask."] });
    if let Some(organisation) = organisation {
        rule["organisation"] = json!(organisation);
    }
    rule
}

#[tokio::test]
async fn rules_are_read_in_words_and_a_change_holds_only_once_it_is_in_force() {
    let (house, _, mut gateway) = house().await;
    let listed = house.api.get("/api/v1/rules?limit=500").await.expect(200);
    let bed = listed["items"].as_array().expect("items").iter().find(|rule| rule["id"] == "bed_not_returned").expect("the rule").clone();
    assert!(bed["condition"].as_str().expect("words").contains("within 30 min"), "{bed}");
    assert_eq!(bed["settings"]["minutes"]["name"], "bed_not_returned.minutes");
    assert_eq!((&bed["shadow"], &bed["revision"]), (&json!(false), &json!(1)));

    let draft = put(&house.api, &door(None, "Front door"), false).await;
    assert_eq!((&draft["revision"], &draft["active"]), (&json!(2), &json!(false)));
    gateway.say(json!({ "id": "1", "kind": "door_opened", "device": "front" })).await;
    assert!(house.alerts_of("front_door").await.is_empty(), "a draft raises nothing");
    problem(house.api.get("/api/v1/rules/front_door").await, 404);
    assert_eq!(put(&house.api, &door(None, "Front door"), false).await["revision"], 2, "the same again is the same revision");

    let active = house.api.post("/api/v1/rules/activate", &json!({ "revision": 2, "reason": "wanted" })).await.expect(200);
    assert_eq!((&active["previous"], &active["changed"]), (&json!(1), &json!(["front_door"])));
    gateway.say(json!({ "id": "2", "kind": "door_opened", "device": "front" })).await;
    let alert = house.until_alerts("front_door", 1).await.remove(0);
    assert_eq!(alert["rule"]["revision"], 2);

    // And back again.
    house.api.post("/api/v1/rules/activate", &json!({ "revision": 1, "reason": "not wanted" })).await.expect(200);
    gateway.say(json!({ "id": "3", "kind": "door_opened", "device": "back" })).await;
    assert_eq!(house.alerts_of("front_door").await.len(), 1);
    let revisions = house.api.get("/api/v1/rules/revisions").await.expect(200);
    let brief: Vec<(i64, bool)> = revisions["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|each| (each["revision"].as_i64().expect("a number"), each["active"] == true))
        .collect();
    assert_eq!(brief, [(2, false), (1, true)]);
    let trail = house.api.get("/api/v1/audit?action=activated").await.expect(200);
    assert_eq!(trail["items"].as_array().expect("items").len(), 2);
    assert_eq!(trail["items"][0]["detail"]["reason"], "not wanted");
}

#[tokio::test]
async fn a_new_limit_moves_running_clocks_and_other_rules_clocks_run_on() {
    let (house, home, mut gateway) = house().await;
    let plan = json!({ "overrides": { "bed_not_returned.from": "12:00", "bed_not_returned.to": "20:00" }, "reason": "by day" });
    house.api.put(&format!("/api/v1/homes/{home}/plan"), &plan).await.expect(200);
    gateway.say(json!({ "id": "1", "kind": "bed_left", "device": "bed" })).await;
    house.pass(TimeDelta::minutes(10)).await;
    let mut silent = rule(&house.api, "gateway_silent").await;
    silent["settings"]["minutes"]["default"] = json!(20);
    put(&house.api, &silent, true).await;
    house.pass(TimeDelta::minutes(11)).await;
    let alert = house.until_alerts("gateway_silent", 1).await.remove(0);
    assert_eq!(alert["occurred_at"], "2026-11-23T12:20:00Z", "by the new limit, from the old hearing");
    gateway.say(json!({ "id": "2", "kind": "heartbeat" })).await;
    assert!(house.alerts_of("bed_not_returned").await.is_empty());
    house.pass(TimeDelta::minutes(10)).await;
    let alert = house.until_alerts("bed_not_returned", 1).await.remove(0);
    assert_eq!(alert["occurred_at"], "2026-11-23T12:30:00Z", "its clock ran on through the change");
}

#[tokio::test]
async fn a_new_rule_on_silence_watches_the_gateways_that_are_there_and_those_that_come_back() {
    let (house, home, mut gateway) = house().await;
    gateway.say(json!({ "id": "1", "kind": "heartbeat" })).await;
    house.api.post("/api/v1/gateways", &json!({ "id": "gw-mute", "home": home })).await.expect(201);
    house.pass(TimeDelta::minutes(5)).await;
    let rule = json!({ "id": "gateway_quiet", "title": "Gateway quiet", "subject": "gateway", "queue": "technical", "priority": 4,
        "condition": { "absence": { "after": { "minutes": 10 }, "first_report": { "minutes": 15 } } }, "instructions": ["Look."] });
    put(&house.api, &rule, true).await;
    house.pass(TimeDelta::minutes(6)).await;
    assert_eq!(house.until_alerts("gateway_quiet", 1).await[0]["gateway"], "gw-1");
    house.pass(TimeDelta::minutes(6)).await;
    house.until_alerts("gateway_quiet", 2).await;

    // Archived it is left alone; brought back it is watched again, by every rule on silence.
    assert!(house.api.delete("/api/v1/gateways/gw-1").await.status < 300);
    gateway = back(&house).await;
    gateway.say(json!({ "id": "2", "kind": "heartbeat" })).await;
    house.pass(TimeDelta::minutes(11)).await;
    let told = house.until_alerts("gateway_quiet", 2).await;
    let again = told.iter().find(|alert| alert["gateway"] == "gw-1").expect("the alert");
    assert_eq!(again["activations"], 2, "{again}");
}

async fn back(house: &House) -> Gateway {
    house.pass(TimeDelta::minutes(20)).await;
    house.api.patch("/api/v1/gateways/gw-1", &json!({ "archived": false })).await.expect(200);
    let made = house.api.post("/api/v1/gateways/gw-1/secret", &json!({})).await.expect(200);
    Gateway::connect(house.mqtt(), "gw-1", made["secret"].as_str().expect("a secret")).await
}

#[tokio::test]
async fn an_organisation_has_its_own_version_and_touches_nobody_else_s() {
    let house = House::start().await;
    let (north, south) = (house.organisation("North").await, house.organisation("South").await);
    let (home_n, home_s) = (house.home_of(&north, "N").await, house.home_of(&south, "S").await);
    let (mut gw_n, mut gw_s) = (house.gateway("gw-n", &home_n).await, house.gateway("gw-s", &home_s).await);
    let (in_north, in_south) = (manager(&house, &north).await, manager(&house, &south).await);
    put(&house.api, &door(None, "Everybody's door"), true).await;

    let change = |rule: &Value| json!({ "rule": rule, "reason": "ours" });
    problem(in_north.put("/api/v1/rules/front_door", &change(&door(None, "Mine"))).await, 403);
    problem(in_north.put("/api/v1/rules/front_door", &change(&door(Some(&south), "Theirs"))).await, 404);
    put(&in_north, &door(Some(&north), "Northern door"), true).await;
    assert_eq!(in_north.get("/api/v1/rules/front_door").await.expect(200)["title"], "Northern door");
    assert_eq!(in_south.get("/api/v1/rules/front_door").await.expect(200)["title"], "Everybody's door");
    assert!(!in_south.get("/api/v1/rules?limit=500").await.expect(200).to_string().contains("Northern"));
    assert!(!in_south.get("/api/v1/rules/revisions").await.expect(200).to_string().contains("ours"));
    problem(in_south.get(&format!("/api/v1/rules/front_door?organisation={north}")).await, 404);
    for gateway in [&mut gw_n, &mut gw_s] {
        gateway.say(json!({ "id": "1", "kind": "door_opened", "device": "front" })).await;
    }
    let alerts = house.until_alerts("front_door", 2).await;
    let title = |home: &str| alerts.iter().find(|alert| alert["home"] == home).expect("an alert")["rule"]["title"].clone();
    assert_eq!((title(&home_n), title(&home_s)), (json!("Northern door"), json!("Everybody's door")));

    // A draft from before another's change would undo that change: only who looks after all may do so.
    let draft =
        in_south.put("/api/v1/rules/front_door", &change(&door(Some(&south), "Southern door"))).await.expect(200)["revision"].clone();
    put(&in_north, &door(Some(&north), "New northern door"), true).await;
    let said = problem(in_south.post("/api/v1/rules/activate", &json!({ "revision": draft, "reason": "now" })).await, 409);
    assert!(said.contains("not yours"), "{said}");
    problem(in_north.post("/api/v1/rules/activate", &json!({ "revision": draft, "reason": "now" })).await, 404);
    assert_eq!(in_north.get("/api/v1/rules/front_door").await.expect(200)["title"], "New northern door");
    put(&in_south, &door(Some(&south), "Southern door"), true).await;
    assert_eq!(in_north.get("/api/v1/rules/front_door").await.expect(200)["title"], "New northern door");
}

#[tokio::test]
async fn what_is_wrong_is_told_and_changes_nothing() {
    let (house, _, mut gateway) = house().await;
    let mut bed = rule(&house.api, "bed_not_returned").await;
    let change = |rule: &Value| json!({ "rule": rule, "reason": "r" });
    let refuse = async |path: &str, rule: &Value, part: &str| {
        let said = problem(house.api.put(path, &change(rule)).await, 422);
        assert!(said.contains(part), "{part}: {said}");
    };
    refuse("/api/v1/rules/other", &bed, "must be the same").await;
    bed["condition"]["unfollowed"]["within"] = json!({ "setting": "no_such" });
    refuse("/api/v1/rules/bed_not_returned", &bed, "no_such").await;
    bed["condition"] = json!({ "nonsense": {} });
    refuse("/api/v1/rules/bed_not_returned", &bed, "nonsense").await;
    let strange = door(Some("nobody"), "x");
    problem(house.api.put("/api/v1/rules/front_door", &change(&strange)).await, 404);
    problem(house.api.post("/api/v1/rules/activate", &json!({ "revision": 99, "reason": "r" })).await, 404);

    // A revision that was damaged, or written by another version, is refused whole; what is in force stays.
    let broken = r#"{"rule":[{"id":"pendant","title":"x","subject":"home","condition":"each","queue":"care","priority":9}]}"#;
    let new = NewRevision { rules: broken.to_owned(), organisation: None, base: 1, reason: "damaged".to_owned() };
    let number = house.app().store.add_revision(&Actor::cli(), house.clock.now(), &new).await.expect("stored");
    problem(house.api.post("/api/v1/rules/activate", &json!({ "revision": number, "reason": "r" })).await, 422);
    assert_eq!(house.api.get("/api/v1/rules/pendant").await.expect(200)["revision"], 1);
    gateway.say(json!({ "id": "1", "kind": "pendant", "device": "p" })).await;
    assert_eq!(house.until_alerts("pendant", 1).await[0]["rule"]["revision"], 1);
}

#[tokio::test]
async fn a_rule_is_taken_out_by_a_revision_without_it() {
    let (house, _, mut gateway) = house().await;
    let (north, south) = (house.organisation("North").await, house.organisation("South").await);
    put(&house.api, &door(None, "Front door"), true).await;
    put(&house.api, &door(Some(&north), "North's door"), true).await;
    let (in_north, in_south) = (manager(&house, &north).await, manager(&house, &south).await);
    let path = "/api/v1/rules/front_door?reason=not%20wanted";
    problem(in_south.delete(path).await, 403);
    problem(in_south.delete(&format!("{path}&organisation={north}")).await, 404);
    problem(house.api.delete("/api/v1/rules/front_door").await, 422);
    problem(house.api.delete("/api/v1/rules/no_such_rule?reason=x").await, 404);

    // North's own: a draft first, then in force; the common one holds there again.
    let draft = in_north.delete(&format!("{path}&organisation={north}")).await.expect(200);
    assert_eq!(draft["active"], json!(false));
    assert_eq!(rule(&in_north, "front_door").await["title"], "North's door", "nothing changed yet");
    let active = in_north.delete(&format!("{path}&organisation={north}&activate=true")).await.expect(200);
    assert_eq!((&active["active"], &active["revision"]), (&json!(true), &draft["revision"]), "the same again is the same revision");
    assert_eq!(rule(&in_north, "front_door").await["title"], "Front door");

    gateway.say(json!({ "id": "1", "kind": "door_opened", "device": "front" })).await;
    assert_eq!(house.alerts_of("front_door").await.len(), 1);
    house.api.delete(&format!("{path}&activate=true")).await.expect(200);
    problem(house.api.get("/api/v1/rules/front_door").await, 404);
    house.api.delete("/api/v1/rules/smoke?reason=tried&activate=true").await.expect(200);
    gateway.say(json!({ "id": "2", "kind": "door_opened", "device": "back" })).await;
    assert_eq!(house.alerts_of("front_door").await.len(), 1, "it raises nothing any more");
    let ack = gateway.say(json!({ "id": "3", "kind": "smoke", "device": "s" })).await;
    assert_eq!(ack["alerts"].as_array().map(Vec::len), Some(1), "an alarm is raised all the same");
}
