//! Plans: every version kept, each with a reason, and the engine told.

use harken::domain::access::Scope;
use harken::domain::plan::{Ends, Overrides, SettingValue};
use harken::domain::register::{NewDevice, PlanChange, PlanScope, PlanVersion};
use harken::store::Actor;

use super::{Bench, at, conflict, invalid, is_not_found, on_both};

on_both!(
    every_version_is_kept,
    an_override_has_an_author_a_reason_and_an_end,
    a_plan_reaches_the_decisions_that_it_bears_on,
    plans_of_others_are_out_of_reach
);

fn change(minutes: f64, reason: &str) -> PlanChange {
    let overrides = Overrides::from([("bed_not_returned.minutes".to_owned(), SettingValue::Number(minutes))]);
    PlanChange { overrides, ends: Ends::new(), reason: reason.to_owned(), version: None }
}

async fn every_version_is_kept(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    assert_eq!(store.plan(&Scope::All, PlanScope::Home, &home.id).await.unwrap(), PlanVersion::none());
    let first = store.change_plan(by, at(1), &Scope::All, PlanScope::Home, &home.id, &change(20.0, "walks slowly")).await.unwrap();
    assert_eq!((first.version, first.author.as_deref(), first.created_at), (1, Some("tester"), Some(at(1))));
    let second = store.change_plan(by, at(2), &Scope::All, PlanScope::Home, &home.id, &change(25.0, "slower still")).await.unwrap();
    assert_eq!(store.plan(&Scope::All, PlanScope::Home, &home.id).await.unwrap(), second);
    let versions = store.plan_versions(&Scope::All, PlanScope::Home, &home.id, None, 10).await.unwrap();
    assert_eq!(versions, [second, first.clone()]);
    assert_eq!(store.plan_versions(&Scope::All, PlanScope::Home, &home.id, Some(2), 10).await.unwrap(), [first]);

    assert!(invalid(store.change_plan(by, at(3), &Scope::All, PlanScope::Home, &home.id, &change(1.0, " ")).await).contains("reason"));
    let stale = PlanChange { version: Some(1), ..change(1.0, "from an old page") };
    assert!(conflict(store.change_plan(by, at(3), &Scope::All, PlanScope::Home, &home.id, &stale).await).contains("version 2"));
    let fresh = PlanChange { version: Some(2), ..stale };
    assert_eq!(store.change_plan(by, at(3), &Scope::All, PlanScope::Home, &home.id, &fresh).await.unwrap().version, 3);
}

async fn an_override_has_an_author_a_reason_and_an_end(bench: Bench) {
    let store = &bench.store;
    bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    let name = "bed_not_returned.minutes".to_owned();
    let set = async |by: &str, now, change: &PlanChange| {
        let by = Actor { id: by.to_owned() };
        store.change_plan(&by, at(now), &Scope::All, PlanScope::Home, &home.id, change).await
    };
    let first = PlanChange { ends: Ends::from([(name.clone(), at(100))]), ..change(20.0, "after the operation") };
    let version = set("ann", 1, &first).await.unwrap();
    let detail = version.details[&name].clone();
    assert_eq!((detail.until, detail.author.as_deref(), detail.set_at), (Some(at(100)), Some("ann"), Some(at(1))));
    let mut more = PlanChange { reason: "and warmer".to_owned(), ..first.clone() };
    more.overrides.insert("temperature_low.limit".to_owned(), SettingValue::Number(18.0));
    let version = set("bob", 2, &more).await.unwrap();
    assert_eq!(version.details[&name], detail, "what stays as it was keeps its author and reason");
    let other = &version.details["temperature_low.limit"];
    assert_eq!((other.author.as_deref(), other.reason.as_deref(), other.until), (Some("bob"), Some("and warmer"), None));
    let mut tx = store.begin().await.unwrap();
    let loaded = tx.load_homes(&[&home.id]).await.unwrap().pop().unwrap().home;
    drop(tx);
    let minutes = |now| loaded.plan.lookup(&name, None, None, at(now)).and_then(SettingValue::number);
    assert_eq!((minutes(99), minutes(100)), (Some(20.0), None));
    let past = PlanChange { ends: Ends::from([(name.clone(), at(2))]), ..change(20.0, "x") };
    assert!(invalid(set("ann", 3, &past).await).contains("in the past"));
    assert!(set("ann", 200, &first).await.is_ok(), "what has ended may stand as it stood");
    let nothing = PlanChange { ends: Ends::from([("a.b".to_owned(), at(900))]), ..change(20.0, "x") };
    assert!(invalid(set("ann", 201, &nothing).await).contains("does not set"));
}

