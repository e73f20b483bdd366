//! Revisions that are made and put in force, what rules in shadow would have raised, and events in the order in which they are played.

use harken::domain::access::Scope;
use harken::domain::alert::Queue;
use harken::domain::register::{NewGateway, NewHome, NewOrganisation, ShadowCounts, ShadowFound};
use harken::secrets::KeySafe;
use harken::store::retention::Prune;
use harken::store::rules::{Activation, NewRevision};
use harken::store::shadow::{NewShadow, ShadowQuery};
use harken::store::states::{ClockRow, WATCH};
use harken::store::{Actor, Store, StoreError};

use super::{at, event, on_both};
use crate::support::scratch;

on_both!(revisions_are_made_once_and_put_in_force_as_a_whole, shadows_are_recorded_counted_and_pruned, events_come_in_their_order);

fn new(rules: &str, organisation: Option<&str>) -> NewRevision {
    NewRevision { rules: rules.to_owned(), organisation: organisation.map(str::to_owned), base: 1, reason: "why".to_owned() }
}

async fn revisions_are_made_once_and_put_in_force_as_a_whole(store: Store) {
    let by = &Actor::cli();
    store.import_default_rules("{}", "one", at(0)).await.unwrap();
    assert_eq!(store.add_revision(by, at(1), &new("{\"a\": 1}", None)).await.unwrap(), 2);
    assert_eq!(store.add_revision(by, at(2), &new("{\"a\": 1}", None)).await.unwrap(), 2, "the same again");
    assert_eq!(store.add_revision(by, at(3), &new("{\"a\": 2}", Some("north"))).await.unwrap(), 3);
    let listed = store.rule_revisions(&Scope::Only(vec!["south".to_owned()]), None, 10).await.unwrap();
    let brief: Vec<_> = listed.iter().map(|each| (each.revision, each.active, each.base, each.author.as_str())).collect();
    assert_eq!(brief, [(2, false, 1, "cli"), (1, true, 0, "defaults")]);
    assert_eq!(store.rule_revisions(&Scope::All, Some(3), 1).await.unwrap()[0].revision, 2);
    assert_eq!(store.rule_revisions(&Scope::Only(vec!["north".to_owned()]), None, 10).await.unwrap().len(), 3);

    let key = KeySafe::from_file(&scratch::dir("key-").join("key")).unwrap();
    let organisation = NewOrganisation { id: Some("north".to_owned()), name: "North".to_owned(), zone: None };
    store.create_organisation(by, at(4), &organisation).await.unwrap();
    let home: NewHome = serde_json::from_value(serde_json::json!({ "organisation": "north", "name": "N", "address": "1 Row" })).unwrap();
    let home = store.create_home(by, at(4), &Scope::All, &key, &home).await.unwrap().id;
    let gateway = NewGateway { id: "gw".to_owned(), home: home.clone(), model: String::new(), call_back: None, ..NewGateway::default() };
    store.create_gateway(by, at(4), &Scope::All, &gateway).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.drop_clocks(&[(home.clone(), WATCH.to_owned(), "device:gw/".to_owned())]).await.unwrap();
    let clock = |rule: &str| ClockRow { home: home.clone(), rule: rule.to_owned(), subject: "home".to_owned(), due: at(900) };
    tx.save_clocks(vec![clock("changed"), clock("same")]).await.unwrap();
    tx.commit().await.unwrap();

    let wanted = |revision, instead_of| Activation {
        revision,
        instead_of,
        reason: "why".to_owned(),
        changed: vec!["changed".to_owned()],
        watches: true,
        organisations: vec![None, Some("north".to_owned())],
    };
    assert!(matches!(store.put_in_force(by, at(5), &wanted(2, 7)).await, Err(StoreError::Conflict(_))), "another came into force");
    assert!(matches!(store.put_in_force(by, at(5), &wanted(9, 1)).await, Err(StoreError::NotFound(_))));
    store.put_in_force(by, at(5), &wanted(2, 1)).await.unwrap();
    store.put_in_force(by, at(6), &wanted(2, 1)).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.active_revision().await.unwrap(), 2);
    let mut clocks: Vec<_> = tx.clocks_of(&[&home]).await.unwrap().into_iter().map(|clock| (clock.rule, clock.due)).collect();
    clocks.sort();
    assert_eq!(clocks, [(WATCH.to_owned(), at(5)), ("changed".to_owned(), at(5)), ("same".to_owned(), at(900))]);
}

