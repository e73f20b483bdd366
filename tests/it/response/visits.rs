//! Visits, from the asking to the report, and everything that can go wrong on the way.

use serde_json::{Value, json};

use super::{Person, Room, person};
use crate::support::house::{id_of, problem};

/// An accepted alert at a home whose key safe has a code, and a responder.
async fn dispatched(room: &mut Room) -> (String, Person, String) {
    let rae = person(&room.house, "Rae", "responder", &room.organisation).await;
    let about = json!({ "key_safe": "blue-2580", "access_notes": "Side gate." });
    room.house.api.patch(&format!("/api/v1/homes/{}", room.home), &about).await.expect(200);
    let resident = json!({ "home": room.home, "name": "June Elm", "medical": "Heart failure.", "risks": "A dog." });
    room.house.api.post("/api/v1/residents", &resident).await.expect(201);
    let alert = room.press("1", "pendant").await;
    room.ann.does(&alert, "accept", json!({})).await;
    let visit = room.ann.api.post(&format!("{alert}/dispatch"), &json!({ "responder": rae.id })).await.expect(201);
    assert_eq!((visit["state"].as_str(), visit["responder"]["name"].as_str()), (Some("offered"), Some("Rae")));
    let path = format!("/api/v1/visits/{}", visit["id"].as_str().unwrap());
    (alert, rae, path)
}

#[tokio::test]
async fn a_responder_goes_with_the_brief_and_the_code_and_no_longer_than_the_visit() {
    let mut room = Room::open().await;
    let (alert, rae, visit) = dispatched(&mut room).await;
    assert_eq!(rae.api.get("/api/v1/visits").await.expect(200)["items"].as_array().unwrap().len(), 1);
    rae.api.get(&alert).await.expect(403);
    let whole = rae.api.get(&visit).await.expect(200);
    let brief = &whole["brief"];
    assert_eq!((brief["access_notes"].as_str(), brief["residents"][0]["risks"].as_str()), (Some("Side gate."), Some("A dog.")));
    assert!(!whole.to_string().contains("blue-2580"), "the code is not in the brief");
    assert_eq!(whole["zone"], "Europe/London", "times are told as people there read them");
    let key = format!("{visit}/key-safe");
    problem(rae.api.get(&key).await, 409);
    rae.does(&visit, "accept", json!({})).await;
    assert_eq!(rae.api.get(&key).await.expect(200)["code"], "blue-2580");
    room.ann.api.get(&key).await.expect(403);
    rae.does(&visit, "en-route", json!({})).await;
    rae.does(&visit, "arrived", json!({})).await;
    problem(rae.api.post(&format!("{visit}/accept"), &json!({})).await, 409);
    let done = rae.does(&visit, "complete", json!({ "note": "Lifted, a cup of tea." })).await;
    assert_eq!((done["state"].as_str(), done["due_at"].is_null()), (Some("completed"), true));
    problem(rae.api.get(&key).await, 409);
    assert!(rae.api.get(&visit).await.expect(200)["brief"].is_null(), "over: what is to be known of people stays in the house");
    let lines = room.lines(&alert).await;
    assert_eq!(lines[2..], ["visit_offered", "visit_accepted", "visit_en_route", "visit_arrived", "visit_completed"]);
    let trail = room.house.api.get("/api/v1/audit?action=read_key_safe").await.expect(200);
    let read = trail["items"].as_array().unwrap();
    assert_eq!((read.len(), read[0]["who"].as_str()), (1, Some(&*rae.id)), "one reading, one entry: {trail}");
}

#[tokio::test]
async fn a_visit_is_nobody_else_s() {
    let mut room = Room::open().await;
    let (alert, _rae, visit) = dispatched(&mut room).await;
    let other = person(&room.house, "Sam", "responder", &room.organisation).await;
    assert!(other.api.get("/api/v1/visits").await.expect(200)["items"].as_array().unwrap().is_empty());
    other.api.get(&visit).await.expect(404);
    other.api.get(&format!("{visit}/key-safe")).await.expect(404);
    other.api.post(&format!("{visit}/accept"), &json!({})).await.expect(404);
    // Only its holder sends somebody on account of an alert, and only responders of the organisation.
    let dispatch = format!("{alert}/dispatch");
    assert!(problem(room.bob.api.post(&dispatch, &json!({ "responder": other.id })).await, 409).contains("Ann"));
    problem(room.ann.api.post(&dispatch, &json!({ "responder": room.bob.id })).await, 422);
    problem(room.ann.api.post(&dispatch, &json!({})).await, 422);
    let south = room.house.organisation("South").await;
    let stranger = person(&room.house, "Stan", "responder", &south).await;
    problem(room.ann.api.post(&dispatch, &json!({ "responder": stranger.id })).await, 422);
}

