//! Evidence packs: whole for a coroner, without other persons for the person themselves, and harmless to open.

use harken::domain::access::Scope;
use harken::domain::alert::{Entry, Holder};
use harken::domain::outcome::Outcomes;
use harken::domain::register::NewResident;
use harken::response::lifecycle::{Closing, Limits, case};
use harken::store::Actor;
use harken::store::alerts::NewEntry;
use reqwest::Method;
use serde_json::{Value, json};

use super::on_both;
use crate::http::service::{Organisation, Service};

on_both!(a_pack_holds_what_was_done_and_who_saw_it, a_person_is_given_nothing_of_others);

/// An alert of north's resident, taken, noted and closed by an operator called Olga Porter; Sam Lodger lives there too.
async fn dealt_with(service: &Service) -> Organisation {
    let north = service.organisation("north").await;
    let (now, limits) = (service.clock.now(), Limits::default());
    let new: NewResident = serde_json::from_value(json!({ "home": north.home, "name": "Sam Lodger" })).unwrap();
    let by = Actor { id: "tester".to_owned() };
    service.store.create_resident(&by, now, &Scope::All, &new).await.unwrap();
    let who =
        Holder { id: service.person("olga", harken::domain::access::Role::Operator, Some("north")).await, name: "Person olga".to_owned() };
    let mut alert = north.alert.clone();
    alert.resident = Some(north.resident.clone());
    let mut lines: Vec<(i64, Entry)> = Vec::new();
    let entry = case::accept(&mut alert, &who, now, &limits).unwrap();
    lines.push((alert.version, entry));
    let words = "Rang Contact of north on +441632960001; Sam helped. <script>alert('x')</script>";
    let entry = case::note(&mut alert, &who, words, now, &limits);
    lines.push((alert.version, entry));
    let closing = Closing { outcome: "reassured".to_owned(), activations_seen: 1, note: None, breach_cause: None };
    let entry = case::close(&mut alert, &who, &closing, &Outcomes::default(), now, &limits).unwrap();
    lines.push((alert.version, entry));
    let mut tx = service.store.begin().await.unwrap();
    tx.save_alerts(std::slice::from_ref(&alert)).await.unwrap();
    let entries = lines.into_iter().map(|(position, entry)| NewEntry { alert: alert.id.clone(), position, entry }).collect();
    tx.add_entries(entries).await.unwrap();
    tx.note_in_trail(now, Some("north"), &who.id, "accepted", ("alert", &alert.id), "Accepted.").await.unwrap();
    tx.commit().await.unwrap();
    service.organisation("south").await;
    service.pass(60);
    north
}

async fn a_pack_holds_what_was_done_and_who_saw_it(service: Service) {
    let north = dealt_with(&service).await;
    let api = service.api_as(harken::domain::access::Role::Manager, Some("north")).await;
    let pack = api.get(&format!("/api/v1/alerts/{}/evidence?purpose=coroner", north.alert.id)).await.expect(200);
    let case = &pack["alerts"][0];
    let lines: Vec<&str> = case["timeline"].as_array().unwrap().iter().map(|line| line["what"].as_str().unwrap()).collect();
    assert_eq!(lines, ["accepted", "note", "closed"]);
    assert_eq!((&case["alert"]["outcome"], &pack["verification"]["intact"]), (&json!("reassured"), &json!(true)));
    let trail = pack["who_saw_and_did_what"].as_array().unwrap();
    assert!(trail.iter().any(|line| line["action"] == "accepted" && line["who_name"] == "Person olga"), "{trail:?}");
    // In HTML every text stands for itself.
    let path = format!("/api/v1/residents/{}/evidence?from=2026-02&to=2026-04&format=html", north.resident);
    let reply = api.request(Method::GET, &path).send().await.unwrap();
    assert!(reply.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let html = reply.text().await.unwrap();
    assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)") && !html.contains("<script"), "{html}");
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("src="), "it needs nothing else");
    assert!(html.contains("Resident of north") && html.contains("Person olga"));
    // Another organisation's manager does not even learn that it is there.
    let south = service.api_as(harken::domain::access::Role::Manager, Some("south")).await;
    assert_eq!(south.get(&format!("/api/v1/alerts/{}/evidence", north.alert.id)).await.status, 404);
    assert_eq!(south.get(&format!("/api/v1/residents/{}/evidence", north.resident)).await.status, 404);
}

async fn a_person_is_given_nothing_of_others(service: Service) {
    let north = dealt_with(&service).await;
    let api = service.api_as(harken::domain::access::Role::Manager, Some("north")).await;
    // An alert of nobody in particular may be the other person's.
    service.save(&service.alert("north", Some(&north.home), "fall")).await;
    let path = format!("/api/v1/residents/{}/evidence?from=2026-02&to=2026-04&purpose=subject_access", north.resident);
    let pack: Value = api.get(&path).await.expect(200);
    assert_eq!((pack["alerts"].as_array().unwrap().len(), &pack["about"]["alerts_of_others_left_out"]), (1, &json!(1)));
    let text = pack.to_string();
    for other in ["Contact of north", "441632960001", "Sam", "Lodger", "olga", "Olga", &north.contact] {
        assert!(!text.contains(other), "{other} stands in {text}");
    }
    assert!(text.contains("Resident of north") || text.contains("Resident"), "the person's own name stays");
    assert!(text.contains("[another person]"));
}
