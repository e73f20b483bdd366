//! Excuses: set, listed, loaded with the home, ended.

use super::*;
use harken::domain::access::Scope;
use harken::domain::home::Home;
use harken::domain::register::{ExcuseWhat, NewExcuse, NewHome, NewOrganisation};
use harken::secrets::KeySafe;
use harken::store::Actor;
use harken::store::excuses::ExcuseQuery;

on_both!(an_excuse_is_listed_loaded_and_ended);

async fn an_excuse_is_listed_loaded_and_ended(store: Store) {
    let by = Actor::cli();
    let organisation: NewOrganisation = serde_json::from_value(serde_json::json!({ "name": "O" })).unwrap();
    let organisation = store.create_organisation(&by, at(0), &organisation).await.unwrap().id;
    let home: NewHome = serde_json::from_value(serde_json::json!({ "organisation": organisation, "name": "H", "address": "A" })).unwrap();
    let key = KeySafe::from_key(&[1; 32]);
    let home = store.create_home(&by, at(0), &Scope::All, &key, &home).await.unwrap().id;
    let new = |kind: ExcuseWhat, until: i64| NewExcuse {
        kind,
        device: Some("d".to_owned()).filter(|_| kind == ExcuseWhat::Maintenance),
        kinds: if kind == ExcuseWhat::TestMode { vec!["smoke".to_owned()] } else { Vec::new() },
        until: at(until),
        reason: Some("why".to_owned()),
    };
    let mut tx = store.begin().await.unwrap();
    for (id, kind, until) in [("e1", ExcuseWhat::Away, 100), ("e2", ExcuseWhat::Maintenance, 200), ("e3", ExcuseWhat::TestMode, 300)] {
        tx.add_excuse(id, &home, &new(kind, until), "ann", at(10)).await.unwrap();
    }
    tx.end_excuse("e2", "bob", at(50)).await.unwrap();
    tx.end_excuse("e1", "bob", at(150)).await.unwrap();
    let running: Vec<_> = tx.running_excuses(&home, at(60)).await.unwrap().into_iter().map(|each| each.id.unwrap()).collect();
    assert_eq!(running, ["e3", "e1"]);
    let mut loaded = Home { key: home.clone(), ..Home::unclaimed("") };
    tx.load_excuses([&mut loaded].into_iter(), at(50)).await.unwrap();
    assert_eq!(loaded.excuses.iter().map(|each| (each.from, each.until)).collect::<Vec<_>>(), [(at(10), at(100))], "the other ended at 50");
    assert_eq!((loaded.tests[0].kinds.as_slice(), loaded.tests[0].until), (["smoke".to_owned()].as_slice(), at(300)));
    tx.commit().await.unwrap();
    let all = ExcuseQuery { scope: &Scope::All, home: &home, running_at: None, after: None, limit: 2 };
    let listed = store.excuses(&all).await.unwrap();
    assert_eq!(listed.iter().map(|each| each.id.as_deref().unwrap()).collect::<Vec<_>>(), ["e3", "e2"]);
    assert_eq!((listed[1].until, listed[1].ended_by.as_deref(), listed[1].device.as_deref()), (at(50), Some("bob"), Some("d")));
    let rest = store.excuses(&ExcuseQuery { after: Some("e2"), ..all.clone() }).await.unwrap();
    assert_eq!((rest.len(), rest[0].ended_by.as_deref(), rest[0].reason.as_deref()), (1, None, Some("why")), "what was over is not ended");
    let others = Scope::Only(vec!["x".to_owned()]);
    assert!(store.excuses(&ExcuseQuery { scope: &others, ..all }).await.is_err());
}
