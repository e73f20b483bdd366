//! Homes are found as people look for them.

use std::sync::Arc;

use harken::domain::access::Scope;
use harken::domain::register::{NewContact, NewGateway, NewHome, NewOrganisation, NewResident};
use harken::store::{HomeSearch, ListQuery};

use super::{Bench, at, on_both};

on_both!(homes_are_found_by_what_people_know_of_them);

async fn homes_are_found_by_what_people_know_of_them(bench: Bench) {
    let (store, by, all) = (&bench.store, &bench.by, Scope::All);
    let mut ids = Vec::new();
    for (second, organisation, name, address, number) in [
        (1, "north", "Rose Cottage", "1 Elm Row, Harwick", "tel:+441632960001"),
        (2, "south", "Flat 50%", "2 Elm Row, Aldham", "tel:+441632960002"),
    ] {
        store
            .create_organisation(by, at(0), &NewOrganisation { id: Some(organisation.into()), name: organisation.into(), zone: None })
            .await
            .unwrap();
        let new = NewHome {
            organisation: organisation.into(),
            name: name.into(),
            address: address.into(),
            call_back: Some(number.into()),
            ..NewHome::default()
        };
        ids.push(store.create_home(by, at(second), &all, &bench.key, &new).await.unwrap().id);
    }
    for (second, name) in [(5, "Ada Smith"), (6, "مريم الهاشمي")] {
        let resident = NewResident { home: ids[0].clone(), name: name.into(), ..NewResident::default() };
        store.create_resident(by, at(second), &all, &resident).await.unwrap();
    }
    let contact = NewContact { home: ids[1].clone(), name: "Bo".into(), telephone: "(07700) 900-123".into(), ..NewContact::default() };
    store.create_contact(by, at(8), &all, &contact).await.unwrap();
    let gateway = NewGateway { id: "GW-77".into(), home: ids[1].clone(), ..NewGateway::default() };
    store.create_gateway(by, at(9), &all, &gateway).await.unwrap();

    let find = |scope: Scope, typed: &'static str| async move {
        let query = ListQuery { scope: &scope, organisation: None, home: None, archived: false, after: None, limit: 10 };
        store.find_homes(&query, &HomeSearch::of(typed)).await.unwrap()
    };
    for (typed, found) in [
        ("", vec![0, 1]),
        ("elm", vec![0, 1]),
        ("ELM harw", vec![0]),
        ("ada", vec![0]),
        ("مريم", vec![0]),
        ("gw-77", vec![1]),
        ("01632 960002", vec![1]),
        ("07700 900123", vec![1]),
        ("%", vec![1]),
        ("_", vec![]),
        ("elm nowhere", vec![]),
        ("' OR 1=1 --", vec![]),
    ] {
        let there: Vec<String> = find(Scope::All, typed).await.into_iter().map(|home| home.id).collect();
        assert_eq!(there, found.iter().map(|n: &usize| ids[*n].clone()).collect::<Vec<_>>(), "{typed}");
    }
    assert_eq!(find(Scope::All, "rose").await[0].residents, ["Ada Smith", "مريم الهاشمي"]);
    assert!(find(Scope::Only(vec!["south".into()]), "ada").await.is_empty(), "nobody finds another organisation's people");
    let search = HomeSearch { ids: Some(vec![ids[1].clone(), "none".into()]), ..HomeSearch::default() };
    let query = ListQuery { scope: &Scope::All, organisation: None, home: None, archived: false, after: None, limit: 10 };
    assert_eq!(store.find_homes(&query, &search).await.unwrap().len(), 1);
    let nothing = HomeSearch { ids: Some(Vec::new()), ..HomeSearch::default() };
    assert!(store.find_homes(&query, &nothing).await.unwrap().is_empty());

    let mut tx = store.begin().await.unwrap();
    tx.gateways_heard(&[(Arc::from("GW-77"), at(20))]).await.unwrap();
    tx.commit().await.unwrap();
    for (installing, found) in [(true, &ids[0]), (false, &ids[1])] {
        let search = HomeSearch { installing: Some(installing), ..HomeSearch::default() };
        let there = store.find_homes(&query, &search).await.unwrap();
        assert_eq!(there.iter().map(|home| (&home.id, home.installing)).collect::<Vec<_>>(), [(found, installing)]);
    }
}
