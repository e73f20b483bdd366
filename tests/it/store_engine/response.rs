//! What the response reads: policies, who can be reached, and what was forgotten.

use harken::domain::access::{Grant, Role, Scope};
use harken::domain::alert::{Holder, Queue};
use harken::domain::register::{NewContact, NewHome, NewOrganisation, NewPolicy, PolicyPatch};
use harken::response::visit::VisitTimes;
use harken::response::{escalation, visit};
use harken::secrets::KeySafe;
use harken::store::states::ALERT;
use harken::store::visits::VisitQuery;
use harken::store::{Actor, ListQuery, StoreError};

use super::*;

on_both!(
    policies_are_kept_with_their_versions,
    who_is_there_and_who_may_be_called,
    what_was_forgotten_is_found,
    visits_are_kept_and_read_by_whom_they_concern
);

async fn organisation(store: &Store, id: &str) {
    let new = NewOrganisation { id: Some(id.to_owned()), name: id.to_owned(), zone: None };
    store.create_organisation(&Actor::cli(), at(0), &new).await.unwrap();
}

async fn policies_are_kept_with_their_versions(store: Store) {
    organisation(&store, "north").await;
    organisation(&store, "south").await;
    let built_in = escalation::built_in().unwrap();
    store.import_default_policies(&built_in, at(0)).await.unwrap();
    let (north, cli) = (Scope::Only(vec!["north".to_owned()]), Actor::cli());
    let new = NewPolicy {
        organisation: Some("north".to_owned()),
        name: "ours".to_owned(),
        queue: Some(Queue::Care),
        steps: built_in[0].steps.clone(),
        repeat_s: 60,
    };
    let ours = store.create_policy(&cli, at(1), &north, &new).await.unwrap();
    let id = ours.policy.id.clone();
    let other = store.create_policy(&cli, at(1), &north, &NewPolicy { organisation: Some("south".to_owned()), ..new.clone() }).await;
    assert!(matches!(other, Err(StoreError::NotFound(_))), "another organisation's");
    let for_all = store.create_policy(&cli, at(1), &north, &NewPolicy { organisation: None, ..new.clone() }).await;
    assert!(matches!(for_all, Err(StoreError::NotFound(_))), "for all is for whoever is there for all");
    let bad = PolicyPatch { repeat_s: Some(0), ..PolicyPatch::default() };
    assert!(store.change_policy(&cli, at(2), &north, &id, &bad).await.is_err());
    let patch = PolicyPatch { repeat_s: Some(90), ..PolicyPatch::default() };
    let changed = store.change_policy(&cli, at(2), &north, &id, &patch).await.unwrap();
    assert_eq!((changed.policy.version, changed.policy.repeat_s), (2, 90));
    assert_eq!(store.policy(&north, &id).await.unwrap(), changed);
    assert!(store.policy(&Scope::Only(vec!["south".to_owned()]), &id).await.is_err());
    assert!(store.policy(&Scope::Only(vec!["south".to_owned()]), "care").await.is_ok(), "what is for all may be read");
    let list = async |scope: &Scope| {
        let query = ListQuery { scope, organisation: None, home: None, archived: false, after: None, limit: 10 };
        store.policies(&query).await.unwrap().len()
    };
    assert_eq!((list(&north).await, list(&Scope::Only(vec!["south".to_owned()])).await, list(&Scope::All).await), (4, 3, 4));
    let serving = store.begin().await.unwrap().policies_for("north").await.unwrap();
    assert_eq!(escalation::choose(&serving, None, Queue::Care).policy, id);
    // What a service made of a built-in policy stays at the next start.
    let patch = PolicyPatch { name: Some("mine".to_owned()), ..PolicyPatch::default() };
    store.change_policy(&cli, at(3), &Scope::All, "care", &patch).await.unwrap();
    store.import_default_policies(&built_in, at(4)).await.unwrap();
    assert_eq!(store.policy(&Scope::All, "care").await.unwrap().policy.name, "mine");
    let archive = PolicyPatch { archived: Some(true), ..PolicyPatch::default() };
    store.change_policy(&cli, at(5), &north, &id, &archive).await.unwrap();
    assert_eq!(store.begin().await.unwrap().policies_for("north").await.unwrap().len(), 3);
}

