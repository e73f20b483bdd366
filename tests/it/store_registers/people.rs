//! Organisations, homes, residents and contacts.

use harken::domain::access::Scope;
use harken::domain::register::{
    ContactPatch, HomePatch, NewContact, NewHome, NewOrganisation, NewResident, OrganisationPatch, ResidentPatch,
};
use harken::domain::register::{DevicePatch, NewDevice};
use harken::secrets::KeySafe;

use super::{Bench, all, at, conflict, invalid, is_not_found, on_both};

on_both!(
    organisations_are_entered_changed_and_archived,
    homes_are_entered_changed_and_archived,
    key_safe_codes_are_kept_encrypted,
    a_change_of_a_home_makes_the_engine_look_again,
    residents_are_entered_changed_and_moved,
    contacts_are_entered_changed_and_archived,
    nobody_reaches_into_another_organisation,
);

async fn organisations_are_entered_changed_and_archived(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    let new =
        |id: &str, zone: Option<&str>| NewOrganisation { id: Some(id.to_owned()), name: "North".to_owned(), zone: zone.map(str::to_owned) };
    let north = store.create_organisation(by, at(0), &new("north", None)).await.unwrap();
    assert_eq!((north.zone.as_str(), north.created_at), ("Europe/London", at(0)));
    assert_eq!(store.organisation(&Scope::All, "north").await.unwrap(), north);
    assert!(conflict(store.create_organisation(by, at(1), &new("north", None)).await).contains("`north`"));
    assert!(invalid(store.create_organisation(by, at(1), &new("x", Some("Mars/Base"))).await).contains("IANA"));
    assert!(invalid(store.create_organisation(by, at(1), &new("unclaimed", None)).await).contains("reserved"));
    let made = store.create_organisation(by, at(2), &NewOrganisation { id: None, name: "South".to_owned(), zone: None }).await.unwrap();

    let renamed = OrganisationPatch { name: Some("North East".to_owned()), ..OrganisationPatch::default() };
    let changed = store.change_organisation(by, at(3), &Scope::All, "north", &renamed).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.zone.as_str()), ("North East", "Europe/London"));
    assert_eq!(store.organisation(&Scope::All, "north").await.unwrap(), changed);

    let archive = OrganisationPatch { archived: Some(true), ..OrganisationPatch::default() };
    assert_eq!(store.change_organisation(by, at(4), &Scope::All, "north", &archive).await.unwrap().archived_at, Some(at(4)));
    assert_eq!(
        store.change_organisation(by, at(5), &Scope::All, "north", &archive).await.unwrap().archived_at,
        Some(at(4)),
        "twice is once"
    );
    let live = store.organisations(&all(&Scope::All)).await.unwrap();
    assert_eq!(live.iter().map(|each| each.id.as_str()).collect::<Vec<_>>(), [made.id.as_str()]);
    let home = NewHome { organisation: "north".to_owned(), name: "Late".to_owned(), ..NewHome::default() };
    assert!(conflict(store.create_home(by, at(6), &Scope::All, &bench.key, &home).await).contains("archived"));
    let back = OrganisationPatch { archived: Some(false), ..OrganisationPatch::default() };
    assert_eq!(store.change_organisation(by, at(7), &Scope::All, "north", &back).await.unwrap().archived_at, None);
}

