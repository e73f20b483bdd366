//! What people read of a home: events, the line of time, how things stand; and the trail and quarantine.

use harken::domain::access::Scope;
use harken::domain::alert::{Entry, State};
use harken::domain::register::{OrganisationPatch, TimelineSource};
use harken::store::alerts::NewEntry;
use harken::store::audit::{AuditEntry, AuditQuery};
use harken::store::event_queries::EventQuery;
use harken::store::quarantine::QuarantineQuery;
use harken::store::refused::Refused;
use harken::store::states::{ClockRow, StateRow};
use harken::store::timeline::TimelineQuery;

use super::adoption::{alert, event};
use super::{Bench, at, is_not_found, on_both};

on_both!(
    events_are_read_newest_first,
    the_timeline_is_one_line,
    the_state_tells_what_rules_wait_for,
    the_trail_is_read_newest_first,
    quarantine_is_read_newest_first,
);

pub fn events<'a>(scope: &'a Scope, home: &'a str) -> EventQuery<'a> {
    EventQuery { scope, home, from: None, to: None, kind: None, device: None, after: None, limit: 100 }
}

pub fn timeline<'a>(scope: &'a Scope, home: &'a str) -> TimelineQuery<'a> {
    TimelineQuery { scope, home, from: None, to: None, all: false, now: at(100_000), after: None, limit: 100 }
}

pub fn quarantine(scope: &Scope) -> QuarantineQuery<'_> {
    QuarantineQuery { scope, organisation: None, gateway: None, home: None, from: None, to: None, after: None, limit: 100 }
}

pub fn trail(scope: &Scope) -> AuditQuery<'_> {
    AuditQuery { scope, organisation: None, who: None, object: None, action: None, from: None, to: None, before: None, limit: 500 }
}

async fn events_are_read_newest_first(bench: Bench) {
    let store = &bench.store;
    let scope = bench.organisation("o").await;
    let (home, other) = (bench.home("o", "H").await, bench.home("o", "I").await);
    bench.gateway("gw", &home.id).await;
    let mut tx = store.begin().await.unwrap();
    let said = [("e1", "motion", 1), ("e2", "pendant", 2), ("e3", "motion", 2), ("e4", "temperature", 3)];
    let said = said.map(|(id, kind, seconds)| event("gw", id, kind, seconds));
    let rows: Vec<_> = said.iter().map(|event| (event, home.id.as_str())).collect();
    tx.insert_events(&rows).await.unwrap();
    let elsewhere = event("gw", "e9", "motion", 9);
    tx.insert_events(&[(&elsewhere, &other.id)]).await.unwrap();
    tx.commit().await.unwrap();
    let ids = async |query: EventQuery<'_>| {
        let found = store.events_of(&query).await.unwrap();
        found.into_iter().map(|each| each.event.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(events(&scope, &home.id)).await, ["e4", "e3", "e2", "e1"]);
    assert_eq!(ids(EventQuery { kind: Some("motion"), ..events(&scope, &home.id) }).await, ["e3", "e1"]);
    assert_eq!(ids(EventQuery { from: Some(at(2)), to: Some(at(3)), ..events(&scope, &home.id) }).await, ["e3", "e2"]);
    assert_eq!(ids(EventQuery { device: Some("p1"), limit: 1, ..events(&scope, &home.id) }).await, ["e4"]);
    assert!(ids(EventQuery { device: Some("p2"), ..events(&scope, &home.id) }).await.is_empty());
    let first = store.events_of(&EventQuery { limit: 2, ..events(&scope, &home.id) }).await.unwrap();
    assert_eq!(ids(EventQuery { after: Some(first[1].key), ..events(&scope, &home.id) }).await, ["e2", "e1"], "at the same instant too");
    let whole = &first[0].event;
    assert_eq!((whole.at, whole.received_at, whole.claimed_at, &*whole.gateway), (at(3), at(3), Some(at(3)), "gw"));
    assert!(is_not_found(&store.events_of(&events(&Scope::Only(vec!["x".to_owned()]), &home.id)).await));
    assert!(is_not_found(&store.events_of(&events(&scope, "none")).await));
}