async fn who_is_there_and_who_may_be_called(store: Store) {
    organisation(&store, "north").await;
    let home = NewHome { organisation: "north".to_owned(), name: "Elm Row".to_owned(), ..NewHome::default() };
    let home = store.create_home(&Actor::cli(), at(0), &Scope::All, &KeySafe::from_key(&[1; 32]), &home).await.unwrap().id;
    let contact = |name: &str, order| NewContact {
        home: home.clone(),
        name: name.to_owned(),
        relation: "daughter".to_owned(),
        telephone: "1".to_owned(),
        calling_order: order,
        ..NewContact::default()
    };
    store.create_contact(&Actor::cli(), at(0), &Scope::All, &contact("June", 2)).await.unwrap();
    let ivy = store.create_contact(&Actor::cli(), at(0), &Scope::All, &contact("Ivy", 1)).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    for (id, organisation) in [("ann", Some("north")), ("bob", Some("south")), ("sue", None)] {
        tx.insert_token(id, id, id, at(0)).await.unwrap();
        let grants = [Role::Operator, Role::Viewer].map(|role| Grant { role, organisation: organisation.map(str::to_owned) });
        tx.set_grants(id, &grants).await.unwrap();
        tx.note_presence(id, at(100)).await.unwrap();
    }
    tx.insert_user("meg", "meg", "Meg", "hash", at(0)).await.unwrap();
    tx.set_email("meg", Some("meg@example.org")).await.unwrap();
    tx.insert_user("ivo", "ivo", "Ivo", "hash", at(0)).await.unwrap();
    for id in ["meg", "ivo"] {
        tx.set_grants(id, &[Grant { role: Role::Responder, organisation: Some("north".to_owned()) }]).await.unwrap();
    }
    tx.note_presence("ivo", at(100)).await.unwrap();
    let names = |people: Vec<Holder>| people.into_iter().map(|person| person.name).collect::<Vec<_>>();
    let may_act = [Role::Administrator, Role::Operator, Role::Viewer];
    assert_eq!(names(tx.present_with(&may_act, "north", at(99)).await.unwrap()), ["ann", "sue"], "each once, whatever their roles");
    assert!(tx.present_with(&may_act, "north", at(100)).await.unwrap().is_empty(), "not after that time");
    assert!(tx.present_with(&[Role::Manager], "north", at(99)).await.unwrap().is_empty());
    let found = tx.reachable_people(&["ivo", "meg", "ann", "nobody"], "north").await.unwrap();
    let found: Vec<_> = found.into_iter().map(|each| (each.person.name, each.seen_at, each.has_email)).collect();
    assert_eq!(
        found,
        [("Ivo".to_owned(), Some(at(100)), false), ("Meg".to_owned(), None, true)],
        "in the order asked for; a token is nobody"
    );
    assert!(tx.reachable_people(&["meg"], "south").await.unwrap().is_empty(), "no role there");
    assert_eq!(names(tx.responders(&["meg", "ann", "ivo"], "north").await.unwrap()), ["Meg", "Ivo"]);
    let called = [tx.contact_at(&home, 1).await.unwrap(), tx.contact_at(&home, 2).await.unwrap(), tx.contact_at(&home, 3).await.unwrap()];
    assert_eq!(called.map(|found| found.map(|found| found.name)), [Some("Ivy".to_owned()), Some("June".to_owned()), None]);
    assert_eq!(tx.contact_of(&home, &ivy.id).await.unwrap().map(|found| found.name).as_deref(), Some("Ivy"));
    assert_eq!(tx.contact_of("elsewhere", &ivy.id).await.unwrap(), None);
}

async fn what_was_forgotten_is_found(store: Store) {
    let clock = |subject: &str, due| ClockRow { home: "h".to_owned(), rule: ALERT.to_owned(), subject: subject.to_owned(), due: at(due) };
    let mut tx = store.begin().await.unwrap();
    tx.save_alerts(&[alert("a", "one"), alert("b", "two"), alert("c", "three")]).await.unwrap();
    tx.save_clocks(vec![clock("a", 100), clock("b", 10)]).await.unwrap();
    tx.commit().await.unwrap();
    let found = store.unattended(at(50), 10).await.unwrap();
    let mut found: Vec<&str> = found.iter().map(|each| each.id.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, ["b", "c"], "one that is overdue, one that has none");
    assert_eq!(store.unattended(at(5), 10).await.unwrap().len(), 1);
    assert_eq!(store.unattended(at(50), 1).await.unwrap().len(), 1, "at most as many as asked for");
}