async fn a_plan_reaches_the_decisions_that_it_bears_on(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    bench.organisation("p").await;
    let (one, two, other) = (bench.home("o", "1").await, bench.home("o", "2").await, bench.home("p", "3").await);
    bench.gateway("gw1", &one.id).await;
    bench.gateway("gw2", &two.id).await;
    bench.gateway("gw3", &other.id).await;
    let device = NewDevice { gateway: "gw1".to_owned(), address: "bed".to_owned(), ..NewDevice::default() };
    let device = store.create_device(by, at(1), &Scope::All, &device).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    for home in [&one, &two, &other] {
        let clock =
            harken::store::states::ClockRow { home: home.id.clone(), rule: "r".to_owned(), subject: "home".to_owned(), due: at(90_000) };
        tx.save_clocks(vec![clock]).await.unwrap();
    }
    tx.commit().await.unwrap();
    let looked_at = async |home: &str, now| bench.clocks(home).await.iter().all(|(_, _, due)| *due <= at(now));
    let versions = async || (bench.version(&one.id).await, bench.version(&two.id).await, bench.version(&other.id).await);

    let ann = bench.resident(&other.id, "Ann").await;
    let (a, b, c) = versions().await;
    store.change_plan(by, at(4), &Scope::All, PlanScope::Resident, &ann.id, &change(4.0, "x")).await.unwrap();
    assert_eq!(versions().await, (a, b, c + 1), "a person's plan bears on the home");
    assert!(looked_at(&other.id, 4).await && !looked_at(&one.id, 4).await);
    let c = c + 1;
    let loaded = store.begin().await.unwrap().load_homes(&[&other.id]).await.unwrap().pop().unwrap().home;
    let hers = loaded.plan.lookup("bed_not_returned.minutes", None, Some(&ann.id), at(8)).and_then(SettingValue::number);
    assert_eq!(hers, Some(4.0));
    store.change_plan(by, at(5), &Scope::All, PlanScope::Device, &device.id, &change(5.0, "x")).await.unwrap();
    assert_eq!(versions().await, (a + 1, b, c), "a device's plan bears on its home");
    assert!(looked_at(&one.id, 5).await && !looked_at(&two.id, 5).await);
    store.change_plan(by, at(6), &Scope::All, PlanScope::Home, &one.id, &change(6.0, "x")).await.unwrap();
    assert_eq!(versions().await, (a + 2, b, c), "a home's on the home");
    store.change_plan(by, at(7), &Scope::All, PlanScope::Organisation, "o", &change(7.0, "x")).await.unwrap();
    assert_eq!(versions().await, (a + 3, b + 1, c), "an organisation's on all its homes and no other");
    assert!(looked_at(&two.id, 7).await && looked_at(&other.id, 4).await);

    let mut tx = store.begin().await.unwrap();
    let loaded = tx.load_homes(&[&one.id]).await.unwrap().pop().unwrap().home;
    let minutes = |device| loaded.plan.lookup("bed_not_returned.minutes", device, None, at(8)).and_then(SettingValue::number);
    assert_eq!((minutes(Some(&*device.id)), minutes(None)), (Some(5.0), Some(6.0)));
    let loaded = tx.load_homes(&[&two.id]).await.unwrap().pop().unwrap().home;
    assert_eq!(loaded.plan.lookup("bed_not_returned.minutes", None, None, at(8)).and_then(SettingValue::number), Some(7.0));
}

async fn plans_of_others_are_out_of_reach(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    let yours = bench.organisation("yours").await;
    bench.organisation("mine").await;
    let home = bench.home("mine", "A").await;
    bench.gateway("gw", &home.id).await;
    let device = NewDevice { gateway: "gw".to_owned(), address: "d".to_owned(), ..NewDevice::default() };
    let device = store.create_device(by, at(1), &Scope::All, &device).await.unwrap();
    let ann = bench.resident(&home.id, "Ann").await;
    for (kind, id) in
        [(PlanScope::Organisation, "mine"), (PlanScope::Home, &*home.id), (PlanScope::Resident, &*ann.id), (PlanScope::Device, &*device.id)]
    {
        assert!(is_not_found(&store.plan(&yours, kind, id).await), "{kind:?}");
        assert!(is_not_found(&store.plan_versions(&yours, kind, id, None, 1).await), "{kind:?}");
        assert!(is_not_found(&store.change_plan(by, at(2), &yours, kind, id, &change(1.0, "x")).await), "{kind:?}");
        assert_eq!(store.plan(&Scope::All, kind, id).await.unwrap().version, 0, "{kind:?}");
    }
}