async fn homes_are_entered_changed_and_archived(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    let zoned = NewOrganisation { id: Some("o".to_owned()), name: "O".to_owned(), zone: Some("Europe/Lisbon".to_owned()) };
    store.create_organisation(by, at(0), &zoned).await.unwrap();
    let new = NewHome { organisation: "o".to_owned(), name: "1 High Street".to_owned(), ..NewHome::default() };
    let home = store.create_home(by, at(1), &Scope::All, &bench.key, &new).await.unwrap();
    assert_eq!((home.zone.as_str(), home.has_key_safe, bench.version(&home.id).await), ("Europe/Lisbon", false, 1));
    assert_eq!(store.home(&Scope::All, &home.id).await.unwrap(), home);
    assert_eq!(store.homes_named(&Scope::All, "1 High Street").await.unwrap(), std::slice::from_ref(&home));
    assert!(store.homes_named(&Scope::All, "2 High Street").await.unwrap().is_empty());

    let bad = NewHome { call_back: Some("01234".to_owned()), zone: Some("X".to_owned()), name: " ".to_owned(), ..new.clone() };
    let say = invalid(store.create_home(by, at(2), &Scope::All, &bench.key, &bad).await);
    assert!(say.contains("`name`") && say.contains("`call_back`") && say.contains("`zone`"), "{say}");
    let nowhere = NewHome { organisation: "nowhere".to_owned(), ..new };
    assert!(is_not_found(&store.create_home(by, at(2), &Scope::All, &bench.key, &nowhere).await));

    let patch = HomePatch { call_back: Some(Some("tel:+441".to_owned())), locality: Some("Leeds".to_owned()), ..HomePatch::default() };
    let changed = store.change_home(by, at(3), &Scope::All, &bench.key, &home.id, &patch).await.unwrap();
    assert_eq!((changed.call_back.as_deref(), changed.locality.as_str()), (Some("tel:+441"), "Leeds"));
    let cleared = HomePatch { call_back: Some(None), archived: Some(true), ..HomePatch::default() };
    let archived = store.change_home(by, at(4), &Scope::All, &bench.key, &home.id, &cleared).await.unwrap();
    assert_eq!((archived.call_back, archived.archived_at, archived.locality.as_str()), (None, Some(at(4)), "Leeds"));
    assert!(store.homes(&all(&Scope::All)).await.unwrap().is_empty());
    let with_archived = harken::store::ListQuery { archived: true, ..all(&Scope::All) };
    assert_eq!(store.homes(&with_archived).await.unwrap().len(), 1);
    let nonsense = HomePatch { zone: Some("Nowhere".to_owned()), ..HomePatch::default() };
    assert!(invalid(store.change_home(by, at(5), &Scope::All, &bench.key, &home.id, &nonsense).await).contains("IANA"));
}

async fn key_safe_codes_are_kept_encrypted(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    let new = NewHome { organisation: "o".to_owned(), name: "H".to_owned(), key_safe: Some("blue-4711".to_owned()), ..NewHome::default() };
    let home = store.create_home(by, at(0), &Scope::All, &bench.key, &new).await.unwrap();
    assert!(home.has_key_safe);
    let sealed = store.sealed_key_safe(&Scope::All, &home.id).await.unwrap().unwrap();
    assert!(!sealed.windows(9).any(|part| part == b"blue-4711"));
    assert_eq!(bench.key.open(&home.id, &sealed).unwrap(), "blue-4711");
    assert!(KeySafe::from_key(&[2; 32]).open(&home.id, &sealed).is_err(), "another key");

    let other = HomePatch { key_safe: Some(Some("blue-0815".to_owned())), ..HomePatch::default() };
    store.change_home(by, at(1), &Scope::All, &bench.key, &home.id, &other).await.unwrap();
    let sealed = store.sealed_key_safe(&Scope::All, &home.id).await.unwrap().unwrap();
    assert_eq!(bench.key.open(&home.id, &sealed).unwrap(), "blue-0815");
    let untouched = HomePatch { name: Some("I".to_owned()), ..HomePatch::default() };
    assert!(store.change_home(by, at(2), &Scope::All, &bench.key, &home.id, &untouched).await.unwrap().has_key_safe);
    let none = HomePatch { key_safe: Some(None), ..HomePatch::default() };
    assert!(!store.change_home(by, at(3), &Scope::All, &bench.key, &home.id, &none).await.unwrap().has_key_safe);
    assert_eq!(store.sealed_key_safe(&Scope::All, &home.id).await.unwrap(), None);
    assert!(is_not_found(&store.sealed_key_safe(&Scope::Only(vec!["other".to_owned()]), &home.id).await));

    let trail = store.audit_records(&super::reading::trail(&Scope::All)).await.unwrap();
    let told = serde_json::to_string(&trail).unwrap();
    assert!(told.contains("key_safe_changed") && !told.contains("blue-4711") && !told.contains("blue-0815"), "{told}");
}

