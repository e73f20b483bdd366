//! Rotas: every version kept, overrides made and withdrawn, people who can be reached, and the engine told.

use harken::domain::access::{Grant, Role, Scope};
use harken::domain::home::organisation_key;
use harken::domain::rota::{NewOverride, NewRota, Rota, RotaPatch, Swap};
use harken::store::ListQuery;
use serde_json::{Value, json};

use super::{Bench, all, at, conflict, invalid, is_not_found, on_both};

on_both!(
    every_version_is_kept_and_told,
    a_rota_names_people_who_can_be_reached,
    overrides_are_made_and_withdrawn,
    a_swap_is_two_overrides_or_none,
    shifts_are_found_by_whom_a_rota_names,
    rotas_of_others_are_out_of_reach,
    the_engine_looks_again_when_something_changes,
);

impl Bench {
    /// A user of this id, with a role in this organisation.
    async fn user(&self, id: &str, organisation: Option<&str>) {
        let mut tx = self.store.begin().await.unwrap();
        tx.insert_user(id, id, &format!("Person {id}"), "hash", at(0)).await.unwrap();
        tx.set_grants(id, &[Grant { role: Role::Responder, organisation: organisation.map(str::to_owned) }]).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn rota(&self, organisation: &str, persons: &[&str]) -> Rota {
        self.store.create_rota(&self.by, at(1), &Scope::All, &new(organisation, persons)).await.expect("a rota")
    }
}

fn layers(persons: &[&str]) -> Value {
    let hand_over = json!({ "every": "weeks", "on": "mon", "at": "09:00" });
    json!([{ "name": "Weeks", "persons": persons, "hand_over": hand_over, "starts_at": "2026-03-02T09:00:00Z" }])
}

fn new(organisation: &str, persons: &[&str]) -> NewRota {
    serde_json::from_value(json!({ "organisation": organisation, "name": "Responders", "layers": layers(persons) })).unwrap()
}

fn patch(change: Value) -> RotaPatch {
    serde_json::from_value(change).unwrap()
}

fn exception(person: Option<&str>, from: &str, until: &str) -> NewOverride {
    serde_json::from_value(json!({ "from": from, "until": until, "person": person, "reason": "leave" })).unwrap()
}

async fn every_version_is_kept_and_told(bench: Bench) {
    let (store, by, everywhere) = (&bench.store, &bench.by, &Scope::All);
    bench.organisation("o").await;
    bench.user("ann", Some("o")).await;
    bench.user("bob", None).await;
    let made = bench.rota("o", &["ann", "bob"]).await;
    assert_eq!((made.version, made.zone.name()), (1, "Europe/London"), "the organisation's zone");
    assert_eq!(store.rota(everywhere, &made.id).await.unwrap(), made);
    let changed = store.change_rota(by, at(2), everywhere, &made.id, &patch(json!({ "name": "Nights", "version": 1 }))).await.unwrap();
    assert_eq!((changed.version, &*changed.name, &changed.layers), (2, "Nights", &made.layers));
    let stale = patch(json!({ "name": "Days", "version": 1 }));
    assert!(conflict(store.change_rota(by, at(3), everywhere, &made.id, &stale).await).contains("version 2"));
    assert!(invalid(store.change_rota(by, at(3), everywhere, &made.id, &patch(json!({ "zone": "Mars/Base" }))).await).contains("IANA"));
    let archived = store.change_rota(by, at(4), everywhere, &made.id, &patch(json!({ "archived": true }))).await.unwrap();
    assert_eq!(archived.archived_at, Some(at(4)));
    assert!(store.rotas(&all(everywhere)).await.unwrap().is_empty());
    assert!(store.rotas_of(everywhere).await.unwrap().is_empty());
    assert_eq!(store.rotas(&ListQuery { archived: true, ..all(everywhere) }).await.unwrap(), vec![archived.clone()]);
    assert_eq!(store.rota_versions(everywhere, &made.id, None, 10).await.unwrap(), [archived, changed.clone(), made.clone()]);
    assert_eq!(store.rota_versions(everywhere, &made.id, Some(3), 1).await.unwrap(), [changed]);
    let query = harken::store::audit::AuditQuery {
        scope: everywhere,
        organisation: None,
        who: None,
        object: Some(&made.id),
        action: None,
        from: None,
        to: None,
        before: None,
        limit: 10,
    };
    let deeds: Vec<String> = store.audit_records(&query).await.unwrap().into_iter().map(|record| record.action).collect();
    assert_eq!(deeds, ["archived", "changed", "created"]);
}

async fn a_rota_names_people_who_can_be_reached(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    bench.organisation("p").await;
    bench.user("ann", Some("o")).await;
    bench.user("all", None).await;
    bench.user("other", Some("p")).await;
    bench.user("gone", Some("o")).await;
    let mut tx = store.begin().await.unwrap();
    tx.archive_user("gone", at(0)).await.unwrap();
    let reached = tx.reachable("o", &["ann", "all", "other", "gone", "nobody"]).await.unwrap();
    assert_eq!(reached.into_iter().collect::<Vec<_>>(), ["all", "ann"]);
    assert_eq!(
        tx.names_of(&["gone", "nobody"]).await.unwrap().into_iter().collect::<Vec<_>>(),
        [("gone".to_owned(), "Person gone".to_owned())]
    );
    tx.commit().await.unwrap();
    for stranger in ["other", "gone", "nobody"] {
        let say = invalid(store.create_rota(by, at(1), &Scope::All, &new("o", &["ann", stranger])).await);
        assert!(say.contains(&format!("`{stranger}` cannot be put on call")) && !say.contains("`ann`"), "{say}");
    }
    let rota = bench.rota("o", &["ann", "all"]).await;
    let say = invalid(store.change_rota(by, at(2), &Scope::All, &rota.id, &patch(json!({ "layers": layers(&["other"]) }))).await);
    assert!(say.contains("`other`"), "{say}");
    let new = exception(Some("gone"), "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z");
    assert!(invalid(store.add_overrides(by, at(2), &Scope::All, &rota.id, &[new]).await).contains("`gone`"));
    assert_eq!(store.names_in(&[rota]).await.unwrap().len(), 2);
}

async fn overrides_are_made_and_withdrawn(bench: Bench) {
    let (store, by, scope) = (&bench.store, &bench.by, &Scope::All);
    bench.organisation("o").await;
    bench.user("ann", Some("o")).await;
    bench.user("bob", Some("o")).await;
    let rota = bench.rota("o", &["ann"]).await;
    let whole_march = exception(Some("bob"), "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z");
    let april = exception(None, "2026-04-01T00:00:00Z", "2026-04-02T00:00:00Z");
    let made = store.add_overrides(by, at(10), scope, &rota.id, &[whole_march.clone(), april]).await.unwrap();
    assert_eq!(made.overrides.iter().map(|each| (each.n, each.person.as_deref())).collect::<Vec<_>>(), [(1, Some("bob")), (2, None)]);
    assert_eq!((made.version, &*made.overrides[0].author, made.overrides[0].created_at), (2, "tester", at(10)));

    let after = store.withdraw_override(by, at(20), scope, &rota.id, 2).await.unwrap();
    assert_eq!(after.overrides.len(), 1, "one to come is gone");
    assert!(is_not_found(&store.withdraw_override(by, at(20), scope, &rota.id, 2).await));
    let after = store.withdraw_override(by, at(20), scope, &rota.id, 1).await.unwrap();
    assert_eq!(after.overrides[0].until, at(20), "one that has begun ends now");
    assert!(conflict(store.withdraw_override(by, at(21), scope, &rota.id, 1).await).contains("over"));

    let again = store.add_overrides(by, at(30), scope, &rota.id, std::slice::from_ref(&whole_march)).await.unwrap();
    assert_eq!(again.overrides.last().unwrap().n, 3, "a number is never given twice");
    let past = exception(Some("bob"), "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    assert!(invalid(store.add_overrides(by, at(30), scope, &rota.id, &[past]).await).contains("over already"));
    store.change_rota(by, at(40), scope, &rota.id, &patch(json!({ "archived": true }))).await.unwrap();
    assert!(conflict(store.add_overrides(by, at(41), scope, &rota.id, &[whole_march]).await).contains("archived"));
}

async fn a_swap_is_two_overrides_or_none(bench: Bench) {
    let (store, by, scope) = (&bench.store, &bench.by, &Scope::All);
    bench.organisation("o").await;
    bench.user("ann", Some("o")).await;
    bench.user("bob", Some("o")).await;
    let rota = bench.rota("o", &["ann", "bob"]).await;
    let swap = |other: &str| -> Swap {
        serde_json::from_value(json!({
            "one": { "person": "ann", "from": "2026-03-02T09:00:00Z", "until": "2026-03-09T09:00:00Z" },
            "other": { "person": other, "from": "2026-03-09T09:00:00Z", "until": "2026-03-16T09:00:00Z" },
            "reason": "a wedding"
        }))
        .unwrap()
    };
    let has_shift = |_: &Rota, person: &str, _, _| person != "bob";
    assert!(conflict(store.swap_shifts(by, at(2), scope, &rota.id, &swap("bob"), has_shift).await).contains("`bob` is never on call"));
    assert!(invalid(store.swap_shifts(by, at(2), scope, &rota.id, &swap("ann"), |_, _, _, _| true).await).contains("two people"));
    assert!(invalid(store.swap_shifts(by, at(2), scope, &rota.id, &swap("eve"), |_, _, _, _| true).await).contains("`eve`"));
    assert!(store.rota(scope, &rota.id).await.unwrap().overrides.is_empty(), "neither half of what was refused holds");
    let swapped = store.swap_shifts(by, at(2), scope, &rota.id, &swap("bob"), |_, _, _, _| true).await.unwrap();
    let halves: Vec<_> = swapped.overrides.iter().map(|each| (each.instead_of.as_deref(), each.person.as_deref())).collect();
    assert_eq!(halves, [(Some("ann"), Some("bob")), (Some("bob"), Some("ann"))]);
}

async fn shifts_are_found_by_whom_a_rota_names(bench: Bench) {
    let (store, by, scope) = (&bench.store, &bench.by, &Scope::All);
    bench.organisation("o").await;
    for person in ["ann", "bob", "eve"] {
        bench.user(person, Some("o")).await;
    }
    let (one, two) = (bench.rota("o", &["ann"]).await, bench.rota("o", &["ann", "bob"]).await);
    let naming =
        async |person: &str| -> Vec<String> { store.rotas_naming(scope, person).await.unwrap().into_iter().map(|rota| rota.id).collect() };
    assert_eq!(naming("ann").await.len(), 2);
    assert_eq!(naming("bob").await, std::slice::from_ref(&two.id));
    let new = exception(Some("eve"), "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z");
    store.add_overrides(by, at(2), scope, &one.id, &[new]).await.unwrap();
    assert_eq!(naming("eve").await, std::slice::from_ref(&one.id), "by an override");
    store.withdraw_override(by, at(3), scope, &one.id, 1).await.unwrap();
    assert!(naming("eve").await.is_empty());
    store.change_rota(by, at(4), scope, &two.id, &patch(json!({ "layers": layers(&["bob"]) }))).await.unwrap();
    assert_eq!(naming("ann").await, [one.id], "no longer by the other");
}

async fn rotas_of_others_are_out_of_reach(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    let yours = bench.organisation("yours").await;
    bench.organisation("mine").await;
    bench.user("ann", Some("mine")).await;
    let rota = bench.rota("mine", &["ann"]).await;
    assert!(is_not_found(&store.rota(&yours, &rota.id).await));
    assert!(is_not_found(&store.rota_versions(&yours, &rota.id, None, 1).await));
    assert!(is_not_found(&store.create_rota(by, at(1), &yours, &new("mine", &["ann"])).await));
    assert!(is_not_found(&store.change_rota(by, at(2), &yours, &rota.id, &patch(json!({ "name": "x" }))).await));
    assert!(is_not_found(&store.withdraw_override(by, at(2), &yours, &rota.id, 1).await));
    let new = exception(None, "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z");
    assert!(is_not_found(&store.add_overrides(by, at(2), &yours, &rota.id, &[new]).await));
    assert!(store.rotas(&all(&yours)).await.unwrap().is_empty());
    assert!(store.rotas_of(&yours).await.unwrap().is_empty());
    assert!(store.rotas_naming(&yours, "ann").await.unwrap().is_empty());
    assert_eq!(store.rota(&Scope::All, &rota.id).await.unwrap(), rota, "untouched");
}

async fn the_engine_looks_again_when_something_changes(bench: Bench) {
    let (store, by, scope) = (&bench.store, &bench.by, &Scope::All);
    bench.organisation("o").await;
    bench.user("ann", Some("o")).await;
    let rota = bench.rota("o", &["ann"]).await;
    let key = organisation_key("o");
    let due = async || -> Vec<_> { bench.clocks(&key).await };
    let clock = |due| vec![("#coverage".to_owned(), rota.id.clone(), due)];
    assert_eq!(due().await, clock(at(1)));
    store.change_rota(by, at(5), scope, &rota.id, &patch(json!({ "name": "x" }))).await.unwrap();
    assert_eq!(due().await, clock(at(5)));
    let mut tx = store.begin().await.unwrap();
    tx.archive_user("ann", at(6)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(due().await[0].2 < at(5), "her absence is looked at at once");
    let mut tx = store.begin().await.unwrap();
    let place = tx.load_homes(&[&key, "organisation/nobody"]).await.unwrap();
    assert_eq!(place.len(), 1);
    assert_eq!((&*place[0].home.key, &*place[0].home.organisation), ("organisation/o", "o"));
}