#[tokio::test]
async fn those_on_call_are_asked_in_turn_and_when_nobody_goes_that_is_an_alert() {
    let mut room = Room::open().await;
    let mut people = Vec::new();
    for name in ["Uma", "Val"] {
        let grants = json!([{ "role": "responder", "organisation": room.organisation }]);
        let user = json!({ "login": name, "name": name, "password": "correct horse", "grants": grants });
        people.push(id_of(&room.house.api.post("/api/v1/users", &user).await.expect(201)));
    }
    let layer = |name: &str, person: &str| json!({ "name": name, "persons": [person], "hand_over": { "every": "days", "at": "09:00" }, "starts_at": "2026-11-01T09:00:00Z" });
    let rota = json!({ "organisation": room.organisation, "name": "nights", "layers": [layer("one", &people[0])] });
    let made = room.house.api.post("/api/v1/rotas", &rota).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let rota = id_of(&made.body);
    let alert = room.press("1", "pendant").await;
    room.ann.does(&alert, "accept", json!({})).await;
    let visit = room.ann.api.post(&format!("{alert}/dispatch"), &json!({ "rota": rota })).await.expect(201);
    assert_eq!(visit["responder"]["id"], people[0].as_str());
    let path = format!("/api/v1/visits/{}", visit["id"].as_str().unwrap());
    room.ann.present().await;
    room.pass(50).await;
    for _ in 0..4 {
        room.ann.present().await;
        room.pass(35).await;
    }
    let unfilled = room.house.api.get(&path).await.expect(200);
    assert_eq!((unfilled["state"].as_str(), unfilled["declined"][0]["reason"].is_null()), (Some("unfilled"), true), "{unfilled}");
    let told = room.house.until_alerts("visit_overdue", 1).await;
    assert_eq!((told[0]["queue"].as_str(), told[0]["priority"].as_i64()), (Some("care"), Some(2)));
}

#[tokio::test]
async fn each_stage_has_its_timer_and_a_responder_alone_in_a_home_is_asked_after() {
    let mut room = Room::open().await;
    let (_, rae, visit) = dispatched(&mut room).await;
    rae.does(&visit, "accept", json!({})).await;
    room.pass(599).await;
    assert!(room.house.alerts_of("visit_overdue").await.is_empty());
    room.pass(1).await;
    let late = room.house.until_alerts("visit_overdue", 1).await;
    assert!(late[0]["explanation"].as_str().unwrap().contains("Rae"), "{late:?}");
    rae.does(&visit, "en-route", json!({})).await;
    room.gateway.say(json!({ "id": "r", "kind": "responder_arrived", "device": "tag" })).await;
    let there = rae.api.get(&visit).await.expect(200);
    assert_eq!((there["state"].as_str(), there["arrival_proven"].as_bool()), (Some("arrived"), Some(true)), "the home proves it");
    room.pass(3599).await;
    assert!(room.house.alerts_of("lone_worker").await.is_empty());
    room.pass(1).await;
    room.house.until_alerts("lone_worker", 1).await;
}

#[tokio::test]
async fn a_timer_that_ends_while_the_service_is_down_is_told_when_it_is_back() {
    let mut room = Room::open().await;
    let (_, rae, visit) = dispatched(&mut room).await;
    rae.does(&visit, "accept", json!({})).await;
    room.house.restart_after(chrono::TimeDelta::minutes(11)).await;
    room.house.until_alerts("visit_overdue", 1).await;
}

#[tokio::test]
async fn the_control_room_calls_a_visit_off_and_a_responder_declines_it() {
    let mut room = Room::open().await;
    let (alert, rae, visit) = dispatched(&mut room).await;
    let off = json!({ "reason": "her son is there" });
    problem(rae.api.post(&format!("{visit}/cancel"), &off).await, 403);
    assert_eq!(room.ann.does(&visit, "cancel", off.clone()).await["state"], "cancelled");
    problem(room.ann.api.post(&format!("{visit}/cancel"), &off).await, 409);
    let again = room.ann.api.post(&format!("{alert}/dispatch"), &json!({ "responder": rae.id })).await.expect(201);
    let path = format!("/api/v1/visits/{}", again["id"].as_str().unwrap());
    problem(rae.api.post(&format!("{path}/decline"), &Value::Null).await, 422);
    assert_eq!(rae.does(&path, "decline", json!({ "reason": "no car" })).await["state"], "unfilled");
    room.house.until_alerts("visit_overdue", 1).await;
}
