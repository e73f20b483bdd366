//! Events: stored once, found again; quarantine; who was heard.

use super::*;

on_both!(
    the_first_of_an_id_is_stored,
    what_happened_at_an_instant,
    what_happened_since,
    many_rows_in_one_call,
    gateways_and_devices_are_heard,
    a_path_was_up
);

async fn the_first_of_an_id_is_stored(store: Store) {
    let (one, other) = (event("g", "1", "motion", 0), event("g", "1", "pendant", 5));
    let mut tx = store.begin().await.unwrap();
    let stored = tx.insert_events(&[(&one, "h"), (&other, "h")]).await.unwrap();
    assert_eq!(stored, [true, false]);
    assert_eq!(tx.insert_events(&[(&one, "h")]).await.unwrap(), [false]);
    tx.add_evidence(&[("a".to_owned(), one.clone())]).await.unwrap();
    let found = tx.find_events(&[("g".into(), "1".to_owned()), ("g".into(), "2".to_owned())]).await.unwrap();
    assert_eq!(found.len(), 1);
    let stored = &found[&("g".to_owned(), "1".to_owned())];
    assert_eq!(
        (stored.kind.as_str(), stored.at, stored.claimed_at, stored.alerts.join(" ")),
        ("motion", at(0), Some(at(0)), "a".to_owned())
    );
    tx.commit().await.unwrap();
}

async fn what_happened_at_an_instant(store: Store) {
    let mut tx = store.begin().await.unwrap();
    let (one, two) = (event("g", "1", "bed_left", 7), event("g", "2", "motion", 8));
    tx.insert_events(&[(&one, "h"), (&two, "h")]).await.unwrap();
    let found = tx.events_at("h", at(7)).await.unwrap();
    assert_eq!((found.len(), found[0].id.as_str(), found[0].body.unit.as_deref()), (1, "1", Some("Cel")));
    assert!(tx.events_at("other", at(7)).await.unwrap().is_empty());
}

async fn what_happened_since(store: Store) {
    let mut tx = store.begin().await.unwrap();
    let events =
        [event("g", "1", "bed_left", 7), event("g", "2", "motion", 8), event("g-2", "3", "motion", 9), event("g", "4", "motion", 6)];
    let rows: Vec<(&Event, &str)> = events.iter().map(|event| (event, "h")).collect();
    tx.insert_events(&rows).await.unwrap();
    let motion = ["motion".to_owned(), "smoke".to_owned()];
    let mut ids = async |home: &str, since: i64, kinds: &[String], gateway: Option<&str>, limit: usize| {
        let found = tx.events_since(home, at(since), kinds, gateway, limit).await.unwrap();
        found.into_iter().map(|event| event.id).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ids("h", 7, &[], None, 10).await, "3 2 1", "from that instant on, the newest first");
    assert_eq!(ids("h", 6, &motion, None, 10).await, "3 2 4");
    assert_eq!(ids("h", 6, &motion, Some("g"), 10).await, "2 4");
    assert_eq!(ids("h", 6, &[], None, 2).await, "3 2", "the newest are enough");
    assert_eq!(ids("other", 0, &[], None, 10).await, "");
}

async fn many_rows_in_one_call(store: Store) {
    // More than the largest set of rows that SQLite is given at once, and no multiple of it.
    let events: Vec<Event> = (0..1_003).map(|n| event("g", &n.to_string(), "motion", n)).collect();
    let rows: Vec<(&Event, &str)> = events.iter().map(|event| (event, "h")).collect();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.insert_events(&rows).await.unwrap(), vec![true; 1_003]);
    let mixed: Vec<Event> = (1_000..1_010).rev().map(|n| event("g", &n.to_string(), "motion", n)).collect();
    let mixed: Vec<(&Event, &str)> = mixed.iter().map(|event| (event, "h")).collect();
    assert_eq!(tx.insert_events(&mixed).await.unwrap(), [true, true, true, true, true, true, true, false, false, false]);
    assert!(tx.insert_events(&[]).await.unwrap().is_empty());
    let row = |n: usize| Refused {
        id: n.to_string(),
        received_at: at(0),
        gateway: "g".to_owned(),
        organisation: "o".to_owned(),
        home: "h".to_owned(),
        topic: "t".to_owned(),
        length: n,
        reason: "a NUL \0 in the sender's words".to_owned(),
        head: vec![0, 255],
    };
    tx.quarantine((0..300).map(row).collect()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn gateways_and_devices_are_heard(store: Store) {
    let mut tx = store.begin().await.unwrap();
    tx.gateways_heard(&[("g".into(), at(5))]).await.unwrap();
    tx.gateways_heard(&[("g".into(), at(9)), ("k".into(), at(1))]).await.unwrap();
    tx.gateways_heard(&[("g".into(), at(3))]).await.unwrap();
    let found = tx.find_gateways(&["g", "k", "nobody"]).await.unwrap();
    assert_eq!(
        (found.len(), found["g"].last_heard, found["g"].registered, found["g"].home.as_str()),
        (2, Some(at(9)), false, "unclaimed/g")
    );
    let device = |seconds: i64, battery| DeviceHeard {
        gateway: "g".into(),
        address: "d".to_owned(),
        home: "unclaimed/g".to_owned(),
        new_id: format!("id-{seconds}"),
        at: at(seconds),
        battery,
    };
    tx.devices_heard(&[device(1, Some("low"))]).await.unwrap();
    tx.devices_heard(&[device(2, None)]).await.unwrap();
    tx.gateway_status("g", "online", at(4)).await.unwrap();
    let loaded = tx.load_homes(&["unclaimed/g"]).await.unwrap().remove(0);
    assert_eq!((loaded.heard.len(), loaded.home.device(&"g".into(), "d").unwrap().id.as_str()), (1, "id-1"));
    tx.commit().await.unwrap();
}

async fn a_path_was_up(store: Store) {
    let mut tx = store.begin().await.unwrap();
    tx.extend_up(&[("p".into(), at(0), at(5))]).await.unwrap();
    tx.extend_up(&[("p".into(), at(0), at(60))]).await.unwrap();
    tx.extend_up(&[("p".into(), at(100), at(110)), ("q".into(), at(0), at(1))]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.up_intervals("p", at(0)).await.unwrap(), [(at(0), at(60)), (at(100), at(110))]);
    assert_eq!(store.up_intervals("p", at(61)).await.unwrap(), [(at(100), at(110))]);
    let mut tx = store.snapshot().await.unwrap();
    let all = tx.up_intervals_of(&["p", "q", "nobody"], at(0)).await.unwrap();
    assert_eq!((all.len(), &all["p"], &all["q"]), (2, &vec![(at(0), at(60)), (at(100), at(110))], &vec![(at(0), at(1))]));
    assert_eq!(tx.up_intervals_of(&["q"], at(2)).await.unwrap().len(), 0);
    assert_eq!((store.last_up("p").await.unwrap(), store.last_up("nobody").await.unwrap()), (Some((at(100), at(110))), None));
}