async fn a_change_of_a_home_makes_the_engine_look_again(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    bench.gateway("gw", &home.id).await;
    let before = bench.version(&home.id).await;
    let mut tx = store.begin().await.unwrap();
    let later =
        |rule: &str, due| harken::store::states::ClockRow { home: home.id.clone(), rule: rule.to_owned(), subject: "home".to_owned(), due };
    tx.save_clocks(vec![later("inactivity", at(9000)), later("overdue", at(1))]).await.unwrap();
    tx.commit().await.unwrap();
    let zone = HomePatch { zone: Some("Europe/Paris".to_owned()), ..HomePatch::default() };
    store.change_home(by, at(100), &Scope::All, &bench.key, &home.id, &zone).await.unwrap();
    assert_eq!(bench.version(&home.id).await, before + 1);
    let clocks = bench.clocks(&home.id).await;
    assert!(clocks.iter().all(|(_, _, due)| *due <= at(100)), "{clocks:?}");
    assert!(clocks.contains(&("overdue".to_owned(), "home".to_owned(), at(1))), "an overdue clock keeps its true time: {clocks:?}");
}

async fn residents_are_entered_changed_and_moved(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    let (old, new_home) = (bench.home("o", "A").await, bench.home("o", "B").await);
    bench.gateway("gw", &old.id).await;
    let new = NewResident {
        home: old.id.clone(),
        name: "Ann Other".to_owned(),
        born: Some("1940-02-29".to_owned()),
        medical: "asthma".to_owned(),
        vulnerability: harken::domain::incident::Vulnerability::High,
        ..NewResident::default()
    };
    let ann = store.create_resident(by, at(1), &Scope::All, &new).await.unwrap();
    assert_eq!(store.resident(&Scope::All, &ann.id).await.unwrap(), ann);
    assert_eq!(store.residents(&all(&Scope::All)).await.unwrap(), std::slice::from_ref(&ann));
    assert!(bench.version(&old.id).await > 1, "who lives there is part of a decision");
    let bad = NewResident { born: Some("29.2.1940".to_owned()), ..new.clone() };
    assert!(invalid(store.create_resident(by, at(1), &Scope::All, &bad).await).contains("YYYY-MM-DD"));
    assert!(is_not_found(&store.create_resident(by, at(1), &Scope::All, &NewResident { home: "none".to_owned(), ..new }).await));

    let pendant = NewDevice { gateway: "gw".to_owned(), address: "p1".to_owned(), resident: Some(ann.id.clone()), ..NewDevice::default() };
    let pendant = store.create_device(by, at(2), &Scope::All, &pendant).await.unwrap();
    let (before_old, before_new) = (bench.version(&old.id).await, bench.version(&new_home.id).await);
    let vulnerability = Some(harken::domain::incident::Vulnerability::Raised);
    let patch = ResidentPatch { home: Some(new_home.id.clone()), born: Some(None), vulnerability, ..ResidentPatch::default() };
    let moved = store.change_resident(by, at(3), &Scope::All, &ann.id, &patch).await.unwrap();
    assert_eq!((moved.home.as_str(), moved.born, moved.medical.as_str()), (new_home.id.as_str(), None, "asthma"));
    assert_eq!(bench.version(&old.id).await, before_old + 1);
    assert_eq!(bench.version(&new_home.id).await, before_new + 1);
    assert_eq!(store.device(&Scope::All, &pendant.id).await.unwrap().resident, None, "the pendant stayed behind");
    let wearer = DevicePatch { resident: Some(Some(ann.id.clone())), ..DevicePatch::default() };
    assert!(invalid(store.change_device(by, at(4), &Scope::All, &pendant.id, &wearer).await).contains("resident of the home"));
    let nowhere = ResidentPatch { home: Some("none".to_owned()), ..ResidentPatch::default() };
    assert!(is_not_found(&store.change_resident(by, at(4), &Scope::All, &ann.id, &nowhere).await));
    let archive = ResidentPatch { archived: Some(true), ..ResidentPatch::default() };
    store.change_resident(by, at(5), &Scope::All, &ann.id, &archive).await.unwrap();
    assert!(store.residents(&all(&Scope::All)).await.unwrap().is_empty());
}