async fn the_timeline_is_one_line(bench: Bench) {
    let store = &bench.store;
    let scope = bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    bench.gateway("gw", &home.id).await;
    let mut tx = store.begin().await.unwrap();
    let said = [("e1", "motion", 1), ("e2", "pendant", 2), ("e3", "battery_low", 4)].map(|(id, kind, s)| event("gw", id, kind, s));
    let rows: Vec<_> = said.iter().map(|event| (event, home.id.as_str())).collect();
    tx.insert_events(&rows).await.unwrap();
    tx.save_alerts(&[alert("a1", Some(&home.id), "device:gw/p1", State::Raised)]).await.unwrap();
    let entry = |position, what: &str, seconds| NewEntry {
        alert: "a1".to_owned(),
        position,
        entry: Entry { at: at(seconds), what: what.to_owned(), who: Some("Ann".to_owned()), text: "words".to_owned() },
    };
    tx.add_entries(vec![entry(1, "raised", 2), entry(2, "note", 3)]).await.unwrap();
    tx.commit().await.unwrap();

    let whats = async |query: TimelineQuery<'_>| {
        let line = store.timeline_of(&query).await.unwrap();
        line.into_iter().map(|(_, entry)| entry.what).collect::<Vec<_>>()
    };
    let whole = ["battery_low", "note", "raised", "pendant"];
    assert_eq!(whats(timeline(&scope, &home.id)).await, whole, "without the routine; an alert after the event that raised it");
    assert_eq!(
        whats(TimelineQuery { all: true, ..timeline(&scope, &home.id) }).await,
        ["battery_low", "note", "raised", "pendant", "motion"]
    );
    assert_eq!(whats(TimelineQuery { from: Some(at(2)), to: Some(at(3)), ..timeline(&scope, &home.id) }).await, ["raised", "pendant"]);
    let mut after = None;
    let mut read = Vec::new();
    loop {
        let page = store.timeline_of(&TimelineQuery { after: after.as_ref(), limit: 1, ..timeline(&scope, &home.id) }).await.unwrap();
        let Some((key, entry)) = page.into_iter().next() else { break };
        read.push(entry.what);
        after = Some(key);
    }
    assert_eq!(read, whole, "page by page the same");
    let line = store.timeline_of(&timeline(&scope, &home.id)).await.unwrap();
    let (note, press) = (&line[1].1, &line[3].1);
    assert_eq!((note.source, note.who.as_deref(), note.text.as_deref()), (TimelineSource::Alert, Some("Ann"), Some("words")));
    assert_eq!((press.source, press.event.as_ref().unwrap().id.as_str()), (TimelineSource::Event, "e2"));
    assert!(is_not_found(&store.timeline_of(&timeline(&Scope::Only(vec!["x".to_owned()]), &home.id)).await));
}

async fn the_state_tells_what_rules_wait_for(bench: Bench) {
    let store = &bench.store;
    let scope = bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    bench.gateway("gw", &home.id).await;
    let (h, bed) = (home.id.clone(), "device:gw/bed".to_owned());
    let mut tx = store.begin().await.unwrap();
    tx.gateway_status("gw", "offline", at(8)).await.unwrap();
    tx.save_alerts(&[alert("a1", Some(&h), "home", State::Raised), alert("a0", Some(&h), "home", State::Closed)]).await.unwrap();
    let state = r#"{"left_at":5}"#.to_owned();
    tx.save_states(vec![StateRow { home: h.clone(), rule: "bed".to_owned(), subject: bed.clone(), revision: 1, state }]).await.unwrap();
    let clock = |rule: &str, subject: &str| ClockRow { home: h.clone(), rule: rule.to_owned(), subject: subject.to_owned(), due: at(900) };
    tx.save_clocks(vec![clock("bed", &bed), clock("#lease", "a1")]).await.unwrap();
    tx.commit().await.unwrap();
    let state = store.home_state(&scope, &h, at(10)).await.unwrap();
    assert_eq!((state.gateways[0].status.as_deref(), state.gateways[0].status_at), (Some("offline"), Some(at(8))));
    assert_eq!(state.open_alerts.iter().map(|each| each.id.as_str()).collect::<Vec<_>>(), ["a1"]);
    let waiting: Vec<_> = state.waiting.iter().map(|each| (each.rule.as_str(), each.would_fire_at)).collect();
    assert_eq!(waiting, [("bed", Some(at(900)))], "without the engine's own clocks");
    assert_eq!(state.waiting[0].state, Some(serde_json::json!({ "left_at": 5 })));
    assert!(is_not_found(&store.home_state(&Scope::Only(vec!["x".to_owned()]), &h, at(10)).await));
}