fn shadow(id: &str, organisation: &str, seconds: i64) -> NewShadow {
    NewShadow {
        id: id.to_owned(),
        organisation: organisation.to_owned(),
        home: format!("home of {organisation}"),
        rule: "r".to_owned(),
        revision: 4,
        subject: "home".to_owned(),
        occurred_at: at(seconds),
        recorded_at: at(seconds + 1),
        found: ShadowFound {
            title: "R".to_owned(),
            queue: Queue::Care,
            priority: 2,
            resident: None,
            device: Some("d".to_owned()),
            explanation: "why".to_owned(),
            marks: vec!["late".to_owned()],
            settings: std::collections::BTreeMap::new(),
            evidence: vec![serde_json::json!({ "id": "e" })],
        },
    }
}

async fn shadows_are_recorded_counted_and_pruned(store: Store) {
    let mut tx = store.begin().await.unwrap();
    tx.record_shadows(&[]).await.unwrap();
    tx.record_shadows(&[shadow("1", "north", 10), shadow("2", "north", 20), shadow("3", "south", 30)]).await.unwrap();
    tx.commit().await.unwrap();
    let (all, north) = (Scope::All, Scope::Only(vec!["north".to_owned()]));
    let query = |scope| ShadowQuery { scope, rule: "r", from: None, to: None, after: None, limit: 10 };
    let ids = async |query: ShadowQuery<'_>| -> Vec<String> {
        store.shadow_alerts(&query).await.unwrap().into_iter().map(|each| each.id).collect()
    };
    assert_eq!(ids(query(&all)).await, ["3", "2", "1"]);
    assert_eq!(ids(query(&north)).await, ["2", "1"]);
    assert_eq!(ids(ShadowQuery { from: Some(at(21)), to: Some(at(31)), ..query(&all) }).await, ["2"]);
    assert_eq!(ids(ShadowQuery { after: Some((at(21).timestamp_micros(), "2".to_owned())), ..query(&all) }).await, ["1"]);
    assert_eq!(store.shadow_counts(&query(&all)).await.unwrap(), ShadowCounts { raised: 3, matters: 2, homes: 2 });
    let first = store.shadow_alerts(&query(&all)).await.unwrap().remove(0);
    assert_eq!((first.occurred_at, first.recorded_at, first.revision), (at(30), at(31), 4));
    assert_eq!(first.found.evidence, [serde_json::json!({ "id": "e" })]);
    assert_eq!(store.prune(Prune::Shadow, at(22)).await.unwrap(), 2);
    assert_eq!(ids(query(&all)).await, ["3"]);
}

async fn events_come_in_their_order(store: Store) {
    let mut tx = store.begin().await.unwrap();
    let events: Vec<_> = [("c", 30), ("a", 10), ("b", 10), ("d", 40)].map(|(id, second)| event("gw", id, "motion", second)).into();
    let rows: Vec<_> = events.iter().map(|event| (event, "h")).collect();
    tx.insert_events(&rows).await.unwrap();
    tx.commit().await.unwrap();
    let mut after = (at(0).timestamp_micros(), i64::MIN);
    let mut seen = Vec::new();
    loop {
        let rows = store.events_in_order("h", after, at(40), 2).await.unwrap();
        let Some(last) = rows.len().checked_sub(1) else { break };
        for (place, row) in rows.into_iter().enumerate() {
            let placed: harken::store::event_queries::PlacedEvent = row.try_into().unwrap();
            seen.push(placed.event.id.clone());
            if place == last {
                after = placed.key;
            }
        }
    }
    assert_eq!(seen, ["a", "b", "c"], "in the order in which they happened, before the end");
}