async fn visits_are_kept_and_read_by_whom_they_concern(store: Store) {
    organisation(&store, "north").await;
    let home = NewHome { organisation: "north".to_owned(), name: "Elm Row".to_owned(), ..NewHome::default() };
    let home = store.create_home(&Actor::cli(), at(0), &Scope::All, &KeySafe::from_key(&[1; 32]), &home).await.unwrap().id;
    let minutes = chrono::TimeDelta::minutes;
    let times =
        VisitTimes { answer: minutes(3), set_out: minutes(10), attend: minutes(45), attend_limit: minutes(60), lone_worker: minutes(60) };
    let rae = Holder { id: "rae".to_owned(), name: "Rae".to_owned() };
    let place = ("north".to_owned(), home.clone(), "a".to_owned());
    let mut made = visit::offer("v".to_owned(), place, rae.clone(), None, at(0), &times);
    let mut tx = store.begin().await.unwrap();
    tx.insert_token("rae", "Rae", "rae", at(0)).await.unwrap();
    tx.set_grants("rae", &[Grant { role: Role::Responder, organisation: Some("north".to_owned()) }]).await.unwrap();
    assert_eq!(tx.responders(&["rae"], "north").await.unwrap(), std::slice::from_ref(&rae));
    assert!(tx.responders(&["rae"], "south").await.unwrap().is_empty());
    tx.save_alerts(&[Alert { home: Some(home.clone()), ..alert("a", "one") }]).await.unwrap();
    tx.save_visit(&made).await.unwrap();
    assert_eq!(tx.open_visits_of(&home).await.unwrap(), std::slice::from_ref(&made));
    tx.save_clocks(vec![ClockRow { home: home.clone(), rule: ALERT.to_owned(), subject: "a".to_owned(), due: at(900) }]).await.unwrap();
    tx.commit().await.unwrap();
    let forgotten: Vec<String> = store.unattended(at(50), 10).await.unwrap().into_iter().map(|each| each.rule + &each.id).collect();
    assert_eq!(forgotten, ["#visitv"], "an open visit without a timer");
    let mut tx = store.begin().await.unwrap();
    visit::accept(&mut made, &rae, at(1), &times).unwrap();
    tx.save_visit(&made).await.unwrap();
    assert_eq!(tx.visit("v").await.unwrap().as_ref(), Some(&made));
    assert_eq!(tx.visit("w").await.unwrap(), None);
    tx.commit().await.unwrap();
    let (north, none) = (Scope::Only(vec!["north".to_owned()]), Scope::Only(Vec::new()));
    let list = async |scope: &Scope, me: &str, alert: Option<&str>, after: Option<&str>| {
        store.visits(&VisitQuery { scope, me, open: true, alert, after, limit: 10 }).await.unwrap().len()
    };
    assert_eq!((list(&north, "bob", None, None).await, list(&none, "rae", Some("a"), None).await), (1, 1));
    assert_eq!(
        (list(&none, "bob", None, None).await, list(&north, "bob", Some("b"), None).await, list(&north, "x", None, Some("v")).await),
        (0, 0, 0)
    );
    assert!(store.visit(&none, "bob", "v").await.is_err());
    assert_eq!(store.visit(&none, "rae", "v").await.unwrap(), made);
    assert_eq!(store.visit_brief(&made).await.unwrap().map(|brief| brief.home).as_deref(), Some("Elm Row"));
    assert_eq!(store.visit_zone(&made).await.unwrap().as_deref(), Some("Europe/London"));
    visit::cancel(&mut made).unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.save_visit(&made).await.unwrap();
    assert!(tx.open_visits_of(&home).await.unwrap().is_empty());
    tx.commit().await.unwrap();
    assert_eq!(list(&north, "bob", None, None).await, 0, "over");
}