async fn the_trail_is_read_newest_first(bench: Bench) {
    let store = &bench.store;
    let scope = bench.organisation("o").await;
    bench.organisation("p").await;
    let rename = OrganisationPatch { name: Some("New".to_owned()), ..OrganisationPatch::default() };
    store.change_organisation(&bench.by, at(5), &Scope::All, "o", &rename).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.insert_user("u1", "ann", "Ann", "hash", at(0)).await.unwrap();
    let entry = |organisation| AuditEntry {
        organisation,
        who: "u1",
        action: "read",
        object_kind: "home",
        object_id: "h1",
        detail: serde_json::json!({}),
    };
    tx.audit(at(6), entry(Some("o"))).await.unwrap();
    tx.audit(at(7), entry(None)).await.unwrap();
    tx.commit().await.unwrap();

    let actions = async |query: AuditQuery<'_>| {
        let lines = store.audit_records(&query).await.unwrap();
        lines.into_iter().map(|line| (line.action, line.object_id)).collect::<Vec<_>>()
    };
    let pair = |action: &str, id: &str| (action.to_owned(), id.to_owned());
    assert_eq!(actions(trail(&scope)).await, [pair("read", "h1"), pair("changed", "o"), pair("created", "o")]);
    assert_eq!(actions(trail(&Scope::All)).await.len(), 5, "what belongs to no organisation needs all");
    assert_eq!(actions(AuditQuery { object: Some("o"), action: Some("changed"), ..trail(&Scope::All) }).await, [pair("changed", "o")]);
    assert_eq!(actions(AuditQuery { who: Some("u1"), organisation: Some("o"), ..trail(&Scope::All) }).await, [pair("read", "h1")]);
    assert_eq!(actions(AuditQuery { from: Some(at(5)), to: Some(at(6)), ..trail(&Scope::All) }).await, [pair("changed", "o")]);
    let lines = store.audit_records(&AuditQuery { limit: 2, ..trail(&scope) }).await.unwrap();
    assert_eq!(lines[0].who_name.as_deref(), Some("Ann"));
    assert_eq!(lines[1].detail, serde_json::json!({ "before": { "name": "Organisation o" }, "after": { "name": "New" } }));
    assert_eq!((lines[1].who.as_str(), lines[1].at, lines[1].who_name.as_deref()), ("tester", at(5), None));
    assert_eq!(actions(AuditQuery { before: Some(lines[1].seq), ..trail(&scope) }).await, [pair("created", "o")]);
}

async fn quarantine_is_read_newest_first(bench: Bench) {
    let store = &bench.store;
    let refused = |id: &str, organisation: &str, seconds: i64| Refused {
        id: id.to_owned(),
        received_at: at(seconds),
        gateway: format!("gw-{organisation}"),
        organisation: organisation.to_owned(),
        home: format!("home-{organisation}"),
        topic: "t".to_owned(),
        length: 9000,
        reason: "not JSON".to_owned(),
        head: b"\xffabc".to_vec(),
    };
    let mut tx = store.begin().await.unwrap();
    tx.quarantine(vec![refused("1", "o", 1), refused("2", "p", 2), refused("3", "o", 3), refused("4", "o", 3)]).await.unwrap();
    tx.commit().await.unwrap();
    let ids = async |query: QuarantineQuery<'_>| {
        let found = store.quarantined(&query).await.unwrap();
        found.into_iter().map(|each| each.id).collect::<Vec<_>>()
    };
    let mine = Scope::Only(vec!["o".to_owned()]);
    assert_eq!(ids(quarantine(&Scope::All)).await, ["4", "3", "2", "1"]);
    assert_eq!(ids(quarantine(&mine)).await, ["4", "3", "1"]);
    assert_eq!(ids(QuarantineQuery { gateway: Some("gw-p"), ..quarantine(&Scope::All) }).await, ["2"]);
    assert_eq!(ids(QuarantineQuery { home: Some("home-o"), from: Some(at(2)), ..quarantine(&Scope::All) }).await, ["4", "3"]);
    assert_eq!(ids(QuarantineQuery { organisation: Some("o"), to: Some(at(3)), ..quarantine(&Scope::All) }).await, ["1"]);
    let after = Some((at(3).timestamp_micros(), "4".to_owned()));
    assert_eq!(ids(QuarantineQuery { after, limit: 1, ..quarantine(&mine) }).await, ["3"]);
    let one = &store.quarantined(&quarantine(&mine)).await.unwrap()[0];
    assert_eq!((one.head.as_str(), one.head_base64.as_str(), one.length), ("\u{fffd}abc", "/2FiYw==", 9000));
    assert_eq!((one.home.as_deref(), one.reason.as_str(), one.received_at), (Some("home-o"), "not JSON", at(3)));
}