async fn contacts_are_entered_changed_and_archived(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    let home = bench.home("o", "A").await;
    let new = |name: &str, calling_order| NewContact {
        home: home.id.clone(),
        name: name.to_owned(),
        telephone: "01234 567".to_owned(),
        calling_order,
        ..NewContact::default()
    };
    let second = store.create_contact(by, at(1), &Scope::All, &new("Second", 2)).await.unwrap();
    let first = store.create_contact(by, at(2), &Scope::All, &new("First", 1)).await.unwrap();
    assert_eq!(store.contact(&Scope::All, &first.id).await.unwrap(), first);
    assert_eq!(store.contacts(&all(&Scope::All), None).await.unwrap(), [first.clone(), second.clone()], "in calling order");
    let key = (home.id.clone(), 1, first.id.clone());
    assert_eq!(store.contacts(&all(&Scope::All), Some(&key)).await.unwrap(), std::slice::from_ref(&second));
    let say = invalid(store.create_contact(by, at(2), &Scope::All, &new("", -1)).await);
    assert!(say.contains("`name`") && say.contains("`calling_order`"), "{say}");

    let patch = ContactPatch { key_holder: Some(true), calling_order: Some(0), ..ContactPatch::default() };
    let changed = store.change_contact(by, at(3), &Scope::All, &second.id, &patch).await.unwrap();
    assert!(changed.key_holder && changed.name == "Second");
    assert_eq!(store.contacts(&all(&Scope::All), None).await.unwrap(), [changed, first.clone()]);
    let archive = ContactPatch { archived: Some(true), ..ContactPatch::default() };
    store.change_contact(by, at(4), &Scope::All, &second.id, &archive).await.unwrap();
    assert_eq!(store.contacts(&all(&Scope::All), None).await.unwrap(), [first]);
}

async fn nobody_reaches_into_another_organisation(bench: Bench) {
    let (store, by, key) = (&bench.store, &bench.by, &bench.key);
    let (mine, yours) = (bench.organisation("mine").await, bench.organisation("yours").await);
    let home = bench.home("mine", "A").await;
    let theirs = bench.home("yours", "B").await;
    let ann = bench.resident(&home.id, "Ann").await;
    let contact = NewContact { home: home.id.clone(), name: "C".to_owned(), telephone: "1".to_owned(), ..NewContact::default() };
    let contact = store.create_contact(by, at(1), &mine, &contact).await.unwrap();

    assert!(is_not_found(&store.organisation(&yours, "mine").await));
    assert!(is_not_found(&store.change_organisation(by, at(1), &yours, "mine", &OrganisationPatch::default()).await));
    assert!(is_not_found(&store.home(&yours, &home.id).await));
    assert!(is_not_found(&store.change_home(by, at(1), &yours, key, &home.id, &HomePatch::default()).await));
    assert!(is_not_found(&store.resident(&yours, &ann.id).await));
    assert!(is_not_found(&store.change_resident(by, at(1), &yours, &ann.id, &ResidentPatch::default()).await));
    let abduct = ResidentPatch { home: Some(theirs.id.clone()), ..ResidentPatch::default() };
    assert!(is_not_found(&store.change_resident(by, at(1), &mine, &ann.id, &abduct).await), "into a home of another organisation");
    assert!(is_not_found(&store.contact(&yours, &contact.id).await));
    assert!(is_not_found(&store.change_contact(by, at(1), &yours, &contact.id, &ContactPatch::default()).await));
    let intrude = NewHome { organisation: "mine".to_owned(), name: "X".to_owned(), ..NewHome::default() };
    assert!(is_not_found(&store.create_home(by, at(1), &yours, key, &intrude).await));
    for scope in [&yours, &Scope::Only(Vec::new())] {
        assert!(store.organisations(&all(scope)).await.unwrap().iter().all(|each| each.id == "yours"));
        assert!(store.homes(&all(scope)).await.unwrap().iter().all(|each| each.organisation == "yours"));
        assert!(store.homes_named(scope, "A").await.unwrap().is_empty());
        assert!(store.residents(&all(scope)).await.unwrap().is_empty());
        assert!(store.contacts(&all(scope), None).await.unwrap().is_empty());
    }
    assert_eq!(store.homes(&all(&mine)).await.unwrap(), [home]);
}
