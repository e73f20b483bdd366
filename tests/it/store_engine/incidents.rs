//! Incidents and the list of homes to look after.

use harken::domain::access::Scope;
use harken::domain::alert::{Alert, Holder, Queue, RuleRef};
use harken::domain::incident::{Area, AreaKind, Cause, CheckResult, Incident, Vulnerability, WelfareCheck};
use harken::domain::register::{NewGateway, NewHome, NewOrganisation, NewResident};
use harken::secrets::KeySafe;
use harken::store::Actor;
use harken::store::incidents::NewMember;
use harken::store::states::INCIDENTS;

use super::*;

on_both!(homes_are_grouped_listed_and_settled, one_look_is_asked_for_however_often_it_is_needed);

async fn home(store: &Store, name: &str, vulnerability: Vulnerability) -> String {
    let (cli, all) = (Actor::cli(), Scope::All);
    let new = NewHome { organisation: "north".to_owned(), name: name.to_owned(), locality: "Elm".to_owned(), ..NewHome::default() };
    let home = store.create_home(&cli, at(0), &all, &KeySafe::from_key(&[1; 32]), &new).await.unwrap().id;
    for id in [format!("gw-{name}"), format!("spare-{name}")] {
        let gateway = NewGateway { id, home: home.clone(), network: format!("net-{name}"), ..NewGateway::default() };
        store.create_gateway(&cli, at(0), &all, &gateway).await.unwrap();
    }
    let resident = NewResident { home: home.clone(), name: format!("Resident {name}"), vulnerability, ..NewResident::default() };
    store.create_resident(&cli, at(0), &all, &resident).await.unwrap();
    home
}

fn lost(id: &str, home: &str, queue: Queue) -> Alert {
    Alert {
        organisation: "north".to_owned(),
        home: Some(home.to_owned()),
        queue,
        rule: RuleRef { id: "gateway_silent".to_owned(), revision: 1, title: "Silent".to_owned() },
        ..alert(id, id)
    }
}

fn incident(id: &str) -> Incident {
    Incident {
        id: id.to_owned(),
        organisation: "north".to_owned(),
        cause: Cause::Silence,
        area: Area { kind: AreaKind::Locality, name: "Elm".to_owned() },
        alert: "own".to_owned(),
        opened_at: at(10),
        last_joined_at: at(10),
        closed_at: None,
        homes: 0,
        waiting: 0,
    }
}

async fn homes_are_grouped_listed_and_settled(store: Store) {
    let new = NewOrganisation { id: Some("north".to_owned()), name: "North".to_owned(), zone: None };
    store.create_organisation(&Actor::cli(), at(0), &new).await.unwrap();
    let homes = [home(&store, "A", Vulnerability::Usual).await, home(&store, "B", Vulnerability::High).await];
    let mut tx = store.begin().await.unwrap();
    tx.save_alerts(&[lost("a", &homes[0], Queue::Technical), lost("b", &homes[1], Queue::Technical), lost("c", &homes[0], Queue::Care)])
        .await
        .unwrap();
    let found = tx.lost_homes("north", "gateway_silent", at(0)).await.unwrap();
    let brief: Vec<_> = found.iter().map(|one| (one.alert.id.as_str(), one.locality.as_str(), one.networks.len())).collect();
    assert_eq!(brief, [("a", "Elm", 2), ("b", "Elm", 2)], "technical ones, each once, with the networks of all gateways");
    assert!(tx.lost_homes("north", "gateway_silent", at(1)).await.unwrap().is_empty(), "raised before");
    assert!(tx.lost_homes("south", "gateway_silent", at(0)).await.unwrap().is_empty());
    tx.insert_incident(&incident("i")).await.unwrap();
    let member = |alert: &str, home: &String, since| NewMember { alert: alert.to_owned(), home: home.clone(), since: at(since) };
    let members = [member("a", &homes[0], 1), member("b", &homes[1], 2)];
    tx.join_incident("i", &members, at(20)).await.unwrap();
    tx.join_incident("i", &members, at(30)).await.unwrap();
    assert!(tx.lost_homes("north", "gateway_silent", at(0)).await.unwrap().is_empty(), "taken in");
    assert_eq!(tx.incident_of("a").await.unwrap(), Some(("i".to_owned(), "Elm".to_owned())));
    assert_eq!(tx.incident_of("c").await.unwrap(), None);
    assert_eq!(tx.open_members("i").await.unwrap().len(), 2);
    assert!(tx.is_of_incident("i", &homes[0]).await.unwrap() && !tx.is_of_incident("i", "elsewhere").await.unwrap());
    let open = tx.open_incidents("north").await.unwrap();
    assert_eq!((open.len(), open[0].homes, open[0].waiting, open[0].last_joined_at), (1, 2, 2, at(30)));
    tx.commit().await.unwrap();

    let whole = store.incident_whole(&Scope::All, "i").await.unwrap();
    let list: Vec<_> = whole.list.iter().map(|entry| (entry.name.as_str(), entry.vulnerability, entry.open_care_alerts)).collect();
    assert_eq!(list, [("A", Vulnerability::Usual, 1), ("B", Vulnerability::High, 0)], "a call for help goes first");
    let south = Scope::Only(vec!["south".to_owned()]);
    assert!(store.incident_whole(&south, "i").await.is_err() && store.incident(&south, "i").await.is_err());
    assert!(store.incidents(&south, None, None, None, 10).await.unwrap().is_empty());

    let mut tx = store.begin().await.unwrap();
    let by = Holder { id: "ann".to_owned(), name: "Ann".to_owned() };
    for result in [CheckResult::Well, CheckResult::NoAnswer] {
        let check = WelfareCheck { at: at(40), by: by.clone(), result, note: None };
        tx.add_check("i", &homes[0], &check).await.unwrap();
        let settled = tx.settled_homes("i").await.unwrap();
        assert_eq!(settled.contains(&homes[0]), result.settles(), "the newest look counts");
    }
    let heard = Alert { marks: vec!["condition_cleared".to_owned()], ..lost("b", &homes[1], Queue::Technical) };
    tx.save_alerts(&[heard]).await.unwrap();
    tx.commit().await.unwrap();
    let whole = store.incident_whole(&Scope::All, "i").await.unwrap();
    assert_eq!((whole.incident.waiting, whole.list[1].heard_again, whole.list[0].heard_again), (1, true, false));
    assert_eq!(whole.list[0].checked.as_ref().map(|check| (check.result, check.by.clone())), Some((CheckResult::NoAnswer, by)));

    let mut tx = store.begin().await.unwrap();
    tx.close_incident("i", at(50)).await.unwrap();
    tx.close_incident("i", at(60)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.incident(&Scope::All, "i").await.unwrap().closed_at, Some(at(50)));
    let listed = async |open| store.incidents(&Scope::All, Some("north"), open, None, 10).await.unwrap().len();
    assert_eq!((listed(Some(true)).await, listed(Some(false)).await, listed(None).await), (0, 1, 1));
    assert!(store.incidents(&Scope::All, None, None, Some("i"), 10).await.unwrap().is_empty());
}

async fn one_look_is_asked_for_however_often_it_is_needed(store: Store) {
    let mut tx = store.begin().await.unwrap();
    for due in [20, 10, 30] {
        tx.look_at_incidents("organisation/north", at(due)).await.unwrap();
    }
    let clocks = tx.clocks_of(&["organisation/north"]).await.unwrap();
    assert_eq!(clocks.iter().map(|clock| (clock.rule.as_str(), clock.due)).collect::<Vec<_>>(), [(INCIDENTS, at(10))], "the earliest");
}
